"""One member: trained, evaluated, its result written last. Several GPUs work side by side, a process and a member on each.

python -m medinstruct.ablation.member JOB.json      what such a process does
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from medinstruct import artefact, lock, trainer
from medinstruct.ablation.errors import AblationError
from medinstruct.errors import MedinstructError

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Job:
    """What is done for one member."""

    name: str
    folder: str
    model: str
    build: str
    """Empty for the model as it was."""
    suite: str
    config: Mapping[str, Any] | str | None
    limit: int | None
    max_tokens: int
    samples: bool

    @property
    def result(self) -> Path:
        """Written when all else is done."""
        return Path(self.folder) / "result.json"

    @property
    def stamp(self) -> str:
        """16 hex digits over all that the result depends on."""
        stated = asdict(self)
        for key in ("build", "suite"):
            stated[key] = artefact.load(stated[key]).digest if stated[key] else ""
        stated.pop("folder")
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:16]


def run(job: Job, tell: Tell = lambda what, done, of: None) -> None:
    """Train and evaluate a member, unless that was done.

    Raises:
        MedinstructError: if it cannot be, or the folder holds the result of something else.
    """
    from medinstruct import chat, evaluator

    folder = Path(job.folder)
    with lock.held(folder):
        if job.result.is_file():
            if artefact.read_json(job.result).get("stamp") != job.stamp:
                raise AblationError(
                    "holds the result of other rows or another config", where=str(folder), next="give another --out"
                )
            return
        asked = _trained(job, folder / "model", tell).model if job.build else f"hf:{job.model}"
        how = evaluator.Settings(limit=job.limit, chat=chat.Settings(max_tokens=job.max_tokens))
        done = evaluator.evaluate(artefact.load(job.suite), asked, how, folder / "run", tell)
        artefact.write_json(job.result, {"stamp": job.stamp, "average": done.score})
        shutil.rmtree(folder / "model" / "checkpoints", ignore_errors=True)  # of many members they would fill the disk


def _trained(job: Job, place: Path, tell: Tell) -> trainer.Trained:
    """The member's training: the one that is done there, or a new one, or one that goes on."""
    if not (place / "train.json").is_file():  # it is written last
        return trainer.train(job.build, model=job.model, out=place, config=job.config, samples=job.samples, tell=tell)
    done = trainer.Trained(place, artefact.read_json(place / "train.json"))
    if done.record["build"] != artefact.load(job.build).digest:
        raise AblationError("was trained on other rows", where=str(place), next="give another --out")
    return done


def run_all(jobs: Sequence[Job], devices: Sequence[str] | None, tell: Tell) -> dict[str, str]:
    """Do all jobs, and return by name why some could not be done.

    Args:
        jobs: In the order in which they are begun.
        devices: Numbers of GPUs; of none, one job after the other in this process. None: all at hand.
        tell: Told of progress.
    """
    places = gpus() if devices is None else list(devices)
    if not places:
        return _one_by_one(jobs, tell)
    failed: dict[str, str] = {}
    waiting, turn = iter(enumerate(jobs)), threading.Lock()
    threads = [threading.Thread(target=_work, args=(place, waiting, turn, failed, len(jobs), tell)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def gpus() -> list[str]:
    """The numbers of the GPUs at hand, those that CUDA_VISIBLE_DEVICES leaves."""
    if stated := os.environ.get("CUDA_VISIBLE_DEVICES"):
        return [number for number in stated.split(",") if number]
    import torch

    return [str(number) for number in range(torch.cuda.device_count())]


def _one_by_one(jobs: Sequence[Job], tell: Tell) -> dict[str, str]:
    failed: dict[str, str] = {}
    for n, job in enumerate(jobs):
        tell("members", n, len(jobs))
        try:
            run(job, _telling(job.name, tell))
        except MedinstructError as error:
            failed[job.name] = str(error)
    tell("members", len(jobs), len(jobs))
    return failed


def _telling(name: str, tell: Tell) -> Tell:
    return lambda what, done, of: tell(f"{name}: {what}", done, of)


def _work(
    device: str, waiting: Iterator[tuple[int, Job]], turn: threading.Lock, failed: dict[str, str], of: int, tell: Tell
) -> None:  # fmt: skip
    """Take one job after the other, and do each in a process that sees one GPU, whose memory is free again when it ends."""
    while True:
        with turn:
            n, job = next(waiting, (of, None))
            tell("members", n, of)
        if job is None:
            return
        file, log = Path(job.folder) / "job.json", Path(job.folder) / "log.txt"
        artefact.write_json(file, asdict(job))
        command = [sys.executable, "-m", "medinstruct.ablation.member", str(file)]
        with log.open("w", encoding="utf-8") as said:
            ended = subprocess.run(
                command, env={**os.environ, "CUDA_VISIBLE_DEVICES": device}, stdout=said, stderr=said, check=False
            )
        if ended.returncode:
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next(
                (line for line in reversed(lines) if line.strip()), f"its process ended with {ended.returncode}"
            )
            failed[job.name] = last.removeprefix("error: ")


if __name__ == "__main__":
    try:
        run(Job(**json.loads(Path(sys.argv[1]).read_bytes())))
    except MedinstructError as error:
        sys.exit(f"error: {error}")
