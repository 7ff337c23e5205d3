"""All candidate rows of a build as light columns, and why each one goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct import engine
from medinstruct.builder import spool
from medinstruct.builder.part import PartReport
from medinstruct.mixture.components import components
from medinstruct.mixture.twins import has_twin

KEPT, DRAWN_OUT = 0, 1
"""Codes every pool has: a row still in it, and one that the draw did not reach."""
KEYS_AT_ONCE = 65_536


@dataclass
class Pool:
    """One value per candidate row, parts one after the other in the order of the plan; about 90 bytes in all."""

    parts: NDArray[np.int32]
    rows: NDArray[np.int32]
    """Place of the row in its part's spool file."""
    places: NDArray[np.int16]
    """Place of its entry in the recipe."""
    records: NDArray[np.int32]
    roles: NDArray[np.int8]
    """Place in `artefact.ROLES`."""
    keys: NDArray[np.void]
    """16 bytes each."""
    texts: NDArray[np.uint64]
    asks: NDArray[np.uint64]
    answers: NDArray[np.uint64]
    empty: NDArray[np.bool_]
    absent: NDArray[np.int8]
    """How many of the labels asked for the answer does not have: 0 none, 1 some, 2 all; 0 where none are asked for."""
    pairs: NDArray[np.int8]
    """1 where an option could say that there is nothing, and does not; 2 where it does; else 0."""
    tokens: NDArray[np.int32]
    """Of the text that is asked about."""
    labels: NDArray[np.int32]
    label_rows: NDArray[np.int32]
    """The labels that the answers say, by their place in `label_names`, and the row of each; not again for repeats."""
    label_names: list[str]
    turns: NDArray[np.int16]
    """How often the same candidate stands before this row: 0 but for repeats."""
    firsts: NDArray[np.int32]
    """The row that this one repeats, or itself."""
    prints: NDArray[np.uint64]
    print_rows: NDArray[np.int32]
    """The group fingerprints of each record, and its first row."""
    rules: NDArray[np.int16]
    """Place in `rule_names` of what betrayed the row to the guard; 0 where nothing did."""
    stands_in: NDArray[np.int32]
    """Place of the test document that it stands in among those of the guard's index, or -1."""
    traces: NDArray[np.uint64]
    trace_rows: NDArray[np.int32]
    """What the row has in common with test documents and may be boilerplate, and the row of each."""
    same_as: NDArray[np.int32]
    """The row that stays where this one is a duplicate, else -1."""
    bridges: tuple[tuple[int, ...], ...]
    """The group fingerprints of records without a row, which may yet link two that have some."""
    reasons: NDArray[np.int16]
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
        return _place(reason, self.names)

    def rule(self, name: str) -> int:
        """The code of a rule of the guard, new or known."""
        return _place(name, self.rule_names)

    @property
    def is_guarded(self) -> NDArray[np.bool_]:
        """Whether the guard refused each row."""
        return self.rules > 0

    def key(self, row: int) -> bytes:
        """The name of a row."""
        name: bytes = self.keys[row].tobytes()
        return name

    def hashed(self, hash: Callable[[bytes], int], rows: NDArray[np.int64] | None = None) -> NDArray[np.uint64]:
        """Return the hash of the name of each row, or of each of some rows."""
        size = len(self.keys) if rows is None else len(rows)
        return np.fromiter(map(hash, self._names(rows)), dtype=np.uint64, count=size)

    def _names(self, rows: NDArray[np.int64] | None) -> Iterator[bytes]:
        for start in range(0, len(self.keys) if rows is None else len(rows), KEYS_AT_ONCE):
            some = slice(start, start + KEYS_AT_ONCE)
            yield from self.keys[some if rows is None else rows[some]].tolist()

    def double_names(self) -> NDArray[np.int64]:
        """The first row of each name that several rows have."""
        high, low = self.keys.view("<u8").reshape(-1, 2).T
        near = np.flatnonzero(has_twin(high))  # as a rule none
        order = near[np.lexsort((low[near], high[near]))]
        again = (high[order][1:] == high[order][:-1]) & (low[order][1:] == low[order][:-1])
        firsts: NDArray[np.int64] = order[:-1][again & ~np.r_[False, again[:-1]][: len(again)]]
        return firsts

    def forget(self, *columns: str) -> None:
        """Let go of columns that nobody will look at any more, and of the memory that they took."""
        for name in columns:
            setattr(self, name, getattr(self, name)[:0].copy())
        engine.give_back()

    def components(self) -> NDArray[np.int32]:
        """The group of each row: rows whose records share an identity, directly or by way of other records."""
        is_first = np.r_[True, (self.parts[1:] != self.parts[:-1]) | (self.records[1:] != self.records[:-1])]
        record = (np.cumsum(is_first[: len(self.parts)], dtype=np.int32) - 1)[self.firsts]
        size, bridges = int(record.max(initial=-1)) + 1, len(self.bridges)
        of_bridges = np.repeat(np.arange(size, size + bridges), [len(prints) for prints in self.bridges] or 0)
        prints = np.array([number for prints in self.bridges for number in prints], dtype=np.uint64)
        nodes, links = np.r_[record[self.print_rows], of_bridges], np.r_[self.prints, prints]
        groups: NDArray[np.int32] = components(nodes, links, size + bridges).astype(np.int32)[record]
        return groups

    def add(self, rows: NDArray[np.int64], keys: list[bytes], turn: int) -> None:
        """Add `rows` once more at the end, under other keys; what is known of their sources is not said again."""
        size = len(self.rows)
        for field_ in fields(self):
            column = getattr(self, field_.name)
            if isinstance(column, np.ndarray) and field_.name not in LISTS and len(column) == size:
                setattr(self, field_.name, np.r_[column, column[rows]])
        self.keys[len(self.keys) - len(rows) :] = np.frombuffer(b"".join(keys), dtype="V16")
        self.turns[len(self.turns) - len(rows) :] = turn

    def alive(self, role: int) -> NDArray[np.int64]:
        """The rows of a role that nothing has dropped."""
        return np.flatnonzero((self.reasons == KEPT) & (self.roles == role))


LISTS = {"prints", "print_rows", "traces", "trace_rows", "labels", "label_rows"}
"""Columns that have any number of values for a row."""


def _place(name: str, names: list[str]) -> int:
    """The place of a name in a list of them, to which it is added where it is new."""
    if name not in names:
        names.append(name)
    return names.index(name)


FLAT = {
    "places": ("place", np.int16), "records": ("record", np.int32), "texts": ("text_hash", np.uint64), "asks": ("ask_hash", np.uint64),
    "answers": ("gold_hash", np.uint64), "empty": ("empty", np.bool_), "absent": ("absent", np.int8), "pairs": ("pair", np.int8),
    "tokens": ("tokens", np.int32), "stands_in": ("stands_in", np.int32),
}  # fmt: skip
"""Columns that are taken from a spool file as they are: of which name, and how wide."""
LIGHT = [*(name for name, _ in FLAT.values()), "key", "labels", "fingerprints", "rule", "traces", "reason"]


def gather(reports: Sequence[PartReport], roles: Sequence[str], *, labels: bool = True) -> Pool:
    """Return the pool of all parts from their spool files, one part in memory at a time; without labels if nobody asks."""
    tables = [spool.columns(report.spool, LIGHT) for report in reports]
    size = sum(table.num_rows for table in tables)
    columns = {name: np.empty(size, dtype=kind) for name, kind in KINDS.items()}
    lists: dict[str, list[NDArray[Any]]] = {name: [] for name in LISTS}
    names: dict[str, list[str]] = {"labels": [], "rules": [""], "reasons": ["", "not drawn"]}
    end = 0
    for number, (report, table) in enumerate(zip(reports, tables)):
        start, end = end, end + table.num_rows
        found = _of_part(table, names, start, labels=labels)
        found["parts"], found["roles"] = np.int32(number), np.int8(roles.index(report.role))
        found["rows"] = np.arange(end - start, dtype=np.int32)
        for name, column in columns.items():
            column[start:end] = found[name]
        for name, pieces in lists.items():
            pieces.append(found[name])
    columns |= {name: np.concatenate(lists.pop(name)) for name in list(lists)}
    engine.give_back()
    return Pool(
        **columns,
        label_names=names["labels"], rule_names=names["rules"], names=names["reasons"],
        turns=np.zeros(size, np.int16), firsts=np.arange(size, dtype=np.int32), same_as=np.full(size, -1, np.int32),
        bridges=tuple(tuple(prints) for report in reports for prints in report.bridges),
    )  # fmt: skip


CODED = {"rules": "rule", "reasons": "reason"}
"""Columns of words, of which the pool has the places in a list."""
KINDS: dict[str, Any] = {
    "parts": np.int32, "rows": np.int32, "roles": np.int8, "keys": "V16", **dict.fromkeys(CODED, np.int16),
    **{name: kind for name, (_, kind) in FLAT.items()},
}  # fmt: skip
"""Columns with one value for each row, and how wide."""


def _of_part(table: pa.Table, names: dict[str, list[str]], before: int, *, labels: bool) -> dict[str, Any]:
    """The columns of one part, of which `before` rows stand before; `names` grow by the words that are new."""
    found: dict[str, Any] = {name: table[column].to_numpy() for name, (column, _) in FLAT.items()}
    keys = [np.frombuffer(chunk.buffers()[1], "V16", len(chunk), 16 * chunk.offset) for chunk in table["key"].chunks]
    found["keys"] = np.concatenate([np.zeros(0, "V16"), *keys])
    for name, column in CODED.items():
        found[name] = _codes(table[column], names[name])
    said = table["labels"] if labels else table["labels"].slice(0, 0)
    found["labels"], found["label_rows"] = _codes(pc.list_flatten(said), names["labels"]), _rows_of(said, before)
    found["traces"], found["trace_rows"] = (
        pc.list_flatten(table["traces"]).to_numpy(),
        _rows_of(table["traces"], before),
    )
    records = found["records"]
    firsts = np.flatnonzero(np.r_[True, records[1:] != records[:-1]][: len(records)])
    prints = table["fingerprints"].take(pa.array(firsts))
    found["prints"] = pc.list_flatten(prints).to_numpy()
    found["print_rows"] = (firsts + before).astype(np.int32)[_rows_of(prints, 0)]
    return found


def _codes(words: pa.ChunkedArray, names: list[str]) -> NDArray[np.int32]:
    """The place of each word in `names`, which grow by those that are new."""
    coded = words.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):  # of no chunk at all
        return np.zeros(0, dtype=np.int32)
    places = np.array([_place(name, names) for name in coded.dictionary.to_pylist()], dtype=np.int32)
    found: NDArray[np.int32] = places[coded.indices.to_numpy()]
    return found


def _rows_of(lists: pa.ChunkedArray, before: int) -> NDArray[np.int32]:
    """The row of each value in a column of lists."""
    lengths = pc.list_value_length(lists).to_numpy()
    rows: NDArray[np.int32] = np.repeat(np.arange(before, before + len(lengths), dtype=np.int32), lengths)
    return rows
