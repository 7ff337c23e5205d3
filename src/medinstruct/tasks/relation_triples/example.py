"""What is asked and what is right in the extraction of relations as triples of words.

What is related are entities: mentions, or concepts with all mentions that name them. An answer calls an
entity by the first of its names; in a score, any of its names is right.

    text       Naloxone reverses clonidine (Catapres) hypotension.
    entities   0  clonidine (18, 27), Catapres (29, 37)      1  hypotension (39, 50)
    triples    0 induces 1
    carried    clonidine | induces | hypotension
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from medinstruct.document import Record, Spans, quote
from medinstruct.tasks.answers import is_misplaced
from medinstruct.tasks.task import Example, Gold, Question, once


class TripleQuestion(Question):
    """A text and the relations to find in it."""

    text: str
    labels: tuple[str, ...]
    symmetric: bool = False
    """Whether head and tail may be swapped."""
    definitions: dict[str, str] = Field(default_factory=dict)
    """What a label means, where the corpus says so."""

    @property
    def asked(self) -> tuple[str, ...]:
        return self.labels

    @property
    def reading(self) -> str:
        return self.text

    @property
    def offered(self) -> tuple[str, ...]:
        return self.labels

    def among(self, labels: Collection[str]) -> Self:
        return self.model_copy(update={"labels": tuple(label for label in self.labels if label in labels)})


class Entity(Record):
    """One thing that is related to others, and where it is named."""

    names: tuple[Spans, ...] = Field(min_length=1)
    """Offsets into the question's text; the entity is called by the first, the others are in order."""


class Triple(Record):
    """One relation to find."""

    head: int
    """Place of an entity, counted from 0."""
    label: str
    tail: int


class TripleGold(Gold):
    """The relations that annotators marked, in the order in which head, then tail, stand in the text."""

    entities: tuple[Entity, ...] = ()
    """Those that are related."""
    triples: tuple[Triple, ...] = ()

    @model_validator(mode="after")
    def _points_to_entities(self) -> TripleGold:
        if any(not 0 <= at < len(self.entities) for triple in self.triples for at in (triple.head, triple.tail)):
            raise ValueError("a triple points to no entity")
        return self

    @property
    def is_empty(self) -> bool:
        return not self.triples

    def says(self, question: TripleQuestion) -> tuple[str, ...]:
        found = {triple.label for triple in self.triples}
        return tuple(label for label in question.labels if label in found)

    def among(self, question: TripleQuestion, fewer: TripleQuestion) -> Self:
        """The triples of the labels that are left, and the entities in them."""
        triples = [triple for triple in self.triples if triple.label in fewer.labels]
        joined = sorted({at for triple in triples for at in (triple.head, triple.tail)})
        place = {old: new for new, old in enumerate(joined)}
        moved = (t.model_copy(update={"head": place[t.head], "tail": place[t.tail]}) for t in triples)
        return self.model_copy(update={"entities": tuple(self.entities[at] for at in joined), "triples": tuple(moved)})


class Found(NamedTuple):
    """One triple of a prediction; head and tail of a symmetric relation are in the order of their letters."""

    head: str
    label: str
    tail: str


TripleExample = Example[TripleQuestion, TripleGold]

LOSES = ("offsets", "order", "duplicates", "gaps", "other names", "which of two things of one name")
"""What a format that writes triples as words cannot keep."""


@once
def strings(example: TripleExample) -> tuple[Found, ...]:
    """The gold in canonical form: different triples of words, sorted."""
    return tuple(sorted({turned(found, example.question) for found in told(example)}))


@once
def told(example: TripleExample) -> list[Found]:
    """The gold's triples as words, each once, in its own order and direction."""
    text, gold = example.question.text, example.gold
    names = [quote(text, entity.names[0]) for entity in gold.entities]
    once: dict[Found, Found] = {}
    for triple in gold.triples:
        found = Found(names[triple.head], triple.label, names[triple.tail])
        once.setdefault(turned(found, example.question), found)
    return list(once.values())


def turned(found: Found, question: TripleQuestion) -> Found:
    """A triple in its canonical direction."""
    if question.symmetric and found.tail < found.head:
        return Found(found.tail, found.label, found.head)
    return found


@once
def find_fault(example: TripleExample) -> str | None:
    """Return why words cannot say these triples, in whatever format; None if they can."""
    gold, labels, text = example.gold, example.question.labels, example.question.text
    if any(not entity.names[0] or is_misplaced(entity.names[0], text) for entity in gold.entities):
        return "a span outside the text"
    if any(triple.label not in labels for triple in gold.triples):
        return "a label that is not asked for"
    return None
