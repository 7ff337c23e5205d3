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
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import xxhash

from medinstruct import shelf
from medinstruct.builder import spool
from medinstruct.builder.plan import Ask, Slice, resolve, resolved
from medinstruct.document import Document
from medinstruct.formats.draft import Broken
from medinstruct.mixture import near as near_text
from medinstruct.mixture import search
from medinstruct.mixture.guard import fingerprint, identities
from medinstruct.mixture.search import NOTHING, Finding
from medinstruct.sample import draw, row_id
from medinstruct.tasks import native, subset
from medinstruct.tasks.facts import Choices
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import Example, Lost, Question, Source, Window
from medinstruct.tasks.unit import windows
from medinstruct.text.fingerprint import without_case
from medinstruct.text.tokenizer import Tokenizer

RECORDS_PER_LOT, CHARACTERS_PER_LOT = 64, 1 << 18

SPOOL = pa.schema([
    ("place", pa.int16()), ("key", pa.binary(16)), ("document", pa.string()), ("record", pa.int32()), ("file", pa.int32()),
    ("line", pa.int32()), ("unit", pa.string()), ("start", pa.int32()), ("end", pa.int32()),
    ("annotations", pa.list_(pa.string())), ("ordinals", pa.list_(pa.int32())),
    ("groups", pa.list_(pa.string())), ("fingerprints", pa.list_(pa.uint64())), ("question", pa.string()), ("gold", pa.string()),
    ("empty", pa.bool_()), ("tokens", pa.int32()), ("text_hash", pa.uint64()), ("ask_hash", pa.uint64()), ("gold_hash", pa.uint64()),
    ("asked_hash", pa.uint64()), ("labels", pa.list_(pa.string())),
    ("absent", pa.int8()), ("pair", pa.int8()),
    ("fits", pa.int64()), ("rule", pa.string()), ("stands_in", pa.int32()), ("traces", pa.list_(pa.uint64())),
    ("bands", pa.list_(pa.uint64())), ("reason", pa.string()),
])  # fmt: skip
"""`reason` is empty for a candidate; `fits` has a bit for each answer format of the entry; `file` is the place of the
record's file among the split's in their order, -1 where it is not known. `labels` are those that the gold says (see
`Gold.says`), `asked_hash` is the same for rows that may be shots of each other. `absent` and `pair` are what `Pool` has of that name.
"""


@dataclass(frozen=True)
class PartTask:
    """All that a worker needs to run a part; small and picklable."""

    recipe_text: str
    recipe_path: str
    slice: Slice
    guard: str
    """Folder of the index of what no row may hold (see `mixture.search`); empty where nothing is guarded."""
    spool: str
    as_published: bool = False
    only: frozenset[str] | None = None
    """Documents to ask; all, if it is left out."""


@dataclass
class PartReport:
    """What a part found; written beside its spool file as JSON."""

    corpus: str
    split: str
    role: str
    spool: str
    records: int = 0
    broken: list[tuple[str, str, str]] = field(default_factory=list)
    """Place, id and reason of each record that cannot be used."""
    repairs: dict[str, int] = field(default_factory=dict)
    annotations: dict[str, int] = field(default_factory=dict)
    """How many annotations of each task the split has; each has its ordinal, from 0."""
    lost: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """For each task, why some of its annotations are in no example, and the ordinals of these."""
    unasked: dict[str, list[int]] = field(default_factory=dict)
    """For each task, the records that it found nothing to ask of."""
    rows: dict[str, int] = field(default_factory=dict)
    """Examples made, by place of the entry."""
    refusals: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each `place:format`, how many examples it cannot hold, by reason."""
    bridges: list[list[int]] = field(default_factory=list)
    """The group fingerprints of records that have several and no row."""
    labels: dict[str, dict[str, int]] = field(default_factory=dict)
    """How often each native label was seen, by kind (see `tasks.native`)."""

    @property
    def sources(self) -> dict[str, str]:
        """SHA-256 of each file that was read, by name: of a corpus in small files a million, so they are left on the disk."""
        found: dict[str, str] = json.loads(Path(f"{self.spool}{SOURCES}").read_text(encoding="utf-8"))
        return found


SOURCES: Final = ".sources.json"
"""What is put to the name of a spool file for that of its sources."""


def run(task: PartTask) -> PartReport:
    """Run a part, or return what an interrupted build left finished."""
    done = Path(f"{task.spool}.json")
    if done.exists():
        return PartReport(**json.loads(done.read_text(encoding="utf-8")))
    recipe, cache = resolved(task.recipe_text, task.recipe_path)
    asks = [cache.setdefault(place, resolve(recipe, place)) for place in task.slice.places]
    report = PartReport(task.slice.corpus, task.slice.split, task.slice.role, task.spool)
    guard = search.index(task.guard) if task.guard and task.slice.role != "test" else None
    candidates = _Candidates(asks, report, guard, recipe.near)
    spool.write(task.spool, candidates.of(task), SPOOL)
    Path(f"{done}.tmp").write_text(json.dumps(vars(report), ensure_ascii=False), encoding="utf-8")
    os.replace(f"{done}.tmp", done)
    return report


def prepare(shelves: Sequence[str]) -> None:
    """Make a fresh process know the user's shelves."""
    for folder in shelves:
        shelf.add(folder)


class _Known(NamedTuple):
    """A record that will be asked."""

    record: Source
    groups: tuple[str, ...]
    prints: list[int]
    name: str
    number: int
    """Place in the split."""
    file: int
    line: int


def _lots(records: Iterator[_Known]) -> Iterator[list[_Known]]:
    """Records in lots, in which the guard looks them up; few where they are long, so that a lot stays small."""
    lot: list[_Known] = []
    held = 0
    for known in records:
        lot.append(known)
        held += (
            len(known.record.text) if isinstance(known.record, Document) else sum(map(len, known.record.texts.values()))
        )
        if len(lot) == RECORDS_PER_LOT or held > CHARACTERS_PER_LOT:
            yield lot
            lot, held = [], 0
    if lot:
        yield lot


class _Candidates:
    """The candidate rows of a part, and its report as it grows."""

    def __init__(self, asks: list[Ask], report: PartReport, guard: search.Index | None, near: float | None) -> None:
        self.asks, self.report, self.guard, self.near = asks, report, guard, near
        self.ordinals: dict[str, dict[str, int]] = {ask.entry.task: {} for ask in asks}
        """Of the annotations of the record that is asked."""
        self.gone: set[tuple[str, int]] = set()
        """Task and ordinal of those of its annotations whose loss is noted."""
        self.seen: dict[str, int] = {}
        self.native: Counter[tuple[str, str]] = Counter()
        self.formats = {ask.place: ask.formats for ask in asks}
        # several entries, and all pairs of a sentence, ask about the same texts one after the other
        self._measured = lru_cache(maxsize=256)(self._measure)
        self._found_in = lru_cache(maxsize=256)(guard.look_up_part if guard else lambda reading: NOTHING)
        self._bands = lru_cache(maxsize=256)(lambda reading: near_text.bands(near_text.shingles(reading), near or 1.0))
        report.annotations = {ask.entry.task: 0 for ask in asks}
        report.lost = {ask.entry.task: {} for ask in asks}
        report.unasked = {ask.entry.task: [] for ask in asks}
        report.rows = {str(ask.place): 0 for ask in asks}

    def of(self, task: PartTask) -> Iterator[dict[str, Any]]:
        for lot in _lots(self._read(task)):
            asked = [search.Known(known.record, known.groups, known.prints) for known in lot]
            found = self.guard.look_up(asked) if self.guard else [NOTHING] * len(lot)
            for known, finding in zip(lot, found):
                yield from self._of_record(known, finding)

    def _read(self, task: PartTask) -> Iterator[_Known]:
        """The records that are to be asked; what is told of all is noted on the way."""
        corpus, split = self.asks[0].corpus, task.slice.split
        files = corpus.files(split, task.slice.folder)
        sources = json.dumps({file.name: file.sha256 for file in files}, ensure_ascii=False)
        Path(f"{task.spool}{SOURCES}").write_text(sources, encoding="utf-8")
        repairs: Counter[str] = Counter()
        at = {file.name: n for n, file in enumerate(files)}
        for number, (place, record) in enumerate(corpus.placed(split, files, as_published=task.as_published)):
            self.report.records = number + 1
            if isinstance(record, Broken):
                self.report.broken.append((str(record.place), record.id, record.reason))
                continue
            repairs.update(record.notes)
            self.native.update(native.seen(record))
            times = self.seen[record.id] = self.seen.get(record.id, 0) + 1
            name = record.id if times == 1 else f"{record.id}#{times}"  # some releases list a document twice
            if task.only is None or name in task.only:
                groups = identities(record)
                prints = [fingerprint(group) for group in groups]
                yield _Known(record, groups, prints, name, number, at.get(place.file, -1), place.line)
        self.report.repairs = dict(sorted(repairs.items()))
        for (kind, label), times in sorted(self.native.items()):
            self.report.labels.setdefault(kind, {})[label] = times

    def _of_record(self, known: _Known, found: Finding) -> Iterator[dict[str, Any]]:
        record, number = known.record, known.number
        self.ordinals, self.gone = {task: {} for task in self.ordinals}, set()
        cut: dict[tuple[str, int], list[Window]] = {}
        asked = dict.fromkeys((ask.entry.task for ask in self.asks), False)
        for ask in self.asks:
            if not ask.fact.is_of(record):
                continue
            key = (ask.entry.unit, ask.max_tokens)
            if key not in cut:
                cut[key] = windows(record, ask.entry.unit, ask.max_tokens, ask.tokenizer)
            for thing in ask.type.views[type(ask.fact)](record, ask.fact, cut[key]):
                if isinstance(thing, Lost):
                    self._lose(ask, thing)
                    continue
                asked[ask.entry.task] = True
                if ask.entry.ask != "all":
                    place = self._key(ask, known.name, thing, ())
                    thing, unasked = subset.take(thing, ask.entry.ask, place)
                    for annotation in unasked:
                        self._lose(ask, Lost(annotation, subset.UNASKED))
                yield self._row(ask, known, found, thing)
        if len(known.prints) > 1 and not any(asked.values()):
            self.report.bridges.append(known.prints)
        for task, was_asked in asked.items():
            if not was_asked:
                self.report.unasked[task].append(number)

    def _row(self, ask: Ask, known: _Known, found: Finding, example: Example[Any, Any]) -> dict[str, Any]:
        question, gold, number = example.question, example.gold, known.number
        self.report.rows[str(ask.place)] += 1
        reading = question.reading
        tokens, text_hash = self._measured(ask.tokenizer, reading)
        fits = self._fits(ask, example)
        if found.in_part and self.guard and example.window != (0, 0):  # a part of a document answers for itself
            found = self._found_in(reading)
        if found.rule and self.guard:
            reason = f"stands in the test part of {self.guard.benchmarks(found.document)[0]}"
        elif tokens > ask.max_tokens:
            reason = f"longer than {ask.max_tokens} tokens"
        elif not fits:
            reason = "fits no answer format of its templates"
        else:
            reason = ""
        answer, said = gold.model_dump_json(exclude_defaults=True), gold.says(question)
        is_own = isinstance(ask.fact, Choices)  # each question brings its own options
        names = question.asked
        asked = () if is_own or ask.entry.ask.startswith("present") else names
        return {
            "place": ask.place, "key": self._key(ask, known.name, example, names),
            "document": known.name, "record": number, "file": known.file, "line": known.line,
            "unit": example.unit, "start": example.window[0], "end": example.window[1],
            "annotations": example.annotations, "ordinals": [self._ordinal(ask, a) for a in example.annotations],
            "groups": () if reason else known.groups, "fingerprints": known.prints,
            "question": "" if reason else question.model_dump_json(exclude_defaults=True), "gold": "" if reason else answer,
            "empty": gold.is_empty, "tokens": tokens,
            "text_hash": text_hash,
            "ask_hash": xxhash.xxh3_64_intdigest(f"{ask.type.name}\x1f{question.ask}".encode("utf-8", "surrogatepass")),
            "gold_hash": xxhash.xxh3_64_intdigest(answer.encode("utf-8", "surrogatepass")),
            "asked_hash": _drawn(asked), "labels": () if is_own else said,
            "absent": _absent(question, said), "pair": _pair(example),
            "fits": fits, "rule": found.rule, "stands_in": found.document, "traces": found.traces,
            "bands": self._bands(reading) if self.near and not reason else (), "reason": reason,
        }  # fmt: skip

    def _measure(self, tokenizer: Tokenizer, reading: str) -> tuple[int, int]:
        """The tokens of a text, and its hash."""
        return tokenizer.count(reading), without_case(reading)

    def _key(self, ask: Ask, document: str, example: Example[Any, Any], asked: tuple[str, ...]) -> bytes:
        """The name of a row, or, with nothing asked, of its place in its source."""
        unit = f"{ask.entry.unit} {example.unit}"
        return row_id(ask.corpus.id, self.report.split, document, ask.entry.task, ask.type.name, unit, asked)

    def _lose(self, ask: Ask, gone: Lost) -> None:
        """Note why an annotation is in no row of an entry; the first reason counts."""
        task, ordinal = ask.entry.task, self._ordinal(ask, gone.annotation)
        if (task, ordinal) not in self.gone:
            self.gone.add((task, ordinal))
            self.report.lost[task].setdefault(gone.reason, []).append(ordinal)

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

    def _ordinal(self, ask: Ask, annotation: str) -> int:
        """The number of an annotation of this record among those of its task in this part."""
        task = ask.entry.task
        known = self.ordinals[task]
        if (ordinal := known.get(annotation)) is None:
            ordinal = known[annotation] = self.report.annotations[task]
            self.report.annotations[task] += 1
        return ordinal


@lru_cache(maxsize=4_096)  # all questions of an entry ask the same
def _drawn(asked: tuple[str, ...]) -> int:
    return draw(*asked)


def _absent(question: Question, said: tuple[str, ...]) -> int:
    """0, 1 or 2: of the labels that an extraction asks for, the answer lacks none, some or all."""
    if isinstance(question, ChoiceQuestion) or set(question.offered) <= set(said):
        return 0
    return 1 if said else 2


def _pair(example: Example[Any, Any]) -> int:
    """1 or 2 where an option says that there is nothing, and is wrong or right; else 0."""
    gold = example.gold
    if not isinstance(gold, ChoiceGold) or gold.nothing is None:
        return 0
    return 2 if gold.is_empty else 1
