"""What is watched is counted, listed and kept; what is guarded goes. Both find the same rows."""

import json

import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import recipe

RECIPE = """title: Mine
roles: [train]
disjoint: false
dedup: false
{what}: [blurb]
mix:
  - {{corpus: drugprot, task: ner, unit: sentence}}
  - {{corpus: biored, task: ner}}
  - {{corpus: bc5cdr, task: re}}
  - {{corpus: bc5cdr, task: ner, unit: sentence, splits: [test], role: train}}
  - {{corpus: pubmedqa, task: qa, splits: [test], role: train}}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch")

    def build(what):
        path = folder / f"{what}.yaml"
        path.write_text(RECIPE.format(what=what))
        return medinstruct.build(str(path), samples=True, out=folder / f"{what}-build")

    return {what: build(what) for what in ("watch", "guard")}


def test_watched_rows_stay_and_are_those_that_a_guard_takes_out(built):
    watched, guarded = built["watch"], built["guard"]
    ids = [{row["id"] for row in made["train"]} for made in (watched, guarded)]
    listed = pq.read_table(watched.folder / "watched.parquet").to_pylist()

    assert listed
    assert {line["id"] for line in listed} == ids[0] - ids[1]
    assert watched.manifest["watch"]["blurb"]["held"] == guarded.manifest["guard"]["blurb"]["removed"] == len(listed)


def test_every_test_part_that_was_put_in_is_named(built):
    """The rows of two test parts are listed by id, with the document they stand in."""
    told = built["watch"].manifest["watch"]["blurb"]
    listed = pq.read_table(built["watch"].folder / "watched.parquet").to_pylist()
    put_in = [row for row in built["watch"]["train"] if row["split"] == "test"]

    assert {"bc5cdr/test", "pubmedqa/test"} <= set(told["parts"])
    assert {row["id"] for row in put_in} <= {line["id"] for line in listed}
    assert all(line["stands_in"].split(" ", 1)[1] for line in listed)
    assert told["checked"] == len(built["watch"]["train"])
    assert sum(told["rules"].values()) == told["held"]


def test_the_card_says_so(built):
    assert "were left in, as published" in (built["watch"].folder / "README.md").read_text()
    assert "were left in" not in (built["guard"].folder / "README.md").read_text()
    assert not (built["guard"].folder / "watched.parquet").exists()


@pytest.mark.parametrize("name", ["mnlu-instruct", "medtuned-instruct"])
def test_two_readings_of_a_paper(name):
    """One keeps the benchmarks out, the other says what it holds of them; what differs else stands in its text."""
    ours, published = recipe.load(name), recipe.load(f"{name}-as-published")

    assert set(ours.guard) == set(published.watch) == {"blurb", "blue"}
    assert not published.guard
    assert not published.dedup
    assert not published.disjoint
    assert "As published" in published.about or "As released" in published.about
    assert "differs" in published.about


def test_the_evaluation_of_medtuned_is_that_of_the_paper(tmp_path):
    """Its validation part holds official dev parts, and the test part of Hallmarks of Cancer."""
    made = medinstruct.build("medtuned-instruct-as-published", samples=True, out=tmp_path / "build")
    parts = {(row["corpus"], row["split"]) for row in made["validation"]}

    assert {("ncbi-disease", "devel"), ("bc5cdr", "dev"), ("mednli", "dev"), ("hoc", "test")} <= parts
    assert not any(corpus in ("gad", "bc4chemd") for corpus in json.loads(json.dumps(made.manifest["corpora"])))
