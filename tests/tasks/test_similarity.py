"""Similarity: scores as numbers, there and back, and correlations with their edges."""

import math
import time

import pytest
from hostile import garbage
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import Item
from medinstruct.tasks.facts import Score
from medinstruct.tasks.similarity import (
    TASK,
    Number,
    SimilarityGold,
    SimilarityQuestion,
    pearson,
    spearman,
    view,
)
from medinstruct.tasks.task import Case, Example, Lost

TEXTS = {"a": "One.", "b": "Two."}
ends = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.0, 4.0, 5.0, -1.0, 0.25])


@st.composite
def examples(draw):
    low, high = sorted(draw(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1])))
    score = draw(st.floats(low, high) | st.sampled_from([low, high]))
    return Example(SimilarityQuestion(texts=TEXTS, low=low, high=high), SimilarityGold(score=score))


@given(example=examples(), decimals=st.integers(0, 6))
def test_every_score_on_its_scale_fits_and_comes_back_exactly(example, decimals):
    answer = Number(decimals=decimals)
    assert answer.fits(example) is None
    parsed = answer.parse(answer.render(example), example.question)
    assert parsed.prediction == answer.carries(example)
    assert parsed.is_exact


@pytest.mark.parametrize(
    "score, decimals, written",
    [
        (3.65, 1, "3.6"), (3.75, 1, "3.8"), (2.675, 2, "2.68"), (1.005, 2, "1.00"), (1.015, 2, "1.02"), (2.5, 0, "2"),
        (3.5, 0, "4"), (0.1 + 0.2, 1, "0.3"), (-0.04, 1, "0.0"), (-0.06, 1, "-0.1"), (4, 1, "4.0"), (1e-7, 6, "0.000000"),
        (999_999_999.95, 1, "1000000000.0"), (5e-324, 2, "0.00"),
    ],
)  # fmt: skip
def test_the_shortest_decimal_is_rounded_half_to_even(score, decimals, written):
    example = Example(SimilarityQuestion(texts=TEXTS, low=-1e9, high=1e9), SimilarityGold(score=score))
    assert Number(decimals=decimals).render(example) == written
    assert Number(decimals=decimals).carries(example) == (float(written),)


def test_a_score_off_the_scale_does_not_fit():
    example = Example(SimilarityQuestion(texts=TEXTS, low=0, high=4), SimilarityGold(score=4.1))
    assert Number().fits(example) == "a score that is not on the scale"


@pytest.mark.parametrize(
    "answer, score, mark",
    [
        ("3.4", 3.4, "exact"), (" 3.4\n", 3.4, "exact"), ("3", 3.0, "repaired"), ("3.456", 3.456, "repaired"),
        ("3,4", 3.4, "repaired"), ("Score: 3.4.", 3.4, "repaired"), ("-3.4", 3.4, "repaired"), ("3.4 out of 5", 3.4, "ambiguous"),
        ("between 2 and 3", 2.0, "ambiguous"), ("3.4 (3.4)", 3.4, "repaired"), ("7.0", 4.0, "invented"),
        ("9" * 400, 4.0, "invented"), ("3.4" + "0" * 400, 3.4, "repaired"), ("**3.4**", 3.4, "repaired"),
    ],
)  # fmt: skip
def test_a_number_is_found_and_marked(answer, score, mark):
    parsed = Number().parse(answer, SimilarityQuestion(texts=TEXTS, low=0, high=4))
    assert (parsed.prediction, parsed.marks) == ((score,), (mark,))


@pytest.mark.parametrize(
    "answer, score", [("-0.5", -0.5), ("−0.5", -0.5), ("score-0.5", 0.5), ("-7", -1.0), ("r = -.5", 1.0)]
)
def test_a_dash_is_a_minus_where_the_scale_goes_below_zero(answer, score):
    parsed = Number().parse(answer, SimilarityQuestion(texts=TEXTS, low=-1, high=1))
    assert parsed.prediction == (score,)


@pytest.mark.parametrize(
    "answer, unread", [("", ()), ("  ", ()), ("very alike", ("very alike",)), ("٣", ("٣",)), ("NaN", ("NaN",))]
)
def test_an_answer_without_a_number_says_nothing(answer, unread):
    parsed = Number().parse(answer, TASK.samples[0].question)
    assert (parsed.prediction, parsed.unread) == ((), unread)


@given(text=garbage)
def test_garbage_is_read_without_an_error(text):
    parsed = Number().parse(text, TASK.samples[0].question)
    assert all(0 <= score <= 4 for score in parsed.prediction)


@pytest.mark.parametrize("text", ["1" * 1_000_000, "1." * 500_000, "-" * 1_000_000, "1 " * 500_000, "x" * 1_000_000])
def test_a_megabyte_is_read_in_time(text):
    began = time.process_time()
    Number().parse(text, TASK.samples[0].question)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("low, high", [(1, 1), (2, 1), (math.nan, 1), (0, math.inf), (0, 1e10)])
def test_a_scale_has_two_ends(low, high):
    with pytest.raises(ValidationError):
        SimilarityQuestion(texts=TEXTS, low=low, high=high)


# ---- the view

FACT = Score(low=0, high=4, scale=("unlike", "a", "b", "c", "alike"))


def test_an_item_with_two_texts_and_a_score_is_asked():
    (example,) = view(Item(id="i", texts=TEXTS, score=3.0), FACT, [])
    assert example.question == SimilarityQuestion(texts=TEXTS, low=0, high=4, meanings=FACT.scale)
    assert (example.gold.score, example.annotations) == (3.0, ("i",))
    assert example.question.reading == "One.\nTwo."


@pytest.mark.parametrize(
    "item, reason",
    [
        (Item(id="i", texts={"a": "One."}, score=1), "it has not two texts"),
        (Item(id="i", texts=TEXTS), "it has no score"),
        (Item(id="i", texts=TEXTS, score=4.5), "its score is not on the scale"),
    ],
)
def test_each_reason_why_a_score_is_lost(item, reason):
    assert list(view(item, FACT, [])) == [Lost("i", reason)]


# ---- scores


def cases(predicted, gold):
    question = SimilarityQuestion(texts=TEXTS, low=0, high=4)
    rows = zip(predicted, gold, strict=True)
    return [Case(question, SimilarityGold(score=due), () if said is None else (said,)) for said, due in rows]


@pytest.mark.parametrize("score", [pearson, spearman])
def test_correlations_at_their_edges(score):
    assert score(cases([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])) == 1.0
    assert score(cases([3.0, 2.0, 1.0], [1.0, 2.0, 3.0])) == pytest.approx(-1.0)
    assert score(cases([2.0, 2.0], [2.0, 2.0])) == 1.0
    assert score(cases([1.0, 1.0], [2.0, 2.0])) == (0.0 if score is pearson else 1.0)
    assert score(cases([1.0, 1.0], [1.0, 2.0])) == 0.0
    assert score(cases([2.0], [3.0])) == (0.0 if score is pearson else 1.0)
    assert score([]) == 1.0


def test_correlations_of_a_small_table():
    """Worked by hand: deviations (-1.5, -0.5, 0.5, 1.5) and (-1.25, 0.75, -0.25, 0.75); ranks (1, 3.5, 2, 3.5)."""
    table = cases([0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 2.0, 3.0])
    assert pearson(table) == pytest.approx(2.5 / math.sqrt(5 * 2.75))
    assert spearman(table) == pytest.approx(3 / math.sqrt(5 * 4.5))


def test_an_answer_without_a_number_counts_as_the_low_end():
    assert pearson(cases([None, 2.0, 3.0], [1.0, 2.0, 3.0])) == pearson(cases([0.0, 2.0, 3.0], [1.0, 2.0, 3.0]))


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4)), min_size=1, max_size=20))
def test_correlations_stay_in_bounds_and_gold_scores_one(pairs):
    said, due = zip(*pairs, strict=True)
    for score in (pearson, spearman):
        assert -1.0 <= score(cases(said, due)) <= 1.0
        assert score(cases(due, due)) == 1.0
