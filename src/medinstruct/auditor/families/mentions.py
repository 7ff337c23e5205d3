"""Mentions: do they quote their text, and are they what a mention can be."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from medinstruct.auditor.cause import Diagnosis, diagnose
from medinstruct.auditor.change import Wrong
from medinstruct.auditor.finding import Hit, of_record
from medinstruct.auditor.sighting import Seen
from medinstruct.document import Spans, quote


def shown(spans: Spans) -> str:
    return ",".join(f"{start}:{end}" for start, end in spans)


def misquoted(seen: Seen) -> list[Wrong]:
    """The mentions that do not quote their text, be it that their offsets lie outside it."""
    text, length, wrong = seen.text, len(seen.text), []
    for mention in seen.mentions:
        spans = mention["spans"]
        inside = all(0 <= start < end <= length for start, end in spans)
        if not inside or quote(text, spans) != mention["text"]:
            stands = quote(text, spans) if inside else ""
            wrong.append(Wrong(mention["id"], spans, mention["text"], stands))
    return wrong


@of_record("A201", "A mention does not quote its text")
def quotes(seen: Seen) -> Iterator[Hit]:
    """The string of a mention is not what stands at its offsets. The cause is told where one way of counting, one
    shift, or one change of strings explains it; where the string stands is told in any case.
    """
    if seen.is_item or not (wrong := misquoted(seen)):
        return
    breaks = [passage["span"][0] for passage in seen.all("passages")][1:]
    found = diagnose(seen.text, seen.mentions, wrong, breaks=breaks, marked=seen.marked)
    for each in wrong:
        if not any(start == end for start, end in each.spans):  # that is A203
            yield _hit(seen.text, each, found)


def _hit(text: str, wrong: Wrong, found: Diagnosis) -> Hit:
    where = shown(wrong.spans)
    what = f"mention {wrong.id} says {wrong.says!r} but text[{where}] is {wrong.stands!r}"
    if not wrong.stands:
        what = f"mention {wrong.id} says {wrong.says!r} at {where}, outside the text of {len(text):,} characters"
    if moved := found.moved.get(wrong.id):
        rivals = tuple((cause, f"{repair}: {shown(moved)}") for cause, repair in found.rivals)
        return Hit(
            what, wrong.id, wrong.says, wrong.stands, found.cause, f"{found.repair}: {shown(moved)}", rivals=rivals
        )
    cause, repair = found.causes.get(wrong.id, ("", ""))
    return Hit(
        what if cause else f"{what}; {_elsewhere(text, wrong)}", wrong.id, wrong.says, wrong.stands, cause, repair
    )


def _elsewhere(text: str, wrong: Wrong) -> str:
    """Where the string of a mention stands."""
    count = text.count(wrong.says) if wrong.says else 0
    if not count:
        return "it stands nowhere in the text"
    start = wrong.spans[0][0]
    places = text.find(wrong.says, max(start, 0)), text.rfind(wrong.says, 0, max(start, 0) + len(wrong.says))
    near = min((at for at in places if at >= 0), key=lambda at: abs(at - start), default=text.find(wrong.says))
    return f"it stands {'once' if count == 1 else f'{count} times'}, next at {near}:{near + len(wrong.says)}"


@of_record("A203", "A mention is empty")
def is_empty(seen: Seen) -> Iterator[Hit]:
    """A mention, or one of its parts, has no characters: its end is its start, or comes before it."""
    for mention in seen.mentions:
        if any(start >= end for start, end in mention["spans"]):
            yield Hit(f"mention {mention['id']} at {shown(mention['spans'])} is empty", mention["id"], mention["text"])


@of_record("A204", "White space at the edge of a mention", "warning")
def has_blank_edge(seen: Seen) -> Iterator[Hit]:
    """A mention begins or ends with white space, which it quotes rightly and hardly means."""
    for mention in seen.mentions:
        string = mention["text"]
        whole = all(start < end for start, end in mention["spans"])
        if whole and string != string.strip() and quote(seen.text, mention["spans"]) == string:
            yield Hit(f"mention {mention['id']} is {string!r}", mention["id"], string, repair="trim it")


@of_record("A205", "A mention begins or ends inside a word", "note")
def cuts_word(seen: Seen) -> Iterator[Hit]:
    """Small letters stand on both sides of an edge of a mention. A plural `s` that is left out is passed over; other
    parts of words are meant in some guidelines.
    """
    text = seen.text
    for mention in seen.mentions:
        start, end = mention["spans"][0][0], mention["spans"][-1][1]
        if not 0 <= start < end <= len(text) or quote(text, mention["spans"]) != mention["text"]:
            continue
        if _inside_word(text, start) or (_inside_word(text, end) and not PLURAL.match(text, end)):
            around = text[max(start - 12, 0) : end + 12]
            yield Hit(f"mention {mention['id']} {mention['text']!r} stands inside {around!r}", mention["id"],
                      mention["text"], around)  # fmt: skip


PLURAL = re.compile(r"e?s\b")


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].islower() and text[at].islower()


@of_record("A206", "A mention is there twice", "warning")
def is_repeated(seen: Seen) -> Iterator[Hit]:
    """Two mentions have the same place, types and concepts; gold is counted twice. Parts of events
    are passed over: some formats have them once for each event.
    """
    first: dict[Any, str] = {}
    for mention in _free(seen):
        key = mention["spans"], tuple(sorted(mention["types"])), _concepts(mention)
        if (other := first.setdefault(key, mention["id"])) != mention["id"]:
            what = f"mention {mention['id']} {mention['text']!r} is {other} once more: {shown(mention['spans'])} {'/'.join(mention['types'])}"
            yield Hit(what, mention["id"], mention["text"], repair="leave one out")


def _free(seen: Seen) -> list[dict[str, Any]]:
    """The mentions that are no part of an event."""
    parts = {event["trigger"] for event in seen.all("events")}
    parts |= {argument["ref"] for event in seen.all("events") for argument in event.get("arguments", ())}
    return [mention for mention in seen.mentions if mention["id"] not in parts]


def _concepts(mention: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(str(concept) for concept in mention.get("concepts", ())))


@of_record("A207", "One place has several types", "note")
def has_rivals(seen: Seen) -> Iterator[Hit]:
    """Two mentions of different types stand at exactly the same place. Some corpora mean it; tags of one layer cannot
    hold it. Parts of events are passed over: one word may be in two of them.
    """
    first: dict[Spans, dict[str, Any]] = {}
    for mention in _free(seen):
        other = first.setdefault(mention["spans"], mention)
        if set(other["types"]) != set(mention["types"]):
            what = f"{mention['text']!r} is {'/'.join(other['types'])} ({other['id']}) and {'/'.join(mention['types'])} ({mention['id']})"
            yield Hit(what, mention["id"], mention["text"])


@of_record("A208", "The parts of a mention are out of order", "error")
def is_shuffled(seen: Seen) -> Iterator[Hit]:
    """The parts of a discontinuous mention overlap, or do not come in the order of the text."""
    for mention in seen.mentions:
        spans = mention["spans"]
        if any(after[0] < before[1] for before, after in pairwise(spans)):
            yield Hit(f"mention {mention['id']} has the parts {shown(spans)}", mention["id"], mention["text"],
                      repair="put them in order")  # fmt: skip


@of_record("A209", "A plain mention is cut into parts", "note")
def is_in_pieces(seen: Seen) -> Iterator[Hit]:
    """The parts of a mention have nothing but white space between them: it is no discontinuous one."""
    text = seen.text
    for mention in seen.mentions:
        spans = mention["spans"]
        if len(spans) > 1 and all(
            before[1] <= after[0] and not text[before[1] : after[0]].strip() for before, after in pairwise(spans)
        ):
            what = f"mention {mention['id']} {mention['text']!r} is in {len(spans)} parts that follow each other"
            yield Hit(what, mention["id"], mention["text"], repair=f"{spans[0][0]}:{spans[-1][1]}")


@of_record("A210", "An alternative is counted as a mention", "warning")
def counts_alternative(seen: Seen) -> Iterator[Hit]:
    """A mention stands where another one has an alternative extent: the same thing is in the gold twice."""
    owners = {spans: mention for mention in seen.mentions for spans in mention.get("alternatives", ())}
    for mention in seen.mentions:
        owner = owners.get(mention["spans"])
        if owner is not None and owner["id"] != mention["id"] and set(owner["types"]) & set(mention["types"]):
            what = f"mention {mention['id']} {mention['text']!r} is an alternative of {owner['id']} {owner['text']!r}"
            yield Hit(what, mention["id"], mention["text"], owner["text"], "an alternative is counted as a mention",
                      "leave it out")  # fmt: skip


@of_record("A211", "Two mentions of one type cross", "note")
def crosses(seen: Seen) -> Iterator[Hit]:
    """Each of two mentions of one type holds a part of the other and something of its own. No tags and no marks in the
    text can hold both.
    """
    plain = sorted((m for m in seen.mentions if len(m["spans"]) == 1), key=lambda mention: mention["spans"][0])
    open_: list[dict[str, Any]] = []
    for mention in plain:
        start, end = mention["spans"][0]
        open_ = [other for other in open_ if other["spans"][0][1] > start]
        for other in open_:
            first, last = other["spans"][0]
            if first < start < last < end and set(other["types"]) & set(mention["types"]):
                what = f"mentions {other['id']} {other['text']!r} and {mention['id']} {mention['text']!r} cross"
                yield Hit(what, mention["id"], mention["text"], other["text"])
        open_.append(mention)


@of_record("A212", "Two annotations have one id", "error")
def shares_id(seen: Seen) -> Iterator[Hit]:
    """Two mentions, two events or two relations of a document have the same id, so that a reference to it says nothing."""
    for kind in ("mentions", "events", "relations"):
        counts = Counter(thing["id"] for thing in seen.all(kind))
        yield from (Hit(f"{n} {kind} have the id {id}", id) for id, n in counts.items() if n > 1)


@of_record("A213", "A mention runs from one passage into another", "warning")
def leaves_passage(seen: Seen) -> Iterator[Hit]:
    """A mention without a gap begins in one passage and ends in another, which overlaps it nowhere: title and abstract,
    two sentences, two sections.
    """
    passages = sorted(passage["span"] for passage in seen.all("passages"))
    if any(after[0] < before[1] for before, after in pairwise(passages)):
        return  # passages within passages: which of them matters is not known
    edges = [start for start, _ in passages[1:]]
    for mention in seen.mentions:
        start, end = mention["spans"][0]
        runs_over = bisect_right(edges, start) < bisect_left(edges, end)
        if runs_over and quote(seen.text, mention["spans"]) == mention["text"]:
            yield Hit(f"mention {mention['id']} {mention['text']!r} at {start}:{end} runs over the edge of a passage",
                      mention["id"], mention["text"])  # fmt: skip


@of_record("A214", "Something that its reader could not keep", "note")
def is_left_out(seen: Seen) -> Iterator[Hit]:
    """What a reader says of a record: an alternative that belongs to no mention, or one whose string is not what stands
    at its offsets.
    """
    yield from (Hit(str(note)) for note in seen.fields.get("notes", ()))
