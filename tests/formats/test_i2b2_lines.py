"""i2b2 lines: stretches by line and token are found, ways of counting are told apart by the strings, faults are told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock import processor_time
from medinstruct.document import Argument, Attribute, Coreference, Document, Event, Mention, Passage, Relation
from medinstruct.formats import i2b2_lines
from medinstruct.formats.draft import Broken
from medinstruct.source import File

TEXT = "Zorbinase was given for\nher Acute  splenule .\n It helped her .\n"
CON = """\
c="zorbinase" 1:0 1:0||t="treatment"
c="her acute splenule" 2:0 2:2||t="problem"
c="her acute splenule" 2:0 2:2||t="problem"
c="her" 2:0 2:0||t="person"
c="it" 3:1 3:1||t="pronoun"
c="her" 3:3 3:3||t="person"
"""
AST = 'c="her acute splenule" 2:0 2:2||t="problem"||a="present"\n'
REL = 'c="zorbinase" 1:0 1:0||r="TrIP"||c="her acute splenule" 2:0 2:2\n'
CHAINS = 'c="her" 2:0 2:0||c="her" 3:3 3:3||t="coref person"\n'


def read(sheets=("con",), text=TEXT, **options) -> list:
    given = {"con": CON, "ast": AST, "rel": REL, "chains": CHAINS} | {
        kind: options.pop(kind) for kind in ("con", "ast", "rel", "chains", "m") if kind in options
    }
    files = [File(f"{kind}/7.{kind}", data.encode()) for kind, data in given.items() if kind in sheets]
    return list(i2b2_lines.read([*files, File("txt/7.txt", text.encode())], sheets=sheets, **options))


def told(record) -> str:
    assert isinstance(record, Broken)
    return f"{record.place}: {record.reason}"


def mention(id: str, type: str, start: int, end: int) -> Mention:
    return Mention(id=id, spans=((start, end),), text=TEXT[start:end], types=(type,))


def test_all_sheets_are_read():
    [document] = read(("con", "ast", "rel", "chains"), sentences=True, identity="note")

    assert document == Document(
        id="7",
        text=TEXT,
        identities=("note:7",),
        passages=(
            Passage(type="sentence", span=(0, 23)),
            Passage(type="sentence", span=(24, 45)),
            Passage(type="sentence", span=(47, 62)),
        ),
        mentions=(
            mention("T1", "treatment", 0, 9),
            mention("T2", "problem", 24, 43),
            mention("T3", "person", 24, 27),
            mention("T4", "pronoun", 47, 49),
            mention("T5", "person", 57, 60),
        ),
        attributes=(Attribute(target="T2", name="assertion", value="present"),),
        relations=(
            Relation(
                id="R1", type="TrIP", arguments=(Argument(role="Arg1", ref="T1"), Argument(role="Arg2", ref="T2"))
            ),
        ),
        coreferences=(Coreference(id="C1", type="person", mentions=("T3", "T5")),),
    )


@pytest.mark.parametrize(
    "point",
    [
        "3:1 3:1",  # a blank at the beginning of the line is a token
        "3:0 3:0",  # it is none
    ],
)
def test_the_way_of_counting_is_the_one_under_which_the_string_stands(point):
    [document] = read(con=f'c="it" {point}||t="pronoun"\n')

    assert [mention.text for mention in document.mentions] == ["It"]


def test_each_blank_may_be_a_token():
    [document] = read(con='c="splenule" 2:3 2:3||t="problem"\n')

    assert [mention.text for mention in document.mentions] == ["splenule"]


def test_a_mention_may_run_on_into_the_next_line():
    [document] = read(con='c="for her" 1:3 2:0||t="x"\n')

    assert [mention.text for mention in document.mentions] == ["for\nher"]


def test_a_quotation_mark_and_bars_may_stand_in_a_string():
    [document] = read(text='the "large" || zorb\n', con='c=""large" || zorb" 1:1 1:3||t="problem"\n')

    assert [mention.text for mention in document.mentions] == ['"large" || zorb']


def test_signs_of_a_token_that_the_string_leaves_out_are_not_in_the_mention():
    [document] = read(text="(gout), and so on\n", con='c="gout" 1:0 1:0||t="problem"\n')

    assert document.mentions[0].spans == ((1, 5),)


def test_letters_that_the_string_leaves_out_are_not_passed_over():
    [broken] = read(text="bad gout\n", con='c="gout" 1:0 1:1||t="problem"\n')

    assert told(broken) == "con/7.con:1: mention T1 says 'gout' but text[0:8] is 'bad gout'"


M = (
    'm="zorbinase" 1:0 1:0||do="5 mg" 1:1 1:2||mo="nm"||||f="at night...if needed" 1:3 1:4,2:0 2:1|||du="nm"||r="nm"'
    '||e="start"||t="nm"||c="factual"||ln="list"\n'
)
DOSES = "Zorbinase 5 mg at night\nif needed for itch.\n"


def test_a_medication_is_an_event_with_what_is_said_of_it():
    [document] = read(("m",), text=DOSES, m=M.replace("||||", "||"))

    assert [(each.types[0], each.text) for each in document.mentions] == [
        ("medication", "Zorbinase"),
        ("dosage", "5 mg"),
        ("frequency", "at night if needed"),
    ]
    assert document.mentions[2].spans == ((15, 23), (24, 33))
    assert document.events == (
        Event(
            id="E1",
            type="medication",
            trigger="T1",
            arguments=(Argument(role="dosage", ref="T2"), Argument(role="frequency", ref="T3")),
        ),
    )
    assert [(each.target, each.name, each.value) for each in document.attributes] == [
        ("E1", "event", "start"),
        ("E1", "certainty", "factual"),
        ("E1", "list or narrative", "list"),
    ]


def test_two_entries_may_share_a_medication():
    second = 'm="zorbinase" 1:0 1:0||r="itch" 2:3 2:3||ln="list"\n'

    [document] = read(("m",), text=DOSES, m=M.replace("||||", "||") + second)

    assert [event.trigger for event in document.events] == ["T1", "T1"]
    assert document.mentions[-1].text == "itch"


def test_names_are_told_apart_by_their_first_dot_and_a_text_may_have_no_suffix():
    files = [
        File("texts/12", DOSES.encode()),
        File("texts/13", b"never annotated\n"),
        File("gold/12_gold.entries", b'm="zorbinase" 1:0 1:0||ln="list"\n'),
    ]

    [document] = i2b2_lines.read(files, sheets=("m",), annotated_only=True)
    _, missing = i2b2_lines.read(files, sheets=("m",))

    assert (document.id, len(document.events)) == ("12", 1)
    assert told(missing) == "texts/13: record 13 has no file of the kind .m"


@pytest.mark.parametrize(
    "line, reason",
    [
        ('c="zorbinase" 1:0 1:0', "the parts of such a line are c t, not c"),
        ('c="zorbinase" 1:0 1:0||t="x"||a="y"', "the parts of such a line are c t, not c t a"),
        ("zorbinase", "not name=\"string\" line:token line:token, which || parts, but 'zorbinase'"),
        ('c="zorbinase" 1:0||t="x"', "c has a first token without a last one"),
        ('c="zorbinase"||t="x"', "nothing tells where 'zorbinase' stands"),
        ('c="zorbinase" 0:0 0:0||t="x"', "there is no token 0:0, or no 0:0"),
        ('c="zorbinase" 1:0 1:9||t="x"', "there is no token 1:0, or no 1:9"),
        ('c="zorbinase" 9:0 9:0||t="x"', "there is no token 9:0, or no 9:0"),
        (f'c="zorbinase" 1:{"9" * 5000} 1:0||t="x"', "Exceeds the limit"),
        ('c="velotrine" 1:0 1:0||t="x"', "mention T1 says 'velotrine' but text[0:9] is 'Zorbinase'"),
        ('c="" 3:0 3:0||t="x"', "mention T1 at 46:46 lies outside the text"),
    ],
)
def test_a_fault_is_told_with_its_line(line, reason):
    [broken] = read(con=f"\n{line}\n")

    assert told(broken).startswith(f"con/7.con:2: {reason}")


@pytest.mark.parametrize(
    "sheet, line, reason",
    [
        ("ast", 'c="was" 1:1 1:1||t="problem"||a="present"', "ast/7.ast:1: there is no concept at 1:1 1:1"),
        ("rel", 'c="was" 1:1 1:1||r="PIP"||c="her" 2:0 2:0', "rel/7.rel:1: there is no concept at 1:1 1:1"),
        ("rel", 'c="her" 2:0 2:0||r="PIP"', "rel/7.rel:1: the parts of such a line are c r c, not c r"),
        (
            "chains",
            'c="her" 2:0 2:0||c="was" 1:1 1:1||t="coref x"',
            "chains/7.chains:1: there is no concept at 1:1 1:1",
        ),
        ("chains", 't="coref person"', "chains/7.chains:1: the parts of such a line are c t, not t"),
        ("m", 'ln="list"', "m/7.m:1: a medication begins with its name and where that stands"),
        ("m", 'm="nm"||ln="list"', "m/7.m:1: a medication begins with its name and where that stands"),
        ("m", 'm="zorbinase" 1:0 1:0||x="y"', "m/7.m:1: x is none of m, do, mo, f, du, r, e, t, c, ln"),
    ],
)
def test_a_fault_of_the_other_sheets_is_told(sheet, line, reason):
    [broken] = read(("m",) if sheet == "m" else ("con", sheet), **{sheet: f"{line}\n"})

    assert told(broken).startswith(reason)


def test_files_that_cannot_be_read_or_paired_are_told():
    text, con = File("txt/7.txt", TEXT.encode()), File("con/7.con", CON.encode())

    [alone] = i2b2_lines.read([con], sheets=("con",))
    [latin] = i2b2_lines.read([File("txt/7.txt", b"\xe9"), con], sheets=("con",))
    twice, document = i2b2_lines.read([text, con, File("more/7.txt", b"other")], sheets=("con",))
    [same] = i2b2_lines.read([text, con, File("more/7.txt", TEXT.encode())], sheets=("con",))

    assert told(alone) == "con/7.con: record 7 has no file of the kind .txt"
    assert told(latin) == "txt/7.txt:1: bytes b'\\xe9' are not utf-8-sig"
    assert told(twice) == "more/7.txt: is another file of the same name as txt/7.txt"
    assert document == same


def test_a_string_elsewhere_on_its_line_is_found_by_the_repair():
    con = 'c="given" 1:1 1:1||t="x"\nc="for  her" 1:2 2:0||t="x"\n'

    [document] = read(con=con, repair=i2b2_lines.requote)

    assert [mention.text for mention in document.mentions] == ["given", "for\nher"]
    assert document.notes == ("2 mentions moved to the place on their lines where their string stands",)


@pytest.mark.parametrize("string", ["her", "velotrine", "was for"])
def test_a_string_that_stands_twice_or_nowhere_is_not_moved(string):
    [broken] = read(text="her and her was given for\n", con=f'c="{string}" 1:1 1:1||t="x"\n', repair=i2b2_lines.requote)

    assert told(broken).startswith(f"con/7.con:1: mention T1 says '{string}'")


def test_a_note_that_is_one_line_takes_as_long_as_its_words():
    """Four times as many take four times as long, and not the square of it: each line is cut into tokens once."""

    def spent(number: int) -> float:
        text = " ".join(f"w{n}" for n in range(number))
        con = "".join(f'c="w{n}" 1:{n} 1:{n}||t="x"\n' for n in range(number))
        return processor_time(lambda: read(text=text, con=con))

    assert spent(4_000) < 8 * spent(1_000)


words = st.from_regex(r"[a-z0-9.,\u00e4\u03b2\U0001d518\u2028\x85]{1,4}", fullmatch=True)
lines = st.lists(st.lists(words, max_size=5).map(" ".join), min_size=1, max_size=4)


@given(lines, st.data())
def test_a_stretch_is_found_where_it_was(lines, data):
    text = "\n".join(lines)
    tokens = [(found.start(), found.end()) for found in re.finditer(r"[^ \n]+", text)]
    if not tokens:
        return
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    start, end = tokens[first][0], tokens[last][1]

    def point(at: int) -> str:
        line = text.count("\n", 0, at)
        before = text[: at + 1].rpartition("\n")[2]
        return f"{line + 1}:{before.rstrip(' ').count(' ')}"

    string = " ".join(text[start:end].replace("\n", " ").split(" "))
    [document] = read(text=text, con=f'c="{string}" {point(start)} {point(end - 1)}||t="x"\n')

    assert document.mentions[0].spans == ((start, end),)
