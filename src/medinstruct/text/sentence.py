r"""Sentences by rules: made for biomedical English, decent for other languages. How they decide:

1. Lines. A blank line ends a sentence. So does a newline before a bullet, and a newline that nobody needed:
   hard-wrapped text ends a line because the next word did not fit, so a line where it would have fitted ends
   on purpose (a title, a heading, an item of a list). Running text that goes on in lower case is not cut even
   there. Only "\n" ends a line; U+2028, form feed and the like are white space.
2. Stops. Between those line ends a sentence ends at `.` `!` `?` `…`, with the quotes and brackets that close
   after it, where white space and the start of a sentence follow; and at `。` and its kin always.
3. Starts. A sentence starts with a capital, a digit, a letter of a script without case, an enumerator `a)`,
   or a *name* in lower case: a word that holds a digit, a capital or a Greek letter (p53, mTOR, α-synuclein).
   A plain word in lower case starts one only after a plain word of five letters or more ("was observed.
   then"), because abbreviations that no list knows are short.
4. Abbreviations, initials and enumerators before a full stop bind what follows: see `full_stop`.

Whoever wants the sentences of a spaCy pipeline instead has `formats.spacy_sentences`.

Source: written for this package; the starters that settle doubtful full stops are an idea of Punkt (Kiss and
Strunk 2006, https://doi.org/10.1162/coli.2006.32.4.485), here a fixed list.
"""

import re
from collections.abc import Iterator
from typing import Final

from medinstruct.text.full_stop import STARTERS, kind_of

Span = tuple[int, int]


def sentences(text: str) -> list[Span]:
    """The sentences of a text, as spans."""
    found: list[Span] = []
    for start, end in _stretches(text):
        for stop in _STOP.finditer(text, start, end):
            if _ends_at(stop, text, start):
                found.append((start, stop.end("close")))
                start = stop.start("open")
        if start < end:
            found.append((start, end))
    return found


# Lines

_BULLET: Final = re.compile(r"(?:[-–—*•·▪◦‣●○]|\(?(?:\d{1,2}|[A-Za-z])\))[ \t]")
_WRAPPED: Final = range(40, 121)  # widths at which people and programs wrap lines, in characters


def _stretches(text: str) -> Iterator[Span]:
    """The stretches no sentence crosses: blocks between blank lines, cut where a line ends on purpose."""
    block: list[Span] = []
    at = 0
    for line in text.split("\n"):
        start, end = _trimmed(text, at, at + len(line))
        at += len(line) + 1
        if start < end:
            block.append((start, end))
        elif block:
            yield from _unwrapped(text, block)
            block = []
    if block:
        yield from _unwrapped(text, block)


def _unwrapped(text: str, lines: list[Span]) -> Iterator[Span]:
    """The lines of one block, joined again where they were only wrapped or where running text goes on."""
    width = max(end - start for start, end in lines)
    heads = [_head(text, *line) for line in lines[1:]]
    fitted = [end - start + 1 + len(head) <= width for (start, end), head in zip(lines, heads)]
    wrapped = width in _WRAPPED and 2 * sum(fitted) < len(fitted)
    start, end = lines[0]
    for line, head, fits in zip(lines[1:], heads, fitted):
        on_purpose = fits or not wrapped
        if _BULLET.match(text, *line) or _line_ends(text, start, end, head, on_purpose=on_purpose):
            yield start, end
            start = line[0]
        end = line[1]
    yield start, end


def _line_ends(text: str, start: int, end: int, head: str, *, on_purpose: bool) -> bool:
    """Whether a sentence that began at `start` ends with the line that ends at `end`, `head` coming next."""
    last = text[end - 1]
    if not on_purpose:
        return last not in _MARKS and head[0].isupper() and head.lower() in STARTERS
    if last == "." and kind_of(_last_words(text, start, end - 1)) == "never":
        return False
    label = head[-1] in ":]"  # "patient: yes", "[doctor] so"
    return last in _MARKS or last == ":" or label or _begins(head.lstrip(_OPENING))


def _head(text: str, start: int, end: int) -> str:
    """The first word of a line, which starts with it."""
    blank = text.find(" ", start, end)
    return text[start : end if blank < 0 else blank]


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


# Stops

_WIDE: Final = "。！？｡"  # end a sentence whatever follows
_MARKS: Final = f".!?…{_WIDE}"
_OPENING, _CLOSING = "\"'“‘„«([{¿¡", "\"'”’»)]}」』）"
_STOP: Final = re.compile(
    rf"""
    # A whole run of marks; the look behind spares a second try from inside the run.
    (?P<mark> [{_MARKS}] (?<![{_MARKS}][{_MARKS}]) [{_MARKS}]*+ )
    # With a blank before it in text that was tokenised: `done . )`, `done . " `.
    (?P<close> (?: [{re.escape(_CLOSING)}] | [ ][)\]}}”»] | [ ]["'](?=\s) )*+ )
    (?: \s++ | (?<=[{_WIDE}」』）]) )
    (?P<open> (?: [{re.escape(_OPENING)}] | (?<=[(\[])[ ] )*+ )
    (?P<next> [^\s{_MARKS}]*+ )
    """,
    re.VERBOSE,
)
_CLOSED_NUMBER: Final = re.compile(r"\d+\)")
_LOWER_START: Final = re.compile(r"[\w-]*?[A-Z0-9\u0370-\u03ff]|[a-z]{1,4}\)")  # p53, mTOR, α-synuclein, a)
_NOT_FIRST: Final = frozenset(",;:)]}”’»%=<>≤≥±+/&|×·")


def _ends_at(stop: re.Match[str], text: str, start: int) -> bool:
    """Whether the sentence that began at `start` ends at this stop."""
    mark, closed, opened, following = stop.groups()
    if mark[0] in _WIDE:
        return True
    begins = _begins(following)
    if mark != ".":
        return begins
    if _CLOSED_NUMBER.match(following) and _is_open(text, start, stop.start()):
        return False  # "(LFA. 3)"; without the bracket it would be an enumeration
    before = _last_words(text, start, stop.start())
    kind = kind_of(before)
    if kind is None:
        return begins or (not closed and following[:1].islower() and _is_plain(before[-1]))
    if not begins or kind == "never":
        return False
    if kind == "number":
        return bool(opened) or not following.lstrip("-+−±~")[:1].isdigit()
    if kind == "capital" and following.istitle() and len(following) > 1:
        return True
    initial = len(following) == 1 and text[stop.end() : stop.end() + 1] == "."
    return not opened and not initial and following.lower() in STARTERS


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether a round bracket stands open at `end`, opened at most 40 characters before."""
    start = max(start, end - 40)
    return text.rfind("(", start, end) > text.rfind(")", start, end)


def _last_words(text: str, start: int, end: int) -> list[str]:
    """The last words of a sentence so far, as `kind_of` takes them; cut off at 40 characters, for speed."""
    words = text[max(start, end - 40) : end].split()
    if words:
        words[-1] = words[-1].lstrip(_OPENING)
    if len(words) == 1 and end - start > 40:
        words.insert(0, "")
    return words


def _begins(word: str) -> bool:
    """Whether a word can be the first of a sentence, by its letters alone."""
    if not word or word[0] in _NOT_FIRST:
        return False
    return not word[0].islower() or bool(_LOWER_START.match(word))


def _is_plain(word: str) -> bool:
    return len(word) >= 5 and word.isalpha() and word.islower()
