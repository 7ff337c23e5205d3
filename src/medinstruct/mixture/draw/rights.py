"""What each branch of a level has by right of n rows, and when its rows are due: exact, in whole numbers.

By right a branch of weight w has y(n) = λ(n) · w rows of n, but no less than its minimum share a · n, no more than its
maximum share b · n, and no more than it has; λ(n) is such that the branches have n together. As n grows, λ(n) / n never
falls, so that a branch goes from its minimum to its weight to its maximum to its end, each at most once: y is made of
straight pieces, few of them, and never falls. It ends where no such λ is left.

Rows are whole. The k-th row of a branch is *free* from the last n with y(n) ≤ k - 1 and *due* at the first n with
y(n) ≥ k. Drawn in the order in which they are due, branches always have ⌊y(n)⌋ rows or more, for no more than Σ⌊y(n)⌋ ≤ n
rows are due by then; drawn in the order in which they become free, ⌈y(n)⌉ or less, for Σ⌈y(n)⌉ ≥ n rows are free. (The
methods of Jefferson, who is D'Hondt, and of Adams: Balinski and Young, Fair Representation, 1982. No method of that kind
keeps both sides for more than two branches.)
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 2**62
"""The time of a row that no size of the level holds."""
BITS = 16
"""Of the fraction in a time: 1 / 65,536 of a row."""


@dataclass(frozen=True)
class Branch:
    """What counts of a branch."""

    weight: int
    rows: int
    at_least: Fraction = Fraction(0)
    """Its share at every size."""
    at_most: Fraction | None = None


class Piece(NamedTuple):
    """From `start` rows of the level on, a branch has slope · n + offset by right."""

    start: Fraction
    slope: Fraction
    offset: Fraction


Curve = list[Piece]


class Rights(NamedTuple):
    """What the branches have by right at each size up to `end`."""

    end: Fraction
    curves: list[Curve]
    """One for each branch."""

    @property
    def size(self) -> int:
        """The most rows that the level can have."""
        return math.floor(self.end)


LOW, FREE, HIGH, DONE = range(4)
"""Where a branch stands: at its minimum share, by its weight, at its maximum share, at its end."""


def rights(branches: Sequence[Branch]) -> Rights:
    """Return what each branch has by right, at every size for which there is such a distribution."""
    states = _first(branches)
    last = min((each.rows / each.at_least for each in branches if each.at_least), default=None)
    if states is None or last == 0:
        return Rights(Fraction(0), [[] for _ in branches])
    curves: list[Curve] = [[] for _ in branches]
    at = Fraction(0)
    while True:
        _release(branches, states, at)
        level = _Level(branches, states)
        end, changes = level.next()
        stop = end if last is None else last if end is None else min(end, last)
        if stop is None or (level.growth and not level.weight):
            return Rights(at, curves)
        if stop > at:
            for curve, (slope, offset) in zip(curves, level.lines()):
                if not curve or curve[-1][1:] != (slope, offset):
                    curve.append(Piece(at, slope, offset))
        at = stop
        if at == last:
            return Rights(at, curves)
        for n, state in changes:
            states[n] = state


def together(curves: Sequence[Curve]) -> Curve:
    """Return the curve of several branches as one."""
    whole: Curve = []
    for start in sorted({piece.start for curve in curves for piece in curve}):
        here = [curve[bisect_right(curve, start, key=lambda piece: piece.start) - 1] for curve in curves if curve]
        slopes, offsets = ((piece.slope for piece in here), (piece.offset for piece in here))
        whole.append(Piece(start, sum(slopes, Fraction(0)), sum(offsets, Fraction(0))))
    return whole


def due(curve: Curve, end: Fraction, rows: int) -> NDArray[np.int64]:
    """When each of the first `rows` rows is due: sizes times 2^16, rounded up; `NEVER` beyond the end."""
    times = np.full(rows, NEVER, dtype=np.int64)
    for piece, stop in zip(curve, [*(piece.start for piece in curve[1:]), end]):
        first = math.floor(piece.slope * piece.start + piece.offset) + 1
        beyond = min(math.floor(piece.slope * stop + piece.offset), rows) + 1
        if piece.slope and first < beyond:
            times[first - 1 : beyond - 1] = _times(piece, first, beyond, up=True)
    return times


def free(curve: Curve, end: Fraction, rows: int) -> NDArray[np.int64]:
    """From when on each of the first `rows` rows is free: sizes times 2^16, rounded down; `NEVER` beyond the end."""
    times = np.full(rows, NEVER, dtype=np.int64)
    for piece, stop in zip(curve, [*(piece.start for piece in curve[1:]), end]):
        first = math.ceil(piece.slope * piece.start + piece.offset)
        beyond = min(math.ceil(piece.slope * stop + piece.offset), rows)
        if piece.slope and first < beyond:
            times[first:beyond] = _times(piece, first, beyond, up=False)
    return times


def _times(piece: Piece, first: int, beyond: int, *, up: bool) -> NDArray[np.int64]:
    """At which size a piece reaches each of the whole numbers from `first` to before `beyond`."""
    step, base = 1 / piece.slope, -piece.offset / piece.slope
    common = math.lcm(step.denominator, base.denominator)
    factor, shift = int(step * common), int(base * common)
    fits = max(abs(factor) * beyond + abs(shift), common << BITS) < 2**62
    counts = np.arange(first, beyond, dtype=np.int64 if fits else object)
    reached = counts * factor + shift
    whole = reached // common
    rest = reached - whole * common
    parts = -((-rest << BITS) // common) if up else (rest << BITS) // common
    times: NDArray[np.int64] = ((whole << BITS) + parts).astype(np.int64)
    return times


class _Level:
    """The branches of a level where they stand between two changes; λ(n) = (growth · n - done) / weight."""

    def __init__(self, branches: Sequence[Branch], states: Sequence[int]) -> None:
        self.branches, self.states = branches, states
        at = list(zip(branches, states))
        self.growth = 1 - sum((line(each, state) for each, state in at), Fraction(0))
        self.done = sum(each.rows for each, state in at if state == DONE)
        self.weight = sum(each.weight for each, state in at if state == FREE)

    def lines(self) -> list[tuple[Fraction, Fraction]]:
        """Slope and offset of each branch."""
        per = Fraction(1, self.weight) if self.weight else Fraction(0)
        return [
            (self.growth * each.weight * per, -self.done * each.weight * per) if state == FREE
            else (line(each, state), Fraction(each.rows if state == DONE else 0))
            for each, state in zip(self.branches, self.states)
        ]  # fmt: skip

    def next(self) -> tuple[Fraction | None, list[tuple[int, int]]]:
        """The size at which branches change where they stand, and which do, and to what."""
        found: dict[Fraction, list[tuple[int, int]]] = {}
        for n, (each, state) in enumerate(zip(self.branches, self.states)):
            for size, to in self._changes(each, state):
                found.setdefault(size, []).append((n, to))
        end = min(found, default=None)
        return end, found[end] if end is not None else []

    def _changes(self, each: Branch, state: int) -> list[tuple[Fraction, int]]:
        found = []
        if state == HIGH and each.at_most:
            found.append((each.rows / each.at_most, DONE))
        if state == LOW and self.weight and (pull := self.growth * each.weight - each.at_least * self.weight) > 0:
            found.append((self.done * each.weight / pull, FREE))
        if state == FREE and self.growth:
            found.append(((Fraction(each.rows * self.weight, each.weight) + self.done) / self.growth, DONE))
            if each.at_most and (pull := self.growth * each.weight - each.at_most * self.weight) > 0:
                found.append((self.done * each.weight / pull, HIGH))
        return found


def line(each: Branch, state: int) -> Fraction:
    """The share at which a branch stands; 0 where it stands at none."""
    return each.at_least if state == LOW else (each.at_most or Fraction(0)) if state == HIGH else Fraction(0)


def _first(branches: Sequence[Branch]) -> list[int] | None:
    """Where each branch stands at the smallest sizes; None if no shares are possible."""
    there = [each for each in branches if each.rows]

    def share(each: Branch, scale: Fraction) -> Fraction:
        wanted = max(each.at_least, scale * each.weight)
        return wanted if each.at_most is None else min(wanted, each.at_most)

    def whole(scale: Fraction) -> Fraction:
        return sum((share(each, scale) for each in there), Fraction(0))

    bends = {bound / each.weight for each in there for bound in (each.at_least, each.at_most) if bound is not None}
    low, *others = sorted(bends | {Fraction(0)})
    if whole(low) > 1:
        return None
    for high in [*others, None]:
        scale = low + Fraction(1, sum(each.weight for each in there) or 1) if high is None else high
        reached = whole(scale)
        if reached >= 1 or high is None:
            slope = (reached - whole(low)) / (scale - low)
            if not slope and whole(low) < 1:
                return None
            scale = low + (1 - whole(low)) / slope if slope else low
            break
        low = high
    states = []
    for each in branches:
        if not each.rows:
            states.append(DONE)
        elif each.at_most is not None and scale * each.weight >= each.at_most:
            states.append(HIGH)
        else:
            states.append(LOW if each.at_least and scale * each.weight <= each.at_least else FREE)
    return states


def _release(branches: Sequence[Branch], states: list[int], at: Fraction) -> None:
    """Let those of the branches at their minimum share grow by weight that come first, where none is left that does."""
    low = [n for n, state in enumerate(states) if state == LOW]
    if FREE in states or not low or not at:
        return
    first = min(branches[n].at_least / branches[n].weight for n in low)
    for n in low:
        if branches[n].at_least / branches[n].weight == first:
            states[n] = FREE
