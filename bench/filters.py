"""What each filter of `generate` takes and refuses: `python bench/filters.py [--data DIR] > bench/results/filters.md`.

On the seeds, each with its words turned as a model might (so that nothing is a copy), and, with `--data`, on instructions of corpora, which people or
good models wrote: what is refused of them is refused wrongly as a rule, and is read by whoever changes a filter.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from medinstruct.generator import filters, look, seed
from medinstruct.generator.candidate import Candidate
from medinstruct.text import count_tokens

CORPORA = ("medical-meadow-small", "medinstruct", "medquad")
LANGUAGES = {"head-qa": "es", "head-qa-en": "en", "medquad": "en", "pubmedqa": "en"}
MOST = 3_000
"""Of a corpus."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, help="folder with a folder for each corpus")
    given = asked.parse_args()
    print(
        "# Filters\n\nMade by `python bench/filters.py --data DIR`; microseconds of CPU for each candidate, on one core.\n"
    )
    print(*table("seeds", turned()), sep="\n")
    for id in CORPORA if given.data else ():
        held = [one for _, one in zip(range(MOST), look.of_corpus(id, given.data)) if one.output]
        if held:
            print(*table(id, held), sep="\n")
    if given.data:
        print(
            "\n## Languages\n\n| corpus | written in | texts | taken for another than English | than Spanish |\n|---|---|---:|---:|---:|"
        )
        for id, language in LANGUAGES.items():
            print(told(id, language, [one for _, one in zip(range(MOST), look.of_corpus(id, given.data))]))


def told(id: str, language: str, held: list[Candidate]) -> str:
    """The line of a corpus: how many of its questions the filter of each language refuses."""
    shares = [
        sum(filters.Language(asked)(one) is not None for one in held) / max(len(held), 1) for asked in ("en", "es")
    ]
    return f"| {id} | {language} | {len(held):,} | " + " | ".join(f"{share:.2%}" for share in shares) + " |"


def turned() -> list[Candidate]:
    """Every seed ten times, its words in pairs the other way round: no seed's runs and texts, and its words."""
    found = []
    for n in range(10):
        for one in seed.load("bioinstruct"):
            texts = [" ".join(_pairs(text.split())) for text in (one.instruction, one.input, one.output)]
            found.append(Candidate(f"{n}/{one.id}", *texts, "other", one.topic, (), ""))
    return found


def _pairs(words: list[str]) -> Iterator[str]:
    for n in range(0, len(words), 2):
        yield from reversed(words[n : n + 2])


def table(name: str, held: list[Candidate]) -> Iterator[str]:
    """Yield the lines of a table: what each filter alone takes and refuses."""
    tokens = sum(count_tokens(f"{one.instruction} {one.input} {one.output}") for one in held)
    yield f"\n## {name}\n\n{len(held):,} instructions of {tokens / len(held):.0f} tokens with input and answer.\n"
    yield "| filter | µs | refused | reasons |\n|---|---:|---:|---|"
    whole = 0.0
    for sieve in filters.usual(seed.load("bioinstruct")):
        if sieve.name == "similar":
            continue  # bench/rouge.py
        sieve(held[0])
        started = time.process_time()
        reasons = Counter(reason for one in held if (reason := sieve(one)))
        spent = (time.process_time() - started) / len(held) * 1e6
        whole += spent
        told = "; ".join(f"{reason}: {count:,}" for reason, count in reasons.most_common())
        yield f"| {sieve.name} | {spent:.0f} | {reasons.total() / len(held):.2%} | {told} |"
    yield f"| all | {whole:.0f} | | |"


if __name__ == "__main__":
    main()
