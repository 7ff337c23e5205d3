"""From a build and a model to a model that answers its questions: thin, on TRL and PEFT.

    config      how to train: a file on the shelf `configs`           (config.py)
    targets     what of a row the model has to write                  (targets.py)
    rows        the train part as tokens; what does not fit refused   (rows.py)
    weights     model, tokenizer, adapter: in and out                 (weights.py)
    loop        TRL's trainers, checkpoints, scores as it goes        (loop.py, watching.py, scores.py)
    costs       steps, memory and hours before anything starts        (costs.py, shapes.py, devices.py)
    record      train.json and the loss curve                         (record.py)
    encoders, merge                                                   (encoders/, merge.py)

A training is a folder. One that was broken off goes on from its last checkpoint when it is asked for again.

trained/mine/
  model.safetensors …          the model, or an adapter and what it stands on; tokenizer and chat template
  train.json                   data hash, recipe, versions, tokens, speed, memory, scores; written last
  loss.png                     the loss curve
  run.json                     what was asked for: model, build, config
  checkpoints/checkpoint-500/  while it is under way, and the last few
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medinstruct.errors import did_you_mean
from medinstruct.trainer.config import Config, Given, load, names
from medinstruct.trainer.errors import TrainError

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.trainer.costs import Estimate

__all__ = ["Config", "TrainError", "Trained", "estimate", "load", "names", "train"]

METHODS = ("sft", "grpo", "encoder")
"""Ways to train."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Trained:
    """A training that was done."""

    folder: Path
    """Holds the model, or the adapter."""
    record: dict[str, Any]
    """What `train.json` says."""

    @property
    def model(self) -> str:
        """What `evaluate` calls it: `hf:` and the folder, which says on what base an adapter stands, or `encoder:`."""
        return f"{'encoder' if self.record['method'] == 'encoder' else 'hf'}:{self.folder}"


def train(
    folder: Build | Path | str, *, model: str, out: Path | str, config: Given = None, settings: Mapping[str, Any] | None = None,
    method: str = "", adapter: str = "", resume: int | None = None, samples: bool = False, remote_code: bool = False,
    tell: Tell = lambda what, done, of: None,
) -> Trained:  # fmt: skip
    """Train a model on the train part of a build.

    Args:
        folder: A build, or its folder.
        model: A folder of transformers, or a name on the Hub; its weights are read from safetensors alone.
        out: Where the trained model goes. A training that was broken off there goes on.
        config: Name of a config, path of a `.yaml` file, or its keys and values; left out, `lora`.
        settings: Single values that come before those of the config, such as `{"epochs": 1}`.
        method: `sft`, `grpo` or `encoder` (which has a config of its own, see `encoders`); left out, what the config says.
        adapter: A PEFT adapter of this model that is trained on, instead of a new one.
        resume: Step of the checkpoint to go on from; left out, the last one.
        samples: Train on bundled samples all the same.
        remote_code: Run code that the model's repository holds.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        TrainError: with where, what and what next; nothing is half written.
    """
    if method and method not in METHODS:
        raise TrainError(f"no method {method!r}", next=did_you_mean(method, METHODS))
    if method == "encoder":
        given = {"adapter": adapter, "resume": resume, "remote_code": remote_code}
        if other := [name for name, value in given.items() if value]:
            raise TrainError(f"an encoder is trained without {other[0]}", next="leave it out, or train by sft")
        return _encoder(folder, model, out, config, settings, samples, tell)
    with _installed():
        from medinstruct.trainer import loop

    how = load(config, {**(settings or {}), **({"method": method} if method else {})})
    folder, record = loop.run(
        _build(folder), model, Path(out), how, adapter=adapter, resume=resume, samples=samples,
        remote_code=remote_code, tell=tell,
    )  # fmt: skip
    return Trained(folder, record)


def estimate(
    folder: Build | Path | str, *, model: str, config: Given = None, settings: Mapping[str, Any] | None = None, size: str = "",
    gpu: str = "h100", gpus: int = 1, remote_code: bool = False, tell: Tell = lambda what, done, of: None,
) -> Estimate:  # fmt: skip
    """Return what a training would take, without starting it: rows, tokens, steps, memory, hours.

    Args:
        folder: A build, or its folder.
        model: Whose tokenizer counts, and whose shape is taken unless `size` is given; no weights are read.
        config: As for `train`.
        settings: As for `train`.
        size: A usual shape instead of the model's: `1B`, `7B`, `13B`, `70B`.
        gpu: The kind of device, one of `devices.DEVICES`.
        gpus: How many.
        remote_code: As for `train`.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        TrainError: as `train` would.
    """
    with _installed():
        from medinstruct.trainer import costs

    return costs.estimate(
        _build(folder), model, load(config, settings), size=size, gpu=gpu, gpus=gpus, remote_code=remote_code, tell=tell
    )


def _encoder(
    folder: Build | Path | str, model: str, out: Path | str, config: Given, settings: Mapping[str, Any] | None, samples: bool, tell: Tell
) -> Trained:  # fmt: skip
    with _installed():
        import accelerate  # noqa: F401  # of which transformers' Trainer is made
        import torch  # noqa: F401
        import transformers  # noqa: F401

    from medinstruct.trainer import encoders

    tuned = encoders.fine_tune(
        folder, model=model, out=out, config=config, settings=settings, samples=samples, tell=tell
    )
    return Trained(tuned.folder, tuned.facts)


@contextmanager
def _installed() -> Iterator[None]:
    """Tell which extra is needed where a package is not there."""
    try:
        yield
    except ImportError as error:
        raise TrainError(f"training needs {error.name}", next="pip install 'medinstruct[train]'") from error


def _build(folder: Build | Path | str) -> Build:
    from medinstruct import artefact

    return artefact.load(folder) if isinstance(folder, (Path, str)) else folder
