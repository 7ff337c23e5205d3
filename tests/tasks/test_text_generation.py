"""Text generation: texts there and back, and the scores of free text."""

import time
from collections import Counter

import pytest
from hostile import garbage, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import Concept, Document, Item, Mention
from medinstruct.tasks.facts import Concepts, Texts
from medinstruct.tasks.task import Case, Example, Lost, Window
from medinstruct.tasks.text_generation import (
    TASK,
    Text,
    TextGold,
    TextQuestion,
    common,
    concepts,
    exact_match,
    rouge_l,
    token_f1,
    view,
)

QUESTION = TextQuestion(texts={"note": "Knee pain."})


@given(st.lists(texts | st.text(), min_size=1, max_size=3))
def test_what_fits_comes_back(references):
    example = Example(QUESTION, TextGold(references=tuple(references)))
    if Text().fits(example) is None:
        parsed = Text().parse(Text().render(example), QUESTION)
        assert parsed.prediction == Text().carries(example)
        assert parsed.is_exact


def test_enough_examples_fit_for_the_round_trip_to_mean_something():
    fit = Counter()

    @settings(max_examples=200, database=None, derandomize=True)
    @given(reference=texts)
    def count(reference):
        fit[Text().fits(Example(QUESTION, TextGold(references=(reference,))))] += 1

    count()
    assert fit[None] > 0.8 * fit.total()


@pytest.mark.parametrize("reference", ["", " ", "\n\u2028\xa0"])
def test_an_empty_answer_does_not_fit_and_says_nothing(reference):
    assert Text().fits(Example(QUESTION, TextGold(references=(reference, "x")))) == "an empty answer"
    assert Text().parse(reference, QUESTION).prediction == ()


def test_blanks_at_the_edges_go_and_those_inside_stay():
    example = Example(QUESTION, TextGold(references=("\n 1. Knee\r\n\n2.  Hip \t",)))
    assert Text().render(example) == Text().carries(example)[0] == "1. Knee\r\n\n2.  Hip"


@given(text=garbage)
def test_garbage_is_read_without_an_error(text):
    assert len(Text().parse(text, QUESTION).prediction) <= 1


# ---- the view


def test_an_item_with_an_answer_is_asked():
    item = Item(id="i", texts={"a": "One.", "b": "Two."}, question="Which?", references=("First.", "One."))
    (example,) = view(item, Texts(question="Answer the question."), [])
    assert example.question == TextQuestion(texts=item.texts, instruction="Which?", kind="Answer the question.")
    assert (example.gold.references, example.annotations) == (("First.", "One."), ("i",))
    assert (example.question.reading, example.question.asked) == ("One.\nTwo.\nWhich?", ("Answer the question.",))


def test_an_item_without_an_answer_is_lost():
    assert list(view(Item(id="i", question="Which?"), Texts(), [])) == [Lost("i", "it has no text as its answer")]
    with pytest.raises(ValidationError):
        TextGold(references=())


# ---- scores


def case(answer, *references):
    return [Case(QUESTION, TextGold(references=references), () if answer is None else (answer,))]


@pytest.mark.parametrize(
    "answer, references, exact, tokens, rouge",
    [
        ("Left knee pain.", ("left  knee\npain.",), 1.0, 1.0, 1.0),
        ("pain knee left", ("left knee pain",), 0.0, 1.0, 1 / 3),
        ("a b c d", ("a c",), 0.0, 2 / 3, 2 / 3),
        ("a a b", ("a b b",), 0.0, 2 / 3, 2 / 3),
        ("x", ("y", "x y"), 0.0, 2 / 3, 2 / 3),
        ("+", ("+",), 1.0, 1.0, 1.0),
        ("+", ("-",), 0.0, 0.0, 0.0),
        ("x", ("+",), 0.0, 0.0, 0.0),
        (None, ("x",), 0.0, 0.0, 0.0),
        ("ß-Catenin", ("SS CATENIN",), 0.0, 1.0, 1.0),
    ],
)
def test_scores_of_single_answers(answer, references, exact, tokens, rouge):
    cases = case(answer, *references)
    assert exact_match(cases) == exact
    assert token_f1(cases) == pytest.approx(tokens)
    assert rouge_l(cases) == pytest.approx(rouge)


def test_scores_are_the_mean_over_rows():
    both = case("a", "a") + case("b", "a")
    means = [score for name, score in TASK.scores.items() if name not in ("bleu", "chrf")]
    assert [score(both) for score in means] == [0.5] * len(means)
    assert {score([]) for score in TASK.scores.values()} == {1.0}


@given(st.lists(texts | st.text(min_size=1), min_size=1, max_size=3))
def test_gold_scores_one(references):
    cases = case(references[0], *references)
    assert {name: score(cases) for name, score in TASK.scores.items()} == dict.fromkeys(TASK.scores, pytest.approx(1.0))


def slowly(a, b):
    table = {}
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if not i or not j:
                table[i, j] = 0
            elif a[i - 1] == b[j - 1]:
                table[i, j] = table[i - 1, j - 1] + 1
            else:
                table[i, j] = max(table[i - 1, j], table[i, j - 1])
    return table[len(a), len(b)]


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abce"), max_size=12))
def test_the_longest_common_subsequence_is_that_of_the_table(a, b):
    assert common(a, b) == slowly(a, b)


def test_long_texts_are_compared_in_time():
    words = [f"w{n % 977}" for n in range(10_000)]
    began = time.process_time()
    assert common(words, words[::-1]) > 0
    assert common(["w"] * 200_000, words[:50]) == 0
    assert time.process_time() - began < 10


# Concepts

ZORBIN = "Zorbin helps. Zorbin or orlin or both, ZR and fever."
ILLS = Concepts(
    vocabularies={"M": "Medlist", "": "Openlist", "X": None}, types=("Drug",), question="Which drug of Medlist is it?"
)


def linked(*mentions: tuple[str, int, str], type: str = "Drug") -> Document:
    """A document with mentions of (words, start, concepts parted by blanks)."""
    return Document(
        id="1",
        text=ZORBIN,
        mentions=tuple(
            Mention(
                id=f"T{n}", text=words, spans=((start, start + len(words)),), types=(type,),
                concepts=tuple(Concept(vocabulary=v, id=i) for v, _, i in (each.rpartition("/") for each in entries.split())),
            )
            for n, (words, start, entries) in enumerate(mentions, start=1)
        ),
    )  # fmt: skip


def asked(document: Document, *windows: Window, fact: Concepts = ILLS) -> tuple[list[tuple], dict[str, str]]:
    """What is asked as (unit, words, right answers, links), and what is lost with the reason."""
    found = list(concepts(document, fact, windows or (Window("document", 0, len(ZORBIN)),)))
    examples = [example for example in found if isinstance(example, Example)]
    return (
        [(e.unit, e.question.texts["mention"], e.gold.references, e.annotations) for e in examples],
        {lost.annotation: lost.reason for lost in found if isinstance(lost, Lost)},
    )


def test_a_mention_is_asked_for_its_concept_once_by_its_words():
    document = linked(("Zorbin", 0, "M/1"), ("Zorbin", 14, "M/1"), ("ZR", 39, "M/1"), ("orlin", 24, "O:7"))

    assert asked(document) == (
        [
            ("document T1", "Zorbin", ("M:1",), ("T1 concepts", "T2 concepts")),
            ("document T3", "ZR", ("M:1",), ("T3 concepts",)),
            ("document T4", "orlin", ("O:7",), ("T4 concepts",)),
        ],
        {},
    )


def test_the_text_of_a_link_is_that_of_its_window():
    sentences = Window("sentence 0", 0, 13), Window("sentence 1", 14, len(ZORBIN))
    document = linked(("Zorbin", 0, "M/1"), ("Zorbin", 14, "M/2"), ("helps. Zorbin", 7, "M/3"))

    [one, other, lost] = sorted(concepts(document, ILLS, sentences), key=lambda found: isinstance(found, Lost))

    assert (one.question.texts, one.window) == ({"text": "Zorbin helps.", "mention": "Zorbin"}, (0, 13))
    assert (other.gold.references, other.unit) == (("M:2",), "sentence 1 T2")
    assert lost == Lost("T3 concepts", "crosses the edge of a window")


def test_entries_of_a_composite_mention_are_right_in_any_order():
    [(_, _, references, _)], _ = asked(linked(("Zorbin or orlin", 14, "M/2 M/1 M/2")))

    assert references == ("M:2; M:1", "M:1; M:2")


def test_what_is_linked_to_two_things_is_not_asked():
    document = linked(("Zorbin", 0, "M/1"), ("Zorbin", 14, "M/2"))

    assert asked(document) == (
        [],
        dict.fromkeys(("T1 concepts", "T2 concepts"), "its words stand for different entries in one window"),
    )


def test_a_vocabulary_that_is_not_asked_for_is_told_and_one_that_is_not_named_is_no_part_of_it():
    document = linked(("Zorbin", 0, "X/1"), ("orlin", 24, "X/1 M/4"), ("ZR", 39, "Y/1"), ("fever", 46, ""))

    assert asked(document) == (
        [("document T2", "orlin", ("M:4",), ("T2 concepts",))],
        {"T1 concepts": "its label is not asked for"},
    )
    assert asked(linked(("Zorbin", 0, "M/1"), type="Disease")) == ([], {})
