"""From the numbered events of an answer to a prediction in canonical order, references resolved."""

from __future__ import annotations

from dataclasses import dataclass, field

from medinstruct.tasks.answers import Standing, cut, worst
from medinstruct.tasks.event_extraction.example import EventQuestion, Filler, Found, arrange
from medinstruct.tasks.task import Mark, Parsed


@dataclass(slots=True)
class Draft:
    """An event as an answer states it."""

    label: str
    trigger: str
    mark: Mark
    """How its form was read; how its words stand in the text is told at the end."""
    mentions: list[tuple[str, str]] = field(default_factory=list)
    """Role and words of the arguments that are mentions."""
    events: list[tuple[str, str]] = field(default_factory=list)
    """Role and number of the arguments that are events."""


@dataclass(slots=True)
class Reading:
    """What has been read of an answer so far."""

    drafts: list[Draft] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Place of a draft by its number; the first of several with the same."""
    unread: list[str] = field(default_factory=list)

    def add(self, draft: Draft, number: str | None) -> None:
        """Add an event; one without a number is called by its place, one whose number is taken by none."""
        if number is None or number in self.places:
            draft.mark = "repaired"
        self.places.setdefault(number or str(len(self.drafts) + 1), len(self.drafts))
        self.drafts.append(draft)

    def pass_over(self, piece: str) -> None:
        """Keep a piece that says nothing known."""
        self.unread.append(cut(piece))

    def finish(self, question: EventQuestion) -> Parsed:
        """Return what the answer says; references to nothing and events that lead in a circle stay unread."""
        found = [self._resolve(draft) for draft in self.drafts]
        arranged = arrange(found)
        if len(arranged) < len(found):
            kept = {place for _, place in arranged}
            for place, draft in enumerate(self.drafts):
                if place not in kept:
                    self.pass_over(f"{draft.label}: {draft.trigger}")
        standing = Standing(question.text)
        marks = []
        for event, place in arranged:
            words = [event.trigger, *(filler.text for filler in event.arguments if filler.event < 0)]
            marks.append(worst((self.drafts[place].mark, *map(standing, words))))
        return Parsed(tuple(event for event, _ in arranged), tuple(marks), tuple(self.unread))

    def _resolve(self, draft: Draft) -> Found:
        fillers = [Filler(role, -1, words) for role, words in draft.mentions]
        for role, number in draft.events:
            if (place := self.places.get(number)) is not None:
                fillers.append(Filler(role, place, ""))
            else:
                self.pass_over(f"{role}: {number}")
                draft.mark = "repaired"
        return Found(draft.label, draft.trigger, tuple(fillers))
