"""What the answer formats share: words for nothing, strings and where they stand, lists.

A string of an answer stands in the text as it is, without regard to case, word by word, or not at all:

    Naloxone reverses the effect of clonidine.      exact      clonidine      repaired   naloxone
                                                    ambiguous  Naloxone effect
                                                    invented   morphine
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from medinstruct.document import Spans
from medinstruct.tasks.read_json import LONE_SURROGATE, ReadJson
from medinstruct.tasks.task import Mark

EMPTY_WORDS = frozenset({"", "none", "none.", "n/a", "na", "nil", "-", "no", "nothing", "not mentioned", "[]"})
"""What models write for nothing, without case."""

BY_BADNESS: tuple[Mark, ...] = ("exact", "repaired", "ambiguous", "invented")


class Standing:
    """Tells how strings stand in a text, as a mark.

    The text is folded once and each different string is looked for once: linear in the strings of an answer.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.known: dict[str, Mark] = {}

    def __call__(self, string: str) -> Mark:
        mark = self.known.get(string)
        if mark is None:
            mark = self.known[string] = "exact" if string in self.text else self._loosely(string.casefold())
        return mark

    @cached_property
    def folded(self) -> str:
        return self.text.casefold()

    def _loosely(self, string: str) -> Mark:
        if string in self.folded:
            return "repaired"
        at = 0
        for word in string.split():
            if (at := self.folded.find(word, at)) < 0:
                return "invented"
            at += len(word)
        return "ambiguous"


def worst(marks: Iterable[Mark]) -> Mark:
    """The mark that says least for how an item was read; `exact` of none."""
    return max(marks, key=BY_BADNESS.index, default="exact")


def by_name(names: Iterable[str]) -> dict[str, str]:
    """Names by what an answer may call them: as they are, or without case; exact names come first."""
    names = tuple(names)
    return {name.casefold(): name for name in reversed(names)} | {name: name for name in names}


def called(name: str, names: dict[str, str]) -> str | None:
    """The name that is meant, or None."""
    return names.get(name) or names.get(name.casefold())


def cut(piece: str) -> str:
    """A piece of an answer as it is told among the unread."""
    return piece[:1_000].strip()[:80]


def refusal(strings: Iterable[str]) -> str | None:
    """Why strings cannot each be a field of a line, whose ends are trimmed; None if they can."""
    for string in strings:
        if "\n" in string:
            return "a line break in a mention"
        if not string or string != string.strip():
            return "a blank at the edge of a mention"
    return None


def halved(answer: str) -> str | None:
    """Why JSON would not come back: half a surrogate pair, which no file can hold; None if there is none."""
    return "half a character" if not answer.isascii() and LONE_SURROGATE.search(answer) else None


def is_misplaced(pieces: Spans, text: str) -> bool:
    """Whether a piece is empty or lies outside the text."""
    return any(not 0 <= start < end <= len(text) for start, end in pieces)


def listed(read: ReadJson) -> tuple[list[Any], bool]:
    """The items of an answer that should be a list, or hold nothing but one; and whether it is one."""
    value = read.value
    if isinstance(value, dict) and len(value) == 1 and isinstance(only := next(iter(value.values())), list):
        return only, False
    return (value, read.is_exact) if isinstance(value, list) else ([value], False)
