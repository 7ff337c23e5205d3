"""i2b2 XML: tags become mentions, relations and attributes; links to words; what is no XML is told, or mended."""

import pytest

from medinstruct.document import Argument, Attribute, Document, Mention, Relation
from medinstruct.errors import UnsafeInput
from medinstruct.formats import i2b2_xml
from medinstruct.formats.draft import Broken
from medinstruct.source import File

ROOT = "ClinicalNarrativeTemporalAnnotation"
TEXT = "\nZorbinase was begun\non 3/4 .\n"
TAGS = """\
<EVENT id="E0" start="1" end="10" text="Zorbinase" modality="FACTUAL" polarity="POS" type="TREATMENT" />
<EVENT id="E1" start="15" end="23" text="begun on" modality="" type="OCCURRENCE" comment="not sure" />
<TIMEX3 id="T0" start="24" end="27" text="3/4" type="DATE" val="2031-03-04" />
<SECTIME id="S0" start="24" end="27" text="3/4" type="ADMISSION" dvalue="2031-03-04" />
<SECTIME id="S1" start="" end="" text="" type="DISCHARGE" dvalue="" />
<TLINK id="TL0" fromID="E0" fromText="Zorbinase" toID="T0" toText="3/4" type="BEGUN_BY" />
<TLINK id="TL1" fromID="E0" fromText="Zorbinase" toID="Discharge" toText="Discharge" type="BEFORE" />
<TLINK id="TL2" fromID="E1" fromText="begun on" toID="S0" toText="3/4" type="AFTER" />
<TLINK id="TL3" fromID="S1" fromText="" toID="E1" toText="begun on" type="AFTER" />
"""


def file(tags: str = TAGS, text: str = TEXT, root: str = ROOT) -> File:
    head = '<?xml version="1.0" encoding="UTF-8" ?>'
    return File(
        "xml/7.xml", f"{head}\n<{root}>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>\n{tags}</TAGS>\n</{root}>\n".encode()
    )


def read(given: File, **options):
    [record] = i2b2_xml.read([given], **{"root": ROOT, "skip": ("SECTIME",), **options})
    return record


def told(record) -> str:
    assert isinstance(record, Broken), record
    return f"{record.place}: {record.reason}"


def test_all_tags_are_read():
    def mention(id: str, type: str, start: int, end: int) -> Mention:
        return Mention(id=id, spans=((start, end),), text=TEXT[start:end], types=(type,))

    assert read(file(), identity="note") == Document(
        id="7",
        text=TEXT,
        identities=("note:7",),
        mentions=(
            mention("E0", "TREATMENT", 1, 10),
            mention("E1", "OCCURRENCE", 15, 23),
            mention("T0", "DATE", 24, 27),
        ),
        relations=(
            Relation(
                id="TL0", type="BEGUN_BY", arguments=(Argument(role="from", ref="E0"), Argument(role="to", ref="T0"))
            ),
        ),
        attributes=(
            Attribute(target="E0", name="modality", value="FACTUAL"),
            Attribute(target="E0", name="polarity", value="POS"),
            Attribute(target="T0", name="val", value="2031-03-04"),
            Attribute(target="E0", name="DISCHARGE", value="BEFORE"),
            Attribute(target="E1", name="ADMISSION", value="AFTER"),
            Attribute(target="E1", name="from DISCHARGE", value="AFTER"),
        ),
    )


def test_the_type_may_be_in_capitals_as_that_of_identifiers_is():
    tag = '<NAME id="P0" start="1" end="10" text="Zorbinase" TYPE="PATIENT" comment="" />\n'

    assert read(file(tag)).mentions[0].types == ("PATIENT",)


def test_offsets_may_count_from_1_if_all_strings_then_stand():
    tags = (
        '<X id="1" start="2" end="11" text="Zorbinase" type="A" /><X id="2" start="25" end="28" text="3/4" type="B" />'
    )

    assert [mention.spans for mention in read(file(tags)).mentions] == [((1, 10),), ((24, 27),)]
    assert told(read(file(tags.replace('"25" end="28"', '"24" end="27"')))) == (
        "xml/7.xml: mention 1 says 'Zorbinase' but text[2:11] is 'orbinase '"
    )


def test_what_is_escaped_in_the_text_itself_may_be_escaped_once_in_the_tag():
    tag = '<X id="1" start="4" end="11" text="&apos;s &amp; b" type="A" />'

    document = read(file(tag.replace('end="11"', 'end="16"'), text="\nher&apos;s &amp; b"))

    assert told(document).startswith("xml/7.xml: mention 1 says")  # one character too far
    assert (
        read(file(tag.replace('end="11"', 'end="19"'), text="\nher&apos;s &amp; b")).mentions[0].text
        == "&apos;s &amp; b"
    )


def test_a_document_without_tags_is_one_with_nothing_to_find():
    assert read(file("")) == Document(id="7", text=TEXT)


@pytest.mark.parametrize(
    "old, new, reason",
    [
        ('start="1" end="10"', 'start="2" end="11"', "mention E0 says 'Zorbinase' but text[2:11] is 'orbinase '"),
        ('start="1" end="10"', 'start="1" end="10000"', "mention E0 at 1:10000 lies outside the text"),
        ('start="1"', 'start="one"', "start of E0 is 'one', which is no number"),
        ('start="1"', "", "EVENT is neither a stretch of text nor a link"),
        (' text="Zorbinase" m', " m", "a tag has no 'text'"),
        (' type="DATE"', "", "a tag has no 'TYPE'"),
        ('toID="T0"', 'toID="T9"', "TL0 points to T9, which is nothing"),
        ('id="E1"', 'id="E0"', "TL2 goes from E1 to S0, neither of which is a mention"),
        (
            'fromID="E0" fromText="Zorbinase" toID="T0"',
            'fromID="E8" toID="E9"',
            "TL0 goes from E8 to E9, neither of which",
        ),
        ("<TAGS>", "<MARKS>", "not XML: mismatched tag"),
        ('text="3/4" type="DATE"', 'text="3&4" type="DATE"', "not XML: not well-formed (invalid token)"),
        ("</TAGS>", "<!--", "the file is cut off"),
    ],
)
def test_a_fault_is_told(old, new, reason):
    data = file().data.decode()
    assert old in data

    record = read(File("xml/7.xml", data.replace(old, new, 1).encode()))

    assert told(record).partition(": ")[2].startswith(reason)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_told(share):
    data = file().data

    assert "the file is cut off" in told(read(File("xml/7.xml", data[: int(len(data) * share)])))


def test_another_root_and_a_missing_part_are_told():
    assert told(read(file(root="Other"))) == f"xml/7.xml: holds no {ROOT}; its root is Other"
    assert told(read(File("7.xml", f"<{ROOT}><TEXT>x</TEXT></{ROOT}>".encode()))) == "7.xml: has no TAGS"


def test_a_declaration_is_refused():
    data = b'<!DOCTYPE x [<!ENTITY e "y">]>' + file().data.partition(b"?>\n")[2]

    with pytest.raises(UnsafeInput, match="declares what no data needs"):
        read(File("7.xml", data))


def test_a_bare_ampersand_in_a_tag_is_mended_by_the_repair():
    text = "\nHe had I&D and a<b &amp; more .\n"
    tags = '<X id="1" start="8" end="11" text="I&D" type="A" />\n<X id="2" start="16" end="19" text="a<b" type="B" note="&lt;" />\n'

    document = read(file(tags, text=text), repair=i2b2_xml.escape)

    assert [mention.text for mention in document.mentions] == ["I&D", "a<b"]
    assert document.text == text
    assert document.notes == ("bare & or < in a tag, which is no XML",)
    assert told(read(file(tags, text=text))).endswith("what follows in this file is not read")


def test_the_repair_leaves_a_sound_file_alone():
    assert read(file(), repair=i2b2_xml.escape) == read(file())
