"""What annotators marked in the text of a row, cut so that a page needs no arithmetic of offsets.

    text    Naloxone reverses clonidine hypotension.
    marks   0 clonidine   1 hypotension
    arcs    0 induces 1
    parts   "Naloxone reverses " · "clonidine" (0) · " " · "hypotension" (1) · "."

Offsets here are code points and a browser's are UTF-16, so texts go there in parts, each with the marks that it stands in; marks may
be nested, cross, or have gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from medinstruct.document import Spans, quote
from medinstruct.markup import cut
from medinstruct.tasks.task import Example

MOST = 400
"""Marks of a row that are drawn."""
LETTERS = 16_000
"""Characters of a text that are shown."""


class Mark(NamedTuple):
    """Something marked in a text."""

    label: str
    pieces: Spans


class Arc(NamedTuple):
    """Something said of two marks, by their places among them."""

    start: int
    end: int
    label: str


@dataclass
class Marked:
    """The texts of a row by their names, and what is marked in the one called `where`."""

    texts: Mapping[str, str]
    where: str = "text"
    marks: list[Mark] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)

    def add(self, label: str, pieces: Spans) -> int:
        """Mark something, once, and return its place."""
        mark = Mark(label, pieces)
        if mark not in self._places:
            self._places[mark] = len(self.marks)
            self.marks.append(mark)
        return self._places[mark]

    def add_names(self, label: str, names: Iterable[Spans]) -> int:
        """Mark every name of something, and return the place of the first."""
        places = [self.add(label, pieces) for pieces in names]
        return places[0]

    _places: dict[Mark, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Texts in parts, marks with their words and places, arcs; what there is too much of is cut, and counted."""
        whole = self.texts.get(self.where, "")
        shown = [mark for mark in self.marks[:MOST] if mark.pieces and mark.pieces[-1][1] <= len(whole)]
        kept = {self._places[mark]: n for n, mark in enumerate(shown)}
        arcs = [(kept[a.start], kept[a.end], a.label) for a in self.arcs if a.start in kept and a.end in kept]
        return {
            "texts": [
                {"name": name, "parts": cut(text[:LETTERS], [mark.pieces for mark in shown] if name == self.where else []),
                 "cut": max(len(text) - LETTERS, 0)}
                for name, text in self.texts.items()
            ],
            "marks": [
                {"label": mark.label, "quote": quote(whole, mark.pieces)[:LETTERS],
                 "place": ", ".join(f"{start}–{end}" for start, end in mark.pieces)}
                for mark in shown
            ],
            "arcs": arcs[:MOST],
            "more": len(self.marks) - len(shown) + len(self.arcs) - len(arcs[:MOST]),
        }  # fmt: skip


def find(type: str, example: Example[Any, Any]) -> Marked:
    """Return what is marked in the texts of a row; a type that marks nothing shows its texts."""
    return FOUND.get(type, _plain)(example)


def _plain(example: Example[Any, Any]) -> Marked:
    """The texts as they are, and what is asked of them where the source says so."""
    question = example.question
    texts = dict(getattr(question, "texts", {}))
    said = getattr(question, "question", "") or getattr(question, "instruction", "")
    if said:
        texts["question" if "question" not in texts else "asked of them"] = said
    return Marked(texts or {"text": question.reading})


def _spans(example: Example[Any, Any]) -> Marked:
    found = Marked({"text": example.question.text})
    for span in example.gold.spans:
        found.add(span.label, span.pieces)
    return found


def _triples(example: Example[Any, Any]) -> Marked:
    """Every name of what is related, and an arc from first name to first name."""
    found, entities = Marked({"text": example.question.text}), example.gold.entities
    first = [found.add_names("", entity.names) for entity in entities]
    found.arcs = [Arc(first[triple.head], first[triple.tail], triple.label) for triple in example.gold.triples]
    return found


def _events(example: Example[Any, Any]) -> Marked:
    """Triggers by the types of their events, arguments, and arcs from the one to the other."""
    found, events = Marked({"text": example.question.text}), example.gold.events
    triggers = [found.add(event.label, event.trigger) for event in events]
    for n, event in enumerate(events):
        for filled in event.arguments:
            end = triggers[filled.event] if filled.event is not None else found.add("", filled.pieces)
            found.arcs.append(Arc(triggers[n], end, filled.role))
    return found


def _choice(example: Example[Any, Any]) -> Marked:
    """What the question is about, and where that is two things, an arc that says what is right of them."""
    found, question = _plain(example), example.question
    first = [found.add_names(what.label, what.mentions) for what in question.marked]
    if len(first) == 2:
        found.arcs = [Arc(first[0], first[1], " · ".join(example.gold.says(question)) or "none")]
    return found


FOUND: Mapping[str, Callable[[Example[Any, Any]], Marked]] = {
    "span_extraction": _spans,
    "relation_triples": _triples,
    "event_extraction": _events,
    "multiple_choice": _choice,
}
"""By task type."""
