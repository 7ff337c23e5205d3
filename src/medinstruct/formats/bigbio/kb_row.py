"""The kb schema, from a Document to a row; see `kb` for what the row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from medinstruct.document import Argument, Document, Event, Mention, Relation, Span, Spans
from medinstruct.formats.bigbio import patch
from medinstruct.formats.draft import Identity

Row = dict[str, Any]
Roles = tuple[str, str]

ROLES = ("Arg1", "Arg2")
WHOLE, TEXT, GAP, TRIGGER, NORMALIZED = "document", "__text", "gap", "__trigger", "normalized"
OF = "of"
"""The key of a patch under which the digest of the row stands that it is for."""
KINDS = {"passages": "passage", "coreferences": "coreference", "relations": "relation", "events": "event", "entities": "mention"}  # fmt: skip
"""The columns of lists and what stands in them; where two have one id, an argument means the last."""


def name_of(document: str, kind: str, n: int) -> str:
    return f"{document}__{kind}{n}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the schema has no column for, and all rows of a file have in common."""

    roles: Roles | Mapping[str, Roles] = ROLES
    """Roles of a relation's two arguments (as BRAT calls them), or those of each relation type."""
    coreference: str = "Equiv"
    """Type of the coreferences, likewise."""
    gap: str = " "
    """The character between two passages; BigBIO's own loaders have a blank there."""
    identity: Identity = ""
    """Kind of id that the documents have (`pmid`), or a function from it to an identity; empty for none."""
    conventional: bool = False
    """Whether to write what BigBIO's own loaders would: no passage over another, no entity that is only a trigger."""

    def roles_of(self, type: str) -> Roles:
        return self.roles.get(type, ROLES) if isinstance(self.roles, Mapping) else self.roles


STANDARD = Dialect()


class RowDocument(Document):
    """A Document that was a row, and remembers what of it a Document has no room for."""

    row: str = ""
    """The row's own id, which is not the document's."""
    rest: str = ""
    """A `patch`: what the row says otherwise than the one that would be written."""

    def __eq__(self, other: object) -> bool:
        """Whether the other is the same document, and came from the same row if it came from one."""
        if not isinstance(other, Document):
            return NotImplemented
        names = RowDocument.model_fields if isinstance(other, RowDocument) else Document.model_fields
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in Document.model_fields))


def plain(document: Document, dialect: Dialect = STANDARD) -> Row:
    """Return the row of a document, as far as a row can say it; what it cannot is told by `losses`."""
    text = held(document, dialect)
    without = apart(document, dialect)
    mentions = {mention.id: mention for mention in document.mentions}
    row = {
        "id": document.id,
        "document_id": document.id,
        "passages": _passages(document, text, dialect),
        "entities": [entity for m in document.mentions if m.id not in without for entity in _entities(m, text)],
        "events": [_event(event, mentions[event.trigger], text) for event in document.events],
        "coreferences": [{"id": c.id, "entity_ids": list(c.mentions)} for c in document.coreferences],
        "relations": [made for relation in document.relations for made in _relations(relation, document)],
    }
    if isinstance(document, RowDocument):
        row["id"] = document.row or document.id
        rest = patch.load(document.rest)
        if rest.pop(OF, None) == patch.digest(row):
            patch.apply(row, rest)
    return row


def held(document: Document, dialect: Dialect) -> str:
    """The text as the passages tell it: what stands between them is a gap."""
    text, spans = document.text, sorted(span for span, _, _ in stretches(document, dialect))
    pieces, at = [], 0
    for start, end in spans:
        if end > at:
            pieces += [dialect.gap * (start - at), text[max(start, at) : end]]
            at = end
    return "".join(pieces)


def stretches(document: Document, dialect: Dialect) -> list[tuple[Span, str, str]]:
    """Span, id and type of the passages that are written: those of the document, and what its reader could not know to
    stand beside them.
    """
    if not document.passages:
        return [((0, len(document.text)), f"{document.id}{TEXT}", WHOLE)]
    found = [(p.span, p.id or name_of(document.id, "passage", n), p.type) for n, p in enumerate(document.passages)]
    if dialect.conventional:
        found = side_by_side(found)
    at, last = 0, len(document.text)
    for start, end in [*sorted(span for span, _, _ in found), (last, last)]:
        between = document.text[at:start]
        is_known = start < last and (
            (dialect.conventional and not between.strip()) or between == dialect.gap * len(between)
        )
        if between and not is_known:
            found.append(((at, start), name_of(document.id, GAP, len(found)), GAP))
        at = max(at, end)
    return found


def side_by_side(passages: list[tuple[Span, str, str]]) -> list[tuple[Span, str, str]]:
    """The passages without those that stand inside another, or over the end of one."""
    kept, at = set(), 0
    for n, ((start, end), _, _) in sorted(enumerate(passages), key=lambda each: (each[1][0][0], -each[1][0][1])):
        if start >= at:
            kept.add(n)
            at = end
    return [passage for n, passage in enumerate(passages) if n in kept]


def _passages(document: Document, text: str, dialect: Dialect) -> list[Row]:
    return [
        {"id": id, "type": type, "text": [text[slice(*span)]], "offsets": [list(span)]}
        for span, id, type in stretches(document, dialect)
    ]


class Places:
    """The entities by place and type, for the events whose triggers stand there: the first event has the first of them,
    the next the next, and the last is for all that follow.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[Spans, str], list[str]] = {}

    def add(self, id: str, spans: Spans, type: str) -> None:
        self._ids.setdefault((spans, type), []).append(id)

    def take(self, spans: Spans, type: str) -> str | None:
        ids = self._ids.get((spans, type))
        return None if not ids else ids.pop(0) if len(ids) > 1 else ids[0]


def apart(document: Document, dialect: Dialect) -> set[str]:
    """The mentions that are triggers and no entities."""
    if not document.events:
        return set()
    mentions = {mention.id: mention for mention in document.mentions}
    triggers = {e.trigger for e in document.events if dialect.conventional or _is_apart(mentions[e.trigger], e)}
    things: tuple[Event | Relation, ...] = (*document.events, *document.relations)
    others = {argument.ref for thing in things for argument in thing.arguments if argument.kind == "mention"}
    others.update(mention for chain in document.coreferences for mention in chain.mentions)
    return triggers - others


def _is_apart(trigger: Mention, event: Event) -> bool:
    return trigger.id == f"{event.id}{TRIGGER}" and trigger.types == (event.type,) and not trigger.concepts


def _entities(mention: Mention, text: str) -> Iterator[Row]:
    """Yield an entity per type of a mention, of which the first has its id."""
    for n, type in enumerate(mention.types):
        yield {
            "id": f"{mention.id}__{n}" if n else mention.id, "type": type, **_stand(mention.spans, text),
            "normalized": [{"db_name": concept.vocabulary, "db_id": concept.id} for concept in mention.concepts],
        }  # fmt: skip


def _stand(spans: Spans, text: str) -> Row:
    return {"text": [text[start:end] for start, end in spans], "offsets": [[start, end] for start, end in spans]}


def _event(event: Event, trigger: Mention, text: str) -> Row:
    arguments = [{"role": a.role, "ref_id": _ref(a)} for a in event.arguments if a.kind != "concept" or _is_row(a)]
    return {"id": event.id, "type": event.type, "trigger": _stand(trigger.spans, text), "arguments": arguments}


def _is_row(argument: Argument) -> bool:
    """Whether a concept stands for a passage, a coreference or a relation of the row."""
    return argument.ref.split(":")[0] in ("passage", "coreference", "relation")


def _ref(argument: Argument) -> str:
    return argument.ref.partition(":")[2] if argument.kind == "concept" else argument.ref


def _relations(relation: Relation, document: Document) -> Iterator[Row]:
    """Yield a relation for a relation, or several where it has more arguments or is between concepts: the first argument
    with each other, each mention of a concept with each of the other's.
    """
    arguments = [a for a in relation.arguments if not (a.role == NORMALIZED and a.kind == "concept")]
    normalized = [
        dict(zip(("db_name", "db_id"), a.ref.partition(":")[::2] if ":" in a.ref else ("", a.ref)))
        for a in relation.arguments if a.role == NORMALIZED and a.kind == "concept"
    ]  # fmt: skip
    if not arguments:
        return
    ends = [list(_ends(argument, document)) for argument in arguments]
    pairs = [(one, other) for rest in ends[1:] for one in ends[0] for other in rest]
    for n, (one, other) in enumerate(pairs):
        yield {
            "id": f"{relation.id}__{n}" if n else relation.id, "type": relation.type, "arg1_id": one, "arg2_id": other,
            "normalized": [dict(each) for each in normalized],
        }  # fmt: skip


def _ends(argument: Argument, document: Document) -> Iterator[str]:
    """Yield what an argument points to, which for a concept is each mention of it."""
    if argument.kind != "concept" or _is_row(argument):
        yield _ref(argument)
        return
    for mention in document.mentions:
        if any(argument.ref in (str(concept), concept.id) for concept in mention.concepts):
            yield mention.id
