"""What has been read so far out of one answer: items, how each was read, and what could not be."""

from __future__ import annotations

from medinstruct.document import Spans
from medinstruct.tasks.answers import Standing, cut, worst
from medinstruct.tasks.span_extraction.example import Found
from medinstruct.tasks.task import Mark, Parsed


class Reading:
    """The items of an answer to a question about `text`, gathered while it is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._standing = Standing(text)
        self._items: list[tuple[Found, Mark]] = []
        self._unread: list[str] = []

    def place(self, label: str, pieces: Spans, string: str, mark: Mark) -> None:
        """Add a span whose place is known."""
        self._items.append((Found(label, string, pieces), mark))

    def name(self, label: str, string: str, at_best: Mark) -> None:
        """Add a span that is named by its words alone; its mark is `at_best`, or worse where it stands worse."""
        self._items.append((Found(label, string), worst((at_best, self._standing(string)))))

    def leave(self, piece: str) -> None:
        """Leave a piece of the answer unread."""
        self._unread.append(cut(piece))

    def miss(self, what: str) -> None:
        """Note in brackets, among what is unread, what the answer should hold and does not."""
        self._unread.append(cut(f"({what})"))

    def parsed(self) -> Parsed:
        """Everything, in canonical order."""
        self._items.sort()
        prediction, marks = zip(*self._items) if self._items else ((), ())
        return Parsed(prediction, marks, tuple(self._unread))
