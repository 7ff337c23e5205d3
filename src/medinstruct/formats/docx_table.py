"""DOCX: a table of a document of Word, one row per record.

    word/document.xml    <w:tbl> <w:tr> <w:tc><w:p><w:r><w:t>12</w:t></w:r></w:p></w:tc> <w:tc> … </w:tc> </w:tr> … </w:tbl>

The first row names the columns, unless they are given. Cells are strings: what runs of one paragraph say is joined as
it stands, paragraphs and line breaks by a line break, and white space at the ends goes; text that was struck out as a
tracked change is not there. A cell over several columns is that text and then empty ones, one that goes on with the
cell above is empty. Tables inside cells are passed over; empty rows too. A line number in a message is that of the
row in its table.

Specification: ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from xml.etree.ElementTree import Element

from medinstruct.document import Document, Item
from medinstruct.errors import FormatError, Place, did_you_mean
from medinstruct.formats import Format, office
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Line, Make, Row, drafts, named
from medinstruct.formats.xml_items import Record, records
from medinstruct.source import File

FORMAT = Format(
    title="DOCX table",
    specification="https://ecma-international.org/publications-and-standards/standards/ecma-376",
    suffixes=(".docx",),
    yields="Item",
)

SPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
MAX_COLUMNS = 63
"""As many as a table of Word can have."""
BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    table: int = 0,
    columns: Sequence[str] | None = None,
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each row, in the order of the files.

    Args:
        files: DOCX files.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        table: The number of the table in its document, counted from 0.
        columns: The names of the columns of a table that has no first row of names.
        kind: What the fields are fields of.

    Raises:
        UnsafeInput: for a file that unpacks to far more than it weighs, or declares entities.
    """
    found = (row for file in files for row in rows(file, table=table, columns=columns))
    return finish(drafts(found, item, kind), repair)


def rows(file: File, *, table: int = 0, columns: Sequence[str] | None = None) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first."""
    return office.told(file, "DOCX", _rows(file, table, columns))


def _rows(file: File, table: int, columns: Sequence[str] | None) -> Iterator[Row | Broken]:
    with zipfile.ZipFile(BytesIO(file.data)) as archive:
        body = office.unpack(archive, file.name, "word/document.xml")
    yield from named(file.name, _lines(file.name, _table(body, table)), columns)


def _table(body: File, number: int) -> Record:
    """Return a table of a document, or raise FormatError if there is none of that number."""
    count = 0
    for each in records(body, record=tuple(f"{{{space}}}tbl" for space in SPACES), may_be_none=True):
        if isinstance(each, Broken):
            raise each.error()
        if count == number:
            return each
        count += 1
    raise FormatError(f"there is no table {number}", next=did_you_mean(str(number), map(str, range(count))))


def _lines(file: str, table: Record) -> Iterator[Line | Broken]:
    """Yield the rows that are not empty; one that is too wide is a Broken."""
    for number, row in enumerate(table.iterfind("{*}tr"), start=1):
        cells: list[str] = []
        for cell in row.iterfind("{*}tc"):
            span = next(
                (str(value) for each in cell.iterfind("{*}tcPr/{*}gridSpan") for value in each.attrib.values()), "1"
            )
            cells += [_text(cell).strip(), *[""] * (min(int(span), MAX_COLUMNS) - 1 if span.isdecimal() else 0)]
            if len(cells) > MAX_COLUMNS:
                break
        if len(cells) > MAX_COLUMNS:
            yield Broken(Place(file, number), "", f"a row of more than {MAX_COLUMNS} cells")
        elif any(cells):
            yield number, cells


def _text(cell: Element) -> str:
    """The paragraphs of a cell, those of a table inside it left out."""
    return "\n".join("".join(_pieces(paragraph)) for paragraph in cell.iterfind("{*}p"))


def _pieces(element: Element) -> Iterator[str]:
    """The pieces of text in an element; what was deleted stands in `delText`, which is none."""
    for each in element:
        name = each.tag.rpartition("}")[2]
        if name == "t":
            yield each.text or ""
        elif name in BREAKS:
            yield BREAKS[name]
        elif name in ("r", "hyperlink", "ins", "smartTag", "sdt", "sdtContent"):
            yield from _pieces(each)
