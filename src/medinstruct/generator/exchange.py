"""Prompts to a model and its answers, by way of the journal: what stands there is never asked again.

put     prompts that are wanted soon; a server gets them at once
wait    the answers to some of them, whatever else comes before
close   what is under way comes to its end and is written down; what was not sent stays unsent
"""

from __future__ import annotations

import queue
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from medinstruct.chat import Answer, Backend, ChatError, Prompt, refuse_to_send
from medinstruct.chat.ceilings import Ceilings
from medinstruct.chat.journal import Journal
from medinstruct.chat.query import Name
from medinstruct.errors import MedinstructError


class Exhausted(Exception):
    """A recording does not hold an answer that is waited for."""


class Exchange:
    """One run's talk with a model, or, without one, what a journal holds of it.

    Args:
        backend: None to look into the answers alone.
        answers: Those that are known; the journal's, where there is one.
        journal: Open; None to write nothing.
        allow: Hosts that text under agreement may be sent to.
    """

    def __init__(
        self, backend: Backend | None, answers: dict[Name, Answer], journal: Journal | None = None, allow: Collection[str] = ()
    ) -> None:  # fmt: skip
        self.backend, self.answers, self.journal, self.allow = backend, answers, journal, allow
        self.known = {id for id, _ in answers}
        self.due: dict[Name, tuple[Prompt, Mapping[str, Any]]] = {}
        self.fresh = 0
        """Answers that were not known before."""
        self.ceilings: Ceilings | None = getattr(backend, "ceilings", None)
        self._feed: queue.SimpleQueue[Prompt | None] = queue.SimpleQueue()
        self._stream: Iterator[Answer] | None = None
        if self.ceilings and journal:
            self.ceilings.note = journal.note
            self.ceilings.remember(journal.notes, answers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._feed.empty():
            self._feed.get_nowait()
        self._feed.put(None)
        if self._stream is not None and (kind is None or issubclass(kind, MedinstructError)):
            for answer in self._stream:  # paid for
                self._keep(answer)

    def put(self, prompts: Sequence[Prompt], about: Sequence[Mapping[str, Any]]) -> None:
        """Have prompts asked that have no answer yet.

        Raises:
            ChatError: if text would leave that may not, or the journal answers other words under one of these ids.
        """
        due = [(prompt, facts) for prompt, facts in zip(prompts, about) if prompt.name not in self.answers]
        self._refuse_other_words([prompt for prompt, _ in due])
        if self.backend is None:
            return
        refuse_to_send(self.backend, [prompt for prompt, _ in due], self.allow)
        for prompt, facts in due:
            self.due[prompt.name] = prompt, facts
            if self.backend.streams:
                self._feed.put(prompt)

    def wait(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Yield the answers to prompts that were put, in their order.

        Raises:
            Exhausted: if there is no model, and one has none.
            ChatError: if the model gives up.
        """
        for at, prompt in enumerate(prompts):
            while prompt.name not in self.answers:
                if self.backend is None:
                    raise Exhausted
                self._take(self.backend, [other for other in prompts[at:] if other.name not in self.answers])
            yield self.answers[prompt.name]

    def _take(self, backend: Backend, wanted: Sequence[Prompt]) -> None:
        """Take one answer of a server, or those of a model in this process."""
        if not backend.streams:
            for answer in backend.reply(wanted):
                self._keep(answer)
            return
        if self._stream is None:
            self._stream = backend.reply(iter(self._feed.get, None))
        if (one := next(self._stream, None)) is None:
            raise ChatError(f"{backend.name} left {len(self.due):,} prompts without an answer")
        self._keep(one)

    def _keep(self, answer: Answer) -> None:
        name = answer.id, answer.key
        if (found := self.due.pop(name, None)) is None:
            raise ChatError(f"an answer to what was not asked, or a second one: {answer.id}")
        prompt, facts = found
        now = datetime.now(UTC).isoformat(timespec="seconds")
        answer = replace(answer, about={"at": now, **facts, "messages": [dict(turn) for turn in prompt.messages]})
        if self.journal:
            self.journal.write(answer)
        self.answers[name] = answer
        self.fresh += 1

    def _refuse_other_words(self, due: Sequence[Prompt]) -> None:
        if other := [prompt.id for prompt in due if prompt.id in self.known]:
            raise ChatError(
                f"the journal answers other words under {other[0]}",
                where=str(self.journal.path) if self.journal else None,
                next="seeds, prompts or filters are not those of the run; go on with the same, or write to another folder",
            )  # fmt: skip
