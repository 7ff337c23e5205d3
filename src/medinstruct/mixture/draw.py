"""One total order of the pool, of which a build of size n is the first n rows.

Strata form a tree; each level merges the orders of its branches by D'Hondt's method: the k-th row of a branch of weight w
comes at k / w. That order does not depend on n, so 25,000 ⊂ 50,000 ⊂ 100,000, and weights hold at every size until a
branch runs out. (Largest remainder does not nest: in a trial 6.7 % of the steps from n to n + 1 lost a row.) Rows inside a
stratum, and ties, go by hash. A cap cuts a branch off after so many rows.

How well weights are met: of n rows a branch of weight w, one of m branches of weight W together, has q = n * w / W by
right. It gets at least q - 1 + w / W and at most q + (m - 1) * w / W rows: never a whole row too few. (Balinski and Young,
Fair Representation, 1982.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct.errors import RecipeError
from medinstruct.sample import draw as number


@dataclass(frozen=True)
class Layer:
    """One level of the tree: the branch of every row, and how branches are weighed."""

    branches: NDArray[np.int64]
    """Place in `labels`, for each row."""
    labels: Sequence[str]
    weights: Mapping[str, int] = field(default_factory=dict)
    """By label; 1 where it is not named."""
    at_most: Mapping[str, int] = field(default_factory=dict)
    """Rows of a branch at most, by label."""


class Drawn(NamedTuple):
    """Rows in the order of the draw, and those that a cap left out."""

    order: NDArray[np.int64]
    capped: NDArray[np.int64]


def order(layers: Sequence[Layer], keys: NDArray[np.uint64], seed: int) -> Drawn:
    """Return the one total order of all rows.

    Args:
        layers: From the root down.
        keys: A hash of each row, equal for no two, that depends on the seed.
        seed: Decides ties between branches.

    Raises:
        RecipeError: if the weights of a level have no common multiple that a computer word can hold.
    """
    size = len(keys)
    nodes = _nodes(layers, size)
    rank = _ranks(nodes[-1], (keys,))
    alive = np.ones(size, dtype=bool)
    for depth in range(len(layers) - 1, -1, -1):
        layer, parent = layers[depth], nodes[depth]
        caps = np.array([layer.at_most.get(label, size) for label in layer.labels] or [size], dtype=np.int64)
        alive &= rank < caps[layer.branches]
        multiples = _multiples(layer, size)
        ties = np.array([number(seed, "tie", label) for label in layer.labels] or [0], dtype=np.uint64)
        place = (rank + 1) * multiples[layer.branches]
        rank = np.where(alive, _ranks(parent, (ties[layer.branches], place, ~alive)), size)
    return Drawn(np.flatnonzero(alive)[np.argsort(rank[alive], kind="stable")], np.flatnonzero(~alive))


def _nodes(layers: Sequence[Layer], size: int) -> list[NDArray[np.int64]]:
    """For each depth from the root, the node that every row lies below, as numbers."""
    node = np.zeros(size, dtype=np.int64)
    nodes = [node]
    for layer in layers:
        _, node = np.unique(node * max(len(layer.labels), 1) + layer.branches, return_inverse=True)
        nodes.append(node)
    return nodes


def _ranks(node: NDArray[np.int64], by: tuple[NDArray[np.generic], ...]) -> NDArray[np.int64]:
    """The rank, from 0, of each row among those of its node, in the order of `by` (the last is the first key)."""
    sequence = np.lexsort((*by, node))
    grouped = node[sequence]
    starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if len(grouped) else np.zeros(0, dtype=np.int64)
    ranks = np.empty(len(node), dtype=np.int64)
    ranks[sequence] = np.arange(len(node)) - np.repeat(starts, np.diff(np.r_[starts, len(grouped)]))
    return ranks


def _multiples(layer: Layer, size: int) -> NDArray[np.int64]:
    """For each label the step from one row to the next on a scale that all of the level share."""
    weights = [layer.weights.get(label, 1) for label in layer.labels] or [1]
    common = math.lcm(*weights)
    if common * (size + 1) >= 2**62:
        raise RecipeError(
            f"weights {sorted(set(weights))} have too large a common multiple", next="choose rounder weights"
        )
    return np.array([common // weight for weight in weights], dtype=np.int64)
