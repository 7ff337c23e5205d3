"""Unified task types: one module each, with its Example, its views, its answer formats and its scores.

The folder is the registry: a module with a `TASK` is a task type.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from medinstruct.errors import NotFound, did_you_mean
from medinstruct.tasks.facts import Attributes, Choices, Concepts, Events, Fact, Labels, Relations, Score, Spans, Texts
from medinstruct.tasks.task import TaskType

__all__ = [
    "Attributes", "Choices", "Concepts", "Events", "Fact", "Labels", "Relations", "Score", "Spans", "TaskType", "Texts", "load", "names",
]  # fmt: skip

TASKS = {
    "ner": "named entity recognition",
    "ee": "event extraction",
    "re": "relation extraction",
    "dc": "document and sentence classification",
    "nli": "natural language inference",
    "sts": "semantic textual similarity",
    "sum": "summarisation",
    "qa": "question answering",
    "gen": "free generation",
    "ned": "entity linking",
    "coref": "coreference",
}
"""The names that corpora and recipes use for what is annotated; each is asked as one of the task types."""


@functools.cache
def names() -> tuple[str, ...]:
    """The task types there are, by module name."""
    found = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(name for name in found if hasattr(importlib.import_module(f"{__name__}.{name}"), "TASK"))


def load(name: str) -> TaskType:
    """Return a task type by its name.

    Raises:
        NotFound: naming the nearest one there is.
    """
    if name not in names():
        raise NotFound(f"no task type {name!r}", next=did_you_mean(name, names(), more="(medinstruct ls tasks)"))
    task = importlib.import_module(f"{__name__}.{name}").TASK
    assert isinstance(task, TaskType)
    return task


def types_for(fact: Fact) -> list[str]:
    """The task types that can ask a fact, the usual one first."""
    able = [name for name in names() if type(fact) in load(name).views]
    usual = USUAL.get(type(fact))
    return sorted(able, key=lambda name: name != usual)


USUAL = {
    Spans: "span_extraction",
    Relations: "relation_triples",
    Events: "event_extraction",
    Labels: "multiple_choice",
    Attributes: "multiple_choice",
    Choices: "multiple_choice",
    Score: "similarity",
    Texts: "text_generation",
    Concepts: "text_generation",
}
