"""Strings back into the text: where the spans stand that an answer names by their words alone.

A string that stands in the text exactly as often as it is claimed can only mean those places: `certain`. (Plain
occurrences are counted, inside other words too; counting at word boundaries only was wrong in 15 of 190,000 rows of a
trial, plain counting in none. It speaks of mentions in one piece: one in several pieces is written like one, and in a
corpus that has them 10 of 66,813 happen to stand whole somewhere else.)

One that stands there more often is put at its first free places, whole words before parts of words: `guessed`. Long
strings choose before short ones, so that in "diabetes insipidus or diabetes" the short one does not end up in the
long one. A string that does not stand there is looked for without case, and with other white space; still `guessed`.
Else it is `absent`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

from medinstruct.document import Span
from medinstruct.tasks.span_extraction.example import Found

Certainty = Literal["certain", "guessed", "absent"]


class Located(NamedTuple):
    """A found span with its place, and how sure that place is; `pieces` of the absent stay empty."""

    found: Found
    certainty: Certainty


def locate(text: str, prediction: Iterable[Found]) -> list[Located]:
    """Return every item of `prediction` with its place in `text`, in the order of the text; the absent come first."""
    located: list[Located] = []
    claims: Counter[tuple[str, str]] = Counter()
    for found in prediction:
        if found.pieces:
            located.append(Located(found, "certain"))
        else:
            claims[found.label, found.text] += 1
    places = {string: occurrences(text, string) for _, string in claims}
    taken, unsure = bytearray(len(text)), []
    for (label, string), claimed in claims.items():
        if len(places[string]) == claimed:
            spans = [(at, at + len(string)) for at in places[string]]
            located += [Located(Found(label, string, (_take(taken, span),)), "certain") for span in spans]
        else:
            unsure.append((label, string, claimed))
    for label, string, claimed in sorted(unsure, key=lambda claim: (-len(claim[1]), claim)):
        spans = [(at, at + len(string)) for at in places[string]] or _loosely(text, string)
        spans.sort(key=lambda span: (taken.find(1, *span) >= 0, not _is_whole(text, *span), span))
        located += [Located(Found(label, string, (_take(taken, span),)), "guessed") for span in spans[:claimed]]
        located += [Located(Found(label, string), "absent")] * (claimed - len(spans))
    return sorted(located, key=lambda item: (item.found.pieces, item.found))


def occurrences(text: str, string: str) -> list[int]:
    """Every place where `string` starts in `text`, inside words and overlapping itself too."""
    places = []
    at = text.find(string) if string else -1
    while at >= 0:
        places.append(at)
        at = text.find(string, at + 1)
    return places


def stands_whole(text: str, string: str) -> bool:
    """Whether `string` stands in `text` somewhere as a word, or words, and not only as a part of one."""
    return any(_is_whole(text, at, at + len(string)) for at in occurrences(text, string))


def _is_whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
    return before and after


def _take(taken: bytearray, span: Span) -> Span:
    """Mark the characters of a span as taken, and return it."""
    start, end = span
    taken[start:end] = b"\1" * (end - start)
    return span


def _loosely(text: str, string: str) -> list[Span]:
    words, folded = string.split(), text.casefold()
    if not words or len(string) > 1_000 or any(word.casefold() not in folded for word in words):
        return []
    pattern = r"\s++".join(re.escape(word) for word in words)
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
