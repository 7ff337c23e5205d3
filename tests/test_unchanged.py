"""A build that is asked for again with nothing changed is there already; with anything changed, it is not."""

import os
import shutil

import pytest

from medinstruct import recipe, shelf
from medinstruct.builder import Settings, build, unchanged
from medinstruct.corpora.corpus import SAMPLES

RECIPE = """\
title: Mine
roles: [train, validation]
mix:
  - {corpus: ncbi-disease, task: ner}
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A recipe, a folder of data and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(SAMPLES / "ncbi-disease", tmp_path / "data" / "ncbi-disease")
    (tmp_path / "mine.yaml").write_text(RECIPE)
    return tmp_path


def built(place, **settings):
    """The build, and what was done for it."""
    done = []
    settings = {"data": place / "data", "out": place / "out", **settings}
    found = build(str(place / "mine.yaml"), Settings(**settings), lambda what, n, of: done.append(what))
    return found, done


def test_asked_again_nothing_is_read(place):
    first, done = built(place)
    assert "reading corpora" in done
    second, done = built(place, workers=2)
    assert not done
    assert second.digest == first.digest
    assert second.folder == first.folder
    assert list(second["train"]) == list(first["train"])


def change_a_source(place):
    path = next(path for path in (place / "data").rglob("*") if path.is_file())
    os.utime(path, ns=(1, 1))


def change_the_recipe(place):
    (place / "mine.yaml").write_text(RECIPE + "seed: 14\n")


def add_a_file(place):
    (place / "data" / "ncbi-disease" / "notes.txt").write_text("new")


def lose_a_shard(place):
    next((place / "out" / "data").glob("train-*")).unlink()


def write_over_the_ledger(place):
    (place / "out" / "ledger.json").write_text("{}")


def damage_the_note(place):
    (note,) = (place / "cache" / "medinstruct" / "builds").iterdir()
    note.write_text('{"stamp": ')


@pytest.mark.parametrize(
    "change",
    [change_a_source, change_the_recipe, add_a_file, lose_a_shard, write_over_the_ledger, damage_the_note],
)
def test_whatever_changes_it_is_built(place, change):
    built(place)
    change(place)
    assert (
        "reading corpora" in built(place, out=place / "out" if change is not change_the_recipe else place / "other")[1]
    )


def test_another_size_is_another_build(place):
    built(place)
    assert built(place, as_published=True, out=place / "other")[1]
    assert built(place, force=True)[1]


def test_a_template_on_a_shelf_of_the_users_counts(place):
    """What stands on a shelf may decide on any row, so a file that comes to one is a change."""
    found = recipe.load(str(place / "mine.yaml"))
    before = unchanged.stamp(RECIPE, found, "", place / "data")
    (place / "shelf" / "templates").mkdir(parents=True)
    kept = list(shelf._user_shelves)
    try:
        shelf.add(place / "shelf")
        assert unchanged.stamp(RECIPE, found, "", place / "data") != before
    finally:
        shelf._user_shelves[:] = kept
        shelf.entries.cache_clear()


def test_what_another_program_decides_is_always_built(place):
    """Of a tokenizer nobody can say without reading it whether it is the one of the last time."""
    found = recipe.parse(RECIPE + "tokenizer: 'spacy:en'\n", "mine.yaml")
    assert unchanged.stamp(RECIPE, found, "", place / "data") == ""
    assert unchanged.find(place, "out", "kind", "") is None
