"""What the views of Documents share: which window holds a mention, what relations call it, and the words that are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from medinstruct.document import Mention, Spans
from medinstruct.tasks import facts
from medinstruct.tasks.task import Window

NOT_ASKED = "its label is not asked for"
OUTSIDE = "crosses the edge of a window"
APART = "its arguments do not stand in one window"
"""First reasons why no row carries an annotation, in one wording whatever is asked: of a native label that the fact maps
to nothing, of a mention that no window holds whole, and of a relation or event whose parts stand in several. Native labels
that a fact does not name at all are no part of it (see `tasks.native`).
"""


class Holder:
    """Tells the place of the window that holds spans whole, or -1; windows are in order and never overlap."""

    def __init__(self, windows: Sequence[Window]) -> None:
        self.starts = [window.start for window in windows]
        self.ends = [window.end for window in windows]

    def __call__(self, spans: Spans) -> int:
        at = bisect_right(self.starts, spans[0][0]) - 1
        return at if at >= 0 and spans[-1][1] <= self.ends[at] else -1


def shift(spans: Spans, start: int) -> Spans:
    """Spans of a document as offsets into the window that begins at `start`."""
    if len(spans) == 1:  # as nearly all are
        first, last = spans[0]
        return ((first - start, last - start),)
    return tuple([(first - start, last - start) for first, last in spans])


def refs(mention: Mention, fact: facts.Relations) -> tuple[str, ...]:
    """What relations call a mention: by its id, or by its concepts."""
    return (mention.id,) if fact.level == "mention" else tuple(dict.fromkeys(map(str, mention.concepts)))


def words(mapping: Mapping[str, str | None]) -> tuple[str, ...]:
    """The different words that native labels are mapped to, in order."""
    return tuple(dict.fromkeys(word for word in mapping.values() if word))
