"""Inline XML: records whose text has its mentions marked as elements inside it.

    <ROOT>
    <RECORD ID="7">
    <TEXT>
    <PHI TYPE="PATIENT">Ada Lorn</PHI> was seen on <PHI TYPE="DATE">03/04</PHI> .
    </TEXT>
    </RECORD>
    …

The text of a Document is that between the tags of the text, line breaks at its ends included; each element in it is a
mention of the type that its attribute tells, wherever it stands, and may have others inside.

A file is cut into its records first, and each is read on its own: one that is no XML is one Broken, and the next is
read. The root and what stands before it are not looked at, and an entity of the file's own is unknown.

Specification: Uzuner, Luo & Szolovits 2007, doi:10.1197/jamia.M2444.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish, mended
from medinstruct.formats.rows import decoded
from medinstruct.formats.xml_items import records
from medinstruct.source import File

FORMAT = Format(
    title="Inline XML",
    specification="https://doi.org/10.1197/jamia.M2444",
    suffixes=(".xml",),
)


UNREAD = "; what follows in this file is not read"
"""Said by `xml_items`, and not true here: the next record is read."""


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    record: str = "RECORD",
    id: str = "ID",
    text: str = "TEXT",
    type: str = "TYPE",
) -> Iterator[Read]:
    """Yield one Document per record.

    Args:
        files: XML files.
        repair: Changes a draft before its XML is read: `fields` has `id` and `markup`, the record with its tags.
        record: Name of the elements that are records.
        id: Name of the attribute that is their id.
        text: Name of the element in them that holds the text.
        type: Name of the attribute that is the type of a mention.
    """
    head = re.compile(rf'<{record}\b[^<>]*\b{id}="([^"<>]*)"[^<>]*>')
    for file in files:
        for draft in _records(file, head, f"</{record}>"):
            found = draft if isinstance(draft, Broken) else mended(draft, repair)
            yield from finish([found if isinstance(found, Broken) else _read(found, record, text, type)])


def _records(file: File, head: re.Pattern[str], tail: str) -> Iterator[Draft | Broken]:
    """Yield the records of a file as they stand in it."""
    if isinstance(content := decoded(file), Broken):
        yield content
        return
    heads = [*head.finditer(content)]
    if not heads:
        yield Broken(Place(file.name), "", f"holds no record that begins with {head.pattern}")
    line, last = 1, 0
    for found, following in zip(heads, [*heads[1:], None]):
        line, last = line + content.count("\n", last, found.start()), found.start()
        end = content.find(tail, found.end(), following.start() if following else len(content))
        if end < 0:
            yield Broken(Place(file.name, line), found[1], f"the record has no {tail}; is the file cut off?")
        else:
            markup = content[found.start() : end + len(tail)]
            yield Draft(Place(file.name, line), {"id": found[1], "markup": markup})


def _read(draft: Draft, record: str, text: str, type: str) -> Draft | Broken:
    *_, found = records(File(draft.place.file, draft.fields["markup"].encode()), record=record)
    if isinstance(found, Broken):
        place = Place(draft.place.file, draft.place.line + found.place.line - 1)
        return Broken(place, draft.fields["id"], found.reason.removesuffix(UNREAD))
    if (holder := found.find(text)) is None:
        return Broken(draft.place, draft.fields["id"], f"the record has no {text}")
    pieces: list[str] = []
    mentions: list[dict[str, Any]] = []
    try:
        _walk(holder, type, pieces, mentions, 0)
    except KeyError as error:
        return Broken(draft.place, draft.fields["id"], f"an element of the text has no {error}")
    except RecursionError:
        return Broken(draft.place, draft.fields["id"], "the elements of the text are nested too deep")
    fields = {"id": draft.fields["id"], "text": "".join(pieces), "mentions": tuple(mentions)}
    return Draft(draft.place, {**fields, "notes": draft.fields.get("notes", ())})


def _walk(element: Element, type: str, pieces: list[str], mentions: list[dict[str, Any]], at: int) -> int:
    """Gather the text of an element and the mentions in it; return where its text ends."""
    pieces.append(element.text or "")
    at += len(pieces[-1])
    for child in element:
        mention: dict[str, Any] = {"id": f"T{len(mentions) + 1}", "types": (child.attrib[type],)}
        mentions.append(mention)
        end = _walk(child, type, pieces, mentions, at)
        mention |= {"spans": ((at, end),), "text": "".join(child.itertext())}
        pieces.append(child.tail or "")
        at = end + len(pieces[-1])
    return at
