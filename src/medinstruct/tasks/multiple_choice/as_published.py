"""The scores of choices as the scripts of two papers count, for comparison with their tables; not for use otherwise.

All say 1.0 of the gold itself, and all forgive what `accuracy` and `micro_f1` do not, or punish what they do not.
"""

from __future__ import annotations

from medinstruct.tasks.metric import MEAN, MICRO, WHOLE, Tally, metric
from medinstruct.tasks.multiple_choice.scores import ChoiceCase, tally_of

NEGATIVE = ("not related to", "cannot be", "not mentioned", "no", "none")
"""How options begin or read that BioMistral-NLU's script takes for the negative class; the single words stand alone."""


@metric(MEAN)
def published_medtuned_micro_f1(case: ChoiceCase) -> Tally:
    """Share of rows with the right option, 0..1, which Llama2-MedTuned reports as the micro F1 of relations.

    Source: arXiv 2401.00579, evaluations of nlpie-research/BioInstTune-LLM for i2b2 2010.

    Flaws, kept: the negative class counts like any other, so that micro F1 is accuracy; an answer that cannot be read is
    the negative class, so that silence is right wherever nothing is. Where no option says `nothing`, it is wrong.
    """
    said, due = case.prediction, case.gold.choices
    return {WHOLE: (said == due or (not said and due == (case.gold.nothing,)), 1)}


@metric(MICRO)
def published_mnlu_micro_f1(case: ChoiceCase) -> Tally:
    """Micro F1 of (row, option) without the negative class, 0..1, as BioMistral-NLU coded it.

    Source: arXiv 2410.18955, `write_scores` in evaluation.py of uw-bionlp/BioMistral-NLU.

    Flaws, kept: an answer that cannot be read is the first option; which class is negative is told by its words
    (`NEGATIVE`), whatever the corpus says.
    """
    read = case.prediction or (() if case.question.several else (0,))
    tally = tally_of(case, case.gold.choices, read)
    return {option: numbers for option, numbers in tally.items() if not _is_negative(str(option))}


@metric(MEAN)
def published_mnlu_accuracy(case: ChoiceCase) -> Tally:
    """Share of rows whose answer holds the words of the right option anywhere, 0..1, as BioMistral-NLU coded it.

    Source: arXiv 2410.18955, evaluation.py of uw-bionlp/BioMistral-NLU, for inference and questions.

    Flaws, kept: an answer that names every option is right; so is one that denies the right one. Where the answer itself
    is not at hand, the words of the options read from it stand in.
    """
    options = case.question.options
    answer = case.answer or "; ".join(options[n] for n in case.prediction)
    return {WHOLE: (all(options[n] in answer for n in case.gold.choices), 1)}


def _is_negative(option: str) -> bool:
    folded = option.casefold().strip(" .")
    return folded in NEGATIVE or any(phrase in folded for phrase in NEGATIVE if " " in phrase)
