"""Files of Office: archives of XML parts, whose damage is told as that of one file.

Specification: ECMA-376 part 2, https://ecma-international.org/publications-and-standards/standards/ecma-376.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from medinstruct.errors import FormatError, Place, UnsafeInput
from medinstruct.formats.draft import Broken
from medinstruct.formats.rows import Row
from medinstruct.source import BOMB_BYTES, DAMAGED, MAX_RATIO, File


def told(file: File, kind: str, rows: Iterator[Row | Broken]) -> Iterator[Row | Broken]:
    """Yield the rows of a file; what is wrong with the file as a whole is a Broken behind those that were read.

    Args:
        file: The file, for messages.
        kind: What it should be: `XLSX`.
        rows: What reads it, lazily.
    """
    try:
        yield from rows
    except FormatError as error:
        yield Broken(Place(file.name), "", str(error))
    except (*DAMAGED, RuntimeError) as error:  # which `zipfile` raises of a member that is encrypted
        yield Broken(Place(file.name), "", f"is no {kind} file, or a damaged one: {error}")


def unpack(book: zipfile.ZipFile, file: str, part: str) -> File:
    """Return a part of a file of Office.

    Raises:
        FormatError: if it has no such part.
        UnsafeInput: for one that unpacks to far more than it weighs.
    """
    try:
        member = book.getinfo(part)
    except KeyError as error:
        kind = "an XLSX" if part.startswith("xl/") else "a DOCX"
        raise FormatError(f"has no part {part}; is it {kind} file?") from error
    limit = max(BOMB_BYTES, MAX_RATIO * member.compress_size)
    with book.open(member) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise UnsafeInput(f"{part} unpacks to more than {limit:,} bytes from {member.compress_size:,}", where=file)
    return File(f"{file}/{part}", data)
