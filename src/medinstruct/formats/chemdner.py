"""CHEMDNER tables: titles and abstracts in one file, mentions in another, with offsets that begin anew in each text.

    training.abstracts.txt       7012	Orlin in rats.	Sodium orlinate (NaOr) heals.
    training.annotations.txt     7012	T	0	5	Orlin	TRIVIAL
                                 7012	A	17	21	NaOr	FORMULA

Columns are parted by one tab; there is no quoting and no first row of names. A mention stands in the title (`T`) or
in the abstract (`A`); offsets are code points, half open, into that text alone. Which file is which is told by its
name: it holds `abstracts` or `annotations`; files with other names are passed over. Mentions are in no order.

In a Document title and abstract are joined by one blank, and offsets count over both.

Specification: Krallinger et al. 2015, doi:10.1186/1758-2946-7-S1-S2. CHEMDNER-patents (CEMP, GPRO) has the same
    tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import Row, cells_of
from medinstruct.source import File

FORMAT = Format(
    title="CHEMDNER tables",
    specification="https://doi.org/10.1186/1758-2946-7-S1-S2",
    suffixes=(".txt", ".tsv"),
)

TEXTS, MENTIONS = "abstracts", "annotations"
COLUMNS = {TEXTS: ("id", "title", "abstract"), MENTIONS: ("id", "part", "start", "end", "string", "type")}


def read(files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "pmid") -> Iterator[Read]:
    """Yield one Document per row of the texts, with passages `title` and `abstract`; mentions count from T1.

    A text with a mention that cannot be read is Broken, and so are mentions of a text that is not there.

    Args:
        files: The two tables of a part, or of several parts.
        repair: Changes a draft before it is checked.
        identity: Kind of id the texts have (`pmid`), or a function from it to an identity; empty for none.
    """
    return finish(_drafts(list(files), identity), repair)


def _drafts(files: list[File], identity: Identity) -> Iterator[Draft | Broken]:
    tables = {kind: [file for file in files if kind in PurePosixPath(file.name).name] for kind in COLUMNS}
    for kind, found in tables.items():
        if files and not found:
            yield Broken(Place(files[0].name), "", f"there is no file of {kind} beside it")
            return
    mentions: dict[str, list[Row | Broken]] = {}
    for row in _rows(tables[MENTIONS], COLUMNS[MENTIONS]):
        mentions.setdefault(row.id if isinstance(row, Broken) else row["id"], []).append(row)
    known: set[str] = set()
    for row in _rows(tables[TEXTS], COLUMNS[TEXTS]):
        if isinstance(row, Broken):
            yield row
        elif row["id"] in known:
            yield Broken(row.place, row["id"], f"the text {row['id']} is there twice")
        else:
            known.add(row["id"])
            yield _draft(row, mentions.pop(row["id"], []), identity)
    for id, (first, *_) in mentions.items():
        yield first if isinstance(first, Broken) else Broken(first.place, id, f"there is no text {id!r}")


def _rows(files: list[File], columns: Sequence[str]) -> Iterator[Row | Broken]:
    """Yield the rows of tables, and a Broken by the id in its first cell for each that is none."""
    for place, cells, undecoded in cells_of(files):
        fault = f"{len(cells)} cells where there are {len(columns)} columns ({', '.join(columns)})"
        if undecoded or len(cells) != len(columns):
            yield Broken(place, cells[0], undecoded or fault)
        else:
            yield Row(dict(zip(columns, cells)), place, cells[0])


def _draft(text: Row, rows: list[Row | Broken], identity: Identity) -> Draft | Broken:
    id, title, abstract = text["id"], text["title"], text["abstract"]
    starts, mentions = {"T": 0, "A": len(title) + 1}, []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Broken):
            return row
        try:
            base = starts[row["part"]]
            span = base + int(row["start"]), base + int(row["end"])
        except KeyError:
            return Broken(row.place, id, f"a mention stands in T or A, not in {row['part']!r}")
        except ValueError:
            return Broken(row.place, id, f"an offset that is no number: {row['start']!r}, {row['end']!r}")
        mentions.append({"id": f"T{number}", "spans": (span,), "text": row["string"], "types": (row["type"],)})
    fields = {
        "id": id,
        "text": f"{title} {abstract}",
        "passages": (
            {"type": "title", "span": (0, len(title))},
            {"type": "abstract", "span": (starts["A"], starts["A"] + len(abstract))},
        ),
        "mentions": tuple(mentions),
        "identities": identities(identity, id),
    }
    return Draft(text.place, fields)
