"""Which stretches of a document become the text of a question."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal

from medinstruct import text as prose
from medinstruct.document import Document, Item, Span
from medinstruct.tasks.task import Source, Window

Unit = Literal["document", "passage", "sentence", "window"]
"""The whole text; a title, abstract or section; one sentence; as many whole sentences as `max_tokens` allows."""

WORD = re.compile(r"\w")


def windows(source: Source, unit: Unit, max_tokens: int, tokenizer: prose.Tokenizer = prose.RULE) -> list[Window]:
    """Return the windows of a document in the order of its text, never overlapping; an Item has none.

    Windows are named by their place in the text, so that a row keeps its name where the limit changes and its text does not.
    Only `window` looks at `max_tokens`, as `tokenizer` counts it: the other units are what they are, however long.

    Sentences are those of the source where it sets them apart, and never run from one passage into the next.
    """
    if isinstance(source, Item):
        return []
    if unit == "document":
        return [Window("document", 0, len(source.text))]
    if unit == "passage":
        return [Window(f"passage {n}", *span) for n, span in enumerate(_passages(source))]
    if unit == "sentence":
        return [Window(f"sentence {n}", *span) for n, span in enumerate(sentences(source))]
    spans = prose.windows(source.text, max_tokens=max_tokens, sentences=list(sentences(source)), tokenizer=tokenizer)
    return [Window(f"window {start}:{end}", start, end) for start, end in spans]


def _passages(document: Document) -> list[Span]:
    """The passages as stretches that do not overlap, and what no passage holds; the whole text where there are none."""
    larger = [p.span for p in document.passages if p.type != "sentence"] or [p.span for p in document.passages]
    return [span for span, _ in _tiles(document.text, (0, len(document.text)), larger)]


def sentences(document: Document) -> Iterator[Span]:
    """Yield the sentences of a document in order: those its source sets apart, and by rule, passage by passage, of
    what is left.
    """
    given = sorted(passage.span for passage in document.passages if passage.type == "sentence")
    for start, end in _passages(document):
        inside = given[bisect_left(given, (start, start)) : bisect_left(given, (end, end))]
        for span, is_given in _tiles(document.text, (start, end), inside):
            if is_given:
                yield span
            else:
                at = span[0]
                yield from ((at + first, at + last) for first, last in prose.sentences(document.text[slice(*span)]))


def _tiles(text: str, whole: Span, spans: Iterable[Span]) -> Iterator[tuple[Span, bool]]:
    """Yield the spans that lie in `whole`, of those that overlap the first and longest, and what stands between them, with
    whether it is one of the spans. Stretches without a letter or digit are left out.
    """
    at, end = whole
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if at <= first and last <= end:
            if WORD.search(text, at, first):
                yield (at, first), False
            if WORD.search(text, first, last):
                yield (first, last), True
            at = last
    if WORD.search(text, at, end):
        yield (at, end), False
