"""Scores of event extraction: whole events, their triggers, their arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence

from medinstruct.tasks.answers import harmonic
from medinstruct.tasks.event_extraction.example import EventGold, EventQuestion, Found, strings
from medinstruct.tasks.task import Case, Example

Cases = Sequence[Case[EventQuestion, EventGold]]
Parts = Callable[[Sequence[Found]], Iterator[Hashable]]


def f1(cases: Cases) -> float:
    """Micro F1 of events counted with repetition, 0..1; right is one whose every part is, at every depth."""
    right = claimed = due = 0
    for case in cases:
        names: dict[Hashable, int] = {}
        expected, found = (Counter(_whole(events, names)) for events in _both(case))
        right += (expected & found).total()
        claimed, due = claimed + found.total(), due + expected.total()
    return harmonic(right, claimed, due)


def trigger_f1(cases: Cases) -> float:
    """Micro F1 of (label, trigger) counted with repetition, 0..1."""
    return _micro(cases, _triggers)


def argument_f1(cases: Cases) -> float:
    """Micro F1 of (label, trigger, role, filler) counted with repetition, 0..1.

    A filler that is an event is known by its label and trigger. Events without arguments play no part.
    """
    return _micro(cases, _arguments)


def ideal(question: EventQuestion, gold: EventGold) -> tuple[Found, ...]:
    """The prediction that says the gold."""
    return strings(Example(question, gold))


def _micro(cases: Cases, parts: Parts) -> float:
    right = claimed = due = 0
    for case in cases:
        expected, found = (Counter(parts(events)) for events in _both(case))
        right += (expected & found).total()
        claimed, due = claimed + found.total(), due + expected.total()
    return harmonic(right, claimed, due)


def _both(case: Case[EventQuestion, EventGold]) -> tuple[Sequence[Found], Sequence[Found]]:
    return ideal(case.question, case.gold), case.prediction


def _whole(events: Sequence[Found], names: dict[Hashable, int]) -> Iterator[int]:
    """Yield a number for each event, the same for events that are equal at every depth.

    In canonical order what an event refers to stands before it. `names` holds the numbers given so far.
    """
    given: list[int] = []
    for event in events:
        fillers = sorted((f.role, given[f.event] if f.event >= 0 else -1, f.text) for f in event.arguments)
        given.append(names.setdefault((event.label, event.trigger, tuple(fillers)), len(names)))
        yield given[-1]


def _triggers(events: Sequence[Found]) -> Iterator[Hashable]:
    return ((event.label, event.trigger) for event in events)


def _arguments(events: Sequence[Found]) -> Iterator[Hashable]:
    for event in events:
        for filler in event.arguments:
            known = (events[filler.event].label, events[filler.event].trigger) if filler.event >= 0 else filler.text
            yield event.label, event.trigger, filler.role, known
