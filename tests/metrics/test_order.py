"""No score depends on the order of rows, of the gold or of a prediction."""

import random

import pytest
from chance import EXACT, choice_case, span_case
from hypothesis import given
from hypothesis import strategies as st
from nervaluate.entities import Entity
from nervaluate.strategies import PartialEvaluation

from medinstruct.tasks import load, names
from medinstruct.tasks.relation_triples import Found, TripleGold, TripleQuestion
from medinstruct.tasks.relation_triples.example import Entity as Thing
from medinstruct.tasks.relation_triples.example import Triple
from medinstruct.tasks.task import Case

LENGTH = 8
spans = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, LENGTH - 1), st.integers(1, 4)).map(lambda s: (s[0], s[1], min(LENGTH, s[1] + s[2]))),
    max_size=6, unique=True,
)  # fmt: skip
"""Spans that may overlap, nest, cross and share a place."""


def scores(type, rows):
    return {name: score(rows) for name, score in load(type).scores.items()}


@given(rows=st.lists(st.tuples(spans, spans), max_size=3), rng=st.randoms(use_true_random=False))
def test_spans(rows, rng: random.Random):
    cases = [span_case(gold, said, LENGTH) for gold, said in rows]
    mixed = [
        span_case(rng.sample(gold, len(gold)), rng.sample(said, len(said)), LENGTH)
        for gold, said in rng.sample(rows, len(rows))
    ]

    assert scores("span_extraction", mixed) == pytest.approx(scores("span_extraction", cases), abs=EXACT)


@given(st.lists(st.tuples(spans, st.randoms(use_true_random=False)), min_size=1, max_size=3))
def test_spans_without_their_places(rows):
    """Strings are put back to the same places whatever their order."""
    cases, mixed = [], []
    for gold, rng in rows:
        case = span_case(gold, gold, LENGTH)
        words = [found._replace(pieces=()) for found in case.prediction]
        cases.append(case._replace(prediction=tuple(words)))
        mixed.append(case._replace(prediction=tuple(rng.sample(words, len(words)))))

    assert scores("span_extraction", mixed) == pytest.approx(scores("span_extraction", cases), abs=EXACT)


triples = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["induces", "treats"]), st.integers(0, 2)), max_size=5, unique=True
)


@given(gold=triples, said=triples, symmetric=st.booleans(), rng=st.randoms(use_true_random=False))
def test_triples(gold, said, symmetric, rng):
    """Of three entities `a b c`, the last of which goes by the name of the second as well."""

    def case(gold, said):
        return Case(
            TripleQuestion(text="a b c b", labels=("induces", "treats"), symmetric=symmetric),
            TripleGold(
                entities=(Thing(names=(((0, 1),),)), Thing(names=(((2, 3),),)), Thing(names=(((4, 5),), ((6, 7),)))),
                triples=tuple(Triple(head=h, label=label, tail=t) for h, label, t in gold),
            ),
            tuple(Found("abc"[h], label, "abc"[t]) for h, label, t in said),
        )  # fmt: skip

    mixed = case(rng.sample(gold, len(gold)), rng.sample(said, len(said)))
    assert scores("relation_triples", [mixed]) == pytest.approx(
        scores("relation_triples", [case(gold, said)]), abs=EXACT
    )


@given(
    rows=st.lists(st.tuples(st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3))), max_size=6),
    rng=st.randoms(use_true_random=False),
)
def test_choices_whatever_the_order_of_options(rows, rng):
    cases, mixed = [], []
    for gold, said in rows:
        cases.append(choice_case("abcd", gold, said, several=True))
        order = rng.sample(range(4), 4)
        options = [cases[-1].question.options[n] for n in order]
        mixed.append(choice_case(options, map(order.index, gold), map(order.index, said), several=True))
    found, others = scores("multiple_choice", cases), scores("multiple_choice", rng.sample(mixed, len(mixed)))
    del found["published_mnlu_micro_f1"], others["published_mnlu_micro_f1"]  # that one takes the first option

    assert others == pytest.approx(found, abs=EXACT)


def test_the_library_that_partial_matches_follow_depends_on_the_order_and_ours_does_not():
    """One wide claim and one that is right: the library gives the wide one the place of the right one's, or not."""
    gold, said = [("A", 0, 2), ("A", 3, 5)], [("A", 3, 5), ("A", 0, 4)]

    def theirs(gold, said):
        entities = ([Entity(label, a, b - 1) for label, a, b in side] for side in (gold, said))
        return PartialEvaluation().evaluate(*entities, tags=["A"])[0].f1

    assert theirs(gold[::-1], said[::-1]) != theirs(gold, said)
    assert scores("span_extraction", [span_case(gold, said, 6)]) == scores(
        "span_extraction", [span_case(gold[::-1], said[::-1], 6)]
    )


@pytest.mark.parametrize("type", names())
def test_no_rows_score_one(type):
    """With nothing to find and nothing found there is nothing wrong."""
    assert {score([]) for score in load(type).scores.values()} == {1.0}
