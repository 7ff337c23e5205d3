"""A question as a model reads it: windows that leave out no token, texts laid out as papers do."""

import pytest

from medinstruct import text as prose
from medinstruct.encoder import Head, pieces
from medinstruct.encoder.model import tokenizer
from medinstruct.encoder.pieces import central
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion, Marked
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import SpanQuestion
from medinstruct.tasks.task import Example


def head(kind, **more):
    stated = {"corpus": "c", "task": "t", "type": "x", "labels": ("A", "B"), "max_tokens": 16}
    return Head(kind=kind, **{**stated, **more})


@pytest.fixture(scope="module")
def words(model):
    return tokenizer(str(model))


@pytest.mark.parametrize(
    "text", ["", "Ataxia.", "naloxone (5mg/kg) reverses clonidine, " * 20, "né\u0301phrite 𝒳-linked\u200b\u2028 x" * 7]
)
def test_windows_hold_every_token_once_at_its_own_place(words, text):
    """The piece of word that a token is read off stands where the token begins; only what the tokenizer drops has none."""
    cut = pieces(words, head("tags"), SpanQuestion(text=text, labels=("A",)))
    tokens, places = prose.tokens(text), central(cut)

    assert all(len(piece) <= 16 for piece in cut)
    offsets = words(text, return_offsets_mapping=True)["offset_mapping"]
    read = {n for n, (start, _) in enumerate(tokens) for first, behind in offsets if first <= start < behind}
    assert places.keys() == read
    for token, (window, place) in places.items():
        ids = cut[window].inputs["input_ids"]
        whole = words(text)["input_ids"]
        start = tokens[token][0]
        begun = next(n for n, (first, behind) in enumerate(offsets) if first <= start < behind)
        assert ids[place] == whole[begun]


def test_a_token_is_read_off_the_window_in_which_it_stands_deepest(words):
    text = "clonidine " * 40
    cut = pieces(words, head("tags"), SpanQuestion(text=text, labels=("A",)))

    places = central(cut)

    depths = {}
    for n, piece in enumerate(cut):
        for place, token in piece.places:
            depths.setdefault(token, {})[n] = min(place, len(piece) - place)
    assert any(len(some) > 1 for some in depths.values())
    assert all(depths[token][window] == max(depths[token].values()) for token, (window, _) in places.items())


def test_what_is_not_asked_takes_no_part():
    assert head("tags").allowed(SpanQuestion(text="x", labels=("B",))) == [True, False, False, True, True]
    assert head("one").allowed(ChoiceQuestion(texts={"text": "x"}, options=("B",))) == [False, True]
    assert head("score", labels=()).allowed(SimilarityQuestion(texts={"a": "x", "b": "y"}, low=0, high=4)) == [True]


def test_marked_things_stand_as_their_labels():
    """As in BLUE and BLURB."""
    marked = tuple(Marked(label=label, mentions=((place,),)) for label, place in (("Drug", (0, 8)), ("Gene", (16, 19))))
    question = ChoiceQuestion(texts={"text": "Zorbatin blocks QLP."}, options=("A", "B"), marked=marked)

    assert head("one").texts(question) == ("@Drug$ blocks @Gene$.", "")


def test_a_question_is_read_where_it_differs_from_row_to_row():
    question = ChoiceQuestion(texts={"context": "It was fine.", "more": "All."}, question="Was it?", options=("A", "B"))

    assert head("one").texts(question) == ("It was fine.", "All.")
    assert head("one", shows_question=True).texts(question) == ("Was it?", "It was fine.\nAll.")


def test_a_text_that_is_read_at_once_is_cut_and_told(words):
    (short,) = pieces(words, head("one"), ChoiceQuestion(texts={"text": "x"}, options=("A",)))
    (long,) = pieces(words, head("one"), ChoiceQuestion(texts={"text": "clonidine " * 50}, options=("A",)))

    assert (short.is_cut, long.is_cut, len(long)) == (False, True, 16)


def test_what_outputs_say_is_what_was_taught():
    one = Example(ChoiceQuestion(texts={"text": "x"}, options=("B", "A")), ChoiceGold(choices=(0,)))
    several = Example(ChoiceQuestion(texts={"text": "x"}, options=("B", "A"), several=True), ChoiceGold(choices=(1,)))
    score = Example(SimilarityQuestion(texts={"a": "x", "b": "y"}, low=1, high=5), SimilarityGold(score=4))

    assert head("one").target(one) == [1]
    assert head("several").target(several) == [1.0, 0.0]
    assert head("score", labels=()).target(score) == [0.75]
    assert head("one").said([0.1, 0.9], one.question) == one.gold
    assert head("several").said([2.0, -2.0], several.question) == several.gold
    assert head("several").said([-2.0, -2.0], several.question) == ChoiceGold()
    assert head("score", labels=()).said([0.75], score.question) == score.gold
    assert head("score", labels=()).said([7.0], score.question) == SimilarityGold(score=5)
