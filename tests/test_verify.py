"""Verify finds every kind of change to a build, and nothing in one that nobody touched."""

import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import artefact
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import FormatError, MedinstructError, NotFound
from medinstruct.rebuild.rerender import own_recipe
from medinstruct.rebuild.verify import verify
from medinstruct.sample import row_digest

DAY = "ncbi-disease"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of data that is the bundled samples, so that a build of it counts as real."""
    folder = tmp_path_factory.mktemp("data")
    for id in (DAY, "bc5cdr", "medmcqa", "hoc"):
        shutil.copytree(SAMPLES / id, folder / id)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("made")
    recipe = folder / "mine.yaml"
    recipe.write_text(
        "title: Mine\nbalance: [{by: corpus}]\nmix:\n"
        "  - {corpus: ncbi-disease, task: ner, unit: sentence}\n  - {corpus: bc5cdr, task: re}\n"
        "  - {corpus: medmcqa, task: qa, shuffle_options: true}\n  - {corpus: hoc, task: dc, unit: sentence}\n"
    )
    return medinstruct.build(str(recipe), data=data, out=folder / "build")


@pytest.fixture
def copy(made, tmp_path):
    return Path(shutil.copytree(made.folder, tmp_path / "copy"))


def shard_of(folder: Path) -> Path:
    return sorted((folder / "data").glob("train-*.parquet"))[0]


def rewrite(folder: Path, change) -> None:
    """Change the rows of the first shard and leave everything else as it is."""
    rows = pq.read_table(shard_of(folder)).to_pylist()
    pq.write_table(pa.Table.from_pylist(change(rows), schema=artefact.SCHEMA), shard_of(folder))


def cover_up(folder: Path) -> None:
    """Make digests, hashes and counts fit what the rows say now, as somebody would who knows the house."""
    rows = pq.read_table(shard_of(folder)).to_pylist()
    rows = [{**row, "digest": row_digest(row["messages"], row["gold"])} for row in rows]
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = next(shard for shard in manifest["shards"] if folder / shard["file"] == shard_of(folder))
    entry["rows"] = manifest["rows"]["train"] = len(rows)
    entry["sha256"] = artefact.write_shard(shard_of(folder), rows)
    content = hashlib.sha256()
    characters, used = 0, {}
    for shard in manifest["shards"]:
        here = pq.read_table(folder / shard["file"]).to_pylist()
        content.update(f"{shard['split']}\n".encode() + b"".join(map(artefact.row_hash, here)))
        characters += sum(len(message["content"]) for row in here for message in row["messages"])
        for row in here:
            used[row["template"]] = used.get(row["template"], 0) + 1
    for name, wording in manifest["templates"].items():
        wording["rows"] = used.get(name, 0)
    manifest |= {"digest": content.hexdigest(), "characters": characters}
    manifest["ledger_sha256"] = hashlib.sha256((folder / "ledger.json").read_bytes()).hexdigest()
    artefact.write_json(folder / "manifest.json", manifest)


def relabel(rows):
    """Another disease is right: gold and answer agree with each other, and with nobody who read the source."""
    n = next(n for n, row in enumerate(rows) if row["type"] == "multiple_choice" and row["answer_format"] == "letter")
    options = json.loads(rows[n]["example"])["options"]
    choices = json.loads(rows[n]["gold"])["choices"]
    wrong = next(place for place in range(len(options)) if place not in choices)
    letter = "ABCDEFGHIJ"[wrong]
    messages = [*rows[n]["messages"][:-1], {"role": "assistant", "content": f"({letter})"}]
    gold = json.dumps({**json.loads(rows[n]["gold"]), "choices": [wrong]}, separators=(",", ":"))
    return [*rows[:n], {**rows[n], "gold": gold, "messages": messages}, *rows[n + 1 :]]


def test_nothing_is_found_in_a_build_that_nobody_touched(made, data):
    """By itself, by a sample of rows, and built again."""
    for rows, compared in ((0, 0), (7, 7), (None, sum(made.manifest["rows"].values()))):
        verdict = verify(made, data, rows=rows)

        assert verdict.is_equal, verdict
        assert verdict.compared == compared


def test_a_build_of_samples_is_equal_too(tmp_path):
    made = medinstruct.build("quickstart", samples=True, out=tmp_path / "build")

    assert verify(made).is_equal


def flip_a_byte(folder: Path) -> None:
    raw = bytearray(shard_of(folder).read_bytes())
    raw[len(raw) // 2] ^= 1
    shard_of(folder).write_bytes(raw)


def edit_ledger(folder: Path) -> None:
    book = json.loads((folder / "ledger.json").read_text())
    book["documents"][0]["in"] += 1
    book["documents"][0]["dropped"]["broken record"] = book["documents"][0]["dropped"].get("broken record", 0) + 1
    book["totals"]["documents"]["in"] += 1
    artefact.write_json(folder / "ledger.json", book)


def edit_manifest(key, value):
    def edit(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest[key] = value if not callable(value) else value(manifest[key])
        artefact.write_json(folder / "manifest.json", manifest)

    return edit


PLANTED = {
    "a byte of a shard": (flip_a_byte, ""),
    "a row removed": (lambda folder: rewrite(folder, lambda rows: rows[1:]), "rows, and should have"),
    "a row twice": (lambda folder: rewrite(folder, lambda rows: [*rows, rows[0]]), "stand there twice"),
    "rows in another order": (lambda folder: rewrite(folder, lambda rows: rows[::-1]), "digest is not what"),
    "another gold": (lambda folder: rewrite(folder, relabel), "its digest is not"),
    "another license": (
        lambda folder: rewrite(folder, lambda rows: [{**rows[0], "license": "cc0-1.0"}, *rows[1:]]), "no such corpus"),
    "a shard gone": (lambda folder: shard_of(folder).unlink(), "is not here"),
    "a shard more": (lambda folder: shutil.copy(shard_of(folder), folder / "data/train-9.parquet"), "no shard of"),
    "the ledger edited": (edit_ledger, "ledger.json: its bytes"),
    "another digest": (edit_manifest("digest", "0" * 64), "digest is not what"),
    "another recipe": (edit_manifest("recipe_text", lambda text: text.replace("Mine", "Yours")), "recipe's text"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_the_folder_alone_tells_what_was_changed(copy, planted):
    """Every change that does not cover itself up is found without the sources."""
    change, told = PLANTED[planted]
    change(copy)

    found = verify(artefact.load(copy), rows=0)

    assert not found.is_equal
    assert any(told in fault for fault in found.faults), found.faults


def test_an_answer_that_is_not_the_gold_is_found_though_all_hashes_fit(copy):
    def change(rows):
        return [
            {**row, "messages": [*row["messages"][:-1], {"role": "assistant", "content": "(?)"}]}
            if row["type"] == "multiple_choice" else row for row in rows
        ]  # fmt: skip

    rewrite(copy, change)
    cover_up(copy)

    assert any("does not come back" in fault for fault in verify(artefact.load(copy), rows=0).faults)


def test_a_gold_that_was_changed_with_all_its_hashes_is_found_from_the_sources(made, copy, data):
    """The folder alone cannot tell; the source can, and says which row and which columns."""
    rewrite(copy, relabel)
    cover_up(copy)
    changed = artefact.load(copy)

    assert verify(changed, data, rows=0).is_equal
    [line] = verify(changed, data, rows=10_000).differences[:1]
    assert "other digest, messages, gold" in line
    whole = verify(changed, data)
    assert not whole.is_equal
    assert "1 relabelled" in whole.differences[0]
    assert verify(made, data).is_equal


def test_a_row_that_was_removed_with_all_its_hashes_is_found(copy, data):
    """Its absence shows in the ledger; and where that was edited too, when the build is built again."""
    rewrite(copy, lambda rows: rows[1:])
    cover_up(copy)

    assert any("kept, and rows show" in fault for fault in verify(artefact.load(copy), data, rows=0).faults)
    assert "1 added" in verify(artefact.load(copy), data).differences[0]


def test_a_ledger_that_was_edited_with_its_hash_is_found_when_built_again(copy, data):
    edit_ledger(copy)
    cover_up(copy)

    assert verify(artefact.load(copy), data, rows=0).is_equal
    assert verify(artefact.load(copy), data).differences == ["the ledger is another, though the rows are the same"]


@pytest.mark.parametrize("rows", [5, None])
def test_another_source_is_found_even_where_no_row_shows_it(made, data, tmp_path, rows):
    """A blank line at the end changes no row, and the file is named all the same."""
    other = Path(shutil.copytree(data, tmp_path / "data"))
    file = other / DAY / "NCBItrainset_corpus.txt"
    file.write_bytes(file.read_bytes() + b"\n")

    verdict = verify(made, other, rows=rows)

    assert verdict.sources == [f"source: {DAY}/train/{file.name} has changed"]
    assert verdict.differences == []


def test_sources_that_are_gone_are_told(made, tmp_path):
    (tmp_path / "hoc").mkdir()

    assert "cannot be made again" in verify(made, tmp_path).differences[0]


def test_rows_without_sources_are_not_counted_as_made_again_and_nothing_is_guessed(made, tmp_path):
    """How to get the files is told, not what may have changed."""
    verdict = verify(made, tmp_path, rows=3)

    assert verdict.compared == 0
    assert all("not here; " in line and "then put the files into" in line for line in verdict.differences)


def test_the_shelf_may_change(copy, data):
    """The build holds its own recipe and wordings, so a verify needs neither of them as they were."""
    manifest = json.loads((copy / "manifest.json").read_text())

    assert "Mine" in manifest["recipe_text"]
    assert all(hashlib.sha256(w["text"].encode()).hexdigest()[:16] == w["hash"] for w in manifest["templates"].values())
    assert {place for w in manifest["templates"].values() for place in w["entries"]} == {0, 1, 2, 3}


DAMAGED = {
    "no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json"),
    "a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "should be a mapping"),
    "somebody else's": (
        lambda folder: (folder / "manifest.json").write_text('{"name": "x"}'),
        "no manifest of a build",
    ),
    "no digest": (edit_manifest("digest", None), "digest"),
    "a way out": (edit_manifest("shards", lambda shards: [{**shards[0], "file": "../x"}]), "leads out"),
    "shards of nothing": (edit_manifest("shards", [3]), "shards -> 0"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_is_told_in_one_line(copy, damage):
    change, told = DAMAGED[damage]
    change(copy)

    with pytest.raises(FormatError) as caught:
        artefact.load(copy)

    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["data", "ledger.json"])
def test_a_damaged_file_is_told_where_it_is_read(copy, file):
    made = artefact.load(copy)
    id = made["train"][0]["id"]
    path = shard_of(copy) if file == "data" else copy / file
    path.write_bytes(path.read_bytes()[:40])

    with pytest.raises(FormatError, match="is damaged"):
        (artefact.load(copy).explain(id) if file == "data" else artefact.load(copy).ledger)


def test_a_folder_that_holds_no_build_is_told(tmp_path):
    with pytest.raises(NotFound):
        artefact.load(tmp_path)


def test_wordings_cannot_be_written_elsewhere(copy, data):
    """A manifest may come from anywhere: the name of a wording in it is no path."""

    def rename(templates):
        return {**templates, "../../../evil": next(iter(templates.values()))}

    edit_manifest("templates", rename)(copy)

    with pytest.raises(MedinstructError, match="no wording can be called"):
        own_recipe(artefact.load(copy), copy)
