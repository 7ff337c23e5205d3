"""The labels that annotators used, whatever a corpus' facts make of them: so that none goes unseen.

A fact names native labels and gives each a word of the shared vocabulary, or None: annotated and not asked, or asked
about without a word of its own, as the arguments of a relation are. What no fact of a corpus names is unmapped: the
manifest lists it with how often it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medinstruct.document import Document
from medinstruct.tasks.facts import Attributes, Concepts, Events, Fact, Labels, Relations, Spans
from medinstruct.tasks.task import Source

KINDS = ("mentions", "relations", "events", "roles", "labels", "attributes")


def seen(source: Source) -> Iterator[tuple[str, str]]:
    """Yield (kind, native label) for each label that a source carries, as often as it does.

    Of an attribute it is the name; which values it may have is the fact's own matter.
    """
    yield from (("labels", label) for label in source.labels)
    if not isinstance(source, Document):
        return
    yield from (("mentions", type) for mention in source.mentions for type in mention.types)
    yield from (("relations", relation.type) for relation in source.relations)
    yield from (("events", event.type) for event in source.events)
    yield from (("roles", argument.role) for event in source.events for argument in event.arguments)
    yield from (("labels", label) for passage in source.passages for label in passage.labels)
    yield from (("attributes", attribute.name) for attribute in source.attributes)


def words(facts: Iterable[Fact]) -> dict[tuple[str, str], set[str | None]]:
    """The words that the facts of a corpus give to each (kind, native label) they name."""
    known: dict[tuple[str, str], set[str | None]] = {}
    for fact in facts:
        for kind, label, word in _named(fact):
            known.setdefault((kind, label), set()).add(word)
    return known


def _named(fact: Fact) -> Iterator[tuple[str, str, str | None]]:
    match fact:
        case Spans():
            yield from (("mentions", label, word) for label, word in fact.labels.items())
        case Relations():
            yield from (("relations", label, word) for label, word in fact.labels.items())
            arguments = {type for _, heads, tails in fact.products() for type in (*heads, *tails)}
            yield from (("mentions", type, None) for type in sorted(arguments))
        case Events():
            # an event's trigger is a mention of its type
            yield from (("events", label, word) for label, word in fact.labels.items())
            yield from (("mentions", label, word) for label, word in {**fact.labels, **fact.participants}.items())
            yield from (("roles", role, word) for role, word in fact.roles.items())
        case Labels():
            yield from (("labels", label, word) for label, word in fact.labels.items())
        case Concepts():
            yield from (("mentions", type, None) for type in fact.types)
        case Attributes():
            yield "attributes", fact.name, fact.name
            yield from (("mentions", type, None) for type in fact.types)
