"""What checks of a corpus as a whole need to remember of its records: labels, identities and hashes, no texts.

A row of the tally takes some hundred bytes, whatever the length of its text; that of a million records fits into a
laptop.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import xxhash

from medinstruct import text as prose
from medinstruct.auditor.finding import Where
from medinstruct.auditor.sighting import Seen
from medinstruct.corpora.corpus import Corpus
from medinstruct.document import Document, Item
from medinstruct.tasks.facts import Events, Spans

KINDS = ("mentions", "relations", "events", "attributes", "coreferences")
Shape = Mapping[str, Counter[str]]
"""For each key or column of a file how often it holds what type of value."""


class Row(NamedTuple):
    """A record, as far as repeated ones are looked for."""

    where: Where
    identities: tuple[str, ...]
    text: int
    """Hash of all its texts; 0 for texts of a few words, which stand in records that have nothing to do with each other."""
    ask: int
    """Hash of its texts, its question and its options."""
    answer: str
    """What is said of it: labels, right options, score; empty where nothing is, or it is free text."""
    marks: tuple[str, ...]
    """Its mentions as `string (type)`, sorted; empty for Items."""
    is_item: bool


@dataclass(slots=True)
class Use:
    """How often a label is used, and where first."""

    count: int
    first: Where


@dataclass(slots=True)
class Tally:
    """What was seen of a corpus."""

    corpus: Corpus
    rows: list[Row] = field(default_factory=list)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By split: documents, items, mentions, …, broken, as they come out; with `labelled`, records with any label."""
    labels: dict[str, dict[str, Use]] = field(default_factory=lambda: defaultdict(dict))
    """By kind of label (`type of mentions`)."""
    options: dict[int, list[Where]] = field(default_factory=lambda: defaultdict(list))
    """Questions by their number of options."""
    places: dict[tuple[str, int], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """By split and number of options, how often the right one stands where."""
    shapes: dict[str, dict[str, Shape]] = field(default_factory=lambda: defaultdict(dict))
    """By split and file, what its rows are made of."""
    quoted: dict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    """By split and table, whether its cells stand in quotes; tables for which nothing tells are left out."""
    unlabelled: list[Where] = field(default_factory=list)
    """Records that have no label."""
    unanswered: dict[tuple[str, str], list[Where]] = field(default_factory=lambda: defaultdict(list))
    """By split and kind of answer, the Items that have none; how many have one stands in `counts`."""
    marked: Counter[str] = field(default_factory=Counter)
    """How often a string is marked as a mention."""
    again: Callable[[], Iterator[Seen]] = lambda: iter(())
    """Reads the records once more."""
    expected: bool = True
    """Whether the counts of the card hold for these files; not for the bundled samples."""

    def see(self, seen: Seen) -> None:
        """Take in a record as it is published."""
        fields, where = seen.fields, seen.where
        self.marked.update(mention["text"] for mention in seen.mentions if len(mention["spans"]) == 1)
        for kind, label in labels(seen):
            use = self.labels[kind].get(label)
            if use is None:
                self.labels[kind][label] = Use(1, where)
            else:
                use.count += 1
        if seen.is_item:
            size = len(fields.get("options", ()))
            self.options[size].append(where)
            self.places[where.split, size].update(fields.get("answers", ()))
            for kind, value in answers(fields):
                if value:
                    self.counts[where.split][kind] += 1
                else:
                    self.unanswered[where.split, kind].append(where)
        if any(True for _ in own_labels(seen)):
            self.counts[where.split]["labelled"] += 1
        else:
            self.unlabelled.append(where)

    def add(self, record: Document | Item, where: Where) -> None:
        """Take in a record as it comes out."""
        self.rows.append(row(record, where))

    def role(self, split: str) -> str:
        """What a split is for: train, validation or test; its name where nobody knows."""
        return self.corpus.splits[split].role if split in self.corpus.splits else split

    @property
    def is_complete(self) -> bool:
        """Whether all mentions of some types are marked, or nobody says otherwise."""
        tasks = self.corpus.tasks.values()
        return not tasks or any(isinstance(fact, Spans | Events) for fact in tasks)

    def first_of(self, split: str) -> Where:
        """Where a split begins."""
        return next((row.where for row in self.rows if row.where.split == split), Where(split))


def labels(seen: Seen) -> Iterator[tuple[str, str]]:
    """Yield every label of a record with what kind of label it is."""
    for mention in seen.mentions:
        yield from (("type of mentions", type) for type in mention["types"])
    for relation in seen.all("relations"):
        yield "type of relations", relation["type"]
    for event in seen.all("events"):
        yield "type of events", event["type"]
        yield from (("role", argument["role"]) for argument in event.get("arguments", ()))
    for attribute in seen.all("attributes"):
        yield "name of attributes", attribute["name"]
    yield from own_labels(seen)


def own_labels(seen: Seen) -> Iterator[tuple[str, str]]:
    """Yield the labels of the record as a whole and of its passages."""
    yield from (("label of records", label) for label in seen.fields.get("labels", ()))
    for passage in seen.all("passages"):
        yield from (("label of passages", label) for label in passage.get("labels", ()))


def answers(fields: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the kinds of answer that an Item may have, and whether it has one."""
    if fields.get("options"):
        yield "right option", bool(fields.get("answers"))
    yield "score", fields.get("score") is not None
    yield "reference", any(str(each).strip() for each in fields.get("references", ()))


def row(record: Document | Item, where: Where) -> Row:
    """What is remembered of a record."""
    if isinstance(record, Document):
        text = _hash(prose.normalise(record.text))
        marks = tuple(
            sorted(f"{' '.join(mention.text.split())} ({'/'.join(mention.types)})" for mention in record.mentions)
        )
        return Row(where, record.identities, text, text, " / ".join(sorted(record.labels)), marks, False)
    text = _hash(" | ".join(map(prose.normalise, record.texts.values())))
    asked = " | ".join(_plain(each) for each in (*record.texts.values(), record.question, *sorted(record.options)))
    return Row(where, record.identities, text, _hash(asked), _answer(record), (), True)


def _plain(text: str) -> str:
    """A text but for case and white space: a sign such as `<` may be all that tells two questions apart."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _answer(item: Item) -> str:
    if item.labels:
        return " / ".join(sorted(item.labels))
    if item.answers:
        return " / ".join(sorted(item.options[answer] for answer in item.answers))
    return "" if item.score is None else f"{item.score:g}"


def _hash(words: str) -> int:
    return xxhash.xxh3_64_intdigest(words.encode()) if words.count(" ") >= 4 else 0


def shape(values: list[Any], *, is_lines: bool = False) -> Shape:
    """What the rows of a JSON file are made of: those of the first list of mappings, or mapping of mappings, in it; a
    mapping of plain values is one row of JSON Lines, and else a list of keys.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in _rows(values, is_lines):
        for key, value in each.items():
            found[key][type(value).__name__] += 1
    return found


def _rows(value: Any, is_lines: bool) -> list[dict[str, Any]]:
    for _ in range(8):
        while isinstance(value, list) and len(value) == 1 and isinstance(value[0], list | dict):
            value = value[0]
        inner = list(value.values()) if isinstance(value, dict) else value
        if isinstance(inner, list) and inner and all(isinstance(each, dict) for each in inner):
            return inner
        nested = [each for each in inner if isinstance(each, list | dict) and each] if isinstance(inner, list) else []
        if len(nested) != 1:
            return [value] if isinstance(value, dict) and (nested or is_lines) else []
        value = nested[0]
    return []
