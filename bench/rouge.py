"""How fast the ROUGE-L filter of `generate` is beside comparing all pairs: `python bench/rouge.py [--data DIR]`.

Writes bench/results/rouge.md. Texts are made up from a grammar with a vocabulary like that of questions (`--data`: the questions of the corpora
there, as many as there are). Ways that would take hours are timed on every 100th text at its place in the run, against all accepted before it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from rouge_score import rouge_scorer

from medinstruct import corpora
from medinstruct.generator import similar
from medinstruct.text import subsequence

PAGE = Path(__file__).parent / "results/rouge.md"
ACCEPTED, EVERY = 25_005, 100
QUESTIONS = (
    "medquad",
    "medmcqa",
    "head-qa-en",
    "medical-meadow-small",
    "pubmedqa",
    "medinstruct",
    "mmlu-med",
    "meqsum",
    "rqe-amia2016",
    "medqa-us",
)
FRAMES = (
    "what is the {} of {} in {} with {}", "list {} common {} of {} and say which is {}", "read the note and name each {} that the {} took for {}",
    "explain to a patient with {} why {} helps against {}", "summarise the {} of the {} below in {} sentences",
    "which {} causes {} and how is it {}",
    "is {} of the {} a sign of {}", "write a {} letter about {} for a {}", "compare {} and {} for {} in {}",
    "given the {} below decide whether {} is {}",
    "how would you treat {} in a {} who has {} and {}", "describe the {} steps of {} for {}",
)  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, help="folder with a folder for each corpus")
    asked.add_argument(
        "--decisions", type=int, help="instead: decisions on so many texts, beside rouge-score's on all pairs"
    )
    asked.add_argument(
        "--bits",
        action="store_true",
        help="with --decisions: beside the bit-parallel subsequence on all pairs, which takes minutes",
    )
    asked.add_argument(
        "--corpora",
        nargs="+",
        default=QUESTIONS,
        help="with --data: those to take questions of; short ones take rouge-score minutes, all hours",
    )
    asked.add_argument("--pairs", type=int, help="instead: scores of so many pairs, beside rouge-score's")
    given = asked.parse_args()
    texts = questions(given.data, given.corpora) if given.data else written()
    source = "questions of corpora" if given.data else "made up from a grammar"
    if given.data and given.corpora != QUESTIONS:
        source = f"questions of {', '.join(given.corpora)}"
    if given.pairs:
        note(f"{source}: pairs", [pairs(texts, given.pairs)])
    elif given.decisions:
        by = "bit-parallel" if given.bits else "rouge-score"
        note(f"{source}: decisions, {by}", [decisions(texts, given.decisions, bits=given.bits)])
    else:
        note(source, [*run(texts)])


def note(title: str, lines: Sequence[str]) -> None:
    """Print lines, and put them into the page under a title."""
    print("\n".join(lines))
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    parts = {part.split("\n", 1)[0]: part.rstrip() for part in old.split("\n## ")[1:]}
    parts[title] = "\n".join((title, "", *lines)).rstrip()
    head = "# ROUGE-L to everything accepted\n\nMade by `python bench/rouge.py`; seconds of CPU on one core.\n"
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(head + "".join(f"\n## {parts[name]}\n" for name in sorted(parts)), encoding="utf-8")


def pairs(texts: Iterator[str], size: int) -> str:
    """Return how many scores of pairs differ from those of rouge-score: a text and another at random, or itself with a few words changed."""
    rng = random.Random(11)
    held = [text for _, text in zip(range(20_000), texts)]
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    differ = alike = 0
    for _ in range(size):
        one, other = rng.choice(held), rng.choice(held)
        if rng.random() < 0.3:
            words = one.split() or ["none"]
            for _ in range(rng.randint(1, max(len(words) // 2, 1))):
                words[rng.randrange(len(words))] = rng.choice(other.split() or ["none"])
            other = " ".join(words)
        theirs = scorer.score(one, other)["rougeL"].fmeasure
        differ += similar.rouge_l(one, other) != theirs
        alike += theirs > similar.THRESHOLD
    return f"{size:,} pairs, {alike:,} of them above {similar.THRESHOLD}: {differ} scores differ from those of rouge-score."


def written() -> Iterator[str]:
    """Yield sentences of frames and words of a Zipfian vocabulary, one in five an earlier one with a few words changed."""
    rng = random.Random(7)
    vocabulary = [f"w{n:x}" for n in range(20_000)]
    weights = np.cumsum(1 / np.arange(10, 20_010)).tolist()
    held: list[list[str]] = []
    while True:
        if held and rng.random() < 0.2:
            words = list(rng.choice(held))
            for _ in range(rng.randint(1, 5)):
                words[rng.randrange(len(words))] = rng.choices(vocabulary, cum_weights=weights)[0]
        else:
            frame = rng.choice(FRAMES)
            words = frame.format(*rng.choices(vocabulary, cum_weights=weights, k=frame.count("{}"))).split()
            words += rng.choices(vocabulary, cum_weights=weights, k=rng.randint(0, 20))
        held.append(words)
        yield " ".join(words)


def questions(data: Path, ids: Sequence[str]) -> Iterator[str]:
    """Yield what is asked in the corpora there, in an order that does not follow the corpora, each text once."""
    found: dict[str, None] = {}
    for id in ids:
        corpus = corpora.load(id)
        folder = corpus.find(data)
        for split in corpus.present(folder) if folder else ():
            for record in corpus.records(split, corpus.files(split, folder)):
                asks = getattr(record, "question", "")
                if id in ("medical-meadow-small", "meqsum", "rqe-amia2016"):
                    asks = "\n".join(getattr(record, "texts", {}).values())
                found[asks] = None
    order = sorted(found)
    random.Random(1).shuffle(order)
    yield from order


def run(texts: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a table: what each way takes for a run until enough is accepted."""
    index, seen, marks, place = similar.Index(), [], [], 0
    spent = 0.0
    for text in texts:
        started = time.process_time()
        matched = index.match(text)
        if matched is None:
            index.add(text)
        spent += time.process_time() - started
        if place % EVERY == 0:
            seen.append((text, len(index) - (matched is None), matched is None))
        place += 1
        if len(index) % 5_000 == 0 and matched is None:
            marks.append((len(index), spent))
        if len(index) == ACCEPTED:
            break
    accepted = [" ".join(text) for text in index._texts]
    yield f"{place:,} texts of {np.mean([len(similar.words(t)) for t in accepted]):.1f} words, {len(index):,} accepted."
    yield ""
    yield "| way | seconds | times the index |"
    yield "|---|---:|---:|"
    yield f"| index | {spent:,.1f} | 1 |"
    for name, way in WAYS.items():
        found = way(accepted, seen) * EVERY
        yield f"| {name}, from every {EVERY}th text | {found:,.0f} | {found / spent:,.0f} |"
    yield ""
    yield "Index, at so many accepted: " + ", ".join(f"{count:,} in {at:.1f} s" for count, at in marks) + "."


Seen = Sequence[tuple[str, int, bool]]


def all_pairs_rouge_score(accepted: list[str], seen: Seen) -> float:
    """Seconds of `rouge-score` on a hundredth of the hundredth: each text against every 100th accepted before it; words cut once."""
    scorer = rouge_scorer._score_lcs
    cut = [similar.words(text) for text in accepted]
    started = time.process_time()
    decided = [
        sum(scorer(other, words).fmeasure > similar.THRESHOLD for other in cut[:before:EVERY])
        for words, before in _cut(seen)
    ]
    assert len(decided) == len(seen)
    return (time.process_time() - started) * EVERY


def all_pairs_bits(accepted: list[str], seen: Seen) -> float:
    """Seconds of the bit-parallel subsequence in plain Python, which stops at the first text that is too like."""
    cut = [similar.words(text) for text in accepted]
    started = time.process_time()
    for words, before in _cut(seen):
        places, m = subsequence.positions(words), len(words)
        for other in cut[:before]:
            if similar.f_measure(subsequence.common(other, places, m), m, len(other)) > similar.THRESHOLD:
                break
    return time.process_time() - started


def all_pairs_lengths(accepted: list[str], seen: Seen) -> float:
    """The same, sparing texts that are too long or too short for it."""
    cut = [similar.words(text) for text in accepted]
    started = time.process_time()
    for words, before in _cut(seen):
        places, m, t = subsequence.positions(words), len(words), similar.THRESHOLD
        for other in cut[:before]:
            n = len(other)
            if (
                t * m <= (2 - t) * n
                and t * n <= (2 - t) * m
                and similar.f_measure(subsequence.common(other, places, m), m, n) > t
            ):
                break
    return time.process_time() - started


def all_pairs_numpy(accepted: list[str], seen: Seen) -> float:
    """The same on all accepted at once, a number of 64 bits for each, shortest first so that no column is padding; longer texts left out."""
    numbers: dict[str, int] = {}
    rows = [[numbers.setdefault(word, len(numbers)) for word in similar.words(text)] for text in accepted]
    texts = [(words, before) for words, before in _cut(seen) if len(words) <= 63]
    longest = max(map(len, rows))
    matrix = np.full((longest, len(rows)), len(numbers), dtype=np.int32)
    for n, row in enumerate(rows):
        matrix[: len(row), n] = row
    lengths = np.array([len(row) for row in rows])
    places = np.zeros(len(numbers) + 1, dtype=np.uint64)
    started = time.process_time()
    for words, before in texts:
        m = len(words)
        bits = {numbers[word]: at for word, at in subsequence.positions(words).items() if word in numbers}
        places[list(bits)] = np.array(list(bits.values()), dtype=np.uint64)
        t = similar.THRESHOLD
        able = np.flatnonzero((t * m <= (2 - t) * lengths[:before]) & (t * lengths[:before] <= (2 - t) * m))
        part = matrix[: int(lengths[able].max(initial=0)), able]
        unmatched = np.full(len(able), (1 << m) - 1, dtype=np.uint64)
        for column in part:
            at = unmatched & places[column]
            unmatched = (unmatched + at) | (unmatched - at)
        left = np.bitwise_count(unmatched & np.uint64((1 << m) - 1)).astype(np.int64)
        assert len(2 * (m - left) / (m + lengths[able])) == len(able)
        places[list(bits)] = 0
    return (time.process_time() - started) * len(seen) / max(len(texts), 1)


def _cut(seen: Seen) -> list[tuple[list[str], int]]:
    return [(similar.words(text), before) for text, before, _ in seen]


WAYS: dict[str, Callable[[list[str], Seen], float]] = {
    "all pairs, `rouge-score` (against every 100th accepted)": all_pairs_rouge_score,
    "all pairs, bit-parallel": all_pairs_bits,
    "pairs of fitting lengths, bit-parallel": all_pairs_lengths,
    "pairs of fitting lengths, bit-parallel, numpy": all_pairs_numpy,
}


def decisions(texts: Iterator[str], size: int, *, bits: bool) -> str:
    """Return how many of the decisions on so many texts differ from those on all pairs: by rouge-score, or by the bit-parallel subsequence."""
    index = similar.Index()
    kept: list[list[str]] = []
    differ = compared = refused = 0
    for _, text in zip(range(size), texts):
        words = similar.words(text)
        mine = index.match(text) is not None
        places, m, theirs = subsequence.positions(words), len(words), False
        for other in kept:
            compared += 1
            if bits:
                score = similar.f_measure(subsequence.common(other, places, m), m, len(other))
            else:
                score = rouge_scorer._score_lcs(other, words).fmeasure
            if score > similar.THRESHOLD:
                theirs = True
                break
        differ += mine != theirs
        refused += theirs
        if not theirs:
            kept.append(words)
            index.add(text)
    by = "the bit-parallel subsequence" if bits else "rouge-score"
    return f"{size:,} texts, {refused:,} refused by {by} on {compared:,} pairs: {differ} decisions differ."


if __name__ == "__main__":
    main()
