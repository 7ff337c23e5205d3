"""Instructions that stand on rows: what a prompt shows, and when an answer agrees with the gold."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

import medinstruct
from medinstruct import artefact, scorer
from medinstruct.chat import ChatError, refuse_to_send
from medinstruct.errors import NotFound
from medinstruct.generator import grounded, seed
from medinstruct.generator.candidate import Candidate

SEEDS = seed.load("bioinstruct")[:3]
MIX = (
    "corpus: bc5cdr, task: ner", "corpus: medmcqa, task: qa", "corpus: biosses, task: sts", "corpus: chemprot, task: re",
    "corpus: genia-event, task: ee",
    "corpus: meqsum, task: sum", "corpus: i2b2-2010, task: ner", "corpus: i2b2-2010, task: re, as: multiple_choice",
)  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    recipe = folder / "made.yaml"
    recipe.write_text("title: Made\nsize: all\nmix:\n" + "".join(f"  - {{{entry}}}\n" for entry in MIX))
    return medinstruct.build(str(recipe), samples=True, out=folder / "build")


@pytest.fixture(scope="module")
def rows(build):
    return grounded.Rows(build)


def row_of(build, rows, number):
    id = rows.origin(number).row
    return next(row for row in build["train"] if row["id"] == id)


def candidate(number, row, instruction=None, output=None):
    """A candidate with the row's own wording and its gold, where nothing else is said."""
    said = {"instruction": grounded.asked_so_far(row), "output": row["messages"][-1]["content"]}
    return Candidate(
        f"{number:06d}/0", instruction or said["instruction"], "", said["output"] if output is None else output,
        "other", "", ("q01",), f"{number:06d}",
    )  # fmt: skip


def test_rows_of_every_kind_are_taken_and_free_text_is_not(build, rows):
    there = {row["type"] for row in build["train"]}
    assert "text_generation" in there
    taken = {row_of(build, rows, number)["type"] for number in range(len(rows))}
    assert taken == there - {"text_generation"}
    assert len(taken) == 5


def test_the_gold_itself_agrees_for_each_row(build, rows):
    for number in range(len(rows)):
        row = row_of(build, rows, number)
        one = rows.completed(number, candidate(number, row))
        assert rows.agrees(number, one) is None, row["messages"]


def test_the_gold_of_another_row_does_not(build, rows):
    """Of the rows of one type, answers are changed for those of the next one with another gold."""
    by_type = {}
    for number in range(len(rows)):
        row = row_of(build, rows, number)
        by_type.setdefault((row["corpus"], row["type"]), []).append((number, row))
    tried = 0
    for group in by_type.values():
        for (number, row), (_, other) in pairwise(group):
            answer = other["messages"][-1]["content"]
            if scorer.reward(row, answer) < 1:
                tried += 1
                assert rows.agrees(number, rows.completed(number, candidate(number, row, output=answer))) is not None
    assert tried >= 10


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"output": ""}, "its answer is not"),
        ({"output": "I found nothing of the kind, sorry about that; ask your doctor."}, "its answer is not"),
        ({"instruction": "Do as you like."}, "it does not name a label that the answer has"),
        ({"input": "Another text."}, "its input is not the row's"),
    ],
)
def test_what_contradicts_the_row_is_told(build, rows, change, reason):
    number, row = next(
        (n, row) for n in range(len(rows)) if (row := row_of(build, rows, n))["type"] == "span_extraction" and ":" in row["messages"][-1]["content"]
    )  # fmt: skip
    one = replace(rows.completed(number, candidate(number, row)), **change)
    assert (rows.agrees(number, one) or "").startswith(reason)


def test_a_prompt_shows_question_and_text_and_never_the_gold(build, rows):
    for number in range(len(rows)):
        row, prompt = row_of(build, rows, number), rows.prompt(number, SEEDS, 5)
        said = "\n".join(turn["content"] for turn in prompt.messages)
        assert grounded.material(scorer.asked(row)) in said
        assert row["messages"][-2]["content"].strip() in said
        assert (prompt.id, prompt.corpus, prompt.license) == (f"{number:06d}", row["corpus"], row["license"])
        asked_alone = said.replace(grounded.asked_so_far(row), "").replace(grounded.material(scorer.asked(row)), "")
        if len(answer := row["messages"][-1]["content"]) > 15:
            assert answer not in asked_alone


def test_options_stand_in_the_input_in_the_rows_order(build, rows):
    """So that the letters of an answer mean to the reader what they mean to the parser."""
    row = next(row for row in build["train"] if row["corpus"] == "medmcqa")
    asked = scorer.asked(row)
    letters = [f"{letter}) {option}" for letter, option in zip("ABCDEFG", asked.example.question.options)]
    assert grounded.material(asked).endswith("\n".join(letters))


def test_what_a_question_is_about_stands_in_the_input(build):
    row = next(row for row in build["train"] if row["corpus"] == "i2b2-2010" and row["type"] == "multiple_choice")
    question = scorer.asked(row).example.question
    text = grounded.material(scorer.asked(row))
    for marked in question.marked:
        start, end = marked.mentions[0][0]
        assert f"{marked.label}: {question.texts['text'][start:end]}" in text


def test_the_order_is_that_of_a_hash_and_begins_again(build):
    one, same, other = grounded.Rows(build), grounded.Rows(build), grounded.Rows(build, seed=1)
    size = len(one)
    ids = [one.origin(n).row for n in range(size)]

    assert len(set(ids)) == size
    assert [same.origin(n).row for n in range(2 * size)] == ids * 2
    assert [other.origin(n).row for n in range(size)] != ids
    assert one.prompt(0, SEEDS, 5).name != one.prompt(size, SEEDS, 5).name
    assert one.head() != other.head()


def test_tasks_choose_rows(build):
    found = grounded.Rows(build, tasks=["qa"])
    assert {corpus for corpus, _ in found.terms()} == {"medmcqa"}
    assert sum(found.terms().values()) == len(found)
    with pytest.raises(NotFound, match=r"no row .* that can be checked"):
        grounded.Rows(build, tasks=["sum"])


def test_text_under_agreement_is_refused_for_an_outside_address(build, rows):
    """Each prompt carries the license of its row, and the one door to models looks at it."""

    class Outside:
        address = "api.example.org"

    prompts = [rows.prompt(number, SEEDS, 1) for number in range(len(rows))]
    assert rows.terms()["i2b2-2010", "agreement"]
    with pytest.raises(ChatError, match="i2b2-2010"):
        refuse_to_send(Outside(), prompts, ())
    refuse_to_send(Outside(), prompts, ("api.example.org",))
    refuse_to_send(Outside(), [one for one in prompts if one.corpus == "medmcqa"], ())


def test_a_row_that_hides_its_agreement_is_known_by_the_manifest(build):
    manifest = json.loads(json.dumps(build.manifest))
    manifest["corpora"]["medmcqa"]["license"] = "agreement"
    found = grounded.Rows(artefact.Build(build.folder, manifest), tasks=["qa"])
    assert set(found.terms()) == {("medmcqa", "agreement")}
    assert found.prompt(0, SEEDS, 1).is_under_agreement
    assert found.origin(0).license == "agreement"
