"""lexicon: a dictionary made of the train part, the oldest baseline there is.

    spans          the longest run of words that was a mention in the train part, at least as often as not
    relations      as a choice: what was most often right of a pair of names; of a pair that was not seen, the most frequent relation
    triples        names that were related in the train part and stand together in the text
    similarity     the share of words that two texts have in common (Jaccard's), laid on the scale
    all else       as `majority`

Words are `text.tokens` without case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from medinstruct import text as prose
from medinstruct.chat import backend
from medinstruct.chat.backend import Answer
from medinstruct.chat.prior import Priors
from medinstruct.chat.query import Query
from medinstruct.chat.say import say
from medinstruct.document import Span, quote
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.relation_triples import TripleGold, TripleQuestion
from medinstruct.tasks.relation_triples.example import Entity, Triple
from medinstruct.tasks.similarity import SimilarityGold, SimilarityQuestion
from medinstruct.tasks.span_extraction import LabelledSpan, SpanGold, SpanQuestion
from medinstruct.tasks.task import Gold

Words = tuple[str, ...]
Pair = tuple[str, str]
LONGEST = 12
"""Words of a mention that is learnt."""


class Backend(backend.Learner):
    """Looks things up."""

    def learn(self, train: Iterable[Query]) -> None:
        solved = list(train)
        self.priors = Priors(solved)
        self.mentions = {entry: _mentions(group) for entry, group in _grouped(solved, SpanGold).items()}
        self.pairs = {entry: _pairs(group) for entry, group in _grouped(solved, ChoiceGold).items()}
        self.nothing = {entry: _nothing(group) for entry, group in _grouped(solved, ChoiceGold).items()}
        self.triples = {entry: _triples(group) for entry, group in _grouped(solved, TripleGold).items()}

    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        return (Answer.to(query, say(query, self._think(query))) for query in queries)

    def _think(self, query: Query) -> Gold | None:
        question = query.example.question
        if isinstance(question, SpanQuestion):
            return self._spans(question, query.entry)
        if isinstance(question, TripleQuestion):
            return self._related(question, query.entry)
        if isinstance(question, SimilarityQuestion):
            return _alike(question)
        if isinstance(question, ChoiceQuestion) and len(question.marked) == 2:
            return self._relation(query, question)
        return self.priors.usual(query)

    def _spans(self, question: SpanQuestion, entry: int) -> SpanGold:
        known, tokens, found, at = self.mentions.get(entry, {}), prose.tokens(question.text), [], 0
        words = _words(question.text, tokens)
        while at < len(words):
            size = next((n for n in range(min(LONGEST, len(words) - at), 0, -1) if words[at : at + n] in known), 0)
            if size and (label := known[words[at : at + size]]) in question.labels:
                found.append(LabelledSpan(label=label, pieces=((tokens[at][0], tokens[at + size - 1][1]),)))
            at += size or 1
        return SpanGold(spans=tuple(found))

    def _relation(self, query: Query, question: ChoiceQuestion) -> ChoiceGold:
        says = self.pairs.get(query.entry, {}).get(_pair(question))
        place = {option: n for n, option in enumerate(question.options)}
        if says and all(option in place for option in says):
            return ChoiceGold(choices=tuple(sorted(place[option] for option in says)))
        return self.priors.choice(question, query.entry, self.nothing.get(query.entry, ()))

    def _related(self, question: TripleQuestion, entry: int) -> TripleGold:
        text = question.text.casefold()
        entities: dict[str, int] = {}
        places: list[Entity] = []
        triples = []
        for (head, tail), label in self.triples.get(entry, {}).items():
            if label in question.labels and head in text and tail in text and len(text) == len(question.text):
                for name in (head, tail):
                    if name not in entities:
                        entities[name] = len(places)
                        at = text.index(name)
                        places.append(Entity(names=(((at, at + len(name)),),)))
                triples.append(Triple(head=entities[head], label=label, tail=entities[tail]))
        return TripleGold(entities=tuple(places), triples=tuple(triples))


def _grouped(solved: Iterable[Query], kind: type[Gold]) -> dict[int, list[Query]]:
    groups: dict[int, list[Query]] = defaultdict(list)
    for query in solved:
        if isinstance(query.example.gold, kind):
            groups[query.entry].append(query)
    return groups


def _words(text: str, tokens: Sequence[Span]) -> Words:
    return tuple(text[start:end].casefold() for start, end in tokens)


def _mentions(group: Sequence[Query]) -> dict[Words, str]:
    """The label of each run of words that is a mention of it in at least half of the places where it stands."""
    labels: dict[Words, Counter[str]] = defaultdict(Counter)
    texts: dict[str, Words] = {}
    for query in group:
        text = query.example.question.text
        texts[text] = _words(text, prose.tokens(text))
        for span in query.example.gold.spans:
            said = quote(text, span.pieces)
            if words := _words(said, prose.tokens(said)):
                labels[words][span.label] += 1
    stands: Counter[Words] = Counter()
    longest = min(max(map(len, labels), default=0), LONGEST)
    for words in texts.values():
        for at in range(len(words)):
            for size in range(1, min(longest, len(words) - at) + 1):
                if (run := words[at : at + size]) in labels:
                    stands[run] += 1
    best = {words: min(seen.items(), key=lambda item: (-item[1], item[0])) for words, seen in labels.items()}
    return {words: label for words, (label, times) in best.items() if 2 * times >= stands[words] > 0}


def _pair(question: ChoiceQuestion) -> Pair:
    one, other = (name.casefold() for name in question.names)
    return one, other


def _pairs(group: Sequence[Query]) -> dict[Pair, tuple[str, ...]]:
    """What was most often right of each pair of names."""
    seen: dict[Pair, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for query in group:
        if len(query.example.question.marked) == 2:
            seen[_pair(query.example.question)][query.example.gold.says(query.example.question)] += 1
    return {pair: min(said, key=lambda says: (-said[says], says)) for pair, said in seen.items()}


def _nothing(group: Sequence[Query]) -> set[str]:
    """The options that say that there is no relation."""
    golds = ((query.example.question.options, query.example.gold.nothing) for query in group)
    return {options[place] for options, place in golds if place is not None}


def _triples(group: Sequence[Query]) -> dict[Pair, str]:
    """The most frequent relation of each pair of names that was ever related."""
    seen: dict[Pair, Counter[str]] = defaultdict(Counter)
    for query in group:
        text, gold = query.example.question.text, query.example.gold
        for triple in gold.triples:
            head, tail = (quote(text, gold.entities[at].names[0]).casefold() for at in (triple.head, triple.tail))
            seen[head, tail][triple.label] += 1
    return {pair: min(said, key=lambda label: (-said[label], label)) for pair, said in sorted(seen.items())}


def _alike(question: SimilarityQuestion) -> SimilarityGold:
    one, other = (set(_words(text, prose.tokens(text))) for text in question.texts.values())
    share = len(one & other) / len(one | other) if one | other else 1.0
    return SimilarityGold(score=question.low + (question.high - question.low) * share)
