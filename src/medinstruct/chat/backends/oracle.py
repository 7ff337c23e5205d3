"""oracle: the rendered gold, so that a run shows what wording, answer format and parser can reach at best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medinstruct.chat import backend
from medinstruct.chat.backend import Answer
from medinstruct.chat.query import Query


class Backend(backend.Backend):
    """Knows the answers."""

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return (Answer.to(query, query.right) for query in queries)
