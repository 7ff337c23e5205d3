"""The card of an artefact: README.md, from its manifest, its ledger and its rows alone.

    head          what the Hub and `datasets` read              (head.py)
    composition   rows and tokens by split, task and corpus     (composition.py)
    sections      what people read                              (sections.py, left_out.py)
    bibtex        how to cite the parts                         (bibtex.py)
    plots         the same in pictures, where they can be drawn (plots.py)

The same build gives the same card to the byte. What a corpus says of itself is text here, and never Markdown.
"""

from __future__ import annotations

from collections.abc import Collection

import yaml

from medinstruct import artefact, license
from medinstruct.artefact import Build
from medinstruct.card import left_out, sections
from medinstruct.card.composition import Composition, measure
from medinstruct.card.head import Release, head

__all__ = ["Composition", "Release", "measure", "write"]


def write(
    build: Build, release: Release | None = None, *, composition: Composition | None = None, plots: Collection[str] = (), more: str = ""
) -> str:  # fmt: skip
    """Return the card of a build.

    Args:
        build: With its manifest, ledger and rows.
        release: Left out for a build that is not published.
        composition: What `measure` says of the build, where it is known already.
        plots: Paths of the pictures beside the card (see `plots.draw`).
        more: Sections of somebody else's, put behind ours.

    Raises:
        FormatError: if manifest, ledger or rows lack what a build's have.
    """
    with artefact.reading(build.folder):
        made_of = composition or measure(build)
        front = yaml.safe_dump(head(build.manifest, made_of.forms, release), sort_keys=False, allow_unicode=True)
        body = "\n\n".join(filter(None, [*_sections(build, release, made_of, plots), more.strip()]))
    return f"---\n{front}---\n\n{body}\n"


def _sections(build: Build, release: Release | None, made_of: Composition, plots: Collection[str]) -> list[str]:
    manifest, ledger = build.manifest, build.ledger
    return [
        sections.title(manifest, release),
        sections.contents(made_of, ledger, plots),
        sections.corpora(manifest, made_of),
        sections.license(manifest, release.verdict if release else license.of_build(manifest)),
        left_out.left_out(manifest, ledger, plots),
        left_out.limits(manifest, ledger),
        sections.rebuild(manifest),
        sections.cite(manifest, release),
    ]
