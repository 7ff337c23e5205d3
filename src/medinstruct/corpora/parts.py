"""To which split a file belongs, told from its name, for corpora that no module describes yet."""

from __future__ import annotations

import re

from medinstruct.corpora.corpus import Role

PARTS: tuple[tuple[str, Role, re.Pattern[str]], ...] = (
    ("train", "train", re.compile(r"(?i)train")),
    ("dev", "validation", re.compile(r"(?i)(?:^|[^a-z])dev|valid")),
    ("test", "test", re.compile(r"(?i)(?:^|[^a-z])test|[a-z]test(?:set|(?![a-z]))|eval(?:uation)?set")),
)
"""Split, role, and what the name of a file or folder of it holds."""

ROLES: dict[str, Role] = {name: role for name, role, _ in PARTS} | {"all": "train"}
"""The role of each split, in their order; files that no name puts into one are a split of their own, to train on."""


def part(name: str) -> str:
    """Return the split of a file: told by its own name, else by the folders it lies in, the nearest first; else empty."""
    for piece in reversed(name.split("/")):
        for split, _, mark in PARTS:
            if mark.search(piece):
                return split
    return ""
