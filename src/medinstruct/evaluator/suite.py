"""What of a build is scored: its test part, entry by entry, each with the metric that the recipe names.

A benchmark's number is the mean of its datasets, unless the benchmark says otherwise: BLURB takes the mean of each kind of task
first (Gu et al. 2021, arXiv 2007.15779, table 3). What is not here, as its corpus is under an agreement or was not found, is left
out, and the average says so.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Any

from medinstruct import tasks
from medinstruct.artefact import Build
from medinstruct.errors import MedinstructError
from medinstruct.sample import draw, entry_of
from medinstruct.tasks.metric import Metric
from medinstruct.tasks.task import TaskType

BY_KIND = frozenset({"blurb"})
"""Recipes whose average is a mean over kinds of tasks."""
KINDS = {("blurb", "ebm-nlp"): "pico"}
"""Where a benchmark counts a corpus as another kind than that of its task."""

Row = Mapping[str, Any]


class EvaluationError(MedinstructError):
    """A build cannot be scored, or two runs cannot be compared."""


@dataclass(frozen=True)
class Dataset:
    """The test rows of an entry, and how they are scored."""

    name: str
    """`corpus/task`, with the labels that are asked for where two entries differ in nothing else."""
    entry: int
    corpus: str
    kind: str
    type: TaskType
    metric: str
    rows: Sequence[Row] = field(repr=False)
    of: int
    """Rows before any limit."""

    @property
    def measure(self) -> Metric[Any, Any]:
        """What it is scored by."""
        return self.type.scores[self.metric]


@dataclass(frozen=True)
class Suite:
    """The datasets of a build, and what it lacks."""

    recipe: str
    datasets: tuple[Dataset, ...]
    left_out: Mapping[str, str]
    """Name and reason of each dataset that should be here and is not."""

    def average(self, scores: Mapping[str, float]) -> dict[str, Any]:
        """The benchmark's number: score, how it is made, of how many of its datasets."""
        kinds: dict[str, list[float]] = {}
        for dataset in self.datasets:
            kinds.setdefault(dataset.kind, []).append(scores[dataset.name])
        by_kind = {kind: fmean(found) for kind, found in kinds.items()}
        is_by_kind = self.recipe in BY_KIND
        return {
            "score": fmean(by_kind.values()) if is_by_kind else fmean(scores.values()),
            "of": "kinds of tasks" if is_by_kind else "datasets",
            "kinds": by_kind,
            "datasets": len(self.datasets), "all": len(self.datasets) + len(self.left_out), "left_out": dict(self.left_out),
        }  # fmt: skip


def suite(build: Build, limit: int | None = None) -> Suite:
    """Return what of a build is scored.

    Args:
        build: With a test part.
        limit: Rows of each dataset at most; which ones depends on their ids alone, and fewer are among more.

    Raises:
        EvaluationError: if it has no test part.
    """
    if "test" not in build:
        raise EvaluationError(
            "has no test part",
            where=str(build.folder),
            next="evaluate a benchmark: blue, blurb, medqa, or a recipe with `roles: [.., test]`",
        )
    stated = _entries(build)
    groups: dict[int, list[Row]] = {}
    for row in build["test"]:
        groups.setdefault(entry_of(row), []).append({**row, "license": build.terms(row)})
    names = _names(stated)
    found = [_dataset(build, stated, entry, names[entry], rows, limit) for entry, rows in sorted(groups.items())]
    datasets = _told_apart(_told_apart(found, lambda one: f"as {one.type.name}"), lambda one: f"entry {one.entry}")
    missing = {name.split("/")[0]: how for name, how in build.manifest["missing"].items()}
    here = {dataset.name for dataset in found}
    left_out = {
        name: missing[stated[entry]["corpus"]]
        for entry, name in names.items()
        if name not in here and stated[entry]["corpus"] in missing
    }
    return Suite(build.manifest["recipe"], datasets, left_out)


def _entries(build: Build) -> Mapping[int, Mapping[str, Any]]:
    """What the manifest says of each entry; a build of before it said so is built again."""
    if "entries" not in build.manifest:
        raise EvaluationError(
            "its manifest does not say which metric each entry has", where=str(build.folder), next="build it again"
        )
    return dict(enumerate(build.manifest["entries"]))


def _names(stated: Mapping[int, Mapping[str, Any]]) -> dict[int, str]:
    plain = {entry: f"{facts['corpus']}/{facts['task']}" for entry, facts in stated.items()}
    labelled = {
        entry: f"{name} ({', '.join(stated[entry]['labels'])})" if stated[entry]["labels"] else name
        for entry, name in plain.items()
    }
    often = Counter(plain.values())
    return {entry: labelled[entry] if often[name] > 1 else name for entry, name in plain.items()}


def _told_apart(found: Sequence[Dataset], by: Callable[[Dataset], str]) -> tuple[Dataset, ...]:
    """The datasets, with a word more behind names that several have."""
    often = Counter(dataset.name for dataset in found)
    return tuple(replace(one, name=f"{one.name} {by(one)}") if often[one.name] > 1 else one for one in found)


def _dataset(
    build: Build, stated: Mapping[int, Mapping[str, Any]], entry: int, name: str, rows: Sequence[Row], limit: int | None
) -> Dataset:
    facts, first = stated[entry], rows[0]
    type = tasks.load(first["type"])
    metric: str = facts["metric"] or next(iter(type.scores))
    if metric not in type.scores:
        raise EvaluationError(f"{type.name} has no score {metric!r}", where=f"{build.folder}: {name}")
    kind: str = KINDS.get((build.manifest["recipe"], first["corpus"])) or first["task"]
    chosen = (
        rows if limit is None else heapq.nsmallest(limit, rows, key=lambda row: (draw("limit", row["id"]), row["id"]))
    )
    return Dataset(name, entry, first["corpus"], kind, type, metric, chosen, len(rows))
