"""What a corpus annotates, and which of it no task asks.

Everything that can be annotated has a name, by which `Corpus.left_out` gives the reason why it is not asked:

    mentions:Anaphora    relations:Coreference    events:Binding    roles:Theme    attributes:Negation, attributes:polarity=NEG
    labels:NEG           coreferences:Equiv       concepts          passages:title (with labels)
    references  score  options                    of Items

Facts of Items (section, year, explanation) are known of a record and no annotation: they are not told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus
from medinstruct.document import Document, Item
from medinstruct.tasks.facts import Attributes, Choices, Concepts, Events, Fact, Labels, Relations, Score, Spans, Texts


def annotated(records: Iterable[object]) -> Counter[str]:
    """How often each kind of annotation stands in the records of a release; broken ones are passed over."""
    counts: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Document):
            counts.update(_of_document(record))
        elif isinstance(record, Item):
            counts.update(f"labels:{label}" for label in record.labels)
            has = {"references": record.references, "options": record.answers, "score": record.score is not None}
            counts.update(name for name, value in has.items() if value)
    return counts


def _of_document(document: Document) -> Iterator[str]:
    triggers = {event.trigger for event in document.events}
    for mention in document.mentions:
        if mention.id not in triggers:  # a trigger is told as its event
            yield from (f"mentions:{type}" for type in mention.types)
        if mention.concepts:
            yield "concepts"
    yield from (f"relations:{relation.type}" for relation in document.relations)
    for event in document.events:
        yield f"events:{event.type}"
        yield from (f"roles:{argument.role}" for argument in event.arguments)
    for attribute in document.attributes:
        yield f"attributes:{attribute.name}"
        yield f"attributes:{attribute.name}={attribute.value or attribute.name}"
    yield from (f"coreferences:{chain.type}" for chain in document.coreferences)
    yield from (f"labels:{label}" for label in document.labels)
    yield from (f"labels:{label}" for passage in document.passages for label in passage.labels)


def asked(corpus: Corpus) -> set[str]:
    """The kinds of annotation that the tasks of a corpus name, to ask them or to say that they are not asked."""
    return {name for fact in corpus.tasks.values() for name in _named(fact)}


def _named(fact: Fact) -> Iterator[str]:
    match fact:
        case Spans():
            yield from (f"mentions:{type}" for type in fact.labels)
        case Relations():
            yield from (f"relations:{type}" for type in fact.labels)
            yield from (f"mentions:{type}" for _, heads, tails in fact.products() for type in (*heads, *tails))
        case Events():
            yield from (f"events:{type}" for type in fact.labels)
            yield from (f"mentions:{type}" for type in (*fact.labels, *fact.participants))
            yield from (f"roles:{role}" for role in fact.roles)
        case Labels():
            yield from (f"labels:{label}" for label in fact.labels)
        case Attributes():
            yield f"attributes:{fact.name}"
            yield from (f"attributes:{fact.name}={value}" for value in fact.labels if value)
        case Concepts():
            yield "concepts"
        case Choices():
            yield "options"
        case Score():
            yield "score"
        case Texts():
            yield "references"


def unasked(corpus: Corpus, counts: Counter[str]) -> list[str]:
    """A line for each kind that is annotated and that neither a task nor `left_out` names, most frequent first."""
    named = asked(corpus)
    known = named | set(corpus.left_out)
    return [
        f"{name} ({count:,})" for name, count in counts.most_common() if name not in known and _is_told(name, named)
    ]


def _is_told(name: str, named: set[str]) -> bool:
    """Whether a kind is told by itself: the values of an attribute are where the attribute is asked, and only there."""
    attribute, equals, _ = name.partition("=")
    return not (equals and attribute.startswith("attributes:")) or attribute in named
