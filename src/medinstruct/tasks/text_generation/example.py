"""What is asked and what is right where a text is to be written, and how it is written: as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from medinstruct.document import Item
from medinstruct.tasks import facts
from medinstruct.tasks.constraint import Constraint, free
from medinstruct.tasks.task import AnswerFormat, Example, Gold, Lost, Parsed, Question, Window


class TextQuestion(Question):
    """What is to be written, and from what."""

    texts: dict[str, str] = Field(default_factory=dict)
    """The texts to read, by name, in their order."""
    instruction: str = ""
    """The source's own question or instruction; empty where it has none."""
    kind: str = ""
    """What all items of the corpus ask for, in one sentence; empty where it says none."""

    @property
    def asked(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else ()

    @property
    def reading(self) -> str:
        return "\n".join((*self.texts.values(), *([self.instruction] if self.instruction else [])))


class TextGold(Gold):
    """The texts that are right."""

    references: Annotated[tuple[str, ...], Field(min_length=1)]
    """The first is the one to learn."""

    @property
    def is_empty(self) -> bool:
        return False


TextExample = Example[TextQuestion, TextGold]


def view(item: Item, fact: facts.Texts, windows: Sequence[Window]) -> Iterator[TextExample | Lost]:
    """Yield one example for an item with an answer, else a Lost under the item's id."""
    if not item.references:
        yield Lost(item.id, "it has no text as its answer")
        return
    question = TextQuestion(texts=item.texts, instruction=item.question, kind=fact.question)
    yield Example(question, TextGold(references=item.references), annotations=(item.id,))


class Text(AnswerFormat[TextQuestion, TextGold]):
    """The first reference without blanks at its edges."""

    level: ClassVar[str] = "text"
    loses: ClassVar[tuple[str, ...]] = ("blanks at the edges", "other references")

    def fits(self, example: TextExample) -> str | None:
        return None if example.gold.references[0].strip() else "an empty answer"

    def render(self, example: TextExample) -> str:
        return example.gold.references[0].strip()

    def carries(self, example: TextExample) -> tuple[str]:
        return (example.gold.references[0].strip(),)

    def constraint(self, question: TextQuestion) -> Constraint:
        return free("any text is an answer")

    def parse(self, answer: str, question: TextQuestion) -> Parsed:
        answer = answer.strip()
        return Parsed((answer,), ("exact",)) if answer else Parsed(())
