"""Knowtator XML: annotations, their classes and slots come together; what refers to nothing is told."""

import pytest

from medinstruct.document import Attribute, Concept, Document, Mention
from medinstruct.errors import UnsafeInput
from medinstruct.formats import knowtator
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXT = "The zorb is large , the splenule\ninflamed .\n"
XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<annotations textSource="7.txt">
  <annotation>
    <mention id="I1" /><annotator id="eHOST_2010">x</annotator>
    <span start="24" end="41" /><spannedText>splenule inflamed</spannedText>
  </annotation>
  <annotation>
    <mention id="I4" />
    <span start="12" end="17" /><span start="4" end="8" /><spannedText>zorb ... large</spannedText>
  </annotation>
  <stringSlotMention id="I2"><mentionSlot id="CUI" /><stringSlotMentionValue value="C9000007" /></stringSlotMention>
  <stringSlotMention id="I5"><mentionSlot id="CUI" /><stringSlotMentionValue value="CUI-less" /></stringSlotMention>
  <complexSlotMention id="I3"><mentionSlot id="Site" /></complexSlotMention>
  <classMention id="I1">
    <hasSlotMention id="I2" /><hasSlotMention id="I3" /><mentionClass id="Disorder">splenule inflamed</mentionClass>
  </classMention>
  <classMention id="I4"><hasSlotMention id="I5" /><mentionClass id="Disorder">zorb ... large</mentionClass></classMention>
</annotations>
"""


def vocabulary(slot: str, value: str) -> str:
    return "UMLS" if slot == "CUI" and value.startswith("C9") else ""


def read(xml: str | None = XML, text: str | None = TEXT):
    given = [("saved/7.txt.knowtator.xml", xml), ("corpus/7.txt", text)]
    files = [File(name, data.encode()) for name, data in given if data is not None]
    [record] = knowtator.read(files, vocabulary=vocabulary)
    return record


def told(record) -> str:
    assert isinstance(record, Broken)
    return f"{record.place}: {record.reason}"


def test_another_file_of_the_same_name_is_told():
    files = [File("a/7.txt", TEXT.encode()), File("7.txt.knowtator.xml", XML.encode()), File("b/7.txt", b"Another.")]

    broken, document = knowtator.read(files, vocabulary=vocabulary)

    assert told(broken) == "b/7.txt: is another file of the same name as a/7.txt"
    assert document == read()


def test_annotations_are_read():
    concept = Concept(vocabulary="UMLS", id="C9000007")

    assert read() == Document(
        id="7",
        text=TEXT,
        mentions=(
            Mention(id="I1", spans=((24, 41),), text="splenule\ninflamed", types=("Disorder",), concepts=(concept,)),
            Mention(id="I4", spans=((4, 8), (12, 17)), text="zorb large", types=("Disorder",)),
        ),
        attributes=(Attribute(target="I4", name="CUI", value="CUI-less"),),
    )


def test_nothing_to_find_and_not_annotated_are_two_things():
    assert read('<annotations textSource="7.txt"></annotations>') == Document(id="7", text=TEXT)
    assert told(read(None)) == "corpus/7.txt: there is no 7.txt.knowtator.xml beside it"
    assert told(read(text=None)) == "saved/7.txt.knowtator.xml: there is no 7.txt beside it"


@pytest.mark.parametrize(
    "old, new, reason",
    [
        ('<mention id="I1" />', '<mention id="I9" />', ":2: refers to 'I9', or lacks it"),
        ('<mention id="I1" />', "", ":2: a annotation has no mention"),
        ('start="24"', 'start="x"', ":2: invalid literal for int() with base 10: 'x'"),
        ('start="24"', 'start="25"', ":2: mention I1 says 'splenule inflamed' but text[25:41] is 'plenule\\ninflamed'"),
        ('<mentionSlot id="CUI" />', "", ":2: a stringSlotMention has no mentionSlot"),
        ("</annotations>", "", ":19: the file is cut off; what follows in this file is not read"),
        ("<annotations ", "<notes ", ":18: not XML: mismatched tag; what follows in this file is not read"),
    ],
)
def test_a_fault_is_told(old, new, reason):
    assert old in XML

    assert told(read(XML.replace(old, new, 1))) == f"saved/7.txt.knowtator.xml{reason}"


def test_a_declaration_is_refused():
    with pytest.raises(UnsafeInput):
        read('<!DOCTYPE annotations [<!ENTITY e "y">]>' + XML.partition("?>\n")[2])
