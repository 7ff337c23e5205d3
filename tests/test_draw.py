"""The draw: one total order, of which every prefix is a build; and duplicates, of which the first stays."""

import math
import time
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medinstruct.errors import RecipeError
from medinstruct.mixture.draw import Layer, order
from medinstruct.mixture.duplicates import exact
from medinstruct.sample import draw as number

LABELS = ("ner", "re", "qa", "dc", "sts")


def layer(branches, labels=LABELS, weights=None, at_most=None) -> Layer:
    return Layer(np.array(branches, dtype=np.int64), labels, weights or {}, at_most or {})


@st.composite
def pools(draw, depths=(0, 3), size=40, capped=True):
    """Layers, keys and seed of a small pool: a few branches on each level, weights and caps on some."""
    number_of_rows = draw(st.integers(0, size))
    layers = []
    for _ in range(draw(st.integers(*depths))):
        labels = LABELS[: draw(st.integers(1, 4))]
        branches = draw(st.lists(st.integers(0, len(labels) - 1), min_size=number_of_rows, max_size=number_of_rows))
        weights = draw(st.dictionaries(st.sampled_from(labels), st.integers(1, 7)))
        caps = draw(st.dictionaries(st.sampled_from(labels), st.integers(0, 8))) if capped else {}
        layers.append(layer(branches, labels, weights, caps))
    keys = draw(st.lists(st.integers(0, 2**64 - 1), min_size=number_of_rows, max_size=number_of_rows, unique=True))
    return layers, np.array(keys, dtype=np.uint64), draw(st.integers(0, 5))


def by_hand(layers: list[Layer], keys: np.ndarray, seed: int) -> list[int]:
    """The rows in order, drawn one by one: at each level the branch whose next row has the largest weight per row."""

    def drawn(rows: list[int], depth: int) -> list[int]:
        if depth == len(layers):
            return sorted(rows, key=lambda row: int(keys[row]))
        level = layers[depth]
        queues = {}
        for branch in sorted({int(level.branches[row]) for row in rows}):
            label = level.labels[branch]
            queue = drawn([row for row in rows if level.branches[row] == branch], depth + 1)
            queues[label] = queue[: level.at_most.get(label, len(queue))]
        taken, out = Counter(), []
        while any(queues.values()):
            label = min(
                (label for label in queues if queues[label]),
                key=lambda label: (Fraction(taken[label] + 1, level.weights.get(label, 1)), number(seed, "tie", label)),
            )
            taken[label] += 1
            out.append(queues[label].pop(0))
        return out

    return drawn(list(range(len(keys))), 0)


@settings(max_examples=300)
@given(pools())
def test_the_order_is_that_of_drawing_one_row_after_the_other(pool):
    layers, keys, seed = pool

    assert order(layers, keys, seed).order.tolist() == by_hand(layers, keys, seed)


@given(pools())
def test_every_row_is_drawn_once_or_capped(pool):
    layers, keys, seed = pool

    drawn = order(layers, keys, seed)

    assert sorted([*drawn.order.tolist(), *drawn.capped.tolist()]) == list(range(len(keys)))


@given(pools(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_rows_come(pool, random):
    layers, keys, seed = pool
    mixed = list(range(len(keys)))
    random.shuffle(mixed)
    again = [Layer(each.branches[mixed], each.labels, each.weights, each.at_most) for each in layers]

    drawn = order(again, keys[mixed], seed)

    assert keys[mixed][drawn.order].tolist() == keys[order(layers, keys, seed).order].tolist()


@given(pools(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_labels_are_numbered(pool, random):
    layers, keys, seed = pool
    again = []
    for each in layers:
        mixed = list(range(len(each.labels)))
        random.shuffle(mixed)
        place = {old: new for new, old in enumerate(mixed)}
        branches = [place[int(branch)] for branch in each.branches]
        again.append(layer(branches, [each.labels[old] for old in mixed], each.weights, each.at_most))

    assert order(again, keys, seed).order.tolist() == order(layers, keys, seed).order.tolist()


@given(pools(depths=(1, 3)))
def test_caps_hold_at_every_prefix_in_every_branch(pool):
    layers, keys, seed = pool
    counts = Counter()
    for row in order(layers, keys, seed).order:
        path = tuple(each.labels[int(each.branches[row])] for each in layers)
        for depth, each in enumerate(layers):
            counts[path[: depth + 1]] += 1
            assert counts[path[: depth + 1]] <= each.at_most.get(path[depth], math.inf)


@given(pools(depths=(1, 1)))
def test_a_branch_has_all_that_its_cap_allows(pool):
    (level,), keys, seed = pool
    there = Counter(level.labels[int(branch)] for branch in level.branches)

    drawn = Counter(level.labels[int(level.branches[row])] for row in order([level], keys, seed).order)

    assert all(drawn[label] == min(there[label], level.at_most.get(label, there[label])) for label in there)


@given(pools(depths=(1, 1), capped=False))
def test_weights_are_met_at_every_prefix_until_a_branch_runs_out(pool):
    """Of n rows a branch of weight w among m branches of weight W together has q = n·w/W by right.

    D'Hondt's method gives it at least q - 1 + w/W and at most q + (m - 1)·w/W: it is never a whole row short, and may
    be ahead by more than one where there are many small branches.
    """
    (level,), keys, seed = pool
    there = Counter(level.labels[int(branch)] for branch in level.branches)
    weights = {label: level.weights.get(label, 1) for label in there}
    total, counts = sum(weights.values()), Counter()
    for n, row in enumerate(order([level], keys, seed).order, start=1):
        counts[level.labels[int(level.branches[row])]] += 1
        for label, weight in weights.items():
            right = Fraction(n * weight, total)
            assert counts[label] >= right - 1 + Fraction(weight, total)
            assert counts[label] <= right + (len(weights) - 1) * Fraction(weight, total)
        if any(counts[label] == there[label] for label in there):
            return


def test_a_large_branch_may_be_ahead_by_more_than_one_row():
    """What the bound above allows does happen: it is not "within one row"."""
    labels = [f"small {n}" for n in range(9)] + ["large"]
    weights = {"large": 10}
    level = layer([n for n in range(10) for _ in range(30)], labels, weights)

    first = order([level], np.arange(300, dtype=np.uint64), 0).order[:9]

    assert sum(level.labels[int(level.branches[row])] == "large" for row in first) == 9  # by right 9 * 10 / 19 = 4.7


@given(pools(depths=(1, 2)), st.integers(1, 7), st.integers(0, 10))
def test_a_branch_that_is_added_leaves_the_order_of_the_others(pool, weight, more):
    layers, keys, seed = pool
    old = order(layers, keys, seed).order.tolist()
    top = layers[0]
    added = layer(
        [*top.branches, *[len(top.labels)] * more], [*top.labels, "new"], {**top.weights, "new": weight}, top.at_most
    )
    below = [layer([*each.branches, *[0] * more], each.labels, each.weights, each.at_most) for each in layers[1:]]
    fresh = [key for key in range(2**64 - 1, 2**64 - 100, -1) if key not in set(keys.tolist())][:more]
    wider = np.array([*keys.tolist(), *fresh], dtype=np.uint64)

    new = order([added, *below], wider, seed).order.tolist()

    assert [row for row in new if row < len(keys)] == old


@given(pools(depths=(1, 3)), st.data())
def test_rows_that_are_added_anywhere_let_no_old_row_in(pool, data):
    """Of n rows, the old ones among the new are among the old: more to choose from never draws a row that was out."""
    layers, keys, seed = pool
    old = order(layers, keys, seed).order.tolist()
    fresh = [key for key in range(3, 10**19, 10**18 - 7) if key not in set(keys.tolist())]
    fresh = fresh[: data.draw(st.integers(0, 10))]
    wider = []
    for each in layers:
        more = data.draw(st.lists(st.integers(0, len(each.labels)), min_size=len(fresh), max_size=len(fresh)))
        wider.append(layer([*each.branches, *more], [*each.labels, "new"], each.weights, each.at_most))

    new = order(wider, np.array([*keys.tolist(), *fresh], dtype=np.uint64), seed).order.tolist()

    for n in range(len(new) + 1):
        assert {row for row in new[:n] if row < len(keys)} <= set(old[:n])


@given(pools(depths=(1, 2)), st.integers(2, 9))
def test_weights_count_against_each_other_alone(pool, factor):
    layers, keys, seed = pool
    scaled = [
        Layer(
            each.branches,
            each.labels,
            {label: factor * each.weights.get(label, 1) for label in each.labels},
            each.at_most,
        )
        for each in layers
    ]

    assert order(scaled, keys, seed).order.tolist() == order(layers, keys, seed).order.tolist()


def test_two_to_one_is_two_to_one():
    level = layer([0] * 4 + [1] * 4, ("ner", "re"), {"ner": 2})

    rows = order([level], np.arange(8, dtype=np.uint64), 0).order

    kinds = [("ner", "re")[int(level.branches[row])] for row in rows]
    assert kinds[0] == "ner"
    assert [Counter(kinds[:n])["ner"] for n in (3, 6)] == [2, 4]
    assert kinds[6:] == ["re", "re"], "what is left when the other has run out"


def test_the_seed_decides_ties():
    level = layer([0, 1, 2] * 5, ("a", "b", "c"))
    firsts = {int(order([level], np.arange(15, dtype=np.uint64), seed).order[0]) for seed in range(40)}

    assert firsts == {0, 1, 2}


def test_weights_that_no_computer_word_tells_apart_are_told():
    level = layer([0, 1], ("a", "b"), {"a": 2**18 + 1})

    with pytest.raises(
        RecipeError, match=r"a weight of 262,145 for 'a' is more than 262,144 \(choose rounder weights\)"
    ):
        order([level], np.arange(2, dtype=np.uint64), 0)


def test_the_largest_weights_that_are_taken_are_told_apart():
    """3 / 262,144 comes before 3 / 262,143, and both before 1 / 87,381 = 3 / 262,143 by nothing but the tie."""
    weights = {"a": 2**18, "b": 2**18 - 1, "c": (2**18 - 1) // 3}
    level = layer([0] * 9 + [1] * 9 + [2] * 3, ("a", "b", "c"), weights)

    kinds = ["abc"[int(level.branches[row])] for row in order([level], np.arange(21, dtype=np.uint64), 0).order]

    assert "".join(kinds).replace("c", "") == "ab" * 9
    assert [Counter(kinds[:n])["c"] for n in (5, 7, 12, 14, 19, 21)] == [0, 1, 1, 2, 2, 3]


def test_a_million_rows_are_ordered_in_seconds():
    random = np.random.default_rng(0)
    size = 1_000_000
    layers = [
        layer(random.integers(0, 5, size), LABELS, {"ner": 3}),
        layer(random.integers(0, 30, size), [f"c{n}" for n in range(30)], {}, {"c3": 100}),
    ]
    began = time.process_time()
    drawn = order(layers, random.permutation(size).astype(np.uint64), 13)

    assert time.process_time() - began < 20
    assert len(drawn.order) + len(drawn.capped) == size


# Duplicates


@st.composite
def rows(draw):
    size = draw(st.integers(0, 25))
    few = st.lists(st.integers(0, 3), min_size=size, max_size=size)
    texts, asks, answers, places = (draw(few) for _ in range(4))
    keys = draw(st.lists(st.integers(0, 2**64 - 1), min_size=size, max_size=size, unique=True))
    return [np.array(column, dtype=kind) for column, kind in
            zip((texts, asks, answers, places, keys), (np.uint64, np.uint64, np.uint64, np.int64, np.uint64))]  # fmt: skip


def one_by_one(columns) -> tuple[list[bool], list[bool]]:
    texts, asks, answers, places, keys = (column.tolist() for column in columns)
    survivors: dict[tuple[int, int], int] = {}
    dropped, contradicting = [False] * len(keys), [False] * len(keys)
    for row in sorted(range(len(keys)), key=lambda row: (places[row], keys[row])):
        first = survivors.setdefault((texts[row], asks[row]), row)
        dropped[row] = first != row
        contradicting[row] = answers[first] != answers[row]
    return dropped, contradicting


@settings(max_examples=300)
@given(rows())
def test_the_first_of_equal_rows_stays_and_others_that_disagree_are_told(columns):
    found = exact(*columns)

    assert (found.dropped.tolist(), found.contradicting.tolist()) == one_by_one(columns)


@given(rows(), st.randoms(use_true_random=False))
def test_which_rows_stay_does_not_depend_on_how_they_come(columns, random):
    mixed = list(range(len(columns[0])))
    random.shuffle(mixed)

    found, again = exact(*columns), exact(*(column[mixed] for column in columns))

    assert again.dropped.tolist() == found.dropped[mixed].tolist()
    assert again.contradicting.tolist() == found.contradicting[mixed].tolist()


@given(rows(), rows())
def test_a_corpus_added_at_the_end_of_a_recipe_changes_no_survivor(columns, added):
    size = len(columns[0])
    added[3] += 10

    alone, together = exact(*columns), exact(*(np.concatenate(pair) for pair in zip(columns, added)))

    assert together.dropped[:size].tolist() == alone.dropped.tolist()
    assert together.contradicting[:size].tolist() == alone.contradicting.tolist()
