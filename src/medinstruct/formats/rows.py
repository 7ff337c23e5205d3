"""Rows: what tables, JSON files and worksheets are made of, and the way from a row to an Item.

What a row means is a corpus' business. It says so with one function, from the row to the fields of an Item:

    def item(row: Row) -> Fields:
        options = (row["yes"], row["no"])
        return {"id": row["id"], "question": row["stem"], "options": options, "answers": (int(row["key"]),)}

The function may also pass the row over (None), or make several of it (a list, or a generator). What it trips
over, a key that is not there or a number that is none, makes the row a `Broken` at its file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from medinstruct.document import Document, Item
from medinstruct.errors import FormatError, Place, did_you_mean
from medinstruct.formats.draft import FAULTS as FAULTS
from medinstruct.formats.draft import Broken, Draft
from medinstruct.source import File

Fields = Mapping[str, Any]
"""The fields of an Item or a Document as plain values."""


class NoCell(FormatError, KeyError):
    """A row has nothing of that name."""


class Row(dict[str, Any]):
    """The cells of one row by name, and where it stands.

    A value that has no names, such as the `"yes"` of `{"7012": "yes"}`, stands under `value`.
    """

    __slots__ = ("key", "place")

    place: Place
    key: str
    """The key under which the file holds the row; its number in the file, from 0, where it has none."""

    def __init__(self, fields: Any, place: Place, key: str) -> None:
        super().__init__(fields if isinstance(fields, Mapping) else {"value": fields})
        self.place = place
        self.key = key

    def __missing__(self, name: str) -> Any:
        hint = did_you_mean(str(name), map(str, self))
        raise NoCell(f"nothing is called {str(name)!r} here", where=self.place, next=hint)


Line = tuple[int, list[str]]
"""The number of the line on which a row begins, and its cells."""


class Placed(Protocol):
    """Anything that knows its place in a file: a Row, an element of an XML file."""

    place: Place


Thing = TypeVar("Thing", bound=Placed)
Make = Callable[[Thing], Fields | Iterable[Fields] | None]
"""What a corpus says of a thing: the fields of what it becomes, of several, or None to pass it over."""


def drafts(
    things: Iterable[Thing | Broken], make: Make[Thing], kind: type[Document] | type[Item] = Item
) -> Iterator[Draft | Broken]:
    """Yield what `make` makes of each thing, in order, or a Broken at its place with what is wrong."""
    for thing in things:
        if isinstance(thing, Broken):
            yield thing
            continue
        try:
            made = make(thing)
            several = (made,) if isinstance(made, Mapping) else () if made is None else made
            for fields in several:
                yield Draft(thing.place, dict(fields), kind=kind)
        except FAULTS as error:
            yield Broken(thing.place, _id(thing), explain(error, thing))


def named(file: str, lines: Iterator[Line | Broken], columns: Sequence[str] | None) -> Iterator[Row | Broken]:
    """Yield a Row per line, its cells under the names of the columns, which are the first line's if None.

    A line with more or fewer cells than there are columns is a Broken.
    """
    if columns is None:
        first = next(lines, (0, []))
        if isinstance(first, Broken):
            yield first
            return
        columns = first[1]
    if len(set(columns)) < len(columns):
        yield Broken(Place(file, 1), "", f"two columns have one name: {', '.join(columns)}")
        return
    for number, line in enumerate(lines):
        if isinstance(line, Broken):
            yield line
        elif len(line[1]) != len(columns):
            what = f"{len(line[1])} cells where there are {len(columns)} columns ({', '.join(columns)})"
            yield Broken(Place(file, line[0]), "", what)
        else:
            yield Row(dict(zip(columns, line[1])), Place(file, line[0]), str(number))


Kind = TypeVar("Kind")


def bundled(
    files: Iterable[File], key: Callable[[File], tuple[str, Kind] | None]
) -> tuple[dict[str, dict[Kind, File]], list[Broken]]:
    """Return the files of each record by what they hold, and a Broken for each that is another one of the same name as one
    before it; the very same file once more is passed over, as it lies in an archive and beside it.

    Args:
        files: The files of all records, in whatever folders.
        key: The name of the record that a file belongs to and what it holds of it; None to pass it over.
    """
    bundles: dict[str, dict[Kind, File]] = {}
    others: list[Broken] = []
    for file in files:
        if (found := key(file)) is not None:
            id, kind = found
            first = bundles.setdefault(id, {}).setdefault(kind, file)
            if first.data != file.data:
                others.append(Broken(Place(file.name), id, f"is another file of the same name as {first.name}"))
    return bundles, others


def decoded(file: File, encoding: str = "utf-8-sig", *, id: str = "") -> str | Broken:
    """Return the text of a file, or a Broken of the record `id` at the line whose bytes are not in `encoding`."""
    try:
        return file.text(encoding)
    except FormatError as error:
        return Broken(error.where if isinstance(error.where, Place) else Place(file.name), id, error.what)


ESCAPED = re.compile("[\udc80-\udcff]")


def leniently(file: File, encoding: str = "utf-8-sig") -> str | Broken:
    """Return the text of a file of lines, in which a byte that is not in `encoding` stands as half a character, so that
    the record that holds it can be told by `undecoded`; or a Broken, where the encoding leaves no line whole.
    """
    if encoding.lower().replace("_", "-") in ("utf-8", "utf-8-sig", "ascii", "us-ascii"):
        return file.data.decode(encoding, "surrogateescape")
    return decoded(file, encoding)


def undecoded(text: str, encoding: str = "utf-8-sig") -> str | None:
    """Return what is wrong with a piece of text that was read leniently: the first bytes that are not in `encoding`."""
    if text.isascii() or (found := ESCAPED.search(text)) is None:
        return None
    return (
        f"bytes {text[found.start() : found.start() + 4].encode('utf-8', 'surrogateescape')[:4]!r} are not {encoding}"
    )


def lines_of(file: File) -> tuple[list[str], dict[int, str]]:
    """Return the lines of a file, and for each that holds a byte that is no UTF-8, by its number, what is wrong with it."""
    try:
        return file.lines(), {}
    except FormatError:
        lines = file.lines(errors="surrogateescape")
        return lines, {number: why for number, line in enumerate(lines, start=1) if (why := undecoded(line))}


def cells_of(files: Iterable[File]) -> Iterator[tuple[Place, list[str], str]]:
    """Yield place and cells of each line that is not empty, cells being parted by tabs and nothing quoted; and what is wrong
    with its bytes, or nothing.
    """
    for file in files:
        lines, undecoded = lines_of(file)
        for number, line in enumerate(lines, start=1):
            if line:
                yield Place(file.name, number), line.split("\t"), undecoded.get(number, "")


def _id(thing: Placed) -> str:
    return str(thing.get("id", thing.key)) if isinstance(thing, Row) else ""


def explain(error: Exception, thing: Placed) -> str:
    """Return what the function of a corpus tripped over."""
    if isinstance(error, NoCell):
        return f"{error.what} ({error.next})"
    if isinstance(error, KeyError):
        name = str(error.args[0]) if error.args else ""
        hint = f" ({did_you_mean(name, thing)})" if isinstance(thing, Row) and name not in thing else ""
        return f"nothing is called {name!r} here{hint}"
    return f"cannot be read: {error}"
