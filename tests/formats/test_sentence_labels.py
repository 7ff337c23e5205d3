"""Sentence labels: abstracts as labelled sentences, in one file or in pairs of files."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Document, Mention, Passage
from medinstruct.errors import FormatError
from medinstruct.formats import line_labels, sentence_labels
from medinstruct.formats.draft import Broken, documents
from medinstruct.source import File

RECORDS = """\
###7012
background\tZorb fever runs in families .
study design\tA trial .

###7013
outcome\tAll were healed .
"""

ABSTRACT = Document(
    id="7012",
    text="Zorb fever runs in families .\nA trial .",
    passages=(
        Passage(type="sentence", span=(0, 29), labels=("background",)),
        Passage(type="sentence", span=(30, 39), labels=("study design",)),
    ),
    identities=("pmid:7012",),
)


def read(text: str | bytes) -> list:
    data = text if isinstance(text, bytes) else text.encode()
    return list(sentence_labels.read([File("train.txt", data)], identity="pmid"))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


@pytest.mark.parametrize(
    "text", [RECORDS, "\n\n" + RECORDS.rstrip(), RECORDS.replace("\n", "\r\n"), "\ufeff" + RECORDS]
)
def test_each_record_is_a_document(text):
    one, two = read(text)

    assert one == ABSTRACT
    assert (two.id, two.text) == ("7013", "All were healed .")


def test_a_mark_begins_a_record_without_an_empty_line():
    assert [document.id for document in read(RECORDS.replace("\n\n", "\n"))] == ["7012", "7013"]


def test_a_sentence_may_hold_tabs():
    assert read("###1\nx\ta\tb\n")[0].text == "a\tb"


@pytest.mark.parametrize(
    "record, line, reason",
    [
        ("x\ta\ny\tb\n", 1, "not a mark with an id and a sentence below: 'x\\ta'"),
        ("###9\n", 1, "not a mark with an id and a sentence below: '###9'"),
        ("###\nx\ta\n", 1, "not a mark with an id and a sentence below: '###'"),
        ("###9\nx\ta\nx a\n", 3, "not a label, a tab and a sentence: 'x a'"),
        ("###9\n\ta\n", 2, "not a label, a tab and a sentence: '\\ta'"),
        ("###9\nx\t \n", 2, "not a label, a tab and a sentence: 'x\\t '"),
    ],
)
def test_a_bad_record_is_broken_alone(record, line, reason):
    records = read(record + "\n" + RECORDS)

    assert told(records) == [f"train.txt:{line}: {reason}"]
    assert [type(record) for record in records] == [Broken, Document, Document]


def test_bytes_in_another_encoding_are_broken():
    assert told(read(b"###1\nx\t\xf6"))[0].startswith("train.txt:2: bytes b'\\xf6' are not utf-8")


printable = st.characters(exclude_categories=["Cs", "Cc"])
names = st.text(printable, min_size=1).filter(lambda text: text == text.strip() and not text.startswith("###"))
sentences = st.text(printable | st.just("\t"), min_size=1).filter(lambda text: bool(text.strip()))


@given(st.lists(st.tuples(names, st.lists(st.tuples(names, sentences), min_size=1, max_size=4)), max_size=3))
def test_what_is_written_is_read_back(records):
    written = [
        Document(id=id, **sentence_labels.join_sentences([(sentence, (label,)) for label, sentence in lines]))
        for id, lines in records
    ]

    assert written == list(documents(sentence_labels.read(sentence_labels.write(written))))


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"mentions": (Mention(id="T1", spans=((0, 4),), text="Zorb", types=("X",)),)}, "has mentions"),
        ({"labels": ("x",)}, "has labels"),
        ({"passages": ABSTRACT.passages[:1]}, "has passages other than its lines as sentences"),
        ({"text": "A\n", "passages": ()}, "has passages other than its lines as sentences"),
        (
            {"text": "A", "passages": (Passage(type="sentence", span=(0, 1), labels=("x",), id="P1"),)},
            "has passages with ids",
        ),
        (
            {"text": " ", "passages": (Passage(type="sentence", span=(0, 1), labels=("x",)),)},
            "has an empty sentence, or one that ends in a carriage return",
        ),
        ({"text": "A", "passages": (Passage(type="sentence", span=(0, 1)),)}, "has a sentence with the labels ()"),
        (
            {"text": "A", "passages": (Passage(type="sentence", span=(0, 1), labels=("x", "y")),)},
            "has a sentence with the labels ('x', 'y')",
        ),
        (
            {"text": "A", "passages": (Passage(type="sentence", span=(0, 1), labels=("x\ty",)),)},
            "has a sentence with the labels ('x\\ty',)",
        ),
        ({"id": "a\nb"}, "has an id that cannot stand at the end of a line"),
    ],
)
def test_what_cannot_be_held_is_not_written(change, reason):
    document = Document.model_validate(ABSTRACT.model_dump() | change)

    with pytest.raises(FormatError) as error:
        list(sentence_labels.write([document]))

    assert f"document {document.id}: {reason}" in str(error.value)


TEXT = File("hoc/text/7012.txt", b"Zorb fever runs in families .\nZorbinase stops splenules .\n")
LABELS = File("hoc/labels/7012.txt", b"< <Evading growth--By arrest-- ANDResisting death AND NULL")


@pytest.mark.parametrize("files", [(TEXT, LABELS), (LABELS, TEXT)])
def test_a_text_and_its_labels_are_one_document(files):
    [document] = line_labels.read(files, identity="pmid")

    assert document == Document(
        id="7012",
        text="Zorb fever runs in families .\nZorbinase stops splenules .",
        passages=(
            Passage(type="sentence", span=(0, 29)),
            Passage(
                type="sentence",
                span=(30, 57),
                labels=("Evading growth--By arrest--", "Resisting death", "NULL"),
            ),
        ),
        identities=("pmid:7012",),
    )


def test_texts_and_labels_of_two_parts_are_not_mixed():
    files = [File(f"{part}/{name}/1.txt", data) for name, data in (("labels", b"<x"), ("text", b"a")) for part in "pq"]

    assert [document.passages[0].labels for document in line_labels.read(files)] == [("x",), ("x",)]


@pytest.mark.parametrize(
    "files, reason",
    [
        ([TEXT], "hoc/text/7012.txt: has no partner: its name must stand both in text/ and in labels/"),
        ([LABELS], "hoc/labels/7012.txt: has no partner"),
        ([File("hoc/7012.txt", b"")], "hoc/7012.txt: stands neither in text/ nor in labels/"),
        (
            [TEXT, File("hoc/labels/7012.txt", b"<")],
            "hoc/labels/7012.txt: labels of 1 sentences, but hoc/text/7012.txt has 2",
        ),
        ([TEXT, File("hoc/labels/7012.txt", b"x<<")], "hoc/labels/7012.txt: labels stand before the first '<'"),
        ([TEXT, File("hoc/labels/7012.txt", b"<\n<\xf6")], "hoc/labels/7012.txt:2: bytes b'\\xf6' are not utf-8"),
        ([File("hoc/text/7012.txt", b"\xf6"), LABELS], "hoc/text/7012.txt:1: bytes b'\\xf6' are not utf-8"),
    ],
)
def test_a_pair_that_does_not_fit_is_broken(files, reason):
    [record] = line_labels.read(files)

    assert f"{record.place}: {record.reason}".startswith(reason)
    assert record.id in ("7012", "")


@pytest.mark.real
@pytest.mark.parametrize(
    "name, counts, labels",
    [
        ("train_clean.txt", (720, 6979), (3186, 1832, 1114, 504, 258, 85)),
        ("dev_clean.txt", (80, 801), (378, 191, 136, 57, 33, 6)),
        ("test_clean.txt", (200, 1991), (959, 525, 303, 120, 63, 21)),
    ],
)
def test_nicta_piboso(real, name, counts, labels):
    found = list(documents(sentence_labels.read(real("nicta-piboso", name), identity="pmid")))

    passages = [passage for document in found for passage in document.passages]
    assert (len({document.id for document in found}), len(passages)) == counts
    names = ["outcome", "background", "other", "population", "intervention", "study design"]
    assert Counter(label for passage in passages for label in passage.labels) == dict(zip(names, labels))


@pytest.mark.real
def test_hoc(real):
    found = list(documents(line_labels.read(real("hoc", "text/*.txt", "labels/*.txt"), identity="pmid")))

    passages = [passage for document in found for passage in document.passages]
    assert (len(found), len(passages)) == (1852, 17464)
    top = Counter(label.partition("--")[0] for passage in passages for label in set(passage.labels))
    assert len(top) == 11
    assert top["NULL"] == 11
