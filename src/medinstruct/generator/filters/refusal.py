"""A model that speaks of itself, or will not do what was asked."""

from __future__ import annotations

import re
from typing import Final

from medinstruct.generator.candidate import Candidate

LOOKED_AT: Final = 300
"""Characters of an answer in which a refusal is looked for: later on, somebody in a dialogue may say so."""

SPEAKS_OF_ITSELF: Final = re.compile(
    r"\bas an? (?:AI|artificial intelligence|(?:large )?language model|chatbot|virtual assistant)\b"
    r"|\bI(?:'m|’m| am) (?:just |only )?an? (?:AI|artificial intelligence|(?:large )?language model|chatbot|virtual assistant)\b"
    r"|\bmy (?:training data|knowledge cut-?off)|\b(?:trained|developed|created) by (?:OpenAI|Anthropic|Google|Meta|Mistral)\b"
    r"|\bI (?:do not|don't|don’t) have (?:real-time |the ability to browse|personal (?:experiences?|opinions?|feelings))",
    re.IGNORECASE,
)
DECLINES: Final = re.compile(
    r"\bI(?:'m|’m| am) (?:very )?sorry,? (?:but )?I (?:am unable|can|do not|don't|don’t)"
    r"|\b(?:I|my) (?:sincerely )?apologi(?:[sz]e|es),? (?:but|for (?:any|the) (?:confusion|inconvenience))|\bI must (?:respectfully )?decline\b"
    r"|\bI (?:cannot|can't|can’t|can not|am (?:unable|not able) to|won't|won’t|will not) "
    r"(?:assist|help|provide|answer|comply|fulfil|complete|give|offer|diagnose|create|generate|write|engage|continue|process|view|access"
    r"|do (?:that|this))",
    re.IGNORECASE,
)


class Refusal:
    """Refuses what a model says of itself anywhere, and answers that begin with a refusal."""

    name = "refusal"
    reads_output = False

    def __call__(self, candidate: Candidate) -> str | None:
        if any(map(SPEAKS_OF_ITSELF.search, (candidate.output, candidate.instruction, candidate.input))):
            return "speaks as an AI"
        return "declines to answer" if DECLINES.search(candidate.output[:LOOKED_AT]) else None
