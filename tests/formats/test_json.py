"""JSON and JSON Lines: rows become Items through a corpus' function; a broken one has its line, alone."""

import json as stdlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Document, Item
from medinstruct.formats import json, json_lines
from medinstruct.formats.draft import Broken, strict
from medinstruct.source import File


def quiz(row):
    return {"id": row["id"], "question": row["stem"], "options": row["options"], "answers": (row["key"],)}


ONE = {"id": "q1", "stem": "Which fold holds the splenule?", "options": ["the upper", "the lower"], "key": 1}
TWO = {"id": "q2", "stem": "What does zorbinase cut?", "options": ["starch", "glue"], "key": 0}


def items(*rows: dict) -> list[Item]:
    return [Item(**quiz(row)) for row in rows]


def a_file(text: str | bytes, name: str = "quiz.json") -> File:
    return File(name, text.encode() if isinstance(text, str) else text)


def read(text: str | bytes, module=json, item=quiz, **options) -> list:
    return list(module.read([a_file(text)], item=item, **options))


def lines(*rows: dict) -> str:
    return "".join(stdlib.dumps(row) + "\n" for row in rows)


def told(records: list) -> list[str]:
    """Where and why of what is broken."""
    return [f"{record.place}: {record.reason}" for record in records if isinstance(record, Broken)]


@pytest.mark.parametrize(
    "value, path",
    [
        ([ONE, TWO], ()),
        ({"version": "1", "data": [ONE, TWO], "more": [1]}, ("data",)),
        ({"exam": {"first": {"a": ONE, "b": TWO}}, "last": 1}, ("exam", "first")),
    ],
)
@pytest.mark.parametrize("indent", [None, 4])
def test_rows_stand_in_a_list_or_inside_an_object(value, path, indent):
    assert items(ONE, TWO) == read(stdlib.dumps(value, indent=indent), path=path)


def test_the_key_of_an_object_is_the_key_of_its_row():
    text = stdlib.dumps({"7012": {"stem": "Is it?"}, "7013": {"stem": "Was it?"}})

    read_ids = [record.id for record in read(text, item=lambda row: {"id": row.key, "question": row["stem"]})]

    assert read_ids == ["7012", "7013"]


def test_a_row_without_a_key_has_its_number():
    assert [row.key for row in json.rows(a_file("[{}, {}]"))] == ["0", "1"]
    assert [row.key for row in json_lines.rows(a_file("{}\n\n{}\n"))] == ["0", "1"]


def test_a_value_without_names_stands_under_value():
    rows = list(json.rows(a_file('{"7012": "yes", "7013": ["no"]}')))

    assert [(row.key, row["value"]) for row in rows] == [("7012", "yes"), ("7013", ["no"])]


def test_a_file_can_be_one_row():
    assert items(ONE) == read(stdlib.dumps(ONE), path=None)


def test_rows_know_their_lines():
    text = '[\n  {"id": "a"},\n\n  {"id": "b",\n   "c": 1}, {"id": "c"}\n]'

    assert [row.place.line for row in json.rows(a_file(text))] == [2, 4, 5]


def test_an_item_function_may_pass_over_or_make_several():
    def split(row):
        return ({"id": f"{row['id']}-{option}"} for option in row["options"]) if row["key"] else None

    found = read(stdlib.dumps([TWO, ONE]), item=split)

    assert [item.id for item in found] == ["q1-the upper", "q1-the lower"]


def test_rows_may_become_documents():
    text = stdlib.dumps([{"pmid": 1, "abstract": "Zorbinase is low."}])

    def document(row):
        return {"id": str(row["pmid"]), "text": row["abstract"]}

    assert read(text, item=document, kind=Document) == [Document(id="1", text="Zorbinase is low.")]


def test_a_repair_leaves_its_reason():
    def repair(draft):
        draft.fields["answers"] = (0,)
        return "the key of q1 is wrong in release 1.0"

    [item] = read(stdlib.dumps([ONE]), repair=repair)

    assert item.answers == (0,)
    assert item.notes == ("the key of q1 is wrong in release 1.0",)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"stem": None}, "question: Input should be a valid string"),
        ({"key": 7}, "answer 7 of item q1 is none of its 2 options"),
    ],
)
def test_fields_that_no_item_has_are_broken(change, reason):
    assert told(read(stdlib.dumps([ONE | change]))) == [f"quiz.json:1: {reason}"]


@pytest.mark.parametrize(
    "item, reason",
    [
        (lambda row: {"id": row["stm"]}, "nothing is called 'stm' here (did you mean stem?)"),
        (lambda row: {"id": {"A": 1}[row["id"]]}, "nothing is called 'q1' here (there is id, key"),
        (lambda row: {"id": row["options"][2]}, "cannot be read: list index out of range"),
        (lambda row: {"id": int(row["stem"])}, "cannot be read: invalid literal for int()"),
        (lambda row: {"id": row["key"]["A"]}, "cannot be read: 'int' object is not subscriptable"),
        (lambda row: {"id": row["key"].strip()}, "cannot be read: 'int' object has no attribute 'strip'"),
        (lambda row: {"question": "?"}, "id: Field required"),
        (lambda row: {}, "id: Field required"),
    ],
)
def test_what_the_function_trips_over_breaks_its_row_alone(item, reason):
    def first_by_item(row):
        return item(row) if row["id"] == "q1" else quiz(row)

    records = read(lines(ONE, TWO), json_lines, item=first_by_item)

    assert records[1:] == items(TWO)
    assert isinstance(records[0], Broken)
    assert told(records)[0].startswith(f"quiz.json:1: {reason}")


def test_a_broken_row_keeps_its_id():
    assert [record.id for record in read(lines({"id": "q9"}), json_lines)] == ["q9"]


@pytest.mark.parametrize(
    "bad",
    [
        '{"id": "q1", ',
        "q1",
        '{"id": 1}}',
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": "\\ud83d"}',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_a_bad_line_is_one_broken_and_the_next_is_read(bad):
    records = read(lines(ONE) + bad + "\n" + lines(TWO), json_lines)

    assert [type(record) for record in records] == [Item, Broken, Item]
    assert records[1].place.line == 2


def test_a_line_in_another_encoding_is_one_broken():
    bad = '{"stem": "Zörbinase"}\n'.encode("latin-1")
    records = read(lines(ONE).encode() + bad + lines(TWO).encode(), json_lines)

    assert [type(record) for record in records] == [Item, Broken, Item]
    assert "can't decode byte 0xf6" in records[1].reason


def test_lines_may_end_in_crlf_begin_with_a_bom_and_lack_the_last_end():
    text = "\ufeff" + lines(ONE, TWO).replace("\n", "\r\n").rstrip()

    assert items(ONE, TWO) == read(text, json_lines)


def test_a_unicode_line_separator_ends_no_line():
    row = ONE | {"stem": "one\u2028two\x85three"}

    assert items(row) == read(stdlib.dumps(row, ensure_ascii=False), json_lines)


@pytest.mark.parametrize("bad", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1, "a": 2}', '["\\ud83d"]'])
def test_a_refused_value_breaks_its_row_alone(bad):
    records = read(f"[{stdlib.dumps(ONE)},\n{bad},\n{stdlib.dumps(TWO)}]")

    assert [type(record) for record in records] == [Item, Broken, Item]
    assert records[1].place.line == 2


def test_an_id_that_stands_twice_is_broken_the_second_time():
    records = list(json.rows(a_file('{"7012": 1,\n "7012": 2}')))

    assert records[0] == {"value": 1}
    assert told(records) == ["quiz.json:2: the key '7012' stands twice"]


@given(st.integers(0, 1000))
def test_a_file_cut_off_anywhere_gives_its_whole_rows_and_one_broken(cut):
    text = stdlib.dumps({"data": [ONE, TWO]}, indent=1)
    cut %= len(text)

    *whole, last = read(text[:cut], path=("data",))

    assert whole == items(ONE, TWO)[: len(whole)]
    assert isinstance(last, Broken)
    assert 0 <= text[:cut].count("\n") + 1 - last.place.line <= 1


@pytest.mark.parametrize(
    "text, path, reason",
    [
        ("", (), "1: the file is cut off"),
        ("[1,\n[2,\n", (), "3: the file is cut off: Expecting value"),
        ('["a\nb"]', (), "1: cannot be read: Invalid control character"),
        ("[1,]", (), "1: cannot be read: Expecting value"),
        ("[1\n2]", (), "2: cannot be read: ',' is missing"),
        ('{"a": 1, b: 2}', (), "1: cannot be read: a key in double quotes is missing"),
        ('{"a" 1}', (), "1: cannot be read: ':' is missing"),
        ("[]\n[]", (), "2: cannot be read: there is more after its end"),
        ("3", (), "1: cannot be read: neither a list nor an object"),
        ('{"dta": []}', ("data",), "1: cannot be read: nothing is called 'data' here (did you mean dta?)"),
        ('{"data": 3}', ("data",), "1: cannot be read: neither a list nor an object"),
        ("[" * 100_000, (), "1: cannot be decoded below this line: maximum recursion"),
        ('{"a":' * 5000, ("a",) * 5000, "1: cannot be decoded below this line: maximum recursion"),
        ("[" + "9" * 5000 + "]", (), "1: cannot be decoded below this line: Exceeds the limit"),
    ],
)
def test_a_defect_in_the_file_has_its_line(text, path, reason):
    last = list(json.rows(a_file(text), path=path))[-1]

    assert f"{last.place}: {last.reason}".startswith(f"quiz.json:{reason}")


def test_a_file_in_another_encoding_is_one_broken_and_the_next_file_is_read():
    records = list(json.read([a_file(b'[{"id":\n "\xf6"}]'), a_file(stdlib.dumps([ONE]))], item=quiz))

    assert records[1:] == items(ONE)
    assert told(records) == ["quiz.json:2: bytes b'\\xf6\"}]' are not utf-8-sig"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(st.lists(st.dictionaries(st.text(), values, max_size=4)), st.booleans())
def test_rows_are_what_was_written(rows, ascii):
    assert rows == list(json.rows(a_file(stdlib.dumps({"": rows}, ensure_ascii=ascii), "x"), path=("",)))
    text = "\n".join(stdlib.dumps(row, ensure_ascii=ascii) for row in rows)
    assert rows == list(json_lines.rows(a_file(text, "x")))


@given(st.text(alphabet='[]{}",:\\ 1a\n', max_size=40))
def test_nothing_crashes_and_json_is_what_the_standard_library_reads(text):
    rows = list(json.rows(a_file(text)))

    if not any(isinstance(row, Broken) for row in rows):
        whole = stdlib.loads(text)
        assert len(rows) == len(whole)


@pytest.mark.real
def test_medmcqa(real):
    def item(row):
        options, answers = tuple(row[f"op{letter}"] for letter in "abcd"), (row["cop"] - 1,)
        return {"id": row["id"], "question": row["question"], "options": options, "answers": answers}

    found = list(strict(json_lines.read(real("medmcqa", "data/dev.json"), item=item)))

    assert Counter(item.answers for item in found) == {(0,): 1348, (1,): 1085, (2,): 925, (3,): 825}
    assert len({item.id for item in found}) == 4183


@pytest.mark.real
def test_medqa_us(real):
    def item(row):
        options = row["options"]
        answer = list(options).index(row["answer_idx"])
        return {"id": row.key, "question": row["question"], "options": options.values(), "answers": (answer,)}

    found = list(strict(json_lines.read(real("medqa-us", "4_options/*_test.jsonl"), item=item)))

    assert Counter(item.answers for item in found) == {(0,): 353, (1,): 309, (2,): 346, (3,): 265}


@pytest.mark.real
def test_pubmedqa(real):
    def item(row):
        return {"id": row.key, "question": row["QUESTION"], "labels": (row["final_decision"],)}

    [test] = [{row.key for row in json.rows(file)} for file in real("pubmedqa", "test_ground_truth.json")]
    found = list(strict(json.read(real("pubmedqa", "ori_pqal.json"), item=item)))

    assert Counter(item.labels for item in found) == {("yes",): 552, ("no",): 338, ("maybe",): 110}
    assert Counter(item.id in test for item in found) == {True: 500, False: 500}


@pytest.mark.real
@pytest.mark.parametrize(
    "corpus, pattern, path, count",
    [
        ("aci-bench", "challenge_data_json/train.json", ("data",), 67),
        ("aci-bench", "challenge_data_json/valid.json", ("data",), 20),
        ("bioasq-11b", "11B*_golden.json", ("questions",), 327),
        ("covid-qa", "*_covidQA.json", ("data",), 98),
        ("medinstruct", "*.jsonl", None, 216),
    ],
)
def test_other_real_rows(real, corpus, pattern, path, count):
    files = real(corpus, pattern)

    rows = [row for file in files for row in (json.rows(file, path=path) if path else json_lines.rows(file))]

    assert Counter(isinstance(row, Broken) for row in rows) == {False: count}
