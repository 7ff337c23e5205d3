"""No document of a benchmark's test part, and of this build's own validation and test parts, gets into training."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xxhash
from numpy.typing import NDArray

from medinstruct import text as prose
from medinstruct.document import Document, Item

Hashes = NDArray[np.uint64]


def identities(source: Document | Item) -> tuple[str, ...]:
    """Every name that the texts of a source have in the world, sorted: those it states, and what its texts hash to.

    A text of a few words identifies nothing and has none (see `text.identity`). The question of an item counts only
    where it has no text beside it: the same question is asked of many texts.
    """
    if isinstance(source, Document):
        texts: Iterable[str] = (source.text,)
    else:
        texts = source.texts.values() or (source.question,)
    return tuple(sorted({*source.identities, *filter(None, map(prose.identity, texts))}))


def fingerprint(identity: str) -> int:
    """64 bits of an identity, for sets of millions."""
    return xxhash.xxh3_64_intdigest(identity.encode())


def shared(groups: Hashes, rows: NDArray[np.int64], protected: Hashes, size: int) -> NDArray[np.bool_]:
    """Return for each of `size` rows whether any of its group fingerprints is protected; `rows[i]` is the row of
    `groups[i]`.
    """
    hit = np.zeros(size, dtype=bool)
    hit[rows[np.isin(groups, protected)]] = True
    return hit
