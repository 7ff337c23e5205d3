"""What of one corpus' test part stands in another one's train part, and by which rule."""

import json

import pytest

from medinstruct import corpora, shelf
from medinstruct.auditor import overlap
from medinstruct.auditor.overlap import Overlap, matrix

MODULE = '''"""Zorb."""
from functools import partial
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.license import License

def item(row):
    return {"id": row["id"], "texts": {"text": row["text"]}, "identities": row["names"]}

corpus = Corpus(title="Zorb", homepage="-", citation="-", license=License("unknown"), tasks={}, read=partial(json_lines.read, item=item),
    splits={"train": Split("train", ("train.jsonl",)), "test": Split("test", ("test.jsonl",))})
'''
LONG = "Forty-two adults with a zorbin deficiency were given keltin for nine weeks in two hospitals."
BOILER = "The authors of this work declare that they have no competing interests of any kind."
TRAIN = [
    ("a", "One text on zorbin in mice. Nothing else.", ["pmid:1"]),
    ("b", "Another text on keltin in men, at length and in detail.", ["doi:10.1/x"]),
    ("c", f"Background of it. {LONG} They grew.", []),
    *((f"d{n}", f"Text number {n} has its own words here. {BOILER}", []) for n in range(3)),
]
TEST = [
    ("p", "Quite another text that has but the number.", ["pmid:1"]),
    ("q", "Nothing here is like anything there at all.", ["doi:10.1/x", "pmid:7"]),
    ("r", "One text, on zorbin in mice: NOTHING else!", []),
    ("s", f"Something unheard of. {LONG}", []),
    ("t", f"Only the usual words are shared. {BOILER}", []),
    ("u", "A text that stands nowhere but in this place.", ["pmid:9"]),
]


@pytest.fixture
def two_corpora(tmp_path, monkeypatch):
    """`zorb-one` has a train part, `zorb-two` a test part, on a shelf with its data."""
    monkeypatch.setattr(shelf, "_user_shelves", [])
    for name, part, records in (("one", "train", TRAIN), ("two", "test", TEST)):
        folder = tmp_path / "data" / f"zorb-{name}"
        folder.mkdir(parents=True)
        rows = (json.dumps({"id": id, "text": text, "names": names}) for id, text, names in records)
        (folder / f"{part}.jsonl").write_text("\n".join(rows) + "\n")
        (tmp_path / "corpora").mkdir(exist_ok=True)
        (tmp_path / "corpora" / f"zorb_{name}.py").write_text(MODULE)
    shelf.add(tmp_path)
    yield tmp_path / "data"
    shelf.entries.cache_clear()


def test_each_rule_finds_its_own(two_corpora):
    """By PMID p, by DOI q, by text r, by sentence s; t shares boilerplate alone, and u nothing."""
    found = matrix(two_corpora, ids=["zorb-one", "zorb-two"], workers=1)

    assert found.tests == {"zorb-two": 6}
    assert found.trains == {"zorb-one": 6}
    assert found.overlaps == (Overlap("zorb-two", 6, "zorb-one", pmid=1, id=1, text=1, sentence=1, any=4),)


def test_a_sentence_in_fewer_texts_is_no_boilerplate(two_corpora, monkeypatch):
    """The rule is about three texts, not about the words."""
    monkeypatch.setattr(overlap, "BOILERPLATE", 5)
    [found] = matrix(two_corpora, ids=["zorb-one", "zorb-two"], workers=1).overlaps

    assert (found.sentence, found.any) == (2, 5)


def test_the_number_of_processes_changes_nothing(two_corpora):
    """Each part is read by itself."""
    ids = ["zorb-one", "zorb-two"]
    assert matrix(two_corpora, ids=ids, workers=2) == matrix(two_corpora, ids=ids, workers=1)


def test_corpora_that_are_not_here_are_named(two_corpora):
    """A matrix of what is here must not look like one of all."""
    assert matrix(two_corpora, ids=["zorb-one", "medsts"], workers=1).missing == ("medsts",)
    assert "medsts" in corpora.names()
