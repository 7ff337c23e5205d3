"""What the test part of a benchmark is recognised by: identities, phrases, runs of words; numbers all of them.

    record ──passages──▶ normalised texts ──sign──▶ Signature ──┐
                                            pack ──▶ Signature ──┴─join─▶ Index on disk, mapped by every worker

A phrase is a sentence, or a whole short text, of eight words or more. What stands in three or more groups of test documents
is boilerplate and left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medinstruct import text as prose
from medinstruct.document import Document, Item
from medinstruct.mixture.components import components
from medinstruct.mixture.guard import fingerprint, identities
from medinstruct.text.grams import Hashes, Words

Numbers = NDArray[np.int64]

PHRASE, RUN, SHINGLE = 8, 13, 5
"""Words of the shortest phrase; of the runs that alone betray a copy; of those that are counted."""
SHORT = 40
"""Words of the longest text that is a phrase as a whole."""
BOILERPLATE = 3
"""What stands in so many groups says nothing."""
WORDS = 200
"""Different words of the longest question that is looked up by its words."""
FIRST = 3 * WORDS
"""Nearly every longer question has too many different words among so many of the first."""
COMMON = 200
"""What stands in more passages than this says nothing, and nobody is looked up by it."""


def passages(record: Document | Item) -> list[str]:
    """The normalised texts of a record, of eight words or more: what is read, asked and answered."""
    return [words for text in _texts(record) if (words := prose.normalise(text)).count(" ") >= PHRASE - 1]


def bag(record: Document | Item) -> str:
    """The different words of what is read and asked in an item, sorted; nothing, where they are more than 200.

    Single letters are left out: they are marks of options as a rule.
    """
    if isinstance(record, Document):
        return ""
    texts = (record.question, *record.options, *record.texts.values())
    text = " ".join(map(prose.normalise, texts))
    first = text.split(" ", FIRST)
    words = _telling(first[:FIRST])
    if len(first) > FIRST and len(words) <= WORDS:
        words = _telling(text.split(" "))
    return " ".join(sorted(words)) if len(words) <= WORDS else ""


def _telling(words: list[str]) -> list[str]:
    return [word for word in set(words) if len(word) > 1 or word.isdecimal()]


def _texts(record: Document | Item) -> Iterable[str]:
    if isinstance(record, Document):
        return (record.text,)
    return (*record.texts.values(), record.question, *record.options, *record.references)


PIECE = re.compile(r"\s(?:(?<=[.!?]\s)\s*|(?<=\n))")
"""Where others cut a text who know no abbreviations: after a mark, or at a newline; sought by the blank it starts with."""


def _phrases(text: str) -> set[tuple[int, int]]:
    """First word and number of words of each phrase of a text: as we cut it into sentences, and as others do."""
    length = prose.normalise(text).count(" ") + 1
    found = {(0, length)} if PHRASE <= length <= SHORT else set()
    if length > PHRASE:
        for pieces in ([text[start:end] for start, end in prose.sentences(text)], PIECE.split(text)):
            at = 0
            for piece in pieces:
                words = len(prose.normalise(piece).split())
                if PHRASE <= words < length and at + words <= length:
                    found.add((at, words))
                at += words
    return found


@dataclass
class Signature:
    """Test documents and what each is recognised by; `*_of` says whose a number is."""

    documents: list[str]
    """`corpus/split id` of each."""
    prints: Hashes
    prints_of: Numbers
    """Fingerprints of identities."""
    anchors: Hashes
    wholes: Hashes
    lengths: Numbers
    phrases_of: Numbers
    """Of each phrase: the hash of its first eight words, of all of them, and how many they are."""
    runs: Hashes
    runs_of: Numbers
    """Hashes of 13 words in a row."""
    shingles: Hashes
    shingles_of: Numbers
    passages_of: Numbers
    """Hashes of 5 words in a row by passage, and the document of each passage."""
    words: Hashes
    words_of: Numbers
    bags_of: Numbers
    """Words of questions with options by bag, and the document of each bag."""


ARRAYS = tuple(field.name for field in fields(Signature) if field.name != "documents")
OWNERS = {
    "prints": "prints_of",
    "wholes": "phrases_of",
    "runs": "runs_of",
    "shingles": "shingles_of",
    "words": "words_of",
}


def sign(records: Iterable[Document | Item], name: str) -> Signature:
    """Return the signature of a test part; `name` (`chemprot/test`) goes before the ids of its documents."""
    documents: list[str] = []
    held: dict[str, list[Any]] = {key: [] for key in ARRAYS}
    for number, record in enumerate(records):
        documents.append(f"{name} {record.id}")
        _put(held, "prints", number, np.array([*map(fingerprint, identities(record))], dtype=np.uint64))
        for text in _texts(record):
            words = Words(prose.normalise(text))
            if len(words) < PHRASE:
                continue
            firsts, lengths = np.array(sorted(_phrases(text)), dtype=np.int64).reshape(-1, 2).T
            _put(held, "wholes", number, words.runs(firsts, lengths))
            held["anchors"].append(words.runs(firsts, PHRASE))
            held["lengths"].append(lengths)
            _put(held, "runs", number, _distinct(words.grams(RUN)))
            _put(held, "shingles", len(held["passages_of"]), _distinct(words.grams(SHINGLE)))
            held["passages_of"].append([number])
        if isinstance(record, Item) and record.options and (words_in := bag(record)):
            _put(held, "words", len(held["bags_of"]), _distinct(Words(words_in).grams(1)))
            held["bags_of"].append([number])
    for key, owner in OWNERS.items():
        held[owner] = [np.repeat(held[owner], [*map(len, held[key])])] if held[key] else []
    return Signature(documents, **{key: _flat(key, arrays) for key, arrays in held.items()})


def _put(held: dict[str, list[Any]], key: str, owner: int, hashes: Hashes) -> None:
    """Add hashes of one owner, who is repeated once for all of them in the end."""
    held[key].append(hashes)
    held[OWNERS[key]].append(owner)


def _distinct(hashes: Hashes) -> Hashes:
    """What `np.unique` returns, in half its time where they are few; sorts its argument."""
    hashes.sort()
    kept = np.ones(len(hashes), dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=kept[1:])
    return hashes[kept]


def _flat(key: str, arrays: Sequence[Any]) -> Any:
    kind = np.int64 if key == "lengths" or key.endswith("_of") else np.uint64
    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.zeros(0, dtype=kind)


def join(signatures: Sequence[Signature]) -> Signature:
    """Return one signature of all documents of several."""
    documents: list[str] = []
    starts = {"_of": 0, "shingles_of": 0, "words_of": 0}
    held: dict[str, list[NDArray[Any]]] = {key: [] for key in ARRAYS}
    for signature in signatures:
        for key in ARRAYS:
            start = starts.get(key, starts["_of"]) if key.endswith("_of") else 0
            array = getattr(signature, key)
            held[key].append(array + start if start else array)
        documents += signature.documents
        starts["_of"] = len(documents)
        starts["shingles_of"] += len(signature.passages_of)
        starts["words_of"] += len(signature.bags_of)
    return Signature(documents, **{key: _flat(key, arrays) for key, arrays in held.items()})


def groups(signature: Signature) -> Numbers:
    """The group of each test document: those that have an identity in common, directly or by way of others."""
    return components(signature.prints_of, signature.prints, len(signature.documents))


def without_boilerplate(signature: Signature) -> Signature:
    """Return the signature without phrases and runs that stand in three or more groups of its documents."""
    group = groups(signature)
    phrases = ~in_several(signature.wholes, group[signature.phrases_of], BOILERPLATE)
    runs = ~in_several(signature.runs, group[signature.runs_of], BOILERPLATE)
    kept = {key: getattr(signature, key) for key in ARRAYS}
    for key in ("anchors", "wholes", "lengths", "phrases_of"):
        kept[key] = kept[key][phrases]
    for key in ("runs", "runs_of"):
        kept[key] = kept[key][runs]
    return Signature(signature.documents, **kept)


def in_several(hashes: Hashes, groups: Numbers, at_least: int) -> NDArray[np.bool_]:
    """Whether each hash stands in so many different groups; `groups[i]` is that of `hashes[i]`."""
    if not len(hashes):
        return np.zeros(0, dtype=bool)
    order, sorted_groups = by_hash(hashes, groups)
    sorted_hashes = hashes[order]
    new_hash = np.r_[True, sorted_hashes[1:] != sorted_hashes[:-1]]
    new_group = new_hash | np.r_[True, sorted_groups[1:] != sorted_groups[:-1]]
    number = np.cumsum(new_hash) - 1
    counts = np.bincount(number, weights=new_group)
    found = np.empty(len(hashes), dtype=bool)
    found[order] = counts[number] >= at_least
    return found


def by_hash(hashes: Hashes, owners: Numbers) -> tuple[Numbers, Numbers]:
    """An order in which hashes are sorted, and their owners by hash, then by number.

    Two sorts that need not be stable, of single numbers, take a third of the time of `np.lexsort`.
    """
    order = np.argsort(hashes)
    if not len(order):
        return order, owners
    sorted_hashes = hashes[order]
    number = np.r_[0, np.cumsum(sorted_hashes[1:] != sorted_hashes[:-1])]
    number *= owners.max() - owners.min() + 1
    return order, np.sort(number + owners[order]) - number


def write(folder: Path, signature: Signature) -> None:
    """Write an index of a signature into a new folder: what `search.Index` maps, sorted by hash."""
    folder.mkdir(parents=True)
    clean = without_boilerplate(signature)
    for key, owners in (
        ("prints", ("prints_of",)),
        ("runs", ("runs_of",)),
        ("anchors", ("wholes", "lengths", "phrases_of")),
    ):
        hashes = getattr(clean, key)
        _, order = by_hash(hashes, np.arange(len(hashes)))
        for name in (key, *owners):
            np.save(folder / f"{name}.npy", getattr(clean, name)[order])
    for name, hashes, owners_of, documents in (
        ("shingles", clean.shingles, clean.shingles_of, clean.passages_of),
        ("words", clean.words, clean.words_of, clean.bags_of),
    ):
        for part, array in postings(hashes, owners_of, len(documents)).items():
            np.save(folder / f"{name}.{part}.npy", array)
        np.save(folder / f"{name}.documents.npy", documents)
    np.save(folder / "groups.npy", groups(clean))
    (folder / "documents.json").write_text(json.dumps(clean.documents), encoding="utf-8")


def postings(hashes: Hashes, owners: Numbers, size: int) -> dict[str, NDArray[np.generic]]:
    """Return who has each hash, and how much a hash says: 1 where one owner has it, towards 0 where all have.

    Returns:
        `keys`, sorted; `offsets` into `owners`, by key; `weights` by key; `totals`, the weights of all keys of an owner;
        `counts`, how many they are.
    """
    order, owners = by_hash(hashes, owners)
    keys, counts = np.unique(hashes[order], return_counts=True)
    weights = 1 - np.log(counts) / np.log(max(size, 2) + 1)
    common = counts > COMMON
    weights[common] = 0
    kept = np.repeat(~common, counts)
    totals = np.bincount(owners, np.repeat(weights, counts), minlength=size)
    return {
        "keys": keys, "offsets": np.r_[0, np.cumsum(np.where(common, 0, counts))], "owners": owners[kept], "weights": weights,
        "totals": totals, "counts": np.bincount(owners[kept], minlength=size),
    }  # fmt: skip
