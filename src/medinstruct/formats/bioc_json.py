"""BioC JSON: collections of documents with passages, annotations and relations.

    {"source": "PubTator", "date": "", "key": "", "infons": {}, "documents": [
    {"id": "90000001", "infons": {}, "passages": [
      {"offset": 0, "infons": {"type": "title"}, "text": "Belotridin-associated hiccups.", "annotations": [
        {"id": "T1", "infons": {"type": "Chemical", "identifier": "MESH:D990015"}, "text": "Belotridin",
         "locations": [{"offset": 0, "length": 10}]}], "relations": [], "sentences": []}],
     "annotations": [],
     "relations": [{"id": "R1", "infons": {"type": "CID"}, "nodes": [{"refid": "T1", "role": "cause"}]}]}
    ]}

What this says is told in `bioc`. A file is decoded document by document. One that ends too soon yields the documents
before its end, and then a Broken; so does one that stops being JSON.

Dialects: several collections in one file, as an array (PMC) or one after the other (JSON Lines); documents that are
    in no collection; `PubTator3` for `documents`; ids that are numbers; infons whose values are numbers, lists, null.

Specification: the BioC library for Python, https://github.com/bionlplab/bioc; Comeau et al. 2019,
doi:10.1093/bioinformatics/btz070 (PMC).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from medinstruct.document import Document
from medinstruct.errors import Place
from medinstruct.formats import Format, bioc
from medinstruct.formats.bioc import STANDARD, Dialect
from medinstruct.formats.bioc_plain import Plain
from medinstruct.formats.bioc_shape import shape
from medinstruct.formats.draft import Broken, Identity, Read, Repair
from medinstruct.formats.json import BLANK, SURROGATE
from medinstruct.source import File

__all__ = ["FORMAT", "read", "shape", "write"]

FORMAT = Format(
    title="BioC JSON",
    specification="https://github.com/bionlplab/bioc",
    suffixes=(".json",),
    loses=bioc.LOSES,
    holds=bioc.HOLDS,
)

PLAIN = TypeAdapter(Plain)
DECODER = json.JSONDecoder()
DOCUMENTS = {"documents", "PubTator3"}


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    dialect: Dialect = STANDARD,
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per document.

    Args:
        files: BioC JSON files.
        repair: Changes a draft before it is checked.
        dialect: What the infons of these files mean.
        identity: Kind of id the documents have (`pmid`), or a function from it to an identity; empty for none.
    """
    return bioc.read((found for file in files for found in _found(file)), repair, dialect, identity)


def _found(file: File) -> Iterator[bioc.Found | Broken]:
    """Yield the documents of one file, and a Broken where it cannot be read on."""
    text, fault = _decode(file)
    scanner, line, at = _Scanner(text), 1, 0
    try:
        for start, value in scanner.documents():
            line, at = line + text.count("\n", at, start), start
            halves = SURROGATE.search(text, start, scanner.at) is not None
            yield _checked(Place(file.name, line), value, halves)
        if fault:
            yield Broken(Place(file.name, text.count("\n") + 1), "", fault)
    except json.JSONDecodeError as error:
        line, what = error.lineno, f"from here on this is no JSON ({error.msg})"
        # a string that never closes is told at its beginning, all else that is cut off at the end
        if error.msg.startswith("Unterminated") or not text[error.pos :].strip():
            line, what = text.count("\n") + 1, fault or "the file ends too soon"
        yield Broken(Place(file.name, line), "", what)
    except RecursionError:
        line = text.count("\n", 0, scanner.at) + 1
        yield Broken(Place(file.name, line), "", "from here on values are nested too deeply to be read")


def _decode(file: File) -> tuple[str, str]:
    """Return the text as far as it is UTF-8, and what is wrong where it ends; empty if it is whole."""
    try:
        return file.data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        text, bad = error.object[: error.start].decode(), error.object[error.start : error.start + 4]
        cut = error.reason == "unexpected end of data"
        return text, "the file ends too soon" if cut else f"from here on the file is not UTF-8: {bad!r}"


def _checked(place: Place, value: Any, halves: bool) -> bioc.Found | Broken:
    """Return the document that `value` is; `halves` says that it may hold half a surrogate pair, which is no text."""
    id = str(value.get("id", "")) if isinstance(value, dict) else ""
    try:
        if halves:
            json.dumps(value, ensure_ascii=False).encode()
        return place, {}, PLAIN.validate_python(value)
    except UnicodeEncodeError as error:
        return Broken(place, id, f"holds half a surrogate pair, {error.object[error.start]!r}")
    except ValidationError as error:
        first = error.errors()[0]
        return Broken(place, id, f"{' -> '.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": "))


@dataclass(slots=True)
class _Scanner:
    """Walks through a text of JSON down to the documents, and decodes each of them as a whole."""

    text: str
    at: int = 0

    def documents(self) -> Iterator[tuple[int, Any]]:
        """Yield each document and where it begins."""
        if not self.next():
            raise json.JSONDecodeError("Expecting value", self.text, self.at)
        while char := self.next():
            if char == "[":
                for _ in self.items("]"):
                    yield from self.collection()
            else:
                yield from self.collection()

    def collection(self) -> Iterator[tuple[int, Any]]:
        """Yield the documents of a collection, or whatever stands in place of one, which should be a document."""
        char, start = self.next(), self.at
        if char != "{":
            yield start, self.value()
            return
        rest, is_collection = {}, False
        for _ in self.items("}"):
            key = self.key()
            if key in DOCUMENTS and self.next() == "[":
                is_collection = True
                for _ in self.items("]"):
                    self.next()
                    yield self.at, self.value()
            else:
                rest[key] = self.value()
        if not is_collection:
            yield start, rest

    def items(self, close: str) -> Iterator[None]:
        """Stop at the beginning of each item of an array or object, and after it."""
        self.at += 1
        if self.next() == close:
            self.at += 1
            return
        while True:
            yield
            if self.next() == close:
                self.at += 1
                return
            self.take(",")

    def next(self) -> str:
        """Go to the next character that is not blank, and return it; empty at the end."""
        self.at = BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]  # it always matches
        return self.text[self.at : self.at + 1]

    def take(self, char: str) -> None:
        if self.next() != char:
            raise json.JSONDecodeError(f"Expecting {char!r}", self.text, self.at)
        self.at += 1

    def key(self) -> str:
        if self.next() != '"':
            raise json.JSONDecodeError("Expecting a key", self.text, self.at)
        key = str(self.value())
        self.take(":")
        return key

    def value(self) -> Any:
        self.next()
        try:
            value, self.at = DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError:
            raise
        except ValueError as error:  # an integer of more digits than Python reads
            raise json.JSONDecodeError(str(error), self.text, self.at) from error
        return value


def write(
    documents: Iterable[Document], *, dialect: Dialect = STANDARD, file: str = "documents.json"
) -> Iterator[File]:
    """Yield one file with a collection of the documents, one per line.

    Raises:
        FormatError: for a document that BioC JSON cannot hold (`FORMAT.loses`), with what it is.
    """
    lines = [json.dumps(bioc.plain(document, dialect), ensure_ascii=False) for document in documents]
    head = '{"source": "", "date": "", "key": "", "infons": {}, "documents": [\n'
    yield File(file, (head + ",\n".join(lines) + "\n]}\n").encode())
