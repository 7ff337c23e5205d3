"""Rows that may not stand beside each other: those of one document in two parts, and the same text and ask twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct.artefact import ROLES
from medinstruct.builder import spool
from medinstruct.builder.part import PartReport
from medinstruct.builder.plan import Ask
from medinstruct.builder.pool import Pool
from medinstruct.mixture import duplicates, near
from medinstruct.mixture.twins import has_twin
from medinstruct.text.grams import Hashes, mix

SPLIT = "stands in this build's own validation or test part"
SAME, CONTRADICTION = "same text and ask as another row", "same text and ask as another row, with another answer"
NEAR = "same text, nearly, and ask as a row of another document"


def keep_apart(pool: Pool) -> None:
    """Drop what would put a group of documents into two parts: from train what validation or test hold, and from
    validation what test holds, directly or by way of other documents.
    """
    groups = pool.components()
    for role, later in ((0, (1, 2)), (1, (2,))):
        held = np.unique(groups[np.isin(pool.roles, later)])
        pool.drop((pool.roles == role) & np.isin(groups, held), SPLIT)


def drop_duplicates(pool: Pool, keys: Hashes) -> None:
    """Drop the rows of each part whose text and ask an earlier row has, by (place in the recipe, key)."""
    for role in range(len(ROLES)):
        rows = pool.alive(role)
        rows = rows[has_twin(mix(pool.texts[rows] ^ mix(pool.asks[rows])))]  # of millions few, as a rule
        found = duplicates.exact(pool.texts[rows], pool.asks[rows], pool.answers[rows], pool.places[rows], keys[rows])
        pool.same_as[rows[found.dropped]] = rows[found.same_as[found.dropped]]
        for reason, which in ((SAME, found.dropped & ~found.contradicting), (CONTRADICTION, found.contradicting)):
            mask = np.zeros(len(pool.rows), dtype=bool)
            mask[rows[which]] = True
            pool.drop(mask, reason)


def drop_near_duplicates(
    pool: Pool, keys: Hashes, share: float, reports: Sequence[PartReport], asks: Mapping[int, Ask]
) -> None:
    """Drop the rows of each part that are nearly the same as an earlier one of another group of documents."""
    groups, texts = pool.components(), _Texts(pool, reports, asks)
    for role in range(len(ROLES)):
        rows = pool.alive(role)
        rows = rows[np.lexsort((keys[rows], pool.places[rows]))]
        rank = np.full(len(pool.rows), -1, dtype=np.int32)
        rank[rows] = np.arange(len(rows), dtype=np.int32)
        same_as = near.survivors(_bands(pool, reports, rank, share), groups[rows], share, partial(texts.shingles, rows))
        pool.same_as[rows[same_as >= 0]] = rows[same_as[same_as >= 0]]
        mask = np.zeros(len(pool.rows), dtype=bool)
        mask[rows[same_as >= 0]] = True
        pool.drop(mask, NEAR)


def _bands(
    pool: Pool, reports: Sequence[PartReport], rank: NDArray[np.int32], share: float
) -> Iterator[tuple[Hashes, NDArray[np.int32]]]:
    """For each band of the signatures, one after the other from the spool files: those of all rows that have a rank, with
    what is asked, and the ranks of these.
    """
    count, _ = near.shape(share)
    spooled = [chunk for report in reports for chunk in spool.columns(report.spool, ["bands"])["bands"].chunks]
    has_some = [pc.list_value_length(chunk).to_numpy() > 0 for chunk in spooled]
    ranks = [part[some] for part, some in zip(_cut(rank, spooled), has_some)]
    asks = [part[some][mine >= 0] for part, some, mine in zip(_cut(pool.asks, spooled), has_some, ranks)]
    owners = np.concatenate([mine[mine >= 0] for mine in ranks])
    for n in range(count):
        keys = np.empty(len(owners), dtype=np.uint64)
        for place, chunk, mine, asked in zip(_cut(keys, asks), spooled, ranks, asks):
            place[:] = mix(chunk.flatten().to_numpy()[n::count][mine >= 0] ^ mix(asked))
        yield keys, owners


def _cut(column: NDArray[Any], pieces: Sequence[Sized]) -> list[NDArray[Any]]:
    """The column in pieces as long as these, one after the other; views of it."""
    ends = np.cumsum([0, *map(len, pieces)]).tolist()
    return [column[start:end] for start, end in pairwise(ends)]


class _Texts:
    """The texts of rows, read from the spool files when they are asked for."""

    def __init__(self, pool: Pool, reports: Sequence[PartReport], asks: Mapping[int, Ask]) -> None:
        self._pool, self._reports, self._asks = pool, reports, asks
        self._tables: dict[int, Any] = {}
        self._kept = lru_cache(maxsize=4_096)(self._read)

    def shingles(self, rows: NDArray[np.int64], place: int) -> Hashes:
        """The shingles of the row at a place in `rows`."""
        return self._kept(int(rows[place]))

    def _read(self, row: int) -> Hashes:
        part, at = int(self._pool.parts[row]), int(self._pool.rows[row])
        if part not in self._tables:
            self._tables[part] = spool.columns(self._reports[part].spool, ["question", "gold"])
        question, gold = (self._tables[part][name][at].as_py() for name in ("question", "gold"))
        example = self._asks[int(self._pool.places[row])].type.read(question, gold)
        return near.shingles(example.question.reading)
