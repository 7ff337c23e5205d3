"""Another language than the one asked for.

Told by the script of the letters, then by the words that each language uses most: those on spaCy's lists of stop words, which come with
spaCy and need no model. The detectors of the field carry models of many megabytes to tell a hundred languages apart by single words; here
the text is long, the language is known, and the question is only whether another one says more of its small words.

    "El paciente no tiene fiebre."   es: el no tiene (3)   en: no (1)   ─▶ not English
"""

from __future__ import annotations

import re
import runpy
from collections import Counter
from functools import cache
from importlib.metadata import distribution
from typing import Final

from medinstruct.errors import NotFound, did_you_mean
from medinstruct.generator.candidate import Candidate

LANGUAGES: Final = (
    "cs",
    "da",
    "de",
    "en",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "sv",
    "tr",
)
"""Languages of the Latin script that are told apart by their words."""
SCRIPTS: Final = {
    "ar": "\u0600-\u06ff", "bg": "\u0400-\u04ff", "el": "\u0370-\u03ff\u1f00-\u1fff", "fa": "\u0600-\u06ff", "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f", "ja": "\u3040-\u30ff\u3400-\u9fff", "ko": "\u1100-\u11ff\uac00-\ud7af", "ru": "\u0400-\u04ff",
    "th": "\u0e00-\u0e7f", "uk": "\u0400-\u04ff", "zh": "\u3400-\u9fff",
}  # fmt: skip
"""The letters of languages of other scripts; those that share a script are not told apart."""
LATIN: Final = "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"
SHARE: Final = 0.6
"""Of the letters that must be of the language's script: medical texts hold Greek letters and Latin names."""
MARGIN: Final = 3
"""So many more of its small words another language must have; each counts once, and single letters, as in units, do not."""
_LETTER: Final = re.compile(r"[^\W\d_]")
_WORD: Final = re.compile(rf"[{LATIN}']{{2,}}")


class Language:
    """Refuses texts that are not in a language.

    Args:
        language: Two letters, one of `LANGUAGES` or `SCRIPTS`.

    Raises:
        NotFound: if it is none of them.
    """

    name = "language"
    reads_output = False

    def __init__(self, language: str = "en") -> None:
        if language not in (known := {*LANGUAGES, *SCRIPTS}):
            raise NotFound(f"no language {language!r} can be told", next=did_you_mean(language, known))
        self._language = language
        self._own = re.compile(f"[{SCRIPTS.get(language, LATIN)}]")

    def __call__(self, candidate: Candidate) -> str | None:
        for text in (candidate.instruction, candidate.input, candidate.output):
            if not text.isascii() or self._language in SCRIPTS:
                letters = len(_LETTER.findall(text))
                if letters and len(self._own.findall(text)) < SHARE * letters:
                    return "another script"
            if self._language in LANGUAGES and self._is_other(text):
                return "another language"
        return None

    def _is_other(self, text: str) -> bool:
        speaks = _small_words()
        known = speaks.keys() & _WORD.findall(text.lower())
        counts = Counter(language for word in known for language in speaks[word])
        return bool(counts) and max(counts.values()) >= counts[self._language] + MARGIN


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """For each word on a list of stop words, the languages that have it there."""
    speaks: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for word in _stop_words(language):
            speaks.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in speaks.items()}


def _stop_words(language: str) -> set[str]:
    """SpaCy's list for a language: the module of words alone, as all of spaCy takes seconds and 300 MB."""
    path = distribution("spacy").locate_file(f"spacy/lang/{language}/stop_words.py")
    words: set[str] = runpy.run_path(str(path))["STOP_WORDS"]
    return words
