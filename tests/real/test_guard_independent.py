"""A second look at what the guard did, with code that shares nothing with it: sets of plain strings over the rows of builds.

A row of the mixture holds something of a test row of `blurb` if they share an identity (PMID, PMCID, DOI), or a text or a
sentence of eight words or more, or, where it is the whole of both sources, a text of five.
"""

import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import medinstruct

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]

MIXTURES = ("mnlu-instruct", "mnlu-open")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    home, done = tmp_path_factory.mktemp("guard"), {}

    def build(name):
        if name not in done:
            done[name] = medinstruct.build(name, data=DATA, out=home / name)
        return done[name]

    return build


def words(text):
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def texts_of(row):
    """The texts that a row asks about, as its own JSON says, and what is asked where that is no text of a pool of wordings."""
    example = json.loads(row["example"])
    texts = [example["text"]] if "text" in example else list(example.get("texts", {}).values())
    if row["type"] == "text_generation" and example.get("instruction"):
        texts.append(example["instruction"])
    return [text for text in texts if text]


def sentences_of(text):
    found = (words(sentence) for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])|\n", text))
    return {sentence for sentence in found if sentence.count(" ") >= 7}


def identities_of(row):
    return {name for name in row["groups"] if not name.startswith("text:")}


class Seen:
    """What the test rows of a benchmark are, by plain strings."""

    def __init__(self, rows):
        # a document with one text is that text; one with many (sentences) is not any of them
        self.names, self.texts, self.sentences = set(), set(), defaultdict(set)
        by_document = defaultdict(set)
        for row in rows:
            self.names |= identities_of(row)
            for text in texts_of(row):
                by_document[row["corpus"], row["document"]].add(words(text))
                for sentence in sentences_of(text):
                    self.sentences[sentence].add(row["document"])
        for texts in by_document.values():
            self.texts |= {text for text in texts if len(texts) == 1 and text.count(" ") >= 4}


@pytest.fixture(scope="module")
def tested(built):
    return Seen(built("blurb")["test"])


@pytest.mark.parametrize("name", MIXTURES)
def test_no_row_has_an_identity_of_a_test_row_of_blurb(built, tested, name):
    assert len(tested.names) > 1_000
    assert [row["id"] for row in built(name)["train"] if not tested.names.isdisjoint(identities_of(row))] == []


@pytest.mark.parametrize("name", MIXTURES)
def test_no_row_is_the_whole_text_of_a_test_document_of_blurb(built, tested, name):
    """Parts of documents are looked at sentence by sentence, below."""
    assert len(tested.texts) > 5_000
    found = []
    for row in built(name)["train"]:
        if json.loads(row["meta"])["unit"] == "document":
            found += [(row["id"], row["corpus"]) for text in texts_of(row) if words(text) in tested.texts]
    assert found == []


@pytest.mark.parametrize("name", MIXTURES)
def test_no_row_holds_a_sentence_of_a_test_row_of_blurb_that_is_no_boilerplate(built, tested, name):
    """Boilerplate stands in three or more documents of the mixture and the test part together; a row that was dropped as a
    duplicate of one that stayed is a document that has it too.
    """
    made = built(name)
    twins = defaultdict(set)
    for row in pq.read_table(made.folder / "removed.parquet").to_pylist():
        twins[row["same_as"]].add((row["corpus"], row["document"]))
    holders = defaultdict(set)
    for row in made["train"]:
        for text in texts_of(row):
            for sentence in sentences_of(text) & tested.sentences.keys():
                holders[sentence] |= {(row["corpus"], row["document"]), *twins.get(row["id"], ())}
    telling = {
        sentence: documents
        for sentence, documents in holders.items()
        if len(documents) + len(tested.sentences[sentence]) < 3
    }

    assert len(tested.sentences) > 10_000
    assert telling == {}


def test_the_table_counts_what_the_list_lists(built):
    """Rows removed by benchmark and rule, in the manifest and in removed.parquet."""
    made = built("mnlu-instruct")
    listed = defaultdict(int)
    for row in pq.read_table(made.folder / "removed.parquet").to_pylist():
        for name in row["benchmarks"]:
            listed[name, row["rule"]] += 1

    assert {
        (name, rule): n for name, told in made.manifest["guard"].items() for rule, n in told["rules"].items()
    } == listed
    assert made.manifest["guard"]["blurb"]["removed"] > 0


def test_hidden_items_are_found(tmp_path, capsys):
    """bench/decontamination.py with 1,000 items: all verbatim and by identity, 95 % otherwise, 0.1 % of clean rows."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
    try:
        import decontamination
    finally:
        sys.path.pop(0)
    found = decontamination.measure(DATA, tmp_path, seed=1, items=1_000, guard=decontamination.BENCHMARKS)

    for kind, (hidden, recalled) in found.recall.items():
        assert hidden >= 90, kind
        assert recalled == hidden if kind in decontamination.CERTAIN else recalled >= 0.95 * hidden, kind
    assert found.clean >= 200_000
    assert found.mistaken <= 0.001 * found.clean
