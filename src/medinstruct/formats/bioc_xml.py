"""BioC XML: collections of documents with passages, annotations and relations.

    <?xml version="1.0" encoding="UTF-8"?>
    <collection><source>PubTator</source><date></date><key></key>
    <document>
    <id>90000001</id>
    <passage>
    <infon key="type">title</infon>
    <offset>0</offset>
    <text>Belotridin-associated hiccups.</text>
    <annotation id="T1">
    <infon key="type">Chemical</infon>
    <infon key="identifier">MESH:D990015</infon>
    <location offset="0" length="10"/>
    <text>Belotridin</text>
    </annotation>
    </passage>
    <relation id="R1">
    <infon key="type">CID</infon>
    <node refid="T1" role="cause"/>
    </relation>
    </document>
    </collection>

What this says is told in `bioc`. A file is read in pieces, so that one document stands unpacked at a time. One that
ends too soon yields the documents before its end, and then a Broken; so does one that stops being XML.

A document type declaration may name `BioC.dtd`, which is not read. One that declares an entity is refused; an entity
that nobody declared is a fault, although XML would have it passed over.

Specification: Comeau et al. 2013, doi:10.1093/database/bat064; http://bioc.sourceforge.net/BioC.dtd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.parsers import expat

from medinstruct.document import Document
from medinstruct.errors import FormatError, Place, UnsafeInput
from medinstruct.formats import Format, bioc
from medinstruct.formats.bioc import STANDARD, Dialect
from medinstruct.formats.bioc_plain import Part, Plain
from medinstruct.formats.bioc_shape import shape
from medinstruct.formats.draft import Broken, Identity, Read, Repair
from medinstruct.source import File

__all__ = ["FORMAT", "read", "shape", "write"]

FORMAT = Format(
    title="BioC XML",
    specification="http://bioc.sourceforge.net/BioC.dtd",
    suffixes=(".xml",),
    loses=(*bioc.LOSES, "control characters"),
    holds=bioc.HOLDS,
)

CHUNK = 1 << 16
HOLDERS = {
    "collection": "", "document": "documents", "passage": "passages", "sentence": "sentences",
    "annotation": "annotations", "relation": "relations",
}  # fmt: skip
"""The elements that hold others, and what a holder calls all its elements of that name."""
ROOTS = {"collection", "document"}
EMPTY = {"location": "locations", "node": "nodes"}
STRINGS = {"id", "offset", "text"}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPES = {ord(char): f"&#{ord(char)};" for char in '<>&"\r\n\t'}


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    dialect: Dialect = STANDARD,
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per `<document>`.

    Args:
        files: BioC XML files.
        repair: Changes a draft before it is checked.
        dialect: What the infons of these files mean.
        identity: Kind of id the documents have (`pmid`), or a function from it to an identity; empty for none.

    Raises:
        UnsafeInput: for a file that declares an entity.
    """
    return bioc.read((found for file in files for found in _found(file)), repair, dialect, identity)


def _found(file: File) -> Iterator[bioc.Found | Broken]:
    """Yield the documents of one file, and a Broken where it cannot be read on."""
    builder = _Builder(file.name)
    at = 0
    try:
        for at in range(0, len(file.data), CHUNK):
            builder.parser.Parse(file.data[at : at + CHUNK], False)
            yield from builder.take()
        at = len(file.data)
        builder.parser.Parse(b"", True)
    except (expat.ExpatError, FormatError, LookupError, ValueError) as error:  # the last two: of its encoding
        yield from builder.take()
        line, what = builder.parser.ErrorLineNumber, str(error)
        if at == len(file.data):
            line, what = file.data.count(b"\n") + 1, "the file ends too soon"
        yield Broken(Place(file.name, line), builder.id, what + (f", in document {builder.id}" if builder.id else ""))


class _Builder:
    """Turns what a parser meets into `Plain` documents; holds those that nobody took yet and the unfinished one."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.done: list[bioc.Found | Broken] = []
        self.stack: list[dict[str, Any]] = []
        self.top: dict[str, Any] = {}
        self.lines: dict[str, int] = {}
        self.line = 0
        self.fault = self.key = self.leaf = ""
        self.text: list[str] = []
        parser = self.parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.root
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text.append
        parser.EntityDeclHandler = self.entity_declared
        parser.SkippedEntityHandler = self.entity_skipped

    @property
    def id(self) -> str:
        """Id of the unfinished document, as far as it is known."""
        return next((thing["id"] for thing in self.stack[:2] if "id" in thing), "")

    def take(self) -> list[bioc.Found | Broken]:
        done, self.done = self.done, []
        return done

    def root(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in ROOTS:
            raise FormatError(f"the file is a <{tag}>, not a <collection>")
        self.parser.StartElementHandler = self.start
        self.start(tag, attributes)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.leaf = tag
        if tag in HOLDERS:
            self.hold(tag, attributes.get("id", ""))
            return
        self.text.clear()
        if tag == "infon":
            self.key = attributes.get("key", "")
        elif tag in EMPTY:
            self.top.setdefault(EMPTY[tag], []).append(attributes)

    def hold(self, tag: str, id: str) -> None:
        thing: dict[str, Any] = {"infons": {}}
        if tag == "document":
            self.line, self.fault, self.lines = self.parser.CurrentLineNumber, "", {}
        elif self.stack:
            self.top.setdefault(HOLDERS[tag], []).append(thing)
        if id:
            thing["id"] = id
            self.lines[id] = self.parser.CurrentLineNumber
        self.stack.append(thing)
        self.top = thing

    def end(self, tag: str) -> None:
        if tag == "infon":
            self.top["infons"][self.key] = "".join(self.text)
        elif tag in STRINGS:
            self.top[tag] = "".join(self.text)
        elif tag in HOLDERS:
            thing: Any = self.stack.pop()
            self.top = self.stack[-1] if self.stack else {}
            if tag == "document":
                place = Place(self.file, self.line)
                broken = Broken(place, thing.get("id", ""), self.fault)
                self.done.append(broken if self.fault else (place, self.lines, thing))
            return
        if self.leaf != tag:
            self.fault = self.fault or f"there are elements inside <{tag}>"

    def entity_declared(self, name: str, *_: object) -> None:
        place = Place(self.file, self.parser.CurrentLineNumber)
        raise UnsafeInput(f"declares the entity {name!r}", where=place, next="no BioC file needs one")

    def entity_skipped(self, name: str, *_: object) -> None:
        raise FormatError(f"the entity {name!r} is not defined here")


def write(documents: Iterable[Document], *, dialect: Dialect = STANDARD, file: str = "documents.xml") -> Iterator[File]:
    """Yield one file with a collection of the documents.

    Raises:
        FormatError: for a document that BioC XML cannot hold (`FORMAT.loses`), with what it is.
    """
    pieces = ['<?xml version="1.0" encoding="UTF-8"?>\n<collection><source></source><date></date><key></key>\n']
    for document in documents:
        piece = _document(bioc.plain(document, dialect))
        if bad := NOT_XML.search(piece):
            raise FormatError(f"document {document.id}: holds U+{ord(bad[0]):04X}, which no XML can", where=file)
        pieces.append(piece)
    yield File(file, "".join([*pieces, "</collection>\n"]).encode())


def _document(document: Plain) -> str:
    lines = ["<document>", _leaf("id", document["id"])]
    for passage in document["passages"]:
        lines += ["<passage>", *_part(passage)]
        for sentence in passage["sentences"]:
            lines += ["<sentence>", *_part(sentence), "</sentence>"]
        lines.append("</passage>")
    return "\n".join([*lines, *_marks(document), "</document>", ""])


def _part(part: Part) -> list[str]:
    return [
        *_infons(part["infons"]),
        _leaf("offset", str(part["offset"])),
        _leaf("text", part["text"] or ""),
        *_marks(part),
    ]


def _marks(holder: Part | Plain) -> list[str]:
    lines = []
    for annotation in holder["annotations"]:
        lines += [f"<annotation{_attributes(id=annotation['id'])}>", *_infons(annotation["infons"])]
        lines += [f"<location{_attributes(**location)}/>" for location in annotation["locations"]]
        lines += [_leaf("text", annotation["text"] or ""), "</annotation>"]
    for link in holder["relations"]:
        lines += [f"<relation{_attributes(id=link['id'])}>", *_infons(link["infons"])]
        lines += [f"<node{_attributes(**node)}/>" for node in link["nodes"]]
        lines.append("</relation>")
    return lines


def _infons(infons: dict[str, str]) -> list[str]:
    return [f"<infon{_attributes(key=key)}>{value.translate(ESCAPES)}</infon>" for key, value in infons.items()]


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{text.translate(ESCAPES)}</{tag}>"


def _attributes(**attributes: object) -> str:
    return "".join(f' {name}="{str(value).translate(ESCAPES)}"' for name, value in attributes.items())
