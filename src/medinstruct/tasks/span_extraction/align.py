"""Which word of a copied text is which word of the text, when the copy is not quite the text.

    text      Naloxone reverses the effect of clonidine .
    copy      Sure naloxone reverses effect of clonidin .
                   └─0───┘  └──1───┘ └─3──┘ 4  └──5───┘ 6

From left to right, looking `AHEAD` words far, which is linear in both. A word is taken to be one further on only
where the word copied after it bears that out, so that something put in does not carry the rest away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from medinstruct.tasks.task import Mark

AHEAD = 32
"""How many words may be left out of a copy before the rest of it is lost."""


class Place(NamedTuple):
    """Where a copied word stands in the text, and how it was found there."""

    at: int
    """Counted in words; -1 for a word that was put in."""
    mark: Mark


EXTRA = Place(-1, "invented")


def align(copy: Sequence[str], words: Sequence[str]) -> list[Place]:
    """Return the place of each word of `copy` among `words`; places rise."""
    if copy == words:
        return [Place(at, "exact") for at in range(len(words))]
    places, at = [], 0
    for n, word in enumerate(copy):
        if at < len(words) and word == words[at]:
            place = Place(at, "exact")
        else:
            place = _seek(word, copy[n + 1 : n + 2], words[at : at + AHEAD], at)
        at = max(at, place.at + 1)
        places.append(place)
    return places


def _seek(word: str, after: Sequence[str], words: Sequence[str], at: int) -> Place:
    """The place of a word that is not the next one; `words` are those ahead, `after` is the word copied next, if any."""
    mark: Mark = "exact"
    same = [n for n, other in enumerate(words) if other == word]
    if not same:
        folded, mark = word.casefold(), "repaired"
        same = [n for n, other in enumerate(words) if other.casefold() == folded]
    agreed = [n for n in same if not after or words[n + 1 : n + 2] == after]
    is_next = bool(after) and words[:1] == after  # then this word was put in, unless it is the one but next
    if agreed and (agreed[0] <= 1 or not is_next):
        return Place(at + agreed[0], mark if len(agreed) == 1 or agreed[0] == 0 else "ambiguous")
    if is_next:
        return EXTRA
    is_near, is_changed = same[:1] in ([0], [1]), bool(words) and words[1:2] == after
    if is_changed and not is_near:
        return Place(at, "repaired")
    if is_near or (same and after[0] in words[same[0] + 1 :]):
        return Place(at + same[0], mark if is_near or len(same) == 1 else "ambiguous")
    return EXTRA
