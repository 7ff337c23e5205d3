"""Asking for some of the labels: one of them, or those that are there and a few that are not.

A label that is asked for and not there (a distractor) teaches that an answer may be "none". Only labels that the corpus
annotates completely can be one: of any other nobody knows that it is absent (docs/decisions/0010-shots-and-asks.md).
What is drawn depends on the name of the row's place in its source alone: not on the seed, so that ids do not either.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from medinstruct.sample import draw
from medinstruct.tasks.facts import Attributes, Events, Fact, Labels, Relations, Spans
from medinstruct.tasks.task import Example

ABLE: dict[tuple[str, type[Fact]], tuple[str, ...]] = {
    ("span_extraction", Spans): ("all", "one", "present"),
    ("span_extraction", Events): ("all", "one", "present"),
    ("relation_triples", Relations): ("all", "one", "present"),
    ("event_extraction", Events): ("all", "present"),
    ("multiple_choice", Labels): ("all", "present"),
    ("multiple_choice", Relations): ("all", "present"),
    ("multiple_choice", Attributes): ("all", "present"),
}
"""An event may be part of another, and a choice needs its right option: neither can be asked for one label alone."""
UNASKED = "its label is not asked for in this text"


def able(type: str, fact: Fact) -> tuple[str, ...]:
    """The ways in which a fact can be asked for some of its labels: of `all`, `one` and `present`."""
    return ABLE.get((type, fact.__class__), ("all",))


def take(example: Example[Any, Any], ask: str, name: bytes) -> tuple[Example[Any, Any], tuple[str, ...]]:
    """Return the example with only the labels that `ask` draws, and the annotations that it no longer carries.

    Args:
        example: One that asks for all labels.
        ask: `one`, or `present+n`.
        name: Of the row's place in its source; all that decides, beside the labels themselves.
    """
    question, gold = example.question, example.gold
    offered = question.offered
    if ask == "one":
        kept = {min(offered, key=lambda label: draw(name, "one", label))} if offered else set()
    else:
        present = set(gold.needs(question))
        absent = sorted((label for label in offered if label not in present), key=lambda x: draw(name, "absent", x))
        kept = present | set(absent[: int(ask.removeprefix("present+"))])
    return among(example, kept)


def among(example: Example[Any, Any], labels: Collection[str]) -> tuple[Example[Any, Any], tuple[str, ...]]:
    """Return the example asked for these labels alone, and the annotations that it no longer carries."""
    question = example.question.among(labels)
    gold = example.gold.among(example.question, question)
    carried = [set(kinds).intersection(labels) for kinds in example.kinds] or [{""}] * len(example.annotations)
    kept = tuple(id for id, kinds in zip(example.annotations, carried) if kinds)
    gone = tuple(id for id, kinds in zip(example.annotations, carried) if not kinds)
    kinds = tuple(tuple(sorted(some)) for some in carried if some) if example.kinds else ()
    return Example(question, gold, example.unit, example.window, kept, kinds), gone
