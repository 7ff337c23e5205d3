"""Strata form a tree; the orders of its branches are merged, level by level, from the leaves to the root.

Rows inside a stratum go by hash, ties between branches by the seed. A cap cuts a branch off after so many rows.

A level without shares is merged by D'Hondt's method: the k-th row of a branch of weight w comes at k / w. (Largest
remainder does not nest: in a trial 6.7 % of the steps from n to n + 1 lost a row.) Of n rows a branch of weight w, one
of m branches of weight W together, has q = n · w / W by right. It gets at least q - 1 + w / W and at most
q + (m - 1) · w / W rows, until one of them runs out: never a whole row too few.

Where a level has shares, a branch gets what it has by right of n rows (rights.py): ⌊share · n⌋ or more at every size n
where a minimum is set, ⌈share · n⌉ or less where a maximum is. To keep both sides, the branches with a maximum are merged
with each other in the order in which they become free, all others in that in which they are due, and the two sequences
in that in which they are due, which for two keeps both sides. Rows beyond the largest size that keeps all shares are
left out, as those beyond a cap are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct.errors import RecipeError
from medinstruct.mixture.draw.rights import Branch, due, free, rights, together
from medinstruct.sample import draw as number

Longs = NDArray[np.int64]
Places = NDArray[np.int32]
"""Of nodes and among rows; there are no more than `MOST_ROWS`."""

MOST_WEIGHT = 2**18
MOST_ROWS = 2**25
"""With these, k · 2^36 // w tells any two places k / w apart, and fits into a computer word."""


@dataclass(frozen=True)
class Layer:
    """One level of the tree: the branch of every row, and how branches are weighed."""

    branches: NDArray[np.integer[Any]]
    """Place in `labels`, for each row."""
    labels: Sequence[str]
    weights: Mapping[str, int] = field(default_factory=dict)
    """By label; 1 where it is not named."""
    at_most: Mapping[str, int] = field(default_factory=dict)
    """Rows of a branch at most, by label."""
    min_share: Mapping[str, Fraction] = field(default_factory=dict)
    """Share of the rows at least, by label; on the uppermost level also of labels that no row has."""
    max_share: Mapping[str, Fraction] = field(default_factory=dict)
    """Share of the rows at most, by label; none has both a minimum and a maximum share."""

    @property
    def has_shares(self) -> bool:
        """Whether any share is set."""
        return bool(self.min_share or self.max_share)

    def branch(self, label: str, rows: int) -> Branch:
        """What counts of a branch that has so many rows, at most those of its cap."""
        return Branch(
            self.weights.get(label, 1), rows, self.min_share.get(label, Fraction(0)), self.max_share.get(label)
        )


class Drawn(NamedTuple):
    """Rows in the order of the draw, and those that a cap or a share left out."""

    order: Longs
    capped: Longs


def order(
    layers: Sequence[Layer], keys: NDArray[np.uint64], seed: int, turns: NDArray[np.integer[Any]] | None = None
) -> Drawn:
    """Return the one total order of all rows.

    Args:
        layers: From the root down.
        keys: A hash of each row, equal for no two, that depends on the seed.
        seed: Decides ties between branches.
        turns: How often each row was drawn before; in its stratum a row comes after all that were drawn less often.

    Raises:
        RecipeError: if a weight, or the number of rows, is too large to be exact.
    """
    size = len(keys)
    if size > MOST_ROWS:
        raise RecipeError(f"{size:,} candidate rows are more than {MOST_ROWS:,}", next="split the recipe")
    if not size:
        return Drawn(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    nodes = nodes_of(layers, size)
    rank = _ranks(nodes[-1], (keys,) if turns is None else (keys, turns))
    del keys, turns  # the most memory that a build needs, it needs here
    alive = np.ones(size, dtype=bool)
    for depth in range(len(layers) - 1, -1, -1):
        layer, child, parent = layers[depth], nodes.pop(), nodes[depth]
        _refuse_heavy(layer)
        caps = np.array([layer.at_most.get(label, size) for label in layer.labels] or [size], dtype=np.int64)
        alive &= rank < caps[layer.branches]
        drawn = np.array([number(seed, "tie", label) for label in layer.labels] or [0], dtype=np.uint64)
        ties = np.unique(drawn, return_inverse=True)[1].astype(np.int32)  # their order is all that counts
        if layer.has_shares:
            rank = _by_shares(layer, (parent, child), rank, alive, ties[layer.branches], is_root=not depth)
            alive &= rank < size
        else:
            weights = np.array([layer.weights.get(label, 1) for label in layer.labels] or [1], dtype=np.int64)
            place = rank.astype(np.int64)
            place += 1
            place <<= 36
            place //= weights[layer.branches]
            rank = np.where(alive, _ranks(parent, (ties[layer.branches], place, ~alive)), np.int32(size))
    return Drawn(np.flatnonzero(alive)[np.argsort(rank[alive], kind="stable")], np.flatnonzero(~alive))


def nodes_of(layers: Sequence[Layer], size: int) -> list[Places]:
    """For each depth from the root, the node that every row lies below, as numbers from 0."""
    node = np.zeros(size, dtype=np.int32)
    nodes = [node]
    for layer in layers:
        node = _numbered(node.astype(np.int64) * max(len(layer.labels), 1) + layer.branches)
        nodes.append(node)
    return nodes


def _numbered(values: Longs) -> Places:
    """The place of each value among the different ones in ascending order."""
    most = int(values.max(initial=0))
    if most > 4 * len(values):
        return np.unique(values, return_inverse=True)[1].astype(np.int32)
    return (np.cumsum(np.bincount(values, minlength=most + 1) > 0, dtype=np.int32) - 1)[values]


def _by_shares(
    layer: Layer,
    nodes: Sequence[Places],
    rank: Places,
    alive: NDArray[np.bool_],
    ties: Places,
    *,
    is_root: bool,
) -> Places:
    """The rank of each row below its parent, in a level that has shares; the number of all rows where it has none."""
    parent, child = nodes
    rows = np.flatnonzero(alive)
    counts = np.bincount(child[rows], minlength=int(child.max()) + 1)
    sequences = _Sequences(layer, nodes, counts, is_root=is_root)
    sides = sequences.limited[child[rows]]
    lane = 2 * parent[rows] + sides
    times = sequences.times[sequences.starts[child[rows]] + rank[rows]]
    place = _ranks(lane, (rank[rows], ties[rows], times))
    merged = _ranks(parent[rows], (place, sides, sequences.joined[sequences.firsts[lane] + place]))
    ranks = np.full(len(parent), len(parent), dtype=np.int32)
    ranks[rows] = np.where(merged < sequences.sizes[parent[rows]], merged, len(parent))
    return ranks


class _Sequences:
    """When the rows of a level's branches come: those of each branch among its like, and the two sequences together."""

    def __init__(self, layer: Layer, nodes: Sequence[Places], counts: Longs, *, is_root: bool) -> None:
        """`nodes` are the parent and the child of each row of the pool, `counts` the rows that each child has."""
        parent, child = nodes
        above, which = np.zeros(len(counts), dtype=np.int64), np.zeros(len(counts), dtype=np.int64)
        above[child], which[child] = parent, layer.branches
        self.limited = np.array([label in layer.max_share for label in layer.labels], dtype=bool)[which]
        """For each child, whether it has a maximum share."""
        self.starts = np.cumsum(counts) - counts
        self.times = np.zeros(counts.sum(), dtype=np.int64)
        """When the rows of each child come, from `starts` on."""
        parents = int(parent.max()) + 1
        self.firsts = np.zeros(2 * parents, dtype=np.int64)
        self.joined = np.zeros(counts.sum(), dtype=np.int64)
        """When the rows of each sequence come, from `firsts` on: of parent n those at 2n without and 2n + 1 with a
        maximum.
        """
        self.sizes = np.zeros(parents, dtype=np.int64)
        """Rows of each parent at most."""
        filled = 0
        by_parent = np.split(np.argsort(above, kind="stable"), np.cumsum(np.bincount(above, minlength=parents))[:-1])
        for node, children in enumerate(by_parent):
            labels = [layer.labels[which[n]] for n in children]
            there = [layer.branch(label, int(counts[n])) for n, label in zip(children, labels)]
            absent = sorted(layer.min_share.keys() - set(labels)) if is_root else []
            found = rights([*there, *(layer.branch(label, 0) for label in absent)])
            self.sizes[node] = found.size
            for n, curve in zip(children, found.curves):
                when = free if self.limited[n] else due
                self.times[self.starts[n] : self.starts[n] + counts[n]] = when(curve, found.end, int(counts[n]))
            for side in (False, True):
                mine = [curve for n, curve in zip(children, found.curves) if self.limited[n] == side]
                total = int(counts[children[self.limited[children] == side]].sum())
                self.firsts[2 * node + side] = filled
                self.joined[filled : filled + total] = due(together(mine), found.end, total)
                filled += total


def _ranks(node: Places, by: tuple[NDArray[np.generic], ...]) -> Places:
    """The rank, from 0, of each row among those of its node, in the order of `by` (the last is the first key)."""
    sequence = np.lexsort((*by, node))
    grouped = node[sequence]
    starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if len(grouped) else np.zeros(0, dtype=np.int64)
    del grouped
    places = np.arange(len(node), dtype=np.int32)
    places -= np.repeat(starts.astype(np.int32), np.diff(np.r_[starts, len(node)]))
    ranks = np.empty(len(node), dtype=np.int32)
    ranks[sequence] = places
    return ranks


def _refuse_heavy(layer: Layer) -> None:
    for label, weight in layer.weights.items():
        if weight > MOST_WEIGHT:
            raise RecipeError(
                f"a weight of {weight:,} for {label!r} is more than {MOST_WEIGHT:,}", next="choose rounder weights"
            )
