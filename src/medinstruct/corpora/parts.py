"""To which split a file belongs, told from its name, for corpora that no module describes yet."""

from __future__ import annotations

import re

from medinstruct.corpora.corpus import Role

BEGINS, ENDS = "(?<![a-z])", "(?:set|data|(?![a-z]))"
GLUED = "(?<=[a-z]{2})"
"""Behind another word, as in `NCBItrainset`; behind one letter it is another word: `strain`."""

PARTS: tuple[tuple[str, Role, re.Pattern[str]], ...] = (
    ("train", "train", re.compile(rf"(?i){BEGINS}train|{GLUED}train(?:ing)?{ENDS}")),
    (
        "dev", "validation",
        re.compile(rf"(?i)(?:{BEGINS}|{GLUED})dev(?:el(?:op(?:ment)?)?)?{ENDS}|{BEGINS}val{ENDS}|(?<!in)valid(?:ation)?{ENDS}"),
    ),
    ("test", "test", re.compile(rf"(?i){BEGINS}test(?:s|ing)?{ENDS}|(?<=[a-z])(?<!la)(?<!con)test{ENDS}|eval(?:uation)?set")),
)  # fmt: skip
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
