"""What a training does beside its steps, whichever of TRL's trainers runs it: tells, counts, scores, and marks whole checkpoints."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import TrainerCallback

from medinstruct.trainer import weights
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.scores import Scores

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = "whole"
"""An empty file that a checkpoint gets when all of it is written; one without it was broken off."""
COUNTS = ("tokens", "written", "pairs")

Tell = Callable[[str, int, int], None]


class Counted:
    """Mixed into a trainer of TRL: counts what is trained on, and writes checkpoints that are whole or not there."""

    counts: torch.Tensor | None = None
    aside = 0.0
    """Seconds that went into checkpoints and scores."""

    def training_step(self, model: Any, inputs: dict[str, Any], *more: Any, **options: Any) -> Any:
        """Count a batch, without waiting for the device, and train on it."""
        found = _count(inputs)
        self.counts = found if self.counts is None else self.counts + found
        return super().training_step(model, inputs, *more, **options)  # type: ignore[misc]  # of the trainer it is mixed into

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        trainer: Any = self
        folder = Path(trainer.args.output_dir) / f"checkpoint-{trainer.state.global_step}"
        with self.set_aside(), weights.writing(folder):
            super()._save_checkpoint(model, trial)  # type: ignore[misc]  # of the trainer it is mixed into
            trainer.accelerator.wait_for_everyone()
            if trainer.args.should_save:
                (folder / "training_args.bin").unlink(missing_ok=True)  # a pickle, and all of it stands in run.json
                (folder / WHOLE).touch()

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Leave the card out: `train.json` says more."""

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Leave what is done inside out of the time that training takes."""
        start = time.perf_counter()
        yield
        self.aside += time.perf_counter() - start

    def counted(self) -> dict[str, float]:
        """Tokens, written ones and pairs, of all processes."""
        trainer: Any = self
        own = (self.counts if self.counts is not None else torch.zeros(3)).double().to(trainer.accelerator.device)
        return dict(zip(COUNTS, trainer.accelerator.reduce(own, "sum").tolist()))


def _count(inputs: dict[str, Any]) -> torch.Tensor:
    """Tokens, tokens that are written, and pairs of tokens in a row, of a batch; zeros where a trainer has other batches."""
    if "labels" not in inputs:
        return torch.zeros(3)
    written = (inputs["labels"] != -100).sum()
    if "position_ids" in inputs:  # packed: each row counts its places anew, so their sum is that of l (l - 1) / 2
        tokens, before = (
            torch.tensor(inputs["position_ids"].numel(), device=written.device),
            inputs["position_ids"].sum(),
        )
        return torch.stack([tokens, written, before + tokens])
    lengths = inputs["attention_mask"].sum(-1)
    return torch.stack([lengths.sum(), written, (lengths * (lengths + 1) // 2).sum()])


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers is not read by mypy
    """Tells of each step, and scores the model at some."""

    def __init__(self, trainer: Any, scores: Scores | None, every: int | None, tell: Tell) -> None:
        self.trainer, self.scores, self.every, self.tell = trainer, scores, every, tell

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Tell, and score where it is due; before the checkpoint of this step is written, so that this holds the scores."""
        if state.is_world_process_zero:
            self.tell("steps", state.global_step, state.max_steps)
        is_last = state.global_step >= state.max_steps
        if self.scores and (is_last or (self.every and state.global_step % self.every == 0)):
            with self.trainer.set_aside():
                model = self.trainer.accelerator.unwrap_model(self.trainer.model)
                found = self.scores.of(model, self.trainer.processing_class, self.trainer.accelerator)
            state.log_history.append({"step": state.global_step, **found})


def last(folder: Path, step: int | None = None) -> Path | None:
    """Return the newest whole checkpoint of a training, or that of a step; none where there is none.

    Raises:
        TrainError: if there is none of that step.
    """
    found = {int(name[1]): each for each in (folder.iterdir() if folder.is_dir() else ())
             if (name := re.fullmatch(r"checkpoint-(\d+)", each.name)) and (each / WHOLE).is_file()}  # fmt: skip
    if step is None:
        return found[max(found)] if found else None
    if step not in found:
        there = ", ".join(map(str, sorted(found))) or "none"
        raise TrainError(f"no checkpoint of step {step}", where=str(folder), next=f"there are those of {there}")
    return found[step]
