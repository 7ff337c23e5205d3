"""Tokens for BIO tags, and a rule of thumb for how many a language model sees."""

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Final

import numpy as np

Span = tuple[int, int]

UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\uff66-\uff9d\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kana, Han
)
"""The inside of a character class: scripts that put no blank between words."""


def tokens(text: str) -> list[Span]:
    """The tokens of a text, as spans: the units of BIO tags.

    A token is a run of letters and digits, or one mark of anything else, as biomedical BIO corpora have it:
    `N,N-dimethyl` is N | , | N | - | dimethyl, and `5mg/kg` is 5mg | / | kg. A number keeps its decimal
    points and its thousands (2.5 and 1,000), and not a decimal comma, which nothing tells from the locants of
    `1,2-dichloro`. Scripts without blanks go letter by letter. Combining marks, joiners, variation selectors
    and skin tones stay with what they modify.
    """
    return [token.span() for token in _token().finditer(text)]


@cache
def _token() -> re.Pattern[str]:
    word = rf"(?:[^\W_{UNSPACED}]++{attached()})++"
    goes_on = r"(?<=[0-9])(?:\.(?=[0-9])|,(?=[0-9]{3}(?![0-9])))"
    flag = "[\U0001f1e6-\U0001f1ff]{2}"
    mark = rf"\S{attached()}(?:(?<=\u200d)[^\w\s]{attached()})*+"
    return re.compile(rf"{word}(?:{goes_on}{word})*+|{flag}|{mark}")


@cache
def attached(also: str = "") -> str:
    """A pattern for what stays with the character before it: marks, joiners, skin tones, what `also` names.

    Made at first use: `re` knows no Unicode categories, and finding the marks takes a while.
    """
    runs: list[list[int]] = []
    for point in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)):  # no mark lies elsewhere
        if unicodedata.category(chr(point)).startswith("M"):
            if runs and runs[-1][1] == point - 1:
                runs[-1][1] = point
            else:
                runs.append([point, point])
    marks = "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)
    # The look ahead spares nearly every character the long class behind it.
    return rf"(?:(?![\0-\u00ac\u00ae-\u02ff])[{marks}\u200c\u200d\U0001f3fb-\U0001f3ff{also}])*+"


_PIECE: Final = re.compile(r"[A-Za-z]{1,6}|[0-9]{1,3}|[^\W\d_A-Za-z]{1,2}|\n+|\S")


def count_tokens(text: str) -> int:
    """About how many tokens a language model sees in a text, without its tokenizer.

    Each run of up to six ASCII letters, three digits or two other letters counts one, as does every other
    visible character and every run of newlines. It is a rule of thumb, checked against no tokenizer: it makes
    windows alike in length; leave room where a limit is hard. The parts of a text count as much as the whole,
    or more.
    """
    data = text.encode("utf-8", "surrogatepass")
    kinds = data.translate(_KINDS)
    others = 0 if text.isascii() else _count_others(data)
    if len(kinds) > _LONG:
        return _count_long(kinds) + others
    kinds = kinds.replace(b"aaaaaa", b".").replace(b"000", b".")
    while b"\n\n" in kinds:
        kinds = kinds.replace(b"\n\n", b"\n")
    # of five letters two pairs, one three and one five are no pieces, of four two pairs and one three
    of = kinds.count
    return len(kinds) - of(b" ") - of(b"aa") - of(b"aaa") - of(b"aaaaa") - of(b"00") + others


def _count_long(kinds: bytes) -> int:
    """The pieces of a text that is worth a dozen calls of numpy: each run of a kind has one for every so many signs."""
    signs = np.frombuffer(kinds, dtype=np.uint8)
    lasts = np.append(np.flatnonzero(signs[1:] != signs[:-1]), len(signs) - 1)
    return int(np.ceil(np.diff(lasts, prepend=-1) / _SIGNS[signs[lasts]]).sum())


def _count_others(data: bytes) -> int:
    """The pieces beyond ASCII: none is of both, and a text has the same few runs again and again."""
    runs = Counter(data.translate(_OTHERS).split())
    return sum(times * len(_PIECE.findall(run.decode("utf-8", "surrogatepass"))) for run, times in runs.items())


def _kind(character: str) -> str:
    if character.isalpha():
        return "a"
    if character.isdigit():
        return "0"
    return character if character == "\n" else " " if character.isspace() else "."


_LONG: Final = 1_000
"""Bytes from which on arrays are the faster way."""
_KINDS: Final = "".join(map(_kind, map(chr, range(128)))).encode().ljust(256)
"""What each byte of a text is; all beyond ASCII is a blank, as it is counted apart."""
_OTHERS: Final = bytes(128).replace(b"\0", b" ") + bytes(range(128, 256))
"""What leaves only what is beyond ASCII."""
_SIGNS: Final = np.full(256, np.inf)
"""How many signs in a row are one piece, by kind."""
_SIGNS[list(b"a0.\n")] = 6, 3, 1, 1e18


def pieces(text: str, start: int, end: int) -> list[Span]:
    """The spans between `start` and `end` that `count_tokens` counts."""
    return [piece.span() for piece in _PIECE.finditer(text, start, end)]
