"""Does a build agree with itself: files, rows, ledger and manifest against one another, without a look at the sources.

Whoever changes a row has to change its digest, the shard's hash, the content digest and the ledger's counts as well; what
was changed so thoroughly is found by making rows again (`rerender`, `verify`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from pydantic import ValidationError

from medinstruct import artefact, engine, recipe, tasks, template
from medinstruct.artefact import Build, Rows
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.rebuild.rerender import Row, Tell, contradictions
from medinstruct.sample import row_digest
from medinstruct.template import Template

MOST = 5
"""Rows of a shard that are named for one kind of fault."""


@dataclass(frozen=True)
class Shard:
    """A shard and what its manifest says that matters for it; small and picklable."""

    path: str
    split: str
    sha256: str
    rows: int
    wordings: tuple[tuple[str, str], ...]
    """Name and text."""
    tasks: tuple[str, ...]
    """Of the recipe's entries, in their order, as the corpora call them."""
    corpora: tuple[tuple[str, str, str], ...]
    """Id, version and license."""


@dataclass
class Reading:
    """What a shard holds."""

    faults: list[str] = field(default_factory=list)
    hashes: bytes = b""
    """16 bytes for each row, over all its columns."""
    ids: bytes = b""
    templates: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By corpus and task."""
    documents: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    """Hashes of the documents that rows name."""
    annotations: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    characters: int = 0


def faults(build: Build, *, workers: int = 1, tell: Tell = lambda what, done, of: None) -> list[str]:
    """Return what in a build does not agree with the rest of it, one line each; empty if nothing is wrong."""
    try:
        found = contradictions(build)
        shards = list(_shards(build))
    except MedinstructError as error:
        return [str(error)]
    readings: list[Reading] = []
    tell("checking shards", 0, len(shards))
    for reading in engine.run(read, shards, workers=workers):
        readings.append(reading)
        tell("checking shards", len(readings), len(shards))
        found += reading.faults
    found += _counted(build, readings)
    found += _ledger(build, shards, readings)
    named = {build.folder / shard["file"] for shard in build.manifest["shards"]}
    found += [
        f"{path}: no shard of the manifest"
        for path in sorted((build.folder / "data").glob("*.parquet"))
        if path not in named
    ]
    return found


def _shards(build: Build) -> Iterator[Shard]:
    manifest = build.manifest
    where = str(build.folder / "manifest.json")
    with artefact.reading(build.folder / "manifest.json"):
        mix = tuple(entry.task for entry in recipe.parse(manifest["recipe_text"], where).mix)
        wordings = tuple((name, wording["text"]) for name, wording in manifest["templates"].items())
        corpora = tuple((id, corpus["version"], corpus["license"]) for id, corpus in manifest["corpora"].items())
        for shard in manifest["shards"]:
            path = str(build.folder / shard["file"])
            yield Shard(path, shard["split"], shard["sha256"], shard["rows"], wordings, mix, corpora)


def read(shard: Shard) -> Reading:
    """Return what a shard holds, and what is wrong with it."""
    found = Reading()
    path = Path(shard.path)
    try:
        with artefact.reading(path):
            if hashlib.sha256(path.read_bytes()).hexdigest() != shard.sha256:
                found.faults.append(f"{path}: its bytes are not those that the build wrote")
        faulty: dict[str, list[str]] = {}
        hashes, ids = [], []
        for n, row in enumerate(Rows([path])):
            with artefact.reading(path):
                hashes.append(artefact.row_hash(row))
                ids.append(bytes.fromhex(row["id"]))
                _take(found, shard, row)
                for fault in _faults(shard, row):
                    faulty.setdefault(fault, []).append(f"row {n} ({row['id'][:12]})")
    except FormatError as error:
        found.faults.append(str(error))
        return found
    found.hashes, found.ids = b"".join(hashes), b"".join(ids)
    if len(hashes) != shard.rows:
        found.faults.append(f"{path}: {len(hashes):,} rows, and should have {shard.rows:,}")
    for fault, rows in faulty.items():
        more = f" and {len(rows) - MOST:,} more" if len(rows) > MOST else ""
        found.faults.append(f"{path}: {', '.join(rows[:MOST])}{more}: {fault}")
    return found


def _take(found: Reading, shard: Shard, row: Row) -> None:
    """Count a row for ledger and manifest."""
    meta = json.loads(row["meta"])
    line = (row["corpus"], shard.tasks[meta["entry"]])
    found.rows[line] += 1
    found.templates[row["template"]] += 1
    found.characters += sum(len(message["content"]) for message in row["messages"])
    source = f"{row['split']}\x1f{row['document']}"
    found.documents.setdefault(line, set()).add(xxhash.xxh3_64_intdigest(source.encode()))
    carried = found.annotations.setdefault(line, set())
    carried.update(xxhash.xxh3_64_intdigest(f"{source}\x1f{each}".encode()) for each in meta["annotations"])


def _faults(shard: Shard, row: Row) -> Iterator[str]:
    """What is wrong with a row by itself."""
    if row["digest"] != row_digest(row["messages"], row["gold"]):
        yield "its digest is not that of its messages and gold"
    if (row["corpus"], row["corpus_version"], row["license"]) not in shard.corpora:
        yield "the manifest knows no such corpus, version and license"
    wording = _wordings(shard.wordings).get(row["template"])
    if wording is None or wording.hash != row["template_hash"]:
        yield "the manifest knows no such wording"
    elif not row["messages"]:
        yield "it has no messages"
    else:
        yield from _answered(wording, row)


def _answered(wording: Template, row: Row) -> Iterator[str]:
    """Whether the answer of a row comes back as what its format carries of the gold."""
    try:
        example = tasks.load(row["type"]).read(row["example"], row["gold"])
        due = wording.answer.carries(example)
    except (ValidationError, MedinstructError, ValueError, LookupError) as error:
        yield f"its question or gold cannot be read: {' '.join(str(error).split())[:120]}"
        return
    if wording.answer.parse(row["messages"][-1]["content"], example.question).prediction != due:
        yield "its answer does not come back as its gold"


@cache
def _wordings(texts: tuple[tuple[str, str], ...]) -> dict[str, Template]:
    return {name: template.compile(text, name) for name, text in texts}


def _counted(build: Build, readings: list[Reading]) -> list[str]:
    """What manifest and rows do not count alike; whether ids are unique; whether the rows are those of the digest."""
    manifest, told = build.manifest, []
    content, rows = hashlib.sha256(), Counter[str]()
    for shard, reading in zip(manifest["shards"], readings):
        content.update(f"{shard['split']}\n".encode() + reading.hashes)
        rows[shard["split"]] += len(reading.hashes) // 16
    used: Counter[str] = sum((reading.templates for reading in readings), Counter())
    stated: dict[str, tuple[Any, Any]] = {
        "rows": (manifest["rows"], dict(rows)),
        "characters": (manifest.get("characters"), sum(reading.characters for reading in readings)),
        "templates": (+Counter({name: wording["rows"] for name, wording in manifest["templates"].items()}), used),
        "digest": (manifest["digest"], content.hexdigest()),
    }
    told += [f"manifest: {key} is not what the rows say" for key, (says, due) in stated.items() if says != due]
    ids = np.frombuffer(b"".join(reading.ids for reading in readings), dtype=">u8").reshape(-1, 2)
    if twice := len(ids) - len(np.unique(ids, axis=0)):
        told.append(f"{twice:,} ids stand there twice")
    return told


def _ledger(build: Build, shards: list[Shard], readings: list[Reading]) -> list[str]:
    """What ledger and rows do not count alike, and where the ledger does not balance."""
    path = build.folder / "ledger.json"
    try:
        with artefact.reading(path):
            if hashlib.sha256(path.read_bytes()).hexdigest() != build.manifest.get("ledger_sha256"):
                return [f"{path}: its bytes are not those that the build wrote", *_books(build, shards, readings)]
            return _books(build, shards, readings)
    except FormatError as error:
        return [str(error)]


def _books(build: Build, shards: list[Shard], readings: list[Reading]) -> list[str]:
    told = []
    where = build.folder / "ledger.json"
    for kind in artefact.KINDS:
        sums: Counter[str] = Counter()
        for line in build.ledger[kind]:
            name = f"{where}: {kind} of {line['split']} {line['corpus']} {line['task']}"
            if line["in"] != line["kept"] + sum(line["dropped"].values()):
                told.append(f"{name} do not balance")
            mine = [reading for shard, reading in zip(shards, readings) if shard.split == line["split"]]
            found = _found(kind, mine, (line["corpus"], line["task"]))
            if found != line["kept"]:
                told.append(f"{name}: {line['kept']:,} kept, and rows show {found:,}")
            sums.update({"in": line["in"], "kept": line["kept"]})
        if any(build.ledger["totals"][kind][key] != sums[key] for key in ("in", "kept")):
            told.append(f"{where}: the total of {kind} is not the sum of its lines")
    return told


def _found(kind: str, readings: list[Reading], line: tuple[str, str]) -> int:
    """How many of a kind the rows of a corpus and task show."""
    if kind in ("examples", "samples"):
        return sum(reading.rows[line] for reading in readings)
    named = [reading.documents if kind == "documents" else reading.annotations for reading in readings]
    return len(set[int]().union(*(things.get(line, set()) for things in named)))
