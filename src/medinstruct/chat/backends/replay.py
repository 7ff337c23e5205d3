"""replay: answers that were given before, out of a run folder or its `answers.jsonl`.

They are found by the row's id and what it was asked, so that answers to other words never count. What was not recorded is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from medinstruct.chat import backend, journal
from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.query import ChatError, Query


class Backend(backend.Backend):
    """Says what is written down."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        if not name:
            raise ChatError("replay needs a file", next="such as replay:runs/mine/answers.jsonl")
        path = Path(name)
        self.path = path / "answers.jsonl" if path.is_dir() else path
        _, answers = journal.read(self.path)
        self.known: dict[tuple[str, str], Answer] = {}
        for answer in answers:
            self.known.setdefault((answer.id, answer.key), answer)

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        absent = [query for query in queries if query.name not in self.known]
        if absent:
            raise ChatError(
                f"holds no answer to {len(absent):,} of {len(queries):,} questions, the first: row {absent[0].name[0]} as "
                f"{absent[0].wording.name} asks it", where=str(self.path), next="was it made of the same build and wordings?",
            )  # fmt: skip
        return (self.known[query.name] for query in queries)
