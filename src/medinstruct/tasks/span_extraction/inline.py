"""The text itself, with marks around the spans.

    [Naloxone|Chemical] reverses the effect of [clonidine|Chemical].
    [severe [pain|Symptom] of the [chest|Anatomy]|Symptom]

Spans may lie in one another and may touch, but not cross or have gaps. The text may hold the signs of the marks: what
is a mark is told by comparing the answer with the text. `[[3H]thymidine|Chemical]` is a copy of `[3H]thymidine` in
one way only. Where there are two, as in `[[NO|Chemical]]`, the mention with its brackets in pairs is meant; the few
rows that this reads otherwise do not fit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import ClassVar, NamedTuple

from pydantic import model_validator

from medinstruct.document import Span
from medinstruct.tasks.answers import worst
from medinstruct.tasks.constraint import Constraint, free
from medinstruct.tasks.span_extraction.align import Place, align
from medinstruct.tasks.span_extraction.example import Found, LabelledSpan, SpanExample, SpanQuestion, spans
from medinstruct.tasks.span_extraction.named import Named, unclear
from medinstruct.tasks.span_extraction.reading import Reading
from medinstruct.tasks.task import Mark, Parsed, once
from medinstruct.text import tokens

MAX_DEPTH = 50
"""Of mentions in mentions."""


class Marked(NamedTuple):
    """A stretch that an answer marks; offsets into what the answer copies."""

    label: str
    start: int
    end: int
    mark: Mark = "exact"


class Inline(Named):
    """The text copied, each span as `[mention|Label]`; holds spans that neither cross nor have gaps."""

    level: ClassVar[str] = "spans"

    open: str = "["
    middle: str = "|"
    close: str = "]"

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Inline:
        marks = (self.open, self.middle, self.close)
        if any(not mark or any(sign.isalnum() or sign.isspace() for sign in mark) for mark in marks):
            raise ValueError("a mark needs a sign, and no letter, digit or blank")
        if len(set("".join(marks))) < sum(len(set(mark)) for mark in marks):
            raise ValueError("the marks share a sign")
        return self

    def fields(self, question: SpanQuestion) -> dict[str, object]:
        return {**super().fields(question), "open": self.open, "middle": self.middle, "close": self.close}

    def fits(self, example: SpanExample) -> str | None:
        question, signs = example.question, self.open + self.middle + self.close
        names = self.called(question.labels)
        if reason := super().fits(example) or unclear(names) or _unmarkable(names, signs):
            return reason
        if reason := _tangle(example):
            return reason
        if self._may_mislead(question.text) and self._copied(self.render(example), question) != {
            Marked(span.label, *span.pieces[0]) for span in example.gold.spans
        }:
            return "a mark in the text that looks like one of the answer"
        return None

    def _may_mislead(self, text: str) -> bool:
        """Whether a text may hold what reads as a mark of an answer, in itself or together with a mark that follows it.

        Signs of the closing mark do not, nor parts of the middle one: behind that there has to be a name, which holds no sign.
        """
        return self.middle in text or any(sign in text for sign in self.open)

    def render(self, example: SpanExample) -> str:
        text, names = example.question.text, self.shown(example.question.labels)
        marks: list[tuple[int, int, int, str]] = []
        for n, span in enumerate(_outer_first(example)):
            start, end = span.pieces[0]
            marks.append((start, 1, n, self.open))
            marks.append((end, 0, -n, f"{self.middle}{names[span.label]}{self.close}"))
        out: list[str] = []
        at = 0
        for place, _, _, mark in sorted(marks):
            out += text[at:place], mark
            at = place
        return "".join(out) + text[at:]

    def carries(self, example: SpanExample) -> tuple[Found, ...]:
        return spans(example)

    def constraint(self, question: SpanQuestion) -> Constraint:
        return free("marks stand in one another, and no regular expression tells whether all are closed")

    def parse(self, answer: str, question: SpanQuestion) -> Parsed:
        reading = Reading(question.text)
        if (copied := self._copied(answer, question)) is not None:
            for label, start, end, mark in copied:
                reading.place(label, ((start, end),), question.text[start:end], mark)
        else:
            self._mend(answer, question, reading)
        return reading.parsed()

    def _copied(self, answer: str, question: SpanQuestion) -> set[Marked] | None:
        """What an answer marks that copies the text to the letter; None if it does not."""
        labels = {name: label for label, name in self.shown(question.labels).items()}
        text, found, is_open = question.text, set(), []
        at = last = 0
        for mark in _marks(self.open, self.middle, self.close, tuple(labels)).finditer(answer):
            before = answer[last : mark.start()]
            if not text.startswith(before, at):
                return None
            at, last = at + len(before), mark.end()
            if mark["name"] is None:
                opens, own = len(mark[0]) // len(self.open), 0
                while own < opens and text.startswith(self.open, at + own * len(self.open)):
                    own += 1
                is_open += [(at, own)] * (opens - own)
                at += own * len(self.open)
            elif is_open:
                found.add(Marked(labels[mark["name"]], self._start(text, *is_open.pop(), at), at))
            elif text.startswith(mark[0], at):
                at += len(mark[0])
            else:
                return None
            if len(is_open) > MAX_DEPTH:
                return None
        return found if not is_open and answer[last:] == text[at:] else None

    def _start(self, text: str, start: int, own: int, end: int) -> int:
        """Where a mention begins whose mark stands among `own` signs of the text: such that those left are in pairs."""
        surplus = text.count(self.open, start, end) - text.count(self.close, start, end)
        later = start + surplus * len(self.open)
        return later if 0 < surplus <= own and later < end else start

    def _mend(self, answer: str, question: SpanQuestion, reading: Reading) -> None:
        """Read the marks of an answer that copies the text with changes: word by word, where the text has the words."""
        copied, marked = self._unmarked(answer, question, reading)
        copy, places = tokens(copied), tokens(question.text)
        aligned = align([copied[start:end] for start, end in copy], [question.text[start:end] for start, end in places])
        reading.miss("the copy is not the text")
        for is_extra, run in groupby(zip(copy, aligned), key=lambda pair: pair[1].at < 0):
            if is_extra:
                words = [word for word, _ in run]
                reading.leave(copied[words[0][0] : words[-1][1]])
        starts, ends = [start for start, _ in copy], [end for _, end in copy]
        for span in marked:
            inside = range(bisect_right(ends, span.start), bisect_left(starts, span.end))
            found = [(copy[n], aligned[n]) for n in inside if aligned[n].at >= 0]
            if found:
                piece, mark = _carried(span, found, places)
                is_whole = found[-1][1].at - found[0][1].at + 1 == len(inside)
                mark = mark if is_whole else worst((mark, "repaired"))
                reading.place(span.label, (piece,), question.text[slice(*piece)], mark)
            elif string := copied[span.start : span.end].strip():
                reading.name(span.label, string, "ambiguous")

    def _unmarked(self, answer: str, question: SpanQuestion, reading: Reading) -> tuple[str, list[Marked]]:
        """An answer without its marks, and what they mark in it."""
        names = self.shown(question.labels)
        labels = {name.casefold(): label for label, name in names.items()}
        out: list[str] = []
        found: list[Marked] = []
        is_open: deque[tuple[int, int]] = deque(maxlen=MAX_DEPTH)  # more can only be rubbish
        at = last = 0
        for mark in _loose_marks(self.open, self.middle, self.close).finditer(answer):
            out.append(answer[last : mark.start()])
            at, last = at + mark.start() - last, mark.end()
            if (name := mark["name"]) is None:
                is_open.append((at, mark.start()))
            elif not is_open:
                out.append(mark[0])
                at += len(mark[0])
            else:
                start, opened = is_open.pop()
                label = labels.get(name.strip().casefold())
                if label is None:
                    reading.leave(answer[opened : opened + 80])
                elif start < at:
                    found.append(Marked(label, start, at, "exact" if names[label] == name else "repaired"))
        return "".join(out) + answer[last:], found


@lru_cache(maxsize=4_096)  # all questions of an entry have the same labels
def _unmarkable(names: tuple[str, ...], signs: str) -> str | None:
    return "a mark in a label" if any(sign in name for sign in signs for name in names) else None


@once
def _outer_first(example: SpanExample) -> list[LabelledSpan]:
    return sorted(example.gold.spans, key=lambda span: (span.pieces[0][0], -span.pieces[0][1]))


@once
def _tangle(example: SpanExample) -> str | None:
    """Why spans cannot be marked in one another."""
    if any(len(span.pieces) > 1 for span in example.gold.spans):
        return "a mention in several parts"
    ends: list[int] = []
    for span in _outer_first(example):
        start, end = span.pieces[0]
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and ends[-1] < end:
            return "mentions that cross"
        ends.append(end)
        if len(ends) > MAX_DEPTH:
            return "mentions nested too deeply"
    return None


def _carried(span: Marked, found: Sequence[tuple[Span, Place]], places: Sequence[Span]) -> tuple[Span, Mark]:
    """Where a marked stretch of the copy stands in the text, and its mark.

    Args:
        span: The stretch; it may begin and end inside a word.
        found: Its words that were found in the text, in the copy and in the text.
        places: The words of the text.
    """
    (first, start), (last, end) = found[0], found[-1]
    lead = max(0, span.start - first[0]) if start.mark == "exact" else 0
    tail = max(0, last[1] - span.end) if end.mark == "exact" else 0
    mark = worst((span.mark, *(place.mark for _, place in found)))
    return (places[start.at][0] + lead, places[end.at][1] - tail), mark


@lru_cache(maxsize=256)
def _marks(open: str, middle: str, close: str, names: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern for runs of opening marks, and for closing marks with one of `names`."""
    name = "|".join(re.escape(name) for name in names) or "(?!)"
    return re.compile(rf"(?:{re.escape(open)})+|{re.escape(middle)}(?P<name>{name}){re.escape(close)}")


@lru_cache(maxsize=256)
def _loose_marks(open: str, middle: str, close: str) -> re.Pattern[str]:
    """A pattern for one opening mark, and for closing marks with any name."""
    other = f"[^{re.escape(open + middle + close)}\n]{{0,100}}"
    return re.compile(rf"{re.escape(open)}|{re.escape(middle)}(?P<name>{other}){re.escape(close)}")
