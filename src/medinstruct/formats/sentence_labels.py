"""Sentence labels: an abstract as an id and its sentences in order, each after its label.

    ###7012
    background	Zorb fever runs in families .
    outcome	Zorbinase healed nine of ten .
                                                an empty line ends the record

NICTA-PIBOSO (as cleaned by Jin & Szolovits) and PubMed RCT come like this. The text is the sentences joined by line
breaks, each a passage of the type `sentence` with its label.

Specification: Dernoncourt & Lee 2017, https://aclanthology.org/I17-2052.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from medinstruct.document import Document
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import leniently, undecoded
from medinstruct.source import File

FORMAT = Format(
    title="Sentence labels",
    specification="https://aclanthology.org/I17-2052",
    suffixes=(".txt",),
    loses=("mentions", "relations", "events", "attributes", "coreferences", "labels of the document",
           "passages other than lines with one label each", "ids of passages"),
    holds=frozenset({"passages", "labels of passages", "documents that share an id"}),
)  # fmt: skip

MARK = "###"


def read(files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "") -> Iterator[Read]:
    """Yield one Document per record, with a labelled passage per sentence.

    Args:
        files: Files of records.
        repair: Changes a draft before it is checked.
        identity: Kind of id the records have (`pmid`), or a function from it to an identity; empty for none.
    """
    return finish((draft for file in files for draft in _drafts(file, identity)), repair)


def _drafts(file: File, identity: Identity) -> Iterator[Draft | Broken]:
    if isinstance(text := leniently(file), Broken):
        yield text
        return
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        line = line.removesuffix("\r")
        if block and (not line.strip() or line.startswith(MARK)):
            yield _draft(file.name, block, identity)
            block = []
        if line.strip():
            block.append((number, line))


def _draft(file: str, block: list[tuple[int, str]], identity: Identity) -> Draft | Broken:
    for number, line in block:
        if reason := undecoded(line):
            return Broken(Place(file, number), "", reason)
    (first, mark), *lines = block
    id = mark.removeprefix(MARK).strip()
    if not mark.startswith(MARK) or not id or not lines:
        return Broken(Place(file, first), id, f"not a mark with an id and a sentence below: {mark[:80]!r}")
    sentences = []
    for number, line in lines:
        label, tab, sentence = line.partition("\t")
        if not tab or not label.strip() or not sentence.strip():
            return Broken(Place(file, number), id, f"not a label, a tab and a sentence: {line[:80]!r}")
        sentences.append((sentence, (label,)))
    fields = join_sentences(sentences) | {"id": id, "identities": identities(identity, id)}
    return Draft(Place(file, first), fields)


def join_sentences(sentences: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """Return text and passages of a document, from its sentences and their labels."""
    passages, at = [], 0
    for sentence, labels in sentences:
        passages.append({"type": "sentence", "span": (at, at + len(sentence)), "labels": labels})
        at += len(sentence) + 1
    return {"text": "\n".join(sentence for sentence, _ in sentences), "passages": tuple(passages)}


def write(documents: Iterable[Document], *, file: str = "documents.txt") -> Iterator[File]:
    """Yield one file with a record per document. Identities and notes are not written.

    Raises:
        FormatError: for a document that this format cannot hold (`FORMAT.loses`), with what it is.
    """
    records = []
    for document in documents:
        if reason := _unwritable(document):
            hint = "choose a format that can hold it"
            raise FormatError(f"document {document.id}: {reason}", where=file, next=hint)
        lines = [f"{each.labels[0]}\t{document.text[slice(*each.span)]}" for each in document.passages]
        records.append("\n".join([f"{MARK}{document.id}", *lines, "", ""]))
    yield File(file, "".join(records).encode())


def _unwritable(document: Document) -> str | None:
    for kind in ("mentions", "relations", "events", "attributes", "coreferences", "labels"):
        if getattr(document, kind):
            return f"has {kind}"
    sentences = document.text.split("\n")
    expected = join_sentences([(sentence, ()) for sentence in sentences])["passages"]
    if [(each.type, each.span) for each in document.passages] != [(e["type"], e["span"]) for e in expected]:
        return "has passages other than its lines as sentences"
    if any(each.id for each in document.passages):
        return "has passages with ids"
    if any(not sentence.strip() or sentence.endswith("\r") for sentence in sentences):
        return "has an empty sentence, or one that ends in a carriage return"
    for label in (each.labels for each in document.passages):
        if len(label) != 1 or label[0].startswith(MARK) or not label[0].strip() or set(label[0]) & set("\t\r\n"):
            return f"has a sentence with the labels {label}, which are not one that can stand before a tab"
    if document.id.strip() != document.id or not document.id or set(document.id) & set("\r\n"):
        return "has an id that cannot stand at the end of a line"
    return None
