"""Few shots: from the train part, never the row or its group, in turns over labels, the same whatever else is drawn."""

import json
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

import medinstruct
from medinstruct import recipe, template
from medinstruct.builder import part, render, shots
from medinstruct.builder.plan import Slice, resolve
from medinstruct.builder.shots import Place, Shelf
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import BuildError, RecipeError

# ---- the choice


def shelf(path, rows):
    """A shelf of rows (key, group, labels, tokens), all of one entry, format and ask."""
    keys = [xxhash.xxh3_128_digest(str(key).encode()) for key, *_ in rows]
    table = pa.table(
        {
            "place": pa.array([0] * len(rows), pa.int16()),
            "key": pa.array(keys, pa.binary(16)),
            "asked_hash": pa.array([7] * len(rows), pa.uint64()),
            "labels": pa.array([list(labels) for _, _, labels, _ in rows], pa.list_(pa.string())),
            "fits": pa.array([1] * len(rows), pa.int64()),
            "tokens": pa.array([tokens for *_, tokens in rows], pa.int32()),
            "part": pa.array([0] * len(rows), pa.int64()),
            "row": pa.array([int(key) for key, *_ in rows], pa.int64()),
            "group": pa.array([group for _, group, _, _ in rows], pa.int64()),
        }
    )
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return Shelf(path)


def choose(found, key, group, number=3, left=10**6, cost=None):
    """The keys of the shots of a row."""
    places = found.choose(
        0, 0, 7, group, xxhash.xxh3_128_digest(f"row {key}".encode()), 13, number, left, cost or (lambda at: 1)
    )
    return [place.row for place in places]


ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.sets(st.sampled_from("abc"), max_size=3).map(sorted), st.integers(1, 30)),
    max_size=40,
).map(lambda rows: [(n, group, labels, tokens) for n, (group, labels, tokens) in enumerate(rows)])


@given(rows=ROWS, group=st.integers(0, 8), number=st.integers(0, 5), left=st.integers(0, 60), key=st.integers())
def test_a_shot_is_never_of_the_rows_group_nor_two_of_one(tmp_path_factory, rows, group, number, left, key):
    """And together they cost no more than they may."""
    tokens = {n: t for n, _, _, t in rows}
    groups = {n: g for n, g, _, _ in rows}
    found = choose(
        shelf(tmp_path_factory.mktemp("s") / "s.arrow", rows), key, group, number, left, lambda at: tokens[at.row]
    )

    assert len(found) <= number
    assert group not in {groups[n] for n in found}
    assert len({groups[n] for n in found}) == len(found)
    assert sum(tokens[n] for n in found) <= left


@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_pool_says_nothing(tmp_path_factory, rows, seed):
    """Nor do the numbers by which groups are called."""
    folder = tmp_path_factory.mktemp("s")
    names = list(range(100, 109))
    seed.shuffle(names)
    other = [(n, names[group], labels, tokens) for n, group, labels, tokens in rows]
    seed.shuffle(other)

    assert choose(shelf(folder / "a.arrow", rows), 1, 0) == choose(shelf(folder / "b.arrow", other), 1, names[0])


def test_labels_take_turns(tmp_path):
    """With three labels, one of them a hundred times as frequent, three shots show one of each; "none" is a label too."""
    rows = [(n, n, ["common"] if n % 100 else ["rare"] if n % 200 else [], 5) for n in range(4000)]
    found = shelf(tmp_path / "s.arrow", rows)

    said = Counter(tuple(sorted(str(rows[n][2]) for n in choose(found, key, -1))) for key in range(200))

    assert said == {("['common']", "['rare']", "[]"): 200}


def test_shots_are_spread_over_the_pool(tmp_path):
    """No row is everybody's shot: of 500 rows two thirds are taken by 2,000 others, none by more than one in thirty."""
    rows = [(n, n, ["a"], 5) for n in range(500)]
    found = shelf(tmp_path / "s.arrow", rows)

    taken = Counter(shot for key in range(2000) for shot in choose(found, key, -1, number=1))

    assert len(taken) > 333
    assert max(taken.values()) < 2000 / 30


def test_a_new_row_changes_only_the_choices_that_point_at_it(tmp_path):
    rows = [(n, n, ["a"], 5) for n in range(300)]
    before, after = shelf(tmp_path / "a.arrow", rows), shelf(tmp_path / "b.arrow", [*rows, (300, 300, ["a"], 5)])

    changed = [
        (old, new) for key in range(500) if (old := choose(before, key, -1, 1)) != (new := choose(after, key, -1, 1))
    ]

    assert all(new == [300] for _, new in changed)
    assert len(changed) < 25


def test_a_shorter_shot_is_taken_where_the_next_is_too_long(tmp_path):
    rows = [(n, n, ["a"], 100 if n % 2 else 5) for n in range(200)]
    found = shelf(tmp_path / "s.arrow", rows)

    chosen = [choose(found, key, -1, 3, left=20, cost=lambda at: rows[at.row][3]) for key in range(100)]

    assert all(rows[n][3] == 5 for some in chosen for n in some)
    assert sum(len(some) == 3 for some in chosen) > 90


def test_a_choice_looks_at_few_rows(tmp_path):
    """Also where the row's own group is nearly all there is, and where nothing is short enough."""
    rows = [(n, 0 if n else 1, ["a"], 5) for n in range(20_000)]
    found = shelf(tmp_path / "s.arrow", rows)
    looks = []

    assert choose(found, 1, 0, 2) == [0]
    assert choose(found, 1, 5, 2, cost=lambda at: looks.append(at) or 10**9) == []
    assert len(looks) <= 2 * shots.TRIES


# ---- in a build

RECIPE = """\
title: Shots
max_tokens: {limit}
size: {size}
roles: [train, validation, test]
dedup: {dedup}
balance: [{{by: entry}}]
shots: {shots}
mix:
  - {{corpus: bc5cdr, task: ner, unit: sentence, templates: ["{templates}"]}}
  - {{corpus: bc5cdr, task: re, as: multiple_choice}}
  - {{corpus: ncbi-disease, task: ner, unit: sentence, shots: 1}}
  - {{corpus: medmcqa, task: qa, shuffle_options: true}}
"""


def written(tmp_path, name="r", **fields):
    path = tmp_path / f"{name}.yaml"
    path.write_text(
        RECIPE.format(**{"limit": 1500, "size": "all", "shots": 2, "dedup": "true", "templates": "*-lines*"} | fields)
    )
    return str(path)


def build(tmp_path, name="r", asked=None, workers=1, **fields):
    return medinstruct.build(
        written(tmp_path, name, **fields), data=SAMPLES, out=tmp_path / name, workers=workers, shots=asked
    )


def rows_of(built):
    return {row["id"]: (split, row, json.loads(row["meta"])) for split in built for row in built[split]}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds")
    return {shots: build(folder, f"s{shots}", shots=shots) for shots in (0, 2)}


def test_shots_change_no_id_and_no_gold(built):
    without, few = rows_of(built[0]), rows_of(built[2])

    assert list(without) == list(few)
    for id, (_, row, _) in few.items():
        assert row["gold"] == without[id][1]["gold"]
        assert row["messages"][-1] == without[id][1]["messages"][-1]


def test_shots_come_from_the_train_part_of_the_same_entry(built):
    """Never the row itself, never a document that shares an identity with it, nor two of one document."""
    rows = rows_of(built[2])
    seen = 0
    for id, (_, row, meta) in rows.items():
        documents = [shot["document"] for shot in meta.get("shots", ())]
        assert row["document"] not in documents
        assert len(set(documents)) == len(documents)
        for shot in meta.get("shots", ()):
            split, other, told = rows[shot["id"]]
            assert shot["id"] != id
            assert split == "train"
            assert (other["corpus"], other["task"], told["entry"]) == (row["corpus"], row["task"], meta["entry"])
            assert not set(other["groups"]) & set(row["groups"])
            assert (other["document"], other["split"]) == (shot["document"], shot["split"])
            seen += 1
    assert seen > 30
    assert {split for split, _, meta in rows.values() if "shots" in meta} == {"train", "validation", "test"}


def test_an_entry_has_its_own_number_of_shots(built):
    asked = {entry["entry"]: entry for entry in built[2].manifest["shots"]["entries"]}

    assert asked[2]["wanted"] == asked[2]["rows"]
    assert asked[0]["wanted"] == 2 * asked[0]["rows"]
    assert all(entry["found"] <= entry["wanted"] for entry in asked.values())


def test_shots_are_turns_in_the_words_of_the_row(built):
    """A turn and its answer for each, then the question; each answer reads back as the gold of the row it is of."""
    rows = rows_of(built[2])
    for _, row, meta in rows.values():
        number = len(meta.get("shots", ()))
        turns = [turn for turn in row["messages"] if turn["role"] != "system"]
        wording = template.load(row["template"])
        if wording.takes_shots:
            assert len(turns) == 2
            continue
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (number + 1)
        for shot, asked, answer in zip(meta.get("shots", ()), turns[::2], turns[1::2]):
            _, other, told = rows[shot["id"]]
            example = wording.type.read(other["example"], other["gold"])
            assert wording.answer.parse(answer["content"], example.question).prediction == wording.answer.carries(
                example
            )
            if "definitions" not in other["example"] and not wording.shows_guideline:
                assert asked["content"] == wording.prompt(example.question)
            assert told["entry"] == meta["entry"]


def test_a_wording_may_show_shots_itself(tmp_path):
    found = build(tmp_path, templates="worked-lines")
    few = [
        row
        for row in found["train"]
        if row["template"] == "span_extraction/worked-lines" and "shots" in json.loads(row["meta"])
    ]

    assert {len(json.loads(row["meta"])["shots"]) for row in few} == {1, 2}
    for row in few:
        prompt = row["messages"][0]["content"]
        meta = json.loads(row["meta"])
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
        assert len(re.findall(r"^Example \d: ", prompt, re.MULTILINE)) == len(meta["shots"])
        assert prompt.endswith(json.loads(row["example"])["text"])


def test_a_row_does_not_depend_on_what_else_is_drawn(tmp_path):
    whole, part = rows_of(build(tmp_path, "whole")), rows_of(build(tmp_path, "part", size=12))

    drawn = [id for id, (split, _, _) in part.items() if split == "train"]
    assert len(drawn) == 12
    assert all(part[id][1] == whole[id][1] for id in drawn)


def test_workers_change_no_row(tmp_path, built):
    assert build(tmp_path, "s2", workers=2, shots=2).digest == built[2].digest


def test_a_build_may_be_told_the_number(tmp_path, built):
    """Whatever the recipe and its entries say; a benchmark is built with shots like that."""
    three = build(tmp_path, "three", asked=3, shots=0)
    none = build(tmp_path, "none", asked=0, shots=2)

    assert three.manifest["shots"]["asked"] == 3
    assert {e["wanted"] // e["rows"] for e in three.manifest["shots"]["entries"]} == {3}
    assert none.manifest["shots"] == {"asked": 0, "entries": []}
    assert not any("shots" in meta for _, _, meta in rows_of(none).values())
    with pytest.raises(BuildError, match="0 to 64 shots, not 65"):
        build(tmp_path, "many", asked=65)


def test_a_benchmark_takes_its_shots_from_train(tmp_path):
    found = medinstruct.build("blurb", samples=True, shots=2, out=tmp_path / "blurb", workers=1)
    rows = rows_of(found)

    tested = [(row, meta) for split, row, meta in rows.values() if split == "test" and "shots" in meta]
    assert len(tested) > 20
    for row, meta in tested:
        for shot in meta["shots"]:
            assert rows[shot["id"]][0] == "train"
            assert rows[shot["id"]][1]["corpus"] == row["corpus"]


def test_what_the_guard_drops_is_no_shot(tmp_path):
    """Where all documents of a train part stand in a benchmark, the rows of its test part have nothing to learn from."""
    bench, path = tmp_path / "bench.yaml", tmp_path / "guarded.yaml"
    bench.write_text(
        "title: Bench\nroles: [test]\nmix: [{corpus: ncbi-disease, task: ner, splits: [train], role: test}]\n"
    )
    text = RECIPE.format(limit=1500, size="all", shots=2, dedup="true", templates="*-lines*")
    path.write_text(text.replace("roles:", f"guard: [{bench}]\nroles:"))
    found = medinstruct.build(str(path), data=SAMPLES, out=tmp_path / "guarded", workers=1)
    entries = {entry["entry"]: entry for entry in found.manifest["shots"]["entries"]}

    assert entries[2]["rows"] > 0
    assert entries[2]["found"] == 0
    assert entries[0]["found"] > 0


def test_what_is_dropped_as_a_duplicate_is_no_shot(tmp_path):
    """Every shot of a build that draws all it has is a row of it, while some were dropped."""
    found = medinstruct.build("quickstart", samples=True, shots=3, out=tmp_path / "q", workers=1)
    rows = rows_of(found)

    taken = {shot["id"] for _, _, meta in rows.values() for shot in meta.get("shots", ())}
    assert taken
    assert taken <= {id for id, (split, _, _) in rows.items() if split == "train"}
    assert any(reason.startswith("same text") for e in found.ledger["examples"] for reason in e["dropped"])


def test_a_conversation_keeps_to_the_limit(tmp_path):
    """Shots that would go over it are left out, and counted; the row stays."""
    from medinstruct.text import count_tokens

    free, tight = build(tmp_path, "free"), build(tmp_path, "tight", limit=130)
    few = [row for row in tight["train"] if "shots" in json.loads(row["meta"])]

    assert few
    for row in few:
        turns = [turn["content"] for turn in row["messages"][:-1] if turn["role"] != "system"]
        assert sum(map(count_tokens, turns)) <= 130
    assert sum(e["found"] for e in tight.manifest["shots"]["entries"]) < sum(
        e["found"] for e in free.manifest["shots"]["entries"]
    )


def test_known_shots_render_the_row_again(tmp_path, built):
    """With the places of its shots, a row is the same to the byte: what re-rendering from the sources needs."""
    text = RECIPE.format(limit=1500, size="all", shots=2, dedup="true", templates="*-lines*")
    rows = {
        id: row
        for id, (split, row, meta) in rows_of(built[2]).items()
        if meta["entry"] == 0 and row["split"] == "train"
    }
    ask = resolve(recipe.parse(text, "t.yaml"), 0)
    slice = Slice("bc5cdr", "train", "train", ask.corpus.find(SAMPLES), (0,))
    report = part.run(part.PartTask(text, "t.yaml", slice, "", str(tmp_path / "p.arrow")))
    with pa.memory_map(report.spool) as mapped:
        keys = [key.hex() for key in pa.ipc.open_file(mapped).read_all()["key"].to_pylist()]
    places = {key: n for n, key in enumerate(keys)}
    ids = list(rows)
    metas = [json.loads(rows[id]["meta"]) for id in ids]
    task = render.ShardTask(
        text, "t.yaml", str(tmp_path / "again.parquet"), ((report.spool, "train"),), (0,) * len(ids),
        tuple(places[id] for id in ids), tuple(meta["rank"] for meta in metas),
        given=tuple(tuple(Place(0, places[shot["id"]]) for shot in meta.get("shots", ())) for meta in metas),
    )  # fmt: skip
    render.run(task)

    import pyarrow.parquet as pq

    assert pq.read_table(task.path).to_pylist() == [rows[id] for id in ids]
    assert any("shots" in meta for meta in metas)


@pytest.mark.parametrize(
    ("stated", "told"), [("shots: -1", "0 or more"), ("shots: 65", "64 or less"), ("shots: two", "a whole number")]
)
def test_a_number_of_shots_that_cannot_be_is_told(stated, told):
    with pytest.raises(RecipeError, match=told):
        recipe.parse(f"title: t\n{stated}\nmix: [{{corpus: bc5cdr, task: ner}}]\n", "t.yaml")


@settings(max_examples=25)
@given(rows=ROWS)
def test_points_of_a_ring_ascend(tmp_path_factory, rows):
    """Each group stands at its lowest hash, all of its rows behind it."""
    found = shelf(tmp_path_factory.mktemp("s") / "s.arrow", rows)
    for ring in found._of(0, 0).get(7, {}).values():
        assert np.all(ring.points[1:] > ring.points[:-1])
        for n, (first, last) in enumerate(zip(ring.starts, ring.starts[1:])):
            assert ring.hashes[first] == ring.points[n] == ring.hashes[first:last].min()
            assert set(found.groups[ring.rows[first:last]]) == {ring.groups[n]}
