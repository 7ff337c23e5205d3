"""Numbered lines: one event a line, trigger and arguments as words, events as arguments by their number.

A number behind `#` is always a reference; a mention that reads like one is not held by this format.

    1. Positive regulation: induces | Theme: #2 | Cause: IL-10
    2. Gene expression: expression | Theme: BCL2
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from pydantic import field_validator

from medinstruct.tasks.answers import EMPTY_WORDS, by_name, called, refusal
from medinstruct.tasks.constraint import Constraint, free, lines_of, literal, missing_sign, one_of, phrase, regex
from medinstruct.tasks.event_extraction.example import (
    LOSES,
    EventExample,
    EventGold,
    EventQuestion,
    Found,
    find_fault,
    strings,
    told,
)
from medinstruct.tasks.event_extraction.numbered import Draft, Reading
from medinstruct.tasks.task import AnswerFormat, Parsed, once

NUMBER = re.compile(r"(?:([0-9]{1,9})[.)]|[-*•])\s*")
REFERENCE = re.compile(r"(#?)([1-9][0-9]{0,8})")


class Lines(AnswerFormat[EventQuestion, EventGold]):
    """One numbered line for each event: `1. Label: trigger | Role: mention | Role: #2`, or `None`."""

    level: ClassVar[str] = "strings"
    loses: ClassVar[tuple[str, ...]] = LOSES

    none: str = "None"
    """The word for nothing."""
    separator: str = " | "
    """What stands between trigger and arguments."""

    @field_validator("none")
    @classmethod
    def _is_no_event(cls, none: str) -> str:
        if not none or none != none.strip() or "\n" in none or ":" in none:
            raise ValueError(
                "the word for nothing must not be empty, have blanks at its edges, a line break or a colon"
            )
        return none

    @field_validator("separator")
    @classmethod
    def _can_be_split_at(cls, separator: str) -> str:
        if not separator.strip() or "\n" in separator or ":" in separator:
            raise ValueError("the separator needs a character that is not blank, no line break and no colon")
        return separator

    def fields(self, question: EventQuestion) -> dict[str, object]:
        return {"none": self.none, "separator": self.separator}

    def fits(self, example: EventExample) -> str | None:
        if reason := _unclear(example.question.asked) or find_fault(example):
            return reason
        for fields, reason in _lines(example):
            if reason:
                return reason
            if self.separator.join(fields).split(self.separator) != fields:
                return "the separator in a mention, a label or a role"
        return None

    def render(self, example: EventExample) -> str:
        events = [self.separator.join(fields) for fields, _ in _lines(example)]
        return "\n".join(f"{n}. {event}" for n, event in enumerate(events, start=1)) or self.none

    def carries(self, example: EventExample) -> tuple[Found, ...]:
        return strings(example)

    def constraint(self, question: EventQuestion) -> Constraint:
        """Numbers and references are free: that a reference leads to an event, and not in a circle, is not regular."""
        if reason := _unclear(question.asked):
            return free(reason)
        if not (sign := missing_sign(self.separator, (question.text, *question.asked))):
            return free("every sign of the separator stands in the text, in a label or in a role")
        words, between = phrase(without=sign), literal(self.separator)
        filled = f"(?:{between}{one_of(question.roles)}: {words})*" if question.roles else ""
        events = lines_of(rf"[1-9][0-9]{{0,3}}\. {one_of(question.labels)}: {words}{filled}") if question.labels else ""
        return regex(f"{literal(self.none)}|{events}" if events else literal(self.none))

    def parse(self, answer: str, question: EventQuestion) -> Parsed:
        labels, roles = by_name(question.labels), by_name(question.roles)
        reading = Reading()
        for line in answer.split("\n"):
            line = line.strip()
            if line == self.none or line.casefold() in EMPTY_WORDS:
                continue
            number = NUMBER.match(line)
            head, *fields = line[number.end() if number else 0 :].split(self.separator)
            name, _, trigger = (part.strip() for part in head.partition(":"))
            label = called(name, labels)
            if label is None or not trigger:
                reading.pass_over(line)
                continue
            draft = Draft(label, trigger, "exact" if name == label else "repaired")
            for field in fields:
                _fill(draft, field, roles, reading, question.text)
            reading.add(draft, number[1] if number else None)
        return reading.finish(question)


@lru_cache(maxsize=4_096)  # all questions of an entry ask the same
def _unclear(names: tuple[str, ...]) -> str | None:
    if any(name != name.strip() or not name or ":" in name or "\n" in name for name in names):
        return "a label or a role that is empty, has blanks at its edges, a line break or a colon"
    return None


@once
def _lines(example: EventExample) -> list[tuple[list[str], str | None]]:
    """The fields of each event's line, and why they could not be read back, whatever stands between them."""
    return [(list(_fields(event)), _unsayable(event)) for event in told(example)]


def _unsayable(event: Found) -> str | None:
    mentions = [filler.text for filler in event.arguments if filler.event < 0]
    if reason := refusal((event.trigger, *mentions)):
        return reason
    if any(mention.startswith("#") and REFERENCE.fullmatch(mention) for mention in mentions):
        return "a mention that reads as a reference"
    return None


def _fields(event: Found) -> Iterator[str]:
    yield f"{event.label}: {event.trigger}"
    for filler in event.arguments:
        yield f"{filler.role}: {filler.text if filler.event < 0 else f'#{filler.event + 1}'}"


def _fill(draft: Draft, field: str, roles: dict[str, str], reading: Reading, text: str) -> None:
    """Add the argument that a field states to its event; a bare number that the text does not hold is a reference
    too.
    """
    name, _, value = (part.strip() for part in field.partition(":"))
    role = called(name, roles)
    if name != role or not value:
        draft.mark = "repaired"
    if role is None or not value:
        reading.pass_over(field)
    elif (reference := REFERENCE.fullmatch(value)) and (reference[1] or value not in text):
        draft.events.append((role, reference[2]))
        draft.mark = draft.mark if reference[1] else "repaired"
    else:
        draft.mentions.append((role, value))
