"""All candidate rows of a build as light columns, and why each one goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct.builder.part import PartReport
from medinstruct.mixture.components import components

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
    absent: NDArray[np.int64]
    """How many of the labels asked for the answer does not have: 0 none, 1 some, 2 all; 0 where none are asked for."""
    pairs: NDArray[np.int64]
    """1 where an option could say that there is nothing, and does not; 2 where it does; else 0."""
    tokens: NDArray[np.int64]
    """Of the text that is asked about."""
    labels: NDArray[np.int64]
    label_rows: NDArray[np.int64]
    """The labels that the answers say, by their place in `label_names`, and the row of each; not again for repeats."""
    label_names: list[str]
    turns: NDArray[np.int64]
    """How often the same candidate stands before this row: 0 but for repeats."""
    firsts: NDArray[np.int64]
    """The row that this one repeats, or itself."""
    prints: NDArray[np.uint64]
    print_rows: NDArray[np.int64]
    """The row of each group fingerprint."""
    rules: NDArray[np.int64]
    """Place in `rule_names` of what betrayed the row to the guard; 0 where nothing did."""
    stands_in: NDArray[np.int64]
    """Place of the test document that it stands in among those of the guard's index, or -1."""
    traces: NDArray[np.uint64]
    trace_rows: NDArray[np.int64]
    """What the row has in common with test documents and may be boilerplate, and the row of each."""
    bands: NDArray[np.uint64]
    band_rows: NDArray[np.int64]
    """Bands of the text's MinHash signature, where near-duplicates are looked for, and the row of each."""
    same_as: NDArray[np.int64]
    """The row that stays where this one is a duplicate, else -1."""
    bridges: tuple[tuple[int, ...], ...]
    """The group fingerprints of records without a row, which may yet link two that have some."""
    reasons: NDArray[np.int64]
    rule_names: list[str] = field(default_factory=lambda: [""])
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

    def rule(self, name: str) -> int:
        """The code of a rule of the guard, new or known."""
        if name not in self.rule_names:
            self.rule_names.append(name)
        return self.rule_names.index(name)

    @property
    def is_guarded(self) -> NDArray[np.bool_]:
        """Whether the guard refused each row."""
        return self.rules > 0

    def components(self) -> NDArray[np.int64]:
        """The group of each row: rows whose records share an identity, directly or by way of other records."""
        first, record = np.unique(self.parts << 32 | self.records, return_inverse=True)
        size, bridges = len(first), len(self.bridges)
        of_bridges = np.repeat(np.arange(size, size + bridges), [len(prints) for prints in self.bridges] or 0)
        prints = np.array([number for prints in self.bridges for number in prints], dtype=np.uint64)
        nodes, links = np.r_[record[self.print_rows], of_bridges], np.r_[self.prints, prints]
        return components(nodes, links, size + bridges)[record]

    def add(self, rows: NDArray[np.int64], keys: list[bytes], turn: int) -> None:
        """Add `rows` once more at the end, under other keys; what is known of their sources is not said again."""
        for field_ in fields(self):
            column = getattr(self, field_.name)
            if isinstance(column, np.ndarray) and field_.name not in LISTS:
                setattr(self, field_.name, np.r_[column, column[rows]])
        self.keys = self.keys + keys
        self.turns[len(self.turns) - len(rows) :] = turn

    def alive(self, role: int) -> NDArray[np.int64]:
        """The rows of a role that nothing has dropped."""
        return np.flatnonzero((self.reasons == KEPT) & (self.roles == role))


LISTS = {"prints", "print_rows", "traces", "trace_rows", "bands", "band_rows", "labels", "label_rows"}
"""Columns that have any number of values for a row."""

LIGHT = [
    "absent",
    "pair",
    "tokens",
    "labels",
    "place",
    "key",
    "record",
    "empty",
    "text_hash",
    "ask_hash",
    "gold_hash",
    "fingerprints",
    "rule",
    "stands_in",
    "traces",
    "bands",
    "reason",
]


def gather(reports: Sequence[PartReport], roles: Sequence[str]) -> Pool:
    """Return the pool of all parts from their spool files."""
    tables = []
    for report in reports:
        with pa.memory_map(report.spool) as mapped:
            tables.append(pa.ipc.open_file(mapped).read_all().select(LIGHT).combine_chunks())
    sizes = [table.num_rows for table in tables]
    whole = pa.concat_tables(tables).combine_chunks()
    coded = whole["reason"].combine_chunks().dictionary_encode() if whole.num_rows else None
    said = pc.list_flatten(whole["labels"]).combine_chunks().dictionary_encode()
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
        absent=whole["absent"].to_numpy().astype(np.int64),
        pairs=whole["pair"].to_numpy().astype(np.int64),
        tokens=whole["tokens"].to_numpy().astype(np.int64),
        labels=said.indices.to_numpy().astype(np.int64),
        label_rows=_rows_of(whole["labels"]),
        label_names=said.dictionary.to_pylist(),
        turns=np.zeros(whole.num_rows, np.int64),
        firsts=np.arange(whole.num_rows),
        prints=pc.list_flatten(whole["fingerprints"]).to_numpy(),
        print_rows=_rows_of(whole["fingerprints"]),
        rules=np.zeros(whole.num_rows, np.int64),
        stands_in=whole["stands_in"].to_numpy().astype(np.int64),
        traces=pc.list_flatten(whole["traces"]).to_numpy(),
        trace_rows=_rows_of(whole["traces"]),
        bands=pc.list_flatten(whole["bands"]).to_numpy(),
        band_rows=_rows_of(whole["bands"]),
        same_as=np.full(whole.num_rows, -1, np.int64),
        bridges=tuple(tuple(prints) for report in reports for prints in report.bridges),
        reasons=np.zeros(whole.num_rows, np.int64),
    )
    if coded is not None:
        codes = np.array([pool.code(name) for name in coded.dictionary.to_pylist()], dtype=np.int64)
        pool.reasons = codes[coded.indices.to_numpy()]
        rules = whole["rule"].combine_chunks().dictionary_encode()
        codes = np.array([pool.rule(name) for name in rules.dictionary.to_pylist()], dtype=np.int64)
        pool.rules = codes[rules.indices.to_numpy()]
    return pool


def _rows_of(lists: pa.ChunkedArray) -> NDArray[np.int64]:
    """The row of each value in a column of lists."""
    lengths = pc.list_value_length(lists).to_numpy().astype(np.int64)
    rows: NDArray[np.int64] = np.repeat(np.arange(len(lengths)), lengths)
    return rows
