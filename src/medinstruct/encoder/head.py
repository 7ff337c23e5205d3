"""A head: what one encoder was taught, and how its classes stand for an answer.

    kind       asked as              classes                    loss               answer
    tags       span_extraction       O, and B- and I- a label   cross entropy      spans
    one        multiple_choice       the options                cross entropy      the best of those the row offers
    several    multiple_choice       the options                binary, each       those above 1/2
    score      similarity            (one number, 0 to 1)       squared error      the number, laid on the scale

A row that asks for some labels alone is taught and asked about these alone: the classes of the others are taken out of the
softmax, so that what a row does not ask is not learnt as absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from medinstruct.encoder import tags
from medinstruct.errors import MedinstructError
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import SpanQuestion
from medinstruct.tasks.task import Example, Gold, Question

Kind = Literal["tags", "one", "several", "score"]
Target = list[int] | list[float]
MOST_CLASSES = 128
"""Options of a set; where there are more, they belong to single questions, as in an examination."""


class EncoderError(MedinstructError):
    """An encoder cannot be taught, loaded or asked."""


class Head(BaseModel):
    """Whose rows a model answers, and what its outputs mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    corpus: str
    task: str
    type: str
    """The unified task type."""
    labels: tuple[str, ...] = ()
    """Labels or options, in the order of the model's classes."""
    shows_question: bool = False
    """Whether the words of the question stand before the texts, as they differ from row to row."""
    max_tokens: int
    """Of a piece, special tokens included."""

    @property
    def name(self) -> str:
        """`bc5cdr-ner`: a folder's name, the same for two heads of one set that differ in labels."""
        return f"{self.corpus}-{self.task}"

    @property
    def classes(self) -> tuple[str, ...]:
        """What each output of the model stands for."""
        if self.kind == "tags":
            return (tags.OUTSIDE, *(f"{letter}-{label}" for label in self.labels for letter in "BI"))
        return self.labels or ("score",)

    def answers(self, row: Mapping[str, Any], question: Question) -> bool:
        """Whether a row is of the set that this head was taught, and asks for nothing else."""
        same = (row["corpus"], row["task"], row["type"]) == (self.corpus, self.task, self.type)
        return same and kind(question) == self.kind and set(question.offered) <= set(self.labels)

    def allowed(self, question: Question) -> list[bool]:
        """For each class whether the question asks for it."""
        wanted = set(question.offered)
        if self.kind == "tags":
            return [name == tags.OUTSIDE or name[2:] in wanted for name in self.classes]
        return [label in wanted for label in self.labels] or [True]

    def texts(self, question: Question) -> tuple[str, str]:
        """The text, or the two texts, that the model reads; marked mentions stand as `@Label$` (see `masked_text`)."""
        if isinstance(question, SpanQuestion):
            return question.text, ""
        assert isinstance(question, ChoiceQuestion | SimilarityQuestion)
        held = dict(question.texts)
        if isinstance(question, ChoiceQuestion):
            if question.marked:
                held["text"] = question.masked_text
            if self.shows_question:
                held = {"": question.question, **held}
        first, *others = held.values()
        return first, "\n".join(others)

    def target(self, example: Example[Any, Any]) -> Target:
        """What the outputs for a whole text should be: the place of a class, 0 or 1 for each, or a number from 0 to 1."""
        question, gold = example.question, example.gold
        if self.kind == "score":
            return [(gold.score - question.low) / (question.high - question.low)]
        places = [self.labels.index(option) for option in gold.says(question)]
        return [float(n in places) for n in range(len(self.labels))] if self.kind == "several" else places

    def said(self, outputs: Sequence[float], question: Question) -> Gold:
        """Return what the outputs for a whole text say: logits of the classes, or the number."""
        if isinstance(question, SimilarityQuestion):
            share = min(max(outputs[0], 0.0), 1.0)
            return SimilarityGold(score=question.low + share * (question.high - question.low))
        assert isinstance(question, ChoiceQuestion)
        each = [outputs[self.labels.index(option)] for option in question.options]
        if question.several:
            return ChoiceGold(choices=tuple(n for n, logit in enumerate(each) if logit > 0))
        return ChoiceGold(choices=(max(range(len(each)), key=each.__getitem__),))


def kind(question: Question) -> Kind | None:
    """How an encoder is asked this; None where it cannot be, as the answer is to be written."""
    if isinstance(question, SpanQuestion):
        return "tags"
    if isinstance(question, SimilarityQuestion):
        return "score"
    if isinstance(question, ChoiceQuestion):
        return "several" if question.several else "one"
    return None
