"""The list of rows that guard, split and duplicates took out: `removed.parquet` beside the shards.

column     what
id         of the row, as it would have been in the build
split      the part it would have stood in
corpus     with `source_split`, `document`, `task`: where it comes from
why        the reason, as the ledger counts it
rule       what betrayed it to the guard: `pmid`, `doi`, …, `text`, `likeness`, `sentence`, `13-gram`
benchmarks the names under `guard` whose test part it stands in
stands_in  the test document: `chemprot/test 10216161`
same_as    the row that stays, of a duplicate or a contradiction

Ids alone: no text, so that the list of a mixture with corpora under agreement may be read by anyone who may know that they are
in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from medinstruct.builder import spool
from medinstruct.builder.alike import CONTRADICTION, NEAR, SAME, SPLIT
from medinstruct.builder.part import PartReport
from medinstruct.builder.plan import Ask
from medinstruct.builder.pool import Pool
from medinstruct.mixture.search import Index

FILE: Final = "removed.parquet"
SCHEMA: Final = pa.schema([
    ("id", pa.string()), ("split", pa.string()), ("corpus", pa.string()), ("source_split", pa.string()), ("document", pa.string()),
    ("task", pa.string()), ("why", pa.string()), ("rule", pa.string()), ("benchmarks", pa.list_(pa.string())),
    ("stands_in", pa.string()), ("same_as", pa.string()),
])  # fmt: skip


def write(
    folder: Path, pool: Pool, reports: Sequence[PartReport], asks: Mapping[int, Ask], index: Index | None
) -> None:
    """Write the list into the folder of an artefact; nothing, if no row was taken out."""
    codes = [code for code, name in enumerate(pool.names) if name in {SPLIT, SAME, CONTRADICTION, NEAR}]
    rows = np.flatnonzero(pool.is_guarded | np.isin(pool.reasons, codes))
    if not len(rows):
        return
    documents = _documents(pool, rows, reports)
    table = pa.Table.from_pylist(
        [_line(pool, row, document, reports, asks, index) for row, document in zip(rows.tolist(), documents)], SCHEMA
    )
    unfinished = folder / f".{FILE}.tmp"
    pq.write_table(table, unfinished, compression="zstd")
    unfinished.replace(folder / FILE)


def _line(
    pool: Pool, row: int, document: str, reports: Sequence[PartReport], asks: Mapping[int, Ask], index: Index | None
) -> dict[str, Any]:
    report, ask = reports[pool.parts[row]], asks[int(pool.places[row])]
    test, same_as = int(pool.stands_in[row]), int(pool.same_as[row])
    return {
        "id": pool.key(row).hex(), "split": report.role, "corpus": report.corpus, "source_split": report.split,
        "document": document, "task": ask.entry.task, "why": pool.names[pool.reasons[row]],
        "rule": pool.rule_names[pool.rules[row]], "benchmarks": index.benchmarks(test) if index and test >= 0 else [],
        "stands_in": index.documents[test] if index and test >= 0 else "",
        "same_as": pool.key(same_as).hex() if same_as >= 0 else "",
    }  # fmt: skip


def _documents(pool: Pool, rows: np.ndarray[Any, np.dtype[np.int64]], reports: Sequence[PartReport]) -> list[str]:
    """The source document of each row, which the spool files know; rows of a part stand together."""
    found: list[str] = []
    for part in np.unique(pool.parts[rows]).tolist():
        mine = pool.rows[rows[pool.parts[rows] == part]]
        found += spool.take(reports[part].spool, mine, ["document"])["document"].to_pylist()
    return found
