"""What went in, what came out, what was dropped and why: in = kept + Σ dropped, exactly.

For documents, annotations, examples and samples of each split, corpus and task. Everything that is not kept has one
reason: its own if it never reached a row, else that of the row that got furthest; an annotation or a document is kept
if any row carries it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct.artefact import KINDS
from medinstruct.builder import spool
from medinstruct.builder.part import PartReport
from medinstruct.builder.plan import Ask
from medinstruct.builder.pool import Pool
from medinstruct.errors import BuildError

STEPS = ("longer than", "fits no", "stands in", "same text", "over the limit", "not drawn")
"""How reasons begin, in the order in which steps give them: later is further."""

Line = tuple[str, str, str]


def write_up(reports: Sequence[PartReport], pool: Pool, asks: dict[int, Ask], written: Counter[Line]) -> dict[str, Any]:
    """Return the ledger.

    Raises:
        BuildError: if any line of it does not balance, which would be a defect of this package.
    """
    lines: dict[str, dict[Line, Counter[str]]] = {kind: {} for kind in KINDS}
    furthest = _furthest(pool)
    for number, report in enumerate(reports):
        mine = np.flatnonzero(pool.parts == number)
        ordinals = spool.column(report.spool, "ordinals")
        for task in report.lost:
            places = {place for place, ask in asks.items() if ask.entry.task == task and ask.corpus.id == report.corpus}
            rows = mine[np.isin(pool.places[mine], list(places))]
            line = (report.role, report.corpus, task)
            examples = counted(pool.reasons[rows], pool)
            found = {
                "documents": _documents(report, task, pool, rows, furthest),
                "annotations": _annotations(report, task, ordinals, pool, rows, furthest),
                "examples": examples, "samples": Counter({"": examples[""]}),
            }  # fmt: skip
            for kind, reasons in found.items():
                lines[kind].setdefault(line, Counter()).update(reasons)
    ledger = {kind: [_entry(line, reasons) for line, reasons in sorted(table.items())] for kind, table in lines.items()}
    for entry in ledger["samples"]:
        rendered = written[entry["split"], entry["corpus"], entry["task"]]
        if rendered != entry["kept"]:
            raise BuildError(
                f"{entry['kept']} rows were drawn of {entry['corpus']} {entry['task']}, {rendered} were written"
            )
    _balance(ledger)
    return {**ledger, "totals": {kind: _total(ledger[kind]) for kind in KINDS}}


def _furthest(pool: Pool) -> NDArray[np.int8]:
    """How far each row got: the place of its reason among the steps, kept rows furthest of all."""
    step = [len(STEPS)] + [
        next((n for n, start in enumerate(STEPS) if name.startswith(start)), 0) for name in pool.names[1:]
    ]
    return np.array(step, dtype=np.int8)[pool.reasons]


def counted(reasons: NDArray[np.integer], pool: Pool) -> Counter[str]:
    """How often each reason of the pool is given."""
    return Counter({pool.names[code]: count for code, count in enumerate(np.bincount(reasons).tolist()) if count})


def _documents(
    report: PartReport, task: str, pool: Pool, rows: NDArray[np.int64], furthest: NDArray[np.int8]
) -> Counter[str]:
    records, best = _best(pool.records[rows], rows, furthest)
    unasked = len(report.unasked[task])
    broken = report.records - unasked - len(records)
    if broken != len(report.broken):
        raise BuildError(
            f"{report.corpus}/{report.split}: {broken} records have no rows, {len(report.broken)} are broken"
        )
    return counted(pool.reasons[best], pool) + Counter({"broken record": broken, "nothing to ask": unasked})


def _annotations(
    report: PartReport,
    task: str,
    ordinals: pa.ListArray,
    pool: Pool,
    rows: NDArray[np.int64],
    furthest: NDArray[np.int8],
) -> Counter[str]:
    mine = ordinals.take(pa.array(pool.rows[rows]))
    owners = np.repeat(rows, pc.list_value_length(mine).to_numpy())
    carried, best = _best(pc.list_flatten(mine).to_numpy(), owners, furthest)
    is_carried = np.zeros(report.annotations[task], dtype=bool)
    is_carried[carried] = True
    counts = counted(pool.reasons[best], pool)
    for reason, lost in report.lost[task].items():
        counts[reason] += int((~is_carried[lost]).sum())
    if silent := len(is_carried) - counts.total():
        raise BuildError(f"{report.corpus}/{report.split}: {silent} annotations are in no row, and nobody said why")
    return counts


def _best(
    things: NDArray[np.int32], owners: NDArray[np.int64], furthest: NDArray[np.int8]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The different things, and of each that owner row which got furthest; `things[i]` belongs to row `owners[i]`."""
    order = np.lexsort((furthest[owners], things))
    things, owners = things[order], owners[order]
    last = np.r_[things[1:] != things[:-1], True] if len(order) else np.zeros(0, dtype=bool)
    return things[last], owners[last]


def _entry(line: Line, reasons: Counter[str]) -> dict[str, Any]:
    split, corpus, task = line
    dropped = {reason: count for reason, count in sorted(reasons.items()) if reason and count}
    return {
        "split": split,
        "corpus": corpus,
        "task": task,
        "in": reasons.total(),
        "kept": reasons[""],
        "dropped": dropped,
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
