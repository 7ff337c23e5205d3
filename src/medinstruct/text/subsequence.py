"""The longest common subsequence of two texts: one text as bits of a number, each word of the other at once (Hyyrö 2004)."""

from __future__ import annotations

from collections.abc import Sequence


def positions(text: Sequence[str]) -> dict[str, int]:
    """For each word of a text the places where it stands, as the bits of a number."""
    found: dict[str, int] = {}
    for place, word in enumerate(text):
        found[word] = found.get(word, 0) | 1 << place
    return found


def common(text: Sequence[str], places: dict[str, int], size: int) -> int:
    """Length of the longest common subsequence of a text and another one of `size` words, of which the `positions` are given."""
    unmatched = whole = (1 << size) - 1
    for word in text:
        if word in places:
            at = unmatched & places[word]
            unmatched = (unmatched + at) | (unmatched - at)
    return size - (unmatched & whole).bit_count()
