"""Alpaca triples: the same rows as a JSON list, JSON Lines and Parquet; an input that is none leaves no text."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medinstruct.document import Item
from medinstruct.formats import alpaca
from medinstruct.formats.draft import Broken
from medinstruct.source import File

ROWS = [
    {"instruction": "Say which drug is named.", "input": "He took zorbinase. ", "output": "Zorbinase\n"},
    {"instruction": "Name a bone of the hand.", "input": "<noinput>", "output": "Lunar bone"},
    {"instruction": " Hum.", "input": "", "output": "Mm."},
]
ITEMS = [
    Item(id="0", texts={"input": "He took zorbinase."}, question="Say which drug is named.", references=("Zorbinase",)),
    Item(id="1", question="Name a bone of the hand.", references=("Lunar bone",)),
    Item(id="2", question="Hum.", references=("Mm.",)),
]


def a_list(rows: list) -> bytes:
    return json.dumps(rows, indent=4).encode()


def lines(rows: list) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def a_table(rows: list) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


@pytest.mark.parametrize("write", [a_list, lines, a_table])
@pytest.mark.parametrize("name", ["release.json", "train.jsonl", "train-00000-of-00001.parquet"])
def test_the_layout_is_told_by_the_content(write, name):
    assert list(alpaca.read([File(name, write(ROWS))])) == ITEMS


def test_a_byte_order_mark_and_blanks_before_a_list():
    assert list(alpaca.read([File("a.json", b"\xef\xbb\xbf\r\n " + a_list(ROWS))])) == ITEMS


@pytest.mark.parametrize("nothing", [{}, {"input": None}, {"input": " <noinput> "}])
def test_an_input_that_is_none(nothing):
    [item] = alpaca.read([File("a.json", a_list([{"instruction": "Hum.", "output": "Mm.", **nothing}]))])

    assert item == Item(id="0", question="Hum.", references=("Mm.",))


def test_rows_are_numbered_over_all_files():
    found = alpaca.read([File("a.jsonl", lines(ROWS[:1])), File("b.json", a_list(ROWS[1:]))])

    assert [item.id for item in found] == ["0", "1", "2"]


def test_further_columns_are_facts_where_a_row_has_them():
    rows = [{**ROWS[1], "source": "umls", "sample_id": 0}, {**ROWS[2], "source": None}]

    found = alpaca.read([File("a.json", a_list(rows))], facts=("source", "sample_id"))

    assert [item.facts for item in found] == [{"source": "umls", "sample_id": "0"}, {}]


@pytest.mark.parametrize(
    "row, reason",
    [
        ({"instruction": "Hum."}, "nothing is called 'output' here"),
        ({"instruction": "Hum.", "output": ["Mm."]}, "cannot be read: 'list' object has no attribute 'strip'"),
        (["Hum."], "nothing is called 'instruction' here"),
    ],
)
def test_a_row_that_is_no_triple_is_broken_alone(row, reason):
    broken, item = alpaca.read([File("a.json", a_list([row, ROWS[2]]))])

    assert isinstance(broken, Broken)
    assert str(broken.place) == "a.json:2"
    assert reason in broken.reason
    assert item.question == "Hum."
