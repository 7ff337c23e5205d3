"""Windows: consecutive sentences packed into a budget of tokens."""

from collections.abc import Iterable, Iterator, Sequence

from medinstruct.text import sentence, token

Span = tuple[int, int]


def windows(text: str, *, max_tokens: int, sentences: Sequence[Span] | None = None) -> list[Span]:
    """Spans of at most `max_tokens` by `count_tokens` that cover all sentences, filled one after the other.

    A sentence that is too long by itself is cut between tokens, and a token that is (a megabase of DNA)
    inside: nothing is left out, and no window is over the limit. The rest of such a sentence shares its
    window with the sentences that follow.

    Args:
        text: Any text.
        max_tokens: The limit, 1 or more.
        sentences: The spans to keep whole where it can be done, in order; `sentences(text)` unless given.

    Raises:
        ValueError: `max_tokens` is less than 1.
    """
    if max_tokens < 1:
        raise ValueError(f"max_tokens is {max_tokens}; a window holds at least one token")
    spans = sentence.sentences(text) if sentences is None else sentences
    return [(start, end) for start, end, _ in _packed(text, _fitting(text, spans, max_tokens), max_tokens)]


Counted = tuple[int, int, int]
"""A span and what it counts, at most."""


def _fitting(text: str, spans: Iterable[Span], limit: int) -> Iterator[Counted]:
    """The spans, those over the limit cut into parts that are not."""
    for start, end in spans:
        count = token.count_tokens(text[start:end])
        if count <= limit:
            yield start, end, count
        else:
            yield from _packed(text, _short(text, start, end, limit), limit)


def _short(text: str, start: int, end: int, limit: int) -> Iterator[Counted]:
    """The tokens of a sentence, those over the limit in pieces."""
    for first, last in token.tokens(text[start:end]):
        span = start + first, start + last
        count = token.count_tokens(text[slice(*span)])
        if count <= limit:
            yield *span, count
        else:
            yield from ((*piece, 1) for piece in token.pieces(text, *span))


def _packed(text: str, spans: Iterable[Counted], limit: int) -> Iterator[Counted]:
    """Neighbouring spans joined, greedily, as long as the whole keeps to the limit."""
    begin = filled = used = 0
    for start, end, count in spans:
        more = count + token.count_tokens(text[filled:start])  # what stands between: newlines, as a rule
        if used and used + more <= limit:
            filled, used = end, used + more
        else:
            if used:
                yield begin, filled, used
            begin, filled, used = start, end, count
    if used:
        yield begin, filled, used
