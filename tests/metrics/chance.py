"""Random rows to score: by a seed, so that every run compares the same ones."""

import random

import pytest

from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.span_extraction import Found, LabelledSpan, SpanGold, SpanQuestion
from medinstruct.tasks.task import Case

FEW_AND_MANY = pytest.mark.parametrize("cases", [200, pytest.param(10_000, marks=pytest.mark.slow)])
"""How many random data sets are compared: some in every run, ten thousand on demand."""

EXACT = 1e-9


def span_case(gold, said, length):
    """A row of spans (label, first, behind the last) counted in words; words are one letter, with a blank behind."""
    text = "x " * length

    def place(first, end):
        return ((2 * first, 2 * end - 1),)

    return Case(
        SpanQuestion(text=text, labels=("A", "B", "C")),
        SpanGold(spans=tuple(LabelledSpan(label=label, pieces=place(a, b)) for label, a, b in gold)),
        tuple(Found(label, text[slice(*place(a, b)[0])], place(a, b)) for label, a, b in said),
    )


def disjoint(rng: random.Random, length: int, labels: str = "ABC") -> list[tuple[str, int, int]]:
    """Spans in order that do not overlap."""
    cuts = sorted(rng.sample(range(length + 1), 2 * rng.randint(0, min(4, (length + 1) // 2))))
    return [(rng.choice(labels), a, b) for a, b in zip(cuts[::2], cuts[1::2])]


def choice_case(options, gold, said, several=False):
    question = ChoiceQuestion(texts={}, options=tuple(options), several=several)
    return Case(question, ChoiceGold(choices=tuple(sorted(gold))), tuple(sorted(said)))
