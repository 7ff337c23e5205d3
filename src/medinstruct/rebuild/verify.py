"""Is a build what it says it is: first the folder by itself, then against what its sources give today."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from medinstruct import artefact, builder, difference, generator
from medinstruct.artefact import Build, Rows
from medinstruct.errors import MedinstructError
from medinstruct.generator.rows import JOURNAL
from medinstruct.rebuild.intact import faults
from medinstruct.rebuild.rerender import Again, Row, Tell, own_recipe, rerender
from medinstruct.sample import draw


@dataclass
class Verdict:
    """What was compared, and what was found; nothing found means equal."""

    faults: list[str] = field(default_factory=list)
    """What in the folder contradicts the rest of it."""
    sources: list[str] = field(default_factory=list)
    """Source files that are not what they were."""
    differences: list[str] = field(default_factory=list)
    """What is made otherwise from the sources than it stands in the folder."""
    compared: int = 0
    """Rows that were made again."""

    @property
    def is_equal(self) -> bool:
        return not (self.faults or self.sources or self.differences)


def verify(
    build: Build, data: Path | None = None, *, rows: int | None = None, workers: int = 1, tell: Tell = lambda what, done, of: None
) -> Verdict:  # fmt: skip
    """Return whether a build is what it says it is.

    Args:
        build: The build.
        data: Where the sources are, as for `build`.
        rows: How many rows are made again from their sources, chosen by a hash of their ids; left out, everything is
            built again and the content digests compared; 0 looks at the folder alone.
        workers: Processes.
        tell: Told of progress.
    """
    verdict = Verdict(faults(build, workers=workers, tell=tell))
    if rows == 0 or any("manifest" in fault for fault in verdict.faults):
        return verdict  # a manifest that contradicts itself names no recipe to be trusted
    try:
        if "generated" in build.manifest:
            _replay(build, verdict)
        elif rows is None:
            _build_again(build, data, verdict, workers, tell)
        else:
            _render_again(build, data, verdict, rows, workers, tell)
    except MedinstructError as error:
        verdict.differences.append(f"cannot be made again: {error}")
    return verdict


def chosen(build: Build, count: int) -> list[tuple[str, Row]]:
    """Return `count` rows of a build, each behind its split: those whose ids a hash puts first."""
    places: dict[str, list[int]] = {split: [] for split in build}
    for _, split, at in heapq.nsmallest(count, _drawn(build)):
        places[split].append(at)
    return [(split, row) for split, at in places.items() if at for row in _taken(build[split], sorted(at))]


def _taken(rows: Rows, places: list[int]) -> Iterator[Row]:
    wanted = np.array(places)
    for start, batch in rows.batches(artefact.SCHEMA.names, size=4_096):
        here = wanted[(wanted >= start) & (wanted < start + batch.num_rows)] - start
        yield from batch.take(pa.array(here)).to_pylist() if len(here) else ()


def _drawn(build: Build) -> Iterator[tuple[int, str, int]]:
    for split in build:
        for start, batch in build[split].batches(["id"]):
            for n, id in enumerate(batch["id"].to_pylist()):
                yield draw("verify", id), split, start + n


def _render_again(build: Build, data: Path | None, verdict: Verdict, count: int, workers: int, tell: Tell) -> None:
    made = rerender(build, chosen(build, count), data, workers=workers, tell=tell)
    verdict.compared = sum(again.row["corpus"] not in made.missing for again in made.rows)
    verdict.sources = made.sources
    verdict.differences = [told(again) for again in made.other[:MOST]]
    if len(made.other) > MOST:
        verdict.differences.append(f"{len(made.other) - MOST:,} more rows")
    if made.other:
        verdict.differences += [f"perhaps because: {cause}" for cause in made.causes(build)[:MOST]]


MOST = 10
"""Rows, and causes, that are told one by one."""


def told(again: Again) -> str:
    """Return in one line how a row differs from what its source gives."""
    row = again.row
    name = f"{row['id'][:12]} ({row['corpus']} {row['document']})"
    return f"{name}: {again.why}" if again.why else f"{name}: other {', '.join(again.differs)}"


def _replay(build: Build, verdict: Verdict) -> None:
    """Make the rows that a model wrote again from its answers in the journal beside them."""
    if not (build.folder / JOURNAL).is_file():
        verdict.differences.append(f"cannot be made again: {JOURNAL}, which holds what its model said, is not here")
        return
    with tempfile.TemporaryDirectory(prefix="medinstruct-") as home:
        made = generator.replay(build.folder, Path(home) / "again")
        verdict.compared = sum(made.manifest["rows"].values())
        if made.digest != build.digest:
            verdict.differences.append(f"the content digest is {made.digest[:16]}, not {build.digest[:16]}")
        elif made.ledger != build.ledger:
            verdict.differences.append("the ledger is another, though the rows are the same")


def _build_again(build: Build, data: Path | None, verdict: Verdict, workers: int, tell: Tell) -> None:
    manifest = build.manifest
    with tempfile.TemporaryDirectory(prefix="medinstruct-") as home:
        text, _ = own_recipe(build, Path(home))
        recipe = Path(home) / "recipe.yaml"
        recipe.write_text(text, encoding="utf-8")
        settings = builder.Settings(
            data=data, out=Path(home) / "again", size=manifest["size"], workers=workers, samples=manifest["samples"],
            as_published=manifest["as_published"], shots=manifest["shots"]["asked"],
        )  # fmt: skip
        made = builder.build(str(recipe), settings, tell)
        verdict.compared = sum(made.manifest["rows"].values())
        found = difference.compare(build, made)
        verdict.sources = [
            f"source: {stated.name} {_became(stated.before, stated.after)}"
            for stated in found.manifest
            if stated.what == "source"
        ]
        if made.digest != build.digest or found.level in ("minor", "major"):
            counts = ", ".join(f"{count:,} {kind}" for kind, count in found.counts.items() if count)
            verdict.differences.append(
                f"the content digest is {made.digest[:16]}, not {build.digest[:16]}: {counts or 'the order of rows'}"
            )
            verdict.differences += [
                _line(stated)
                for stated in found.manifest
                if (stated.what, stated.name) not in PASSED_OVER and stated.what not in ("source", "template")
            ]
        elif _books(made, set(build.manifest.get("ledger_without", ()))) != _books(build, set()):
            verdict.differences.append("the ledger is another, though the rows are the same")


def _books(build: Build, without: set[str]) -> dict[str, list[dict[str, Any]]]:
    """The lines of a ledger but those of some corpora; totals are their sums, which `intact` holds against them."""
    return {
        kind: [line for line in lines if line["corpus"] not in without]
        for kind, lines in build.ledger.items() if kind != "totals"
    }  # fmt: skip


PASSED_OVER = {("setting", "recipe"), ("setting", "recipe_sha256")}
"""Statements that differ because the recipe was written anew, with the build's own wordings."""


def _line(stated: difference.Stated) -> str:
    return f"{stated.what} {stated.name}: {stated.before} when it was built, {stated.after} now"


def _became(before: str | None, after: str | None) -> str:
    return "is gone" if after is None else "is new" if before is None else "has changed"


def summary(verdict: Verdict) -> dict[str, Any]:
    """All of a verdict, as JSON may hold it."""
    return {
        "equal": verdict.is_equal, "rows_made_again": verdict.compared, "faults": verdict.faults, "sources": verdict.sources,
        "differences": verdict.differences,
    }  # fmt: skip
