"""Hide items of benchmarks' test parts in a mixture of real corpora, and count what the guard finds, and what it takes by mistake.

    python bench/decontamination.py --data DIR [--seed 1] [--items 1000] [--guard PACK …] > bench/results/decontamination.md

The mixture is every row of the train parts of all open corpora of `mnlu-open`; the guard is `blurb` and `medqa` as a whole, of
which 1,000 items are hidden, each in one way, in two corpora of a shelf that is made for this (as free texts, and as multiple
choices). A row of the mixture is clean if its source shares with no test item an identity, its whole text, a sentence of eight
words, or 13 words in a row: this is found here with other code, plain sets of plain strings. Rows that are neither hidden nor
clean are real leaks.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import yaml

import medinstruct
from medinstruct import corpora, recipe, shelf
from medinstruct.document import Document, Item
from medinstruct.formats.draft import Broken

BENCHMARKS = ("blurb", "medqa")
MODULE = '''"""Hidden items."""
from functools import partial
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.license import License
from medinstruct.tasks import Choices, Texts

def item(row):
    tuples = ("options", "answers", "references", "identities")
    return {{key: tuple(value) if key in tuples else value for key, value in row.items()}}

corpus = Corpus(
    title="Hidden items", homepage="https://example.org", citation="none", license=License("unknown"),
    splits={{"train": Split("train", ("*.jsonl",))}}, tasks={{{task}}}, read=partial(json_lines.read, item=item),
)
'''


def tests(data: Path) -> Iterator[tuple[str, Document | Item]]:
    """Yield the corpus and the record of every test item of the benchmarks that is here."""
    seen = set()
    for name in BENCHMARKS:
        for entry in recipe.load(name).mix:
            corpus = corpora.load(entry.corpus)
            folder = corpus.find(data)
            for split, stated in corpus.splits.items():
                wanted = (entry.role or stated.role) == "test" and (not entry.splits or split in entry.splits)
                if wanted and folder and split in corpus.present(folder) and (corpus.id, split) not in seen:
                    seen.add((corpus.id, split))
                    for record in corpus.records(split, corpus.files(split, folder)):
                        if not isinstance(record, Broken):
                            yield f"{corpus.id}/{split}", record


# What is hidden, and how.

Hidden = dict[str, object]


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def text_of(record: Document | Item) -> str:
    if isinstance(record, Document):
        return record.text
    return "\n".join(text for text in (*record.texts.values(), record.question) if text)


def answer_of(record: Document | Item) -> str:
    if isinstance(record, Document):
        return ""
    return max((*record.references, *(record.options[n] for n in record.answers)), key=len, default="")


def changer(record: Document | Item, rng: random.Random, pool: list[str]) -> Callable[[str], str]:
    """A function that, given the texts of a record one after the other, changes one word in ten of them, and at least one."""
    texts = (
        [record.text] if isinstance(record, Document) else [*record.texts.values(), record.question, *record.options]
    )
    size = sum(len(words_of(text)) for text in texts)
    chosen, count = set(rng.sample(range(size), max(1, size // 10))), iter(range(10**9))
    return lambda text: re.sub(r"[^\W_]+", lambda word: rng.choice(pool) if next(count) in chosen else word[0], text)


def respell(text: str, rng: random.Random) -> str:
    """Another case, other punctuation, other white space."""
    text = rng.choice((str.upper, str.lower, str.title, str.swapcase))(text)
    text = re.sub(r"[.,;:!?\"]", lambda mark: rng.choice(("", mark[0], " - ", " ; ")), text)
    return re.sub(r"\s+", lambda _: rng.choice((" ", "  ", "\n", "\t")), text)


def whole(record: Document | Item, rng: random.Random, edit: Callable[[str], str], *, shuffle: bool) -> Hidden:
    """The record with each of its texts edited; half of the multiple choices as plain text."""
    if isinstance(record, Document):
        return {"texts": {"text": edit(record.text)}, "references": ["None."]}
    texts = {name: edit(text) for name, text in record.texts.items()}
    question = edit(record.question) if record.question else "Which is it?"
    if not record.options:
        return {
            "texts": texts,
            "question": question,
            "references": [edit(record.references[0])] if record.references else ["None."],
        }
    options = [edit(option) for option in record.options]
    if shuffle:
        rng.shuffle(options)
    if rng.random() < 0.5:
        return {"texts": texts, "question": question, "options": options, "answers": [0]}
    listed = "\n".join(f"{letter}) {option}" for letter, option in zip("ABCDEFGH", options))
    return {"texts": texts, "question": f"{question}\n{listed}", "references": [options[0]]}


def hide(record: Document | Item, kind: str, rng: random.Random, pool: list[str], others: list[str]) -> Hidden | None:
    """Return a record that hides the item in this way, or None where that cannot be."""
    plain, filler = text_of(record), f"Note {rng.random()}: {' '.join(rng.sample(pool, 12))}."
    if kind == "verbatim":
        return whole(record, rng, str, shuffle=False) if len(words_of(plain)) >= 8 else None
    if kind == "case, punctuation, white space":
        return whole(record, rng, lambda text: respell(text, rng), shuffle=False) if len(words_of(plain)) >= 8 else None
    if kind == "option order":
        return (
            whole(record, rng, str, shuffle=True)
            if isinstance(record, Item) and record.options and len(words_of(plain)) >= 8
            else None
        )
    if kind == "one word in ten changed":
        return whole(record, rng, changer(record, rng, pool), shuffle=False) if len(words_of(plain)) >= 8 else None
    if kind == "all of these":
        change = changer(record, rng, pool)
        return (
            whole(record, rng, lambda text: respell(change(text), rng), shuffle=True)
            if len(words_of(plain)) >= 8
            else None
        )
    if kind == "question only":
        asked = record.question if isinstance(record, Item) else ""
        return {"texts": {}, "question": asked, "references": [filler]} if len(words_of(asked)) >= 8 else None
    if kind == "answer only":
        answer = answer_of(record)
        return {"question": filler, "references": [answer]} if len(words_of(answer)) >= 13 else None
    if kind == "same PMID, other text":
        named = [name for name in record.identities if name.startswith("pmid:")]
        return {"texts": {"text": filler}, "references": ["None."], "identities": named} if named else None
    sentences = [s for s in re.split(r"(?<=[.!?])\s+", plain) if len(words_of(s)) >= 8]
    if not isinstance(record, Document) or len(sentences) < 3:
        return None
    sentence = rng.choice(sentences)
    if kind == "a sentence of an abstract":
        return {"texts": {"text": sentence}, "references": ["None."]}
    return {"texts": {"text": f"{rng.choice(others)} {sentence} {rng.choice(others)}"}, "references": ["None."]}


CERTAIN = ("verbatim", "same PMID, other text")
KINDS = (
    *CERTAIN, "case, punctuation, white space", "option order", "one word in ten changed", "all of these", "question only",
    "answer only", "a sentence of an abstract", "a sentence amid other text",
)  # fmt: skip


def choose(data: Path, seed: int, items: int) -> dict[str, tuple[str, str, Hidden]]:
    """Return the hidden records by id, each with its kind and the part it is of: every kind equally often."""
    rng = random.Random(seed)
    records = list(tests(data))
    pool = [word for _, record in rng.sample(records, 500) for word in words_of(text_of(record)) if len(word) > 3]
    others = [f"{word.capitalize()} {' '.join(rng.sample(pool, 9))}." for word in rng.sample(pool, 200)]
    by_part: dict[str, list[Document | Item]] = {}
    for part, record in records:
        by_part.setdefault(part, []).append(record)
    hidden: dict[str, tuple[str, str, Hidden]] = {}
    used = set()
    while len(hidden) < items:
        kind, part = KINDS[len(hidden) % len(KINDS)], rng.choice(sorted(by_part))
        record = rng.choice(by_part[part])
        if (part, record.id) not in used and (made := hide(record, kind, rng, pool, others)) is not None:
            used.add((part, record.id))
            id = f"hidden-{len(hidden)}"
            hidden[id] = (kind, part, {"id": id, **made})
    return hidden


def build(data: Path, work: Path, hidden: dict[str, tuple[str, str, Hidden]], guard: tuple[str, ...]) -> Path:
    """Build the mixture with the hidden records in it, and return its folder."""
    home = work / "shelf"
    for name, task, is_mine in (
        ("hidden_texts", '"gen": Texts()', lambda made: "options" not in made),
        ("hidden_choices", '"qa": Choices()', lambda made: "options" in made),
    ):
        (home / "corpora").mkdir(parents=True, exist_ok=True)
        (home / "corpora" / f"{name}.py").write_text(MODULE.format(task=task))
        folder = home / "data" / name.replace("_", "-")
        folder.mkdir(parents=True)
        lines = [json.dumps(made) for _, _, made in hidden.values() if is_mine(made)]
        (folder / "items.jsonl").write_text("\n".join(lines) + "\n")
    shelf.add(home)
    mix = [
        entry.model_dump(by_alias=True, exclude_defaults=True) | {"max_tokens": 100_000}
        for entry in recipe.load("mnlu-open").mix
    ]
    for line in mix:
        line.pop("at_most", None)
    mix += [{"corpus": "hidden-texts", "task": "gen"}, {"corpus": "hidden-choices", "task": "qa"}]
    mixture = {
        "title": "Mixture with hidden items", "roles": ["train"], "guard": list(guard), "dedup": False, "disjoint": False,
        "balance": [{"by": "entry"}], "mix": json.loads(json.dumps(mix)),
    }  # fmt: skip
    (work / "mixture.yaml").write_text(yaml.safe_dump(mixture))
    medinstruct.build(str(work / "mixture.yaml"), data=data, out=work / "build")
    return work / "build"


# Which rows are clean: other code than the guard's.


def sentences_of(record: Document | Item) -> set[str]:
    texts = (
        [record.text]
        if isinstance(record, Document)
        else [*record.texts.values(), record.question, *record.references, *record.options]
    )
    cut = (re.split(r"(?<=[.!?])\s+|\n", text) for text in texts)
    return {" ".join(words) for sentences in cut for s in sentences if len(words := words_of(s)) >= 8}


@dataclass
class Measured:
    """What the guard found of what was hidden, and took by mistake."""

    recall: dict[str, tuple[int, int]]
    """For each kind, how many items were hidden and how many found."""
    rules: dict[str, Counter[str]]
    """By which rule."""
    missed: list[str]
    clean: int
    """Rows that hold nothing of a test item."""
    mistaken: int
    """How many of these were removed."""
    leaks: int
    """Other rows that were removed."""
    by: Counter[tuple[str, str, str]]
    """Corpus, test document and rule of the clean rows that were removed."""
    took_s: float


def measure(data: Path, work: Path, *, seed: int, items: int, guard: Sequence[str]) -> Measured:
    """Hide, build, count."""
    hidden = choose(data, seed, items)
    start = time.perf_counter()
    folder = build(data, work, hidden, tuple(guard))
    took_s = time.perf_counter() - start
    removed = pq.read_table(folder / "removed.parquet").to_pylist()
    found = {row["document"]: row["rule"] for row in removed if row["corpus"].startswith("hidden-")}
    rules = {
        kind: Counter(found[id] for id, (k, _, _) in hidden.items() if k == kind and id in found) for kind in KINDS
    }
    sizes = Counter(kind for kind, _, _ in hidden.values())
    others = [row for row in removed if not row["corpus"].startswith("hidden-")]
    mistaken = [row for row, is_clean in zip(others, clean(data, others)) if is_clean]
    checked = next(iter(medinstruct.load(folder).manifest["guard"].values()))["checked"]
    return Measured(
        {kind: (sizes[kind], rules[kind].total()) for kind in KINDS}, rules,
        [f"{kind} of {part}" for id, (kind, part, _) in hidden.items() if id not in found],
        checked - len(hidden) - len(others) + len(mistaken), len(mistaken), len(others) - len(mistaken),
        Counter((row["corpus"], row["stands_in"], row["rule"]) for row in mistaken), took_s,
    )  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--items", type=int, default=1000)
    arguments.add_argument(
        "--guard", nargs="+", default=list(BENCHMARKS), help="or packs: packs/blurb.pack packs/medqa.pack"
    )
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = measure(given.data, Path(work), seed=given.seed, items=given.items, guard=given.guard)
    print(f"# Hidden test items\n\nMade by `python bench/decontamination.py --data DIR`: {given.items:,} items, seed {given.seed}, "
          f"guard `{' '.join(given.guard)}`.\n")  # fmt: skip
    print("| kind | hidden | found | recall | by |\n|---|---|---|---|---|")
    for kind, (size, number) in found.recall.items():
        by = ", ".join(f"{rule} {n}" for rule, n in found.rules[kind].most_common())
        print(f"| {kind} | {size} | {number} | {number / max(size, 1):.1%} | {by} |")
    print(f"\nNot found: {'; '.join(found.missed) or 'none'}.\n")
    print(f"Of {found.clean:,} clean rows {found.mistaken:,} were removed ({found.mistaken / found.clean:.4%}), and {found.leaks:,} others, "
          f"which share an identity, a text, a sentence or 13 words in a row with a test item. Built in {found.took_s:.0f} s.\n")  # fmt: skip
    print(
        "Clean rows removed, by what they were taken for, the 25 most frequent:\n\n| rows of | test document | rule | rows |\n|---|---|---|---:|"
    )
    for (corpus, document, rule), rows in found.by.most_common(25):
        print(f"| {corpus} | {document} | {rule} | {rows} |")


def thirteens_of(record: Document | Item) -> Iterator[str]:
    texts = (
        [record.text]
        if isinstance(record, Document)
        else [*record.texts.values(), record.question, *record.references, *record.options]
    )
    for text in texts:
        words = words_of(text)
        yield from (" ".join(words[n : n + 13]) for n in range(len(words) - 12))


def clean(data: Path, rows: list[dict]) -> list[bool]:
    """Whether the source of each row shares neither identity, nor text, nor sentence, nor 13 words with a test item."""
    names: set[str] = set()
    shared: set[str] = set()
    for _, record in tests(data):
        names.update(record.identities)
        shared |= sentences_of(record)
        shared.add(" ".join(words_of(text_of(record))))
        shared.update(thirteens_of(record))
    verdicts: dict[tuple[str, str, str], bool] = {}
    for id, split in {(row["corpus"], row["source_split"]) for row in rows}:
        corpus = corpora.load(id)
        wanted = {row["document"] for row in rows if (row["corpus"], row["source_split"]) == (id, split)}
        for record in corpus.records(split, corpus.files(split, corpus.find(data))):
            if not isinstance(record, Broken) and record.id in wanted:
                held = {*sentences_of(record), " ".join(words_of(text_of(record))), *thirteens_of(record)}
                is_clean = names.isdisjoint(record.identities) and shared.isdisjoint(held)
                verdicts[id, split, record.id] = verdicts.get((id, split, record.id), True) and is_clean
    return [verdicts.get((r["corpus"], r["source_split"], r["document"]), False) for r in rows]


if __name__ == "__main__":
    main()
