"""Builds from the bundled samples: what they promise, held by code that shares nothing with the builder."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import medinstruct
from medinstruct import corpora, recipe, tasks, template
from medinstruct.builder.plan import plan
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import BuildError, MedinstructError, NotFound, RecipeError
from medinstruct.formats.draft import Broken

QUICK = ("ncbi-disease", "bc5cdr", "bionlp09", "medmcqa", "hoc")


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The quickstart recipe on the bundled samples."""
    return medinstruct.build("quickstart", samples=True, out=tmp_path_factory.mktemp("quick") / "build")


def write_recipe(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_line_of_the_ledger_balances(quick):
    """in = kept + Σ dropped for documents, annotations, examples and samples, per split, corpus and task."""
    for kind in ("documents", "annotations", "examples", "samples"):
        assert quick.ledger[kind]
        for line in quick.ledger[kind]:
            assert line["in"] == line["kept"] + sum(line["dropped"].values()), line
            assert "" not in line["dropped"]


def test_the_ledger_counts_what_the_sources_hold(quick):
    """Documents and annotations in the ledger are those that a reading of the sources by other code finds."""
    found = recipe.load("quickstart")
    expected = Counter()
    for entry in found.mix:
        corpus = corpora.load(entry.corpus)
        for name, split in corpus.splits.items():
            if split.role != "test":
                records = list(corpus.records(name, corpus.files(name, SAMPLES / corpus.id)))
                expected["documents", split.role, corpus.id, entry.task] = len(records)
                if entry.task == "ner":
                    labels = corpus.tasks["ner"].labels
                    expected["annotations", split.role, corpus.id, "ner"] = sum(
                        any(type in labels for type in mention.types)
                        for record in records
                        for mention in record.mentions
                    )

    ledger = {
        (kind, line["split"], line["corpus"], line["task"]): line["in"]
        for kind in ("documents", "annotations")
        for line in quick.ledger[kind]
    }

    assert {key: ledger[key] for key in expected} == dict(expected)


def test_what_the_ledger_says_is_kept_stands_in_the_rows(quick):
    """Kept annotations are exactly the different ones that rows carry; kept documents those that rows name."""
    annotations, documents, rows = {}, {}, Counter()
    for split in quick:
        for row in quick[split]:
            place = json.loads(row["meta"])["entry"]
            line = (split, row["corpus"], recipe.load("quickstart").mix[place].task)
            annotations.setdefault(line, set()).update(
                (row["document"], a) for a in json.loads(row["meta"])["annotations"]
            )
            documents.setdefault(line, set()).add(row["document"])
            rows[line] += 1

    for kind, kept in (("annotations", annotations), ("documents", documents)):
        for line in quick.ledger[kind]:
            assert line["kept"] == len(kept.get((line["split"], line["corpus"], line["task"]), ())), line
    for line in quick.ledger["samples"]:
        assert line["kept"] == rows[line["split"], line["corpus"], line["task"]]


def test_every_row_can_be_read_back(quick):
    """The answer of every row, parsed with its own template, is what its format carries of the gold."""
    for split in quick:
        for row in quick[split]:
            wording = template.load(row["template"])
            example = tasks.load(row["type"]).read(row["example"], row["gold"])
            answer = row["messages"][-1]["content"]

            assert wording.answer.parse(answer, example.question).prediction == wording.answer.carries(example)


def test_ids_are_unique_and_rows_are_samples(quick):
    """No two rows of a build have an id in common, and each is a Sample."""
    ids = [sample.id for split in quick for sample in quick.samples(split)]

    assert len(ids) == len(set(ids)) == sum(map(len, quick.values()))


def run_build(out: Path, *, environment: dict[str, str], arguments: tuple[str, ...] = ()) -> str:
    command = [sys.executable, "-m", "medinstruct", "build", "quickstart", "--out", str(out), "--json", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["digest"]


def test_rows_do_not_depend_on_workers_hash_seed_locale_or_folder_order(quick, tmp_path):
    """The content digest, and the files' bytes, are the same whatever the machine does."""
    shuffled = tmp_path / "data"
    for folder in sorted(SAMPLES.iterdir(), reverse=True):
        for path in sorted(folder.rglob("*"), key=lambda p: hashlib.md5(str(p).encode()).hexdigest()):
            if path.is_file():
                to = shuffled / folder.name / "some" / "where" / path.relative_to(folder)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
    size = ("--size", "all", "--data", str(shuffled))

    digests = {
        run_build(tmp_path / "a", environment={"PYTHONHASHSEED": "1"}, arguments=("--workers", "1", *size)),
        run_build(
            tmp_path / "b",
            environment={"PYTHONHASHSEED": "2", "LC_ALL": "C", "LANG": "C", "TZ": "Asia/Tokyo"},
            arguments=("--workers", "2", *size),
        ),
    }

    assert digests == {quick.digest}
    assert (tmp_path / "a/data/train-00000-of-00001.parquet").read_bytes() == (
        quick.folder / "data/train-00000-of-00001.parquet"
    ).read_bytes()


def test_a_smaller_build_is_the_beginning_of_a_larger_one(tmp_path):
    """Rows of size n are the first n rows, by rank, of every larger size."""
    data = tmp_path / "data"
    shutil.copytree(SAMPLES, data)
    ranked = {}
    for size in (10, 25, 40):
        made = medinstruct.build("quickstart", data=data, size=size, out=tmp_path / str(size))
        rows = sorted(made["train"], key=lambda row: json.loads(row["meta"])["rank"])
        ranked[size] = [(row["id"], row["digest"]) for row in rows]

    assert ranked[10] == ranked[25][:10] == ranked[40][:10]
    assert ranked[25] == ranked[40][:25]


def test_a_build_is_wholly_real_or_wholly_sample(tmp_path):
    """One corpus at hand: the others are missing and told, no sample takes their place."""
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "data/bc5cdr")

    made = medinstruct.build("quickstart", data=tmp_path / "data", size="all", out=tmp_path / "out")

    assert not made.manifest["samples"]
    assert {row["corpus"] for row in made["train"]} == {"bc5cdr"}
    assert set(made.manifest["missing"]) == {"ncbi-disease", "bionlp09", "medmcqa", "hoc"}


def test_missing_data_is_an_error_where_it_was_required(tmp_path):
    """An empty data folder, and one missing corpus under --require-all."""
    with pytest.raises(NotFound, match="none of the 5 corpora"):
        medinstruct.build("quickstart", data=tmp_path, out=tmp_path / "out")
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "bc5cdr")
    with pytest.raises(NotFound, match="not here"):
        medinstruct.build("quickstart", data=tmp_path, require_all=True, out=tmp_path / "out")


def test_a_broken_record_is_set_aside_and_counted(tmp_path):
    """A shifted span costs its document, not the build, and the manifest says where."""
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "data/bc5cdr")
    path = tmp_path / "data/bc5cdr/CDR_TrainingSet.PubTator.txt"
    path.write_text(
        path.read_text()
        .replace("91000001\t15\t24\t", "91000001\t16\t25\t", 1)
        .replace("91000001\t0\t", "91000001\t1\t", 1)
    )

    made = medinstruct.build("quickstart", data=tmp_path / "data", size="all", out=tmp_path / "out")

    ((place, id, reason),) = made.manifest["corpora"]["bc5cdr"]["broken"]
    assert (place.split(":")[0], id) == ("CDR_TrainingSet.PubTator.txt", "91000001")
    assert "says" in reason
    documents = next(line for line in made.ledger["documents"] if line["split"] == "train" and line["task"] == "ner")
    assert documents["dropped"]["broken record"] == 1
    assert "91000001" not in {row["document"] for row in made["train"]}


def test_what_stands_in_the_test_part_of_a_benchmark_is_kept_out(tmp_path):
    """The guard finds a test document by its PMID, and by its text under another id."""
    data = tmp_path / "data"
    shutil.copytree(SAMPLES / "bc5cdr", data / "bc5cdr")
    test = (data / "bc5cdr/CDR_TestSet.PubTator.txt").read_text()
    train = data / "bc5cdr/CDR_TrainingSet.PubTator.txt"
    train.write_text(train.read_text() + "\n" + test.replace("91000005", "91000099"))
    shelf = tmp_path / "shelf/recipes"
    shelf.mkdir(parents=True)
    (shelf / "bench.yaml").write_text("title: b\nkind: benchmark\nroles: [test]\nmix: [{corpus: bc5cdr, task: ner}]\n")
    mine = write_recipe(tmp_path, f"title: m\nguard: [{shelf}/bench.yaml]\nmix: [{{corpus: bc5cdr, task: ner}}]\n")

    made = medinstruct.build(mine, data=data, out=tmp_path / "out")

    assert "91000099" not in {row["document"] for row in made["train"]}
    documents = next(line for line in made.ledger["documents"] if line["split"] == "train")
    assert documents["in"] == 4
    assert sum(n for reason, n in documents["dropped"].items() if "test part" in reason) == 1


def test_an_unmet_size_is_told_and_an_error_when_nothing_is_missing(tmp_path):
    """All corpora here and too few rows: the error names the nearest feasible size."""
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "data/bc5cdr")
    mine = write_recipe(tmp_path, "title: m\nsize: 1000\nmix: [{corpus: bc5cdr, task: ner}]\n")
    with pytest.raises(BuildError, match=r"1,000 rows, its corpora give 3.*at most 3"):
        medinstruct.build(mine, data=tmp_path / "data", out=tmp_path / "out")


def test_two_entries_that_ask_the_same_are_refused(tmp_path):
    """A row may stand in a build once."""
    mine = write_recipe(tmp_path, "title: m\nmix: [{corpus: bc5cdr, task: ner}, {corpus: bc5cdr, task: ner}]\n")
    with pytest.raises(RecipeError, match="asked twice"):
        medinstruct.build(mine, samples=True, out=tmp_path / "out")


def test_names_that_do_not_exist_are_told_with_the_nearest(tmp_path):
    """Corpus, task, label, split, template, type."""
    for line, what in (
        ("{corpus: bc5cd, task: ner}", "did you mean bc5cdr"),
        ("{corpus: bc5cdr, task: nere}", "did you mean ner"),
        ("{corpus: bc5cdr, task: ner, labels: [Chemicals]}", "did you mean Chemical"),
        ("{corpus: bc5cdr, task: ner, splits: [tests]}", "did you mean test"),
        ("{corpus: bc5cdr, task: ner, templates: [bulletd]}", "did you mean span_extraction/bulleted|no template"),
        ("{corpus: bc5cdr, task: ner, as: relation_triple}", "cannot be asked as"),
    ):
        mine = write_recipe(tmp_path, f"title: m\nmix: [{line}]\n")
        with pytest.raises(MedinstructError, match=what):
            medinstruct.build(mine, samples=True, out=tmp_path / "out")


def test_an_existing_folder_is_not_overwritten(quick, tmp_path):
    """The same build again is welcome, another one needs --force, and what is no build is never touched."""
    out = tmp_path / "out"
    shutil.copytree(quick.folder, out)
    assert medinstruct.build("quickstart", samples=True, out=out).digest == quick.digest
    mine = write_recipe(tmp_path, "title: m\nmix: [{corpus: bc5cdr, task: ner}]\n")
    with pytest.raises(BuildError, match="--force"):
        medinstruct.build(mine, samples=True, out=out)
    assert medinstruct.build(mine, samples=True, out=out, force=True).digest != quick.digest
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/diary.txt").write_text("mine")
    with pytest.raises(BuildError, match="no build"):
        medinstruct.build(mine, samples=True, out=tmp_path / "notes", force=True)
    assert (tmp_path / "notes/diary.txt").read_text() == "mine"


def test_nothing_is_left_beside_the_result(quick):
    """Parts, drafts and locks are gone when a build is done."""
    expected = ["README.md", "data", "ledger.json", "manifest.json", "removed.parquet"]

    assert [path.name for path in quick.folder.parent.iterdir()] == ["build"]
    assert sorted(path.name for path in quick.folder.iterdir()) == expected


def test_other_readers_open_the_rows(quick):
    """datasets, pandas, polars and DuckDB see the same ids and the same messages."""
    import datasets
    import duckdb
    import polars

    expected = [row["id"] for row in quick["train"]]
    folder = str(quick.folder)
    opened = datasets.load_dataset(folder, cache_dir=str(quick.folder.parent / "cache"))
    shutil.rmtree(quick.folder.parent / "cache")

    assert opened["train"]["id"][:] == expected
    assert opened["train"][0]["messages"] == quick["train"][0]["messages"]
    assert quick.to_datasets()["train"]["id"][:] == expected
    assert quick.to_pandas()["id"].tolist() == expected
    assert polars.read_parquet(f"{folder}/data/train-*.parquet")["id"].to_list() == expected
    assert [id for (id,) in duckdb.sql(f"select id from '{folder}/data/train-*.parquet'").fetchall()] == expected


def test_the_parquet_carries_no_library_s_metadata(quick):
    """Readers of any age open a file whose schema says nothing of the library that wrote it."""
    metadata = pq.read_metadata(quick.folder / "data/train-00000-of-00001.parquet")

    assert not metadata.metadata
    assert "null" not in {
        str(field.type) for field in pq.read_schema(quick.folder / "data/train-00000-of-00001.parquet")
    }


def test_explain_tells_where_a_row_comes_from(quick):
    """The place that explain gives holds the text of the question."""
    row = next(row for row in quick["train"] if row["corpus"] == "ncbi-disease")
    found = quick.explain(row["id"][:12])
    corpus = corpora.load("ncbi-disease")
    documents = [
        d for d in corpus.records("train", corpus.files("train", SAMPLES / "ncbi-disease")) if not isinstance(d, Broken)
    ]
    document = next(d for d in documents if d.id == found["document"])

    start, end = found["window"]

    assert document.text[start:end] == found["example"]["text"]
    source = (SAMPLES / "ncbi-disease/NCBItrainset_corpus.txt").read_bytes()
    line = source.decode().split("\n").index(next(t for t in source.decode().split("\n") if t.startswith(document.id)))
    assert found["file"] == {
        "name": "NCBItrainset_corpus.txt", "line": line + 1, "sha256": hashlib.sha256(source).hexdigest()
    }  # fmt: skip
    with pytest.raises(NotFound):
        quick.explain("zz")


def test_rows_behave_like_a_sequence(quick):
    """Length, negative places, slices with and without a step, and what lies outside."""
    rows = quick["train"]

    assert rows[-1] == rows[len(rows) - 1] == list(rows)[-1]
    assert rows[2:5] == [rows[2], rows[3], rows[4]]
    assert rows[::7] == [rows[n] for n in range(0, len(rows), 7)]
    with pytest.raises(IndexError):
        rows[len(rows)]
    with pytest.raises(NotFound, match="train"):
        quick["trian"]


def test_every_shipped_recipe_finds_its_samples():
    """No name in a shipped recipe is unknown, and each of its corpora has a sample."""
    for name in recipe.names():
        planned = plan(name, recipe.load(name), None, samples=True)

        assert not planned.missing, name


@pytest.mark.parametrize(
    "name, tasks_of_it",
    [
        ("mnlu-instruct", {"ner", "ee", "re", "dc", "nli", "sts", "sum"}),
        ("medtuned-instruct", {"ner", "re", "nli", "dc", "gen"}),
        ("mnlu-open", {"ner", "re", "ee", "dc", "nli", "qa", "sum", "gen"}),
        ("bioinstruct", {"gen"}),
    ],
)
def test_a_sample_build_covers_every_entry_of_its_recipe(name, tasks_of_it, tmp_path):
    """The first command on a machine without a network shows rows of every corpus and every task."""
    made = medinstruct.build(name, samples=True, out=tmp_path / "out")

    entries = {json.loads(row["meta"])["entry"] for row in made["train"]}
    assert entries == set(range(len(recipe.load(name).mix)))
    assert {row["task"] for row in made["train"]} == tasks_of_it
    assert made.manifest["samples"]


def test_what_a_user_keeps_in_the_folder_of_a_build_is_never_touched(quick, tmp_path):
    """Notes and adapters beside the rows stay, whether the same build comes again or another one by --force."""
    out = tmp_path / "out"
    shutil.copytree(quick.folder, out)
    (out / "adapter").mkdir()
    (out / "adapter/weights.txt").write_text("mine")
    mine = write_recipe(tmp_path, "title: m\nmix: [{corpus: bc5cdr, task: ner}]\n")

    medinstruct.build("quickstart", samples=True, out=out)
    other = medinstruct.build(mine, samples=True, out=out, force=True)

    assert (out / "adapter/weights.txt").read_text() == "mine"
    assert other.digest == medinstruct.load(out).digest != quick.digest
    assert len(list((out / "data").iterdir())) == len(other.manifest["shards"])


def test_a_script_without_a_guard_may_build_with_several_workers(tmp_path):
    """What README shows works as a file: the processes of a build do not run the caller's script again."""
    shutil.copytree(SAMPLES, tmp_path / "data")
    (tmp_path / "script.py").write_text(
        "import medinstruct\nprint('once')\n"
        "m = medinstruct.build('quickstart', data='data', size='all', out='out', workers=2)\nprint(len(m['train']) > 0)\n"
    )
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("once\nTrue\n", "")


def test_a_part_that_was_cut_off_is_told(tmp_path):
    """Fewer records than the corpus is known to have: in the manifest and on the card, not only in `check`."""
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "data/bc5cdr")

    made = medinstruct.build("quickstart", data=tmp_path / "data", size="all", out=tmp_path / "out")

    assert "bc5cdr/train: 3 records, expected 500" in made.manifest["unexpected"]
    assert "bc5cdr/train: 3 records, expected 500" in (tmp_path / "out/README.md").read_text()


def test_a_guard_that_does_not_cover_all_is_told(tmp_path):
    """The card names the parts of a benchmark that were not here to be guarded against."""
    shutil.copytree(SAMPLES / "bc5cdr", tmp_path / "data/bc5cdr")
    mine = write_recipe(tmp_path, "title: m\nguard: [blurb]\nmix: [{corpus: bc5cdr, task: ner}]\n")

    medinstruct.build(mine, data=tmp_path / "data", out=tmp_path / "out")

    assert "Not kept out" in (tmp_path / "out/README.md").read_text()
    assert "bioasq-7b" in (tmp_path / "out/README.md").read_text()


@pytest.mark.parametrize("settings", [{"size": "100"}, {"size": 0}, {"size": -5}, {"size": 2.5}, {"workers": 0}])
def test_sizes_and_workers_that_are_none_are_refused(settings, tmp_path):
    with pytest.raises(BuildError):
        medinstruct.build("quickstart", samples=True, out=tmp_path / "out", **settings)


def test_a_license_that_corpora_cannot_carry_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    """The message names the corpora to leave out; without them the build goes, and its card carries the license."""
    entries = "mix:\n  - {corpus: medmcqa, task: qa}\n"
    closed = write_recipe(tmp_path, f"title: T\nlicense: cc-by-sa-4.0\n{entries}  - {{corpus: i2b2-2010, task: ner}}\n")
    with monkeypatch.context() as patch:
        patch.setattr("medinstruct.corpora.corpus.Corpus.records", lambda *args, **more: pytest.fail("read"))
        with pytest.raises(
            BuildError, match=r"cannot carry cc-by-sa-4\.0.*i2b2-2010 \(agreement\) \(leave out i2b2-2010,"
        ):
            medinstruct.build(closed, samples=True, out=tmp_path / "closed")
    assert not (tmp_path / "closed").exists()

    free = write_recipe(tmp_path, f"title: T\nlicense: cc-by-sa-4.0\n{entries}")
    made = medinstruct.build(free, samples=True, out=tmp_path / "free")
    assert "\nlicense: cc-by-sa-4.0\n" in (made.folder / "README.md").read_text()
