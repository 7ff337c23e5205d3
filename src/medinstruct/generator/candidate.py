"""An instruction that a model wrote and nobody has judged yet, and what judges it.

journal ──read──▶ Candidate ──filters, in the order of requests──▶ accepted | refused, with the filter's name and reason
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Candidate:
    """One instruction with its answer, as it was read out of what a model said."""

    key: str
    """Its name in the run: number of its request and its place in the answer, `000012/3`."""
    instruction: str
    input: str
    """What the instruction is about; empty where it needs nothing."""
    output: str
    category: str
    """Task family: one of `candidate.CATEGORIES`."""
    topic: str
    seeds: tuple[str, ...]
    """Ids of what the prompt showed: seeds, and keys of accepted candidates."""
    request: str
    """Name of the request in the journal."""


class Filter(Protocol):
    """Says why a candidate is refused. It is asked in the order of requests, and may not look at anything but what it was told."""

    @property
    def name(self) -> str:
        """What the ledger calls it."""

    @property
    def reads_output(self) -> bool:
        """Whether it looks at the output; where answers are a second call, those that do not are asked before it is paid for."""

    def __call__(self, candidate: Candidate) -> str | None:
        """Return the reason, the same words for the same kind of fault; None where the candidate passes."""


@runtime_checkable
class Remembering(Filter, Protocol):
    """A filter that compares with what was accepted before."""

    def accepted(self, candidate: Candidate) -> None:
        """Take note of a candidate that passed all filters; called in the order of acceptance."""


CATEGORIES = ("question answering", "information extraction", "generation", "other")
"""Families of tasks as BioInstruct counts them (Tran et al. 2024, doi:10.1093/jamia/ocae122)."""
