"""Tags of tokens to the stretches they mark, in every scheme, as strictly as asked.

    O  B-Chemical  I-Chemical  O  I-Disease        IOB2      Chemical 1:3
                                                   lenient   Chemical 1:3, Disease 4:5

Strictly, a stretch begins, goes on and ends only as its scheme says, and what does not is no stretch. Leniently (the way
of `conlleval.pl`), it begins wherever its label is new, whatever the letter. Both agree with seqeval 1.2.2, in its strict
and its default mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

Stretch = tuple[str, int, int]
"""Label, first token and the one behind the last."""


class Tag(NamedTuple):
    """The letter and the label of a tag."""

    letter: str
    label: str


class Scheme(NamedTuple):
    """Which two tags in a row begin, continue and end a stretch.

    Each rule is letter before, letter, and whether their labels are equal (`=`), differ (`!`) or either (`?`); `*` is
    any letter.
    """

    begins: tuple[str, ...]
    goes_on: tuple[str, ...]
    ends: tuple[str, ...]


SCHEMES = {
    "IOB1": Scheme(("OI?", "II!", "BI?", "IB=", "BB="), ("BI=", "II="), ("II!", "IO?", "IB?", "BO?", "BI!", "BB=")),
    "IOB2": Scheme(("*B?",), ("BI=", "II="), ("IO?", "II!", "IB?", "BO?", "BI!", "BB?")),
    "IOE1": Scheme(("OI?", "II!", "EI?", "EE="), ("II=", "IE="), ("II!", "IO?", "IE!", "EI=", "EE=")),
    "IOE2": Scheme(("OI?", "OE?", "EI?", "EE?", "II!", "IE!"), ("IE=", "II="), ("E*?",)),
    "IOBES": Scheme(("*B?", "*S?"), ("BI=", "BE=", "II=", "IE="), ("S*?", "E*?")),
    "BILOU": Scheme(("*B?", "*U?"), ("BI=", "BL=", "II=", "IL="), ("U*?", "L*?")),
}

OUTSIDE = Tag("O", "")
STARTS = frozenset({"B", "S"})
CLOSED = frozenset({"E", "S", "O"})
"""Letters behind which an `I` or `E` begins a stretch anew, leniently."""


def stretches(tags: Sequence[str], scheme: str = "") -> list[Stretch]:
    """Return the stretches that tags mark, in order.

    Args:
        tags: One for each token: a letter, or a letter, a hyphen and a label.
        scheme: One of `SCHEMES`, to be strict; empty to be lenient, where letters are those of IOBES and IOB2.
    """
    split = [_split(tag) for tag in tags]
    return list(_strict(split, SCHEMES[scheme]) if scheme else _lenient(split))


def _split(tag: str) -> Tag:
    return Tag(tag[:1] or "O", tag[1:].removeprefix("-") or "_") if tag[:1] not in ("", "O") else OUTSIDE


def _lenient(tags: Sequence[Tag]) -> Iterator[Stretch]:
    before, begun = OUTSIDE, -1
    for n, tag in enumerate((*tags, OUTSIDE)):
        is_new = tag.letter in STARTS or tag.label != before.label or before.letter in CLOSED
        if begun >= 0 and (is_new or tag.letter == "O"):
            yield before.label, begun, n
            begun = -1
        if is_new and tag.letter != "O":
            begun = n
        before = tag


def _strict(tags: Sequence[Tag], scheme: Scheme) -> Iterator[Stretch]:
    tags = (*tags, OUTSIDE)
    n, before = 0, OUTSIDE
    while n < len(tags):
        first = n
        n += 1
        if _is(scheme.begins, before, tags[first]):
            while n < len(tags) and _is(scheme.goes_on, tags[n - 1], tags[n]):
                n += 1
            if n < len(tags) and _is(scheme.ends, tags[n - 1], tags[n]):
                yield tags[first].label, first, n
        before = tags[n - 1]


def _is(rules: tuple[str, ...], before: Tag, tag: Tag) -> bool:
    same = "=?" if before.label == tag.label else "!?"
    return any(rule[0] in (before.letter, "*") and rule[1] in (tag.letter, "*") and rule[2] in same for rule in rules)
