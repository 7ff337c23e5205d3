"""Stubs of real texts: open corpora are treated as if they were under agreement, as those that are so are with nobody who runs this."""

import os
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import corpora
from medinstruct.document import Document
from medinstruct.formats.draft import Broken
from medinstruct.publisher import stubs
from medinstruct.rebuild import sealed
from medinstruct.rebuild.hydrate import hydrate

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))
CLOSED = ("ncbi-disease", "biosses")
RECIPE = """
title: As if closed
size: all
roles: [train, validation, test]
mix:
  - {corpus: anem, task: ner, unit: sentence}
  - {corpus: ncbi-disease, task: ner, shots: 1}
  - {corpus: biosses, task: sts}
"""

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    for id in (*CLOSED, "anem"):
        if not (DATA / id).is_dir():
            pytest.skip(f"{id} is not in {DATA}")
    folder = tmp_path_factory.mktemp("closed")
    (folder / "closed.yaml").write_text(RECIPE)
    return medinstruct.build(str(folder / "closed.yaml"), data=DATA, out=folder / "build", workers=1)


@pytest.fixture(scope="module")
def published(tmp_path_factory, build):
    return stubs.publication(build, frozenset(CLOSED), tmp_path_factory.mktemp("left") / "published", DATA)


def records():
    for id in CLOSED:
        corpus = corpora.load(id)
        for split in corpus.splits:
            files = corpus.files(split, DATA / id)
            yield from (record for record in corpus.records(split, files) if not isinstance(record, Broken))


def test_no_run_of_five_words_and_no_mention_leaves(published):
    """In the stubs none of either; in what goes along none but what the package itself writes."""
    found = pq.read_table(published.folder / sealed.FILE).to_pydict()
    stub = "\n".join({str(value) for column in found.values() for value in column})
    others = "\n".join((published.folder / name).read_text() for name in ("manifest.json", "ledger.json", "README.md"))
    ours = {run for text in stubs._ours(frozenset(CLOSED)) for run in stubs.runs(text)}
    wanted, mentions = set(), set()
    for record in records():
        for text in [record.text] if isinstance(record, Document) else record.texts.values():
            wanted.update(stubs.runs(text))
        if isinstance(record, Document):
            mentions.update(record.text[a:b] for mention in record.mentions for a, b in mention.spans)
    assert len(wanted) > 100_000
    assert len(mentions) > 2_000
    assert not wanted & set(stubs.runs(stub))
    assert not wanted & (set(stubs.runs(others)) - ours)
    words = set(re.findall(r"[\w-]+", stub))
    assert not {mention for mention in mentions if len(mention) >= 4 and mention in words}
    assert not any(" " in mention and mention in stub for mention in mentions)


def test_the_mixture_comes_back(build, published, tmp_path):
    done = hydrate(published, DATA, tmp_path / "out")
    assert done.is_whole
    assert done.rows > 800
    assert done.build.digest == build.digest
