"""Windows: which stretches of a document become questions, with nothing lost and nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.document import Document, Item, Passage
from medinstruct.tasks.unit import sentences, windows
from medinstruct.text import count_tokens
from strategies import documents

TITLE, ABSTRACT = "Zorbinase in fever.", "It was raised. It fell again after 2.5 mg. No relapse."
TEXT = f"{TITLE}\n{ABSTRACT}"


def document(*passages: tuple[str, int, int], text: str = TEXT) -> Document:
    return Document(
        id="1", text=text, passages=tuple(Passage(type=type, span=(start, end)) for type, start, end in passages)
    )


def cut(source: Document, unit: str, max_tokens: int = 1500) -> list[str]:
    return [source.text[window.start : window.end] for window in windows(source, unit, max_tokens)]


WHOLE = document(("title", 0, 19), ("abstract", 20, len(TEXT)))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("document", [TEXT]),
        ("passage", [TITLE, ABSTRACT]),
        ("sentence", [TITLE, "It was raised.", "It fell again after 2.5 mg.", "No relapse."]),
    ],
)
def test_each_unit_cuts_the_text_its_way(unit, expected):
    assert cut(WHOLE, unit) == expected


def test_windows_are_named_and_counted():
    assert [window.name for window in windows(WHOLE, "sentence", 99)] == [f"sentence {n}" for n in range(4)]
    assert [window.name for window in windows(WHOLE, "document", 99)] == ["document"]


def test_a_window_holds_whole_sentences_up_to_its_tokens():
    most = count_tokens("It was raised. It fell again after 2.5 mg.")

    assert cut(document(text=ABSTRACT), "window", most) == ["It was raised. It fell again after 2.5 mg.", "No relapse."]
    assert cut(document(text=ABSTRACT), "window", count_tokens(ABSTRACT)) == [ABSTRACT]


def test_an_item_has_no_windows():
    assert windows(Item(id="1", texts={"context": TEXT}), "sentence", 99) == []


def test_a_text_without_passages_is_one():
    assert cut(document(), "passage") == [TEXT]
    assert cut(document(("title", 0, 0)), "passage") == [TEXT]


@pytest.mark.parametrize("unit", ["passage", "sentence", "window"])
@pytest.mark.parametrize("text", ["", "  \n ", "-- …"])
def test_a_text_without_a_word_has_none_but_itself(unit, text):
    assert cut(document(text=text), unit) == []
    assert cut(document(text=text), "document") == [text]


def test_sentences_never_run_from_one_passage_into_the_next():
    text = "Zorbinase and\nfever in mice"

    assert cut(document(("title", 0, 13), ("abstract", 14, 27), text=text), "sentence") == [
        "Zorbinase and",
        "fever in mice",
    ]


def test_the_source_knows_its_sentences():
    at = TEXT.index(" No relapse")
    mine = document(
        ("sentence", at + 1, len(TEXT)), ("sentence", 20, at), ("title", 0, 19), ("abstract", 20, len(TEXT))
    )

    assert cut(mine, "sentence") == [TITLE, "It was raised. It fell again after 2.5 mg.", "No relapse."]


def test_what_a_source_sets_apart_as_sentences_is_not_all_that_there_is():
    """A title that has no sentence of its own is still asked about."""
    assert cut(document(("sentence", 20, 34)), "sentence") == [
        TITLE,
        "It was raised.",
        "It fell again after 2.5 mg.",
        "No relapse.",
    ]


def test_what_no_passage_holds_is_a_stretch_of_its_own():
    assert cut(document(("abstract", 20, 34)), "passage") == [
        f"{TITLE}\n",
        "It was raised.",
        " It fell again after 2.5 mg. No relapse.",
    ]


def test_passages_are_not_the_sentences_in_them():
    nested = document(("sentence", 20, 34), ("abstract", 20, len(TEXT)), ("title", 0, 19), ("sentence", 0, 19))

    assert cut(nested, "passage") == [TITLE, ABSTRACT]


def test_of_passages_in_passages_the_outer_one_counts():
    nested = document(("section", 20, len(TEXT)), ("paragraph", 20, 34), ("paragraph", 35, len(TEXT)), ("title", 0, 19))

    assert cut(nested, "passage") == [TITLE, ABSTRACT]


def test_passages_may_stand_in_any_order():
    assert cut(document(("abstract", 20, len(TEXT)), ("title", 0, 19)), "passage") == [TITLE, ABSTRACT]


@st.composite
def cut_up(draw) -> Document:
    """Documents whose passages and sentences overlap, leave gaps and cross one another."""
    text = draw(
        st.lists(st.sampled_from(["Zorbinase fell.", " ", "\n", "It", "2.5 mg", "…", " rose. "]), max_size=12).map(
            "".join
        )
    )
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = draw(st.lists(st.tuples(st.sampled_from(["title", "abstract", "sentence"]), places), max_size=6))
    return document(*[(type, start, end) for type, (start, end) in spans], text=text)


@pytest.mark.parametrize("unit", ["document", "passage", "sentence", "window"])
@given(source=cut_up() | documents("passages", "sentences"), max_tokens=st.integers(1, 12))
def test_windows_never_overlap_and_leave_out_no_word(unit, source, max_tokens):
    found = windows(source, unit, max_tokens)

    at = 0
    for window in found:
        assert at <= window.start < window.end <= len(source.text) or unit == "document"
        assert not any(character.isalnum() for character in source.text[at : window.start])
        at = window.end
    assert not any(character.isalnum() for character in source.text[at:])
    assert len({window.name for window in found}) == len(found)
    if unit == "window":
        assert all(count_tokens(piece) <= max_tokens for piece in cut(source, unit, max_tokens))


@given(cut_up())
def test_sentences_come_in_order(source):
    found = list(sentences(source))

    assert found == sorted(found)
