"""An answer that was read, and how it could be read.

    exact        written as the format says
    repaired     its form was mended: case, brackets, JSON without an end, words around it
    ambiguous    it has several readings, of which the first was taken
    invented     it says something that the question does not allow
    unreadable   nothing in it is what was asked for
    refused      nothing in it is what was asked for, and it says that it will not or cannot
    empty        there is none
    unanswered   the question could not be put: it is too long, or the server takes it for a bad one

An answer is as good as its worst item; one that says rightly that there is nothing is exact.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple, get_args

from medinstruct.chat import Answer, Query
from medinstruct.tasks.answers import worst
from medinstruct.tasks.task import Case, Parsed

State = Literal["exact", "repaired", "ambiguous", "invented", "unreadable", "refused", "empty", "unanswered"]
STATES: tuple[State, ...] = get_args(State)

REFUSAL = re.compile(
    r"\b(?:I(?:'m| am) (?:sorry|unable|not able)|I (?:cannot|can't|can not|won't|will not|must decline)|as an AI\b|my apologies)",
    re.IGNORECASE,
)
LOOKED_AT = 400
"""Characters of an answer in which a refusal is looked for."""


class Read(NamedTuple):
    """A query, its answer, and what that says."""

    query: Query
    answer: Answer
    parsed: Parsed
    state: State

    @property
    def case(self) -> Case[Any, Any]:
        """What scores look at."""
        return Case(self.query.example.question, self.query.example.gold, self.parsed.prediction, self.answer.text)


def read(query: Query, answer: Answer) -> Read:
    """Read an answer with the parser of the wording that asked."""
    parsed = query.wording.answer.parse(answer.text, query.example.question)
    return Read(query, answer, parsed, _state(answer, parsed))


def _state(answer: Answer, parsed: Parsed) -> State:
    if answer.fault:
        return "unanswered"
    if not answer.text.strip():
        return "empty"
    if not parsed.prediction and parsed.unread:
        return "refused" if REFUSAL.search(answer.text[:LOOKED_AT]) else "unreadable"
    mark = worst(parsed.marks)
    return "repaired" if mark == "exact" and parsed.unread else mark
