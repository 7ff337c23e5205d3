"""Tables: cells under their names; a quote out of place, and a row of the wrong length, have their line."""

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Item
from medinstruct.formats import table
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File


def rows(text: str | bytes, **options) -> list:
    data = text if isinstance(text, bytes) else text.encode()
    return list(table.rows(File("pairs.csv", data), **options))


def told(records: list) -> list[str]:
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


def test_a_row_becomes_an_item():
    text = "id,premise,label\r\n1,Zorbinase is low.,no\r\n"

    def item(row):
        return {"id": row["id"], "texts": {"premise": row["premise"]}, "labels": (row["label"],)}

    found = list(table.read([File("pairs.csv", text.encode())], item=item))

    assert found == [Item(id="1", texts={"premise": "Zorbinase is low."}, labels=("no",))]


def test_a_row_knows_its_line_and_its_number():
    found = rows('a,b\n1,"x\ny"\n\n2,z\n"3\n\n",w')

    assert [(row["a"], row.place.line, row.key) for row in found] == [
        ("1", 2, "0"),
        ("2", 5, "1"),
        ("3\n\n", 6, "2"),
    ]


@pytest.mark.parametrize(
    "text, cells",
    [
        ('"x, y",z', ["x, y", "z"]),
        ('"he said ""zorb""",z', ['he said "zorb"', "z"]),
        ('"line one\nline two",z', ["line one\nline two", "z"]),
        ('"line one\r\nline two",z', ["line one\r\nline two", "z"]),
        ('"""",""', ['"', ""]),
        (",", ["", ""]),
        (" x ,\tz", [" x ", "\tz"]),
        ("x\ry,z\x0b\u2028", ["x\ry", "z\x0b\u2028"]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("is_last", [True, False])
def test_cells_with_quoting(text, cells, end, is_last):
    [row] = rows(f"a,b{end}{text}" + ("" if is_last else end))

    assert list(row.values()) == cells


def test_cells_without_quoting():
    text = 'a\tb\n"open\t5" tube\r\n\r\n\t""\n'

    found = rows(text, delimiter="\t", quoting="none")

    assert found == [{"a": '"open', "b": '5" tube'}, {"a": "", "b": '""'}]
    assert [row.place.line for row in found] == [2, 4]


def test_names_can_be_given_where_the_file_has_none():
    assert rows("1,2\n3,4\n", columns=("a", "b")) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_an_empty_quoted_cell_is_a_row_and_an_empty_line_is_none():
    assert rows('a\n""\n\n\r\n"x"') == [{"a": ""}, {"a": "x"}]


@pytest.mark.parametrize("text", ["", "a,b", "a,b\r\n", "\ufeffa,b\n\n"])
def test_a_table_without_rows(text):
    assert rows(text) == []


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert rows("\ufeffa\n1") == [{"a": "1"}]


def test_another_encoding_can_be_declared():
    assert rows("a\nZörb".encode("cp1252"), encoding="cp1252") == [{"a": "Zörb"}]


def test_bytes_in_another_encoding_have_their_line():
    [x, broken, y] = rows("a\nx\nZörb\ny".encode("cp1252"))

    assert (x, y) == ({"a": "x"}, {"a": "y"})
    assert broken.place.line == 3
    assert "b'\\xf6rb' are not utf-8" in broken.reason


@pytest.mark.parametrize("quoting", ["csv", "none"])
def test_a_byte_that_is_not_in_the_encoding_breaks_its_row_alone(quoting):
    found = rows(b"a,b\n1,x\n2,\xff\n\xe2\x82,y\n4,z\n", quoting=quoting)

    assert [row for row in found if not isinstance(row, Broken)] == [{"a": "1", "b": "x"}, {"a": "4", "b": "z"}]
    assert [broken.place.line for broken in found if isinstance(broken, Broken)] == [3, 4]


def test_a_byte_that_is_not_in_the_encoding_leaves_no_names():
    assert told(rows(b"a,\xff\n1,x\n")) == ["pairs.csv:1: bytes b'\\xff' are not utf-8-sig"]


def test_another_encoding_that_does_not_fit_breaks_the_file():
    [broken] = rows(b"a\n\x81", encoding="cp1252")

    assert isinstance(broken, Broken)


@pytest.mark.parametrize("quoting", ["csv", "none"])
def test_a_row_of_the_wrong_length_is_broken_alone(quoting):
    found = rows("a,b\n1\n2,3\n4,5,6\n7,8", quoting=quoting)

    assert [row for row in found if not isinstance(row, Broken)] == [
        {"a": "2", "b": "3"},
        {"a": "7", "b": "8"},
    ]
    assert told(found) == [
        "pairs.csv:2: 1 cells where there are 2 columns (a, b)",
        "pairs.csv:4: 3 cells where there are 2 columns (a, b)",
    ]


def test_a_quote_inside_an_unquoted_cell_breaks_its_row_alone():
    found = rows('a,b\n1,5" tube, "x"\n2,y\n')

    assert found[1:] == [{"a": "2", "b": "y"}]
    assert told(found)[0].startswith('pairs.csv:2: \'" tube, "x"\': a quote inside an unquoted cell')


@pytest.mark.parametrize(
    "text, line, unread, after",
    [
        ('0,x\n1,"open\n2,y\n3,z\n', 3, 0, ["2", "3"]),
        ('0,x\n1,"the "big" one"\n2,y\n', 3, 0, ["2"]),
        ('0,x\n1,"open\n2,"y"\n3,z', 3, 0, ["2", "3"]),
        ('0,x\n"two\nlines","open\n2,y\n', 4, 0, ["2"]),
        ('0,x\n1,"', 3, 0, []),
        # the lines of a cell that looks like rows until its quote is closed
        ('0,x\n1,"the "big" one,\nmore, lines\nand, more\nend"\n2,y\n3,z\n', 3, 3, ["2", "3"]),
        ('0,x\n1,"the "big" one\nand no row\n', 3, 1, []),
    ],
)
def test_reading_goes_on_where_all_that_follows_is_rows_again(text, line, unread, after):
    found = rows("a,b\n" + text)

    assert found[0] == {"a": "0", "b": "x"}
    assert found[1].place.line == line
    assert f"({unread} lines below are not read)" in found[1].reason
    assert [row["a"] for row in found[2:]] == after


def test_a_hundred_rows_are_believed_before_the_next_fault():
    """And fewer are not: they could be the inside of a cell."""
    many, few = ("".join(f"{n},x\n" for n in range(number)) for number in (100, 99))

    assert len(rows(f'a,b\n1,"open\n{many}2,"open\n3,y\n')) == 1 + 100 + 1 + 1
    assert rows(f'a,b\n1,"open\n{few}2,"open\n3,y\n')[1:] == [{"a": "3", "b": "y"}]


def test_in_one_column_nothing_tells_a_row_from_the_inside_of_a_cell():
    assert told(rows('a\n"x" y\nz\n')) == [
        "pairs.csv:2: '\"x\" y': a quote that is never closed, or with text after its end (1 lines below are not read); "
        "does this file have quoting at all?"
    ]


def test_a_hostile_table_of_quotes_is_read_in_time():
    """Each line leaves the rest in doubt, and each could be where it goes on."""
    text = "a,b\n" + '"' + ("1,2\n" * 50 + '"x"y\n') * 4_000

    assert isinstance(rows(text)[0], Broken)


def test_a_stray_quote_in_the_names_is_told():
    assert told(rows('a,"b\n1,2'))[0].startswith("pairs.csv:1: ")


def test_two_columns_cannot_have_one_name():
    assert told(rows("a,a\n1,2")) == ["pairs.csv:1: two columns have one name: a, a"]


def test_a_table_after_a_broken_one_is_read():
    files = [File("one.csv", b'id\n"x'), File("two.csv", b"id\n7")]

    found = list(table.read(files, item=dict))

    assert [type(record) for record in found] == [Broken, Item]


cells = st.text(st.sampled_from('a,;\t"\n\r é\u2028') | st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(cells, cells), max_size=8), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_what_the_standard_library_writes_is_read_back(lines, delimiter, end):
    out = io.StringIO(newline="")
    # the standard library leaves a lone carriage return bare, which no reader can tell from the end of a line
    quoting = csv.QUOTE_ALL if any("\r" in cell for line in lines for cell in line) else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(lines)

    found = rows("\ufeff" + out.getvalue(), delimiter=delimiter, columns=("a", "b"))

    assert [tuple(row.values()) for row in found] == lines


@given(st.text(alphabet='a,"\n\r', max_size=30))
def test_no_table_is_read_another_way_than_the_standard_library_reads_it(text):
    found = rows(text, columns=("a", "b"))

    if not any(isinstance(row, Broken) for row in found) and not _has_lone_return(text):
        expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        assert [list(row.values()) for row in found] == expected


def _has_lone_return(text: str) -> bool:
    """Python's reader ends a row at a bare CR, which RFC 4180 does not."""
    return "\r" in text.replace("\r\n", "")


TABLES = [
    ("gad", "train.tsv", 4261),
    ("gad", "dev.tsv", 535),
    ("gad", "test.tsv", 534),
    ("biosses", "blurb-tsv/train.tsv", 64),
    ("biosses", "blurb-tsv/dev.tsv", 16),
    ("biosses", "blurb-tsv/test.tsv", 20),
    ("hoc", "blurb-tsv/dev.tsv", 1798),
    ("hoc", "blurb-tsv/test.tsv", 3547),
    ("mts-dialog", "*TrainingSet.csv", 1201),
    ("mts-dialog", "*ValidationSet.csv", 100),
    ("mts-dialog", "*TestSet-1*.csv", 200),
    ("mts-dialog", "*TestSet-2*.csv", 200),
    ("aci-bench", "challenge_data/train.csv", 67),
    ("aci-bench", "challenge_data/valid.csv", 20),
    ("aci-bench", "challenge_data/clinicalnlp_taskB_test1.csv", 40),
    ("aci-bench", "challenge_data/clinicalnlp_taskC_test2.csv", 40),
    ("aci-bench", "challenge_data/clef_taskC_test3.csv", 40),
    ("aci-bench", "challenge_data/*_metadata.csv", 207),
]


@pytest.mark.real
@pytest.mark.parametrize("corpus, pattern, count", TABLES)
def test_real_tables(real, corpus, pattern, count):
    is_tsv = pattern.endswith(".tsv")
    options = {"delimiter": "\t", "quoting": "none"} if is_tsv else {}

    found = [row for file in real(corpus, pattern) for row in table.rows(file, **options)]

    assert told(found) == []
    assert len(found) == count


@pytest.mark.real
def test_mmlu_has_no_names_and_its_subject_in_the_name_of_the_file(real):
    columns = ("question", "A", "B", "C", "D", "answer")

    def item(row):
        subject = row.place.file.rpartition("/")[2].removesuffix("_test.csv")
        options, answer = tuple(row[letter] for letter in "ABCD"), "ABCD".index(row["answer"])
        return {
            "id": f"{subject}-{row.key}",
            "options": options,
            "answers": (answer,),
            "facts": {"subject": subject},
        }

    found = list(strict(table.read(real("mmlu-med", "data/test/*.csv"), item=item, columns=columns)))

    assert len({item.id for item in found}) == 1089
    assert Counter(item.facts["subject"] for item in found) == {
        "anatomy": 135, "clinical_knowledge": 265, "college_biology": 144,
        "college_medicine": 173, "medical_genetics": 100, "professional_medicine": 272,
    }  # fmt: skip


@pytest.mark.real
def test_a_bare_quote_in_a_real_file_without_quoting_is_noticed(real):
    """One cell of HoC's BLURB edition begins with a quote; read with quoting, no row goes unseen."""
    [file] = real("hoc", "blurb-tsv/test.tsv")

    assert any("does this file have quoting at all?" in line for line in told(list(table.rows(file, delimiter="\t"))))
