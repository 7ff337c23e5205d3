"""Weights from the sizes of branches, softened by a temperature: size ** (1 / T), as whole numbers.

T = 1 takes each branch in proportion to its size, a large T all branches equally; T5 and its followers take T = 2 to 4,
of sizes no larger than a cap (Raffel et al., 2020, section 3.5.2). Powers of floating point differ between machines in
the last digit; roots of whole numbers do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

SCALE = 2**17
"""The weight of the largest branch."""


def tempered(sizes: Mapping[str, int], temperature: Fraction, weights: Mapping[str, int]) -> dict[str, int]:
    """Return whole weights in proportion to weight · size ** (1 / T), the largest 2^17 and none below 1.

    Args:
        sizes: Rows of each branch.
        temperature: T, with a numerator and a denominator that are not large.
        weights: By label; 1 where it is not named.
    """
    top = max(sizes.values(), default=0)
    power, root = temperature.denominator, temperature.numerator
    roots = {label: _root(SCALE**root * size**power // max(top, 1) ** power, root) for label, size in sizes.items()}
    raw = {label: root * weights.get(label, 1) for label, root in roots.items()}
    most = max(raw.values(), default=0) or 1
    return {label: max(SCALE * value // most, 1) for label, value in raw.items()}


def _root(value: int, degree: int) -> int:
    """The largest whole number whose power is no more than `value`."""
    low, high = 0, SCALE
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low
