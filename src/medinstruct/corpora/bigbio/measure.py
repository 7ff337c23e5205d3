"""What rows of BigBIO hold: how much, and which labels, types and choices: the facts of a corpus that nobody wrote down."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import medinstruct.tasks
from medinstruct.corpora import coverage, vocabulary
from medinstruct.corpora.corpus import Corpus, count
from medinstruct.document import Document, Item
from medinstruct.formats import bigbio
from medinstruct.formats.bigbio.kb_row import TRIGGER
from medinstruct.formats.draft import Read
from medinstruct.license import License

COUNTED = ("documents", "items", "mentions", "relations", "events", "passages", "broken")
PUBMED = re.compile(r"[0-9]{5,8}")
Fact = tuple[str, dict[str, Any]]
"""The name of a class of `medinstruct.tasks.facts`, and its arguments."""


@dataclass
class Seen:
    """What the records of one split hold."""

    counts: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """How many records have an answer to a task: those without one are withheld."""


@dataclass
class Measured:
    """What the rows of a corpus hold."""

    schema: str
    splits: dict[str, Seen] = field(default_factory=dict)
    types: Counter[str] = field(default_factory=Counter)
    linked: set[str] = field(default_factory=set)
    """Types of the mentions that have concepts."""
    vocabularies: set[str] = field(default_factory=set)
    relations: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """The types of first and second argument, by type of relation."""
    events: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    participants: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    several: set[str] = field(default_factory=set)
    """Tasks of which a record has several answers."""
    scores: list[float] = field(default_factory=list)
    """The lowest and the highest."""
    questions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """How many questions of each type are answered by a choice, and by a text."""
    annotated: Counter[str] = field(default_factory=Counter)
    """How much there is by the names of `coverage`."""
    pubmed: bool = True
    """Whether all documents have ids like PubMed's."""

    def add(self, split: str, records: Iterable[Read]) -> None:
        """Look at the records of a split."""
        seen = self.splits.setdefault(split, Seen())
        seen.counts = Counter(
            {name: n for name, n in count(self._each(seen, records)).items() if name in COUNTED and n}
        )

    def _each(self, seen: Seen, records: Iterable[Read]) -> Iterator[Read]:
        for record in records:
            if isinstance(record, Document):
                self._document(record, seen)
            elif isinstance(record, Item):
                self._item(record, seen)
            self.annotated.update(coverage.annotated([record]))
            yield record

    def _document(self, document: Document, seen: Seen) -> None:
        self.pubmed &= bool(PUBMED.fullmatch(document.id))
        triggers = {event.trigger for event in document.events if event.trigger.endswith(TRIGGER)}
        types = {mention.id: mention.types[0] for mention in document.mentions if mention.id not in triggers}
        events = {event.id: event.type for event in document.events}
        self.types.update(types.values())
        linked = [mention for mention in document.mentions if mention.concepts]
        self.linked.update(mention.types[0] for mention in linked)
        self.vocabularies.update(concept.vocabulary for mention in linked for concept in mention.concepts)
        for relation in document.relations:
            if {argument.kind for argument in relation.arguments[:2]} == {"mention"}:
                head, tail = (argument.ref for argument in relation.arguments[:2])
                if head in types and tail in types:
                    self.relations[relation.type].add((types[head], types[tail]))
        self.events.update(events.values())
        for event in document.events:
            self.roles.update(argument.role for argument in event.arguments)
            self.participants.update(types[a.ref] for a in event.arguments if a.ref in types)
        seen.answers.update(ner=bool(types), re=bool(document.relations), ee=bool(events), ned=bool(linked))

    def _item(self, item: Item, seen: Seen) -> None:
        self.pubmed &= bool(PUBMED.fullmatch(item.facts.get("document_id", "")))
        if self.schema == "qa":
            kind = item.facts.get("type", "")
            self.questions[kind].update(choice=bool(item.answers), text=bool(item.references))
            seen.answers[f"qa {kind}"] += bool(item.answers or item.references)
            if len(item.answers) > 1:
                self.several.add(f"qa {kind}")
            return
        self.labels.update(item.labels)
        seen.answers["texts"] += any(reference.strip() for reference in item.references)
        seen.answers["labels"] += bool(item.labels or item.score is not None)
        if self.schema == "text" and len(item.labels) != 1:
            self.several.add("labels")
        if item.score is not None and math.isfinite(item.score):
            self.scores = [min([item.score, *self.scores]), max([item.score, *self.scores])]

    def tasks(self, declared: set[str]) -> Iterator[tuple[str, Fact, tuple[str, ...]]]:
        """Yield the tasks of these that the rows have answers to: name, fact, and the splits that withhold it."""
        for name, key, fact in self._facts():
            if name.split("-")[0] in declared:
                yield name, fact, tuple(split for split, seen in self.splits.items() if not seen.answers[key])

    def left_out(self, tasks: Mapping[str, Fact]) -> dict[str, str]:
        """What is annotated and asked by none of these tasks, with the reason."""
        facts = {name: getattr(medinstruct.tasks, kind)(**arguments) for name, (kind, arguments) in tasks.items()}
        corpus = Corpus(
            title="", homepage="", citation="", license=License("unknown"), splits={}, tasks=facts, read=bigbio.read,
        )  # fmt: skip
        asked = coverage.asked(corpus)
        return {name: _reason(name) for name in sorted(self.annotated) if name not in asked}

    def _facts(self) -> Iterator[tuple[str, str, Fact]]:
        """Yield the name of each possible task, the answers it needs, and its fact."""
        if types := {type: words(type) for type in sorted(self.types)}:
            yield "ner", "ner", ("Spans", {"labels": types, "question": "What is mentioned in the text?"})
        if self.relations:
            labels = {type: words(type, spans=False) for type in sorted(self.relations)}
            arguments = {type: _products(self.relations[type]) for type in labels}
            yield "re", "re", ("Relations", {
                "labels": labels, "arguments": arguments, "scope": "document", "question": "How are the two related?",
            })  # fmt: skip
        if self.events:
            roles = {role: words(role, spans=False) for role in sorted(self.roles)}
            given = {type: words(type) for type in sorted(self.participants)}
            labels = {type: words(type, spans=False) for type in sorted(self.events)}
            yield "ee", "ee", ("Events", {
                "labels": labels, "roles": roles, "participants": given, "question": "Which events does the text state?",
            })  # fmt: skip
        if self.linked:
            names = {vocabulary: vocabulary or "the vocabulary" for vocabulary in sorted(self.vocabularies)}
            yield "ned", "ned", ("Concepts", {
                "vocabularies": names, "types": tuple(sorted(self.linked)), "question": f"Which entry of {' or '.join(names.values())} is it?",
            })  # fmt: skip
        yield from self._of_questions()
        if self.scores and self.scores[0] < self.scores[1]:
            low, high = math.floor(self.scores[0]), math.ceil(self.scores[1])
            yield (
                "sts",
                "labels",
                ("Score", {"low": float(low), "high": float(high), "question": "How alike are the two?"}),
            )
        elif self.labels:
            fact = {"labels": {label: words(label, spans=False) for label in sorted(self.labels)}}
            if self.schema == "te":
                yield "nli", "labels", ("Labels", {**fact, "question": "Does the hypothesis follow from the premise?"})
            else:
                several = "labels" in self.several
                yield "dc", "labels", ("Labels", {**fact, "several": several, "question": QUESTION[self.schema]})
        if self.schema == "t2t":
            for name in ("sum", "gen"):
                yield name, "texts", ("Texts", {"question": GENERATED[name]})

    def _of_questions(self) -> Iterator[tuple[str, str, Fact]]:
        alone = len(self.questions) == 1
        for kind, answered in sorted(self.questions.items()):
            name = "qa" if alone or not (slug := re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")) else f"qa-{slug}"
            where = {} if alone else {"where": {"type": kind}}
            if answered["choice"] > answered["text"]:
                yield name, f"qa {kind}", ("Choices", {"several": f"qa {kind}" in self.several, **where})
            elif answered["text"]:
                yield name, f"qa {kind}", ("Texts", {"question": "Answer the question.", **where})


REASONS = {
    "coreferences": "chains of mentions are no question of a known form yet",
    "relations": "BigBIO states no such task for it, or its arguments are no entities",
}


def _reason(name: str) -> str:
    return REASONS.get(name.partition(":")[0], "BigBIO states no such task for it")


QUESTION = {"text": "What is this about?", "pairs": "How do the two relate?"}
GENERATED = {"sum": "Summarise the text.", "gen": "Write the text that goes with this one."}


def words(native: str, *, spans: bool = True) -> str | None:
    """How a native label is asked for: the word of the shared vocabulary that is spelled like it, else its own words; None
    for one that has none.
    """
    plain = re.sub(r"[\s_]+", " ", native).strip()
    known = VOCABULARY.get(plain.casefold()) if spans else None
    return known or plain or None


VOCABULARY = {word.casefold(): word for word in vocabulary.SPANS}


def _products(pairs: set[tuple[str, str]]) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The pairs as products of first and second types, of which none holds a pair that was not seen."""
    tails: dict[str, set[str]] = defaultdict(set)
    for head, tail in pairs:
        tails[head].add(tail)
    heads: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for head in sorted(tails):
        heads[tuple(sorted(tails[head]))].append(head)
    return tuple((tuple(firsts), seconds) for seconds, firsts in sorted(heads.items()))
