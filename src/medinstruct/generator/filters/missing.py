"""Points at something that is not there: an image, a text that was not given, a blank to be filled in."""

from __future__ import annotations

import re
from typing import Final

from medinstruct.generator.candidate import Candidate

_GIVEN: Final = "attached|accompanying|enclosed|following|given|provided|above|below|uploaded|linked|shown|depicted"
_MEDIA: Final = (
    "(?:image|picture|photo|photograph|figure|diagram|graph|screenshot|video|audio|recording|illustration|slide)s?"
)
_TEXTS: Final = (
    "(?:text|passage|note|abstract|sentence|paragraph|report|case|dialogue|conversation|article|document|letter|statement|transcript"
    "|excerpt|message|vignette|scenario|table|finding|result|description|summary|record|history|information|data|list|question)s?"
)

IMAGE: Final = re.compile(
    rf"\b(?:{_GIVEN}) (?:[\w-]+ ){{0,2}}{_MEDIA}\b|\b{_MEDIA} (?:{_GIVEN}|here)\b"
    rf"|\b(?:look at|refer to|examine|view|see|watch|study) (?:this|the|these) (?:[\w-]+ ){{0,2}}{_MEDIA}\b"
    rf"|\b(?:this|these) (?:[\w-]+ )?{_MEDIA}\b|\bfig(?:ure|\.) ?\d|\bhttps?://|!\["
)
HINTS: Final = (
    "image", "picture", "photo", "figure", "fig.", "diagram", "graph", "screenshot", "video", "audio", "recording", "illustration", "slide",
    "http", "![",
)  # fmt: skip
"""One of them stands in whatever `IMAGE` finds; looked for first, as most texts have none."""
POINTS: Final = re.compile(
    rf"\b(?:following|given|provided|attached|enclosed|above|below) (?:[\w'’-]+ ){{0,3}}?{_TEXTS}\b"
    rf"|\b{_TEXTS} (?:(?:that|which) )?(?:is |are )?(?:below|above|given|provided|attached|enclosed)\b|\b(?:this|these) {_TEXTS}\b",
    re.IGNORECASE,
)
PLACEHOLDER: Final = re.compile(
    r"\[(?:insert|paste|add|enter|your|patient|name|date|doctor|hospital|clinic|phone|address|input|text|fill)\b[^\]\n]{0,60}\]"
    r"|<(?:insert|paste|input|text|passage|note|no ?input|your)\b[^>\n]{0,60}>|\{\{[^}\n]{0,60}\}\}|\blorem ipsum\b",
    re.IGNORECASE,
)
ENOUGH: Final = 8
"""Words that may be what is pointed at, where the input is empty; without a colon or a `this` three times as many."""


class Missing:
    """Refuses what points at an image, or at a text where none is given, and blanks that nobody filled in."""

    name = "missing"
    reads_output = False

    def __call__(self, candidate: Candidate) -> str | None:
        shown = f"{candidate.instruction}\n{candidate.output}".lower()
        if any(hint in shown for hint in HINTS) and IMAGE.search(shown):
            return "points at an image or an address"
        if any(map(PLACEHOLDER.search, (candidate.instruction, candidate.input, candidate.output))):
            return "holds a blank to be filled in"
        if not candidate.input.strip() and _points_at_nothing(candidate.instruction):
            return "points at a text that is not given"
        return None


def _points_at_nothing(instruction: str) -> bool:
    """Whether an instruction speaks of a text that stands neither behind nor before the words that say so."""
    pointer = POINTS.search(instruction)
    if pointer is None:
        return False
    before, after = instruction[: pointer.start()], instruction[pointer.end() :].lstrip()
    if after.startswith((":", "\n")):
        return not after.strip(": \n")
    behind = after.replace("\n", ":").partition(":")[2]
    looks_back = re.search(r"this|these|above", pointer[0], re.IGNORECASE)
    given = len(before.split()) >= ENOUGH * (1 if looks_back else 3) or len(behind.split()) >= ENOUGH
    return not given and len(after.split()) < 3 * ENOUGH
