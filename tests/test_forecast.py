"""`build --dry-run`: rows exactly, tokens nearly, nothing left behind."""

import json
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import medinstruct
from medinstruct import builder
from medinstruct.cli import app
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.text.token import count_tokens

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[2] / "shared" / "corpora")


def compare(recipe, tmp_path, **settings):
    """The forecast of a build, and the build."""
    out = tmp_path / "build"
    found = builder.forecast(recipe, builder.Settings(out=out, **settings))
    assert list(tmp_path.iterdir()) == [], "a dry run leaves nothing"
    made = medinstruct.build(recipe, out=out, **settings)
    rows = {split: len(rows) for split, rows in made.items()}
    by_line = {(line["split"], line["corpus"], line["task"]): line["rows"] for line in found.lines}

    assert found.rows == rows
    kept = {}
    for line in made.ledger["samples"]:
        if line["kept"]:
            key = (line["split"], line["corpus"], line["task"].split("-")[0])
            kept[key] = kept.get(key, 0) + line["kept"]
    assert by_line == kept
    tokens = {
        split: sum(count_tokens(m["content"]) for row in rows for m in row["messages"]) for split, rows in made.items()
    }
    return found, tokens, made


def test_of_samples_everything_is_exact(tmp_path):
    found, tokens, _ = compare("quickstart", tmp_path, samples=True)

    assert found.tokens == tokens
    assert found.samples
    assert found.license == "none", "the GENIA licence and the GPL have none in common"


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the real corpora are not here")
def test_of_real_corpora_tokens_are_within_two_in_a_hundred(tmp_path):
    found, tokens, made = compare("quickstart", tmp_path, data=DATA)
    size = sum(file.stat().st_size for file in (made.folder / "data").iterdir())

    assert all(abs(found.tokens[split] - number) < 0.02 * number for split, number in tokens.items())
    assert 0.5 * size < found.bytes < 2 * size


def test_the_command_tells_and_writes_nothing(tmp_path):
    words = ["build", "quickstart", "--samples", "--dry-run", "--out", str(tmp_path / "b")]
    told, listed = CliRunner().invoke(app, words), CliRunner().invoke(app, [*words, "--json"])

    assert told.exit_code == listed.exit_code == 0
    assert "license: none" in told.output
    assert json.loads(listed.output)["rows"]["train"] > 10
    assert list(tmp_path.iterdir()) == []


def test_a_size_in_tokens_that_cannot_be_reached_is_told_in_words(tmp_path):
    """As the build tells it, and its card."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hoc").symlink_to(SAMPLES / "hoc")
    recipe = tmp_path / "short.yaml"
    recipe.write_text(
        "title: Short\nsize: {tokens: 1000000}\nmix: [{corpus: hoc, task: dc}, {corpus: medmcqa, task: qa}]\n"
    )
    words = ["build", str(recipe), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "b")]
    told, built = CliRunner().invoke(app, [*words, "--dry-run"]), CliRunner().invoke(app, words)
    [line] = re.findall(r"^[\d,]+ of 1,000,000 tokens: the corpora at hand give no more.*$", built.output, re.MULTILINE)
    assert line in told.output
    assert f"- {line}." in (tmp_path / "b" / "README.md").read_text()
