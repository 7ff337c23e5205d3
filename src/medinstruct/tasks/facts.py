"""What a corpus annotates, apart from how it will be asked.

A corpus module declares its tasks as facts: `{"ner": Spans({"Chemical": "Chemical"}), "re": Relations(...)}`. A fact
says what is annotated *completely*; nothing else may be asked of the corpus. A task type then views it: spans can be
extracted, or marked in the text and classified; relations can be extracted as triples, or asked pair by pair.

Native labels stand on the left of a mapping, the words of the shared vocabulary on the right
(`corpora/vocabulary.py`); a native label mapped to None is annotated, but not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What all facts have."""

    question: str = ""
    """The plain question in one sentence, for templates that show it."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Only Items with these facts have it: `{"kind": "factoid"}`; empty for all."""

    def is_of(self, source: object) -> bool:
        """Whether a source record has this fact at all."""
        if not self.where:
            return True
        facts = getattr(source, "facts", {})
        return all(facts.get(name) == value for name, value in self.where.items())


@dataclass(frozen=True, kw_only=True)
class Spans(Fact):
    """Mentions of these types are all marked."""

    labels: Mapping[str, str | None]


Product = tuple[tuple[str, ...], tuple[str, ...]]
"""Types of the first argument, types of the second."""


@dataclass(frozen=True, kw_only=True)
class Relations(Fact):
    """Relations of these types are all marked."""

    labels: Mapping[str, str | None]
    """Native type to the words between first and second argument: `induces`."""
    arguments: Mapping[str, Product | tuple[Product, ...]]
    """Native relation type to the native mention types that its first and its second argument may have; several such
    pairs of lists where one does not say it: genes with genes and variants with variants, never genes with variants."""
    level: Literal["mention", "concept"] = "mention"
    """Whether the annotators related mentions or concepts."""
    symmetric: bool = False
    """Whether the order of the arguments says nothing."""
    none: str = "not related"
    """The words for a pair of such arguments with no relation."""
    several: bool = False
    """Whether a pair of arguments may be related in several ways, which are then all asked for."""
    scope: Literal["sentence", "document"] = "sentence"
    """How far apart the arguments may stand for a pair without a relation to be a true negative."""

    def products(self) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """Yield (native relation type, types of the first argument, types of the second)."""
        for native, stated in self.arguments.items():
            for product in stated:
                if not isinstance(product[0], tuple):  # one product: its two sides are what stands here
                    yield native, *cast("Product", stated)
                    break
                heads, tails = product
                yield native, heads, tails


@dataclass(frozen=True, kw_only=True)
class Events(Fact):
    """Events of these types are all marked, with their triggers and arguments."""

    labels: Mapping[str, str | None]
    roles: Mapping[str, str | None]
    """Native role to its word; a role mapped to None is left out of the answer."""
    participants: Mapping[str, str | None] = field(default_factory=dict)
    """Mention types that may be arguments, as they are called in a question that gives them."""


@dataclass(frozen=True, kw_only=True)
class Labels(Fact):
    """Every text, or every part of it, or every pair of texts, has one label of these, or several."""

    labels: Mapping[str, str | None]
    """Native label to its words, in the order in which they are offered."""
    several: bool = False
    """Whether any number of labels may hold; none of them is then an answer too."""
    negative: str = ""
    """Native label that says that there is nothing (`not associated`), where there is one; scores of what is there
    leave it out.
    """
    of: Literal["document", "passage"] = "document"
    """What carries the labels; an Item counts as a document."""
    passages: tuple[str, ...] = ()
    """Types of the passages that carry them; empty for all."""


@dataclass(frozen=True, kw_only=True)
class Attributes(Fact):
    """Every mention of these types (or event) has one value of this attribute."""

    name: str
    labels: Mapping[str, str | None]
    """Native value to its words; the native value `""` stands for a mention that has no such attribute: an answer that says
    nothing, `none` where a recipe balances by answer, and left out by scores of what is there.
    """
    types: tuple[str, ...]
    """Native types of the mentions, or of the events, that can have it."""


@dataclass(frozen=True, kw_only=True)
class Concepts(Fact):
    """Every mention of these types is linked to the entries of vocabularies that it stands for, if there are any."""

    vocabularies: Mapping[str, str | None]
    """Vocabulary, as `Concept.vocabulary` has it, to its name in words; None where its entries are not asked for."""
    types: tuple[str, ...]
    """Native types of the mentions that are linked."""


@dataclass(frozen=True, kw_only=True)
class Choices(Fact):
    """Every item brings its own options and the place of the right one, or ones."""

    several: bool = False


@dataclass(frozen=True, kw_only=True)
class Score(Fact):
    """Every pair of texts has a number."""

    low: float
    high: float
    scale: tuple[str, ...] = ()
    """What the whole numbers from `low` to `high` mean, in words; for asking the score as a choice."""


@dataclass(frozen=True, kw_only=True)
class Texts(Fact):
    """Every item has a text as its answer: a summary, a note, an explanation."""
