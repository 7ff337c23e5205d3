"""An answer that says that the input does not tell, or that gives as found what is not in it."""

from __future__ import annotations

import re
from typing import Final

from medinstruct.generator.candidate import Candidate

_SOURCE: Final = "(?:text|passage|note|input|abstract|report|article|context|document|transcript|dialogue|letter|case|information|statement|question)"
SAYS_NOT: Final = re.compile(
    rf"\b{_SOURCE}s? (?:provided |given |above |itself )?(?:does|do|did) not "
    r"(?:provide|contain|include|mention|state|specify|give|say|indicate|describe)"
    r"|\b(?:not enough|insufficient|no(?:t)? (?:sufficient )?) ?information\b"
    rf"|\bcan(?:not|'t|’t| not) be (?:determined|answered|inferred|concluded) (?:from|based on|with) (?:the|this) (?:[\w-]+ ){{0,2}}{_SOURCE}"
    rf"|\b(?:is|are) not (?:mentioned|provided|stated|specified|given|available) in the (?:[\w-]+ ){{0,2}}{_SOURCE}"
    r"|^\W*(?:n/?a|not applicable|none provided|no input|no answer)\W*$",
    re.IGNORECASE,
)
SHORT: Final = 60
"""Words of an answer that says little else; a longer one may say it of one of many points."""
QUOTED: Final = 0.5
"""Of the words of what was extracted, the share that must stand in the input or the instruction."""
_WORD: Final = re.compile(r"[^\W_]{4,}|\d+")


class Unanswerable:
    """Refuses answers without ground in the input."""

    name = "unanswerable"
    reads_output = True

    def __call__(self, candidate: Candidate) -> str | None:
        if not candidate.input.strip():
            return None
        output = candidate.output
        if SAYS_NOT.search(output) and len(output.split()) <= SHORT:
            return "the input does not tell"
        if candidate.category == "information extraction":
            said = set(_WORD.findall(output.lower()))
            read = set(_WORD.findall(f"{candidate.input}\n{candidate.instruction}".lower()))
            if len(said & read) < QUOTED * len(said):
                return "extracts what is not in the input"
        return None
