"""`medinstruct new template` and `new recipe`: files that work from their first line on."""

import json

import pytest
from typer.testing import CliRunner

from medinstruct import shelf, tasks, template
from medinstruct.cli import app
from medinstruct.scaffold.wording import USUAL, wording
from medinstruct.template import check

run = CliRunner().invoke


@pytest.mark.parametrize("task", [*USUAL, *tasks.names()])
def test_a_new_template_compiles_and_comes_back(task):
    kind, text = wording(task)
    made = template.compile(text, f"{kind}/new")

    assert check(made) == []
    assert task == kind or task in made.front.tasks


def test_every_task_of_corpora_has_a_type_to_begin_with():
    assert set(USUAL) == set(tasks.TASKS)


def test_it_says_which_fields_there_are():
    kind, text = wording("ner")

    for field in template.visible(tasks.load(kind).question) - {"shots"}:
        assert f"\n  {field} " in text


def test_files_are_written_onto_a_shelf_and_never_over_others(tmp_path):
    place = str(tmp_path / "shelf")
    first = run(app, ["new", "template", "re", "mine", "--shelf", place])
    again = run(app, ["new", "template", "re", "mine", "--shelf", place])

    path = tmp_path / "shelf/templates/relation_triples/mine.jinja"
    assert first.exit_code == 0
    assert first.output.startswith(f"{path}\n")
    assert again.exit_code != 0
    assert path.read_text() == wording("re")[1]


@pytest.mark.parametrize("name", ["../mine", "Mine", "", "a/b", "-x"])
def test_a_name_is_no_path(tmp_path, name):
    made = run(app, ["new", "recipe", "--shelf", str(tmp_path), "--", name])

    assert made.exit_code == 2
    assert list(tmp_path.rglob("*")) == []


def test_a_new_recipe_builds(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "_user_shelves", [])
    path = tmp_path / "recipes/mine.yaml"
    made = run(app, ["new", "recipe", "mine", "--shelf", str(tmp_path), "--corpus", "bc5cdr", "--corpus", "biosses"])
    assert made.exit_code == 0, made.output

    built = run(app, ["build", str(path), "--samples", "--out", str(tmp_path / "build"), "--json"])

    assert built.exit_code == 0, built.output
    corpora = json.loads((tmp_path / "build/manifest.json").read_text())["corpora"]
    assert set(corpora) == {"bc5cdr", "biosses"}


def test_the_one_for_all_asks_four_kinds(tmp_path):
    run(app, ["new", "recipe", "mine", "--shelf", str(tmp_path)])
    built = run(
        app, ["build", str(tmp_path / "recipes/mine.yaml"), "--samples", "--out", str(tmp_path / "b"), "--json"]
    )

    assert built.exit_code == 0, built.output
    assert json.loads(built.output)["rows"]["train"] > 10
