"""The shipped recipes on the real corpora, where these are at hand: sizes, balance, determinism, nothing unaccounted for."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

import medinstruct
from medinstruct import tasks, template, testing

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]

OPEN = ("ner", "re", "ee", "dc", "nli", "qa", "sum", "gen")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A function that builds a recipe once and keeps it for all tests of this module."""
    home, done = tmp_path_factory.mktemp("builds"), {}

    def build(name, **settings):
        if name not in done:
            done[name] = medinstruct.build(name, data=DATA, out=home / name, **settings)
        return done[name]

    return build


def by_task(made, split, kind="examples", what="kept"):
    counts = Counter()
    for line in made.ledger[kind]:
        if line["split"] == split:
            counts[line["task"].split("-")[0]] += line[what]
    return counts


def test_counts_of_every_corpus_are_the_expected_ones():
    assert [finding for finding in testing.check_corpora(data=DATA) if finding.code in {"C107", "C108"}] == []


def test_mnlu_open_has_exactly_its_size_over_all_tasks(built):
    """100,000 rows; no task above 30 %, none below the smaller of 5 % and what there is of it."""
    made = built("mnlu-open")
    rows = by_task(made, "train")

    assert len(made["train"]) == sum(rows.values()) == 100_000
    assert set(rows) == set(OPEN)
    assert max(rows.values()) <= 30_000
    supply = Counter()
    for line in made.ledger["examples"]:
        gone = sum(
            n
            for reason, n in line["dropped"].items()
            if reason not in {"not drawn"} and not reason.startswith("over the limit")
        )
        supply[line["task"].split("-")[0]] += line["in"] - gone
    for task in OPEN:
        assert rows[task] >= min(5_000, supply[task]), task


def test_no_test_document_of_a_guarded_benchmark_is_in_mnlu_open(built):
    """A second look with other code: no identity of a test row of BLURB or BLUE is one of a training row."""
    made = built("mnlu-open")
    trained = {group for row in made["train"] for group in row["groups"]}
    for name in ("blurb", "blue"):
        tested = {group for row in built(name)["test"] for group in row["groups"]}

        assert tested
        assert trained.isdisjoint(tested), name


@pytest.mark.parametrize("name", ["mnlu-open", "mnlu-instruct", "medtuned-instruct", "blurb", "blue", "quickstart"])
def test_every_line_of_every_ledger_balances(built, name):
    made = built(name)
    for kind in ("documents", "annotations", "examples", "samples"):
        for line in made.ledger[kind]:
            assert line["in"] == line["kept"] + sum(line["dropped"].values()), line
    assert sum(line["kept"] for line in made.ledger["samples"]) == sum(map(len, made.values()))


@pytest.mark.parametrize("name", ["mnlu-open", "mnlu-instruct", "medtuned-instruct", "blurb"])
def test_every_hundredth_row_is_read_back_by_hand(built, name):
    """The builder reads back every row; here a hundredth of them again, from what the artefact alone says."""
    made = built(name)
    for split in made:
        for row in made[split][::100]:
            wording = template.load(row["template"])
            example = tasks.load(row["type"]).read(row["example"], row["gold"])

            assert wording.answer.parse(
                row["messages"][-1]["content"], example.question
            ).prediction == wording.answer.carries(example)


@pytest.mark.parametrize("name", ["mnlu-open", "mnlu-instruct", "blurb", "quickstart"])
def test_no_format_refuses_more_than_two_percent(built, name):
    """Published families may, and are not looked at here: their formats are kept as they were."""
    for refusal in built(name).manifest["refusals"]:
        if not refusal["format"].startswith("bio"):
            assert refusal["refused"] <= 0.02 * refusal["rows"], refusal


def test_one_worker_makes_the_rows_of_two(built, tmp_path):
    one = medinstruct.build("quickstart", data=DATA, out=tmp_path / "one", workers=1)
    two = medinstruct.build("quickstart", data=DATA, out=tmp_path / "two", workers=2)

    assert one.digest == two.digest
    assert (one.folder / "data").is_dir()
    for shard in one.manifest["shards"]:
        assert (one.folder / shard["file"]).read_bytes() == (two.folder / shard["file"]).read_bytes()


def test_what_is_missing_is_told_with_how_to_get_it(built):
    made = built("mnlu-instruct")

    assert len(made["train"]) == made.manifest["shortfall"]["reached"]
    assert made.manifest["missing"]
    assert all(how for how in made.manifest["missing"].values())
    assert "i2b2-2014-phi" in made.manifest["missing"]


OFFICIAL = {
    "ncbi-disease": 960, "jnlpba": 8662, "ddi2013": 5716, "gad": 534, "biosses": 20, "hoc": 371, "pubmedqa": 500,
}  # fmt: skip
"""Test parts as Gu et al. 2021 count them: mentions, pairs, sentences or documents, items."""


def test_blurb_has_the_official_test_counts(built):
    """Of the nine sets that are whole here; the other four are measured, and the corpus modules tell why they differ."""
    counts = Counter()
    labels = Counter()
    made = built("blurb")
    for row in made["test"]:
        gold = json.loads(row["gold"])
        counts[row["corpus"]] += len(gold.get("spans", ())) if row["type"] == "span_extraction" else 1
        labels.update((row["corpus"], span["label"]) for span in gold.get("spans", ()))

    assert {name: counts[name] for name in OFFICIAL} == OFFICIAL
    assert labels["bc5cdr", "Chemical"] == 5385
    assert labels["bc5cdr", "Disease"] == 4424
