"""Whether a record holds something of a protected test part, looked up in an index that `signature.write` made.

rule        what is in common                                                              certain
pmid, doi…  an identity                                                                    yes
text        the whole text, whatever its case, punctuation and spacing                     yes
likeness    so many runs of five words that one is made from the other; of questions       yes
            with options, so many of their words
sentence    a sentence of eight words or more, or a whole question or answer               unless boilerplate
13-gram     thirteen words in a row                                                        unless boilerplate

What is not certain is a trace: the mixture decides, when it knows in how many groups of its documents each trace stands.
Only runs of words are looked up, all in one pass, linear in the text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medinstruct import text as prose
from medinstruct.document import Document, Item
from medinstruct.mixture import signature
from medinstruct.mixture.signature import PHRASE, RUN, SHINGLE, Numbers
from medinstruct.text.grams import Hashes, Words

ALIKE: Final = 0.4
"""Share of the runs of five words (weighed) of a passage that stand in the other; words changed at random, one in ten,
leave 0.59 of them, every tenth word 0.5."""
ALIKE_SHORT: Final = 0.95
"""The same, of passages of 8 to 12 words."""
ALIKE_WORDS: Final = 0.65
"""Words (weighed) that two questions with options have in common, of all words that either has."""
_FILTER_BITS: Final = 23
JUST: Final = 1 - 1e-9
"""Sums that are taken in another order may differ in their last digit: what is sorted out beforehand is below by more."""


RULES: Final = ("sentence", "13-gram")
"""What a trace may be."""


class Hits(NamedTuple):
    """What traces are: place in `RULES`, and of a test document that has it its place and its group."""

    rules: Numbers
    documents: Numbers
    groups: Numbers


class Finding(NamedTuple):
    """What a record has in common with test documents."""

    rule: str = ""
    """Empty where nothing is certain."""
    document: int = -1
    """Place of the test document among those of the index."""
    traces: tuple[int, ...] = ()
    """Hashes of phrases and runs that stand in test documents, where nothing is certain."""
    in_part: bool = False
    """Whether what was found is a part of a longer text, so that other parts of it may answer for themselves."""


NOTHING: Final = Finding()


class Known(NamedTuple):
    """A record that is looked up, and what is known of it."""

    record: Document | Item
    groups: tuple[str, ...]
    """Its identities."""
    prints: list[int]
    """The fingerprint of each."""


class _Sorted:
    """Sorted hashes behind a filter that most lookups do not pass."""

    def __init__(self, keys: Hashes) -> None:
        self.keys = keys
        self._filter = np.zeros(1 << _FILTER_BITS, dtype=bool)
        self._filter[keys >> np.uint64(64 - _FILTER_BITS)] = True

    def find(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Places in `hashes` of those that are known, and the first place of each among the keys."""
        maybe = np.flatnonzero(self._filter[hashes >> np.uint64(64 - _FILTER_BITS)])
        if not len(maybe):
            return maybe, maybe
        wanted = hashes[maybe]
        order = np.argsort(wanted)  # no cache holds all keys: those side by side are looked for one after the other
        at = np.empty_like(order)
        at[order] = np.searchsorted(self.keys, wanted[order])
        known = self.keys[np.minimum(at, len(self.keys) - 1)] == wanted
        return maybe[known], at[known]


class _Likeness:
    """Postings of hashes, by passage or by bag."""

    def __init__(self, folder: Path, name: str) -> None:
        for part in ("offsets", "owners", "weights", "totals", "counts", "documents"):
            setattr(self, part, np.load(folder / f"{name}.{part}.npy", mmap_mode="r"))
        self.sorted = _Sorted(np.load(folder / f"{name}.keys.npy", mmap_mode="r"))

    offsets: Numbers
    owners: Numbers
    weights: NDArray[np.float64]
    totals: NDArray[np.float64]
    counts: Numbers
    documents: Numbers

    def owners_of(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """Every owner of each key, and the place in `keys` of the key it owns."""
        firsts, lengths = self.offsets[keys], self.offsets[keys + 1] - self.offsets[keys]
        which = np.repeat(np.arange(len(keys)), lengths)
        steps = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.owners[firsts[which] + steps], which


class Index:
    """An index on disk, ready to look records up."""

    def __init__(self, folder: Path) -> None:
        self.documents: list[str] = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r")
            for name in ("prints_of", "runs_of", "wholes", "lengths", "phrases_of")
        }
        self._prints_of, self._runs_of, self._phrases_of = arrays["prints_of"], arrays["runs_of"], arrays["phrases_of"]
        self._wholes, self._lengths = arrays["wholes"], arrays["lengths"]
        self._prints, self._runs, self._anchors = (
            _Sorted(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ("prints", "runs", "anchors")
        )
        self._shingles, self._words = _Likeness(folder, "shingles"), _Likeness(folder, "words")
        self._groups = np.load(folder / "groups.npy", mmap_mode="r")
        self._benchmarks: dict[str, list[str]] = json.loads((folder / "benchmarks.json").read_text(encoding="utf-8"))

    def benchmarks(self, document: int) -> list[str]:
        """The names of the benchmarks in whose test parts a document stands."""
        return self._benchmarks[self.documents[document].split(" ", 1)[0]]

    def trace(self, traces: Hashes) -> Hits:
        """Return what each of the traces is that `look_up` gave."""
        order = np.argsort(self._wholes, kind="stable")
        at = np.searchsorted(self._wholes, traces, sorter=order)
        place = order[np.minimum(at, len(order) - 1)] if len(order) else np.zeros(len(traces), dtype=np.int64)
        is_phrase = self._wholes[place] == traces if len(order) else np.zeros(len(traces), dtype=bool)
        documents = np.empty(len(traces), dtype=np.int64)
        documents[is_phrase] = self._phrases_of[place[is_phrase]]
        documents[~is_phrase] = self._runs_of[np.searchsorted(self._runs.keys, traces[~is_phrase])]
        return Hits(np.where(is_phrase, 0, 1), documents, self._groups[documents])

    def look_up(self, records: Sequence[Known]) -> list[Finding]:
        """Return what each of some records has in common with the test documents.

        Many at once are several times faster than one by one, and what is said of each is the same.
        """
        found = [NOTHING] * len(records)
        owners = np.repeat(np.arange(len(records)), [len(known.prints) for known in records])
        prints = np.array([number for known in records for number in known.prints], dtype=np.uint64)
        places, at = self._prints.find(prints)
        firsts = np.searchsorted(owners, np.arange(len(records)))
        for place, key in zip(places[::-1].tolist(), at[::-1].tolist()):  # so that the first one of each record stays
            number = int(owners[place])
            rule = records[number].groups[place - int(firsts[number])].split(":")[0]
            found[number] = Finding(rule, int(self._prints_of[key]))
        rest = [n for n, finding in enumerate(found) if finding is NOTHING]
        texts = [signature.passages(records[n].record) for n in rest]
        bags = [signature.bag(records[n].record) for n in rest] if len(self._words.totals) else []
        for n, finding in zip(rest, self._in_texts(texts)):
            found[n] = finding
        asked = [(n, bag) for n, bag in zip(rest, bags) if bag and found[n] is NOTHING]
        for (n, bag), may_be in zip(asked, self._may_be_same_words([bag for _, bag in asked])):
            if may_be and (owner := self._same_words(bag)) >= 0:
                found[n] = Finding("likeness", owner)
        return found

    def look_up_part(self, text: str) -> Finding:
        """Return what a part of a record has in common with the test documents."""
        words = prose.normalise(text)
        return self._in_texts([[words]])[0] if words.count(" ") >= PHRASE - 1 else NOTHING

    def _in_texts(self, texts: Sequence[list[str]]) -> list[Finding]:
        """What the passages of each of some records have in common with test documents."""
        lot = _Lot(texts)
        found = [NOTHING] * len(texts)
        if not len(lot.words):
            return found
        places, keys = lot.within(*self._shingles.sorted.find(lot.words.grams(SHINGLE)), SHINGLE)
        for n in self._may_be_alike(lot, places, keys):
            mine = lot.record_of[places] == n
            found[n] = self._like(texts[n], places[mine] - lot.starts[n], keys[mine])
        runs = lot.words.grams(RUN)
        places, _ = lot.within(*self._runs.find(runs), RUN)
        common = [*self._phrases_in(lot), *zip(lot.record_of[places].tolist(), runs[places].tolist())]
        traces: dict[int, dict[int, None]] = {}
        for n, trace in common:
            traces.setdefault(n, {})[trace] = None
        for n, some in traces.items():
            if found[n] is NOTHING:
                found[n] = Finding(traces=tuple(some), in_part=True)
        return found

    def _may_be_alike(self, lot: _Lot, places: Numbers, keys: Numbers) -> list[int]:
        """The records of a lot that `_like` may find something for: by its own bounds, for all of them at once."""
        known = self._shingles
        owners, which = known.owners_of(keys)
        if not len(owners):
            return []
        weights, records = known.weights[keys], lot.record_of[places]
        lightest = np.full(len(lot.starts), np.inf)
        totals, passages = lot.totals(places, weights)
        np.minimum.at(lightest, records, totals[passages])
        pairs, number = np.unique(records[which] * len(known.totals) + owners, return_inverse=True)
        upper = np.bincount(number, weights[which])
        record, owner = pairs // len(known.totals), pairs % len(known.totals)
        whole = (known.counts[owner] > RUN - SHINGLE) & (upper >= JUST * ALIKE * known.totals[owner])
        several = np.bincount(records, minlength=len(lot.starts)) > 1
        alike = (whole | (upper >= JUST * ALIKE * lightest[record])) & several[record]
        found: list[int] = np.unique(record[alike]).tolist()
        return found

    def _phrases_in(self, lot: _Lot) -> list[tuple[int, int]]:
        """The phrases that stand in the records of a lot, as (record, hash)."""
        words, anchors = lot.words, lot.words.grams(PHRASE)
        places, at = lot.within(*self._anchors.find(anchors), PHRASE)
        found: list[tuple[int, int]] = []
        while len(places):
            fits = places + self._lengths[at] <= lot.ends[lot.record_of[places]]
            places, at = places[fits], at[fits]
            same = words.runs(places, self._lengths[at]) == self._wholes[at]
            found += zip(lot.record_of[places[same]].tolist(), self._wholes[at[same]].tolist())
            more = at + 1 < len(self._anchors.keys)  # further phrases with the same beginning
            places, at = places[more], at[more] + 1
            more = self._anchors.keys[at] == anchors[places]
            places, at = places[more], at[more]
        return found

    def _like(self, passages: list[str], places: Numbers, keys: Numbers) -> Finding:
        """What a passage of the record and one of a test document have in common, where one is made from the other."""
        known = self._shingles
        owners, which = known.owners_of(keys)
        if not len(owners):
            return NOTHING
        weights = known.weights[keys]
        mine = _Mine(passages, places, weights)
        candidates, number = np.unique(owners, return_inverse=True)
        upper = np.bincount(number, weights[which])
        whole = (known.counts[candidates] > RUN - SHINGLE) & (upper >= ALIKE * known.totals[candidates])
        part = NOTHING
        for candidate in np.flatnonzero(whole | (upper >= ALIKE * mine.least)):
            owned, owner = which[number == candidate], candidates[candidate]
            if mine.is_covered(owned):
                return Finding("likeness", int(known.documents[owner]))
            if part is NOTHING and whole[candidate] and self._covers(keys[owned], places[owned], owner):
                part = Finding("likeness", int(known.documents[owner]), in_part=True)
        return part

    def _covers(self, keys: Numbers, places: Numbers, owner: int) -> bool:
        """Whether enough of a test passage stands at these places, close to each other."""
        known = self._shingles
        _, once = np.unique(keys, return_index=True)
        once = once[np.argsort(places[once], kind="stable")]
        at, sums = places[once], np.r_[0, np.cumsum(known.weights[keys[once]])]
        ends = np.searchsorted(at, at + 1.5 * known.counts[owner] + RUN, side="right")
        return bool((sums[ends] - sums[: len(at)]).max() >= ALIKE * known.totals[owner])

    def _may_be_same_words(self, bags: Sequence[str]) -> list[bool]:
        """Whether `_same_words` may find something for each of some questions; by its own bound, for all at once."""
        known = self._words
        owner_of = np.repeat(np.arange(len(bags)), [bag.count(" ") + 1 for bag in bags])
        places, keys = known.sorted.find(Words(" ".join(bags)).grams(1))
        owners, which = known.owners_of(keys)
        if not len(owners):
            return [False] * len(bags)
        mine, size = owner_of[places], len(bags)
        totals = np.bincount(owner_of, minlength=size) - np.bincount(mine, 1 - known.weights[keys], minlength=size)
        pairs, number = np.unique(mine[which] * len(known.totals) + owners, return_inverse=True)
        shared = np.bincount(number, known.weights[keys][which])
        bag, owner = pairs // len(known.totals), pairs % len(known.totals)
        alike = shared >= JUST * ALIKE_WORDS * (totals[bag] + known.totals[owner] - shared)
        found: list[bool] = np.isin(np.arange(size), bag[alike]).tolist()
        return found

    def _same_words(self, words: str) -> int:
        """The test document of a question with options that has nearly the same words, or -1."""
        known = self._words
        grams = np.unique(Words(words).grams(1))
        places, keys = known.sorted.find(grams)
        owners, which = known.owners_of(keys)
        if not len(owners):
            return -1
        candidates, mine = np.unique(owners, return_inverse=True)
        shared = np.bincount(mine, known.weights[keys][which])
        total = len(grams) - len(places) + known.weights[keys].sum()
        alike = shared / (total + known.totals[candidates] - shared)
        best = int(np.argmax(alike))
        return int(known.documents[candidates[best]]) if alike[best] >= ALIKE_WORDS else -1


class _Mine:
    """The passages of a record, and how much each of its known shingles says."""

    def __init__(self, passages: list[str], places: Numbers, weights: NDArray[np.float64]) -> None:
        self._lengths = np.array([passage.count(" ") + 1 for passage in passages])
        starts = np.cumsum(self._lengths) - self._lengths
        self._passage = np.searchsorted(starts, places, side="right") - 1
        sizes = np.maximum(self._lengths - SHINGLE + 1, 1)
        self._weights = np.where(places - starts[self._passage] < sizes[self._passage], weights, 0)  # else across two
        known = np.bincount(self._passage, self._weights > 0, minlength=len(passages))
        self._totals = sizes - known + np.bincount(self._passage, self._weights, minlength=len(passages))
        self.least = self._totals[np.unique(self._passage)].min()
        """Of the passages that hold known shingles, the weight of the lightest."""

    def is_covered(self, owned: Numbers) -> bool:
        """Whether enough of a passage stands in the test passage that owns these of the known shingles."""
        sums = np.bincount(self._passage[owned], self._weights[owned], minlength=len(self._totals))
        return bool((sums >= np.where(self._lengths >= RUN, ALIKE, ALIKE_SHORT) * self._totals).any())


class _Lot:
    """The passages of some records, one after the other, as one text."""

    def __init__(self, texts: Sequence[list[str]]) -> None:
        passages = [passage for passages in texts for passage in passages]
        self.words = Words(" ".join(passages))
        self._lengths = np.array([passage.count(" ") + 1 for passage in passages], dtype=np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        bounds = np.r_[0, np.cumsum(self._lengths)][np.cumsum([0, *map(len, texts)])]
        self.starts, self.ends = bounds[:-1], bounds[1:]
        """Of each record, its first word and the one after its last."""
        self.record_of = np.repeat(np.arange(len(texts)), self.ends - self.starts)
        """Of each word."""

    def within(self, places: Numbers, keys: Numbers, length: int) -> tuple[Numbers, Numbers]:
        """Those of the runs of `length` words that do not go on into the next record."""
        inside = self.record_of[places] == self.record_of[places + length - 1]
        return places[inside], keys[inside]

    def totals(self, places: Numbers, weights: NDArray[np.float64]) -> tuple[NDArray[np.float64], Numbers]:
        """What the shingles of each passage weigh, where those at `places` have `weights`; and whose these are."""
        passage: Numbers = np.searchsorted(self._starts, places, side="right") - 1
        sizes = np.maximum(self._lengths - SHINGLE + 1, 1)
        inside = np.where(places - self._starts[passage] < sizes[passage], weights, 0)  # else across two
        known = np.bincount(passage, inside > 0, minlength=len(sizes))
        unknown = (sizes - known).astype(np.float64)
        return unknown + np.bincount(passage, inside, minlength=len(sizes)), passage


@lru_cache(maxsize=2)
def index(folder: str) -> Index:
    """The index in a folder, whose name says what is in it; kept for the parts that come."""
    return Index(Path(folder))
