"""Alpaca triples: an instruction, the text that it is about, and the answer; instruction sets come like this.

    [{"instruction": "Say which drug is named.", "input": "He took zorbinase.", "output": "Zorbinase"},
     {"instruction": "Name two bones of the hand.", "input": "<noinput>", "output": "Lunar and solar bone"}]

The rows are a JSON list, JSON Lines, or a Parquet table with the same columns; which of them is told by a file's
first sign, as its name often is not true. The input may be empty, absent, null or `<noinput>`. A row has no id: it is
known by its number, counted from 0 over all files.

Specification: Taori et al. 2023, https://github.com/tatsu-lab/stanford_alpaca.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from medinstruct.document import Item
from medinstruct.formats import Format, json, json_lines, parquet
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.source import File

FORMAT = Format(
    title="Alpaca triples",
    specification="https://github.com/tatsu-lab/stanford_alpaca",
    suffixes=(".json", ".jsonl", ".parquet"),
    yields="Item",
)

NO_INPUT = {"", "<noinput>"}
BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and blanks."""


def read(files: Iterable[File], *, repair: Repair | None = None, facts: Sequence[str] = ()) -> Iterator[Read]:
    """Yield an Item per triple: the instruction as its question, the input as its text, the output as its reference.

    Args:
        files: Files of triples.
        repair: Changes a draft before it is checked.
        facts: Further columns to keep, as far as a row has them: `source`.
    """
    return finish(drafts(_rows(files), partial(_item, names=facts), Item), repair)


def _rows(files: Iterable[File]) -> Iterator[Row | Broken]:
    found = (row for file in files for row in _reader(file).rows(file))
    for number, row in enumerate(found):
        if isinstance(row, Row):
            row.key = str(number)
        yield row


def _reader(file: File) -> Any:
    """The module that reads a file."""
    if file.data.startswith(b"PAR1"):
        return parquet
    return json if file.data[:1024].lstrip(BEFORE_TEXT).startswith(b"[") else json_lines


def _item(row: Row, names: Sequence[str]) -> dict[str, Any]:
    given = (row.get("input") or "").strip()
    return {
        "id": row.key,
        "texts": {} if given in NO_INPUT else {"input": given},
        "question": row["instruction"].strip(),
        "references": (row["output"].strip(),),
        "facts": {name: str(row[name]) for name in names if row.get(name) is not None},
    }
