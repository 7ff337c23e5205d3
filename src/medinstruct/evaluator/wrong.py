"""What went wrong: how answers could be read, what was taken for what, and where errors stand.

reading      how many answers were exact, repaired, … (see `reading`)
confusion    what was right, what was said, how often; `(nothing)` on either side
labels       the score of each label alone
length       rows and score by tokens of the text
seen         how many of the mentions (pairs, triples) that are due were found, by how often they stand in the train part
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from medinstruct import text as prose
from medinstruct.chat import Query
from medinstruct.document import quote
from medinstruct.evaluator.reading import STATES, Read
from medinstruct.evaluator.suite import Dataset
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion
from medinstruct.tasks.multiple_choice.formats import letter
from medinstruct.tasks.relation_triples import TripleGold, TripleQuestion
from medinstruct.tasks.relation_triples.example import strings as triples
from medinstruct.tasks.relation_triples.example import turned
from medinstruct.tasks.span_extraction import SpanGold, SpanQuestion, locate
from medinstruct.tasks.task import Example, Gold, Question

Key = tuple[str, ...]
Seen = Mapping[int, Counter[Key]]
"""How often each mention, pair or triple stands in the train part, by entry."""

NOTHING = "(nothing)"
LENGTHS = (32, 64, 128, 256, 512)
"""Most tokens of each branch but the last."""
OFTEN = (0, 4, 19)
"""Most times in the train part of each branch but the last."""
MOST_LABELS = 40
"""Options that are told by name; where there are more, by letter."""


def seen(train: Iterable[Query]) -> Seen:
    """Count what is to be found in the train part."""
    found: dict[int, Counter[Key]] = {}
    for query in train:
        keys = [key for key, _ in _due(query.example.question, query.example.gold, ())]
        if keys:
            found.setdefault(query.entry, Counter()).update(keys)
    return found


def wrong(dataset: Dataset, reads: Sequence[Read], known: Seen) -> dict[str, Any]:
    """Return the tables of a dataset; those that say nothing of its type are empty."""
    states = Counter(read.state for read in reads)
    by_length: dict[str, list[Read]] = {}
    for one in sorted(reads, key=lambda one: prose.count_tokens(one.query.example.question.reading)):
        by_length.setdefault(_branch(prose.count_tokens(one.query.example.question.reading), LENGTHS), []).append(one)
    return {
        "reading": {state: states[state] for state in STATES if states[state]},
        "confusion": [[right, said, times] for (right, said), times in sorted(_confusion(reads).items(), key=lambda item: (-item[1], item[0]))],
        "labels": _labels(dataset, reads),
        "length": {branch: {"rows": len(some), "score": dataset.measure([one.case for one in some])} for branch, some in by_length.items()},
        "seen": _by_frequency(reads, known.get(dataset.entry, Counter())),
    }  # fmt: skip


def _branch(number: int, ends: Sequence[int]) -> str:
    place = bisect_left(ends, number)
    low = ends[place - 1] + 1 if place else 0
    if place == len(ends):
        return f"{low} or more"
    return f"{low}" if low == ends[place] else f"{low} to {ends[place]}"


def _labels(dataset: Dataset, reads: Sequence[Read]) -> dict[str, float]:
    table = dataset.measure.table(one.case for one in reads)
    found = table.by_class()
    return {str(name): score for name, score in found.items()} if 1 < len(found) <= MOST_LABELS else {}


def _by_frequency(reads: Sequence[Read], known: Counter[Key]) -> dict[str, dict[str, int]]:
    """Due and found by how often what is due stands in the train part."""
    tally: dict[int, list[int]] = {}
    for one in reads:
        for key, is_right in _due(*one.case[:3]):
            entry = tally.setdefault(bisect_left(OFTEN, known[key]), [0, 0])
            entry[0] += 1
            entry[1] += is_right
    names = ["unseen", "1 to 4", "5 to 19", "20 or more"]
    return {names[place]: {"due": due, "found": found} for place, (due, found) in sorted(tally.items())}


def _due(question: Question, gold: Gold, prediction: Sequence[Any]) -> Iterator[tuple[Key, bool]]:
    """Yield what is to be found, and whether it was."""
    if isinstance(question, SpanQuestion) and isinstance(gold, SpanGold):
        places = {(item.found.label, item.found.pieces) for item in locate(question.text, prediction)}
        for span in gold.spans:
            is_right = any((span.label, pieces) in places for pieces in (span.pieces, *span.alternatives))
            yield (span.label, quote(question.text, span.pieces).casefold()), is_right
    elif isinstance(question, ChoiceQuestion) and isinstance(gold, ChoiceGold) and len(question.marked) == 2:
        if not gold.is_empty:
            yield tuple(name.casefold() for name in question.names), tuple(prediction) == gold.choices
    elif isinstance(question, TripleQuestion) and isinstance(gold, TripleGold):
        said = {turned(found, question) for found in prediction}
        for triple in triples(Example(question, gold)):
            yield tuple(part.casefold() for part in triple), triple in said


def _confusion(reads: Sequence[Read]) -> Counter[tuple[str, str]]:
    cases = [one.case for one in reads]
    options = {
        option for case in cases if isinstance(case.question, ChoiceQuestion) for option in case.question.options
    }
    pairs: Counter[tuple[str, str]] = Counter()
    for question, gold, prediction, _ in cases:
        if isinstance(question, ChoiceQuestion):
            names = (
                question.options if len(options) <= MOST_LABELS else tuple(map(letter, range(len(question.options))))
            )
            pairs.update(
                _choices([names[n] for n in gold.choices], [names[n] for n in prediction], several=question.several)
            )
        elif isinstance(question, SpanQuestion):
            pairs.update(_spans(question, gold, prediction))
    return pairs


def _choices(right: Sequence[str], said: Sequence[str], *, several: bool) -> Iterator[tuple[str, str]]:
    if not several:
        yield right[0] if right else NOTHING, said[0] if said else NOTHING
        return
    yield from ((label, label if label in said else NOTHING) for label in right)
    yield from ((NOTHING, label) for label in said if label not in right)


def _spans(question: SpanQuestion, gold: SpanGold, prediction: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Labels that stand at the same place; what stands nowhere on the other side is against nothing."""
    right: dict[Any, list[str]] = {}
    said: dict[Any, list[str]] = {}
    for span in gold.spans:
        right.setdefault(span.pieces, []).append(span.label)
    for item in locate(question.text, prediction):
        said.setdefault(item.found.pieces or item.found.text, []).append(item.found.label)
    for place in dict.fromkeys([*right, *said]):
        due, claimed = right.get(place, []), said.get(place, [])
        same = [label for label in due if label in claimed]
        rest, others = [x for x in due if x not in same], [x for x in claimed if x not in same]
        yield from ((label, label) for label in same)
        for n in range(max(len(rest), len(others))):
            yield rest[n] if n < len(rest) else NOTHING, others[n] if n < len(others) else NOTHING
