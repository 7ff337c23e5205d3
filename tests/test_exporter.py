"""A build in other readers' shapes: nothing lost, nothing without its terms."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import medinstruct
from medinstruct import artefact, exporter
from medinstruct.cli import app
from medinstruct.errors import MedinstructError

SHOT_ROW = {
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "q1"}, {"role": "assistant", "content": "a1"},
        {"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"},
        {"role": "user", "content": "q3"}, {"role": "assistant", "content": "a3"},
    ],
    "example": '{"text": "t"}', "gold": "{}", "meta": '{"rank": 1}',
}  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return medinstruct.build("quickstart", samples=True, out=tmp_path_factory.mktemp("exports") / "build")


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


@pytest.mark.parametrize("shape", exporter.LINES)
def test_every_row_is_there_in_order_with_its_id_and_license(build, tmp_path, shape):
    exporter.export(build, shape, tmp_path / "out")
    for split in build:
        found = lines(tmp_path / "out" / f"{split}.jsonl")
        assert [(line["id"], line["license"]) for line in found] == [
            (row["id"], row["license"]) for row in build[split]
        ]


@pytest.mark.parametrize("shape", exporter.LINES)
def test_datasets_reads_it(build, tmp_path, shape):
    import datasets

    exporter.export(build, shape, tmp_path / "out")
    files = {split: str(tmp_path / "out" / f"{split}.jsonl") for split in build}
    found = datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in found.items()} == {split: len(rows) for split, rows in build.items()}


def test_terms_that_nobody_knows_go_along_as_unknown(build, tmp_path):
    """A build may come from anywhere; its card says the same of such a license."""
    build = artefact.Build(build.folder, json.loads(json.dumps(build.manifest)))
    build.manifest["corpora"]["bc5cdr"]["license"] = "my-license-1.0"
    exporter.export(build, "messages", tmp_path / "out")
    terms = json.loads((tmp_path / "out" / "TERMS.json").read_text())
    assert terms["corpora"]["bc5cdr"] == "my-license-1.0"
    assert terms["license"] is None
    assert "unknown" in terms["obligations"]


def test_the_license_that_a_recipe_demands_is_the_one_that_is_told(build, tmp_path):
    free = {id: {**corpus, "license": "cc-by-4.0"} for id, corpus in build.manifest["corpora"].items()}
    for n, (wanted, due) in enumerate({"": "cc-by-4.0", "cc-by-sa-4.0": "cc-by-sa-4.0", "mit": "cc-by-4.0"}.items()):
        demanding = artefact.Build(build.folder, {**build.manifest, "corpora": free, "license": wanted})
        exporter.export(demanding, "messages", tmp_path / str(n))
        assert json.loads((tmp_path / str(n) / "TERMS.json").read_text())["license"] == due


def test_shots_and_system_keep_their_places():
    assert exporter.alpaca(SHOT_ROW) == {
        "instruction": "q3", "input": "", "output": "a3", "system": "be brief", "history": [["q1", "a1"], ["q2", "a2"]],
    }  # fmt: skip
    assert [turn["from"] for turn in exporter.sharegpt(SHOT_ROW)["conversations"]] == ["system", *["human", "gpt"] * 3]
    split = exporter.prompt_completion(SHOT_ROW)
    assert split["completion"] == [{"role": "assistant", "content": "a3"}]
    assert [*split["prompt"], *split["completion"]] == SHOT_ROW["messages"]
    assert exporter.jsonl(SHOT_ROW)["example"] == {"text": "t"}


def test_side_files_name_the_splits_and_the_terms(build, tmp_path):
    exporter.export(build, "sharegpt", tmp_path / "out")
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_text())
    assert info["quickstart-train"]["file_name"] == "train.jsonl"
    text = (tmp_path / "out" / "axolotl.yaml").read_text()
    assert "&" not in text
    assert yaml.safe_load(text)["datasets"][0]["message_property_mappings"] == {"role": "from", "content": "value"}
    terms = json.loads((tmp_path / "out" / "TERMS.json").read_text())
    assert terms["samples"] is True
    assert set(terms["corpora"]) == set(build.manifest["corpora"])
    attribution = (tmp_path / "out" / "ATTRIBUTION.md").read_text()
    assert all(corpus["title"] in attribution for corpus in build.manifest["corpora"].values())


@pytest.mark.parametrize("out", ["hf://datasets/org/name", "s3://bucket/x", "https://host.example/x"])
@pytest.mark.parametrize("shape", exporter.SHAPES)
def test_no_row_leaves_through_an_export(build, out, shape):
    with pytest.raises(MedinstructError, match="is an address"):
        exporter.export(build, shape, exporter.Path(out))


def test_a_folder_that_holds_something_is_left_alone(build, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(MedinstructError, match="holds something"):
        exporter.export(build, "messages", tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_unknown_shape_names_the_nearest(build, tmp_path):
    with pytest.raises(MedinstructError, match="did you mean alpaca"):
        exporter.export(build, "alpacca", tmp_path / "out")


def test_the_folder_that_one_stands_in_is_no_place_for_an_export(build, tmp_path, monkeypatch):
    """It cannot be replaced as a whole, empty as it is."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MedinstructError, match="is no name of a folder"):
        exporter.export(build, "messages", Path("."))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["cc-by-4.0", "agreement"])
def test_the_command_says_where_text_under_agreement_is_written(build, tmp_path, id):
    copy = tmp_path / "copy"
    shutil.copytree(build.folder, copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["corpora"]["bc5cdr"]["license"] = id
    (copy / "manifest.json").write_text(json.dumps(manifest))

    done = CliRunner().invoke(app, ["export", str(copy), "--out", str(tmp_path / "out")], catch_exceptions=False)
    assert done.exit_code == 0
    assert ("may not be handed on: bc5cdr" in done.stderr) == (id == "agreement")
