"""Lines: one triple a line.

    clonidine | induces | hypotension
    naloxone | reverses | clonidine

`None` stands for nothing.
"""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import field_validator, model_validator

from medinstruct.tasks.answers import EMPTY_WORDS, by_name, called, cut, refusal
from medinstruct.tasks.constraint import Constraint, free, lines_of, literal, missing_sign, one_of, phrase, regex
from medinstruct.tasks.relation_triples.example import (
    LOSES,
    Found,
    TripleExample,
    TripleGold,
    TripleQuestion,
    find_fault,
    strings,
    told,
)
from medinstruct.tasks.relation_triples.reading import Reading
from medinstruct.tasks.task import AnswerFormat, Parsed

BULLET = re.compile(r"(?:[-*•]|[0-9]{1,9}[.)])\s+(?=\S)")


class Lines(AnswerFormat[TripleQuestion, TripleGold]):
    """One line for each triple: `head | label | tail`, or `None`."""

    level: ClassVar[str] = "strings"
    loses: ClassVar[tuple[str, ...]] = LOSES

    none: str = "None"
    """The word for nothing."""
    separator: str = " | "
    """What stands between head, label and tail."""

    @field_validator("none")
    @classmethod
    def _is_one_word_on_its_line(cls, none: str) -> str:
        if not none or none != none.strip() or "\n" in none:
            raise ValueError("the word for nothing must not be empty, have blanks at its edges or a line break")
        return none

    @model_validator(mode="after")
    def _can_be_split(self) -> Lines:
        if not (bare := self.separator.strip()) or "\n" in self.separator or bare in self.none:
            raise ValueError("the separator must not be blank, hold a line break or stand in the word for nothing")
        return self

    def fields(self, question: TripleQuestion) -> dict[str, object]:
        return {"none": self.none, "separator": self.separator}

    def fits(self, example: TripleExample) -> str | None:
        if reason := find_fault(example):
            return reason
        for found in told(example):
            if reason := refusal((found.head, found.tail)):
                return reason
            if "\n" in found.label or not found.label or found.label != found.label.strip():
                return "a label that is empty, has blanks at its edges or a line break"
            if self.separator.join(found).split(self.separator) != [*found]:
                return "the separator in a mention or a label"
            if _bullet(found.head, example.question):
                return "a mention that begins like an item of a list"
        return None

    def render(self, example: TripleExample) -> str:
        return "\n".join(self.separator.join(found) for found in told(example)) or self.none

    def carries(self, example: TripleExample) -> tuple[Found, ...]:
        return strings(example)

    def constraint(self, question: TripleQuestion) -> Constraint:
        if any("\n" in label or not label or label != label.strip() for label in question.labels):
            return free("a label that is empty, has blanks at its edges or a line break")
        if not (sign := missing_sign(self.separator, (question.text, *question.labels))):
            return free("every sign of the separator stands in the text or in a label")
        end, between = phrase(without=sign), literal(self.separator)
        triples = lines_of(f"{end}{between}{one_of(question.labels)}{between}{end}") if question.labels else ""
        return regex(f"{literal(self.none)}|{triples}" if triples else literal(self.none))

    def parse(self, answer: str, question: TripleQuestion) -> Parsed:
        labels, reading = by_name(question.labels), Reading(question)
        for line in map(str.strip, answer.split("\n")):
            if line == self.none:
                continue
            fields = line.split(self.separator)
            is_exact = len(fields) == 3
            if not is_exact:
                fields = line.split(self.separator.strip())
            head, name, tail = map(str.strip, fields) if len(fields) == 3 else ("", "", "")
            label = called(name, labels)
            if label is not None and head and tail:
                if bullet := _bullet(head, question):
                    head, is_exact = head[bullet.end() :], False
                reading.add(Found(head, label, tail), is_exact and name == label)
            elif line.casefold() not in EMPTY_WORDS:
                reading.unread.append(cut(line))
        return reading.finish()


def _bullet(head: str, question: TripleQuestion) -> re.Match[str] | None:
    """What makes a line an item of a list, where it is no part of the mention that the line begins with."""
    match = BULLET.match(head)
    return None if match is None or head in question.text else match
