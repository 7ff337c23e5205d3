"""Which benchmark documents stand in a build that keeps them: looked for in the finished rows, counted and listed.

`guard` keeps test documents out, `watch` leaves them in and says so: for mixtures that are to be as their paper published
them. Both look things up in the same kind of index by the same rules (see `mixture.search`); the guard looks at source
records, the watch at what a row shows of them.

column of `watched.parquet`: id, split, corpus, document, task of the row; `rule` that betrayed it; `benchmarks` it
stands in; `stands_in`, the test document (`chemprot/test 10216161`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from medinstruct import artefact
from medinstruct.builder.guarding import Guard, Run
from medinstruct.document import Document, Item
from medinstruct.mixture import search, signature
from medinstruct.mixture.guard import fingerprint
from medinstruct.mixture.signature import BOILERPLATE

FILE: Final = "watched.parquet"
SCHEMA: Final = pa.schema([
    ("id", pa.string()), ("split", pa.string()), ("corpus", pa.string()), ("document", pa.string()), ("task", pa.string()),
    ("rule", pa.string()), ("benchmarks", pa.list_(pa.string())), ("stands_in", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class WatchTask:
    """A shard, and the folder of the index to look its rows up in."""

    path: str
    split: str
    index: str


class Sighting(NamedTuple):
    """A row that has something in common with test documents."""

    row: dict[str, Any]
    """Its line in the list, as far as it is known."""
    document: int
    """Place of the test document in the index; -1 where traces have still to be weighed."""
    traces: tuple[int, ...]
    group: int
    """What counts as one group of rows where traces are weighed: those of one source document."""


def look(task: WatchTask) -> tuple[int, list[Sighting]]:
    """Return how many rows a shard has, and those that have something in common with test documents; runs in a worker."""
    index = search.index(task.index)
    seen, rows = [], artefact.Rows([Path(task.path)])
    known: dict[tuple[str, str, str, str], search.Finding] = {}
    for row in rows:
        groups, source = row["groups"], (row["corpus"], row["split"], row["document"])
        record = _shown(row)
        text = record.text if isinstance(record, Document) else record.model_dump_json()
        if (found := known.get((*source, text))) is None:
            (found,) = index.look_up([search.Known(record, tuple(groups), [*map(fingerprint, groups)])])
            known[*source, text] = found
        if found.rule or found.traces:
            line = {name: row[name] for name in ("id", "corpus", "document", "task")}
            group = xxhash.xxh3_64_intdigest("\x1f".join(source).encode()) >> 1
            seen.append(
                Sighting({**line, "split": task.split, "rule": found.rule}, found.document, found.traces, group)
            )
    return len(rows), seen


def _shown(row: dict[str, Any]) -> Document | Item:
    """What a row shows of its source: a text that was cut out of a document, or the texts, question and options of an item."""
    question = json.loads(row["example"])
    texts = question.get("texts") or {"text": question.get("text", "")}
    if "text" in texts:
        return Document(id=row["document"], text=texts["text"])
    asked, options = question.get("question") or question.get("instruction", ""), question.get("options", ())
    written = (row["messages"][-1]["content"],) if row["type"] == "text_generation" else ()
    return Item(id=row["document"], texts=texts, question=asked, options=options, references=written)


def watch(guarded: Guard, shards: Sequence[tuple[str, str]], folder: Path, run: Run) -> dict[str, Any]:
    """Write the list of the rows that stand in watched test parts, and return what the manifest says of them.

    Args:
        guarded: The index of what is watched, as `guarding.guard` writes it.
        shards: Split and path of each; the test part is not looked at.
        folder: Of the artefact.
        run: Runs a function on each of a list of arguments.
    """
    index = guarded.index
    if index is None:
        return {}
    tasks = [WatchTask(path, split, guarded.folder) for split, path in shards if split != "test"]
    looked = run(look, tasks, "looking for what is watched")
    checked, sightings = sum(count for count, _ in looked), [each for _, seen in looked for each in seen]
    lines = [
        {**each.row, "rule": rule, "benchmarks": index.benchmarks(document), "stands_in": index.documents[document]}
        for each, (rule, document) in zip(sightings, _weighed(sightings, index))
        if rule
    ]
    if lines:
        pq.write_table(pa.Table.from_pylist(lines, SCHEMA), folder / FILE, compression="zstd")
    told = {}
    for name, covered in guarded.told.items():
        mine = [line for line in lines if name in line["benchmarks"]]
        told[name] = {
            **covered, "checked": checked, "held": len(mine), "documents": len({line["stands_in"] for line in mine}),
            "rules": dict(sorted(Counter(line["rule"] for line in mine).items())),
            "parts": dict(sorted(Counter(line["stands_in"].split(" ", 1)[0] for line in mine).items())),
        }  # fmt: skip
    return told


def _weighed(sightings: Sequence[Sighting], index: search.Index) -> list[tuple[str, int]]:
    """The rule and the test document of each sighting; no rule where all of its traces are boilerplate."""
    verdicts = [(each.row["rule"], each.document) for each in sightings]
    owners = [n for n, each in enumerate(sightings) if not each.row["rule"] for _ in each.traces]
    if not owners:
        return verdicts
    traces = np.array([trace for each in sightings if not each.row["rule"] for trace in each.traces], dtype=np.uint64)
    hits = index.trace(traces)
    groups = np.array([sightings[n].group for n in owners], dtype=np.int64)
    everywhere = np.concatenate([traces, traces]), np.concatenate([groups, -1 - hits.groups])
    common = signature.in_several(*everywhere, BOILERPLATE)[: len(traces)]
    for n in np.flatnonzero(~common)[::-1].tolist():
        verdicts[owners[n]] = (search.RULES[int(hits.rules[n])], int(hits.documents[n]))
    return verdicts
