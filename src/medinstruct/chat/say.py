"""How a baseline says what it thinks: its gold, rendered as the wording has it."""

from __future__ import annotations

from typing import Any

from medinstruct.chat.query import Query
from medinstruct.tasks.task import Example, Gold


def say(query: Query, thought: Gold | None) -> str:
    """Return a gold as an answer in the query's own format; nothing at all where there is none, or the format cannot hold it."""
    if thought is None:
        return ""
    example: Example[Any, Any] = Example(query.example.question, thought)
    return "" if query.wording.answer.fits(example) else query.wording.answer.render(example)
