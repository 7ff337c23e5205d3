"""From a build and a model to scores, and to what went wrong.

    suite       the test part, entry by entry, with its metric           (suite.py)
    wordings    rows as queries, as they stand or in other words         (wordings.py)
    chat        each query asked once, its answer written down           (medinstruct.chat)
    reading     answers through the parsers of the wordings that asked   (reading.py)
    scoring     the task types' own scores                               (scoring.py)
    wrong       where errors stand                                       (wrong.py, page.py)

A run is a folder. It is scored anew from `answers.jsonl` each time, so what was answered stands apart from what is made of it.

runs/blurb-majority/
  run.json         model, settings, which build
  answers.jsonl    each answer as it came
  scores.json      the benchmark's number, each dataset's
  errors.json      what went wrong
  items.jsonl      each row: how it was read, what it says
  page.html        rows with text, gold and prediction side by side
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medinstruct import artefact, chat
from medinstruct.artefact import Build
from medinstruct.evaluator import page
from medinstruct.evaluator.reading import Read, read
from medinstruct.evaluator.scoring import score
from medinstruct.evaluator.suite import Dataset, EvaluationError, Suite, suite
from medinstruct.evaluator.wordings import Asker
from medinstruct.evaluator.wrong import seen, wrong
from medinstruct.version import VERSION

__all__ = ["EvaluationError", "Run", "Settings", "evaluate"]

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked, and how."""

    wordings: tuple[str, ...] = ()
    """Names or globs of wordings to ask in, instead of those that the build drew; `all` for every one that suits."""
    limit: int | None = None
    """Rows of each dataset."""
    allow: tuple[str, ...] = ()
    """Hosts that rows under agreement may be sent to."""
    chat: chat.Settings = field(default_factory=chat.Settings)


@dataclass(frozen=True)
class Run:
    """An evaluation that was done."""

    folder: Path
    scores: dict[str, Any]
    """`average`, `datasets`, tokens, what was left out: what `scores.json` says."""
    errors: dict[str, Any]
    """By dataset, the tables of `wrong`."""

    @property
    def score(self) -> float:
        """The benchmark's number."""
        found: float = self.scores["average"]["score"]
        return found


def evaluate(
    build: Build, model: str, settings: Settings | None = None, out: Path | None = None, tell: Tell = lambda what, done, of: None
) -> Run:  # fmt: skip
    """Ask a model the test part of a build and score what it says.

    Args:
        build: With a test part; a benchmark's entries name their metrics.
        model: Such as `hf:org/model`, `openai:name`, `replay:FILE`, `majority` (see `chat`).
        settings: What is asked, and how.
        out: The run's folder; left out, `runs/<recipe>-<model>`. One that holds a run which was broken off is gone on with.
        tell: Told of progress.

    Raises:
        EvaluationError: if there is nothing to score.
        ChatError: if the model cannot be asked, or rows under agreement would leave this machine.
    """
    settings = settings or Settings()
    found = suite(build, settings.limit)
    asker = Asker(build, settings.wordings)
    asked = {dataset.name: asker.queries(dataset) for dataset in found.datasets}
    backend = chat.load(model, settings.chat)
    queries = list({query.name: query for some in asked.values() for query in some}.values())
    chat.refuse_to_send(backend, queries, settings.allow)
    if isinstance(backend, chat.Learner):
        backend.learn(asker.train())
    folder = out or Path("runs") / f"{found.recipe}-{re.sub(r'[^A-Za-z0-9._-]+', '-', model)}"
    folder.mkdir(parents=True, exist_ok=True)
    head = {"model": model, "build": build.digest}
    answers = chat.ask(backend, queries, folder / "answers.jsonl", allow=settings.allow, head=head, tell=tell)
    reads = {name: [read(query, answers[query.name]) for query in some] for name, some in asked.items()}
    scores = _scores(build, model, settings, found, reads)
    known = seen(asker.train())
    errors = {dataset.name: wrong(dataset, reads[dataset.name], known) for dataset in found.datasets}
    errors = {name: {**tables, "wordings left out": asker.left_out.get(name, {})} for name, tables in errors.items()}
    _write(folder, build, model, settings, scores, errors, found, reads)
    return Run(folder, scores, errors)


def _scores(build: Build, model: str, settings: Settings, found: Suite, reads: dict[str, list[Read]]) -> dict[str, Any]:
    datasets = [score(dataset, reads[dataset.name], settings.chat.seed) for dataset in found.datasets]
    answers = list({one.query.name: one.answer for some in reads.values() for one in some}.values())
    read_in, price_in = sum(answer.read for answer in answers), settings.chat.prices[0]
    written, price_out = sum(answer.written for answer in answers), settings.chat.prices[1]
    return {
        "model": model, "recipe": found.recipe, "build": build.digest, "samples": build.manifest["samples"], "limit": settings.limit,
        "missing": build.manifest["missing"],
        "average": found.average({one["name"]: one["score"] for one in datasets}), "datasets": datasets,
        "answers": len(answers), "tokens": {"read": read_in, "written": written},
        "cost": (read_in * price_in + written * price_out) / 1e6 if price_in or price_out else None,
    }  # fmt: skip


def _write(
    folder: Path, build: Build, model: str, settings: Settings, scores: dict[str, Any], errors: dict[str, Any], found: Suite,
    reads: dict[str, list[Read]],
) -> None:  # fmt: skip
    stated = {
        "medinstruct": VERSION, "model": model, "recipe": found.recipe, "build": {"folder": str(build.folder.resolve()), "digest": build.digest},
        "limit": settings.limit, "wordings": list(settings.wordings), "settings": settings.chat.deciding(),
    }  # fmt: skip
    artefact.write_json(folder / "run.json", stated)
    artefact.write_json(folder / "scores.json", scores)
    artefact.write_json(folder / "errors.json", errors)
    lines = (
        json.dumps(_item(dataset, one), ensure_ascii=False) for dataset in found.datasets for one in reads[dataset.name]
    )
    artefact.write_text(folder / "items.jsonl", "".join(f"{line}\n" for line in lines))
    artefact.write_text(folder / "page.html", page.write(scores, errors, [(d, reads[d.name]) for d in found.datasets]))


def _item(dataset: Dataset, one: Read) -> dict[str, Any]:
    id, key = one.query.name
    return {
        "id": id, "key": key, "dataset": dataset.name, "wording": one.query.wording.name, "state": one.state,
        "prediction": one.parsed.prediction, "marks": one.parsed.marks, "unread": one.parsed.unread,
        "score": dataset.measure([one.case]),
    }  # fmt: skip
