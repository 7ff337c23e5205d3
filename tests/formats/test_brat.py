"""BRAT: every kind of line is read, dialects are borne, faults are told, and what it cannot hold is not written."""

import pytest
from hypothesis import given

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
from medinstruct.errors import FormatError
from medinstruct.formats import brat
from medinstruct.formats import draft as drafts
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from strategies import documents

TEXT = "No growth in liver and left lung; CEA\nwas 3 \u00b5g/l (\U0001d518 ward). Zorbin was stopped.\n"
ANN = """\
T1	Finding 3 9	growth
T2	Site 13 18	liver
T3	Site 23 27;28 32	left lung
T4	Marker 34 41	CEA was
T5	Place 50 56	\U0001d518 ward
T6	Drug 59 65	Zorbin
T7	Stop 70 77	stopped
E1	Stop:T7 Theme:T6
E2	Cause:T7 Of:E1 In:T5
R0	LocatedIn Arg1:T1 Arg2:T2
R1	LocatedIn Arg1:E1 Arg2:T5
*	Equiv T2 T3
*	Overlaps T2 T3
*	Meets First:T1 Second:T2
A1	Negated T1
A2	Certainty E2 rather sure
M3	Old R0
N1	Reference T4 UMLS:C0007082	Carcinoembryonic antigen
N2	Reference T4 LNC:2039-6	CEA
N3	NCBI_Taxonomy Annotation:T6 Referent:562
#1	AnnotatorNotes T1	not sure
"""


def files(text: str = TEXT, ann: str = ANN, path: str = "ward/n17") -> list[File]:
    return [File(f"{path}.ann", ann.encode()), File(f"{path}.txt", text.encode())]


def read(given: list[File], **options) -> list:
    return list(brat.read(given, **options))


def argument(role: str, ref: str) -> Argument:
    return Argument(role=role, ref=ref, kind="event" if ref[0] == "E" else "mention")


def relation(id: str, type: str, **refs: str) -> Relation:
    return Relation(id=id, type=type, arguments=tuple(argument(role, ref) for role, ref in refs.items()))


def test_every_line_is_read():
    ann = ANN.replace("Arg2:T2", "Arg2:T2\t").replace("Arg2:T5", "Arg2:T5 ")  # a third column, a blank at the end

    [document] = read(files(ann=ann), identity="note")

    umls, loinc = Concept(vocabulary="UMLS", id="C0007082"), Concept(vocabulary="LNC", id="2039-6")
    taxon = Concept(vocabulary="NCBI_Taxonomy", id="562")
    undirected = Relation(id="*1", type="Overlaps", arguments=(argument("", "T2"), argument("", "T3")))
    assert document == Document(
        id="n17",
        text=TEXT,
        identities=("note:n17",),
        mentions=(
            Mention(id="T1", spans=((3, 9),), text="growth", types=("Finding",)),
            Mention(id="T2", spans=((13, 18),), text="liver", types=("Site",)),
            Mention(id="T3", spans=((23, 27), (28, 32)), text="left lung", types=("Site",)),
            Mention(id="T4", spans=((34, 41),), text="CEA\nwas", types=("Marker",), concepts=(umls, loinc)),
            Mention(id="T5", spans=((50, 56),), text="\U0001d518 ward", types=("Place",)),
            Mention(id="T6", spans=((59, 65),), text="Zorbin", types=("Drug",), concepts=(taxon,)),
            Mention(id="T7", spans=((70, 77),), text="stopped", types=("Stop",)),
        ),
        events=(
            Event(id="E1", type="Stop", trigger="T7", arguments=(argument("Theme", "T6"),)),
            Event(id="E2", type="Cause", trigger="T7", arguments=(argument("Of", "E1"), argument("In", "T5"))),
        ),
        relations=(
            relation("R0", "LocatedIn", Arg1="T1", Arg2="T2"),
            relation("R1", "LocatedIn", Arg1="E1", Arg2="T5"),
            undirected,
            relation("*2", "Meets", First="T1", Second="T2"),
        ),
        coreferences=(Coreference(id="Equiv1", type="Equiv", mentions=("T2", "T3")),),
        attributes=(
            Attribute(target="T1", name="Negated"),
            Attribute(target="E2", name="Certainty", value="rather sure"),
            Attribute(target="R0", name="Old"),
        ),
    )
    assert read(list(brat.write([document])), identity="note") == [document]


def test_line_ends_of_the_annotations_may_be_crlf_and_the_last_one_missing():
    [document] = read(files(ann=ANN.replace("\n", "\r\n")[:-2]))

    assert [document] == read(files())


def test_line_ends_of_the_text_count():
    [document] = read(files("one\r\ntwo\x0b\u2028three", "T1\tNumber 5 8\ttwo\nT2\tNumber 10 15\tthree\n"))

    assert [mention.text for mention in document.mentions] == ["two", "three"]


def test_each_word_may_be_a_part_of_its_own():
    [document] = read(files("acute renal failure", "T1\tDisease 0 5;6 11;12 19\tacute renal failure\n"))

    assert document.mentions[0].spans == ((0, 5), (6, 11), (12, 19))


def test_nothing_to_find_and_not_annotated_are_two_things():
    nothing, missing = files("Well.", ""), files("Well.", "", path="ward/n18")[1:]

    document, broken = read(nothing + missing)

    assert document == Document(id="n17", text="Well.")
    assert str(broken.error()) == (
        "ward/n18.txt: there is no n18.ann beside it; not annotated is not the same as nothing to find"
    )


def test_a_part_declared_unanswered_is_text_alone():
    assert read(files(), answers=False) == [Document(id="n17", text=TEXT)]


@pytest.mark.parametrize(
    "old, new, line, reason",
    [
        ("3 9\tgrowth", "4 10\tgrowth", 1, "mention T1 says 'growth' but text[4:10] is 'rowth '"),
        ("23 27;28 32", "28 32;23 27", 3, "the parts of mention T3 are not in the order of the text"),
        ("23 27;28 32", "23 27;28", 3, "the second column is not type, start and end: 'Site 23 27;28'"),
        ("3 9", "9 9", 1, "mention T1 at 9:9 lies outside the text"),
        ("T1\tFinding", "T 1\tFinding", 1, "the second column is not type, start and end"),
        ("T1\tFinding", "T1\t", 1, "the second column is not type, start and end"),
        ("3 9", "-3 9", 1, "the second column is not type, start and end"),
        ("3 9", f"{'9' * 5000} 9", 1, "Exceeds the limit"),
        ("UMLS:C0007082", "C0007082", 18, "a concept is Vocabulary:Id, not 'C0007082'"),
        ("Reference T4 UMLS", "Reference T9 UMLS", 18, "N1 points to T9, which is no mention"),
        ("Reference T4 UMLS", "Reference E1 UMLS", 18, "N1 points to E1, which is no mention"),
        ("Equiv T2 T3", "Equiv T2 E1", 12, "coreference Equiv1 names E1, which is no mention"),
        ("Overlaps T2 T3", "Overlaps", 13, "after the id and a tab come a word and what it is said of"),
        ("Arg2:T2", "Arg2:T99", 10, "Arg2 of R0 points to T99, which is no mention"),
        ("UMLS:C0007082", "UMLS:C 7", 18, "a concept is Vocabulary:Id, not 'UMLS:C 7'"),
        ("Negated T1", "Negated T1\tyes", 15, "nothing comes after name and target, this line has 3 columns"),
        ("Arg2:T2", "Arg2:T2\t\t", 10, "nothing comes after type and arguments, this line has 4 columns"),
        ("A1\tNegated T1", "A1", 15, "after the id and a tab come name and target"),
    ],
)
def test_a_fault_is_told_with_its_line(old, new, line, reason):
    assert old in ANN

    [broken] = read(files(ann=ANN.replace(old, new)))

    assert isinstance(broken, Broken)
    assert (str(broken.place), broken.reason[: len(reason)]) == (f"ward/n17.ann:{line}", reason)


def test_a_mention_that_ends_behind_the_text_is_told_though_it_says_all_that_is_there():
    [broken] = read(files("Zorbin.", "T1\tDrug 0 99\tZorbin.\n"))

    assert broken.reason == "mention T1 at 0:99 lies outside the text of 7 characters"


@pytest.mark.parametrize("offsets", ["16380 16391", "99990 100001"])
def test_offsets_may_be_of_any_size(offsets):
    start, end = map(int, offsets.split())
    [document] = read(files("x" * start + "hydrolubine", f"T1\tDrug {offsets}\thydrolubine\n"))

    assert document.mentions[0].spans == ((start, end),)


def test_an_annotation_without_text_is_told():
    [broken] = read(files()[:1])

    assert str(broken.error()) == "ward/n17.ann: there is no n17.txt beside it"


def test_ids_of_another_kind_are_replaced():
    """Ids name things inside one document only; BRAT wants a letter and a number."""
    mentions = tuple(Mention(id=str(at), spans=((at, at + 1),), text="ab"[at], types=("X",)) for at in (0, 1))
    document = Document(
        id="1",
        text="ab",
        mentions=mentions,
        events=(Event(id="x y", type="Y", trigger="0", arguments=(Argument(role="Of", ref="x y", kind="event"),)),),
        relations=(relation("0", "Z", Of="0", To="1"),),
        coreferences=(Coreference(id="", type="Equiv", mentions=("0", "1")),),
        attributes=(Attribute(target="1", name="Old"), Attribute(target="x y", name="New")),
    )

    _, ann = brat.write([document])

    assert ann.data.decode() == (
        "T1\tX 0 1\ta\nT2\tX 1 2\tb\nE1\tY:T1 Of:E1\nR1\tZ Of:T1 To:T2\n*\tEquiv T1 T2\nA1\tOld T2\nA2\tNew E1\n"
    )


MENTION = Mention(id="T1", spans=((0, 1),), text="a", types=("X",))


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"passages": (Passage(type="title", span=(0, 1)),)}, "has passages"),
        ({"labels": ("x",)}, "has labels"),
        ({"mentions": (MENTION.model_copy(update={"types": ("X", "Y")}),)}, "mention T1 is of several types"),
        ({"mentions": (MENTION.model_copy(update={"alternatives": (((0, 1),),)}),)}, "or has alternatives"),
        ({"mentions": (MENTION.model_copy(update={"types": ("cell line",)}),)}, "is not one word: 'cell line'"),
        ({"mentions": (MENTION.model_copy(update={"concepts": (Concept(vocabulary="", id="1"),)}),)}, "no vocabulary"),
        (
            {"mentions": (MENTION.model_copy(update={"concepts": (Concept(vocabulary="a b", id="1"),)}),)},
            "not one word",
        ),
        ({"relations": (relation("R1", "", Of="T1"),)}, "the type of R1 is not one word: ''"),
        (
            {"relations": (Relation(id="R1", type="X", arguments=(argument("", "T1"),)),)},
            "a role of R1 is not one word",
        ),
        (
            {"relations": (Relation(id="R1", type="X", arguments=(Argument(role="Of", ref="1", kind="concept"),)),)},
            "Of of R1 is a concept",
        ),
        (
            {"attributes": (Attribute(target="T1", name="A", value="x\ny"),)},
            "value of A of T1 holds a tab, a line break",
        ),
        ({"attributes": (Attribute(target="T1", name="A", value=" x"),)}, "value of A of T1"),
        ({"coreferences": (Coreference(id="1", type="IDENT", mentions=("T1",)),)}, "is of type 'IDENT', not Equiv"),
        ({"id": "../n17"}, "its id is no file name"),
        ({"id": ""}, "its id is no file name"),
        ({"id": "a\nb"}, "its id is no file name"),
    ],
)
def test_what_brat_cannot_hold_is_not_written(fields, reason):
    document = Document.model_validate({"id": "n17", "text": "a", "mentions": (MENTION,), **fields})

    with pytest.raises(FormatError, match=reason):
        list(brat.write([document]))


def test_two_documents_of_one_name_are_not_written():
    with pytest.raises(FormatError, match="there twice"):
        list(brat.write([Document(id="a", text=""), Document(id="a", text="b")]))


@given(documents("discontinuous", "concepts", "attributes", "relations", "events", "coreferences"))
def test_what_is_written_is_read_back(document):
    assert list(drafts.documents(brat.read(brat.write([document])))) == [document]


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, folder, expected, broken",
    [
        # documents, mentions, relations; and how many records are broken
        ("anatem", "train", (606, 6946, 0), 0),
        ("anatem", "devel", (202, 2139, 0), 0),
        ("anatem", "test", (404, 4616, 0), 0),
        ("jnlpba", "standoff/train", (2000, 51301, 0), 0),
        ("jnlpba", "standoff/test", (404, 8662, 0), 0),
        # parts in another order than that of the text
        ("nerel-bio", "nerel-bio-v1.0/train", (594, 52519, 42272), 18),
        ("nerel-bio", "nerel-bio-v1.0/dev", (76, 6326, 4413), 1),
        ("nerel-bio", "nerel-bio-v1.0/test", (75, 6006, 3997), 2),
        # a mention one character too far to the right
        ("pharmaconer", "train/subtrack1", (499, 3810, 0), 1),
        ("pharmaconer", "dev/subtrack1", (250, 1926, 0), 0),
        # parts joined without a blank
        ("ddi2013", "Train/DrugBank", (569, 12842, 3765), 3),
        ("ddi2013", "Train/MedLine", (141, 1830, 232), 1),
        ("ddi2013", "Test/DrugBank", (212, 2816, 884), 0),
        ("ddi2013", "Test/MedLine", (91, 910, 95), 0),
    ],
)
def test_real_folders_have_what_they_are_said_to_have(corpus, folder, expected, broken, real):
    """What is not broken is written and read back the same; what is broken is so for one of two reasons."""
    records = read(real(corpus, f"{folder}/*.txt", f"{folder}/*.ann"))

    found = [record for record in records if isinstance(record, Document)]
    faults = [record.reason for record in records if isinstance(record, Broken)]
    mentions, relations = (sum(len(getattr(each, kind)) for each in found) for kind in ("mentions", "relations"))
    assert ((len(found), mentions, relations), len(faults)) == (expected, broken)
    assert all("not in the order of the text" in fault or " says " in fault for fault in faults)
    assert read(list(brat.write(found))) == found
