"""Two runs on the same rows: which is better at what, and whether that could be chance.

Answers are read and scored anew from both folders, so both are measured by the same code, and compared row by row, documents
drawn together (`scorer.compare`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medinstruct import artefact, scorer
from medinstruct.artefact import Build
from medinstruct.chat import journal
from medinstruct.evaluator.reading import Read, read
from medinstruct.evaluator.suite import Dataset, EvaluationError, suite
from medinstruct.evaluator.wordings import Asker


def compare(
    first: Path, second: Path, build: Build | None = None, *, rounds: int = 1000, seed: int = 0
) -> list[dict[str, Any]]:
    """Return for each dataset both scores, their difference with its 95 % interval, and its p.

    Of rows that were asked in several wordings it is the score of all answers together (`evaluate` takes the mean of wordings).

    Args:
        first: Folder of a run.
        second: Of another on the same build, with the same limit.
        build: What both were asked; left out, the folder that the first run names.
        rounds: Of the bootstrap and of the randomisation.
        seed: Of both.

    Raises:
        EvaluationError: if they were not asked about the same rows.
    """
    stated = [_stated(folder) for folder in (first, second)]
    if stated[0]["build"]["digest"] != stated[1]["build"]["digest"]:
        raise EvaluationError(f"{first} and {second} were asked about different builds")
    if stated[0]["limit"] != stated[1]["limit"]:
        raise EvaluationError(
            f"{first} and {second} were asked about different numbers of rows: {stated[0]['limit']} and {stated[1]['limit']}"
        )
    build = build or artefact.load(stated[0]["build"]["folder"])
    if build.digest != stated[0]["build"]["digest"]:
        raise EvaluationError(
            "is not the build that the runs were asked about", where=str(build.folder), next="name it with --build"
        )
    one, other = (_reads(build, folder, facts) for folder, facts in zip((first, second), stated))
    return [_difference(dataset, reads, other[name][1], rounds, seed) for name, (dataset, reads) in one.items()]


def _stated(folder: Path) -> dict[str, Any]:
    if not (folder / "run.json").is_file():
        raise EvaluationError(
            "is no run", where=str(folder), next="a run is a folder that `medinstruct evaluate` wrote"
        )
    return artefact.read_json(folder / "run.json")


def _reads(build: Build, folder: Path, stated: Mapping[str, Any]) -> dict[str, tuple[Dataset, list[Read]]]:
    """What a run read, by dataset, in the order of rows and wordings."""
    _, answers = journal.read(folder / "answers.jsonl")
    known = {(answer.id, answer.key): answer for answer in reversed(answers)}
    asker, found = Asker(build, stated["wordings"]), {}
    for dataset in suite(build, stated["limit"]).datasets:
        queries = sorted(asker.queries(dataset), key=lambda query: (query.row["id"], query.wording.name))
        if absent := [query for query in queries if query.name not in known]:
            raise EvaluationError(
                f"holds no answer to {len(absent):,} questions of {dataset.name}",
                where=str(folder),
                next="go on with the run first",
            )
        found[dataset.name] = dataset, [read(query, known[query.name]) for query in queries]
    return found


def _difference(dataset: Dataset, one: Sequence[Read], other: Sequence[Read], rounds: int, seed: int) -> dict[str, Any]:
    if [read.query.row["id"] for read in one] != [read.query.row["id"] for read in other]:
        raise EvaluationError(
            f"the {len(dataset.rows):,} rows of {dataset.name} were asked {len(one):,} and {len(other):,} times",
            next="compare runs with as many wordings",
        )
    tables = [dataset.measure.table([read.case for read in reads]) for reads in (one, other)]
    documents = [read.query.row["document"] for read in one]
    found = scorer.compare(tables[0], tables[1], documents, rounds=rounds, seed=seed)
    return {
        "name": dataset.name, "metric": dataset.metric, "rows": len(dataset.rows), "first": found.first, "second": found.second,
        "difference": found.difference.score, "low": found.difference.low, "high": found.difference.high, "p": found.p,
    }  # fmt: skip
