"""What is read out of what a model says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.chat import Answer
from medinstruct.generator import reading

ONE = {
    "instruction": "Name a bone of the hand.",
    "input": "",
    "output": "The lunate.",
    "category": "other",
    "topic": "anatomy",
}
TWO = {
    "instruction": "Which drug is named?",
    "input": "He took zorbinase.",
    "output": "Zorbinase.",
    "category": "information extraction",
    "topic": "drugs",
}


def said(text, *, answers=True, **facts):
    return reading.candidates(Answer("000007", "k", text, **facts), ("a", "b"), answers=answers)


def held(read):
    return [(one.instruction, one.input, one.output) for one in read.candidates]


BOTH = [(one["instruction"], one["input"], one["output"]) for one in (ONE, TWO)]
WHOLE = json.dumps({"instructions": [ONE, TWO]})
LABELLED = """1. Instruction: Name a bone of the hand.
Input: (none)
Output: The lunate.
Category: other

2. **Instruction**: Which drug is named?
Input: He took zorbinase.
Output: Zorbinase."""
FORMS = [
    WHOLE, json.dumps([ONE, TWO]), f"Sure!\n```json\n{WHOLE}\n```\nDone.", WHOLE.replace("}]}", "},]}"),
    json.dumps({"list": [ONE, TWO], "n": 2}), LABELLED,
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_every_usual_form_is_read(text):
    read = said(text)
    assert held(read) == BOTH
    assert (read.fault, read.cut) == ("", 0)


def test_candidates_are_named_by_request_and_place():
    first, second = said(WHOLE).candidates
    assert (first.key, second.key, first.request) == ("000007/0", "000007/1", "000007")
    assert (first.seeds, first.category, second.topic) == (("a", "b"), "other", "drugs")


@pytest.mark.parametrize("finish", ["", "length"])
def test_what_was_begun_and_not_ended_is_counted_and_not_taken(finish):
    cut = WHOLE[: WHOLE.index("zorbinase") + 4]
    read = said(cut, finish=finish)
    assert held(read) == BOTH[:1]
    assert read.cut == 1


def test_a_record_whose_end_alone_is_missing_is_whole():
    assert held(said(WHOLE[:-2])) == held(said(WHOLE[:-2] + ", ")) == BOTH
    assert said(WHOLE[:-3]).cut == 1


@pytest.mark.parametrize(
    "text",
    ["", "No.", "[]", "{}", "[1, 2]", '{"instructions": []}', '{"instructions": [{"input": "x"}]}', "null", '"text"'],
)
def test_where_there_is_none_the_reason_is_told(text):
    read = said(text)
    assert read.candidates == ()
    assert read.fault in ("cannot be read", "holds no instruction")


def test_a_fault_of_the_server_is_no_text():
    assert said("", fault="400: too long").fault == "refused by the server"


def test_an_output_that_was_not_asked_for_is_not_taken():
    assert held(said(WHOLE, answers=False))[0] == (ONE["instruction"], "", "")
    assert held(said(json.dumps([{"instruction": "Name a bone."}]), answers=False)) == [("Name a bone.", "", "")]
    assert said(json.dumps([{"instruction": "Name a bone."}])).fault == "holds no instruction"


def test_a_category_that_there_is_not_is_none():
    [one] = said(json.dumps([{**ONE, "category": "Riddle"}])).candidates
    assert one.category == ""
    [one] = said(json.dumps([{**ONE, "category": "Question Answering"}])).candidates
    assert one.category == "question answering"


VERDICTS = {
    '{"clear": 5, "correct": 4, "complete": 5, "medical": 5, "why": "fine"}': 4,
    '```{"clear":5,"correct":1,"complete":5,"medical":5}```': 1,
    '{"clear": 5}': None,
    '{"clear": 5, "correct": 6, "complete": 5, "medical": 5}': None,
    '{"clear": true, "correct": 4, "complete": 5, "medical": 5}': None,
    "good": None,
}


@pytest.mark.parametrize(("text", "correct"), VERDICTS.items())
def test_a_verdict_has_all_marks_or_is_none(text, correct):
    found = reading.verdict(Answer("j", "k", text))
    assert (found and found["correct"]) == correct


def test_an_answer_that_did_not_end_is_none():
    assert reading.output(Answer("a", "k", " Yes. ")) == "Yes."
    assert reading.output(Answer("a", "k", "Yes, bec", finish="length")) == ""


@given(st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["instruction", "input", "output", "category", "instructions", "x"]), inner)).map(json.dumps), st.booleans())  # fmt: skip
def test_nothing_that_a_model_says_raises(text, answers):
    read = said(text, answers=answers)
    assert bool(read.candidates) != bool(read.fault)
    assert all(one.instruction and (one.output or not answers) for one in read.candidates)
    reading.verdict(Answer("j", "k", text))
