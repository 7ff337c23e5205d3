"""Spool files: what is written comes back, by column and by row, however the rows are spread over batches."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.builder import spool

SCHEMA = pa.schema([("n", pa.int32()), ("words", pa.list_(pa.string())), ("key", pa.binary(16))])
SIZE = 2 * spool.ROWS_PER_BATCH + 5


def row(n):
    return {"n": n, "words": [f"w{n}"] * (n % 3), "key": n.to_bytes(16, "big")}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("spool") / "p.arrow")
    spool.write(path, map(row, range(SIZE)), SCHEMA)
    return path


def test_batches_are_of_one_size_but_for_the_last(path):
    reader = pa.ipc.open_file(path)
    sizes = [reader.get_batch(n).num_rows for n in range(reader.num_record_batches)]
    assert sizes == [spool.ROWS_PER_BATCH, spool.ROWS_PER_BATCH, 5]


def test_columns_come_in_the_order_in_which_they_are_named(path):
    found = spool.columns(path, ["key", "n"])
    assert found.schema.names == ["key", "n"]
    assert spool.column(path, "n").to_pylist() == found["n"].to_pylist() == list(range(SIZE))


@given(st.lists(st.integers(0, SIZE - 1), max_size=50))
def test_rows_come_in_the_order_in_which_they_are_asked_for_and_as_often(path, rows):
    found = spool.take(path, np.array(rows, dtype=np.int32), ["words", "n", "key"])
    assert found.to_pylist() == [{name: row(n)[name] for name in ("words", "n", "key")} for n in rows]


def test_nothing_stands_in_the_place_of_a_file_that_was_not_finished(tmp_path):
    def rows():
        yield row(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spool.write(str(tmp_path / "p.arrow"), rows(), SCHEMA)
    assert not (tmp_path / "p.arrow").exists()


def test_a_file_without_rows_has_its_columns(tmp_path):
    path = str(tmp_path / "p.arrow")
    spool.write(path, iter(()), SCHEMA)
    assert spool.columns(path, ["n", "key"]).num_rows == 0
    assert spool.take(path, np.zeros(0, np.int64), ["n"]).num_rows == 0
