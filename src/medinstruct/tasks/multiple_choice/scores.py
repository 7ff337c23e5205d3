"""Scores of choices."""

from __future__ import annotations

from collections.abc import Sequence

from medinstruct.tasks.multiple_choice.example import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import Case

Cases = Sequence[Case[ChoiceQuestion, ChoiceGold]]


def accuracy(cases: Cases) -> float:
    """Share of rows answered with exactly the right options, 0..1; 1.0 for no rows."""
    return sum(prediction == gold.choices for _, gold, prediction in cases) / len(cases) if cases else 1.0


def example_f1(cases: Cases) -> float:
    """F1 of the mean precision and the mean recall of rows, 0..1; 1.0 for no rows.

    A row with nothing right and nothing chosen counts 1.0 for both, one with nothing of the one alone 0.0 for both.
    Source: BLUE's measure for HoC (`blue/eval_hoc.py`), which it takes over whole abstracts.
    """
    if not cases:
        return 1.0
    precision = recall = 0.0
    for _, gold, prediction in cases:
        due, chosen = set(gold.choices), set(prediction)
        right = len(due & chosen)
        precision += right / len(chosen) if chosen else not due
        recall += right / len(due) if due else not chosen
    return 2 * precision * recall / (precision + recall) / len(cases) if precision else 0.0


def micro_f1(cases: Cases) -> float:
    """Micro F1 of (row, option), the options that say `nothing` left out on both sides, 0..1; 1.0 where nothing is
    due.
    """
    right = claimed = due = 0
    for _, gold, prediction in cases:
        expected = set(gold.choices) - {gold.nothing}
        chosen = set(prediction) - {gold.nothing}
        right, claimed, due = right + len(expected & chosen), claimed + len(chosen), due + len(expected)
    return 2 * right / (claimed + due) if claimed + due else 1.0
