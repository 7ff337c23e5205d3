"""How encoders are taught: a few numbers, those of Gu et al. 2021 (arXiv 2007.15779, §3.3) where not told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medinstruct import shelf
from medinstruct.errors import did_you_mean
from medinstruct.trainer.errors import TrainError


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


Given = Config | Mapping[str, Any] | Path | str | None


def load(config: Given = None) -> Config:
    """Return the settings that a mapping or a `.yaml` file states; those that are left out are the usual ones.

    Raises:
        TrainError: naming the key and, if it looks like a slip, the right one.
    """
    if isinstance(config, Config):
        return config
    stated, where = ({} if config is None else config), "config"
    if isinstance(stated, Path | str):
        where = str(stated)
        try:
            stated = shelf.mapping(Path(where).read_text(encoding="utf-8"), where, TrainError)
        except (OSError, UnicodeDecodeError) as error:
            raise TrainError(f"cannot be read: {error}", where=where) from error
    try:
        return Config.model_validate(dict(stated))
    except ValidationError as error:
        faults = error.errors()
        fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
        key = str(fault["loc"][0])
        if fault["type"] == "extra_forbidden":
            raise TrainError(f"{key}: unknown key", where=where, next=did_you_mean(key, Config.model_fields)) from error
        raise TrainError(f"{key}: {fault['msg']}, not {str(fault['input'])[:60]!r}", where=where) from error
