"""Markdown that says what it was given and nothing else: facts come from files of others, and may hold pipes, tags or links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

FOLD = 25
"""Rows of a table from which on it is folded."""
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$&#!]")
_LINK = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
_WORK = re.compile(
    r"\b(?:doi:(?P<doi>10\.\d{4,9}/[^\s;,]+)|arXiv:(?P<arxiv>\d{4}\.\d{4,5})|https?://[^\s;,<>]+)", re.IGNORECASE
)


def text(value: object) -> str:
    """Return a fact as one line that renders as it reads."""
    return _SPECIAL.sub(_escaped, " ".join(str(value).split()))


def _escaped(found: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(found[0], f"\\{found[0]}")


def prose(value: str) -> str:
    """Return paragraphs of somebody's own: emphasis and code stay, tags and headings do not work."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", value)]
    plain = [part.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|") for part in paragraphs if part]
    return "\n\n".join(re.sub(r"^(#|>|=|~~~|```|---|\*\*\*)", r"\\\1", part) for part in plain)


def link(title: object, address: object) -> str:
    """Return a link, or the bare title where the address is none of the web."""
    if not _LINK.fullmatch(str(address)):
        return text(title)
    return f"[{text(title)}]({quote(str(address), safe=':/?#@!$&+,;=%~*-._')})"


def cited(citation: str) -> str:
    """Return a citation whose DOIs, arXiv numbers and addresses are links."""
    parts, end = [], 0
    for found in _WORK.finditer(citation):
        name = found[0].rstrip(".")
        number = name.partition(":")[2]
        address = (
            f"https://doi.org/{number}"
            if found["doi"]
            else f"https://arxiv.org/abs/{number}"
            if found["arxiv"]
            else name
        )
        parts += [text(citation[end : found.start()]), link(name, address)]
        end = found.start() + len(name)
    return " ".join(filter(None, [*parts, text(citation[end:])])).replace(" ;", ";").replace(" ,", ",")


def code(value: str, language: str = "") -> str:
    """Return a block of code, fenced by more backticks than it holds in a row."""
    longest = max(map(len, re.findall(r"`+", value)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{value.rstrip()}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table, folded where it is long; cells are Markdown already, numbers stand to the right."""
    if not rows:
        return ""
    right = [all(_is_number(row[n]) for row in rows) for n in range(len(head))]
    lines = [
        f"| {' | '.join(head)} |",
        f"|{'|'.join('---:' if number else '---' for number in right)}|",
        *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows),
    ]
    whole = "\n".join(lines)
    return fold(f"{len(rows):,} rows", whole) if len(rows) > FOLD else whole


def fold(title: str, content: str) -> str:
    """Return content that is seen when its title is clicked."""
    return f"<details>\n<summary>{title}</summary>\n\n{content}\n\n</details>"


def bullets(lines: Sequence[str]) -> str:
    """Return a list, folded where it is long."""
    whole = "\n".join(f"- {line}" for line in lines)
    return fold(f"{len(lines):,} lines", whole) if len(lines) > FOLD else whole


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) or re.fullmatch(r"[\d,.]*\s?%?", str(cell)) is not None


def _cell(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
