"""What names a row, and what changes its digest."""

import itertools
import json

import xxhash
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from medinstruct.artefact import SCHEMA, row_hash
from medinstruct.sample import draw, lot, parted, row_digest, row_id

ROW = ("bc5cdr", "train", "17", "re", "multiple_choice", "sentence 3", ("induces", "not related"))


def test_a_row_is_named_by_what_is_asked_and_not_by_the_order_of_options():
    assert row_id(*ROW) == row_id(*ROW[:-1], ("not related", "induces"))
    assert len(row_id(*ROW)) == 16


def test_every_part_of_a_row_changes_its_name():
    rows = [row_id(*ROW), row_id(*ROW, repeat=1), row_id(*ROW[:-1], ("induces",))]
    rows += [row_id(*(f"{part}." if n == k else part for k, part in enumerate(ROW))) for n in range(6)]

    assert len(set(rows)) == len(rows)


hostile = st.text(st.sampled_from("\x1f:,ab1"), max_size=4) | st.text(max_size=4)


@given(st.lists(st.lists(hostile, max_size=4).map(tuple), max_size=6, unique=True))
def test_no_two_lists_of_parts_are_drawn_alike(lists):
    """What stands in a text cannot make two rows out to be one."""
    assert len({draw(*parts) for parts in lists}) == len(lists)


def test_texts_that_hold_a_separator_are_not_mixed_up():
    for a, b in itertools.permutations(["a\x1fb", "a", "b", "b\x1fc", "1:a", ""], 2):
        assert row_id("x", "s", a, b, "t", "u", ()) != row_id("x", "s", b, a, "t", "u", ())
    assert row_id("x", "s", "a\x1fb", "c", "t", "u", ()) != row_id("x", "s", "a", "b\x1fc", "t", "u", ())


def turns(*contents: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in zip(("user", "assistant"), contents)]


def test_the_digest_is_of_what_the_model_sees_and_of_what_is_right():
    seen = [row_digest(turns("q", "a"), "g"), row_digest(turns("q", "b"), "g"), row_digest(turns("q", "a"), "h"),
            row_digest(turns("qa", ""), "g"), row_digest(turns("q"), "ag")]  # fmt: skip

    assert len(set(seen)) == len(seen)
    assert all(len(digest) == 32 for digest in seen)


@given(st.lists(hostile | st.binary(max_size=3) | st.integers()), st.integers(0, 9))
def test_a_draw_may_be_put_together_anywhere(parts, at):
    assert lot(parted(parts[:at]) + parted(parts[at:])) == draw(*parts)


said = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\/\x00\x1f\x7f\u2028\xe9'), max_size=8)


@given(st.dictionaries(said, said | st.integers(-(2**63), 2**64 - 1) | st.lists(said) | st.booleans() | st.none()))
def test_lineage_is_written_as_python_writes_it(meta):
    assert to_json(meta).decode() == json.dumps(meta, ensure_ascii=False, separators=(",", ":"))


text = st.text(st.characters() | st.sampled_from("\x1e\x1f\ud800"), max_size=4)
columns = dict.fromkeys(SCHEMA.names, text)
columns["groups"] = st.lists(text, max_size=3)
columns["messages"] = st.lists(st.fixed_dictionaries({"role": text, "content": text}), max_size=3)


@given(st.fixed_dictionaries(columns))
def test_the_hash_of_a_row_is_of_its_columns_one_behind_the_other(row):
    row["messages"] = [{"content": each["content"], "role": each["role"]} for each in row["messages"]]
    texts = {name: [row[name]] for name in SCHEMA.names}
    texts |= {
        "groups": row["groups"],
        "messages": [each[key] for each in row["messages"] for key in ("role", "content")],
    }
    parts = [part for name in SCHEMA.names for part in (*texts[name], "\x1e")]

    assert row_hash(row) == xxhash.xxh3_128_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def test_names_are_the_same_on_every_machine():
    """Changing this changes the id of every row that was ever published."""
    assert row_id(*ROW).hex() == "6cb11bb5f27805aafb6cadef167410eb"
    assert draw(13, "tie", "ner") == 76022374296755912
    assert row_digest(turns("q\ud800", "a"), "g") == "9cc01fedf63097a15293bee094a3b579"
