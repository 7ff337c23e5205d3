"""The draw where shares are set: they hold at every size, and what forbids a larger one is named."""

import math
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medinstruct.mixture.draw import Layer, limit, order, strata, tempered
from medinstruct.mixture.draw.rights import Branch, rights

LABELS = ("ner", "re", "qa", "dc", "sts")
SHARES = st.builds(Fraction, st.integers(1, 9), st.just(10)) | st.builds(Fraction, st.just(1), st.integers(2, 7))


@st.composite
def levels(draw, rows, capped=True):
    """A level: weights, caps and shares on some of its branches; minima that leave no room are rare."""
    labels = LABELS[: draw(st.integers(1, 5))]
    branches = draw(st.lists(st.integers(0, len(labels) - 1), min_size=rows, max_size=rows))
    weights = draw(st.dictionaries(st.sampled_from(labels), st.integers(1, 7)))
    caps = draw(st.dictionaries(st.sampled_from(labels), st.integers(0, 12), max_size=2)) if capped else {}
    high = draw(st.dictionaries(st.sampled_from(labels), SHARES, max_size=4))
    low = draw(st.dictionaries(st.sampled_from(labels), SHARES, max_size=3))
    low = {label: share / draw(st.sampled_from([1, 2, 3])) for label, share in low.items() if label not in high}
    return Layer(np.array(branches, dtype=np.int64), labels, weights, caps, low, high)


@st.composite
def pools(draw, depths=(1, 3), size=60, capped=True):
    """Layers, keys and seed of a small pool."""
    rows = draw(st.integers(0, size))
    layers = [draw(levels(rows, capped)) for _ in range(draw(st.integers(*depths)))]
    keys = draw(st.lists(st.integers(0, 2**64 - 1), min_size=rows, max_size=rows, unique=True))
    return layers, np.array(keys, dtype=np.uint64), draw(st.integers(0, 5))


def paths(layers, rows):
    return [tuple(each.labels[int(each.branches[row])] for each in layers) for row in rows]


def largest(layers, rows, depth=0) -> int:
    """The largest size such that at it, and at all smaller ones, shares can be met by numbers that need not be whole."""
    if depth == len(layers):
        return len(rows)
    level, there = layers[depth], {}
    for row in rows:
        there.setdefault(level.labels[int(level.branches[row])], []).append(row)
    have = {label: min(largest(layers, mine, depth + 1), level.at_most.get(label, len(mine)))
            for label, mine in there.items()}  # fmt: skip
    if depth == 0:
        have = dict.fromkeys(level.min_share, 0) | have
    size = 0
    while True:
        n = size + 1
        minima = [level.min_share.get(label, 0) * n for label in have]
        room = [min(rows, level.max_share.get(label, 1) * n) for label, rows in have.items()]
        if sum(minima) > n or sum(room) < n or any(low > rows for low, rows in zip(minima, have.values())):
            return size
        size = n


@settings(max_examples=200)
@given(pools())
def test_minimum_and_maximum_shares_hold_at_every_size_in_every_branch(pool):
    layers, keys, seed = pool
    children = {path[:depth] for path in paths(layers, range(len(keys))) for depth in range(len(layers) + 1)}
    counts = Counter()
    for path in paths(layers, order(layers, keys, seed).order):
        counts.update(path[:depth] for depth in range(len(layers) + 1))
        for depth, level in enumerate(layers):
            above, n = path[:depth], counts[path[:depth]]
            for label in level.labels:
                x = counts[*above, label]
                assert x <= level.at_most.get(label, math.inf)
                assert x <= math.ceil(level.max_share.get(label, 1) * n)
                if (*above, label) in children:
                    assert x >= math.floor(level.min_share.get(label, 0) * n)


@settings(max_examples=200)
@given(pools())
def test_the_order_is_as_long_as_the_shares_allow(pool):
    layers, keys, seed = pool

    drawn = order(layers, keys, seed)

    assert len(drawn.order) == largest(layers, range(len(keys)))
    assert sorted([*drawn.order.tolist(), *drawn.capped.tolist()]) == list(range(len(keys)))


def without(layers, bounds):
    """The layers with these bounds lifted."""
    layers = list(layers)
    for bound in bounds:
        kept = {
            label: value for label, value in getattr(layers[bound.depth], bound.kind).items() if label != bound.label
        }
        layers[bound.depth] = replace(layers[bound.depth], **{bound.kind: kept})
    return layers


@settings(max_examples=200)
@given(pools(size=40))
def test_the_bounds_that_are_named_are_those_that_bind(pool):
    """Lifted together they give way; and no bound that gives way alone is left out."""
    from medinstruct.mixture.draw import Bound

    layers, keys, _ = pool
    rows = range(len(keys))
    size, bounds = limit(layers, strata(layers, len(keys)))

    assert size == largest(layers, rows)
    if bounds:
        assert largest(without(layers, bounds), rows) > size
    every = [Bound(depth, kind, label) for depth, level in enumerate(layers)
             for kind in ("at_most", "min_share", "max_share") for label in getattr(level, kind)]  # fmt: skip
    alone = {bound for bound in every if largest(without(layers, [bound]), rows) > size}
    assert alone <= bounds
    if not bounds:
        assert largest(without(layers, every), rows) >= size
        assert not alone


@given(pools(), st.randoms(use_true_random=False))
def test_the_order_depends_neither_on_how_rows_come_nor_on_how_labels_are_numbered(pool, random):
    layers, keys, seed = pool
    mixed = list(range(len(keys)))
    random.shuffle(mixed)
    again = []
    for each in layers:
        places = list(range(len(each.labels)))
        random.shuffle(places)
        new = {old: at for at, old in enumerate(places)}
        branches = np.array([new[int(each.branches[row])] for row in mixed], dtype=np.int64)
        again.append(replace(each, branches=branches, labels=[each.labels[old] for old in places]))

    drawn = order(again, keys[mixed], seed)

    assert keys[mixed][drawn.order].tolist() == keys[order(layers, keys, seed).order].tolist()


@given(pools(depths=(1, 2)), st.integers(0, 10))
def test_what_is_added_to_a_branch_leaves_the_order_within_the_others(pool, more):
    """Shares are of all rows, so that rows of two branches may change places; those of one stratum never do."""
    layers, keys, seed = pool
    old = order(layers, keys, seed).order
    fresh = [key for key in range(2**64 - 1, 2**64 - 100, -1) if key not in set(keys.tolist())][:more]
    wider = [replace(each, branches=np.r_[each.branches, np.zeros(len(fresh), dtype=np.int64)]) for each in layers]

    new = order(wider, np.array([*keys.tolist(), *fresh], dtype=np.uint64), seed).order

    for path in set(paths(layers, range(len(keys)))) - {tuple(each.labels[0] for each in layers)}:
        before = [int(row) for row, its in zip(old, paths(layers, old)) if its == path]
        after = [int(row) for row, its in zip(new, paths(wider, new)) if its == path]
        common = min(len(before), len(after))
        assert before[:common] == after[:common]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 30), SHARES, st.sampled_from(["", "min", "max"])),
        min_size=1,
        max_size=6,
    )
)
def test_rights_are_weights_between_bounds(branches):
    """At every size they are as many rows as the size, inside their bounds, and by weight where no bound is reached."""
    made = [Branch(weight, rows, share / 3 if kind == "min" else Fraction(0), share if kind == "max" else None)
            for weight, rows, share, kind in branches]  # fmt: skip
    found = rights(made)
    for n in range(1, found.size + 1):
        have = []
        for curve, each in zip(found.curves, made):
            piece = [piece for piece in curve if piece.start <= n][-1]
            have.append(piece.slope * n + piece.offset)
            assert each.at_least * n <= have[-1] <= min(each.rows, n if each.at_most is None else each.at_most * n)
        assert sum(have) == n
        inside = [(y, each) for y, each in zip(have, made)
                  if each.at_least * n < y < min(each.rows, n if each.at_most is None else each.at_most * n)]  # fmt: skip
        assert len({y / each.weight for y, each in inside}) <= 1
        scale = inside[0][0] / inside[0][1].weight if inside else None
        for y, each in zip(have, made) if scale is not None else ():
            assert y >= scale * each.weight or y == min(each.rows, n if each.at_most is None else each.at_most * n)
            assert y <= scale * each.weight or y == each.at_least * n


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 50), SHARES, st.sampled_from(["", "", "min", "max"])), min_size=2, max_size=12)
)
def test_weights_are_met_within_a_tenth_of_a_point_from_25_000_rows(branches):
    """Of 100,000 rows and branches that last; where shares bind, what is left goes by weight."""
    labels = [f"b{n}" for n in range(len(branches))]
    weights = {label: weight for label, (weight, _, _) in zip(labels, branches)}
    low = {label: share / (2 * len(labels)) for label, (_, share, kind) in zip(labels, branches) if kind == "min"}
    high = {label: share for label, (_, share, kind) in zip(labels[1:], branches[1:]) if kind == "max"}
    size, each = 100_000, 60_000
    level = Layer(np.repeat(np.arange(len(labels)), each), labels, weights, {}, low, high)
    drawn = order([level], np.random.default_rng(1).permutation(each * len(labels)).astype(np.uint64), 0).order
    made = [Branch(weights[label], 10**9, low.get(label, Fraction(0)), high.get(label)) for label in labels]
    due = [curve[0].slope for curve in rights(made).curves]
    kinds = level.branches[drawn[: min(size, int(each / max(due)))]]
    for n in (25_000, 50_000, len(kinds)):
        if n <= len(kinds):
            got = np.bincount(kinds[:n], minlength=len(labels)) / n
            assert max(abs(float(share) - g) for share, g in zip(due, got)) <= 0.001


def test_shares_and_weights_of_many_digits_are_exact():
    """Too fine for a computer word, and so told apart by whole numbers of any length."""
    low, high = Fraction(123_456_789, 10**9), Fraction(314_159_265_358_979, 10**15)
    weights = {"ner": 262_139, "re": 262_133, "qa": 131_071, "dc": 1}
    level = Layer(np.repeat(np.arange(5), 1_000), LABELS, weights, {}, {"dc": low}, {"ner": high})
    drawn = order([level], np.random.default_rng(2).permutation(5_000).astype(np.uint64), 0).order

    for n in range(1, len(drawn) + 1):
        counts = np.bincount(level.branches[drawn[:n]], minlength=5)
        assert counts[3] >= math.floor(low * n)
        assert counts[0] <= math.ceil(high * n)
    assert len(drawn) == largest([level], range(5_000))


def test_a_million_rows_are_ordered_in_seconds_with_shares():
    random = np.random.default_rng(0)
    size = 1_000_000
    layers = [
        Layer(random.integers(0, 5, size), LABELS, {"ner": 3}, {}, {"sts": Fraction(1, 20)}, {"re": Fraction(3, 10)}),
        Layer(random.integers(0, 2, size), ("some", "none"), {}, {}, {}, {"none": Fraction(1, 5)}),
    ]
    began = time.process_time()
    drawn = order(layers, random.permutation(size).astype(np.uint64), 13)

    assert time.process_time() - began < 20
    assert len(drawn.order) == limit(layers, strata(layers, size))[0]


def test_a_quarter_each_is_a_quarter_each_at_every_size():
    level = Layer(
        np.repeat(np.arange(4), 10), LABELS[:4], {"ner": 7}, {}, {}, dict.fromkeys(LABELS[:4], Fraction(1, 4))
    )

    kinds = level.branches[order([level], np.arange(40, dtype=np.uint64), 3).order]

    assert all(len(set(kinds[n : n + 4])) == 4 for n in range(0, 40, 4))


def test_at_most_a_fifth_without_an_answer():
    """Three in four have none; one row in five may."""
    level = Layer(np.array([0] * 10 + [1] * 30), ("some", "none"), {}, {}, {}, {"none": Fraction(1, 5)})

    drawn = order([level], np.arange(40, dtype=np.uint64), 0)

    assert [int(n) for n in np.flatnonzero(level.branches[drawn.order])] == [0, 5] or len(drawn.order) == 12
    assert Counter(level.branches[drawn.order].tolist()) == {0: 10, 1: 2}
    assert limit([level], strata([level], 40)) == (12, {(0, "max_share", "none")})


def test_rows_drawn_again_come_after_all_that_were_not():
    level = Layer(np.array([0, 0, 0, 0, 1, 1]), ("a", "b"))
    turns = np.array([0, 0, 1, 1, 0, 0])

    drawn = order([level], np.array([50, 60, 1, 2, 10, 20], dtype=np.uint64), 0, turns).order.tolist()

    assert [row for row in drawn if row < 4] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("temperature", "weights"),
    [("1", [131072, 1310, 1]), ("2", [131072, 13107, 414]), ("100", [131072, 125172, 116818])],
)
def test_a_temperature_makes_weights_of_sizes(temperature, weights):
    sizes = {"a": 1_000_000, "b": 10_000, "c": 10}
    found = list(tempered(sizes, Fraction(temperature), {}).values())

    assert found == weights
    for size, weight in zip(sizes.values(), found):
        assert weight == pytest.approx(max((size / 1e6) ** (1 / float(temperature)) * 2**17, 1), abs=1)


def test_a_temperature_may_be_a_fraction():
    found = tempered({"a": 1000, "b": 10}, Fraction("2.5"), {"b": 1})

    assert found["b"] == pytest.approx(2**17 * 0.01 ** (1 / 2.5), abs=1)
    assert tempered({"a": 0, "b": 0}, Fraction(2), {}) == {"a": 1, "b": 1}
