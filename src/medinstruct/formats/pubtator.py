"""PubTator: title, abstract, mentions and relations of one article as a block of lines.

    91000001|t|Lobolast-associated delirium.
    91000001|a|Six mice became delirious.
    91000001	0	8	Lobolast	Chemical	C900001
    91000001	20	28	delirium	Disease	D003693
    91000001	CID	C900001	D003693
                                                          an empty line ends the block

Offsets are code points, half open, into `title + one separator + abstract`, the separator being one character that no
file holds (a blank here). A mention line has five columns, or six with its concepts; several concepts are joined by `,`
`;` `|` or `+`, and `-1` or `-` says that there is none. A composite mention names its parts in a seventh column (BC5CDR),
which is passed over. A line with a word in place of the first offset is a relation between concepts: type and two ids,
and in BioRED a fourth column, whether it is `Novel`, which becomes the attribute `novel` of the relation.

Specification: https://www.ncbi.nlm.nih.gov/research/pubtator3/api (format), Wei et al. 2013, doi:10.1093/nar/gkt441.

Dialects: an article that comes in several blocks with the same id and texts, one per passage (tmVar, GNormPlus as
distributed with AIONER), is one document per block; a block may have a title only, or repeat `|t|` and `|a|` lines of any
letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from medinstruct.document import Concept, Document, Passage, Relation
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format
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
from medinstruct.formats.features import keep, numbered, on_one_line, with_concepts, with_roles
from medinstruct.formats.rows import lines_of
from medinstruct.source import File

FORMAT = Format(
    title="PubTator",
    specification="https://www.ncbi.nlm.nih.gov/research/pubtator3/api",
    suffixes=(".pubtator", ".txt"),
    loses=("discontinuous mentions", "several types of one mention", "alternatives", "events", "coreferences", "labels",
           "attributes other than `novel` of relations", "passages other than title and abstract", "labels and ids of passages",
           "relations of other than two concepts"),
    holds=frozenset({
        "mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences", "concepts",
        "concepts without a vocabulary", "relations", "relations between concepts", "attributes of relations", "passages",
        "names of several words", "ids of annotations", "documents that share an id",
    }),
    written={"identity": ""},
)  # fmt: skip
"""Ids of mentions and relations, roles and names of vocabularies are not written: `read` counts and names them anew."""

PASSAGES = {"t": "title", "a": "abstract"}
JOINT = re.compile(r"[,;|+]")
TEXT = re.compile(r"([^|\t]*)\|([a-z])\|")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
Kinds = Callable[[str], tuple[tuple[str], tuple[Concept, ...]]]
"""The columns of a mention from the type on, tabs included → its types and concepts."""


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    vocabulary: str | Callable[[str, str], str] = "",
    identity: Identity = "pmid",
    split: Callable[[str, str], list[str]] = lambda type, ids: JOINT.split(ids),
) -> Iterator[Read]:
    """Yield one Document per block, with passages `title` and `abstract` and concept relations.

    Args:
        files: PubTator files.
        repair: Changes a draft before it is checked.
        vocabulary: Name of the concepts' vocabulary, or a function of (mention type, id) that gives it.
        identity: What kind of id the documents have (`pmid`), or a function from it to an identity; empty if it is the
            source's own.
        split: From (mention type, concept column) to the ids in it, for ids that hold one of `,` `;` `|` `+`
            themselves.
    """
    name_of = vocabulary if callable(vocabulary) else lambda type, id, name=vocabulary: name

    @lru_cache(maxsize=128)  # of one document; more would only fill the memory that is collected
    def kinds(columns: str) -> tuple[tuple[str], tuple[Concept, ...]]:
        type, _, rest = columns.partition("\t")
        column = rest.partition("\t")[0]
        ids = map(str.strip, split(type, column)) if column not in NO_CONCEPT else ()
        return (type.strip(),), tuple([concept(name_of(type, id), id) for id in ids if id not in NO_CONCEPT])

    return finish((draft for file in files for draft in _drafts(file, kinds, identity)), repair)


def _drafts(file: File, kinds: Kinds, identity: Identity) -> Iterator[Draft | Broken]:
    lines, undecoded = lines_of(file)
    first = 0
    for at, line in enumerate([*lines, ""]):
        if not line or line.isspace():
            if undecoded and (bad := next(filter(undecoded.get, range(first + 1, at + 1)), 0)):
                yield Broken(Place(file.name, bad), _owner(lines[first]), undecoded[bad])
            elif first < at:
                yield _draft(Place(file.name, first + 1), lines[first:at], kinds, identity)
            first = at + 1


def _draft(place: Place, block: list[str], kinds: Kinds, identity: Identity) -> Draft | Broken:
    """Return the draft of one block; mention ids count from T1, relation ids from R1, in the order of the lines."""
    id = _owner(block[0])
    mentions: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    attributes: list[dict[str, Any]] = []
    lines: dict[str, int] = {}
    texts = _texts(block, id)
    text, passages = _join(texts)
    quoted, length = True, len(text)
    number, line = place.line, ""
    try:
        for number, line in enumerate(
            block[len(texts) :], place.line + len(texts)
        ):  # mentions pass by the million here
            columns = line.split("\t", 4)
            if columns[0] != id:
                raise ValueError(f"a line of {_owner(line)!r} in the block of {id!r}")
            if len(columns) == 5 and columns[1].isdecimal():
                _, start, end, string, kind = columns
                types, concepts = kinds(kind)
                name, first, last = mention_id(len(mentions) + 1), int(start), int(end)
                if text[first:last] != string or not first < last <= length:
                    quoted = False
                mentions.append({
                    "id": name, "spans": ((first, last),), "text": string, "types": types, "concepts": concepts, "alternatives": (),
                })  # fmt: skip
                lines[name] = number
            else:
                relation, novelty = _relation(f"R{len(relations) + 1}", line.split("\t"))
                relations.append(relation)
                attributes += novelty
                lines[relation["id"]] = number
    except (ValueError, LookupError) as error:  # a corpus that names vocabularies may not know the type
        return Broken(Place(place.file, number), id, f"{error}: {line[:80]!r}")
    _qualify(relations, mentions)
    fields = {
        "id": id, "text": text, "passages": passages, "mentions": tuple(mentions), "relations": tuple(relations),
        "attributes": tuple(attributes), "identities": identities(identity, id),
    }  # fmt: skip
    return Draft(place, fields, lines, typed=("mentions",), quoted=quoted)


def _owner(line: str) -> str:
    """Return the id with which a line begins."""
    return re.split(r"[|\t]", line, maxsplit=1)[0]


def _texts(block: list[str], id: str) -> list[tuple[str, str]]:
    """Return letter and text of each line with which the block begins that is a text of this id."""
    texts = []
    for line in block:
        if (part := TEXT.match(line)) is None or part[1] != id:
            break
        texts.append((part[2], line[part.end() :]))
    return texts


def _relation(id: str, columns: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The relation of a line, and whether it is novel."""
    if len(columns) > 2 and columns[1].isdecimal():
        raise ValueError(f"a mention has five columns or more, this line has {len(columns)}")
    if len(columns) not in (4, 5) or NUMBER.fullmatch(columns[1]):
        raise ValueError(f"neither a text, a mention (five columns) nor a relation (four); {len(columns)} columns")
    one, other = columns[2].strip(), columns[3].strip()
    arguments = (
        {"role": "Arg1", "ref": one, "kind": "concept"},
        {"role": "Arg2", "ref": other, "kind": "concept"},
    )
    novelty = [{"target": id, "name": "novel", "value": value} for value in columns[4:]]
    return {"id": id, "type": columns[1], "arguments": arguments}, novelty


def _qualify(relations: list[dict[str, Any]], mentions: list[dict[str, Any]]) -> None:
    """Give the concepts of relations the vocabulary that the mentions of the same id have."""
    if relations:
        arguments = [argument for relation in relations for argument in relation["arguments"]]
        full = {argument["ref"]: argument["ref"] for argument in arguments}
        for mention in mentions:
            for concept in mention["concepts"]:
                if concept.vocabulary and concept.id in full:
                    full[concept.id] = str(concept)
        for argument in arguments:
            argument["ref"] = full[argument["ref"]]


def _join(texts: list[tuple[str, str]]) -> tuple[str, tuple[dict[str, object], ...]]:
    passages: list[dict[str, object]] = []
    at = 0
    for letter, text in texts:
        passages.append({"type": PASSAGES.get(letter, letter), "span": (at, at + len(text))})
        at += len(text) + 1
    return " ".join([text for _, text in texts]), tuple(passages)


def write(documents: Iterable[Document], *, file: str = "documents.pubtator") -> Iterator[File]:
    """Yield one file with a block per document; a text without passages is written as a title.

    Raises:
        FormatError: for a document that PubTator cannot hold (`FORMAT.loses`), with what it is.
    """
    blocks = []
    for document in documents:
        if reason := _unwritable_text(document) or _unwritable_marks(document):
            raise FormatError(f"document {document.id}: {reason}", where=file, next="choose a format that can hold it")
        blocks.append(_block(document))
    yield File(file, "\n".join(blocks).encode())


def shape(document: Document) -> Document:
    """Return what PubTator says of a document that it can hold: ids and roles of its own, no line breaks; a text that is
    not title and abstract is a title.
    """
    document = on_one_line(keep(document, relations=tuple(filter(_is_line, document.relations))))
    relations = {relation.id for relation in document.relations}
    novel = {
        a.target: a for a in document.attributes if a.name == "novel" and a.target in relations and _is_column(a.value)
    }
    novelties = tuple(novel[relation.id] for relation in document.relations if relation.id in novel)
    document = with_concepts(
        keep(document, attributes=novelties),
        lambda c: not JOINT.search(c.id) and c.id not in NO_CONCEPT and _is_column(c.id),
    )
    if not document.passages or " ".join(_parts(document)) != document.text or _layout(document) not in LAYOUTS:
        whole = Passage(type="title", span=(0, len(document.text)))
        document = keep(document, passages=(whole,))
    return numbered(with_roles(document, "Arg1", "Arg2"))


def _is_line(relation: Relation) -> bool:
    words = (relation.type, *(argument.ref for argument in relation.arguments))
    return all(map(_is_column, words)) and not NUMBER.fullmatch(relation.type)


def _layout(document: Document) -> tuple[str, ...]:
    return tuple(passage.type for passage in document.passages)


LAYOUTS = {("title",), ("title", "abstract")}


def _unwritable_text(document: Document) -> str | None:
    if document.passages and _layout(document) not in LAYOUTS:
        return "has passages other than title and abstract"
    if any(passage.labels or passage.id for passage in document.passages):
        return "has passages with labels or ids"
    texts = _parts(document)
    if " ".join(texts) != document.text:
        return "has a text that is not title, one blank, abstract"
    if any("\n" in text or text.endswith("\r") for text in texts):
        return "has a line break in its text"
    return None if _is_column(document.id) and not {"|", "\ufeff"} & set(document.id) else "has an id that is no column"


def _parts(document: Document) -> list[str]:
    spans = [passage.span for passage in document.passages] or [(0, len(document.text))]
    return [document.text[start:end] for start, end in spans]


def _is_column(string: str) -> bool:
    return bool(string) and string == string.strip() and not {"\t", "\n", "\r"} & set(string)


def _unwritable_marks(document: Document) -> str | None:
    for kind in ("events", "coreferences", "labels"):
        if getattr(document, kind):
            return f"has {kind}"
    for mention in document.mentions:
        if len(mention.spans) > 1 or len(mention.types) > 1 or mention.alternatives:
            return f"mention {mention.id} is discontinuous, of several types or has alternatives"
        if "\t" in mention.text or not _is_column(mention.types[0]):
            return f"mention {mention.id} or its type is no column"
        if any(JOINT.search(c.id) or c.id in NO_CONCEPT or not _is_column(c.id) for c in mention.concepts):
            return f"mention {mention.id} has a concept id that holds a separator, or says that there is none"
    bare = _bare(document)
    for relation in document.relations:
        refs = [bare.get(argument.ref, argument.ref) for argument in relation.arguments]
        if len(relation.arguments) != 2 or any(argument.kind != "concept" for argument in relation.arguments):
            return f"relation {relation.id} is not between two concepts"
        if NUMBER.fullmatch(relation.type) or not all(map(_is_column, (relation.type, *refs))):
            return f"relation {relation.id} is of a type or between ids that are no column"
    relations, novel = {relation.id for relation in document.relations}, [a.target for a in document.attributes]
    if any(a.name != "novel" or not _is_column(a.value) for a in document.attributes):
        return "has attributes other than whether a relation is novel"
    return (
        None
        if set(novel) <= relations and len(set(novel)) == len(novel)
        else "says twice, or of what is no relation, that it is novel"
    )


def _bare(document: Document) -> dict[str, str]:
    """The ids of concepts by what relations call them, which is with their vocabularies."""
    return {str(concept): concept.id for mention in document.mentions for concept in mention.concepts}


def _block(document: Document) -> str:
    lines = [f"{document.id}|{letter}|{text}" for letter, text in zip("ta", _parts(document))]
    for mention in document.mentions:
        start, end = mention.spans[0]
        concepts = ",".join(concept.id for concept in mention.concepts)
        lines.append("\t".join([document.id, str(start), str(end), mention.text, mention.types[0], concepts]))
    novel = {attribute.target: attribute.value for attribute in document.attributes}
    bare = _bare(document)
    for relation in document.relations:
        columns = [
            document.id,
            relation.type,
            *(bare.get(argument.ref, argument.ref) for argument in relation.arguments),
        ]
        lines.append("\t".join([*columns, novel[relation.id]] if relation.id in novel else columns))
    return "\n".join(lines) + "\n"
