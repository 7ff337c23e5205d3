"""Files as they lie there, before any reader of ours: what several checks of files need of them."""

from __future__ import annotations

import re
from typing import Any, Literal

from medinstruct.errors import MedinstructError
from medinstruct.formats import table
from medinstruct.formats.draft import Broken
from medinstruct.formats.json import decode
from medinstruct.source import File


def loaded(file: File) -> list[Any]:
    """The values of a JSON file, one of a plain one and several of JSON Lines; none where it cannot be read, which its
    reader tells.
    """
    try:
        text = file.text()
    except MedinstructError:
        return []
    try:
        return [decode(text)]
    except (ValueError, RecursionError):
        values = []
    for line in text.split("\n"):
        try:
            values += [decode(line)] if line.strip() else []
        except (ValueError, RecursionError):
            continue
    return values


BINARY = {".xlsx", ".docx", ".parquet", ".pdf", ".png", ".jpg", ".pkl", ".npy"}


def is_text(file: File) -> bool:
    """Whether a file is one of characters, by its name and its first bytes."""
    return file.suffix.lower() not in BINARY and b"\0" not in file.data[:1024]


def decoded(file: File) -> str:
    """The text of a file, what is no UTF-8 replaced."""
    return file.data.decode("utf-8-sig", errors="replace")


TABLES = {".csv": ",", ".tsv": "\t"}


def dialect(file: File) -> bool | None:
    """Whether the cells of a table stand in quotes; None for what is no table, and for one that tells nothing."""
    delimiter = TABLES.get(file.suffix.lower())
    if delimiter is None or b'"' not in file.data:
        return None
    text = decoded(file)
    if _refused(file, delimiter, "csv") > _refused(file, delimiter, "none"):
        return False
    return (
        True
        if re.search(rf'(?:^|{delimiter})"[^"\n]*(?:""[^"\n]*)*"(?:{delimiter}|\r?$)', text, re.MULTILINE)
        else None
    )


def _refused(file: File, delimiter: str, quoting: Literal["csv", "none"]) -> int:
    return sum(isinstance(row, Broken) for row in table.rows(file, delimiter=delimiter, quoting=quoting))
