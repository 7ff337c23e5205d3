"""Span extraction: what fits an answer format comes back from it, and nothing that a model writes does harm."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import Document, Mention, quote
from medinstruct.tasks import facts, load
from medinstruct.tasks.read_json import read_json
from medinstruct.tasks.span_extraction import (
    TASK,
    Bio,
    Bullets,
    Found,
    Inline,
    JsonStrings,
    LabelledSpan,
    Lines,
    SpanGold,
    SpanQuestion,
    ideal,
    locate,
)
from medinstruct.tasks.span_extraction.align import align
from medinstruct.tasks.span_extraction.as_published import published_medtuned_f1, published_mnlu_f1
from medinstruct.tasks.span_extraction.example import SpanExample
from medinstruct.tasks.span_extraction.scores import f1, string_f1
from medinstruct.tasks.task import Case, Example, Window
from medinstruct.text import tokens

hostile = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

FORMATS = [
    Lines(),
    Lines(separator="; ", none="none found"),
    Lines(separator="|", none="-", names={"Chemical": "drug", "Disease": "Chemical"}),
    Lines(separator="."),
    Lines(order="alphabet"),
    Bullets(),
    Bullets(none="No mention.", names={"Gene": "gene or protein"}, order="alphabet"),
    JsonStrings(),
    JsonStrings(names={"Chemical": "drug"}, order="alphabet"),
    Bio(),
    Bio(tags="bare"),
    Bio(colon="\t", outside="_"),
    Bio(colon=":", names={"Chemical": "drug"}),
    Bio(colon=" ", tags="bare", outside="outside"),
    Inline(),
    Inline(open="<<", middle="::", close=">>", names={"Disease": "illness"}),
    Inline(open="(", middle="=", close=")"),
]
every_format = pytest.mark.parametrize("format", FORMATS, ids=repr)


# ---- strategies

WORDS = [
    "naloxone", "Naloxone", "aspirin", "E. coli", "2.5 mg/kg", "N,N-dimethyl", "1,2-dichloro", "[3H]thymidine", "[NO]", "NO", "no",
    "None", "none", "n/a", "-", "None found", "O", "B", "I", "B-Chemical", "a:b", "x : y", "p53", "pp", "ppp", "a", "aa", "severe pain",
]  # fmt: skip
SIGNS = [
    " ... ", "...", "; ", ";", "|", "|Chemical]", "[", "]", "[[", "]]", "(", ")", "(Chemical)", "<<", "::", ">>", "=", ":", " : ",
    "\t:", '"', "'", "\\", "\\u", "{", "}", "{}", ",", "`", "```", "*", "- ", "\n", "\n\n", "\r", "\r\n", "\t", "\x0b", "\x0c",
    "\x1c", "\x85", "\u2028", "\u2029", "\xa0", "\u200b", "\ufeff", "\x00", "e\u0301", "\u0301", "ß", "ſ", "İ", "שָׁלוֹם",
    "\u202eabc\u202c", "👩\u200d⚕\ufe0f", "🧬", "\u200d", "\u200f", "漢字", "ก็", "Chemical: ", "Disease:", "None", "\nChemical: ",
]  # fmt: skip
LABELS = ["Chemical", "Disease", "Gene", "cell line", "Observation/Finding"]
HOSTILE_LABELS = [
    *LABELS, "chemical", "CHEMICAL", "Chem", "Chemical: x", "a, b", "Gene(s)", "[x]", "a|b", "x]", "B", "O", "None", "", " pad", "pad ", "x\ny",
    "ß", "ss", "x : y", "y", "a:b", "a", "B-Chemical", 'quo"te', "back\\slash", "\u2028", "=", "<<", "İ",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[int]]:
    """A text made of words and signs, and the places between them."""
    part = st.one_of(st.sampled_from(WORDS), st.sampled_from(SIGNS), st.just(" "), st.just(" "), st.text(max_size=4))
    cuts, text = [0], ""
    for piece in draw(st.lists(part, min_size=1, max_size=14)):
        text += piece
        cuts.append(len(text))
    return text, cuts


@st.composite
def anything(draw: st.DrawFn) -> SpanExample:
    """Hostile examples: any spans of any text, in pieces, crossing, twice; labels of any kind, not always asked."""
    text, cuts = draw(texts())
    labels = draw(st.lists(st.sampled_from(HOSTILE_LABELS), max_size=4))
    place = st.one_of(st.sampled_from(cuts), st.integers(0, len(text) + draw(st.sampled_from([0, 0, 0, 2]))))
    piece = st.tuples(place, place).map(sorted).filter(lambda pair: pair[0] < pair[1])
    spans = []
    for _ in range(draw(st.integers(0, 6)) if text and labels else 0):
        pieces = [
            tuple(pair)
            for pair in sorted(draw(st.lists(piece, min_size=1, max_size=draw(st.sampled_from([1, 1, 1, 3])))))
        ]
        in_order = [pair for n, pair in enumerate(pieces) if all(pair[0] >= before[1] for before in pieces[:n])]
        label = draw(st.sampled_from(labels if draw(st.integers(0, 19)) else HOSTILE_LABELS))
        spans.append(LabelledSpan(label=label, pieces=tuple(in_order)))
    spans += spans[: draw(st.sampled_from([0, 0, 1]))]
    return Example(SpanQuestion(text=text, labels=tuple(labels)), SpanGold(spans=tuple(spans)))


@st.composite
def likely(draw: st.DrawFn) -> SpanExample:
    """Examples as corpora have them, in hostile texts: whole tokens, at times nested or one in several pieces."""
    text, _ = draw(texts())
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=1, max_size=draw(st.sampled_from([1, 3])), unique=True))
    places = tokens(text)
    spans = []
    at = 0
    while places and at < len(places) and draw(st.integers(0, 5)):
        first = draw(st.integers(at, len(places) - 1))
        last = draw(st.integers(first, min(first + 3, len(places) - 1)))
        spans.append(LabelledSpan(label=draw(st.sampled_from(labels)), pieces=((places[first][0], places[last][1]),)))
        at = last + 1
        if not draw(st.integers(0, 9)):
            spans.append(
                LabelledSpan(label=draw(st.sampled_from(labels)), pieces=((places[first][0], places[first][1]),))
            )
    return Example(SpanQuestion(text=text, labels=tuple(labels)), SpanGold(spans=tuple(spans)))


def examples() -> st.SearchStrategy[SpanExample]:
    return st.one_of(anything(), likely(), likely())


@st.composite
def answers(draw: st.DrawFn) -> tuple[SpanExample, int, str]:
    """An example, a format, and an answer that a model might have spoiled, or made up."""
    example, n = draw(examples()), draw(st.integers(0, len(FORMATS) - 1))
    if FORMATS[n].fits(example) is not None or not draw(st.integers(0, 3)):
        return (
            example,
            n,
            draw(st.one_of(st.text(), st.lists(st.sampled_from([*WORDS, *SIGNS, " ", "\n"])).map("".join))),
        )
    answer = FORMATS[n].render(example)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(answer)))
        end = min(len(answer), start + draw(st.integers(0, 6)))
        answer = (
            answer[:start] + draw(st.one_of(st.just(""), st.sampled_from(SIGNS), st.sampled_from(WORDS))) + answer[end:]
        )
    return example, n, answer


def example(text: str, labels: str, *spans: tuple[str, int, int]) -> SpanExample:
    """An example from (label, start, end)."""
    gold = SpanGold(spans=tuple(LabelledSpan(label=label, pieces=((start, end),)) for label, start, end in spans))
    return Example(SpanQuestion(text=text, labels=tuple(labels.split())), gold)


# ---- the way there and back


@every_format
def test_what_fits_comes_back(format: Any) -> None:
    """Whatever the text, the labels and the spans: an example fits for no reason, or comes back as what is carried."""
    fitted: Counter[bool] = Counter()

    @hostile
    @given(examples())
    def check(x: SpanExample) -> None:
        reason = format.fits(x)
        assert reason is None or reason.isprintable()
        if reason is None:
            answer = format.render(x)
            parsed = format.parse(answer, x.question)
            assert parsed.prediction == format.carries(x), answer
            assert not parsed.unread
            assert "repaired" not in parsed.marks
            assert "invented" not in parsed.marks
            fitted[bool(x.gold.spans)] += 1

    check()
    assert fitted[True] >= 30, "nearly nothing fitted, so nearly nothing was tested"
    assert fitted[False] >= 10


@every_format
def test_carries_is_said_by_gold_and_question_alone(format: Any) -> None:
    """Formats at the level of strings carry label and words, those of spans also the place."""
    x = example("aspirin or aspirin", "Chemical", ("Chemical", 0, 7), ("Chemical", 11, 18))

    expected = [Found("Chemical", "aspirin")] * 2
    if format.level == "spans":
        expected = [Found("Chemical", "aspirin", ((0, 7),)), Found("Chemical", "aspirin", ((11, 18),))]
    assert list(format.carries(x)) == expected


@hostile
@given(answers())
def test_any_answer_is_parsed(case: tuple[SpanExample, int, str]) -> None:
    """Parsing never raises; what it gives is sorted, marked, of the labels asked, and quotes the text where it has a place."""
    x, n, answer = case
    parsed = FORMATS[n].parse(answer, x.question)

    assert list(parsed.prediction) == sorted(parsed.prediction)
    assert len(parsed.marks) == len(parsed.prediction)
    assert all(len(piece) <= 80 for piece in parsed.unread)
    for found, mark in zip(parsed.prediction, parsed.marks):
        assert found.label in x.question.labels
        assert found.text
        if found.pieces:
            assert found.text == quote(x.question.text, found.pieces)
        if mark == "exact":
            assert found.text in x.question.text
        if mark == "invented":
            assert found.text not in x.question.text
    if parsed.is_exact and FORMATS[n].level == "spans":
        gold = SpanGold(
            spans=tuple(LabelledSpan(label=found.label, pieces=found.pieces) for found in parsed.prediction)
        )
        assert (
            FORMATS[n].fits(Example(x.question, gold)) is None
            or FORMATS[n].fits(Example(x.question, SpanGold())) is not None
        )


@pytest.mark.parametrize("name", TASK.formats)
@pytest.mark.parametrize("sample", TASK.samples, ids=["some", "none"])
def test_samples_come_back_and_are_read_exactly(name: str, sample: SpanExample) -> None:
    format = TASK.formats[name]()

    assert format.fits(sample) is None
    parsed = format.parse(format.render(sample), sample.question)
    assert parsed.prediction == format.carries(sample)
    assert parsed.is_exact
    assert all(score([Case(*case(sample), parsed.prediction)]) == 1.0 for score in TASK.scores.values())


def case(x: SpanExample) -> tuple[SpanQuestion, SpanGold]:
    return x.question, x.gold


def test_the_registry_knows_the_task() -> None:
    assert load("span_extraction") is TASK


RENDERED = [
    (Lines(), "Chemical: [3H]NO ... NO\nDisease: pain"),
    (Lines(separator="; ", names={"Chemical": "drug"}), "drug: [3H]NO; NO\nDisease: pain"),
    (Bullets(), "- [3H]NO (Chemical)\n- NO (Chemical)\n- pain (Disease)"),
    (JsonStrings(), '{"Chemical": ["[3H]NO", "NO"], "Disease": ["pain"]}'),
    (Bio(), "[ : B-Chemical\n3H : I-Chemical\n] : I-Chemical\nNO : I-Chemical\n( : O\nNO : B-Chemical\n) : O\n: : O\npain : B-Disease"),
    (Inline(), "[[3H]NO|Chemical] ([NO|Chemical]): [pain|Disease]"),
]  # fmt: skip


@pytest.mark.parametrize("format, expected", RENDERED, ids=[type(format).__name__ for format, _ in RENDERED])
def test_an_answer_looks_like_this(format: Any, expected: str) -> None:
    x = example("[3H]NO (NO): pain", "Chemical Disease", ("Chemical", 0, 6), ("Chemical", 8, 10), ("Disease", 13, 17))

    assert format.fits(x) is None
    assert format.render(x) == expected


# ---- what does not fit

TEXT = "no chest or back pain - None: NO [NO] x|y"
UNFIT = [
    (Lines(), TEXT, "A B", [("C", 0, 2)], "a label that is not asked for"),
    (Lines(), TEXT, "A", [("A", 0, 99)], "a span outside the text"),
    (Lines(), TEXT, "A A", [], "two labels of the same name"),
    (Lines(names={"A": "B"}), TEXT, "A B", [], "two labels of the same name"),
    (Lines(), TEXT, "A A:B", [], "a label that starts like another one"),
    (Lines(), TEXT, "A", [("A", 0, 3)], "a blank at the edge of a mention"),
    (Lines(), "a\nb", "A", [("A", 0, 3)], "a line break in a mention"),
    (Lines(separator="|"), TEXT, "A", [("A", 38, 41)], "the separator in a mention"),
    (Lines(separator="."), "x. y", "A", [("A", 0, 2), ("A", 3, 4)], "the separator in a mention"),
    (Lines(), TEXT, "A", [("A", 24, 28)], "a mention that is a word for nothing"),
    (Lines(), "nonsense", "A", [("A", 0, 2)], "a mention that is a word for nothing"),
    (Lines(separator="/"), "n a", "A", [("A", 0, 1), ("A", 2, 3)], "a mention that is a word for nothing"),
    (JsonStrings(), "\ud83d", "A", [("A", 0, 1)], "half a character"),
    (Bullets(), "a\nb", "A", [("A", 0, 3)], "a line break in a mention"),
    (Bullets(), TEXT, "A(B)", [], "a bracket in a label"),
    (Bio(tags="bare"), TEXT, "A B", [], "several labels with bare tags"),
    (Bio(), TEXT, "A", [("A", 3, 8), ("A", 3, 21)], "mentions that overlap"),
    (Bio(), TEXT, "A B", [("A", 3, 8), ("B", 3, 8)], "a mention of two labels"),
    (Bio(), TEXT, "A", [("A", 4, 8)], "a mention that ends inside a token"),
    (Bio(), TEXT, "A", [("A", 3, 9)], "a mention that ends inside a token"),
    (Bio(colon=":"), TEXT, "A:B", [], "a label that holds what stands between token and tag"),
    (Inline(), TEXT, "A", [("A", 3, 16), ("A", 9, 21)], "mentions that cross"),
    (Inline(), TEXT, "A|B", [], "a mark in a label"),
    (Inline(), "[NO", "A", [("A", 0, 3)], "a mark in the text that looks like one of the answer"),
    (Inline(), "x|A]", "A", [("A", 0, 4)], "a mark in the text that looks like one of the answer"),
    (Inline(), "x" * 60, "A", [("A", 0, n) for n in range(1, 60)], "mentions nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize("format, text, labels, spans, reason", UNFIT)
def test_what_a_syntax_cannot_hold_is_said_so(
    format: Any, text: str, labels: str, spans: list[tuple[str, int, int]], reason: str
) -> None:
    assert format.fits(example(text, labels, *spans)) == reason


@pytest.mark.parametrize("format", [Bio(), Inline()])
def test_a_mention_with_a_gap_has_no_place_in_a_row_of_tokens(format: Any) -> None:
    gold = SpanGold(spans=(LabelledSpan(label="A", pieces=((3, 8), (17, 21))),))

    assert format.fits(Example(SpanQuestion(text=TEXT, labels=("A",)), gold)) == "a mention in several parts"


HELD = [
    (Lines(), "NO, not no", "A", [("A", 0, 2)]),
    (Lines(), "a ... b", "A", [("A", 0, 1), ("A", 2, 5), ("A", 6, 7)]),
    (JsonStrings(), "[" * 60 + "\n\"'\\ ", "A", [("A", 0, 65)]),
    (JsonStrings(), "x" * 250_000, "A", [("A", 0, 250_000)]),
    (Bio(), ": : a a", "A", [("A", 0, 1), ("A", 2, 5), ("A", 6, 7)]),
    (Inline(), "[[NO]]|A", "A B", [("A", 2, 4), ("A", 1, 5), ("A", 0, 6), ("B", 0, 6)]),
    (Inline(), "[3H]NO", "A B", [("A", 0, 6), ("B", 0, 4), ("A", 1, 3), ("B", 4, 6)]),
    (Inline(), "NO]", "A", [("A", 0, 3)]),
]  # fmt: skip


@pytest.mark.parametrize("format, text, labels, spans", HELD)
def test_what_looks_hard_and_is_held(format: Any, text: str, labels: str, spans: list[tuple[str, int, int]]) -> None:
    x = example(text, labels, *spans)

    assert format.fits(x) is None
    assert format.parse(format.render(x), x.question).prediction == format.carries(x)


@pytest.mark.parametrize("marks", [("[", "|", "]"), ("<<", "::", ">>"), ("[", "](", ")"), ("[.[", "|-|", ")/)")])
def test_only_a_text_with_an_opening_mark_or_a_whole_middle_one_is_tried(marks: tuple[str, str, str]) -> None:
    """Every text of three signs with every one or two spans: to try them all would refuse no more."""
    format = Inline(open=marks[0], middle=marks[1], close=marks[2])
    places = list(combinations(range(4), 2))
    for signs in product(sorted({*"".join(marks), "A"}), repeat=3):
        for some in combinations_with_replacement(places, 2):
            x = example("".join(signs), "A", *(("A", *place) for place in dict.fromkeys(some)))
            if (reason := format.fits(x)) != "mentions that cross":
                parsed = format.parse(format.render(x), x.question)
                came_back = parsed.is_exact and parsed.prediction == format.carries(x)
                assert (reason is None) == came_back, (x.question.text, some)


def test_an_example_whose_gold_is_another_is_asked_anew() -> None:
    x = example(TEXT, "A", ("A", 3, 8))
    told = [format.carries(x) for format in FORMATS]
    x.gold = SpanGold()

    assert all(told)
    assert not any(format.carries(x) for format in FORMATS)
    x.question = SpanQuestion(text="", labels=("A",))
    assert [format.fits(x) for format in FORMATS] == [None] * len(FORMATS)


# ---- options

REFUSED: list[tuple[type, dict[str, Any]]] = [
    (Lines, {"separator": ""}),
    (Lines, {"separator": "  "}),
    (Lines, {"separator": " \n- "}),
    (Lines, {"separator": "-", "none": "n-a"}),
    (Lines, {"none": ""}),
    (Lines, {"none": " None"}),
    (Lines, {"none": "a\nb"}),
    (Lines, {"seperator": ", "}),
    (Lines, {"names": {"A": "x", "B": "x"}}),
    (Lines, {"names": {"A": ""}}),
    (Lines, {"names": {"A": "x\ny"}}),
    (Bullets, {"none": "nothing (A)"}),
    (Bio, {"colon": ""}),
    (Bio, {"colon": "\n"}),
    (Bio, {"colon": "-"}),
    (Bio, {"colon": "B", "tags": "bare"}),
    (Bio, {"outside": "I"}),
    (Bio, {"outside": "B-x"}),
    (Bio, {"outside": ""}),
    (Bio, {"outside": "o : o"}),
    (Bio, {"outside": ":o", "colon": "::"}),
    (Bio, {"tags": "bioes"}),
    (Inline, {"open": ""}),
    (Inline, {"open": "<b>"}),
    (Inline, {"open": "[ "}),
    (Inline, {"open": "|"}),
    (Inline, {"middle": "[|", "open": "["}),
]


@pytest.mark.parametrize("format, options", REFUSED)
def test_options_that_could_not_be_read_back_are_refused_on_load(format: type, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        format(**options)


@pytest.mark.parametrize(
    "format, expected",
    [
        (Lines(), {"labels": ("A", "B"), "none": "None", "separator": " ... "}),
        (Bullets(names={"A": "drug"}), {"labels": ("drug", "B"), "none": "None"}),
        (Bio(), {"labels": ("A", "B"), "tokens": "[ 3H ] NO : 2.5 mg", "tags": ("B-A", "I-A", "B-B", "I-B", "O")}),
        (Inline(), {"labels": ("A", "B"), "open": "[", "middle": "|", "close": "]"}),
    ],
)
def test_a_template_may_show(format: Any, expected: dict[str, object]) -> None:
    assert format.fields(SpanQuestion(text="[3H]NO: 2.5mg".replace("5mg", "5 mg"), labels=("A", "B"))) == expected


# ---- how answers are read

QUESTION = SpanQuestion(
    text="Naloxone and clonidine, then clonidine again: no renal failure at 2.5 mg/kg.", labels=("Chemical", "Disease")
)
NALOXONE, CLONIDINE, AGAIN, FAILURE = ((0, 8),), ((13, 22),), ((29, 38),), ((49, 62),)

WORDS_READ = [
    (
        Lines(),
        "Chemical: Naloxone ... clonidine\nDisease: None",
        "Chemical Naloxone exact, Chemical clonidine exact",
        0,
    ),
    (Lines(), "Chemical: naloxone\nDisease: None", "Chemical naloxone repaired", 0),
    (Lines(), "**chemical:** Naloxone\n- Disease : renal", "Chemical Naloxone repaired, Disease renal repaired", 0),
    (Lines(), "Disease: kidney failure\nChemical: N/A", "Disease kidney failure invented", 0),
    (Lines(), "Disease: renal mg\nChemical: none.", "Disease renal mg ambiguous", 0),
    (Lines(), "Disease: no\nChemical: No", "Disease no exact", 0),
    (Lines(), "Chemical: mg\nChemical: kg\nDisease:", "Chemical kg exact, Chemical mg exact", 0),
    (Lines(), "Sure! Here:\nGene: p53\nChemical: Naloxone", "Chemical Naloxone exact", 3),
    (Lines(), "", "", 2),
    (Bullets(), "- Naloxone (Chemical)\n- renal (Disease)", "Chemical Naloxone exact, Disease renal exact", 0),
    (Bullets(), "1. Naloxone (Chemical).\n* renal (disease)", "Chemical Naloxone repaired, Disease renal repaired", 0),
    (Bullets(), "- morphine (Chemical)\n- p53 (Gene)\nthat is all", "Chemical morphine invented", 2),
    (Bullets(), "n/a", "", 0),
    (Bullets(), " ", "", 1),
    (JsonStrings(), '{"Chemical": ["Naloxone"], "Disease": []}', "Chemical Naloxone exact", 0),
    (JsonStrings(), 'So:\n```json\n{"Chemical": ["mg",], "Disease": null}\n```', "Chemical mg repaired", 0),
    (
        JsonStrings(),
        '{"Chemical": ["mg"], "Chemical": ["kg"], "Disease": []}',
        "Chemical kg repaired, Chemical mg repaired",
        0,
    ),
    (JsonStrings(), '{"Chemical": ["Naloxone", "clonid', "Chemical Naloxone repaired, Chemical clonid repaired", 1),
    (JsonStrings(), '{"Chemical": ["mg", "kg\\u00', "Chemical kg repaired, Chemical mg repaired", 1),
    (JsonStrings(), '{"Chemical": ["Naloxone"], "Dis', "Chemical Naloxone repaired", 1),
    (JsonStrings(), '{"chemical": "morphine", "Disease": [1, {"a": 2}], "Gene": []}', "Chemical morphine invented", 3),
    (JsonStrings(), r'{"Chemical": ["\ud83d"], "Disease": []}', "Chemical ? invented", 0),
    (JsonStrings(), "none", "", 1),
]


@pytest.mark.parametrize("format, answer, expected, unread", WORDS_READ)
def test_answers_in_words_are_read(format: Any, answer: str, expected: str, unread: int) -> None:
    parsed = format.parse(answer, QUESTION)

    read = [f"{found.label} {found.text} {mark}" for found, mark in zip(parsed.prediction, parsed.marks)]
    assert ", ".join(read) == expected
    assert len(parsed.unread) == unread


def bio_lines() -> list[str]:
    x = Example(QUESTION, SpanGold(spans=tuple(
        LabelledSpan(label=label, pieces=pieces)
        for label, pieces in [("Chemical", NALOXONE), ("Chemical", CLONIDINE), ("Chemical", AGAIN), ("Disease", FAILURE)]
    )))  # fmt: skip
    return Bio().render(x).split("\n")


def changed(changes: dict[int, list[str]]) -> str:
    """The lines of the right answer, some of them in place of others."""
    return "\n".join(line for n, right in enumerate(bio_lines()) for line in changes.get(n, [right]))


ALL = [("Chemical", NALOXONE), ("Chemical", CLONIDINE), ("Chemical", AGAIN), ("Disease", FAILURE)]
TORN = [*ALL[:3], ("Disease", ((49, 54),)), ("Chemical", ((55, 62),))]
SPLIT = [*ALL[:3], ("Disease", ((49, 54),)), ("Disease", ((63, 65),))]
LINES_READ: list[tuple[str, dict[int, list[str]], list[tuple[str, Any]], list[str], int]] = [
    ("as written", {}, ALL, ["exact"] * 4, 0),
    ("an O left out", {1: []}, ALL, ["exact"] * 4, 1),
    ("many left out", {n: [] for n in (1, 3, 4, 6, 7, 8)}, ALL, ["exact"] * 4, 1),
    ("a preamble", {0: ["Here are the tags:", "", "```", "Naloxone : B-Chemical"]}, ALL, ["exact"] * 4, 2),
    ("a line put in", {1: ["or : O", "and : O"]}, ALL, ["exact"] * 4, 1),
    ("a line twice", {2: ["clonidine : B-Chemical"] * 2}, [("Chemical", None), *ALL], ["ambiguous", *["exact"] * 4], 0),
    ("I without B", {0: ["Naloxone : I-Chemical"]}, ALL, ["repaired", *["exact"] * 3], 0),
    ("I of another label", {10: ["failure : I-Chemical"]}, TORN, ["exact"] * 4 + ["repaired"], 0),
    ("case of token and tag", {0: ["naloxone : b-chemical"]}, ALL, ["repaired", *["exact"] * 3], 0),
    ("another colon", {0: ["Naloxone: B-Chemical"], 2: ["clonidine\tB-Chemical"]}, ALL, ["repaired", "repaired", "exact", "exact"], 0),
    ("a token altered", {0: ["Naloxon : B-Chemical"]}, ALL, ["repaired", *["exact"] * 3], 0),
    ("an unknown tag", {0: ["Naloxone : B-Gene"]}, ALL[1:], ["exact"] * 3, 1),
    ("no tag", {0: ["Naloxone"]}, ALL[1:], ["exact"] * 3, 2),
    ("an O in a mention", {10: ["failure : O"], 11: ["at : I-Disease"]}, SPLIT, ["exact"] * 4 + ["repaired"], 0),
    ("a word put in a mention", {9: ["renal : B-Disease", "acute : I-Disease"]}, ALL, ["exact"] * 3 + ["repaired"], 0),
    ("invented", {1: ["morphine : B-Chemical", "base : I-Chemical", "and : O"]}, [("Chemical", None), *ALL], ["invented", *["exact"] * 4], 0),
    ("cut off", {n: [] for n in range(3, 20)}, ALL[:2], ["exact"] * 2, 1),
]  # fmt: skip


@pytest.mark.parametrize("name, changes, expected, marks, unread", LINES_READ, ids=[row[0] for row in LINES_READ])
def test_tagged_lines_are_read(
    name: str, changes: dict[int, list[str]], expected: list[tuple[str, Any]], marks: list[str], unread: int
) -> None:
    parsed = Bio().parse(changed(changes), QUESTION)

    read = [(found.label, found.pieces or None, mark) for found, mark in zip(parsed.prediction, parsed.marks)]
    assert sorted(read, key=repr) == sorted(((*item, mark) for item, mark in zip(expected, marks)), key=repr)
    assert len(parsed.unread) == unread


def test_bare_and_typed_tags_are_understood_for_each_other_where_one_label_is_asked() -> None:
    question = SpanQuestion(text="renal failure", labels=("Disease",))

    assert Bio(tags="bare").parse("renal : B-Disease\nfailure : I-Disease", question).marks == ("repaired",)
    assert Bio().parse("renal : B\nfailure : I", question).prediction == (
        Found("Disease", "renal failure", ((0, 13),)),
    )


RIGHT = "[Naloxone|Chemical] and [clonidine|Chemical], then [clonidine|Chemical] again: no [renal failure|Disease] at 2.5 mg/kg."
COPIES_READ = [
    ("as written", RIGHT, ALL, ["exact"] * 4, 0),
    ("cut off", RIGHT[:71], ALL[:3], ["exact"] * 3, 1),
    ("case of a label", RIGHT.replace("|Chemical]", "| chemical]", 1), ALL, ["repaired", *["exact"] * 3], 1),
    ("an unknown label", RIGHT.replace("|Chemical]", "|Gene]", 1), ALL[1:], ["exact"] * 3, 2),
    ("a word left out", RIGHT.replace("again", ""), ALL, ["exact"] * 4, 1),
    ("a mention altered", RIGHT.replace("Naloxone", "Naloxon"), ALL, ["repaired", *["exact"] * 3], 1),
    ("a mention without its case", RIGHT.replace("Naloxone", "naloxone"), ALL, ["repaired", *["exact"] * 3], 1),
    ("words before it", f"Here is the text:\n\n{RIGHT}", ALL, ["exact"] * 4, 2),
    ("words behind it", f"{RIGHT}\n\nI hope this helps!", ALL, ["exact"] * 4, 2),
    ("invented", RIGHT.replace(" at", " or [stroke|Disease] at"), [*ALL[:3], ("Disease", None), ALL[3]], ["exact"] * 3 + ["invented", "exact"], 2),
    ("a part of a word", RIGHT.replace("mg/kg", "m[g|Disease]/kg") + " ", [*ALL, ("Disease", ((71, 72),))], ["exact"] * 5, 1),
    ("never closed", "[" + RIGHT, ALL, ["exact"] * 4, 1),
    ("never opened", RIGHT + "|Disease]", ALL, ["exact"] * 4, 2),
    ("other white space", RIGHT.replace(" ", "\n"), ALL, ["exact"] * 4, 1),
    ("nothing of it", "I cannot do that.", [], [], 2),
    ("nothing", "", [], [], 1),
]  # fmt: skip


@pytest.mark.parametrize("name, answer, expected, marks, unread", COPIES_READ, ids=[row[0] for row in COPIES_READ])
def test_marked_copies_are_read(
    name: str, answer: str, expected: list[tuple[str, Any]], marks: list[str], unread: int
) -> None:
    parsed = Inline().parse(answer, QUESTION)

    read = [(found.label, found.pieces or None, mark) for found, mark in zip(parsed.prediction, parsed.marks)]
    assert sorted(read, key=repr) == sorted(((*item, mark) for item, mark in zip(expected, marks)), key=repr)
    assert len(parsed.unread) == unread
    assert parsed.is_exact == (answer == RIGHT)


def test_repeated_words_ahead_make_a_place_ambiguous() -> None:
    """Two lines are missing, and the token that follows stands ahead twice, each time followed by the same."""
    question = SpanQuestion(text="a b x y c x y", labels=("A",))

    assert Bio().parse("a : O\nx : B-A\ny : I-A", question).marks == ("ambiguous",)


# ---- copies that are not quite the text


ALIGNED = [
    ("a b c d", "a b c d", [0, 1, 2, 3]),
    ("a c d", "a b c d", [0, 2, 3]),
    ("a b b c d", "a b c d", [0, 1, -1, 2, 3]),
    ("a B c d", "a b c d", [0, 1, 2, 3]),
    ("a x c d", "a b c d", [0, 1, 2, 3]),
    ("x a b c d", "a b c d", [-1, 0, 1, 2, 3]),
    ("a b c d x", "a b c d", [0, 1, 2, 3, -1]),
    ("a d b c d b", "a b c d b", [0, -1, 1, 2, 3, 4]),
    ("a d b c d e b", "a b c d e b", [0, -1, 1, 2, 3, 4, 5]),
    ("b d f", "a b c d e f", [1, 3, 5]),
    ("x y z", "a b c d", [-1, -1, -1]),
    ("", "a b c d", []),
    ("a b", "", [-1, -1]),
]


@pytest.mark.parametrize("copy, words, expected", ALIGNED)
def test_words_are_aligned(copy: str, words: str, expected: list[int]) -> None:
    assert [place.at for place in align(copy.split(), words.split())] == expected


@hostile
@given(st.lists(st.sampled_from("abcde"), max_size=40), st.lists(st.sampled_from("abcde"), max_size=40))
def test_places_rise(copy: list[str], words: list[str]) -> None:
    """Each word has a place; no two have the same; a word that is said to be there as it is, is there."""
    places = align(copy, words)

    found = [place.at for place in places if place.at >= 0]
    assert len(places) == len(copy)
    assert found == sorted(set(found))
    assert all(words[place.at] == word for word, place in zip(copy, places) if place.mark == "exact")


@hostile
@given(st.lists(st.integers(0, 1_000), unique=True, min_size=2, max_size=60), st.data())
def test_what_is_left_out_or_put_in_does_not_carry_the_rest_away(numbers: list[int], data: st.DataObject) -> None:
    """Of words that differ, all that were copied find their places, whatever one word was left out or put in."""
    words = [str(number) for number in numbers]
    n = data.draw(st.integers(0, len(words) - 1))

    assert [place.at for place in align(words[:n] + words[n + 1 :], words)] == [m for m in range(len(words)) if m != n]
    assert [place.at for place in align([*words[:n], "new", *words[n:]], words)] == [
        *range(n),
        -1,
        *range(n, len(words)),
    ]


# ---- back into the text


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, int]]]:
    """A text of few different words, and real spans of it: nested, crossing, repeated, of two labels."""
    text = draw(st.one_of(texts().map(lambda pair: pair[0]), st.text("ab .", min_size=1, max_size=30))) or "a"
    place = st.integers(0, len(text) - 1)
    span = st.tuples(st.sampled_from(["A", "B"]), place, st.integers(1, 6)).map(
        lambda s: (s[0], s[1], min(len(text), s[1] + s[2]))
    )
    return text, draw(st.lists(span, unique=True, max_size=8))


def test_what_is_certain_is_right() -> None:
    """A place called certain is one of the gold's, and all of the gold's places of that label and string are found."""
    seen: Counter[str] = Counter()

    @hostile
    @given(texts_with_spans())
    def check(given: tuple[str, list[tuple[str, int, int]]]) -> None:
        text, spans = given
        gold = {Found(label, text[start:end], ((start, end),)) for label, start, end in spans}
        located = locate(text, [Found(found.label, found.text) for found in gold])
        certain = {item.found for item in located if item.certainty == "certain"}
        claimed = {(found.label, found.text) for found in certain}

        assert len(located) == len(gold)
        assert certain == {found for found in gold if (found.label, found.text) in claimed}
        assert not any(item.certainty == "absent" for item in located)
        assert all(item.found.text == quote(text, item.found.pieces) for item in located)
        seen.update(item.certainty for item in located)

    check()
    assert min(seen["certain"], seen["guessed"]) > 100


LOCATED = [
    ("aspirin", ["aspirin"], [("aspirin", ((0, 7),), "certain")]),
    ("aspirin, aspirin", ["aspirin"], [("aspirin", ((0, 7),), "guessed")]),
    ("aspirins, aspirin", ["aspirin"], [("aspirin", ((10, 17),), "guessed")]),
    ("leg pain or pain", ["pain", "leg pain"], [("leg pain", ((0, 8),), "certain"), ("pain", ((12, 16),), "guessed")]),
    ("leg pain, leg pain", ["pain", "leg pain"], [("leg pain", ((0, 8),), "guessed"), ("pain", ((14, 18),), "guessed")]),
    ("aspirin", ["aspirin", "aspirin"], [("aspirin", (), "absent"), ("aspirin", ((0, 7),), "guessed")]),
    ("Aspirin", ["aspirin"], [("aspirin", ((0, 7),), "guessed")]),
    ("renal\n failure", ["renal failure"], [("renal failure", ((0, 14),), "guessed")]),
    ("aaa", ["aa", "aa"], [("aa", ((0, 2),), "certain"), ("aa", ((1, 3),), "certain")]),
    ("aspirin", ["morphine", "", "  "], [("", (), "absent"), ("  ", (), "absent"), ("morphine", (), "absent")]),
]  # fmt: skip


@pytest.mark.parametrize("text, strings, expected", LOCATED)
def test_strings_are_put_back(text: str, strings: list[str], expected: list[tuple[str, Any, str]]) -> None:
    located = locate(text, [Found("A", string) for string in strings])

    assert [(item.found.text, item.found.pieces, item.certainty) for item in located] == expected


def test_one_string_of_two_labels_is_put_at_two_places() -> None:
    located = locate("WAS is caused by WAS", [Found("Disease", "WAS"), Found("Gene", "WAS")])

    assert [item.found for item in located] == [Found("Disease", "WAS", ((0, 3),)), Found("Gene", "WAS", ((17, 20),))]


# ---- scores


@hostile
@given(examples())
def test_the_gold_itself_scores_one(x: SpanExample) -> None:
    assert all(
        score([Case(x.question, x.gold, ideal(x.question, x.gold))]) == 1.0
        for score in (f1, string_f1, published_medtuned_f1)
    )
    if all(span.label in x.question.labels for span in x.gold.spans):
        assert published_mnlu_f1([Case(x.question, x.gold, ideal(x.question, x.gold))]) == 1.0


@hostile
@given(answers())
def test_scores_are_between_zero_and_one(case: tuple[SpanExample, int, str]) -> None:
    x, n, answer = case
    prediction = FORMATS[n].parse(answer, x.question).prediction

    assert all(0.0 <= score([Case(x.question, x.gold, prediction)]) <= 1.0 for score in TASK.scores.values())


def score(which: Any, x: SpanExample, *spans: tuple[str, int, int]) -> float:
    """The score of a prediction of spans."""
    found = tuple(Found(label, x.question.text[start:end], ((start, end),)) for label, start, end in spans)
    return which([Case(x.question, x.gold, found)])


def test_an_alternative_counts_for_one_span_only() -> None:
    """Two mentions with the same other extent: one answer with that extent finds one of them."""
    other = ((0, 9),)
    gold = SpanGold(spans=(
        LabelledSpan(label="A", pieces=((0, 4),), alternatives=(other,)),
        LabelledSpan(label="A", pieces=((5, 9),), alternatives=(other,)),
    ))  # fmt: skip
    question = SpanQuestion(text="left lung", labels=("A",))

    assert f1([Case(question, gold, (Found("A", "left lung", other),))]) == pytest.approx(2 / 3)
    assert f1([Case(question, gold, (Found("A", "left", ((0, 4),)), Found("A", "left lung", other)))]) == 1.0


def test_strings_that_are_not_there_count_as_often_as_they_are_claimed() -> None:
    x = example("aspirin", "A", ("A", 0, 7))

    assert f1([Case(*case(x), (Found("A", "aspirin"),) * 4)]) == pytest.approx(2 / 5)


def test_medtuned_f1_knows_a_token_once() -> None:
    """Of `pain` and `pain` the second one's tag holds for both: to miss the first costs nothing, to miss the second all."""
    x = example("pain or pain", "Disease", ("Disease", 0, 4), ("Disease", 8, 12))

    assert score(published_medtuned_f1, x, ("Disease", 8, 12)) == 1.0
    assert score(published_medtuned_f1, x, ("Disease", 0, 4)) == 0.0
    assert score(f1, x, ("Disease", 8, 12)) == score(f1, x, ("Disease", 0, 4)) == pytest.approx(2 / 3)


def test_medtuned_f1_does_not_see_what_is_not_in_the_text() -> None:
    x = example("pain", "Disease", ("Disease", 0, 4))
    prediction = (Found("Disease", "pain", ((0, 4),)), Found("Disease", "fever"))

    assert published_medtuned_f1([Case(*case(x), prediction)]) == 1.0
    assert f1([Case(*case(x), prediction)]) == pytest.approx(2 / 3)


def test_medtuned_f1_cuts_lines_at_a_colon() -> None:
    """The token `:` has no tag left, so a mention that ends with one need not."""
    x = example("IL : 2", "Gene", ("Gene", 0, 4))

    assert score(published_medtuned_f1, x, ("Gene", 0, 2)) == 1.0
    assert score(f1, x, ("Gene", 0, 2)) == 0.0


def test_mnlu_f1_leaves_out_labels_without_gold() -> None:
    x = example("aspirin for pain", "Chemical Disease", ("Chemical", 0, 7))
    said = ("Chemical", 0, 7), ("Disease", 12, 16)

    assert score(published_mnlu_f1, x, *said) == 1.0
    assert score(f1, x, *said) == score(string_f1, x, *said) == pytest.approx(2 / 3)


def test_mnlu_f1_knows_no_case_and_no_place() -> None:
    x = example("Pain, pain", "Disease", ("Disease", 0, 4))

    assert score(published_mnlu_f1, x, ("Disease", 6, 10)) == 1.0
    assert score(f1, x, ("Disease", 6, 10)) == score(string_f1, x, ("Disease", 6, 10)) == 0.0


def test_mnlu_f1_drops_duplicates_of_long_lines() -> None:
    x = example("pain " * 20, "Disease", ("Disease", 0, 4))
    said = [("Disease", n * 5, n * 5 + 4) for n in range(20)]

    assert score(published_mnlu_f1, x, *said) == pytest.approx(2 / 21)
    assert published_mnlu_f1([Case(*case(x), (Found("Disease", "pain"),) * 21)]) == 1.0


# ---- questions from documents


def test_a_span_that_is_marked_twice_is_one_to_find() -> None:
    """Two concepts on one mention, and a nested one: sorted by place, each once, with all their alternatives."""
    spans = SpanGold(spans=(
        LabelledSpan(label="A", pieces=((5, 9),), alternatives=(((5, 7),),)),
        LabelledSpan(label="A", pieces=((0, 9),)),
        LabelledSpan(label="A", pieces=((5, 9),), alternatives=(((5, 8),), ((5, 7),))),
        LabelledSpan(label="B", pieces=((5, 9),)),
    )).spans  # fmt: skip

    assert [(span.label, span.pieces, span.alternatives) for span in spans] == [
        ("A", ((0, 9),), ()),
        ("A", ((5, 9),), (((5, 7),), ((5, 8),))),
        ("B", ((5, 9),), ()),
    ]


@pytest.mark.parametrize("pieces", [(), ((3, 3),), ((-1, 2),), ((4, 6), (1, 2)), ((0, 3), (2, 5))])
def test_a_span_must_be_one(pieces: Any) -> None:
    with pytest.raises(ValidationError):
        LabelledSpan(label="A", pieces=pieces)


def test_an_alternative_outside_the_window_is_left_out() -> None:
    text = "Left lung. Left lung."
    mention = Mention(id="T1", spans=((16, 20),), text="lung", types=("Organ",), alternatives=(((11, 20),), ((5, 9),)))
    document = Document(id="1", text=text, mentions=(mention,))
    windows = [Window("sentence 0", 0, 10), Window("sentence 1", 11, 21)]

    view = TASK.views[facts.Spans]
    _, second = view(document, facts.Spans(labels={"Organ": "organ"}), windows)
    assert isinstance(second, Example)
    assert second.gold == SpanGold(spans=(LabelledSpan(label="organ", pieces=((5, 9),), alternatives=(((0, 9),),)),))


def test_a_row_reads_its_example_back() -> None:
    for sample in TASK.samples:
        assert TASK.read(sample.question.model_dump_json(), sample.gold.model_dump_json()) == sample


# ---- rubbish of a megabyte

MEGABYTE = 1_000_000
RUBBISH = {
    "one letter": "a",
    "blanks": " ",
    "bullet and blanks": "-" + " " * 999,
    "brackets": "[",
    "marks": "[x|Chemical]",
    "nested marks": "[a ",
    "nested lists": "[1,",
    "closing marks": "|Chemical]",
    "half marks": "|   ",
    "braces": '{"a": [',
    "braces at last": "[" + "{" * (MEGABYTE - 1),
    "quotes": '"',
    "escaped quotes": '\\"',
    "a string of escaped quotes": '{"' + '\\"' * (MEGABYTE // 2),
    "a list that is never closed": '{"Chemical": [' + '"x", ' * (MEGABYTE // 5),
    "marks in marks": "[a " * (MEGABYTE // 6) + "|Chemical]" * (MEGABYTE // 20),
    "commas": ", ",
    "fences": "```\n",
    "lines": "Chemical: naloxone ... clonidine\n",
    "bullets": "- naloxone (Chemical)\n",
    "round brackets": "- (a",
    "tags": "clonidine : B-Chemical\n",
    "colons": " : ",
    "strings": '{"Chemical": ["naloxone"], "Disease": []},',
    "the right copy": RIGHT + "\n",
}


@pytest.mark.parametrize("name", RUBBISH)
def test_a_megabyte_of_rubbish_is_read_in_linear_time(name: str) -> None:
    """Ten seconds are many times what is needed, and nothing that grows with the square of a megabyte ends in them."""
    unit = RUBBISH[name]
    garbage = (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]
    for format in (Lines(), Bullets(), JsonStrings(), Bio(), Inline()):
        began = time.process_time()
        parsed = format.parse(garbage, QUESTION)
        assert time.process_time() - began < 10, format
        assert len(parsed.marks) == len(parsed.prediction)


def test_scoring_a_megabyte_of_strings_takes_linear_time() -> None:
    strings = [f"x{n}" for n in range(100_000)]
    prediction = Lines().parse("Chemical: " + " ... ".join(strings), QUESTION).prediction

    began = time.perf_counter()
    assert f1([Case(QUESTION, SpanGold(), prediction)]) == 0.0
    assert time.perf_counter() - began < 10


def test_json_renders_what_json_reads() -> None:
    x = example('a "b" \\ c', "A", ("A", 2, 7))

    assert json.loads(JsonStrings().render(x)) == {"A": ['"b" \\']}


# ---- JSON out of an answer


@pytest.mark.parametrize(
    "answer, expected",
    [
        ('["a"]', (["a"], True)),
        ('Sure: ["a"] and so on', (["a"], False)),
        ('{"a": "x,]",}', ({"a": "x,]"}, False)),
        ('{"a": 1, "a": 2}', ({"a": 2}, False)),
        ('```\n["a", "b\n```', (["a"], False)),
        ('["a", nul', (["a"], False)),
        ("[" * 50 + "]" * 50, (json.loads("[" * 50 + "]" * 50), True)),
        ("[" * 51 + "]" * 51, None),
        ("[" * 100_000 + "]" * 100_000, None),
        ("null", None),
        ("a]", None),
        ("", None),
    ],
)
def test_json_is_read(answer: str, expected: Any) -> None:
    assert read_json(answer) == expected


@hostile
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_comes_back(value: Any) -> None:
    expected = None if value is None else (value, True)

    assert read_json(json.dumps(value)) == expected
    assert read_json(json.dumps(value, ensure_ascii=False, indent=1)) == expected


@hostile
@given(st.text('{}[]",:\\u1a \n`'))
def test_any_json_is_read(answer: str) -> None:
    read = read_json(answer)

    assert read is None or json.dumps(read.value, ensure_ascii=False).encode()


def test_words_are_scored_label_by_label() -> None:
    """Half of one label's words and all of the other's: the mean of 2/3 and 1."""
    question = SpanQuestion(text="old men took aspirin", labels=("P", "I"))
    gold = SpanGold(spans=(LabelledSpan(label="P", pieces=((0, 7),)), LabelledSpan(label="I", pieces=((13, 20),))))
    said = (Found("P", "men", ((4, 7),)), Found("I", "aspirin", ((13, 20),)))

    assert TASK.scores["word_macro_f1"]([Case(question, gold, said)]) == pytest.approx((2 / 3 + 1) / 2)


def test_mentions_may_stand_in_the_order_of_the_alphabet() -> None:
    """The order of an answer is a matter of its format; what it says is the same."""
    example = Example(
        SpanQuestion(text="zinc, iron, copper", labels=("Chemical",)),
        SpanGold(spans=tuple(LabelledSpan(label="Chemical", pieces=(span,)) for span in ((0, 4), (6, 10), (12, 18)))),
    )

    assert Lines().render(example) == "Chemical: zinc ... iron ... copper"
    assert Lines(order="alphabet").render(example) == "Chemical: copper ... iron ... zinc"
    assert Bullets(order="alphabet").render(example).startswith("- copper (Chemical)\n- iron")
    assert JsonStrings(order="alphabet").render(example) == '{"Chemical": ["copper", "iron", "zinc"]}'
