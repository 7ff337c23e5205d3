"""What may leave: decided on rows, closed unless told, and never open for text under agreement."""

import json
import subprocess
import sys
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import artefact, exporter, publisher
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.publisher import Permits, by_task, gate, tripwire
from medinstruct.publisher.gate import GateError

ALL = {"samples": True, "quarantined": True, "collection": True}


def made(folder, *entries):
    recipe = folder / "made.yaml"
    recipe.write_text("title: Made\nsize: all\nmix:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))
    return medinstruct.build(str(recipe), samples=True, out=folder / "build")


@pytest.fixture(scope="module")
def open_build(tmp_path_factory):
    return made(tmp_path_factory.mktemp("open"), "corpus: bc5cdr, task: ner", "corpus: medmcqa, task: qa")


@pytest.fixture(scope="module")
def closed_build(tmp_path_factory):
    return made(tmp_path_factory.mktemp("closed"), "corpus: bc5cdr, task: ner", "corpus: i2b2-2010, task: ner")


def rewritten(build, folder, change):
    """The same build with rows changed, and a manifest that fits them."""
    manifest = json.loads(json.dumps(build.manifest))
    (folder / "data").mkdir(parents=True)
    for shard in manifest["shards"]:
        rows = pq.read_table(build.folder / shard["file"]).to_pylist()
        shard["sha256"] = artefact.write_shard(folder / shard["file"], [change(n, row) for n, row in enumerate(rows)])
    artefact.write_json(folder / "manifest.json", manifest)
    for name in ("ledger.json", "README.md"):
        (folder / name).write_bytes((build.folder / name).read_bytes())
    return medinstruct.load(folder)


def test_open_rows_may_leave_under_the_license_that_all_allow(open_build):
    assert gate.check(open_build, Permits(samples=True)).license == "mit"


def test_samples_stay_unless_told(open_build):
    with pytest.raises(GateError, match="bundled samples"):
        gate.check(open_build, Permits())


def test_one_row_under_agreement_keeps_all(open_build, tmp_path):
    """The row says so, whatever the manifest claims."""

    def one(n, row):
        return {**row, "license": "agreement"} if n == 0 else row

    build = rewritten(open_build, tmp_path / "one", one)
    with pytest.raises(GateError, match=r"rows are under an agreement"):
        gate.check(build, Permits(corpora=("bc5cdr", "medmcqa"), **ALL))


def test_a_row_that_hides_its_agreement_is_known_by_the_manifest(closed_build, tmp_path):
    build = rewritten(closed_build, tmp_path / "hidden", lambda n, row: {**row, "license": "cc0-1.0"})
    with pytest.raises(GateError, match=r"under an agreement: i2b2-2010"):
        gate.check(build, Permits(corpora=("i2b2-2010",), **ALL))


def test_a_corpus_that_the_manifest_does_not_know_is_of_unknown_terms(open_build, tmp_path):
    build = rewritten(open_build, tmp_path / "foreign", lambda n, row: {**row, "corpus": "nobody-knows"})
    with pytest.raises(GateError, match=r"nobody states: nobody-knows"):
        gate.check(build, Permits(**ALL))
    assert gate.check(build, Permits(corpora=("nobody-knows",), **ALL))


def test_a_license_that_nobody_knows_counts_as_unknown(open_build, tmp_path):
    build = rewritten(open_build, tmp_path / "odd", lambda n, row: {**row, "license": "my-license-1.0"})
    with pytest.raises(GateError, match="nobody states"):
        gate.check(build, Permits(**ALL))


def test_what_was_checked_is_what_is_sent(open_build, tmp_path):
    build = rewritten(open_build, tmp_path / "changed", lambda n, row: row)
    (build.folder / "data" / "extra.parquet").write_bytes(b"anything")
    with pytest.raises(GateError, match=r"extra\.parquet is no shard"):
        gate.check(build, Permits(samples=True))
    (build.folder / "data" / "extra.parquet").unlink()
    shard = build.folder / build.manifest["shards"][0]["file"]
    shard.write_bytes(shard.read_bytes() + b"\0")
    with pytest.raises(GateError, match="is not what the manifest says"):
        gate.check(build, Permits(samples=True))


def test_records_set_aside_are_told(open_build, tmp_path):
    build = rewritten(open_build, tmp_path / "holes", lambda n, row: row)
    build.manifest["corpora"]["bc5cdr"]["broken"] = [["a.txt:1", "9", "a mention says 'x'"]]
    with pytest.raises(GateError, match=r"records were set aside: bc5cdr \(1\)"):
        gate.check(build, Permits(samples=True))
    assert gate.check(build, Permits(samples=True, quarantined=True))


def test_two_share_alikes_go_as_a_collection_or_not_at_all(open_build, tmp_path):
    names = ("cc-by-sa-4.0", "cc-by-nc-sa-4.0")
    build = rewritten(open_build, tmp_path / "alike", lambda n, row: {**row, "license": names[n % 2]})
    with pytest.raises(GateError, match="no license fits the whole"):
        gate.check(build, Permits(samples=True))
    assert gate.check(build, Permits(samples=True, collection=True)).license is None


def test_rows_of_each_task_have_a_file_of_their_own(open_build, tmp_path):
    for name, path in by_task(open_build, tmp_path).items():
        _, task, file = name.split("/")
        rows = [row for row in open_build[file.removesuffix(".parquet")] if row["task"] == task]
        assert pq.read_table(path).to_pylist() == rows
        assert rows


@pytest.mark.parametrize("task", ["../../../ner", "/ner", "..", "", "a\\b", "a/b"])
def test_a_task_that_is_no_name_of_a_folder_writes_nothing(open_build, tmp_path, task):
    """The rows of each task go into a folder of its name, and a build may come from anywhere."""
    build = rewritten(open_build, tmp_path / "odd", lambda n, row: {**row, "task": task} if n else row)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(GateError, match="is no name of a task"):
        by_task(build, tmp_path / "a" / "b" / "c")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("way", ["cli", "api"])
def test_every_way_to_the_hub_is_closed_for_text_under_agreement(closed_build, way):
    """No address is asked: the refusal comes before the first request."""
    if way == "api":
        with pytest.raises(MedinstructError, match="under an agreement"):
            medinstruct.publish(closed_build, "org/name", version="1.0.0", allow=("i2b2-2010",), **ALL)
        return
    options = ["--samples", "--quarantined", "--collection", "--allow", "i2b2-2010"]
    command = [
        sys.executable,
        "-m",
        "medinstruct",
        "publish",
        str(closed_build.folder),
        "org/name",
        "--version",
        "1.0.0",
        *options,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"HF_ENDPOINT": "http://127.0.0.1:9", "PATH": ""}
    )
    assert done.returncode == 1
    assert "under an agreement: i2b2-2010" in done.stderr
    assert "Traceback" not in done.stderr


PERSONS = {
    "date": ["seen on 03/12/2014", "on March 12, 2014", "12 March 2014", "2014-03-12", "1/2/14"],
    "phone": ["call (617) 555-0123", "617-555-0123", "+44 20 7946 0123"],
    "record number": ["MRN: 0123456", "Medical Record Number 12-34-56", "accession # A123456"],
    "social security number": ["123-45-6789"],
    "email": ["write to a.quist@example.org today"],
    "name": ["Dr. Alma Quist was called", "Mrs Quist", "Attending: Alma Quist", "patient name: Quist, Alma"],
}
INNOCENT = [
    "5 mg/kg twice daily (n = 12/45)", "interleukin-2 at 37-42 C", "chromosome 12p13.31-p13.2", "HLA-DRB1*03:01", "in May patients improved",
    "rs1800562 and 845-123 bp", "Drosophila", "Mr = 45,000", "IC50 of 1.2-3.4 microM", "p < 0.05; 95% CI 1.1-2.3",
]  # fmt: skip


@pytest.mark.parametrize("kind, text", [(kind, text) for kind, texts in PERSONS.items() for text in texts])
def test_what_looks_like_a_person_is_found(kind, text):
    assert kind in {found for found, _ in tripwire.find(text)}


@pytest.mark.parametrize("text", INNOCENT)
def test_what_science_writes_is_passed_over(text):
    assert list(tripwire.find(text)) == []


def test_the_tripwire_takes_time_linear_in_the_text():
    import time

    for piece in ("1-", "(617) ", "A" * 31 + " ", "a.b@", "Dr. A", "12/"):
        times = []
        for size in (20_000, 80_000):
            text = piece * (size // len(piece))
            start = time.process_time()
            list(tripwire.find(text))
            times.append(time.process_time() - start)
        assert times[1] < 16 * times[0] + 0.05, piece


def test_hits_are_shown_with_their_row_and_all_are_counted(open_build, tmp_path):
    def named(n, row):
        return {
            **row,
            "messages": [
                {"role": "user", "content": "Dr. Alma Quist, 03/12/2014"},
                {"role": "assistant", "content": "none"},
            ],
        }

    build = rewritten(open_build, tmp_path / "named", named)
    found = tripwire.look(build, frozenset({"bc5cdr"}))
    rows = sum(row["corpus"] == "bc5cdr" for split in build for row in build[split])
    assert found.rows == rows
    assert found.counts == {("bc5cdr", "date"): rows, ("bc5cdr", "name"): rows}
    assert found.shown[0].corpus == "bc5cdr"
    assert "Quist" in " ".join(hit.quotation for hit in found.shown)


def test_a_corpus_that_nobody_knows_here_goes_past_the_tripwire(open_build, tmp_path, monkeypatch):
    """Of one without a module nobody says that it is not about patients; of those with one, their modules say."""
    monkeypatch.setattr(publisher, "_look", lambda name, rehearse: (None, "nobody looked"))
    build = rewritten(
        open_build, tmp_path / "mine", lambda n, row: {**row, "corpus": row["corpus"].replace("bc5cdr", "mine")}
    )
    build.manifest["corpora"] = {id.replace("bc5cdr", "mine"): facts for id, facts in build.manifest["corpora"].items()}
    done = [publisher.publish(each, "a/b", "1.0.0", Permits(**ALL), rehearse=True) for each in (open_build, build)]
    assert [each.tripped.rows for each in done] == [
        0,
        sum(row["corpus"] == "mine" for part in build for row in build[part]),
    ]


def test_what_no_message_shows_is_looked_at_too(open_build, tmp_path):
    """A wording need not show all that a row holds, and the row is sent whole."""

    def hidden(n, row):
        example = {**json.loads(row["example"]), "text": "Seen by Dr. Alma Quist."}
        gold = {"spans": [{"label": "of Mrs Quist", "pieces": [[0, 1]]}]}
        turns = [
            {"role": "user", "content": "Seen by Dr. Alma Quist. What is it?"},
            {"role": "assistant", "content": "none"},
        ]
        return {
            **row,
            "example": json.dumps(example),
            "gold": json.dumps(gold),
            "messages": turns if n % 2 else turns[1:],
        }

    found = tripwire.look(rewritten(open_build, tmp_path / "hidden", hidden), frozenset({"bc5cdr"}))
    rows = sum(row["corpus"] == "bc5cdr" for split in open_build for row in open_build[split])
    assert rows > 2
    assert found.counts == {("bc5cdr", "name"): 2 * rows}, "once each, whether or not a message shows it"


def test_the_schema_of_rows_is_the_one_that_is_written(open_build):
    """Guards the helper above: what it writes is a build like any other."""
    assert pq.read_schema(open_build.folder / open_build.manifest["shards"][0]["file"]) == pa.schema(artefact.SCHEMA)


@pytest.mark.parametrize("key", ["broken", "citation", "homepage"])
def test_a_manifest_that_lacks_what_a_publication_tells_is_told(open_build, tmp_path, monkeypatch, key):
    monkeypatch.setattr(publisher, "_look", lambda name, rehearse: (None, "nobody looked"))
    build = rewritten(open_build, tmp_path / "less", lambda n, row: row)
    del build.manifest["corpora"]["bc5cdr"][key]
    with pytest.raises(FormatError, match=rf"manifest\.json: is damaged, or not of a build: KeyError: '{key}'"):
        publisher.publish(build, "org/name", "1.0.0", Permits(**ALL), rehearse=True)
    with pytest.raises(FormatError, match=key) if key != "broken" else nullcontext():
        exporter.export(build, "messages", tmp_path / "out")
