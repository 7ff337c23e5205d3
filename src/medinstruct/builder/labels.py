"""The labels of a build: every native label that was seen, the words it is asked for by, and those that have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from medinstruct.builder.part import PartReport
from medinstruct.corpora.corpus import Corpus
from medinstruct.tasks import native

MOST = 100
"""Unmapped labels of one kind that are told one by one; sources with free keywords have thousands."""


def told(corpus: Corpus, reports: Iterable[PartReport]) -> dict[str, Any]:
    """Return for each kind of label what a corpus' facts make of what was seen in all of its splits.

    `{"relations": {"mapped": {"CID": {"seen": 1038, "as": ["induces"]}}, "silent": {}, "unmapped": {}}}`: `silent` ones
    are named by a fact and have no word of their own, `unmapped` ones are named by no fact of the corpus and never asked.
    """
    known = native.words(corpus.tasks.values())
    counts: dict[str, Counter[str]] = {}
    for report in reports:
        for kind, seen in report.labels.items():
            counts.setdefault(kind, Counter()).update(seen)
    return {kind: _kind(kind, counts[kind], known) for kind in native.KINDS if kind in counts}


def _kind(kind: str, counts: Counter[str], known: dict[tuple[str, str], set[str | None]]) -> dict[str, Any]:
    mapped: dict[str, Any] = {}
    silent: dict[str, int] = {}
    unmapped: dict[str, int] = {}
    for label, seen in sorted(counts.items()):
        if (words := known.get((kind, label))) is None:
            unmapped[label] = seen
        elif shown := sorted(word for word in words if word is not None):
            mapped[label] = {"seen": seen, "as": shown}
        else:
            silent[label] = seen
    most = sorted(unmapped, key=lambda label: (-unmapped[label], label))[:MOST]
    more = {"more": {"labels": len(unmapped) - MOST, "seen": sum(unmapped.values()) - sum(unmapped[x] for x in most)}}
    return {
        "mapped": mapped, "silent": silent, "unmapped": {label: unmapped[label] for label in sorted(most)},
        **(more if len(unmapped) > MOST else {}),
    }  # fmt: skip
