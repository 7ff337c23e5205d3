"""How Documents become questions about their relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from medinstruct.document import Document, Relation, Spans
from medinstruct.tasks import facts
from medinstruct.tasks.relation_triples.example import (
    Entity,
    Triple,
    TripleExample,
    TripleGold,
    TripleQuestion,
)
from medinstruct.tasks.task import Example, Lost, Window
from medinstruct.tasks.views import APART, NOT_ASKED, Holder, refs, shift, words


def view(document: Document, fact: facts.Relations, windows: Sequence[Window]) -> Iterator[TripleExample | Lost]:
    """Yield one example per window, empty ones too, with the relations between what is named in it.

    A relation between mentions is carried by one window at most. One between concepts is said of the document
    and carried by every window in which both are named. What no window carries is Lost, and so are relations
    that have not two arguments: a triple has no place for a third. The first argument is the head.
    """
    labels = words(fact.labels)
    scenes = _scenes(document, fact, windows)
    places: dict[str, set[int]] = {}
    for at, scene in enumerate(scenes):
        for ref in scene.names:
            places.setdefault(ref, set()).add(at)
    known = {ref for mention in document.mentions for ref in refs(mention, fact)}
    for relation in document.relations:
        if relation.type not in fact.labels:
            continue
        if isinstance(fate := _fate(relation, fact, known, places), str):
            yield Lost(relation.id, fate)
        else:
            for at in fate:
                scenes[at].relations.append(relation)
    for window, scene in zip(windows, scenes):
        text = document.text[window.start : window.end]
        yield Example(
            TripleQuestion(text=text, labels=labels, symmetric=fact.symmetric),
            scene.gold(fact),
            window.name,
            (window.start, window.end),
            tuple(relation.id for relation in scene.relations),
            tuple((fact.labels[relation.type] or "",) for relation in scene.relations),
        )


def _fate(relation: Relation, fact: facts.Relations, known: set[str], places: Mapping[str, set[int]]) -> set[int] | str:
    """The places of the windows that carry a relation, or the first reason why none does."""
    if not fact.labels.get(relation.type):
        return NOT_ASKED
    if len(relation.arguments) != 2:
        return "it has not two arguments"
    if any(argument.kind != fact.level for argument in relation.arguments):
        return f"an argument is no {fact.level}"
    head, tail = (argument.ref for argument in relation.arguments)
    if head not in known or tail not in known:
        return "an argument is mentioned nowhere"
    if head not in places or tail not in places:
        return APART
    return places[head] & places[tail] or APART


@dataclass(slots=True)
class Scene:
    """What is named in a window, and what is related there."""

    names: dict[str, dict[Spans, None]] = field(default_factory=dict)
    """Places of each mention or concept in the window's text, in its order."""
    strings: dict[Spans, str] = field(default_factory=dict)
    """What stands at each place."""
    meanings: dict[str, set[str]] = field(default_factory=dict)
    """The concepts that each string is used for; empty for mentions, which are known by their place."""
    relations: list[Relation] = field(default_factory=list)

    def gold(self, fact: facts.Relations) -> TripleGold:
        """The different triples of the window, in the order of its text."""
        if not self.relations:
            return TripleGold()
        refs = dict.fromkeys(argument.ref for relation in self.relations for argument in relation.arguments)
        entities = sorted(((self._entity(ref), ref) for ref in refs), key=lambda pair: (pair[0].names[0], pair[1]))
        place = {ref: n for n, (_, ref) in enumerate(entities)}
        triples = set()
        for relation in self.relations:
            head, tail = (place[argument.ref] for argument in relation.arguments)
            if fact.symmetric and tail < head:
                head, tail = tail, head
            triples.add((head, tail, fact.labels[relation.type] or ""))  # never empty: `_fate` leaves those out
        return TripleGold(
            entities=tuple(entity for entity, _ in entities),
            triples=tuple(Triple(head=head, label=label, tail=tail) for head, tail, label in sorted(triples)),
        )

    def _entity(self, ref: str) -> Entity:
        """An entity is called by its first name that no other concept has; where it has none of its own, by its
        first.
        """
        names = self.names[ref]
        for clear in names:
            if self.meanings.get(self.strings[clear], {ref}) == {ref}:
                return Entity(names=(clear, *(name for name in names if name != clear)))
        return Entity(names=tuple(names))


def _scenes(document: Document, fact: facts.Relations, windows: Sequence[Window]) -> list[Scene]:
    scenes, holder = [Scene() for _ in windows], Holder(windows)
    for mention in sorted(document.mentions, key=lambda mention: mention.spans):
        if (at := holder(mention.spans)) < 0:
            continue
        scene, place = scenes[at], shift(mention.spans, windows[at].start)
        scene.strings[place] = mention.text
        for ref in refs(mention, fact):
            scene.names.setdefault(ref, {})[place] = None
            if fact.level == "concept":
                scene.meanings.setdefault(mention.text, set()).add(ref)
    return scenes
