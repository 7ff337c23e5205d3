"""XML records: each element of a name becomes Items; files that are cut off, broken, or traps."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Item
from medinstruct.errors import UnsafeInput
from medinstruct.formats import xml_items
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File

PAIRS = """\
<?xml version="1.0" encoding="UTF-8"?>
<QuestionPairs>
<pair pid="1" value="true">
<chq>
   My zorb &amp; its splenule swell since May. Ω
</chq>
<faq>What makes a zorb swell?</faq>
</pair>
<note>not a <b>record</b></note>
<pair pid="2" value="false"> <chq>Is zorbinase safe?</chq> <faq>What is a zorb?</faq> </pair>
</QuestionPairs>
"""


def pair(record):
    texts = {"premise": record.findtext("chq").strip(), "hypothesis": record.findtext("faq").strip()}
    return {"id": record.attrib["pid"], "texts": texts, "labels": (record.attrib["value"],)}


def read(text: str | bytes, record="pair", item=pair) -> list:
    data = text if isinstance(text, bytes) else text.encode()
    return list(xml_items.read([File("pairs.xml", data)], record=record, item=item))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


def test_each_record_becomes_an_item():
    assert read(PAIRS) == [
        Item(
            id="1",
            texts={"premise": "My zorb & its splenule swell since May. Ω", "hypothesis": "What makes a zorb swell?"},
            labels=("true",),
        ),
        Item(id="2", texts={"premise": "Is zorbinase safe?", "hypothesis": "What is a zorb?"}, labels=("false",)),
    ]


def test_a_record_knows_its_line_and_its_file():
    places = [str(record.place) for record in xml_items.records(File("a/b.xml", PAIRS.encode()), record="pair")]

    assert places == ["a/b.xml:3", "a/b.xml:10"]


def test_a_record_may_become_several_items_or_none():
    def each(record):
        return ({"id": f"{record.attrib['pid']}-{child.tag}"} for child in record) if len(record) else None

    text = '<x><pair pid="1"><a/><b/></pair><pair pid="2"/></x>'

    assert [item.id for item in read(text, item=each)] == ["1-a", "1-b"]


def test_records_can_have_several_names_and_stand_inside_each_other():
    text = "<x><old id='1'/><new id='2'><old id='3'/></new></x>"

    found = read(
        text, record=("old", "new"), item=lambda record: {"id": record.attrib["id"], "facts": {"n": str(len(record))}}
    )

    assert [(item.id, item.facts["n"]) for item in found] == [("1", "0"), ("2", "1")]


def test_the_root_can_be_the_record():
    assert [item.id for item in read('<pair pid="7"/>', item=lambda record: {"id": record.attrib["pid"]})] == ["7"]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_a_file_says_its_encoding(encoding):
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><x id="zörb"/>'

    assert [item.id for item in read(text.encode(encoding), "x", lambda record: dict(record.attrib))] == ["zörb"]


@pytest.mark.parametrize(
    "record, reason",
    [
        ('<pair value="true"><chq>a</chq><faq>b</faq></pair>', "nothing is called 'pid' here"),
        ('<pair pid="3" value="true"><faq>b</faq></pair>', "cannot be read: 'NoneType' object has no attribute"),
    ],
)
def test_a_record_without_what_it_should_have_is_broken_alone(record, reason):
    found = read(PAIRS.replace("<note>", record + "\n<note>"))

    assert [type(each) for each in found] == [Item, Broken, Item]
    assert told(found)[0].startswith(f"pairs.xml:9: {reason}")


@given(st.integers(0, len(PAIRS.encode()) - 2))
def test_a_file_cut_off_anywhere_gives_its_whole_records_and_one_broken(cut):
    *whole, last = read(PAIRS.encode()[:cut])

    assert whole == read(PAIRS)[: len(whole)]
    assert len(whole) == PAIRS.encode()[:cut].count(b"</pair>")
    assert isinstance(last, Broken)
    assert last.reason == "the file is cut off; what follows in this file is not read"


def test_a_cut_beyond_the_first_piece_is_told_at_its_line():
    many = "<x>\n" + '<pair pid="1"/>\n' * 10_000 + "<pair "

    *whole, last = read(many, item=lambda record: {"id": str(record.place.line)})

    assert [item.id for item in whole] == [str(line) for line in range(2, 10_002)]
    assert last.place.line == 10_002


@pytest.mark.parametrize(
    "text, line, reason",
    [
        ("<x>\n<pair></x>", 2, "not XML: mismatched tag"),
        ("<x>\n&nbsp;</x>", 2, "not XML: undefined entity"),
        ("<x>\n\n\x01</x>", 3, "not XML: not well-formed (invalid token)"),
        ("<x>&#xD800;</x>", 1, "not XML: reference to invalid character number"),
        (b"<x>\n\xf6</x>", 2, "not XML: not well-formed (invalid token)"),
        ("zorb", 1, "not XML: syntax error"),
        ("<x/><x/>", 1, "not XML: junk after document element"),
        ("", 1, "the file is cut off"),
        ("<a>" * 200_000, 1, "the file is cut off"),
        ('<?xml version="1.0" encoding="zorb"?><x/>', 1, "cannot be decoded: unknown encoding: zorb"),
        ('<?xml version="1.0" encoding="shift_jis"?><x/>', 1, "cannot be decoded: multi-byte encodings"),
    ],
)
def test_what_is_no_xml_has_its_line(text, line, reason):
    [record] = told(read(text))

    assert record.startswith(f"pairs.xml:{line}: {reason}")


def test_a_file_without_records_is_not_passed_over():
    assert told(read("<pairs><Pair/></pairs>")) == ["pairs.xml: holds no pair; its root is pairs"]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
        '<!DOCTYPE x [<!ENTITY zorb "zorb">]>',
        '<!DOCTYPE x [<!ENTITY zorb SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>',
    ],
)
def test_a_trap_is_refused(declaration):
    with pytest.raises(UnsafeInput, match=r"pairs\.xml:2: declares what no data needs"):
        read(f'<?xml version="1.0"?>\n{declaration}<x><pair pid="1"/></x>')


def test_a_deep_record_is_read():
    deep = "<pair>" + "<a>" * 50_000 + "zorb" + "</a>" * 50_000 + "</pair>"

    [record] = read(f"<x>{deep}</x>", item=lambda record: {"id": "".join(record.itertext())})

    assert record.id == "zorb"


@pytest.mark.real
@pytest.mark.parametrize(
    "name, labels",
    [("RQE_Train*.xml", {"true": 4655, "false": 3933}), ("RQE_Test*.xml", {"true": 129, "false": 173})],
)
def test_rqe(real, name, labels):
    found = list(strict(xml_items.read(real("rqe-amia2016", name), record="pair", item=pair)))

    assert Counter(label for item in found for label in item.labels) == labels
    assert len({item.id for item in found}) == len(found)


@pytest.mark.real
def test_medquad(real):
    """One file calls its root DiseaseFile; four are of another dialect, and not among the 4,323 that are counted."""

    def answers(record):
        for pair in record.iter("QAPair"):
            answer = (pair.findtext("Answer") or "").strip()
            yield {"id": pair.find("Question").attrib["qid"], "references": (answer,) if answer else ()}

    files = real("medquad", "*.xml")

    found = list(xml_items.read(files, record=("Document", "DiseaseFile"), item=answers))

    items = [record for record in found if isinstance(record, Item)]
    assert len(files) == 1573
    assert Counter(bool(item.references) for item in items) == {True: 3531, False: 792}
    assert [line.rpartition("; ")[2] for line in told(found)] == ["its root is doc"] * 4
