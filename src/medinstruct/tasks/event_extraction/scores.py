"""Scores of event extraction: whole events, their triggers, their arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from medinstruct.tasks.event_extraction.example import EventGold, EventQuestion, Found, strings
from medinstruct.tasks.metric import MACRO, MICRO, Tally, by_label, counted, metric
from medinstruct.tasks.task import Case, Example

EventCase = Case[EventQuestion, EventGold]
Part = tuple[str, Hashable]
"""The label of an event, and the event or something of it."""


@metric(MICRO)
def f1(case: EventCase) -> Tally:
    """Micro F1 of events counted with repetition, 0..1; right is one whose every part is, at every depth."""
    names: dict[Hashable, int] = {}
    return _tally(case, lambda events: _whole(events, names))


macro_f1 = f1.reduced(
    MACRO, "Mean over event types of the F1 of whole events, 0..1; of the types that are due or claimed.", "macro_f1"
)


@metric(MICRO)
def trigger_f1(case: EventCase) -> Tally:
    """Micro F1 of (label, trigger) counted with repetition, 0..1."""
    return _tally(case, _triggers)


@metric(MICRO)
def argument_f1(case: EventCase) -> Tally:
    """Micro F1 of (label, trigger, role, filler) counted with repetition, 0..1.

    A filler that is an event is known by its label and trigger. Events without arguments play no part.
    """
    return _tally(case, _arguments)


def ideal(question: EventQuestion, gold: EventGold) -> tuple[Found, ...]:
    """The prediction that says the gold."""
    return strings(Example(question, gold))


def _tally(case: EventCase, parts: Callable[[Sequence[Found]], Iterable[Part]]) -> Tally:
    due, claimed = (Counter(parts(events)) for events in (ideal(case.question, case.gold), case.prediction))
    return counted(*(by_label(counts) for counts in (due, claimed, due & claimed)))


def _whole(events: Sequence[Found], names: dict[Hashable, int]) -> Iterator[Part]:
    """Yield label and a number for each event, the same for events that are equal at every depth.

    In canonical order what an event refers to stands before it. `names` holds the numbers given so far.
    """
    given: list[int] = []
    for event in events:
        fillers = sorted((f.role, given[f.event] if f.event >= 0 else -1, f.text) for f in event.arguments)
        given.append(names.setdefault((event.label, event.trigger, tuple(fillers)), len(names)))
        yield event.label, given[-1]


def _triggers(events: Sequence[Found]) -> Iterator[Part]:
    return ((event.label, event.trigger) for event in events)


def _arguments(events: Sequence[Found]) -> Iterator[Part]:
    for event in events:
        for filler in event.arguments:
            known = (events[filler.event].label, events[filler.event].trigger) if filler.event >= 0 else filler.text
            yield event.label, (event.trigger, filler.role, known)
