"""Whether seeds are fit to be followed: what is wrong with one is wrong with thousands that are written after it.

S101  the file cannot be read                          S104  a filter would refuse it
S102  topic or difficulty is missing                   S105  an answer of extraction does not quote its input
S103  too like another seed                            S106  the families have other shares than BioInstruct's (ours alone)
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from medinstruct import shelf
from medinstruct.errors import MedinstructError
from medinstruct.generator import filters, seed
from medinstruct.generator.candidate import Candidate
from medinstruct.generator.seed import Seed
from medinstruct.generator.similar import Index

DIFFICULTIES: Final = ("easy", "medium", "hard")
SHARES: Final[Mapping[str, float]] = {
    "information extraction": 0.338, "generation": 0.335, "question answering": 0.228, "other": 0.100,
}  # fmt: skip
"""Of BioInstruct's instructions (its card: https://huggingface.co/datasets/bio-nlp-umass/bioinstruct)."""
ALLOWANCE: Final = 0.02
"""How far a share may lie off."""
SILENT: Final = {"", "none", "null", "not stated"}
"""What an answer says where the input says nothing."""
_PARTS: Final = re.compile(r"\n|;| \| | -> | = ")
_LABEL: Final = re.compile(r"^[-*\s]*(?:[^:\n]{1,60}: )?")


class Fault(NamedTuple):
    """Something that the check does not let pass."""

    code: str
    subject: str
    """The file, or file and seed."""
    what: str


def check(name: str) -> Iterator[Fault]:
    """Yield what is wrong with the seeds of a name on a shelf, or of a file."""
    try:
        seeds = seed.load(name)
        is_ours = shelf.find("seeds", name).shelf == "medinstruct"
    except MedinstructError as error:
        yield Fault("S101", name, str(error))
        return
    for one in seeds:
        subject = f"{name}: {one.id}"
        if not one.topic.strip() or one.difficulty not in DIFFICULTIES:
            yield Fault(
                "S102",
                subject,
                f"topic {one.topic!r}, difficulty {one.difficulty!r}: a seed has both ({', '.join(DIFFICULTIES)})",
            )
        if one.category == "information extraction" and one.input:
            yield from (Fault("S105", subject, f"{piece!r} does not stand in the input") for piece in unquoted(one))
    yield from _alike(name, seeds)
    yield from _refused(name, seeds)
    if is_ours:
        yield from _shares(name, seeds)


def unquoted(one: Seed) -> list[str]:
    """Return the pieces of an answer that do not stand in the input, whatever their case; what stands before a colon is a label."""
    read = one.input.casefold()
    return [piece for piece in _pieces(one.output) if piece.casefold() not in SILENT and piece.casefold() not in read]


def _pieces(output: str) -> list[str]:
    try:
        return list(_leaves(json.loads(output)))
    except (ValueError, RecursionError):
        lines = [_LABEL.sub("", line) for line in output.split("\n")]
        return [piece.strip() for piece in _PARTS.split("\n".join(lines)) if piece.strip()]


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield "" if value is None else str(value)


def _alike(name: str, seeds: Sequence[Seed]) -> Iterator[Fault]:
    """By instruction, by input, by answer: seeds that repeat themselves teach to repeat."""
    for field in ("instruction", "input", "output"):
        index = Index()
        held: list[str] = []
        for one in seeds:
            text = getattr(one, field)
            if (found := index.match(text)) is not None:
                yield Fault(
                    "S103",
                    f"{name}: {one.id}",
                    f"its {field} is too like that of {held[found.row]} (ROUGE-L {found.score:.2f})",
                )
            index.add(text)
            held.append(one.id)


def _refused(name: str, seeds: Sequence[Seed]) -> Iterator[Fault]:
    asked = [one for one in filters.usual(()) if one.name != "similar"]
    for one in seeds:
        candidate = Candidate(one.id, one.instruction, one.input, one.output, one.category, one.topic, (), "")
        for filter in asked:
            if reason := filter(candidate):
                yield Fault("S104", f"{name}: {one.id}", f"{filter.name}: {reason}")


def _shares(name: str, seeds: Sequence[Seed]) -> Iterator[Fault]:
    counts = Counter(one.category for one in seeds)
    for category, due in SHARES.items():
        share = counts[category] / len(seeds)
        if abs(share - due) > ALLOWANCE:
            yield Fault("S106", name, f"{category} is {share:.1%} of {len(seeds)} seeds, and {due:.1%} of BioInstruct")
