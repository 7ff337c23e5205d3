"""The kb schema: what of a Document does not come back when its row is read in the same dialect.

Identities come back by the dialect, notes never; neither is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from medinstruct.document import Argument, Document, Relation
from medinstruct.formats.bigbio.kb_row import (
    GAP,
    KINDS,
    NORMALIZED,
    ROLES,
    STANDARD,
    TEXT,
    TRIGGER,
    WHOLE,
    Dialect,
    Places,
    Row,
    apart,
    held,
    name_of,
    plain,
    side_by_side,
)
from medinstruct.formats.features import keep, numbered, with_roles

KINDS_OF_LOSS = (
    "text between passages", "passages over one another", "ids of passages", "labels of passages", "several types",
    "alternatives", "order of mentions", "attributes", "ids of triggers", "triggers of another type than their event",
    "triggers where another mention stands", "concepts as arguments of events", "relations between concepts",
    "relations that are not binary", "roles", "types of coreferences", "labels", "ids",
)  # fmt: skip


def losses(document: Document, dialect: Dialect = STANDARD) -> Counter[str]:
    """Return how many things of each of `KINDS_OF_LOSS` a document has; nothing for one that a row can hold."""
    lost = Counter(_losses(document, dialect))
    return Counter({kind: lost[kind] for kind in KINDS_OF_LOSS if lost[kind]})


def _losses(document: Document, dialect: Dialect) -> Iterator[str]:
    row = plain(document, dialect)
    if len(document.text) != len(told := held(document, dialect)) or document.text != told:
        yield "text between passages"
    yield from _of_passages(document, dialect)
    for mention in document.mentions:
        yield from ["several types"] * (len(mention.types) > 1) + ["alternatives"] * bool(mention.alternatives)
    yield from ["attributes"] * len(document.attributes) + ["labels"] * len(document.labels)
    yield from ["types of coreferences"] * sum(chain.type != dialect.coreference for chain in document.coreferences)
    named = (document.mentions, document.events, document.relations, document.coreferences)
    yield from ["ids"] * sum(not thing.id for things in named for thing in things)
    refs = _refs(row)
    yield from _of_events(document, dialect, row, refs)
    for relation in document.relations:
        yield from _of_relation(relation, dialect, refs)


def _of_passages(document: Document, dialect: Dialect) -> Iterator[str]:
    if not document.passages:
        return
    if dialect.conventional:
        kept = side_by_side([(passage.span, "", "") for passage in document.passages])
        yield from ["passages over one another"] * (len(document.passages) - len(kept))
    if [p.id for p in document.passages] == [f"{document.id}{TEXT}"] and document.passages[0].type == WHOLE:
        yield "ids of passages"
    for n, passage in enumerate(document.passages):
        yield from ["labels of passages"] * len(passage.labels)
        yield from ["ids of passages"] * (passage.id in {name_of(document.id, kind, n) for kind in ("passage", GAP)})


def _refs(row: Row) -> dict[str, str]:
    """What stands under each id of a row, as its reader takes it."""
    return {thing["id"]: kind for column, kind in KINDS.items() for thing in row[column]}


def _of_events(document: Document, dialect: Dialect, row: Row, refs: dict[str, str]) -> Iterator[str]:
    if not document.events:
        return
    without = apart(document, dialect)
    own = [event.trigger for event in document.events if event.trigger in without]
    if [mention.id for mention in document.mentions][len(document.mentions) - len(without) :] != list(
        dict.fromkeys(own)
    ):
        yield "order of mentions"
    for event in document.events:
        if event.trigger in without:
            yield from ["ids of triggers"] * (event.trigger != f"{event.id}{TRIGGER}")
    yield from (kind for _, kind in _broken_events(document, row, refs))


def _broken_events(document: Document, row: Row, refs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the id of each event that comes back otherwise, and what of it does."""
    mentions = {mention.id: mention for mention in document.mentions}
    places = Places()
    for entity in row["entities"]:
        places.add(entity["id"], tuple((start, end) for start, end in entity["offsets"]), entity["type"])
    for event in document.events:
        trigger = mentions[event.trigger]
        taken = places.take(trigger.spans, event.type)
        if trigger.types[0] != event.type:
            yield event.id, "triggers of another type than their event"
        elif taken not in (None, event.trigger):
            yield event.id, "triggers where another mention stands"
        for argument in event.arguments:
            if not _comes_back(argument, refs):
                yield event.id, "concepts as arguments of events" if argument.kind == "concept" else "ids"


def _of_relation(relation: Relation, dialect: Dialect, refs: dict[str, str]) -> Iterator[str]:
    normalized = [a for a in relation.arguments[2:] if a.role == NORMALIZED and a.kind == "concept"]
    arguments = relation.arguments[: len(relation.arguments) - len(normalized)]
    if any(a.kind == "concept" and not _comes_back(a, refs) for a in arguments):
        yield "relations between concepts"
    elif len(arguments) != 2:
        yield "relations that are not binary"
    elif not all(_comes_back(a, refs) for a in arguments):
        yield "ids"
    if [a.role for a in arguments] != list(dialect.roles_of(relation.type)) and len(arguments) == 2:
        yield "roles"


def _comes_back(argument: Argument, refs: dict[str, str]) -> bool:
    if argument.kind == "concept":
        kind, _, id = argument.ref.partition(":")
        return kind in ("passage", "coreference", "relation") and refs.get(id) == kind
    return refs.get(argument.ref) == argument.kind


def shape(document: Document) -> Document:
    """Return what a row says of a document that it can hold: relations in the roles of the standard dialect, ids that stand
    once, and no event whose trigger would be taken for another.
    """
    document = with_roles(document, *ROLES)
    while lost := losses(document):
        if "ids" in lost or "order of mentions" in lost:
            return shape(numbered(document))
        row = plain(document)
        gone = {event for event, _ in _broken_events(document, row, _refs(row))}
        if not gone:
            break  # not to be mended: it is told as the document it becomes
        document = keep(document, events=tuple(event for event in document.events if event.id not in gone))
    return document
