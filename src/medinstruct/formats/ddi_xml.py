"""DDI XML: documents as sentences, with drugs and every pair of two drugs of one sentence.

    <document id="DDI-Zorb.d7">
        <sentence id="DDI-Zorb.d7.s0" text="Orlin and keto- or tamrin acid block each other. ">
            <entity id="DDI-Zorb.d7.s0.e0" charOffset="0-4" type="drug" text="Orlin"/>
            <entity id="DDI-Zorb.d7.s0.e1" charOffset="10-14;26-29" type="group" text="keto- acid"/>
            <pair id="DDI-Zorb.d7.s0.p0" e1="DDI-Zorb.d7.s0.e0" e2="DDI-Zorb.d7.s0.e1" ddi="true" type="effect"/>
        </sentence>
    </document>

Offsets count code points of the sentence, and an end is that of the last character: `0-4` is `Orlin`. The parts of a
mention are parted by `;` and stand in its `text` with one blank between them.

The text of a Document is that of its sentences, one after the other, with a blank where one does not end in white
space. Each is a passage of the type `sentence`, the white space at its end left out; sentences of white space alone
are none. A pair with `ddi="true"` becomes a relation of its `type` (empty where the file has none) from e1 to e2; a
pair without interaction becomes nothing, since all pairs are listed and a Document has those that are related.

Specification: Segura-Bedmar, Martínez & Herrero-Zazo 2013, https://aclanthology.org/S13-2056.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any
from xml.sax.saxutils import quoteattr

from medinstruct.document import Document, Mention, Passage
from medinstruct.errors import FormatError
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish, strict
from medinstruct.formats.features import keep, with_roles
from medinstruct.formats.xml_items import Record, records
from medinstruct.source import File

FORMAT = Format(
    title="DDI XML",
    specification="https://aclanthology.org/S13-2056",
    suffixes=(".xml",),
    loses=("several types of one mention", "concepts", "alternatives", "events", "attributes", "coreferences", "labels",
           "passages other than sentences", "relations across sentences", "relations of other than two mentions",
           "control characters"),
    holds=frozenset({
        "mentions", "discontinuous mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences",
        "relations", "relations between mentions", "passages", "ids of passages", "names of several words",
        "ids of annotations",
    }),
)  # fmt: skip

PART = re.compile(r"([0-9]+)-([0-9]+)")
BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def read(
    files: Iterable[File], *, repair: Repair | None = None, identity: Callable[[str], str] | None = None
) -> Iterator[Read]:
    """Yield one Document per `<document>`.

    Args:
        files: DDI XML files.
        repair: Changes a draft before it is checked.
        identity: A function from the name of a file to the identity of the document in it (`pmid:90000001`), or to
            "".

    Raises:
        UnsafeInput: for a file with a document type declaration.
    """
    found = ((file.name, record) for file in files for record in records(file, record="document"))
    return finish((_draft(record, identity(name) if identity else "") for name, record in found), repair)


def _draft(document: Record | Broken, identity: str) -> Draft | Broken:
    if isinstance(document, Broken):
        return document
    id = document.get("id", "")
    text, passages, mentions, relations = "", [], [], []
    for sentence in document.iterfind("sentence"):
        string = sentence.get("text", "")
        if text and not text[-1].isspace():
            text += " "
        start, length = len(text), len(string.rstrip())
        if length:
            passages.append({"type": "sentence", "span": (start, start + length), "id": sentence.get("id", "")})
        text += string
        try:
            mentions += [_mention(entity.attrib, start) for entity in sentence.iterfind("entity")]
            relations += [_relation(p.attrib) for p in sentence.iterfind("pair") if p.attrib["ddi"] == "true"]
        except KeyError as error:
            return Broken(document.place, id, f"in sentence {sentence.get('id')}: nothing is called {error}")
        except ValueError as error:
            return Broken(document.place, id, f"in sentence {sentence.get('id')}: {error}")
    fields = {
        "id": id, "text": text, "passages": tuple(passages), "mentions": tuple(mentions), "relations": tuple(relations),
        "identities": (identity,) if identity else (),
    }  # fmt: skip
    return Draft(document.place, fields)


def _mention(entity: dict[str, str], start: int) -> dict[str, Any]:
    spans = []
    for part in entity["charOffset"].split(";"):
        if (found := PART.fullmatch(part)) is None:
            raise ValueError(f"charOffset of {entity['id']} is {entity['charOffset']!r}, not first-last")
        spans.append((start + int(found[1]), start + int(found[2]) + 1))
    return {"id": entity["id"], "spans": tuple(spans), "text": entity["text"], "types": (entity["type"],)}


def _relation(pair: dict[str, str]) -> dict[str, Any]:
    arguments = tuple([{"role": role, "ref": pair[role]} for role in ("e1", "e2")])
    return {"id": pair["id"], "type": pair.get("type", ""), "arguments": arguments}


def write(documents: Iterable[Document]) -> Iterator[File]:
    """Yield a file per document, named by its id, with all pairs of mentions of one sentence. Identities are not written.

    Raises:
        FormatError: for a document that DDI XML cannot hold (`FORMAT.loses`), with what it is.
    """
    for document in documents:
        file = File(f"{document.id}.xml", "".join(_lines(document)).encode())
        if lost := _lost(document, file):
            hint = "choose a format that can hold it"
            raise FormatError(f"document {document.id}: DDI XML cannot hold its {lost}", next=hint)
        yield file


def shape(document: Document) -> Document:
    """Return what DDI XML says of a document that it can hold: what stands in one sentence, sentence by sentence; a text
    without sentences is one.
    """
    passages = document.passages
    if not _are_sentences(document):
        end = len(document.text.rstrip())
        passages = (Passage(type="sentence", span=(0, end)),) if end else ()
    held = _by_sentence(document, passages)
    place = {mention.id: at for at, inside in enumerate(held) for mention in inside}
    mentions = [mention for inside in held for mention in inside]
    order = {mention.id: number for number, mention in enumerate(mentions)}
    related = {}
    for relation in document.relations:
        pair = sorted({argument.ref for argument in relation.arguments}, key=lambda ref: order.get(ref, -1))
        if order.keys() >= set(pair) and len(pair) == 2 and place[pair[0]] == place[pair[1]]:
            related[order[pair[0]], order[pair[1]]] = relation
    relations = tuple(related[pair] for pair in sorted(related))
    return with_roles(keep(document, passages=passages, mentions=tuple(mentions), relations=relations), "e1", "e2")


def _by_sentence(document: Document, sentences: Sequence[Passage]) -> list[list[Mention]]:
    """Return the mentions that lie in each sentence, which goes on to where the next begins."""
    starts = [sentence.span[0] for sentence in sentences]
    ends = [*starts[1:], len(document.text)]
    held: list[list[Mention]] = [[] for _ in starts]
    for mention in document.mentions:
        at = bisect_right(starts, mention.spans[0][0]) - 1
        if at >= 0 and mention.spans[-1][1] <= ends[at]:
            held[at].append(mention)
    return held


def _are_sentences(document: Document) -> bool:
    """Whether the passages are sentences that tile the text, but for white space at their ends."""
    spans = [passage.span for passage in document.passages]
    edges = [start for start, _ in spans]
    tiles = [(a, a + len(document.text[a:b].rstrip())) for a, b in zip(edges, [*edges[1:], len(document.text)])]
    return (
        spans == tiles and edges[:1] == [0] and all(start < end for start, end in spans)
        and all(document.text[start - 1].isspace() for start in edges[1:])
        and all(passage.type == "sentence" for passage in document.passages)
    )  # fmt: skip


def _lines(document: Document) -> Iterator[str]:
    related = {tuple(argument.ref for argument in relation.arguments): relation for relation in document.relations}
    starts = [passage.span[0] for passage in document.passages]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<document{_attributes(id=document.id)}>\n"
    ends = [*starts[1:], len(document.text)]
    for passage, start, end, held in zip(document.passages, starts, ends, _by_sentence(document, document.passages)):
        yield f"<sentence{_attributes(id=passage.id, text=document.text[start:end])}>\n"
        for mention in held:
            parts = ";".join(f"{first - start}-{last - start - 1}" for first, last in mention.spans)
            yield f"<entity{_attributes(id=mention.id, charOffset=parts, type=mention.types[0], text=mention.text)}/>\n"
        for number, (one, other) in enumerate(combinations([mention.id for mention in held], 2)):
            relation = related.get((one, other)) or related.get((other, one))
            if relation is None:
                pair = {"id": f"{passage.id}.p{number}", "e1": one, "e2": other, "ddi": "false"}
            else:
                first, second = (argument.ref for argument in relation.arguments)
                pair = {"id": relation.id, "e1": first, "e2": second, "ddi": "true", "type": relation.type}
            yield f"<pair{_attributes(**pair)}/>\n"
        yield "</sentence>\n"
    yield "</document>\n"


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(value, BREAKS)}" for name, value in values.items())


def _lost(document: Document, file: File) -> str | None:
    """Return the first part of a document that is not what is read back from its file."""
    try:
        [back] = strict(read([file]))
    except FormatError as error:
        return f"text as it is: {error.what}"
    parts = [name for name in Document.model_fields if name not in ("identities", "notes")]
    return next((part for part in parts if getattr(back, part) != getattr(document, part)), None)
