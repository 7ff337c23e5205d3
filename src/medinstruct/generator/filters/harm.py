"""Tripwires: what looks like a person, and what insults one."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from medinstruct.generator.candidate import Candidate
from medinstruct.text import person

TOXIC: Final = re.compile(
    r"\b(?:fuck\w{0,5}|shit(?:ty|head)?|bullshit|bitch(?:es|y)?|assholes?|bastards?|cunts?|dickheads?|motherfuckers?)\b"
    r"|\b(?:go|just|should) (?:and )?(?:kill|hang) yourself\b|\bgo (?:and )?die\b"
    r"|\byou (?:should|deserve to|ought to) die\b|\bsub-?humans?\b|\bvermin\b"
    r"|\b(?:you are|you're|you’re|they are|they're) (?:all )?(?:so |such |just )?(?:an? )?"
    r"(?:stupid|idiots?|morons?|worthless|disgusting|retarded|scum)\b",
    re.IGNORECASE,
)
"""A short list: it catches what nobody should have to read by chance, and is no classifier. Words of medicine are not on it."""


class Personal:
    """Refuses what looks like a person: names, numbers, addresses by their form (see `text.person`).

    Args:
        kinds: Of `person.PATTERNS`; all of them if left out.
    """

    name = "personal data"
    reads_output = False

    def __init__(self, kinds: Collection[str] = tuple(person.PATTERNS)) -> None:
        self._patterns = {kind: person.PATTERNS[kind] for kind in kinds}

    def __call__(self, candidate: Candidate) -> str | None:
        text = f"{candidate.instruction}\n{candidate.input}\n{candidate.output}"
        return next((kind for kind, pattern in self._patterns.items() if pattern.search(text)), None)


class Toxic:
    """Refuses insults and abuse.

    Args:
        words: Further words, in lower case.
    """

    name = "toxic"
    reads_output = False

    def __init__(self, words: Collection[str] = ()) -> None:
        self._more = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b", re.IGNORECASE) if words else None

    def __call__(self, candidate: Candidate) -> str | None:
        text = f"{candidate.instruction}\n{candidate.input}\n{candidate.output}"
        found = TOXIC.search(text) or (self._more.search(text) if self._more else None)
        return "insults or abuses" if found else None
