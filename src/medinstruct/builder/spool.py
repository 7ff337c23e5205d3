"""Spool files: candidate rows on disk as Arrow batches of one size, mapped by whoever reads them.

A file may be larger than memory. So columns are read without the others, and rows are taken batch by batch: `pyarrow`
takes rows of a table by putting all its batches together first, which copies the file (docs/decisions/0016-fast.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

ROWS_AT_ONCE = 4_096
"""That are held as Python's objects."""
ROWS_PER_BATCH = 4 * ROWS_AT_ONCE
"""Of every batch of a file but its last."""


def write(path: str, rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> None:
    """Write rows beside their place and rename them there."""
    unfinished = f"{path}.tmp"
    with pa.OSFile(unfinished, "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        held = _batches(iter(rows), schema)
        while some := list(islice(held, ROWS_PER_BATCH // ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_batches(some, schema).combine_chunks())
    os.replace(unfinished, path)


def _batches(rows: Iterator[Mapping[str, Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield pa.RecordBatch.from_pylist(some, schema)


def columns(path: str, names: Sequence[str]) -> pa.Table:
    """Return some columns of all rows of a file, in the order in which they are named; mapped, not loaded."""
    return _reader(path).read_all().select(names)


def column(path: str, name: str) -> pa.Array:
    """Return one column of all rows of a file, in memory."""
    return columns(path, [name])[name].combine_chunks()


def take(path: str, rows: NDArray[np.integer[Any]], names: Sequence[str]) -> pa.Table:
    """Return some columns of some rows of a file, in the order of `rows`, in memory."""
    return take_of([path], np.zeros(len(rows), dtype=np.int64), rows, names)


def take_of(
    paths: Sequence[str], files: NDArray[np.integer[Any]], rows: NDArray[np.integer[Any]], names: Sequence[str]
) -> pa.Table:
    """Return some columns of some rows of several files of one schema, in the order of `rows`, in memory.

    Args:
        paths: Of the files.
        files: Place of the file of each row among them.
        rows: Place of each row in its file.
        names: Of the columns.
    """
    readers = {n: _reader(paths[n]) for n in [0, *np.unique(files).tolist()]}
    order = np.lexsort((rows, files))
    files, (batches, places) = files[order], np.divmod(rows[order].astype(np.int64), ROWS_PER_BATCH)
    new = np.r_[True, (files[1:] != files[:-1]) | (batches[1:] != batches[:-1])][: len(rows)]
    starts = np.flatnonzero(new).tolist()
    some = [
        readers[int(files[start])].get_batch(int(batches[start])).select(names).take(pa.array(places[start:end]))
        for start, end in zip(starts, [*starts[1:], len(rows)])
    ]
    back = np.empty(len(rows), dtype=np.int64)
    back[order] = np.arange(len(rows))
    schema = pa.schema([readers[0].schema.field(name) for name in names])
    return pa.Table.from_batches(some, schema).combine_chunks().take(pa.array(back))


def _reader(path: str) -> pa.RecordBatchFileReader:
    """All columns: those that are not looked at stay on the disk, while `included_fields` copies those that are."""
    return pa.ipc.open_file(pa.memory_map(path))  # unmapped when the last array that was made of it is gone
