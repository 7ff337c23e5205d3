"""Scores of free text: words shared, in order or not; n-grams of words and of letters.

Where a row has several references, the one that says most for the answer counts. An answer that is a reference has the
full score by every measure, however short it is.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from medinstruct.tasks.metric import MEAN, WHOLE, Array, Reduction, Tally, f1_of, metric
from medinstruct.tasks.task import Case
from medinstruct.tasks.text_generation.example import TextGold, TextQuestion
from medinstruct.text import subsequence

TextCase = Case[TextQuestion, TextGold]

WORD = re.compile(r"\w+")
BLEU_ORDER = 4
CHRF_ORDER = 6
CHRF_BETA = 2


def _bleu(sums: Array) -> float:
    """BLEU of (length, reference length, n-grams right, n-grams) summed over rows."""
    said, due, *counts = sums.sum(axis=0).tolist()
    right, total = counts[:BLEU_ORDER], [number for number in counts[BLEU_ORDER:] if number]
    if not said and not due:
        return 1.0
    if not any(right):
        return 0.0
    logs, halvings = 0.0, 0
    for found, number in zip(right, total):
        halvings += not found
        logs += math.log(found / number if found else 1 / (2**halvings * number))
    return math.exp(min(0.0, 1 - due / said) + logs / len(total))


def _chrf(sums: Array) -> float:
    """Return chrF of (n-grams of the answer, of the reference, of both) for each order, summed over rows."""
    said, due, both = sums.sum(axis=0).reshape(CHRF_ORDER, 3).T
    orders = (said > 0) & (due > 0)
    if not orders.any():
        return float(not said.any() and not due.any())
    precision, recall = (both[orders] / said[orders]).mean(), (both[orders] / due[orders]).mean()
    weight = CHRF_BETA**2
    return float((1 + weight) * precision * recall / (weight * precision + recall)) if precision + recall else 0.0


BLEU = Reduction(2 + 2 * BLEU_ORDER, _bleu)
CHRF = Reduction(3 * CHRF_ORDER, _chrf)


@metric(MEAN)
def exact_match(case: TextCase) -> Tally:
    """Share of answers that are a reference but for case and white space, 0..1."""
    return _best(case, _is_same)


@metric(MEAN)
def token_f1(case: TextCase) -> Tally:
    """Mean F1 of the words that answer and reference share, counted with repetition, 0..1.

    Words are runs of letters, digits and underscores, without case. Source: Rajpurkar et al. 2016,
    doi:10.18653/v1/D16-1264, who also leave out articles.
    """
    return _best(case, lambda answer, reference: _ngram_f1(answer, reference, 1))


rouge_1 = token_f1.reduced(
    MEAN,
    "Mean F1 of the words shared, 0..1, without stemming; the same as `token_f1`, by the name that summaries use.\n\n"
    "Source: Lin 2004, https://aclanthology.org/W04-1013.",
    "rouge_1",
)


@metric(MEAN)
def rouge_2(case: TextCase) -> Tally:
    """Mean F1 of the pairs of neighbouring words shared, 0..1, without stemming. Source as of `rouge_1`.

    Where neither text has two words, it is 1.0 if they are the same word, else 0.0.
    """
    return _best(case, lambda answer, reference: _ngram_f1(answer, reference, 2))


@metric(MEAN)
def rouge_l(case: TextCase) -> Tally:
    """Mean F1 of the longest common subsequence of words, 0..1, without stemming.

    Source: Lin 2004, https://aclanthology.org/W04-1013, with equal weight of precision and recall.
    """
    return _best(case, _rouge_l)


@metric(BLEU)
def bleu(case: TextCase) -> Tally:
    """BLEU of all rows together, 0..1: n-grams of 1 to 4 words that are right, less where answers are short.

    Words as sacrebleu's `13a` (mteval-v13a) cuts them, with case; an order without a match counts as half, a quarter, …
    of one (`exp`); orders for which no answer is long enough are left out, so that an answer of two words can be right
    (sacrebleu's `effective_order`). Source: Papineni et al. 2002, doi:10.3115/1073083.1073135; Post 2018, W18-6319.
    """
    said = _cut_13a(case.prediction[0] if case.prediction else "")
    references = [_cut_13a(reference) for reference in case.gold.references]
    due = min((len(words) for words in references), key=lambda length: (abs(length - len(said)), length))
    right, total = [], []
    for order in range(1, BLEU_ORDER + 1):
        found = _ngrams(said, order)
        most: Counter[tuple[str, ...]] = Counter()
        for words in references:
            most |= _ngrams(words, order)
        right.append((found & most).total())
        total.append(found.total())
    return {WHOLE: (len(said), due, *right, *total)}


@metric(CHRF)
def chrf(case: TextCase) -> Tally:
    """All rows together by chrF, 0..1: n-grams of 1 to 6 characters, with case, without white space; recall counts
    twice as much as precision.

    Source: Popović 2015, doi:10.18653/v1/W15-3049, as sacrebleu counts it (chrF2).
    """
    said = "".join((case.prediction[0] if case.prediction else "").split())
    tallies = [_chrf_tally(said, "".join(reference.split())) for reference in case.gold.references]
    return {WHOLE: max(tallies, key=lambda tally: _chrf(np.array([tally], np.float64)))}


def _chrf_tally(said: str, due: str) -> list[int]:
    tally = []
    for order in range(1, CHRF_ORDER + 1):
        one, other = _ngrams(said, order), _ngrams(due, order)
        # as sacrebleu: where the reference is too short for an order, the answer has none of it either
        tally += [one.total() if other else 0, other.total(), (one & other).total()]
    return tally


def _ngrams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[n:] for n in range(order))))


def _best(case: TextCase, score: Callable[[str, str], float]) -> Tally:
    """The best score of any reference; 0 for no answer."""
    said = case.prediction
    return {WHOLE: (max(score(said[0], reference) for reference in case.gold.references) if said else 0.0, 1)}


def _is_same(answer: str, reference: str) -> float:
    return float(answer.casefold().split() == reference.casefold().split())


def _ngram_f1(answer: str, reference: str, order: int) -> float:
    said, due = _ngrams(_words(answer), order), _ngrams(_words(reference), order)
    if not said and not due:
        return _ngram_f1(answer, reference, order - 1) if order > 1 else _is_same(answer, reference)
    return f1_of((said & due).total(), said.total(), due.total())


def _rouge_l(answer: str, reference: str) -> float:
    said, due = _words(answer), _words(reference)
    if not said or not due:
        return _is_same(answer, reference)
    return f1_of(common(said, due), len(said), len(due))


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence; time is the product of the lengths, a word of the longer text at a time."""
    short, long = sorted((a, b), key=len)
    return subsequence.common(long, subsequence.positions(short), len(short))


ENTITIES = {"&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">"}
APART = (
    (re.compile(r"([ -&(-+/:-@\[-`{-~])"), r" \1 "),
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
"""Marks that stand apart; a full stop and a comma unless among digits, a hyphen behind a digit."""


def _cut_13a(text: str) -> list[str]:
    """The words of a text as mteval-v13a cuts them (hyphens at a line's end join, some entities are characters)."""
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, sign in ENTITIES.items():
        text = text.replace(entity, sign)
    text = f" {text} "
    for pattern, apart in APART:
        text = pattern.sub(apart, text)
    return text.split()
