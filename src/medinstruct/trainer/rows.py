"""The train part of a build as tokens and labels, two light columns of Arrow; what cannot be trained on is refused and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from medinstruct.artefact import Build
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.targets import Encoded, Turns

IGNORED = -100
"""Label of a token that is read and not written, by PyTorch's convention."""
AT_ONCE = 1024
"""Rows that a tokenizer is given at once; it uses all cores."""
COLUMNS = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", pa.list_(pa.int32()))])

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rows:
    """Rows as tokens, in the order of the build."""

    table: pa.Table
    """`input_ids` and `labels`, lists of 32-bit integers; of `grpo` see `rewards.questions`."""
    read: np.ndarray[Any, Any]
    """Tokens of each question."""
    written: np.ndarray[Any, Any]
    """Tokens of each answer and the end of its turn."""
    refused: dict[str, int] = field(default_factory=dict)
    """Rows by the reason why they are left out."""
    example: dict[str, str] = field(default_factory=dict)
    """By reason, the id of the first of them."""

    def __len__(self) -> int:
        return len(self.read)

    @property
    def lengths(self) -> np.ndarray[Any, Any]:
        """Tokens of each row."""
        total: np.ndarray[Any, Any] = self.read + self.written
        return total


def tokens(
    build: Build, turns: Turns, longest: int, split: str = "train", tell: Tell = lambda what, done, of: None
) -> Rows:
    """Return the rows of a part as tokens.

    Args:
        build: With that part.
        turns: How rows are put.
        longest: Tokens of a row; one that has more is refused, as its answer would be cut.
        split: The part.
        tell: Told of progress.

    Raises:
        TrainError: if no row is left.
    """
    refused, example = Counter[str](), dict[str, str]()
    pieces, reads, writes = [], list[int](), list[int]()
    for at, batch in build[split].batches(["id", "messages"], size=AT_ONCE):
        kept: list[Encoded] = []
        for id, one in zip(batch["id"].to_pylist(), turns.encode(batch["messages"].to_pylist(), longest)):
            if isinstance(one, Encoded):
                kept.append(one)
            else:
                refused[one] += 1
                example.setdefault(one, id)
        reads += [one.start for one in kept]
        writes += [len(one.ids) - one.start for one in kept]
        pieces.append(_columns(kept))
        tell("rows", at + batch.num_rows, len(build[split]))
    if not reads:
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in refused.items())
        raise TrainError(
            f"no row of the {split} part can be trained on: {reasons or 'it is empty'}", where=str(build.folder)
        )
    return Rows(
        pa.Table.from_batches(pieces, COLUMNS), np.array(reads), np.array(writes), dict(refused.most_common()), example
    )


def _columns(kept: list[Encoded]) -> pa.RecordBatch:
    labels = [[IGNORED] * one.start + one.ids[one.start :] for one in kept]
    return pa.RecordBatch.from_arrays(
        [pa.array([one.ids for one in kept], COLUMNS.field(0).type), pa.array(labels, COLUMNS.field(1).type)], schema=COLUMNS
    )  # fmt: skip
