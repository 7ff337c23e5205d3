"""How Documents become questions about their events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from medinstruct.document import Argument, Document, Event, Mention, Spans
from medinstruct.tasks import facts
from medinstruct.tasks.event_extraction.example import (
    EventExample,
    EventGold,
    EventQuestion,
    FilledRole,
    LabelledEvent,
    layers,
)
from medinstruct.tasks.task import Example, Lost, Window
from medinstruct.tasks.views import APART, NOT_ASKED, Holder, shift, words


def view(document: Document, fact: facts.Events, windows: Sequence[Window]) -> Iterator[EventExample | Lost]:
    """Yield one example per window, empty ones too, with the events that lie in it with all their arguments.

    An argument whose role is mapped to None is left out and may lie anywhere. An event in no window is Lost.
    """
    labels, roles = words(fact.labels), words(fact.roles)
    spans = {mention.id: mention.spans for mention in document.mentions}
    held: list[list[Event]] = [[] for _ in windows]
    for event, fate in zip(document.events, _fates(document, fact, windows, spans)):
        if isinstance(fate, str):
            if event.type in fact.labels:
                yield Lost(event.id, fate)
        else:
            held[fate].append(event)
    given = _participants(document.mentions, fact.participants, windows)
    for window, events, participants in zip(windows, held, given):
        events.sort(key=lambda event: spans[event.trigger])
        text = document.text[window.start : window.end]
        yield Example(
            EventQuestion(text=text, labels=labels, roles=roles, participants=participants),
            EventGold(events=_labelled(events, fact, spans, window.start)),
            window.name,
            (window.start, window.end),
            tuple([event.id for event in events]),
        )


def _fates(
    document: Document, fact: facts.Events, windows: Sequence[Window], spans: Mapping[str, Spans]
) -> list[int | str]:
    """For each event the place of the window that holds it, or the first reason why none does."""
    holder = Holder(windows)
    fates = [_alone(event, fact, holder, spans) for event in document.events]
    place = {event.id: n for n, event in enumerate(document.events)}
    below = [[place[a.ref] for a in _asked(event, fact) if a.kind == "event"] for event in document.events]
    circular = set(range(len(fates)))
    for layer in layers(below):
        circular.difference_update(layer)
        for n in layer:
            for lower in below[n]:
                if isinstance(fates[n], str) or fates[lower] == fates[n]:
                    continue
                is_elsewhere = isinstance(fates[lower], int)
                fates[n] = APART if is_elsewhere else "an event in it is lost"
    for n in circular:
        if isinstance(fates[n], int):
            fates[n] = "its arguments lead in a circle"
    return fates


def _alone(event: Event, fact: facts.Events, holder: Holder, spans: Mapping[str, Spans]) -> int | str:
    """The window of an event or why none holds it, as far as can be told without looking at other events."""
    if not fact.labels.get(event.type):
        return NOT_ASKED
    if not fact.roles.keys() >= {argument.role for argument in event.arguments}:
        return "the role of an argument is not asked for"
    if (window := holder(spans[event.trigger])) < 0:
        return "its trigger lies whole in no window"
    for argument in _asked(event, fact):
        if argument.kind == "concept":
            return "an argument is a concept"
        if argument.kind == "mention" and holder(spans[argument.ref]) != window:
            return APART
    return window


def _asked(event: Event, fact: facts.Events) -> list[Argument]:
    return [argument for argument in event.arguments if fact.roles.get(argument.role)]


def _labelled(
    events: Sequence[Event], fact: facts.Events, spans: Mapping[str, Spans], start: int
) -> tuple[LabelledEvent, ...]:
    place = {event.id: n for n, event in enumerate(events)}

    def fill(argument: Argument) -> FilledRole:
        role = fact.roles[argument.role] or ""  # never empty: `_asked` leaves those out
        if argument.kind == "event":
            return FilledRole(role=role, event=place[argument.ref])
        return FilledRole(role=role, pieces=shift(spans[argument.ref], start))

    return tuple([
        LabelledEvent(
            label=fact.labels[event.type] or "",  # never empty: `_alone` leaves those out
            trigger=shift(spans[event.trigger], start),
            arguments=tuple([fill(argument) for argument in _asked(event, fact)]),
        )
        for event in events
    ])  # fmt: skip


def _participants(
    mentions: Sequence[Mention], called: Mapping[str, str | None], windows: Sequence[Window]
) -> list[dict[str, tuple[str, ...]]]:
    """For each window the different strings of the given mentions in it, by the words for their types."""
    if not called:
        return [{} for _ in windows]
    holder = Holder(windows)
    strings: list[dict[str, dict[str, None]]] = [{word: {} for word in words(called)} for _ in windows]
    for mention in sorted(mentions, key=lambda mention: mention.spans):
        if (at := holder(mention.spans)) >= 0:
            for type in mention.types:
                if word := called.get(type):
                    strings[at][word][mention.text] = None
    return [{word: tuple(found) for word, found in by_word.items()} for by_word in strings]
