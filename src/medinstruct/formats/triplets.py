"""Triplets of tables: texts in one file, mentions in a second, relations between them in a third.

    train_abstracts.tsv     7012	Orlin blocks KLX2.	It does so in rats.
    train_entities.tsv      7012	T1	CHEMICAL	0	5	Orlin
                            7012	T2	GENE	13	17	KLX2
    train_relations.tsv     7012	INHIBITOR	Arg1:T1	Arg2:T2                     (DrugProt)
                            7012	CPR:4	Y 	INHIBITOR	Arg1:T1	Arg2:T2         (ChemProt)

Columns are parted by one tab; there is no quoting and no first row of names. Offsets are code points, half open, into
`title + one separator + abstract`, the separator being one character, a tab in the file and a blank here. Which table
is which is told by its name: it holds `abstrac` (as in DrugProt's `…_abstracs.tsv`), `entities` or `relations`; files
with other names are passed over.

A relation of ChemProt has a group (`CPR:4`) and whether the group was evaluated (`Y`, `N`) before its type. The group
follows from the type (`INHIBITOR` is always `CPR:4`), so that the type alone is kept.

A part without answers is published without its relations, which is not the same as a part without relations: see
`answers`.

Specification: Krallinger et al. 2017 (ChemProt),
    https://biocreative.bioinformatics.udel.edu/tasks/biocreative-vi/track-5/; Miranda-Escalada et al. 2023
    (DrugProt), doi:10.1093/database/baad080.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from medinstruct.document import Document
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.features import with_ids
from medinstruct.formats.rows import cells_of
from medinstruct.source import File

FORMAT = Format(
    title="Triplets of tables",
    specification="https://doi.org/10.1093/database/baad080",
    suffixes=(".tsv",),
    loses=("discontinuous mentions", "several types of one mention", "concepts", "alternatives", "events", "attributes",
           "coreferences", "labels", "passages other than title and abstract", "relations of other than two mentions",
           "tabs and line breaks"),
    holds=frozenset({
        "mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences", "relations",
        "relations between mentions", "passages", "names of several words", "ids of annotations",
    }),
    written={"identity": ""},
)  # fmt: skip

NAMES = {"texts": "abstrac", "mentions": "entities", "relations": "relations"}
"""What stands in the name of each table."""


def read(
    files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "pmid", answers: bool = True
) -> Iterator[Read]:
    """Yield one Document per row of the texts, with passages `title` and `abstract`; relations count from R1.

    A text with a row that cannot be read in any of its tables is Broken, and so are rows of a text that is not there.

    Args:
        files: The three tables of a part, or of several parts.
        repair: Changes a draft before it is checked.
        identity: Kind of id the texts have (`pmid`), or a function from it to an identity; empty for none.
        answers: Whether relations were annotated. If so, a part without that table is Broken; if not, none is looked
            at.
    """
    return finish(_drafts(list(files), identity, answers), repair)


@dataclass(slots=True)
class _Record:
    """One text with what its rows say so far."""

    id: str
    title: str
    abstract: str
    place: Place
    """That of the first mention, so that faults of mentions are told with their file; that of the text if it has
    none.
    """
    mentions: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    fault: Broken | None = None

    def mention(self, place: Place, columns: list[str]) -> None:
        if len(columns) != 6:
            raise ValueError(f"a mention has six columns, this row has {len(columns)}")
        _, id, type, start, end, string = columns
        self.place = place if not self.mentions else self.place
        self.lines[id] = place.line
        self.mentions.append({"id": id, "spans": ((int(start), int(end)),), "text": string, "types": (type,)})

    def relation(self, place: Place, columns: list[str]) -> None:
        if len(columns) not in (4, 6):
            raise ValueError(f"a relation has four columns, or six, this row has {len(columns)}")
        *_, type, first, second = columns
        arguments = tuple([_argument(word) for word in (first, second)])
        self.relations.append({"id": f"R{len(self.relations) + 1}", "type": type, "arguments": arguments})

    def finish(self, identity: Identity) -> Draft | Broken:
        start = len(self.title) + 1
        fields = {
            "id": self.id,
            "text": f"{self.title} {self.abstract}",
            "passages": (
                {"type": "title", "span": (0, start - 1)},
                {"type": "abstract", "span": (start, start + len(self.abstract))},
            ),
            "mentions": tuple(self.mentions),
            "relations": tuple(self.relations),
            "identities": identities(identity, self.id),
        }
        return self.fault or Draft(self.place, fields, self.lines)


def _argument(word: str) -> dict[str, str]:
    role, colon, ref = word.rpartition(":")
    if not colon:
        raise ValueError(f"an argument is Role:Id, not {word!r}")
    return {"role": role, "ref": ref}


def _drafts(files: list[File], identity: Identity, answers: bool) -> Iterator[Draft | Broken]:
    tables = {
        kind: [file for file in files if name in PurePosixPath(file.name).name]
        for kind, name in NAMES.items()
        if answers or kind != "relations"
    }
    for kind, found in tables.items():
        if files and not found:
            reason = f"there is no table of {kind} beside it; not annotated is not the same as nothing to find"
            yield Broken(Place(files[0].name), "", reason)
            return
    records: dict[str, _Record] = {}
    yield from _texts(tables["texts"], records)
    yield from _rows(tables["mentions"], records, _Record.mention)
    yield from _rows(tables.get("relations", []), records, _Record.relation)
    for record in records.values():
        yield record.finish(identity)


def _texts(files: list[File], records: dict[str, _Record]) -> Iterator[Broken]:
    """Fill `records`; yield a Broken for each row that is none."""
    for place, columns, undecoded in cells_of(files):
        if undecoded:
            yield Broken(place, columns[0], undecoded)
        elif len(columns) != 3:
            reason = f"a text has an id, a title and an abstract, this row has {len(columns)} columns"
            yield Broken(place, columns[0], reason)
        elif columns[0] in records:
            yield Broken(place, columns[0], f"the text {columns[0]} is there twice")
        else:
            id, title, abstract = columns
            records[id] = _Record(id, title, abstract, place)


def _rows(
    files: list[File], records: dict[str, _Record], take: Callable[[_Record, Place, list[str]], None]
) -> Iterator[Broken]:
    """Give each row to its record; yield a Broken for the first row of each text that is not there."""
    strangers: set[str] = set()
    for place, columns, undecoded in cells_of(files):
        if (record := records.get(columns[0])) is not None:
            try:
                if undecoded:
                    raise ValueError(undecoded)
                take(record, place, columns)
            except ValueError as error:
                record.fault = record.fault or Broken(place, record.id, str(error))
        elif columns[0] not in strangers:
            strangers.add(columns[0])
            yield Broken(place, columns[0], f"there is no text {columns[0]!r}")


def write(documents: Iterable[Document], *, name: str = "documents") -> Iterator[File]:
    """Yield the three tables of the documents, relations in four columns. Identities and notes are not written.

    Raises:
        FormatError: for a document that they cannot hold (`FORMAT.loses`), with what it is.
    """
    tables: dict[str, list[str]] = {"abstracts": [], "entities": [], "relations": []}
    for document in documents:
        if reason := _unwritable(document):
            raise FormatError(f"document {document.id}: {reason}", next="choose a format that can hold it")
        for table, *cells in _cells(document):
            if any(set(cell) & {"\t", "\n", "\r"} for cell in cells):
                raise FormatError(f"document {document.id}: has a tab or a line break in {cells}")
            tables[table].append("\t".join(cells))
    for table, rows in tables.items():
        yield File(f"{name}_{table}.tsv", "".join(f"{row}\n" for row in rows).encode())


def shape(document: Document) -> Document:
    """Return what the tables say of a document that they can hold: relations have no ids of their own there."""
    is_cell = all(":" not in mention.id and mention.id.isprintable() for mention in document.mentions)
    mentions = {m.id: m.id if is_cell else f"T{n}" for n, m in enumerate(document.mentions, start=1)}
    relations = {relation.id: f"R{n}" for n, relation in enumerate(document.relations, start=1)}
    return with_ids(document, mentions, {}, relations)


def _cells(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a document, each with its table before its cells."""
    yield "abstracts", document.id, *(document.text[slice(*passage.span)] for passage in document.passages)
    for mention in document.mentions:
        yield "entities", document.id, mention.id, mention.types[0], *map(str, mention.spans[0]), mention.text
    for relation in document.relations:
        arguments = (f"{argument.role}:{argument.ref}" for argument in relation.arguments)
        yield "relations", document.id, relation.type, *arguments


def _unwritable(document: Document) -> str | None:
    for kind in ("events", "attributes", "coreferences", "labels"):
        if getattr(document, kind):
            return f"has {kind}"
    length = len(document.text)
    spans = [passage.span for passage in document.passages]
    if (
        [passage.type for passage in document.passages] != ["title", "abstract"]
        or any(passage.labels or passage.id for passage in document.passages)
        or spans != [(0, spans[0][1]), (spans[0][1] + 1, length)]
        or document.text[spans[0][1]] != " "
    ):
        return "has other passages than a title, one blank and an abstract"
    for mention in document.mentions:
        if len(mention.spans) > 1 or len(mention.types) > 1 or mention.alternatives or mention.concepts:
            return f"mention {mention.id} is discontinuous, of several types, or has concepts or alternatives"
    for number, relation in enumerate(document.relations, start=1):
        if len(relation.arguments) != 2 or any(a.kind != "mention" or ":" in a.ref for a in relation.arguments):
            return f"relation {relation.id} is not between two mentions"
        if relation.id != f"R{number}":
            return f"relation {relation.id} is not called R{number}"
    return None
