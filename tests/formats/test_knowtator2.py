"""Knowtator 2 XML: annotations by concepts of an ontology, beside their texts."""

import pytest

from medinstruct.document import Document, Mention
from medinstruct.errors import UnsafeInput
from medinstruct.formats import knowtator2
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXT = File("txt/7.txt", "Zörb & splenule were large .".encode())
XML = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<knowtator-project>
    <document id="7" text-file="7.txt">
        <annotation annotator="Default" id="7-1" motivation="" type="identity">
            <class id="http://x.org/obo/MONDO_0000007" label="'large zorb'"/>
            <span end="26" id="7-3" start="21">large</span>
            <span end="4" id="7-2" start="0">Zörb</span>
        </annotation>
        <annotation annotator="Default" id="7-4" motivation="" type="identity">
            <class id="http://x.org/obo/MONDO_0000008" label="pair"/>
            <span end="15" id="7-5" start="0">Zörb &amp; splenule</span>
        </annotation>
    </document>
</knowtator-project>
"""


def read(xml: str, *files: File, **options) -> list:
    return list(knowtator2.read([*files, File("annotations/7.xml", xml.encode())], **options))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.id}: {record.reason}" for record in records if isinstance(record, Broken)]


def test_annotations_are_mentions_of_their_class():
    """Parts come in the order of the text, whatever the order of the file."""
    [document] = read(XML, TEXT, identity="pmid")

    assert document == Document(
        id="7",
        text="Zörb & splenule were large .",
        mentions=(
            Mention(id="7-1", spans=((0, 4), (21, 26)), text="Zörb large", types=("http://x.org/obo/MONDO_0000007",)),
            Mention(id="7-4", spans=((0, 15),), text="Zörb & splenule", types=("http://x.org/obo/MONDO_0000008",)),
        ),
        identities=("pmid:7",),
    )


def test_a_document_without_annotations_has_nothing_to_find():
    [document] = read('<knowtator-project><document id="7" text-file="7.txt"></document></knowtator-project>', TEXT)

    assert (document.id, document.mentions) == ("7", ())


def test_a_text_that_no_file_names_is_not_annotated():
    records = read(XML, TEXT, File("txt/8.txt", b"Zorb."))

    assert told(records) == [
        "txt/8.txt: 8: no file of annotations names it; not annotated is not the same as nothing to find"
    ]


def test_another_text_of_the_same_name_is_told():
    broken, document = read(XML, TEXT, File("more/7.txt", b"Another."))

    assert told([broken]) == ["more/7.txt: 7: is another file of the same name as txt/7.txt"]
    assert [document] == read(XML, TEXT)


@pytest.mark.parametrize(
    "old, new, fault",
    [
        ('text-file="7.txt"', 'text-file="9.txt"', "annotations/7.xml:3: 7: there is no text '9.txt'"),
        ('start="21"', 'start="2x"', "annotations/7.xml:3: 7: invalid literal for int() with base 10: '2x'"),
        ('start="21"', "", "annotations/7.xml:3: 7: an annotation, class or span has no 'start'"),
        ('<class id="http://x.org/obo/MONDO_0000008" label="pair"/>', "", "annotations/7.xml:3: 7: annotation 7-4 has no class"),
        (">large<", ">small<", "annotations/7.xml:3: 7: mention 7-1 says 'Zörb small' but text[0:4,21:26] is 'Zörb large'"),
        ('end="26"', 'end="99"', "annotations/7.xml:3: 7: mention 7-1 at 21:99 lies outside the text of 28 characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(old, new, fault):
    assert fault in told(read(XML.replace(old, new), TEXT))


def test_a_file_that_is_cut_off_is_told():
    faults = told(read(XML[: XML.index("</document>")], TEXT))

    assert faults[0].startswith("annotations/7.xml:")
    assert "the file is cut off" in faults[0]


def test_declarations_of_entities_are_refused():
    with pytest.raises(UnsafeInput):
        read('<!DOCTYPE x [<!ENTITY y "z">]>' + XML.split("\n", 1)[1], TEXT)


@pytest.mark.real
def test_diseases_of_craft(real):
    """All but one mention, which has a part that holds nothing."""
    found = list(knowtator2.read(real("craft", "articles/txt/*.txt", "knowtator-2/*.xml")))

    assert [record.id for record in found if isinstance(record, Broken)] == ["16579849"]
    assert sum(isinstance(record, Document) for record in found) == 96
