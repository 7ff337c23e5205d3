"""Standoff lines, written: a Document as the lines that BRAT and the BioNLP shared tasks share, and the files of these.

What the lines are is told in `standoff`, which reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from medinstruct.document import Argument, Document, Event, Mention, Relation
from medinstruct.errors import FormatError
from medinstruct.formats.features import BREAKS, renamed, with_concepts, with_ids
from medinstruct.source import File

LOSES = (
    "passages", "labels", "several types of one mention", "alternatives", "concepts without a vocabulary", "arguments that are concepts",
    "coreferences other than Equiv",
)  # fmt: skip
HOLDS = frozenset({
    "mentions", "discontinuous mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences",
    "concepts", "vocabularies", "events", "relations", "relations between mentions", "relations of events",
    "relations of other than two", "coreferences", "attributes of mentions", "attributes of events",
    "attributes of relations", "ids of annotations",
})  # fmt: skip
"""What the formats of these lines lose and hold alike (`Format`)."""
WORD = re.compile(r"[^\t\n\r ]+")


@dataclass(slots=True)
class Lines:
    """The standoff lines of one document.

    Ids that are not of the format's kind (`T…`, `E…`, `R…`) are replaced, all of one kind of thing together.

    Raises:
        FormatError: for a document that standoff cannot hold, saying what.
    """

    document: Document
    names: dict[str, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        if reason := _unwritable(self.document):
            raise FormatError(f"document {self.document.id}: {reason}", next="choose a format that can hold it")
        self.names = {
            "mention": _names("T", [mention.id for mention in self.document.mentions]),
            "event": _names("E", [event.id for event in self.document.events]),
            "relation": _names("R", [relation.id for relation in self.document.relations]),
        }

    def mentions(self) -> list[str]:
        return [self._mention(mention) for mention in self.document.mentions]

    def events(self) -> list[str]:
        lines = []
        for event in self.document.events:
            head = f"{self.names['event'][event.id]}\t{event.type}:{self.names['mention'][event.trigger]}"
            lines.append(" ".join([head, *map(self._argument, event.arguments)]))
        return lines

    def relations(self) -> list[str]:
        lines = []
        for relation in self.document.relations:
            name = self.names["relation"][relation.id]
            words = " ".join([relation.type, *map(self._argument, relation.arguments)])
            lines.append(f"{'*' if name.startswith('*') else name}\t{words}")
        return lines

    def equivalences(self) -> list[str]:
        names = self.names["mention"]
        return ["*\tEquiv " + " ".join(names[id] for id in chain.mentions) for chain in self.document.coreferences]

    def attributes(self, letter: str) -> list[str]:
        names = {**self.names["relation"], **self.names["event"], **self.names["mention"]}
        return [
            " ".join([f"{letter}{count}\t{attribute.name}", names[attribute.target], attribute.value]).rstrip(" ")
            for count, attribute in enumerate(self.document.attributes, start=1)
        ]

    def concepts(self) -> list[str]:
        pairs = [(mention, concept) for mention in self.document.mentions for concept in mention.concepts]
        return [
            f"N{count}\tReference {self.names['mention'][mention.id]} {concept}\t{mention.text.translate(BREAKS)}"
            for count, (mention, concept) in enumerate(pairs, start=1)
        ]

    def _mention(self, mention: Mention) -> str:
        spans = ";".join(f"{start} {end}" for start, end in mention.spans)
        return f"{self.names['mention'][mention.id]}\t{mention.types[0]} {spans}\t{mention.text.translate(BREAKS)}"

    def _argument(self, argument: Argument) -> str:
        name = self.names[argument.kind][argument.ref]
        return f"{argument.role}:{name}" if argument.role else name


def shape(document: Document) -> Document:
    """Return what standoff says of a document that it can hold: ids of its kind, no empty names, plain values."""
    mentions = _names("T", [mention.id for mention in document.mentions])
    events = _names("E", [event.id for event in document.events])
    relations = _names("R", [relation.id for relation in document.relations])
    document = with_ids(document, mentions, events, relations)
    stars = {relation.id: relation for relation in document.relations if relation.id.startswith("*")}
    filled = renamed(document, lambda name: name or "_")
    kept = tuple(stars.get(relation.id, relation) for relation in filled.relations)
    values = (a.model_copy(update={"value": " ".join(WORD.findall(a.value))}) for a in filled.attributes)
    return with_concepts(
        filled.model_copy(update={"relations": kept, "attributes": tuple(values)}),
        lambda concept: bool(WORD.fullmatch(str(concept)) and ":" not in concept.vocabulary),
    )


def _names(letter: str, ids: list[str]) -> dict[str, str]:
    """Return each id's name in the file: itself, if all are of the format's kind, else a new one."""
    stars = [id for id in ids if id.startswith("*")]
    fit = re.compile(rf"{letter}[^\t\n\r :;]*|\*[0-9]+" if letter == "R" else rf"{letter}[^\t\n\r :;]*")
    if all(map(fit.fullmatch, ids)) and stars == [f"*{count}" for count in range(1, len(stars) + 1)]:
        return {id: id for id in ids}
    return {id: f"{letter}{count}" for count, id in enumerate(ids, start=1)}


def _unwritable(document: Document) -> str | None:
    if document.passages or document.labels:
        return f"has {'passages' if document.passages else 'labels'}"
    return next(filter(None, _faults(document)), None)


def _faults(document: Document) -> Iterator[str | None]:
    for mention in document.mentions:
        if len(mention.types) > 1 or mention.alternatives:
            yield f"mention {mention.id} is of several types or has alternatives"
        yield _no_word(f"the type of mention {mention.id}", mention.types[0])
        for one in mention.concepts:
            yield _no_word(f"a concept of mention {mention.id}", str(one))
            if not one.vocabulary or ":" in one.vocabulary:
                yield f"concept {one.id!r} of mention {mention.id} has no vocabulary, or one with a colon"
    things: list[Event | Relation] = [*document.events, *document.relations]
    for thing in things:
        yield _no_word(f"the type of {thing.id}", thing.type)
        for argument in thing.arguments:
            if argument.kind == "concept":
                yield f"{argument.role} of {thing.id} is a concept"
            if argument.role or not thing.id.startswith("*"):
                yield _no_word(f"a role of {thing.id}", argument.role)
    for attribute in document.attributes:
        yield _no_word(f"an attribute of {attribute.target}", attribute.name)
        if attribute.value and not all(WORD.fullmatch(word) for word in attribute.value.split(" ")):
            what = f"the value of {attribute.name} of {attribute.target}"
            yield f"{what} holds a tab, a line break or blanks at an end: {attribute.value!r}"
    for chain in document.coreferences:
        if chain.type != "Equiv":
            yield f"coreference {chain.id} is of type {chain.type!r}, not Equiv"


def _no_word(what: str, word: str) -> str | None:
    return None if WORD.fullmatch(word) else f"{what} is not one word: {word!r}"


def pack(documents: Iterable[Document], sheets: Callable[[Lines], dict[str, list[str]]]) -> Iterator[File]:
    """Yield the text file and the sheets of each document, named by its id.

    Raises:
        FormatError: for a document that standoff cannot hold, and for an id that is no file name or is there twice.
    """
    seen: set[str] = set()
    for document in documents:
        id = document.id
        if PurePosixPath(f"{id}.txt").stem != id or "\\" in id or not id.isprintable() or id in seen:
            raise FormatError(f"document {id!r}: its id is no file name, or there twice", next="give it another id")
        seen.add(id)
        found = sheets(Lines(document))
        # a reader takes one byte order mark away, so that a text that begins with one needs two
        yield File(f"{id}.txt", document.text.encode("utf-8-sig" if document.text.startswith("\ufeff") else "utf-8"))
        for suffix, lines in found.items():
            yield File(f"{id}{suffix}", "".join(f"{line}\n" for line in lines).encode())
