"""From what a file says to a checked record: the last step that all readers share.

A reader turns lines into `Draft`s and knows nothing of corpora; `finish` applies the corpus' repairs, checks each
draft and yields a Document or an Item, or a `Broken` with file and line. `strict` turns the first `Broken` into an
error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from medinstruct.document import QUOTED, Concept, Document, Event, Item, Mention, Part, Relation, quote
from medinstruct.errors import FormatError, Place


@dataclass(slots=True)
class Draft:
    """A record as a file states it, before it is checked: the fields of a Document or an Item as plain values, among
    which a Concept and an Argument may be what they will be.
    """

    place: Place
    fields: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each annotation by its id, where the format has lines; for messages only."""
    kind: type[Document] | type[Item] = Document
    typed: tuple[str, ...] = ()
    """The fields whose annotations have all their fields, each of its kind, because a reader made them of text: some of
    `TRUSTED`. They need not be looked at one by one; whether they quote their text and point to something always is.
    """
    quoted: bool = False
    """Whether the reader has compared every mention with its text, and found it there."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be used, with the reason; counted in a build, an error in a strict read."""

    place: Place
    id: str
    """Id of the record as far as it could be read; empty where not even that was possible."""
    reason: str

    def __post_init__(self) -> None:
        for name in ("id", "reason"):  # which may quote half a character, and go into files and on screens
            object.__setattr__(self, name, getattr(self, name).encode(errors="backslashreplace").decode())

    def error(self) -> FormatError:
        return FormatError(self.reason, where=self.place)


FAULTS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""What a function of a corpus may trip over when a file is not what it should be."""

Repair = Callable[[Draft], str | None]
"""Changes a draft in place and returns why, or leaves it and returns None."""

Read = Document | Item | Broken

Identity = str | Callable[[str], str]
"""Kind of id that documents have (`pmid`), or a function from an id to an identity (`pmid:10086714`); empty for none."""


def finish(drafts: Iterable[Draft | Broken], repair: Repair | None = None) -> Iterator[Read]:
    """Yield a checked record per draft, in order, or a Broken that says where and why not."""
    for draft in drafts:
        found = draft if isinstance(draft, Broken) else mended(draft, repair)
        if isinstance(found, Broken):
            yield found
            continue
        try:
            yield _checked(found)
        except ValidationError as error:
            yield _broken(found, error)


def mended(draft: Draft, repair: Repair | None) -> Draft | Broken:
    """Return the draft as a repair leaves it, with the reason among its notes; a Broken where the repair trips."""
    if repair is None:
        return draft
    try:
        note = repair(draft)
    except FAULTS as error:
        return Broken(draft.place, str(draft.fields.get("id", "")), f"cannot be repaired: {error}")
    if note:
        draft.fields["notes"] = (*draft.fields.get("notes", ()), note)
        draft.typed, draft.quoted = (), False
    return draft


def _checked(draft: Draft) -> Document | Item:
    if not draft.typed:
        return draft.kind.model_validate(draft.fields)
    parts = {name: TRUSTED[name].trusted(draft.fields[name]) for name in draft.typed}
    return Document.model_validate({**draft.fields, **parts}, context=QUOTED if draft.quoted else None)


TRUSTED: dict[str, type[Part]] = {"mentions": Mention, "relations": Relation, "events": Event}


def identities(identity: Identity, id: str) -> tuple[str, ...]:
    """Return the names that the document `id` has in the world: one or none."""
    name = identity(id) if callable(identity) else f"{identity}:{id}" if identity else ""
    return (name,) if name else ()


NO_CONCEPT = {"", "-", "-1"}
"""What PubTator, and BioC that was made of it, have in place of a concept where there is none."""


@lru_cache(maxsize=1 << 16)
def concept(vocabulary: str, id: str) -> Concept:
    """Return that concept; a corpus names the same few again and again."""
    return Concept(vocabulary=vocabulary, id=id)


@lru_cache(maxsize=1 << 12)
def mention_id(number: int) -> str:
    """Return the id of the mention of that number, where a format gives none: T1, T2, …"""
    return f"T{number}"


def strict(records: Iterable[Read]) -> Iterator[Document | Item]:
    """Yield the records.

    Raises:
        FormatError: at the first one that is broken.
    """
    for record in records:
        if isinstance(record, Broken):
            raise record.error()
        yield record


def documents(records: Iterable[Read]) -> Iterator[Document]:
    """Yield the Documents of a strict read; for formats that hold nothing else."""
    for record in strict(records):
        if isinstance(record, Document):
            yield record


def one_of(*repairs: Repair | None) -> Repair:
    """Return a repair that tries each of `repairs`, but None, and joins what they did."""
    given = [each for each in repairs if each is not None]

    def repair(draft: Draft) -> str | None:
        return "; ".join(note for each in given if (note := each(draft))) or None

    return repair


def by_id(table: dict[str, tuple[str, Callable[[dict[str, Any]], None]]]) -> Repair:
    """Return a repair that changes only the records named in `table`: id → (reason, what to do to the fields)."""

    def repair(draft: Draft) -> str | None:
        if (entry := table.get(draft.fields.get("id", ""))) is None:
            return None
        reason, change = entry
        change(draft.fields)
        return reason

    return repair


def believe_offsets(*mentions: str) -> Callable[[dict[str, Any]], None]:
    """Return a change, for `by_id`, that takes what stands at their offsets as the string of these mentions."""

    def change(fields: dict[str, Any]) -> None:
        fields["mentions"] = tuple(
            {**mention, "text": quote(fields["text"], mention["spans"])} if mention["id"] in mentions else mention
            for mention in fields["mentions"]
        )

    return change


def requote(within: int) -> Repair:
    """Return a repair for offsets that are off by a few: a mention whose string stands at exactly one place at most
    `within` characters away is moved there. One that stands nowhere, or at two such places, is left as it is.
    """

    def repair(draft: Draft) -> str | None:
        text, moved, mentions = draft.fields["text"], 0, []
        for mention in draft.fields.get("mentions", ()):
            if len(mention["spans"]) == 1 and quote(text, mention["spans"]) != mention["text"]:
                start = mention["spans"][0][0]
                places = _occurrences(text, mention["text"], start - within, start + within)
                if len(places) == 1:
                    mention = {**mention, "spans": ((places[0], places[0] + len(mention["text"])),)}
                    moved += 1
            mentions.append(mention)
        draft.fields["mentions"] = tuple(mentions)
        return f"{moved} mentions moved by at most {within} characters to the place they quote" if moved else None

    return repair


def _occurrences(text: str, string: str, first: int, last: int) -> list[int]:
    """The places from `first` to `last` at which a string begins."""
    places, end = [], max(last, 0) + len(string)
    at = text.find(string, max(first, 0), end)
    while at >= 0 and string:
        places.append(at)
        at = text.find(string, at + 1, end)
    return places


def _broken(draft: Draft, error: ValidationError) -> Broken:
    """Tell the first thing that is wrong, at the line of the annotation that shows it where that is known."""
    first = error.errors()[0]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] not in {"fault", "value_error"}:
        path = " -> ".join(str(part) for part in first["loc"])
        message = f"{path}: {message}"
    line = draft.lines.get(first.get("ctx", {}).get("annotation", ""), draft.place.line)
    return Broken(Place(draft.place.file, line), str(draft.fields.get("id", "")), message)
