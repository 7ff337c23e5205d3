"""Seeds: instructions written by people, in the pattern of which a model writes more.

    {"id": "s01", "instruction": "Name the drug that …", "input": "…", "output": "…", "category": "question answering",
     "topic": "pharmacology", "difficulty": "easy"}

One JSON object per line, on a shelf (`seeds/<name>.jsonl`) or in a file of the user's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from medinstruct import shelf
from medinstruct.errors import FormatError, Place, did_you_mean
from medinstruct.generator.candidate import CATEGORIES

MOST_CHARACTERS = 20_000
"""Of one field; a seed is shown in thousands of prompts."""


@dataclass(frozen=True, slots=True)
class Seed:
    """An instruction with its answer."""

    id: str
    instruction: str
    input: str
    """What the instruction is about; empty where it needs nothing."""
    output: str
    category: str
    """One of `candidate.CATEGORIES`."""
    topic: str = ""
    difficulty: str = ""


def load(name: str) -> tuple[Seed, ...]:
    """Return the seeds of a name on a shelf, or of a path to a `.jsonl` file, in their order.

    Raises:
        NotFound: naming the nearest one there is.
        FormatError: at a line that is no seed, or an id that stands there twice.
    """
    entry = shelf.find("seeds", name)
    return parse(entry.text(), str(entry.path))


def parse(text: str, path: str) -> tuple[Seed, ...]:
    """Return the seeds that `text` holds; `path` is for messages.

    Raises:
        FormatError: as `load`.
    """
    found: dict[str, Seed] = {}
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = Place(path, n)
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"is no JSON: {line[:80]!r}", where=where, next="one object per line") from error
        seed = of(value, where)
        if seed.id in found:
            raise FormatError(f"the id {seed.id!r} stands here twice", where=where)
        found[seed.id] = seed
    if not found:
        raise FormatError("holds no seed", where=path)
    return tuple(found.values())


def of(value: Any, where: Place | str) -> Seed:
    """Return the seed that a JSON value states.

    Raises:
        FormatError: if it states none.
    """
    if not isinstance(value, Mapping):
        raise FormatError(f"is a {type(value).__name__}, and should be an object", where=where)
    known = {field.name for field in fields(Seed)}
    for name, text in value.items():
        if name not in known:
            raise FormatError(f"unknown field {name!r}", where=where, next=did_you_mean(str(name), known))
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise FormatError(f"{name} is no text of at most {MOST_CHARACTERS:,} characters", where=where)
    for name in ("id", "instruction", "output", "category"):
        if not value.get(name, "").strip():
            raise FormatError(f"has no {name}", where=where)
    if value["category"] not in CATEGORIES:
        hint = did_you_mean(value["category"], CATEGORIES)
        raise FormatError(f"no category {value['category']!r}", where=where, next=hint)
    return Seed(**{"input": "", **value})


def stated(seeds: Iterable[Seed]) -> list[dict[str, str]]:
    """Seeds as the head of a journal states them."""
    return [asdict(seed) for seed in seeds]


def digest(seeds: Iterable[Seed]) -> str:
    """The first 16 digits of a SHA-256 over all that the seeds say."""
    return hashlib.sha256(json.dumps(stated(seeds), ensure_ascii=False).encode()).hexdigest()[:16]
