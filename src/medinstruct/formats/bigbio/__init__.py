"""BigBIO: six schemas of rows, one of annotated documents and five of questions (Fries et al. 2022).

    kb     {"id": "1", "document_id": "90000001", "passages": [{"id": "2", "type": "title", "text": ["Zorbinol helps."],
            "offsets": [[0, 15]]}], "entities": [{"id": "3", "type": "Chemical", "text": ["Zorbinol"], "offsets":
            [[0, 8]], "normalized": [{"db_name": "MESH", "db_id": "C900001"}]}], "events": [], …}
    qa     {"id": "q1", "question": "Does it help?", "choices": ["yes", "no"], "answer": ["yes"], …}
    te     {"id": "1", "premise": "…", "hypothesis": "…", "label": "entailment"}
    pairs  {"id": "1", "document_id": "1", "text_1": "…", "text_2": "…", "label": "3.5"}
    text   {"id": "1", "document_id": "1", "text": "…", "labels": ["fever"]}
    t2t    {"id": "1", "document_id": "1", "text_1": "…", "text_2": "…", "text_1_name": "note", "text_2_name": "summary"}

A row of `kb` is a Document (`kb`), one of the others an Item (`items`). Rows stand in Parquet files, in JSON Lines, or
in memory; the schema is known by the columns. What is read and written again is the same row, whatever it says: what a
record has no room for goes with it. A row that no sound Document can be made of, such as one with an entity that does
not quote its text, is Broken, never mended unseen; `believe_offsets` is a repair that does so and says it.

The columns are `SCHEMAS`, as Arrow states them. Offsets are code points into the passages joined by one blank.

Specification: https://github.com/bigscience-workshop/biomedical (`bigbio/utils/schemas`); Fries et al. 2022,
BigBIO: a framework for data-centric biomedical NLP, arXiv:2206.15076.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medinstruct.document import Document, Item, quote
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format, json_lines, parquet
from medinstruct.formats.bigbio import items, kb
from medinstruct.formats.bigbio.features import SCHEMAS, cast, schema_of
from medinstruct.formats.bigbio.kb_loss import KINDS_OF_LOSS, shape
from medinstruct.formats.bigbio.kb_loss import losses as losses_of_document
from medinstruct.formats.bigbio.kb_row import STANDARD, Dialect, RowDocument, plain
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import FAULTS, Row
from medinstruct.source import File

__all__ = [
    "FORMAT", "SCHEMAS", "STANDARD", "Dialect", "RowDocument", "believe_offsets", "losses", "read", "read_rows", "rows",
    "schema_of", "shape", "to_row", "write",
]  # fmt: skip

FORMAT = Format(
    title="BigBIO",
    specification="https://github.com/bigscience-workshop/biomedical",
    suffixes=(".parquet", ".jsonl"),
    yields="Document or Item",
    loses=KINDS_OF_LOSS,
    holds=frozenset({
        "mentions", "discontinuous mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences",
        "concepts", "concepts without a vocabulary", "vocabularies", "events", "relations", "relations between mentions",
        "relations of events", "coreferences", "passages", "ids of passages", "names of several words", "ids of annotations",
    }),
)  # fmt: skip

BATCH = 1024
"""Rows that are written at a time."""


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    schema: str = "",
    dialect: Dialect = STANDARD,
    score: bool = False,
) -> Iterator[Read]:
    """Yield a Document per row of kb, an Item per row of another schema, in the order of the files.

    Args:
        files: Parquet files, else JSON Lines.
        repair: Changes a draft before it is checked.
        schema: One of `SCHEMAS`; if it is empty, the one that has the columns of the row.
        dialect: What all rows of kb have in common that the schema has no column for; its identity is that of items too.
        score: Whether the labels of pairs are numbers.

    Raises:
        UnsafeInput: for a Parquet file that would unpack to far more than it weighs.
    """
    for file in files:
        yield from _records(rows(file), repair, schema, dialect, score, is_typed=_is_typed(file))


def rows(file: File) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are."""
    return parquet.rows(file) if file.suffix == ".parquet" else json_lines.rows(file)


def read_rows(
    rows: Iterable[Mapping[str, Any] | Broken],
    *,
    repair: Repair | None = None,
    schema: str = "",
    dialect: Dialect = STANDARD,
    score: bool = False,
) -> Iterator[Read]:
    """Yield what `read` yields, of rows in memory: dictionaries, or a Dataset of BigBIO's."""
    return _records(rows, repair, schema, dialect, score, is_typed=False)


def _is_typed(file: File) -> bool:
    """Whether a file has the columns of a schema with its very types, so that its rows need no cast."""
    if file.suffix != ".parquet":
        return False
    try:
        found = pq.read_schema(pa.BufferReader(file.data)).remove_metadata()
    except parquet.DAMAGED:
        return False
    return found in SCHEMAS.values()


def _records(
    rows: Iterable[Mapping[str, Any] | Broken],
    repair: Repair | None,
    schema: str,
    dialect: Dialect,
    score: bool,
    *,
    is_typed: bool,
) -> Iterator[Read]:
    for n, row in enumerate(rows, start=1):
        if isinstance(row, Broken):
            yield row
            continue
        place = row.place if isinstance(row, Row) else Place("row", n)
        known = schema or schema_of(row)
        if not known:
            columns = ", ".join(map(str, list(row)[:8]))
            yield Broken(place, "", f"no schema of BigBIO has the columns {columns}; there are {', '.join(SCHEMAS)}")
            continue
        try:
            told = dict(row) if is_typed and schema_of(row) == known else cast(row, known)
            draft = _draft(told, place, known, dialect, score)
        except FAULTS as error:
            yield Broken(place, str(row.get("document_id") or row.get("id") or ""), str(error))
            continue
        for record in finish([draft], repair):
            if isinstance(record, Document):
                yield kb.remember(record, told, dialect)
            else:
                yield items.remember(record, told, known) if isinstance(record, Item) else record


def _draft(row: dict[str, Any], place: Place, schema: str, dialect: Dialect, score: bool) -> Draft:
    if schema == "kb":
        return Draft(place, kb.fields(row, dialect))
    return Draft(place, items.fields(row, schema, score=score, identity=dialect.identity), kind=Item)


def believe_offsets(draft: Draft) -> str | None:
    """Take what stands at its offsets for the text of a mention that says something else: a repair."""
    text, mended, mentions = draft.fields.get("text", ""), 0, []
    for mention in draft.fields.get("mentions", ()):
        if mention["text"] != (stands := quote(text, mention["spans"])):
            mention = {**mention, "text": stands}
            mended += 1
        mentions.append(mention)
    if not mended:
        return None
    draft.fields["mentions"] = mentions
    return f"{mended} mentions have the text that stands at their offsets"


def to_row(record: Document | Item, schema: str = "kb", dialect: Dialect = STANDARD) -> dict[str, Any]:
    """Return the row of a record, as far as the schema can say it.

    Raises:
        FormatError: for a record of another kind than the schema's.
    """
    if isinstance(record, Document) != (schema == "kb"):
        what = "Document" if isinstance(record, Document) else "Item"
        raise FormatError(f"{record.id} is a {what}, which is no row of {schema}")
    return plain(record, dialect) if isinstance(record, Document) else items.plain(record, schema)


def losses(
    record: Document | Item, schema: str = "kb", dialect: Dialect = STANDARD, *, score: bool = False
) -> Counter[str]:
    """Return what of a record does not come back when its row is read in the same dialect, counted by kind."""
    if isinstance(record, Document):
        return losses_of_document(record, dialect)
    return items.losses(record, schema, score=score)


def write(
    records: Iterable[Document | Item],
    *,
    schema: str = "kb",
    dialect: Dialect = STANDARD,
    score: bool = False,
    file: str = "train.parquet",
    lossy: bool = False,
) -> Iterator[File]:
    """Yield one file with a row per record, Parquet or JSON Lines by its suffix.

    Raises:
        FormatError: for a record that the schema cannot hold, with what it is, unless `lossy`; and for one of another kind.
    """
    made = (_row(record, schema, dialect, score, lossy) for record in records)
    if not file.endswith(".parquet"):
        yield File(file, "".join([json.dumps(row, ensure_ascii=False) + "\n" for row in made]).encode())
        return
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, SCHEMAS[schema], compression="zstd") as writer:
        for batch in _batches(made):
            writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMAS[schema]))
    yield File(file, sink.getvalue())


def _row(record: Document | Item, schema: str, dialect: Dialect, score: bool, lossy: bool) -> dict[str, Any]:
    row = to_row(record, schema, dialect)
    if not lossy and (lost := losses(record, schema, dialect, score=score)):
        what = ", ".join(f"{count} {kind}" for kind, count in lost.items())
        raise FormatError(f"{record.id} has what {schema} cannot hold: {what}")
    return row


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
