"""What a release says before anything of it is mended: the drafts of its records, seen on their way to be checked.

Every reader hands its drafts to a `repair` just before they are checked. The audit stands there: it takes a copy of
what is published, lets the repairs that we ship do their work, and keeps both. So one reading gives every annotation,
also those of records that would be refused, with the line that it stands on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pydantic import BaseModel

from medinstruct.auditor.finding import Where
from medinstruct.corpora.corpus import Corpus
from medinstruct.document import Document, Item
from medinstruct.errors import FormatError, Place
from medinstruct.formats.draft import Broken, Draft
from medinstruct.source import File
from medinstruct.tasks.facts import Fact


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it is published, in plain values; see the fields of `Document` and `Item`."""

    where: Where
    fields: Mapping[str, Any]
    is_item: bool
    lines: Mapping[str, int] = field(default_factory=dict)
    """Line of an annotation by its id, where the format has lines."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """The tasks of the corpus whose answers this split has, by the corpus' card; empty where there is none."""
    marked: bool = False
    """Whether a file of the record begins with a byte order mark."""

    @property
    def text(self) -> str:
        return str(self.fields.get("text", ""))

    @property
    def mentions(self) -> tuple[dict[str, Any], ...]:
        return tuple(self.fields.get("mentions", ()))

    def all(self, kind: str) -> tuple[dict[str, Any], ...]:
        """The relations, events, attributes, coreferences or passages, without those that a reader of ours made of
        others: they stand on no line.
        """
        found = tuple(self.fields.get(kind, ()))
        placed = tuple(each for each in found if each.get("id") in self.lines) if self.lines else ()
        return placed or found


class Sight(NamedTuple):
    """A record as published and, where a repair of ours changed it, as mended."""

    published: Seen
    mended: Seen | None


Result = Sight | Document | Item | Broken
"""What reading for an audit gives: each record as it is published, and then as it comes out, or why it does not."""


def sights(corpus: Corpus, split: str, files: list[File]) -> Iterator[Result]:
    """Yield the records of a split twice: as a `Sight`, and as what becomes of them."""
    waiting: list[Sight] = []
    of = corpus.splits[split]
    facts = {name: fact for name, fact in corpus.tasks.items() if name not in of.withheld}
    marked = {_stem(file.name) for file in files if file.data.startswith(b"\xef\xbb\xbf")}

    def look(draft: Draft) -> str | None:
        published = _copy(draft.fields)
        where = Where(split, draft.place.file, draft.place.line, str(draft.fields.get("id", "")))
        is_item = draft.kind is Item
        seen = Seen(where, published, is_item, draft.lines, facts, _stem(where.file) in marked)
        note = corpus.repair(draft) if corpus.repair is not None else None
        mended = Seen(where, _copy(draft.fields), is_item, draft.lines, facts, seen.marked) if note else None
        waiting.append(Sight(seen, mended))
        return note

    try:
        for record in corpus.read(files, **{**of.options, "repair": look}):
            yield from (_as_read(sight, record) for sight in waiting)
            waiting.clear()
            yield record
    except FormatError as error:  # of a file as a whole
        place = error.where if isinstance(error.where, Place) else Place(str(error.where or corpus.id))
        yield Broken(place, "", f"{error.what}; what should follow was not read")
    yield from waiting


def _as_read(sight: Sight, record: Document | Item | Broken) -> Sight:
    """The sight of a document, or, where its text and marks were not yet parted when it was seen, what was read."""
    seen = sight.published
    if seen.is_item or "text" in seen.fields or not isinstance(record, Document):
        return sight
    return Sight(replace(seen, fields={**record.model_dump(), "notes": ()}), None)


def _stem(file: str) -> str:
    """What the files of one record share: `train/a` of `train/a.txt` and `train/a.ann`."""
    folder, slash, name = file.rpartition("/")
    return folder + slash + name.partition(".")[0]


NEEDED = {
    "mentions": ("id", "spans", "text", "types"), "relations": ("id", "type"), "events": ("id", "type", "trigger"),
    "attributes": ("target", "name"), "coreferences": ("id", "mentions"), "passages": ("span",),
}  # fmt: skip
"""What checks may trust that an annotation has; one without is refused by its reader, which is told then."""


def _copy(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that a repair cannot reach, annotations as mappings with all that is `NEEDED`."""
    copied: dict[str, Any] = {name: dict(value) if isinstance(value, dict) else value for name, value in fields.items()}
    for kind, needed in NEEDED.items():
        if found := fields.get(kind):
            plain = (each.model_dump() if isinstance(each, BaseModel) else dict(each) for each in found)
            copied[kind] = tuple(each for each in plain if all(name in each for name in needed))
    for link in (*copied.get("relations", ()), *copied.get("events", ())):
        if "arguments" in link:
            link["arguments"] = tuple(
                [dict(each if isinstance(each, dict) else vars(each)) for each in link["arguments"]]
            )
    if mentions := copied.get("mentions"):
        for mention in mentions:
            mention["spans"] = tuple([tuple(span) for span in mention["spans"]])
        copied["mentions"] = tuple(mention for mention in mentions if mention["spans"])
    return copied
