"""The one door to a model: transformers, an OpenAI-compatible server, a recording, or a baseline that needs no model.

    hf:PATH_OR_ID     transformers, on the GPU if there is one
    openai:NAME       any OpenAI-compatible server (--base-url)
    vllm:PATH_OR_ID   vLLM in this process
    replay:FILE       answers that were given before
    encoder:FOLDER    models of the BERT kind, taught on a train part
    oracle            the rendered gold, through the parser like any other answer
    majority random lexicon     baselines that look at the train part alone

Whatever is asked goes through `ask`, which keeps rows under agreement on this machine and writes each answer down as it comes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from medinstruct.chat import backends
from medinstruct.chat.backend import Answer, Backend, Learner, Settings
from medinstruct.chat.journal import Journal
from medinstruct.chat.query import Asked, ChatError, Name, Prompt, Query, queries, wordings
from medinstruct.errors import NotFound, did_you_mean

__all__ = [
    "Answer", "Asked", "Backend", "ChatError", "Learner", "Prompt", "Query", "Settings", "ask", "load", "names", "queries", "refuse_to_send",
    "wordings",
]  # fmt: skip

Tell = Callable[[str, int, int], None]


@cache
def names() -> tuple[str, ...]:
    """The backends there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(backends.__path__)))


def load(model: str, settings: Settings | None = None) -> Backend:
    """Return the backend that a name such as `hf:org/model` or `majority` means.

    Raises:
        NotFound: if there is none of the kind.
        ChatError: if it cannot be had: no such model, a package is missing, no key.
    """
    kind, _, name = model.partition(":")
    if kind not in names():
        raise NotFound(f"no model {model!r}", next=did_you_mean(kind, names()))
    made = importlib.import_module(f"{backends.__name__}.{kind}").Backend(name, settings or Settings())
    assert isinstance(made, Backend)
    return made


def ask(
    backend: Backend, questions: Sequence[Query], journal: Path, *, allow: Collection[str] = (), head: dict[str, Any] | None = None,
    tell: Tell = lambda what, done, of: None,
) -> dict[Name, Answer]:  # fmt: skip
    """Return an answer for each question: those that the journal holds, and those that the backend gives now.

    Args:
        backend: Who is asked; one that learns has learnt.
        questions: No two of one name.
        journal: A file; see `journal`.
        allow: Hosts that rows under agreement may be sent to.
        head: What the journal's head says, beside the settings.
        tell: Told of progress.

    Raises:
        ChatError: if text would leave that may not; if the backend gives up. What was answered until then stands in
            the journal.
    """
    refuse_to_send(backend, questions, allow)
    with Journal(journal, {**(head or {}), "settings": backend.settings.deciding()}) as kept:
        due = {query.name: query for query in questions if query.name not in kept.answers}
        done = len(questions) - len(due)
        tell("answers", done, len(questions))
        for answer in backend.answer(list(due.values())) if due else ():
            if due.pop((answer.id, answer.key), None) is None:
                raise ChatError(f"{backend.name} answers what was not asked, or twice: {answer.id}")
            kept.write(answer)
            tell("answers", len(questions) - len(due), len(questions))
        if due:
            raise ChatError(f"{backend.name} left {len(due):,} of {len(questions):,} questions without an answer")
        return {query.name: kept.answers[query.name] for query in questions}


def refuse_to_send(backend: Backend, questions: Sequence[Asked], allow: Collection[str]) -> None:
    """Raise a ChatError if text under agreement would go to an address that is not this machine and not allowed by name."""
    if not backend.address or backend.address in allow:
        return
    kept = [query.corpus for query in questions if query.is_under_agreement]
    if kept:
        corpora = ", ".join(f"{corpus} ({kept.count(corpus):,})" for corpus in sorted(set(kept)))
        raise ChatError(
            f"{len(kept):,} rows are under an agreement, and {backend.address} is not this machine: {corpora}",
            next=f"ask a model on this machine; if the agreement covers that server, say --allow-host {backend.address}",
        )
