"""Why mentions do not quote their text, where that is certain.

Most faults of offsets are faults of counting: whoever made the file counted something else than the characters that
it holds. Each way of counting is a `Count`: how many places one character takes. A count is the cause of a document's
faults if by it the mentions that are wrong are right, and none that is right becomes wrong.

    text         Zürn-1 binds             by bytes   Z ü ü r n - 1 …      b is at 8, not at 7
    offsets      8 13 "binds"             so text[8:13] is "inds", and by bytes it is "binds"

What no way of counting explains may be an offset that is shifted from some place on, where the text lost or gained
characters after it was annotated; and what is no matter of offsets may be a string that was changed on its way.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from medinstruct.auditor.change import NEAREST, SHORT, Wrong, changed, explain, off
from medinstruct.document import Spans, quote

BETWEEN = 4
"""Characters that some file may have had between two passages."""
SHARE = 0.8
"""Part of the wrong mentions of a document that a cause must explain, if there are `MANY`; of fewer, all."""
MANY = 5
PER_STEP = 3
"""Mentions that a shift must explain on average each time it changes; fewer would explain anything."""

Places = Callable[[int, bool], int]
"""(offset, whether it is an end) → the place in the text, -1 for none."""


@dataclass(slots=True)
class Diagnosis:
    """What is wrong with the offsets of a document."""

    cause: str = ""
    repair: str = ""
    moved: dict[str, Spans] = field(default_factory=dict)
    """The spans that the mentions should have, for those that the cause explains."""
    rivals: tuple[tuple[str, str], ...] = ()
    """Other causes, with their repairs, that would move the mentions to the same places."""
    causes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Cause and repair of single mentions."""


class Count(NamedTuple):
    """A way of counting: what it is called, and how many places each character of a text takes."""

    cause: str
    repair: str
    widths: Callable[[str], Sequence[int]]
    common: bool = False
    """Whether what it counts otherwise stands in every text, so that one mention alone is no proof of it."""


ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
ESCAPED = {"&": 5, "<": 4, ">": 4}
QUOTED = {**ESCAPED, '"': 6, "'": 6}


def _per_character(width: Callable[[str], int]) -> Callable[[str], Sequence[int]]:
    def widths(text: str) -> Sequence[int]:
        known = {sign: width(sign) for sign in set(text)}
        return [known[sign] for sign in text]

    return widths


def _returns(text: str) -> Sequence[int]:
    return [int(not (sign == "\r" and text[at + 1 : at + 2] == "\n")) for at, sign in enumerate(text)]


def _entities(text: str) -> Sequence[int]:
    widths = [1] * len(text)
    for found in ENTITY.finditer(text):
        if (length := len(html.unescape(found[0]))) < len(found[0]):
            widths[found.start() : found.end()] = [1] * length + [0] * (len(found[0]) - length)
    return widths


COUNTS = (
    Count("offsets count the bytes of UTF-8", "count characters", _per_character(lambda sign: len(sign.encode()))),
    Count("offsets count UTF-16 units", "count characters", _per_character(lambda sign: 1 + (sign > "\uffff"))),
    Count("offsets count each line break as two (CRLF)", "count it as one",
          _per_character(lambda sign: 1 + (sign == "\n")), True),
    Count("offsets leave out the CR of CRLF", "count it, or take it out of the text", _returns),
    Count("offsets leave out line breaks", "count them", _per_character(lambda sign: int(sign not in "\r\n")), True),
    Count("offsets leave out white space", "count it", _per_character(lambda sign: int(not sign.isspace())), True),
    Count("offsets count &, < and > as entities (&amp; &lt; &gt;)", "count each as one character",
          _per_character(lambda sign: ESCAPED.get(sign, 1))),
    Count("offsets count &, <, > and quotation marks as entities", "count each as one character",
          _per_character(lambda sign: QUOTED.get(sign, 1))),
    Count("offsets count the entities of the text (&lt;) as one character", "decode the text, or count them as they stand",
          _entities),
)  # fmt: skip
"""The ways in which offsets were seen to be counted, the likelier ones first."""

FORMS = (
    Count("offsets count letters with marks decomposed (NFD)", "count the characters of the text",
          _per_character(lambda sign: len(unicodedata.normalize("NFD", sign)))),
    Count("offsets leave out combining marks (NFC)", "count the characters of the text",
          _per_character(lambda sign: int(not unicodedata.combining(sign)))),
)  # fmt: skip
"""Ways that are looked at only if no other explains anything: a letter with a mark has two bytes, too."""

EDGES = (
    (0, 1, "the end is that of the last character (inclusive)", "add 1 to each end"),
    (-1, -1, "offsets are counted from 1", "subtract 1 from each offset"),
    (-1, 0, "offsets are counted from 1, the end being that of the last character", "subtract 1 from each start"),
)
"""What is to be added to start and end, what that means, and the repair."""


def diagnose(text: str, mentions: Sequence[dict[str, Any]], wrong: Sequence[Wrong], *, breaks: Sequence[int] = (),
             marked: bool = False) -> Diagnosis:  # fmt: skip
    """Return why the `wrong` ones of these mentions are wrong: one cause for all, where there is one, and else one by one.

    Args:
        text: Of the document.
        mentions: All its mentions as plain values.
        wrong: Those that do not quote it.
        breaks: Where a passage other than the first begins.
        marked: Whether the file begins with a byte order mark.
    """
    strings = {each.id for each in wrong if changed(each)}
    moved = [each for each in wrong if each.id not in strings]
    found = _common(text, mentions, wrong, breaks, marked)
    if not found.cause and strings and moved:
        rest = [mention for mention in mentions if mention["id"] not in strings]
        found = _common(text, rest, moved, breaks, marked)
    for each in wrong:
        if each.id in found.moved:
            continue
        if single := explain(text, each):
            found.causes[each.id] = single
    return found


def _common(
    text: str, mentions: Sequence[dict[str, Any]], wrong: Sequence[Wrong], breaks: Sequence[int], marked: bool
) -> Diagnosis:
    """The cause that explains most of the wrong mentions, if there is one."""
    found = _counted(text, mentions, wrong, marked), _shifted(text, mentions, wrong, breaks)
    return max((each for each in found if each), key=lambda each: len(each.moved), default=Diagnosis())


# One cause for a whole document: another way of counting


def _counted(text: str, mentions: Sequence[dict[str, Any]], wrong: Sequence[Wrong], marked: bool) -> Diagnosis | None:
    """The way of counting that explains most, if it explains enough; a plain one rather than one of two things at once."""
    found: list[Diagnosis] = []
    for ways in (_plain_ways(text, marked), _double_ways(text)):
        for cause, repair, places, is_common in ways:
            moved = _moved(text, mentions, wrong, places)
            letters = sum(len(each.says) for each in wrong if each.id in moved)
            if letters >= SHORT and _enough(len(moved), len(wrong)) and not (is_common and len(mentions) == 1):
                found.append(Diagnosis(cause + _share(len(moved), len(wrong)), repair, moved))
        if any(len(each.moved) == len(wrong) for each in found):
            break
    best = max(found, key=lambda each: len(each.moved), default=None)
    if best:
        best.rivals = tuple(
            (each.cause, each.repair) for each in found if each is not best and each.moved == best.moved
        )
    return best


Way = tuple[str, str, Places, bool]
"""Cause, repair, places, and whether it makes a difference to every text (`Count.common`)."""


def _plain_ways(text: str, marked: bool) -> Iterator[Way]:
    """Yield every way of counting that makes a difference to this text.

    Those that need something rare come first: if a letter of two bytes stands before the first mention, all offsets are
    off by one, as they are if they are counted from 1.
    """
    if marked:
        yield "offsets count the byte order mark", "subtract 1 from each offset", _edge(-1, -1), False
    counts = [(count, starts) for count in COUNTS if (starts := _starts(count, text))]
    yield from ((each.cause, each.repair, _measure(starts, 0, 0), False) for each, starts in counts if not each.common)
    yield from ((cause, repair, _edge(start_by, end_by), True) for start_by, end_by, cause, repair in EDGES)
    yield from ((each.cause, each.repair, _measure(starts, 0, 0), True) for each, starts in counts if each.common)


def _double_ways(text: str) -> Iterator[Way]:
    """Yield every two ways at once, bytes, say, and from 1, after those that are seldom met."""
    for form in FORMS:
        if starts := _starts(form, text):
            yield form.cause, form.repair, _measure(starts, 0, 0), False
    for count in COUNTS:
        if starts := _starts(count, text):
            for start_by, end_by, cause, repair in EDGES:
                both = f"{count.cause}; {cause}", f"{count.repair}; {repair}"
                yield *both, _measure(starts, start_by, end_by), True


def _starts(count: Count, text: str) -> list[int]:
    """Where each character begins by this count; empty if it makes no difference."""
    widths = count.widths(text)
    return [0, *accumulate(widths)] if any(width != 1 for width in widths) else []


def _edge(start_by: int, end_by: int) -> Places:
    return lambda offset, is_end: offset + (end_by if is_end else start_by)


def _measure(starts: list[int], start_by: int, end_by: int) -> Places:
    """Places by the sums of the widths before each character; one of no width belongs to what comes before it."""

    def place(offset: int, is_end: bool) -> int:
        wanted = offset + (end_by if is_end else start_by)
        at = bisect_left(starts, wanted) if is_end else bisect_right(starts, wanted) - 1
        return at if 0 <= at < len(starts) and starts[at] == wanted else -1

    return place


def _moved(text: str, mentions: Sequence[dict[str, Any]], wrong: Sequence[Wrong], places: Places) -> dict[str, Spans]:
    """The spans of the wrong mentions that are right by these places; none if one that was right becomes wrong."""
    bad, moved = {each.id for each in wrong}, {}
    for mention in mentions:
        spans = tuple((places(start, False), places(end, True)) for start, end in mention["spans"])
        fits = all(0 <= start < end <= len(text) for start, end in spans) and quote(text, spans) == mention["text"]
        if mention["id"] in bad:
            if fits:
                moved[mention["id"]] = spans
        elif not fits:
            return {}
    return moved


def _enough(explained: int, wrong: int) -> bool:
    return explained == wrong or (wrong >= MANY and explained >= SHARE * wrong)


def _share(explained: int, wrong: int) -> str:
    return "" if explained == wrong else f" (explains {explained} of the {wrong} that are wrong here)"


# One cause for a whole document: something was lost or added after it was annotated


class Step(NamedTuple):
    """From the mention at `start` on, strings stand `by` characters further than their offsets say."""

    start: int
    before: int
    """End of the last mention before the step."""
    by: int


def _shifted(
    text: str, mentions: Sequence[dict[str, Any]], wrong: Sequence[Wrong], breaks: Sequence[int]
) -> Diagnosis | None:
    """A shift that begins somewhere and may change from there on, if it explains enough.

    Mentions that are right behind its beginning speak against it, unless they are the fewer: in some releases a tool
    has added its own, by the text as it is now.
    """
    bad = {each.id for each in wrong}
    moved, steps, by, last, letters, against = dict[str, Spans](), list[Step](), 0, 0, 0, 0
    waiting: list[dict[str, Any]] = []
    for mention in sorted(mentions, key=lambda mention: mention["spans"][0]):
        spans, string = mention["spans"], mention["text"]
        if mention["id"] not in bad:
            against += bool(steps)
            last = last if steps else max(last, spans[-1][1])
            continue
        if (found := _beside(text, spans, string, by)) is None:
            waiting.append(mention)
            continue
        if found != by:  # what is too short to say how far it is off may say that it is off by the same
            early = [
                each
                for each in waiting
                if len(each["text"]) < SHORT and _stands(text, each["spans"], each["text"], found)
            ]
            steps.append(Step(early[0]["spans"][0][0] if early else spans[0][0], last, found))
            moved |= {each["id"]: off(each["spans"], found) for each in early}
            by = found
        waiting.clear()
        if by:
            moved[mention["id"]] = off(spans, by)
            letters += len(string)
        last = max(last, spans[-1][1])
    if not steps or letters < SHORT or against > len(moved) or not _enough(len(moved), len(wrong)):
        return None
    if len(moved) < PER_STEP * len(steps) - 1:
        return None
    cause, repair = _told(steps, breaks)
    return Diagnosis(cause + _share(len(moved), len(wrong)), repair, moved)


def _beside(text: str, spans: Spans, string: str, by: int) -> int | None:
    """The least change to `by` with which a string stands at its spans; None if there is none within `WITHIN`."""
    changes = NEAREST if len(string) >= SHORT else (0,)
    return next((by + change for change in changes if _stands(text, spans, string, by + change)), None)


def _stands(text: str, spans: Spans, string: str, by: int) -> bool:
    return spans[0][0] + by >= 0 and quote(text, off(spans, by)) == string


def _told(steps: list[Step], breaks: Sequence[int]) -> tuple[str, str]:
    """Cause and repair of a shift, in words."""
    widest = max(abs(step.by) for step in steps)
    first = steps[0]
    between = [
        place for place in breaks if first.before < place + max(first.by, 0) + 1 and place <= first.start + first.by
    ]
    if len(steps) == 1 and between and 0 <= 1 - first.by <= BETWEEN:
        return (
            f"offsets are off by {-first.by:+d} from the passage at {between[-1]} on: what stands between two passages "
            f"is counted as {1 - first.by} characters", f"add {first.by:+d} there, or requote(within={widest})",
        )  # fmt: skip
    if len(steps) == 1 and first.before == 0:
        return f"all offsets are off by {-first.by:+d}", f"add {first.by:+d} to each offset"
    told = ", ".join(f"{-step.by:+d} from {step.start} on" for step in steps[:6]) + (", …" if len(steps) > 6 else "")
    return f"offsets are off by {told}: the text was changed after it was annotated", f"requote(within={widest})"
