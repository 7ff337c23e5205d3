"""A look at instructions: what they ask for and about, how long they are, how near to seeds and benchmarks; one set beside others.

    build, corpus ──instructions──▶ Candidates ──measure──▶ numbers ──write──▶ look.json, look.md, look.png

Topics and categories are those that rows name. Verbs and nouns are told by form (`verbs`), lengths by `text.count_tokens`, nearness to the nearest
seed by ROUGE-L of instructions, exactly, and to benchmarks by the runs of 13 words that packs hold.
"""

from __future__ import annotations

import json
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from medinstruct import artefact, corpora, license
from medinstruct import text as prose
from medinstruct.artefact import Build
from medinstruct.document import Item
from medinstruct.generator import look_page, similar, verbs
from medinstruct.generator.candidate import CATEGORIES, Candidate
from medinstruct.generator.filters.copied import Contaminated, runs
from medinstruct.generator.seed import Seed
from medinstruct.mixture.pack import Section
from medinstruct.text import subsequence

FIELDS: Final = ("instruction", "input", "output")
QUANTILES: Final = (5, 25, 50, 75, 95)
MOST: Final = 30
"""Topics, verbs and pairs that are told; all are counted."""
NOUNS: Final = 5
"""Of each verb."""
SHOWN: Final = 10
"""Instructions nearest to a seed that are shown with it."""
BARS: Final = 20
"""Bars of a histogram of ROUGE-L."""
OTHER: Final = "bioinstruct"
"""The corpus that a set is put beside, where its files are at hand."""

Json = dict[str, Any]


def of_build(build: Build, split: str = "train") -> Iterator[Candidate]:
    """Yield the instructions of a build's rows: those that were generated, and others that ask for free text.

    Rows under agreement are passed over: a look quotes instructions, and is made to be shown.
    """
    for row in build[split]:
        if row["type"] != "text_generation" or license.is_closed(build.terms(row)):
            continue
        with artefact.reading(build.folder / "data"):
            question, gold, meta = (json.loads(row[column]) for column in ("example", "gold", "meta"))
            asked = question.get("instruction") or question.get("kind", "")
            given, said = "\n\n".join(question.get("texts", {}).values()), gold["references"][0]
        yield Candidate(row["id"], asked, given, said, meta.get("category", ""), meta.get("topic", ""), (), "")


def of_corpus(id: str = OTHER, data: Path | None = None) -> Iterator[Candidate]:
    """Yield the instructions of a corpus of such; none where its files are not at hand (nothing is downloaded)."""
    corpus = corpora.load(id)
    folder = corpus.find(data)
    if folder is None:
        return
    for split in corpus.present(folder):
        for record in corpus.records(split, corpus.files(split, folder)):
            if isinstance(record, Item) and record.question:
                given, said = "\n\n".join(record.texts.values()), next(iter(record.references), "")
                yield Candidate(f"{split}/{record.id}", record.question, given, said, "", "", (), "")


def measure(
    name: str, instructions: Iterable[Candidate], seeds: Sequence[Seed] = (), sections: Sequence[Section] = ()
) -> Json:
    """Return what there is to say about instructions, as JSON.

    Args:
        name: What they are called beside others.
        instructions: Any number; all are held.
        seeds: What each is compared with; left out, nearness is not told.
        sections: Of packs, what each is looked up in.
    """
    held = list(instructions)
    asked = [verbs.asked(one.instruction) for one in held]
    return {
        "name": name, "instructions": len(held), "with input": sum(bool(one.input.strip()) for one in held),
        "categories": {category: sum(one.category == category for one in held) for category in CATEGORIES if any(one.category for one in held)},
        "topics": _told(Counter(topic for one in held if (topic := " ".join(one.topic.lower().split())))),
        "verbs": _verbs(asked),
        "tokens": {field: _spread([prose.count_tokens(getattr(one, field)) for one in held]) for field in FIELDS},
        "nearest seed": _nearest(held, seeds), "benchmarks": _benchmarks(held, sections),
    }  # fmt: skip


def write(folder: Path, looks: Sequence[Json]) -> list[Path]:
    """Write sets, the first of which is what is looked at, side by side as `look.json`, `look.md` and, with matplotlib, `look.png`."""
    files = {"look.json": (json.dumps(looks, ensure_ascii=False, indent=1) + "\n").encode()}
    picture = look_page.draw(looks)
    files |= {"look.png": picture} if picture else {}
    files["look.md"] = look_page.markdown(looks, has_picture=bool(picture)).encode()
    for name, content in files.items():
        artefact.write_bytes(folder / name, content)
    return [folder / name for name in files]


def _told(counts: Counter[str]) -> Json:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return {"different": len(counts), "named": counts.total(), "most": dict(most)}


def _verbs(asked: Sequence[verbs.Asked]) -> Json:
    found = _told(Counter(one.verb for one in asked if one.verb))
    nouns = {verb: Counter(one.noun for one in asked if one.verb == verb and one.noun) for verb in found["most"]}
    pairs = Counter((one.verb, one.noun) for one in asked if one.verb and one.noun)
    return {
        **found,
        "nouns": {
            verb: dict(sorted(count.items(), key=lambda item: (-item[1], item[0]))[:NOUNS])
            for verb, count in nouns.items()
        },
        "pairs": len(pairs),
        "none": sum(not one.verb for one in asked),
    }


def _spread(numbers: Sequence[float]) -> Json:
    """Quantiles of numbers, and how they lie on bins that double in two steps."""
    if not numbers:
        return {"mean": 0.0, **{f"p{q}": 0.0 for q in QUANTILES}, "bins": {}}
    values = np.array(numbers, dtype=np.float64)
    bins = Counter(
        look_page.STEPS[bisect(look_page.STEPS, value) - 1] if value >= 1 else 0 for value in values.tolist()
    )
    quantiles = {f"p{q}": float(np.percentile(values, q, method="lower")) for q in QUANTILES}
    return {
        "mean": float(values.mean()),
        **quantiles,
        "bins": {str(low): count for low, count in sorted(bins.items())},
    }


def _nearest(held: Sequence[Candidate], seeds: Sequence[Seed]) -> Json:
    """ROUGE-L of each instruction to the nearest seed: quantiles, a histogram, the nearest of all."""
    if not held or not seeds:
        return {}
    cut = [similar.words(seed.instruction) for seed in seeds]
    found = [_best(similar.words(one.instruction), cut) for one in held]
    scores = np.array([score for score, _ in found])
    order = np.argsort(-scores, kind="stable")[:SHOWN]
    return {
        **{f"p{q}": float(np.percentile(scores, q, method="lower")) for q in QUANTILES},
        "mean": float(scores.mean()),
        "histogram": np.histogram(scores, bins=BARS, range=(0, 1))[0].tolist(),
        "nearest": [
            {"instruction": held[n].instruction, "seed": seeds[found[n][1]].id, "rouge_l": float(scores[n])}
            for n in order
        ],
        "uses": dict(sorted(Counter(seeds[place].id for _, place in found).items())),
    }


def _best(text: Sequence[str], others: Sequence[Sequence[str]]) -> tuple[float, int]:
    """The highest F of a text with others, and the first that has it."""
    places, m = subsequence.positions(text), len(text)
    best = (0.0, 0)
    for n, other in enumerate(others):
        length = len(other)
        if similar.f_measure(min(m, length), m, length) > best[0]:
            score = similar.f_measure(subsequence.common(other, places, m), m, length)
            best = (score, n) if score > best[0] else best
    return best


def _benchmarks(held: Sequence[Candidate], sections: Sequence[Section]) -> Json:
    """How many instructions have a run of 13 words in common with each test part."""
    parts = {section.name: Contaminated([section]) for section in sections}
    found: Json = dict.fromkeys(parts, 0)
    for one in held if parts else ():
        said = [runs(text) for text in (one.instruction, one.input, one.output)]
        for name, part in parts.items():
            found[name] += any(map(part.holds, said))
    return found
