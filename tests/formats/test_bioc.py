"""BioC: offsets hold whatever the gaps, conventions are options, and a file that ends too soon gives what is whole."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import (
    Argument,
    Attribute,
    Concept,
    Coreference,
    Document,
    Event,
    Mention,
    Passage,
    Relation,
)
from medinstruct.errors import FormatError, UnsafeInput
from medinstruct.formats import bioc_json, bioc_xml
from medinstruct.formats import draft as drafts
from medinstruct.formats.bioc import MAX_PADDING, Dialect
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from strategies import documents, texts

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>Zorbin</source><date>2031-01-01</date><key>zorbin.key</key>
"""
TAIL = "</collection>\n"
FIRST = """\
<document>
  <id>7</id>
  <infon key="journal">J Zorbin</infon>
  <passage>
    <infon key="type">title</infon>
    <offset>0</offset>
    <text>Zorbin &amp; fever.</text>
    <annotation id="1">
      <infon key="type">Chemical</infon>
      <infon key="identifier">MESH:D000001,CHEBI:2|-1</infon>
      <infon key="checked">yes</infon>
      <location offset="0" length="6"/>
      <text>Zorbin</text>
    </annotation>
    <annotation id="2">
      <infon key="type">Disease</infon>
      <infon key="identifier">-</infon>
      <location offset="9" length="5"/>
      <text>fever</text>
    </annotation>
  </passage>
  <passage>
    <infon key="type">abstract</infon>
    <offset>18</offset>
    <text>Acute and mild fever fell. Zorbin did it.</text>
    <sentence>
      <offset>18</offset>
      <text>Acute and mild fever fell.</text>
      <annotation id="3">
        <infon key="type">Disease</infon>
        <location offset="18" length="5"/>
        <location offset="33" length="5"/>
        <text>Acute fever</text>
      </annotation>
    </sentence>
    <sentence>
      <offset>45</offset>
      <text>Zorbin\u00a0did it.</text>
      <annotation id="">
        <infon key="type">Chemical</infon>
        <infon key="identifier">MESH:D000001</infon>
        <location offset="45" length="6"/>
        <text>Zorbin</text>
      </annotation>
      <relation id="">
        <infon key="type">Treats</infon>
        <node refid="T4" role="drug"/>
        <node refid="3" role="disease"/>
      </relation>
    </sentence>
    <relation id="P1"><infon key="relation">Same</infon><node refid="1" role=""/><node refid="T4" role=""/></relation>
  </passage>
  <annotation id="D1">
    <infon key="type">Span</infon><location offset="9" length="14"/><text>fever.   Acute</text>
  </annotation>
  <relation id="C1">
    <infon key="type">Association</infon>
    <infon key="entity1">MESH:D000001</infon>
    <infon key="entity2">D000002</infon>
    <infon key="novel">Novel</infon>
  </relation>
</document>
"""
SECOND = "<document><id>8</id><passage><offset>0</offset><text>Nothing \U0001d518 here.</text></passage></document>\n"

ZORBIN = Concept(vocabulary="MESH", id="D000001")
SEVEN = Document(
    id="7",
    text="Zorbin & fever.   Acute and mild fever fell. Zorbin did it.",
    passages=(
        Passage(type="title", span=(0, 15)),
        Passage(type="abstract", span=(18, 59)),
        Passage(type="sentence", span=(18, 44)),
        Passage(type="sentence", span=(45, 59)),
    ),
    mentions=(
        Mention(
            id="1",
            spans=((0, 6),),
            text="Zorbin",
            types=("Chemical",),
            concepts=(ZORBIN, Concept(vocabulary="CHEBI", id="2")),
        ),
        Mention(id="2", spans=((9, 14),), text="fever", types=("Disease",)),
        Mention(id="3", spans=((18, 23), (33, 38)), text="Acute fever", types=("Disease",)),
        Mention(id="T4", spans=((45, 51),), text="Zorbin", types=("Chemical",), concepts=(ZORBIN,)),
        Mention(id="D1", spans=((9, 23),), text="fever.   Acute", types=("Span",)),
    ),
    relations=(
        Relation(id="P1", type="Same", arguments=(Argument(role="", ref="1"), Argument(role="", ref="T4"))),
        Relation(
            id="R2",
            type="Treats",
            arguments=(Argument(role="drug", ref="T4"), Argument(role="disease", ref="3")),
        ),
        Relation(
            id="C1",
            type="Association",
            arguments=(
                Argument(role="entity1", ref="MESH:D000001", kind="concept"),
                Argument(role="entity2", ref="D000002", kind="concept"),
            ),
        ),
    ),
    attributes=(
        Attribute(target="1", name="checked", value="yes"),
        Attribute(target="C1", name="novel", value="Novel"),
    ),
)
EIGHT = Document(id="8", text="Nothing \U0001d518 here.")


def xml(text: str | bytes, **options) -> list:
    data = text if isinstance(text, bytes) else text.encode()
    return list(bioc_xml.read([File("a.xml", data)], **options))


def collection(*documents: str) -> str:
    return HEAD + "".join(documents) + TAIL


def from_json(value: object, **options) -> list:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(bioc_json.read([File("a.json", data)], **options))


def plain(*annotations: dict, text: str = "Zorbin & fever.", **more: object) -> dict:
    """A document of one passage as JSON has it."""
    return {"id": "7", "passages": [{"offset": 0, "text": text, "annotations": list(annotations)}], **more}


def annotation(start: int, text: str | None, **infons: object) -> dict:
    places = [{"offset": start, "length": len(text or "Zorbin")}]
    return {"id": "1", "infons": {"type": "Chemical", **infons}, "text": text, "locations": places}


def test_every_element_is_read():
    assert xml(collection(FIRST, SECOND)) == [SEVEN, EIGHT]


def test_a_document_may_stand_alone():
    assert xml(SECOND) == [EIGHT]


def test_identities_are_of_the_kind_that_is_told():
    seven, eight = xml(collection(FIRST, SECOND), identity="pmid")

    assert (seven.identities, eight.identities) == (("pmid:7",), ("pmid:8",))


def test_both_notations_say_the_same():
    [file] = bioc_json.write([SEVEN, EIGHT])
    [other] = bioc_xml.write([SEVEN, EIGHT])

    assert list(bioc_json.read([file])) == xml(other.data) == [SEVEN, EIGHT]


def test_a_collection_may_be_encoded_otherwise():
    latin = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>' + collection(SECOND.replace("\U0001d518", "\xe9")).split("?>")[1]
    )

    assert xml(latin.encode("latin-1")) == [Document(id="8", text="Nothing \xe9 here.")]
    assert xml(collection(SECOND).replace("UTF-8", "UTF-16").encode("utf-16")) == [EIGHT]


def test_text_split_by_comments_and_sections_is_one():
    text = "<text>Noth<!-- x -->ing <![CDATA[<b>]]>&#x1D518;</text>"

    [document] = xml(collection(SECOND.replace("<text>Nothing \U0001d518 here.</text>", text)))

    assert document.text == "Nothing <b>\U0001d518"


def test_a_long_text_survives_being_read_in_pieces():
    """Pieces end inside of characters and tags alike."""
    text = "\U0001d518 zorbin " * 30_000
    document = Document(
        id="1",
        text=text,
        mentions=(Mention(id="T1", spans=((269_993, 269_999),), text=text[269_993:269_999], types=("X",)),),
    )
    [file] = bioc_xml.write([document])

    assert xml(file.data) == [document]


def test_sentences_alone_give_the_text():
    whole = SECOND.replace("<text>Nothing \U0001d518 here.</text>", "")
    parts = "<sentence><offset>{}</offset><text>{}</text></sentence>"

    [document] = xml(
        collection(whole.replace("</passage>", parts.format(0, "No.") + parts.format(5, "Yes.") + "</passage>"))
    )

    assert document.text == "No.  Yes."
    assert document.passages == (Passage(type="sentence", span=(0, 3)), Passage(type="sentence", span=(5, 9)))


# what the infons mean


def test_concepts_may_stand_under_another_key_and_name_no_vocabulary():
    """As in BC5CDR; what is under no such key is an attribute."""
    given = plain(annotation(0, "Zorbin", MESH="D1|D2", identifier="x"))

    [document] = from_json(given, dialect=Dialect(concepts=("MESH",), vocabulary="MESH"))

    [mention] = document.mentions
    assert [str(concept) for concept in mention.concepts] == ["MESH:D1", "MESH:D2"]
    assert document.attributes == (Attribute(target="1", name="identifier", value="x"),)


def test_how_ids_are_parted_may_depend_on_the_type():
    """As in BioRED, where `|` parts ids but is also a part of the id of a variant."""
    given = plain(
        annotation(0, "Zorbin", identifier="c|SUB|A|1|T"),
        {**annotation(9, "fever", identifier="6,7"), "id": "2"},
        relations=[{"id": "R1", "infons": {"type": "Bind", "entity1": "c|SUB|A|1|T", "entity2": "6"}}],
    )
    dialect = Dialect(
        split=lambda type, value: value.split(",") if "|" not in value else [value],
        vocabulary=lambda type, id: "NCBI Gene" if id.isdecimal() else "",
    )

    [document] = from_json(given, dialect=dialect)

    assert [[str(c) for c in m.concepts] for m in document.mentions] == [
        ["c|SUB|A|1|T"],
        ["NCBI Gene:6", "NCBI Gene:7"],
    ]
    assert [argument.ref for argument in document.relations[0].arguments] == ["c|SUB|A|1|T", "NCBI Gene:6"]
    [file] = bioc_json.write([document], dialect=dialect)
    assert list(bioc_json.read([file], dialect=dialect)) == [document]


def test_arguments_may_stand_under_other_keys():
    link = {"id": "R0", "infons": {"relation": "CID", "Chemical": "D1", "Disease": "D2"}}

    [document] = from_json(plain(relations=[link]), dialect=Dialect(arguments=("Chemical", "Disease")))

    [relation] = document.relations
    assert relation.type == "CID"
    assert [(each.role, each.ref) for each in relation.arguments] == [("Chemical", "D1"), ("Disease", "D2")]


def test_passages_that_disagree_with_their_annotations_are_told_and_can_be_joined():
    """As in six documents of the BC5CDR sample: the second passage says 17, its annotations count from 16."""
    passages = [
        {"offset": 0, "text": "Zorbin & fever.", "infons": {"type": "title"}},
        {
            "offset": 17,
            "text": "Zorbin did it.",
            "infons": {"type": "abstract"},
            "annotations": [annotation(16, "Zorbin")],
        },
    ]
    given = {"id": "7", "passages": passages}

    [broken] = from_json(given)
    [document] = from_json(given, dialect=Dialect(joined=True))
    [repaired] = from_json(given, repair=drafts.requote(1))

    assert broken.reason.startswith(
        "mention 1 says 'Zorbin' but text[16:22] is ' Zorbi'; all 1 mentions that are wrong"
    )
    assert "right +1 characters further" in broken.reason
    assert "Dialect(joined=True)" in broken.reason
    assert (document.text, document.passages[1].span) == ("Zorbin & fever. Zorbin did it.", (16, 30))
    assert (repaired.mentions[0].spans, len(repaired.notes)) == (((17, 23),), 1)


def test_passages_that_overlap_can_be_joined_with_their_sentences():
    sentences = [{"offset": 13, "text": "Zorbin"}, {"offset": 20, "text": "did it."}]
    passages = [
        {"offset": 0, "text": "Zorbin & fever."},
        {"offset": 13, "text": "Zorbin did it.", "sentences": sentences},
    ]
    given = {"id": "7", "passages": passages}

    [broken] = from_json(given)
    [document] = from_json(given, dialect=Dialect(joined=True))

    assert broken.reason.startswith("a passage begins at 13, but the one before it ends at 15")
    assert [passage.span for passage in document.passages] == [(0, 15), (16, 30), (16, 22), (23, 30)]


# what JSON files look like

TWO = {"source": "x", "documents": [plain(annotation(0, None)), {"id": 8, "passages": [{"offset": 0, "text": "No."}]}]}


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(TWO),
        json.dumps(TWO, indent=1),
        "\ufeff" + json.dumps(TWO).replace("documents", "PubTator3"),
        json.dumps([TWO]),
        "\n".join(json.dumps(document) for document in TWO["documents"]) + "\n",
        json.dumps(TWO["documents"]),
        json.dumps([{**TWO, "documents": [document]} for document in TWO["documents"]]),
        json.dumps({"documents": TWO["documents"], "infons": {"a": [1, {}]}, "key": None}),
    ],
)
def test_documents_stand_in_many_places(data):
    found = from_json(data.encode())

    assert [(document.id, [mention.text for mention in document.mentions]) for document in found] == [
        ("7", ["Zorbin"]),
        ("8", []),
    ]


def test_values_need_not_be_strings():
    [document] = from_json(
        {**plain(annotation(0, "Zorbin", valid=True, score=0.5, names=["a", "\xe9"], other=None)), "id": 7}
    )

    assert document.id == "7"
    assert [(attribute.name, attribute.value) for attribute in document.attributes] == [
        ("valid", "true"),
        ("score", "0.5"),
        ("names", '["a", "\xe9"]'),
        ("other", ""),
    ]


# faults


@pytest.mark.parametrize(
    "old, new, line, reason",
    [
        (
            '"18" length="5"',
            '"19" length="5"',
            31,
            "mention 3 says 'Acute fever' but text[19:24,33:38] is 'cute  fever'",
        ),
        ('"0" length="6"', '"0" length="0"', 10, "mention 1 at 0:0 lies outside the text"),
        ('"0" length="6"', '"0"', 3, "an offset or length is None, which is no number"),
        ('"0" length="6"', '"x" length="6"', 3, "an offset or length is 'x', which is no number"),
        ('<location offset="0" length="6"/>', "", 3, "annotation 1 has no location"),
        ('<infon key="type">Chemical</infon>', "", 3, "annotation 1 has no infon `type`"),
        (
            '<node refid="T4" role="drug"/>',
            '<node refid="9" role="drug"/>',
            3,
            "drug of R2 points to 9, which is no mention",
        ),
        ('<annotation id="2">', '<annotation id="1">', 17, "two mentions have the id 1"),
        ('<infon key="type">Association</infon>', "", 3, "relation C1 has no infon `type`"),
        ('key="entity', 'key="part', 3, "relation C1 has neither nodes nor any of the infons entity1, entity2"),
        ("<offset>18</offset>\n    <text>Ac", "<offset>9</offset>\n    <text>Ac", 3, "a passage begins at 9, but"),
        ("<offset>18</offset>\n    <text>Ac", "<offset>9999999999</offset>\n    <text>Ac", 3, "a passage begins at 99"),
        ("<offset>18</offset>\n    <text>Ac", "<text>Ac", 3, "an offset or length is None"),
        (
            "did it.</text>\n      <ann",
            "did.</text>\n      <ann",
            3,
            "the sentence at 45 is not what its passage has there",
        ),
        ("<id>7</id>", "", 3, "the document has no id"),
        ("<text>Zorbin &amp; fever", "<text>Zorbin &amp; <b>fever</b>", 3, "there are elements inside <text>"),
    ],
)
def test_a_fault_breaks_its_document_only(old, new, line, reason):
    assert old in FIRST

    broken, sound = xml(collection(FIRST.replace(old, new), SECOND))

    assert isinstance(broken, Broken)
    assert (broken.place.file, broken.place.line, broken.reason[: len(reason)]) == ("a.xml", line, reason)
    assert sound == EIGHT


@pytest.mark.parametrize(
    "document, reason",
    [
        (5, "Input should be a valid dictionary"),
        ({"text": "x"}, "id: Field required"),
        ({"id": "7"}, "passages: Field required"),
        ({"id": "7", "passages": {}}, "passages: Input should be a valid list"),
        (plain(annotation(0, "Zorbin"), relations=[{"nodes": [5]}]), "relations -> 0 -> nodes -> 0: Input should be"),
        (plain({"id": "1", "infons": []}), "passages -> 0 -> annotations -> 0 -> infons: Input should be"),
        (plain({"id": "1", "locations": [{"offset": None}]}), "passages -> 0 -> annotations -> 0 -> locations -> 0"),
        (plain(annotation(1, "Zorbin")), "mention 1 says 'Zorbin' but text[1:7] is 'orbin '"),
        (plain(text="\ud800"), "holds half a surrogate pair, '\\ud800'"),
    ],
)
def test_a_fault_of_json_breaks_its_document_only(document, reason):
    data = json.dumps({"documents": [document, {"id": "8", "passages": []}]}, indent=0)

    broken, sound = from_json(data.encode())

    assert (broken.place.line, broken.reason[: len(reason)]) == (3, reason)
    assert sound == Document(id="8", text="")


def test_an_escaped_pair_of_surrogates_is_one_character():
    [document] = from_json(b'{"id": "7", "passages": [{"offset": 0, "text": "\\ud835\\udd18"}]}')

    assert document.text == "\U0001d518"


@given(st.data())
def test_a_cut_xml_file_gives_what_is_whole(data):
    whole = collection(FIRST, SECOND).encode()
    cut = data.draw(st.integers(0, len(whole) - len("/collection>\n")))

    *found, broken = xml(whole[:cut])

    ends = [whole.index(f"<id>{id}</id>".encode()) for id in (7, 8)]
    ends = [whole.index(b"</document>", end) + len(b"</document>") for end in ends]
    assert found == [document for document, end in zip((SEVEN, EIGHT), ends) if end <= cut]
    assert broken.reason.startswith("the file ends too soon")
    assert broken.place.line == whole[:cut].count(b"\n") + 1


def test_the_document_that_a_file_ends_in_is_named():
    *_, broken = xml(collection(FIRST, SECOND).partition("here")[0])

    assert (broken.id, broken.reason) == ("8", "the file ends too soon, in document 8")


@given(st.data())
def test_a_cut_json_file_gives_what_is_whole(data):
    [file] = bioc_json.write([SEVEN, EIGHT])
    cut = data.draw(st.integers(0, len(file.data) - 2))

    *found, broken = from_json(file.data[:cut])

    lines = file.data[:cut].count(b"\n")
    ends = [file.data.index(b"\n", file.data.index(b'{"id": "%d"' % id)) for id in (7, 8)]
    assert found == [document for document, end in zip((SEVEN, EIGHT), ends) if end - (document is SEVEN) <= cut]
    assert (broken.reason, broken.place.line) == ("the file ends too soon", lines + 1)


@pytest.mark.parametrize("end", [b"", b"]}", b"]} "])
def test_a_json_file_that_stops_being_text_gives_what_came_before(end):
    first, broken = from_json(b'{"documents": [{"id": "1", "passages": []}\n' + end + b"\xff]}")

    assert (first.id, str(broken.error())) == ("1", "a.json:2: from here on the file is not UTF-8: b'\\xff]}'")


def test_a_file_that_stops_being_xml_gives_what_came_before():
    seven, broken = xml(HEAD + FIRST + "<document></passage>" + SECOND + TAIL)

    assert (seven, str(broken.place)) == (SEVEN, f"a.xml:{(HEAD + FIRST).count(chr(10)) + 1}")
    assert broken.reason.startswith("mismatched tag")


def test_a_file_that_stops_being_json_gives_what_came_before():
    first, broken = from_json(b'[{"id": "1", "passages": []},\n oops, {"id": "2", "passages": []}]')

    assert (first.id, str(broken.error())) == ("1", "a.json:2: from here on this is no JSON (Expecting value)")


@pytest.mark.parametrize(
    "data", [b'{"a" 1}', b"{1: 2}", b'{"documents": [1,]}', b'{"id": "1", "passages": [],}', b"[1 2]"]
)
def test_what_is_nearly_json_is_told(data):
    *_, broken = from_json(data)

    assert broken.reason.startswith("from here on this is no JSON")


def test_values_nested_too_deeply_are_told():
    for data in (b'{"documents": [' + b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000):
        *_, broken = from_json(data)
        assert isinstance(broken, Broken)

    nested = plain()
    for _ in range(300):
        nested["passages"] = [{"offset": 0, "text": "", "sentences": nested["passages"]}]
    [broken] = from_json(nested)
    assert isinstance(broken, Broken)


def test_another_kind_of_file_is_told():
    [page] = xml("<html><body>404</body></html>")
    [infon] = xml('<infon key="x">y</infon>')
    [empty] = xml("")
    [no_json] = from_json(b"")

    assert page.reason == "the file is a <html>, not a <collection>"
    assert infon.reason == "the file is a <infon>, not a <collection>"
    assert empty.reason == no_json.reason == "the file ends too soon"


def test_gaps_ask_for_little_memory():
    """A few bytes of file cannot ask for any amount of blanks, not even in many steps."""
    passages = [{"offset": at, "text": ""} for at in range(0, 10 * MAX_PADDING, MAX_PADDING // 2)]

    [broken] = from_json({"id": "7", "passages": passages})

    assert broken.reason.startswith("a passage begins at 1572864, but the one before it ends at 1048576")


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE collection [<!ENTITY zorbin "x">]>',
        f'<!DOCTYPE collection [<!ENTITY a0 "ha">{LAUGHS}]>',
        '<!DOCTYPE collection [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE collection [<!ENTITY % remote SYSTEM "http://example.org/x.dtd"> %remote;]>',
    ],
)
def test_declared_entities_are_refused(declaration):
    with pytest.raises(UnsafeInput, match=r"a\.xml:1: declares the entity"):
        xml(f"{declaration}<collection>{SECOND.replace('Nothing', '&a9;')}</collection>")


def test_a_document_type_is_no_reason_to_leave_characters_out():
    """The DTD that is named is not read; what it might define is a fault and not nothing."""
    [broken] = xml(collection(SECOND.replace("Nothing", "&alpha;")))

    assert str(broken.error()) == "a.xml:3: the entity 'alpha' is not defined here, in document 8"


# what is not written

TITLE = Passage(type="title", span=(0, 6))


@pytest.mark.parametrize("module", [bioc_xml, bioc_json])
@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"events": (Event(id="E1", type="X", trigger="T1"),)}, "its events"),
        ({"coreferences": (Coreference(id="1", mentions=("T1",)),)}, "its coreferences"),
        ({"labels": ("x",)}, "its labels"),
        ({"types": ("X", "Y")}, "mention T1"),
        ({"alternatives": (((0, 1),),)}, "mention T1"),
        ({"concepts": (Concept(vocabulary="MESH", id="a,b"),)}, "mention T1"),
        ({"concepts": (Concept(vocabulary="", id="-1"),)}, "mention T1"),
        ({"concepts": (Concept(vocabulary="", id="MESH:1"),)}, "mention T1"),
        ({"passages": (TITLE,)}, "text that stands outside its passages"),
        ({"passages": (TITLE, Passage(type="body", span=(5, 15)))}, "it as it is: a passage begins at 5"),
        ({"passages": (Passage(type="title", span=(0, 15), labels=("x",)),)}, "its passages"),
        ({"attributes": (Attribute(target="T1", name="type", value="Y"),)}, "its attributes"),
        ({"attributes": (Attribute(target="T1", name="a"), Attribute(target="T1", name="a", value="b"))}, "its attrib"),
        ({"attributes": (Attribute(target="T1", name="identifier", value="1"),)}, "its attributes"),
        (
            {"relations": (Relation(id="R1", type="X", arguments=(Argument(role="Of", ref="1", kind="concept"),)),)},
            "it as it is: relation R1 has neither nodes",
        ),
        ({"relations": (Relation(id="", type="X", arguments=(Argument(role="Of", ref="T1"),)),)}, "its relations"),
    ],
)
def test_what_bioc_cannot_hold_is_not_written(module, fields, reason):
    mention = {"id": "T1", "spans": ((0, 6),), "text": "Zorbin", "types": ("X",)}
    mention |= {key: fields[key] for key in ("types", "alternatives", "concepts") if key in fields}
    rest = {key: value for key, value in fields.items() if key not in mention}
    document = Document.model_validate({"id": "7", "text": "Zorbin & fever.", "mentions": (mention,), **rest})

    with pytest.raises(FormatError) as error:
        list(module.write([document]))

    assert str(error.value).startswith(f"document 7: BioC cannot hold {reason}")


def test_xml_cannot_hold_all_characters():
    with pytest.raises(FormatError, match=r"document 7: holds U\+000B, which no XML can"):
        list(bioc_xml.write([Document(id="7", text="a\x0bb")]))


def test_mentions_come_back_in_their_order():
    """A mention across passages stands at the document, and so do those after it."""
    mentions = [((16, 18), "do"), ((0, 6), "Zorbin"), ((13, 17), "r. d"), ((9, 14), "fever")]
    document = Document(
        id="7",
        text="Zorbin & fever. do it.",
        passages=(Passage(type="title", span=(0, 15)), Passage(type="abstract", span=(16, 22))),
        mentions=tuple(
            Mention(id=f"T{n}", spans=(span,), text=text, types=("X",)) for n, (span, text) in enumerate(mentions)
        ),
    )

    [file] = bioc_json.write([document])

    assert list(bioc_json.read([file])) == [document]
    [written] = json.loads(file.data)["documents"]
    assert [len(part["annotations"]) for part in (*written["passages"], written)] == [0, 1, 3]


KINDS = ("discontinuous", "concepts", "attributes", "relations", "concept relations", "passages", "sentences")


@given(documents(*KINDS, text=texts(xml=True)))
def test_what_is_written_as_xml_is_read_back(document):
    assert list(drafts.documents(bioc_xml.read(bioc_xml.write([document])))) == [document]


@given(documents(*KINDS))
def test_what_is_written_as_json_is_read_back(document):
    assert list(drafts.documents(bioc_json.read(bioc_json.write([document])))) == [document]


# real corpora

CDR = Dialect(concepts=("MESH",), vocabulary="MESH", arguments=("Chemical", "Disease"), joined=True)
BIORED = Dialect(split=",")


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, pattern, dialect, expected, broken",
    [
        # documents, mentions, relations; and the lines of those that are broken
        ("biored", "Train.BioC.XML", BIORED, (400, 13351, 4178), []),
        ("biored", "Dev.BioC.XML", BIORED, (100, 3533, 1162), []),
        ("biored", "Test.BioC.XML", BIORED, (100, 3535, 1163), []),
        # one document has a location that is off by one
        ("bc5cdr", "CDR_sample.gold.BioC.xml", CDR, (49, 928, 120), [3800]),
        # three have a discontinuous mention in one location
        ("euadr", "euadr.bioc.xml", Dialect(concepts=()), (35, 673, 159), [1999, 4372, 4894]),
        # cut off in mid-sentence by its distributor
        ("drugprot", "train.bioc.xml", Dialect(), (113, 2976, 568), [26177]),
    ],
)
def test_real_files_have_what_they_are_said_to_have(corpus, pattern, dialect, expected, broken, real):
    """What is not broken is written and read back the same, in both notations."""
    records = list(bioc_xml.read(real(corpus, pattern), dialect=dialect))

    found = [record for record in records if isinstance(record, Document)]
    assert (
        len(found),
        *(sum(len(getattr(each, kind)) for each in found) for kind in ("mentions", "relations")),
    ) == expected
    assert [record.place.line for record in records if isinstance(record, Broken)] == broken
    true = replace(dialect, joined=False)
    for module in (bioc_xml, bioc_json):
        assert list(module.read(module.write(found, dialect=true), dialect=true)) == found


@pytest.mark.real
def test_real_offsets_of_passages_are_not_always_theirs(real):
    """Six documents of the BC5CDR sample are broken by the offset of their second passage; one of them otherwise, too."""
    records = list(bioc_xml.read(real("bc5cdr", "CDR_sample.gold.BioC.xml"), dialect=replace(CDR, joined=False)))

    reasons = [record.reason for record in records if isinstance(record, Broken)]
    assert (len(records), len(reasons)) == (50, 6)
    assert all("Dialect(joined=True)" in reason for reason in reasons[:3])


@pytest.mark.real
@pytest.mark.parametrize("part", ["Dev", "Test"])
def test_real_notations_say_the_same(part, real):
    """BioRED's JSON says nothing of the types of passages, and all else as its XML does."""
    one = bioc_xml.read(real("biored", f"{part}.BioC.XML"), dialect=BIORED)
    other = bioc_json.read(real("biored", f"{part}.BioC.JSON"), dialect=BIORED)

    for left, right in zip(drafts.documents(one), drafts.documents(other), strict=True):
        assert left.model_copy(update={"passages": ()}) == right.model_copy(update={"passages": ()})
        assert [passage.span for passage in left.passages] == [passage.span for passage in right.passages]
