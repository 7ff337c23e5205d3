"""How the concepts of mentions become questions: what is called this, in this text, and which entry of a vocabulary is it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from medinstruct.document import Document, Mention
from medinstruct.tasks import facts
from medinstruct.tasks.task import Example, Lost, Window
from medinstruct.tasks.text_generation.example import TextExample, TextGold, TextQuestion
from medinstruct.tasks.views import NOT_ASKED, OUTSIDE, Holder

UNCLEAR = "its words stand for different entries in one window"
BETWEEN = "; "
"""What stands between the entries of a composite mention (`breast and ovarian cancer`)."""
MOST_ORDERS = 3
"""Entries whose every order counts as right; more are right in the order of the source alone."""


def concepts(document: Document, fact: facts.Concepts, windows: Sequence[Window]) -> Iterator[TextExample | Lost]:
    """Yield one example per window and different words of a mention, which is asked for its entries: `MESH:D009369`.

    Mentions that have none of the fact's vocabularies are passed over: there is nothing to be learnt of them.
    """
    place_of = Holder(windows)
    called: dict[tuple[int, str], list[tuple[Mention, tuple[str, ...]]]] = {}
    for mention in document.mentions:
        named = [concept for concept in mention.concepts if concept.vocabulary in fact.vocabularies]
        if not named or set(fact.types).isdisjoint(mention.types):
            continue
        entries = tuple(dict.fromkeys(str(concept) for concept in named if fact.vocabularies[concept.vocabulary]))
        if not entries or (at := place_of(mention.spans)) < 0:
            yield Lost(_link(mention), OUTSIDE if entries else NOT_ASKED)
            continue
        called.setdefault((at, " ".join(mention.text.split())), []).append((mention, entries))
    for (at, words), linked in called.items():
        links, answers = tuple(_link(mention) for mention, _ in linked), {frozenset(entries) for _, entries in linked}
        if len(answers) > 1:
            yield from (Lost(link, UNCLEAR) for link in links)
            continue
        window, (first, entries) = windows[at], linked[0]
        texts = {"text": document.text[window.start : window.end], "mention": words}
        question = TextQuestion(texts=texts, kind=fact.question)
        span = (window.start, window.end)
        yield Example(question, TextGold(references=_orders(entries)), f"{window.name} {first.id}", span, links)


def _link(mention: Mention) -> str:
    """What the link of a mention is called: the mention itself is the matter of other tasks."""
    return f"{mention.id} concepts"


def _orders(entries: tuple[str, ...]) -> tuple[str, ...]:
    orders = permutations(entries) if len(entries) <= MOST_ORDERS else [entries]
    return tuple(BETWEEN.join(order) for order in orders)
