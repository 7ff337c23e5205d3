"""The F1 scores of two papers as their scripts count, for comparison with their tables; not for use otherwise.

Both say 1.0 of the gold itself, and both forgive what `f1` does not. Each function's docstring lists its flaws.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable

from medinstruct.document import quote
from medinstruct.tasks.metric import MICRO, Array, Reduction, Tally, counted, metric
from medinstruct.tasks.span_extraction.example import Found, SpanGold
from medinstruct.tasks.span_extraction.locate import locate
from medinstruct.tasks.span_extraction.scores import SpanCase
from medinstruct.tasks.span_extraction.tags import stretches
from medinstruct.text import tokens


def _of_those_due(sums: Array) -> float:
    """F1 of the sums over the classes that are due somewhere."""
    return MICRO.score(sums[sums[:, 2] > 0])


OF_THOSE_DUE = Reduction(3, _of_those_due)
"""(right, claimed, due): `MICRO` with the classes left out that no row has, and all that is claimed of them."""


@metric(MICRO)
def published_medtuned_f1(case: SpanCase) -> Tally:
    """Micro F1 of entities after each answer was made a dictionary from token to tag, 0..1, as Llama2-MedTuned coded it.

    Source: arXiv 2401.00579, evaluations/evaluating_ner.py of nlpie-research/BioInstTune-LLM (entities as seqeval
    reads them by default).

    Flaws, kept: a token that occurs again is one with its first occurrence and has the tag of its last, so that
    entities are torn apart, joined and lost (of the gold of five corpora 95 to 105 % are left); a line is cut at its
    first colon, so that a colon is in no entity; what is said of tokens that are not in the text costs nothing.

    The spans of a prediction stand in for the lines of the answer, which say the same unless a token stands there
    twice with two tags. For several labels at once, for which there is no script, entities keep their types.
    """
    text = case.question.text
    found = [item.found for item in locate(text, case.prediction)]
    due, claimed = (set(stretches(list(_dictionary(text, side).values()))) for side in (_found(case.gold), found))
    return counted(*(Counter(label for label, _, _ in side) for side in (due, claimed, due & claimed)))


@metric(OF_THOSE_DUE)
def published_mnlu_f1(case: SpanCase) -> Tally:
    """Micro F1 of strings, line by line and without regard to case, 0..1, as BioMistral-NLU coded it.

    Source: arXiv 2410.18955, `calculate_event_scores` and `write_scores` in evaluation.py of
        uw-bionlp/BioMistral-NLU.

    Flaws, kept: labels with no gold in any of the cases are left out, so that all that is said of them costs
    nothing; lines of more than 20 strings lose their duplicates, gold lines too; strings are cut at any `...` of
    their own; opening braces are dropped; where a string stands plays no part. Labels that read like a negative class
    (`not mentioned`, `none`, …), which the script leaves out too, are no labels of spans.
    """
    text = case.question.text
    tally = {}
    for label in case.question.labels:
        due = _line(quote(text, span.pieces) for span in case.gold.spans if span.label == label)
        claimed = _line(item.text for item in case.prediction if item.label == label)
        tally[label] = ((due & claimed).total(), claimed.total(), due.total())
    return tally


def _found(gold: SpanGold) -> list[Found]:
    return [Found(span.label, "", span.pieces) for span in gold.spans]


def _dictionary(text: str, found: Iterable[Found]) -> dict[str, str]:
    """Token to tag, as the script makes them out of the lines `token : tag` for these spans."""
    places = tokens(text)
    starts, ends = [start for start, _ in places], [end for _, end in places]
    tags = ["O"] * len(places)
    for label, _, pieces in sorted(found, key=lambda item: (item.pieces, item.label)):
        for start, end in pieces:
            inside = range(bisect_right(ends, start), bisect_left(starts, end))
            for n in inside:
                tags[n] = f"{'B' if n == inside[0] else 'I'}-{label}"
    dictionary = {}
    for (start, end), tag in zip(places, tags):
        word, value = f"{text[start:end]} : {tag}".split(":")[:2]
        dictionary[word.strip()] = value.strip() or "O"
    return dictionary


def _line(strings: Iterable[str]) -> Counter[str]:
    """The strings of one line as the script reads them."""
    line = " ... ".join(strings)
    found = [] if line.strip() == "None" else [string.strip() for string in line.split("...") if string.strip()]
    if len(found) > 20:
        found = list(set(found))
    return Counter(string.lower().replace("{", "") for string in found)
