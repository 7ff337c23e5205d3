"""What may leave this machine, decided on the rows themselves and closed unless told.

samples                        refused unless told; invented text under real names misleads
records set aside              refused unless told; the reader should know that the mixture has holes
terms unknown, or no           refused unless the corpus is allowed by name, by somebody who asked its owner
derivatives allowed
agreement                      refused, always; a stub may stand for a row (stubs.py), if it holds what stubs hold and nothing else;
                               a corpus of which no row was drawn is refused too, as the manifest quotes its records and hashes its files
no license for the whole       refused unless told that rows go as a collection, each under its own terms
a file changed since           refused; what is checked must be what is sent
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from medinstruct import artefact, corpora, license
from medinstruct.artefact import Build
from medinstruct.errors import MedinstructError
from medinstruct.license import Verdict
from medinstruct.rebuild import sealed


class GateError(MedinstructError):
    """Rows may not leave."""


@dataclass(frozen=True, kw_only=True)
class Permits:
    """What somebody who answers for it has allowed."""

    corpora: tuple[str, ...] = ()
    """Of unknown terms, or without derivatives, by name."""
    samples: bool = False
    quarantined: bool = False
    collection: bool = False


def check(build: Build, permits: Permits) -> Verdict:
    """Return the terms under which a build may leave.

    Raises:
        GateError: naming what stands in the way, and for a corpus how many of its rows.
    """
    _refuse_changed(build)
    if "stubs" in build.manifest:
        _refuse_odd_stubs(build)
    if build.manifest["samples"] and not permits.samples:
        raise GateError("this build holds bundled samples: invented text under the names of real corpora", where=str(build.folder),
                        next="build with --data; to publish samples all the same, say --samples")  # fmt: skip
    rows = terms_of_rows(build)
    for obligation, told in (("agreement", ()), ("unknown", permits.corpora), ("no-derivatives", permits.corpora)):
        kept = {
            corpus: count
            for (corpus, id), count in sorted(rows.items())
            if obligation in license.together([id]) and corpus not in told
        }
        if kept:
            raise GateError(_say(kept, obligation), where=str(build.folder), next=NEXT[obligation])
    if undrawn := closed(build) - {corpus for corpus, _ in rows}:
        raise GateError(f"no row is of {', '.join(sorted(undrawn))}, and the manifest tells its files, under an agreement",
                        where=str(build.folder), next="--stubs leaves them out")  # fmt: skip
    _refuse_holes(build, permits)
    verdict = license.verdict({f"{corpus} ({id})": id for (corpus, id) in rows if corpus not in permits.corpora})
    if verdict.license is None and not permits.collection:
        raise GateError(
            "no license fits the whole: " + "; ".join(conflict.why for conflict in verdict.conflicts), where=str(build.folder),
            next="leave corpora out (medinstruct license), or publish rows side by side, each under its own terms, with --collection",
        )  # fmt: skip
    return verdict


def check_whole(build: Build, permits: Permits) -> None:
    """Refuse a build that is not what it says it is, or has holes, before stubs take the place of some of its rows.

    Raises:
        GateError: naming what stands in the way.
    """
    _refuse_changed(build)
    _refuse_holes(build, permits)


def _refuse_holes(build: Build, permits: Permits) -> None:
    """Refuse a build some of whose records were set aside, unless that is allowed.

    Raises:
        GateError: with their number by corpus.
        FormatError: if the manifest does not say.
    """
    with artefact.reading(build.folder / "manifest.json"):
        broken = {id: len(corpus["broken"]) for id, corpus in build.manifest["corpora"].items() if corpus["broken"]}
    if broken and not permits.quarantined:
        raise GateError(f"records were set aside: {_counted(broken)}", where=str(build.folder),
                        next="see `broken` in manifest.json; if the mixture is good without them, say --quarantined")  # fmt: skip


def closed(build: Build) -> frozenset[str]:
    """The corpora under agreement that a build has rows of, or that its manifest tells of."""
    of_parts = {(corpus, id) for corpus, ids in _stated(build).items() for id in ids}
    return frozenset(
        corpus for corpus, id in of_parts | {*terms_of_rows(build)} if "agreement" in license.together([id])
    )


NEXT = {
    "agreement": "nothing allows this; --stubs publishes stubs, from which whoever holds the corpus gets the rows",
    "unknown": "ask its owner; with a permission in hand allow it by name: --allow CORPUS",
    "no-derivatives": "every row is an adaptation; with its owner's permission in hand allow it by name: --allow CORPUS",
}


def terms_of_rows(build: Build) -> Counter[tuple[str, str]]:
    """Return how many rows each (corpus, license) has: as rows say, as the manifest says, as the corpus' own module says, and
    the stricter where they differ.

    A license that is not known counts as `unknown`.
    """
    stated = _stated(build)
    found: Counter[tuple[str, str]] = Counter()
    for split in build:
        for _, batch in build[split].batches(["corpus", "license"]):
            for row in (
                pa.Table.from_batches([batch])
                .group_by(["corpus", "license"])
                .aggregate([([], "count_all")])
                .to_pylist()
            ):
                for id in {license.known(row["license"]), *stated.get(row["corpus"], {"unknown"})}:
                    found[row["corpus"], id] += row["count_all"]
    return found


def _stated(build: Build) -> dict[str, set[str]]:
    """The licenses of each corpus of a manifest: the one that it names, and the one of the corpus' own module."""
    stated = {id: {license.known(corpus["license"])} for id, corpus in build.manifest["corpora"].items()}
    for id in stated.keys() & set(corpora.names()):
        stated[id].add(corpora.load(id).license.id)
    return stated


def _refuse_changed(build: Build) -> None:
    """Every shard is what the manifest says, and no other file stands beside them."""
    named = {shard["file"]: shard["sha256"] for shard in build.manifest["shards"]}
    there = {path.relative_to(build.folder).as_posix() for path in (build.folder / "data").rglob("*") if path.is_file()}
    for file in sorted(there - set(named)):
        raise GateError(
            f"{file} is no shard of this build", where=str(build.folder), next="take it away, or build again"
        )
    for file, sha256 in named.items():
        if file not in there or _sha256(build.folder / file) != sha256:
            raise GateError(f"{file} is not what the manifest says", where=str(build.folder), next="build again")


def _refuse_odd_stubs(build: Build) -> None:
    """Beside the open rows stand stubs and nothing else, in a file that holds what stubs hold and nothing else."""
    wanted = {
        sealed.FILE,
        "manifest.json",
        "ledger.json",
        "README.md",
        *(shard["file"] for shard in build.manifest["shards"]),
    }
    there = {path.relative_to(build.folder).as_posix() for path in build.folder.rglob("*") if path.is_file()}
    for file in sorted(there ^ wanted):
        raise GateError(
            f"{file[:80]} {'is not here' if file in wanted else 'belongs to no publication'}", where=str(build.folder)
        )
    with artefact.reading(build.folder / sealed.FILE):
        if _sha256(build.folder / sealed.FILE) != build.manifest["stubs"]["sha256"]:
            raise GateError("its stubs are not those that the manifest names", where=str(build.folder))
        if fault := next(sealed.faults(build, build.folder / sealed.FILE), ""):
            raise GateError(
                fault, where=str(build.folder / sealed.FILE), next="stubs are made by publish --stubs alone"
            )
    if both := sorted(build.manifest["stubs"]["corpora"].keys() & build.manifest["corpora"].keys()):
        raise GateError(f"rows of {both[0]} are said to be open, and to stand there as stubs", where=str(build.folder))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _say(kept: dict[str, int], obligation: str) -> str:
    what = {
        "agreement": "under an agreement",
        "unknown": "under terms that nobody states",
        "no-derivatives": "under terms that forbid adaptations",
    }
    return f"{sum(kept.values()):,} rows are {what[obligation]}: {_counted(kept)}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in sorted(counts.items()))
