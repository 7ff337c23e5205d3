"""What a build would come to, before it is written: rows exactly, tokens, bytes and seconds from a few rows of each entry.

All that decides which rows there are is done as in a build (reading, guard, duplicates, draw); of the drawn rows a few are
rendered. Tokens of the texts asked about are known exactly; wording, labels and answer are what they come to on the mean of the
few, entry by entry.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medinstruct.builder.plan import Ask, Plan
from medinstruct.builder.pool import Pool
from medinstruct.license import verdict
from medinstruct.sample import draw

FEW = 200
"""Rows of each entry and split that are rendered."""

Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Forecast:
    """What would be built."""

    recipe: str
    samples: bool
    lines: list[dict[str, Any]]
    """`split`, `task`, `corpus`, `rows`, `tokens`: rows exactly, tokens of all turns as the recipe's tokenizer counts them."""
    rows: dict[str, int]
    tokens: dict[str, int]
    bytes: int
    """Of the Parquet files, about."""
    seconds: float
    """Of a build on this machine with as many workers, about."""
    license: str
    """The one that the mixture can carry, or `none`."""
    missing: dict[str, str]
    """What was not found, and how to get it."""
    told: dict[str, Any]
    """What the manifest would say beside: guard, shortfall, unexpected counts."""


def few(pool: Pool, drawn: Mapping[str, Longs]) -> dict[str, Longs]:
    """Return some of the drawn rows of each split and entry, in the order of the draw; which ones a hash says."""
    chosen: dict[str, Longs] = {}
    for role, rows in drawn.items():
        by_entry: dict[int, list[int]] = defaultdict(list)
        for at, place in enumerate(pool.places[rows].tolist()):
            by_entry[place].append(at)
        kept = [
            at for places in by_entry.values()
            for at in (places if len(places) <= FEW else sorted(places, key=lambda at: draw("few", pool.key(int(rows[at]))))[:FEW])
        ]  # fmt: skip
        chosen[role] = rows[np.sort(np.array(kept, dtype=np.int64))]
    return chosen


def forecast(
    plan: Plan, asks: Mapping[int, Ask], pool: Pool, drawn: Mapping[str, Longs], shards: Sequence[tuple[str, Path]],
    seconds: tuple[float, float], told: Mapping[str, Any],
) -> Forecast:  # fmt: skip
    """Return what a build comes to.

    Args:
        plan: What is here.
        asks: The entries by their place.
        pool: The candidates.
        drawn: The rows of each split.
        shards: Split and file of the few that were rendered.
        seconds: What it took to draw the rows, and to render and write the few.
        told: For the manifest.
    """
    added, size, number = _measured(shards, asks)
    rows: Counter[tuple[str, str, str]] = Counter()
    tokens: Counter[tuple[str, str, str]] = Counter()
    for role, chosen in drawn.items():
        for place in np.unique(pool.places[chosen]).tolist():
            ask, mine = asks[place], chosen[pool.places[chosen] == place]
            line = (role, ask.task, ask.corpus.id)
            rows[line] += len(mine)
            tokens[line] += int(pool.tokens[mine].sum() + len(mine) * added[role, place])
    total = sum(rows.values())
    here = {slice.corpus for slice in plan.slices}
    license = verdict({ask.corpus.id: ask.corpus.license.id for ask in asks.values() if ask.corpus.id in here}).license
    return Forecast(
        recipe=plan.name, samples=plan.samples,
        lines=[
            {"split": split, "task": task, "corpus": corpus, "rows": count, "tokens": tokens[split, task, corpus]}
            for (split, task, corpus), count in sorted(rows.items())
        ],
        rows=_by_split(rows), tokens=_by_split(tokens),
        bytes=round(size * total / number) if number else 0,
        seconds=round(seconds[0] + seconds[1] * total / max(number, 1), 1),
        license=license or "none", missing=plan.missing, told=dict(told),
    )  # fmt: skip


def _by_split(counts: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for (split, _, _), count in counts.items():
        totals[split] += count
    return dict(totals)


def _measured(
    shards: Sequence[tuple[str, Path]], asks: Mapping[int, Ask]
) -> tuple[dict[tuple[str, int], float], int, int]:
    """Tokens beside the text on the mean of each split and entry; bytes and number of the rows that were written."""
    added: dict[tuple[str, int], list[int]] = defaultdict(list)
    size = number = 0
    for role, path in shards:
        size += path.stat().st_size
        for row in pq.read_table(path, columns=["messages", "meta"]).to_pylist():
            meta = json.loads(row["meta"])
            count = asks[meta["entry"]].tokenizer.count
            whole = sum(count(message["content"]) for message in row["messages"])
            added[role, meta["entry"]].append(whole - meta["tokens"])
            number += 1
    return {key: float(np.mean(values)) for key, values in added.items()}, size, number
