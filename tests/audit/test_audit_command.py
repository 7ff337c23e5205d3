"""The command: findings by code, the summary always, JSON, exit codes."""

import json

import pytest
from plants import ABSTRACT, MARKS, PLAIN, TITLE, article
from typer.testing import CliRunner

from medinstruct.cli import app


def run(*arguments):
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


@pytest.fixture
def faulty(tmp_path):
    (tmp_path / "a.pubtator").write_text(
        article("91000001", TITLE, ABSTRACT, MARKS, lambda text, at, is_end: at - is_end)
    )
    return tmp_path


def test_a_fault_is_told_and_fails(faulty):
    """With code, place, cause and repair; what is left out is counted."""
    result = run(faulty, "--most", "2")

    assert result.exit_code == 1
    assert "A201 A mention does not quote its text (5):" in result.stdout
    assert (
        "a.pubtator:3 [91000001] mention T1 says 'Lobolast' but text[0:7] is 'Lobolas'; cause: the end is that of the last"
        in result.stdout
    )
    assert "… and 3 more" in result.stdout
    assert result.stdout.splitlines()[-1].endswith(
        "1 records, 5 of 5 mentions do not quote their text; found: 5 errors"
    )


def test_a_clean_file_has_its_summary_too(tmp_path):
    """The line is there whatever was found."""
    (tmp_path / "a.pubtator").write_text(PLAIN)
    result = run(tmp_path)

    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert result.stdout.strip().endswith("0 of 5 mentions do not quote their text; found: nothing")


def test_json_has_every_finding(faulty):
    """With all their fields, for a program."""
    report = json.loads(run(faulty, "--json").stdout)

    assert (report["mentions"], report["misquoted"], report["mended"], report["by_code"]) == (5, 5, 0, {"A201": 5})
    first = report["findings"][0]
    assert (first["code"], first["severity"], first["line"], first["document"], first["annotation"]) == (
        "A201",
        "error",
        3,
        "91000001",
        "T1",
    )
    assert (first["says"], first["stands"], first["repair"]) == ("Lobolast", "Lobolas", "add 1 to each end: 0:8")


def test_several_are_a_list():
    """In the order in which they were named."""
    reports = json.loads(run("linnaeus", "anatem", "--samples", "--json").stdout)
    assert [report["corpus"] for report in reports] == ["linnaeus", "anatem"]


def test_the_matrix_of_the_samples_is_a_table():
    """Parts that share something, and how many were compared."""
    result = run("--all", "--samples", "--workers", "1", "jnlpba", "bc2gm")

    assert result.exit_code == 0
    assert "2 test parts against 2 train parts; not here: none" in result.stdout


def test_the_table_of_checks_is_printed():
    """For those who have no docs at hand."""
    assert "A201" in run("--checks").stdout


def test_something_has_to_be_named():
    """Wrong use is told as such."""
    assert run().exit_code == 2
