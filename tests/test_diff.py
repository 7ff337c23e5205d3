"""The difference of two builds equals what pandas finds, row by row, and says which version comes next."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import artefact
from medinstruct.difference import KINDS, compare
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.sample import row_digest

RECIPE = """title: Mine
seed: {seed}
balance: [{{by: corpus}}]
mix:
  - {{corpus: ncbi-disease, task: ner, unit: sentence}}
  - {{corpus: bc5cdr, task: re}}
  - {{corpus: medmcqa, task: qa, shuffle_options: true}}
  - {{corpus: {corpus}, task: {task}, unit: sentence}}
"""


def build(folder: Path, name: str, *, seed: int = 1, corpus: str = "hoc", task: str = "dc"):
    recipe = folder / f"{name}.yaml"
    recipe.write_text(RECIPE.format(seed=seed, corpus=corpus, task=task))
    return medinstruct.build(str(recipe), samples=True, out=folder / name)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return build(tmp_path_factory.mktemp("first"), "a")


@pytest.fixture
def copy(first, tmp_path):
    return Path(shutil.copytree(first.folder, tmp_path / "copy"))


def change(folder: Path, how, split: str = "train") -> artefact.Build:
    """Change the rows of a split, with digests that fit, and let the manifest say that its digest is another."""
    [path] = (folder / "data").glob(f"{split}-*.parquet")
    rows = how(pq.read_table(path).to_pylist())
    rows = [{**row, "digest": row_digest(row["messages"], row["gold"])} for row in rows]
    pq.write_table(pa.Table.from_pylist(rows, schema=artefact.SCHEMA), path)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "digest": "0" * 64}))
    return artefact.load(folder)


def by_pandas(before, after) -> dict[str, set[str]]:
    """Which ids were added, removed, moved, and changed in messages, gold or wording: a merge of two frames."""
    frames = [
        pd.concat([made.to_pandas(split).assign(part=split) for split in made]).assign(
            messages=lambda frame: frame["messages"].map(lambda turns: json.dumps([dict(turn) for turn in turns]))
        )
        for made in (before, after)
    ]
    both = frames[0].merge(frames[1], on="id", how="outer", suffixes=("_a", "_b"), indicator=True)
    common = both[both["_merge"] == "both"]
    return {
        "added": set(both[both["_merge"] == "right_only"]["id"]),
        "removed": set(both[both["_merge"] == "left_only"]["id"]),
        "moved": set(common[common["part_a"] != common["part_b"]]["id"]),
        "messages": set(common[common["messages_a"] != common["messages_b"]]["id"]),
        "gold": set(common[common["gold_a"] != common["gold_b"]]["id"]),
        "wording": set(common[common["template_hash_a"] != common["template_hash_b"]]["id"]),
    }


def ids(found, *kinds) -> set[str]:
    return {change.id for change in found.rows(*kinds)}


OTHERS = [{}, {"seed": 2}, {"corpus": "bionlp09", "task": "ee"}, {"seed": 5, "corpus": "jnlpba", "task": "ner"}]


@pytest.mark.parametrize("other", OTHERS)
def test_the_difference_is_the_one_that_pandas_finds(first, tmp_path, other):
    second = build(tmp_path, "a", **other)
    found, expected = compare(first, second), by_pandas(first, second)

    for kind in ("added", "removed", "moved"):
        assert ids(found, kind) == expected[kind]
        assert found.counts[kind] == len(expected[kind])
    changed = ids(found, "relabelled", "reread", "redrawn", "reworded")
    assert changed == expected["messages"] | expected["gold"] | expected["wording"]
    assert ids(found, "relabelled") <= expected["gold"]
    assert expected["wording"] <= ids(found, "reworded")
    assert found.same + len(ids(found)) - found.counts["added"] == sum(map(len, first.values()))
    assert bool(other) == (found.level != "none")


def test_counts_by_corpus_and_task_are_those_of_the_rows(first, tmp_path):
    found = compare(first, build(tmp_path, "a", seed=3, corpus="bionlp09", task="ee"))

    counted = Counter((c.corpus, c.task, kind) for c in found.rows() for kind in c.kinds)

    assert counted == {(*line, kind): n for line, kinds in found.table.items() for kind, n in kinds.items()}
    assert sum(counted.values()) == sum(found.counts.values())


def test_every_row_can_be_found_where_the_change_says(first, tmp_path):
    second = build(tmp_path, "a", seed=3)
    for row in compare(first, second).rows():
        for made, place in ((first, row.before), (second, row.after)):
            if place:
                assert made[place[0]][place[1]]["id"] == row.id


def test_another_order_of_options_is_no_other_label(first, tmp_path):
    """The seed shuffles the options of a question: its gold stands elsewhere and is the same."""
    second = build(tmp_path, "a", seed=2)
    found = compare(first, second)
    shuffled = by_pandas(first, second)["gold"]

    assert shuffled
    assert shuffled <= ids(found, "redrawn")
    assert found.counts["relabelled"] == found.counts["reread"] == 0


def say(row, text):
    return {**row, "messages": [{"role": "user", "content": text}, row["messages"][-1]]}


def test_each_kind_of_change_has_its_name(first, copy, tmp_path):
    """One row each, changed by hand."""

    def how(rows):
        ner = [n for n, row in enumerate(rows) if row["task"] == "ner"]
        rows[ner[0]] = say(rows[ner[0]], "Other words.")
        rows[ner[1]] = {**rows[ner[1]], "gold": '{"spans":[{"label":"Disease","pieces":[[0,1]]}]}'}
        question = json.dumps({**json.loads(rows[ner[2]]["example"]), "text": "Another text."})
        rows[ner[2]] = say({**rows[ner[2]], "example": question}, "Another text.")
        rows[ner[3]] = {**rows[ner[3]], "template_hash": "0" * 16}
        return rows

    rows = list(first["train"])
    ner = [row["id"] for row in rows if row["task"] == "ner"]
    found = compare(first, change(copy, how))

    assert {c.id: c.kinds for c in found.rows()} == {
        ner[0]: ("reworded",), ner[1]: ("relabelled",), ner[2]: ("reread",), ner[3]: ("reworded",)
    }  # fmt: skip
    assert found.same == sum(map(len, first.values())) - 4


@pytest.mark.parametrize("how, level, version", [
    (lambda rows: rows[1:], "major", "2.0.0"),
    (lambda rows: [*rows[1:], {**rows[0], "gold": "{}"}], "major", "2.0.0"),
    (lambda rows: [*rows, {**rows[0], "id": "0" * 32}], "minor", "1.3.0"),
    (lambda rows: [say(rows[0], "Other words."), *rows[1:]], "minor", "1.3.0"),
    (lambda rows: rows[::-1], "patch", "1.2.4"),
    (lambda rows: [{**row, "meta": row["meta"].replace('"line":0', '"line":1')} for row in rows], "patch", "1.2.4"),
])  # fmt: skip
def test_the_next_version_follows_from_what_changed(first, copy, how, level, version):
    """Lost or relabelled rows break a result, added or reworded ones do not, an order does nothing."""
    found = compare(first, change(copy, how))

    assert (found.level, found.next_version("1.2.3")) == (level, version)
    assert found.because


def test_a_row_that_moved_to_another_split_is_told(first, copy):
    moved = first["validation"][0]
    change(copy, lambda rows: rows[1:], "validation")
    found = compare(first, change(copy, lambda rows: [*rows, moved]))

    assert [(c.id, c.kinds, c.before[0], c.after[0]) for c in found.rows()] == [
        (moved["id"], ("moved",), "validation", "train")
    ]
    assert found.level == "major"


def test_what_the_manifests_say_otherwise_is_told(first, copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    corpus = manifest["corpora"]["hoc"]
    corpus["license"] = "unknown"
    file = next(iter(corpus["sources"]["train"]))
    corpus["sources"]["train"][file] = "0" * 64
    (copy / "manifest.json").write_text(json.dumps({**manifest, "seed": 99}))
    found = compare(first, artefact.load(copy))

    assert {(s.what, s.name) for s in found.manifest} == {
        ("setting", "seed"), ("license", "hoc"), ("source", f"hoc/train/{file}")
    }  # fmt: skip
    assert (found.level, found.because) == ("major", ["license of hoc changed"])


def test_equal_builds_have_no_difference(first):
    found = compare(first, artefact.load(first.folder))

    assert not any(found.counts.values())
    assert (found.level, found.manifest, list(found.rows())) == ("none", [], [])
    assert found.next_version("1.2.3") == "1.2.3"
    assert json.loads(json.dumps(found.summary()))["rows"] == dict.fromkeys(KINDS, 0)


def test_an_id_that_stands_twice_is_refused(first, copy):
    with pytest.raises(FormatError, match="two rows have the id"):
        compare(first, change(copy, lambda rows: [*rows, rows[0]]))


@pytest.mark.parametrize("version", ["1.2", "1.2.x", "v1.2.3", "1.2.3.4", "", "²·0·0"])
def test_a_version_is_three_numbers(first, version):
    with pytest.raises(MedinstructError, match="is no version"):
        compare(first, first).next_version(version)
