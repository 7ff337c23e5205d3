"""Corpora: one module each, facts and how to read them.

The folder is the registry: a module with a `corpus` is a corpus, named like its file with dashes. Other packages join
by the entry point group `medinstruct.corpora` (name → module), a user's own folder by `--shelf DIR`
(`DIR/corpora/my_corpus.py`).
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from medinstruct import shelf
from medinstruct.corpora import built
from medinstruct.corpora.corpus import Corpus
from medinstruct.errors import MedinstructError, NotFound, did_you_mean

NOT_CORPORA = {"built", "corpus", "coverage", "fetch", "modifications", "parts", "vocabulary"}


def names() -> list[str]:
    """The ids of all corpora, sorted."""
    return sorted({*_shipped(), *_plugged(), *_own()})


def load(id: str) -> Corpus:
    """Return the corpus of an id; `artefact:FOLDER` is a build of generated instructions.

    Raises:
        NotFound: naming the nearest one there is.
        MedinstructError: if its module cannot be run, or has no `corpus`.
    """
    if id.startswith(built.PREFIX):
        return built.load(id.removeprefix(built.PREFIX))
    return _load(id, tuple(shelf.user_folders()))


@functools.cache
def _load(id: str, shelves: tuple[str, ...]) -> Corpus:
    own, plugged, shipped = _own(), _plugged(), _shipped()
    if id in own:
        module = _from_file(own[id])
    elif id in plugged:
        with _telling(plugged[id]):
            module = importlib.import_module(plugged[id])
    elif id in shipped:
        module = importlib.import_module(f"{__name__}.{shipped[id]}")
    else:
        raise NotFound(f"no corpus {id!r}", next=did_you_mean(id, names(), more="(medinstruct ls corpora)"))
    corpus = getattr(module, "corpus", None)
    if not isinstance(corpus, Corpus):
        raise MedinstructError(f"{module.__file__} has no `corpus = Corpus(…)`", next="see docs/how-to/add-a-corpus.md")
    return dataclasses.replace(corpus, id=id, home=Path(str(module.__file__)).parent)


@functools.cache
def _shipped() -> dict[str, str]:
    found = (module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return {name.replace("_", "-"): name for name in found if name not in NOT_CORPORA}


@functools.cache  # every installed package is asked, for as long as a corpus takes to load
def _plugged() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group="medinstruct.corpora")}


def _own() -> dict[str, Path]:
    return {name.replace("_", "-"): entry.path for name, entry in shelf.entries("corpora").items()}


def _from_file(path: Path) -> ModuleType:
    name = f"medinstruct_shelf_{abs(hash(str(path)))}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise MedinstructError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _telling(str(path)):
        spec.loader.exec_module(module)
    return module


@contextmanager
def _telling(where: str) -> Iterator[None]:
    """Whatever is wrong in somebody's module is told with the module."""
    try:
        yield
    except Exception as error:
        raise MedinstructError(f"{type(error).__name__}: {error}", where=where) from error
