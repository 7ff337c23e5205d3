"""Small pieces of HTML for notebooks: texts with what is marked in them, tables, turns. All that comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape as escape
from itertools import pairwise
from typing import Any

Pieces = tuple[tuple[int, int], ...]
"""The parts of something marked, as in `document.Spans`."""

MOST = 20_000
"""Characters of a text that are shown."""
TURN = "border-left:3px solid rgba(128,128,128,.4);margin:.4em 0;padding:.1em .8em;white-space:pre-wrap;overflow-wrap:anywhere"
MARK = "background:rgba(86,156,214,.25);border-bottom:2px solid rgba(86,156,214,.9);color:inherit;border-radius:2px"
SMALL = "font-size:.75em;opacity:.7"


def cut(text: str, marks: Sequence[Pieces]) -> list[tuple[str, list[int]]]:
    """Return a text cut wherever a mark begins or ends, each part with the places of the marks that it stands in, outer ones first.

    Marks may be nested, cross, or have gaps; of one that reaches beyond the text, what is in it counts.
    """
    edges = sorted({0, len(text), *(min(at, len(text)) for pieces in marks for piece in pieces for at in piece)})
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for n in sorted(range(len(marks)), key=lambda n: (marks[n][0][0], -marks[n][-1][1], n)):
        for start, end in marks[n]:
            begins.setdefault(start, []).append(n)
            ends.setdefault(min(end, len(text)), []).append(n)
    parts, inside = [], dict[int, None]()
    for at, end in pairwise(edges):
        for n in ends.get(at, ()):
            inside.pop(n, None)
        inside |= dict.fromkeys(begins.get(at, ()))
        parts.append((text[at:end], list(inside)))
    return parts


def marked(text: str, marks: Sequence[tuple[Pieces, str]]) -> str:
    """Return a text with what is marked in it, each with its label behind its last character."""
    last = {n: pieces[-1][1] for n, (pieces, _) in enumerate(marks)}
    at, html = 0, []
    for part, inside in cut(text[:MOST], [pieces for pieces, _ in marks]):
        at += len(part)
        said = " · ".join(marks[n][1] for n in inside if last[n] == at)
        if not inside:
            html.append(escape(part))
            continue
        title = escape(" · ".join(marks[n][1] for n in inside))
        label = f'<sub style="{SMALL}">{escape(said)}</sub>' if said else ""
        html.append(f'<mark style="{MARK}" title="{title}">{escape(part)}</mark>{label}')
    more = f'<span style="{SMALL}"> … {len(text) - MOST:,} more characters</span>' if len(text) > MOST else ""
    return f'<div style="{TURN}">{"".join(html)}{more}</div>'


def turns(messages: Iterable[Mapping[str, Any]]) -> str:
    """Return the turns of a conversation."""
    return "".join(
        f'<div style="{SMALL}">{escape(message["role"])}</div><div style="{TURN}">{escape(message["content"][:MOST])}</div>'
        for message in messages
    )


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; numbers with separators of thousands, to the right."""
    names = "".join(f'<th style="text-align:left">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _cells(row: Sequence[Any]) -> Iterator[str]:
    for value in row:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        side = "right" if is_number else "left"
        yield f'<td style="text-align:{side}">{f"{value:,}" if is_number else escape(str(value))}</td>'
