"""Runs of words as numbers: what copies of a text are found by, whatever stands around them.

    normalised words    old mice with a fever sleep
    grams(…, 5)         hash("old mice with a fever"), hash("mice with a fever sleep")

The hash of a run is a polynomial over its characters modulo 2 ** 64, so that all runs of all lengths come from one
cumulative sum (Karp and Rabin, IBM J Res Dev 31(2), 1987), mixed by SplitMix64's finaliser. It is the same on every machine
and in every version: packs store it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE: Final = pow(_BASE, -1, 2**64)
_BLANK: Final = ord(" ")


def mix(numbers: Hashes) -> Hashes:
    """Spread numbers over 64 bits, one to one (SplitMix64's finaliser)."""
    mixed = numbers ^ (numbers >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


_OF_BYTE: Final = mix(np.arange(1, 257, dtype=np.uint64))
"""A number for each byte, without pattern, so that no text cancels itself out."""


class Words:
    """A normalised text (see `normalise`), ready to be hashed in runs of any length."""

    def __init__(self, normalised: str) -> None:
        data = np.frombuffer(normalised.encode(), dtype=np.uint8)
        up, down = _powers(len(data) + 1)
        sums = np.zeros(len(data) + 1, dtype=np.uint64)
        np.cumsum(_OF_BYTE[data] * up[: len(data)], out=sums[1:])
        blanks = np.flatnonzero(data == _BLANK)
        starts = np.concatenate(([0], blanks + 1)) if len(data) else blanks
        self._before, self._down = sums[starts], down[starts]
        self._after = sums[np.concatenate((blanks, [len(data)]))] if len(data) else self._before

    def __len__(self) -> int:
        return len(self._before)

    def grams(self, n: int) -> Hashes:
        """The hash of each run of `n` words, in order; none of a text that has fewer."""
        size = max(len(self) - n + 1, 0)
        return mix((self._after[n - 1 :] - self._before[:size]) * self._down[:size])

    def runs(self, firsts: NDArray[np.int64], lengths: NDArray[np.int64] | int) -> Hashes:
        """The hash of the run of `lengths` words from each of the words `firsts`."""
        return mix((self._after[firsts + lengths - 1] - self._before[firsts]) * self._down[firsts])


_cache: list[Hashes] = [np.ones(1, dtype=np.uint64), np.ones(1, dtype=np.uint64)]


def _powers(size: int) -> list[Hashes]:
    """Powers of the base and of its inverse, `size` of them or more; kept, as every text asks for the same."""
    if len(_cache[0]) < size:
        for place, factor in enumerate((_BASE, _INVERSE)):
            steps = np.full(2 * size, factor, dtype=np.uint64)
            steps[0] = 1
            _cache[place] = np.cumprod(steps)
    return _cache
