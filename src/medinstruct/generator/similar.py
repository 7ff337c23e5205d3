"""Which of all accepted instructions a new one is too like, by ROUGE-L, without comparing it with all of them.

    "Name two drugs that lower blood pressure."  ┐ longest common subsequence: name two drugs that lower (5 words)
    "Name two foods and drugs that lower iron."  ┘ F = 2 · 5 / (7 + 8) = 0.67

ROUGE-L (Lin 2004, https://aclanthology.org/W04-1013) is the F of the longest common subsequence of words, here to the last bit as the package
`rouge-score` counts it without stemmer. Self-Instruct (Wang et al. 2023, doi:10.18653/v1/2023.acl-long.754) drops what is above 0.7. An F above t
of texts of m and n words needs a common subsequence of more than t (m + n) / 2 words; so, without a doubt:

    length    n is above t m / (2 - t)
    prefix    both hold one of the rarest m - a + 1 words of the new text, a being the fewest words that any n needs (Chaudhuri et al. 2006,
              doi:10.1109/ICDE.2006.9): only what stands under these words in the index is looked at
    count     of them both hold so many that the other words of the new text can make up the rest
    words     both hold so many words of the whole text
    order     the common subsequence itself, all words of one text at once as bits of a number (Hyyrö 2004)

What one step leaves, the next looks at; what none can tell is never guessed, so the answer is that of all pairs.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct.generator.candidate import Candidate
from medinstruct.text.subsequence import common, positions

THRESHOLD: Final = 0.7
_WORD: Final = re.compile(r"[a-z0-9]+")
_SLACK: Final = 1e-9
"""Bounds give way by this much, as F is a float; the next length differs by far more."""


def words(text: str) -> list[str]:
    """The words of a text as `rouge-score` cuts it: runs of ASCII letters and digits, in lower case."""
    return _WORD.findall(text.lower())


def rouge_l(one: str, other: str) -> float:
    """ROUGE-L F of two texts, 0..1; 0 where one has no words."""
    a, b = words(one), words(other)
    return f_measure(common(b, positions(a), len(a)), len(a), len(b))


def f_measure(common: int, m: int, n: int) -> float:
    """F of a common subsequence of texts of `m` and `n` words, by the same steps as `rouge-score`, so that no float differs."""
    if not common:
        return 0.0
    precision, recall = common / n, common / m
    return 2 * precision * recall / (precision + recall)


class Match(NamedTuple):
    """A text that a new one is too like."""

    row: int
    """Its number, in the order of `add`."""
    score: float


class Index:
    """Texts, to be asked which of them a new one is too like.

    Args:
        threshold: F above which two texts are too like, above 0 and at most 1.
    """

    def __init__(self, threshold: float = THRESHOLD) -> None:
        if not 0 < threshold <= 1:
            raise ValueError(f"a threshold of {threshold} is not above 0 and at most 1")
        self._threshold = threshold
        self._texts: list[tuple[str, ...]] = []
        self._lengths: NDArray[np.int64] = np.zeros(8, dtype=np.int64)
        self._holding: dict[str | tuple[str, int], array[int]] = {}
        """The rows that hold a word; of a word that a text repeats, those that hold it twice, three times, …"""

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, text: str) -> None:
        """Take a text in."""
        row, held = len(self._texts), tuple(words(text))
        self._texts.append(held)
        if row == len(self._lengths):
            self._lengths = np.concatenate((self._lengths, np.zeros_like(self._lengths)))
        self._lengths[row] = len(held)
        for unit in _units(held):
            self._holding.setdefault(unit, array("i")).append(row)

    def match(self, text: str) -> Match | None:
        """Return a text whose F with this one is above the threshold, the likeliest by its words first; None if there is none."""
        held = words(text)
        m, places = len(held), positions(held)
        for row in self._likely(held):
            score = f_measure(common(self._texts[row], places, m), m, int(self._lengths[row]))
            if score > self._threshold:
                return Match(row, score)
        return None

    def _likely(self, held: Sequence[str]) -> list[int]:
        """The rows that share so many words with a text that F may be above the threshold, those that share most first."""
        m, t = len(held), self._threshold
        units = sorted((rows for unit in _units(held) if (rows := self._holding.get(unit)) is not None), key=len)
        fewest = int(t * m / (2 - t) - _SLACK) + 1
        prefix = len(units) - fewest + 1
        if prefix <= 0:
            return []
        shared = np.bincount(np.concatenate([_view(rows) for rows in units[:prefix]]))
        found = np.flatnonzero(shared > 0)  # of truth values they are found several times as fast
        due = np.floor(t / 2 * (m + self._lengths[found]) - _SLACK) + 1
        counts, rest = shared[found], len(units) - prefix
        kept = (counts + rest >= due) & (due <= self._lengths[found])
        found, due, counts = found[kept], due[kept], counts[kept]
        for rows in units[prefix:]:
            if not len(found):
                break
            counts += _is_in(found, _view(rows))
            rest -= 1
            kept = counts + rest >= due
            found, due, counts = found[kept], due[kept], counts[kept]
        order: list[int] = found[np.argsort(-counts, kind="stable")].tolist()
        return order


def _units(held: Sequence[str]) -> list[str | tuple[str, int]]:
    """The words of a text, the second of a kind as (word, 2), so that texts share as many units as words with repetition."""
    seen: dict[str, int] = {}
    found: list[str | tuple[str, int]] = []
    for word in held:
        seen[word] = times = seen.get(word, 0) + 1
        found.append(word if times == 1 else (word, times))
    return found


def _view(rows: array[int]) -> NDArray[np.int32]:
    return np.frombuffer(rows, dtype=np.int32)


def _is_in(found: NDArray[np.int64], rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each of some rows, sorted, is among others, sorted."""
    at = np.searchsorted(rows, found)
    return np.equal(rows[np.minimum(at, len(rows) - 1)], found)


class RougeL:
    """The filter: refuses what is too like an instruction that was accepted before, or a seed.

    Args:
        before: Instructions that are there from the start.
        threshold: F above which two are too like.
        per_input: Whether instructions are compared with those on the same input alone. Where inputs are the rows of a build, they are what is
            different, and thousands of instructions ask for the same; where a model writes both, as in Self-Instruct, all are compared.
    """

    name = "similar"
    reads_output = False

    def __init__(self, before: Sequence[str] = (), threshold: float = THRESHOLD, *, per_input: bool = False) -> None:
        self._per_input, self._threshold = per_input, threshold
        self._indices: dict[str, Index] = {}
        for text in before:
            self._index("").add(text)

    def __call__(self, candidate: Candidate) -> str | None:
        matched = self._index(candidate.input).match(candidate.instruction)
        return "ROUGE-L to one accepted before is too high" if matched else None

    def accepted(self, candidate: Candidate) -> None:
        """Take an accepted candidate in."""
        self._index(candidate.input).add(candidate.instruction)

    def _index(self, input: str) -> Index:
        return self._indices.setdefault(input if self._per_input else "", Index(self._threshold))
