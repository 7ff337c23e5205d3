"""The scores as two papers count them: their flaws are there, and where there are none they are the strict ones."""

import os
from pathlib import Path

import pytest
from chance import choice_case

from medinstruct.scorer import scorer
from medinstruct.tasks import load
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.span_extraction import LabelledSpan, SpanGold, SpanQuestion, ideal
from medinstruct.tasks.span_extraction.tags import stretches
from medinstruct.tasks.task import Case

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))
DEV = DATA / "ncbi-disease/conll/devel.tsv"

CHOICES = load("multiple_choice").scores


def sentences(path: Path):
    """Words and tags of each sentence of a file with a word and a tag on each line."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line.split("\t")[:2] for line in block.split("\n") if line]
        if lines:
            yield tuple(zip(*lines))


def case_of(words, tags):
    """A sentence as Llama2-MedTuned asks it, words with blanks between them, and its gold as the prediction."""
    text, starts = " ".join(words), [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    gold = SpanGold(
        spans=tuple(LabelledSpan(label=label, pieces=((starts[a], starts[b] - 1),)) for label, a, b in stretches(tags))
    )
    question = SpanQuestion(text=text, labels=("Disease",))
    return Case(question, gold, ideal(question, gold))


@pytest.mark.real
@pytest.mark.skipif(not DEV.is_file(), reason="NCBI disease is not here")
def test_787_entities_become_817():
    """On the dev part of NCBI disease, whose 923 sentences are those of the paper's folder for evaluation."""
    strict, published = scorer("span_extraction", "f1"), scorer("span_extraction", "f1", "medtuned")
    cases = [case_of(*sentence) for sentence in sentences(DEV)]
    due = [measure.table(cases).sums().sum(axis=0)[2] for measure in (strict, published)]

    assert len(cases) == 923
    assert due == [787, 817]
    assert strict(cases) == published(cases) == 1.0


@pytest.mark.real
@pytest.mark.skipif(not DEV.is_file(), reason="NCBI disease is not here")
def test_a_run_that_misses_a_third_is_scored_otherwise_than_it_is():
    cases = [case_of(*sentence) for sentence in sentences(DEV)]
    cases = [case._replace(prediction=tuple(p for n, p in enumerate(case.prediction) if n % 3 != 1)) for case in cases]
    strict, published = (scorer("span_extraction", "f1", paper)(cases) for paper in ("", "medtuned"))

    assert abs(strict - published) > 0.005


def relation(gold, said, answer=""):
    question = ChoiceQuestion(texts={}, options=("treats", "causes", "not related to each other"))
    return Case(question, ChoiceGold(choices=(gold,), nothing=2), said, answer)


def test_what_cannot_be_read_is_no_relation_for_one_paper_and_the_first_option_for_the_other():
    silent = [relation(2, ()), relation(0, ())]

    assert CHOICES["published_medtuned_micro_f1"](silent) == 1 / 2
    assert CHOICES["published_mnlu_micro_f1"](silent) == pytest.approx(2 * 1 / (2 + 1))
    assert CHOICES["micro_f1"](silent) == 0.0


def test_micro_f1_over_all_classes_is_accuracy():
    rows = [relation(2, (2,)), relation(0, (1,)), relation(1, (1,)), relation(2, (0,))]

    assert CHOICES["published_medtuned_micro_f1"](rows) == CHOICES["accuracy"](rows) == 1 / 2
    assert CHOICES["micro_f1"](rows) == pytest.approx(2 * 1 / (3 + 2))


def test_an_answer_that_names_all_options_is_right():
    row = choice_case(["entailment", "neutral"], [1], [0])._replace(answer="entailment, not neutral")

    assert CHOICES["published_mnlu_accuracy"]([row]) == 1.0
    assert CHOICES["accuracy"]([row]) == 0.0
    assert CHOICES["published_mnlu_accuracy"]([row._replace(answer="")]) == 0.0


def test_claims_of_labels_that_are_never_due_cost_nothing():
    question, gold = (
        SpanQuestion(text="a fever", labels=("Disease", "Chemical")),
        SpanGold(spans=(LabelledSpan(label="Disease", pieces=((2, 7),)),)),
    )
    said = ideal(question, gold)
    made_up = (*said, said[0]._replace(label="Chemical"))

    assert scorer("span_extraction", "f1", "mnlu")([Case(question, gold, made_up)]) == 1.0
    assert scorer("span_extraction", "f1")([Case(question, gold, made_up)]) == pytest.approx(2 / 3)
