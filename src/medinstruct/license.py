"""What the terms of a corpus oblige its users to.

A license is known by its identifier on the Hub (https://huggingface.co/docs/hub/repositories-licenses), and by the
obligations that follow from it. What a mixture of several may carry is computed from the obligations of all its
parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from medinstruct.errors import MedinstructError, did_you_mean

Obligation = Literal[
    "attribution", "share-alike", "non-commercial", "no-derivatives", "research-only", "agreement", "unknown", "generator-terms"
]  # fmt: skip

OBLIGATIONS: dict[str, frozenset[Obligation]] = {
    "cc0-1.0": frozenset(),
    "public-domain": frozenset(),
    "apache-2.0": frozenset({"attribution"}),
    "mit": frozenset({"attribution"}),
    "cc-by-2.0": frozenset({"attribution"}),
    "cc-by-3.0": frozenset({"attribution"}),
    "cc-by-4.0": frozenset({"attribution"}),
    "cc-by-sa-3.0": frozenset({"attribution", "share-alike"}),
    "cc-by-sa-4.0": frozenset({"attribution", "share-alike"}),
    "cc-by-nc-4.0": frozenset({"attribution", "non-commercial"}),
    "cc-by-nc-sa-4.0": frozenset({"attribution", "non-commercial", "share-alike"}),
    "cc-by-nd-4.0": frozenset({"attribution", "no-derivatives"}),
    "cc-by-nc-nd-4.0": frozenset({"attribution", "non-commercial", "no-derivatives"}),
    "gpl-3.0": frozenset({"attribution", "share-alike"}),
    "genia": frozenset({"attribution"}),  # its own text: annotations under CC BY 3.0, abstracts as PubMed gives them
    "nlm": frozenset({"attribution"}),
    "research-only": frozenset({"attribution", "research-only"}),
    "agreement": frozenset({"agreement"}),
    "unknown": frozenset({"unknown"}),
}
"""The obligations of each license a corpus may name; `unknown` where nobody states one, `agreement` where a signed
one is needed.
"""


@dataclass(frozen=True)
class License:
    """The terms of a corpus, and where they are stated."""

    id: str
    """A key of `OBLIGATIONS`."""
    stated: str = ""
    """Who says so, in a few words: `README of the release`; says too what is doubtful."""

    def __post_init__(self) -> None:
        if self.id not in OBLIGATIONS:
            raise MedinstructError(f"no license {self.id!r}", next=did_you_mean(self.id, OBLIGATIONS))

    @property
    def obligations(self) -> frozenset[Obligation]:
        return OBLIGATIONS[self.id]

    @property
    def may_leave(self) -> bool:
        """Whether rows under these terms may be handed on at all."""
        return not self.obligations & {"agreement", "unknown"}


def together(ids: set[str]) -> set[Obligation]:
    """Return every obligation that a mixture of rows under these licenses is under."""
    return {obligation for id in ids for obligation in OBLIGATIONS[id]}
