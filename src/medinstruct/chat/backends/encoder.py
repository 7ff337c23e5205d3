"""encoder: models of the BERT kind that `train --method encoder` has taught, one for each set (see medinstruct.encoder).

A row goes to the model that was taught its corpus and task, and of several to the one with the fewest labels that has all
that the row asks for. What that says is written in the answer format of the row's own wording and read back like any other
answer, so that it is scored on the same rows by the same metrics, and shares the format's ceiling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from medinstruct import encoder
from medinstruct.chat import backend
from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.query import ChatError, Query
from medinstruct.chat.say import say


class Backend(backend.Backend):
    """Encoders in this process."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        try:
            import torch  # noqa: F401
            import transformers  # noqa: F401
        except ImportError as error:
            raise ChatError(f"encoder needs {error.name}", next="pip install 'medinstruct[eval]'") from error
        self.heads = encoder.find(Path(name))

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        groups: dict[int, list[Query]] = {}
        for query in queries:
            groups.setdefault(self._head(query), []).append(query)
        for place, some in sorted(groups.items()):
            model = encoder.Encoder(*self.heads[place])
            for n, gold in model.answer([query.example.question for query in some], self.settings.batch):
                yield Answer.to(some[n], say(some[n], gold))

    def _head(self, query: Query) -> int:
        """The place of the model that a row goes to.

        Raises:
            ChatError: if none was taught such rows.
        """
        fitting = [
            (len(head.labels), n)
            for n, (_, head) in enumerate(self.heads)
            if head.answers(query.row, query.example.question)
        ]
        if fitting:
            return min(fitting)[1]
        taught = ", ".join(sorted({f"{head.corpus}/{head.task}" for _, head in self.heads}))
        raise ChatError(
            f"{self.name} was not taught what {query.row['corpus']}/{query.row['task']} asks, but {taught}",
            next="evaluate a build of these sets, or train on the train part of that one",
        )
