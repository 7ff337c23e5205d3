"""Characters and tokens: which tokens a stretch of text is, and what becomes of one that begins or ends inside a token.

    tokens     Lobolast|-|treated| mice       policy     tokens of "treated mi"
    mention    └──────┘                       strict     none: it ends inside `mice`
                           └────────┘         expand     treated mice
                                              contract   treated

A stretch of nothing but white space has no tokens; under `contract` one inside a single token has none either. The
policies are those of spaCy's `Doc.char_span` (`alignment_mode`), which this agrees with, but for that it counts.
Needs no spaCy: tokens are spans of characters, as `text.tokens` gives them too.

Specification: https://spacy.io/api/doc#char_span.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from medinstruct.document import Document, Mention, Span

Policy = Literal["strict", "expand", "contract"]

EXACT, MOVED, LOST = "exact", "moved", "lost"
"""What becomes of a mention: all parts end where tokens do; some were expanded or contracted; some have no tokens."""


class Tokens:
    """The tokens of a text, to be asked for stretches of it.

    Args:
        spans: Start and end of each token in characters, half open, in order and apart from each other.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]

    def find(self, start: int, end: int, policy: Policy) -> Span | None:
        """Return the first token of a stretch and the one after its last; None if the policy gives it none."""
        if policy == "contract":
            first, last = bisect_left(self.starts, start), bisect_right(self.ends, end)
        else:
            first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        if first >= last or (policy == "strict" and (self.starts[first] != start or self.ends[last - 1] != end)):
            return None
        return first, last

    def characters(self, first: int, last: int) -> Span:
        """Return the stretch from one token to the one before `last`."""
        return self.starts[first], self.ends[last - 1]


@dataclass
class Aligned:
    """The mentions of a document in tokens, and how many are where they were."""

    parts: list[tuple[Mention, tuple[Span, ...]]] = field(default_factory=list)
    """The parts of each mention that has any, as first token and the one after the last; in the document's order."""
    counts: Counter[str] = field(default_factory=Counter)
    """Mentions that are `exact`, `moved` and `lost`."""


def align(document: Document, tokens: Tokens, policy: Policy = "expand") -> Aligned:
    """Return the mentions of a document in tokens. A mention of which a part has no tokens is lost as a whole."""
    made = Aligned()
    for mention in document.mentions:
        found = [tokens.find(start, end, policy) for start, end in mention.spans]
        parts = tuple(part for part in found if part is not None)
        if len(parts) < len(found):
            made.counts[LOST] += 1
            continue
        is_exact = all(tokens.characters(*part) == span for part, span in zip(parts, mention.spans))
        made.counts[EXACT if is_exact else MOVED] += 1
        made.parts.append((mention, parts))
    return made
