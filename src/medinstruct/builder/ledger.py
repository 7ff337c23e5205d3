"""What went in, what came out, what was dropped and why: in = kept + Σ dropped, exactly.

For documents, annotations, examples and samples of each split, corpus and task. Everything that is not kept has one
reason: its own if it never reached a row, else that of the row that got furthest; an annotation or a document is kept
if any row carries it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct.builder.part import PartReport
from medinstruct.builder.plan import Ask
from medinstruct.builder.pool import KEPT, Pool
from medinstruct.errors import BuildError

KINDS = ("documents", "annotations", "examples", "samples")
STEPS = ("longer than", "fits no", "stands in", "same text", "over the limit", "not drawn")
"""How reasons begin, in the order in which steps give them: later is further."""

Line = tuple[str, str, str]


def write_up(reports: Sequence[PartReport], pool: Pool, asks: dict[int, Ask], written: Counter[Line]) -> dict[str, Any]:
    """Return the ledger.

    Raises:
        BuildError: if any line of it does not balance, which would be a defect of this package.
    """
    lines: dict[str, dict[Line, list[str]]] = {kind: {} for kind in KINDS}
    furthest = _furthest(pool)
    for number, report in enumerate(reports):
        mine = np.flatnonzero(pool.parts == number)
        with pa.memory_map(report.spool) as mapped:
            ordinals = pa.ipc.open_file(mapped).read_all()["ordinals"].combine_chunks()
        for task, lost in report.lost.items():
            places = {place for place, ask in asks.items() if ask.entry.task == task and ask.corpus.id == report.corpus}
            rows = mine[np.isin(pool.places[mine], list(places))]
            line = (report.role, report.corpus, task)
            lines["examples"].setdefault(line, []).extend(pool.names[code] for code in pool.reasons[rows])
            lines["documents"].setdefault(line, []).extend(_documents(report, task, pool, rows, furthest))
            lines["annotations"].setdefault(line, []).extend(_annotations(lost, ordinals, pool, rows, furthest))
            drawn = int((pool.reasons[rows] == KEPT).sum())
            lines["samples"].setdefault(line, []).extend([""] * drawn)
    ledger = {kind: [_entry(line, reasons) for line, reasons in sorted(table.items())] for kind, table in lines.items()}
    for entry in ledger["samples"]:
        rendered = written[entry["split"], entry["corpus"], entry["task"]]
        if rendered != entry["kept"]:
            raise BuildError(
                f"{entry['kept']} rows were drawn of {entry['corpus']} {entry['task']}, {rendered} were written"
            )
    _balance(ledger)
    return {**ledger, "totals": {kind: _total(ledger[kind]) for kind in KINDS}}


def _furthest(pool: Pool) -> NDArray[np.int64]:
    """How far each row got: the place of its reason among the steps, kept rows furthest of all."""
    step = [len(STEPS)] + [
        next((n for n, start in enumerate(STEPS) if name.startswith(start)), 0) for name in pool.names[1:]
    ]
    return np.array(step)[pool.reasons]


def _documents(
    report: PartReport, task: str, pool: Pool, rows: NDArray[np.int64], furthest: NDArray[np.int64]
) -> Iterable[str]:
    reasons = ["nothing to ask"] * report.records
    _best(reasons, pool, pool.records[rows], rows, furthest)
    broken = report.records - len(report.unasked[task]) - len(np.unique(pool.records[rows]))
    if broken != len(report.broken):
        raise BuildError(
            f"{report.corpus}/{report.split}: {broken} records have no rows, {len(report.broken)} are broken"
        )
    yield from ["broken record"] * len(report.broken)
    with_rows = np.unique(pool.records[rows])
    yield from (reasons[record] for record in with_rows)
    yield from ["nothing to ask"] * len(report.unasked[task])


def _annotations(
    lost: list[str], ordinals: pa.ListArray, pool: Pool, rows: NDArray[np.int64], furthest: NDArray[np.int64]
) -> Iterable[str]:
    reasons = list(lost)
    mine = ordinals.take(pa.array(pool.rows[rows]))
    owners = np.repeat(rows, pc.list_value_length(mine).to_numpy().astype(np.int64))
    carried = pc.list_flatten(mine).to_numpy().astype(np.int64)
    _best(reasons, pool, carried, owners, furthest)
    return reasons


def _best(
    reasons: list[str],
    pool: Pool,
    things: NDArray[np.int64],
    owners: NDArray[np.int64],
    furthest: NDArray[np.int64],
) -> None:
    """Set for each thing the reason of that owner row which got furthest; `things[i]` belongs to row `owners[i]`."""
    order = np.lexsort((furthest[owners], things))
    last = np.r_[things[order][1:] != things[order][:-1], True] if len(order) else np.zeros(0, dtype=bool)
    for thing, owner in zip(things[order][last], owners[order][last]):
        reasons[thing] = pool.names[pool.reasons[owner]]


def _entry(line: Line, reasons: list[str]) -> dict[str, Any]:
    split, corpus, task = line
    counts = Counter(reasons)
    kept = counts.pop("", 0)
    return {
        "split": split,
        "corpus": corpus,
        "task": task,
        "in": len(reasons),
        "kept": kept,
        "dropped": dict(sorted(counts.items())),
    }


def _total(entries: list[dict[str, Any]]) -> dict[str, Any]:
    dropped: Counter[str] = Counter()
    for entry in entries:
        dropped.update(entry["dropped"])
    return {
        "in": sum(e["in"] for e in entries),
        "kept": sum(e["kept"] for e in entries),
        "dropped": dict(sorted(dropped.items())),
    }


def _balance(ledger: dict[str, list[dict[str, Any]]]) -> None:
    for kind, entries in ledger.items():
        for entry in entries:
            if entry["in"] != entry["kept"] + sum(entry["dropped"].values()):
                raise BuildError(
                    f"the ledger does not balance for {kind} of {entry['corpus']} {entry['task']}: {entry}"
                )
