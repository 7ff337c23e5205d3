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
from functools import lru_cache
from typing import Any

from medinstruct.document import Argument, Concept, Spans, quote
from medinstruct.errors import FormatError, Place
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, concept, finish, identities
from medinstruct.formats.features import BREAKS
from medinstruct.source import File

TYPED = ("mentions", "relations", "events")
"""What is made of text alone (see `Draft.typed`)."""
MENTION = re.compile(r"(T[^\t ]*)\t([^\t ]+) ([0-9]+) ([0-9]+)((?:;[0-9]+ [0-9]+)*)\t([^\t]*)")
NUMBERS = {str(number): number for number in range(1 << 14)}
"""The offsets of nearly all mentions: to look them up takes half of the time of `int`."""
PART = re.compile(r";([0-9]+) ([0-9]+)")


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
    if fault := sheet.take(lines) or sheet.resolve():
        return Broken(Place(name, fault[0]), id, fault[1])
    fields = {"id": id, **sheet.fields(), "identities": identities(identity, id)}
    return Draft(Place(name), fields, sheet.numbers, typed=TYPED, quoted=sheet.quoted)


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
    ValueError there.
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
    quoted: bool = True
    """Whether all mentions were found where they are said to stand, in one part."""

    def take(self, lines: list[str]) -> tuple[int, str] | None:
        """Take in all lines; return the number of the first that cannot be read and why, or None.

        Mentions in one part pass by the million: they are taken in here, and by `mention` where anything is odd.
        """
        text, length, mentions, numbers = self.text, len(self.text), self.mentions, self.numbers
        number, line = 0, ""
        try:
            for number, line in enumerate(lines, start=1):
                if (letter := line[:1]) != "T":
                    if letter in LINES:
                        LINES[letter](self, number, line)
                    elif line and not line.isspace():
                        raise ValueError(f"a line begins with one of {' '.join(LINES)}, this one does not")
                    continue
                try:
                    id, place, string = line.split("\t")
                    type, start, end = place.split(" ")
                    first, last = NUMBERS[start], NUMBERS[end]
                except (ValueError, KeyError):
                    type = ""
                if not type or " " in id:
                    self.mention(number, line)
                    continue
                if text[first:last] != string or not first < last <= length:  # by far most mentions quote their text
                    string = self._stands(string, ((first, last),))
                numbers[id] = number
                mentions.append({
                    "id": id, "spans": ((first, last),), "text": string, "types": (type,), "concepts": (), "alternatives": (),
                })  # fmt: skip
        except ValueError as error:
            return number, f"{error}: {line[:80]!r}"
        return None

    def mention(self, number: int, line: str) -> None:
        if (found := MENTION.fullmatch(line)) is None:
            raise ValueError(_why_no_mention(line))
        id, type, start, end, more, string = found.groups()
        first, last = int(start), int(end)
        spans: tuple[tuple[int, int], ...] = ((first, last),)
        if more:
            spans += tuple([(int(start), int(end)) for start, end in PART.findall(more)])
        string = self._stands(string, spans)
        self.numbers[id] = number
        self.mentions.append({
            "id": id, "spans": spans, "text": string, "types": (type,), "concepts": (), "alternatives": (),
        })  # fmt: skip

    def _stands(self, string: str, spans: Spans) -> str:
        """Return what stands at `spans` if `string` writes it, else `string`."""
        self.quoted = False
        return stands if (stands := quote(self.text, spans)).translate(BREAKS) == string else string

    def event(self, number: int, line: str) -> None:
        id, words = _words(line, "type and trigger")
        type, _, trigger = words[0].rpartition(":")
        if not type or not trigger:
            raise ValueError(f"an event begins with Type:Trigger, not with {words[0]!r}")
        self.numbers[id] = number
        self.events.append({
            "id": id, "type": type, "trigger": trigger, "arguments": tuple(map(_argument, words[1:])),
        })  # fmt: skip

    def relation(self, number: int, line: str) -> None:
        id, (type, *arguments) = _words(line, "type and arguments", at_least=2)
        self.numbers[id] = number
        self.relations.append({"id": id, "type": type, "arguments": tuple(map(_argument, arguments))})

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
    id, _, rest = line.partition("\t")
    column, tab, more = rest.partition("\t")
    words = column.split(" ")
    if "" in words:
        words = [word for word in words if word]
    if len(words) < at_least:
        raise ValueError(f"after the id and a tab come {what}")
    if tab and more and ("\t" in more or id[0] != "N"):
        raise ValueError(f"nothing comes after {what}, this line has {line.count(chr(9)) + 1} columns")
    return id, words


@lru_cache(maxsize=1 << 12)
def _argument(word: str) -> Argument:
    """Return the argument that a word states; the first mentions of a document are named in nearly all documents."""
    role, colon, ref = word.rpartition(":")
    if not colon or not ref:
        raise ValueError(f"an argument is Role:Id, not {word!r}")
    return Argument(role=role, ref=ref, kind="event" if ref[0] == "E" else "mention")


def _why_no_mention(line: str) -> str:
    columns = line.split("\t")
    if len(columns) != 3:
        return f"a mention has three columns, this line has {len(columns)}"
    return f"the second column is not type, start and end: {columns[1][:40]!r}"
