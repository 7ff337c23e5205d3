"""XML records: files in which one element holds what a corpus makes one or more Items of.

    <QuestionPairs>
    <pair pid="1" value="true">                       record="pair"
    <chq>My zorb is swollen since May.</chq>          record.get("pid"), record.findtext("chq"), record.place
    <faq>What makes a zorb swell?</faq>
    </pair>
    …

A file is read in pieces, with one record in memory at a time. One that is cut off, or stops being XML, yields the
records before that, and then a Broken. A document type declaration, an entity of its own or a reference to another
file is refused: data needs none of them, and each can be a trap.

Specification: https://www.w3.org/TR/xml/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers.expat import errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from medinstruct.document import Document, Item
from medinstruct.errors import Place, UnsafeInput
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Make, drafts
from medinstruct.source import File

FORMAT = Format(
    title="XML records",
    specification="https://www.w3.org/TR/xml/",
    suffixes=(".xml",),
    yields="Item",
)

CHUNK = 1 << 16
CUT = {
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
"""What expat calls a file that ends too early."""
HINT = "such a file is not read; remove the declaration if you trust it"


class Record(Element):
    """An element of a file; the one that is a record has its place."""

    place: Place = Place("")


def read(
    files: Iterable[File],
    *,
    record: str | tuple[str, ...],
    item: Make[Record],
    repair: Repair | None = None,
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each record, in the order of the files.

    Args:
        files: XML files.
        record: The name of the elements that are records, or their names; `{…}name` if they have a namespace.
        item: What a record means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        kind: What the fields are fields of.

    Raises:
        UnsafeInput: for a file with a document type declaration, an entity or a reference to another file.
    """
    found = (each for file in files for each in records(file, record=record))
    return finish(drafts(found, item, kind), repair)


def records(file: File, *, record: str | tuple[str, ...], may_be_none: bool = False) -> Iterator[Record | Broken]:
    """Yield the records of one file as they are; a file that holds none is a Broken unless that may be.

    Raises:
        UnsafeInput: as `read` does.
    """
    builder = _Builder(file.name, (record,) if isinstance(record, str) else record)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.expat = parser.parser
    for at in range(0, len(file.data) + CHUNK, CHUNK):
        fault = _feed(parser, file.data[at : at + CHUNK], file.name)
        may_be_none = may_be_none or bool(builder.found)
        yield from builder.found
        builder.found.clear()
        if fault:
            yield fault
            return
    if not may_be_none:
        yield Broken(Place(file.name), "", f"holds no {' or '.join(builder.names)}; its root is {builder.root}")


def _feed(parser: DefusedXMLParser, chunk: bytes, file: str) -> Broken | None:
    """Parse the next piece, or the end where it is empty; return what stops the parser."""
    try:
        if chunk:
            parser.feed(chunk)
        else:
            parser.close()
    except DefusedXmlException as error:
        place = Place(file, parser.parser.CurrentLineNumber)
        raise UnsafeInput(f"declares what no data needs: {error}", where=place, next=HINT) from error
    except ParseError as error:
        what = "the file is cut off" if error.code in CUT else f"not XML: {str(error).partition(': line')[0]}"
        return Broken(Place(file, error.position[0]), "", f"{what}; what follows in this file is not read")
    except (ValueError, LookupError) as error:
        return Broken(Place(file, 1), "", f"cannot be decoded: {error}")
    return None


class _Builder:
    """What the parser tells its events: it builds a tree of each record, and of nothing else."""

    def __init__(self, file: str, names: tuple[str, ...]) -> None:
        self.file, self.names = file, names
        self.expat: Any = None
        self.root = ""
        self.found: list[Record] = []
        self._tree: TreeBuilder | None = None
        self._line = self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        if self._tree is None and tag in self.names:
            self._tree = TreeBuilder(element_factory=Record)
            self._line = self.expat.CurrentLineNumber
        if self._tree is not None:
            self._tree.start(tag, attributes)
            self._depth += 1

    def end(self, tag: str) -> None:
        if self._tree is None:
            return
        self._tree.end(tag)
        self._depth -= 1
        if not self._depth:
            record = cast(Record, self._tree.close())  # its factory makes nothing else
            record.place = Place(self.file, self._line)
            self.found.append(record)
            self._tree = None

    def data(self, text: str) -> None:
        if self._tree is not None:
            self._tree.data(text)

    def close(self) -> None:
        """Nothing is left to do at the end of a file."""
