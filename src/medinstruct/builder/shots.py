"""Few shots: which solved questions stand before a row's own.

They come from the train part, from rows that guard and duplicates left in the pool, whether the draw took them or not:
what a row shows depends on the pool and on no other row. They ask the same of the same corpus, never come from the
row's own group (records that share an identity, directly or by way of others) nor two from one group, and take turns
over the labels that answers have, "none" among them.

The pool of each label is a ring of groups, each at the lowest hash of its rows. A row points at a place of the ring and
takes the next group that is not its own, and a row of it, so a choice costs O(log n), and a new row in the pool changes
only the choices that point at it (Karger et al. 1997, Consistent hashing and random trees, doi:10.1145/258533.258660).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from medinstruct.builder import spool
from medinstruct.builder.part import SPOOL, PartReport
from medinstruct.builder.plan import Ask
from medinstruct.builder.pool import Pool
from medinstruct.sample import draw

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

TRIES = 8
"""Groups that are looked at, from the place in the ring on, until a row is short enough."""
LABELS = 4
"""Labels that are tried in turn for one shot."""


class Place(NamedTuple):
    """Where a candidate is spooled."""

    part: int
    row: int


@dataclass(frozen=True)
class Few:
    """What the writers of rows need to choose shots."""

    file: str = ""
    """Empty where none are wanted."""
    groups: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    """Of every row of the pool."""


def lay_out(pool: Pool, survivors: Numbers, asks: dict[int, Ask], reports: Sequence[PartReport], work: Path) -> Few:
    """Write the rows that may be shots, of the entries that want some.

    Args:
        pool: All candidates.
        survivors: Those of the train part that were left before the draw.
        asks: The entries by their place.
        reports: The parts.
        work: Folder to write to.
    """
    wanting = [place for place, ask in asks.items() if ask.shots]
    if not wanting:
        return Few()
    groups = pool.components().astype(np.int64)
    rows = survivors[np.isin(pool.places[survivors], wanting)]
    stamp = xxhash.xxh3_128(pool.keys[rows].tobytes())
    stamp.update(groups[rows].tobytes())
    stamp.update("".join(report.spool for report in reports).encode())
    file = work / f"shots-{stamp.hexdigest()}.arrow"
    _spool(pool, rows, groups, reports, file)
    return Few(str(file), groups)


def table(
    counts: Iterable[dict[int, tuple[int, int, int]]], asks: dict[int, Ask], wanted: int | None
) -> dict[str, Any]:
    """Return for the manifest how many shots each entry wanted and got; `wanted` is what the build was told."""
    total: dict[int, list[int]] = {}
    for one in counts:
        for place, numbers in one.items():
            total[place] = [a + b for a, b in zip(total.get(place, [0, 0, 0]), numbers)]
    return {
        "asked": wanted,
        "entries": [
            {"entry": place, "corpus": asks[place].corpus.id, "task": asks[place].entry.task, "rows": rows, "wanted": due, "found": found}
            for place, (rows, due, found) in sorted(total.items())
        ],
    }  # fmt: skip


def _spool(pool: Pool, rows: Numbers, groups: Numbers, reports: Sequence[PartReport], path: Path) -> None:
    tables = [_empty()]
    for number in np.unique(pool.parts[rows]):
        mine = rows[pool.parts[rows] == number]
        light = spool.take(reports[number].spool, pool.rows[mine], COLUMNS)
        light = light.append_column("part", pa.array(np.full(len(mine), number, np.int64)))
        light = light.append_column("row", pa.array(pool.rows[mine].astype(np.int64)))
        tables.append(light.append_column("group", pa.array(groups[mine])).combine_chunks())
    whole = pa.concat_tables(tables).combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole)


COLUMNS = ["place", "key", "asked_hash", "labels", "fits", "tokens"]


def _empty() -> pa.Table:
    added = [pa.field(name, pa.int64()) for name in ("part", "row", "group")]
    return pa.schema([*(SPOOL.field(name) for name in COLUMNS), *added]).empty_table()


@dataclass(frozen=True)
class Ring:
    """The groups of one label, in the order of their points, each with its rows in the order of their hashes."""

    points: Hashes
    groups: Numbers
    starts: Numbers
    """Of each group in `rows`, and the end."""
    rows: Numbers
    """Places in the shelf."""
    hashes: Hashes

    def walk(self, point: int, avoid: set[int]) -> Iterator[int]:
        """Yield a row of each group from the next one after `point` on, without the groups to avoid."""
        at = int(np.searchsorted(self.points, np.uint64(point)))
        for n in range(min(len(self.points), TRIES + len(avoid))):
            here = (at + n) % len(self.points)
            if int(self.groups[here]) not in avoid:
                first, last = int(self.starts[here]), int(self.starts[here + 1])
                inside = int(np.searchsorted(self.hashes[first:last], np.uint64(draw(point, "row"))))
                yield int(self.rows[first + inside % (last - first)])


class Shelf:
    """The rows that may be shots, from a file that `lay_out` wrote."""

    def __init__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as mapped:
            self.table = pa.ipc.open_file(mapped).read_all()
        self.groups: Numbers = self.table["group"].to_numpy().astype(np.int64)
        self.parts: Numbers = self.table["part"].to_numpy().astype(np.int64)
        self.spooled: Numbers = self.table["row"].to_numpy().astype(np.int64)
        self.tokens: Numbers = self.table["tokens"].to_numpy().astype(np.int64)
        self.fits: Numbers = self.table["fits"].to_numpy()
        self.places: Numbers = self.table["place"].to_numpy()
        self.asked: Hashes = self.table["asked_hash"].to_numpy()
        self._rings: dict[tuple[int, int], dict[int, dict[str, Ring]]] = {}

    @cached_property
    def hashes(self) -> Hashes:
        """A number for each row, the same wherever it stands."""
        keys = b"".join(self.table["key"].to_pylist())
        return np.frombuffer(keys, dtype="<u8")[::2].astype(np.uint64)

    def choose(
        self, place: int, format: int, asked: int, group: int, key: bytes, seed: int, number: int, left: int, cost: Callable[[Place], int]
    ) -> list[Place]:  # fmt: skip
        """Return the shots of a row: at most `number`, that cost no more than `left` tokens together.

        Args:
            place: Of its entry in the recipe.
            format: Of its wording's answer format among those of the entry; a shot is written in the same.
            asked: Hash of what it asks for.
            group: Its own.
            key: Its name.
            seed: Of the recipe.
            number: Of shots that are wanted.
            left: Tokens that they may have.
            cost: Tokens of a shot as it will be written.

        For each shot the next groups of the ring are looked at until a row is short enough; where none of `TRIES` groups
        of `LABELS` labels is, there are no more shots.
        """
        rings = self._of(place, format).get(asked, {})
        labels = sorted(rings, key=lambda label: draw(key, seed, "shot", label))
        avoid, found = {group}, list[Place]()
        while labels and len(found) < number:
            turn = len(found)
            tried = (labels[(turn + n) % len(labels)] for n in range(min(LABELS, len(labels))))
            points = ((label, draw(key, seed, "shot", label, turn)) for label in tried)
            for row in (row for label, point in points for row in rings[label].walk(point, avoid)):
                at = Place(int(self.parts[row]), int(self.spooled[row]))
                if self.tokens[row] <= left and (due := cost(at)) <= left:
                    break
            else:
                break
            found.append(at)
            avoid.add(int(self.groups[row]))
            left -= due
        return found

    def _of(self, place: int, format: int) -> dict[int, dict[str, Ring]]:
        """The rings of an entry in one answer format, by what is asked and by label; made when they are asked for."""
        if (rings := self._rings.get((place, format))) is None:
            rows = np.flatnonzero((self.places == place) & (self.fits >> format & 1 == 1))
            rings = self._rings[place, format] = self._made(rows)
        return rings

    def _made(self, rows: Numbers) -> dict[int, dict[str, Ring]]:
        labels = self.table["labels"].combine_chunks().take(pa.array(rows))
        counts = pc.list_value_length(labels).to_numpy(zero_copy_only=False).astype(np.int64)
        coded = pc.list_flatten(labels).dictionary_encode()
        names = ["", *coded.dictionary.to_pylist()]
        none = rows[counts == 0]
        members = np.r_[np.repeat(rows, counts), none]
        codes = np.r_[coded.indices.to_numpy(zero_copy_only=False).astype(np.int64) + 1, np.zeros(len(none), np.int64)]
        made: dict[int, dict[str, Ring]] = {}
        order = np.lexsort((codes, self.asked[members]))
        members, codes = members[order], codes[order]
        asked = self.asked[members]
        for chunk in np.split(
            np.arange(len(members)), 1 + np.flatnonzero((np.diff(codes) != 0) | (asked[1:] != asked[:-1]))
        ):
            if len(chunk):
                first = chunk[0]
                made.setdefault(int(asked[first]), {})[names[codes[first]]] = self._ring(members[chunk])
        return made

    def _ring(self, rows: Numbers) -> Ring:
        groups, hashes = self.groups[rows], self.hashes[rows]
        order = np.lexsort((hashes, groups))
        starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
        points = np.repeat(hashes[order][starts], np.diff(np.r_[starts, len(rows)]))  # the lowest hash of each group
        order = order[np.lexsort((hashes[order], points))]
        starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
        return Ring(hashes[order][starts], groups[order][starts], np.r_[starts, len(rows)], rows[order], hashes[order])
