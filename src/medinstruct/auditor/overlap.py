"""Which corpus' test part stands in which other corpus' train part: by PMID, by other ids, by text, by sentence.

    pmid        the test document and a train document have one PMID
    id          one PMCID, DOI, or another id that both state (`muid:…`)
    text        the same words, whole text by whole text, whatever ids they have (`text.identity`)
    sentence    a sentence of eight words or more stands in both: one sentence of an abstract is enough

A sentence that stands in three texts or more of one corpus, or under three PMIDs, is boilerplate and no sign. Each
split is read once, in processes of their own, and becomes numbers of eight bytes; texts are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct import corpora, engine, shelf
from medinstruct import text as prose
from medinstruct.corpora.corpus import Role
from medinstruct.document import Document, Item
from medinstruct.formats.draft import Broken
from medinstruct.mixture.guard import fingerprint, identities

RULES = ("pmid", "id", "text", "sentence")
BOILERPLATE = 3
"""Texts of one corpus, or PMIDs, in which a sentence must stand to be no sign."""


class Part(NamedTuple):
    """A split of a corpus that is here."""

    corpus: str
    split: str
    role: Role
    folder: str
    shelves: tuple[str, ...]


class Prints(NamedTuple):
    """Fingerprints of the documents of a split."""

    documents: int
    keys: dict[str, NDArray[np.uint64]]
    """By rule, each with the document that it is of in `owners`."""
    owners: dict[str, NDArray[np.int64]]
    texts: NDArray[np.uint64]
    """For each sentence, what text it is of."""
    articles: NDArray[np.uint64]
    """For each sentence, the PMID of its document; 0 where it has none, or several."""
    broken: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of one corpus' test part stands in another one's train part."""

    test: str
    documents: int
    """Of the test part."""
    train: str
    pmid: int
    """Documents of the test part whose PMID the train part has; the others likewise."""
    id: int
    text: int
    sentence: int
    any: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """What stands where."""

    tests: dict[str, int]
    """Documents of the test parts that were read, by corpus."""
    trains: dict[str, int]
    """Documents of the train parts."""
    broken: dict[str, int]
    """Records that could not be read, by corpus."""
    missing: tuple[str, ...]
    """Corpora whose files are not here."""
    overlaps: tuple[Overlap, ...]
    """Those that are not empty, by test part."""

    def as_json(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in ("tests", "trains", "broken", "missing")},
                "overlaps": [asdict(each) for each in self.overlaps]}  # fmt: skip


def matrix(
    data: Path | str | None = None, *, ids: Sequence[str] = (), workers: int = 2, samples: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Matrix:  # fmt: skip
    """Return what of which test part stands in which train part.

    Args:
        data: Folder with a folder `<corpus-id>/` for each corpus.
        ids: The corpora; all if left out.
        workers: Processes; nothing in the result depends on it.
        samples: Compare the bundled samples instead.
        tell: Called with (what, done, of) as work goes on.
    """
    parts, missing = _parts(ids or corpora.names(), Path(data) if data else None, samples)
    shelves = tuple(shelf.user_folders())
    results = engine.run(prints, parts, workers=workers, initialise=_know, initial=(shelves,))
    read: list[tuple[Part, Prints]] = []
    for part, found in zip(parts, results):
        read.append((part, found))
        tell("reading", len(read), len(parts))
    common = _boilerplate(read)
    tests, trains = _joined(read, "test", common), _joined(read, "train", common)
    overlaps = [
        overlap
        for test, one in sorted(tests.items())
        for train, other in sorted(trains.items())
        if (overlap := _compare(test, one, train, other)).any
    ]
    broken = {part.corpus: 0 for part, _ in read}
    for part, found in read:
        broken[part.corpus] += found.broken
    return Matrix(
        {id: found.documents for id, found in tests.items()}, {id: found.documents for id, found in trains.items()},
        {id: number for id, number in broken.items() if number}, tuple(missing), tuple(overlaps),
    )  # fmt: skip


def _know(shelves: Sequence[str]) -> None:
    """Make a fresh process know the user's shelves."""
    for folder in shelves:
        shelf.add(folder)


def _parts(ids: Iterable[str], data: Path | None, samples: bool) -> tuple[list[Part], list[str]]:
    """The test and train splits that are here, and the corpora that are not."""
    parts, missing, shelves = list[Part](), list[str](), tuple(shelf.user_folders())
    for id in ids:
        corpus = corpora.load(id)
        if (folder := corpus.find(data, samples=samples)) is None:
            missing.append(id)
            continue
        for name in corpus.present(folder):
            if (role := corpus.splits[name].role) in ("train", "test"):
                parts.append(Part(id, name, role, str(folder), shelves))
    return parts, missing


def prints(part: Part) -> Prints:
    """Return the fingerprints of a split."""
    corpus = corpora.load(part.corpus)
    keys: dict[str, list[int]] = {rule: [] for rule in RULES}
    owners: dict[str, list[int]] = {rule: [] for rule in RULES}
    texts, articles, number, broken = list[int](), list[int](), 0, 0
    for record in corpus.records(part.split, corpus.files(part.split, Path(part.folder))):
        if isinstance(record, Broken):
            broken += 1
            continue
        names = identities(record)
        for name in names:
            rule = {"pmid": "pmid", "text": "text"}.get(name.partition(":")[0], "id")
            keys[rule].append(fingerprint(name))
            owners[rule].append(number)
        pmids = [name for name in names if name.startswith("pmid:")]
        article = fingerprint(pmids[0]) if len(pmids) == 1 else 0
        for text, sentence in _sentences(record):
            keys["sentence"].append(fingerprint(sentence))
            owners["sentence"].append(number)
            texts.append(text)
            articles.append(article)
        number += 1
    return Prints(
        number, {rule: np.array(each, np.uint64) for rule, each in keys.items()},
        {rule: np.array(each, np.int64) for rule, each in owners.items()},
        np.array(texts, np.uint64), np.array(articles, np.uint64), broken,
    )  # fmt: skip


def _sentences(record: Document | Item) -> Iterator[tuple[int, str]]:
    """Yield the identity of each sentence of a record, with the fingerprint of the text that it is of."""
    for text in (record.text,) if isinstance(record, Document) else record.texts.values():
        whole = fingerprint(prose.normalise(text))
        yield from ((whole, sentence) for sentence in prose.sentence_identities(text))


def _boilerplate(read: list[tuple[Part, Prints]]) -> NDArray[np.uint64]:
    """The sentences that stand in too many texts of one corpus, or under too many PMIDs, sorted."""
    found = [np.array([], np.uint64)]
    for id in {part.corpus for part, _ in read}:
        own = [each for part, each in read if part.corpus == id]
        found.append(_frequent([(each.keys["sentence"], each.texts) for each in own]))
    found.append(
        _frequent([(each.keys["sentence"][each.articles > 0], each.articles[each.articles > 0]) for _, each in read])
    )
    return np.unique(np.concatenate(found))


def _frequent(pairs: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]]) -> NDArray[np.uint64]:
    """The sentences that stand in `BOILERPLATE` different texts or more."""
    both = (
        np.unique(np.stack([np.concatenate(side) for side in zip(*pairs)]), axis=1)
        if pairs
        else np.zeros((2, 0), np.uint64)
    )
    sentences, counts = np.unique(both[0], return_counts=True)
    return sentences[counts >= BOILERPLATE]


def _joined(read: list[tuple[Part, Prints]], role: Role, common: NDArray[np.uint64]) -> dict[str, Prints]:
    """The splits of a role as one part per corpus, without boilerplate."""
    joined: dict[str, Prints] = {}
    for id in dict.fromkeys(part.corpus for part, _ in read if part.role == role):
        own = [each for part, each in read if part.corpus == id and part.role == role]
        starts = np.cumsum([0, *(each.documents for each in own)])
        keys = {rule: np.concatenate([each.keys[rule] for each in own]) for rule in RULES}
        owners = {
            rule: np.concatenate([each.owners[rule] + start for each, start in zip(own, starts)]) for rule in RULES
        }
        kept = ~np.isin(keys["sentence"], common)
        keys["sentence"], owners["sentence"] = keys["sentence"][kept], owners["sentence"][kept]
        none = np.array([], np.uint64)
        joined[id] = Prints(int(starts[-1]), keys, owners, none, none, 0)
    return joined


def _compare(test: str, one: Prints, train: str, other: Prints) -> Overlap:
    hit = {rule: np.unique(one.owners[rule][np.isin(one.keys[rule], other.keys[rule])]) for rule in RULES}
    total = len(np.unique(np.concatenate(list(hit.values()))))
    return Overlap(test, one.documents, train, **{rule: len(found) for rule, found in hit.items()}, any=total)
