"""How a choice is written: by its letter, by letter and text, or by its text.

letter         (B)                         several: (A), (C)            none of several: None
letter_text    (B) Naloxone                         (A) first; (C) third
text           Naloxone                             first; third
"""

from __future__ import annotations

import re
from abc import abstractmethod
from functools import lru_cache
from typing import ClassVar

from pydantic import model_validator

from medinstruct.tasks.answers import EMPTY_WORDS, cut
from medinstruct.tasks.constraint import Constraint, free, literal, one_of, regex
from medinstruct.tasks.multiple_choice.example import ChoiceExample, ChoiceGold, ChoiceQuestion
from medinstruct.tasks.task import AnswerFormat, Mark, Parsed

MARK = re.compile(r"\(([A-Z]{1,2}|[a-z])\)")
BARE = re.compile(
    r"\A([A-Z]{1,2}|[a-z])\)?(?:[.:,;\n]|(?<=\))|\Z)"
    r"|\b(?i:answers?|options?|choices?)(?:\s++(?i:is|are))?+\s*+[:=-]?+[\s*]*+(?:([A-Z]{1,2})(?!\w)|([a-z])(?:[.:,;)*\n]|\Z))"
)
"""A letter without its brackets: before a stop at the beginning (`b) …`), or announced (`The answer is C`); that of
`A patient` is none.
"""
MOST_OF_SEVERAL = 40
"""Options of which several may be right, in an expression, whose length grows with their square."""
DECORATION = " .*`'\"()[]"
LISTED = re.compile(r"[,;/&\n]|\b(?i:and)\b")
"""What stands between options where an answer does not keep to the separator."""
WORD = re.compile(r"\w+|[^\w\s]")


def letter(place: int) -> str:
    """The letter of the option at `place`: A to Z, then AA, AB, … to ZZ, then AAA, …"""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


class Choice(AnswerFormat[ChoiceQuestion, ChoiceGold]):
    """What the three ways of writing a choice have in common."""

    level: ClassVar[str] = "choice"
    has_no_letters: ClassVar[bool] = False
    """Whether answers hold the words of options and no letters."""

    separator: str = "; "
    """What stands between two right options."""
    none: str = "None"
    """The word for none of the options, where several may hold."""

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Choice:
        if not self.separator.strip() or self.separator.strip() in self.none or "(" in self.separator:
            raise ValueError(
                "the separator needs a character that is not blank, is no bracket and not in the word for none"
            )
        if not self.none or self.none != self.none.strip() or MARK.search(self.none):
            raise ValueError("the word for none must not be empty, have blanks at its edges or look like a letter")
        return self

    def fields(self, question: ChoiceQuestion) -> dict[str, object]:
        return {
            "letters": tuple((letter(n), option) for n, option in enumerate(question.options)),
            "none": self.none,
        }

    def fits(self, example: ChoiceExample) -> str | None:
        question, gold = example.question, example.gold
        if reason := _unfit(question.options):
            return reason
        if not question.several and len(gold.choices) != 1:
            return "several right options where one is asked for" if gold.choices else "no right option"
        return None

    def carries(self, example: ChoiceExample) -> tuple[int, ...]:
        return example.gold.choices

    def render(self, example: ChoiceExample) -> str:
        options = example.question.options
        return self.separator.join(self.write(n, options[n]) for n in example.gold.choices) or self.none

    def constraint(self, question: ChoiceQuestion) -> Constraint:
        written = [self.write(n, option) for n, option in enumerate(question.options)]
        if not written or len({text.strip() for text in written}) < len(written):
            return free("no options, or identical ones")
        if not question.several:
            return regex(one_of(written))
        if len(written) > MOST_OF_SEVERAL:
            return free("too many options to choose several of by an expression of some size")
        if self.has_no_letters and any(
            self.separator in f"{text}{self.separator[:-1]}" or not text.strip() for text in written
        ):
            return free("an option that is empty or holds the separator")
        # each choice by its last option, so that none comes twice and there is an end
        before = [f"(?:{literal(text)}{literal(self.separator)})?" for text in written]
        choices = (f"{''.join(before[:n])}{literal(text)}" for n, text in enumerate(written))
        return regex("|".join((literal(self.none), *choices)))

    @abstractmethod
    def write(self, place: int, option: str) -> str:
        """One right option."""

    def parse(self, answer: str, question: ChoiceQuestion) -> Parsed:
        answer = answer.strip()
        if question.several and answer == self.none:
            return Parsed(())
        exact = self._read(answer, question)
        if exact is not None and (question.several or len(exact) == 1):
            how: Mark = "exact"
            return Parsed(tuple(sorted(exact)), (how,) * len(exact))
        return self._read_loosely(answer, question) or self._guess(answer, question)

    def _read(self, answer: str, question: ChoiceQuestion) -> set[int] | None:
        """The options of an answer written as `render` writes, read from left to right, else None."""
        written = {self.write(n, option).strip(): n for n, option in enumerate(question.options)}
        if answer in written:
            return {written[answer]}
        found: set[int] = set()
        longest_first, at, separator = sorted(written, key=len, reverse=True), 0, self.separator
        while True:
            next_one = next(
                (text for text in longest_first if answer.startswith(text, at) and self._ends(answer, at + len(text))),
                None,
            )
            if next_one is None or written[next_one] in found:
                return None
            found.add(written[next_one])
            at += len(next_one)
            if at == len(answer):
                return found
            at += len(separator)

    def _ends(self, answer: str, at: int) -> bool:
        return at == len(answer) or answer.startswith(self.separator, at)

    def _read_loosely(self, answer: str, question: ChoiceQuestion) -> Parsed | None:
        """An answer that is as `render` writes but for case, blanks, quotes, brackets or a full stop, or is a letter; else None."""
        places: dict[str, list[int]] = {}
        for n, option in enumerate(question.options):
            alone = option if self.has_no_letters else letter(n)
            for written in {_folded(self.write(n, option)), _folded(alone)}:
                places.setdefault(written, []).append(n)
        places.pop("", None)  # what is nothing but decoration names no option
        lists = [answer.split(self.separator.strip()), LISTED.split(answer)] if question.several else [[answer]]
        for pieces in lists:
            how: dict[int, Mark] = {}
            for piece in pieces:
                if not (same := places.get(_folded(piece))):
                    break
                how[same[0]] = "repaired" if len(same) == 1 else "ambiguous"
            else:
                return Parsed(tuple(sorted(how)), tuple(how[n] for n in sorted(how)))
        says_none = question.several and answer and (_folded(answer) or answer) in EMPTY_WORDS
        return Parsed(()) if says_none else None

    def _guess(self, answer: str, question: ChoiceQuestion) -> Parsed:
        """What an answer that does not follow the format says: by letters, else by the words of options."""
        lettered, unread = _lettered(answer, question)
        named = _named(answer, question)
        found = (named or lettered) if self.has_no_letters else (lettered or named)
        if not found and not unread:
            unread = (cut(answer) or "no option",)
        is_clear = not lettered or not named or not set(lettered).isdisjoint(named)
        how: Mark = "repaired" if is_clear and (question.several or len(found) == 1) else "ambiguous"
        found = sorted(found if question.several else found[:1])
        return Parsed(tuple(found), (how,) * len(found), unread)


class Letter(Choice):
    """The letter in brackets: `(B)`."""

    separator: str = ", "

    def write(self, place: int, option: str) -> str:
        return f"({letter(place)})"


class LetterText(Choice):
    """The letter in brackets and the option: `(B) Naloxone`."""

    def write(self, place: int, option: str) -> str:
        return f"({letter(place)}) {option.strip()}".strip()


class Text(Choice):
    """The option's words alone."""

    has_no_letters: ClassVar[bool] = True

    def fits(self, example: ChoiceExample) -> str | None:
        if reason := super().fits(example):
            return reason
        question = example.question
        return _unclear(question.options, self.separator, self.none if question.several else None)

    def write(self, place: int, option: str) -> str:
        return option


@lru_cache(maxsize=4_096)  # pairs of an entry have the same options
def _unfit(options: tuple[str, ...]) -> str | None:
    if len(options) > 26 * 27:
        return "more options than letters"
    return "identical options" if len({option.strip() for option in options}) < len(options) else None


@lru_cache(maxsize=4_096)
def _unclear(options: tuple[str, ...], separator: str, none: str | None) -> str | None:
    """Why options cannot be told apart by their words; where several may be right there is a word for none of them."""
    if any(not option or option != option.strip() for option in options):
        return "an option that is empty or has blanks at its edges"
    if none is not None and any(separator in f"{option}{separator[:-1]}" for option in options):
        return "the separator in an option"
    if none is not None and none in options:
        return "an option that is the word for none"
    return None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(DECORATION)


def _lettered(answer: str, question: ChoiceQuestion) -> tuple[list[int], tuple[str, ...]]:
    """The options whose letters an answer holds, as they come, and the letters in brackets that no option has."""
    places = {letter(n): n for n in range(len(question.options))}
    marks = dict.fromkeys(MARK.findall(answer))
    found = [places[mark.upper()] for mark in marks if mark.upper() in places]
    if not found:
        found = [places[mark] for groups in BARE.findall(answer) if (mark := "".join(groups).upper()) in places]
    return list(dict.fromkeys(found)), tuple(f"({mark})" for mark in marks if mark.isupper() and mark not in places)


def _named(answer: str, question: ChoiceQuestion) -> list[int]:
    """The options whose words stand in an answer, as they come, none of them inside a longer one that stands there
    too.
    """
    left = _words(answer)
    found: list[tuple[int, int]] = []
    options = (_words(_folded(option)) for option in question.options)
    for n, words in sorted(enumerate(options), key=lambda option: -len(option[1])):
        if words and (at := left.find(words)) >= 0:
            found.append((at, n))
            left = left.replace(words, "\0" * len(words))
    return [n for _, n in sorted(found)]


def _words(text: str) -> str:
    """Text without case, each word and mark between two blanks: what stands there as words is found by `in`."""
    words = WORD.findall(text.casefold())
    return f" {'  '.join(words)} " if words else ""
