"""The commands: evaluate, compare, export-eval."""

import json

import pytest
from typer.testing import CliRunner

import medinstruct
from medinstruct.cli import app
from medinstruct.evaluator import table

run = CliRunner().invoke


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return medinstruct.build("blurb", samples=True, out=tmp_path_factory.mktemp("commands") / "build", workers=1).folder


def evaluated(folder, out, *more):
    return run(app, ["evaluate", str(folder), "--out", str(out), *more], catch_exceptions=False)


def test_evaluate_tells_scores_and_that_samples_mean_nothing(folder, tmp_path):
    done = evaluated(folder, tmp_path / "run", "--model", "majority")
    assert done.exit_code == 0
    assert "the scores mean nothing" in done.output
    assert "13 of 13 datasets" in done.output
    stated = json.loads((tmp_path / "run" / "run.json").read_text())
    assert stated["model"] == "majority"
    assert stated["build"]["folder"] == str(folder.resolve())


def test_compare_and_the_page_of_baselines_read_runs(folder, tmp_path):
    for model in ("oracle", "majority"):
        evaluated(folder, tmp_path / model, "--model", model)
    done = run(app, ["compare", str(tmp_path / "majority"), str(tmp_path / "oracle"), "--json"], catch_exceptions=False)
    found = {one["name"]: one for one in json.loads(done.output)}
    assert found["hoc/dc"]["second"] == 1.0
    text = table.write(json.loads((tmp_path / model / "scores.json").read_text()) for model in ("oracle", "majority"))
    assert "| dataset | metric | rows | oracle | majority |" in text
    assert "| hoc/dc | micro_f1 |" in text


def test_export_eval_writes_a_group_and_its_tasks(folder, tmp_path):
    done = run(
        app, ["export-eval", str(folder), "--to", "lm-eval", "--out", str(tmp_path), "--json"], catch_exceptions=False
    )
    stated = json.loads(done.output)
    assert len(stated["tasks"]) == 14
    assert stated["left_out"] == {}
    assert (tmp_path / "hooks.py").is_file()


def test_shots_of_a_folder_stand_in_its_rows(folder, tmp_path):
    assert evaluated(folder, tmp_path, "--model", "oracle", "--shots", "2").exit_code == 2
