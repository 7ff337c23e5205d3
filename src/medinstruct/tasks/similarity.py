"""Similarity: how alike two texts are, as a number on a scale.

The question gives the two texts and the ends of the scale, the gold the score.

    number     3.4

A score is written with a fixed number of decimals. What is rounded, half to even, is the shortest decimal
that stands for the float: 3.65 (and not the 3.649999… that the float is) becomes 3.6, and 3.75 becomes 3.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, FiniteFloat, model_validator

from medinstruct.document import Item
from medinstruct.tasks import facts
from medinstruct.tasks.answers import cut
from medinstruct.tasks.constraint import Constraint, regex
from medinstruct.tasks.metric import MEAN, WHOLE, Array, Reduction, Tally, metric
from medinstruct.tasks.task import (
    AnswerFormat,
    Case,
    Example,
    Gold,
    Lost,
    Mark,
    Parsed,
    Question,
    TaskType,
    Window,
)

End = Annotated[FiniteFloat, Field(ge=-1e9, le=1e9)]
NUMBER = re.compile(r"(?P<sign>(?<![\w.,])[-+−])?(?P<whole>[0-9]+)(?:[.,](?P<part>[0-9]+))?")
DIGITS = 20
"""How many digits of each part of a number are looked at."""


class SimilarityQuestion(Question):
    """Two texts and a scale."""

    texts: dict[str, str]
    """The two texts by name, in the order of the source."""
    low: End
    high: End
    meanings: tuple[str, ...] = ()
    """What the whole numbers from `low` to `high` mean, in words, where the corpus says so."""

    @model_validator(mode="after")
    def _has_two_ends(self) -> SimilarityQuestion:
        if not self.low < self.high:
            raise ValueError(f"the scale from {self.low} to {self.high} has no length")
        return self

    @property
    def asked(self) -> tuple[str, ...]:
        return ()

    @property
    def reading(self) -> str:
        return "\n".join(self.texts.values())


class SimilarityGold(Gold):
    """The score that annotators gave."""

    score: FiniteFloat

    @property
    def is_empty(self) -> bool:
        return False

    def says(self, question: SimilarityQuestion) -> tuple[str, ...]:
        return (str(round(self.score)),)


SimilarityExample = Example[SimilarityQuestion, SimilarityGold]


def view(item: Item, fact: facts.Score, windows: Sequence[Window]) -> Iterator[SimilarityExample | Lost]:
    """Yield one example for an item with two texts and a score on the scale, else a Lost with its id."""
    if len(item.texts) != 2:
        yield Lost(item.id, "it has not two texts")
    elif item.score is None:
        yield Lost(item.id, "it has no score")
    elif not fact.low <= item.score <= fact.high:
        yield Lost(item.id, "its score is not on the scale")
    else:
        question = SimilarityQuestion(texts=item.texts, low=fact.low, high=fact.high, meanings=fact.scale)
        yield Example(question, SimilarityGold(score=item.score), annotations=(item.id,))


class Number(AnswerFormat[SimilarityQuestion, SimilarityGold]):
    """The score alone, with a fixed number of decimals: `3.4`."""

    level: ClassVar[str] = "number"
    loses: ClassVar[tuple[str, ...]] = ("further decimals",)

    decimals: int = Field(default=1, ge=0, le=6)
    """How many digits stand after the point."""

    def fields(self, question: SimilarityQuestion) -> dict[str, object]:
        return {"lowest": str(self._round(question.low)), "highest": str(self._round(question.high))}

    def fits(self, example: SimilarityExample) -> str | None:
        question = example.question
        return None if question.low <= example.gold.score <= question.high else "a score that is not on the scale"

    def render(self, example: SimilarityExample) -> str:
        return str(self._round(example.gold.score))

    def carries(self, example: SimilarityExample) -> tuple[float]:
        return (float(self._round(example.gold.score)),)

    def constraint(self, question: SimilarityQuestion) -> Constraint:
        """Numbers of as many digits as the ends of the scale; one beyond them counts as the nearer end."""
        digits = len(str(int(max(abs(self._round(question.low)), abs(self._round(question.high))))))
        return regex(self._pattern(question, f"[0-9]{{1,{digits}}}"))

    def parse(self, answer: str, question: SimilarityQuestion) -> Parsed:
        """Return the first number, not rounded; one that is off the scale counts as its nearer end."""
        answer = answer.strip()
        found = list(_numbers(answer, question.low < 0))
        if not found:
            return Parsed((), (), (cut(answer),) if answer else ())
        score = min(max(found[0], float(self._round(question.low))), float(self._round(question.high)))
        mark: Mark = "exact" if re.fullmatch(self._pattern(question, "[0-9]+"), answer) else "repaired"
        if len(set(found)) > 1:
            mark = "ambiguous"
        return Parsed((score,), ("invented" if score != found[0] else mark,))

    def _pattern(self, question: SimilarityQuestion, whole: str) -> str:
        sign, part = "-?" if question.low < 0 else "", rf"\.[0-9]{{{self.decimals}}}" if self.decimals else ""
        return f"{sign}{whole}{part}"

    def _round(self, score: float) -> Decimal:
        step = Decimal(1).scaleb(-self.decimals)
        return Decimal(repr(score)).quantize(step, ROUND_HALF_EVEN) + 0  # + 0: no minus before a zero


def _numbers(answer: str, may_be_negative: bool) -> Iterator[float]:
    """Yield the numbers of an answer; a dash is a minus only where the scale goes below zero."""
    for match in NUMBER.finditer(answer):
        size = float(f"{match['whole'][:DIGITS]}.{(match['part'] or '0')[:DIGITS]}")
        yield -size if may_be_negative and match["sign"] in ("-", "−") else size


SimilarityCase = Case[SimilarityQuestion, SimilarityGold]


def _pearson(pairs: Array) -> float:
    xs, ys = pairs.T
    if (xs == ys).all():
        return 1.0
    dx, dy = xs - xs.mean(), ys - ys.mean()
    length = np.linalg.norm(dx) * np.linalg.norm(dy)
    if not length or (xs == xs[0]).all() or (ys == ys[0]).all():
        return 0.0
    return float(np.clip(dx @ dy / length, -1.0, 1.0))


def _spearman(pairs: Array) -> float:
    xs, ys = pairs.T
    return 1.0 if (xs == ys).all() else _pearson(np.stack([_ranks(xs), _ranks(ys)], axis=1))


def _ranks(scores: Array) -> Array:
    """The place of each score, the mean of their places where several are equal."""
    _, which, times = np.unique(scores, return_inverse=True, return_counts=True)
    mean: Array = np.cumsum(times) - (times - 1) / 2
    return mean[which]


PEARSON = Reduction(2, _pearson, summed=False)
SPEARMAN = Reduction(2, _spearman, summed=False)


@metric(PEARSON)
def pearson(case: SimilarityCase) -> Tally:
    """Pearson's correlation of predicted and gold scores, -1..1.

    An answer without a number counts as the low end of its scale. Predictions that are the gold in every row
    score 1.0, even where the gold never varies or there are no rows; else, where one of the two never varies,
    the correlation is undefined and given as 0.0.
    """
    return {WHOLE: (_said(case), case.gold.score)}


spearman = pearson.reduced(
    SPEARMAN,
    "Spearman's rank correlation, -1..1: Pearson's of the ranks, equal scores sharing the mean of theirs.\n\n"
    "What has no number or never varies is treated as in `pearson`.",
    "spearman",
)


@metric(MEAN)
def closeness(case: SimilarityCase) -> Tally:
    """One less the mean distance of predicted and gold scores, as a share of the scale, 0..1; 1.0 for no rows.

    An answer without a number counts 0.0. Unlike a correlation it says something of one row.
    """
    question = case.question
    far = abs(_said(case) - case.gold.score) / (question.high - question.low)
    return {WHOLE: (max(0.0, 1.0 - far) if case.prediction else 0.0, 1)}


def _said(case: SimilarityCase) -> float:
    score: float = case.prediction[0] if case.prediction else case.question.low
    return score


TASK = TaskType(
    name="similarity",
    title="Say how alike two texts are, as a number",
    question=SimilarityQuestion,
    gold=SimilarityGold,
    formats={"number": Number},
    views={facts.Score: view},
    scores={"pearson": pearson, "spearman": spearman, "closeness": closeness},
    reward="closeness",
    samples=(
        Example(
            SimilarityQuestion(
                texts={
                    "sentence1": "The tumour shrank after two cycles.",
                    "sentence2": "Two cycles made the tumour smaller.",
                },
                low=0,
                high=4,
                meanings=("unrelated", "same topic", "partly alike", "much alike", "equal"),
            ),
            SimilarityGold(score=3.65),
        ),
        Example(
            SimilarityQuestion(
                texts={"sentence1": "He was given 2.5 mg/kg.", "sentence2": "No dose was given."},
                low=-1,
                high=1,
            ),
            SimilarityGold(score=-0.04),
        ),
    ),
)
