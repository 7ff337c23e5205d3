"""Stubs: what stands in a published mixture for a row that may not leave, and how the row comes back.

A stub says in clear what everybody may know: the corpus, its official split, one hash over all files of that split, the
part of the mixture, the entry of the recipe. What tells rows apart is sealed: the ordinal of the unit among all that the
entry makes of the split, the repeat, the rank in the draw, the shots. Numbers alone are sealed, never text.

    secret = BLAKE2b over the names and bytes of all source files of the split         known to whoever holds them
    check  = HMAC-SHA-256 of the whole row                                             under a key from the secret
    sealed = numbers XOR SHAKE-256(another key from the secret, check)                 so equal stubs mean equal rows

Every random choice of a build is a hash of a row's id, and an id is a hash of what is asked: a wording, a rank or a place
in the file, said in clear, would confirm a good guess at the text. So they are sealed, or left out where the row
brings them back by itself (wording, order of options, place in the file). See docs/decisions/0015-stubs.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medinstruct import artefact, corpora, engine, recipe, shelf, source
from medinstruct.artefact import ROLES, Build, Rows
from medinstruct.builder import part, render, spool
from medinstruct.builder.part import PartReport, PartTask
from medinstruct.builder.plan import Slice
from medinstruct.builder.render import ShardTask
from medinstruct.errors import FormatError, MedinstructError
from medinstruct.rebuild.rerender import Row, Tell, own_recipe
from medinstruct.source import File

FILE = "stubs/rows.parquet"
SCHEMA = pa.schema([
    ("corpus", pa.string()), ("split", pa.string()), ("source", pa.string()), ("part", pa.string()), ("entry", pa.int16()),
    ("task", pa.string()), ("sealed", pa.string()), ("check", pa.string()),
])  # fmt: skip
"""`split` is the corpus' own, `source` the hash of its files, `part` the mixture's split, `entry` the place in the recipe;
`sealed` and `check` are hexadecimal.
"""
AT_ONCE = 4_096
"""Rows that are made at once."""

Stub = dict[str, Any]


class Numbers(NamedTuple):
    """What is sealed."""

    unit: int
    """Ordinal among the units that the entry makes of the split, those that are too long or fit nothing included."""
    rank: int
    """In the draw of the part."""
    turn: int
    """How often the unit is asked before."""
    shots: tuple[tuple[int, int], ...] = ()
    """Of each the place of its official split among those of the corpus, and its unit."""

    def pack(self, most: int) -> bytes:
        """The numbers as bytes, as many for every row of a build whose rows have at most so many shots."""
        head = struct.pack(">IIHB", self.unit, self.rank, self.turn, len(self.shots))
        return head + b"".join(struct.pack(">BI", *shot) for shot in self.shots) + bytes(5 * (most - len(self.shots)))

    @classmethod
    def unpack(cls, raw: bytes) -> Numbers:
        unit, rank, turn, count = struct.unpack_from(">IIHB", raw)
        count = min(count, (len(raw) - 11) // 5)  # as many as there is room for, whatever was made of the bytes
        return cls(unit, rank, turn, tuple(struct.unpack_from(">BI", raw, 11 + 5 * n) for n in range(count)))


@dataclass(frozen=True)
class Key:
    """What whoever holds all files of a split can compute, and nobody else."""

    source: str
    """The hash of the files, which is public."""
    secret: bytes = field(repr=False)

    def check(self, row: Row) -> str:
        """64 hexadecimal digits over all columns of a row."""
        stated = json.dumps([row[name] for name in artefact.SCHEMA.names], separators=(",", ":"))
        return hmac.new(self._derived(b"check"), stated.encode(), hashlib.sha256).hexdigest()

    def seal(self, packed: bytes, check: str) -> str:
        """Numbers as nobody reads them who has not the key."""
        stream = hashlib.shake_256(self._derived(b"seal") + bytes.fromhex(check)).digest(len(packed))
        return bytes(a ^ b for a, b in zip(packed, stream)).hex()

    def open(self, sealed: str, check: str) -> Numbers:
        """The numbers that were sealed; nonsense, if they were altered."""
        return Numbers.unpack(bytes.fromhex(self.seal(bytes.fromhex(sealed), check)))

    def _derived(self, purpose: bytes) -> bytes:
        return hashlib.blake2b(key=self.secret, person=purpose, digest_size=32).digest()


def key(files: Sequence[File]) -> Key:
    """Return the key of a split: over the base names and all bytes of its files, whatever packs them."""
    total = hashlib.blake2b(digest_size=32, person=b"medinstruct.stub")
    for name, data in sorted((PurePosixPath(file.name).name, file.data) for file in files):
        for each in (name.encode("utf-8", "surrogatepass"), data):
            total.update(b"%d:" % len(each))
            total.update(each)
    return Key(source.digest(files), total.digest())


def content(keys: Mapping[tuple[str, str], Key], digest: str) -> str:
    """Return the check value of a whole build: over its content digest, under the keys of all splits with stubs."""
    total = hashlib.blake2b(digest_size=32, person=b"medinstruct.all")
    for name in sorted(keys):
        total.update(keys[name].secret)
    return hmac.new(total.digest(), digest.encode(), hashlib.sha256).hexdigest()


@dataclass
class Split:
    """A split of a corpus that was read: its key, and where each unit of each entry is spooled."""

    key: Key
    report: PartReport
    units: dict[int, NDArray[np.int64]]
    """By entry, the places in the spool file of its units in their order."""

    def ids(self) -> dict[int, list[str]]:
        """By entry, the ids of its units."""
        keys = spool.column(self.report.spool, "key")
        return {entry: [key.hex() for key in keys.take(places).to_pylist()] for entry, places in self.units.items()}


@dataclass(frozen=True)
class Absent:
    """A split of which rows cannot be made here."""

    why: str
    """`is not here`, `has other bytes`."""


class Sources:
    """The splits that rows of a build come from, each read once."""

    def __init__(self, build: Build, home: Path, data: Path | None) -> None:
        self.build, self.home, self.data = build, home, data
        self.text, self.path = own_recipe(build, home)
        self.splits: dict[tuple[str, str], Split] = {}
        self.absent: dict[tuple[str, str], Absent] = {}

    def read(
        self, wanted: Mapping[tuple[str, str], set[int]], *, workers: int, tell: Tell, expected: Mapping[tuple[str, str], str] | None = None
    ) -> None:  # fmt: skip
        """Read splits of corpora, all units of some entries of each.

        Args:
            wanted: The entries, by corpus and official split.
            workers: Processes.
            tell: Told of progress.
            expected: The hashes of their files; a split with other files is not read.
        """
        tasks, keys = [], []
        for n, ((id, split), entries) in enumerate(sorted(wanted.items())):
            corpus = corpora.load(id)
            folder = corpus.find(self.data, samples=self.build.manifest["samples"], download=True)
            files = corpus.files(split, folder) if folder else []
            if not files or folder is None:
                self.absent[id, split] = Absent("is not here")
                continue
            found = key(files)
            if expected is not None and found.source != expected[id, split]:
                self.absent[id, split] = Absent("has other bytes than the files that the mixture was built from")
                continue
            slice = Slice(id, split, "train", folder, tuple(sorted(entries)))
            spool = str(self.home / f"{n}.arrow")
            tasks.append(PartTask(self.text, self.path, slice, "", spool, self.build.manifest["as_published"]))
            keys.append(found)
        tell("reading sources", 0, len(tasks))
        shelves = (shelf.user_folders(),)
        reports = engine.run(part.run, tasks, workers=workers, initialise=part.prepare, initial=shelves)
        for n, (found, report) in enumerate(zip(keys, reports)):
            self.splits[report.corpus, report.split] = Split(found, report, _units(report))
            tell("reading sources", n + 1, len(tasks))

    def rows(self, corpus: str, wanted: Iterable[tuple[str, int, Numbers]]) -> Iterator[Row | None]:
        """Yield rows of a corpus, made from its files: for each (official split, entry, numbers), or None if there is none."""
        batch: list[tuple[str, int, Numbers]] = []
        for each in wanted:
            batch.append(each)
            if len(batch) == AT_ONCE:
                yield from self._made(corpus, batch)
                batch = []
        yield from self._made(corpus, batch)

    def _made(self, corpus: str, batch: list[tuple[str, int, Numbers]]) -> list[Row | None]:
        names = list(corpora.load(corpus).splits)
        parts = [name for name in names if (corpus, name) in self.splits]
        spools = tuple((self.splits[corpus, name].report.spool, name) for name in parts)

        def place(split: str, entry: int, unit: int) -> tuple[int, int]:
            return parts.index(split), int(self.splits[corpus, split].units[entry][unit])

        kept: list[int] = []
        places: list[tuple[int, int]] = []
        shots: list[tuple[tuple[int, int], ...]] = []
        for n, (split, entry, numbers) in enumerate(batch):
            try:
                shown = tuple(place(names[at], entry, unit) for at, unit in numbers.shots)
                places.append(place(split, entry, numbers.unit))
            except (LookupError, ValueError):
                continue  # a split of its shots is not here, or the numbers were altered
            shots.append(shown)
            kept.append(n)
        if not kept:
            return [None] * len(batch)
        path = self.home / "rows.parquet"
        task = ShardTask(
            self.text, self.path, str(path), spools, tuple(at for at, _ in places), tuple(row for _, row in places),
            tuple(batch[n][2].rank for n in kept), turns=tuple(batch[n][2].turn for n in kept), given=tuple(shots),
        )  # fmt: skip
        try:
            render.run(task)
        except MedinstructError:
            if len(batch) == 1:
                return [None]
            half = len(batch) // 2  # one row that cannot be rendered any more takes none with it
            return self._made(corpus, batch[:half]) + self._made(corpus, batch[half:])
        made = dict(zip(kept, Rows([path])))
        return [made.get(n) for n in range(len(batch))]


def _units(report: PartReport) -> dict[int, NDArray[np.int64]]:
    places = spool.column(report.spool, "place").to_numpy()
    return {int(entry): np.flatnonzero(places == entry) for entry in np.unique(places)}


def write(path: Path, stubs: Iterable[Stub]) -> str:
    """Write stubs in an order that tells nothing, with no library's metadata, and return the SHA-256 of the file."""
    ordered = sorted(stubs, key=lambda stub: (stub["part"], stub["entry"], stub["split"], stub["check"]))
    table = pa.Table.from_pylist(ordered, SCHEMA)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", store_schema=False)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(build: Build) -> list[Stub]:
    """Return the stubs of a published mixture.

    Raises:
        FormatError: if the file is damaged, is not the one that the manifest names, or holds what no stub holds.
    """
    path = build.folder / FILE
    with artefact.reading(path):
        if hashlib.sha256(path.read_bytes()).hexdigest() != build.manifest["stubs"]["sha256"]:
            raise FormatError("its bytes are not those that the manifest names", where=str(path), next=artefact.AGAIN)
        if fault := next(faults(build, path), ""):
            raise FormatError(fault, where=str(path), next=artefact.AGAIN)
        stubs: list[Stub] = pq.read_table(path).to_pylist()
    return stubs


def faults(build: Build, path: Path) -> Iterator[str]:
    """Yield what in a file is of no stub of this mixture: another column or type, a note in the file's head, a value of another form."""
    with pq.ParquetFile(path) as opened:
        schema, about = opened.schema_arrow, opened.metadata
    if schema.names != SCHEMA.names or schema.types != SCHEMA.types:
        yield f"columns are {', '.join(map(str, schema.names))[:200]}, and should be {', '.join(SCHEMA.names)}, each of its type"
        return
    if about.metadata or schema.metadata or any(each.metadata for each in schema):
        yield "a note stands in the head of the file"
    if not CREATED.fullmatch(about.created_by or ""):
        yield "the file says that something else than Arrow wrote it"
    mix = recipe.parse(build.manifest["recipe_text"], str(build.folder)).mix
    told = build.manifest["stubs"]["corpora"]
    widths = set()
    for n, stub in enumerate(pq.read_table(path).to_pylist()):
        entry = stub["entry"] if isinstance(stub["entry"], int) and 0 <= stub["entry"] < len(mix) else None
        of = mix[entry] if entry is not None else None
        splits = told.get(stub["corpus"], {}).get("splits", {})
        split = splits.get(stub["split"], {})
        widths.add(len(stub["sealed"] or ""))
        fits = {
            "corpus": of is not None and stub["corpus"] == of.corpus and stub["corpus"] in told,
            "split": stub["split"] in splits,
            "source": stub["source"] is not None and stub["source"] == split.get("source"),
            "part": stub["part"] in ROLES,
            "entry": of is not None and entry in split.get("entries", ()),
            "task": of is not None and stub["task"] == of.task,
            "sealed": bool(SEALED.fullmatch(stub["sealed"] or "")),
            "check": bool(CHECK.fullmatch(stub["check"] or "")),
        }
        yield from (f"stub {n}: its {name!r} is of no form that a stub has" for name, fit in fits.items() if not fit)
    if len(widths) > 1:
        yield "its 'sealed' are not all of one length"


CREATED = re.compile(r"parquet-cpp-arrow version \d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)
SEALED, CHECK = re.compile(r"[0-9a-f]{22}(?:[0-9a-f]{10}){0,64}", re.ASCII), re.compile(r"[0-9a-f]{64}", re.ASCII)
