"""A copy of what the prompt showed, or of what a benchmark tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from medinstruct import shelf
from medinstruct import text as prose
from medinstruct.generator.candidate import Candidate
from medinstruct.generator.seed import Seed
from medinstruct.mixture import pack
from medinstruct.mixture.guard import fingerprint
from medinstruct.mixture.signature import RUN
from medinstruct.text.grams import Hashes, Words

PACKS: Final = ("blurb", "medqa")
"""Benchmarks that are always kept out: packs that come with the package."""


class Copied:
    """Refuses copies of seeds: the same instruction, input or answer of five words or more, or 13 words in a row."""

    name = "copies a seed"
    reads_output = False

    def __init__(self, seeds: Iterable[Seed]) -> None:
        texts = [text for seed in seeds for text in (seed.instruction, seed.input, seed.output)]
        self._wholes = set(filter(None, map(prose.identity, texts)))
        self._runs = _sorted([runs(text) for text in texts])

    def __call__(self, candidate: Candidate) -> str | None:
        texts = (candidate.instruction, candidate.input, candidate.output)
        if any(prose.identity(text) in self._wholes for text in texts):
            return "the same text as one of a seed"
        return "13 words in a row of a seed" if any(_holds(self._runs, runs(text)) for text in texts) else None


class Contaminated:
    """Refuses what has an identity, or 13 words in a row, in common with the test part of a benchmark.

    A pack holds one in eight of the runs of 13 words, so a shorter piece of a test item may pass.

    Args:
        sections: Of packs.
    """

    name = "contaminated"
    reads_output = False

    def __init__(self, sections: Sequence[pack.Section]) -> None:
        self._prints = _sorted([section.prints for section in sections])
        self._runs = _sorted([section.runs for section in sections])

    @classmethod
    def of(cls, packs: Iterable[str] = PACKS) -> Contaminated:
        """The filter for packs by name or path.

        Raises:
            NotFound: if there is no such pack.
            FormatError: if it is damaged.
        """
        return cls([section for name in packs for section in pack.read(shelf.find("packs", name).path)])

    def __call__(self, candidate: Candidate) -> str | None:
        texts = (candidate.instruction, candidate.input, candidate.output)
        if any(self.holds(runs(text)) for text in texts):
            return "13 words in a row of a test item"
        prints = np.array([fingerprint(named) for text in texts if (named := prose.identity(text))], dtype=np.uint64)
        return "the same text as one of a test item" if _holds(self._prints, prints) else None

    def holds(self, hashes: Hashes) -> bool:
        """Whether packs hold one of these runs."""
        return _holds(self._runs, hashes)


def runs(text: str) -> Hashes:
    """The runs of 13 words of a text, as packs hold them."""
    return Words(prose.normalise(text)).grams(RUN)


def _sorted(hashes: Sequence[Hashes]) -> Hashes:
    return np.unique(np.concatenate(hashes)) if hashes else np.zeros(0, dtype=np.uint64)


def _holds(known: Hashes, hashes: Hashes) -> bool:
    """Whether one of the hashes is known."""
    if not len(known):
        return False
    return bool(np.equal(known[np.minimum(np.searchsorted(known, hashes), len(known) - 1)], hashes).any())
