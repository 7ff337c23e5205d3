"""Which records belong together: those that share an identity, and those that share one with these, and so on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


def components(records: Numbers, links: NDArray[np.uint64], size: int) -> Numbers:
    """Return for each of `size` records the lowest record of its connected component.

    Args:
        records: For each pair of a record and something it is linked by, the record.
        links: For each pair, the fingerprint of what it is linked by.
        size: Number of records.

    Each round gives every record the lowest root among those it shares a link with, and roots their own root's root
    (Shiloach and Vishkin, J Algorithms 3, 1982), so that long chains take few rounds.
    """
    root = np.arange(size)
    if not len(records):
        return root
    order = np.argsort(links, kind="stable")
    of, sorted_links = records[order], links[order]
    starts = np.flatnonzero(np.r_[True, sorted_links[1:] != sorted_links[:-1]])
    lengths = np.diff(np.r_[starts, len(of)])
    several = np.repeat(lengths > 1, lengths)
    of, lengths = of[several], lengths[lengths > 1]
    if not len(of):
        return root
    starts = np.cumsum(lengths) - lengths
    while True:
        lowest = np.repeat(np.minimum.reduceat(root[of], starts), lengths)
        before = root.copy()
        np.minimum.at(root, before[of], lowest)
        np.minimum.at(root, of, lowest)
        while not np.array_equal(root, jumped := root[root]):
            root = jumped
        if np.array_equal(root, before):
            return root
