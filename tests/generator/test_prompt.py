"""Prompts: which seeds they show, and what a file must say to be one."""

from collections import Counter

import pytest

from medinstruct.errors import FormatError, NotFound, TemplateError
from medinstruct.generator import classify, prompt, seed
from medinstruct.generator.candidate import CATEGORIES, Candidate

SEEDS = seed.load("bioinstruct")


def test_each_prompt_shows_its_own_seeds_whatever_else_is_asked():
    shown = [prompt.shown(n, SEEDS, [], 3, 0, 0) for n in range(400)]
    assert shown == [prompt.shown(n, SEEDS[::-1], [], 3, 0, 0) for n in range(400)]
    assert all(len({one.id for one in three}) == 3 for three in shown)
    assert len({tuple(one.id for one in three) for three in shown}) > 390
    times = Counter(one.id for three in shown for one in three)
    assert len(times) == 80
    assert max(times.values()) < 4 * 1200 / 80


def test_generated_examples_stand_in_for_some_of_the_seeds():
    accepted = [Candidate(f"00000{n}/0", f"Ask {n}", "", "x", "other", "", (), f"00000{n}") for n in range(5)]
    for shown in (prompt.shown(n, SEEDS, accepted, 4, 2, 0) for n in range(50)):
        assert Counter("/" in one.id for one in shown) == {True: 2, False: 2}
    assert len(prompt.shown(1, SEEDS, accepted[:1], 4, 2, 0)) == 4


def test_a_prompt_says_what_is_wanted_and_shows_what_it_was_given():
    wording = prompt.load("instructions", "write")
    system, user = prompt.to_write(wording, SEEDS[:3], 7, answers=True)
    assert system["role"] == "system"
    assert "Write 7 new instructions" in user["content"]
    assert all(one.instruction in user["content"] and one.output in user["content"] for one in SEEDS[:3])
    assert all(category in user["content"] for category in CATEGORIES)
    *_, without = prompt.to_write(wording, SEEDS[:3], 7, answers=False)
    assert not any(f"Output: {one.output}" in without["content"] for one in SEEDS[:3])


@pytest.mark.parametrize("purpose", ["write", "judge"])
def test_a_form_is_one_that_servers_take(purpose):
    form = prompt.form(purpose).response_format()
    assert form["json_schema"]["strict"]
    assert form["json_schema"]["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Write.", "no front matter"),
        ("---\nfor: judge\n---\nx", "is a prompt to judge"),
        ("---\nfor: write\nsistem: x\n---\nx", "did you mean system"),
        ("---\nfor: write\n---\n{{ seed }}", "unknown field 'seed'"),
        ("---\nfor: write\n---\n{% include 'x' %}", "include is not allowed"),
        ("---\nfor: write\n---\n{{ seeds.__class__ }}", "is not for templates"),
    ],
)
def test_what_is_no_prompt_is_told(text, told):
    with pytest.raises(TemplateError, match=told):
        prompt.compile(text, "mine", "write")


def test_a_prompt_that_is_not_there_is_told_the_nearest():
    with pytest.raises(NotFound, match="did you mean instructions"):
        prompt.load("instuctions", "write")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "is a list"),
        ('{"id": "a", "instruction": "x", "output": "y", "category": "riddle"}', "no category 'riddle'"),
        ('{"id": "a", "instruction": "x", "output": "", "category": "other"}', "has no output"),
        ('{"id": "a", "instruction": "x", "output": "y", "category": "other", "inptu": ""}', "did you mean input"),
        ('{"id": "a", "instruction": 3, "output": "y", "category": "other"}', "is no text"),
    ],
)
def test_what_is_no_seed_is_told_with_its_line(line, told):
    with pytest.raises(FormatError, match=told) as error:
        seed.parse(f"\n{line}\n", "own.jsonl")
    assert str(error.value).startswith("own.jsonl:2")


def test_the_classifier_is_right_about_most_seeds():
    """Far more than the share of the largest category, though each seed is left out in turn."""
    largest = Counter(one.category for one in SEEDS).most_common(1)[0][1] / len(SEEDS)
    assert classify.accuracy(SEEDS) > largest + 0.2
