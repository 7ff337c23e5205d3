"""Tables: CSV and TSV, one row per record.

    id,dialogue,note                                   a first row of names, or none (`columns`)
    D1,"[doctor] any cough ?
    [patient] no , only ""zorbing"" .",No cough.       quoting="csv": a cell may hold anything

    D1	the 5" tube holds "zorbinase	1              quoting="none": a quote is a sign like any other

Nothing in a file tells the two apart, and read the wrong way a file loses rows without a sound: a bare quote
swallows all lines up to the next one. So a corpus declares which it is, and `csv` is read strictly. A row
with a quote inside an unquoted cell, with more or fewer cells than there are columns, or with a byte that is not in
the file's encoding, is one Broken.

Where a quote is never closed, or text follows where it is closed, it is not certain what is quoted below. Reading goes
on at the next line from which all rows to the end of the file, or a hundred of them, have as many cells as there are
columns, quotes and all: the lines of a cell that holds text do not. What stands between is one Broken, which tells how
many lines that is. Where there is no such line, or one column alone, the rest of the file is not read.

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
from medinstruct.formats.rows import ESCAPED, Line, Make, Row, drafts, leniently, named, undecoded
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
    if isinstance(text := leniently(file, encoding), Broken):
        yield text
        return
    width = len(columns) if columns else 0
    lines = _quoted(file.name, text, delimiter, width) if quoting == "csv" else _plain(text, delimiter)
    yield from named(file.name, _decoded(file.name, lines, encoding) if ESCAPED.search(text) else lines, columns)


def _decoded(file: str, lines: Iterator[Line | Broken], encoding: str) -> Iterator[Line | Broken]:
    """Yield the rows, and a Broken for each that holds a byte that is none of its encoding."""
    for line in lines:
        if not isinstance(line, Broken) and (
            reason := next(filter(None, (undecoded(c, encoding) for c in line[1])), "")
        ):
            yield Broken(Place(file, line[0]), "", reason)
        else:
            yield line


def _plain(text: str, delimiter: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line := line.removesuffix("\r"):
            yield number, line.split(delimiter)


def _quoted(file: str, text: str, delimiter: str, width: int) -> Iterator[Line | Broken]:
    """Yield the rows of a table with quotes; `width` is the number of its columns, 0 if its first row tells it."""
    table = _Table(text, delimiter)
    at, line = 0, 1
    while at < len(text):
        start, (cells, at, end) = at, table.row(at)
        if end == delimiter:
            begins = at
            at = table.resume(at, width) if text[at] == '"' else table.next_line(at)
            yield _stray_quote(file, text, begins, at, line + text.count("\n", start, begins))
        elif at - start > len(end):
            width = width or len(cells)
            yield line, cells
        line += text.count("\n", start, at)


class _Table:
    """The rows of a text, each found where it begins."""

    def __init__(self, text: str, delimiter: str) -> None:
        mark = re.escape(delimiter)
        # Possessive (`*+`): a cell is matched in one go or not at all, however long and hostile it is.
        quoted = r'"([^"]*+(?:""[^"]*+)*+)"'
        plain = rf'([^"{mark}\r\n]*+(?:\r(?!\n)[^"{mark}\r\n]*+)*+)'
        self.cell = re.compile(rf"(?:{quoted}|{plain})({mark}|\r?\n|\Z)")
        self.text, self.delimiter = text, delimiter
        self.tries = TRIES

    def row(self, at: int, limit: int | None = None) -> tuple[list[str], int, str]:
        """Return the cells of the row that begins at `at`, where it ends, and what ends it: the delimiter itself if a cell
        that cannot be read comes next.
        """
        cells, end, limit = list[str](), self.delimiter, len(self.text) if limit is None else limit
        while end == self.delimiter and (found := self.cell.match(self.text, at, limit)):
            inside, bare, end = found.groups()
            cells.append(bare if inside is None else inside.replace('""', '"'))
            at = found.end()
        return cells, at, end

    def next_line(self, at: int) -> int:
        return self.text.find("\n", at) + 1 or len(self.text)

    def resume(self, at: int, width: int) -> int:
        """Return where reading goes on after a quote at `at` that leaves in doubt what follows, or the end of the text."""
        while width > 1 and self.tries > 0 and (at := self.next_line(at)) < len(self.text):
            if self.is_sound(at, width):
                return at
        return len(self.text)

    def is_sound(self, at: int, width: int) -> bool:
        """Whether the rows from here on have `width` cells each: all to the end, or `CERTAIN` of them."""
        rows = 0
        while at < len(self.text) and rows < CERTAIN:
            limit = min(at + WIDEST, len(self.text))
            start, (cells, at, end) = at, self.row(at, limit)
            self.tries -= limit - start if end == self.delimiter else at - start
            if end == self.delimiter or (at == limit < len(self.text) and not end):
                return False
            if at - start > len(end):
                if len(cells) != width:
                    return False
                rows += 1
        return rows > 0


CERTAIN = 100
"""Rows in a row of which nobody doubts that they are rows."""
WIDEST = 1 << 16
"""Characters of a row that is believed after a fault."""
TRIES = 1 << 26
"""Characters looked at in search of such rows, in one file."""


def _stray_quote(file: str, text: str, at: int, resumed: int, line: int) -> Broken:
    """Tell what is wrong with the first quote of the cell that begins at `at`, and how much is passed over for it."""
    quote = text.index('"', at)
    if quote > at:
        what = "a quote inside an unquoted cell"
    else:
        unread = (
            text.count("\n", at, resumed) - 1 if resumed < len(text) else text.count("\n", at, len(text.rstrip("\r\n")))
        )
        what = f"a quote that is never closed, or with text after its end ({unread} lines below are not read)"
    shown = text[quote : quote + 20].partition("\n")[0].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Broken(Place(file, line), "", f"{shown!r}: {what}; does this file have quoting at all?")
