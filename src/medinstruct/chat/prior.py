"""What the train part says most often, entry by entry.

Entries without a train part (a test of examinations, say) learn from nothing: their first option is the usual one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import fmean

from medinstruct.chat.query import Query
from medinstruct.tasks.event_extraction import EventGold
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.relation_triples import TripleGold
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import SpanGold
from medinstruct.tasks.task import Gold
from medinstruct.tasks.text_generation import TextGold

NOTHING: dict[str, Gold] = {
    "span_extraction": SpanGold(),
    "relation_triples": TripleGold(),
    "event_extraction": EventGold(),
}


class Priors:
    """Counts over solved queries, by entry."""

    def __init__(self, train: Iterable[Query]) -> None:
        self.options: dict[int, Counter[tuple[str, ...]]] = {}
        """How often each set of options is right."""
        self.sets: dict[tuple[int, str], set[tuple[str, ...]]] = {}
        """Those sets by entry and first option, empty for none: options of an examination are each question's own."""
        self.places: dict[int, Counter[tuple[int, ...]]] = {}
        self.texts: dict[int, Counter[str]] = {}
        scores: dict[int, list[float]] = {}
        for query in train:
            entry, question, gold = query.entry, query.example.question, query.example.gold
            if isinstance(gold, ChoiceGold):
                says = gold.says(question)
                self.options.setdefault(entry, Counter())[says] += 1
                self.sets.setdefault((entry, says[0] if says else ""), set()).add(says)
                self.places.setdefault(entry, Counter())[gold.choices] += 1
            elif isinstance(gold, SimilarityGold):
                scores.setdefault(entry, []).append(gold.score)
            elif isinstance(gold, TextGold):
                self.texts.setdefault(entry, Counter())[gold.references[0]] += 1
        self.scores = {entry: fmean(found) for entry, found in scores.items()}

    def usual(self, query: Query) -> Gold | None:
        """The gold that is most often right for queries of its entry; ties go to the first by letters."""
        question, entry = query.example.question, query.entry
        if isinstance(question, ChoiceQuestion):
            return self.choice(question, entry)
        if isinstance(question, SimilarityQuestion):
            middle = (question.low + question.high) / 2
            return SimilarityGold(score=min(max(self.scores.get(entry, middle), question.low), question.high))
        if texts := self.texts.get(entry):
            return TextGold(references=(min(texts, key=lambda text: (-texts[text], text)),))
        return NOTHING.get(query.wording.type.name)

    def choice(self, question: ChoiceQuestion, entry: int, without: Iterable[str] = ()) -> ChoiceGold:
        """The set of options that is right most often, of those that this question offers and that hold none of `without`."""
        left_out, place = set(without), {option: n for n, option in enumerate(question.options)}
        known = (says for first in {"", *place} for says in self.sets.get((entry, first), ()))
        offered = [says for says in known if all(option in place for option in says) and not left_out & set(says)]
        if offered:
            seen = self.options[entry]
            best = min(offered, key=lambda says: (-seen[says], says))
            return ChoiceGold(choices=tuple(sorted(place[option] for option in best)))
        ranked = sorted(self.places.get(entry, Counter()).items(), key=lambda item: (-item[1], item[0]))
        fitting = (at for at, _ in ranked if all(n < len(question.options) for n in at))
        return ChoiceGold(choices=next(fitting, () if question.several else (0,)))
