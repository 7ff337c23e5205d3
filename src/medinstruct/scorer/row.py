"""A row and what a model says to it: read by the row's own answer format, scored by its own metric.

A row holds its question, its gold, the name of its answer format and, in `meta`, that format's options where they are
not the usual ones. So a trainer needs nothing but the rows:

    trainer = GRPOTrainer(model, reward_funcs=medinstruct.reward, train_dataset=rows.map(
        lambda row: {"prompt": row["messages"][:-1]}, remove_columns="messages"), …)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, overload

from medinstruct import tasks
from medinstruct.errors import MedinstructError, NotFound, did_you_mean
from medinstruct.tasks.metric import Metric
from medinstruct.tasks.task import AnswerFormat, Case, Example, TaskType

Row = Mapping[str, Any]

NEEDED = ("type", "answer_format", "example", "gold", "meta")
"""The columns without which an answer cannot be scored."""


class Asked(NamedTuple):
    """What a row asks, what is right, and how an answer is read."""

    type: TaskType
    example: Example[Any, Any]
    answer: AnswerFormat[Any, Any]

    def case(self, text: str) -> Case[Any, Any]:
        """The case of an answer to the row."""
        return Case(
            self.example.question, self.example.gold, self.answer.parse(text, self.example.question).prediction, text
        )


def asked(row: Row) -> Asked:
    """Return what a row asks.

    Raises:
        MedinstructError: if it lacks a column, or names an answer format that its type does not have.
    """
    if missing := [name for name in NEEDED if name not in row]:
        raise MedinstructError(
            f"a row without {', '.join(missing)} cannot be scored", next=f"keep the columns {', '.join(NEEDED)}"
        )
    return _asked(row["type"], row["answer_format"], row["example"], row["gold"], row["meta"])


@lru_cache(maxsize=4096)
def _asked(type: str, answer_format: str, example: str, gold: str, meta: str) -> Asked:
    kind = tasks.load(type)
    if answer_format not in kind.formats:
        raise NotFound(f"no answer format {answer_format!r} for {type}", next=did_you_mean(answer_format, kind.formats))
    options = json.loads(meta).get("answer", {})
    return Asked(kind, kind.read(example, gold), kind.formats[answer_format].model_validate(options))


@overload
def reward(row: Row, text: str, /) -> float: ...
@overload
def reward(*, completions: Sequence[Any], **columns: Any) -> list[float]: ...
def reward(row: Row | None = None, text: str | None = None, /, **columns: Any) -> float | list[float]:
    """Return how good an answer to a row is, 0..1: the score of its task type for this row alone.

    Called with names, as trainers do (`prompts=…, completions=…`, and the columns of the rows), it returns a number for
    each completion; see `rewards`.

    Whatever the text is, it is read, and nothing is raised: what cannot be read scores as no answer.
    """
    if row is None:
        return rewards(**columns)
    found = asked(row)
    measure = found.type.scores[found.type.reward or next(iter(found.type.scores))]
    return min(1.0, max(0.0, measure([found.case(_said(text))])))


def rewards(*, completions: Sequence[Any], **columns: Any) -> list[float]:
    """Return a reward for each completion, 0..1, as TRL's trainers ask for it.

    Args:
        completions: Texts, or lists of messages of which the last one counts.
        **columns: Those of the rows, each a list as long as `completions`; the names in `NEEDED` are looked at.

    Raises:
        MedinstructError: if a column is missing.
    """
    rows = ({name: columns[name][n] for name in NEEDED if name in columns} for n in range(len(completions)))
    return [reward(row, _said(completion)) for row, completion in zip(rows, completions)]


def _said(completion: Any) -> str:
    """The text of a completion: itself, or that of its last message."""
    if isinstance(completion, str):
        return completion
    last = completion[-1] if isinstance(completion, Sequence) and completion else completion
    content = last.get("content") if isinstance(last, Mapping) else last
    return content if isinstance(content, str) else ""


def scorer(type: str, metric: str, published: str = "") -> Metric[Any, Any]:
    """Return a metric of a task type: the strict one, or the one that counts as a paper's script did.

    Args:
        type: Name of the task type.
        metric: Name of the score, `f1`.
        published: The family of templates that the paper goes by (`medtuned`, `mnlu`); empty for the strict one.

    Raises:
        NotFound: if there is none; not every paper has published every score.
    """
    scores = tasks.load(type).scores
    name = f"published_{published}_{metric}" if published else metric
    if name not in scores:
        raise NotFound(f"{type} has no score {name!r}", next=did_you_mean(name, scores))
    return scores[name]
