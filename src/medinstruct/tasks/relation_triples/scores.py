"""Scores of relation triples: by what is meant, by the words alone, without the direction.

What is one relation is for the corpus to say: where it relates concepts, an entity is a concept with all the names it
has in the text, and `f1` is F1 of relations between concepts; where it relates mentions, an entity is one mention, and
`f1` is F1 of relations between mentions, of which an answer in words says all that read alike.
"""

from __future__ import annotations

from collections import Counter

from medinstruct.document import quote
from medinstruct.tasks.metric import MACRO, MICRO, TWO_SIDED, Tally, counted, metric
from medinstruct.tasks.relation_triples.example import Found, TripleGold, TripleQuestion, strings, turned
from medinstruct.tasks.task import Case, Example

TripleCase = Case[TripleQuestion, TripleGold]
Meaning = tuple[int, str, int]
"""Head and tail as places of entities, and the label between them."""


@metric(TWO_SIDED)
def f1(case: TripleCase) -> Tally:
    """Micro F1 of triples in which any name of an entity is right, 0..1.

    Precision is the share of predicted triples that say a gold triple, recall the share of gold triples that
    are said. Two names for one thing are thus no mistake, and a name that two things share says both. With
    nothing to find and nothing found the score is 1.0. In a symmetric question head and tail may be swapped.
    """
    return _said(case, case.question.symmetric)


@metric(TWO_SIDED)
def undirected_f1(case: TripleCase) -> Tally:
    """`f1` with head and tail swapped at will, 0..1: whether the right things are related, and how."""
    return _said(case, True)


@metric(MICRO)
def string_f1(case: TripleCase) -> Tally:
    """Micro F1 of different triples of words, 0..1; only the name that an entity is called by is right."""
    due, claimed = set(ideal(case.question, case.gold)), _different(case)
    sides = (due, claimed, due & claimed)
    return counted(*(Counter(found.label for found in side) for side in sides))


macro_f1 = string_f1.reduced(
    MACRO, "Mean over labels of `string_f1`, 0..1; of the labels that are due or claimed.", "macro_f1"
)


def ideal(question: TripleQuestion, gold: TripleGold) -> tuple[Found, ...]:
    """The prediction that says the gold."""
    return strings(Example(question, gold))


def _said(case: TripleCase, swapped: bool) -> Tally:
    """By label: claims that say a gold triple, claims, gold triples said, gold triples."""
    gold = {(triple.head, triple.label, triple.tail) for triple in case.gold.triples}
    if swapped:
        gold = {_ordered(meaning) for meaning in gold}
    tally: dict[str, list[int]] = {label: [0, 0, 0, 0] for label in sorted({label for _, label, _ in gold})}
    said: set[Meaning] = set()
    for found, meant in _meanings(case, swapped):
        hits = gold & meant
        numbers = tally.setdefault(found.label, [0, 0, 0, 0])
        numbers[0] += bool(hits)
        numbers[1] += 1
        said |= hits
    for _, label, _ in gold:
        tally[label][3] += 1
    for _, label, _ in said:
        tally[label][2] += 1
    return {label: tuple(numbers) for label, numbers in tally.items()}


def _ordered(meaning: Meaning) -> Meaning:
    head, label, tail = meaning
    return min(head, tail), label, max(head, tail)


def _different(case: TripleCase) -> set[Found]:
    return {turned(found, case.question) for found in case.prediction}


def _meanings(case: TripleCase, swapped: bool) -> list[tuple[Found, set[Meaning]]]:
    """Each predicted triple with the triples of entities that it may mean."""
    text, entities = case.question.text, case.gold.entities
    named: dict[str, set[int]] = {}
    for place, entity in enumerate(entities):
        for name in entity.names:
            named.setdefault(quote(text, name), set()).add(place)
    meanings = []
    for found in _different(case):
        heads, tails = named.get(found.head, set()), named.get(found.tail, set())
        meant = {(head, found.label, tail) for head in heads for tail in tails}
        meanings.append((found, {_ordered(meaning) for meaning in meant} if swapped else meant))
    return meanings
