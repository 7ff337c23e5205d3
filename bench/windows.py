"""How many relations and events of each corpus no row can carry, by what a row's text is.

    python bench/windows.py --data DIR [--corpus ID ...]

For each corpus that annotates relations or events: per cent of them lost because their arguments do not stand in one
sentence, passage or window of n tokens, with half-overlapping windows too, and how many tokens such a text has. It
prints the table of docs/explanations/windows.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from medinstruct import corpora, tasks
from medinstruct.document import Document
from medinstruct.tasks.facts import Events, Fact, Relations
from medinstruct.tasks.task import Lost, Window
from medinstruct.tasks.unit import sentences, windows
from medinstruct.text import count_tokens
from medinstruct.text import windows as pack

LIMITS = (128, 256, 512)
NEVER = ("its label is not asked for", "an argument is mentioned nowhere", "it has not two arguments")
"""Reasons that no choice of windows changes."""


def units(document: Document) -> Iterator[tuple[str, list[list[Window]]]]:
    """Yield what a row's text may be: its name, and one or two ways of cutting that are asked together."""
    yield "sentence", [windows(document, "sentence", 0)]
    for limit in LIMITS:
        cut = windows(document, "window", limit)
        yield f"{limit}", [cut]
        yield f"{limit} half over", [cut, shifted(document, cut, limit)]
    yield "passage", [windows(document, "passage", 0)]
    yield "document", [windows(document, "document", 0)]


def shifted(document: Document, cut: Sequence[Window], limit: int) -> list[Window]:
    """Windows that begin in the middle of the first one."""
    middle = cut[0].end // 2 if cut else 0
    later = [span for span in sentences(document) if span[0] >= middle]
    return [Window(f"{a}:{b}", a, b) for a, b in pack(document.text, max_tokens=limit, sentences=later)]


def lost(document: Document, fact: Fact, cut: Sequence[Window]) -> tuple[set[str], set[str]]:
    """The annotations that no window holds, and those that no window could hold."""
    view = tasks.load(tasks.types_for(fact)[0]).views[type(fact)]
    gone = [thing for thing in view(document, fact, cut) if isinstance(thing, Lost)]
    never = {thing.annotation for thing in gone if thing.reason in NEVER}
    return {thing.annotation for thing in gone} - never, never


def measure(id: str, name: str, fact: Relations | Events, data: Path) -> str | None:
    """A line of the table: corpus, task, how many, per cent lost by unit, and the tokens of texts."""
    corpus = corpora.load(id)
    if (folder := corpus.find(data)) is None:
        return None
    total, missed, texts = 0, dict[str, int](), list[int]()
    for split in corpus.present(folder):
        if name in corpus.splits[split].withheld:
            continue
        for record in corpus.records(split, corpus.files(split, folder)):
            if not isinstance(record, Document) or not fact.is_of(record):
                continue
            texts.append(count_tokens(record.text))
            own = record.relations if isinstance(fact, Relations) else record.events
            total += sum(annotation.type in fact.labels for annotation in own)
            _, never = lost(record, fact, windows(record, "document", 0))
            total -= len(never)
            for unit, cuts in units(record):
                gone = set.intersection(*(lost(record, fact, cut)[0] for cut in cuts))
                missed[unit] = missed.get(unit, 0) + len(gone - never)
    if not total:
        return None
    shares = [f"{100 * count / total:.1f}" for count in missed.values()]
    tokens = f"{np.median(texts):.0f} / {np.percentile(texts, 99):.0f}"
    return f"| {id} | {name} | {total:,} | {' | '.join(shares)} | {tokens} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--corpus", nargs="*")
    asked = parser.parse_args()
    names = ["sentence", *(name for n in LIMITS for name in (f"{n}", f"{n} half over")), "passage", "document"]
    print(f"| corpus | task | annotations | {' | '.join(names)} | tokens of a text, median / 99 % |")
    print("|---|---|" + "---:|" * (len(names) + 2))
    for id in asked.corpus or corpora.names():
        for name, fact in corpora.load(id).tasks.items():
            if isinstance(fact, Relations | Events) and (line := measure(id, name, fact, asked.data)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
