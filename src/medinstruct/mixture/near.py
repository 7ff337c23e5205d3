"""Nearly the same text: MinHash to find pairs, exact Jaccard of runs of five words to believe them.

    text ──shingles──▶ {hash, …} ──bands──▶ 25 numbers ──one in common──▶ candidates ──Jaccard ≥ 0.8──▶ pairs

A signature of up to 128 minima (Broder 1997, doi:10.1109/SEQUEN.1997.666900) is cut into bands (Indyk and Motwani 1998) so
short that a pair at the threshold has one in common in 999 of 1,000 cases; what only looks alike is sorted out by exact Jaccard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from medinstruct import text as prose
from medinstruct.mixture.twins import has_twin
from medinstruct.text.grams import Hashes, Words, mix

Numbers = NDArray[np.int64]
Owners = NDArray[np.integer[Any]]

WORDS: Final = 5
PERMUTATIONS: Final = 128
MISSED: Final = 0.001
"""Share of pairs at the threshold that may stay unseen."""
COMPARED: Final = 50
"""Of the rows that have a band in common, each is compared with so many of the first."""


def shingles(text: str) -> Hashes:
    """The different runs of five words of a text, sorted, as numbers; of a shorter text, the text."""
    words = Words(prose.normalise(text))
    return np.unique(words.grams(min(WORDS, max(len(words), 1))))


@cache
def shape(near: float) -> tuple[int, int]:
    """How many bands, and of how many minima, find pairs of this Jaccard; the longest that do."""
    for rows in range(PERMUTATIONS, 0, -1):
        if (1 - near**rows) ** (PERMUTATIONS // rows) <= MISSED:
            return PERMUTATIONS // rows, rows
    return PERMUTATIONS, 1


_FACTORS: Final = mix(np.arange(1, PERMUTATIONS + 1, dtype=np.uint64)) | np.uint64(1)
_TERMS: Final = mix(np.arange(1_001, PERMUTATIONS + 1_001, dtype=np.uint64))


def bands(hashes: Hashes, near: float) -> Hashes:
    """One number for each band of the signature of a set of shingles; none of an empty set."""
    count, rows = shape(near)
    used = count * rows
    if not len(hashes):
        return np.zeros(0, dtype=np.uint64)
    minima = (hashes[:, None] * _FACTORS[None, :used] + _TERMS[None, :used]).min(axis=0).reshape(count, rows)
    key = np.arange(count, dtype=np.uint64)
    for column in range(rows):
        key = mix(key * np.uint64(0x9E3779B97F4A7C15) + minima[:, column])
    return key


def candidates(bands: Iterable[tuple[Hashes, Owners]]) -> Iterator[tuple[int, int]]:
    """Yield each pair (earlier, later) of owners that have a band in common, once, in order of the later.

    Args:
        bands: Of each band, one after the other, all keys and the owner of each, as its rank: of more than 50 with one
            key, each is compared with the first 50.
    """
    found = [np.zeros((0, 2), dtype=np.int64), *(_in_common(keys, owners) for keys, owners in bands)]
    pairs = np.unique(np.concatenate(found), axis=0)
    yield from ((int(first), int(second)) for second, first in pairs[pairs[:, 0] != pairs[:, 1]])


def _in_common(keys: Hashes, owners: Owners) -> Owners:
    """The pairs (later, earlier) of owners of one key."""
    mine = has_twin(keys)
    if not mine.any():
        return np.zeros((0, 2), dtype=np.int64)
    keys, owners = keys[mine], owners[mine]
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    place = np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)]))
    lengths = np.minimum(place, COMPARED)
    later = np.repeat(np.arange(len(keys)), lengths)
    earlier = np.arange(len(later)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + (later - place[later])
    return np.stack([owners[later], owners[earlier]], axis=1)


def jaccard(a: Hashes, b: Hashes) -> float:
    """Share of the shingles of either that both have; both sorted and without repeats."""
    if not len(a) or not len(b):
        return 0.0
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


def pairs(texts: Sequence[str], near: float) -> Iterator[tuple[int, int]]:
    """Yield the pairs of texts whose Jaccard is `near` or more."""
    sets = [shingles(text) for text in texts]
    found = [bands(hashes, near) for hashes in sets]
    owners = np.repeat(np.arange(len(texts)), [len(keys) for keys in found] or 0)
    keys = np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)
    yield from ((a, b) for a, b in candidates([(keys, owners)]) if jaccard(sets[a], sets[b]) >= near)


def survivors(
    bands: Iterable[tuple[Hashes, Owners]], groups: Owners, near: float, shingles_of: Callable[[int], Hashes]
) -> Numbers:
    """Return for each row, in the order in which rows may stay, the earlier row that it is nearly the same as, or -1.

    A row that is dropped drops no other, and rows of one group are left alone.

    Args:
        bands: Of each band all keys, and the row of each.
        groups: The group of documents of each row.
        near: Jaccard from which on two rows are the same.
        shingles_of: The shingles of a row; asked for rows of candidate pairs alone.
    """
    same_as = np.full(len(groups), -1, dtype=np.int64)
    for earlier, later in candidates(bands):
        if (
            same_as[later] < 0
            and same_as[earlier] < 0
            and groups[earlier] != groups[later]
            and jaccard(shingles_of(earlier), shingles_of(later)) >= near
        ):
            same_as[later] = earlier
    return same_as
