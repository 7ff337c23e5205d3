"""Tables: CSV and TSV, one row per record.

    id,dialogue,note                                   a first row of names, or none (`columns`)
    D1,"[doctor] any cough ?
    [patient] no , only ""zorbing"" .",No cough.       quoting="csv": a cell may hold anything

    D1	the 5" tube holds "zorbinase	1              quoting="none": a quote is a sign like any other

Nothing in a file tells the two apart, and read the wrong way a file loses rows without a sound: a bare quote
swallows all lines up to the next one. So a corpus declares which it is, and `csv` is read strictly. A row
with a quote inside an unquoted cell, or with more or fewer cells than there are columns, is one Broken. Where
a quote is never closed, or text follows where it is closed, nobody knows what is quoted below, and the rest
of the file is not read.

Cells are strings; line breaks inside them stay as they are. Rows end in LF or CRLF; empty lines are passed
over.

Specification: https://www.rfc-editor.org/rfc/rfc4180; for TSV
https://www.iana.org/assignments/media-types/text/tab-separated-values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from medinstruct.document import Document, Item
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Line, Make, Row, decoded, drafts, named
from medinstruct.source import File

FORMAT = Format(
    title="Table (CSV, TSV)",
    specification="https://www.rfc-editor.org/rfc/rfc4180",
    suffixes=(".csv", ".tsv"),
    yields="Item",
)

Quoting = Literal["csv", "none"]


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    delimiter: str = ",",
    quoting: Quoting = "csv",
    columns: Sequence[str] | None = None,
    encoding: str = "utf-8-sig",
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each row, in the order of the files.

    Args:
        files: Tables.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        delimiter: The one character between cells.
        quoting: `csv` if cells may stand in double quotes, `none` if quotes mean nothing.
        columns: The names of the columns of files that have no first row of names.
        encoding: The files' encoding.
        kind: What the fields are fields of.
    """
    found = (
        row
        for file in files
        for row in rows(file, delimiter=delimiter, quoting=quoting, columns=columns, encoding=encoding)
    )
    return finish(drafts(found, item, kind), repair)


def rows(
    file: File,
    *,
    delimiter: str = ",",
    quoting: Quoting = "csv",
    columns: Sequence[str] | None = None,
    encoding: str = "utf-8-sig",
) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first."""
    if isinstance(text := decoded(file, encoding), Broken):
        yield text
        return
    lines = _quoted(file.name, text, delimiter) if quoting == "csv" else _plain(text, delimiter)
    yield from named(file.name, lines, columns)


def _plain(text: str, delimiter: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line := line.removesuffix("\r"):
            yield number, line.split(delimiter)


def _quoted(file: str, text: str, delimiter: str) -> Iterator[Line | Broken]:
    """Yield the rows of a table with quotes, up to a quote that leaves all below it in doubt."""
    mark = re.escape(delimiter)
    # Possessive (`*+`): a cell is matched in one go or not at all, however long and hostile it is.
    quoted = r'"([^"]*+(?:""[^"]*+)*+)"'
    plain = rf'([^"{mark}\r\n]*+(?:\r(?!\n)[^"{mark}\r\n]*+)*+)'
    cell = re.compile(rf"(?:{quoted}|{plain})({mark}|\r?\n|\Z)")
    at, line = 0, 1
    while at < len(text):
        start, cells, end = at, list[str](), delimiter
        while end == delimiter and (found := cell.match(text, at)):
            inside, bare, end = found.groups()
            cells.append(bare if inside is None else inside.replace('""', '"'))
            at = found.end()
        if end == delimiter:
            yield _stray_quote(file, text, at, line + text.count("\n", start, at))
            if text[at] == '"':
                return
            at = text.find("\n", at) + 1 or len(text)
        elif at - start > len(end):
            yield line, cells
        line += text.count("\n", start, at)


def _stray_quote(file: str, text: str, at: int, line: int) -> Broken:
    """Tell what is wrong with the first quote of the cell that begins at `at`."""
    quote = text.index('"', at)
    if quote > at:
        what = "a quote inside an unquoted cell"
    else:
        unread = text.count("\n", at, len(text.rstrip("\r\n")))
        what = f"a quote that is never closed, or with text after its end ({unread} lines below are not read)"
    shown = text[quote : quote + 20].partition("\n")[0]
    return Broken(Place(file, line), "", f"{shown!r}: {what}; does this file have quoting at all?")
