"""random: an answer drawn by a hash of the row's id and the seed, the same in every run.

Of a choice each option is equally likely (of several, each is right or not); a score is drawn from its scale, a text from those
of the train part. Spans are as many, as long and of the labels as in a row of the train part, at places drawn by lot; of
relations and events there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from medinstruct import text as prose
from medinstruct.chat import backend
from medinstruct.chat.backend import Answer
from medinstruct.chat.prior import NOTHING
from medinstruct.chat.query import Query
from medinstruct.chat.say import say
from medinstruct.sample import draw
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import LabelledSpan, SpanGold, SpanQuestion
from medinstruct.tasks.task import Gold
from medinstruct.tasks.text_generation import TextGold

Shape = tuple[tuple[str, int], ...]
"""Label and number of words of each span of a row."""


class Backend(backend.Learner):
    """Guesses."""

    def learn(self, train: Iterable[Query]) -> None:
        self.shapes: dict[int, list[Shape]] = {}
        self.texts: dict[int, list[str]] = {}
        for query in train:
            gold = query.example.gold
            if isinstance(gold, SpanGold):
                self.shapes.setdefault(query.entry, []).append(_shape(query.example.question.text, gold))
            elif isinstance(gold, TextGold):
                self.texts.setdefault(query.entry, []).append(gold.references[0])
        # sorted, so that a draw does not depend on the order of the rows
        self.shapes = {entry: sorted(rows) for entry, rows in self.shapes.items()}
        self.texts = {entry: sorted(rows) for entry, rows in self.texts.items()}

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return (Answer.to(query, say(query, self._guess(query))) for query in queries)

    def _guess(self, query: Query) -> Gold | None:
        question = query.example.question
        if isinstance(question, ChoiceQuestion):
            number = len(question.options)
            if question.several:
                return ChoiceGold(choices=tuple(n for n in range(number) if self._lot(query, 2, n)))
            return ChoiceGold(choices=(self._lot(query, number),))
        if isinstance(question, SimilarityQuestion):
            share = self._lot(query, 1_000_001) / 1_000_000
            return SimilarityGold(score=question.low + (question.high - question.low) * share)
        if isinstance(question, SpanQuestion) and (shapes := self.shapes.get(query.entry)):
            return self._spans(query, question, shapes[self._lot(query, len(shapes), "row")])
        if texts := self.texts.get(query.entry):
            return TextGold(references=(texts[self._lot(query, len(texts), "row")],))
        return NOTHING.get(query.wording.type.name)

    def _spans(self, query: Query, question: SpanQuestion, shape: Shape) -> SpanGold:
        tokens, taken, found = prose.tokens(question.text), set[int](), []
        for n, (label, words) in enumerate(shape):
            if label in question.labels and words <= len(tokens):
                first = self._lot(query, len(tokens) - words + 1, "place", n)
                if taken.isdisjoint(run := range(first, first + words)):
                    taken.update(run)
                    found.append(LabelledSpan(label=label, pieces=((tokens[first][0], tokens[run[-1]][1]),)))
        return SpanGold(spans=tuple(found))

    def _lot(self, query: Query, number: int, *what: str | int) -> int:
        return draw(self.settings.seed, "random", query.row["id"], *what) % number


def _shape(text: str, gold: SpanGold) -> Shape:
    return tuple(
        (span.label, max(len(prose.tokens(text[span.pieces[0][0] : span.pieces[-1][1]])), 1)) for span in gold.spans
    )
