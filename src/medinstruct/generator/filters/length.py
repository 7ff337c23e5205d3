"""Too short to ask anything, or too long to be shown again."""

from __future__ import annotations

from typing import Final

from medinstruct import text as prose
from medinstruct.generator.candidate import Candidate

LIMITS: Final = {"instruction": (3, 300), "input": (0, 2_000), "output": (1, 2_000)}
"""Fewest and most tokens of each field, as `count_tokens` counts them. Self-Instruct has 3 to 150 words of an instruction."""


class Length:
    """Refuses what has too few or too many tokens.

    Args:
        limits: For each field, fewest and most.
    """

    name = "length"
    reads_output = True

    def __init__(self, limits: dict[str, tuple[int, int]] = LIMITS) -> None:
        self._limits = {
            field: (fewest, most, f"the {field} is too short", f"the {field} is too long")
            for field, (fewest, most) in limits.items()
        }

    def __call__(self, candidate: Candidate) -> str | None:
        for field, (fewest, most, short, long) in self._limits.items():
            size = prose.count_tokens(getattr(candidate, field))
            if not fewest <= size <= most:
                return short if size < fewest else long
        return None
