"""From the bytes of one split to candidate rows: the part of a build that runs anywhere and needs nobody.

A part reads its split once, asks every entry of every record, and writes the candidates to a spool file (Arrow,
memory-mapped by whoever renders them). What comes back is a small report: counts, broken records, lost annotations. A
row that guard, length or fit refuses stays in the spool with its reason and without its text, so that the ledger can
follow every annotation to its end.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from medinstruct import corpora, shelf
from medinstruct import text as prose
from medinstruct.builder.plan import Ask, Slice, resolve, resolved
from medinstruct.formats.draft import Broken
from medinstruct.mixture.guard import fingerprint, identities
from medinstruct.sample import row_id
from medinstruct.tasks.task import Example, Lost, Source, Window
from medinstruct.tasks.unit import windows

ROWS_PER_BATCH = 4_096

SPOOL = pa.schema([
    ("place", pa.int16()), ("key", pa.binary(16)), ("document", pa.string()), ("record", pa.int32()), ("unit", pa.string()),
    ("start", pa.int32()), ("end", pa.int32()), ("annotations", pa.list_(pa.string())), ("ordinals", pa.list_(pa.int32())),
    ("groups", pa.list_(pa.string())), ("fingerprints", pa.list_(pa.uint64())), ("question", pa.string()), ("gold", pa.string()),
    ("empty", pa.bool_()), ("tokens", pa.int32()), ("text_hash", pa.uint64()), ("ask_hash", pa.uint64()), ("gold_hash", pa.uint64()),
    ("fits", pa.int64()), ("reason", pa.string()),
])  # fmt: skip
"""`reason` is empty for a candidate; `fits` has a bit for each answer format of the entry."""


@dataclass(frozen=True)
class PartTask:
    """All that a worker needs to run a part; small and picklable."""

    recipe_text: str
    recipe_path: str
    slice: Slice
    guarded: tuple[str, ...]
    """Files of fingerprints (uint64) that no row may have; the stem is the benchmark's name."""
    spool: str
    as_published: bool = False


@dataclass
class PartReport:
    """What a part found; written beside its spool file as JSON."""

    corpus: str
    split: str
    role: str
    spool: str
    records: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file that was read, by name."""
    broken: list[tuple[str, str, str]] = field(default_factory=list)
    """Place, id and reason of each record that cannot be used."""
    repairs: dict[str, int] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    """For each task, one entry for each annotation of the split: empty, or why no example carries it."""
    unasked: dict[str, list[int]] = field(default_factory=dict)
    """For each task, the records that it found nothing to ask of."""
    rows: dict[str, int] = field(default_factory=dict)
    """Examples made, by place of the entry."""
    refusals: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each `place:format`, how many examples it cannot hold, by reason."""


def run(task: PartTask) -> PartReport:
    """Run a part, or return what an interrupted build left finished."""
    done = Path(f"{task.spool}.json")
    if done.exists():
        return PartReport(**json.loads(done.read_text()))
    recipe, cache = resolved(task.recipe_text, task.recipe_path)
    asks = [cache.setdefault(place, resolve(recipe, place)) for place in task.slice.places]
    report = PartReport(task.slice.corpus, task.slice.split, task.slice.role, task.spool)
    candidates = _Candidates(
        asks, report, {Path(path).stem: frozenset(np.load(path).tolist()) for path in task.guarded}
    )
    unfinished = f"{task.spool}.tmp"
    with pa.OSFile(unfinished, "wb") as sink, pa.ipc.new_file(sink, SPOOL) as writer:
        for batch in _batched(candidates.of(task)):
            writer.write_batch(batch)
    os.replace(unfinished, task.spool)
    Path(f"{done}.tmp").write_text(json.dumps(asdict(report), ensure_ascii=False))
    os.replace(f"{done}.tmp", done)
    return report


def prepare(shelves: Sequence[str]) -> None:
    """Make a fresh process know the user's shelves."""
    for folder in shelves:
        shelf.add(folder)


def _batched(rows: Iterator[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_PER_BATCH:
            yield pa.RecordBatch.from_pylist(batch, schema=SPOOL)
            batch = []
    if batch:
        yield pa.RecordBatch.from_pylist(batch, schema=SPOOL)


class _Candidates:
    """The candidate rows of a part, and its report as it grows."""

    def __init__(self, asks: list[Ask], report: PartReport, guarded: dict[str, frozenset[int]]) -> None:
        self.asks, self.report, self.guarded = asks, report, guarded
        self.ordinals: dict[str, dict[tuple[int, str], int]] = {ask.entry.task: {} for ask in asks}
        self.seen: dict[str, int] = {}
        self.formats = {ask.place: ask.formats for ask in asks}
        report.lost = {ask.entry.task: [] for ask in asks}
        report.unasked = {ask.entry.task: [] for ask in asks}
        report.rows = {str(ask.place): 0 for ask in asks}

    def of(self, task: PartTask) -> Iterator[dict[str, Any]]:
        corpus, split = self.asks[0].corpus, task.slice.split
        files = corpus.files(split, task.slice.folder)
        self.report.sources = {file.name: file.sha256 for file in files}
        repairs: Counter[str] = Counter()
        for number, record in enumerate(corpus.records(split, files, as_published=task.as_published)):
            self.report.records = number + 1
            if isinstance(record, Broken):
                self.report.broken.append((str(record.place), record.id, record.reason))
                continue
            repairs.update(record.notes)
            yield from self._of_record(number, record)
        self.report.repairs = dict(sorted(repairs.items()))

    def _of_record(self, number: int, record: Source) -> Iterator[dict[str, Any]]:
        times = self.seen[record.id] = self.seen.get(record.id, 0) + 1
        name = record.id if times == 1 else f"{record.id}#{times}"  # some releases list a document twice
        groups = identities(record)
        prints = [fingerprint(group) for group in groups]
        guard = next((name for name, known in self.guarded.items() if not known.isdisjoint(prints)), None)
        cut: dict[tuple[str, int], list[Window]] = {}
        asked = dict.fromkeys((ask.entry.task for ask in self.asks), False)
        for ask in self.asks:
            if not ask.fact.is_of(record):
                continue
            key = (ask.entry.unit, ask.max_tokens)
            if key not in cut:
                cut[key] = windows(record, ask.entry.unit, ask.max_tokens)
            for thing in ask.type.views[type(ask.fact)](record, ask.fact, cut[key]):
                if isinstance(thing, Lost):
                    ordinal = self._ordinal(ask, number, thing.annotation)
                    lost = self.report.lost[ask.entry.task]
                    lost[ordinal] = lost[ordinal] or thing.reason
                    continue
                asked[ask.entry.task] = True
                yield self._row(ask, number, name, groups, prints, guard, thing)
        for task, was_asked in asked.items():
            if not was_asked:
                self.report.unasked[task].append(number)

    def _row(
        self, ask: Ask, number: int, document: str, groups: tuple[str, ...], prints: list[int], guard: str | None, example: Example[Any, Any]
    ) -> dict[str, Any]:  # fmt: skip
        question, gold = example.question, example.gold
        self.report.rows[str(ask.place)] += 1
        reading = question.reading
        tokens = prose.count_tokens(reading)
        fits = self._fits(ask, example)
        if guard:
            reason = f"stands in the test part of {guard}"
        elif tokens > ask.max_tokens:
            reason = f"longer than {ask.max_tokens} tokens"
        elif not fits:
            reason = "fits no answer format of its templates"
        else:
            reason = ""
        answer = gold.model_dump_json(exclude_defaults=True)
        unit = f"{ask.entry.unit} {example.unit}"
        return {
            "place": ask.place,
            "key": row_id(
                ask.corpus.id, self.report.split, document, ask.entry.task, ask.type.name, unit, question.asked
            ),
            "document": document, "record": number, "unit": example.unit, "start": example.window[0], "end": example.window[1],
            "annotations": example.annotations, "ordinals": [self._ordinal(ask, number, a) for a in example.annotations],
            "groups": () if reason else groups, "fingerprints": prints,
            "question": "" if reason else question.model_dump_json(exclude_defaults=True), "gold": "" if reason else answer,
            "empty": gold.is_empty, "tokens": tokens,
            "text_hash": xxhash.xxh3_64_intdigest(" ".join(reading.split()).casefold().encode("utf-8", "surrogatepass")),
            "ask_hash": xxhash.xxh3_64_intdigest(f"{ask.type.name}\x1f{question.ask}".encode("utf-8", "surrogatepass")),
            "gold_hash": xxhash.xxh3_64_intdigest(answer.encode("utf-8", "surrogatepass")),
            "fits": fits, "reason": reason,
        }  # fmt: skip

    def _fits(self, ask: Ask, example: Example[Any, Any]) -> int:
        """A bit for each answer format that can hold the gold; refusals are counted."""
        mask = 0
        for n, (name, answer) in enumerate(self.formats[ask.place].items()):
            if (reason := answer.fits(example)) is None:
                mask |= 1 << n
            else:
                counts = self.report.refusals.setdefault(f"{ask.place}:{name}", {})
                counts[reason] = counts.get(reason, 0) + 1
        return mask

    def _ordinal(self, ask: Ask, record: int, annotation: str) -> int:
        """The number of an annotation among those of its task in this part."""
        known = self.ordinals[ask.entry.task]
        if (ordinal := known.get((record, annotation))) is None:
            ordinal = known[record, annotation] = len(known)
            self.report.lost[ask.entry.task].append("")
        return ordinal


def protected(task: tuple[str, str, str, tuple[str, ...]]) -> list[int]:
    """Return the fingerprints of every source text of a split: (corpus, split, folder, shelves)."""
    id, split, folder, shelves = task
    prepare(shelves)
    corpus = corpora.load(id)
    prints: set[int] = set()
    for record in corpus.records(split, corpus.files(split, Path(folder))):
        if not isinstance(record, Broken):
            prints.update(map(fingerprint, identities(record)))
    return sorted(prints)
