"""medinstruct bigbio: a checkout is listed without running any of it, and rows become a corpus that recipes use."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from medinstruct.corpora.bigbio import catalogue, local, origin, terms
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.formats import bigbio
from medinstruct.license import License

HUB = textwrap.dedent('''
    """What a loader's neighbour is to it."""
    from dataclasses import dataclass
    from enum import Enum

    import datasets

    pairs_features = datasets.Features({
        name: datasets.Value("string") for name in ("id", "document_id", "text_1", "text_2", "label")
    })

    @dataclass
    class BigBioConfig(datasets.BuilderConfig):
        schema: str = None
        subset_id: str = None

    class Tasks(Enum):
        SEMANTIC_SIMILARITY = "STS"
''')

LOADER = textwrap.dedent('''
    """Pairs of invented sentences."""
    from pathlib import Path

    import datasets

    from .bigbiohub import BigBioConfig, Tasks, pairs_features

    _DATASETNAME = "zorba"
    _DISPLAYNAME = "Zorba" + "-20"
    _LANGUAGES = ["English", "Chinese (Simplified)", "Volapük"]
    _LICENSE = "Creative Commons Attribution 4.0 International"
    _LOCAL = False
    _PUBMED = False
    _HOMEPAGE = f"https://example.org/{_DATASETNAME}"
    _CITATION = """\\
    @article{zorba, title = {Zorba "20"}}
    """
    _DESCRIPTION = "x"
    _SUPPORTED_TASKS = [Tasks.SEMANTIC_SIMILARITY]
    _URLS = {_DATASETNAME: "https://example.invalid/files/pairs.tsv?download=1"}

    Path("EXECUTED").write_text("yes")

    class Zorba(datasets.GeneratorBasedBuilder):
        BUILDER_CONFIGS = [BigBioConfig(name="zorba_source", schema="source")]
        for _subset in ("ward", "lab"):
            BUILDER_CONFIGS.append(BigBioConfig(name=f"zorba_{_subset}_bigbio_pairs", schema="bigbio_pairs", subset_id=_subset))

        def _info(self):
            return datasets.DatasetInfo(features=pairs_features)

        def _split_generators(self, manager):
            path = manager.download_and_extract(_URLS[_DATASETNAME])
            return [datasets.SplitGenerator(name=datasets.Split.TRAIN, gen_kwargs={"path": path})]

        def _generate_examples(self, path):
            for n, line in enumerate(Path(path).read_text().split()):
                one, other, score = line.split("|")
                yield n, {"id": n, "document_id": f"{self.config.subset_id}{n}", "text_1": one, "text_2": other, "label": score}
''')

PUZZLE = textwrap.dedent('''
    """A loader that cannot be described without running it."""
    import os
    _DISPLAYNAME = os.environ["HOME"]
    _LANGUAGES = [language for language in ()]
    _LICENSE = Licenses(name="mine")
    _SUPPORTED_TASKS = [Tasks.NAMED_ENTITY_RECOGNITION]
    raise SystemExit("a loader was run")
''')


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a loader that works, one that cannot be read whole, and one that is no Python."""
    home = tmp_path / "checkout/bigbio/hub/hub_repos"
    for name, source in {"zorba": LOADER, "puzzle": PUZZLE, "broken": "def (:\n"}.items():
        (home / name).mkdir(parents=True)
        (home / name / f"{name}.py").write_text(source)
        (home / name / "bigbiohub.py").write_text(HUB)
    return tmp_path / "checkout"


def run(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "medinstruct", *words], capture_output=True, text=True, check=False, cwd=home
    )


# The list


def test_a_checkout_is_listed_without_running_it(checkout, tmp_path):
    done = run(tmp_path, "bigbio", "list", "checkout", "--json")

    broken, puzzle, zorba = json.loads(done.stdout)
    assert zorba == {
        "name": "zorba", "title": "Zorba-20", "schemas": ["pairs"], "tasks": ["SEMANTIC_SIMILARITY"],
        "languages": ["en", "und", "zh"], "license": "cc-by-4.0",
        "stated": "Creative Commons Attribution 4.0 International", "local": False,
        "configs": ["zorba_*_bigbio_pairs"], "unread": [],
    }  # fmt: skip
    assert (puzzle["schemas"], puzzle["license"], puzzle["title"]) == (["kb"], "unknown", "puzzle")
    assert puzzle["unread"][:3] == [
        "_DISPLAYNAME: os.environ['HOME'] (line 4)",
        "_LANGUAGES: [language for language in ()] (line 5)",
        "_LICENSE: Licenses(name='mine') (line 6)",
    ]
    assert broken["unread"][0].startswith("broken.py: invalid syntax")
    assert not list(tmp_path.rglob("EXECUTED"))


def test_the_list_for_people_names_what_was_not_read(checkout, tmp_path):
    said = run(tmp_path, "bigbio", "list", "checkout").stdout

    assert "not read: puzzle: _LICENSE: Licenses(name='mine') (line 6)" in said
    assert said.endswith("3 corpora, 1 of them described in full, 0 not open\n")


def test_a_folder_without_loaders_is_told(tmp_path):
    with pytest.raises(NotFound, match="holds no loader of BigBIO"):
        list(catalogue.loaders(tmp_path))


def test_a_misspelled_loader_is_told(checkout):
    with pytest.raises(NotFound, match="did you mean zorba"):
        catalogue.load(checkout, "zorbra")


@pytest.mark.parametrize(
    "stated, id",
    [
        ("CC_BY_4p0", "cc-by-4.0"),
        ("MIT License", "mit"),
        ("Data User Agreement", "agreement"),
        ("Licenses.DUA", "agreement"),
        ("License information unavailable", "unknown"),
        ("Ask us", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_license_is_ours_or_unknown(stated, id):
    found = terms.license(stated)

    assert found.id == id
    assert stated in found.stated


# Where rows are


def test_files_are_sorted_by_configuration_and_split(tmp_path):
    names = [
        "zorba_bigbio_kb/train/0000.parquet", "zorba_bigbio_kb/train/0001.parquet", "zorba_bigbio_kb/zorba-test.parquet",
        "zorba_lab_bigbio_base_text-validation-00000-of-00002.jsonl", "dev.jsonl",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")

    found = origin.in_folder(tmp_path)

    told = {c: {s: [p.name for p in paths] for s, paths in splits.items()} for c, splits in found.items()}
    assert told == {
        "zorba_bigbio_kb": {"train": ["0000.parquet", "0001.parquet"], "test": ["zorba-test.parquet"]},
        "zorba_lab_bigbio_base_text": {"validation": ["zorba_lab_bigbio_base_text-validation-00000-of-00002.jsonl"]},
        "": {"dev": ["dev.jsonl"]},
    }


# The import


ROWS = {
    "kb": [
        {
            "id": str(n), "document_id": f"d{n}",
            "passages": [{"id": "p", "type": "title", "text": [f"Zorbinol cures fever {n}."], "offsets": [[0, 23]]}],
            "entities": [
                {"id": "1", "type": "Drug_name", "text": ["Zorbinol"], "offsets": [[0, 8]], "normalized": []},
                {"id": "2", "type": "disease", "text": ["fever"], "offsets": [[15, 20]], "normalized": []},
            ],
            "events": [
                {"id": "4", "type": "Cure", "trigger": {"text": ["cures"], "offsets": [[9, 14]]},
                 "arguments": [{"role": "Theme", "ref_id": "2"}]}
            ],
            "coreferences": [],
            "relations": [{"id": "3", "type": "treats", "arg1_id": "1", "arg2_id": "2", "normalized": []}],
        }
        for n in range(3)
    ],
    "qa": [
        {"id": str(n), "question_id": str(n), "document_id": "d", "question": f"Does it help {n}?", "type": type,
         "choices": choices, "context": "It helped.", "answer": answer}
        for n, (type, choices, answer) in enumerate(
            [("yesno", ["yes", "no"], ["yes"]), ("yesno", ["yes", "no"], ["no"]), ("summary", [], ["It helped."])]
        )
    ],
    "te": [
        {"id": str(n), "premise": "No fever.", "hypothesis": f"He is afebrile {n}.", "label": label}
        for n, label in enumerate(["entailment", "neutral"])
    ],
    "pairs": [
        {"id": str(n), "document_id": "d", "text_1": "No fever.", "text_2": f"Afebrile {n}.", "label": label}
        for n, label in enumerate(["3.5", "0"])
    ],
    "text": [
        {"id": str(n), "document_id": "d", "text": f"Fever and cough {n}.", "labels": labels}
        for n, labels in enumerate([["fever", "cough"], ["fever"]])
    ],
    "t2t": [
        {"id": str(n), "document_id": "d", "text_1": f"A long note {n}.", "text_2": "A note.",
         "text_1_name": "note", "text_2_name": "summary"}
        for n in range(2)
    ],
}  # fmt: skip

ASKED = {
    "kb": ["ner", "re", "ee"], "qa": ["qa-summary", "qa-yesno"], "te": ["nli"], "pairs": ["sts"], "text": ["dc"], "t2t": ["sum"],
}  # fmt: skip


@pytest.mark.parametrize("schema", sorted(ROWS))
def test_rows_of_every_schema_become_a_corpus_that_is_checked_and_built(schema, tmp_path):
    """Without BigBIO's own facts: what is declared is what the rows hold."""
    rows = "".join(json.dumps(row) + "\n" for row in ROWS[schema])
    (tmp_path / "train.jsonl").write_text(rows)

    done = run(tmp_path, "bigbio", "import", "zorba", "--from", "train.jsonl", "--as", "mine", "--json")

    [made] = json.loads(done.stdout)
    assert "its license is unknown" in done.stderr
    assert (made["id"], made["license"]) == ("mine", "unknown")
    assert set(ASKED[schema]) <= set(made["tasks"])
    checked = run(tmp_path, "check", "mine", "--shelf", "shelf")
    assert (checked.returncode, checked.stdout) == (0, "1 checked, 0 findings\n")
    mix = ", ".join(f"{{corpus: mine, task: {task}}}" for task in ASKED[schema])
    (tmp_path / "mine.yaml").write_text(f"title: Mine\nmix: [{mix}]\n")
    built = json.loads(run(tmp_path, "build", "mine.yaml", "--shelf", "shelf", "--out", "out", "--json").stdout)
    assert built["rows"] == {"train": len(ROWS[schema]) * (len(ASKED[schema]) if schema != "qa" else 1)}


def test_what_the_rows_hold_is_what_is_declared(tmp_path):
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in ROWS["kb"]))
    bare = tmp_path / "bare.jsonl"
    bare.write_text(json.dumps({**ROWS["kb"][0], "events": [], "relations": []}) + "\n")
    broken = tmp_path / "broken.jsonl"
    misquoting = {**ROWS["kb"][0], "entities": [{**ROWS["kb"][0]["entities"][0], "text": ["Zorb"]}]}
    broken.write_text(json.dumps(misquoting) + "\n")

    made = local.put("zorba", "", {"test": (bare,), "dev": (data, broken), "train": (data,)}, tmp_path / "shelf")

    words = made.module.read_text()
    assert list(made.splits) == ["train", "dev", "test"]
    assert made.splits["dev"].counts == {
        "documents": 3, "mentions": 9, "relations": 3, "events": 3, "passages": 3, "broken": 1,
    }  # fmt: skip
    assert "withheld=('re', 'ee')" in words
    assert "'Drug_name': 'Drug name', 'disease': 'Disease'" in words
    assert "arguments={'treats': ((('Drug_name',), ('disease',)),)}" in words
    assert "participants={'disease': 'Disease'}" in words


def test_a_hostile_title_stays_a_title(tmp_path):
    """What a loader says is data: nothing of it becomes code of the module."""
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS["te"]))
    bad = '"""\nraise SystemExit("ran")\n"""\\'
    facts = {
        **catalogue.KEYS,
        "_DISPLAYNAME": bad,
        "_CITATION": bad,
        "_HOMEPAGE": bad,
        "_LICENSE": bad,
        "_LANGUAGES": [bad],
    }
    facts["_SUPPORTED_TASKS"] = ["Tasks.TEXTUAL_ENTAILMENT"]
    loader = catalogue.Loader("zorba", tmp_path / "zorba.py", facts, ())

    local.put("zorba", "", {"train": (tmp_path / "train.jsonl",)}, tmp_path / "shelf", loader=loader)

    done = run(tmp_path, "show", "bigbio-zorba", "--shelf", "shelf")
    assert done.returncode == 0
    assert json.loads(done.stdout)["title"] == " ".join(bad.split())


def test_a_corpus_that_is_there_stays(tmp_path):
    (tmp_path / "train.jsonl").write_text(json.dumps(ROWS["te"][0]) + "\n")
    splits = {"train": (tmp_path / "train.jsonl",)}
    made = local.put("zorba", "", splits, tmp_path / "shelf")

    with pytest.raises(MedinstructError, match="is there already"):
        local.put("zorba", "", splits, tmp_path / "shelf")

    assert local.put("zorba", "", splits, tmp_path / "shelf", force=True) == made
    assert made.license == License("unknown", "BigBIO's loader states none")


@pytest.mark.parametrize(
    "row, message",
    [
        ({"id": "1", "sentence": "x"}, "these are no rows of BigBIO"),
        (
            {"id": "1", "premise": "x", "hypothesis": ["y"], "label": "z"},
            "train.jsonl:1: no row of te: hypothesis: \"['y']\" is no text",
        ),
    ],
)
def test_what_is_no_row_of_bigbio_is_told(row, message, tmp_path):
    (tmp_path / "train.jsonl").write_text(json.dumps(row) + "\n")

    done = run(tmp_path, "bigbio", "import", "zorba", "--from", "train.jsonl")

    assert done.returncode == 1
    assert message in done.stderr


# The loader


def test_no_loader_is_run_unless_asked_for(checkout, tmp_path):
    done = run(tmp_path, "bigbio", "import", "zorba", "--from", "checkout")

    assert done.returncode == 2
    assert "a checkout holds loaders and no rows of zorba" in done.stderr
    assert "--run-loader to execute its loader" in done.stderr
    assert not list(tmp_path.rglob("EXECUTED"))


def test_a_loader_is_run_when_asked_for_with_files_at_hand(checkout, tmp_path):
    """Every configuration with a schema of BigBIO is a corpus; what the loader would download is taken from --files."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/pairs.tsv").write_text("fever|cough|0.5\nfever|pyrexia|4\n")

    done = run(
        tmp_path, "bigbio", "import", "zorba", "--from", "checkout", "--run-loader", "--files", "files", "--json"
    )

    ward, lab = json.loads(done.stdout)
    assert "warning: --run-loader executes checkout/bigbio/hub/hub_repos/zorba/zorba.py" in done.stderr
    assert (tmp_path / "EXECUTED").exists()
    assert (ward["id"], lab["id"]) == ("bigbio-zorba-ward-pairs", "bigbio-zorba-lab-pairs")
    assert ward["license"] == "cc-by-4.0"
    assert ward["tasks"] == ["sts"]
    assert ward["splits"] == {"train": {"items": 2}}
    assert "0 findings" in run(tmp_path, "check", "bigbio-zorba-lab-pairs", "--shelf", "shelf").stdout
    from medinstruct.source import File

    [first, _] = bigbio.read(
        [File("train.parquet", Path(tmp_path / "shelf/data/bigbio-zorba-lab-pairs/train.parquet").read_bytes())]
    )
    assert first.facts == {"document_id": "lab0"}


def test_what_a_loader_runs_into_is_told_in_one_line(checkout, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/pairs.tsv").write_text("fever\n")

    done = run(
        tmp_path,
        "bigbio",
        "import",
        "zorba",
        "--from",
        "checkout",
        "--run-loader",
        "--files",
        "files",
        "--config",
        "zorba_lab_bigbio_pairs",
    )

    assert done.returncode == 1
    assert done.stderr.split("\n")[1] == (
        "error: zorba.py: the loader failed: ValueError: not enough values to unpack (expected 3, got 1) "
        "(the loader's own words; its files may be gone)"
    )


def test_one_of_several_that_fails_leaves_the_others(checkout, tmp_path):
    (tmp_path / "te.jsonl").write_text(json.dumps(ROWS["te"][0]) + "\n")

    done = run(tmp_path, "bigbio", "import", "zorba", "nowhere", "--from", "checkout", "--from", "te.jsonl", "--force")

    assert done.returncode == 1
    assert "error: nowhere: no loader 'nowhere'" in done.stderr
