"""What a source says: Documents, which an annotator marked, and Items, which are questions already.

Offsets are Unicode code points, half open, into `Document.text`. A document is checked when it is made and trusted
from then on: every mention quotes its text, every reference points to something, every id is there once. One that
breaks a rule is never made; readers report it with its file and line (see `formats.draft`).

    text      Lobolast reverses the fever-lowering effect of zorbinol.
              └──T1──┘              └─────T2─────┘           └──T3──┘

    Mention   T1  spans ((0, 8),)  types ("Chemical",)  concepts (MESH:C900001,)
    Relation  R1  CID  (Chemical: concept MESH:C900001) (Disease: concept MESH:D007022)
    Event     E1  Negative_regulation  trigger T9  (Theme: T2) (Cause: event E2)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from medinstruct import markup

Span = tuple[int, int]
"""Start and end of a stretch of text, in code points, half open."""

Spans = tuple[Span, ...]
"""The parts of one mention in the order of the text; more than one where it is discontinuous."""


FORBID = ConfigDict(extra="forbid")


class Record(BaseModel):
    """A frozen model that knows all its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part:
    """What the parts of a document share.

    They are frozen dataclasses, which Pydantic checks like models and which cost a third of one in time and in memory:
    there are millions of them.
    """

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """Return a copy with other values, which are not checked; as a model does."""
        return self.trusted([{**self.__dict__, **update}])[0]

    @classmethod
    def trusted(cls, rows: Iterable[dict[str, Any]]) -> tuple[Self, ...]:
        """Return a part of each of `rows`, which become its own: every field must be there and of its kind.

        For readers that make them of text, where nothing is left to be looked at.
        """
        new, put = cls.__new__, object.__setattr__
        parts = []
        for fields in rows:
            part = new(cls)
            put(part, "__dict__", fields)
            parts.append(part)
        return tuple(parts)


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Concept(Part):
    """An entry of a vocabulary, such as MESH D009270."""

    vocabulary: str
    """Name of the vocabulary in its own spelling (`MESH`, `OMIM`, `NCBI Gene`); empty where the source names none."""
    id: str

    def __str__(self) -> str:
        return f"{self.vocabulary}:{self.id}" if self.vocabulary else self.id


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Mention(Part):
    """A stretch of text, possibly in several parts, that an annotator gave one or more types."""

    id: str
    spans: Annotated[Spans, Field(min_length=1)]
    text: str
    """The parts as they stand in the document, joined by one blank."""
    types: Annotated[tuple[str, ...], Field(min_length=1)]
    concepts: tuple[Concept, ...] = ()
    alternatives: tuple[Spans, ...] = ()
    """Other extents that count as right for this same mention (GENETAG's ALTGENE); never further mentions."""


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Attribute(Part):
    """A property of anything that has an id: negation, assertion, status, subtype."""

    target: str
    name: str
    value: str = ""
    """Empty for a flag whose presence says all."""


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Argument(Part):
    """One participant of a relation or an event."""

    role: str
    ref: str
    """Id of a mention or an event of this document, or a concept as `vocabulary:id`."""
    kind: Literal["mention", "event", "concept"] = "mention"


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Relation(Part):
    """An n-ary relation between mentions, concepts or events; binary ones have two arguments."""

    id: str
    type: str
    arguments: Annotated[tuple[Argument, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Event(Part):
    """An event with a trigger word and arguments, which may be events themselves."""

    id: str
    type: str
    trigger: str
    """Id of the mention that is its trigger."""
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Coreference(Part):
    """Mentions that stand for the same thing."""

    id: str
    mentions: Annotated[tuple[str, ...], Field(min_length=1)]
    type: str = ""
    """What the source calls the link, where it has several (`Equiv`, `IDENT`)."""


@dataclass(frozen=True, kw_only=True, config=FORBID)
class Passage(Part):
    """A part of a document that its source sets apart: title, abstract, section, sentence."""

    type: str
    span: Span
    labels: tuple[str, ...] = ()
    """Labels an annotator gave to this part, in the order of the source."""
    id: str = ""


class Document(Record):
    """A text and what an annotator marked on it."""

    id: str
    text: str
    passages: tuple[Passage, ...] = ()
    mentions: tuple[Mention, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    coreferences: tuple[Coreference, ...] = ()
    labels: tuple[str, ...] = ()
    """Labels of the document as a whole."""
    identities: tuple[str, ...] = ()
    """Names this text has in the world: `pmid:…`, `pmcid:…`, `doi:…`."""
    notes: tuple[str, ...] = ()
    """Reasons of the repairs that were made to this record; empty as a rule."""

    @model_validator(mode="after")
    def _is_sound(self, info: ValidationInfo) -> Document:
        _refuse_half_characters(self.text, self.id)
        if fault := find_fault(self, quoted=info.context is QUOTED):
            raise PydanticCustomError("fault", "{what}", {"what": fault.what, "annotation": fault.annotation})
        return self

    def _repr_html_(self) -> str:
        """The text with its mentions, and what relates them, for notebooks."""
        said = {mention.id: mention.text for mention in self.mentions}
        found: list[Relation | Event] = [*self.relations, *self.events]
        related = [
            (one.type, "; ".join(f"{each.role}: {said.get(each.ref, each.ref)}" for each in one.arguments))
            for one in found
        ]
        marks = [(mention.spans, "/".join(mention.types)) for mention in self.mentions]
        return markup.marked(self.text, marks) + markup.table(("relation or event", "of"), related)


class Item(Record):
    """A source record that is a question already, or an answer waiting for one.

    What is not known stays empty: an unanswered question of a test part has options and no answers.
    """

    id: str
    texts: dict[str, str] = {}
    """The texts of the record by name, in the order in which they are read (`premise`, `hypothesis`; `context`)."""
    question: str = ""
    options: tuple[str, ...] = ()
    answers: tuple[int, ...] = ()
    """Places of the right options, counted from 0."""
    labels: tuple[str, ...] = ()
    """Class names in the source's own spelling (`entailment`; `yes`)."""
    score: float | None = None
    references: tuple[str, ...] = ()
    """Texts that count as a right answer; the first is the one to learn."""
    identities: tuple[str, ...] = ()
    facts: dict[str, str] = {}
    """What else the source tells: subject, section, explanation."""
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Item:
        for text in (self.id, self.question, *self.texts.values(), *self.options, *self.references):
            _refuse_half_characters(text, self.id)
        if self.score is not None and not math.isfinite(self.score):
            raise ValueError(f"the score of item {self.id} is {self.score}")
        for answer in self.answers:
            if not 0 <= answer < len(self.options):
                raise ValueError(f"answer {answer} of item {self.id} is none of its {len(self.options)} options")
        return self


def _refuse_half_characters(text: str, id: str) -> None:
    """Refuse a lone surrogate, which JSON can state and no file can hold."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"half a character stands at {error.start} in a text of {id!r}") from None


class Fault(NamedTuple):
    """What is wrong with a document, and the id of the annotation that shows it (empty: the document itself)."""

    annotation: str
    what: str


def quote(text: str, spans: Spans) -> str:
    """Return what stands at `spans`, parts joined by one blank."""
    if len(spans) == 1:
        return text[spans[0][0] : spans[0][1]]
    return " ".join([text[start:end] for start, end in spans])


QUOTED = object()
"""Context of a validation whose mentions were compared with the text where they were read."""


def find_fault(document: Document, *, quoted: bool = False) -> Fault | None:
    """Return the first fault of a document: a mention that does not quote its text, a reference to nothing, …

    Args:
        document: What to look at.
        quoted: Whether its mentions are known to quote its text.
    """
    text, length = document.text, len(document.text)
    for mention in () if quoted else document.mentions:
        spans = mention.spans
        if len(spans) == 1 and not mention.alternatives:  # as nearly all are; in large corpora this loop is felt
            start, end = spans[0]
            if 0 <= start < end <= length and text[start:end] == mention.text:
                continue
        if fault := _misquoted(mention, text):
            return fault
    mentions = {mention.id for mention in document.mentions}
    if len(mentions) < len(document.mentions):
        twice = Counter(mention.id for mention in document.mentions).most_common(1)[0][0]
        return Fault(twice, f"two mentions have the id {twice}")
    for passage in document.passages:
        start, end = passage.span
        if not 0 <= start <= end <= length:
            return Fault(passage.id, f"passage {start}:{end} lies outside the text of {length} characters")
    return _dangling(document, mentions)


def _misquoted(mention: Mention, text: str) -> Fault | None:
    for spans in (mention.spans, *mention.alternatives):
        if fault := _misplaced(mention.id, spans, len(text)):
            return fault
    if mention.text != (found := quote(text, mention.spans)):
        where = ",".join(f"{start}:{end}" for start, end in mention.spans)
        return Fault(mention.id, f"mention {mention.id} says {mention.text!r} but text[{where}] is {found!r}")
    return None


def _misplaced(mention: str, spans: Spans, length: int) -> Fault | None:
    last = 0
    for start, end in spans:
        if not 0 <= start < end <= length:
            return Fault(mention, f"mention {mention} at {start}:{end} lies outside the text of {length} characters")
        if start < last:
            return Fault(mention, f"the parts of mention {mention} are not in the order of the text")
        last = end
    return None


def _dangling(document: Document, mentions: set[str]) -> Fault | None:
    if not (document.events or document.relations or document.attributes or document.coreferences):
        return None
    events = {event.id for event in document.events}
    relations = {relation.id for relation in document.relations}
    for kind, ids, number in (
        ("event", events, len(document.events)),
        ("relation", relations, len(document.relations)),
    ):
        if len(ids) != number:
            return Fault("", f"two {kind}s have the same id")
    for event in document.events:
        if event.trigger not in mentions:
            return Fault(event.id, f"the trigger {event.trigger} of event {event.id} is no mention")
    places = {"mention": mentions, "event": events}
    linked: tuple[Event | Relation, ...] = (*document.events, *document.relations)
    for thing in linked:
        for argument in thing.arguments:
            if argument.kind != "concept" and argument.ref not in places[argument.kind]:
                return Fault(
                    thing.id,
                    f"{argument.role} of {thing.id} points to {argument.ref}, which is no {argument.kind}",
                )
    known = mentions | events | relations
    for attribute in document.attributes:
        if attribute.target not in known:
            return Fault(
                attribute.target,
                f"attribute {attribute.name} is given to {attribute.target}, which is nothing",
            )
    for chain in document.coreferences:
        for mention in chain.mentions:
            if mention not in mentions:
                return Fault(chain.id, f"coreference {chain.id} names {mention}, which is no mention")
    return None
