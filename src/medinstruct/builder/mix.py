"""Which candidates become rows, and in which order: repeats, strata, the draw, and what it cannot give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct.artefact import ROLES
from medinstruct.builder.plan import Ask, Plan
from medinstruct.builder.pool import Pool
from medinstruct.errors import BuildError, RecipeError, did_you_mean
from medinstruct.mixture import draw
from medinstruct.recipe import Level, Recipe, Size, TokenSize, stated
from medinstruct.sample import draw as number
from medinstruct.sample import repeated

Longs = NDArray[np.int64]
Numbers = NDArray[np.integer[Any]]
Keys = NDArray[np.uint64]

TRAIN = ROLES.index("train")
LEFT_OUT = "over the limit of its entry or branch"


class Mixed(NamedTuple):
    """What the draw gives."""

    rows: dict[str, Longs]
    """Of each part, rows of the pool in the order of the draw."""
    told: dict[str, Any]
    """For the manifest: what could not be given."""


def mix(pool: Pool, keys: Keys, plan: Plan, asks: Mapping[int, Ask], wanted: Size, path: str) -> Mixed:
    """Draw each part of what is left of the pool; rows that are asked again are added to it.

    Args:
        pool: All candidates; rows that are not drawn get their reason.
        keys: The hash of each row that decides its place in its stratum.
        plan: The recipe, and whether anything of it is missing here.
        asks: Its entries by their place.
        wanted: Size of the train part.
        path: Of the recipe, for messages.

    Raises:
        RecipeError: if a level names a branch that there is not.
        BuildError: if all corpora are here and do not give the size that is wanted; it names the bounds that forbid
            more, and the largest size.
    """
    seed = plan.recipe.seed
    keys = _ask_again(pool, keys, asks, seed)
    drawn: dict[str, Longs] = {}
    told: dict[str, Any] = {}
    for role, name in enumerate(ROLES):
        rows = pool.alive(role)
        levels = _Levels(pool, rows, plan, asks, path, is_train=role == TRAIN)
        found = draw.order(levels.layers, keys[rows], seed, pool.turns[rows])
        ordered = rows[found.order]
        pool.reasons[rows[found.capped]] = pool.code(LEFT_OUT)
        drawn[name] = ordered
        if role == TRAIN and not plan.samples:
            drawn[name] = ordered[: fitting(pool.tokens[ordered], wanted)]
            told |= {"waived": levels.waived} if levels.waived else {}
            told |= _shortfall(pool.tokens[ordered], wanted, levels, len(rows), plan, path)
        pool.reasons[ordered[len(drawn[name]) :]] = pool.code("not drawn")
    return Mixed(drawn, told)


def fitting(tokens: Numbers, wanted: Size) -> int:
    """How many of the first rows fit into a size; `tokens` are those of each row, in their order."""
    if isinstance(wanted, TokenSize):
        return int(np.searchsorted(np.cumsum(tokens), wanted.tokens, side="right"))
    return len(tokens) if wanted == "all" else min(wanted, len(tokens))


def _ask_again(pool: Pool, keys: Keys, asks: Mapping[int, Ask], seed: int) -> Keys:
    """Add the repeats of the rows of the train part whose entries want some, and return the keys of all rows."""
    times = np.array([ask.entry.repeat for _, ask in sorted(asks.items())], dtype=np.int64)
    rows = pool.alive(TRAIN)
    for turn in range(1, int(times.max(initial=1))):
        more = rows[times[pool.places[rows]] > turn]
        names = [repeated(pool.key(row), turn) for row in more]
        pool.add(more, names, turn)
        keys = np.r_[keys, np.array([number(seed, "draw", name) for name in names], dtype=np.uint64)]
    return keys


# Strata


class Branches(NamedTuple):
    """What tells rows apart on one level."""

    labels: Sequence[str]
    of: Numbers
    """Place in `labels`, for each row."""


def _of_entries(name: Callable[[Ask], str]) -> Callable[[Pool, Longs, Mapping[int, Ask], Level], Branches]:
    def branches(pool: Pool, rows: Longs, asks: Mapping[int, Ask], level: Level) -> Branches:
        names = [name(ask) for _, ask in sorted(asks.items())]
        labels = sorted(set(names))
        return Branches(labels, np.array([labels.index(each) for each in names], dtype=np.int32)[pool.places[rows]])

    return branches


def _by_label(pool: Pool, rows: Longs, asks: Mapping[int, Ask], level: Level) -> Branches:
    """Of the labels that the answer of a row says, the rarest among all candidates of its entry.

    So that no row's label depends on other entries. Of equally rare ones the first in the order of letters.
    """
    known = {word for ask in asks.values() for word in getattr(ask.fact, "labels", {}).values() if word}
    labels = [*sorted(known | set(pool.label_names)), UNLABELLED]
    code = np.array([labels.index(name) for name in pool.label_names], dtype=np.int32)[pool.labels]
    places = pool.places[pool.label_rows].astype(np.int64)
    _, pair, counts = np.unique(places * len(labels) + code, return_inverse=True, return_counts=True)
    order = np.lexsort((code, counts[pair], pool.label_rows))
    owners = pool.label_rows[order]
    first = np.r_[True, owners[1:] != owners[:-1]] if len(owners) else np.zeros(0, dtype=bool)
    of = np.full(len(pool.rows), len(labels) - 1, dtype=np.int32)
    of[owners[first]] = code[order][first]
    return Branches(labels, of[pool.firsts[rows]])


UNLABELLED = "(none)"
"""The branch of rows whose answer says no label."""


def _by_length(pool: Pool, rows: Longs, asks: Mapping[int, Ask], level: Level) -> Branches:
    labels = [*(f"to {most}" for most in level.bins), "more"]
    return Branches(labels, np.searchsorted(level.bins, pool.tokens[rows], side="left").astype(np.int32))


NAMES: dict[str, Callable[[Ask], str]] = {
    "task": lambda ask: ask.task,
    "corpus": lambda ask: ask.corpus.id,
    "type": lambda ask: ask.type.name,
    "language": lambda ask: ask.corpus.languages[0],
    "entry": lambda ask: str(ask.place),
}
"""The branch that an entry is in, on levels whose branches the entries tell before anything is read."""

BRANCHES: dict[str, Callable[[Pool, Longs, Mapping[int, Ask], Level], Branches]] = {
    **{by: _of_entries(name) for by, name in NAMES.items()},
    "answer": lambda pool, rows, asks, level: Branches(("some", "none"), pool.empty[rows].astype(np.int8)),
    "absent": lambda pool, rows, asks, level: Branches(("none", "some", "all"), pool.absent[rows]),
    "pair": lambda pool, rows, asks, level: Branches(("other", "related", "unrelated"), pool.pairs[rows]),
    "label": _by_label,
    "length": _by_length,
}
"""What a level of a recipe can go by, with its branches:

- `task`, `corpus`, `type` (the unified task type), `language`, `entry` (by its place in the recipe, from 0);
- `answer`: `some` or `none`, whether the right answer says anything;
- `absent`: of the labels that an extraction asks for, how many the answer does not have: `none`, `some` or `all`; rows of
  other types are `none`;
- `pair`: `related` or `unrelated` where one option says that there is nothing, else `other`;
- `label`: the rarest of the labels that the answer says, `(none)` if it says none;
- `length`: tokens of the text that is asked about, `to 64`, `to 256` and `more` for bins [64, 256].
"""


def check_names(found: Recipe, asks: Sequence[Ask], path: str) -> None:
    """Refuse names of branches that no reading of the sources could give.

    Raises:
        RecipeError: naming the level and the name.
    """
    for depth, level in enumerate(found.balance):
        if level.by in NAMES:
            _refuse_unknown(depth, level, sorted({NAMES[level.by](ask) for ask in asks}), path)


def _refuse_unknown(depth: int, level: Level, labels: Sequence[str], path: str) -> None:
    for key in ("weights", "at_most", "at_least"):
        for label in getattr(level, key):
            if label not in labels:
                raise RecipeError(f"balance -> {depth} -> {key} -> {label}: no {level.by} of that name",
                                  where=path, next=did_you_mean(label, labels))  # fmt: skip


class _Levels:
    """The levels of a recipe over the rows of one part, as the draw takes them."""

    def __init__(
        self, pool: Pool, rows: Longs, plan: Plan, asks: Mapping[int, Ask], path: str, *, is_train: bool
    ) -> None:
        self.recipe, self.is_train = plan.recipe, is_train
        self.waived: list[str] = []
        """Minimum shares of branches of which no row is here, where something is missing."""
        self.has_shares = is_train and not plan.samples
        self.layers: list[draw.Layer] = []
        for depth, level in enumerate(plan.recipe.balance):
            branches = BRANCHES[level.by](pool, rows, asks, level)
            _refuse_unknown(depth, level, branches.labels, path)
            layer = self._layer(level, branches, pool.turns[rows] == 0)
            if plan.missing and not depth:
                layer = self._without_missing(depth, layer)
            self.layers.append(layer)

    def _layer(self, level: Level, branches: Branches, is_first: NDArray[np.bool_]) -> draw.Layer:
        weights, at_most, at_least = dict(level.weights), dict(level.at_most), dict(level.at_least)
        if level.by == "entry":
            for place, entry in enumerate(self.recipe.mix):
                weights[str(place)] = entry.weight
                at_most |= {} if entry.at_most is None else {str(place): entry.at_most}
                at_least |= {} if entry.at_least is None else {str(place): entry.at_least}
        caps = {label: most for label, most in at_most.items() if isinstance(most, int)}
        highest = {label: most for label, most in at_most.items() if isinstance(most, float)}
        if level.temperature is not None:
            counts = np.bincount(branches.of[is_first], minlength=len(branches.labels)).tolist()
            sizes = {label: min(n, caps.get(label, n)) for label, n in zip(branches.labels, counts)}
            weights = draw.tempered(sizes, _exact(level.temperature), weights)
        return draw.Layer(
            branches.of, branches.labels, weights, caps if self.is_train else {},
            {label: _exact(share) for label, share in at_least.items()} if self.has_shares else {},
            {label: _exact(share) for label, share in highest.items()} if self.has_shares else {},
        )  # fmt: skip

    def _without_missing(self, depth: int, layer: draw.Layer) -> draw.Layer:
        there = {layer.labels[branch] for branch in np.unique(layer.branches)}
        gone = sorted(layer.min_share.keys() - there)
        self.waived += [self.name(draw.Bound(depth, "min_share", label)) for label in gone]
        kept = {label: share for label, share in layer.min_share.items() if label in there}
        return draw.Layer(layer.branches, layer.labels, layer.weights, layer.at_most, kept, layer.max_share)

    def name(self, bound: draw.Bound) -> str:
        """Where a bound stands in the recipe, and its value."""
        key, level = "at_least" if bound.kind == "min_share" else "at_most", self.recipe.balance[bound.depth]
        if level.by == "entry" and (value := getattr(self.recipe.mix[int(bound.label)], key)) is not None:
            return f"mix -> {bound.label} -> {key}: {value}"
        return f"balance -> {bound.depth} -> {key} -> {bound.label}: {getattr(level, key)[bound.label]}"


def _exact(value: float) -> Fraction:
    """The number that is written in the recipe."""
    return Fraction(str(value))


# What it cannot give


def _shortfall(tokens: Numbers, wanted: Size, levels: _Levels, rows: int, plan: Plan, path: str) -> dict[str, Any]:
    """What is told of a size that is not reached; `tokens` are those of all rows that can be drawn."""
    size, total = len(tokens), int(tokens.sum())
    if isinstance(wanted, TokenSize):
        short, asked, given, largest = (
            total < wanted.tokens,
            f"{wanted.tokens:,} tokens",
            f"{total:,}",
            f"{total}-tokens",
        )
    elif wanted == "all":
        return {}
    else:
        short, asked, given, largest = size < wanted, f"{wanted:,} rows", f"{size:,}", f"{size:,}"
    if not short:
        return {}
    _, bounds = draw.limit(levels.layers, draw.strata(levels.layers, rows))
    named = [levels.name(bound) for bound in sorted(bounds)]
    if not plan.missing:
        why = f"; no more is possible with {' and '.join(named[:MOST_NAMED])}" if named else ""
        why += f" and {len(named) - MOST_NAMED} other bounds" if len(named) > MOST_NAMED else ""
        raise BuildError(f"the recipe asks for {asked}, its corpora give {given}{why}", where=path,
                         next=f"all corpora are here; ask for at most {largest} with --size")  # fmt: skip
    reached = {"rows": size, "tokens": total} if isinstance(wanted, TokenSize) else size
    return {"shortfall": {"wanted": stated(wanted), "reached": reached, **({"bounds": named} if named else {})}}


MOST_NAMED = 3
"""Bounds that a message names; the manifest has all of them."""
