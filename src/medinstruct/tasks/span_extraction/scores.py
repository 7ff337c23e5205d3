"""Scores of span extraction: whole spans, their edges, their labels, their strings, their words.

Answers that give words alone are put back into the text by `locate` first; a word that is not there is a claim that
nothing makes right, and a place that is claimed twice counts once.

             gold  [renal failure]Disease                            f1   boundary   type   partial
    [renal failure]Disease                                           1       1        1        1
    [renal failure]Symptom                                           0       1        0        1
    [failure]Disease                                                 0       0        1        ½
    [failure]Symptom                                                 0       0        0        ½
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from medinstruct import text as prose
from medinstruct.document import Spans, quote
from medinstruct.tasks.metric import MACRO, MICRO, WHOLE, Tally, by_label, counted, metric
from medinstruct.tasks.span_extraction.example import Found, LabelledSpan, SpanGold, SpanQuestion, spans
from medinstruct.tasks.span_extraction.locate import locate
from medinstruct.tasks.task import Case, Example

SpanCase = Case[SpanQuestion, SpanGold]


class Claims(NamedTuple):
    """What a prediction says, with places."""

    places: dict[str, set[Spans]]
    """By label."""
    absent: Counter[str]
    """How many strings of each label are not in the text."""


@metric(MICRO)
def f1(case: SpanCase) -> Tally:
    """Micro F1 of (label, place), 0..1: a span is right if its label and all its pieces are, or an alternative's.

    With nothing to find and nothing found the score is 1.0.
    """
    claims, due = _claims(case), _by_label(case.gold.spans)
    labels = {*claims.places, *claims.absent, *due}
    return {
        label: (_right(due[label], places), len(places) + claims.absent[label], len(due[label]))
        for label in labels
        for places in [claims.places.get(label, set())]
    }


macro_f1 = f1.reduced(MACRO, "Mean over labels of `f1`, 0..1; of the labels that are due or claimed.", "macro_f1")


@metric(MICRO)
def boundary_f1(case: SpanCase) -> Tally:
    """Micro F1 of places, 0..1, whatever their labels; spans of two labels at one place are one."""
    claims = _claims(case)
    places = set().union(*claims.places.values())
    due = {span.pieces: span for span in case.gold.spans}
    return {WHOLE: (_right(list(due.values()), places), len(places) + claims.absent.total(), len(due))}


@metric(MICRO)
def type_f1(case: SpanCase) -> Tally:
    """Micro F1 of spans of the right label that share at least one character with the gold, 0..1.

    Each span meets one of the other side at most. From left to right, a claim takes the free span of its label whose
    ends are nearest; where it overlaps none, it is wrong, and takes the first free one of another label (nervaluate's
    `ent_type`, whose lists are sorted first).
    """
    return _met(case, of_label=True)


@metric(MICRO)
def partial_f1(case: SpanCase) -> Tally:
    """Micro F1 of places in which an overlap counts one half, 0..1, whatever their labels (MUC, SemEval 2013 task 9).

    Each span meets one of the other side at most: one of its very place, else, from left to right, the first free one
    that it overlaps (nervaluate's `partial`, whose lists are sorted first).
    """
    return _met(case, of_label=False)


@metric(MICRO)
def string_f1(case: SpanCase) -> Tally:
    """Micro F1 of (label, string) counted with repetition, 0..1; places play no part."""
    due = Counter((span.label, quote(case.question.text, span.pieces)) for span in case.gold.spans)
    claimed = Counter((item.label, item.text) for item in case.prediction)
    return counted(*(by_label(side) for side in (due, claimed, due & claimed)))


@metric(MACRO)
def word_macro_f1(case: SpanCase) -> Tally:
    """Mean over labels of the F1 of words that a span of the label covers, 0..1 (BLURB's measure for EBM PICO).

    Words are `text.tokens`, known by their place; a span that only touches a word covers it. Of the labels with a word
    that is due or claimed; 1.0 where there are none.
    """
    tokens = prose.tokens(case.question.text)
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]

    def covered(places: Iterable[Spans]) -> set[int]:
        pieces = {piece for spans in places for piece in spans}
        return {n for a, b in pieces for n in range(bisect_right(ends, a), bisect_left(starts, b))}

    claims, due = _claims(case), _by_label(case.gold.spans)
    words = {
        label: (covered(span.pieces for span in due[label]), covered(claims.places.get(label, ())))
        for label in {*claims.places, *due}
    }
    return {label: (len(right & said), len(said), len(right)) for label, (right, said) in words.items()}


word_f1 = word_macro_f1.reduced(MICRO, "Micro F1 of (label, word), 0..1, with words as in `word_macro_f1`.", "word_f1")


def ideal(question: SpanQuestion, gold: SpanGold) -> tuple[Found, ...]:
    """The prediction that says the gold with its places."""
    return spans(Example(question, gold))


def _claims(case: SpanCase) -> Claims:
    places: dict[str, set[Spans]] = {}
    absent: Counter[str] = Counter()
    for found, _ in locate(case.question.text, case.prediction):
        if found.pieces:
            places.setdefault(found.label, set()).add(found.pieces)
        else:
            absent[found.label] += 1
    return Claims(places, absent)


def _by_label(gold: Iterable[LabelledSpan]) -> Mapping[str, list[LabelledSpan]]:
    labels: dict[str, list[LabelledSpan]] = defaultdict(list)
    for span in gold:
        labels[span.label].append(span)
    return labels


def _right(gold: Sequence[LabelledSpan], places: set[Spans]) -> int:
    """How many spans are found, each by a place of its own: the exact ones first, then those found by an alternative."""
    exact = {span.pieces for span in gold} & places
    unused = places - exact
    right = len(exact)
    for span in gold:
        if span.pieces not in exact:
            place = next((other for other in span.alternatives if other in unused), None)
            if place:
                unused.remove(place)
                right += 1
    return right


def _met(case: SpanCase, of_label: bool) -> Tally:
    """Tally of claims and gold that meet; of those of one label, or, an overlap counting one half, of any."""
    claims = _claims(case)
    said = sorted((places, label) for label, spans in claims.places.items() for places in spans)
    gold = sorted(case.gold.spans, key=lambda span: (span.pieces, span.label))
    free = dict.fromkeys(range(len(gold)))
    right: dict[str, float] = defaultdict(float)
    for places, label in said:
        reached = [n for n in free if _overlap(places, gold[n].pieces)]
        if of_label:
            same = [n for n in reached if gold[n].label == label]
            taken = min(same, key=lambda n: _distance(places, gold[n].pieces), default=None)
            right[label] += taken is not None
        else:
            taken = next((n for n in reached if places in (gold[n].pieces, *gold[n].alternatives)), None)
            right[WHOLE] += 1 if taken is not None else 0.5 if reached else 0
        if reached:
            free.pop(reached[0] if taken is None else taken)
    due = Counter(span.label if of_label else WHOLE for span in gold)
    claimed = Counter(label if of_label else WHOLE for _, label in said)
    for label, number in claims.absent.items():
        claimed[label if of_label else WHOLE] += number
    return counted(due, claimed, right)


def _overlap(one: Spans, other: Spans) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)


def _distance(one: Spans, other: Spans) -> int:
    """How far apart first and last characters are, together."""
    return abs(one[0][0] - other[0][0]) + abs(one[-1][1] - other[-1][1])
