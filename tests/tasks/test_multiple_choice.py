"""Multiple choice: what is asked of Documents and Items, what answers hold, and what scores say."""

import os
import time
from collections import Counter
from itertools import permutations
from pathlib import Path

import pytest
from hostile import PIECES
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import Argument, Attribute, Concept, Document, Event, Item, Mention, Passage, Relation, quote
from medinstruct.tasks.facts import Attributes, Choices, Labels, Relations, Score
from medinstruct.tasks.multiple_choice import (
    TASK,
    ChoiceGold,
    ChoiceQuestion,
    Letter,
    LetterText,
    Marked,
    Text,
    letter,
    reorder,
    views,
)
from medinstruct.tasks.multiple_choice.scores import accuracy, example_f1, micro_f1
from medinstruct.tasks.task import Case, Example, Lost, Window
from medinstruct.tasks.unit import windows
from strategies import documents

FORMATS = [
    Letter(), LetterText(), Text(), Letter(separator=" / ", none="-"), LetterText(separator=" | ", none="nothing of these"),
    Text(separator="; ", none="Nothing."), Text(separator=","), Text(separator=" and ", none="Neither"), LetterText(separator="\n- "),
]  # fmt: skip

OPTIONS = (
    "Naloxone", "naloxone", "NALOXONE", "Naloxone; Clonidine", "Clonidine", "Clonidine,", "a", "b", "A", "(A)", "(B)", "(B) Naloxone",
    "(A) and (B)", "Neither of them, or (A) and (B) alike", "None", "none", "-", "; ", ";", ", ", " | ", "", " ", " x", "x ", "x", "x x", "xx",
    "no", "not", "nothing of these", "\n", "x\ny", "(A)\n(B)", "- x", "ß", "SS", "ss", "İ", "ﬁ", "fi", "\u2028", "0", "1", "(AA)", "A)", "(", ")",
    "Nothing.", "and", "x and y", "y", "/", " / ",
)  # fmt: skip
hostile_options = st.lists(
    st.sampled_from(OPTIONS) | st.lists(st.sampled_from(PIECES), max_size=3).map("".join) | st.text(max_size=5),
    min_size=1, max_size=7, unique=True,
).map(tuple)  # fmt: skip
plain_options = st.lists(
    st.sampled_from(["Naloxone", "Clonidine", "Neither of them", "a drug", "a drug of old", "yes", "no", "not related", "(A) and (B)", "IL-2"]),
    min_size=2, max_size=6, unique=True,
).map(tuple)  # fmt: skip


@st.composite
def examples(draw, options=hostile_options):
    offered = draw(options)
    several = draw(st.booleans())
    places = st.sets(
        st.integers(0, len(offered) - 1), min_size=0 if several else 1, max_size=len(offered) if several else 1
    )
    return Example(
        ChoiceQuestion(texts={"text": "x"}, options=offered, several=several),
        ChoiceGold(choices=tuple(sorted(draw(places)))),
    )


def ask(*options: str, several: bool = False) -> ChoiceQuestion:
    return ChoiceQuestion(texts={"text": "x"}, options=options, several=several)


# Answers


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@settings(max_examples=150)
@given(example=examples())
def test_what_fits_comes_back_whatever_the_options_are(answer, example):
    if answer.fits(example) is None:
        parsed = answer.parse(answer.render(example), example.question)
        assert parsed.prediction == answer.carries(example) == example.gold.choices
        assert parsed.is_exact


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
def test_enough_examples_fit_for_the_round_trip_to_mean_something(answer):
    kinds = Counter()

    @settings(max_examples=1000, database=None, derandomize=True)
    @given(example=examples())
    def count(example):
        fits = answer.fits(example) is None
        kinds["all"] += 1
        kinds["fits"] += fits
        kinds["two or more"] += fits and len(example.gold.choices) > 1
        kinds["hostile"] += fits and any(option in OPTIONS[6:] for option in example.question.options)

    count()
    assert kinds["fits"] > kinds["all"] / 4
    assert kinds["two or more"] > kinds["all"] / 50  # of 1,000, 29 for the strictest format
    assert kinds["hostile"] > kinds["all"] / 8


@pytest.mark.parametrize("answer", [Letter(), LetterText(), Text()], ids=repr)
@given(example=examples(plain_options))
def test_options_as_corpora_have_them_all_fit(answer, example):
    assert answer.fits(example) is None


garbage = st.text(max_size=60)
garbage |= st.lists(st.sampled_from([*OPTIONS, *PIECES, ". ", "Answer: ", "The answer is "]), max_size=9).map("".join)


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@given(example=examples(), garbage=garbage)
def test_whatever_a_model_writes_is_read_without_an_error(answer, example, garbage):
    parsed = answer.parse(garbage, example.question)

    assert list(parsed.prediction) == sorted(set(parsed.prediction))
    assert all(0 <= place < len(example.question.options) for place in parsed.prediction)
    assert len(parsed.marks) == len(parsed.prediction)
    assert all(len(piece) <= 80 for piece in parsed.unread)
    assert example.question.several or len(parsed.prediction) <= 1
    assert parsed.prediction or parsed.unread or example.question.several


@given(example=examples(plain_options), answer=st.sampled_from(FORMATS[:3]))
def test_case_blanks_and_a_full_stop_do_not_matter(example, answer):
    if answer.fits(example) is None and example.gold.choices:
        written = answer.render(example)
        for messy in (written.lower(), f"  {written}\n", f"{written}.", f"**{written}**", f'"{written.upper()}"'):
            assert answer.parse(messy, example.question).prediction == example.gold.choices, messy


@given(example=examples(), random=st.randoms(use_true_random=False))
def test_whether_an_example_fits_does_not_depend_on_the_order_of_its_options(example, random):
    """Wordings are chosen by what fits, and options are shuffled after that."""
    size = len(example.question.options)
    other = reorder(example, tuple(random.sample(range(size), size)))

    for answer in FORMATS:
        assert answer.fits(other) == answer.fits(example)


DRUGS = ask("Clonidine", "Naloxone", "Morphine sulfate", "Morphine")
YES_NO = ask("yes", "no", "maybe")
SIGNS = ask("Fever", "Rash", "Cough", several=True)


@pytest.mark.parametrize(
    ("question", "answer", "prediction", "marks"),
    [
        (DRUGS, "(B)", (1,), "exact"),
        (DRUGS, " (B)\n", (1,), "exact"),
        (DRUGS, "B", (1,), "repaired"),
        (DRUGS, "b", (1,), "repaired"),
        (DRUGS, "b)", (1,), "repaired"),
        (DRUGS, "B.", (1,), "repaired"),
        (DRUGS, "**B**", (1,), "repaired"),
        (DRUGS, "[B]", (1,), "repaired"),
        (DRUGS, "(b)", (1,), "repaired"),
        (DRUGS, "B: because it binds.", (1,), "repaired"),
        (DRUGS, "B) Naloxone", (1,), "repaired"),
        (DRUGS, "b)Naloxone", (1,), "repaired"),
        (DRUGS, "B\n\nNaloxone is an antagonist.", (1,), "repaired"),
        (DRUGS, "Answer: B", (1,), "repaired"),
        (DRUGS, "answer: b", (1,), "repaired"),
        (DRUGS, "Answer:\n\n**B**", (1,), "repaired"),
        (DRUGS, "The answer is (C).", (2,), "repaired"),
        (DRUGS, "The answer is C.", (2,), "repaired"),
        (DRUGS, "The right answer is: C", (2,), "repaired"),
        (DRUGS, "Option D is right.", (3,), "repaired"),
        (DRUGS, "I would choose (c), of course.", (2,), "repaired"),
        (DRUGS, "(B) Naloxone", (1,), "repaired"),
        (DRUGS, "(B), unlike what the others say.", (1,), "repaired"),
        (DRUGS, "naloxone", (1,), "repaired"),
        (DRUGS, "It is naloxone that does.", (1,), "repaired"),
        (DRUGS, "Morphine sulfate", (2,), "repaired"),
        (DRUGS, "It is morphine sulfate, of course", (2,), "repaired"),
        (DRUGS, "A patient like this should get naloxone", (1,), "repaired"),
        (DRUGS, "The answer is a matter of taste, but naloxone", (1,), "repaired"),
        (DRUGS, "(A) and (C)", (0,), "ambiguous"),
        (DRUGS, "(C) or (A)", (2,), "ambiguous"),
        (DRUGS, "Naloxone or clonidine", (1,), "ambiguous"),
        (DRUGS, "(A) Naloxone", (0,), "ambiguous"),
        (DRUGS, "(Z)", (), ""),
        (DRUGS, "Z", (), ""),
        (DRUGS, "(Z) Naloxone", (1,), "repaired"),
        (DRUGS, "", (), ""),
        (DRUGS, " \n ", (), ""),
        (DRUGS, "I am sorry, but I cannot give medical advice.", (), ""),
        (DRUGS, "A", (0,), "repaired"),
        (DRUGS, "A patient", (), ""),
        (DRUGS, "None", (), ""),
        (YES_NO, "Yes, it does.", (0,), "repaired"),
        (YES_NO, "No", (1,), "repaired"),
        (YES_NO, "Answer: NO", (1,), "repaired"),
        (YES_NO, "This is not known to anybody.", (), ""),
        (YES_NO, "Nothing eyes-only", (), ""),
        (YES_NO, "I cannot say.", (), ""),
        (YES_NO, "yes or no", (0,), "ambiguous"),
        (SIGNS, "None", (), ""),
        (SIGNS, "none.", (), ""),
        (SIGNS, "(A), (C)", (0, 2), "exact exact"),
        (SIGNS, "(C), (A)", (0, 2), "exact exact"),
        (SIGNS, "(A) and (C)", (0, 2), "repaired repaired"),
        (SIGNS, "A, C", (0, 2), "repaired repaired"),
        (SIGNS, "a; c.", (0, 2), "repaired repaired"),
        (SIGNS, "A and C", (0, 2), "repaired repaired"),
        (SIGNS, "a) and c)", (0, 2), "repaired repaired"),
        (SIGNS, "A\nC", (0, 2), "repaired repaired"),
        (SIGNS, "(a), (c)", (0, 2), "repaired repaired"),
        (SIGNS, "(A), (A)", (0,), "repaired"),
        (SIGNS, "(A), (Z)", (0,), "repaired"),
        (SIGNS, "fever and a cough", (0, 2), "repaired repaired"),
        (SIGNS, "", (), ""),
        (SIGNS, "[]", (), ""),
        (SIGNS, "It depends.", (), ""),
    ],
)  # fmt: skip
def test_messy_answers_of_letters(question, answer, prediction, marks):
    parsed = Letter().parse(answer, question)

    assert (parsed.prediction, " ".join(parsed.marks)) == (prediction, marks)


@pytest.mark.parametrize(
    ("answer", "unread"),
    [
        ("(Z)", ("(Z)",)),
        ("(A), (Z)", ("(Z)",)),
        ("It depends.", ("It depends.",)),
        ("", ("no option",)),
        ("x" * 99, ("x" * 80,)),
        ("(", ("(",)),
        ("...", ("...",)),
        ("none", ()),
        ("None", ()),
    ],
)
def test_what_says_nothing_is_told(answer, unread):
    assert Letter().parse(answer, SIGNS).unread == unread
    assert Letter().parse(answer, SIGNS).is_exact == (answer in ("None", "none"))


@pytest.mark.parametrize(
    ("question", "answer", "prediction", "marks"),
    [
        (DRUGS, "Naloxone", (1,), "exact"),
        (DRUGS, "Morphine", (3,), "exact"),
        (DRUGS, "morphine  sulfate.", (2,), "repaired"),
        (DRUGS, "B", (1,), "repaired"),
        (ask("vitamin (A)", "vitamin (B)"), "Vitamin (B) it is", (1,), "repaired"),
        (ask("vitamin (A)", "vitamin (B)", "neither"), "Neither", (2,), "repaired"),
        (ask("MI", "TIA (MI)"), "tia (mi)", (1,), "repaired"),
        (ask("Sodium", "sodium"), "sodium", (1,), "exact"),
        (ask("Sodium", "sodium"), "SODIUM", (0,), "ambiguous"),
        (SIGNS, "Fever; Cough", (0, 2), "exact exact"),
        (SIGNS, "cough;fever", (0, 2), "repaired repaired"),
        (SIGNS, "Fever, Cough", (0, 2), "repaired repaired"),
        (ask("no", "na", several=True), "No", (0,), "repaired"),
        (ask("no", "na", several=True), "nothing", (), ""),
    ],
)
def test_messy_answers_of_words(question, answer, prediction, marks):
    parsed = Text().parse(answer, question)

    assert (parsed.prediction, " ".join(parsed.marks)) == (prediction, marks)


@pytest.mark.parametrize(
    ("answer", "prediction", "marks"),
    [
        ("(B) Naloxone", (1,), "exact"),
        ("(B)", (1,), "repaired"),
        ("B. naloxone", (1,), "repaired"),
        ("Naloxone", (1,), "repaired"),
        ("(B) Naloxon", (1,), "repaired"),
        ("(C) neither of them, or (A) and (B) alike.", (2,), "repaired"),
    ],
)
def test_messy_answers_of_letters_and_words(answer, prediction, marks):
    question = ask("Clonidine", "Naloxone", "Neither of them, or (A) and (B) alike")

    parsed = LetterText().parse(answer, question)

    assert (parsed.prediction, " ".join(parsed.marks)) == (prediction, marks)


@pytest.mark.parametrize("answer", [Letter(), LetterText(), Text()], ids=repr)
@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("They are related.", (0,)),
        ("NOT  related", (1,)),
        ("not related, not related", (1,)),
        ("Not\nrelated", (1,)),
        ("unrelated", ()),
    ],
)
def test_an_option_inside_a_longer_one_or_inside_a_word_is_not_named(answer, words, right):
    parsed = answer.parse(words, ask("related", "not related"))

    assert (parsed.prediction, parsed.marks) == (right, ("repaired",) * len(right))


@pytest.mark.parametrize("answer", [Letter(), LetterText(), Text()], ids=repr)
@pytest.mark.parametrize("several", [False, True])
def test_none_of_the_above_is_an_option_where_one_is_called_so(answer, several):
    options = ("Clonidine", "Naloxone", "None of the above")

    assert answer.parse("none of the above.", ask(*options, several=several)).prediction == (2,)
    assert answer.parse("none of the above.", ask(*options[:2], several=several)).prediction == ()


@pytest.mark.parametrize("answer", [Letter(), LetterText(), Text()])
def test_options_that_are_the_same_do_not_fit(answer):
    assert answer.fits(Example(ask("x", "x "), ChoiceGold(choices=(0,)))) == "identical options"


@pytest.mark.parametrize(
    ("question", "choices", "reason"),
    [
        (ask("a", "b"), (), "no right option"),
        (ask("a", "b"), (0, 1), "several right options where one is asked for"),
        (ask("a", "b "), (0,), "an option that is empty or has blanks at its edges"),
        (ask("a", ""), (0,), "an option that is empty or has blanks at its edges"),
        (ask("a; b", "c", several=True), (0,), "the separator in an option"),
        (ask("a; b", "c"), (0,), None),
        (ask("None", "c", several=True), (0,), "an option that is the word for none"),
        (ask("None", "c"), (0,), None),
        (ask(*map(str, range(703))), (0,), "more options than letters"),
        (ask(*map(str, range(702))), (701,), None),
    ],
)
def test_what_words_cannot_hold_is_told(question, choices, reason):
    assert Text().fits(Example(question, ChoiceGold(choices=choices))) == reason


@pytest.mark.parametrize("kind", [Letter, LetterText, Text])
@pytest.mark.parametrize(
    "options",
    [
        {"separator": " "},
        {"separator": ""},
        {"separator": "("},
        {"none": ""},
        {"none": " x"},
        {"none": "(A)"},
        {"none": "a;b", "separator": ";"},
    ],
)
def test_options_that_could_not_be_read_back_are_refused(kind, options):
    with pytest.raises(ValidationError, match=r"the (separator needs|word for none)"):
        kind(**options)


def test_letters_go_on_after_z():
    assert [letter(n) for n in (0, 25, 26, 27, 51, 52, 701, 702)] == ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]
    assert len({letter(n) for n in range(702)}) == 702


def test_seven_hundred_options_come_back():
    question = ask(*(f"({letter(n)}) {n}" for n in range(702)), several=True)
    for answer in (Letter(), LetterText(), Text()):
        example = Example(question, ChoiceGold(choices=(0, 25, 26, 27, 700, 701)))
        assert answer.parse(answer.render(example), question).prediction == (0, 25, 26, 27, 700, 701)


GARBAGE = {
    "blanks": "answer" + " " * 1_000_000,
    "answers": "answer " * 140_000,
    "announced blanks": ("answer" + " " * 5_000) * 200,
    "letters": "(A) " * 250_000,
    "no such letters": "(ZZ)(YX)" * 125_000,
    "brackets": "(" * 1_000_000,
    "stars": "answer " + "*" * 1_000_000,
    "separators": "; " * 500_000,
    "commas": "," * 1_000_000,
    "options": "Fever; " * 140_000,
    "nearly options": "fevefevefeve" * 80_000,
    "half an option": "morphine " * 110_000,
    "one word": "x" * 1_000_000,
    "lines": "\n" * 1_000_000 + "x",
    "letters of words": "a" * 1_000_000,
}


@pytest.mark.parametrize("answer", [Letter(), LetterText(), Text()], ids=lambda answer: type(answer).__name__)
@pytest.mark.parametrize("name", GARBAGE)
def test_a_megabyte_of_garbage_is_read_soon(answer, name):
    for question in (SIGNS, ask("aaaa", "morphine morphine x", "fevef", "; ", several=True), DRUGS):
        began = time.process_time()
        answer.parse(GARBAGE[name], question)
        assert time.process_time() - began < 1


LONG = {
    "words": tuple("a " * n + "b" for n in range(1_000, 1_050)),
    "letters": tuple("a" * n for n in range(1_000, 1_050)),
    "dashes": tuple("-" * n + "x" for n in range(1_000, 1_050)),
    "brackets": tuple("(" * n for n in range(1, 51)),
}


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("options", LONG)
def test_fifty_long_options_are_looked_for_in_linear_time(options, several):
    """Each of them begins nearly everywhere in the answer."""
    question = ask(*LONG[options], several=several)
    for garbage in ("a " * 500_000 + "b", "a" * 1_000_000, "-" * 1_000_000 + "x", "(" * 1_000_000):
        began = time.process_time()
        LetterText().parse(garbage, question)
        assert time.process_time() - began < 3


# Questions

MARKS = ChoiceQuestion(
    texts={"text": "IL-2 receptor binds IL-2."},
    options=("x", "y"),
    marked=(Marked(label="Gene", mentions=(((0, 4),), ((20, 24),))), Marked(label="Complex", mentions=(((0, 13),),))),
)


def test_marked_things_are_shown_in_the_text():
    assert MARKS.marked_text == "<<[[IL-2]] receptor>> binds [[IL-2]]."
    assert MARKS.names == ("IL-2", "IL-2 receptor")
    assert MARKS.reading == "IL-2 receptor binds IL-2."


def test_marked_things_in_one_another_are_masked_by_the_labels_of_both():
    assert MARKS.masked_text == "@Gene-Complex$ binds @Gene$."


def show(*things: list[tuple]) -> ChoiceQuestion:
    """A question about things, each given by the places of its mentions."""
    marked = tuple(Marked(label=label, mentions=tuple(mentions)) for label, mentions in zip("AB", things))
    return ChoiceQuestion(texts={"text": "left and right atrium"}, options=("x",), marked=marked)


@pytest.mark.parametrize(
    ("one", "other", "shown", "masked"),
    [
        (((0, 4),), ((9, 14),), "[[left]] and <<right>> atrium", "@A$ and @B$ atrium"),
        (((9, 14),), ((0, 4),), "<<left>> and [[right]] atrium", "@B$ and @A$ atrium"),
        (((0, 4),), ((4, 8),), "[[left]]<< and>> right atrium", "@A$@B$ right atrium"),
        (((9, 21),), ((9, 14),), "left and [[<<right>> atrium]]", "left and @A-B$"),
        (((9, 21),), ((15, 21),), "left and [[right <<atrium>>]]", "left and @A-B$"),
        (((9, 14),), ((9, 21),), "left and <<[[right]] atrium>>", "left and @A-B$"),
        (((9, 14),), ((9, 14),), "left and [[<<right>>]] atrium", "left and @A-B$ atrium"),
        (((0, 8),), ((5, 14),), "[[left <<and]] right>> atrium", "@A-B$ atrium"),
        (((0, 4), (15, 21)), ((9, 21),), "[[left and <<right atrium>>]]", "@A-B$"),
    ],
)
def test_marks_stand_in_one_another_and_cross_as_the_things_do(one, other, shown, masked):
    question = show([one], [other])

    assert (question.marked_text, question.masked_text) == (shown, masked)


@pytest.mark.parametrize(
    ("mentions", "shown", "masked"),
    [
        ([((9, 14),), ((0, 4),)], "[[left]] and [[right]] atrium", "@A$ and @A$ atrium"),
        ([((0, 4),), ((0, 4),)], "[[left]] and right atrium", "@A$ and right atrium"),
        ([((9, 21),), ((15, 21),)], "left and [[right atrium]]", "left and @A$"),
        ([((0, 8),), ((5, 14),)], "[[left and right]] atrium", "@A$ atrium"),
        ([((0, 4),), ((4, 8),)], "[[left]][[ and]] right atrium", "@A$@A$ right atrium"),
    ],
)
def test_mentions_of_one_thing_that_overlap_share_their_marks(mentions, shown, masked):
    question = show(mentions)

    assert (question.marked_text, question.masked_text) == (shown, masked)


def test_a_thing_is_called_by_all_parts_of_its_first_mention():
    assert show([((0, 4), (15, 21)), ((9, 14),)]).names == ("left atrium",)


thing = st.lists(
    st.sets(st.integers(0, 21), min_size=2, max_size=4).map(sorted).map(lambda cut: tuple(zip(cut[::2], cut[1::2]))),
    min_size=1,
    max_size=4,
)


@given(one=thing, other=thing)
def test_marks_and_masks_hold_what_is_marked_and_nothing_else(one, other):
    question = show(one, other)
    text = question.texts["text"]
    inside = [{n for mention in mentions for n in range(mention[0][0], mention[-1][1])} for mentions in (one, other)]

    for held, (opening, closing), others in zip(inside, ("[]", "<>"), ("<>", "[]")):
        shown = question.marked_text.translate({ord(mark): None for mark in others})
        pieces = shown.replace(closing * 2, opening * 2).split(opening * 2)
        assert "".join(pieces) == text
        assert "".join(pieces[1::2]) == "".join(text[n] for n in sorted(held)), "never a mark in one of its kind"
    masked = question.masked_text
    for label in ("@A-B$", "@A$", "@B$"):
        masked = masked.replace(label, "")
    assert masked == "".join(text[n] for n in range(len(text)) if n not in inside[0] | inside[1])


@given(documents("discontinuous", text=st.text("ab ", min_size=1, max_size=20)), st.randoms(use_true_random=False))
def test_marks_can_be_taken_off_again(document, random):
    """Wherever the marked things stand, in or across one another, the text without the marks is the text."""
    marked = tuple(Marked(label="M", mentions=(mention.spans,)) for mention in document.mentions[:2])
    question = ChoiceQuestion(texts={"text": document.text}, options=("x",), marked=marked)

    shown = question.marked_text
    for mark in ("[[", "]]", "<<", ">>"):
        assert shown.count(mark) == (mark in "[[]]" and len(marked) > 0) + (mark in "<<>>" and len(marked) > 1)
        shown = shown.replace(mark, "")
    assert shown == document.text


def test_two_pairs_of_one_text_are_asked_differently():
    """Equal texts and options, other arguments: these are no duplicates."""
    pairs = [
        ChoiceQuestion(
            texts={"text": "a b c"}, options=("x", "y"), marked=(Marked(label="M", mentions=(((n, n + 1),),)),)
        )
        for n in (0, 2, 4)
    ]

    assert len({question.ask for question in pairs}) == 3
    assert len({question.reading for question in pairs}) == 1


def test_the_order_of_options_is_not_part_of_what_is_asked():
    assert ask("a", "b").ask == ask("b", "a").ask
    assert ask("a", "b").ask != ask("a", "c").ask


@given(examples(), st.randoms(use_true_random=False))
def test_options_in_another_order_are_the_same_question(example, random):
    size = len(example.question.options)
    order = tuple(random.sample(range(size), size))
    example.gold = ChoiceGold(
        choices=example.gold.choices, nothing=example.gold.choices[0] if example.gold.choices else None
    )

    other = reorder(example, order)

    assert {other.question.options[n] for n in other.gold.choices} == {
        example.question.options[n] for n in example.gold.choices
    }
    assert list(other.gold.choices) == sorted(other.gold.choices)
    assert other.gold.is_empty == example.gold.is_empty
    assert (other.unit, other.window, other.annotations) == (example.unit, example.window, example.annotations)
    back = tuple(order.index(n) for n in range(size))
    assert reorder(other, back) == example


# Views


def told(found) -> tuple[list[Example], dict[str, str]]:
    """The examples of a view, and what it lost with the reason; nothing is lost twice, or lost and carried."""
    found = list(found)
    lost = [thing for thing in found if isinstance(thing, Lost)]
    asked = [thing for thing in found if not isinstance(thing, Lost)]
    reasons = {thing.annotation: thing.reason for thing in lost}
    carried = {annotation for example in asked for annotation in example.annotations}
    assert len(reasons) == len(lost)
    assert not carried & set(reasons)
    assert len({example.unit for example in asked}) == len(asked)
    return asked, reasons


def right(example: Example) -> list[str]:
    return [example.question.options[n] for n in example.gold.choices]


def test_an_item_that_is_a_question_is_asked_as_it_is():
    item = Item(id="1", texts={"context": "A text."}, question="Which?", options=("x", "y", "z"), answers=(2, 0, 2))

    [example], lost = told(views.choices(item, Choices(several=True, question="Not this."), []))

    assert (example.question.question, example.question.options, example.question.texts) == (
        "Which?",
        ("x", "y", "z"),
        {"context": "A text."},
    )
    assert (example.gold.choices, example.unit, example.annotations, lost) == ((0, 2), "item", ("answer",), {})


def test_an_item_without_an_answer_is_passed_over():
    assert told(views.choices(Item(id="1", options=("x",)), Choices(), [])) == ([], {})


STANCE = Labels(labels={"E": "entailment", "N": "neutral", "C": "contradiction", "?": None}, question="Which?")


def test_an_item_with_a_label_is_asked_for_it():
    item = Item(id="1", texts={"premise": "a", "hypothesis": "b"}, labels=("C",))

    [example], lost = told(views.labels(item, STANCE, []))

    assert example.question.options == ("entailment", "neutral", "contradiction")
    assert (right(example), example.annotations, lost) == (["contradiction"], ("item C",), {})


def test_a_label_that_is_not_asked_for_is_lost():
    assert told(views.labels(Item(id="1", labels=("?",)), STANCE, [])) == ([], {"item ?": "its label is not asked for"})
    assert told(views.labels(Item(id="1", labels=("new",)), STANCE, [])) == (
        [],
        {"item new": "its label is not asked for"},
    )


TEXT = "Fever rose. Rash came and went."
PARTS = Document(
    id="1",
    text=TEXT,
    passages=(
        Passage(type="sentence", span=(0, 11), labels=("F",)),
        Passage(type="sentence", span=(12, 31), labels=("R", "F", "?")),
        Passage(type="heading", span=(0, 5), labels=("R",)),
    ),
)
FINDINGS = Labels(
    labels={"F": "fever", "R": "rash", "C": "cough", "?": None}, several=True, of="passage", passages=("sentence",)
)
WHOLE = [Window("document", 0, len(TEXT))]


def test_passages_are_asked_for_their_labels():
    asked, lost = told(views.labels(PARTS, FINDINGS, windows(PARTS, "sentence", 99)))

    assert [(example.question.texts["text"], right(example)) for example in asked] == [
        ("Fever rose.", ["fever"]), ("Rash came and went.", ["fever", "rash"]),
    ]  # fmt: skip
    assert [example.annotations for example in asked] == [("passage 0 F",), ("passage 1 R", "passage 1 F")]
    assert lost == {"passage 1 ?": "its label is not asked for"}


def test_a_document_is_asked_for_the_labels_of_all_its_passages():
    [example], lost = told(views.labels(PARTS, FINDINGS, WHOLE))

    assert (right(example), example.question.texts["text"]) == (["fever", "rash"], TEXT)
    assert lost == {"document ?": "its label is not asked for"}


def test_passages_of_other_types_do_not_speak_for_the_document():
    headed = PARTS.model_copy(update={"passages": PARTS.passages[:1] + PARTS.passages[2:]})

    [example], _ = told(views.labels(headed, FINDINGS, WHOLE))

    assert right(example) == ["fever"]


def test_a_document_has_labels_of_its_own():
    fact = Labels(labels={"F": "fever", "R": "rash", "none": "neither"}, negative="none")
    labelled = Document(id="1", text=TEXT, labels=("none",))

    [example], _ = told(views.labels(labelled, fact, WHOLE))

    assert (right(example), example.gold.nothing, example.gold.is_empty) == (["neither"], 2, True)


@pytest.mark.parametrize("several", [True, False])
def test_a_text_without_a_label_is_asked_only_where_that_is_an_answer(several):
    fact = Labels(labels={"F": "fever"}, several=several)

    asked, _ = told(views.labels(Document(id="1", text=TEXT), fact, WHOLE))

    assert [example.gold.is_empty for example in asked] == [True] * several


@pytest.mark.parametrize(
    ("score", "step"),
    [
        (0.0, "0: unlike"),
        (0.4, "0: unlike"),
        (1.6, "2: alike"),
        (4.0, "4"),
        (9.0, "4"),
        (-1.0, "0: unlike"),
        (0.5, "0: unlike"),
        (1.5, "2: alike"),
        (2.5, "2: alike"),
        (3.5, "4"),
    ],
)
def test_a_score_is_the_nearest_step_of_its_scale(score, step):
    fact = Score(low=0, high=4, scale=("unlike", "a little", "alike"))

    [example], _ = told(views.scale(Item(id="1", texts={"a": "x", "b": "y"}, score=score), fact, []))

    assert example.question.options == ("0: unlike", "1: a little", "2: alike", "3", "4")
    assert right(example) == [step]
    assert told(views.scale(Item(id="1"), fact, [])) == ([], {})


def mention(id: str, text: str, at: int, type: str, *concepts: str, whole: str = "") -> Mention:
    return Mention(
        id=id,
        spans=((at, at + len(text)),),
        text=text,
        types=(type,),
        concepts=tuple(Concept(vocabulary="M", id=c) for c in concepts),
    )


NEGATION = Attributes(
    name="Negation",
    labels={"": "affirmed", "Negation": "negated", "weak": None},
    types=("Finding", "Loss"),
    question="Is it?",
)
SIGNED = Document(
    id="1",
    text="No fever. Rash fell and cough fell.",
    mentions=(
        mention("T1", "fever", 3, "Finding"), mention("T2", "Rash", 10, "Finding"), mention("T3", "fell", 15, "Loss"),
        mention("T4", "cough", 24, "Finding"), mention("T5", "No", 0, "Cue"), mention("T6", "fell", 30, "Loss"),
    ),
    events=(
        Event(id="E1", type="Loss", trigger="T3", arguments=(Argument(role="Theme", ref="T2"),)),
        Event(id="E2", type="Loss", trigger="T3", arguments=(Argument(role="Because_of", ref="E1", kind="event"),
                                                          Argument(role="Of", ref="M:7", kind="concept"))),
    ),
    attributes=(
        Attribute(target="T1", name="Negation"), Attribute(target="T4", name="Negation", value="weak"), Attribute(target="T5", name="Negation"),
        Attribute(target="E2", name="Negation"), Attribute(target="T2", name="Certainty", value="high"),
    ),
)  # fmt: skip


def test_mentions_and_events_are_asked_for_an_attribute():
    asked, lost = told(views.attributes(SIGNED, NEGATION, windows(SIGNED, "document", 99)))

    said = {example.unit: (right(example), example.annotations) for example in asked}
    assert said == {
        "document T1": (["negated"], ("T1 Negation",)),
        "document T2": (["affirmed"], ()),
        "document T6": (["affirmed"], ()),
        "document E1": (["affirmed"], ()),
        "document E2": (["negated"], ("E2 Negation",)),
    }
    assert lost == {"T4 Negation": "its label is not asked for", "T5 Negation": "is given to what is not asked about"}
    assert {example.gold.nothing for example in asked} == {0}


def test_an_event_is_told_by_its_words():
    asked, _ = told(views.attributes(SIGNED, NEGATION, windows(SIGNED, "document", 99)))

    assert asked[-2].question.question == "Is it? (Loss: fell; Theme: Rash)"
    assert asked[-1].question.question == "Is it? (Loss: fell; Because of: fell; Of: M:7)"
    assert asked[-1].question.marked_text == "No fever. Rash [[fell]] and cough fell."


def test_a_mention_across_the_edge_of_a_window_loses_its_attribute():
    asked, lost = told(views.attributes(SIGNED, NEGATION, [Window("window 0", 0, 5), Window("window 1", 9, 35)]))

    assert "window 1 T2" in {example.unit for example in asked}
    assert lost["T1 Negation"] == "crosses the edge of a window"
    [first] = [example for example in asked if example.unit == "window 1 T2"]
    assert first.question.marked_text == " [[Rash]] fell and cough fell."


def test_a_mention_with_two_values_is_not_asked_about():
    twice = SIGNED.model_copy(
        update={"attributes": (*SIGNED.attributes, Attribute(target="T1", name="Negation", value="weak"))}
    )

    asked, lost = told(views.attributes(twice, NEGATION, windows(twice, "document", 99)))

    assert lost["T1 Negation"] == "has several values"
    assert "document T1" not in {example.unit for example in asked}


#        0         1         2         3
#        0123456789012345678901234567890123456
TREATS = "Zorb eased fever. Plen and Zorb did not."
CHEMICALS = (
    mention("T1", "Zorb", 0, "Chemical", "z"), mention("T2", "fever", 11, "Disease", "f", "g"),
    mention("T3", "Plen", 18, "Chemical", "p"), mention("T4", "Zorb", 27, "Chemical", "z"),
)  # fmt: skip


def related(*relations: tuple[str, str, str], kind: str = "concept", mentions=CHEMICALS) -> Document:
    return Document(
        id="1",
        text=TREATS,
        mentions=mentions,
        relations=tuple(
            Relation(id=f"R{n}", type=type, arguments=tuple(Argument(role="x", ref=ref, kind=kind) for ref in refs))
            for n, (type, *refs) in enumerate(relations, start=1)
        ),
    )


def relations(**options) -> Relations:
    settings = {"labels": {"T": "treats", "I": "induces", "N": None}, "level": "concept", "scope": "document", "none": "no relation",
                "arguments": dict.fromkeys("TI", (("Chemical",), ("Disease",)))} | options  # fmt: skip
    return Relations(**settings)


def asked_of(document: Document, fact: Relations, unit="document") -> tuple[dict[str, list[str]], dict[str, str]]:
    asked, lost = told(views.pairs(document, fact, windows(document, unit, 99)))
    return {example.unit.split(" ", 1 if unit == "document" else 2)[-1]: right(example) for example in asked}, lost


def test_every_pair_of_concepts_is_asked_once_with_all_its_mentions():
    document = related(("T", "M:z", "M:f"))

    asked, lost = told(views.pairs(document, relations(), windows(document, "document", 99)))

    assert {example.unit: right(example) for example in asked} == {
        "document M:z M:f": ["treats"], "document M:z M:g": ["no relation"],
        "document M:p M:f": ["no relation"], "document M:p M:g": ["no relation"],
    }  # fmt: skip
    assert asked[0].question.options == ("treats", "induces", "no relation")
    assert asked[0].question.marked_text == "[[Zorb]] eased <<fever>>. Plen and [[Zorb]] did not."
    assert [example.annotations for example in asked] == [("R1",), (), (), ()]
    assert {example.gold.nothing for example in asked} == {2}
    assert lost == {}


def test_every_pair_of_mentions_is_asked_once():
    document = related(("T", "T1", "T2"), kind="mention")

    assert asked_of(document, relations(level="mention")) == (
        {"T1 T2": ["treats"], "T3 T2": ["no relation"], "T4 T2": ["no relation"]}, {},
    )  # fmt: skip


def test_pairs_that_annotators_never_looked_at_are_not_asked():
    """Only pairs of one sentence are negative; a stated relation is asked however far it reaches."""
    fact = relations(level="mention", scope="sentence")

    assert asked_of(related(kind="mention"), fact) == ({"T1 T2": ["no relation"]}, {})
    assert asked_of(related(("I", "T4", "T2"), kind="mention"), fact) == (
        {"T1 T2": ["no relation"], "T4 T2": ["induces"]},
        {},
    )


def test_a_concept_is_near_wherever_one_of_its_mentions_is():
    asked, _ = asked_of(related(), relations(scope="sentence"))

    assert set(asked) == {"M:z M:f", "M:z M:g"}


def test_a_relation_over_two_windows_is_lost():
    document = related(("T", "T3", "T2"), ("T", "T1", "T2"), kind="mention")

    assert asked_of(document, relations(level="mention"), "sentence") == (
        {"T1 T2": ["treats"]}, {"R1": "its arguments do not stand in one window"},
    )  # fmt: skip


def test_a_relation_of_concepts_is_asked_wherever_both_are():
    mentions = (*CHEMICALS, mention("T5", "not", 36, "Disease", "f"))

    asked, lost = told(
        views.pairs(related(("T", "M:z", "M:f"), mentions=mentions), relations(), windows(related(), "sentence", 99))
    )

    assert [example.unit for example in asked if example.annotations] == ["sentence 0 M:z M:f", "sentence 1 M:z M:f"]
    assert lost == {}


def test_several_labels_of_one_pair_are_told_and_no_format_holds_them():
    document = related(("T", "M:z", "M:f"), ("I", "M:z", "M:f"), ("T", "M:z", "M:f"))

    asked, lost = told(views.pairs(document, relations(), windows(document, "document", 99)))

    assert right(asked[0]) == ["treats", "induces"]
    assert (asked[0].annotations, lost) == (("R1", "R2", "R3"), {})
    assert LetterText().fits(asked[0]) == "several right options where one is asked for"


def test_several_labels_of_one_pair_are_asked_where_the_fact_says_that_there_may_be_several():
    document = related(("T", "M:z", "M:f"), ("I", "M:z", "M:f"))

    [example, *others], lost = told(views.pairs(document, relations(several=True), windows(document, "document", 99)))

    assert all(each.question.several for each in (example, *others))
    assert (right(example), example.annotations, lost) == (["treats", "induces"], ("R1", "R2"), {})
    assert [right(other) for other in others] == [["no relation"]] * len(others) != []
    assert LetterText().render(example) == "(A) treats; (B) induces"
    assert LetterText().parse("(A) treats; (B) induces", example.question).prediction == example.gold.choices


def test_none_of_several_is_the_option_that_says_so():
    question = ChoiceQuestion(texts={"text": TREATS}, options=("treats", "induces", "no relation"), several=True)
    prediction = LetterText().parse("None", question).prediction
    nothing, something = (
        Case(question, ChoiceGold(choices=choices, nothing=2), prediction) for choices in ((2,), (0, 1))
    )

    assert prediction == ()
    assert [score([nothing]) for score in (accuracy, example_f1, TASK.scores["mcc"], micro_f1)] == [1.0] * 4
    assert [score([something]) for score in (accuracy, example_f1, micro_f1)] == [0.0] * 3
    alone = nothing.question.model_copy(update={"several": False})
    assert accuracy([nothing._replace(question=alone)]) == 0.0, "where one option is right, silence is none"


BOTH = {"T": (("Chemical",), ("Chemical",)), "I": (("Chemical",), ("Disease",))}


@pytest.mark.parametrize("pair", [("M:z", "M:p"), ("M:p", "M:z")])
def test_a_symmetric_relation_is_asked_in_one_order(pair):
    asked, lost = asked_of(related(("T", *pair)), relations(arguments=BOTH, symmetric=True))

    assert {key: value for key, value in asked.items() if "f" not in key and "g" not in key} == {"M:z M:p": ["treats"]}
    assert lost == {}


def test_a_directed_relation_is_asked_one_way_and_not_denied_the_other_way():
    asked, lost = asked_of(related(("T", "M:p", "M:z")), relations(arguments=BOTH))

    assert asked["M:p M:z"] == ["treats"]
    assert "M:z M:p" not in asked
    assert lost == {}


def test_pairs_without_a_relation_are_asked_both_ways():
    asked, _ = asked_of(related(), relations(arguments=BOTH))

    assert asked["M:p M:z"] == asked["M:z M:p"] == ["no relation"]


def test_relations_in_both_directions_are_both_asked():
    asked, lost = asked_of(related(("T", "M:p", "M:z"), ("T", "M:z", "M:p")), relations(arguments=BOTH))

    assert asked["M:p M:z"] == asked["M:z M:p"] == ["treats"]
    assert lost == {}


def test_options_are_those_that_two_types_can_have():
    document = related()
    asked, _ = told(views.pairs(document, relations(arguments=BOTH), windows(document, "document", 99)))

    assert {tuple(what.label for what in example.question.marked): example.question.options for example in asked} == {
        ("Chemical", "Chemical"): ("treats", "no relation"), ("Chemical", "Disease"): ("induces", "no relation"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("relation", "reason"),
    [
        (("N", "M:z", "M:f"), "its label is not asked for"),
        (("T", "M:z", "M:f", "M:g"), "has not two different arguments"),
        (("T", "M:z"), "has not two different arguments"),
        (("T", "M:z", "M:z"), "has not two different arguments"),
        (("T", "M:z", "M:unheard"), "an argument is mentioned nowhere, or is of no type that is related"),
        (("T", "M:f", "M:z"), "its arguments are not of the types that it joins"),
        (("T", "M:z", "M:p"), "its arguments are not of the types that it joins"),
    ],
)
def test_what_cannot_be_asked_of_a_pair_is_lost_with_the_reason(relation, reason):
    _, lost = asked_of(related(relation), relations())

    assert lost == {"R1": reason}


def test_a_type_of_relation_that_is_not_asked_leaves_none_of_the_options():
    assert asked_of(related(("N", "M:z", "M:f")), relations())[0]["M:z M:f"] == ["no relation"]


def test_words_for_no_relation_that_are_a_label_too_are_offered_once():
    fact = relations(labels={"T": "treats", "I": "no relation"})

    asked, lost = told(views.pairs(related(("I", "M:z", "M:f")), fact, windows(related(), "document", 99)))

    assert {example.question.options for example in asked} == {("treats", "no relation")}
    assert (right(asked[0]), asked[0].annotations, asked[0].gold.is_empty, lost) == (["no relation"], ("R1",), True, {})


def test_a_pair_whose_relation_cannot_be_asked_is_not_denied():
    """R1 breaks what the fact says of its types; a question whose answer were `no relation` would be a lie."""
    fact = relations(arguments={"T": (("Chemical",), ("Chemical",)), "I": (("Chemical",), ("Disease",))})

    asked, lost = asked_of(related(("T", "M:z", "M:f")), fact)

    assert "M:z M:f" not in asked
    assert lost == {"R1": "its arguments are not of the types that it joins"}


@pytest.mark.parametrize("relation", [("Other", "M:z", "M:f"), ("T", "M:z", "M:f", "M:g"), ("T", "M:f", "M:z")])
@pytest.mark.parametrize("symmetric", [False, True])
def test_two_that_are_related_in_another_way_are_not_said_to_be_unrelated(relation, symmetric):
    asked, _ = asked_of(related(relation), relations(symmetric=symmetric))

    assert asked.get("M:z M:f") != ["no relation"]
    assert asked["M:p M:f"] == ["no relation"]


def test_relations_of_other_kinds_are_none_of_this_facts_business():
    assert asked_of(related(("Other", "M:z", "M:f")), relations())[1] == {}


def test_a_concept_named_twice_in_one_mention_is_marked_once():
    mentions = (mention("T1", "Zorb", 0, "Chemical", "z", "z"), *CHEMICALS[1:3])

    asked, _ = told(views.pairs(related(mentions=mentions), relations(), WHOLE))

    assert asked[0].question.marked_text.startswith("[[Zorb]] eased <<fever>>")


FACTS = [
    relations(labels={"Gene": "g", "a:b": "x", "É": None}, arguments={"Gene": (("Gene", "1"), ("Gene", "É")), "a:b": (("Gene",), ("1", "T1"))}),
    relations(labels={"Gene": "g", "a:b": "x"}, arguments=dict.fromkeys(("Gene", "a:b"), (("Gene", "1", "T1"), ("Gene", "É"))), symmetric=True),
]  # fmt: skip


@pytest.mark.parametrize("level", ["mention", "concept"])
@pytest.mark.parametrize("scope", ["sentence", "document"])
@pytest.mark.parametrize("unit", ["document", "sentence", "window"])
@given(
    document=documents("discontinuous", "types", "concepts", "relations", "concept relations", "passages", "sentences"),
    fact=st.sampled_from(FACTS),
)
def test_every_relation_is_carried_or_lost_and_every_question_quotes_its_text(document, fact, level, scope, unit):
    fact = relations(labels=fact.labels, arguments=fact.arguments, symmetric=fact.symmetric, level=level, scope=scope)
    asked, lost = told(views.pairs(document, fact, windows(document, unit, 9)))

    universe = {relation.id for relation in document.relations if relation.type in fact.labels}
    assert {annotation for example in asked for annotation in example.annotations} | set(lost) == universe
    for example in asked:
        text = example.question.texts["text"]
        assert text == document.text[slice(*example.window)]
        assert all(quote(text, spans) for what in example.question.marked for spans in what.mentions)
        assert example.question.options[-1] == "no relation"


@given(
    document=documents("discontinuous", "types", "attributes", "events"), unit=st.sampled_from(["document", "sentence"])
)
def test_every_attribute_is_carried_or_lost(document, unit):
    names = Counter(attribute.name for attribute in document.attributes)
    for name in names:
        fact = Attributes(name=name, labels={"": "no", "1": "one", name: "yes"}, types=("Gene", "1", "T1"))
        asked, lost = told(views.attributes(document, fact, windows(document, unit, 9)))

        universe = {f"{attribute.target} {name}" for attribute in document.attributes if attribute.name == name}
        assert {annotation for example in asked for annotation in example.annotations} | set(lost) == universe


@given(document=documents("passages", "labels"), several=st.booleans(), of=st.sampled_from(["document", "passage"]))
def test_every_label_is_carried_or_lost(document, several, of):
    fact = Labels(labels={"Gene": "g", "1": "one", "T1": None}, several=several, of=of)
    asked, lost = told(views.labels(document, fact, windows(document, "passage", 9)))

    universe = {f"document {label}" for label in document.labels} if of == "document" else set()
    assert {annotation for example in asked for annotation in example.annotations} | set(lost) == universe


# Scores


def cases(*rows: tuple[tuple[int, ...], tuple[int, ...]], nothing: int | None = None) -> list[Case]:
    return [
        Case(ask("a", "b", "c", several=True), ChoiceGold(choices=gold, nothing=nothing), said) for gold, said in rows
    ]


@pytest.mark.parametrize("name", TASK.scores)
@given(found=st.lists(examples(), max_size=6), nothing=st.none() | st.integers(0, 6))
def test_the_gold_scores_one(name, found, nothing):
    rows = [Case(e.question, ChoiceGold(choices=e.gold.choices, nothing=nothing), e.gold.choices) for e in found]

    assert TASK.scores[name](rows) == 1.0


def test_scores_by_hand():
    rows = cases(((0,), (0,)), ((1,), (0,)), ((0, 1), (1,)), ((), ()), ((2,), ()))

    assert accuracy(rows) == 2 / 5
    precision, recall = (1 + 0 + 1 + 1 + 0) / 5, (1 + 0 + 1 / 2 + 1 + 0) / 5
    assert example_f1(rows) == pytest.approx(2 * precision * recall / (precision + recall))
    assert micro_f1(rows) == pytest.approx(2 * 2 / (3 + 5))


def test_example_f1_is_that_of_mean_precision_and_mean_recall():
    """As BLUE measures HoC: not the mean of F1s, which of these three rows is 4/9."""
    assert example_f1(cases(((0, 1), (0,)), ((0,), (0, 1)), ((2,), ()))) == pytest.approx(0.5)
    assert example_f1(cases(((), (1,)), ((0,), ()))) == 0.0
    assert example_f1([]) == 1.0


places = st.sets(st.integers(0, 2)).map(sorted).map(tuple)


@given(
    rows=st.lists(st.tuples(places, places), max_size=8),
    nothing=st.none() | st.integers(0, 2),
    random=st.randoms(use_true_random=False),
)
def test_scores_lie_between_0_and_1_whatever_the_order_of_rows(rows, nothing, random):
    mixed = random.sample(rows, len(rows))
    for name, score in TASK.scores.items():
        assert (-1.0 if name == "mcc" else 0.0) <= score(cases(*rows, nothing=nothing)) <= 1.0
        assert score(cases(*mixed, nothing=nothing)) == pytest.approx(score(cases(*rows, nothing=nothing)))


def test_the_option_that_says_nothing_counts_for_nothing():
    rows = cases(((2,), (2,)), ((2,), (0,)), ((0,), (2,)), ((1,), (1,)), nothing=2)

    assert micro_f1(rows) == pytest.approx(2 * 1 / (2 + 2))
    assert accuracy(rows) == 1 / 2


def test_the_option_that_says_nothing_is_known_wherever_it_stands():
    example = Example(ask("treats", "no relation"), ChoiceGold(choices=(0,), nothing=1))
    for order in permutations(range(2)):
        other = reorder(example, order)
        assert micro_f1([Case(other.question, other.gold, other.gold.choices)]) == 1.0
        assert micro_f1([Case(other.question, other.gold, (other.gold.nothing,))]) == 0.0


# Real corpora

CORPORA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared/corpora")


@pytest.mark.real
@pytest.mark.parametrize(
    ("id", "task", "positive"),
    [("bc5cdr", "re", 3116), ("euadr", "re", 166), ("chemprot", "re", None), ("biored", "re", None)],
)
def test_every_relation_of_real_corpora_is_carried_or_lost(id, task, positive):
    from medinstruct import corpora

    corpus = corpora.load(id)
    folder = corpus.find(CORPORA)
    if folder is None:
        pytest.skip(f"{id} is not in {CORPORA}")
    fact, carried, universe = corpus.tasks[task], 0, 0
    for split in corpus.present(folder):
        for document in corpus.records(split, corpus.files(split, folder)):
            asked, lost = told(views.pairs(document, fact, windows(document, "document", 1500)))
            ids = {relation.id for relation in document.relations if relation.type in fact.labels}
            found = {annotation for example in asked for annotation in example.annotations}
            assert found | set(lost) == ids
            carried, universe = carried + len(found), universe + len(ids)
            for example in asked:
                for answer in (Letter(), LetterText(), Text()):
                    if answer.fits(example) is None:
                        assert answer.parse(answer.render(example), example.question).prediction == example.gold.choices
    assert carried == (positive or carried)
    assert 0 < carried <= universe
