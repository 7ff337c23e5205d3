"""Asked again with nothing changed: what stands is the answer, and nothing is read.

After a build a note is kept in the user's cache, of all that decided on it and of the files that came out: names, sizes and
times. The next build of the same name into the same place is that one, if both are as they were: this package, shelves,
recipe, settings, every file of its corpora and of those it is guarded against wherever they are looked for, and what
was written. Nothing in between is kept, and a note that is gone or damaged costs a build and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import platformdirs

from medinstruct import artefact, corpora, shelf
from medinstruct.artefact import Build
from medinstruct.builder.place import OURS
from medinstruct.corpora.corpus import cache, data_home
from medinstruct.recipe import Recipe
from medinstruct.recipe import load as load_recipe
from medinstruct.version import VERSION

DECIDING = ("jinja2", "numpy", "pyarrow", "pydantic", "xxhash")
"""Packages whose version may decide on a row, or on a file's bytes."""


def stamp(text: str, found: Recipe, settings: str, data: Path | None) -> str:
    """Return what all that decides on a build comes to; empty where that cannot be told without reading it.

    Args:
        text: Of the recipe.
        found: The recipe.
        settings: All settings, as text.
        data: The folder with corpora.
    """
    if found.tokenizer or any(entry.artefact for entry in found.mix):
        return ""
    shelves = [one.folder / kind for one in shelf.shelves() for kind in shelf.KINDS]
    code = [of_files(folder, "*.py") for folder in (shelf.PACKAGE, *map(Path, shelf.user_folders()))]
    named = [Path(name) for name in (*found.guard, *found.watch) if Path(name).exists()]
    places = [*shelves, *named, *_places(found, data)]
    stated = [VERSION, sys.version, *map(version, DECIDING), text, settings, *code, *map(of_files, places)]
    return hashlib.sha256("\0".join(stated).encode()).hexdigest()


def find(base: Path, name: str, kind: str, stamp: str) -> Build | None:
    """Return the build that stands where this one would, if nothing has changed since.

    Args:
        base: The folder that the result is put into.
        name: Of the result's folder, or of the recipe.
        kind: What tells builds of other data apart.
        stamp: As `stamp` gives it.
    """
    note = _note(base, name, kind)
    if not stamp or not note.is_file():
        return None
    with contextlib.suppress(ValueError, LookupError, TypeError):  # damaged: as if it were not there
        known = json.loads(note.read_bytes())
        out = Path(known["out"])
        if known["stamp"] == stamp and known["files"] == _of_result(out):
            return artefact.load(out)
    return None


def keep(base: Path, name: str, kind: str, stamp: str, build: Build) -> None:
    """Note that this build is what `stamp` comes to."""
    if stamp:
        known = {"stamp": stamp, "out": str(build.folder), "files": _of_result(build.folder)}
        with contextlib.suppress(OSError):  # where nothing can be kept, the next one builds
            artefact.write_json(_note(base, name, kind), known)


def of_files(place: Path, pattern: str = "*") -> str:
    """What changes when a file does, or one of those below a folder: names, sizes and times."""
    below = sorted(place.rglob(pattern)) if place.is_dir() else [place]
    return "\n".join(_of_file(path) for path in below if path.is_file() and "__pycache__" not in path.parts)


def _of_file(path: Path) -> str:
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _of_result(out: Path) -> str:
    return "\n".join(of_files(out / name) for name in OURS)


def _note(base: Path, name: str, kind: str) -> Path:
    place = hashlib.sha256(f"{base.resolve()}\0{name}\0{kind}".encode()).hexdigest()[:32]
    return Path(platformdirs.user_cache_dir("medinstruct")) / "builds" / f"{place}.json"


def _places(found: Recipe, data: Path | None) -> Iterator[Path]:
    """Wherever files of the corpora of a recipe, and of those it is guarded against, are looked for."""
    known = shelf.entries("recipes")
    ids = [entry.corpus for entry in found.mix]
    for name in (*found.guard, *found.watch):
        is_recipe = name in known or name.endswith(".yaml")
        ids += [entry.corpus for entry in load_recipe(name).mix] if is_recipe else [name]
    for id in sorted(set(ids) & set(corpora.names())):
        corpus = corpora.load(id)
        folders = [data, data_home(), corpus.home.parent / "data", cache()]
        yield from (folder / (corpus.folder or id) for folder in folders if folder is not None)
        yield corpus.home / "samples" / id
