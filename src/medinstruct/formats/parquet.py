"""Parquet: tables of typed columns, as the Hub keeps them; one row per record.

    instruction (string)         input (string)      output (string)
    Say what the text is about.  Zorbinase is dear.  A drug and its price.

A row has no line; its number, counted from 1, stands for it in messages. Cells are Python values: text, numbers,
lists, dicts, bytes, dates, and None. A text that is not UTF-8 makes its row a Broken; a file that is cut off or
damaged yields the rows before that, and then a Broken. Few rows are unpacked at a time.

A file that promises far more rows, or far more bytes, than its size allows is refused, as an archive is.

Specification: https://parquet.apache.org/docs/file-format/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medinstruct.document import Document, Item
from medinstruct.errors import Place, UnsafeInput
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Make, Row, drafts
from medinstruct.source import BOMB_BYTES, MAX_RATIO, File

FORMAT = Format(
    title="Parquet",
    specification="https://parquet.apache.org/docs/file-format/",
    suffixes=(".parquet",),
    yields="Item",
)

BATCH = 256
"""Rows that are unpacked at a time."""
DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What pyarrow raises for a file that is none, is cut off, or has names that are no UTF-8."""


def read(
    files: Iterable[File],
    *,
    item: Make[Row],
    repair: Repair | None = None,
    kind: type[Document] | type[Item] = Item,
) -> Iterator[Read]:
    """Yield what `item` makes of each row, in the order of the files.

    Args:
        files: Parquet files.
        item: What a row means: the fields of an Item, of several, or None to pass it over (`formats.rows`).
        repair: Changes a draft before it is checked.
        kind: What the fields are fields of.

    Raises:
        UnsafeInput: for a file that would unpack to far more than it weighs.
    """
    return finish(drafts((row for file in files for row in rows(file)), item, kind), repair)


def rows(file: File) -> Iterator[Row | Broken]:
    """Yield the rows of one file as they are, for a corpus whose files have to be joined first.

    Raises:
        UnsafeInput: as `read` does.
    """
    count = 0
    try:
        table = pq.ParquetFile(pa.BufferReader(file.data))
        _refuse_bomb(file, table.metadata)
        if len(set(names := table.schema_arrow.names)) < len(names):
            yield Broken(Place(file.name), "", f"two columns have one name: {', '.join(names)}")
            return
        for batch in table.iter_batches(batch_size=BATCH):
            for cells in _cells(batch):
                place = Place(file.name, count + 1)
                yield Broken(place, "", str(cells)) if isinstance(cells, ValueError) else Row(cells, place, str(count))
                count += 1
    except DAMAGED as error:
        what = str(error).partition("\n")[0]
        yield Broken(Place(file.name, count + 1), "", f"not Parquet from here on: {what}")


def _cells(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | ValueError]:
    """Yield each row of a batch, or the ValueError that stands for it."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:  # raised before the first row is out: look which it is
        for at in range(batch.num_rows):
            try:
                yield from batch.slice(at, 1).to_pylist()
            except UnicodeDecodeError as error:
                yield error


def _refuse_bomb(file: File, metadata: pq.FileMetaData) -> None:
    unpacked = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
    size = len(file.data)
    for what, count, free in (("bytes", unpacked, BOMB_BYTES), ("rows", metadata.num_rows, 0)):
        if count > max(MAX_RATIO * size, free):
            raise UnsafeInput(f"promises {count:,} {what} in {size:,} bytes", where=file.name, next="fetch it again")
