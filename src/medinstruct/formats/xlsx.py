"""XLSX: a worksheet, one row per record.

    sheet1.xml           <row r="2"><c r="A2" t="s"><v>3</v></c><c r="C2"><v>0.5</v></c></row>
    sharedStrings.xml    … <si><t>who makes zorbinase</t></si> …        the string with the number 3

The first row names the columns, unless they are given. Cells are strings, with the line breaks that stand in them;
numbers are as the file has them, days are counted from 1900, and a formula is what it came to. An empty cell is an
empty string; empty rows are passed over. A line number in a message is that of the row in the worksheet.

Specification: ECMA-376, https://ecma-international.org/publications-and-standards/standards/ecma-376.
"""

from __future__ import annotations

import posixpath
import re
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
    title="XLSX",
    specification="https://ecma-international.org/publications-and-standards/standards/ecma-376",
    suffixes=(".xlsx",),
    yields="Item",
)

SPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
MAX_COLUMNS = 16_384
"""As many as a worksheet can have."""
ESCAPE = re.compile(r"_x((?![dD][89a-fA-F])[0-9a-fA-F]{4})_")
REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    sheet: str | None = None,
    columns: Sequence[str] | None = None,
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each row, in the order of the files.

    Args:
        files: XLSX files.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        sheet: Name of the worksheet; the first if None.
        columns: The names of the columns of a worksheet that has no first row of names.
        kind: What the fields are fields of.

    Raises:
        UnsafeInput: for a file that unpacks to far more than it weighs, or declares entities.
    """
    found = (row for file in files for row in rows(file, sheet=sheet, columns=columns))
    return finish(drafts(found, item, kind), repair)


def rows(file: File, *, sheet: str | None = None, columns: Sequence[str] | None = None) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first."""
    return office.told(file, "XLSX", _rows(file, sheet, columns))


def _rows(file: File, sheet: str | None, columns: Sequence[str] | None) -> Iterator[Row | Broken]:
    with zipfile.ZipFile(BytesIO(file.data)) as book:
        width = len(columns) if columns else 0
        yield from named(file.name, _lines(book, file.name, sheet, width), columns)


def _lines(book: zipfile.ZipFile, file: str, sheet: str | None, width: int) -> Iterator[Line | Broken]:
    """Yield the rows that are not empty, each with `width` cells at least (0: as many as the first has)."""
    sheet_part, strings_part = _find_parts(book, file, sheet)
    strings = [_string(each) for each in _elements(book, file, strings_part, "si")] if strings_part else []
    number = 0
    for row in _elements(book, file, sheet_part, "row"):
        number += 1
        try:
            number = int(row.get("r", number))
            cells = _cells(row, strings)
        except ValueError as error:
            yield Broken(Place(file, number), "", f"the row cannot be read: {error}")
            continue
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            width = width or len(cells)
            yield number, cells + [""] * (width - len(cells))


def _find_parts(book: zipfile.ZipFile, file: str, sheet: str | None) -> tuple[str, str | None]:
    """Return where the worksheet and where the shared strings are."""
    targets, strings = {}, None
    for link in _elements(book, file, "xl/_rels/workbook.xml.rels", "Relationship"):
        target = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
        targets[link.get("Id", "")] = target
        if link.get("Type", "").endswith("/sharedStrings"):
            strings = target
    sheets = {
        each.get("name", ""): next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
        for each in _elements(book, file, "xl/workbook.xml", "sheet")
    }
    name = next(iter(sheets), "") if sheet is None else sheet
    if sheets.get(name) not in targets:
        hint = "its part is not listed" if name in sheets else did_you_mean(name, sheets)
        raise FormatError(f"there is no worksheet {name!r}", next=hint)
    return targets[sheets[name]], strings


def _elements(book: zipfile.ZipFile, file: str, part: str, name: str) -> Iterator[Record]:
    """Yield the elements of one name in a part of the book, whichever namespace its edition of the standard has."""
    names = tuple(f"{{{space}}}{name}" for space in SPACES)
    for each in records(office.unpack(book, file, part), record=names, may_be_none=True):
        if isinstance(each, Broken):
            raise each.error()
        yield each


def _cells(row: Record, strings: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iterfind("{*}c"):
        reference = cell.get("r", "")
        at = _column(reference) if reference else len(cells)
        if not len(cells) <= at < MAX_COLUMNS:
            raise ValueError(f"the cell {reference} is out of place")
        cells += [""] * (at - len(cells))
        cells.append(_value(cell, strings))
    return cells


def _column(reference: str) -> int:
    """Return the place of a column, counted from 0: 0 for A7, 26 for AA7."""
    if not (found := REFERENCE.fullmatch(reference)):
        raise ValueError(f"{reference!r} is no cell")
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def _value(cell: Element, strings: list[str]) -> str:
    kind, value = cell.get("t", "n"), cell.findtext("{*}v") or ""
    if kind == "inlineStr":
        return "".join(_string(each) for each in cell.iterfind("{*}is"))
    if kind == "e":
        raise ValueError(f"the cell {cell.get('r')} holds the error {value}")
    if kind == "s":
        number = int(value)
        if not 0 <= number < len(strings):
            raise ValueError(f"the cell {cell.get('r')} names string {number} of {len(strings)}")
        return strings[number]
    return _unescape(value) if kind == "str" else value


def _string(element: Element) -> str:
    """Return the text of a plain or formatted string, without what tells its pronunciation (`rPh`)."""
    parts = [*element.iterfind("{*}t"), *element.iterfind("{*}r/{*}t")]
    return _unescape("".join(part.text or "" for part in parts))


def _unescape(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
