"""What happens to single mentions on their way: strings are changed, and an edge is off.

says     "zorbin   alpha  "       text    zorbin " alpha "              only punctuation or white space differs
says     "renal vein"             text    renal and hepatic vein        a discontinuous mention in one location
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from medinstruct.document import Spans, quote

WITHIN = 24
"""Characters by which a mention is looked for beside its place."""
NEAREST = sorted(range(-WITHIN, WITHIN + 1), key=abs)
SHORT = 4
"""Characters that a string must have to say by itself how far it is off; shorter ones stand everywhere."""


class Wrong(NamedTuple):
    """A mention that does not quote its text."""

    id: str
    spans: Spans
    says: str
    stands: str
    """What the text has there; empty where the offsets lie outside it."""


def off(spans: Spans, by: int) -> Spans:
    """Return the spans, moved by so many characters."""
    return tuple((start + by, end + by) for start, end in spans)


def explain(text: str, wrong: Wrong) -> tuple[str, str] | None:
    """Cause and repair of one mention that no cause of the whole document explains."""
    says, stands = wrong.says, wrong.stands
    if stands:
        if change := changed(wrong):
            return change, f"believe_offsets({wrong.id!r})"
        if len(wrong.spans) > 1 and says == stands.replace(" ", ""):
            return "its parts are joined without a blank", f"believe_offsets({wrong.id!r})"
    if len(wrong.spans) > 1:
        return _parts_beside(text, wrong)
    [(start, end)] = wrong.spans
    last, first = start + len(says), end - len(says)
    if len(says) > 1 and text.startswith(says, start):
        return f"it ends {abs(last - end)} too {'early' if last > end else 'late'}", f"{start}:{last}"
    if len(says) > 1 and first >= 0 and text.startswith(says, first):
        return f"it begins {abs(first - start)} too {'early' if first > start else 'late'}", f"{first}:{end}"
    trimmed = says.strip()
    if len(trimmed) > 1 and trimmed != says and text.startswith(trimmed, start):
        return "its string has white space at its edges that its offsets leave out", f"{start}:{start + len(trimmed)}"
    if parts := _parts(says, stands, start):
        return "a discontinuous mention stands in one location", "spans " + ", ".join(f"{a}:{b}" for a, b in parts)
    return None


def changed(wrong: Wrong) -> str:
    """How the string of a mention differs from what stands there, if that is how strings are changed; else empty."""
    return next((cause for cause, same in SAME if wrong.stands and same(wrong.says, wrong.stands)), "")


def _parts_beside(text: str, wrong: Wrong) -> tuple[str, str] | None:
    """Cause and repair of a discontinuous mention whose parts stand a little further, be they joined by a blank or not."""
    for by in NEAREST:
        spans = off(wrong.spans, by)
        if spans[0][0] >= 0 and quote(text, spans).replace(" ", "") == wrong.says.replace(" ", ""):
            told = ", ".join(f"{start}:{end}" for start, end in spans)
            return f"its parts are off by {-by:+d}", f"spans {told}"
    return None


def _only_letters(string: str) -> str:
    return "".join(filter(str.isalnum, string))


def _nfkc(string: str) -> str:
    return unicodedata.normalize("NFKC", string)


def _converted(string: str) -> set[str]:
    """What a string becomes if its bytes are taken for those of another encoding, either way."""
    found = set()
    for one, other in (("latin-1", "utf-8"), ("cp1252", "utf-8"), ("utf-8", "latin-1"), ("utf-8", "cp1252")):
        try:
            found.add(string.encode(one).decode(other))
        except UnicodeError:
            continue
    return found - {string}


SAME: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("only white space differs", lambda a, b: "".join(a.split()) == "".join(b.split())),
    ("only case differs", lambda a, b: a.casefold() == b.casefold()),
    ("only the Unicode form differs", lambda a, b: _nfkc(a) == _nfkc(b)),
    ("entities are decoded on one side only", lambda a, b: html.unescape(a) == b or html.unescape(b) == a),
    ("a conversion between encodings went wrong on one side", lambda a, b: b in _converted(a) or a in _converted(b)),
    (
        "only punctuation or white space differs",
        lambda a, b: bool(_only_letters(a)) and _only_letters(a) == _only_letters(b),
    ),
)
"""When two strings are the same but for something that happens to strings on their way."""


def _parts(says: str, stands: str, at: int) -> list[tuple[int, int]]:
    """The places of the two parts of a string within what stands there, if it begins with one and ends with the other."""
    words = says.split(" ")
    for cut in range(len(words) - 1, 0, -1):
        first, rest = " ".join(words[:cut]), " ".join(words[cut:])
        if stands.startswith(first) and stands.endswith(rest) and len(stands) > len(says):
            return [(at, at + len(first)), (at + len(stands) - len(rest), at + len(stands))]
    return []
