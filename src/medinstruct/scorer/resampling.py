"""How sure a score is, and whether two runs differ: by weighing rows anew, the same way for every metric.

The rows of one document say much the same, so documents are drawn, and their rows with them. What is drawn comes from
the raw stream of a PCG64, which a seed fixes for good.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medinstruct.errors import MedinstructError
from medinstruct.tasks.metric import Table

Weights = npt.NDArray[np.int64]


class Interval(NamedTuple):
    """A score and the bounds that hold the share `level` of those of drawn sets."""

    score: float
    low: float
    high: float
    level: float


class Difference(NamedTuple):
    """How two runs on the same rows differ."""

    first: float
    second: float
    difference: Interval
    """The second less the first; bounds by a paired bootstrap."""
    p: float
    """How probable a difference at least as large is if the runs are alike (approximate randomisation, two-sided)."""


def interval(
    table: Table, groups: Sequence[Hashable] | None = None, *, level: float = 0.95, rounds: int = 1000, seed: int = 0
) -> Interval:
    """Return the score of a table with its percentile bootstrap interval.

    Args:
        table: The tallies of rows.
        groups: Of each row what it is drawn with, its document as a rule; left out, each row is drawn alone.
        level: Share of drawn sets within the bounds, between 0 and 1.
        rounds: How many sets are drawn.
        seed: Of the draws.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
    """
    return between(table.score(), draws(table, groups, rounds=rounds, seed=seed), level)


def draws(table: Table, groups: Sequence[Hashable] | None = None, *, rounds: int = 1000, seed: int = 0) -> list[float]:
    """Return the scores of drawn sets, round by round; arguments as in `interval`.

    What is made of several tables, such as the mean of a benchmark, is made of their scores in each round.
    """
    return [table.score(weights) for weights in _drawn(_units(table.rows, groups), rounds, seed)]


def between(score: float, found: Sequence[float], level: float = 0.95) -> Interval:
    """Return a score with the bounds that hold the share `level` of those of drawn sets."""
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2]).tolist() if found else (score, score)
    return Interval(score, low, high, level)


def compare(
    first: Table, second: Table, groups: Sequence[Hashable] | None = None, *, level: float = 0.95, rounds: int = 1000, seed: int = 0
) -> Difference:  # fmt: skip
    """Return how two runs differ whose tables have the same rows in the same order.

    Args:
        first: The tallies of one run.
        second: Those of the other, by the same metric.
        groups: As in `interval`.
        level: As in `interval`.
        rounds: Of both tests.
        seed: Of the draws.

    Raises:
        MedinstructError: if the runs have not the same number of rows.

    Source: Yeh 2000, C00-2137, for the randomisation; Berg-Kirkpatrick et al. 2012, D12-1091, for the bootstrap.
    """
    if first.rows != second.rows:
        raise MedinstructError(f"two runs of {first.rows} and {second.rows} rows cannot be compared row by row")
    unit = _units(first.rows, groups)
    drawn = [second.score(weights) - first.score(weights) for weights in _drawn(unit, rounds, seed)]
    one, other = first.score(), second.score()
    both = first.joined(second)
    at_least = 1 + sum(
        abs(both.score(np.concatenate([swapped, kept])) - both.score(np.concatenate([kept, swapped]))) >= abs(other - one) - 1e-12
        for kept, swapped in _swapped(unit, rounds, seed)
    )  # fmt: skip
    return Difference(one, other, between(other - one, drawn, level), at_least / (rounds + 1))


def _units(rows: int, groups: Sequence[Hashable] | None) -> Weights:
    """The number of each row's group, counted as they come."""
    if groups is None:
        return np.arange(rows, dtype=np.int64)
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], np.int64)


def _rounds(
    unit: Weights, rounds: int, seed: int, of: Callable[[npt.NDArray[np.uint64], int], Weights]
) -> Iterator[Weights]:
    stream = np.random.PCG64(seed)
    units = int(unit.max()) + 1 if len(unit) else 0
    for _ in range(rounds):
        yield of(np.asarray(stream.random_raw(units)), units)[unit]


def _drawn(unit: Weights, rounds: int, seed: int) -> Iterator[Weights]:
    """Yield weights of rows: as many units as there are, drawn with repetition."""

    def often(raw: npt.NDArray[np.uint64], units: int) -> Weights:
        return np.bincount((raw % np.uint64(max(units, 1))).astype(np.int64), minlength=units)

    return _rounds(unit, rounds, seed, often)


def _swapped(unit: Weights, rounds: int, seed: int) -> Iterator[tuple[Weights, Weights]]:
    """Yield weights of the rows of two runs, each unit in one of them and its counterpart in the other."""
    for kept in _rounds(unit, rounds, seed, lambda raw, _: (raw & np.uint64(1)).astype(np.int64)):
        yield kept, 1 - kept
