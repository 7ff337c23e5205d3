"""How labels, relations, attributes, scores and exam questions become choices."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from itertools import combinations, permutations, product
from math import ceil, floor
from typing import NamedTuple

from medinstruct.document import Document, Event, Item, Mention
from medinstruct.tasks import facts
from medinstruct.tasks.multiple_choice.example import ChoiceExample, ChoiceGold, ChoiceQuestion, Marked
from medinstruct.tasks.task import Example, Lost, Source, Window
from medinstruct.tasks.unit import sentences
from medinstruct.tasks.views import APART, NOT_ASKED, OUTSIDE, Holder, refs, shift, words

SEVERAL = "has several values"
ELSEWHERE = "is given to what is not asked about"
NOT_TWO = "has not two different arguments"
UNKNOWN = "an argument is mentioned nowhere, or is of no type that is related"
MISTYPED = "its arguments are not of the types that it joins"


def choices(item: Item, fact: facts.Choices, windows: Sequence[Window]) -> Iterator[ChoiceExample | Lost]:
    """Yield the item's own question; one without a known answer has nothing to learn and is passed over."""
    if not item.answers:
        return
    question = ChoiceQuestion(
        texts=item.texts, options=item.options, question=item.question or fact.question, several=fact.several
    )
    yield Example(question, ChoiceGold(choices=tuple(sorted(set(item.answers)))), "item", (0, 0), ("answer",))


def labels(source: Source, fact: facts.Labels, windows: Sequence[Window]) -> Iterator[ChoiceExample | Lost]:
    """Yield one example per labelled passage, or one for the whole source.

    A window named `document` asks for all labels of a document at once, where several may hold.
    """
    options = words(fact.labels)
    nothing = options.index(none) if (none := fact.labels.get(fact.negative)) else None
    whole = fact.of == "document" or (fact.several and [window.name for window in windows] == ["document"])
    if isinstance(source, Item):
        parts = [("item", (0, 0), source.texts, source.labels)]
    elif whole:
        asked_of = [passage for passage in source.passages if not fact.passages or passage.type in fact.passages]
        given = source.labels or tuple(dict.fromkeys(label for passage in asked_of for label in passage.labels))
        parts = [("document", (0, len(source.text)), {"text": source.text}, given)]
    else:
        parts = [
            (f"passage {n}", passage.span, {"text": source.text[slice(*passage.span)]}, passage.labels)
            for n, passage in enumerate(source.passages)
            if not fact.passages or passage.type in fact.passages
        ]
    for unit, span, texts, native in parts:
        ids = {label: f"{unit} {label}" for label in native}
        right = {label: fact.labels[label] for label in ids if fact.labels.get(label)}
        yield from (Lost(ids[label], NOT_ASKED) for label in ids if label not in right)
        if not right and not fact.several:
            continue
        asked = (source.question if isinstance(source, Item) else "") or fact.question
        question = ChoiceQuestion(texts=texts, options=options, question=asked, several=fact.several)
        choices = {options.index(label) for label in right.values() if label}
        gold = ChoiceGold(choices=tuple(sorted(choices)), nothing=nothing)
        yield Example(question, gold, unit, span, tuple(ids[label] for label in right))


def scale(item: Item, fact: facts.Score, windows: Sequence[Window]) -> Iterator[ChoiceExample | Lost]:
    """Yield the item's score as the nearest whole number of the scale; the loss shows in the format's ceiling.

    Half-way between two it is the even one, as in `similarity`; off the scale it is the nearer end.
    """
    if item.score is None:
        return
    steps = range(ceil(fact.low), floor(fact.high) + 1)
    options = tuple(f"{step}: {fact.scale[n]}" if n < len(fact.scale) else str(step) for n, step in enumerate(steps))
    nearest = min(max(round(item.score), steps[0]), steps[-1])
    question = ChoiceQuestion(texts=item.texts, options=options, question=item.question or fact.question)
    yield Example(question, ChoiceGold(choices=(steps.index(nearest),)), "item", (0, 0), ("answer",))


def attributes(document: Document, fact: facts.Attributes, windows: Sequence[Window]) -> Iterator[ChoiceExample | Lost]:
    """Yield one example per mention, or event trigger, that can have the attribute, marked in its window."""
    options = words(fact.labels)
    nothing = options.index(none) if (none := fact.labels.get("")) else None
    given: dict[str, set[str]] = {}
    for attribute in document.attributes:
        if attribute.name == fact.name:
            given.setdefault(attribute.target, set()).add(attribute.value or attribute.name)
    place_of = Holder(windows)
    for id, mention, outline in _bearers(document, fact):
        values, at = given.pop(id, {""}), place_of(mention.spans)
        value = min(values)
        label = fact.labels.get(value)
        if len(values) > 1 or label is None or at < 0:
            if value:
                yield Lost(f"{id} {fact.name}", SEVERAL if len(values) > 1 else NOT_ASKED if label is None else OUTSIDE)
            continue
        window = windows[at]
        question = ChoiceQuestion(
            texts={"text": document.text[window.start : window.end]},
            options=options,
            question=f"{fact.question}{outline}",
            marked=(Marked(label=fact.name, mentions=(shift(mention.spans, window.start),)),),
        )
        gold = ChoiceGold(choices=(options.index(label),), nothing=nothing)
        carried = (f"{id} {fact.name}",) if value else ()
        yield Example(question, gold, f"{window.name} {id}", (window.start, window.end), carried)
    yield from (Lost(f"{id} {fact.name}", ELSEWHERE) for id in given)


def _bearers(document: Document, fact: facts.Attributes) -> Iterator[tuple[str, Mention, str]]:
    """Yield what can have the attribute: its id, the mention that stands for it, and of an event its outline."""
    mentions = {mention.id: mention for mention in document.mentions}
    events = {event.id: event for event in document.events}
    triggers = {event.trigger for event in document.events}
    for mention in document.mentions:
        if mention.id not in triggers and not set(fact.types).isdisjoint(mention.types):
            yield mention.id, mention, ""
    for event in document.events:
        if event.type in fact.types:
            yield event.id, mentions[event.trigger], f" ({_outline(event, events, mentions)})"


def _outline(event: Event, events: dict[str, Event], mentions: dict[str, Mention]) -> str:
    """An event by its words, as several may share a trigger: `Positive regulation: induces; Theme: expression; Cause:
    IL-10`.
    """
    parts = [f"{event.type}: {mentions[event.trigger].text}"]
    for argument in event.arguments:
        bearer = events[argument.ref].trigger if argument.kind == "event" else argument.ref
        parts.append(f"{argument.role}: {mentions[bearer].text if bearer in mentions else bearer}")
    return "; ".join(" ".join(part.replace("_", " ").split()) for part in parts)


class _Argument(NamedTuple):
    """What may be an argument inside a window: a mention, or a concept with all its mentions there."""

    marked: Marked
    sentences: frozenset[int]


Pair = tuple[str, str]


def pairs(document: Document, fact: facts.Relations, windows: Sequence[Window]) -> Iterator[ChoiceExample | Lost]:
    """Yield one example per window and pair of arguments that a relation of the fact could hold between.

    A pair without a relation is asked too, its answer being `fact.none`, unless it lies further apart than annotators
    looked, or is related the other way round or in a way that cannot be asked.
    """
    types = _types(document, fact)
    options_of = cache(lambda head, tail: _options(fact, head, tail))
    related, lost = _relations(document, fact, types, options_of)
    sides = dict.fromkeys((heads, tails) for _, heads, tails in fact.products())
    for window, inside in zip(windows, _arguments(document, fact, types, windows)):
        texts = {"text": document.text[window.start : window.end]}
        for head, tail in _candidates(inside, sides, fact):
            one, other, found = inside[head], inside[tail], related.get((head, tail), [])
            if not found and (
                (head, tail) in related or (tail, head) in related or one.sentences.isdisjoint(other.sentences)
            ):
                continue
            for id, _ in found:
                lost.pop(id, None)
            options = options_of(one.marked.label, other.marked.label)
            right = sorted({options.index(label) for _, label in found}) or [len(options) - 1]
            question = ChoiceQuestion(
                texts=texts,
                options=options,
                question=fact.question,
                several=fact.several,
                marked=(one.marked, other.marked),
            )
            yield Example(
                question,
                ChoiceGold(choices=tuple(right), nothing=len(options) - 1),
                f"{window.name} {head} {tail}",
                (window.start, window.end),
                tuple([id for id, _ in found]),
            )
    yield from (Lost(id, reason) for id, reason in lost.items())


def _types(document: Document, fact: facts.Relations) -> dict[str, str]:
    """The type of all that may be an argument, by its reference: that of its first mention of a type that is related."""
    able = {type for _, heads, tails in fact.products() for type in (*heads, *tails)}
    types: dict[str, str] = {}
    for mention in document.mentions:
        type = next((type for type in mention.types if type in able), None)
        if type is not None:
            for ref in refs(mention, fact):
                types.setdefault(ref, type)
    return types


def _options(fact: facts.Relations, head: str, tail: str) -> tuple[str, ...]:
    """What may be said of two arguments of these types; the last is that they are not related."""
    possible = [
        fact.labels.get(native)
        for native, heads, tails in fact.products()
        if (head in heads and tail in tails) or (fact.symmetric and tail in heads and head in tails)
    ]
    return (*dict.fromkeys(label for label in possible if label and label != fact.none), fact.none)


def _relations(
    document: Document, fact: facts.Relations, types: dict[str, str], options_of: Callable[[str, str], tuple[str, ...]]
) -> tuple[dict[Pair, list[tuple[str, str]]], dict[str, str]]:
    """The relations as (id, label) by their arguments, and why each of the fact is lost until it is carried.

    A pair with a relation that cannot be asked is there with none: it is not to be asked as a pair without.
    """
    related: dict[Pair, list[tuple[str, str]]] = {}
    lost: dict[str, str] = {}
    for relation in document.relations:
        label, refs = fact.labels.get(relation.type), dict.fromkeys(argument.ref for argument in relation.arguments)
        if not label and relation.type in fact.labels:
            lost[relation.id] = NOT_ASKED  # what is annotated and not asked counts as `fact.none`
            continue
        if len(refs) != 2 or len(relation.arguments) != 2:
            fate = NOT_TWO
        elif not types.keys() >= refs.keys():
            fate = UNKNOWN
        else:
            fate = APART if label in options_of(*(types[ref] for ref in refs)) else MISTYPED
        for pair in permutations(refs, 2) if fact.symmetric else combinations(refs, 2):
            related.setdefault(pair, []).extend([(relation.id, label)] if label and fate == APART else [])
        if label:
            lost[relation.id] = fate
    return related, lost


def _arguments(
    document: Document, fact: facts.Relations, types: dict[str, str], windows: Sequence[Window]
) -> Iterator[dict[str, _Argument]]:
    """Yield for each window what may be an argument there, by its reference; nothing where it would be alone."""
    place_of = Holder(windows)
    mentions: list[dict[str, list[Mention]]] = [{} for _ in windows]
    for mention in document.mentions:
        if (at := place_of(mention.spans)) >= 0:
            for ref in refs(mention, fact):
                if types.get(ref) in mention.types:
                    mentions[at].setdefault(ref, []).append(mention)
    starts = [start for start, _ in sentences(document)] if fact.scope == "sentence" else []
    for window, by_ref in zip(windows, mentions):
        same_of = by_ref if len(by_ref) > 1 else {}
        yield {
            ref: _Argument(
                Marked(label=types[ref], mentions=tuple([shift(mention.spans, window.start) for mention in same])),
                frozenset([bisect_right(starts, mention.spans[0][0]) for mention in same]),
            )
            for ref, same in same_of.items()
        }


def _candidates(
    inside: dict[str, _Argument], sides: Collection[facts.Product], fact: facts.Relations
) -> Iterator[Pair]:
    """Yield the pairs that any relation of the fact could join, each once; of a symmetric fact in one order alone."""
    seen: set[Pair] = set()
    for firsts, seconds in sides:
        heads = [ref for ref, argument in inside.items() if argument.marked.label in firsts]
        tails = [ref for ref, argument in inside.items() if argument.marked.label in seconds]
        for head, tail in product(heads, tails):
            if head != tail and (head, tail) not in seen:
                seen |= {(head, tail), (tail, head)} if fact.symmetric else {(head, tail)}
                yield head, tail
