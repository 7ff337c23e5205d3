"""What a build differs in from another one, as a report shows it; the differences are those of `medinstruct diff`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from medinstruct import difference, license
from medinstruct.artefact import Build
from medinstruct.card import Composition
from medinstruct.difference import KINDS, Difference
from medinstruct.reporter.light import Light, Numbers

MOST_STATED = 200
"""Statements of the manifests that are listed."""

Place = tuple[str, int]
"""Split of a row and its place there."""


@dataclass(frozen=True)
class Changes:
    """What changed from `before` to the build of the report."""

    found: Difference
    bits: Numbers
    """For each row of the build a bit for each of `difference.KINDS`."""
    was: dict[int, Place]
    """For rows that say something else in `before`, where they stand there."""

    def as_json(
        self, made_of: Composition, before: Composition, closed: Collection[str], *, text: bool
    ) -> dict[str, Any]:
        """Counts by kind, by corpus and task, and what the manifests say differently.

        Args:
            made_of: What the build is made of.
            before: What the earlier one is made of.
            closed: Corpora of rows under agreement.
            text: Whether what is under agreement is told; else of closed corpora of both builds no files and their hashes.
        """
        told = self.found.summary()
        if not text:
            closed = {*closed, *_closed(self.found.before), *_closed(self.found.after)}
        stated = [
            each for each in told["manifest"] if each["what"] != "source" or each["name"].split("/")[0] not in closed
        ]
        return {
            "before": {"recipe": self.found.before.manifest["recipe"], "digest": self.found.before.digest,
                       "folder": self.found.before.folder.resolve().name},
            "level": told["level"], "because": told["because"], "same": told["same"], "rows": told["rows"],
            "lines": told["by_corpus_and_task"],
            "sizes": [
                (task, corpus, _rows(before, task, corpus), _rows(made_of, task, corpus))
                for task, corpus in sorted({(task, corpus) for _, task, corpus in (*made_of.rows, *before.rows)})
            ],
            "manifest": stated[:MOST_STATED], "more": max(len(stated) - MOST_STATED, 0),
        }  # fmt: skip


def _rows(made_of: Composition, task: str, corpus: str) -> int:
    return sum(rows for (_, a_task, a_corpus), rows in made_of.rows.items() if (a_task, a_corpus) == (task, corpus))


def _closed(build: Build) -> set[str]:
    return {id for id, corpus in build.manifest["corpora"].items() if license.is_closed(corpus["license"])}


def compare(before: Build, build: Build, light: Light) -> Changes:
    """Return what changed from `before` to `build`.

    Raises:
        FormatError: if a file of one is damaged, or an id stands in it twice.
    """
    found = difference.compare(before, build)
    bits, was = np.zeros(len(light), np.int64), dict[int, Place]()
    for row, place, kinds in _changed(found, light):
        bits[row] = sum(1 << KINDS.index(kind) for kind in kinds)
        if place and set(kinds) - {"moved"}:
            was[row] = place
    return Changes(found, bits, was)


def _changed(found: Difference, light: Light) -> Iterator[tuple[int, Place | None, tuple[str, ...]]]:
    """Rows of the second build that changed, with their places in the first."""
    for change in found.rows():
        if change.after:
            split, at = change.after
            yield light.starts[split] + at, change.before, change.kinds
