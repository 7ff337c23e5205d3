"""What is asked and what is right in event extraction, and the canonical form of events told by their words.

Events refer to each other by their place in a list, so that one that several others share stands there once:

    text      IL-10 induces expression of BCL2.
    gold      0  Positive regulation  (6, 13)   Theme: event 1   Cause: (0, 5)
              1  Gene expression      (14, 24)  Theme: (28, 32)
    carried   0  Gene expression: expression      Theme: BCL2
              1  Positive regulation: induces     Cause: IL-10   Theme: event 0
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from medinstruct.document import Record, Spans, quote
from medinstruct.tasks.answers import is_misplaced
from medinstruct.tasks.task import Example, Gold, Question, once


class EventQuestion(Question):
    """A text, the types of the events to find in it and the roles of their arguments."""

    text: str
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    participants: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Mentions that are given, where they are: type → its different strings, in the order of the text."""
    definitions: dict[str, str] = Field(default_factory=dict)
    """What a label or a role means, where the corpus says so."""

    @property
    def asked(self) -> tuple[str, ...]:
        return (*self.labels, *self.roles)

    @property
    def reading(self) -> str:
        return self.text

    @property
    def offered(self) -> tuple[str, ...]:
        return self.labels

    def among(self, labels: Collection[str]) -> Self:
        return self.model_copy(update={"labels": tuple(label for label in self.labels if label in labels)})


class FilledRole(Record):
    """One argument: a mention or another event, exactly one of the two."""

    role: str
    pieces: Spans = ()
    """Offsets of a mention into the question's text; empty for an event."""
    event: int | None = None
    """Place in the gold's `events`, counted from 0."""

    @model_validator(mode="after")
    def _is_one_of_two(self) -> FilledRole:
        if bool(self.pieces) == (self.event is not None):
            raise ValueError("an argument is either a mention or an event")
        return self


class LabelledEvent(Record):
    """One event to find."""

    label: str
    trigger: Spans
    arguments: tuple[FilledRole, ...] = ()


class EventGold(Gold):
    """The events that annotators marked, in the order in which their triggers stand in the text."""

    events: tuple[LabelledEvent, ...] = ()

    @model_validator(mode="after")
    def _has_no_circle(self) -> EventGold:
        below = [[a.event for a in event.arguments if a.event is not None] for event in self.events]
        if not any(below):
            return self  # as most are; what holds no event is in no circle
        if any(not 0 <= place < len(self.events) for places in below for place in places):
            raise ValueError("an argument points to no event")
        if sum(len(layer) for layer in layers(below)) < len(self.events):
            raise ValueError("an event is an argument of itself, directly or by others")
        return self

    @property
    def is_empty(self) -> bool:
        return not self.events

    def says(self, question: EventQuestion) -> tuple[str, ...]:
        found = {event.label for event in self.events}
        return tuple(label for label in question.labels if label in found)


class Filler(NamedTuple):
    """One argument of a predicted event."""

    role: str
    event: int
    """Place in the prediction, counted from 0; -1 for a mention."""
    text: str
    """The words of a mention; empty for an event."""


class Found(NamedTuple):
    """One event of a prediction."""

    label: str
    trigger: str
    arguments: tuple[Filler, ...] = ()


EventExample = Example[EventQuestion, EventGold]

LOSES = ("offsets", "order", "gaps", "which of equal events is an argument")
"""What a format that writes events as words cannot keep."""


@once
def strings(example: EventExample) -> tuple[Found, ...]:
    """The gold in canonical form: events as words without offsets."""
    return tuple(found for found, _ in arrange(told(example)))


@once
def told(example: EventExample) -> list[Found]:
    """The gold's events as words, in its own order and with its own places."""
    text = example.question.text

    def filler(argument: FilledRole) -> Filler:
        if argument.event is not None:
            return Filler(argument.role, argument.event, "")
        return Filler(argument.role, -1, quote(text, argument.pieces))

    return [
        Found(event.label, quote(text, event.trigger), tuple(filler(argument) for argument in event.arguments))
        for event in example.gold.events
    ]


@once
def find_fault(example: EventExample) -> str | None:
    """Return why question and gold do not belong together; None if they do."""
    labels, roles, text = example.question.labels, example.question.roles, example.question.text
    for event in example.gold.events:
        if event.label not in labels or any(argument.role not in roles for argument in event.arguments):
            return "a label or a role that is not asked for"
        places = (event.trigger, *(argument.pieces for argument in event.arguments))
        if not event.trigger or any(is_misplaced(pieces, text) for pieces in places):
            return "a span outside the text"
    return None


def arrange(events: Sequence[Found]) -> list[tuple[Found, int]]:
    """Return events in canonical order, each with the place it had; those that lead in a circle are left out.

    Events without events in them come first, then those that hold only such, and so on; within such a layer
    they are sorted by label, trigger and arguments. A reference points to the first of equal events. So two
    results are equal exactly if, with all references written out, they hold the same events equally often;
    yet nothing is written out, for that would double with each layer that is shared.
    """
    arranged: list[tuple[Found, int]] = []
    new_place: dict[int, int] = {}
    for layer in layers([[f.event for f in event.arguments if f.event >= 0] for event in events]):
        for found, place in sorted((_renumbered(events[place], new_place), place) for place in layer):
            is_repeat = bool(arranged) and arranged[-1][0] == found
            new_place[place] = new_place[arranged[-1][1]] if is_repeat else len(arranged)
            arranged.append((found, place))
    return arranged


def layers(below: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield the places of things by what is below them: nothing, then only what came before, and so on.

    What leads in a circle never comes. Linear in things and references.
    """
    above: list[list[int]] = [[] for _ in below]
    waits_for = [len(places) for places in below]
    for place, places in enumerate(below):
        for lower in places:
            above[lower].append(place)
    layer = [place for place, count in enumerate(waits_for) if not count]
    while layer:
        yield layer
        next_layer = []
        for place in layer:
            for higher in above[place]:
                waits_for[higher] -= 1
                if not waits_for[higher]:
                    next_layer.append(higher)
        layer = next_layer


def _renumbered(event: Found, new_place: dict[int, int]) -> Found:
    fillers = sorted(Filler(f.role, new_place[f.event] if f.event >= 0 else -1, f.text) for f in event.arguments)
    return Found(event.label, event.trigger, tuple(fillers))
