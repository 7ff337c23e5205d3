"""BioNLP standoff: what is given and what is to be found, and that the one without the other is told apart."""

import pytest
from hypothesis import given

from medinstruct.document import Argument, Attribute, Coreference, Document, Event, Mention, Relation
from medinstruct.errors import FormatError
from medinstruct.formats import bionlp_st
from medinstruct.formats import draft as drafts
from medinstruct.source import File
from strategies import documents

TEXT = "Zorbin blocks phosphorylation of KLX1 (kelexin 1) by ABC9.\nNo effect on KLX2.\n"
GIVEN = "T1\tProtein 0 6\tZorbin\nT2\tProtein 33 37\tKLX1\nT3\tProtein 39 48\tkelexin 1\nT4\tProtein 53 57\tABC9\n"
FOUND = """\
*	Equiv T2 T3
T5	Negative_regulation 7 13	blocks
T6	Phosphorylation 14 29	phosphorylation
T7	Entity 72 76	KLX2
E1	Negative_regulation:T5 Theme:E2 Cause:T1
E2	Phosphorylation:T6 Theme:T2 Cause:T4
E3	Process:T6
M1	Speculation E1
A2	Negation E3
R1	Coreference Subject:T7 Object:T2
"""


def files(id: str = "PMID-7", **sheets: str) -> list[File]:
    return [File(f"train/{id}.{suffix}", text.encode()) for suffix, text in sheets.items()]


def read(given: list[File], **options) -> list:
    return list(bionlp_st.read(given, **options))


def test_every_line_is_read():
    found = FOUND.replace("Process:T6", "Process:T6 ")  # as BioNLP'11 ID has it

    [document] = read(files(txt=TEXT, a1=GIVEN, a2=found), identity=lambda id: f"pmid:{id[5:]}")

    assert document == Document(
        id="PMID-7",
        text=TEXT,
        identities=("pmid:7",),
        mentions=(
            Mention(id="T1", spans=((0, 6),), text="Zorbin", types=("Protein",)),
            Mention(id="T2", spans=((33, 37),), text="KLX1", types=("Protein",)),
            Mention(id="T3", spans=((39, 48),), text="kelexin 1", types=("Protein",)),
            Mention(id="T4", spans=((53, 57),), text="ABC9", types=("Protein",)),
            Mention(id="T5", spans=((7, 13),), text="blocks", types=("Negative_regulation",)),
            Mention(id="T6", spans=((14, 29),), text="phosphorylation", types=("Phosphorylation",)),
            Mention(id="T7", spans=((72, 76),), text="KLX2", types=("Entity",)),
        ),
        events=(
            Event(
                id="E1",
                type="Negative_regulation",
                trigger="T5",
                arguments=(Argument(role="Theme", ref="E2", kind="event"), Argument(role="Cause", ref="T1")),
            ),
            Event(
                id="E2",
                type="Phosphorylation",
                trigger="T6",
                arguments=(Argument(role="Theme", ref="T2"), Argument(role="Cause", ref="T4")),
            ),
            Event(id="E3", type="Process", trigger="T6"),
        ),
        coreferences=(Coreference(id="Equiv1", mentions=("T2", "T3"), type="Equiv"),),
        attributes=(Attribute(target="E1", name="Speculation"), Attribute(target="E3", name="Negation")),
        relations=(
            Relation(
                id="R1",
                type="Coreference",
                arguments=(Argument(role="Subject", ref="T7"), Argument(role="Object", ref="T2")),
            ),
        ),
    )


def test_records_keep_their_order_and_other_files_are_passed_over():
    three = [each for id in ("1", "2", "3") for each in files(id, a1=GIVEN, a2="", txt=TEXT)]

    found = read([File("train/LICENSE", b"terms"), *three, File("train/3.json", b"{}")])

    assert [document.id for document in found] == ["1", "2", "3"]


def test_files_of_a_record_need_not_lie_side_by_side():
    """`7.txt` comes after all of `7.b` in the order of names."""
    both = files("7", a1=GIVEN, a2=FOUND, txt=TEXT) + files("7.b", a1="", a2="", txt="-")

    found = read(sorted(both, key=lambda file: file.name))

    assert sorted((document.id, len(document.mentions)) for document in found) == [("7", 7), ("7.b", 0)]


def test_nothing_to_find_is_a_document():
    [document] = read(files(txt=TEXT, a1=GIVEN, a2=""))

    assert (len(document.mentions), document.events) == (4, ())


def test_not_annotated_is_not_nothing_to_find():
    [broken] = read(files(txt=TEXT, a1=GIVEN))

    assert str(broken.error()) == (
        "train/PMID-7.txt: there is no PMID-7.a2 beside it; not annotated is not the same as nothing to find"
    )


def test_a_part_declared_unanswered_holds_what_is_given():
    """An `.a2` that is there is not looked at, so that no document of the part has answers."""
    part = files("1", txt=TEXT, a1=GIVEN) + files("2", txt=TEXT, a1=GIVEN, a2=FOUND)

    one, two = read(part, answers=False)

    assert one.mentions == two.mentions
    assert [mention.text for mention in one.mentions] == ["Zorbin", "KLX1", "kelexin 1", "ABC9"]
    assert (two.events, two.relations) == ((), ())


NO_A1 = "there is no PMID-7.a1 beside it; not annotated is not the same as nothing to find"


@pytest.mark.parametrize(
    "sheet, old, new, line, reason",
    [
        ("a1", "33 37", "34 38", 2, "mention T2 says 'KLX1' but text[34:38] is 'LX1 '"),
        ("a2", "72 76", "72 99", 4, "mention T7 at 72:99 lies outside the text of 78 characters"),
        ("a2", "Theme:E2", "Theme:E9", 5, "Theme of E1 points to E9, which is no event"),
        ("a2", ":T6 Theme", ":T9 Theme", 6, "the trigger T9 of event E2 is no mention"),
        ("a2", "Equiv T2", "Equiv T9", 1, "coreference Equiv1 names T9, which is no mention"),
        ("a2", "Negation E3", "Negation E9", 9, "A2 points to E9, which is nothing"),
        ("a2", "T7\tEntity", "T1\tEntity", 4, "two mentions have the id T1"),
        ("a1", "Protein 0 6", "Protein\t0\t6", 1, "a mention has three columns, this line has 5"),
        ("a1", "\tZorbin", "", 1, "a mention has three columns, this line has 2"),
        ("a1", "0 6", "0 x", 1, "the second column is not type, start and end: 'Protein 0 x'"),
        ("a2", "Process:T6", "Process", 7, "an event begins with Type:Trigger, not with 'Process'"),
        ("a2", "Subject:T7", "T7", 10, "an argument is Role:Id, not 'T7'"),
        ("a2", "Speculation E1", "Speculation", 8, "after the id and a tab come name and target"),
        ("a2", "M1\t", "X1\t", 8, "a line begins with one of T E R * A M N #, this one does not"),
        ("a2", "M1\tSpeculation E1", "M1", 8, "after the id and a tab come name and target"),
        ("a1", "T1\tProtein 0", "\n\nT1\tProtein x", 3, "the second column is not type, start and end: 'Protein x 6'"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_file_and_line(sheet, old, new, line, reason):
    """Lines are counted in the file that they stand in, whichever of the two it is; the next record is not touched."""
    sheets = {"txt": TEXT, "a1": GIVEN, "a2": FOUND}
    assert old in sheets[sheet]
    bad = {**sheets, sheet: sheets[sheet].replace(old, new)}

    broken, sound = read(files(**bad) + files("8", **sheets))

    assert (str(broken.place), broken.id) == (f"train/PMID-7.{sheet}:{line}", "PMID-7")
    assert broken.reason.startswith(reason)
    assert sound.id == "8"


def test_lines_are_counted_past_a_first_file_without_lines_or_last_line_end():
    [one] = read(files(txt=TEXT, a1="", a2="E1"))
    [other] = read(files(txt=TEXT, a1=GIVEN[:-1], a2="\nE1"))

    assert [str(one.place), str(other.place)] == ["train/PMID-7.a2:1", "train/PMID-7.a2:2"]


@pytest.mark.parametrize(
    "sheets, place, reason",
    [
        ({"a1": GIVEN, "a2": ""}, "a1", "there is no PMID-7.txt beside it"),
        ({"txt": TEXT, "a2": ""}, "txt", NO_A1),
        ({"a2": ""}, "a2", "there is no PMID-7.txt beside it"),
    ],
)
def test_a_missing_file_breaks_the_record(sheets, place, reason):
    [broken] = read(files(**sheets))

    assert str(broken.error()) == f"train/PMID-7.{place}: {reason}"


@pytest.mark.parametrize("suffix", ["txt", "a1", "a2"])
def test_bytes_that_are_no_text_break_the_record(suffix):
    sheets = {file.suffix: file for file in files(txt=TEXT, a1=GIVEN, a2=FOUND)}
    bad = File(f"train/PMID-7.{suffix}", b"\n\n\xff")

    [broken] = read([bad if file.name == bad.name else file for file in sheets.values()])

    assert str(broken.error()) == f"train/PMID-7.{suffix}:3: bytes b'\\xff' are not utf-8-sig"


def test_a_repair_is_noted():
    shifted = files(txt=TEXT, a1=GIVEN.replace("33 37", "34 38"), a2=FOUND)

    [document] = read(shifted, repair=drafts.requote(1))

    assert document.mentions[1].spans == ((33, 37),)
    assert document.notes


def test_given_mentions_are_those_before_the_first_trigger():
    [document] = read(files(txt=TEXT, a1=GIVEN, a2=FOUND))

    written = {file.name: file.data.decode() for file in bionlp_st.write([document])}

    assert written["PMID-7.txt"] == TEXT
    assert written["PMID-7.a1"] == GIVEN
    assert written["PMID-7.a2"] == FOUND.replace("T6 \n", "T6\n").replace(
        "M1\tSpeculation E1\nA2\tNegation E3\n", ""
    ) + ("M1\tSpeculation E1\nM2\tNegation E3\n")


def test_answers_are_not_left_out_unasked():
    [document] = read(files(txt=TEXT, a1=GIVEN, a2=FOUND))

    with pytest.raises(FormatError, match="document PMID-7: holds answers"):
        list(bionlp_st.write([document], answers=False))


@given(documents("discontinuous", "attributes", "relations", "events", "coreferences"))
def test_what_is_written_is_read_back(document):
    assert list(drafts.documents(bionlp_st.read(bionlp_st.write([document])))) == [document]


@given(documents("discontinuous"))
def test_what_is_given_is_read_back(document):
    written = bionlp_st.write([document], answers=False)

    assert list(drafts.documents(bionlp_st.read(written, answers=False))) == [document]


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, part, expected",
    [
        # documents, mentions, events, relations, coreferences, attributes
        ("bionlp09", "train", (800, 16341, 8615, 0, 536, 1070)),
        ("bionlp09", "devel", (150, 3556, 1795, 0, 110, 202)),
        ("bionlp09", "test", (260, 3589, 0, 0, 0, 0)),
        ("bionlp11-epi", "train", (600, 9749, 1852, 0, 440, 173)),
        ("bionlp11-epi", "devel", (200, 3227, 601, 0, 168, 79)),
        ("bionlp11-epi", "test", (440, 5737, 0, 0, 0, 0)),
        ("bionlp11-id", "train", (152, 8131, 2088, 0, 170, 95)),
        ("bionlp11-id", "devel", (46, 2573, 691, 0, 31, 45)),
        ("bionlp11-id", "test", (118, 4239, 0, 0, 0, 0)),
        ("bionlp13-cg", "train", (300, 18404, 8803, 0, 466, 670)),
        ("bionlp13-cg", "devel", (100, 6085, 2915, 0, 176, 214)),
        ("bionlp13-cg", "test", (200, 6955, 0, 0, 0, 0)),
        ("bionlp13-pc", "train", (260, 12458, 5992, 0, 455, 317)),
        ("bionlp13-pc", "devel", (90, 4351, 2129, 0, 128, 80)),
        ("bionlp13-pc", "test", (175, 5312, 0, 0, 0, 0)),
        ("bionlp13-ge", "train", (222, 6007, 2817, 178, 53, 461)),
        ("bionlp13-ge", "devel", (249, 7035, 3199, 160, 41, 496)),
        ("bionlp13-ge", "test", (305, 4359, 0, 0, 0, 0)),
    ],
)
def test_real_parts_have_what_they_are_said_to_have(corpus, part, expected, real):
    """Nothing of them is broken, and all of them is written and read back the same."""
    answers = part != "test"

    found = list(drafts.documents(read(real(corpus, f"{part}/*.txt", f"{part}/*.a[12]"), answers=answers)))

    kinds = ("mentions", "events", "relations", "coreferences", "attributes")
    assert (len(found), *(sum(len(getattr(each, kind)) for each in found) for kind in kinds)) == expected
    assert read(list(bionlp_st.write(found, answers=answers)), answers=answers) == found
