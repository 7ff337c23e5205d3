"""What is asked and what is right in a multiple choice."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from pydantic import Field

from medinstruct.document import Record, Spans, quote
from medinstruct.tasks.task import Example, Gold, Question


class Marked(Record):
    """Something the question is about, by its places in the text."""

    label: str
    """What it is, as its corpus calls it: `Chemical`, `GENE-Y`; the attribute's name where that is asked for."""
    mentions: tuple[Spans, ...]
    """Its mentions in the text, the first of which names it."""


class ChoiceQuestion(Question):
    """Texts, a question about them, and options of which one is right, or several."""

    texts: dict[str, str]
    """The texts by name, in the order in which they are read; a text cut out of a document is called `text`."""
    options: tuple[str, ...]
    question: str = ""
    several: bool = False
    """Whether any number of options may be right, none included."""
    marked: tuple[Marked, ...] = ()
    """What of `texts["text"]` the question is about: the two arguments of a relation, the bearer of an attribute."""
    definitions: dict[str, str] = Field(default_factory=dict)
    """What an option means, where the corpus says so."""

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(sorted(self.options))

    @property
    def reading(self) -> str:
        return "\n".join(text for text in (*self.texts.values(), self.question) if text)

    @property
    def ask(self) -> str:
        return "\x1f".join([*self.asked, *(f"{what.label} {what.mentions}" for what in self.marked)])

    @property
    def offered(self) -> tuple[str, ...]:
        return self.options

    def among(self, labels: Collection[str]) -> Self:
        return self.model_copy(update={"options": tuple(option for option in self.options if option in labels)})

    @property
    def marked_text(self) -> str:
        """The text with the first marked thing in [[ ]] and the second in << >>, every mention of them.

        A mention in parts is marked from its first to its last, and mentions of one thing that overlap are marked as
        one. Marks of two things stand in one another, or cross, as the things do; of equal things the first is outside:

            [[left <<atrium>>]]        <<[[left]] atrium>>        [[<<left>>]]        [[left <<and]] right>>
        """
        marks = []
        for n, what in enumerate(self.marked):
            opening, closing = ("[[", "]]") if n == 0 else ("<<", ">>")
            for start, end, _ in _united(_extents(what, n)):
                # at one place marks close before others open, inner ones first; the longer of two opens first
                marks += [(start, 1, start - end, n, opening), (end, 0, end - start, -n, closing)]
        text, out, at = self.texts.get("text", ""), [], 0
        for place, _, _, _, mark in sorted(marks):
            out += [text[at:place], mark]
            at = place
        return "".join([*out, text[at:]])

    @property
    def masked_text(self) -> str:
        """The text with the marked things replaced by `@Label$`, and those that overlap by `@Label-Other$`.

        Source: the relation sets of BLUE (`create_chemprot_bert.py`, `create_ddi_bert.py`) and BLURB.
        """
        text, out, at = self.texts.get("text", ""), [], 0
        extents = [extent for n, what in enumerate(self.marked) for extent in _extents(what, n)]
        for start, end, things in _united(extents):
            label = "-".join(self.marked[n].label for n in sorted(things))
            out += [text[at:start], f"@{label}$"]
            at = end
        return "".join([*out, text[at:]])

    @property
    def names(self) -> tuple[str, ...]:
        """The words of the first mention of each marked thing."""
        return tuple(quote(self.texts["text"], what.mentions[0]) for what in self.marked)


class ChoiceGold(Gold):
    """The places of the right options among those of the question, counted from 0, ascending."""

    choices: tuple[int, ...] = ()
    nothing: int | None = None
    """Place of the option that says that there is nothing (`not related`), where there is one."""

    @property
    def is_empty(self) -> bool:
        return not self.choices or self.choices == (self.nothing,)

    def says(self, question: ChoiceQuestion) -> tuple[str, ...]:
        return tuple(question.options[choice] for choice in self.choices)

    def needs(self, question: ChoiceQuestion) -> tuple[str, ...]:
        """The right options, and the one that says that there is nothing."""
        return self.says(question) + (() if self.nothing is None else (question.options[self.nothing],))

    def among(self, question: ChoiceQuestion, fewer: ChoiceQuestion) -> Self:
        place = {option: n for n, option in enumerate(fewer.options)}
        choices = tuple(place[option] for option in self.says(question))
        nothing = None if self.nothing is None else place[question.options[self.nothing]]
        return self.model_copy(update={"choices": choices, "nothing": nothing})


ChoiceExample = Example[ChoiceQuestion, ChoiceGold]


def reorder(example: ChoiceExample, order: tuple[int, ...]) -> ChoiceExample:
    """Return the example with its options in another order: the option that stood at `order[0]` comes first, …"""
    question, gold = example.question, example.gold
    options = tuple(question.options[old] for old in order)
    choices = tuple(sorted(order.index(choice) for choice in gold.choices))
    nothing = None if gold.nothing is None else order.index(gold.nothing)
    return Example(
        question.model_copy(update={"options": options}),
        gold.model_copy(update={"choices": choices, "nothing": nothing}),
        example.unit, example.window, example.annotations,
    )  # fmt: skip


def _extents(what: Marked, place: int) -> list[tuple[int, int, int]]:
    """(start, end, place among the marked) of every mention of a marked thing, gaps included."""
    return [(spans[0][0], spans[-1][1], place) for spans in what.mentions]


def _united(extents: list[tuple[int, int, int]]) -> list[tuple[int, int, set[int]]]:
    """Extents in the order of the text, those that overlap as one, each with the places of the things in it."""
    united: list[tuple[int, int, set[int]]] = []
    for start, end, place in sorted(extents):
        if united and start < united[-1][1]:
            first, last, things = united[-1]
            united[-1] = first, max(last, end), things | {place}
        else:
            united.append((start, end, {place}))
    return united
