"""Rows can be made again from their sources to the byte; where they cannot, it is told which columns differ and why."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import medinstruct
from medinstruct import artefact, corpora, recipe
from medinstruct.cli import app
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import MedinstructError
from medinstruct.formats.draft import Broken
from medinstruct.rebuild.rerender import rerender, shelf_has_other
from medinstruct.rebuild.verify import verify

NCBI = "ncbi-disease"


@pytest.fixture
def data(tmp_path):
    for id in (NCBI, "bionlp09", "medmcqa"):
        shutil.copytree(SAMPLES / id, tmp_path / "data" / id)
    return tmp_path / "data"


@pytest.fixture
def shelf_of_my_own(tmp_path):
    """A recipe and a wording that a test may change."""
    folder = tmp_path / "templates" / "span_extraction"
    folder.mkdir(parents=True)
    (folder / "mine.jinja").write_text("---\nanswer: bullets\n---\nFind {{ labels | join(', ') }}.\n\n{{ text }}\n")
    (tmp_path / "mine.yaml").write_text(
        f"title: Mine\nmix:\n  - {{corpus: {NCBI}, task: ner, unit: sentence, templates: [{folder / 'mine.jinja'}]}}\n"
        "  - {corpus: bionlp09, task: ee}\n  - {corpus: medmcqa, task: qa, shuffle_options: true}\n"
    )
    return tmp_path


@pytest.fixture
def made(shelf_of_my_own, data):
    return medinstruct.build(str(shelf_of_my_own / "mine.yaml"), data=data, out=shelf_of_my_own / "build")


def rows(build):
    return [(split, row) for split in build for row in build[split]]


@pytest.mark.parametrize("id", corpora.names())
def test_every_record_names_the_file_and_line_that_it_came_from(id):
    """The file is one of the split's; where a line is given, the file has it; ids stand in one of the two as a rule."""
    corpus = corpora.load(id)
    folder = corpus.find(samples=True)
    if folder is None:
        pytest.skip("no sample")
    for split in corpus.present(folder):
        files = {file.name: file for file in corpus.files(split, folder)}
        for place, record in corpus.placed(split, list(files.values())):
            assert place.file in files or isinstance(record, Broken), (place, record)
            if place.line and place.file.endswith((".txt", ".tsv", ".csv", ".jsonl", ".conll")):
                assert place.line <= files[place.file].data.count(b"\n") + 1


@pytest.mark.parametrize("name", recipe.names())
def test_rows_of_the_bundled_samples_come_again_to_the_byte(name, tmp_path):
    made = medinstruct.build(name, samples=True, out=tmp_path / name)
    again = rerender(made, rows(made))

    assert len(again.rows) == sum(made.manifest["rows"].values()) > 0
    assert all(each.is_same for each in again.rows), again.other[:1]
    assert again.sources == again.altered == []


def test_a_build_needs_neither_its_recipe_nor_its_wordings_again(made, shelf_of_my_own, data):
    """Both may change or go: what the build holds of them is enough; the change is told."""
    (shelf_of_my_own / "mine.yaml").unlink()
    shutil.rmtree(shelf_of_my_own / "templates")

    assert rerender(made, rows(made), data).other == []
    assert "recipes/mine is gone on the shelf; the build's own was taken" in shelf_has_other(made)


def test_another_source_is_told_by_columns_and_file(made, data):
    """A word changed in one document: its rows differ in what shows the word, all others are equal."""
    file = data / NCBI / "NCBItrainset_corpus.txt"
    text = file.read_text()
    [word, *_] = [w for w in re.findall(r"[a-z]{6,}", text) if text.count(w) == 1]
    file.write_text(text.replace(word, word[::-1]))
    again = rerender(made, rows(made), data)

    assert {each.row["corpus"] for each in again.other} == {NCBI}
    assert all(
        {"digest", "messages", "example"} <= set(each.differs) <= {"digest", "messages", "example", "groups"}
        or each.differs == ["groups"]
        for each in again.other
    )
    assert again.causes(made)[0] == f"source: {NCBI}/train/{file.name} has changed"


def test_a_document_that_is_gone_is_told(made, data):
    [row] = [row for _, row in rows(made) if row["corpus"] == "medmcqa"][:1]
    for file in (data / "medmcqa").rglob("*"):
        if file.is_file() and row["document"] in file.read_text():
            file.write_text(file.read_text().replace(row["document"], "other"))
    [again] = rerender(made, [("train", row)], data).rows

    assert not again.is_same
    assert again.why == "the source gives no such question any more"


def test_what_was_changed_in_the_build_is_told(made, data):
    """A gold that somebody wrote: the row differs, no source does, and its digest tells why."""
    split, row = rows(made)[0]
    again = rerender(made, [(split, {**row, "gold": "{}"})], data)

    assert again.other[0].differs == ["gold"]
    assert again.causes(made) == [
        "rows were altered after they were built: their digests are not those of what they say"
    ]


def test_another_version_is_a_cause(made, data):
    made.manifest["medinstruct"] = "0.0.0"
    split, row = rows(made)[0]

    assert "it was built by medinstruct 0.0.0" in rerender(made, [(split, {**row, "task": "x"})], data).causes(made)[0]


def test_a_build_without_its_recipe_is_told(made, data):
    del made.manifest["recipe_text"]

    with pytest.raises(MedinstructError, match="recipe_text"):
        rerender(made, rows(made), data)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_says_equal(made, data):
    id = made["train"][0]["id"]
    done = run("explain", made.folder, id[:12], "--from-source", "--data", data)

    assert done.exit_code == 0
    assert "equal to the byte" in done.stdout


def test_the_command_shows_columns_that_differ_and_why(made, data):
    """Both texts, and the file that changed; exit code 1."""
    file = data / NCBI / "NCBItrainset_corpus.txt"
    row = next(row for row in made["train"] if row["corpus"] == NCBI and json.loads(row["gold"]) == {})
    word = max(re.findall(r"[a-z]+", json.loads(row["example"])["text"]), key=len)
    file.write_text(file.read_text().replace(word, word[::-1]))
    done = run("explain", made.folder, row["id"], "--from-source", "--data", data, "--json")
    found = json.loads(done.stdout)["from_source"]

    assert done.exit_code == 1
    assert not found["equal"]
    assert word in str(found["columns"]["messages"]["build"])
    assert word[::-1] in str(found["columns"]["messages"]["source"])
    assert found["because"] == [f"source: {NCBI}/train/{file.name} has changed"]
    assert "perhaps because: source" in run("explain", made.folder, row["id"], "--from-source", "--data", data).stdout


def test_the_place_of_a_row_of_many_files_is_told(made):
    """BioNLP's documents are files of their own; the one of this document is named."""
    row = next(row for row in made["train"] if row["corpus"] == "bionlp09")
    file = made.explain(row["id"])["file"]

    assert Path(file["name"]).stem == row["document"]
    assert file["line"] is None  # the document is the file
    assert file["sha256"] == made.manifest["corpora"]["bionlp09"]["sources"]["train"][file["name"]]


def test_the_verify_command_ends_with_1_where_something_is_wrong(made, data):
    assert run("verify", made.folder, "--data", data).exit_code == 0
    [shard] = (made.folder / "data").glob("train-*")
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    done = run("verify", made.folder, "--rows", 0)

    assert done.exit_code == 1
    assert "not equal" in done.stdout


@pytest.mark.parametrize("command", [("explain", "X", "a"), ("verify", "X"), ("diff", "X", "X")])
def test_a_damaged_build_is_one_line(made, command):
    (made.folder / "manifest.json").write_text("{")
    done = run(*[made.folder if part == "X" else part for part in command])

    assert isinstance(done.exception, MedinstructError)
    assert "\n" not in str(done.exception)


def test_diff_tells_the_next_version(made, shelf_of_my_own, data):
    shutil.copytree(made.folder, shelf_of_my_own / "other")
    done = run("diff", made.folder, shelf_of_my_own / "other")

    assert done.exit_code == 0
    assert "no new version" in done.stdout
    assert artefact.load(shelf_of_my_own / "other").digest == made.digest


def test_rows_that_repeat_and_rows_with_shots_come_again(tmp_path):
    """What is shown before a row is read again too, from whatever split and document it came."""
    path = tmp_path / "few.yaml"
    path.write_text(
        f"title: Few\nroles: [train, validation]\nmix:\n  - {{corpus: {NCBI}, task: ner, unit: sentence, splits: [train], repeat: 3, shots: 2}}\n"
        f"  - {{corpus: {NCBI}, task: ner, unit: sentence, splits: [devel], role: validation, labels: [Disease]}}\n"
        "  - {corpus: medmcqa, task: qa, shuffle_options: true, shots: 1}\n  - {corpus: drugprot, task: ner, unit: sentence, repeat: 2}\n"
    )
    made = medinstruct.build(str(path), samples=True, out=tmp_path / "build")
    metas = [json.loads(row["meta"]) for _, row in rows(made)]

    assert any("shots" in meta for meta in metas)
    assert any("repeats" in meta for meta in metas)
    assert rerender(made, rows(made)).other == []
    assert verify(made).is_equal, verify(made)


@pytest.mark.parametrize("wrong", [{"split": "../../evil"}, {"meta": '{"entry":7,"rank":0}'}])
def test_rows_of_no_build_are_refused(made, data, wrong):
    """A folder may come from anywhere: what its rows say becomes no path."""
    split, row = rows(made)[0]

    with pytest.raises(MedinstructError, match="there are none"):
        rerender(made, [(split, {**row, **wrong})], data)
