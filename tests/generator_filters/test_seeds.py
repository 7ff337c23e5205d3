"""The seeds that ship, and what is found wrong with others."""

import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from medinstruct.cli import app
from medinstruct.generator import seed, seed_check

SEEDS = seed.load("bioinstruct")
LINES = [
    {"id": "a1", "instruction": "Name the drug in the note.", "input": "She was given zorbinase for her gout.", "output": "Drug: Zorbinase",
     "category": "information extraction", "topic": "medication", "difficulty": "easy"},
    {"id": "a2", "instruction": "Which joint does gout strike first as a rule?", "input": "", "output": "The base of the big toe.",
     "category": "question answering", "topic": "rheumatology", "difficulty": "easy"},
]  # fmt: skip


def written(folder, *changes):
    """A file of two sound seeds, each with changes."""
    path = folder / "mine.jsonl"
    lines = [{**line, **change} for line, change in zip(LINES, [*changes, {}, {}])]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_there_are_80_in_the_families_that_were_published():
    """IE 33.8 %, generation 33.5 %, QA 22.8 %, other 10.0 % of 25,005."""
    counts = Counter(one.category for one in SEEDS)
    assert counts == {"information extraction": 27, "generation": 27, "question answering": 18, "other": 8}


def test_the_seeds_that_ship_have_no_fault():
    assert list(seed_check.check("bioinstruct")) == []


def test_they_are_varied():
    assert len({one.topic for one in SEEDS}) >= 70
    assert 20 <= sum(not one.input for one in SEEDS) <= 30
    assert {one.difficulty for one in SEEDS} == {"easy", "medium", "hard"}


@pytest.mark.parametrize(
    "changes, code, what",
    [
        (({"category": "questions"},), "S101", "no category 'questions'"),
        (({"id": "a2"},), "S101", "'a2' stands here twice"),
        (({"topic": " "},), "S102", "topic ' '"),
        (({}, {"difficulty": "tough"}), "S102", "difficulty 'tough'"),
        (
            ({}, {"instruction": "Name the drugs in the note."}),
            "S103",
            "its instruction is too like that of a1 (ROUGE-L 0.83)",
        ),
        (
            ({}, {"instruction": "Describe this image of a swollen toe."}),
            "S104",
            "missing: points at an image or an address",
        ),
        (({"output": "Drug: zorbinase; quenamide"},), "S105", "'quenamide' does not stand in the input"),
    ],
)
def test_faults_are_told(tmp_path, changes, code, what):
    [fault] = seed_check.check(written(tmp_path, *changes))
    assert (fault.code, what in fault.what) == (code, True), fault


def test_the_shares_of_others_are_their_own_affair(tmp_path):
    assert list(seed_check.check(written(tmp_path))) == []


@pytest.mark.parametrize(
    "output, absent",
    [
        ("zorbinase", []),
        ("- Zorbinase\n- gout", []),
        ("Drug: zorbinase\nDose: not stated", []),
        ("zorbinase | gout", []),
        ('{"drug": "zorbinase", "dose": null, "for": ["gout", "pain"]}', ["pain"]),
        ("zorbinase -> rash", ["rash"]),
    ],
)
def test_answers_of_extraction_quote_their_input(output, absent):
    one = seed.of({**LINES[0], "output": output}, "here")
    assert seed_check.unquoted(one) == absent


def test_the_command_tells_faults_and_fails(tmp_path):
    path = written(tmp_path, {"output": "quenamide"})
    told = CliRunner().invoke(app, ["check", path])

    assert told.exit_code == 1
    assert "S105" in told.output
    assert "a1" in told.output
    assert CliRunner().invoke(app, ["check", "seeds"]).exit_code == 0
