"""Any folder, file or archive of a known format is looked at; what is none is told."""

import json
import zipfile

import pytest
from planted_marks import GENES
from planted_records import asked, squad
from plants import NOTE, OTHER, PLAIN, ROWS, ZORBIN, as_files, brat_files, lines_of

from medinstruct.auditor import audit
from medinstruct.errors import MedinstructError, NotFound

TSV = "Zorbin\tO\ncures\tO\nague\tB-Sign\n"
BIOC = {
    "documents": [
        {"id": "9", "infons": {}, "passages": [{"offset": 0, "infons": {}, "text": "Zorbin.", "annotations": []}]}
    ]
}
KINDS = {
    "brat": brat_files(NOTE, [ZORBIN]),
    "bionlp": {"e.txt": NOTE, "e.a1": "T1\tDrug 0 6\tZorbin\n", "e.a2": ""},
    "pubtator": {"a.txt": PLAIN + "\n" + OTHER},
    "genetag": GENES,
    "conll": {"dev.tsv": TSV},
    "bioc xml": {
        "a.xml": "<collection><document><id>9</id><passage><offset>0</offset><text>Zorbin.</text></passage></document></collection>"
    },
    "bioc json": {"a.json": json.dumps(BIOC)},
    "json lines": {"a.json": lines_of(ROWS[:4])},
    "json list": {"a.json": json.dumps(ROWS[:4])},
    "json by id": {"a.json": json.dumps({row["id"]: row for row in ROWS[:4]})},
    "squad": squad("12 mice", 8),
    "questions": asked(),
    "csv": {"a.csv": "id,text,label\n1,One text of the zorb corpus.,yes\n2,Another text of the zorb corpus.,no\n"},
    "sections": {"a.txt": "###1\nMETHODS\tSix mice were fed.\nRESULTS\tThey grew.\n"},
}


def put(files, folder):
    for file in as_files(files):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_is_told_from_the_files(kind, tmp_path):
    """Each has records, and nothing wrong with them."""
    put(KINDS[kind], tmp_path / "zorb")
    report = audit(tmp_path / "zorb")

    assert sum(counts["records"] for counts in report.counts.values()) >= 1
    assert report.findings == []


def test_files_are_parted_by_their_names(tmp_path):
    """Their own first, then those of their folders, then what lies beside them says."""
    put(
        {
            "train/a.jsonl": lines_of(ROWS[:3]),
            "zorb-dev.jsonl": lines_of(ROWS[3:5]),
            "x/test.jsonl": lines_of(ROWS[5:6]),
        },
        tmp_path,
    )

    assert {name: counts["items"] for name, counts in audit(tmp_path).counts.items()} == {
        "train": 3,
        "dev": 2,
        "test": 1,
    }


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_or_an_archive_will_do(packed, tmp_path):
    """The other files of its folder are not looked at."""
    (tmp_path / "other.pubtator").write_text(PLAIN.replace("\t0\t", "\t1\t"))
    path = tmp_path / ("a.zip" if packed else "a.pubtator")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.pubtator", PLAIN)
    else:
        path.write_text(PLAIN)

    assert audit(path).summary.endswith("1 records, 0 of 5 mentions do not quote their text")


def test_what_says_nothing_of_its_format_is_told(tmp_path):
    """With the name of the option that says it."""
    (tmp_path / "a.xyz").write_text("Nothing of any format.\n")
    with pytest.raises(NotFound, match="--format"):
        audit(tmp_path)


def test_a_format_that_files_alone_cannot_tell_is_refused(tmp_path):
    """Rather than a traceback."""
    (tmp_path / "a.tsv").write_text("a\tb\n")
    with pytest.raises(MedinstructError, match="has to be told document, mention"):
        audit(tmp_path, format="span_table")


def test_what_is_neither_corpus_nor_path_is_told():
    """With the nearest corpus there is."""
    with pytest.raises(NotFound, match="ncbi-disease"):
        audit("ncbi-diseases")


def test_what_lies_beside_the_files_of_a_format_is_none_of_them(tmp_path):
    """A description of the corpus in JSON is no faulty XML."""
    put({**KINDS["bioc xml"], "meta.json": '{"made": "by hand"}'}, tmp_path)

    assert audit(tmp_path).findings == []


def test_a_testset_is_a_test_part(tmp_path):
    put({"zorbtestset_corpus.txt": PLAIN, "zorbtrainset_corpus.txt": OTHER}, tmp_path)

    assert list(audit(tmp_path).counts) == ["train", "test"]
