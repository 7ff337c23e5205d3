"""Text generation: write the text that is asked for: a summary, a note, an answer in words.

The question gives the texts of the source and the instruction, the gold the texts that count as right.

    text       The text itself, from its first character that is not blank to its last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from medinstruct.document import Item
from medinstruct.tasks import facts
from medinstruct.tasks.answers import harmonic
from medinstruct.tasks.task import AnswerFormat, Case, Example, Gold, Lost, Parsed, Question, TaskType, Window

WORD = re.compile(r"\w+")


class TextQuestion(Question):
    """What is to be written, and from what."""

    texts: dict[str, str] = Field(default_factory=dict)
    """The texts to read, by name, in their order."""
    instruction: str = ""
    """The source's own question or instruction; empty where it has none."""
    kind: str = ""
    """What all items of the corpus ask for, in one sentence; empty where it says none."""

    @property
    def asked(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else ()

    @property
    def reading(self) -> str:
        return "\n".join((*self.texts.values(), *([self.instruction] if self.instruction else [])))


class TextGold(Gold):
    """The texts that are right."""

    references: Annotated[tuple[str, ...], Field(min_length=1)]
    """The first is the one to learn."""

    @property
    def is_empty(self) -> bool:
        return False


TextExample = Example[TextQuestion, TextGold]


def view(item: Item, fact: facts.Texts, windows: Sequence[Window]) -> Iterator[TextExample | Lost]:
    """Yield one example for an item with an answer, else a Lost under the item's id."""
    if not item.references:
        yield Lost(item.id, "it has no text as its answer")
        return
    question = TextQuestion(texts=item.texts, instruction=item.question, kind=fact.question)
    yield Example(question, TextGold(references=item.references), annotations=(item.id,))


class Text(AnswerFormat[TextQuestion, TextGold]):
    """The first reference without blanks at its edges."""

    level: ClassVar[str] = "text"
    loses: ClassVar[tuple[str, ...]] = ("blanks at the edges", "other references")

    def fits(self, example: TextExample) -> str | None:
        return None if example.gold.references[0].strip() else "an empty answer"

    def render(self, example: TextExample) -> str:
        return example.gold.references[0].strip()

    def carries(self, example: TextExample) -> tuple[str]:
        return (example.gold.references[0].strip(),)

    def parse(self, answer: str, question: TextQuestion) -> Parsed:
        answer = answer.strip()
        return Parsed((answer,), ("exact",)) if answer else Parsed(())


Cases = Sequence[Case[TextQuestion, TextGold]]


def exact_match(cases: Cases) -> float:
    """Share of answers that are a reference but for case and white space, 0..1."""
    return _mean_of_best(cases, _is_same)


def token_f1(cases: Cases) -> float:
    """Mean F1 of the words that answer and reference share, counted with repetition, 0..1.

    Words are runs of letters, digits and underscores, without case. Source: Rajpurkar et al. 2016,
    doi:10.18653/v1/D16-1264, who also leave out articles.
    """
    return _mean_of_best(cases, _token_f1)


def rouge_l(cases: Cases) -> float:
    """Mean F1 of the longest common subsequence of words, 0..1, without stemming.

    Source: Lin 2004, https://aclanthology.org/W04-1013, with equal weight of precision and recall.
    """
    return _mean_of_best(cases, _rouge_l)


def _mean_of_best(cases: Cases, score: Callable[[str, str], float]) -> float:
    """The mean over rows of the best score of any reference; 0 for no answer, 1.0 where there are no rows."""
    best = [
        max(score(case.prediction[0], reference) for reference in case.gold.references) if case.prediction else 0.0
        for case in cases
    ]
    return sum(best) / len(best) if best else 1.0


def _is_same(answer: str, reference: str) -> float:
    return float(answer.casefold().split() == reference.casefold().split())


def _token_f1(answer: str, reference: str) -> float:
    said, due = _words(answer), _words(reference)
    if not said or not due:
        return _is_same(answer, reference)
    return harmonic((Counter(said) & Counter(due)).total(), len(said), len(due))


def _rouge_l(answer: str, reference: str) -> float:
    said, due = _words(answer), _words(reference)
    if not said or not due:
        return _is_same(answer, reference)
    return harmonic(common(said, due), len(said), len(due))


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence; memory is linear, time the product of the lengths."""
    if len(a) < len(b):
        a, b = b, a
    number = {word: n for n, word in enumerate(dict.fromkeys(a))}
    places = np.array([number[word] for word in a], dtype=np.int64)
    longest = np.zeros(len(a) + 1, dtype=np.int64)  # at n: with the first n words of `a`
    for word in b:
        if (n := number.get(word)) is not None:
            longest[1:] = np.maximum.accumulate(np.maximum(longest[1:], longest[:-1] + (places == n)))
    return int(longest[-1])


SAMPLES: dict[str, tuple[TextExample, ...]] = {
    "sum": (
        Example(
            TextQuestion(
                texts={"dialogue": "Doctor: Any pain?\nPatient: My left knee, since Monday."},
                kind="Summarise the dialogue as a note.",
            ),
            TextGold(references=("Pain in the left knee since Monday.", "Left knee pain for some days.")),
        ),
        Example(
            TextQuestion(
                texts={"answer 1": "It makes one drowsy.", "answer 2": "Drowsiness and a dry mouth."},
                instruction="What are the side effects of clonidine?",
                kind="Summarise what the answers say to the question.",
            ),
            TextGold(references=("Drowsiness and a dry mouth.",)),
        ),
    ),
    "qa": (
        Example(
            TextQuestion(instruction="What reverses the effect of clonidine?"),
            TextGold(references=("Naloxone.",)),
        ),
        Example(
            TextQuestion(
                texts={"question": "how long does clonidine last"}, kind="Answer the question about a medicine."
            ),
            TextGold(references=("For about half a day.",)),
        ),
        Example(
            TextQuestion(
                texts={"context": "Naloxone reversed the effect of clonidine in ten rats."},
                instruction="Does naloxone act on clonidine?",
                kind="Answer the question with the conclusion that the abstract allows.",
            ),
            TextGold(references=("It reverses its effect in rats.",)),
        ),
    ),
    "gen": (
        Example(
            TextQuestion(instruction="Name a drug that lowers blood pressure."),
            TextGold(references=("Clonidine.",)),
        ),
        Example(
            TextQuestion(texts={"input": "He has HTN."}, instruction="Write out the abbreviation."),
            TextGold(references=("He has hypertension.",)),
        ),
    ),
}
"""Canonical examples by corpus-level task."""

TASK = TaskType(
    name="text_generation",
    title="Write the text that is asked for",
    question=TextQuestion,
    gold=TextGold,
    formats={"text": Text},
    views={facts.Texts: view},
    scores={"rouge_l": rouge_l, "token_f1": token_f1, "exact_match": exact_match},
    samples=tuple(example for examples in SAMPLES.values() for example in examples),
    samples_of=SAMPLES,
)
