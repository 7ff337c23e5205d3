"""Span tables: texts in files, and the mentions of all of them in tables with one row each.

    texts/7012_en.txt     Zorb fever in red mice.

    spans.tsv             document	text	type	spans	concept
                          7012_en	Zorb fever	DISO	0-10	C0990001
                          7012_en	Zorb mice	LIVB	0-4,18-22	C0990002

What the columns mean is a corpus' business; it says so with two functions, from a row (`formats.rows.Row`) to the
name of its text, and to the fields of a mention:

    def mention(row: Row) -> Fields:
        start, end = row["spans"].split("-")
        return {"text": row["text"], "spans": ((int(start), int(end)),), "types": (row["type"],)}

A text without rows is one with nothing to find. A row that cannot be read makes the document that it belongs to
Broken; one with more or fewer cells than there are columns, or bytes that are no text, does not say which that is, and is a Broken by itself.

Specification: none; this is how S800 (Pafilis et al. 2013, doi:10.1371/journal.pone.0065390) and BioNNE-L
(https://github.com/nerel-ds/NEREL-BIO) are published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from medinstruct.errors import Place
from medinstruct.formats import Format, table
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import FAULTS, Fields, Row, decoded, explain
from medinstruct.source import File

FORMAT = Format(
    title="Span table",
    specification="https://github.com/nerel-ds/NEREL-BIO",
    suffixes=(".txt", ".tsv"),
)


def read(
    files: Iterable[File],
    *,
    document: Callable[[Row], str],
    mention: Callable[[Row], Fields],
    repair: Repair | None = None,
    columns: Sequence[str] | None = None,
    delimiter: str = "\t",
    quoting: table.Quoting = "none",
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per text, named by its file; mentions are T1, T2, … in the order of the rows.

    Args:
        files: The texts (`.txt`) and their tables (all others).
        document: The name of the text that a row belongs to, without suffix.
        mention: What a row says of it: spans, text, types, and concepts if there are any.
        repair: Changes a draft before it is checked.
        columns: The names of the columns of tables that have no first row of names.
        delimiter: The one character between cells.
        quoting: `csv` if cells may stand in double quotes, `none` if quotes mean nothing.
        identity: Kind of id the texts' names are (`pmid`), or a function from the name to an identity; empty for
            none.
    """
    texts, tables = list[File](), list[File]()
    for file in files:
        (texts if file.suffix == ".txt" else tables).append(file)
    rows: dict[str, list[Row]] = defaultdict(list)
    for file in tables:
        for row in table.rows(file, delimiter=delimiter, quoting=quoting, columns=columns):
            if isinstance(row, Broken):
                yield row
                continue
            try:
                name = document(row)
            except FAULTS as error:
                yield Broken(row.place, "", explain(error, row))
            else:
                rows[name].append(row)
    names = Counter(file.stem for file in texts)
    for file in texts:
        if not tables:
            why = "there is no table; not annotated is not the same as nothing to find"
            yield Broken(Place(file.name), file.stem, why)
        elif names[file.stem] > 1:
            yield Broken(Place(file.name), file.stem, f"{names[file.stem]} texts are called {file.stem}")
        else:
            yield from finish([_draft(file, rows.get(file.stem, []), mention, identity)], repair)
    strangers = ((name, found[0]) for name, found in rows.items() if name not in names)
    yield from (Broken(row.place, name, f"no text is called {name}") for name, row in strangers)


def _draft(file: File, rows: list[Row], mention: Callable[[Row], Fields], identity: Identity) -> Draft | Broken:
    if isinstance(text := decoded(file, id=file.stem), Broken):
        return text
    mentions: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        try:
            mentions.append({"id": f"T{number}", **mention(row)})
        except FAULTS as error:
            return Broken(row.place, file.stem, explain(error, row))
    fields = {"id": file.stem, "text": text, "mentions": tuple(mentions), "identities": identities(identity, file.stem)}
    place = Place(rows[0].place.file if rows else file.name)
    return Draft(place, fields, {f"T{number}": row.place.line for number, row in enumerate(rows, start=1)})
