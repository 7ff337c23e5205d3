"""All candidate rows of a build as light columns, and why each one goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct.builder.part import PartReport

KEPT, DRAWN_OUT = 0, 1
"""Codes every pool has: a row still in it, and one that the draw did not reach."""


@dataclass
class Pool:
    """One value per candidate row, parts one after the other in the order of the plan."""

    parts: NDArray[np.int64]
    rows: NDArray[np.int64]
    """Place of the row in its part's spool file."""
    places: NDArray[np.int64]
    """Place of its entry in the recipe."""
    records: NDArray[np.int64]
    roles: NDArray[np.int64]
    """Place in `artefact.ROLES`."""
    keys: list[bytes]
    texts: NDArray[np.uint64]
    asks: NDArray[np.uint64]
    answers: NDArray[np.uint64]
    empty: NDArray[np.bool_]
    prints: NDArray[np.uint64]
    print_rows: NDArray[np.int64]
    """The row of each group fingerprint."""
    reasons: NDArray[np.int64]
    names: list[str] = field(default_factory=lambda: ["", "not drawn"])
    """What the codes in `reasons` mean."""

    def drop(self, which: NDArray[np.bool_], reason: str) -> int:
        """Give `reason` to those of the rows in `which` that have none yet, and return how many."""
        fresh = which & (self.reasons == KEPT)
        if fresh.any():
            self.reasons[fresh] = self.code(reason)
        return int(fresh.sum())

    def code(self, reason: str) -> int:
        """The code of a reason, new or known."""
        if reason not in self.names:
            self.names.append(reason)
        return self.names.index(reason)

    def alive(self, role: int) -> NDArray[np.int64]:
        """The rows of a role that nothing has dropped."""
        return np.flatnonzero((self.reasons == KEPT) & (self.roles == role))


LIGHT = ["place", "key", "record", "empty", "text_hash", "ask_hash", "gold_hash", "fingerprints", "reason"]


def gather(reports: Sequence[PartReport], roles: Sequence[str]) -> Pool:
    """Return the pool of all parts from their spool files."""
    tables = []
    for report in reports:
        with pa.memory_map(report.spool) as mapped:
            tables.append(pa.ipc.open_file(mapped).read_all().select(LIGHT).combine_chunks())
    sizes = [table.num_rows for table in tables]
    whole = pa.concat_tables(tables).combine_chunks()
    lengths = pc.list_value_length(whole["fingerprints"]).to_numpy()
    coded = whole["reason"].combine_chunks().dictionary_encode() if whole.num_rows else None
    pool = Pool(
        parts=np.repeat(np.arange(len(reports)), sizes),
        rows=np.concatenate([np.arange(size) for size in sizes]) if sizes else np.zeros(0, np.int64),
        places=whole["place"].to_numpy().astype(np.int64),
        records=whole["record"].to_numpy().astype(np.int64),
        roles=np.repeat([roles.index(report.role) for report in reports], sizes).astype(np.int64),
        keys=whole["key"].to_pylist(),
        texts=whole["text_hash"].to_numpy(),
        asks=whole["ask_hash"].to_numpy(),
        answers=whole["gold_hash"].to_numpy(),
        empty=whole["empty"].to_numpy(),
        prints=pc.list_flatten(whole["fingerprints"]).to_numpy(),
        print_rows=np.repeat(np.arange(whole.num_rows), lengths.astype(np.int64)),
        reasons=np.zeros(whole.num_rows, np.int64),
    )
    if coded is not None:
        codes = np.array([pool.code(name) for name in coded.dictionary.to_pylist()], dtype=np.int64)
        pool.reasons = codes[coded.indices.to_numpy()]
    return pool
