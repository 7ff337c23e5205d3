"""The same text with the same ask is one row; with another answer it is a contradiction, and told.

The survivor is the row that comes first by (place in the recipe, key), so a corpus added at the end of a recipe
changes none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Duplicates(NamedTuple):
    """Which rows are dropped, which dropped ones say something else than the row that stays, and which stays."""

    dropped: NDArray[np.bool_]
    contradicting: NDArray[np.bool_]
    same_as: NDArray[np.int64]
    """The row that stays, for each row; itself, where it does."""


def exact(
    texts: NDArray[np.uint64], asks: NDArray[np.uint64], answers: NDArray[np.uint64],
    places: NDArray[np.integer[Any]], keys: NDArray[np.uint64],
) -> Duplicates:  # fmt: skip
    """Return the rows whose text and ask an earlier row has.

    Args:
        texts: Hash of each row's text.
        asks: Hash of what is asked of it.
        answers: Hash of the right answer.
        places: Place of the row's entry in the recipe.
        keys: The row's own hash, which decides within an entry.
    """
    size = len(texts)
    order = np.lexsort((keys, places, asks, texts))
    same = np.zeros(size, dtype=bool)
    same[1:] = (texts[order][1:] == texts[order][:-1]) & (asks[order][1:] == asks[order][:-1])
    first = np.maximum.accumulate(np.where(same, 0, np.arange(size)))
    other = same & (answers[order] != answers[order][first])
    dropped, contradicting = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    dropped[order], contradicting[order] = same, other
    same_as = np.empty(size, dtype=np.int64)
    same_as[order] = order[first]
    return Duplicates(dropped, contradicting, same_as)
