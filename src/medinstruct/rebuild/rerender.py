"""Chosen rows of a build, made again from the source files by what made them: readers, views, wordings.

A build holds the text of its recipe and of its wordings, so what stands on the shelves by now does not matter; the
sources and this package do. Each split is read once, whatever the number of rows, and only the documents of these rows
are asked anything.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from medinstruct import artefact, corpora, engine, shelf, tasks
from medinstruct.artefact import Build, Rows
from medinstruct.builder import part, render, spool
from medinstruct.builder.part import PartReport, PartTask
from medinstruct.builder.plan import Slice
from medinstruct.builder.render import ShardTask
from medinstruct.corpora.built import PREFIX
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.sample import row_digest
from medinstruct.version import VERSION

Row = dict[str, Any]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Again:
    """A row of a build beside the one that its source gives now."""

    row: Row
    made: Row | None
    """None where the source gives no such row any more."""
    why: str = ""
    """Why there is none."""

    @property
    def differs(self) -> list[str]:
        """The columns that are not equal to the byte; none, if the row is the same."""
        made = self.made
        return [] if made is None else [name for name in artefact.SCHEMA.names if self.row[name] != made[name]]

    @property
    def is_same(self) -> bool:
        return self.made is not None and not self.differs


@dataclass
class Rerendered:
    """Rows beside what they are made again as, and what may have made them differ."""

    rows: list[Again] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    """Source files that are not what they were when the build was made."""
    altered: list[str] = field(default_factory=list)
    """What was changed in the build after it was made."""
    missing: list[str] = field(default_factory=list)
    """Corpora whose files are not here: of their rows nothing can be told."""

    @property
    def other(self) -> list[Again]:
        """Those that are not the same."""
        return [again for again in self.rows if not again.is_same]

    def causes(self, build: Build) -> list[str]:
        """What may have made rows differ, most likely first."""
        made_by = build.manifest.get("medinstruct")
        version = [f"it was built by medinstruct {made_by}, this is {VERSION}"] if made_by != VERSION else []
        if found := [*self.sources, *self.altered, *version]:
            return found
        if all(again.row["corpus"] in self.missing for again in self.other):
            return []
        return ["sources, recipe, wordings and version are the same: the code or a library of another version differs"]


@dataclass
class _Lot:
    """Rows of one corpus, and what has to be read for them and for the shots that they show."""

    rows: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)
    """Each with its `meta`."""
    places: dict[str, set[int]] = field(default_factory=dict)
    """By official split, the entries that ask it."""
    documents: dict[str, set[str]] = field(default_factory=dict)
    """By official split."""
    reports: list[PartReport] = field(default_factory=list)

    def add(self, row: Row, meta: dict[str, Any]) -> None:
        self.rows.append((row, meta))
        for shown in (row, *meta.get("shots", ())):
            self.places.setdefault(shown["split"], set()).add(meta["entry"])
            self.documents.setdefault(shown["split"], set()).add(shown["document"])


def rerender(
    build: Build, rows: Sequence[tuple[str, Row]], data: Path | None = None, *, workers: int = 1,
    tell: Tell = lambda what, done, of: None,
) -> Rerendered:  # fmt: skip
    """Return rows of a build beside what their sources give now.

    Args:
        build: The build.
        rows: Each behind its split (`train`, …).
        data: Where the sources are, as for `build`; for a build of samples the bundled ones are taken.
        workers: Processes.
        tell: Told of progress.

    Raises:
        FormatError: if the build lacks what is needed to render its rows again.
    """
    if "generated" in build.manifest:
        raise FormatError("a model wrote these rows; no source gives them again", where=str(build.folder),
                          next="medinstruct verify makes them from the answers in its journal")  # fmt: skip
    result = Rerendered(altered=contradictions(build))
    with tempfile.TemporaryDirectory(prefix="medinstruct-") as home:
        text, path = own_recipe(build, Path(home))
        asked = _asked(build)
        lots: dict[str, _Lot] = {}
        for _, row in rows:
            lots.setdefault(row["corpus"], _Lot()).add(row, _meta(build, row))
        tasks: list[tuple[_Lot, PartTask]] = []
        for n, (id, lot) in enumerate(lots.items()):
            name = _named(asked, id)
            corpus, own = corpora.load(name), {place for place, each in enumerate(asked) if each == name}
            if (folder := corpus.find(data, samples=build.manifest["samples"], download=True)) is None:
                why = f"the files of {id} are not here; {corpus.how_to_get}"
                result.rows += [Again(row, None, why) for row, _ in lot.rows]
                result.missing.append(id)
                continue
            for split, documents in lot.documents.items():
                places = sorted(lot.places[split])
                if split not in corpus.splits or not own.issuperset(places):
                    raise _unknown(build, id, split, places)
                slice = Slice(id, split, "train", folder, tuple(places))
                spool = str(Path(home) / f"{n}.{split}.arrow")
                task = PartTask(text, path, slice, "", spool, build.manifest["as_published"], frozenset(documents))
                tasks.append((lot, task))
        for (lot, _), report in zip(tasks, _read([task for _, task in tasks], workers, tell)):
            lot.reports.append(report)
            result.sources += _changed_sources(build, report)
        for lot in lots.values():
            result.rows += _again(lot, text, path) if lot.reports else []
    if any(again.row["digest"] != row_digest(again.row["messages"], again.row["gold"]) for again in result.other):
        result.altered.append("rows were altered after they were built: their digests are not those of what they say")
    return result


def own_recipe(build: Build, home: Path) -> tuple[str, str]:
    """Write the wordings of a build into `home`, and return its recipe's text with these in it, and a path for messages.

    Raises:
        FormatError: if recipe or wordings are not in the manifest, or could not have come from a build.
    """
    where = str(build.folder / "manifest.json")
    with artefact.reading(build.folder / "manifest.json"):
        stated = shelf.mapping(build.manifest["recipe_text"], where, FormatError)
        texts = {name: wording["text"] for name, wording in build.manifest["templates"].items()}
        users = {name: wording["entries"] for name, wording in build.manifest["templates"].items()}
        files = {}
        for name, text in texts.items():
            type, _, stem = name.partition("/")
            if type not in tasks.names() or not stem or "/" in stem or stem.startswith("."):
                raise FormatError(f"no wording can be called {name[:80]!r}", where=where, next=artefact.AGAIN)
            files[name] = home / "templates" / type / f"{stem}.jinja"
            files[name].parent.mkdir(parents=True, exist_ok=True)
            files[name].write_text(text, encoding="utf-8", newline="")
        for place, entry in enumerate(stated["mix"]):
            if own := [str(files[name]) for name in sorted(files) if place in users[name]]:
                entry["templates"] = own
    text = yaml.safe_dump(stated, sort_keys=False, allow_unicode=True, width=1_000)
    return text, f"recipes/{build.manifest['recipe']}"


def contradictions(build: Build) -> list[str]:
    """Return which texts in a manifest are not those whose hashes it states."""
    manifest, told = build.manifest, []
    with artefact.reading(build.folder / "manifest.json"):
        if hashlib.sha256(manifest["recipe_text"].encode()).hexdigest() != manifest["recipe_sha256"]:
            told.append("manifest: the recipe's text is not the one whose hash stands there")
        for name, wording in manifest["templates"].items():
            if hashlib.sha256(wording["text"].encode()).hexdigest()[:16] != wording["hash"]:
                told.append(f"manifest: the text of the wording {name} is not the one whose hash stands there")
    return told


def _asked(build: Build) -> list[str]:
    """What each entry of the recipe asks, by the name under which it is loaded: a corpus, or the build that stands for it."""
    mix = shelf.mapping(build.manifest["recipe_text"], str(build.folder), FormatError)["mix"]
    return [f"{PREFIX}{entry['artefact']}" if "artefact" in entry else str(entry["corpus"]) for entry in mix]


def _named(asked: Sequence[str], id: str) -> str:
    """The name under which the recipe has the corpus of an id."""
    builds = (name for name in asked if name.startswith(PREFIX))
    return next((name for name in builds if corpora.load(name).id == id), id)


def _unknown(build: Build, id: str, split: str, places: list[int]) -> FormatError:
    """The error for rows that name a split or an entry that there is not: they are of no build, and their words become paths."""
    what = f"rows say that they are of split {split[:40]!r} of {id}, asked by entries {places}; there are none"
    return FormatError(what, where=str(build.folder), next=artefact.AGAIN)


def _meta(build: Build, row: Row) -> dict[str, Any]:
    with artefact.reading(build.folder):
        meta: dict[str, Any] = json.loads(row["meta"])
        _ = meta["entry"], meta["rank"]
        return meta


def _read(parts: list[PartTask], workers: int, tell: Tell) -> list[PartReport]:
    reports: list[PartReport] = []
    tell("reading sources", 0, len(parts))
    shelves = (shelf.user_folders(),)
    for report in engine.run(part.run, parts, workers=workers, initialise=part.prepare, initial=shelves):
        reports.append(report)
        tell("reading sources", len(reports), len(parts))
    return reports


def _changed_sources(build: Build, report: PartReport) -> list[str]:
    """What the files of a split are not any more."""
    before = build.manifest["corpora"].get(report.corpus, {}).get("sources", {}).get(report.split, {})
    now = report.sources
    told = [("has changed", name) for name in before if name in now and now[name] != before[name]]
    told += [("is gone", name) for name in before if name not in now] + [
        ("is new", name) for name in now if name not in before
    ]
    lines = [f"source: {report.corpus}/{report.split}/{name} {what}" for what, name in told[:MOST]]
    return lines + [f"source: {len(told) - MOST:,} more files of {report.corpus}/{report.split}"] * (len(told) > MOST)


MOST = 5
"""Files of a split that are named."""


def _again(lot: _Lot, text: str, path: str) -> list[Again]:
    """The rows of a corpus beside those that its parts give."""
    given = _given(lot.reports)
    nowhere = (-1, -1, "the source gives no such question any more")
    found, lost = [], []
    for row, meta in lot.rows:
        entry, id = meta["entry"], str(meta.get("repeats", row["id"]))
        n, place, reason = given.get((entry, row["split"], id), nowhere)
        shots = [given.get((entry, shot["split"], shot["id"]), nowhere) for shot in meta.get("shots", ())]
        if reason := reason or next((f"of its shots: {why}" for *_, why in shots if why), ""):
            lost.append(Again(row, None, reason))
        else:
            found.append((row, meta, n, place, tuple((of, at) for of, at, _ in shots)))
    if not found:
        return lost
    kept, metas, parts, places, shown = zip(*found)
    shard = f"{lot.reports[0].spool}.parquet"
    spools = tuple((report.spool, report.split) for report in lot.reports)
    ranks, turns = tuple(meta["rank"] for meta in metas), tuple(meta.get("repeat", 0) for meta in metas)
    try:
        render.run(ShardTask(text, path, shard, spools, parts, places, ranks, turns=turns, given=shown))
    except MedinstructError as error:
        return lost + [Again(row, None, f"cannot be rendered: {error}") for row in kept]
    return lost + [Again(row, made) for row, made in zip(kept, Rows([Path(shard)]))]


def _given(reports: Sequence[PartReport]) -> dict[tuple[int, str, str], tuple[int, int, str]]:
    """What parts give, by entry, official split and id: part, place there, and why it may not be used (empty if it may)."""
    given = {}
    for n, report in enumerate(reports):
        columns = spool.columns(report.spool, ["place", "key", "reason"]).columns
        for at, (entry, key, reason) in enumerate(zip(*(column.to_pylist() for column in columns))):
            given[entry, report.split, key.hex()] = (n, at, reason)
    return given


def shelf_has_other(build: Build) -> list[str]:
    """Return which of the recipe and wordings read otherwise on the shelves by now; the build's own are what counts."""
    named: Iterable[tuple[str, str, str]] = [
        ("recipes", build.manifest["recipe"], build.manifest.get("recipe_text", "")),
        *(("templates", name, wording.get("text", "")) for name, wording in build.manifest["templates"].items()),
    ]
    told = []
    for kind, name, text in named:
        entry = shelf.entries(kind).get(name)
        if entry is None or entry.text() != text:
            told.append(
                f"{kind}/{name} {'reads otherwise' if entry else 'is gone'} on the shelf; the build's own was taken"
            )
    return told
