"""Queries of a dataset: as its rows stand, or in other wordings, to see how much a score depends on them.

A wording that cannot ask a dataset is left out of it, with the reason; rows are asked in all the others. Shots are put into the
other wording too: they are rows of the build's train part, which the row names.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Sequence

from medinstruct import chat, template
from medinstruct.artefact import Build
from medinstruct.chat import Query
from medinstruct.errors import NotFound, TemplateError, did_you_mean
from medinstruct.evaluator.suite import Dataset, EvaluationError, Row
from medinstruct.template import Shot, Template


class Asker:
    """Makes the queries of a build's rows."""

    def __init__(self, build: Build, patterns: Sequence[str] = ()) -> None:
        """Compile the wordings; `patterns` are names or globs of others to ask in, `all` for every one that suits."""
        self.build = build
        self.given = chat.wordings(build.manifest)
        self.patterns = ["*" if pattern == "all" else pattern for pattern in patterns]
        self.left_out: dict[str, dict[str, str]] = {}
        """By dataset and wording, why it is not asked in that."""
        self._solved: dict[str, Row] = {}

    def train(self) -> Iterable[Query]:
        """The solved queries of the train part."""
        return chat.queries(self.build["train"], self.given) if "train" in self.build else ()

    def queries(self, dataset: Dataset) -> list[Query]:
        """The queries of a dataset, wording by wording where others were asked for.

        Raises:
            NotFound: if no wording has such a name.
            EvaluationError: if none suits.
        """
        asked = [Query.of(row, self.given[row["template"]]) for row in dataset.rows]
        if not self.patterns:
            return asked
        found = [query for wording in self._suiting(dataset) for query in self._reworded(dataset, asked, wording)]
        if not found:
            reasons = "; ".join(f"{name}: {why}" for name, why in list(self.left_out.get(dataset.name, {}).items())[:3])
            raise EvaluationError(
                f"no wording of {', '.join(self.patterns)} can ask {dataset.name}: {reasons or 'none suits'}"
            )
        return found

    def _suiting(self, dataset: Dataset) -> list[Template]:
        names = template.names(dataset.type.name)
        short = {name: name.split("/", 1)[1] for name in names}
        for pattern in self.patterns:
            if not any(
                fnmatch.fnmatchcase(text, pattern)
                for name in template.names()
                for text in (name, name.split("/", 1)[1])
            ):
                raise NotFound(
                    f"no wording {pattern!r}",
                    next=did_you_mean(pattern, short.values(), more="(medinstruct ls templates)"),
                )
        chosen = [n for n in names if any(fnmatch.fnmatchcase(t, p) for t in (n, short[n]) for p in self.patterns)]
        task = dataset.rows[0]["task"]
        return [wording for name in chosen if (wording := template.load(name)).suits(task, dataset.corpus)]

    def _reworded(self, dataset: Dataset, asked: Sequence[Query], wording: Template) -> list[Query]:
        """The queries in another wording; none if there is one that it cannot ask."""
        if wording.shows_guideline and not all(query.example.question.guideline for query in asked):
            return self._without(dataset, wording, "it shows a guideline, and the rows have none")
        if reason := next(filter(None, map(wording.answer.fits, (query.example for query in asked))), None):
            return self._without(dataset, wording, f"its answer format cannot hold {reason}")
        try:
            return [query.reworded(wording, self._shots(query, wording)) for query in asked]
        except TemplateError as error:
            return self._without(dataset, wording, error.what)

    def _without(self, dataset: Dataset, wording: Template, why: str) -> list[Query]:
        self.left_out.setdefault(dataset.name, {})[wording.name] = why
        return []

    def _shots(self, query: Query, wording: Template) -> list[Shot]:
        shown = json.loads(query.row["meta"]).get("shots", ())
        if shown and not self._solved:
            self._solved = {row["id"]: row for row in self.build["train"]} if "train" in self.build else {}
        shots = []
        for one in shown:
            if (row := self._solved.get(one["id"])) is None:
                raise EvaluationError(f"a shot of row {query.row['id']} is not in the train part, so it cannot be asked in other words",
                                      where=str(self.build.folder))  # fmt: skip
            example = wording.type.read(row["example"], row["gold"])
            if reason := wording.answer.fits(example):
                raise TemplateError(f"its answer format cannot hold {reason} in a shot", where=wording.path)
            shots.append(Shot(example.question, wording.answer.render(example)))
        return shots
