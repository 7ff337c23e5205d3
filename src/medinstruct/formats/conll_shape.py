"""What CoNLL says of a Document: its tokens, one blank between two, and its sentences, one to a line; see `conll`.

A text whose lines are made of words with single blanks between them stays as it is, if each mention begins and ends
with such a word. Any other is put together anew from its tokens (`text.tokens`) and sentences: those that its source
sets apart, else those that are told by rule, and a line is never part of two. Mentions that begin or end inside a token go.
"""

from __future__ import annotations

import re
from itertools import pairwise

from medinstruct.document import Document, Mention, Passage, Span, quote
from medinstruct.formats.features import keep, numbered
from medinstruct.text import sentences, tokens


def shape(document: Document) -> Document:
    """Return what CoNLL says of a document that it can hold, mentions in the order of the text."""
    if not _is_tokenised(document):
        document = _retokenised(document)
    lines = (Passage(type="sentence", span=match.span()) for match in re.finditer(r".+", document.text))
    mentions = tuple(sorted(document.mentions, key=lambda mention: mention.spans))
    return numbered(keep(document, passages=tuple(lines), mentions=mentions))


def _is_tokenised(document: Document) -> bool:
    lines = document.text.split("\n") if document.text else []
    if any(not line or line != " ".join(line.split()) for line in lines):
        return False
    words = [match.span() for match in re.finditer(r"\S+", document.text)]
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    return all(m.spans[0][0] in starts and m.spans[-1][1] in ends and "\n" not in m.text for m in document.mentions)


def _retokenised(document: Document) -> Document:
    """Return the document with a text of its tokens; unchanged if they leave anything of it out."""
    found = [span for span in tokens(document.text) if document.text[slice(*span)].split()]
    if "".join(document.text[start:end] for start, end in found) != "".join(document.text.split()):
        return document
    breaks = iter([*_sentence_starts(document), len(document.text) + 1])
    pieces: list[str] = []
    starts, ends = dict[int, int](), dict[int, int]()
    at, next_break = 0, next(breaks)
    for start, end in found:
        is_first = start >= next_break
        while start >= next_break:
            next_break = next(breaks)
        gap = ("\n" if is_first else " ") if pieces else ""
        pieces += gap, document.text[start:end]
        starts[start] = at = at + len(gap)
        at += end - start
        ends[end] = at
    text = "".join(pieces)
    return keep(document, text=text, mentions=_moved(document.mentions, text, starts, ends), passages=())


def _sentence_starts(document: Document) -> list[int]:
    """The places at which a sentence begins: where the source says so, else by rule; and each line."""
    spans: list[Span] = [passage.span for passage in document.passages if passage.type == "sentence"]
    edges = [0, *(match.end() for match in re.finditer("\n", document.text)), len(document.text)]
    if not spans:
        spans = [
            (line + start, line + end)
            for line, after in pairwise(edges)
            for start, end in sentences(document.text[line:after])
        ]
    return sorted({start for start, _ in spans} | set(edges[1:-1]))


def _moved(
    mentions: tuple[Mention, ...], text: str, starts: dict[int, int], ends: dict[int, int]
) -> tuple[Mention, ...]:
    """The mentions that begin and end with a token, in one line."""
    moved = []
    for mention in mentions:
        first, last = mention.spans[0][0], mention.spans[-1][1]
        if first in starts and last in ends and "\n" not in text[starts[first] : ends[last]]:
            spans = ((starts[first], ends[last]),)
            moved.append(mention.model_copy(update={"spans": spans, "text": quote(text, spans)}))
    return tuple(moved)
