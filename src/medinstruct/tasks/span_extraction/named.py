"""What all answer formats of span extraction have in common: labels go by names.

A template may show `Chemical` as `drug`; then the question says `drug`, the answer says `drug`, and what is parsed
says `Chemical` again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pydantic import Field, field_validator

from medinstruct.tasks.span_extraction.example import SpanExample, SpanGold, SpanQuestion, find_fault
from medinstruct.tasks.task import AnswerFormat


class Named(AnswerFormat[SpanQuestion, SpanGold]):
    """An answer format whose labels may go by other names."""

    names: dict[str, str] = Field(default_factory=dict)
    """Other words for labels, as the question and the answer show them."""

    @field_validator("names")
    @classmethod
    def _are_clear(cls, names: dict[str, str]) -> dict[str, str]:
        if reason := unclear(tuple(names.values())):
            raise ValueError(f"the names cannot be read back: {reason}")
        return names

    def shown(self, labels: tuple[str, ...]) -> Mapping[str, str]:
        """The name that each label is shown by, in order."""
        return {label: self.names.get(label, label) for label in labels} if self.names else _themselves(labels)

    def called(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """The name of each label, in order; of labels that stand there twice, twice."""
        return tuple([self.names.get(label, label) for label in labels]) if self.names else labels

    def fields(self, question: SpanQuestion) -> dict[str, object]:
        return {"labels": tuple(self.shown(question.labels).values())}

    def fits(self, example: SpanExample) -> str | None:
        names = self.called(example.question.labels)
        if len(set(names)) < len(names):
            return "two labels of the same name"
        return find_fault(example)


@lru_cache(maxsize=4_096)  # all questions of an entry have the same labels
def _themselves(labels: tuple[str, ...]) -> Mapping[str, str]:
    return {label: label for label in labels}


@lru_cache(maxsize=4_096)
def unclear(names: tuple[str, ...]) -> str | None:
    """Return why labels of these names could not be told apart, or from the answer around them."""
    if len(set(names)) < len(names):
        return "two labels of the same name"
    if any(not name or name != name.strip() or "\n" in name for name in names):
        return "a label that is empty, has blanks at its edges or a line break"
    return None
