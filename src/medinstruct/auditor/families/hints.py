"""What is likely and not sure; looked for only where asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from medinstruct.auditor.finding import Hit, Where, of_corpus, of_record
from medinstruct.auditor.sighting import Seen
from medinstruct.auditor.tally import Tally

OFTEN, LETTERS = 20, 4
"""How often a string must be marked, and how long it must be, to be missed where it is not."""
SHARE = 0.95
"""Part of its places at which it must be marked."""
WORD = re.compile(r"\w+|[^\w\s]")


@of_corpus("A901", "A string is marked nearly everywhere, and not here", "hint")
def is_missed(tally: Tally) -> Iterator[Hit]:
    """A string that is marked at 95 % of its places or more stands unmarked here, outside all mentions. Not looked for
    where the card says that not all mentions are marked.
    """
    if not tally.is_complete:
        return
    firsts: dict[str, list[str]] = defaultdict(list)
    for string, count in tally.marked.items():
        if count >= OFTEN and len(string) >= LETTERS and (first := WORD.match(string)):
            firsts[first[0]].append(string)
    unmarked: dict[str, list[tuple[Where, str]]] = defaultdict(list)
    for seen in tally.again() if firsts else ():
        for start, string in _unmarked(seen, firsts):
            unmarked[string].append((seen.where, seen.text[max(start - 20, 0) : start + len(string) + 20]))
    for string, places in sorted(unmarked.items()):
        marked = tally.marked[string]
        if marked >= SHARE * (marked + len(places)):
            for where, around in places:
                yield Hit(
                    f"{string!r} is marked {marked:,} times, and not in {around!r}",
                    says=string,
                    stands=around,
                    where=where,
                )


def _unmarked(seen: Seen, firsts: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Yield place and string of each of these strings that stands outside all mentions, as whole words."""
    text = seen.text
    spans = sorted(span for mention in seen.mentions for span in mention["spans"])
    starts = [start for start, _ in spans]
    ends = [0]
    for _, end in spans:
        ends.append(max(ends[-1], end))
    for word in WORD.finditer(text):
        start = word.start()
        for string in firsts.get(word[0], ()):
            end = start + len(string)
            whole = text.startswith(string, start) and not (text[end - 1].isalnum() and text[end : end + 1].isalnum())
            if whole and ends[bisect_right(starts, end - 1)] <= start:
                yield start, string


IMAGE = re.compile(
    r"(?i)\b(?:image|figure|photograph|picture|radiograph|x-ray|ecg|imagen|figura)s?\b[^.?!]{0,30}\b(?:below|above|shown|given|asociada|adjunta)\b"
    r"|\b(?:shown|depicted|seen) (?:below|above|in the (?:image|figure|photograph|picture))\b|\basociad[ao] a la (?:imagen|figura)\b"
)


@of_record("A902", "A question that needs an image", "hint")
def needs_image(seen: Seen) -> Iterator[Hit]:
    """A question points to an image, which no text of the record holds."""
    question = str(seen.fields.get("question", ""))
    if found := IMAGE.search(question):
        yield Hit(f"the question says {found[0]!r}", stands=question[:200])
