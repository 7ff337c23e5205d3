"""DDI XML: inclusive ends, mentions in parts, sentences that become one text, and pairs of which most say no."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Argument, Document, Mention, Passage, Relation, quote
from medinstruct.errors import FormatError, UnsafeInput
from medinstruct.formats import ddi_xml
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from strategies import names, texts

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<document id="d7">
    <sentence id="d7.s0" text="Orlin &amp; keto- or tamrin acid block each other.&#xd;&#xa;">
        <entity id="d7.s0.e0" charOffset="0-4"
            type="drug" text="Orlin"/>
        <entity id="d7.s0.e1" charOffset="8-12;24-27" type="group" text="keto- acid"/>
        <entity id="d7.s0.e2" charOffset="17-27" type="group" text="tamrin acid"/>
        <pair id="d7.s0.p0" e1="d7.s0.e0" e2="d7.s0.e1" ddi="true" type="effect"/>
        <pair id="d7.s0.p1" e1="d7.s0.e0" e2="d7.s0.e2" ddi="true"/>
        <pair id="d7.s0.p2" e1="d7.s0.e1" e2="d7.s0.e2" ddi="false"/>
    </sentence>
    <sentence id="d7.s1" text=" "/>
    <sentence id="d7.s2" text="No α-orlin."><entity id="d7.s2.e0" charOffset="3-9" type="drug_n" text="α-orlin"/></sentence>
    <sentence id="d7.s3" text="Keep dry."/>
</document>
"""


def read(xml: str | bytes = XML, **options) -> list:
    data = xml if isinstance(xml, bytes) else xml.encode()
    return list(ddi_xml.read([File("Train/MedLine/62000009.xml", data)], **options))


def test_sentences_become_one_text():
    """White space at the end of a sentence is a gap, and a blank is put where there is none."""
    [document] = read()

    assert document.text == "Orlin & keto- or tamrin acid block each other.\r\n No α-orlin. Keep dry."
    assert document.passages == (
        Passage(type="sentence", span=(0, 46), id="d7.s0"),
        Passage(type="sentence", span=(49, 60), id="d7.s2"),
        Passage(type="sentence", span=(61, 70), id="d7.s3"),
    )


def test_ends_are_inclusive_and_mentions_may_have_parts():
    [document] = read()

    assert document.mentions == (
        Mention(id="d7.s0.e0", spans=((0, 5),), text="Orlin", types=("drug",)),
        Mention(id="d7.s0.e1", spans=((8, 13), (24, 28)), text="keto- acid", types=("group",)),
        Mention(id="d7.s0.e2", spans=((17, 28),), text="tamrin acid", types=("group",)),
        Mention(id="d7.s2.e0", spans=((52, 59),), text="α-orlin", types=("drug_n",)),
    )


def test_pairs_that_interact_are_relations():
    """One that has no type keeps none, so that its corpus can tell it from those that do not interact."""
    [document] = read()

    assert [(relation.id, relation.type) for relation in document.relations] == [
        ("d7.s0.p0", "effect"),
        ("d7.s0.p1", ""),
    ]
    assert document.relations[0].arguments == (
        Argument(role="e1", ref="d7.s0.e0"),
        Argument(role="e2", ref="d7.s0.e1"),
    )


def test_the_name_of_a_file_may_be_an_identity():
    [document] = read(identity=lambda name: "pmid:" + name.rpartition("/")[2].removesuffix(".xml"))

    assert document.identities == ("pmid:62000009",)


@pytest.mark.parametrize(
    "old, new, reason",
    [
        ('"0-4"', '"0-5"', "mention d7.s0.e0 says 'Orlin' but text[0:6] is 'Orlin '"),
        ('"0-4"', '"0:4"', "in sentence d7.s0: charOffset of d7.s0.e0 is '0:4', not first-last"),
        ('charOffset="0-4"', "", "in sentence d7.s0: nothing is called 'charOffset'"),
        ('e1="d7.s0.e0"', 'e1="zorb"', "e1 of d7.s0.p0 points to zorb, which is no mention"),
        ('<entity id="d7.s2', '<entity x="1" id="d7.s0', "two mentions have the id d7.s0.e0"),
    ],
)
def test_a_fault_is_told_with_its_place(old, new, reason):
    assert old in XML
    [broken] = read(XML.replace(old, new, 1))

    assert str(broken.error()) == f"Train/MedLine/62000009.xml:2: {reason}"


def test_a_file_that_is_cut_off_is_told():
    [broken] = read(XML[:400])

    assert isinstance(broken, Broken)
    assert "the file is cut off" in broken.reason


def test_a_declaration_is_refused():
    with pytest.raises(UnsafeInput):
        read(XML.replace("<document", '<!DOCTYPE d [<!ENTITY z "zz">]><document', 1))


@st.composite
def documents_of_sentences(draw: st.DrawFn) -> Document:
    """Documents as the format has them: sentences with mentions inside them, and some pairs of those related."""
    solid = texts(xml=True).map(str.strip).filter(bool)
    gap = st.text(" \n\r\t\xa0", min_size=1, max_size=3)
    text, passages, mentions, relations = "", [], [], []
    for n, string in enumerate(draw(st.lists(solid, max_size=3))):
        start = len(text)
        text += string + draw(gap)
        passages.append(Passage(type="sentence", span=(start, start + len(string)), id=f"s{n}"))
        ends = st.lists(st.integers(0, len(string)), min_size=2, max_size=6, unique=True)
        held = []
        for points in draw(st.lists(ends, max_size=3)):
            points = sorted(points[: len(points) // 2 * 2])
            spans = tuple((start + a, start + b) for a, b in zip(points[::2], points[1::2]))
            id = f"e{len(mentions)}"
            mentions.append(Mention(id=id, spans=spans, text=quote(text, spans), types=(draw(names),)))
            held.append(id)
        for one, other in combinations(held, 2):
            if draw(st.booleans()):
                arguments = draw(st.permutations([one, other]))
                ends_of = tuple(Argument(role=role, ref=ref) for role, ref in zip(("e1", "e2"), arguments))
                relations.append(Relation(id=f"r{len(relations)}", type=draw(names), arguments=ends_of))
    return Document(id="d", text=text, passages=tuple(passages), mentions=tuple(mentions), relations=tuple(relations))


@given(documents_of_sentences())
def test_what_is_written_is_read_back(document):
    assert list(ddi_xml.read(ddi_xml.write([document]))) == [document]


@pytest.mark.parametrize(
    "change, lost",
    [
        ({"labels": ("x",)}, "labels"),
        ({"passages": ()}, "text"),
        ({"text": "\x0crlin", "passages": (Passage(type="sentence", span=(0, 5), id="s"),)}, "text as it is"),
        ({"relations": (Relation(id="r", type="x", arguments=(Argument(role="e1", ref="e"),)),)}, "relations"),
        ({"mentions": (Mention(id="e", spans=((0, 5),), text="Orlin", types=("a", "b")),)}, "mentions"),
    ],
)
def test_what_the_format_cannot_hold_is_refused(change, lost):
    sentence = Passage(type="sentence", span=(0, 5), id="s")
    mention = Mention(id="e", spans=((0, 5),), text="Orlin", types=("drug",))
    document = Document(id="d", text="Orlin", passages=(sentence,), mentions=(mention,))
    if change.get("text"):
        change = {**change, "mentions": ()}

    with pytest.raises(FormatError, match=f"document d: DDI XML cannot hold its {lost}"):
        list(ddi_xml.write([document.model_copy(update=change)]))


@pytest.mark.real
def test_real_documents_come_back_as_they_went(real):
    given = real("ddi2013", "Test for DDI Extraction task/*/*.xml")
    read = list(ddi_xml.read(given))

    assert len(read) == 191
    assert list(ddi_xml.read(ddi_xml.write(read))) == read
