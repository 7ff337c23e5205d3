"""ROUGE-L as `rouge-score` counts it, and decisions that are those of all pairs."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from clock import processor_time
from medinstruct.generator import similar
from medinstruct.generator.candidate import Candidate, Remembering
from medinstruct.text import subsequence

SCORER = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
VOCABULARY = [f"w{n}" for n in range(60)]


def theirs(one, other):
    return SCORER.score(one, other)["rougeL"].fmeasure


def sentences(rng, size, words=VOCABULARY):
    """Texts of a small vocabulary, every third an earlier one with words changed: many pairs lie near the threshold."""
    texts = []
    for _ in range(size):
        if texts and rng.random() < 0.34:
            held = rng.choice(texts).split()
            for _ in range(rng.randint(0, 6)):
                place = rng.randrange(len(held) + 1)
                held[place : place + rng.randint(0, 2)] = rng.choices(words, k=rng.randint(0, 2))
            texts.append(" ".join(held) or "w0")
        else:
            texts.append(" ".join(rng.choices(words, k=rng.randint(1, 30))))
    return texts


def all_pairs(texts, threshold):
    """Which texts are refused when each is compared with all that were accepted before it."""
    kept, refused = [], []
    for n, text in enumerate(texts):
        held = similar.words(text)
        places = subsequence.positions(held)
        if any(
            similar.f_measure(subsequence.common(o, places, len(held)), len(held), len(o)) > threshold for o in kept
        ):
            refused.append(n)
        else:
            kept.append(held)
    return refused


def by_index(texts, threshold):
    index, refused = similar.Index(threshold), []
    for n, text in enumerate(texts):
        if index.match(text) is None:
            index.add(text)
        else:
            refused.append(n)
    return refused


@pytest.mark.parametrize(
    "one, other",
    [
        ("", ""), ("", "pain"), ("pain", ""), ("Pain!", "pain"), ("---", "pain"), ("IL-2's β-chain, 3.5 mg", "il 2 s chain 3 5 mg"),
        ("a a a b", "a b a a"),
        ("İSTANBUL ﬁbrosis", "i stanbul fibrosis"), ("x " * 300, "x y " * 200), ("naïve T-cell", "na ve t cell"), ("ward\u2028round", "ward round"),
    ],
)  # fmt: skip
def test_odd_texts_score_as_with_rouge_score(one, other):
    assert similar.rouge_l(one, other) == theirs(one, other)


@given(st.text(), st.text())
def test_any_texts_score_as_with_rouge_score(one, other):
    assert similar.rouge_l(one, other) == theirs(one, other)


@given(st.lists(st.sampled_from("abcde"), max_size=90), st.lists(st.sampled_from("abcde"), max_size=90))
def test_repeated_words_score_as_with_rouge_score(one, other):
    """Texts of more than 64 words too."""
    assert similar.rouge_l(" ".join(one), " ".join(other)) == theirs(" ".join(one), " ".join(other))


def test_pairs_of_changed_sentences_score_as_with_rouge_score():
    """5,000 pairs to the last bit, many of them alike; `python bench/rouge.py --pairs 100000` compares more."""
    rng = random.Random(5)
    texts = sentences(rng, 400)
    pairs = [(texts[n % 400], texts[(n * 7 + n // 400) % 400]) for n in range(5_000)]
    scores = [similar.rouge_l(one, other) for one, other in pairs]

    assert scores == [theirs(one, other) for one, other in pairs]
    assert sum(score > 0.2 for score in scores) > 300


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_index_decides_as_all_pairs_do(seed, threshold):
    texts = sentences(random.Random(seed), 600, VOCABULARY[: 20 * seed])
    assert by_index(texts, threshold) == all_pairs(texts, threshold)


@given(st.lists(st.text("abc ", max_size=14), max_size=25), st.sampled_from([0.5, 0.6, 2 / 3, 0.7, 0.8]))
def test_the_index_decides_as_all_pairs_do_where_f_is_the_threshold(texts, threshold):
    """Short texts give few different F, so that many are the threshold itself."""
    assert by_index(texts, threshold) == all_pairs(texts, threshold)


def test_what_matches_is_named_with_its_score():
    index = similar.Index()
    index.add("name the nerve that is injured")
    index.add("list three causes of a dry cough")

    assert index.match("list four causes of a dry cough") == (
        1,
        similar.rouge_l("list four causes of a dry cough", "list three causes of a dry cough"),
    )
    assert index.match("explain a rash to a patient") is None


def test_a_text_at_the_threshold_passes():
    """As in Self-Instruct, what is above is refused: 7 of 10 words in order are F = 0.7, in floats a hair less or more."""
    one, other = "a b c d e f g h i j", "a b c d e f g x y z"
    index = similar.Index(0.7)
    index.add(one)
    assert (index.match(other) is not None) == (theirs(one, other) > 0.7)


@pytest.mark.parametrize("threshold", [0, -1, 1.1])
def test_a_threshold_that_says_nothing_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        similar.Index(threshold)


def candidate(instruction, input=""):
    return Candidate("1/0", instruction, input, "out", "other", "", (), "1")


def test_the_filter_remembers_what_was_accepted_and_nothing_else():
    sieve = similar.RougeL(["Name the nerve that is injured."])
    first, again = candidate("List three causes of a dry cough."), candidate("List four causes of a dry cough!")

    assert isinstance(sieve, Remembering)
    assert sieve(candidate("Name the nerve that was injured?")) == "ROUGE-L to one accepted before is too high"
    assert sieve(again) is None
    sieve.accepted(first)
    assert sieve(again) is not None


def test_instructions_are_compared_on_the_same_input_alone_where_that_is_wanted():
    one, elsewhere = (
        candidate("Find the drugs in the text.", "He took zorbinase."),
        candidate("Find the drugs in the text.", "Quenamide was stopped."),
    )
    for per_input, refuses in ((False, True), (True, False)):
        sieve = similar.RougeL(["Name the nerve that is injured."], per_input=per_input)
        sieve.accepted(one)
        assert sieve(one) is not None
        assert (sieve(elsewhere) is not None) == refuses


def test_the_time_of_a_question_hardly_grows_with_what_was_accepted():
    """Four times the texts take less than eight times as long, where all pairs would take sixteen times."""
    spent = []
    for size in (1_000, 4_000):
        rng = random.Random(3)
        texts = [" ".join(rng.choices([f"w{n}" for n in range(5_000)], k=20)) for _ in range(size)]
        spent.append(processor_time(lambda texts=texts: by_index(texts, 0.7)))
    assert spent[1] < 8 * spent[0]
