"""Which rows a page holds in full: drawn by hash, every task of every corpus first a few times, until the page is full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from medinstruct import license
from medinstruct.artefact import SCHEMA, Build
from medinstruct.reporter.light import BATCH, Light
from medinstruct.reporter.packing import dumped
from medinstruct.reporter.shown import show
from medinstruct.sample import draw

ROWS = 1_000
FIRST = 4
"""Rows of each task of a corpus, and of each way in which rows changed, that come before all others."""
SPACE = 12_000_000
"""Characters of JSON that the rows of a page may take: 2 to 4 MB, packed."""

Place = tuple[str, int]
"""Split of a row and its place there."""


def choose(light: Light, change: Sequence[int]) -> list[int]:
    """Return the places of the rows to show, the most wanted first; no closed one is among them.

    Which ones they are depends on their ids alone.
    """
    open_rows = [row for row, shut in enumerate(light.closed.tolist()) if not shut]
    half = len(light.ids) // max(len(light), 1)
    hashes = {row: draw("report", light.ids[row * half : (row + 1) * half]) for row in open_rows}
    lines, turn, wanted = list(light.lines()), Counter[Any](), []
    for row in sorted(open_rows, key=lambda row: (hashes[row], row)):
        kinds = (lines[row], change[row])
        turn[kinds] += 1
        wanted.append((min(turn[kinds], FIRST + 1), hashes[row], row))
    return [row for _, _, row in sorted(wanted)[:ROWS]]


def full(
    build: Build, light: Light, rows: Sequence[int], was: Mapping[int, Place], before: Build | None, *, text: bool
) -> list[dict[str, Any]]:
    """Return rows in full, as many of the first as there is space for; each says in `at` which it is.

    Args:
        build: Whose rows they are.
        light: Its light columns.
        rows: Their places, the most wanted first.
        was: Where rows that say something else in `before` stand there.
        before: Another build.
        text: Whether what such a row says there is shown where it is under agreement there.

    Raises:
        FormatError: if one is not what its type says.
    """
    there = read(build, [light.place(row) for row in rows])
    earlier = read(before, [was[row] for row in rows if row in was]) if before else {}
    if before and not text:
        earlier = {place: row for place, row in earlier.items() if not license.is_closed(before.terms(row))}
    found, space = [], SPACE
    for row in rows:
        told = {"at": row, **show(build, there[light.place(row)], earlier.get(was.get(row, ("", -1))))}
        space -= len(dumped(told))
        if space < 0:
            break
        found.append(told)
    return found


def read(build: Build, places: Sequence[Place]) -> dict[Place, dict[str, Any]]:
    """Return the rows at some places, all their columns; files are read once, a piece at a time."""
    found: dict[Place, dict[str, Any]] = {}
    for split in build:
        wanted = sorted({at for a_split, at in places if a_split == split})
        for start, batch in build[split].batches(SCHEMA.names, BATCH) if wanted else ():
            here = [at - start for at in wanted if start <= at < start + batch.num_rows]
            rows = batch.take(pa.array(here, pa.int64())).to_pylist()
            found |= {(split, start + at): row for at, row in zip(here, rows)}
    return found
