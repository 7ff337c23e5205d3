"""What keeps a benchmark's test part out of a build: reading it, and what became of the rows it was looked for in.

guard: [blurb, medqa-us, packs/ours.pack, eval/]
    │  each name: recipe, corpus, pack or folder
test parts that are here  ──sign──┐
packs of those that are not ──────┴─▶ index ──▶ workers look every record up (part.py) ──▶ traces weighed here
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from medinstruct import corpora, recipe, shelf
from medinstruct.artefact import ROLES
from medinstruct.builder import folder_texts
from medinstruct.builder.part import prepare
from medinstruct.builder.pool import KEPT, Pool
from medinstruct.errors import NotFound, RecipeError, did_you_mean
from medinstruct.formats.draft import Broken
from medinstruct.mixture import pack, search, signature
from medinstruct.mixture.pack import Section
from medinstruct.mixture.signature import BOILERPLATE, Signature

Run = Callable[[Callable[[Any], Any], list[Any], str], list[Any]]
"""Runs a function on each of a list of arguments, in other processes, telling what it does."""

TestPart = tuple[str, str, str, tuple[str, ...]]
"""Corpus, split, folder and the user's shelves: what a worker needs to sign a test part."""


@dataclass
class Cover:
    """What stands for one name under `guard`."""

    parts: list[tuple[str, str, str]] = field(default_factory=list)
    """Corpus, split and folder of the test parts that are here."""
    sections: list[Section] = field(default_factory=list)
    folder: Path | None = None
    missing: dict[str, str] = field(default_factory=dict)
    """What neither stands here nor in a pack, and how to get it."""


@dataclass
class Guard:
    """The index of a build, and what it covers."""

    folder: str = ""
    """Empty where nothing is guarded."""
    stamp: str = ""
    benchmarks: dict[str, list[str]] = field(default_factory=dict)
    """The names under `guard` that each test part (`chemprot/test`) belongs to."""
    told: dict[str, Any] = field(default_factory=dict)
    """For the manifest."""

    @property
    def index(self) -> search.Index | None:
        """What records are looked up in."""
        return search.index(self.folder) if self.folder else None


def cover(name: str, data: Path | None, *, samples: bool, where: str) -> Cover:
    """Return what there is of a benchmark.

    Args:
        name: Of a recipe, a corpus or a pack, or the path of a recipe, a pack or a folder.
        data: The folder with corpora.
        samples: Whether the bundled samples stand in for the corpora.
        where: Named in errors.

    Raises:
        NotFound: if there is nothing of that name.
        RecipeError: if it has no test part.
    """
    packs = shelf.entries("packs")
    if name.endswith(".pack") and Path(name).is_file():
        return Cover(sections=pack.read(Path(name)))
    if name.endswith(".yaml") or name in shelf.entries("recipes"):
        found = recipe.load(name)
    elif name in corpora.names():
        found = recipe.Recipe(title=name, mix=(recipe.Entry(corpus=name, task=next(iter(corpora.load(name).tasks))),))
    elif name in packs:
        return Cover(sections=pack.read(packs[name].path))
    elif Path(name).is_dir():
        return Cover(folder=Path(name))
    else:
        known = [*shelf.entries("recipes"), *corpora.names(), *packs]
        raise NotFound(
            f"no benchmark {name!r}", where=where,
            next=did_you_mean(name, known, more="(a recipe, corpus, pack or folder)"),
        )  # fmt: skip
    return _cover_recipe(name, found, data, samples, where)


def _cover_recipe(name: str, found: recipe.Recipe, data: Path | None, samples: bool, where: str) -> Cover:
    """What the recipe scores on, and the official test parts of its corpora, whether or not their answers are published."""
    wanted: dict[tuple[str, str], str] = {}
    for entry in found.mix:
        corpus = corpora.load(entry.corpus)
        for split, stated in corpus.splits.items():
            if stated.role == "test" or (entry.role == "test" and split in entry.splits):
                wanted[entry.corpus, split] = corpus.how_to_get
    if not wanted:
        raise RecipeError(f"guard: {name} has no test part", where=where)
    covered = Cover()
    packed = (
        {s.name: s for entry in shelf.entries("packs").values() for s in pack.read(entry.path)} if not samples else {}
    )
    for (id, split), how in wanted.items():
        corpus = corpora.load(id)
        folder = corpus.find(data, samples=samples, download=True)
        if folder is not None and split in corpus.present(folder):
            covered.parts.append((id, split, str(folder)))
        elif section := packed.get(f"{id}/{split}"):
            covered.sections.append(section)
        else:
            covered.missing[id if folder is None else f"{id}/{split}"] = how
    return covered


def protected(task: TestPart) -> Signature:
    """Return the signature of a test part; runs in a worker."""
    id, split, folder, shelves = task
    prepare(shelves)
    corpus = corpora.load(id)
    records = corpus.records(split, corpus.files(split, Path(folder)))
    return signature.sign((record for record in records if not isinstance(record, Broken)), f"{id}/{split}")


def guard(
    names: Sequence[str], data: Path | None, work: Path, run: Run, *, samples: bool, require_all: bool, where: str
) -> Guard:
    """Write the index of all that is guarded against, and return it."""
    if not names:
        return Guard()
    covers = {name: cover(name, data, samples=samples, where=where) for name in names}
    for name, covered in covers.items():
        if require_all and covered.missing:
            first, how = next(iter(covered.missing.items()))
            raise NotFound(f"{first}, which {name} guards this recipe by, is not here", where=where, next=how)
    parts = list(dict.fromkeys(part for covered in covers.values() for part in covered.parts))
    shelves = tuple(shelf.user_folders())
    signatures: list[Signature] = run(protected, [(*part, shelves) for part in parts], "reading what is guarded")
    benchmarks: dict[str, list[str]] = {}
    told: dict[str, Any] = {}
    packed: dict[str, Section] = {}
    for name, covered in covers.items():
        mine = [f"{id}/{split}" for id, split, _ in covered.parts]
        for section in covered.sections:
            packed[section.name] = section
        if covered.folder is not None:
            part = f"{covered.folder.resolve().name.replace(' ', '_')}/test"
            signatures.append(signature.sign(folder_texts.read(covered.folder), part))
            mine.append(part)
        for part in (*mine, *(section.name for section in covered.sections)):
            benchmarks.setdefault(part, []).append(name)
        told[name] = {
            "covers": sorted(mine), "packed": sorted(section.name for section in covered.sections),
            "missing": dict(sorted(covered.missing.items())),
        }  # fmt: skip
    signatures += [section.signature for section in packed.values()]
    unfinished = work / "guard.tmp"
    shutil.rmtree(unfinished, ignore_errors=True)
    signature.write(unfinished, signature.join(signatures))
    (unfinished / "benchmarks.json").write_text(json.dumps(benchmarks), encoding="utf-8")
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(unfinished.iterdir()))).hexdigest()
    folder = work / f"guard.{stamp[:20]}"
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return Guard(str(folder), stamp, benchmarks, told)


def weigh(pool: Pool, guarded: Guard) -> None:
    """Drop the rows whose traces are no boilerplate: what stands in three or more groups, tests' and ours, says nothing.

    Rows that were refused for what is certain do not count: copies of a test document make nothing common.
    """
    index = guarded.index
    if index is None or not len(pool.traces):
        return
    open_rows = pool.reasons[pool.trace_rows] == KEPT
    traces, rows = pool.traces[open_rows], pool.trace_rows[open_rows]
    hits = index.trace(traces)
    groups = pool.components()[rows]
    everywhere = np.concatenate([traces, traces]), np.concatenate([groups, -1 - hits.groups])
    common = signature.in_several(*everywhere, BOILERPLATE)[: len(traces)]
    for row, document, rule in zip(
        rows[~common].tolist(), hits.documents[~common].tolist(), hits.rules[~common].tolist()
    ):
        if pool.reasons[row] == KEPT:
            pool.rules[row], pool.stands_in[row] = pool.rule(search.RULES[rule]), document
            pool.reasons[row] = pool.code(f"stands in the test part of {index.benchmarks(document)[0]}")


def table(pool: Pool, guarded: Guard) -> dict[str, Any]:
    """For each name under `guard`: what it covers, how many rows were looked at and removed, by which rule."""
    index = guarded.index
    if index is None:
        return {}
    looked_at = pool.roles != ROLES.index("test")
    removed: dict[str, Counter[str]] = {name: Counter() for name in guarded.told}
    found = np.flatnonzero(pool.is_guarded & looked_at)
    pairs = Counter(zip(pool.stands_in[found].tolist(), pool.rules[found].tolist()))
    for (document, rule), count in pairs.items():
        for name in index.benchmarks(document):
            removed[name][pool.rule_names[rule]] += count
    return {
        name: {
            **told,
            "checked": int(looked_at.sum()),
            "removed": removed[name].total(),
            "rules": dict(sorted(removed[name].items())),
        }
        for name, told in guarded.told.items()
    }
