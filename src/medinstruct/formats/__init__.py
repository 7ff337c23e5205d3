"""File formats: one module each, which knows no network and no corpus.

A module whose name is a format's has `FORMAT`, its facts, and `read`; where the format can be written it has `write`
too.

    read(files, *, repair=None, …) -> Iterator[Document | Item | Broken]     one record each, in the order of the files
    write(documents) -> Iterator[File]                                       the files that `read` would read back
    shape(document) -> Document                                              what they say of one that it can hold, where
                                                                             ids, order or roles become the format's own

The folder is the registry: a new module is a new format.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from medinstruct.errors import NotFound, did_you_mean


@dataclass(frozen=True, kw_only=True)
class Format:
    """What is known of a file format."""

    title: str
    specification: str
    """Address or paper that defines it."""
    suffixes: tuple[str, ...]
    yields: str = "Document"
    """What a record becomes: `Document`, `Item`, or `Document or Item` where its columns decide."""
    loses: tuple[str, ...] = ()
    """What of a Document the format cannot hold, in words; `write` refuses a document that has any of it."""
    holds: frozenset[str] = frozenset()
    """For a format with `write`: the names of `formats.features.FEATURES` that it can hold; a conversion takes away all
    others and tells them.
    """
    written: Mapping[str, Any] = field(default_factory=dict)
    """What `read` has to be told to read back what `write` wrote."""


def names() -> list[str]:
    """The formats there are, by module name."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [name for name in found if hasattr(importlib.import_module(f"{__name__}.{name}"), "FORMAT")]


def load(name: str) -> ModuleType:
    """Return the module of a format.

    Raises:
        NotFound: naming the nearest one there is.
    """
    known = names()
    if name not in known:
        raise NotFound(f"no format {name!r}", next=did_you_mean(name, known, more="(medinstruct ls formats)"))
    return importlib.import_module(f"{__name__}.{name}")
