"""Spans become tags of tokens and come back; what tags cannot carry is counted."""

from hypothesis import given
from hypothesis import strategies as st

from medinstruct import text as prose
from medinstruct.encoder import tag
from medinstruct.encoder.tags import spans
from medinstruct.tasks.span_extraction import LabelledSpan

TEXT = "Left atrial fibrillation and naloxone-induced ataxia"


def span(said, label="Disease", text=TEXT):
    start = text.index(said)
    return LabelledSpan(label=label, pieces=((start, start + len(said)),))


def tagged(*some):
    return tag(some, prose.tokens(TEXT))


def test_a_mention_is_a_b_and_i_tags():
    found = tagged(span("atrial fibrillation"), span("naloxone", "Chemical"))

    assert found.tags == ["O", "B-Disease", "I-Disease", "O", "B-Chemical", "O", "O", "O"]
    assert not found.lost


def test_of_mentions_that_share_a_token_the_longest_is_carried():
    found = tagged(span("fibrillation"), span("Left atrial"), span("atrial fibrillation"))

    assert found.tags[:3] == ["O", "B-Disease", "I-Disease"]
    assert found.lost == {"nested": 1, "crosses another": 1}


def test_two_labels_of_one_place_are_one_and_a_nested_one():
    found = tagged(span("ataxia"), span("ataxia", "Chemical"))

    assert found.tags[-1] == "B-Chemical"
    assert found.lost == {"nested": 1}


def test_a_mention_in_pieces_is_not_carried():
    found = tagged(LabelledSpan(label="Disease", pieces=((0, 4), (12, 24))))

    assert set(found.tags) == {"O"}
    assert found.lost == {"in several pieces": 1}


def test_a_mention_within_a_token_is_widened():
    found = tagged(span("taxia"))

    assert found.tags[-1] == "B-Disease"
    assert found.lost == {"begins or ends within a token": 1}


def test_tags_are_read_leniently():
    """An I without a B begins a mention, as does another label."""
    tokens = [(0, 1), (2, 3), (4, 5)]

    found = spans(["I-A", "I-B", "I-B"], tokens)

    assert [(one.label, one.pieces) for one in found.spans] == [("A", ((0, 1),)), ("B", ((2, 5),))]


@given(st.text(max_size=60), st.data())
def test_mentions_of_whole_tokens_come_back(text, data):
    """Any that share no token, whatever the text."""
    tokens, at, made = prose.tokens(text), 0, []
    while at < len(tokens):
        size = data.draw(st.integers(1, 3))
        behind = min(at + size, len(tokens))
        if label := data.draw(st.sampled_from(["", "A", "B"])):
            made.append(LabelledSpan(label=label, pieces=((tokens[at][0], tokens[behind - 1][1]),)))
        at = behind

    found = tag(made, tokens)

    assert not found.lost
    assert list(spans(found.tags, tokens).spans) == made
