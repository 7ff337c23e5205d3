"""XLSX: rows of a worksheet under the names of its first row, whatever program wrote it; damaged and hostile books."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Item
from medinstruct.errors import UnsafeInput
from medinstruct.formats import office, xlsx
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

WORKBOOK = f"""<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">
<sheets><sheet name="Questions" sheetId="1" r:id="rId1"/><sheet name="Notes" sheetId="2" r:id="rId2"/></sheets></workbook>"""
LINKS = f"""<Relationships xmlns="{PACKAGE}">
<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{OFFICE}/worksheet" Target="/xl/worksheets/sheet2.xml"/>
<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"""


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


STRINGS = f"""<sst xmlns="{MAIN}"><si><t>id</t></si><si><t>question</t></si>
<si><t xml:space="preserve">My zorb &amp; I
are swollen </t></si>
<si><r><t>Is </t></r><r><rPr><b/></rPr><t>zorbinase</t></r><r><t> safe?</t></r><rPh sb="0" eb="1"><t>ZO</t></rPh></si></sst>"""
ROWS = """<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2"><v>7012</v></c><c r="B2" t="s"><v>2</v></c></row>
<row r="4"><c r="A4" t="inlineStr"><is><t>q2</t></is></c><c r="B4" t="s"><v>3</v></c></row>"""
FOUND = [
    {"id": "7012", "question": "My zorb & I\nare swollen "},
    {"id": "q2", "question": "Is zorbinase safe?"},
]


def book(rows: str = ROWS, **changes: str | None) -> File:
    """A book with two worksheets; `changes` replaces a part by name, or leaves it out."""
    parts = {
        "workbook": ("xl/workbook.xml", WORKBOOK),
        "links": ("xl/_rels/workbook.xml.rels", LINKS),
        "strings": ("xl/sharedStrings.xml", STRINGS),
        "first": ("xl/worksheets/sheet1.xml", sheet(rows)),
        "second": ("xl/worksheets/sheet2.xml", sheet('<row><c t="str"><v>a_x000D_b_x005F_x</v></c></row>')),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, (name, text) in parts.items():
            if (text := changes.get(key, text)) is not None:
                archive.writestr(name, text)
    return File("questions.xlsx", out.getvalue())


def rows(*args, **options) -> list:
    return list(xlsx.rows(*args, **options))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


def test_cells_stand_under_the_names_of_the_first_row():
    found = rows(book())

    assert found == FOUND
    assert [(row.place.line, row.key) for row in found] == [(2, "0"), (4, "1")]


def test_a_row_becomes_an_item():
    found = list(xlsx.read([book()], item=dict))

    assert found == [Item(**row) for row in FOUND]


def test_the_edition_of_the_standard_does_not_matter():
    iso = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    parts = {key: text.replace(MAIN, iso) for key, text in (("workbook", WORKBOOK), ("strings", STRINGS))}

    assert rows(book(**parts, first=sheet(ROWS).replace(MAIN, iso))) == FOUND


def test_a_worksheet_is_chosen_by_name_and_columns_can_be_given():
    assert rows(book(), sheet="Notes", columns=("text",)) == [{"text": "a\rb_x"}]


def test_a_book_without_shared_strings_is_read():
    links = LINKS.replace("/sharedStrings", "/theme")

    assert rows(
        book('<row><c t="inlineStr"><is><t>id</t></is></c></row><row><c><v>1</v></c></row>', strings=None, links=links)
    ) == [{"id": "1"}]


def test_cells_and_rows_that_are_not_there_are_empty():
    names = "".join(f'<c r="{letter}1" t="str"><v>{letter.lower()}</v></c>' for letter in "ABC")
    text = f'<row r="1">{names}</row><row r="2"><c r="B2"><v>1</v></c><c r="E2"/></row><row r="3"><c r="A3"/></row>'

    assert rows(book(text)) == [{"a": "", "b": "1", "c": ""}]


@pytest.mark.parametrize(
    "cell, reason",
    [
        ('<c r="A5" t="s"><v>4</v></c>', "the cell A5 names string 4 of 4"),
        ('<c r="A5" t="s"><v>-1</v></c>', "the cell A5 names string -1 of 4"),
        ('<c r="A5" t="s"><v>x</v></c>', "invalid literal for int() with base 10: 'x'"),
        ('<c r="A5" t="e"><v>#N/A</v></c>', "the cell A5 holds the error #N/A"),
        ('<c r="B5"><v>1</v></c><c r="A5"><v>1</v></c>', "the cell A5 is out of place"),
        ('<c r="ZZZ5"><v>1</v></c>', "the cell ZZZ5 is out of place"),
        ('<c r="ZZZZZZZZ5"><v>1</v></c>', "'ZZZZZZZZ5' is no cell"),
    ],
)
def test_a_bad_row_is_broken_alone(cell, reason):
    found = rows(book(ROWS.replace('<row r="4">', f'<row r="5">{cell}</row><row r="6">')))

    assert [row for row in found if not isinstance(row, Broken)] == FOUND
    assert told(found) == [f"questions.xlsx:5: the row cannot be read: {reason}"]


def test_a_row_with_more_cells_than_columns_is_broken():
    found = rows(book(ROWS + '<row r="5"><c r="C5"><v>1</v></c></row>'))

    assert told(found) == ["questions.xlsx:5: 3 cells where there are 2 columns (id, question)"]


@pytest.mark.parametrize(
    "file, reason",
    [
        (File("questions.xlsx", b"id,question"), "is no XLSX file, or a damaged one: File is not a zip file"),
        (File("questions.xlsx", book().data[:-30]), "is no XLSX file, or a damaged one: File is not a zip file"),
        (book(workbook=None), "has no part xl/workbook.xml; is it an XLSX file?"),
        (book(first=None), "has no part xl/worksheets/sheet1.xml"),
        (book(first=sheet(ROWS)[:-40]), "questions.xlsx/xl/worksheets/sheet1.xml:3: the file is cut off"),
        (book(strings="<sst>"), "questions.xlsx/xl/sharedStrings.xml:1: the file is cut off"),
        (book(links="<x/>"), "there is no worksheet 'Questions' (its part is not listed)"),
    ],
)
def test_a_book_that_is_none_is_told(file, reason):
    assert told(rows(file))[-1].startswith(f"questions.xlsx: {reason}")


def test_a_worksheet_that_is_not_there_is_told():
    assert told(rows(book(), sheet="Note")) == ["questions.xlsx: there is no worksheet 'Note' (did you mean Notes?)"]


def test_a_damaged_member_is_told():
    data = bytearray(book().data)
    at = data.index(b"xl/worksheets/sheet1.xml") + 40
    data[at : at + 20] = b"\xff" * 20

    assert told(rows(File("questions.xlsx", bytes(data))))[-1].startswith(
        "questions.xlsx: is no XLSX file, or a damaged"
    )


def test_a_part_with_entities_is_refused():
    trap = '<!DOCTYPE sst [<!ENTITY zorb "zorb">]>' + STRINGS

    with pytest.raises(UnsafeInput, match="declares what no data needs"):
        rows(book(strings=trap))


def test_a_part_that_unpacks_to_far_more_than_it_weighs_is_refused(monkeypatch):
    monkeypatch.setattr(office, "BOMB_BYTES", 1 << 20)

    with pytest.raises(UnsafeInput, match=r"xl/worksheets/sheet1\.xml unpacks to more than 1,048,576 bytes"):
        rows(book(ROWS + " " * (2 << 20)))


cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff") | st.just("\n"), max_size=8
)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_what_stands_in_cells_is_read(table):
    strings = "".join(f"<si><t>{escape(cell)}</t></si>" for line in table for cell in line)
    text = "".join(
        f'<row><c t="s"><v>{2 * number}</v></c><c t="s"><v>{2 * number + 1}</v></c></row>'
        for number in range(len(table))
    )

    found = rows(book(text, strings=f'<sst xmlns="{MAIN}">{strings}</sst>'), columns=("a", "b"))

    assert [list(row.values()) for row in found] == [line for line in table if any(line)]


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, pattern, counts",
    [
        ("meqsum", "*.xlsx", [1000]),
        ("medication-qa", "*.xlsx", [690]),
        ("mediqa2021", "Task1/*.xlsx", [50, 100]),
        ("mediqa2021", "Task2/*/*.xlsx", [303, 192]),
    ],
)
def test_real_rows(real, corpus, pattern, counts):
    found = [rows(file) for file in real(corpus, pattern)]

    assert [told(each) for each in found] == [[]] * len(counts)
    assert [len(each) for each in found] == counts


@pytest.mark.real
def test_meqsum(real):
    def item(row):
        return {"id": row.key, "texts": {"question": row["CHQ"]}, "references": (row["Summary"],)}

    found = list(strict(xlsx.read(real("meqsum", "*.xlsx"), item=item)))

    assert len(found) == 1000
    assert all(item.texts["question"].strip() and item.references[0].strip() for item in found)
    assert any("\n" in item.texts["question"] for item in found)
