"""A build as one page that opens from disk: what went in and came out, and its rows to look through.

    light      columns of all rows that are small enough for a page          (light.py)
    facts      the numbers of the page                                       (facts.py)
    changes    what another build had otherwise                              (changes.py)
    drawn      which rows stand there in full                                (drawn.py)
    shown      one row: text with marks, prompt, answer, read back, lineage  (shown.py, marks.py)
    page       all of it as one file that loads nothing from anywhere        (page.py, packing.py, web/)
    server     the same on loopback, with the text of every row it may show  (server.py)

Text under agreement stands in no page unless it is asked for. The same build gives the same page to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from medinstruct import artefact, card
from medinstruct.artefact import Build
from medinstruct.reporter import changes, drawn, facts, packing, page
from medinstruct.reporter.light import Light, gather
from medinstruct.text import tokenizer

__all__ = ["Report", "report"]


class Report(NamedTuple):
    """A page, and the light columns, which know what of its rows may be told."""

    html: str
    light: Light


def report(
    build: Build, *, against: Build | None = None, text: bool = False, tokenizers: Sequence[str] = (), served: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Report:  # fmt: skip
    """Return the page of a build.

    Args:
        build: With its manifest, ledger and rows.
        against: An earlier build, to show what changed since.
        text: Show rows under agreement too; the page is then under that agreement.
        tokenizers: Names of tokenizers that count whole rows, beside the rule of thumb and the recipe's own.
        served: Whether the page can ask its server for rows that it does not hold.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        FormatError: if manifest, ledger or rows are not what a build's are.
        NotFound: if there is no such tokenizer.
    """
    counting = _counting(build, tokenizers)
    light = gather(build, counting, text=text, tell=tell)
    with artefact.reading(build.folder):
        made_of = card.measure(build)
        head = facts.head(build, light, made_of, text=text)
        told = {
            "head": head,
            "composition": facts.composition(made_of),
            "flow": facts.flow(build.ledger),
            "lengths": facts.lengths(made_of),
            "tokens": facts.tokens(light, counting),
            "answers": facts.answers(light),
            "guarded": facts.guarded(build),
            "terms": facts.terms(build, made_of),
            "limits": facts.limits(build),
        }
    bits, was = np.zeros(len(light), np.int64), dict[int, drawn.Place]()
    if against:
        tell("comparing", 0, 1)
        since = changes.compare(against, build, light)
        bits, was = since.bits, since.was
        told["changes"] = since.as_json(made_of, card.measure(against), head["closed"]["corpora"], text=text)
    rows = drawn.choose(light, bits.tolist())
    tell("drawing rows", 0, len(rows))
    shown = drawn.full(build, light, rows, was, against, text=text)
    return Report(page.write(told, packing.columns(light, bits), shown, served=served), light)


def _counting(build: Build, names: Sequence[str]) -> list[tokenizer.Tokenizer]:
    """The recipe's tokenizer, the rule of thumb, and those named, each once."""
    own = build.manifest.get("tokenizer", {}).get("name", "")
    return [tokenizer.load(name) for name in dict.fromkeys([own, "", *names])]
