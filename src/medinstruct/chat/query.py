"""A row as it is put to a model: what is sent, and what stays here.

    row ──wording──▶  Query   messages   sent
                              right      the rendered gold; never sent, it is what `oracle` says
                              example    the question that parsers see, and the gold that scores see

The wording comes out of the build's manifest, which holds its text: shelves may have changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import xxhash

from medinstruct import license, template
from medinstruct.errors import MedinstructError
from medinstruct.sample import entry_of
from medinstruct.tasks.constraint import Constraint
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import Example
from medinstruct.template import Shot, Template

Message = Mapping[str, str]
Name = tuple[str, str]
"""Id of the row, and hash of what is asked."""


class ChatError(MedinstructError):
    """A model cannot be asked, or does not answer."""


@dataclass(frozen=True)
class Query:
    """One question to a model."""

    row: Mapping[str, Any]
    """The row; of it a backend that is no baseline may look at nothing."""
    wording: Template
    example: Example[Any, Any]
    messages: Sequence[Message]
    """What is sent, the question last."""
    right: str
    """The rendered gold."""

    @classmethod
    def of(cls, row: Mapping[str, Any], wording: Template) -> Query:
        """The query of a row as it stands."""
        *asked, answer = row["messages"]
        return cls(row, wording, wording.type.read(row["example"], row["gold"]), asked, answer["content"])

    def reworded(self, wording: Template, shots: Sequence[Shot] = ()) -> Query:
        """The same question in other words.

        Raises:
            TemplateError: if the wording needs what the question does not have.
        """
        right = wording.answer.render(self.example)
        *asked, _ = wording.messages(self.example, right, shots)
        return Query(self.row, wording, self.example, asked, right)

    @cached_property
    def name(self) -> Name:
        """What tells it apart from all other queries: the row's id, and 32 hex digits over wording and messages."""
        return self.row["id"], _hash(self.messages, self.wording.name)

    @cached_property
    def entry(self) -> int:
        """Place of the row's entry in the recipe; -1 where the row does not say."""
        return entry_of(self.row)

    @property
    def options(self) -> tuple[str, ...]:
        """The answers to choose one from, as the wording writes them; empty where the answer is no single choice."""
        question = self.example.question
        if not isinstance(question, ChoiceQuestion) or question.several:
            return ()
        answer = self.wording.answer
        return tuple(answer.render(Example(question, ChoiceGold(choices=(n,)))) for n in range(len(question.options)))

    @property
    def constraint(self) -> Constraint:
        """What every answer that can be read keeps to."""
        return self.wording.answer.constraint(self.example.question)

    @property
    def corpus(self) -> str:
        """Whose text it shows."""
        return str(self.row["corpus"])

    @property
    def is_under_agreement(self) -> bool:
        """Whether its text may not leave this machine."""
        return license.is_closed(self.row["license"])


@dataclass(frozen=True)
class Prompt:
    """Something said to a model that is no row of a build: to have it write, or judge."""

    id: str
    messages: Sequence[Message]
    constraint: Constraint
    """What the answer should keep to, for servers that can hold a model to it."""
    draw: int = 0
    """Added to the seed, so that the same words asked again are another question."""
    corpus: str = ""
    """Whose text it shows; empty where it shows none."""
    license: str = "cc0-1.0"
    """Of that text."""
    model: str = ""
    """Another model at the same address; left out, the one that was loaded."""
    options: tuple[str, ...] = ()

    @cached_property
    def name(self) -> Name:
        """What tells it apart from all other prompts: its id, and 32 hex digits over model, draw and messages."""
        return self.id, _hash(self.messages, self.model, str(self.draw))

    @property
    def is_under_agreement(self) -> bool:
        """Whether its text may not leave this machine."""
        return license.is_closed(self.license)


Asked = Query | Prompt


def _hash(messages: Sequence[Message], *first: str) -> str:
    """32 hex digits over some words and then roles and contents of messages."""
    parts = [*first, *(text for m in messages for text in (m["role"], m["content"]))]
    raw = "".join(f"{len(part)}:{part}" for part in parts)
    return xxhash.xxh3_128_hexdigest(raw.encode("utf-8", "surrogatepass"))


def wordings(manifest: Mapping[str, Any]) -> dict[str, Template]:
    """Return the wordings that the rows of a build are asked in, from their texts in its manifest."""
    return {
        name: template.compile(stated["text"], name) if "text" in stated else template.load(name)
        for name, stated in manifest["templates"].items()
        if stated["rows"]
    }


def queries(rows: Iterable[Mapping[str, Any]], wordings: Mapping[str, Template]) -> Iterable[Query]:
    """Yield the query of each row."""
    return (Query.of(row, wordings[row["template"]]) for row in rows)
