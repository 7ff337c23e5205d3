"""How encoders are taught: a few numbers, those of Gu et al. 2021 (arXiv 2007.15779, §3.3) where not told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from medinstruct.trainer.config import checked


class Config(BaseModel):
    """The settings of a run; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 10
    batch: Annotated[int, Field(ge=1)] = 32
    """Pieces (rows, or windows of long ones) of a step."""
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 5e-5
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of steps in which the rate rises; behind it falls in a line to zero."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    max_tokens: Annotated[int, Field(ge=8)] = 256
    """Of a piece, if the model sees as many: longer texts are tagged in windows, classified by their beginning."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 13
    """Of the new layer on top, of the order of rows, of dropout."""
    threads: Annotated[int, Field(ge=0)] = 0
    """On a CPU; 0: as many as torch takes."""

    def deciding(self) -> dict[str, Any]:
        """Those that decide what is learnt; sums over more threads differ in their last digits alone."""
        return self.model_dump(exclude={"threads"})


Given = BaseModel | Mapping[str, Any] | Path | str | None


def load(config: Given = None, settings: Mapping[str, Any] | None = None) -> Config:
    """Return the settings that a config states, as `trainer.config.load` does; those that are left out are the usual ones."""
    return checked(Config, {} if config is None else config, settings)
