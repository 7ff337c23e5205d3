"""Standoff lines, which BRAT and the BioNLP shared tasks share: annotations in one file, their text in another.

    T1	Protein 9 13	CD28                       a mention: type, start, end, what stands there
    T2	Disease 40 46;58 64	tumour growth      a mention in two parts, joined by one blank
    T3	Phosphorylation 17 32	phosphorylation    a mention that is a trigger
    E1	Phosphorylation:T3 Theme:T1                an event: type and trigger, arguments, which may be events
    R1	Part-of Arg1:T1 Arg2:T2                    a relation
    *	Equiv T1 T4 T5                             mentions that stand for the same thing
    *	Overlap T1 T2                              with any other word: a relation without direction
    A1	Negation E1                                an attribute that is a flag (BioNLP: M1)
    A2	Confidence E1 High                         an attribute with a value
    N1	Reference T2 MESH:D009369	neoplasm   a concept; its preferred name is not kept
    #1	AnnotatorNotes T1	not sure           a note; not kept

Columns are parted by one tab, the words of a column by one blank. Offsets are code points, half open. A line cannot
hold a tab or a line break; one in a mention is written as a blank, and read back as what stands there. Lines with `*`
have no id: they are `Equiv1`, `Equiv2`, … and `*1`, `*2`, … here. Lines with A and M are of one kind; attributes have
no id.

This module is no format of its own; see `brat` and `bionlp_st`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from medinstruct.document import Argument, Concept, Document, Event, Mention, Relation, quote
from medinstruct.errors import FormatError, Place
from medinstruct.formats.draft import Broken, Draft, Read, Repair, concept, finish
from medinstruct.formats.features import renamed, with_concepts, with_ids
from medinstruct.source import File

Identity = str | Callable[[str], str]
"""Kind of id that the documents have (`pmid`), or a function from it to an identity (`pmid:10086714`); empty for
none.
"""

MENTION = re.compile(r"(T[^\t ]*)\t([^\t ]+) ([0-9]+) ([0-9]+)((?:;[0-9]+ [0-9]+)*)\t([^\t]*)")
PART = re.compile(r";([0-9]+) ([0-9]+)")
BREAKS = str.maketrans("\n\r\t", "   ")
WORD = re.compile(r"[^\t\n\r ]+")


# Reading: files → bundles → lines → drafts


def read(files: Iterable[File], sheets: Sequence[str], repair: Repair | None, identity: Identity) -> Iterator[Read]:
    """Yield one Document per text, with what its `sheets` say: the files of these suffixes beside it.

    The files of a record have one path but for the suffix. A record that lacks one, or has a line that is none of the
    above, is Broken.
    """
    for bundle in _bundles(files, (".txt", *sheets)):
        for record in finish([_draft(bundle, sheets, identity)], repair):
            yield _placed(record, bundle, sheets) if isinstance(record, Broken) else record


def _bundles(files: Iterable[File], suffixes: Sequence[str]) -> Iterator[dict[str, File]]:
    """Yield the files of each record by suffix as soon as all are there, and at the end those that lack some."""
    waiting: dict[str, dict[str, File]] = {}
    for file in files:
        if (suffix := file.suffix) in suffixes:
            path = file.name.removesuffix(suffix)
            bundle = waiting.setdefault(path, {})
            bundle[suffix] = file
            if len(bundle) == len(suffixes):
                yield waiting.pop(path)
    yield from waiting.values()


def _draft(bundle: dict[str, File], sheets: Sequence[str], identity: Identity) -> Draft | Broken:
    """Return the draft of one record; its lines are counted through all its sheets as if they were one file."""
    first = next(iter(bundle.values()))
    id = first.stem
    for suffix in (".txt", *sheets):
        if suffix not in bundle:
            reason = f"there is no {id}{suffix} beside it; not annotated is not the same as nothing to find"
            return Broken(Place(first.name), id, reason if suffix != ".txt" else f"there is no {id}.txt beside it")
    try:
        sheet = Sheet(bundle[".txt"].text())
        lines = [line for suffix in sheets for line in bundle[suffix].lines()]
    except FormatError as error:
        return Broken(error.where if isinstance(error.where, Place) else Place(first.name), id, error.what)
    name = bundle[sheets[0]].name if sheets else first.name
    number, line = 0, ""
    try:
        for number, line in enumerate(lines, start=1):
            if line and not line.isspace():
                LINES.get(line[0], Sheet.stranger)(sheet, number, line)
    except ValueError as error:
        return Broken(Place(name, number), id, f"{error}: {line[:80]!r}")
    if dangling := sheet.resolve():
        return Broken(Place(name, dangling[0]), id, dangling[1])
    return Draft(
        Place(name), {"id": id, **sheet.fields(), "identities": identities(identity, id)}, sheet.numbers, typed=True
    )


def identities(identity: Identity, id: str) -> tuple[str, ...]:
    """Return the names that the document `id` has in the world: one or none."""
    name = identity(id) if callable(identity) else f"{identity}:{id}" if identity else ""
    return (name,) if name else ()


def _placed(broken: Broken, bundle: dict[str, File], sheets: Sequence[str]) -> Broken:
    """Return `broken` with the sheet that its line stands in and the line counted there."""
    line = broken.place.line
    if not line or not sheets or broken.place.file != bundle[sheets[0]].name:
        return broken
    for sheet in (bundle[suffix] for suffix in sheets):
        length = sheet.data.count(b"\n") + (sheet.data[-1:] not in (b"\n", b""))
        if line <= length:
            return Broken(Place(sheet.name, line), broken.id, broken.reason)
        line -= length
    return broken


@dataclass(slots=True)
class Sheet:
    """What the lines of one record say about its text, as plain fields of a Document.

    There is a method for each kind of line (`LINES`), which takes in one; a line that cannot be read raises
    ValueError.
    """

    text: str
    mentions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    coreferences: list[dict[str, Any]] = field(default_factory=list)
    attributes: list[dict[str, Any]] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The line of each mention, event, relation and coreference."""
    given: list[tuple[int, str, str]] = field(default_factory=list)
    """For each attribute its line, its id and what it is given to, which may come later."""
    named: list[tuple[int, str, str]] = field(default_factory=list)
    """The same for each concept."""
    stars: int = 0

    def mention(self, number: int, line: str) -> None:
        if (found := MENTION.fullmatch(line)) is None:
            raise ValueError(_why_no_mention(line))
        id, type, start, end, more, string = found.groups()
        first, last = int(start), int(end)
        spans: tuple[tuple[int, int], ...] = ((first, last),)
        if more:
            spans += tuple([(int(start), int(end)) for start, end in PART.findall(more)])
        stands = quote(self.text, spans) if more else self.text[first:last]
        if stands != string and stands.translate(BREAKS) == string:
            string = stands
        self.numbers[id] = number
        self.mentions.append({
            "id": id, "spans": spans, "text": string, "types": (type,), "concepts": (), "alternatives": (),
        })  # fmt: skip

    def event(self, number: int, line: str) -> None:
        id, words = _words(line, "type and trigger")
        type, _, trigger = words[0].rpartition(":")
        if not type or not trigger:
            raise ValueError(f"an event begins with Type:Trigger, not with {words[0]!r}")
        self.numbers[id] = number
        arguments = tuple([_argument(word) for word in words[1:]])
        self.events.append({"id": id, "type": type, "trigger": trigger, "arguments": arguments})

    def relation(self, number: int, line: str) -> None:
        id, words = _words(line, "type and arguments", at_least=2)
        self.numbers[id] = number
        self.relations.append({"id": id, "type": words[0], "arguments": tuple([_argument(word) for word in words[1:]])})

    def star(self, number: int, line: str) -> None:
        _, words = _words(line, "a word and what it is said of", at_least=2)
        if words[0] == "Equiv":
            id = f"Equiv{len(self.coreferences) + 1}"
            self.coreferences.append({"id": id, "type": "Equiv", "mentions": tuple(words[1:])})
        else:
            self.stars += 1
            id = f"*{self.stars}"
            arguments = tuple([_argument(word if ":" in word else f":{word}") for word in words[1:]])
            self.relations.append({"id": id, "type": words[0], "arguments": arguments})
        self.numbers[id] = number

    def attribute(self, number: int, line: str) -> None:
        id, words = _words(line, "name and target", at_least=2)
        self.given.append((number, id, words[1]))
        self.attributes.append({"target": words[1], "name": words[0], "value": " ".join(words[2:])})

    def concept(self, number: int, line: str) -> None:
        id, words = _words(line, "type, mention and concept", at_least=3)
        target = words[1].removeprefix("Annotation:")
        vocabulary, colon, code = words[2].partition(":")
        if not colon or len(words) > 3:
            raise ValueError(f"a concept is Vocabulary:Id, not {' '.join(words[2:])!r}")
        if target != words[1]:  # BioNLP-ST 2013 BB: N1	NCBI_Taxonomy Annotation:T1 Referent:562
            vocabulary = words[0]
        self.named.append((number, id, target))
        self.concepts.append(concept(vocabulary, code))

    def note(self, number: int, line: str) -> None:
        """Pass over a note of an annotator."""

    def stranger(self, number: int, line: str) -> None:
        raise ValueError(f"a line begins with one of {' '.join(LINES)}, this one does not")

    def resolve(self) -> tuple[int, str] | None:
        """Give the mentions their concepts; return line and reason of the first line that points to nothing."""
        for number, id, target in self.given:
            if target not in self.numbers:
                return number, f"{id} points to {target}, which is nothing"
        mentions = {mention["id"]: mention for mention in self.mentions} if self.concepts else {}
        for (number, id, target), named in zip(self.named, self.concepts):
            if target not in mentions:
                return number, f"{id} points to {target}, which is no mention"
            mentions[target]["concepts"] = (*mentions[target]["concepts"], named)
        return None

    def fields(self) -> dict[str, Any]:
        names = ("mentions", "events", "relations", "coreferences", "attributes")
        return {"text": self.text, **{name: tuple(getattr(self, name)) for name in names}}


LINES: dict[str, Callable[[Sheet, int, str], None]] = {
    "T": Sheet.mention, "E": Sheet.event, "R": Sheet.relation, "*": Sheet.star, "A": Sheet.attribute,
    "M": Sheet.attribute, "N": Sheet.concept, "#": Sheet.note,
}  # fmt: skip


def _words(line: str, what: str, at_least: int = 1) -> tuple[str, list[str]]:
    """Return the id of a line and the words of its second column; a third one is for the name of a concept, or empty."""
    id, *columns = line.split("\t")
    words = columns[0].split(" ") if columns else []
    if "" in words:
        words = [word for word in words if word]
    if len(words) < at_least:
        raise ValueError(f"after the id and a tab come {what}")
    if len(columns) > 2 or (columns[1:] and columns[1] and id[0] != "N"):
        raise ValueError(f"nothing comes after {what}, this line has {len(columns) + 1} columns")
    return id, words


def _argument(word: str) -> dict[str, str]:
    role, colon, ref = word.rpartition(":")
    if not colon or not ref:
        raise ValueError(f"an argument is Role:Id, not {word!r}")
    return {"role": role, "ref": ref, "kind": "event"} if ref[0] == "E" else {"role": role, "ref": ref}


def _why_no_mention(line: str) -> str:
    columns = line.split("\t")
    if len(columns) != 3:
        return f"a mention has three columns, this line has {len(columns)}"
    return f"the second column is not type, start and end: {columns[1][:40]!r}"


# Writing: Document → lines → files


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
