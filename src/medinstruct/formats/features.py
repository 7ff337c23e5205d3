"""What a Document may have that not every format can hold: how much of it there is, and the Document without it.

A format that can be written states by these names what it holds (`Format.holds`); `conversion` takes away all
others, and says what. What is taken away takes with it what hangs on it: a mention that goes takes its attributes,
the relations and events that name it, and the events that name those.

    "discontinuous mentions"    a format without it gets no mention in several parts, and "12 discontinuous mentions" is
                                what is told
    "vocabularies"              concepts stay, their vocabularies' names go
    "names of several words"    a type `Cell line` becomes `Cell_line`
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from medinstruct.document import Argument, Attribute, Concept, Document, Event, Mention, Relation

Ids = Mapping[str, str]


class Feature(NamedTuple):
    """Something a Document may have."""

    count: Callable[[Document], int]
    without: Callable[[Document], Document]


def keep(document: Document, **changes: Any) -> Document:
    """Return the document with some of its parts changed, without what pointed to something that is now gone."""
    parts = {name: changes.get(name, getattr(document, name)) for name in Document.model_fields}
    mentions = {mention.id for mention in parts["mentions"]}
    events: tuple[Event, ...] = parts["events"]
    while True:
        known = {event.id for event in events}
        kept = tuple(e for e in events if e.trigger in mentions and _all_there(e.arguments, mentions, known))
        if len(kept) == len(events):
            break
        events = kept
    relations = tuple(r for r in parts["relations"] if _all_there(r.arguments, mentions, known))
    chains = tuple(chain for chain in parts["coreferences"] if mentions.issuperset(chain.mentions))
    targets = mentions | known | {relation.id for relation in relations}
    attributes = tuple(attribute for attribute in parts["attributes"] if attribute.target in targets)
    parts |= {"events": events, "relations": relations, "coreferences": chains, "attributes": attributes}
    return Document.model_construct(**parts)


def _all_there(arguments: tuple[Argument, ...], mentions: set[str], events: set[str]) -> bool:
    places = {"mention": mentions, "event": events}
    return all(argument.kind == "concept" or argument.ref in places[argument.kind] for argument in arguments)


# Mentions


def _mentions(is_one: Callable[[Document], Callable[[Mention], bool]]) -> Feature:
    """The feature of having mentions of a kind, which go as wholes."""

    def count(document: Document) -> int:
        return sum(map(is_one(document), document.mentions))

    def without(document: Document) -> Document:
        is_that = is_one(document)
        return keep(document, mentions=tuple(mention for mention in document.mentions if not is_that(mention)))

    return Feature(count, without)


def _part(has: Callable[[Mention], int], less: Callable[[Mention], dict[str, Any]]) -> Feature:
    """The feature of mentions that have something more, which goes while they stay."""

    def without(document: Document) -> Document:
        mentions = (m.model_copy(update=less(m)) if has(m) else m for m in document.mentions)
        return keep(document, mentions=tuple(mentions))

    return Feature(lambda document: sum(map(has, document.mentions)), without)


def _is_discontinuous(mention: Mention) -> bool:
    return len(mention.spans) > 1


def _overlapping(document: Document) -> Callable[[Mention], bool]:
    """Mentions that share text with one that begins before them, or with a longer one that begins with them."""
    gone: set[str] = set()
    end = 0
    for mention in sorted(document.mentions, key=lambda m: (m.spans[0][0], -m.spans[-1][1])):
        if mention.spans[0][0] < end:
            gone.add(mention.id)
        else:
            end = mention.spans[-1][1]
    return lambda mention: mention.id in gone


TOKEN = re.compile(r"\S+")


def _inside_tokens(document: Document) -> Callable[[Mention], bool]:
    """Mentions that do not begin and end with what stands between two blanks, or run over a line."""
    tokens = [match.span() for match in TOKEN.finditer(document.text)]
    starts, ends = {start for start, _ in tokens}, {end for _, end in tokens}
    return lambda m: m.spans[0][0] not in starts or m.spans[-1][1] not in ends or "\n" in m.text


def _across_sentences(document: Document) -> Callable[[Mention], bool]:
    """Mentions that lie in no one sentence of the source; none does where it sets none apart."""
    spans = [passage.span for passage in document.passages if passage.type == "sentence"]
    starts = [start for start, _ in spans]

    def is_one(mention: Mention) -> bool:
        at = bisect_right(starts, mention.spans[0][0]) - 1
        return bool(spans) and (at < 0 or mention.spans[-1][1] > spans[at][1])

    return is_one


def _without_vocabulary(mention: Mention) -> int:
    return sum(not concept.vocabulary for concept in mention.concepts)


# Names of things, which every format spells in its own way


def _names(document: Document) -> Iterator[str]:
    yield from (type for mention in document.mentions for type in mention.types)
    yield from (attribute.name for attribute in document.attributes)
    things: list[Relation | Event] = [*document.relations, *document.events]
    for thing in things:
        yield thing.type
        yield from (argument.role for argument in thing.arguments)


def renamed(document: Document, rename: Callable[[str], str]) -> Document:
    """Return the document with other names of types, roles and attributes."""

    def arguments(thing: Relation | Event) -> tuple[Argument, ...]:
        return tuple(argument.model_copy(update={"role": rename(argument.role)}) for argument in thing.arguments)

    return keep(
        document,
        mentions=tuple(m.model_copy(update={"types": tuple(map(rename, m.types))}) for m in document.mentions),
        attributes=tuple(a.model_copy(update={"name": rename(a.name)}) for a in document.attributes),
        relations=tuple(
            r.model_copy(update={"type": rename(r.type), "arguments": arguments(r)}) for r in document.relations
        ),
        events=tuple(e.model_copy(update={"type": rename(e.type), "arguments": arguments(e)}) for e in document.events),
    )


def one_word(name: str) -> str:
    """The name with `_` for every stretch of white space."""
    return re.sub(r"\s+", "_", name)


def _references(document: Document) -> dict[str, str]:
    """What relations call a concept, by its bare id."""
    return {str(c): c.id for m in document.mentions for c in m.concepts if c.vocabulary}


def _without_vocabularies(document: Document) -> Document:
    bare = _references(document)

    def argument(old: Argument) -> Argument:
        return old.model_copy(update={"ref": bare.get(old.ref, old.ref)}) if old.kind == "concept" else old

    def concepts(mention: Mention) -> tuple[Concept, ...]:
        return tuple(Concept(vocabulary="", id=concept.id) for concept in mention.concepts)

    return keep(
        document,
        mentions=tuple(m.model_copy(update={"concepts": concepts(m)}) if m.concepts else m for m in document.mentions),
        relations=tuple(
            r.model_copy(update={"arguments": tuple(map(argument, r.arguments))}) for r in document.relations
        ),
    )


def with_ids(document: Document, mentions: Ids, events: Ids, relations: Ids) -> Document:
    """Return the document with other ids of annotations: by the old the new ones; coreferences are Equiv1, Equiv2, …"""
    places = {"mention": mentions, "event": events}

    def arguments(thing: Relation | Event) -> tuple[Argument, ...]:
        return tuple(
            a.model_copy(update={"ref": places[a.kind][a.ref]}) if a.kind in places else a for a in thing.arguments
        )

    names = {**relations, **events, **mentions}
    return document.model_copy(update={
        "mentions": tuple(m.model_copy(update={"id": mentions[m.id]}) for m in document.mentions),
        "events": tuple(
            e.model_copy(update={"id": events[e.id], "trigger": mentions[e.trigger], "arguments": arguments(e)})
            for e in document.events
        ),
        "relations": tuple(
            r.model_copy(update={"id": relations[r.id], "arguments": arguments(r)}) for r in document.relations
        ),
        "coreferences": tuple(
            c.model_copy(update={"id": f"Equiv{n}", "mentions": tuple(mentions[id] for id in c.mentions)})
            for n, c in enumerate(document.coreferences, start=1)
        ),
        "attributes": tuple(a.model_copy(update={"target": names[a.target]}) for a in document.attributes),
    })  # fmt: skip


def numbered(document: Document) -> Document:
    """Return the document with ids T1, T2, … of mentions, E… of events, R… of relations and Equiv… of coreferences."""
    mentions = {mention.id: f"T{n}" for n, mention in enumerate(document.mentions, start=1)}
    events = {event.id: f"E{n}" for n, event in enumerate(document.events, start=1)}
    relations = {relation.id: f"R{n}" for n, relation in enumerate(document.relations, start=1)}
    return with_ids(document, mentions, events, relations)


def with_roles(document: Document, *roles: str) -> Document:
    """Return the document with these roles of the arguments of its relations, in their order."""

    def arguments(relation: Relation) -> tuple[Argument, ...]:
        return tuple(a.model_copy(update={"role": role}) for a, role in zip(relation.arguments, roles))

    relations = (r.model_copy(update={"arguments": arguments(r)}) for r in document.relations)
    return document.model_copy(update={"relations": tuple(relations)})


BREAKS = str.maketrans("\n\r\t", "   ")
"""What a line of a file cannot hold, and the blank that stands for it."""


def on_one_line(document: Document) -> Document:
    """Return the document with a blank for each line break and tab; no offset changes."""
    text = document.text.translate(BREAKS)
    if text == document.text:
        return document
    mentions = (m.model_copy(update={"text": m.text.translate(BREAKS)}) for m in document.mentions)
    return document.model_copy(update={"text": text, "mentions": tuple(mentions)})


def with_concepts(document: Document, fits: Callable[[Concept], bool]) -> Document:
    """Return the document without the concepts of mentions that do not fit."""

    def less(mention: Mention) -> Mention:
        if all(map(fits, mention.concepts)):
            return mention
        return mention.model_copy(update={"concepts": tuple(filter(fits, mention.concepts))})

    return document.model_copy(update={"mentions": tuple(map(less, document.mentions))})


def _ids(document: Document) -> list[str]:
    lists = (document.mentions, document.events, document.relations, document.coreferences)
    return [thing.id for things in lists for thing in things]


def _changed_ids(document: Document) -> int:
    return sum(one != other for one, other in zip(_ids(document), _ids(numbered(document))))


# Relations, attributes and the rest


def _relations(is_one: Callable[[Relation], bool]) -> Feature:
    return Feature(
        lambda document: sum(map(is_one, document.relations)),
        lambda document: keep(document, relations=tuple(r for r in document.relations if not is_one(r))),
    )


def _attributes(kind: str) -> Feature:
    """The feature of attributes that are given to one kind of thing."""

    def is_one(document: Document) -> Callable[[Attribute], bool]:
        targets = {thing.id for thing in getattr(document, kind)}
        if kind == "mentions":  # an id that several things have is the mention's
            return lambda attribute: attribute.target in targets
        mentions = {mention.id for mention in document.mentions}
        return lambda attribute: attribute.target in targets and attribute.target not in mentions

    def without(document: Document) -> Document:
        is_that = is_one(document)
        return keep(document, attributes=tuple(a for a in document.attributes if not is_that(a)))

    return Feature(lambda document: sum(map(is_one(document), document.attributes)), without)


def _all(name: str, of: Callable[[Any], bool] = lambda thing: True) -> Feature:
    """The feature of having anything under a field of a Document, or such of it as `of` tells."""
    return Feature(
        lambda document: sum(map(of, getattr(document, name))),
        lambda document: keep(document, **{name: tuple(each for each in getattr(document, name) if not of(each))}),
    )


def _kinds(relation: Relation) -> set[str]:
    return {argument.kind for argument in relation.arguments}


def _stripped_passages(document: Document, **less: Any) -> Document:
    return keep(document, passages=tuple(passage.model_copy(update=less) for passage in document.passages))


FEATURES: dict[str, Feature] = {
    "mentions": _mentions(lambda document: lambda mention: True),
    "discontinuous mentions": _mentions(lambda document: _is_discontinuous),
    "overlapping mentions": _mentions(_overlapping),
    "mentions inside a token": _mentions(_inside_tokens),
    "mentions across sentences": _mentions(_across_sentences),
    "further types of a mention": _part(lambda m: len(m.types) - 1, lambda m: {"types": m.types[:1]}),
    "concepts": _part(lambda m: len(m.concepts), lambda m: {"concepts": ()}),
    "concepts without a vocabulary": _part(
        _without_vocabulary, lambda m: {"concepts": tuple(c for c in m.concepts if c.vocabulary)}
    ),
    "alternatives": _part(lambda m: len(m.alternatives), lambda m: {"alternatives": ()}),
    "events": _all("events"),
    "relations": _all("relations"),
    "relations between mentions": _relations(lambda r: _kinds(r) == {"mention"}),
    "relations between concepts": _relations(lambda r: _kinds(r) == {"concept"}),
    "relations of events": _relations(lambda r: "event" in _kinds(r)),
    "relations of mentions with concepts": _relations(lambda r: {"mention", "concept"} <= _kinds(r)),
    "relations of other than two": _relations(lambda r: len(r.arguments) != 2),
    "coreferences": _all("coreferences"),
    "types of coreferences": Feature(
        lambda document: sum(chain.type != "Equiv" for chain in document.coreferences),
        lambda document: keep(
            document, coreferences=tuple(c.model_copy(update={"type": "Equiv"}) for c in document.coreferences)
        ),
    ),
    "attributes of mentions": _attributes("mentions"),
    "attributes of events": _attributes("events"),
    "attributes of relations": _attributes("relations"),
    "labels": _all("labels"),
    "passages": _all("passages"),
    "labels of passages": Feature(
        lambda document: sum(len(passage.labels) for passage in document.passages),
        lambda document: _stripped_passages(document, labels=()),
    ),
    "ids of passages": Feature(
        lambda document: sum(bool(passage.id) for passage in document.passages),
        lambda document: _stripped_passages(document, id=""),
    ),
    "vocabularies": Feature(lambda document: len(_references(document)), _without_vocabularies),
    "names of several words": Feature(
        lambda document: sum(one_word(name) != name for name in _names(document)),
        lambda document: renamed(document, one_word),
    ),
    "ids of annotations": Feature(_changed_ids, numbered),
    "identities": _all("identities"),
    "notes": _all("notes"),
}
"""In the order in which they are taken away."""

SHARED_IDS = "documents that share an id"
"""What a format holds that keeps its documents apart without their ids; a second one is else left out as a whole."""
