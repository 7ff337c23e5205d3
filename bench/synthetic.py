"""Corpora of any size, made of nothing: abstracts of invented words with mentions, as PubTator, BRAT and JSON Lines on a shelf.

    python bench/synthetic.py SHELF --documents 400000 --corpora 24

Lengths and vocabulary are like those of PubMed abstracts: 9 sentences of some 22 words, words drawn by Zipf's law from 60,000, a mention in
one of 14 words. Every corpus has its own part, as a part is what a worker takes. Same numbers, same bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

SYLLABLES = (
    *("ba", "cel", "dro", "fen", "gly", "hex", "ino", "kar", "lum", "mor", "nep", "ox", "pra", "quin", "ros", "sul", "tri", "ur", "val", "xen"),
    *("yl", "zor", "ath", "em", "ol", "in", "ase", "oma", "itis", "ine", "ate"),
)  # fmt: skip
TYPES = ("Chemical", "Disease", "Gene")
MODULE = '''"""{id}: invented abstracts, for measuring."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import {format}
from medinstruct.license import License
from medinstruct.tasks import {facts}
{item}
corpus = Corpus(
    title="{id}", homepage="https://example.org", citation="Nobody, 2026", license=License("cc0-1.0", "made of nothing"),
    splits={{"train": Split("train", {files})}},
    tasks={{{tasks}}},
    read={read},
)
'''
SPANS = '"ner": Spans(labels={"Chemical": "Chemical", "Disease": "Disease", "Gene": "Gene or protein"})'
LABELS = '"dc": Labels(labels={"a": "Chemical", "b": "Disease"}, question="What is it about?")'
ITEM = """

def item(row):
    return {"id": row["id"], "texts": {"text": row["text"]}, "labels": (row["label"],)}


"""


Made = Iterator[tuple[str, list[tuple[int, int, str]]]]


def words(seed: int) -> np.ndarray:
    """60,000 invented words, the frequent ones short."""
    draw = np.random.default_rng(seed)
    lengths = np.minimum(1 + np.arange(60_000) // 6_000 // 2 + draw.integers(0, 2, 60_000), 6)
    return np.array(["".join(draw.choice(SYLLABLES, n)) for n in lengths])


def abstracts(number: int, seed: int) -> Made:
    """Yield texts with their mentions."""
    vocabulary, draw = words(7), np.random.default_rng(seed)
    for _ in range(number):
        text, mentions = "", []
        for _ in range(max(3, int(draw.normal(9, 2.5)))):
            chosen = np.minimum(draw.zipf(1.25, max(6, int(draw.normal(22, 7)))) - 1, 59_999)
            at = len(text) + bool(text)
            said = vocabulary[chosen]
            for word, is_marked in zip(said, draw.random(len(said)) < 1 / 14):
                if is_marked:
                    mentions.append((at, at + len(word), TYPES[len(word) % 3]))
                at += len(word) + 1
            text += (" " if text else "") + " ".join(said) + "."
        yield text, mentions


def write(shelf: Path, documents: int, corpora: int) -> list[str]:
    """Write corpora onto a shelf, and return the entries of a recipe that asks them."""
    with ProcessPoolExecutor() as processes:
        return list(processes.map(partial(_corpus, shelf, documents // corpora), range(corpora)))


def _corpus(shelf: Path, documents: int, n: int) -> str:
    """Write a corpus and its module, and return its entry."""
    kind, id = KINDS[n % 3], f"made-{n:02d}"
    folder = shelf / "data" / id
    folder.mkdir(parents=True, exist_ok=True)
    kind.write(folder, abstracts(documents, n), n)
    (shelf / "corpora").mkdir(parents=True, exist_ok=True)
    (shelf / "corpora" / f"{id.replace('-', '_')}.py").write_text(MODULE.format(id=id, **kind.facts))
    return f"  - {{corpus: {id}, task: {kind.task}, unit: sentence}}"


def _pubtator(folder: Path, made: Made, corpus: int) -> None:
    with (folder / "all.txt").open("w") as file:
        for n, (text, mentions) in enumerate(made):
            id = f"{9 * 10**7 + corpus * 10**6 + n}"
            title, _, rest = text.partition(". ")
            file.write(f"{id}|t|{title}.\n{id}|a|{rest}\n")
            file.writelines(
                f"{id}\t{start}\t{end}\t{text[start:end]}\t{type}\tD{start:06d}\n" for start, end, type in mentions
            )
            file.write("\n")


def _brat(folder: Path, made: Made, corpus: int) -> None:
    with tarfile.open(folder / "all.tar", "w") as archive:
        for n, (text, mentions) in enumerate(made):
            marks = "".join(
                f"T{k}\t{type} {start} {end}\t{text[start:end]}\n" for k, (start, end, type) in enumerate(mentions, 1)
            )
            for suffix, content in ((".txt", text), (".ann", marks)):
                info = tarfile.TarInfo(f"{corpus:02d}-{n:06d}{suffix}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content.encode()))


def _lines(folder: Path, made: Made, corpus: int) -> None:
    with (folder / "all.jsonl").open("w") as file:
        for n, (text, mentions) in enumerate(made):
            for k, sentence in enumerate(text.split(". ")):
                file.write(
                    json.dumps({"id": f"{corpus}-{n}-{k}", "text": sentence, "label": "ab"[len(mentions) % 2]}) + "\n"
                )


class Kind(NamedTuple):
    """How a corpus is written, and what its module says."""

    write: Callable[[Path, Made, int], None]
    task: str
    facts: dict[str, str]


KINDS = (
    Kind(_pubtator, "ner", {"format": "pubtator", "facts": "Spans", "item": "", "files": '("*.txt",)', "tasks": SPANS, "read": "pubtator.read"}),
    Kind(_brat, "ner", {"format": "brat", "facts": "Spans", "item": "", "files": '("*.txt", "*.ann")', "tasks": SPANS, "read": "brat.read"}),
    Kind(_lines, "dc", {
        "format": "json_lines", "facts": "Labels", "item": ITEM, "files": '("*.jsonl",)', "tasks": LABELS,
        "read": "partial(json_lines.read, item=item)",
    }),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("shelf", type=Path)
    parser.add_argument("--documents", type=int, default=40_000)
    parser.add_argument("--corpora", type=int, default=24)
    options = parser.parse_args()
    entries = write(options.shelf, options.documents, options.corpora)
    (options.shelf / "recipes").mkdir(exist_ok=True)
    mix = "\n".join(entries)
    (options.shelf / "recipes" / "made.yaml").write_text(
        f"title: Made of nothing\nsize: all\nroles: [train]\nbalance: [{{by: task}}, {{by: entry}}]\nmix:\n{mix}\n"
    )


if __name__ == "__main__":
    main()
