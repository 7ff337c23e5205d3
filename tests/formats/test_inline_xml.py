"""Inline XML: elements in a text become mentions; a record that is no XML breaks alone."""

from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Document, Mention
from medinstruct.formats import inline_xml
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from strategies import texts

ONE = '<RECORD ID="7">\n<TEXT>\n<PHI TYPE="PATIENT">Ada &amp; Co</PHI> came on <PHI TYPE="DATE">03/04</PHI> .\n</TEXT>\n</RECORD>\n'
TWO = '<RECORD ID="8">\n<TEXT>\nNobody came .\n</TEXT>\n</RECORD>\n'


def read(*records: str, **options) -> list:
    content = '<?xml version="1.0"?>\n<ROOT>\n' + "".join(records) + "</ROOT>\n"
    return list(inline_xml.read([File("all.xml", content.encode())], **options))


def told(record) -> str:
    assert isinstance(record, Broken), record
    return f"{record.place} [{record.id}]: {record.reason}"


def test_records_are_read_with_their_mentions():
    assert read(ONE, TWO) == [
        Document(
            id="7",
            text="\nAda & Co came on 03/04 .\n",
            mentions=(
                Mention(id="T1", spans=((1, 9),), text="Ada & Co", types=("PATIENT",)),
                Mention(id="T2", spans=((18, 23),), text="03/04", types=("DATE",)),
            ),
        ),
        Document(id="8", text="\nNobody came .\n"),
    ]


def test_mentions_may_stand_in_one_another():
    inner = ONE.replace("Ada &amp; Co", 'Ada <PHI TYPE="X">&amp;</PHI> Co')

    [document] = read(inner)

    assert [(each.spans, each.text) for each in document.mentions[:2]] == [(((1, 9),), "Ada & Co"), (((5, 6),), "&")]


def test_a_record_that_is_no_xml_breaks_alone():
    broken, document = read(ONE.replace("03/04</PHI>", '03/04<PHI TYPE="DOCTOR">'), TWO)

    assert told(broken) == "all.xml:6 [7]: not XML: mismatched tag"
    assert document.id == "8"


def test_a_record_can_be_mended_before_it_is_read():
    def mend(draft):
        draft.fields["markup"] = draft.fields["markup"].replace('<PHI TYPE="DOCTOR">', "</PHI>")
        return "mended" if draft.fields["id"] == "7" else None

    mended, document = read(ONE.replace("03/04</PHI>", '03/04<PHI TYPE="DOCTOR">'), TWO, repair=mend)

    assert mended == read(ONE)[0].model_copy(update={"notes": ("mended",)})
    assert document == read(TWO)[0]


def test_a_file_that_is_cut_off_loses_its_last_record():
    content = f"<ROOT>\n{ONE}{TWO}</ROOT>".encode()
    cut = content[: content.index(b"came .")]

    document, broken = inline_xml.read([File("all.xml", cut)])

    assert document.id == "7"
    assert told(broken) == "all.xml:7 [8]: the record has no </RECORD>; is the file cut off?"


def test_other_faults_are_told():
    [nothing] = inline_xml.read([File("all.xml", b"<ROOT></ROOT>")])
    [textless] = read('<RECORD ID="7"></RECORD>')
    [untyped] = read(ONE.replace(' TYPE="DATE"', ""))
    [entity] = read(ONE.replace("&amp;", "&bomb;"))
    [deep] = read(ONE.replace("03/04", '<P TYPE="x">' * 5000 + "03/04" + "</P>" * 5000))
    [latin] = inline_xml.read([File("all.xml", b"<ROOT>\n\xe9")])

    assert told(nothing).startswith("all.xml []: holds no record that begins with <RECORD")
    assert told(textless) == "all.xml:3 [7]: the record has no TEXT"
    assert told(untyped) == "all.xml:3 [7]: an element of the text has no 'TYPE'"
    assert told(entity) == "all.xml:5 [7]: not XML: undefined entity"
    assert told(deep).endswith("nested too deep")
    assert told(latin) == "all.xml:2 []: bytes b'\\xe9' are not utf-8-sig"


pieces = st.lists(st.tuples(texts(xml=True), st.none() | st.sampled_from(["DATE", "A&B", '"'])), max_size=6)


@given(pieces)
def test_what_is_marked_is_read_back(pieces):
    pieces = [(piece.replace("\r", " "), type) for piece, type in pieces if piece]
    marked = [f"<PHI TYPE={quoteattr(type)}>{escape(piece)}</PHI>" if type else escape(piece) for piece, type in pieces]

    [document] = read(f'<RECORD ID="7"><TEXT>{"".join(marked)}</TEXT></RECORD>')

    assert document.text == "".join(piece for piece, _ in pieces)
    assert [(each.text, each.types[0]) for each in document.mentions] == [
        (piece, type) for piece, type in pieces if type
    ]
