"""Typed lines and bullets: mentions written as words.

lines      Chemical: naloxone ... clonidine          one line for each label asked, `None` where there is nothing
           Disease: None                             (MNLU-Instruct's format: arXiv 2410.18955)

bullets    - naloxone (Chemical)                     one line for each mention, in the order of the text
           - clonidine (Chemical)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Literal

from pydantic import field_validator, model_validator

from medinstruct.tasks.answers import EMPTY_WORDS, refusal
from medinstruct.tasks.constraint import Constraint, free, lines_of, literal, one_of, phrase, regex
from medinstruct.tasks.span_extraction.example import Found, SpanExample, SpanQuestion, strings, told
from medinstruct.tasks.span_extraction.locate import stands_whole
from medinstruct.tasks.span_extraction.named import Named, unclear
from medinstruct.tasks.span_extraction.reading import Reading
from medinstruct.tasks.task import Mark, Parsed, once

DECORATION = "-*#•_ \t"
"""What models put around a label that should stand bare at the head of its line."""
BULLET = re.compile(r"(?P<bullet>- |[-*•]\s*+|\d{1,3}[.)]\s*+)?+(?P<string>.*)\((?P<name>[^()]*)\)[.,;]?\Z")


class Strings(Named):
    """What the formats that write mentions as words have in common."""

    level: ClassVar[str] = "strings"
    loses: ClassVar[tuple[str, ...]] = ("offsets", "order", "gaps")

    none: str = "None"
    """The word for nothing."""
    order: Literal["text", "alphabet"] = "text"
    """How mentions follow each other in an answer; it is not carried, so any order is read back alike."""

    @field_validator("none")
    @classmethod
    def _is_one_word_on_its_line(cls, none: str) -> str:
        if not none or none != none.strip() or "\n" in none:
            raise ValueError("the word for nothing must not be empty, have blanks at its edges or a line break")
        return none

    def fields(self, question: SpanQuestion) -> dict[str, object]:
        return {**super().fields(question), "none": self.none}

    def carries(self, example: SpanExample) -> tuple[Found, ...]:
        return strings(example)

    def by_label(self, example: SpanExample) -> dict[str, list[str]]:
        """The mentions of each label asked, as words, in the order of the answer."""
        by_label: dict[str, list[str]] = {label: [] for label in example.question.labels}
        for label, mention in self.in_order(example):
            by_label[label].append(mention)
        return by_label

    def in_order(self, example: SpanExample) -> Sequence[tuple[str, str]]:
        """Label and words of each mention, in the order of the answer."""
        mentions = told(example)
        return mentions if self.order == "text" else sorted(mentions, key=lambda mention: mention[::-1])

    def says_nothing(self, string: str, text: str) -> bool:
        """Whether a string stands for nothing: the agreed word, or one of `EMPTY_WORDS` that is no word of the text.

        NO, nitric oxide, is no chemical of a text that only says "no".
        """
        if string == self.none:
            return True
        return string.casefold() in EMPTY_WORDS and not (string.isalpha() and stands_whole(text, string))


class Lines(Strings):
    """One line for each label asked: `Label: mention ... mention`, or `Label: None`."""

    separator: str = " ... "
    """What stands between two mentions of a line."""

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Lines:
        if not self.separator.strip() or "\n" in self.separator:
            raise ValueError("the separator needs a character that is not blank, and no line break")
        if self.separator in self.none:
            raise ValueError("the word for nothing holds the separator")
        return self

    def fields(self, question: SpanQuestion) -> dict[str, object]:
        return {**super().fields(question), "separator": self.separator}

    def fits(self, example: SpanExample) -> str | None:
        if reason := super().fits(example) or _unclear_heads(self.called(example.question.labels)):
            return reason
        are_fields = _are_fields(example)
        for mentions in self.by_label(example).values() if example.gold.spans else ():
            if not mentions:
                continue
            if not are_fields and (reason := refusal(mentions)):
                return reason
            joined = self.separator.join(mentions)
            if joined.split(self.separator) != mentions:
                return "the separator in a mention"
            if self.says_nothing(joined, example.question.text):
                return "a mention that is a word for nothing"
        return None

    def render(self, example: SpanExample) -> str:
        names, by_label = self.shown(example.question.labels), self.by_label(example)
        return "\n".join(
            f"{name}: {self.separator.join(by_label[label]) if by_label[label] else self.none}"
            for label, name in names.items()
        )

    def constraint(self, question: SpanQuestion) -> Constraint:
        names = tuple(self.shown(question.labels).values())
        if reason := _unclear_heads(names):
            return free(reason)
        return regex(r"\n".join(f"{literal(name)}: {phrase()}" for name in names))

    def parse(self, answer: str, question: SpanQuestion) -> Parsed:
        names = self.shown(question.labels)
        labels = {name: label for label, name in names.items()}
        reading, missing = Reading(question.text), dict(names)
        for line in answer.split("\n"):
            if not (line := line.strip()):
                continue
            label, rest, mark = _head(line, labels)
            if label is None:
                reading.leave(line)
                continue
            missing.pop(label, None)
            if not self.says_nothing(rest, question.text):
                for string in rest.split(self.separator):
                    if string := string.strip():
                        reading.name(label, string, mark)
        for name in missing.values():
            reading.miss(f"no line for {name}")
        return reading.parsed()


class Bullets(Strings):
    """One line for each mention: `- mention (Label)`, or `None`."""

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Bullets:
        if BULLET.match(self.none):
            raise ValueError("the word for nothing reads as a bullet")
        return self

    def fits(self, example: SpanExample) -> str | None:
        if reason := super().fits(example) or _unclear_in_brackets(self.called(example.question.labels)):
            return reason
        return None if _are_fields(example) else refusal(found.text for found in strings(example))

    def render(self, example: SpanExample) -> str:
        names = self.shown(example.question.labels)
        lines = [f"- {mention} ({names[label]})" for label, mention in self.in_order(example)]
        return "\n".join(lines) or self.none

    def constraint(self, question: SpanQuestion) -> Constraint:
        names = tuple(self.shown(question.labels).values())
        if reason := _unclear_in_brackets(names):
            return free(reason)
        bullets = lines_of(rf"- {phrase()} \({one_of(names)}\)") if names else ""
        return regex(f"{literal(self.none)}|{bullets}" if bullets else literal(self.none))

    def parse(self, answer: str, question: SpanQuestion) -> Parsed:
        names = {name: label for label, name in self.shown(question.labels).items()}
        folded = {name.casefold(): label for name, label in names.items()}
        reading = Reading(question.text)
        is_blank = True
        for line in answer.split("\n"):
            if not (line := line.strip()):
                continue
            is_blank = False
            if self.says_nothing(line, ""):
                continue
            match = BULLET.match(line)
            name, string = (match["name"].strip(), match["string"].strip()) if match else ("", "")
            label = names.get(name, folded.get(name.casefold()))
            if not match or label is None or not string:
                reading.leave(line)
                continue
            is_exact = match["bullet"] == "- " and name in names
            reading.name(label, string, "exact" if is_exact else "repaired")
        if is_blank:
            reading.miss("no bullet")
        return reading.parsed()


@once
def _are_fields(example: SpanExample) -> bool:
    """Whether all mentions can be fields of a line; which of several reasons counts is each format's own matter."""
    return refusal([mention for _, mention in told(example)]) is None


def _head(line: str, labels: dict[str, str]) -> tuple[str | None, str, Mark]:
    """The label of a line, what stands behind it, and whether its name stands there as it should."""
    name, _, rest = line.partition(":")
    if name not in labels:
        name = next((name for name in labels if ":" in name and line.startswith(f"{name}:")), name)
        rest = line[len(name) + 1 :]
    if name in labels:
        return labels[name], rest.strip(), "exact"
    folded = {name.casefold(): label for name, label in labels.items()}
    return folded.get(name.strip(DECORATION).casefold()), rest.strip(DECORATION), "repaired"


@lru_cache(maxsize=4_096)
def _unclear_in_brackets(names: tuple[str, ...]) -> str | None:
    if reason := unclear(names):
        return reason
    return "a bracket in a label" if any(")" in name or "(" in name for name in names) else None


@lru_cache(maxsize=4_096)
def _unclear_heads(names: tuple[str, ...]) -> str | None:
    if reason := unclear(names):
        return reason
    if any(a != b and a.startswith(f"{b}:") for a in names for b in names):
        return "a label that starts like another one"
    return None
