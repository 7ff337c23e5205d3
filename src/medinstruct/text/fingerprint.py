"""When two texts are the same: by their words, whatever their case, spacing, punctuation and Unicode form.

The identity of "Aspirin® 81 mg, q.d. for Anna" is `text:` and the XXH3-128 of "aspirin 81 mg q d for anna" in
hexadecimal.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import xxhash

from medinstruct.text.sentence import sentences
from medinstruct.text.token import UNSPACED, attached

_WORDS_OF_A_TEXT, _WORDS_OF_A_SENTENCE = 5, 8
_WORDS: Final = "".join(sign.lower() if sign.isalnum() else " " for sign in map(chr, range(128))).encode() + bytes(
    range(128, 256)
)
"""What each byte of a text becomes; several times as fast as a pattern of words."""
_WITHOUT_CASE: Final = (
    "".join(" " if sign.isspace() else sign.lower() for sign in map(chr, range(128))).encode().ljust(256)
)
"""What each byte of a text of ASCII becomes; `bytes.split` alone does not take the four information separators for blanks."""
_BEYOND_ASCII: Final = re.compile(r"[^\0-\x7f]+")
_UNSPACED_LETTER: Final = re.compile(f"[{UNSPACED}]")


@lru_cache(maxsize=128)  # identity, guard and duplicates ask for the same texts, lot by lot (64 records)
def normalise(text: str) -> str:
    """The words of a text alone: NFKC, case folded, letters and digits of any script, one blank between.

    What nobody sees, or sees only on a letter (soft hyphens, zero-width characters, joiners, combining marks
    that NFKC could not compose), is dropped and does not part a word.
    """
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = _BEYOND_ASCII.sub(lambda run: _seen(run[0]), folded)
    return b" ".join(text.encode().translate(_WORDS).split()).decode()


@lru_cache(maxsize=4_096)  # nearly all texts have the same few
def _seen(signs: str) -> str:
    """The letters and digits among signs beyond ASCII; a blank for what parts words, nothing for what nobody sees."""
    return "".join(sign if sign.isalnum() else "" if _unseen().fullmatch(sign) else " " for sign in signs)


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(attached(also="\u00ad\u200b\u2060\ufeff"))


@lru_cache(maxsize=32)  # many questions are asked of one article
def identity(text: str) -> str:
    """`text:` and 32 hexadecimal digits, equal for equal normalised texts.

    Empty for a text of fewer than five words: "yes" and "chest pain" stand in documents that have nothing to
    do with each other. Two characters of a script without blanks count as one more word.
    """
    return _named(normalise(text), at_least=_WORDS_OF_A_TEXT)


def sentence_identities(text: str) -> list[str]:
    """The identities of the sentences of eight words or more, in order: shorter ones are too common."""
    words = (normalise(text[start:end]) for start, end in sentences(text))
    return [name for name in (_named(w, at_least=_WORDS_OF_A_SENTENCE) for w in words) if name]


def without_case(text: str) -> int:
    """64 bits, equal for texts that differ in case and blanks alone."""
    if text.isascii():
        folded = text.encode().translate(_WITHOUT_CASE)
        folded = b" ".join(folded.split()) if b"  " in folded else folded.strip()
    else:
        folded = " ".join(text.split()).casefold().encode("utf-8", "surrogatepass")
    return xxhash.xxh3_64_intdigest(folded)


def _named(words: str, *, at_least: int) -> str:
    count = words.count(" ") + 1
    if not words.isascii():
        count += len(_UNSPACED_LETTER.findall(words)) // 2
    return f"text:{xxhash.xxh3_128_hexdigest(words.encode())}" if count >= at_least else ""
