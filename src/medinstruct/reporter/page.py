"""The page as one file: skeleton, style, script and data put together, under a policy that forbids everything else.

What comes from a build stands in script elements that no browser runs: JSON without a single `<`, and base64. The script puts it into
the page as text and never as markup, which the policy's `require-trusted-types-for` holds it to; style and script are allowed by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from medinstruct.difference import KINDS
from medinstruct.reporter.packing import dumped, packed

SCRIPTS = (
    "dom.js",
    "columns.js",
    "charts.js",
    "flow.js",
    "sections.js",
    "changes.js",
    "marks.js",
    "sample.js",
    "facets.js",
    "rows.js",
    "start.js",
)
"""In the order in which they need one another."""


def write(
    facts: dict[str, Any], columns: tuple[list[dict[str, Any]], dict[str, list[Any]], bytes], shown: Sequence[dict[str, Any]], *, served: bool
) -> str:  # fmt: skip
    """Return the page.

    Args:
        facts: What the sections say.
        columns: Where each light column lies, the columns' names, their bytes.
        shown: Rows in full.
        served: Whether it may ask the place that it came from for more rows.
    """
    layout, names, raw = columns
    style, script = _file("page.css"), _script()
    told = {**facts, "columns": layout, "kinds": KINDS, "shown": len(shown), "served": served}
    return _filled(_file("page.html"), {
        "policy": policy(style, script, served),
        "title": _escaped(str(facts["head"]["title"])),
        "style": style,
        "facts": dumped(told),
        "columns": packed(raw),
        "names": packed(dumped(names).encode()),
        "rows": packed(dumped(list(shown)).encode()),
        "script": script,
    })  # fmt: skip


def policy(style: str, script: str, served: bool) -> str:
    """What the page may do: run its own script and style, and if it is served, ask its server; load nothing, send nothing."""
    rules = {
        "default-src": "'none'",
        "script-src": f"'{_hash(script)}'",
        "style-src": f"'{_hash(style)}'",
        "img-src": "data:",  # the empty icon, so that none is asked for
        "connect-src": "'self'" if served else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _escaped(text: str) -> str:
    return escape("".join(letter for letter in " ".join(text.split()) if letter.isprintable()))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _script() -> str:
    return '(() => {\n"use strict";\n' + "\n".join(_file(name) for name in SCRIPTS) + "})();\n"


def _file(name: str) -> str:
    return files("medinstruct.reporter").joinpath("web", name).read_text(encoding="utf-8")


def _filled(skeleton: str, values: dict[str, str]) -> str:
    """The skeleton with each `{{name}}` replaced once; what a value holds is not looked at again."""
    parts = []
    for piece in skeleton.split("{{"):
        name, end, rest = piece.partition("}}")
        parts.append(values[name] + rest if end else piece)
    return "".join(parts)
