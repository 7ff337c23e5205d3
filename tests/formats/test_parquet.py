"""Parquet: rows of typed columns become Items; a damaged file yields the rows before the damage, a bomb none."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Item
from medinstruct.errors import UnsafeInput
from medinstruct.formats import parquet
from medinstruct.formats.draft import Broken
from medinstruct.source import File


def a_file(table: pa.Table, **options) -> File:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return File("quiz.parquet", sink.getvalue())


QUIZ = pa.table({"id": ["q1", "q2"], "stem": ["Which fold ?", "Was schneidet die Zörbinase?"], "key": [1, None]})


def test_a_row_becomes_an_item():
    def item(row):
        return {"id": row["id"], "question": row["stem"]}

    found = list(parquet.read([a_file(QUIZ)], item=item))

    assert found == [Item(id="q1", question="Which fold ?"), Item(id="q2", question="Was schneidet die Zörbinase?")]


def test_a_row_has_its_number_for_a_line():
    rows = list(parquet.rows(a_file(QUIZ)))

    assert [(row["key"], row.key, str(row.place)) for row in rows] == [
        (1, "0", "quiz.parquet:1"),
        (None, "1", "quiz.parquet:2"),
    ]


def test_rows_beyond_one_batch_keep_their_order_and_number():
    count = 2 * parquet.BATCH + 3

    rows = list(parquet.rows(a_file(pa.table({"n": list(range(count))}), row_group_size=100)))

    assert [(row["n"], row.place.line) for row in rows] == [(n, n + 1) for n in range(count)]


def test_a_text_that_is_not_utf8_breaks_its_row_alone():
    offsets = pa.array([0, 1, 2, 3], pa.int32()).buffers()[1]
    column = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"a\xffb"))

    first, broken, last = parquet.rows(a_file(pa.table({"a": column})))

    assert (first, last) == ({"a": "a"}, {"a": "b"})
    assert str(broken.place) == "quiz.parquet:2"
    assert "0xff" in broken.reason


def test_two_columns_of_one_name_are_not_read():
    table = pa.Table.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["a", "a"])

    [broken] = parquet.rows(a_file(table))

    assert broken == Broken(broken.place, "", "two columns have one name: a, a")


def test_a_file_that_promises_too_many_rows_is_refused():
    """Ten million nulls take some bytes."""
    bomb = a_file(pa.table({"a": pa.nulls(10_000_000)}))

    with pytest.raises(UnsafeInput, match=r"quiz.parquet: promises 10,000,000 rows in [0-9,]+ bytes"):
        list(parquet.rows(bomb))


def test_a_file_that_promises_too_many_bytes_is_refused(monkeypatch):
    monkeypatch.setattr(parquet, "BOMB_BYTES", 1 << 10)
    bomb = a_file(pa.table({"a": ["z" * 1_000_000]}), compression="zstd", use_dictionary=False)

    with pytest.raises(UnsafeInput, match="promises 1,000,"):
        list(parquet.rows(bomb))


@given(st.data())
def test_what_is_no_parquet_is_told_and_never_raised(data):
    whole = a_file(QUIZ).data
    if data.draw(st.booleans()):
        hostile = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at, byte = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))
        hostile = whole[:at] + bytes([byte]) + whole[at + 1 :]

    try:
        rows = list(parquet.rows(File("quiz.parquet", hostile)))
    except UnsafeInput:
        return

    assert all(isinstance(row, dict | Broken) for row in rows)
    assert len(hostile) == len(whole) or isinstance(rows[-1], Broken)
