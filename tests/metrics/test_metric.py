"""What a table of tallies gives beside the number: parts, classes, intervals, tests; and what a row's answer earns."""

import json
import random

import numpy as np
import pytest
from chance import EXACT, choice_case, disjoint, span_case
from scipy import stats

import medinstruct
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.scorer import asked, ceiling, compare, interval, scorer
from medinstruct.tasks import load, names
from medinstruct.tasks.metric import MEAN, Table
from medinstruct.tasks.similarity import Number, SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import Bio, Lines, ideal
from medinstruct.tasks.task import Case

SPANS = load("span_extraction").scores


def means(values):
    return Table.of(({"": (value, 1)} for value in values), MEAN)


def random_spans(rows, seed=0):
    rng = random.Random(seed)
    return [span_case(disjoint(rng, 8), disjoint(rng, 8), 8) for _ in range(rows)]


def test_a_span_of_each_kind_of_error():
    """Right; right place, wrong label; right label, wrong place; both wrong but overlapping; missed; made up."""
    gold = [("A", 0, 2), ("A", 2, 4), ("A", 4, 6), ("A", 6, 8), ("A", 8, 10)]
    said = [("A", 0, 2), ("B", 2, 4), ("A", 4, 5), ("B", 6, 7), ("C", 11, 12)]
    rows = [span_case(gold, said, 12)]

    found = {name: SPANS[name](rows) for name in ("f1", "boundary_f1", "type_f1", "partial_f1")}

    assert found == pytest.approx({"f1": 1 / 5, "boundary_f1": 2 / 5, "type_f1": 2 / 5, "partial_f1": 3 / 5})


def test_weights_are_rows_said_more_often():
    """Every metric on weighed rows is the metric on rows repeated; none is left out unless its weight is 0."""
    rows = random_spans(6)
    weights = np.array([0, 2, 1, 0, 3, 1])
    repeated = [row for row, times in zip(rows, weights) for _ in range(times)]

    for name, score in SPANS.items():
        assert score.table(rows).score(weights) == pytest.approx(score(repeated), abs=EXACT), name
    numbers = [
        Case(SimilarityQuestion(texts={}, low=0, high=9), SimilarityGold(score=n % 4), (n % 5,)) for n in range(6)
    ]
    for name, score in load("similarity").scores.items():
        repeated = [row for row, times in zip(numbers, weights) for _ in range(times)]
        assert score.table(numbers).score(weights) == pytest.approx(score(repeated), abs=EXACT), name


def test_each_class_scores_as_its_rows_alone():
    rows = random_spans(10)

    found = SPANS["f1"].table(rows).by_class()

    assert list(found) == ["A", "B", "C"]
    for label, score in found.items():
        only = [
            row._replace(
                gold=row.gold.model_copy(update={"spans": tuple(s for s in row.gold.spans if s.label == label)}),
                prediction=tuple(f for f in row.prediction if f.label == label),
            )
            for row in rows
        ]
        assert score == pytest.approx(SPANS["f1"](only), abs=EXACT)


def test_an_interval_is_that_of_the_bootstrap_of_scipy():
    """Of a mean, with the same number of rounds: the bounds agree to what chance leaves."""
    values = [random.Random(n).random() for n in range(80)]

    ours = interval(means(values), rounds=4000)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=np.random.default_rng(0))

    assert ours.score == pytest.approx(np.mean(values))
    assert [ours.low, ours.high] == pytest.approx(
        [theirs.confidence_interval.low, theirs.confidence_interval.high], abs=0.006
    )


def test_an_interval_is_the_same_in_every_run():
    assert interval(SPANS["f1"].table(random_spans(20)), rounds=50, seed=7) == interval(
        SPANS["f1"].table(random_spans(20)), rounds=50, seed=7
    )


def test_rows_of_one_document_are_drawn_together():
    """Ten rows of each of two documents, all alike within one: only three sets can be drawn."""
    table = means([0.0] * 10 + [1.0] * 10)

    alone, together = interval(table), interval(table, [0] * 10 + [1] * 10)

    assert (together.low, together.high) == (0.0, 1.0)
    assert 0.2 < alone.low < alone.high < 0.8


def test_runs_that_differ_by_chance_are_told_from_runs_that_differ():
    """The p of a paired test of means is near that of all sign changes; that of equal runs is 1."""
    first = [n % 3 / 2 for n in range(10)]
    second = [min(1.0, value + (0.5 if n % 2 else 0.0)) for n, value in enumerate(first)]
    steps = np.array(second) - np.array(first)
    signs = np.array(np.meshgrid(*[[-1, 1]] * 10)).reshape(10, -1)
    exact = float((np.abs(steps @ signs) >= abs(steps.sum()) - 1e-12).mean())

    found = compare(means(first), means(second), rounds=4000)

    assert found.p == pytest.approx(exact, abs=0.03)
    assert found.difference.low <= found.difference.score == pytest.approx(steps.mean())
    assert compare(means(first), means(first), rounds=100).p == 1.0
    with pytest.raises(MedinstructError, match="10 and 9 rows"):
        compare(means(first), means(second[:9]))


def test_two_runs_by_f1_are_compared_by_the_sums_of_their_rows():
    """A run against one that is always right: certain; the other way round as certain."""
    rows = random_spans(40)
    right = [row._replace(prediction=ideal(row.question, row.gold)) for row in rows]

    one, other = SPANS["f1"].table(rows), SPANS["f1"].table(right)

    assert other.score() == 1.0
    assert compare(one, other, rounds=200).p == compare(other, one, rounds=200).p == pytest.approx(1 / 201)


def row_of(type, n=0, format="", options=None):
    """A row of a canonical example, as builds have them."""
    kind = load(type)
    example = kind.samples[n]
    name = format or next(iter(kind.formats))
    return {
        "type": type, "answer_format": name, "example": example.question.model_dump_json(exclude_defaults=True),
        "gold": example.gold.model_dump_json(exclude_defaults=True), "meta": json.dumps({"answer": options} if options else {}),
    }  # fmt: skip


@pytest.mark.parametrize("type", names())
def test_the_gold_earns_all_in_every_format(type):
    kind = load(type)
    for n, example in enumerate(kind.samples):
        for name, format in kind.formats.items():
            if format().fits(example) is None:
                reward = medinstruct.reward(row_of(type, n, name), format().render(example))
                assert reward == pytest.approx(1.0, abs=0.03 if type == "similarity" else 0)


@pytest.mark.parametrize("type", names())
@pytest.mark.parametrize("text", ["", "I cannot say.", "{[(", "\ud800", "None\n" * 100, None])
def test_whatever_is_said_earns_something_from_nothing_to_all(type, text):
    for n in range(len(load(type).samples)):
        assert 0.0 <= medinstruct.reward(row_of(type, n), text) <= 1.0


def test_half_of_what_is_due_earns_less_than_all_and_more_than_nothing():
    row = row_of("span_extraction")

    assert medinstruct.reward(row, "Chemical: Naloxone ... clonidine ... naloxone\nDisease: None") == pytest.approx(
        6 / 7
    )
    assert medinstruct.reward(row, "Chemical: morphine\nDisease: None") == 0.0


def test_an_answer_is_read_with_the_options_of_its_row():
    """`Naloxone; clonidine` is two mentions only where the row says so."""
    said = "Chemical: Naloxone; clonidine; naloxone\nDisease: hypotension"

    assert medinstruct.reward(row_of("span_extraction", options={"separator": "; "}), said) == 1.0
    assert medinstruct.reward(row_of("span_extraction"), said) < 1.0


def test_a_trainer_may_call_it():
    """As TRL's GRPO does: by names, with the columns of the batch, texts or messages, and things of its own."""
    rows = [row_of("similarity"), row_of("multiple_choice", format="letter")]
    columns = {name: [row[name] for row in rows] for name in rows[0]}

    plain = medinstruct.reward(
        prompts=["", ""], completions=["3.6", "(A)"], completion_ids=[[1], [2]], trainer_state=None, **columns
    )
    chats = medinstruct.reward(
        prompts=[[], []],
        completions=[[{"role": "assistant", "content": "3.6"}], [{"role": "assistant", "content": "(B)"}]],
        **columns,
    )

    assert plain == pytest.approx([1 - 0.05 / 4, 0.0])
    assert chats == pytest.approx([1 - 0.05 / 4, 1.0])
    with pytest.raises(MedinstructError, match="without gold"):
        medinstruct.reward(completions=["3.6"], **{name: values for name, values in columns.items() if name != "gold"})


def test_a_format_that_the_type_does_not_have_is_told():
    with pytest.raises(NotFound, match="no answer format 'lins'"):
        asked(row_of("span_extraction") | {"answer_format": "lins"})


def test_the_scores_of_a_paper_go_by_the_name_of_its_family():
    assert scorer("span_extraction", "f1", "medtuned").name == "published_medtuned_f1"
    assert scorer("span_extraction", "f1").name == "f1"
    with pytest.raises(NotFound, match="published_mnlu_boundary_f1"):
        scorer("span_extraction", "boundary_f1", "mnlu")


def test_the_ceiling_of_a_format_is_what_its_gold_scores():
    """Lines put strings back, BIO keeps places; what BIO cannot write is not answered."""
    rows = [row_of("span_extraction"), row_of("span_extraction", 1)]

    assert ceiling(rows, Lines(), SPANS["f1"]).score == 1.0
    bare = ceiling(rows, Bio(tags="bare"), SPANS["f1"])
    assert (bare.score, bare.rows, dict(bare.unfit)) == (0.0, 2, {"several labels with bare tags": 1})
    number = ceiling(
        [row_of("similarity"), row_of("similarity", 1)], Number(decimals=0), load("similarity").scores["pearson"]
    )
    assert number.score == pytest.approx(1.0)


def test_matthews_correlation_of_what_never_varies():
    """All right is 1, whatever there is; else it is undefined, and 0."""
    score = load("multiple_choice").scores["mcc"]

    assert score([choice_case("ab", [0], [0])] * 3) == 1.0
    assert score([choice_case("ab", [0], [0]), choice_case("ab", [0], [1])]) == 0.0


def test_a_row_that_is_not_answered_is_a_class_of_its_own():
    score = load("multiple_choice").scores["mcc"]
    rows = [choice_case("ab", [0], [0]), choice_case("ab", [1], [1]), choice_case("ab", [1], [])]

    assert 0.5 < score(rows) < 1.0
