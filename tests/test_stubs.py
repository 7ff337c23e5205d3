"""Rows under agreement leave as stubs: nothing of the text goes, no guess at it is confirmed, and whoever has it gets the build."""

import hashlib
import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xxhash

import medinstruct
from medinstruct import artefact, corpora, exporter, source
from medinstruct.document import Document
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.formats.draft import Broken
from medinstruct.publisher import Permits, gate, stubs
from medinstruct.publisher.gate import GateError
from medinstruct.rebuild import sealed, verify
from medinstruct.rebuild.hydrate import hydrate
from medinstruct.sample import draw

SAMPLES = corpora.corpus.SAMPLES
OPEN, CLOSED = ("bc5cdr", "medmcqa"), ("i2b2-2010", "mednli", "medsts")
RECIPE = """
title: Open and closed
size: all
seed: 5
roles: [train, validation, test]
mix:
  - {corpus: bc5cdr, task: ner, unit: sentence, shots: 1}
  - {corpus: medmcqa, task: qa}
  - {corpus: i2b2-2010, task: ner, unit: sentence, shots: 2, repeat: 2}
  - {corpus: i2b2-2010, task: re}
  - {corpus: mednli, task: nli, shots: 1}
  - {corpus: medsts, task: sts}
"""
TOLD = Permits(quarantined=True, collection=True, corpora=("medmcqa",))


def laid_out(folder, ids=(*OPEN, *CLOSED)):
    """The invented samples as a distributor would lay out the corpora."""
    for id in ids:
        shutil.copytree(SAMPLES / id, folder / id)
    return folder


def made(folder, data, recipe=RECIPE, name="build"):
    (folder / "mixed.yaml").write_text(recipe)
    return medinstruct.build(str(folder / "mixed.yaml"), data=data, out=folder / name)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return laid_out(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def build(tmp_path_factory, data):
    return made(tmp_path_factory.mktemp("mixed"), data)


@pytest.fixture(scope="module")
def published(tmp_path_factory, build, data):
    return stubs.publication(build, gate.closed(build), tmp_path_factory.mktemp("left") / "published", data)


def altered(build, folder, **changes):
    """A copy of a build or of a publication with some of its manifest changed."""
    shutil.copytree(build.folder, folder)
    artefact.write_json(folder / "manifest.json", {**build.manifest, **changes})
    return artefact.load(folder)


# What a source holds, and what a publication says


def records(data):
    for id in CLOSED:
        corpus = corpora.load(id)
        for split in corpus.splits:
            if files := corpus.files(split, data / id):
                yield from (
                    (id, split, record) for record in corpus.records(split, files) if not isinstance(record, Broken)
                )


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(strings, (*value, *value.values())))
    elif isinstance(value, (list, tuple)):
        yield from itertools.chain.from_iterable(map(strings, value))


def texts(data):
    """Every text of a closed source: of documents, and of items all their texts, questions and options."""
    for _, _, record in records(data):
        if isinstance(record, Document):
            yield record.text
        else:
            yield from (*record.texts.values(), record.question, *record.options)


def annotations(data):
    """What closed sources annotate: texts of mentions, and ids of annotations and records; of four characters and more."""
    found = set()
    for _, _, record in records(data):
        found.add(record.id)
        found.update(each["id"] for kind in record.model_dump().values() if isinstance(kind, (list, tuple))
                     for each in kind if isinstance(each, dict) and "id" in each)  # fmt: skip
        if isinstance(record, Document):
            found.update(record.text[a:b] for mention in record.mentions for a, b in mention.spans)
    return {text for text in found if len(text) >= 4}


def runs(text):
    words = re.findall(r"[^\W_]+", text.casefold())
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def said(name, content):
    """All that a file says: its bytes as text, and the values of its columns or fields."""
    parts = [name, content.decode("latin-1"), content.decode("utf-8", "replace")]
    if name.endswith(".parquet"):
        parts += strings(pq.read_table(pa.BufferReader(content)).to_pydict())
    elif name.endswith(".json"):
        parts += strings(json.loads(content))
    return parts


def holds_nothing(files, data):
    """Assert that files, by name and bytes, hold nothing of the closed sources."""
    told = {name: said(name, content) for name, content in files.items()}
    whole = set().union(*(runs(part) for parts in told.values() for part in parts))
    wanted = set().union(*map(runs, texts(data)))
    assert len(wanted) > 100
    assert not wanted & whole
    words = annotations(data)
    assert len(words) > 30
    rows_of_others = ("data/", "tasks/")  # open texts may speak of the same drug
    for name, parts in told.items():
        if not name.startswith(rows_of_others):
            text = "\n".join(parts)
            held = {word for word in words if word in text}
            assert not {word for word in held if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)}, name


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_five_words_and_no_annotation_of_a_closed_source_leave(published, data):
    holds_nothing(files_of(published.folder), data)


def test_the_search_finds_what_is_there(build, data):
    """Guards the test above: in the build itself both searches find plenty."""
    files = files_of(build.folder)
    with pytest.raises(AssertionError):
        holds_nothing(files, data)
    words = {part for name, content in files.items() for part in said(name, content)}
    assert any(word in part for word in annotations(data) for part in words)


# No guess is confirmed


def test_no_hash_of_less_than_a_split_stands_anywhere(build, published, data):
    """Of any file, text, row, id or document of a closed source, by any hash that the package uses and some that it does not."""
    whole = b"\n".join(files_of(published.folder).values())
    things = [text.encode() for text in texts(data)]
    for id in CLOSED:
        things += [path.read_bytes() for path in (data / id).rglob("*") if path.is_file()]
    things += [record.id.encode() for _, _, record in records(data)]
    hashes = (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.blake2b, xxhash.xxh3_64, xxhash.xxh3_128)
    for thing in things:
        assert not any(make(thing).hexdigest().encode() in whole for make in hashes)
    closed = gate.closed(build)
    for _, row in stubs.closed_rows(build, closed):
        for known in (row["id"], row["digest"], artefact.row_hash(row).hex(), *row["groups"]):
            assert known.encode() not in whole
    assert build.digest.encode() not in whole, (
        "it is an unkeyed hash of all rows, perhaps of one closed row and many known ones"
    )


def test_what_is_said_in_clear_does_not_depend_on_the_text(tmp_path, build, published):
    """Other words, equally many rows: all that differs is the hash of the files and what is under their key."""
    data = laid_out(tmp_path / "data")
    changed = 0
    for path in (data / "mednli").glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for line in lines:
            line["sentence2"] = line["sentence2"][::-1]
            changed += 1
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert changed
    other = made(tmp_path, data)
    assert other.digest != build.digest
    there = stubs.publication(other, gate.closed(other), tmp_path / "published", data)
    clear = ["corpus", "split", "part", "entry", "task"]

    def plain(found):
        return sorted(pq.read_table(found.folder / sealed.FILE).select(clear).to_pylist(), key=str)

    assert plain(there) == plain(published)
    assert there.digest == published.digest
    assert there.ledger == published.ledger
    assert there.manifest["shards"] == published.manifest["shards"]
    kept = {key: value for key, value in there.manifest.items() if key not in ("stubs", "medinstruct")}
    assert kept == {key: published.manifest[key] for key in kept}
    one, two = there.manifest["stubs"], published.manifest["stubs"]
    assert one["rows"] == two["rows"]
    assert one["corpora"]["i2b2-2010"] == two["corpora"]["i2b2-2010"]
    for key, value in one["corpora"]["mednli"].items():
        assert key == "splits" or value == two["corpora"]["mednli"][key]


def test_all_bytes_of_a_split_are_needed_for_its_key(data):
    """With all of the text but one byte, or all files but one, nothing can be checked and nothing opened."""
    corpus = corpora.load("i2b2-2010")
    files = corpus.files("train", data / "i2b2-2010")
    whole = sealed.key(files)
    row = dict.fromkeys(artefact.SCHEMA.names, "x")
    check = whole.check(row)
    keys = {whole.secret}
    for n, file in enumerate(files):
        less = source.File(file.name, file.data[:-1])
        for others in ([*files[:n], *files[n + 1 :]], [*files[:n], less, *files[n + 1 :]]):
            key = sealed.key(others)
            assert key.secret not in keys
            keys.add(key.secret)
            assert key.check(row) != check
    assert sealed.key(list(reversed(files))) == whole
    moved = [source.File(f"packed.zip/{file.name}", file.data) for file in files]
    assert sealed.key(moved) == whole, "what packs the files does not matter"


def test_stubs_stand_in_no_order_of_the_rows(build, published):
    """Neither in that of the file, which is a hash of ids, nor in that of the source."""
    found = sealed.read(published)
    for _, group in itertools.groupby(found, key=lambda stub: (stub["part"], stub["entry"], stub["split"])):
        checks = [stub["check"] for stub in group]
        assert checks == sorted(checks)
    assert len({len(stub["sealed"]) for stub in found}) == 1, "no length tells how many shots a row has"
    assert len({stub["sealed"] for stub in found}) == len(found)


def test_ranks_of_open_rows_have_no_gaps(build, published):
    for part in published:
        ranks = sorted(json.loads(row["meta"])["rank"] for row in published[part])
        assert ranks == list(range(len(ranks)))
    gaps = [
        sorted(json.loads(row["meta"])["rank"] for row in build[part] if row["corpus"] in OPEN) for part in published
    ]
    assert any(ranks != list(range(len(ranks))) for ranks in gaps), "so there was something to hide"


def test_numbers_come_back_from_their_seal():
    key = sealed.Key("0" * 64, b"k" * 32)
    check = key.check(dict.fromkeys(artefact.SCHEMA.names, "x"))
    numbers = sealed.Numbers(7, 4_000_000_000, 2, ((0, 9), (1, 70_000)))
    closed = key.seal(numbers.pack(3), check)
    assert key.open(closed, check) == numbers
    assert len(closed) == len(key.seal(sealed.Numbers(0, 0, 0).pack(3), check))
    assert sealed.Key("0" * 64, b"j" * 32).open(closed, check) != numbers


# The way back


def test_whoever_has_the_corpora_gets_the_build(tmp_path, build, published, data):
    done = hydrate(published, data, tmp_path / "out")
    assert done.is_whole
    assert (
        done.rows
        == sum(published.manifest["stubs"]["rows"].values())
        == sum(1 for _ in stubs.closed_rows(build, frozenset(CLOSED)))
    )
    assert done.build.digest == build.digest
    assert {part: list(rows) for part, rows in done.build.items()} == {part: list(rows) for part, rows in build.items()}
    assert [shard["sha256"] for shard in done.build.manifest["shards"]] == [
        shard["sha256"] for shard in build.manifest["shards"]
    ]
    assert verify.verify(done.build, data).is_equal, "built again, whole, with its ledger of open rows"
    row = next(row for _, row in stubs.closed_rows(done.build, frozenset(CLOSED)))
    assert done.build.explain(row["id"]) == build.explain(row["id"])


def test_a_mixture_without_an_open_row_comes_back_as_well(tmp_path, data):
    build = made(tmp_path, data, "title: Closed alone\nsize: all\nmix:\n  - {corpus: mednli, task: nli}\n")
    published = stubs.publication(build, gate.closed(build), tmp_path / "published", data)
    assert published.manifest["rows"] == {}
    assert gate.check(published, Permits())
    assert hydrate(published, data, tmp_path / "out").build.digest == build.digest


def test_a_publication_is_a_build_of_its_open_rows(published, data):
    found = verify.verify(published, data, rows=10)
    assert found.is_equal, found


def test_whoever_lacks_a_corpus_gets_the_rest_and_a_list(tmp_path, build, published):
    data = laid_out(tmp_path / "data", [id for id in (*OPEN, *CLOSED) if id != "mednli"])
    done = hydrate(published, data, tmp_path / "out")
    lacking = [row for _, row in stubs.closed_rows(build, frozenset({"mednli"}))]
    assert not done.is_whole
    assert {(left.corpus, left.why) for left in done.left} == {("mednli", "is not here")}
    assert sum(left.rows for left in done.left) == len(lacking) > 0
    assert all("PhysioNet" in left.next for left in done.left)
    for part in done.build:
        expected = [row["id"] for row in build[part] if row["corpus"] != "mednli"]
        assert [row["id"] for row in done.build[part]] == expected, "in the order in which they stood"
    closed = {row["id"]: row for _, row in stubs.closed_rows(done.build, frozenset(CLOSED))}
    assert all(
        closed[row["id"]] == row for _, row in stubs.closed_rows(build, frozenset(CLOSED)) if row["corpus"] != "mednli"
    )
    assert verify.verify(done.build, data, rows=20).is_equal
    assert any(name.startswith("mednli/") for name in done.build.manifest["missing"])


def test_whoever_lacks_all_gets_the_open_rows(tmp_path, build, published):
    done = hydrate(published, laid_out(tmp_path / "data", OPEN), tmp_path / "out")
    assert done.rows == 0
    assert {left.corpus for left in done.left} == set(CLOSED)
    assert done.build.digest == published.digest


def test_a_changed_source_is_told(tmp_path, published):
    data = laid_out(tmp_path / "data")
    path = next((data / "mednli").glob("*train*"))
    path.write_bytes(path.read_bytes() + b"\n")
    done = hydrate(published, data, tmp_path / "out")
    why = {(left.corpus, left.split): left.why for left in done.left}
    assert set(why) == {("mednli", "train"), ("mednli", "dev"), ("mednli", "test")}
    assert "other bytes" in why["mednli", "train"]
    assert "shots" in why["mednli", "dev"], "they come from the train part"
    kept = {(row["corpus"], row["split"]) for part in done.build for row in done.build[part]}
    assert not kept & set(why)


def restubbed(published, folder, change):
    """A publication whose stubs were changed by somebody who corrected the hash in the manifest."""
    found = altered(published, folder)
    table = pa.Table.from_pylist([change(n, stub) for n, stub in enumerate(sealed.read(published))], sealed.SCHEMA)
    pq.write_table(table, folder / sealed.FILE, store_schema=False)
    sha256 = hashlib.sha256((folder / sealed.FILE).read_bytes()).hexdigest()
    artefact.write_json(
        folder / "manifest.json", {**found.manifest, "stubs": {**found.manifest["stubs"], "sha256": sha256}}
    )
    return artefact.load(folder)


@pytest.mark.parametrize("column", ["sealed", "check"])
def test_an_altered_stub_gives_no_row(tmp_path, published, data, column):
    def one(n, stub):
        return {**stub, column: ("0" if stub[column][0] != "0" else "1") + stub[column][1:]} if n == 3 else stub

    done = hydrate(restubbed(published, tmp_path / "altered", one), data, tmp_path / "out")
    assert [left.rows for left in done.left] == [1]
    assert "made otherwise" in done.left[0].why


def test_altered_open_rows_are_not_the_build(tmp_path, published, data):
    folder = tmp_path / "altered"
    found = altered(published, folder)
    shard = found.manifest["shards"][0]
    rows = pq.read_table(folder / shard["file"]).to_pylist()
    artefact.write_shard(folder / shard["file"], [{**row, "task": "re"} for row in rows])
    with pytest.raises(MedinstructError, match="is not the build that was published"):
        hydrate(artefact.load(folder), data, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def hostile(manifest):
    """Manifests that somebody wrote who wishes us ill."""
    facts = manifest["stubs"]["corpora"]["mednli"]
    yield {"recipe": "../../elsewhere"}
    yield {"recipe": "/tmp/elsewhere"}
    yield {"seed": "x"}
    yield {"missing": []}
    yield {"stubs": {}}
    yield {"stubs": {**manifest["stubs"], "corpora": {"nobody-knows": facts}}}
    yield {
        "stubs": {
            **manifest["stubs"],
            "corpora": {"mednli": {**facts, "splits": {"../x": {"source": "", "entries": [0]}}}},
        }
    }
    yield {
        "stubs": {
            **manifest["stubs"],
            "corpora": {"mednli": {**facts, "splits": {"train": {"source": "", "entries": [99]}}}},
        }
    }
    yield {"recipe_text": "title: [", "recipe_sha256": ""}
    yield {"templates": {"../x": manifest["templates"][next(iter(manifest["templates"]))]}}


def test_a_hostile_publication_is_told_and_writes_nothing(tmp_path, published, data, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for n, changes in enumerate(hostile(published.manifest)):
        found = altered(published, tmp_path / "in" / str(n), **changes)
        with pytest.raises(MedinstructError):
            hydrate(found, data)
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("in", "builds")] == []
    assert (
        not (tmp_path / "builds").exists()
        or [path for path in (tmp_path / "builds").rglob("*") if not path.name.endswith(".lock")] == []
    )


def test_open_rows_that_no_build_wrote_are_told(tmp_path, published, data):
    for n, change in enumerate(({"id": "no hexadecimal"}, {"meta": '{"rank": 99999, "entry": 0}'}, {"meta": "x"})):
        found = altered(published, tmp_path / str(n))
        shard = found.folder / found.manifest["shards"][0]["file"]
        artefact.write_shard(shard, [{**row, **change} for row in pq.read_table(shard).to_pylist()])
        with pytest.raises(FormatError, match="damaged"):
            hydrate(artefact.load(found.folder), data, tmp_path / "out")


# What the gate refuses

SECRET = "Patient was found to have"


def written(folder, table):
    note = table.schema.metadata or {}
    with pq.ParquetWriter(
        folder / sealed.FILE, table.schema, store_schema=any(field.metadata for field in table.schema)
    ) as writer:
        writer.write_table(table)
        if note:
            writer.add_key_value_metadata(note)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["stubs"]["sha256"] = hashlib.sha256((folder / sealed.FILE).read_bytes()).hexdigest()
    artefact.write_json(folder / "manifest.json", manifest)
    return artefact.load(folder)


def with_value(column):
    def change(table):
        values = table[column].to_pylist()
        at = table.schema.get_field_index(column)
        return table.set_column(at, column, pa.array([SECRET, *values[1:]]))

    return change


SMUGGLED = {
    **{
        f"text in {column}": with_value(column)
        for column in ("corpus", "split", "source", "part", "task", "sealed", "check")
    },
    "a column `meta`": lambda table: table.append_column("meta", pa.array([SECRET] * table.num_rows)),
    "a column of another type": lambda table: table.set_column(4, "entry", pa.array([SECRET] * table.num_rows)),
    "a note in the head": lambda table: table.replace_schema_metadata({"note": SECRET}),
    "a note at a column": lambda table: table.cast(
        pa.schema([table.schema.field(0).with_metadata({"note": SECRET}), *list(table.schema)[1:]])
    ),
    "text in hexadecimal": lambda table: table.set_column(
        6, "sealed", pa.array([SECRET.encode().hex(), *table["sealed"].to_pylist()[1:]])
    ),
    "another entry": lambda table: table.set_column(
        4, "entry", pa.array([5, *table["entry"].to_pylist()[1:]], pa.int16())
    ),
}


@pytest.mark.parametrize("how", SMUGGLED)
def test_a_stub_with_anything_else_in_it_is_refused(tmp_path, published, how):
    altered(published, tmp_path / "smuggled")
    table = SMUGGLED[how](pq.read_table(published.folder / sealed.FILE))
    found = written(tmp_path / "smuggled", table)
    with pytest.raises(GateError):
        gate.check(found, TOLD)
    with pytest.raises(FormatError):
        sealed.read(found)


def test_the_stubs_as_they_are_pass(published):
    """Guards the test above."""
    assert gate.check(published, TOLD)


def test_a_file_by_any_other_name_is_refused(tmp_path, published):
    for n, name in enumerate(["stubs/Patient was found to have.parquet", "notes.txt", "data/.hidden"]):
        found = altered(published, tmp_path / str(n))
        (found.folder / name).write_bytes(b"x")
        with pytest.raises(GateError):
            gate.check(found, TOLD)


def text_of(build):
    """Eight words of a closed row."""
    row = next(row for _, row in stubs.closed_rows(build, frozenset({"mednli"})))
    return " ".join(json.loads(row["example"])["texts"]["premise"].split()[:8])


def sent(build, data, folder):
    """All that a publication would send, looked at as `publish` does."""
    closed = gate.closed(build)
    found = stubs.publication(build, closed, folder, data)
    files = {name: found.folder / name for name in files_of(found.folder)}
    stubs.search(files, build, closed)
    return found


@pytest.mark.parametrize("key", ["title", "about", "recipe"])
def test_text_in_what_the_author_wrote_is_refused(tmp_path, build, data, key):
    found = altered(build, tmp_path / "told", **{key: f"As it says: {text_of(build).upper()}"})
    with pytest.raises(GateError, match=r"(manifest\.json|README\.md) holds words of a row of mednli"):
        sent(found, data, tmp_path / "published")


def test_text_in_a_recipe_or_a_wording_is_refused(tmp_path, build, data):
    text = f"# {text_of(build)}\n{build.manifest['recipe_text']}"
    with pytest.raises(GateError, match="holds words of a row of mednli"):
        sent(altered(build, tmp_path / "one", recipe_text=text), data, tmp_path / "published")
    wordings = json.loads(json.dumps(build.manifest["templates"]))
    used = {row["template"] for _, row in stubs.closed_rows(build, gate.closed(build))}
    name = next(name for name in wordings if name not in used)
    wordings[name]["text"] += f"{{# {text_of(build)} #}}"
    with pytest.raises(GateError, match="holds words of a row of mednli"):
        sent(altered(build, tmp_path / "two", templates=wordings), data, tmp_path / "published-two")


def test_text_in_the_ledger_of_open_rows_is_refused(tmp_path, build, data):
    found = altered(build, tmp_path / "told")
    ledger = json.loads((found.folder / "ledger.json").read_text())
    line = next(line for line in ledger["examples"] if line["corpus"] == "bc5cdr")
    line["dropped"][text_of(build)] = 1
    artefact.write_json(found.folder / "ledger.json", ledger)
    with pytest.raises(GateError, match="holds words of a row of mednli"):
        sent(artefact.load(found.folder), data, tmp_path / "published")


def test_text_elsewhere_in_the_build_stays(tmp_path, build, data):
    """Keys that nobody lists, the card, side files, and all that is said of closed corpora."""
    text = text_of(build)
    known = json.loads(json.dumps(build.manifest["corpora"]))
    known["mednli"] |= {
        "title": text,
        "broken": [["a:1", "9", text]],
        "labels": {text: 1},
        "repairs": {"train": {text: 1}},
        "note": text,
    }
    found = altered(build, tmp_path / "told", note=text, corpora=known, missing={text: text})
    (found.folder / "README.md").write_text(text)
    (found.folder / f"{text}.txt").write_text(text)
    ledger = json.loads((found.folder / "ledger.json").read_text())
    next(line for line in ledger["examples"] if line["corpus"] == "mednli")["dropped"][text] = 1
    ledger[text] = text
    artefact.write_json(found.folder / "ledger.json", ledger)
    holds_nothing(files_of(sent(artefact.load(found.folder), data, tmp_path / "published").folder), data)


def test_text_in_meta_of_an_open_row_is_refused(tmp_path, build, data):
    found = altered(build, tmp_path / "told")
    manifest = json.loads((found.folder / "manifest.json").read_text())
    shard = manifest["shards"][0]
    rows = pq.read_table(found.folder / shard["file"]).to_pylist()
    at = next(n for n, row in enumerate(rows) if row["corpus"] == "bc5cdr")
    rows[at]["meta"] = json.dumps({**json.loads(rows[at]["meta"]), "note": text_of(build)}, separators=(",", ":"))
    shard["sha256"] = artefact.write_shard(found.folder / shard["file"], rows)
    artefact.write_json(found.folder / "manifest.json", manifest)
    with pytest.raises(GateError, match="says more than a build writes"):
        sent(artefact.load(found.folder), data, tmp_path / "published")


def test_a_row_that_its_source_does_not_give_has_no_stub(tmp_path, build, data):
    found = altered(build, tmp_path / "told")
    manifest = json.loads((found.folder / "manifest.json").read_text())
    for shard in manifest["shards"]:
        rows = pq.read_table(found.folder / shard["file"]).to_pylist()
        for row in rows:
            row["gold"] = row["gold"] + " " if row["corpus"] == "medsts" else row["gold"]
        shard["sha256"] = artefact.write_shard(found.folder / shard["file"], rows)
    artefact.write_json(found.folder / "manifest.json", manifest)
    with pytest.raises(GateError, match="rows of medsts do not come back"):
        sent(artefact.load(found.folder), data, tmp_path / "published")


def test_stubs_need_the_source(tmp_path, build):
    data = laid_out(tmp_path / "data", [id for id in (*OPEN, *CLOSED) if id != "medsts"])
    with pytest.raises(GateError, match=r"sealed with the source files, and medsts/\w+ is not here"):
        sent(build, data, tmp_path / "published")


@pytest.fixture(scope="module")
def undrawn(tmp_path_factory):
    """A build that no row of a corpus under agreement was drawn for, one of whose records is broken."""
    folder = tmp_path_factory.mktemp("undrawn")
    data = laid_out(folder / "data", ("bc5cdr", "i2b2-2010"))
    concepts = next((data / "i2b2-2010").rglob("record-9001.con"))
    concepts.write_text(re.sub(r'c="[^"]+"', 'c="a secret of one patient"', concepts.read_text(), count=1))
    recipe = """
title: Open, and closed that was not drawn
size: 3
mix:
  - {corpus: bc5cdr, task: ner, unit: sentence, weight: 1000}
  - {corpus: i2b2-2010, task: ner, unit: sentence, weight: 1}
"""
    return made(folder, data, recipe), data


def test_a_closed_corpus_of_which_no_row_was_drawn_keeps_its_files_and_records_here(undrawn):
    """The manifest of a build quotes its broken records, and names and hashes its files: no more than rows may that leave."""
    build, _ = undrawn
    assert {row["corpus"] for part in build for row in build[part]} == {"bc5cdr"}
    assert "a secret of one patient" in str(build.manifest["corpora"]["i2b2-2010"]["broken"])
    with pytest.raises(
        GateError, match=r"no row is of i2b2-2010, and the manifest tells its files, under an agreement"
    ):
        gate.check(build, Permits(quarantined=True, collection=True, corpora=("i2b2-2010",)))


def test_with_stubs_such_a_corpus_is_left_out_and_the_build_comes_back(undrawn, tmp_path):
    build, data = undrawn
    published = stubs.publication(build, gate.closed(build), tmp_path / "published", data)
    assert gate.check(published, TOLD)
    files = {name: content.decode("latin-1") for name, content in files_of(published.folder).items()}
    hashes = {hash for names in build.manifest["corpora"]["i2b2-2010"]["sources"].values() for hash in names.values()}
    for words in ("secret of one patient", "record-9001", *hashes):
        assert not [name for name, content in files.items() if words in content]
    assert "Rows under agreement" not in files["README.md"]
    assert hydrate(published, data, tmp_path / "out").build.digest == build.digest


# Every way in


def command(*args, data=None):
    told = [sys.executable, "-m", "medinstruct", *map(str, args), *(["--data", str(data)] if data else [])]
    return subprocess.run(
        told,
        capture_output=True,
        text=True,
        check=False,
        env={"HF_ENDPOINT": "http://127.0.0.1:9", "PATH": "", "HOME": str(Path("/nonexistent"))},
    )


def test_without_being_told_nothing_leaves(build, data):
    for way in (
        ["--dry-run"],
        ["--allow", "mednli", "--allow", "i2b2-2010", "--allow", "medsts", "--collection", "--quarantined"],
    ):
        done = command("publish", build.folder, "org/name", "--version", "1.0.0", *way, data=data)
        assert done.returncode == 1
        assert "under an agreement" in done.stderr
        assert "--stubs" in done.stderr


def test_a_publication_is_not_published_again(tmp_path, published, data):
    """Whose stubs they are nobody can see: hydrate and publish the build."""
    done = command("publish", published.folder, "org/name", "--version", "1.0.0", "--stubs", data=data)
    assert done.returncode == 1
    assert "hydrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_of_a_publication_holds_no_closed_row(tmp_path, published, data):
    exporter.export(published, "messages", tmp_path / "out")
    holds_nothing(
        {
            f"data/{name}": content
            for name, content in files_of(tmp_path / "out").items()
            if not name.endswith(".parquet")
        },
        data,
    )


def test_the_command_gives_the_build_or_a_list(tmp_path, build, published, data):
    done = command("hydrate", published.folder, "--out", tmp_path / "out", data=data)
    assert done.returncode == 0, done.stderr
    assert "the whole mixture, row for row" in done.stdout
    assert artefact.load(tmp_path / "out").digest == build.digest
    done = command(
        "hydrate", published.folder, "--out", tmp_path / "less", "--json", data=laid_out(tmp_path / "data", OPEN)
    )
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert not told["whole"]
    assert {each["corpus"] for each in told["left"]} == set(CLOSED)
    done = command("hydrate", build.folder, "--out", tmp_path / "none", data=data)
    assert done.returncode == 1
    assert "has no stubs" in done.stderr


def test_the_place_in_the_file_is_that_of_a_hash_of_ids(build):
    """What `hydrate` relies on, and why no stub says its place: it would tell some digits of a hash of what is asked."""
    for part in build:
        places = [draw(build.manifest["seed"], "file", bytes.fromhex(row["id"])) for row in build[part]]
        assert places == sorted(places)
