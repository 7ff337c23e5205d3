"""Windows: consecutive sentences packed into a budget of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from medinstruct.text import sentence, token
from medinstruct.text.tokenizer import RULE, Tokenizer

Span = tuple[int, int]
Counted = tuple[int, int, int]
"""A span and what it counts, at most."""


def windows(
    text: str, *, max_tokens: int, sentences: Sequence[Span] | None = None, tokenizer: Tokenizer = RULE
) -> list[Span]:
    """Spans of at most `max_tokens` that cover all sentences, filled one after the other.

    A sentence that is too long by itself is cut behind a comma, a colon, a semicolon or a line; a clause that still
    is, between words; a word, between the tokens of BIO tags, and such a token (a megabase of DNA) inside: nothing is
    left out, and no window is over the limit. The rest of such a sentence shares its window with the sentences that
    follow. The text alone decides, never what is annotated in it.

    Args:
        text: Any text.
        max_tokens: The limit, 1 or more; with a tokenizer that takes one character for several tokens, at least as many.
        sentences: The spans to keep whole where it can be done, in order; `sentences(text)` unless given.
        tokenizer: What counts.

    Raises:
        ValueError: `max_tokens` is less than 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; a window holds at least one token")
    spans = sentence.sentences(text) if sentences is None else sentences
    return [(start, end) for start, end, _ in _packed(text, spans, max_tokens, tokenizer, 0)]


def _packed(text: str, spans: Iterable[Span], limit: int, tokenizer: Tokenizer, level: int) -> Iterator[Counted]:
    """Neighbouring spans joined, greedily, as long as the whole keeps to the limit."""
    held: list[Counted] = []
    used = 0
    for start, end, count in _fitting(text, spans, limit, tokenizer, level):
        while held:
            more = count + tokenizer.count(text[held[-1][1] : start])  # what stands between: newlines, as a rule
            if used + more <= limit:
                break
            closed, held = _closed(text, held, used, limit, tokenizer)
            yield closed
            used = sum(part[2] for part in held)
        used += more if held else count
        held.append((start, end, count))
    while held:
        closed, held = _closed(text, held, used, limit, tokenizer)
        yield closed
        used = sum(part[2] for part in held)


def _closed(
    text: str, held: list[Counted], used: int, limit: int, tokenizer: Tokenizer
) -> tuple[Counted, list[Counted]]:
    """The spans as one, and those at the end that it has no place for: some tokenizers count a whole higher than its
    parts.
    """
    number, start, end, count = len(held), held[0][0], held[-1][1], used
    if not tokenizer.adds_up and number > 1:
        count = tokenizer.count(text[start:end])
        while count > limit and number > 1:
            number -= 1
            end = held[number - 1][1]
            count = tokenizer.count(text[start:end])
    return (start, end, count), held[number:]


def _fitting(text: str, spans: Iterable[Span], limit: int, tokenizer: Tokenizer, level: int) -> Iterator[Counted]:
    """The spans, those over the limit cut into parts that are not."""
    for start, end in spans:
        count = tokenizer.count(text[start:end])
        if count <= limit or level == len(FINER):
            yield start, end, count
        else:
            yield from _packed(text, FINER[level](text, start, end, tokenizer), limit, tokenizer, level + 1)


CLAUSE: Final = re.compile(r"[,;:](?=\s)|\n")
WORD: Final = re.compile(r"\S+")


def _clauses(text: str, start: int, end: int, tokenizer: Tokenizer) -> Iterator[Span]:
    """What stands between commas, colons, semicolons and ends of lines, each with its mark and without blanks."""
    at = start
    for stop in (*(mark.end() for mark in CLAUSE.finditer(text, start, end)), end):
        inner = text[at:stop].strip()
        if inner:
            first = text.index(inner, at)
            yield first, first + len(inner)
        at = stop


def _words(text: str, start: int, end: int, tokenizer: Tokenizer) -> Iterator[Span]:
    return (word.span() for word in WORD.finditer(text, start, end))


def _tokens(text: str, start: int, end: int, tokenizer: Tokenizer) -> Iterator[Span]:
    return ((start + first, start + last) for first, last in token.tokens(text[start:end]))


def _pieces(text: str, start: int, end: int, tokenizer: Tokenizer) -> Iterator[Span]:
    """The tokenizer's own tokens; those that share a character are one."""
    at = start
    for first, _ in tokenizer.spans(text[start:end]):
        if start + first > at:
            yield at, start + first
            at = start + first
    yield at, end


def _characters(text: str, start: int, end: int, tokenizer: Tokenizer) -> Iterator[Span]:
    return ((at, at + 1) for at in range(start, end))


FINER: Final[tuple[Callable[[str, int, int, Tokenizer], Iterator[Span]], ...]] = (
    _clauses, _words, _tokens, _pieces, _characters,
)  # fmt: skip
"""How what is too long is cut, and what of it still is."""
