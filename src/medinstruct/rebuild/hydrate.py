"""The way back from a published mixture with stubs: whoever has the corpora has the rows.

Each split is read once, every row is held against its check value, and, where all rows are there, the whole against
the check value of the build. Rows of a corpus that is not here, or has other bytes, are left out and listed: their
numbers are sealed with the bytes that are wanted, so that with others there is nothing to try.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from medinstruct import artefact, card, corpora
from medinstruct.artefact import ROLES, ROWS_PER_SHARD, SCHEMA, Build, Rows
from medinstruct.builder.place import alone, errors_told, put, refuse_foreign
from medinstruct.builder.told import facts
from medinstruct.errors import BuildError, FormatError
from medinstruct.rebuild import sealed
from medinstruct.rebuild.rerender import Row, Tell
from medinstruct.rebuild.sealed import AT_ONCE, Numbers, Sources, Stub
from medinstruct.sample import draw
from medinstruct.version import VERSION

Told = dict[str, dict[str, dict[str, Any]]]
"""What a manifest says of the splits that stubs are of, by corpus: `source`, `entries`."""


@dataclass(frozen=True)
class Left:
    """Rows that were not made."""

    corpus: str
    split: str
    """The corpus' own."""
    rows: int
    why: str
    next: str = ""
    """What to do about it."""


@dataclass
class Hydrated:
    """What came of it."""

    build: Build
    rows: int = 0
    """That were made from sources, each equal to the one that was published."""
    left: list[Left] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether this is the build that was published, row for row."""
        return not self.left


def hydrate(
    published: Build, data: Path | None = None, out: Path | None = None, *, workers: int = 1, force: bool = False,
    tell: Tell = lambda what, done, of: None,
) -> Hydrated:  # fmt: skip
    """Write the mixture that was published, as far as its corpora are here.

    Args:
        published: A published mixture: open rows, and stubs of the others.
        data: Where the sources are, as for `build`.
        out: Where the build goes; left out, `builds/<recipe>-<digest>`.
        workers: Processes.
        force: Replace another build at `out`.
        tell: Told of progress.

    Raises:
        FormatError: if the publication is damaged, or its stubs are none.
        BuildError: if the place is taken, or all rows are there and are not the build that was published.
    """
    if "stubs" not in published.manifest:
        raise FormatError("has no stubs; it is whole", where=str(published.folder))
    if out is not None:
        refuse_foreign(out)
    told = _told(published)
    base = out.parent if out else Path("builds")
    name = out.name if out else published.manifest["recipe"]
    with errors_told(base), alone(base, name, published.digest[:8]) as work:
        with tempfile.TemporaryDirectory(dir=work) as home:
            run = _Run(published, told, Path(home), data, workers, tell)
            manifest = run.write()
            place = out or base / f"{published.manifest['recipe']}-{manifest['digest'][:8]}"
            put(Path(home) / "artefact", place, manifest["digest"], force)
        work.rmdir()
    return Hydrated(artefact.load(place), run.rows, run.left)


class _Run:
    """One way back: what it knows as it goes."""

    def __init__(self, published: Build, told: Told, home: Path, data: Path | None, workers: int, tell: Tell) -> None:
        self.published, self.told, self.home, self.tell = published, told, home, tell
        self.folder = home / "artefact"
        self.stubs = sealed.read(published)
        self.sources = Sources(published, home, data)
        wanted = {
            (id, split): set(each["entries"]) for id, splits in self.told.items() for split, each in splits.items()
        }
        hashes = {(id, split): each["source"] for id, splits in self.told.items() for split, each in splits.items()}
        self.sources.read(wanted, workers=workers, tell=tell, expected=hashes)
        self.rows, self.left = 0, list[Left]()
        self.ids: dict[str, list[str]] = {part: [] for part in ROLES}
        """Of the rows that were made, in the order in which they are spooled."""
        self.ranks: dict[str, list[int]] = {part: [] for part in ROLES}
        self.closed: Counter[str] = Counter()
        self.content, self.characters = hashlib.sha256(), 0
        self.wordings: Counter[str] = Counter()

    def write(self) -> dict[str, Any]:
        """Write all files of the build, and return its manifest."""
        for part in ROLES:
            self._spool(part)
        whole = not self.left
        shards = [shard for part in ROLES for shard in self._shards(part, whole=whole)]
        digest = self.content.hexdigest()
        if whole:
            self._refuse_other(digest)
        manifest = self._manifest(shards, digest)
        ledger = self.published.ledger
        artefact.write_json(self.folder / "ledger.json", ledger)
        manifest["ledger_sha256"] = hashlib.sha256((self.folder / "ledger.json").read_bytes()).hexdigest()
        artefact.write_json(self.folder / "manifest.json", manifest)
        with artefact.reading(self.published.folder / "ledger.json"):
            said = card.write(artefact.load(self.folder))
        artefact.write_text(self.folder / "README.md", said)
        return manifest

    def _spool(self, part: str) -> None:
        """Make the rows of a part, and keep those that are what was published."""
        with pa.OSFile(str(self.home / f"{part}.arrow"), "wb") as sink, pa.ipc.new_file(sink, SCHEMA) as writer:
            for corpus in self.told:
                mine = [stub for stub in self.stubs if stub["part"] == part and stub["corpus"] == corpus]
                here = [stub for stub in mine if (corpus, stub["split"]) in self.sources.splits]
                self._list_absent(corpus, mine)
                for n in range(0, len(here), AT_ONCE):
                    good = [row for row in self._checked(corpus, here[n : n + AT_ONCE]) if row is not None]
                    writer.write_table(pa.Table.from_pylist(good, SCHEMA))
                    self.ids[part] += [row["id"] for row in good]
                    self.ranks[part] += [json.loads(row["meta"])["rank"] for row in good]
                    self.closed[corpus] += len(good)
                    self.tell("making rows", self.rows, len(self.stubs))

    def _checked(self, corpus: str, stubs: list[Stub]) -> Iterator[Row | None]:
        keys = [self.sources.splits[corpus, stub["split"]].key for stub in stubs]
        numbers: list[tuple[str, int, Numbers]] = [
            (stub["split"], stub["entry"], key.open(stub["sealed"], stub["check"])) for stub, key in zip(stubs, keys)
        ]
        lost: Counter[tuple[str, str]] = Counter()
        names = list(corpora.load(corpus).splits)
        for stub, key, (_, _, stated), row in zip(stubs, keys, numbers, self.sources.rows(corpus, numbers)):
            if row is not None and hmac.compare_digest(key.check(row), stub["check"]):
                self.rows += 1
                yield row
                continue
            shown = {names[at] for at, _ in stated.shots if at < len(names)}
            gone = sorted(split for split in shown if (corpus, split) in self.sources.absent)
            lost[stub["split"], f"show shots of {gone[0]}, which was left out" if gone else self._otherwise()] += 1
        self.left += [Left(corpus, split, count, why) for (split, why), count in sorted(lost.items())]

    def _otherwise(self) -> str:
        made_by = self.published.manifest["medinstruct"]
        if made_by != VERSION:
            return f"are made otherwise here: they were built by medinstruct {made_by}, this is {VERSION}"
        return "are made otherwise here: their stubs, the recipe or its wordings were altered, or a library is another"

    def _list_absent(self, corpus: str, stubs: list[Stub]) -> None:
        for split, count in sorted(Counter(stub["split"] for stub in stubs).items()):
            if absent := self.sources.absent.get((corpus, split)):
                self.left.append(Left(corpus, split, count, absent.why, corpora.load(corpus).how_to_get))

    def _shards(self, part: str, *, whole: bool) -> Iterator[dict[str, Any]]:
        """Write the rows of a part in the order in which they stood: that of a hash of their ids."""
        seed = self.published.manifest["seed"]
        opened = Rows(self.published[part].files if part in self.published else ())
        ids = [id for _, batch in opened.batches(["id"]) for id in batch["id"].to_pylist()]
        with artefact.reading(self.published.folder / "data"):
            keys = [bytes.fromhex(id) for id in (*ids, *self.ids[part])]
        places = np.array([draw(seed, "file", key) for key in keys], dtype=np.uint64)
        order = np.argsort(places, kind="stable")
        ranks = np.setdiff1d(np.arange(len(order)), np.array(self.ranks[part], dtype=np.int64)) if whole else None
        count, rows = -(-len(order) // ROWS_PER_SHARD), iter(opened)
        with pa.memory_map(str(self.home / f"{part}.arrow")) as mapped:
            spooled = pa.ipc.open_file(mapped).read_all()
            for n in range(count):
                name = f"data/{part}-{n:05d}-of-{count:05d}.parquet"
                with artefact.reading(self.published.folder / "data"):
                    chosen = _merged(
                        order[n * ROWS_PER_SHARD : (n + 1) * ROWS_PER_SHARD], len(ids), rows, spooled, ranks
                    )
                hashes = b"".join(map(artefact.row_hash, chosen))
                self.content.update(f"{part}\n".encode() + hashes)
                self.wordings.update(row["template"] for row in chosen)
                self.characters += sum(len(message["content"]) for row in chosen for message in row["messages"])
                sha256 = artefact.write_shard(self.folder / name, chosen)
                yield {"split": part, "file": name, "rows": len(chosen), "sha256": sha256}

    def _refuse_other(self, digest: str) -> None:
        keys = {name: split.key for name, split in self.sources.splits.items()}
        if not hmac.compare_digest(sealed.content(keys, digest), self.published.manifest["stubs"]["content"]):
            raise BuildError("every stub gave its row, and the whole is not the build that was published", where=str(self.published.folder),
                             next="open rows or stubs were altered; fetch it again")  # fmt: skip

    def _manifest(self, shards: list[dict[str, Any]], digest: str) -> dict[str, Any]:
        manifest = {key: value for key, value in self.published.manifest.items() if key != "stubs"}
        reports = [split.report for split in self.sources.splits.values()]
        made = {id: facts(corpora.load(id), reports) for id, rows in self.closed.items() if rows}
        missing = {f"{id}/{split}": corpora.load(id).how_to_get for id, split in self.sources.absent}
        return manifest | {
            "digest": digest,
            "rows": {
                part: rows
                for part in ROLES
                if (rows := sum(shard["rows"] for shard in shards if shard["split"] == part))
            },
            "characters": self.characters,
            "shards": shards,
            "templates": {
                name: wording | {"rows": self.wordings[name]} for name, wording in manifest["templates"].items()
            },
            "corpora": dict(sorted({**manifest["corpora"], **made}.items())),
            "missing": {**manifest["missing"], **missing},
            "ledger_without": sorted(self.told),  # what was published counts open rows alone
        }


def _merged(
    places: NDArray[np.int64], opened: int, rows: Iterator[Row], spooled: pa.Table, ranks: NDArray[np.int64] | None
) -> list[Row]:
    """The rows of a shard: open ones come in their order, those that were made are taken from where they are spooled.

    Args:
        places: Below `opened` that of an open row, else `opened` more than the place of one that was made.
        opened: How many open rows there are.
        rows: The open ones that have not come yet.
        spooled: Those that were made.
        ranks: Of open rows in the draw, by their rank among themselves; None where it is not known.
    """
    made = iter(spooled.take(pa.array(places[places >= opened] - opened)).to_pylist())
    chosen = []
    for place in places.tolist():
        row = next(made) if place >= opened else next(rows)
        if place < opened and ranks is not None:
            meta = json.loads(row["meta"])
            meta["rank"] = int(ranks[meta["rank"]])
            row = {**row, "meta": json.dumps(meta, ensure_ascii=False, separators=(",", ":"))}
        chosen.append(row)
    return chosen


def _told(published: Build) -> Told:
    """The splits of corpora under agreement that stubs are of, by corpus; a publication may come from anywhere.

    Raises:
        FormatError: if the manifest names a split that there is not, or lacks what the way back needs.
    """
    where = published.folder / "manifest.json"
    manifest = published.manifest
    with artefact.reading(where):
        told = {id: dict(each["splits"]) for id, each in manifest["stubs"]["corpora"].items()}
        needed = {"seed": int, "medinstruct": str, "missing": dict, "ledger_sha256": str, "recipe_text": str}
        for name, kind in needed.items():
            if not isinstance(manifest[name], kind):
                raise FormatError(f"{name} is a {type(manifest[name]).__name__}", where=str(where), next=artefact.AGAIN)
        if not re.fullmatch(r"[\w-][\w.-]*", manifest["recipe"]):  # it becomes the name of a folder
            raise FormatError(
                f"no recipe can be called {manifest['recipe'][:80]!r}", where=str(where), next=artefact.AGAIN
            )
        if not isinstance(manifest["stubs"]["content"], str) or not isinstance(manifest["stubs"]["sha256"], str):
            raise FormatError("it does not say what its stubs are", where=str(where), next=artefact.AGAIN)
    for id, splits in told.items():
        known = corpora.load(id).splits
        for split, each in splits.items():
            with artefact.reading(where):
                fits = (
                    split in known
                    and isinstance(each["source"], str)
                    and all(isinstance(n, int) for n in each["entries"])
                )
            if not fits:
                raise FormatError(f"there is no split {split[:40]!r} of {id}", where=str(where), next=artefact.AGAIN)
    return told
