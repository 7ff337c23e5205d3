"""What two builds differ in: rows by their ids, and what their manifests say. It needs the two folders and nothing else.

    added        only the second build has a row of this id
    removed      only the first has
    moved        both have it, in different splits
    relabelled   its gold is another
    reread       what is asked about, or what may be answered, reads otherwise
    redrawn      its options stand in another order, or other examples are shown before it
    reworded     its template is another, or the same question and gold are put into other words

A row can be several of these. An order of options is undone before golds are compared, so that a shuffle is no new
label. Light columns of both builds are held in memory (about 80 bytes a row); texts are read only past one another,
and only compared where digests differ.

Versions of a data set are counted like those of a program (docs/decisions/0012-versions-of-data.md): `level` is what
the next one has to raise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from numpy.typing import NDArray

from medinstruct.artefact import AGAIN, ROLES, Build, reading
from medinstruct.errors import FormatError, MedinstructError

KINDS = ("added", "removed", "moved", "relabelled", "reread", "redrawn", "reworded")
"""Of changes of a row."""

Level = Literal["none", "patch", "minor", "major"]

BREAKS = ("removed", "moved", "relabelled", "reread")
"""Kinds after which a result on the first build need not hold on the second: a major version."""

PLACES = {"unit", "record", "file", "line", "window", "annotations", "tokens", "entry", "rank", "repeat", "repeats"}
"""What `meta` says of where a row stands; the rest of it are draws."""

EXPLAINS = {"guideline", "definitions"}
"""What a question holds for the wordings that show it; another one is another wording."""

Numbers = NDArray[np.int64]


class Change(NamedTuple):
    """A row that is not the same in both builds."""

    id: str
    kinds: tuple[str, ...]
    corpus: str
    task: str
    before: tuple[str, int] | None
    """Split and place of the row in the first build."""
    after: tuple[str, int] | None


class Stated(NamedTuple):
    """Something that the two manifests do not say alike; None where one says nothing of it."""

    what: str
    """`setting`, `corpus`, `license`, `source`, `template`, `guard`, `watch`, `missing` or `column`."""
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Difference:
    """Everything in which two builds differ: counts at once, rows when they are asked for."""

    before: Build
    after: Build
    manifest: list[Stated]
    _first: _Light = field(repr=False)
    _second: _Light = field(repr=False)
    _rows: dict[str, tuple[Numbers, Numbers]] = field(repr=False)
    """For each kind, the rows of the first and of the second build; of added and removed rows one of them is empty."""
    same: int
    """Rows that both builds have alike."""

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows are of each kind."""
        return {kind: max(len(first), len(second)) for kind, (first, second) in self._rows.items()}

    @cached_property
    def table(self) -> dict[tuple[str, ...], dict[str, int]]:
        """How many rows of each kind there are, by corpus and task; only what is not zero."""
        found: dict[tuple[str, ...], Counter[str]] = {}
        names = self._first.names.things
        for kind, (first, second) in self._rows.items():
            light, rows = (self._second, second) if kind == "added" else (self._first, first)
            lines, counts = np.unique(light.lines[rows], return_counts=True)
            for line, count in zip(lines, counts):
                found.setdefault(names[line], Counter())[kind] = int(count)
        return {line: dict(found[line]) for line in sorted(found)}

    @property
    def level(self) -> Level:
        """What has to be raised in the version: nothing, patch, minor or major."""
        return self._judged[0]

    @property
    def because(self) -> list[str]:
        """Why it has to be raised."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[Level, list[str]]:
        breaks = [f"{self.counts[kind]:,} rows {kind}" for kind in BREAKS if self.counts[kind]]
        breaks += [
            f"{s.what} of {s.name} changed" for s in self.manifest if s.what == "license" and s.before and s.after
        ]
        breaks += [f"column {s.name} changed" for s in self.manifest if s.what == "column"]
        if breaks:
            return "major", breaks
        told = [f"{self.counts[kind]:,} rows {kind}" for kind in ("added", "redrawn", "reworded") if self.counts[kind]]
        if told:
            return "minor", told
        if self.before.digest != self.after.digest:
            return "patch", ["rows say the same, but stand in another order or name other places"]
        if self.manifest:
            return "patch", [f"{len(self.manifest)} statements of the manifest changed"]
        return "none", []

    def next_version(self, version: str) -> str:
        """Return the version that the second build should have, if the first has `version`: three numbers.

        Raises:
            MedinstructError: if `version` is not three numbers.
        """
        numbers = version.split(".")
        if len(numbers) != 3 or not all(number.isascii() and number.isdecimal() for number in numbers):
            raise MedinstructError(f"{version!r} is no version", next="a version is three numbers, such as 1.0.0")
        major, minor, patch = map(int, numbers)
        raised = {
            "none": (major, minor, patch), "patch": (major, minor, patch + 1), "minor": (major, minor + 1, 0), "major": (major + 1, 0, 0)
        }  # fmt: skip
        return ".".join(map(str, raised[self.level]))

    def rows(self, *kinds: str) -> Iterator[Change]:
        """Yield the rows that changed, those of `kinds` if any are named: in the order of the first build, added ones last."""
        wanted = [kind for kind in KINDS if not kinds or kind in kinds]
        names = self._first.names.things
        there: dict[int, list[str]] = {}
        other: dict[int, int] = {}
        for kind in wanted:
            for n, row in enumerate(self._rows[kind][0].tolist()):
                there.setdefault(row, []).append(kind)
                if kind != "removed":
                    other[row] = int(self._rows[kind][1][n])
        for row, found in sorted(there.items()):
            after = self._second.place(other[row]) if row in other else None
            corpus, task = names[self._first.lines[row]]
            yield Change(self._first.id(row), tuple(found), corpus, task, self._first.place(row), after)
        for row in self._rows["added"][1].tolist() if "added" in wanted else ():
            corpus, task = names[self._second.lines[row]]
            yield Change(self._second.id(row), ("added",), corpus, task, None, self._second.place(row))

    def summary(self) -> dict[str, Any]:
        """All of it but the rows, as JSON may hold it."""
        sides = {"before": self.before, "after": self.after}
        return {
            **{side: {"folder": str(b.folder), "digest": b.digest, "rows": b.manifest["rows"]} for side, b in sides.items()},
            "level": self.level, "because": self.because, "same": self.same, "rows": self.counts,
            "by_corpus_and_task": [{"corpus": corpus, "task": task, **kinds} for (corpus, task), kinds in self.table.items()],
            "manifest": [stated._asdict() for stated in self.manifest],
        }  # fmt: skip


def compare(before: Build, after: Build) -> Difference:
    """Return what two builds differ in.

    Raises:
        FormatError: if a file of one is damaged, or an id stands in it twice.
    """
    names, wordings = _Codes(), _Codes()
    first, second = _Light(before, names, wordings), _Light(after, names, wordings)
    in_first, in_second, removed, added = _joined(first, second)
    none = np.zeros(0, np.int64)
    told = {"added": (none, added), "removed": (removed, none)}
    other_text = first.digests[in_first] != second.digests[in_second]
    other_wording = first.wordings[in_first] != second.wordings[in_second]
    changed = np.flatnonzero(other_text)
    said, says = first.said(in_first[changed]), second.said(in_second[changed])
    differs = {name: np.zeros(len(in_first), dtype=bool) for name in ("relabelled", "reread", "redrawn")}
    for n, which in enumerate(differs.values()):
        which[changed] = said[:, n] != says[:, n]
    differs["moved"] = first.roles[in_first] != second.roles[in_second]
    elsewhere = differs["relabelled"] | differs["reread"] | differs["redrawn"]
    differs["reworded"] = other_wording | (other_text & ~elsewhere)
    told |= {kind: (in_first[which], in_second[which]) for kind, which in differs.items()}
    any_of_them = elsewhere | differs["moved"] | differs["reworded"]
    stated = _stated_otherwise(before, after)
    return Difference(
        before, after, stated, first, second, {kind: told[kind] for kind in KINDS}, int((~any_of_them).sum())
    )


class _Light:
    """The light columns of a build, all its splits one after the other."""

    def __init__(self, build: Build, names: _Codes, wordings: _Codes) -> None:
        self.build, self.names = build, names
        self.splits = list(build)
        ends = np.cumsum([len(build[split]) for split in self.splits], dtype=np.int64)
        self.starts = np.concatenate([np.zeros(1, np.int64), ends])
        size = int(self.starts[-1])
        self.ids = np.zeros((size, 2), np.uint64)
        self.digests = np.zeros(size, np.uint64)
        self.lines, self.wordings = np.zeros(size, np.int32), np.zeros(size, np.int32)
        self.roles = np.repeat([ROLES.index(split) for split in self.splits], np.diff(self.starts))
        for at, batch in self._batches(["id", "digest", "corpus", "task", "template", "template_hash"]):
            here = slice(at, at + batch.num_rows)
            id, digest, *named = (column.to_pylist() for column in batch.columns)
            with reading(build.folder):
                self.ids[here], self.digests[here] = _numbers(id), _numbers(digest)[:, 0]
            self.lines[here] = names.of(zip(*named[:2]))
            self.wordings[here] = wordings.of(zip(*named[2:]))

    def said(self, rows: Numbers) -> NDArray[np.uint64]:
        """Hashes of gold, question and draws of some rows, in the order of `rows`: one line of three each."""
        wanted = np.zeros(len(self.ids), dtype=bool)
        wanted[rows] = True
        found = np.zeros((len(self.ids) if len(rows) else 0, 3), np.uint64)
        for at, batch in self._batches(["gold", "example", "meta"]) if len(rows) else ():
            chosen = np.flatnonzero(wanted[at : at + batch.num_rows])
            for n, row in zip(chosen, batch.take(pa.array(chosen)).to_pylist()):
                with reading(self.build.folder):
                    found[at + n] = _said(row)
        return found[rows]

    def place(self, row: int) -> tuple[str, int]:
        """Split of a row and its place there."""
        split = int(np.searchsorted(self.starts, row, side="right")) - 1
        return self.splits[split], row - int(self.starts[split])

    def id(self, row: int) -> str:
        return f"{self.ids[row, 0]:016x}{self.ids[row, 1]:016x}"

    def _batches(self, columns: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        for start, split in zip(self.starts.tolist(), self.splits):
            for at, batch in self.build[split].batches(columns):
                yield start + at, batch


class _Codes:
    """A number for each of several things, the same whoever asks."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], int] = {}

    def of(self, things: Iterable[tuple[str, ...]]) -> list[int]:
        return [self.known.setdefault(thing, len(self.known)) for thing in things]

    @property
    def things(self) -> list[tuple[str, ...]]:
        return list(self.known)


def _numbers(digits: list[str]) -> NDArray[np.uint64]:
    """Two numbers for each 32 hex digits."""
    if any(len(each) != 32 for each in digits):
        raise KeyError("ids and digests have 32 hex digits")
    return np.frombuffer(bytes.fromhex("".join(digits)), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _said(row: dict[str, str]) -> list[int]:
    """Hashes of gold, question and draws, the two former as if the options stood in the order of the source."""
    gold, question, meta = (json.loads(row[column]) for column in ("gold", "example", "meta"))
    draws = {name: value for name, value in meta.items() if name not in PLACES}
    if order := draws.get("options"):
        gold["choices"] = sorted(order[choice] for choice in gold.get("choices", ()))
        if "nothing" in gold:
            gold["nothing"] = order[gold["nothing"]]
        shown = dict(zip(order, question["options"]))
        question["options"] = [shown[place] for place in range(len(order))]
    asked = {name: value for name, value in question.items() if name not in EXPLAINS}
    return [_hash(gold), _hash(asked), _hash(draws)]


def _hash(value: dict[str, Any]) -> int:
    """Of what a mapping says, whether or not it says that a list is empty."""
    said = {key: each for key, each in value.items() if each not in ([], None)}
    return xxhash.xxh3_64_intdigest(json.dumps(said, sort_keys=True).encode())


def _joined(first: _Light, second: _Light) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Rows of both builds that have one id, row by row; rows of the first alone; rows of the second alone."""
    ids = np.concatenate([first.ids, second.ids])
    order = np.lexsort((np.arange(len(ids)) >= len(first.ids), ids[:, 1], ids[:, 0]))
    equal = (ids[order[1:]] == ids[order[:-1]]).all(axis=1)
    left = order[:-1][equal]
    right = order[1:][equal] - len(first.ids)
    for light, twice in ((first, left[right < 0]), (second, left[left >= len(first.ids)] - len(first.ids))):
        if len(twice):
            raise FormatError(f"two rows have the id {light.id(twice[0])}", where=str(light.build.folder), next=AGAIN)
    by_first = np.argsort(left)
    left, right = left[by_first], right[by_first]
    alone = [np.setdiff1d(np.arange(len(each.ids)), found) for each, found in ((first, left), (second, right))]
    return left, right, alone[0], alone[1]


SETTINGS = ("recipe", "recipe_sha256", "seed", "size", "kind", "medinstruct", "samples", "as_published")
"""What of a manifest is compared as it stands."""


def _stated_otherwise(before: Build, after: Build) -> list[Stated]:
    """What the manifests, and the columns of the files, do not say alike."""
    first, second = _stated(before), _stated(after)
    return [
        Stated(*key, first.get(key), second.get(key))
        for key in sorted({*first, *second})
        if first.get(key) != second.get(key)
    ]


def _stated(build: Build) -> dict[tuple[str, str], str]:
    manifest = build.manifest
    found = {("setting", name): str(manifest[name]) for name in SETTINGS if name in manifest}
    for id, corpus in manifest["corpora"].items():
        found["corpus", id] = corpus["version"]
        found["license", id] = corpus["license"]
        for split, files in corpus["sources"].items():
            found |= {("source", f"{id}/{split}/{name}"): sha256 for name, sha256 in files.items()}
    found |= {("template", name): wording["hash"] for name, wording in manifest["templates"].items()}
    for what in ("guard", "watch", "missing"):
        found |= {(what, name): "named" for name in manifest.get(what) or ()}
    with reading(build.folder):
        for split in build:
            schema = pq.read_schema(build[split].files[0])
            found |= {("column", name): str(schema.field(name).type) for name in schema.names}
    return found
