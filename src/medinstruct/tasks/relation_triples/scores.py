"""Scores of relation triples: by what is meant, and by the words alone."""

from __future__ import annotations

from collections.abc import Sequence

from medinstruct.document import quote
from medinstruct.tasks.answers import harmonic
from medinstruct.tasks.relation_triples.example import Found, TripleGold, TripleQuestion, strings, turned
from medinstruct.tasks.task import Case, Example

Cases = Sequence[Case[TripleQuestion, TripleGold]]


def f1(cases: Cases) -> float:
    """Micro F1 of triples in which any name of an entity is right, 0..1.

    Precision is the share of predicted triples that say a gold triple, recall the share of gold triples that
    are said. Two names for one thing are thus no mistake, and a name that two things share says both. With
    nothing to find and nothing found the score is 1.0.
    """
    sound = claimed = said = due = 0
    for case in cases:
        gold = {(triple.head, triple.label, triple.tail) for triple in case.gold.triples}
        hits = [gold & meant for meant in _meanings(case)]
        claimed, sound = claimed + len(hits), sound + sum(map(bool, hits))
        due, said = due + len(gold), said + len(set().union(*hits))
    if not claimed or not due:
        return float(claimed == due)
    precision, recall = sound / claimed, said / due
    return 2 * precision * recall / (precision + recall) if sound else 0.0


def string_f1(cases: Cases) -> float:
    """Micro F1 of different triples of words, 0..1; only the name that an entity is called by is right."""
    right = claimed = due = 0
    for case in cases:
        expected, found = set(ideal(case.question, case.gold)), _different(case)
        right += len(expected & found)
        claimed, due = claimed + len(found), due + len(expected)
    return harmonic(right, claimed, due)


def ideal(question: TripleQuestion, gold: TripleGold) -> tuple[Found, ...]:
    """The prediction that says the gold."""
    return strings(Example(question, gold))


def _different(case: Case[TripleQuestion, TripleGold]) -> set[Found]:
    return {turned(found, case.question) for found in case.prediction}


def _meanings(case: Case[TripleQuestion, TripleGold]) -> list[set[tuple[int, str, int]]]:
    """For each predicted triple the triples of entities that it may mean."""
    text, entities = case.question.text, case.gold.entities
    named: dict[str, set[int]] = {}
    for place, entity in enumerate(entities):
        for name in entity.names:
            named.setdefault(quote(text, name), set()).add(place)
    meanings = []
    for found in _different(case):
        heads, tails = named.get(found.head, set()), named.get(found.tail, set())
        meant = {(head, found.label, tail) for head in heads for tail in tails}
        if case.question.symmetric:
            meant |= {(tail, label, head) for head, label, tail in meant}
        meanings.append(meant)
    return meanings
