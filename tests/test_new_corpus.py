"""`medinstruct new corpus`: from a folder that nobody described to a module that is checked."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medinstruct import scaffold
from medinstruct.corpora import parts as splits
from medinstruct.document import Item
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.formats import json_lines, sniff
from medinstruct.scaffold import rows
from medinstruct.shelf import PACKAGE
from medinstruct.source import File, everything, select

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[2] / "shared" / "corpora")
SECRET = "Frau Zorbinski"


def run(*arguments, cwd=None):
    """Run a command and return (exit code, output, errors)."""
    environment = {name: value for name, value in os.environ.items() if name != "MEDINSTRUCT_DATA"}
    environment |= {"HF_HUB_OFFLINE": "1", "MEDINSTRUCT_CACHE": "/nonexistent"}
    words = [sys.executable, "-m", "medinstruct", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=environment)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def ward(tmp_path):
    """Notes of a ward in BRAT's format, of which a part is to train on and a part to test."""
    folder = tmp_path / "Ward Notes"
    for part, numbers in {"train": range(7), "test": range(7, 13)}.items():
        (folder / part).mkdir(parents=True)
        for number in numbers:
            text = f"{SECRET} takes keltin 5 mg.\nNo hiccups.\n"
            drug, dose, finding = (text.index(word) for word in ("keltin", "5 mg", "hiccups"))
            (folder / part / f"note-{number}.txt").write_text(text)
            (folder / part / f"note-{number}.ann").write_text(
                f"T1\tDrug {drug} {drug + 6}\tkeltin\nT2\tDose {dose} {dose + 4}\t5 mg\nT3\tFinding {finding} {finding + 7}\thiccups\n"
                "R1\tHas-dose Arg1:T1 Arg2:T2\nA1\tNegation T3\n"
            )
    (folder / "README.txt").write_text("Notes of our ward.")
    return folder


def test_a_folder_becomes_a_corpus_on_a_shelf(ward, tmp_path):
    code, out, err = run("new", "corpus", ward, "--shelf", tmp_path / "shelf")

    assert (code, err) == (0, "")
    assert out.startswith("> brat: 13 of 13 records read")
    assert out.count("\n=== ") == 3
    assert "- keltin (Drug)" in out
    module = (tmp_path / "shelf/corpora/ward_notes.py").read_text()
    assert (
        '"train": Split("train", ("train/*.ann", "train/*.txt"), {"documents": 7, "mentions": 21, "relations": 7})'
        in module
    )
    assert '"ner": Spans(labels={"Dose": "Dose", "Drug": "Drug", "Finding": "Finding"}' in module
    assert 'arguments={"Has-dose": (("Drug",), ("Dose",))}' in module


def test_splits_that_share_a_folder_are_told_by_what_their_names_have_in_common(tmp_path):
    """Thousands of files in one folder; each was once held against all others, and stood in the module by name."""
    names = [f"{part}_{number}" for part in ("train", "test") for number in range(1_000)] + [
        "test_1_more",
        "dev-a",
        "dev-b",
    ]
    for name in names:
        (tmp_path / f"{name}.txt").write_text("Zorb fever.")
        (tmp_path / f"{name}.ann").write_text("T1\tDisease 0 10\tZorb fever\n")

    began = time.process_time()
    parts = scaffold.propose(tmp_path, "flat").parts

    assert {part.name: part.patterns for part in parts} == {
        "train": ("train_*.ann", "train_*.txt"), "dev": ("dev-a.ann", "dev-a.txt", "dev-b.ann", "dev-b.txt"),
        "test": ("test_*.ann", "test_*.txt"),
    }  # fmt: skip
    assert time.process_time() - began < 30  # it takes one, and took minutes


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("train", "train.txt CDR_TrainingSet.txt trainining7b.json NCBItrainset_corpus.txt Linnaeus_Train.PubTator"),
        ("dev", "dev_HEAD.json devel/1.a1 CDR_DevelopmentSet.txt NCBIdevelopset_corpus.txt goldDev.csv"),
        ("dev", "val.json x_val.csv valset.csv validation-00.parquet valid.csv"),
        ("test", "Test.tsv 7b_testset.json NCBItestset_corpus.txt Task1TestSetCorpus100/1.txt testing/1.txt xtest.csv"),
        ("", "strains/1.txt constraint.txt devices.txt invalid.txt values.csv latest.json contest.txt testis.ann notes.txt"),
    ],
)  # fmt: skip
def test_a_part_is_told_by_whole_words_of_a_name(part, names):
    """`strains` and `devices` are matters of medicine, not parts to train and validate on; `val` was taken for train."""
    assert {name: splits.part(name) for name in names.split()} == dict.fromkeys(names.split(), part)


def test_brackets_in_the_name_of_a_folder_are_no_pattern(ward):
    """`notes [2020]` as a pattern is `notes 2` or `notes 0`, which matches nothing: the corpus would be empty."""
    (ward / "train").rename(ward / "train [2020]")

    proposal = scaffold.propose(ward)

    patterns = proposal.parts[0].patterns
    assert patterns == ("train [[]2020]/*.ann", "train [[]2020]/*.txt")
    assert len(list(select(ward, patterns))) == 14


def test_check_names_what_is_to_be_filled_in_and_nothing_else(ward, tmp_path):
    run("new", "corpus", ward, "--id", "ward", "--shelf", tmp_path / "shelf")
    code, out, _ = run("check", "ward", "--shelf", tmp_path / "shelf")

    assert code == 1
    assert [line.partition(": ")[2].partition(" is ")[0] for line in out.strip().split("\n")[:-1]] == [
        "title", "homepage", "citation", "license", "left_out['attributes:Negation']",
    ]  # fmt: skip


def test_once_that_is_filled_in_it_passes(ward, tmp_path):
    run("new", "corpus", ward, "--id", "ward", "--shelf", tmp_path / "shelf")
    module = tmp_path / "shelf/corpora/ward.py"
    module.write_text(module.read_text().replace("TO FILL IN: ", ""))

    assert run("check", "ward", "--shelf", tmp_path / "shelf")[1] == "1 checked, 0 findings\n"


def test_the_sample_and_the_test_that_are_written_hold(ward, tmp_path):
    run("new", "corpus", ward, "--id", "ward", "--shelf", tmp_path / "shelf")
    shelf = tmp_path / "shelf"

    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(shelf / "tests")]
    assert subprocess.run(words, capture_output=True, cwd=tmp_path).returncode == 0
    sample = shelf / "corpora/samples/ward"
    assert sorted(path.relative_to(sample).as_posix() for path in sample.rglob("*.*")) == [
        "test/placeholder-2.ann", "test/placeholder-2.txt", "train/placeholder-1.ann", "train/placeholder-1.txt",
    ]  # fmt: skip
    assert "R1\tHas-dose Arg1:T4 Arg2:T5" in (sample / "train/placeholder-1.ann").read_text()


def test_no_text_of_the_files_is_written_anywhere(ward, tmp_path):
    run("new", "corpus", ward, "--id", "ward", "--shelf", tmp_path / "shelf")
    written = [path for path in (tmp_path / "shelf").rglob("*") if path.is_file() and "data" not in path.parts]

    assert len(written) == 6
    for path in written:
        text = path.read_text()
        assert not any(word in text for word in ("Zorbinski", "keltin", "hiccups", "5 mg")), path


def test_a_corpus_is_never_written_into_the_package_nor_over_another(ward, tmp_path):
    proposal = scaffold.propose(ward)
    with pytest.raises(MedinstructError, match="inside the package"):
        scaffold.write(proposal, PACKAGE / "corpora")
    scaffold.write(proposal, tmp_path / "shelf")

    with pytest.raises(MedinstructError, match=r"ward_notes\.py exists"):
        scaffold.write(proposal, tmp_path / "shelf")


def test_names_in_the_files_cannot_become_code(tmp_path):
    """A type of a mention is a string in the module, whatever it says."""
    evil = '"}),};import_os;os.abort();{"'
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("Zorb fever.")
    (tmp_path / "notes/a.ann").write_text(f"T1\t{evil} 0 4\tZorb\n")

    code, out, _ = run("new", "corpus", tmp_path / "notes", "--shelf", tmp_path / "shelf")

    assert code == 0
    assert evil in json.loads(json.dumps(scaffold.propose(tmp_path / "notes").facts.mentions))
    compile((tmp_path / "shelf/corpora/notes.py").read_text(), "notes.py", "exec")
    assert "=== ner" in out


@pytest.mark.parametrize(
    ("name", "text", "told", "task"),
    [
        (
            "a.pubtator",
            "1|t|Zorb fever.\n1|a|It is rare.\n1\t0\t10\tZorb fever\tDisease\tD1\n",
            "pubtator: 1 of 1",
            '"ner": Spans(',
        ),
        (
            "a.conll",
            "Zorb B-Disease\nfever I-Disease\n\nNo O\n",
            "(columns=('token', 'tag'), separator=' ', scheme='IOB2')",
            '"ner"',
        ),
        ("a.conll", "Zorb\t0\t4\tI-Dis\n\nfever\t0\t5\tO\n", "scheme='IO', unit='start'", '"ner"'),
        ("a.txt", "###1\naim\tZorbs sleep .\nend\tThey wake .\n\n", "sentence_labels: 1 of 1", 'of="passage"'),
        (
            "a.jsonl",
            '{"id": 1, "text": "Ill.", "label": "yes"}\n{"id": 2, "text": "Well.", "label": "no"}\n',
            "json_",
            '{"no": "No", "yes": "Yes"}',
        ),
        (
            "a.jsonl",
            '{"question": "Who?", "choices": ["a", "b"], "answer": 1}\n{"question": "Why?", "choices": ["c", "d"], "answer": 0}\n',
            "json_lines",
            '"qa": Choices()',
        ),
        (
            "a.jsonl",
            '{"instruction": "Say zorb.", "output": "Zorb."}\n{"instruction": "Say no.", "output": "No."}\n',
            "json_lines",
            '"gen": Texts()',
        ),
        (
            "a.json",
            '[{"sourceid": "1", "text": "Zorb.", "denotations": [{"span": {"begin": 0, "end": 4}, "obj": "Zorb"}]}]',
            "pubannotation: 1 of 1",
            '"ner"',
        ),
    ],
)
def test_formats_are_told_by_reading(tmp_path, name, text, told, task):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / name).write_text(text)

    code, out, err = run("new", "corpus", tmp_path / "notes", "--shelf", tmp_path / "shelf")
    checked = run("check", "notes", "--shelf", tmp_path / "shelf")[1]

    assert (code, err) == (0, "")
    assert told in out.split("\n")[0]
    assert task in (tmp_path / "shelf/corpora/notes.py").read_text()
    assert {line.partition(" ")[0] for line in checked.strip().split("\n")[:-1]} == {"C101"}


@pytest.mark.parametrize(
    "lines",
    [
        '{"query": "Who?", "options": {"A": "x", "B": "y"}, "answer": "y"}\n{"query": "Why?", "options": {"A": "z", "B": "y"}, "answer": "A"}\n',
        '{"id": "1", "stem": "Who?", "choices": ["a", "b"], "cop": 1}\n{"id": "2", "stem": "Why?", "choices": ["c", "d"], "cop": 0}\n',
        '{"uid": 7, "note \\"a\\"": "Ill.", "label": 1}\n{"uid": 8, "note \\"a\\"": "Well.", "label": 0}\n',
        '{"article": "Long.", "summary": "L."}\n{"article": "Short.", "summary": "S."}\n',
    ],
)
def test_a_row_is_tried_as_the_module_will_read_it(lines):
    """What a row means is said twice, as what is tried here and as the code that is written."""
    file = File("a.jsonl", lines.encode())
    plan = rows.plan([file])
    names = {}
    exec(f"from typing import Any\nfrom medinstruct.formats.rows import Row\n{plan.code()}", names)

    found = [Item(**names["item"](row)) for row in json_lines.rows(file)]

    assert found == list(plan.records([file]))
    assert all(item.texts or item.question for item in found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", '{"id": "1", "note": "Zorb fever."}\n{"id": "2", "note": "No fever."}\n'),
        ("a.pubtator", "1|t|Zorb fever.\n1|a|It is rare.\n"),
    ],
)
def test_records_without_an_answer_become_a_module_whose_tasks_are_to_be_said(tmp_path, name, text):
    """It can be loaded, and the check says what is missing."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / name).write_text(text)

    code, out, err = run("new", "corpus", tmp_path / "notes", "--shelf", tmp_path / "shelf")
    checked = run("check", "notes", "--shelf", tmp_path / "shelf")[1]

    assert (code, err) == (0, "")
    assert "nothing that could be asked was found" in out
    assert "C101  notes: no tasks" in checked
    assert {line.partition(" ")[0] for line in checked.strip().split("\n")[:-1]} == {"C101"}


def test_a_folder_that_nobody_can_read_is_told(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/picture.png").write_bytes(b"\x89PNG")

    with pytest.raises(NotFound, match="no format reads anything"):
        scaffold.propose(tmp_path / "x")
    assert run("new", "corpus", tmp_path / "nowhere")[2] == f"error: there is no {tmp_path / 'nowhere'}\n"


REAL = [
    ("anatem", "brat", 13701),
    ("bc5cdr/pubtator", "pubtator", 28785),
    ("biored", "bioc_xml", 20419),
    ("ebm-nlp", "conll", 20106),
    ("medqa-us", "json_lines", 0),
]


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(("path", "format", "mentions"), REAL)
def test_real_corpora_are_told_and_written(path, format, mentions, tmp_path):
    """Their examples are shown, and `check` names nothing but what files cannot tell."""
    if not (DATA / path).exists():
        pytest.skip(f"{path} is not in {DATA}")

    code, out, err = run("new", "corpus", DATA / path, "--id", "mine", "--shelf", tmp_path / "shelf")
    checked = run("check", "mine", "--shelf", tmp_path / "shelf")[1].strip().split("\n")

    assert (code, err) == (0, "")
    assert out.startswith(f"> {format}: ")
    assert out.count("\n=== ") == 3
    assert all("is to be filled in" in line for line in checked[:-1]), checked
    proposal = scaffold.propose(DATA / path, "mine")
    assert sum(part.counts.get("mentions", 0) for part in proposal.parts) == mentions


@pytest.mark.real
def test_real_formats_are_ranked_first():
    for corpus, format in {
        "jnlpba": "brat",
        "ddi2013": "ddi_xml",
        "nicta-piboso": "sentence_labels",
        "anem": "conll",
    }.items():
        if not (DATA / corpus).is_dir():
            pytest.skip(f"{corpus} is not in {DATA}")
        assert sniff.guesses(sniff.data(list(everything(DATA / corpus))))[0].format == format


def test_parts_whose_files_share_names_stay_apart(tmp_path):
    """A test part must not be trained on because its files are called like those of the train part."""
    for part in ("train", "test"):
        (tmp_path / "notes" / part).mkdir(parents=True)
        for n in (1, 2):
            (tmp_path / "notes" / part / f"{n}.txt").write_text(f"Keltin, {part}.")
            (tmp_path / "notes" / part / f"{n}.ann").write_text("T1\tDrug 0 6\tKeltin\n")

    proposal = scaffold.propose(tmp_path / "notes", "notes")

    found = {part.name: part for part in proposal.parts}
    assert {name: part.counts["documents"] for name, part in found.items()} == {"train": 2, "test": 2}
    assert all(pattern.startswith("train/") for pattern in found["train"].patterns)
    assert all(pattern.startswith("test/") for pattern in found["test"].patterns)


def test_an_id_that_is_taken_is_refused(ward, tmp_path):
    code, _, err = run("new", "corpus", ward, "--id", "hoc", "--shelf", tmp_path / "shelf")

    assert code != 0
    assert "there is a corpus hoc already" in err
    assert not (tmp_path / "shelf").exists()
