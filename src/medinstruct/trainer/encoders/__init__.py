"""Encoders fine-tuned on the rows of a build: one model for each of its sets, as the BERT-like systems of the papers' tables are.

    rows of the train part ──lessons──▶ sets, each a Head and its examples          (lesson.py)
                           ──taught───▶ pieces with targets, transformers' Trainer  (lesson by lesson, loop.py)

encoders/
  train.json                     what was taught from what, with which losses, how long it took
  ncbi-disease-ner/              head.json, config.json, model.safetensors, tokenizer.json …
  .work/                         checkpoints, gone when all is done

A folder whose sets were taught in part is gone on with: finished sets stand, a broken one goes on at its last epoch.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medinstruct import artefact, lock
from medinstruct.artefact import Build
from medinstruct.encoder import find
from medinstruct.trainer import record
from medinstruct.trainer.encoders import loop
from medinstruct.trainer.encoders.config import Config, Given, load
from medinstruct.trainer.encoders.lesson import Lesson, lessons
from medinstruct.trainer.errors import TrainError
from medinstruct.version import VERSION

__all__ = ["Config", "Tuned", "fine_tune"]

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Tuned:
    """Encoders that were taught."""

    folder: Path
    facts: dict[str, Any]
    """What `train.json` says: `sets` with rows, losses, seconds and what tags could not carry; `left_out`; versions."""


def fine_tune(
    folder: Build | Path | str, *, model: str, out: Path | str, config: Given = None,
    settings: Mapping[str, Any] | None = None, samples: bool = False, tell: Tell = lambda what, done, of: None,
) -> Tuned:  # fmt: skip
    """Fine-tune an encoder on each set of a build's train part, and return where the models are.

    Args:
        folder: A build, or its folder.
        model: A folder, or a name on the Hub: weights in safetensors, a tokenizer that tells offsets.
        out: The folder to write; asked as `encoder:OUT`.
        config: Its name, the path of a `.yaml` file, or keys and values.
        settings: Single values that come before those of the config.
        samples: Teach bundled samples all the same.
        tell: Told of progress.

    Raises:
        TrainError: if nothing in the build can be taught, or `out` holds other models.
        EncoderError: if the model cannot be loaded.
    """
    build = folder if isinstance(folder, Build) else artefact.load(folder)
    how, place = load(config, settings), Path(out)
    if build.manifest["samples"] and not samples:
        raise TrainError("is made of the bundled samples, invented text that teaches nothing", where=str(build.folder),
                           next="give --data, or --samples to try things out")  # fmt: skip
    found, left_out = lessons(build, how.max_tokens)
    if not found:
        raise TrainError(
            f"nothing in its train part can be taught to an encoder: {told(left_out)}", where=str(build.folder)
        )
    stamps = {lesson.name: _stamp(build, model, how, lesson) for lesson in found}
    with lock.held(place, record.busy(place)):
        _refuse_others(place, stamps)
        done = {lesson.name: _taught(place, lesson, model, how, stamps[lesson.name], tell) for lesson in found}
        facts = {
            "medinstruct": VERSION, "method": "encoder", "model": model, "build": build.digest, "recipe": build.manifest["recipe"],
            "samples": build.manifest["samples"], "config": how.model_dump(), "versions": record.versions(), "sets": done,
            "left_out": left_out,
        }  # fmt: skip
        artefact.write_json(place / "train.json", facts)
        shutil.rmtree(place / ".work", ignore_errors=True)
    return Tuned(place, facts)


def told(left_out: Mapping[str, str]) -> str:
    """Sets and reasons on one line."""
    return "; ".join(f"{name}: {why}" for name, why in left_out.items()) or "it has no rows"


def _taught(place: Path, lesson: Lesson, model: str, settings: Config, stamp: str, tell: Tell) -> dict[str, Any]:
    """Teach one set, unless it stands here already, and return what `head.json` says of it."""
    folder, work = place / lesson.name, place / ".work" / lesson.name
    if not (folder / "head.json").is_file():
        unfinished = work / "model"
        shutil.rmtree(unfinished, ignore_errors=True)
        taught = asdict(loop.teach(lesson, model, settings, work / stamp, unfinished, tell))
        head = lesson.head.model_copy(update={"max_tokens": taught.pop("max_tokens")})
        taught = {"rows": len(lesson.examples), **taught}
        artefact.write_json(unfinished / "head.json", {"stamp": stamp, "head": head.model_dump(), "taught": taught})
        unfinished.rename(folder)
    stated = artefact.read_json(folder / "head.json")
    return {"labels": list(stated["head"]["labels"]), "kind": stated["head"]["kind"], **stated["taught"]}


def _refuse_others(place: Path, stamps: Mapping[str, str]) -> None:
    """Raise a TrainError if models stand here that were taught otherwise; a folder is never mixed."""
    if not any(place.glob("*/head.json")):
        return
    for folder, _ in find(place):
        if artefact.read_json(folder / "head.json").get("stamp") != stamps.get(folder.name):
            raise TrainError(
                "holds a model of another build, model or config", where=str(folder), next="give another --out"
            )


def _stamp(build: Build, model: str, settings: Config, lesson: Lesson) -> str:
    """16 hex digits over all that decides what a set's model becomes."""
    parts = [VERSION, build.digest, loop.identity(model), settings.deciding(), lesson.head.model_dump()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
