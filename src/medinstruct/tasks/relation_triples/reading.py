"""From the triples of an answer to a prediction: each once, in canonical direction and order."""

from __future__ import annotations

from medinstruct.tasks.answers import Standing, worst
from medinstruct.tasks.relation_triples.example import Found, TripleQuestion, turned
from medinstruct.tasks.task import Mark, Parsed


class Reading:
    """What has been read of an answer so far."""

    def __init__(self, question: TripleQuestion) -> None:
        self.question = question
        self.standing = Standing(question.text)
        self.marks: dict[Found, Mark] = {}
        self.unread: list[str] = []

    def add(self, found: Found, is_exact: bool) -> None:
        """Add a triple; the mark of one that is said again is that of the first time."""
        mark = worst(("exact" if is_exact else "repaired", self.standing(found.head), self.standing(found.tail)))
        self.marks.setdefault(turned(found, self.question), mark)

    def finish(self) -> Parsed:
        """Return what the answer says."""
        prediction = tuple(sorted(self.marks))
        return Parsed(prediction, tuple(self.marks[found] for found in prediction), tuple(self.unread))
