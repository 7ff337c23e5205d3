"""What an audit finds, and the table of what it looks for.

A check is one function with a code, a title and a docstring that explains it; the decorator that registers it says what
it looks at:

    @of_broken("A101", "…")    a record that its reader refuses               (Broken) -> hits
    @of_file("A104", "…")      a file as it lies there                        (File)   -> hits
    @of_record("A201", "…")    a record as it is published                    (Seen)   -> hits
    @of_corpus("A403", "…")    all records of all splits, as a light tally    (Tally)  -> hits

A check yields `Hit`s, which know what is wrong and where in the record; whoever runs it makes `Finding`s of them. A
module in `auditor/families/` is a family of checks; adding one is adding a function there.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar

Severity = Literal["error", "warning", "note", "hint"]
"""`error`: the release contradicts itself. `warning`: hardly meant so. `note`: true, and good to know, but it may be
meant. `hint`: likely, not sure; looked for only where asked for.
"""
Scope = Literal["broken", "file", "record", "corpus"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a corpus, as far as it is known."""

    split: str = ""
    file: str = ""
    line: int = 0
    document: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check says; what it leaves out is that of the record it looked at."""

    what: str
    annotation: str = ""
    says: str = ""
    """What the annotation states."""
    stands: str = ""
    """What the text has there."""
    cause: str = ""
    """Why, where that is certain."""
    repair: str = ""
    """What would mend it."""
    where: Where | None = None
    rivals: tuple[tuple[str, str], ...] = ()
    """Other causes, with their repairs, that would explain the same; other records of the corpus decide."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, or one thing to know, of a corpus."""

    code: str
    severity: Severity
    corpus: str
    split: str
    file: str
    line: int
    """Counted from 1; 0 where the format has no lines, or it is not known."""
    document: str
    annotation: str
    what: str
    says: str
    stands: str
    cause: str
    repair: str
    mended: bool
    """Whether a repair that we ship for this corpus mends it."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file or self.corpus
        document = f" [{self.document}]" if self.document else ""
        cause = f"; cause: {self.cause}" if self.cause else ""
        repair = f"; repair: {self.repair}" if self.repair else ""
        mended = "; mended by a repair of ours" if self.mended else ""
        return f"{self.code} {self.severity}  {place}{document} {self.what}{cause}{repair}{mended}"


@dataclass(frozen=True)
class Check:
    """One row of the table of checks."""

    code: str
    title: str
    severity: Severity
    scope: Scope
    find: Callable[[Any], Iterator[Hit]] = field(repr=False)

    @property
    def explanation(self) -> str:
        """The docstring of the check, on one line."""
        return " ".join((self.find.__doc__ or "").split())


_CHECKS: dict[str, Check] = {}
Find = TypeVar("Find", bound=Callable[..., Iterator[Hit]])


def of_broken(code: str, title: str, severity: Severity = "error") -> Callable[[Find], Find]:
    """Register a check of what a reader refuses."""
    return _register(code, title, severity, "broken")


def of_file(code: str, title: str, severity: Severity = "note") -> Callable[[Find], Find]:
    """Register a check of files; its hits say where."""
    return _register(code, title, severity, "file")


def of_record(code: str, title: str, severity: Severity = "error") -> Callable[[Find], Find]:
    """Register a check of records as they are published."""
    return _register(code, title, severity, "record")


def of_corpus(code: str, title: str, severity: Severity = "warning") -> Callable[[Find], Find]:
    """Register a check of a corpus as a whole; its hits say where."""
    return _register(code, title, severity, "corpus")


def _register(code: str, title: str, severity: Severity, scope: Scope) -> Callable[[Find], Find]:
    def register(find: Find) -> Find:
        if code in _CHECKS:
            raise ValueError(f"two checks are called {code}")
        _CHECKS[code] = Check(code, title, severity, scope, find)
        return find

    return register


@cache
def checks(scope: Scope | None = None) -> tuple[Check, ...]:
    """All checks, or those that look at one kind of thing, in the order of their codes."""
    from medinstruct.auditor import families

    for module in pkgutil.iter_modules(families.__path__):
        importlib.import_module(f"{families.__name__}.{module.name}")
    return tuple(check for _, check in sorted(_CHECKS.items()) if scope in (None, check.scope))
