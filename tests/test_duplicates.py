"""Near-duplicates: pairs as another library finds them, and which row stays."""

import itertools
import random

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medinstruct.mixture import near, twins
from medinstruct.text import normalise
from test_guard import asked, build, shelf_of


def corpus(seed: int, texts: int) -> list[str]:
    """Texts of 20 to 200 words of a small vocabulary, a third of them made from an earlier one by changing words."""
    rng = random.Random(seed)
    vocabulary = [f"w{n}" for n in range(3_000)]
    made: list[str] = []
    for _ in range(texts):
        if made and rng.random() < 0.35:
            words = rng.choice(made).split()
            for place in rng.sample(range(len(words)), rng.randint(0, max(1, len(words) // 12))):
                words[place] = rng.choice(vocabulary)
            made.append(" ".join(words))
        else:
            made.append(" ".join(rng.choices(vocabulary, k=rng.randint(20, 200))))
    return made


def by_hand(text: str) -> set[tuple[str, ...]]:
    words = normalise(text).split()
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} or {tuple(words)}


def share(a: set, b: set) -> float:
    return len(a & b) / len(a | b)


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9])
def test_pairs_are_those_of_datasketch(threshold):
    """The same bands of as many minima; both verified by exact Jaccard: F1 of 0.99 or more."""
    datasketch = pytest.importorskip("datasketch")
    texts = corpus(3, 1_500)
    sets = [by_hand(text) for text in texts]
    bands, rows = near.shape(threshold)
    lsh = datasketch.MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    theirs = set()
    for n, shingles in enumerate(sets):
        sketch = datasketch.MinHash(num_perm=bands * rows, seed=1)
        sketch.update_batch([" ".join(run).encode() for run in shingles])
        theirs |= {(m, n) for m in lsh.query(sketch) if share(sets[m], shingles) >= threshold}
        lsh.insert(n, sketch)

    ours = set(near.pairs(texts, threshold))
    both = len(ours & theirs)

    assert len(theirs) > 50
    assert all(share(sets[a], sets[b]) >= threshold for a, b in ours)
    assert 2 * both / (len(ours) + len(theirs)) >= 0.99


def test_pairs_are_those_of_a_comparison_of_all_with_all():
    texts = corpus(4, 300)
    sets = [by_hand(text) for text in texts]
    expected = {(a, b) for a, b in itertools.combinations(range(len(texts)), 2) if share(sets[a], sets[b]) >= 0.8}

    assert set(near.pairs(texts, 0.8)) == expected


@given(st.floats(0.5, 1))
def test_bands_miss_no_more_than_one_pair_in_a_thousand_at_the_threshold(threshold):
    bands, rows = near.shape(threshold)

    assert bands * rows <= near.PERMUTATIONS
    assert (1 - threshold**rows) ** bands <= near.MISSED


@given(st.text(max_size=60))
def test_a_text_is_the_same_as_itself_in_other_spelling(text):
    shouted = near.shingles(f"  {text}\n")

    assert shouted.tolist() == near.shingles(text).tolist()
    assert near.jaccard(shouted, shouted) == (1.0 if len(shouted) else 0.0)


def survivors(texts, groups, asks=None):
    sets = [near.shingles(text) for text in texts]
    bands = [near.bands(shingles, 0.8) for shingles in sets]
    keys = np.concatenate(bands)
    owners = np.repeat(np.arange(len(texts)), [len(each) for each in bands])
    if asks is not None:
        keys = keys + np.array(asks, dtype=np.uint64)[owners]
    return near.survivors([(keys, owners)], np.array(groups), 0.8, sets.__getitem__).tolist()


BASE = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    * 3
)


def test_the_first_stays_and_rows_of_one_document_are_left_alone():
    texts = [BASE, f"{BASE} x", f"{BASE} y", "nothing of the kind is said here by anyone"]

    assert survivors(texts, [0, 1, 2, 3]) == [-1, 0, 0, -1]
    assert survivors(texts, [0, 0, 2, 3]) == [-1, -1, 0, -1]
    assert survivors(texts, [0, 1, 2, 3], asks=[1, 1, 2, 1]) == [-1, 0, -1, -1]


def test_a_row_that_is_dropped_drops_no_other():
    """B is like A, C is like B and not like A: C stays."""
    words = [f"v{n}" for n in range(104)]
    a, b, c = words[:100], words[:100], words[:100]
    b = [*b[:-8], *(f"b{n}" for n in range(8))]
    c = [*(f"c{n}" for n in range(8)), *b[8:]]
    a, b, c = (" ".join(each) for each in (a, b, c))
    assert share(by_hand(a), by_hand(b)) >= 0.8 <= share(by_hand(b), by_hand(c))
    assert share(by_hand(a), by_hand(c)) < 0.8

    assert survivors([a, b, c], [0, 1, 2]) == [-1, 0, -1]


def test_rows_added_at_the_end_change_no_survivor():
    texts = corpus(5, 400)
    before = survivors(texts[:300], range(300))

    assert survivors(texts, range(400))[:300] == before


def test_a_build_keeps_one_of_two_documents_that_are_nearly_the_same(tmp_path):
    """Of another corpus, a word changed: the later one goes, and the list says for which; its own text twice stays."""
    rewritten = BASE.replace("seven", "7", 1)
    home = shelf_of(
        tmp_path / "shelf",
        one={"train": [asked(BASE), asked(f"{BASE} and more", identities=["pmid:1"])]},
        two={"train": [asked(rewritten), asked(f"{rewritten} again", identities=["pmid:1"])]},
    )
    mix = "mix: [{corpus: one, task: gen}, {corpus: two, task: gen}]\n"
    made = build(home, f"title: t\nroles: [train]\ndedup: {{near: 0.8}}\n{mix}")
    kept = {row["document"]: row["id"] for row in made["train"]}
    removed = pq.read_table(made.folder / "removed.parquet").to_pylist()

    assert len(kept) + len(removed) == 4
    assert all(row["why"] == "same text, nearly, and ask as a row of another document" for row in removed)
    assert all(row["same_as"] in kept.values() for row in removed)
    assert {row["corpus"] for row in made["train"]} >= {"one"}
    assert "two-train-0" not in kept


def test_contradictions_are_listed_with_the_row_that_stays(tmp_path):
    """The same text and ask with another answer: dropped, told apart, and paired."""
    home = shelf_of(tmp_path / "shelf", one={"train": [asked(BASE), asked(BASE, identities=["pmid:2"])]})
    module = home / "corpora/one.py"
    module.write_text(module.read_text().replace('("Done.",)', '(row["id"],)'))
    made = build(home, "title: t\nroles: [train]\nmix: [{corpus: one, task: gen}]\n")
    (removed,) = pq.read_table(made.folder / "removed.parquet").to_pylist()

    assert removed["why"] == "same text and ask as another row, with another answer"
    assert removed["same_as"] == made["train"][0]["id"]


def test_bands_are_compared_one_after_the_other_as_all_at_once():
    """They are read from disk one by one; two bands have no key in common."""
    texts = [
        BASE,
        BASE.replace("ten", "TEN!"),
        BASE.replace("one", "uno"),
        "quite another text of more than five words",
    ]
    found = [near.bands(near.shingles(text), 0.8) for text in texts]
    one_by_one = [(np.array([keys[n] for keys in found]), np.arange(len(texts))) for n in range(near.shape(0.8)[0])]
    together = [(np.concatenate(found), np.repeat(np.arange(len(texts)), [len(keys) for keys in found]))]

    assert list(near.candidates(one_by_one)) == list(near.candidates(together)) != []


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
def test_a_key_has_a_twin_where_it_stands_twice_or_more(monkeypatch, at_once):
    monkeypatch.setattr(twins, "AT_ONCE", at_once)
    for keys in ([], [5], [5, 5], [1, 2, 3], [2**64 - 1, 0, 2**64 - 1, 3, 0, 0], [*range(50), 7]):
        found = twins.has_twin(np.array(keys, dtype=np.uint64))

        assert found.tolist() == [keys.count(key) > 1 for key in keys]
