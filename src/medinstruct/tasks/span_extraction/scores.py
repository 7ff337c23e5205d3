"""Scores of span extraction: exact match of spans, and of strings as paper C counted them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from medinstruct import text as prose
from medinstruct.document import Spans, quote
from medinstruct.tasks.answers import harmonic
from medinstruct.tasks.span_extraction.example import Found, SpanGold, SpanQuestion, spans
from medinstruct.tasks.span_extraction.locate import locate
from medinstruct.tasks.task import Case, Example

Cases = Sequence[Case[SpanQuestion, SpanGold]]


def f1(cases: Cases) -> float:
    """Micro F1 of (label, place), 0..1: a span is right if its label and all its pieces are, or an alternative's.

    Answers that give words alone are put back into the text by `locate` first; a word that is not there counts as
    often as it is claimed, a place that is claimed twice counts once. With nothing to find and nothing found the
    score is 1.0.
    """
    right = claimed = due = 0
    for question, gold, prediction in cases:
        found = [item.found for item in locate(question.text, prediction)]
        places = {(label, pieces) for label, _, pieces in found if pieces}
        right += _right(gold, places)
        claimed += len(places) + sum(not item.pieces for item in found)
        due += len(gold.spans)
    return harmonic(right, claimed, due)


def string_f1(cases: Cases) -> float:
    """Micro F1 of (label, string) counted with repetition, 0..1; places play no part."""
    right = claimed = due = 0
    for question, gold, prediction in cases:
        expected = Counter((span.label, quote(question.text, span.pieces)) for span in gold.spans)
        found = Counter((item.label, item.text) for item in prediction)
        right += (expected & found).total()
        claimed, due = claimed + found.total(), due + expected.total()
    return harmonic(right, claimed, due)


def word_macro_f1(cases: Cases) -> float:
    """Mean over labels of the F1 of words that a span of the label covers, 0..1 (BLURB's measure for EBM PICO).

    Words are `text.tokens`, known by their place; a span that only touches a word covers it. A label with no word due
    and none claimed counts 1.0; so do no rows.
    """
    counts: dict[str, list[int]] = {}
    for question, gold, prediction in cases:
        tokens = prose.tokens(question.text)
        found = [(item.found.label, item.found.pieces) for item in locate(question.text, prediction)]
        due = [(span.label, span.pieces) for span in gold.spans]
        for label in question.labels:
            covered = [
                {n for n, (start, end) in enumerate(tokens) if any(a < end and start < b for s in spans for a, b in s)}
                for spans in ([s for other, s in side if other == label] for side in (due, found))
            ]
            tally = counts.setdefault(label, [0, 0, 0])
            tally[0] += len(covered[0] & covered[1])
            tally[1] += len(covered[1])
            tally[2] += len(covered[0])
    return sum(harmonic(*tally) for tally in counts.values()) / len(counts) if counts else 1.0


def ideal(question: SpanQuestion, gold: SpanGold) -> tuple[Found, ...]:
    """The prediction that says the gold with its places."""
    return spans(Example(question, gold))


def _right(gold: SpanGold, places: set[tuple[str, Spans]]) -> int:
    """How many spans are found, each by a place of its own: the exact ones first, then those found by an alternative."""
    exact = {(span.label, span.pieces) for span in gold.spans} & places
    unused = places - exact
    right = len(exact)
    for span in gold.spans:
        if (span.label, span.pieces) not in exact:
            place = next(((span.label, other) for other in span.alternatives if (span.label, other) in unused), None)
            if place:
                unused.remove(place)
                right += 1
    return right
