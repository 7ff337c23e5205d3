"""Scores of choices. Options are classes by their words, so that it does not matter in which order a row has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from medinstruct.tasks.metric import MACRO, MATTHEWS, MEAN, MEAN_PARTS, MICRO, WHOLE, Tally, counted, metric
from medinstruct.tasks.multiple_choice.example import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import Case

ChoiceCase = Case[ChoiceQuestion, ChoiceGold]


def sides(case: ChoiceCase) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What is right and what was chosen; none of several options is the one that says `nothing`, where there is one."""
    nothing, question = case.gold.nothing, case.question
    none = (nothing,) if nothing is not None and question.several and nothing < len(question.options) else ()
    return case.gold.choices or none, case.prediction or none


@metric(MEAN)
def accuracy(case: ChoiceCase) -> Tally:
    """Share of rows answered with exactly the right options, 0..1; 1.0 for no rows."""
    due, chosen = sides(case)
    return {WHOLE: (chosen == due, 1)}


@metric(MEAN_PARTS)
def example_f1(case: ChoiceCase) -> Tally:
    """F1 of the mean precision and the mean recall of rows, 0..1; 1.0 for no rows.

    A row with nothing right and nothing chosen counts 1.0 for both, one with nothing of the one alone 0.0 for both.
    Source: BLUE's measure for HoC (`blue/eval_hoc.py`), which it takes over whole abstracts.
    """
    due, chosen = map(set, sides(case))
    right = len(due & chosen)
    return {WHOLE: (right / len(chosen) if chosen else not due, right / len(due) if due else not chosen, 1)}


@metric(MICRO)
def micro_f1(case: ChoiceCase) -> Tally:
    """Micro F1 of (row, option), the options that say `nothing` left out on both sides, 0..1; 1.0 where nothing is
    due.
    """
    return tally_of(case, case.gold.choices, case.prediction)


macro_f1 = micro_f1.reduced(
    MACRO,
    "Mean over options of the F1 of each, the options that say `nothing` left out, 0..1; of the options that are due or chosen in any row.",
    "macro_f1",
)


@metric(MATTHEWS)
def mcc(case: ChoiceCase) -> Tally:
    """Matthews' correlation of chosen and right options, -1..1; a row's right options together are its class.

    A choice of several options is a class of its own, so is no choice. Where all rows are right it is 1.0; else, where
    either side has one class alone, it is undefined and given as 0.0. Source: Gorodkin 2004,
    doi:10.1016/j.compbiolchem.2004.09.006.
    """
    due, chosen = (tuple(sorted(case.question.options[n] for n in side)) for side in sides(case))
    return counted({due: 1}, {chosen: 1}, {due: int(due == chosen)})


def tally_of(case: ChoiceCase, choices: Sequence[int], prediction: Sequence[int]) -> Tally:
    """Right, claimed and due by option, the one that says `nothing` left out."""
    due, chosen = (set(side) - {case.gold.nothing} for side in (choices, prediction))
    options = case.question.options
    return counted(*(Counter(options[n] for n in side) for side in (due, chosen, due & chosen)))
