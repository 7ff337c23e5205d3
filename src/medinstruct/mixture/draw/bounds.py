"""What keeps a build from being larger: the largest size of a tree of strata, and the bounds that are reached there."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from medinstruct.mixture.draw.rights import Branch, rights
from medinstruct.mixture.draw.tree import Layer, Longs, nodes_of


class Bound(NamedTuple):
    """A cap or a share of a recipe."""

    depth: int
    """Of its level, from the root."""
    kind: Literal["at_most", "min_share", "max_share"]
    label: str


Strata = dict[tuple[str, ...], int]
"""Rows of each stratum, by the labels that lead to it from the root."""


def strata(layers: Sequence[Layer], size: int) -> Strata:
    """Count the rows of each stratum."""
    leaves = nodes_of(layers, size)[-1]
    counts = np.bincount(leaves) if size else np.zeros(0, dtype=np.int64)
    some: Longs = np.zeros(len(counts), dtype=np.int64)
    some[leaves] = np.arange(size)
    return {
        tuple(layer.labels[layer.branches[row]] for layer in layers): int(count) for row, count in zip(some, counts)
    }


def limit(layers: Sequence[Layer], counts: Strata) -> tuple[int, frozenset[Bound]]:
    """Return the largest size, and the bounds that forbid the next; none where there are no more rows.

    Without those bounds together a larger size is possible; and of all bounds that alone stand in the way of a larger
    size, each is among them.
    """
    return _limit(layers, counts, 0)


def _limit(layers: Sequence[Layer], counts: Strata, depth: int) -> tuple[int, frozenset[Bound]]:
    if depth == len(layers):
        return sum(counts.values()), frozenset()
    layer, below = layers[depth], dict[str, Strata]()
    for path, count in counts.items():
        below.setdefault(path[depth], {})[path] = count
    labels = sorted(below.keys() | (layer.min_share.keys() if not depth else ()))
    found = [_capped(layers, depth, label, *_limit(layers, below.get(label, {}), depth + 1)) for label in labels]
    branches = [layer.branch(label, rows) for label, (rows, _) in zip(labels, found)]
    size = rights(branches).size
    return size, _reached(branches, labels, [bounds for _, bounds in found], depth, size + 1)


def _capped(
    layers: Sequence[Layer], depth: int, label: str, rows: int, bounds: frozenset[Bound]
) -> tuple[int, frozenset[Bound]]:
    """The rows that the cap of a branch leaves, and what forbids more."""
    cap = layers[depth].at_most.get(label)
    if cap is None or cap > rows or (cap == rows and not bounds):
        return rows, bounds
    own = frozenset({Bound(depth, "at_most", label)})
    return cap, own if cap < rows else own | bounds


def _reached(
    branches: Sequence[Branch], labels: Sequence[str], inner: Sequence[frozenset[Bound]], depth: int, size: int
) -> frozenset[Bound]:
    """The bounds of a level, and of those below it, that `size` would break."""
    reached: set[Bound] = set()
    if sum(each.at_least for each in branches if each.rows) > 1:
        reached |= {Bound(depth, "min_share", label) for each, label in zip(branches, labels) if each.at_least}
    room = [each.rows if each.at_most is None else min(each.at_most * size, Fraction(each.rows)) for each in branches]
    if sum(room) < size:
        for each, label, bounds in zip(branches, labels, inner):
            allowed = None if each.at_most is None else each.at_most * size
            if allowed is None or allowed >= each.rows:
                reached |= bounds
            if allowed is not None and (allowed < each.rows or (bounds and allowed < each.rows + 1)):
                reached.add(Bound(depth, "max_share", label))
        if not reached:
            return frozenset()
    for each, label, bounds in zip(branches, labels, inner):
        if each.at_least * size > each.rows:
            reached |= {Bound(depth, "min_share", label)} | bounds
    return frozenset(reached)
