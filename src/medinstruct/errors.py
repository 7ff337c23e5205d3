"""What goes wrong, told as where, what, and what next.

Every error of this package is a `MedinstructError`, and its text is one sentence or two that a person can act on:

    pubtator/train.txt:7: mention T3 says 'ataxia' but text[21:27] is 'taxia '
    recipes/x.yaml: mix -> 1 -> weigth: unknown key; did you mean weight?
    no template 'span_extraction/bulets'; did you mean span_extraction/bullets? (medinstruct ls templates)
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: its name as the user knows it and, where there is one, the line counted from 1."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class MedinstructError(Exception):
    """Something went wrong, told as `where: what (next)`.

    Args:
        what: The fault, quoting the offending text.
        where: The file and line, or whatever names the place; left out where there is none.
        next: What the reader of the message can do about it.
    """

    def __init__(self, what: str, *, where: Place | str | None = None, next: str = "") -> None:
        self.what, self.where, self.next = what, where, next
        super().__init__(what, where, next)

    def __reduce__(self) -> tuple[Callable[[], MedinstructError], tuple[()]]:
        return partial(type(self), self.what, where=self.where, next=self.next), ()  # so that a worker can send it

    def __str__(self) -> str:
        told = f"{self.where}: {self.what}" if self.where else self.what
        if not self.next:
            return told
        return f"{told}; {self.next}" if "(" in self.next else f"{told} ({self.next})"  # no brackets within brackets


class FormatError(MedinstructError):
    """A record of a file is not what its format says."""


class UnsafeInput(MedinstructError):
    """An archive, an XML file or a template tries something that no honest one needs."""


class NotFound(MedinstructError):
    """Nothing has this name, or the files of a corpus are not here."""


class TemplateError(MedinstructError):
    """A template cannot be compiled or rendered, or its answer cannot be read back."""


class RecipeError(MedinstructError):
    """A recipe is not well formed or asks for something that cannot be."""


class WorkerLost(MedinstructError):
    """A worker process ended before its work did: it was killed, or memory ran out."""


class BuildError(MedinstructError):
    """A build could not be finished, or broke one of its own promises."""


@contextmanager
def within(place: str) -> Iterator[None]:
    """Errors of ours that are raised inside are told as being at this place, before the place that they name."""
    try:
        yield
    except MedinstructError as error:
        error.where = f"{place}: {error.where}" if error.where else place
        raise


def did_you_mean(word: str, known: Iterable[str], *, more: str = "") -> str:
    """Return `did you mean x?` for the known word nearest to `word`, else the words there are; never empty."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        hint = f"did you mean {near[0]}?"
    elif names:
        hint = "there is " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    else:
        hint = "there is none"
    return f"{hint} {more}".strip()
