"""Ceilings: what the gold itself scores when it is written in an answer format and read back.

What a format cannot write (a mention in two parts, as BIO lines) counts as not answered: a model could not say it either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from medinstruct.scorer.row import asked
from medinstruct.tasks.metric import Metric
from medinstruct.tasks.task import AnswerFormat, Case, Example


class Ceiling(NamedTuple):
    """How far a format lets a score go on some rows."""

    score: float
    rows: int
    unfit: Counter[str]
    """Rows that the format cannot write, by reason."""


def ceiling(rows: Iterable[Mapping[str, Any]], answer: AnswerFormat[Any, Any], measure: Metric[Any, Any]) -> Ceiling:
    """Return what the gold of rows scores, written and read in `answer`, whatever format the rows have themselves."""
    unfit: Counter[str] = Counter()
    table = measure.table(_case(asked(row).example, answer, unfit) for row in rows)
    return Ceiling(table.score(), table.rows, unfit)


def _case(example: Example[Any, Any], answer: AnswerFormat[Any, Any], unfit: Counter[str]) -> Case[Any, Any]:
    if reason := answer.fits(example):
        unfit[reason] += 1
        return Case(example.question, example.gold, ())
    text = answer.render(example)
    return Case(example.question, example.gold, answer.parse(text, example.question).prediction, text)
