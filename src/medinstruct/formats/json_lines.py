"""JSON Lines: one row of JSON per line, whatever the file is called (`.jsonl`, and in some releases `.json`).

    {"stem": "Which nerve …", "key": 2}
    {"stem": "Which vein …", "key": 0}

Each line stands for itself: one that is no JSON, not UTF-8, or nested too deep is one Broken, and the next is
read. Empty lines are passed over. No key may stand twice, and `NaN` is refused, as in `formats.json`.

Specification: https://jsonlines.org.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import BytesIO

from medinstruct.document import Document, Item
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.json import decode
from medinstruct.formats.rows import Make, Row, drafts
from medinstruct.source import File

FORMAT = Format(
    title="JSON Lines",
    specification="https://jsonlines.org",
    suffixes=(".jsonl", ".ndjson", ".json"),
    yields="Item",
)


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each line, in the order of the files.

    Args:
        files: JSON Lines files in UTF-8.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        kind: What the fields are fields of.
    """
    return finish(drafts((row for file in files for row in rows(file)), item, kind), repair)


def rows(file: File) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first."""
    count = 0
    for number, line in enumerate(BytesIO(file.data), start=1):
        if not line.strip():
            continue
        place = Place(file.name, number)
        try:
            yield Row(decode(line.decode("utf-8-sig" if number == 1 else "utf-8")), place, str(count))
        except json.JSONDecodeError as error:
            yield Broken(place, "", f"not JSON: {error.msg} at column {error.colno}")
        except (ValueError, RecursionError) as error:
            yield Broken(place, "", f"cannot be decoded: {error}")
        count += 1
