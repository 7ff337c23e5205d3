"""What looks like a person in the rows of a build: shown before anything is sent, never a promise that nothing is there.

The forms are those of `medinstruct.text.person`. De-identified releases hold surrogates of just these forms, so a hit means:
somebody should look.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from medinstruct import artefact
from medinstruct.artefact import Build
from medinstruct.publisher.stubs import strings
from medinstruct.text.person import find

SHOWN = 20
"""Hits that are kept to be shown, by corpus and kind; all are counted."""


class Hit(NamedTuple):
    """Something that looks like a person."""

    kind: str
    corpus: str
    row: str
    quotation: str
    """The hit with some of what stands around it."""


@dataclass
class Tripped:
    """What was found in a build."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By corpus and kind."""
    shown: list[Hit] = field(default_factory=list)
    rows: int = 0
    """Looked at."""


def look(build: Build, corpora: frozenset[str]) -> Tripped:
    """Return what looks like a person in the rows of these corpora."""
    found = Tripped()
    for row in _rows(build, corpora):
        found.rows += 1
        for text in _texts(build, row):
            for kind, quotation in find(text):
                found.counts[row["corpus"], kind] += 1
                if found.counts[row["corpus"], kind] <= SHOWN:
                    found.shown.append(Hit(kind, row["corpus"], row["id"], quotation))
    return found


def _texts(build: Build, row: Mapping[str, Any]) -> Iterator[str]:
    """What a row says: its messages, and what of question and gold stands in none of them, as a wording need not show all."""
    shown = [message["content"] for message in row["messages"]]
    yield from shown
    with artefact.reading(build.folder / "data"):
        for text in strings([json.loads(row[column]) for column in ("example", "gold")]):
            if not any(text in each for each in shown):
                yield text


def _rows(build: Build, corpora: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The rows of some corpora, as far as they are looked at; few at a time, as they may be long."""
    for split in build if corpora else ():
        for _, batch in build[split].batches(["id", "corpus", "messages", "example", "gold"], size=128):
            yield from batch.filter(pc.is_in(batch["corpus"], pa.array(sorted(corpora)))).to_pylist()
