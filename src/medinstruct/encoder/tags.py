"""Spans as BIO tags of tokens, and back; and what tags cannot carry.

    Naloxone  reverses  clonidine  -  induced  hypotension
    B-Chemical   O      B-Chemical O     O     B-Disease

Each token has one tag, so of mentions that share a token the longest is carried, and of equal ones the first label; the others
are counted: `nested`, `crosses another`, `in several pieces`. A mention that begins or ends within a token is widened to
whole tokens, and counted too. This is what the BERT-like systems of the papers' tables do without saying so.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from medinstruct.document import Span
from medinstruct.tasks.span_extraction import LabelledSpan, SpanGold
from medinstruct.tasks.span_extraction.tags import stretches

OUTSIDE = "O"


class Tagged(NamedTuple):
    """The tags of tokens, and how often what is not carried as it stands."""

    tags: list[str]
    lost: Counter[str]


def tag(spans: Iterable[LabelledSpan], tokens: Sequence[Span]) -> Tagged:
    """Return a tag for each token.

    Args:
        spans: Offsets into the text of the tokens.
        tokens: In the order of the text, none over another.
    """
    tags, lost = [OUTSIDE] * len(tokens), Counter[str]()
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    taken: list[Span | None] = [None] * len(tokens)
    for span in sorted(spans, key=lambda span: (-_extent(span), span.pieces, span.label)):
        if len(span.pieces) > 1:
            lost["in several pieces"] += 1
            continue
        start, end = span.pieces[0]
        first, behind = bisect_right(ends, start), bisect_left(starts, end)
        if first >= behind:
            lost["without a token"] += 1
        elif others := [other for other in taken[first:behind] if other]:
            inside = others[0][0] <= start and end <= others[0][1]
            lost["nested" if inside else "crosses another"] += 1
        else:
            lost["begins or ends within a token"] += (starts[first], ends[behind - 1]) != (start, end)
            taken[first:behind] = [(start, end)] * (behind - first)
            tags[first:behind] = [f"B-{span.label}"] + [f"I-{span.label}"] * (behind - first - 1)
    return Tagged(tags, +lost)


def spans(tags: Sequence[str], tokens: Sequence[Span]) -> SpanGold:
    """Return what tags mark, read leniently: a label begins wherever it is new."""
    found = (
        LabelledSpan(label=label, pieces=((tokens[first][0], tokens[behind - 1][1]),))
        for label, first, behind in stretches(tags)
    )
    return SpanGold(spans=tuple(found))


def _extent(span: LabelledSpan) -> int:
    return span.pieces[-1][1] - span.pieces[0][0]
