"""What BioC says, whichever notation it stands in: plain dictionaries ↔ Documents.

    collection
      document       id, relations
        passage        offset, text, infons (type: title), relations
          annotation     id, infons (type: Disease, identifier: D001259), text, locations (offset 40 length 6)
          sentence       offset, text, annotations, relations
        relation       id, infons (type: Association), nodes (refid T1 role subject, refid T2 role object)

Offsets count code points from the beginning of the document, those of sentences too. Passages may leave gaps; the
text of the Document is padded with blanks there, so that every offset holds. Passages and sentences become passages
of the Document, a sentence under that type and after the passage that it belongs to; a lone passage without a type
says nothing and is left out.

An infon is a key and a value, and what the keys mean is a convention of the collection (`Dialect`). Here `type` is
the type, those that hold concepts become concepts, and all others attributes. The arguments of a relation are nodes,
which are annotations, or infons, which are concepts (BC5CDR, BioRED); its type is the infon `type`, in BC5CDR
`relation`. Infons of collections, documents and sentences, and those of passages other than `type`, are not read.

Specification: Comeau et al. 2013, doi:10.1093/database/bat064; http://bioc.sourceforge.net/BioC.dtd.

The dictionaries are told in `bioc_plain`. This module is no format of its own; see `bioc_xml` and `bioc_json`.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from medinstruct.document import Concept, Document, Mention, Relation, Span, quote
from medinstruct.errors import FormatError, Place
from medinstruct.formats.bioc_plain import Annotation, Link, Location, Node, Part, Plain
from medinstruct.formats.draft import (
    NO_CONCEPT,
    Broken,
    Draft,
    Identity,
    Read,
    Repair,
    concept,
    finish,
    identities,
    mention_id,
)

MAX_PADDING = 1 << 20
"""Characters that the gaps of one document may come to; a wrong offset would else ask for any amount of memory."""
WITHIN = 16
"""Characters by which a passage may be off for a message to say so."""
JOINED = "where the offset of a passage disagrees with its annotations, Dialect(joined=True) does not read it"
LOSES = (
    "events", "coreferences", "labels", "labels and ids of passages", "overlapping passages", "several types of one mention", "alternatives",
)  # fmt: skip
HOLDS = frozenset({
    "mentions", "discontinuous mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences",
    "concepts", "concepts without a vocabulary", "vocabularies", "relations", "relations between mentions",
    "relations between concepts", "relations of other than two", "attributes of mentions", "attributes of relations",
    "passages", "names of several words", "ids of annotations", "documents that share an id",
})  # fmt: skip
"""What the notations lose and hold alike (`Format`)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the infons of a collection mean."""

    concepts: Sequence[str] = ("identifier",)
    """Keys of an annotation's infons that hold its concepts (BC5CDR: `MESH`)."""
    split: str | Callable[[str, str], Sequence[str]] = ",;|"
    """Characters that part several ids of one infon, or a function of (type, value) that gives the ids."""
    vocabulary: str | Callable[[str, str], str] = ""
    """Name of the concepts' vocabulary, or a function of (type, id) that gives it; if it is empty, an id may name its own
    (`MESH:D001259`)."""
    arguments: Sequence[str] = ("entity1", "entity2")
    """Keys of a relation's infons that hold concepts; the key is the role (BC5CDR: `Chemical`, `Disease`)."""
    joined: bool = False
    """Whether passages stand one blank apart whatever their own offsets say: for files whose annotations say otherwise
    (six documents of the BC5CDR sample)."""


STANDARD = Dialect()


Found = tuple[Place, dict[str, int], Plain]
"""A document with its place and the lines of its annotations and relations."""


# Reading: Plain → Draft → Document


def read(
    found: Iterable[Found | Broken], repair: Repair | None, dialect: Dialect, identity: Identity
) -> Iterator[Read]:
    """Yield a checked Document per document, or a Broken."""
    for each in found:
        draft = each if isinstance(each, Broken) else _draft(*each, dialect, identity)
        for record in finish([draft], repair):
            if isinstance(record, Broken) and isinstance(draft, Draft):
                record = Broken(record.place, record.id, record.reason + _hint(draft))
            yield record


def _draft(
    place: Place, lines: dict[str, int], document: Plain, dialect: Dialect, identity: Identity
) -> Draft | Broken:
    if not (id := document.get("id", "")):
        return Broken(place, "", "the document has no id")
    try:
        fields = _fields(document, dialect)
    except (ValueError, LookupError) as error:  # a corpus that names vocabularies may not know the type
        return Broken(place, id, str(error))
    return Draft(place, {"id": id, **fields, "identities": identities(identity, id)}, lines, typed=("mentions",))


def _hint(draft: Draft) -> str:
    """Return what else is to be said of mentions that do not quote their text: that all are off by the same, if so."""
    text = draft.fields["text"]
    wrong = [mention for mention in draft.fields["mentions"] if quote(text, mention["spans"]) != mention["text"]]
    for by in sorted(range(-WITHIN, WITHIN + 1), key=abs) if wrong else ():
        moved = ([(max(start + by, 0), end + by) for start, end in mention["spans"]] for mention in wrong)
        if all(quote(text, tuple(spans)) == mention["text"] for spans, mention in zip(moved, wrong)):
            return f"; all {len(wrong)} mentions that are wrong here are right {by:+d} characters further ({JOINED})"
    return ""


def _fields(document: Plain, dialect: Dialect) -> dict[str, Any]:
    """Return the fields of a Document; raises ValueError for what cannot be read."""
    text, passages = texts(document, dialect.joined)
    holders: list[Part | Plain] = []
    for passage in document.get("passages", ()):
        holders += [passage, *passage.get("sentences", ())]
    holders.append(document)
    marks = _Marks(text, dialect)
    for holder in holders:
        for annotation in holder.get("annotations", ()):
            marks.mention(annotation)
    for holder in holders:
        for link in holder.get("relations", ()):
            marks.relation(link)
    return {
        "text": text, "passages": passages, "mentions": tuple(marks.mentions),
        "relations": tuple(marks.relations), "attributes": tuple(marks.attributes),
    }  # fmt: skip


def texts(document: Plain, joined: bool) -> tuple[str, tuple[dict[str, Any], ...]]:
    """Return the text of a document, its gaps padded, and its passages and sentences."""
    pieces: list[str] = []
    at = padding = 0
    passages: list[dict[str, Any]] = []
    for passage in document.get("passages", ()):
        whole, sentences = passage.get("text"), passage.get("sentences", ())
        stated = _number(passage.get("offset"))
        first = at + bool(passages) if joined else stated
        parts = [(_number(part.get("offset")) - stated + first, part.get("text") or "") for part in sentences]
        for start, string in parts if whole is None else [(first, whole)]:
            padding += start - at
            if start < at or padding > MAX_PADDING:
                raise ValueError(f"a passage begins at {start}, but the one before it ends at {at} ({JOINED})")
            pieces += [" " * (start - at), string]
            at = start + len(string)
        type = (passage.get("infons") or {}).get("type")
        passages.append({"type": _string(type), "span": (first, max(first, at))})
        for start, string in parts:
            if whole is not None and not _repeats(string, whole, start - first):
                raise ValueError(f"the sentence at {start} is not what its passage has there")
            passages.append({"type": "sentence", "span": (start, start + len(string))})
    text = "".join(pieces)
    if len(document.get("passages", ())) == 1 and passages[0] == {"type": "", "span": (0, len(text))}:
        del passages[0]
    return text, tuple(passages)


def _repeats(sentence: str, passage: str, at: int) -> bool:
    """Whether a sentence is what its passage has at `at`, be it with other blanks (DrugProt: no-break and thin ones)."""
    stands = passage[max(at, 0) : max(at, 0) + len(sentence)]
    return stands == sentence or (len(stands) == len(sentence) and stands.split() == sentence.split())


@dataclass(slots=True)
class _Marks:
    """The annotations and relations of one document, as plain fields of a Document."""

    text: str
    dialect: Dialect
    mentions: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    full: dict[str, Concept] = field(default_factory=dict)
    """Concepts by their ids as the file has them, which may be without the vocabulary that their mentions give them."""
    named: dict[tuple[str, str], tuple[Concept, ...]] = field(default_factory=dict)
    """Concepts by type and infon; a document names the same few again and again."""

    def mention(self, annotation: Annotation) -> None:
        id = annotation.get("id") or mention_id(len(self.mentions) + 1)
        spans: tuple[tuple[int, int], ...] = ()
        for location in annotation.get("locations", ()):
            start = _number(location.get("offset"))
            spans += ((start, start + _number(location.get("length"))),)
        infons = annotation.get("infons") or {}
        if not spans or infons.get("type") is None:
            raise ValueError(f"annotation {id} has no {'infon `type`' if spans else 'location'}")
        type = _string(infons["type"])
        concepts: tuple[Concept, ...] = ()
        for key, value in infons.items():
            if key in self.dialect.concepts:
                concepts += self._concepts(type, _string(value))
            elif key != "type":
                self.attributes.append({"target": id, "name": key, "value": _string(value)})
        string = annotation.get("text")
        if string is None:
            string = quote(self.text, spans)
        self.mentions.append({
            "id": id, "spans": spans, "text": string, "types": (type,), "concepts": concepts, "alternatives": (),
        })  # fmt: skip

    def relation(self, link: Link) -> None:
        id = link.get("id") or f"R{len(self.relations) + 1}"
        infons = link.get("infons") or {}
        named = "type" if "type" in infons else "relation"
        if named not in infons:
            raise ValueError(f"relation {id} has no infon `type`")
        arguments = [{"role": node.get("role", ""), "ref": node.get("refid", "")} for node in link.get("nodes", ())]
        for key, raw in infons.items():
            value = _string(raw)
            if key in self.dialect.arguments:
                arguments.append({"role": key, "ref": str(self.full.get(value, value)), "kind": "concept"})
            elif key != named:
                self.attributes.append({"target": id, "name": key, "value": value})
        if not arguments:
            keys = ", ".join(self.dialect.arguments)
            raise ValueError(f"relation {id} has neither nodes nor any of the infons {keys}")
        self.relations.append({"id": id, "type": _string(infons[named]), "arguments": tuple(arguments)})

    def _concepts(self, type: str, value: str) -> tuple[Concept, ...]:
        if (known := self.named.get((type, value))) is not None:
            return known
        found, split = [], self.dialect.split
        for raw in split(type, value) if callable(split) else _splitter(split)(value):
            if (id := raw.strip()) not in NO_CONCEPT:
                bare, vocabulary = id, _vocabulary(self.dialect, type, id)
                if not vocabulary and ":" in id:
                    vocabulary, _, bare = id.partition(":")
                self.full[id] = concept(vocabulary, bare)
                found.append(self.full[id])
        return self.named.setdefault((type, value), tuple(found))


@cache
def _splitter(characters: str) -> Callable[[str], list[str]]:
    return re.compile(f"[{re.escape(characters)}]").split


def _vocabulary(dialect: Dialect, type: str, id: str) -> str:
    name = dialect.vocabulary
    return name(type, id) if callable(name) else name


def _number(value: int | str | None) -> int:
    try:
        return int(value)  # type: ignore[arg-type]  # None is caught
    except (TypeError, ValueError):
        raise ValueError(f"an offset or length is {value!r}, which is no number") from None


def _string(value: Any) -> str:
    """Return the value of an infon; those of JSON need not be strings."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


# Writing: Document → Plain


def plain(document: Document, dialect: Dialect) -> Plain:
    """Return a document as BioC has it; passages are told by their true offsets.

    A mention stands in the passage that it lies in; one that lies in none, or that would come back before the one
    before it, stands at the document, as do all after it. Attributes come back in the order of what they are given
    to.

    Raises:
        FormatError: for a document that BioC cannot hold, so that another one would be read back.
    """
    infons: dict[str, dict[str, Any]] = {}
    for attribute in document.attributes:
        infons.setdefault(attribute.target, {})[attribute.name] = attribute.value
    told = Plain(id=document.id, infons={}, passages=parts(document), annotations=[], relations=[])
    starts = [int(part["offset"]) for part in told["passages"]]
    raw: dict[str, str] = {}
    latest: int | None = 0
    for mention in document.mentions:
        annotation = _annotation(mention, infons.get(mention.id, {}), dialect, raw)
        at = bisect_right(starts, mention.spans[0][0]) - 1
        inside = at >= 0 and mention.spans[-1][1] <= starts[at] + len(told["passages"][at]["text"] or "")
        latest = at if latest is not None and inside and at >= latest else None
        holder: Part | Plain = told if latest is None else told["passages"][latest]
        holder["annotations"].append(annotation)
    told["relations"] = [_link(relation, infons.get(relation.id, {}), raw) for relation in document.relations]
    if reason := _unlike(told, document, dialect):
        raise FormatError(f"document {document.id}: BioC cannot hold {reason}", next="choose a format that can hold it")
    return told


def parts(document: Document) -> list[Part]:
    """Return the passages, each with the sentences that come after it; a text without passages is one."""
    parts: list[Part] = []
    if all(passage.type == "sentence" for passage in document.passages):
        parts.append(_part("", (0, len(document.text)), document.text))
    for passage in document.passages:
        part = _part(passage.type, passage.span, document.text)
        if passage.type == "sentence" and parts:
            parts[-1]["sentences"].append({**part, "infons": {}})
        else:
            parts.append(part)
    return parts


def _part(type: str, span: Span, text: str) -> Part:
    infons = {"type": type} if type else {}
    string = text[span[0] : span[1]]
    return Part(offset=span[0], infons=infons, text=string, sentences=[], annotations=[], relations=[])


def _annotation(mention: Mention, infons: dict[str, Any], dialect: Dialect, raw: dict[str, str]) -> Annotation:
    """Return a mention as BioC has it, and note in `raw` how its concepts are written."""
    infons = {"type": mention.types[0], **infons}
    if mention.concepts and dialect.concepts:
        names = []
        for concept in mention.concepts:
            known = concept.vocabulary == _vocabulary(dialect, mention.types[0], concept.id)
            raw[str(concept)] = concept.id if known else str(concept)
            names.append(raw[str(concept)])
        joint = dialect.split[0] if isinstance(dialect.split, str) else ","
        infons[dialect.concepts[0]] = joint.join(names)
    locations = [Location(offset=start, length=end - start) for start, end in mention.spans]
    return Annotation(id=mention.id, infons=infons, text=mention.text, locations=locations)


def _link(relation: Relation, infons: dict[str, Any], raw: dict[str, str]) -> Link:
    infons = {"type": relation.type, **infons}
    nodes = []
    for argument in relation.arguments:
        if argument.kind == "concept":
            infons[argument.role] = raw.get(argument.ref, argument.ref)
        else:
            nodes.append(Node(refid=argument.ref, role=argument.role))
    return Link(id=relation.id, infons=infons, nodes=nodes)


REASONS = {
    "text": "text that stands outside its passages",
    "passages": "its passages: they overlap, have labels or ids, or are sentences outside a passage",
    "relations": "its relations: an id is empty, or concepts stand beside mentions or in roles of another dialect",
}


def _unlike(told: Plain, document: Document, dialect: Dialect) -> str | None:
    """Return what of a document is lost or changed when `told` is read back."""
    for name in ("events", "coreferences", "labels"):
        if getattr(document, name):
            return f"its {name}"
    try:
        back = Document.model_validate({"id": document.id, **_fields(told, replace(dialect, joined=False))})
    except ValueError as error:  # of ours, or of Pydantic's
        return f"it as it is: {error}"
    if sorted(back.attributes, key=repr) != sorted(document.attributes, key=repr):
        return "its attributes: one is on an event, or two of one thing have one name, or the name means something else"
    for name in ("text", "passages", "relations"):
        if getattr(back, name) != getattr(document, name):
            return REASONS[name]
    for one, other in zip(back.mentions, document.mentions):
        if one != other:
            return f"mention {other.id}: its id is empty, it is of several types, or its concepts cannot be told apart"
    return None
