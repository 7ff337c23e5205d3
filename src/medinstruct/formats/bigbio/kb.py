"""The kb schema: a row ↔ a Document (and back: `kb_row`).

    passages      id, type, text [parts], offsets [[start, end] of each]
    entities      id, type, text, offsets, normalized [db_name, db_id]
    events        id, type, trigger (text, offsets), arguments [role, ref_id]
    coreferences  id, entity_ids
    relations     id, type, arg1_id, arg2_id, normalized

What is told differently here:
- The text of a row is that of its passages, each at its offsets, with `Dialect.gap` in between.
- A trigger has no id of its own. It is the entity that stands there with the event's type (of several the first is the
  first event's, and so on), if there is one, else a mention `<event>__trigger`, which is no entity when it is written
  again.
- A relation's arguments have the roles of the dialect; its `normalized` are further arguments of that role, which are
  concepts. One that points to a passage, a coreference or a relation points to a concept of that vocabulary
  (`passage:P1`).
- What stands between passages and is not the gap is a passage `<document>__gap<n>` of type `gap`, which is none when it
  is read again.
- A document without passages is one passage `<document>__text` of type `document`; a passage without an id is
  `<document>__passage<n>`, and an entity, event, … without one likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medinstruct.document import Concept, Document, Span
from medinstruct.formats.bigbio import patch
from medinstruct.formats.bigbio.kb_row import (
    GAP,
    KINDS,
    NORMALIZED,
    OF,
    STANDARD,
    TEXT,
    TRIGGER,
    WHOLE,
    Dialect,
    Places,
    Row,
    RowDocument,
    name_of,
    plain,
)
from medinstruct.formats.draft import identities

MAX_GAP = 1 << 20
"""Characters that the gaps of one row may come to; a wrong offset would else ask for any amount of memory."""
NOWHERE: Row = {"text": [], "offsets": []}


def fields(row: Row, dialect: Dialect = STANDARD) -> dict[str, Any]:
    """Return the fields of the Document that a row (as `features.cast` gives it) is.

    Raises:
        ValueError: if its passages make no text, or an entity has more texts than places.
    """
    id = (row["id"] or "") if row["document_id"] is None else row["document_id"]
    text = _text(row, dialect.gap)
    ids = _Ids(row, id)
    mentions = [_mention(each, name, each["type"], each["normalized"]) for each, name in ids.named["mention"]]
    places = Places()
    for mention in mentions:
        places.add(mention["id"], mention["spans"], mention["types"][0])
    events = []
    for event, name in ids.named["event"]:
        trigger = _mention(event["trigger"] or NOWHERE, f"{name}{TRIGGER}", event["type"])
        if (known := places.take(trigger["spans"], trigger["types"][0])) is None:
            mentions.append(trigger)
        arguments = [{"role": a["role"] or "", **ids.ref(a["ref_id"])} for a in event["arguments"] or () if a]
        events.append(
            {"id": name, "type": event["type"] or "", "trigger": known or trigger["id"], "arguments": arguments}
        )
    chains = [(name, [id or "" for id in each["entity_ids"] or ()]) for each, name in ids.named["coreference"]]
    passages = [] if _is_whole(row, id) else _without_gaps(ids.named["passage"], id)
    return {
        "id": id,
        "text": text,
        "passages": [_passage(each, name, n, id) for n, each, name in passages],
        "mentions": mentions,
        "events": events,
        "relations": [_relation(each, name, ids, dialect) for each, name in ids.named["relation"]],
        "coreferences": [{"id": name, "type": dialect.coreference, "mentions": chain} for name, chain in chains],
        "identities": identities(dialect.identity, id),
    }


def remember(document: Document, row: Row, dialect: Dialect) -> Document:
    """Return a document with what its row says beside it, so that `write` gives back that row.

    A document that was repaired is written as it was repaired.
    """
    own = row["id"] or ""
    made = plain(document, dialect) | {"id": own or document.id}
    rest = {} if document.notes else patch.differences(row, made)
    if own in ("", document.id):
        own = ""
        if not rest:
            return document
    if rest:
        rest[OF] = patch.digest(made)
    return RowDocument.model_construct(**dict(document), row=own, rest=patch.dump(rest))


class _Ids:
    """The names of what a row holds: its ids, and a number for what has none."""

    def __init__(self, row: Row, document: str) -> None:
        self.named: dict[str, list[tuple[Row, str]]] = {}
        self.kinds: dict[str, str] = {}
        for column, kind in KINDS.items():
            things = [thing for thing in row[column] or () if thing]
            self.named[kind] = [(thing, thing["id"] or name_of(document, kind, n)) for n, thing in enumerate(things)]
            self.kinds |= dict.fromkeys([name for _, name in self.named[kind]], kind)

    def ref(self, id: str | None) -> dict[str, str]:
        """What an argument points to; what is nowhere is left for the Document to refuse."""
        kind = self.kinds.get(id or "", "mention")
        return (
            {"ref": id or "", "kind": kind}
            if kind in ("mention", "event")
            else {"ref": f"{kind}:{id}", "kind": "concept"}
        )


def _text(row: Row, gap: str) -> str:
    """The text that the passages make, each part where it says that it stands."""
    parts = [part for each in row["passages"] or () if each for part in _parts(each, f"passage {each['id']}")]
    pieces: list[str] = []
    at = gaps = 0
    for start, end, text in sorted(parts, key=lambda part: (part[0], -part[1])):
        if end - start != len(text):
            raise ValueError(f"the passage at {start}:{end} has a text of {len(text)} characters")
        if start > at:
            gaps += start - at
            if gaps > MAX_GAP:
                raise ValueError(f"no passage tells the text from {at} to {start}")
            pieces.append(gap * (start - at))
        if end > at:
            pieces.append(text[max(at - start, 0) :])
            at = end
    whole = "".join(pieces)
    for start, end, text in parts:
        if whole[start:end] != text:
            raise ValueError(f"two passages differ at {start}:{end}: {whole[start:end][:40]!r} and {text[:40]!r}")
    return whole


def _parts(thing: Row, name: str) -> list[tuple[int, int, str]]:
    """Start, end and text of each part of something."""
    texts, offsets = thing["text"] or (), thing["offsets"] or ()
    if len(texts) != len(offsets):
        raise ValueError(f"{name} has {len(texts)} texts and {len(offsets)} places")
    return [(*_place(place, name), text or "") for text, place in zip(texts, offsets)]


def _place(place: list[int | None] | None, name: str) -> Span:
    match place:
        case [int() as start, int() as end] if 0 <= start <= end:
            return start, end
    raise ValueError(f"{name} stands at {place}, which is no place")


def _is_whole(row: Row, document: str) -> bool:
    """Whether the passages say no more than what the text is."""
    match row["passages"]:
        case [{"id": id, "type": type}]:
            return bool(id == f"{document}{TEXT}" and type == WHOLE)
    return not row["passages"]


def _without_gaps(passages: list[tuple[Row, str]], document: str) -> Iterator[tuple[int, Row, str]]:
    """Yield the passages that say more than what stands between others."""
    for n, (passage, name) in enumerate(passages):
        if passage["type"] != GAP or name != name_of(document, GAP, n):
            yield n, passage, name


def _passage(passage: Row, name: str, n: int, document: str) -> Row:
    parts = _parts(passage, name) or [(0, 0, "")]
    return {
        "id": "" if name == name_of(document, "passage", n) else name,
        "type": passage["type"] or "",
        "span": (min(start for start, _, _ in parts), max(end for _, end, _ in parts)),
    }


def _mention(thing: Row, name: str, type: str | None, concepts: list[Row] | None = None) -> Row:
    texts, offsets = thing["text"] or (), thing["offsets"] or ()
    if len(texts) not in (1, len(offsets)):  # some loaders give the whole text of a mention in several parts
        raise ValueError(f"entity {name} has {len(texts)} texts and {len(offsets)} places")
    return {
        "id": name,
        "spans": tuple([_place(place, f"entity {name}") for place in offsets]),
        "text": " ".join([text or "" for text in texts]),
        "types": (type or "",),
        "concepts": [_concept(each) for each in concepts or () if each],
    }


def _concept(normalized: Row) -> dict[str, str]:
    return {"vocabulary": normalized["db_name"] or "", "id": normalized["db_id"] or ""}


def _relation(relation: Row, name: str, ids: _Ids, dialect: Dialect) -> Row:
    type = relation["type"] or ""
    first, second = dialect.roles_of(type)
    arguments = [
        {"role": first, **ids.ref(relation["arg1_id"])},
        {"role": second, **ids.ref(relation["arg2_id"])},
        *(
            {"role": NORMALIZED, "ref": str(Concept(**_concept(each))), "kind": "concept"}
            for each in relation["normalized"] or () if each
        ),
    ]  # fmt: skip
    return {"id": name, "type": type, "arguments": arguments}
