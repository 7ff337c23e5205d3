"""The category of an instruction where its model names none: naive Bayes over the words of the seeds' instructions.

Multinomial, words counted once, add-one smoothing, equal priors (Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, §13.2),
and whether there is an input as one more word. So small a model is right about as often as `accuracy` says of the seeds themselves, each left out
in turn; rows name it as who said their category.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from medinstruct.generator.seed import Seed

WORD = re.compile(r"[a-z]+")
HAS_INPUT, HAS_NONE = "<input>", "<no input>"


class Classifier:
    """What words the instructions of each category have."""

    def __init__(self, seeds: Iterable[Seed]) -> None:
        self.counts: dict[str, Counter[str]] = {}
        for seed in seeds:
            self.counts.setdefault(seed.category, Counter()).update(_words(seed.instruction, seed.input))
        self.vocabulary = len({word for counts in self.counts.values() for word in counts})
        self.totals = {category: counts.total() + self.vocabulary for category, counts in self.counts.items()}

    def category(self, instruction: str, input: str) -> str:
        """Return the likeliest category; of equals the first by name."""
        words = _words(instruction, input)
        return max(sorted(self.counts), key=lambda category: self._likelihood(category, words))

    def _likelihood(self, category: str, words: set[str]) -> float:
        counts, total = self.counts[category], self.totals[category]
        return math.fsum(math.log((counts[word] + 1) / total) for word in words)


def _words(instruction: str, input: str) -> set[str]:
    return {*WORD.findall(instruction.lower()), HAS_INPUT if input else HAS_NONE}


def accuracy(seeds: Sequence[Seed]) -> float:
    """Share of the seeds whose category is found from the others."""
    right = sum(
        Classifier([*seeds[:n], *seeds[n + 1 :]]).category(seed.instruction, seed.input) == seed.category
        for n, seed in enumerate(seeds)
    )
    return right / len(seeds)
