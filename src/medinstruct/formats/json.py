"""JSON: a file of rows, in a list, in an object whose keys are their ids, or somewhere inside an object.

    [{"stem": "Which nerve …", "key": 2}, …]                                path=()
    {"7012": {"stem": "Is the splenule …"}, "7013": …}                      path=(), row.key is "7012"
    {"version": "1.1", "data": [{"title": "Splenule", …}, …]}               path=("data",)
    {"trial": "NCT0", "arms": […]}                                          path=None: the file is one row

Rows are decoded one at a time, so a defect has its line and the rows before it are read. Where the syntax
breaks, nothing can be read that follows in the same file. A key that stands twice, `NaN`, `Infinity` and half
a surrogate pair break their row alone; Python's own decoder would lose the first and let the others through.

Specification: https://www.rfc-editor.org/rfc/rfc8259.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, NoReturn

from medinstruct.document import Document, Item
from medinstruct.errors import Place, did_you_mean
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Make, Row, decoded, drafts
from medinstruct.source import File

FORMAT = Format(
    title="JSON rows",
    specification="https://www.rfc-editor.org/rfc/rfc8259",
    suffixes=(".json",),
    yields="Item",
)

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
BLANK = re.compile(r"[ \t\n\r]*")
CLOSE = {"[": "]", "{": "}"}
UNREAD = "what follows in this file is not read"


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    path: Sequence[str] | None = (),
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each row, in the order of the files.

    Args:
        files: JSON files in UTF-8.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        path: The keys that lead to the list or object whose members are the rows; None if a file is one row.
        kind: What the fields are fields of.
    """
    return finish(drafts((row for file in files for row in rows(file, path=path)), item, kind), repair)


def rows(file: File, *, path: Sequence[str] | None = ()) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first."""
    if isinstance(text := decoded(file), Broken):
        yield text
        return
    line, last = 1, 0
    try:
        for start, key, value in _members(text, path):
            line, last = line + text.count("\n", last, start), start
            place = Place(file.name, line)
            yield Broken(place, key, str(value)) if isinstance(value, ValueError) else Row(value, place, key)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip())
        what = "the file is cut off" if is_cut else "cannot be read"
        yield Broken(Place(file.name, error.lineno), "", f"{what}: {error.msg}; {UNREAD}")
    except (ValueError, RecursionError) as error:
        yield Broken(Place(file.name, line), "", f"cannot be decoded below this line: {error}; {UNREAD}")


def decode(text: str) -> Any:
    """Return the value that `text` holds.

    Raises:
        ValueError: if it is not JSON, or holds a key twice, `NaN`, or half a surrogate pair.
        RecursionError: if it is nested deeper than Python's stack allows.
    """
    value = STRICT.decode(text)
    _refuse_half_pairs(value, text, 0, len(text))
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return fields


STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse)
LENIENT = json.JSONDecoder()

Member = tuple[int, str, Any]
"""Where a member starts, its key, and its value or the ValueError that stands for it."""


def _members(text: str, path: Sequence[str] | None) -> Iterator[Member]:
    """Yield the members of what `path` leads to, and see to it that only blanks follow the top value."""
    start = _skip(text, 0)
    if path is None:
        value, end = _value(text, start)
        yield start, "0", value
    else:
        end = yield from _container(text, start, path)
    if (end := _skip(text, end)) < len(text):
        raise json.JSONDecodeError("there is more after its end", text, end)


def _container(text: str, at: int, path: Sequence[str]) -> Generator[Member, None, int]:
    """Yield the members of the list or object at `at`, or of the one in it that `path` leads to.

    Returns:
        Where the list or object ends.
    """
    opening, count, keys = text[at : at + 1], 0, set[str]()
    if opening not in CLOSE:
        raise json.JSONDecodeError("neither a list nor an object", text, at)
    at = _skip(text, at + 1)
    while text[at : at + 1] != CLOSE[opening]:
        if count:
            at = _expect(",", text, at)
        start, key, is_twice = at, str(count), False
        if opening == "{":
            key, at = _key(text, at)
            is_twice = key in keys
            keys.add(key)
        if path and key == path[0]:
            at = yield from _container(text, at, path[1:])
        else:
            value, at = _value(text, at)
            if not path:
                yield start, key, ValueError(f"the key {key!r} stands twice") if is_twice else value
        at, count = _skip(text, at), count + 1
    if path and path[0] not in keys:
        what = f"nothing is called {path[0]!r} here ({did_you_mean(path[0], keys)})"
        raise json.JSONDecodeError(what, text, start if count else at)
    return at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("a key in double quotes is missing", text, at)
    key, at = STRICT.raw_decode(text, at)
    return key, _expect(":", text, _skip(text, at))


def _value(text: str, at: int) -> tuple[Any, int]:
    """Return the value at `at`, or the ValueError that says why it is refused, and where it ends."""
    try:
        value, end = STRICT.raw_decode(text, at)
        _refuse_half_pairs(value, text, at, end)
        return value, end
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        return error, LENIENT.raw_decode(text, at)[1]


def _refuse_half_pairs(value: Any, text: str, start: int, end: int) -> None:
    """Raise ValueError for half a surrogate pair, which no file can hold; the search first makes it cheap."""
    if SURROGATE.search(text, start, end):
        json.dumps(value, ensure_ascii=False).encode()


def _expect(sign: str, text: str, at: int) -> int:
    if text[at : at + 1] != sign:
        raise json.JSONDecodeError(f"{sign!r} is missing", text, at)
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    blank = BLANK.match(text, at)
    return blank.end() if blank else at
