"""What is asked and what is right in span extraction, and how Documents become such questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, NamedTuple, Self

from pydantic import Field, field_validator

from medinstruct.document import Document, Mention, Record, Spans, quote
from medinstruct.tasks import facts
from medinstruct.tasks.task import Example, Gold, Lost, Question, Window, once
from medinstruct.tasks.views import NOT_ASKED, OUTSIDE, Holder, shift, words


class SpanQuestion(Question):
    """A text, and the labels of the spans to find in it."""

    text: str
    labels: tuple[str, ...]
    definitions: dict[str, str] = Field(default_factory=dict)
    """What a label means, where the corpus says so."""

    @property
    def asked(self) -> tuple[str, ...]:
        return self.labels

    @property
    def reading(self) -> str:
        return self.text

    @property
    def offered(self) -> tuple[str, ...]:
        return self.labels

    def among(self, labels: Collection[str]) -> Self:
        return self.model_copy(update={"labels": tuple(label for label in self.labels if label in labels)})


class LabelledSpan(Record):
    """One span to find; `pieces` are offsets into the question's text."""

    label: str
    pieces: Annotated[Spans, Field(min_length=1)]
    alternatives: tuple[Spans, ...] = ()
    """Other extents that count as right."""

    @field_validator("pieces")
    @classmethod
    def _are_in_order(cls, pieces: Spans) -> Spans:
        last = 0
        for start, end in pieces:
            if not last <= start < end:
                raise ValueError(f"the piece {start}:{end} is empty or not in the order of the text")
            last = end
        return pieces


class SpanGold(Gold):
    """The spans that annotators marked, in the order of the text, each once."""

    spans: tuple[LabelledSpan, ...] = ()

    @field_validator("spans")
    @classmethod
    def _each_once(cls, spans: tuple[LabelledSpan, ...]) -> tuple[LabelledSpan, ...]:
        """Sorted; two mentions of one label and place (of two concepts, say) are one span to find."""
        places = [span.pieces for span in spans]
        if places == sorted(set(places)):
            return spans  # as nearly all are
        found: dict[tuple[str, Spans], LabelledSpan] = {}
        for span in sorted(spans, key=lambda span: span.pieces):
            if same := found.get((span.label, span.pieces)):
                extents = dict.fromkeys(same.alternatives + span.alternatives)
                span = span.model_copy(update={"alternatives": tuple(extents)})
            found[span.label, span.pieces] = span
        return tuple(found.values())

    @property
    def is_empty(self) -> bool:
        return not self.spans

    def says(self, question: SpanQuestion) -> tuple[str, ...]:
        found = {span.label for span in self.spans}
        return tuple(label for label in question.labels if label in found)

    def among(self, question: SpanQuestion, fewer: SpanQuestion) -> Self:
        return self.model_copy(update={"spans": tuple(span for span in self.spans if span.label in fewer.labels)})


class Found(NamedTuple):
    """One span of a prediction; `pieces` is empty where an answer gives the string alone."""

    label: str
    text: str
    pieces: Spans = ()


SpanExample = Example[SpanQuestion, SpanGold]


@once
def told(example: SpanExample) -> tuple[tuple[str, str], ...]:
    """Label and words of each span, in the order of the gold."""
    text = example.question.text
    return tuple([(span.label, quote(text, span.pieces)) for span in example.gold.spans])


@once
def strings(example: SpanExample) -> tuple[Found, ...]:
    """The gold as labelled strings without offsets, sorted: what a format that writes mentions as words can carry."""
    return tuple([Found(label, mention) for label, mention in sorted(told(example))])


@once
def spans(example: SpanExample) -> tuple[Found, ...]:
    """The gold as labelled spans with offsets, sorted: what a format that keeps places can carry."""
    text = example.question.text
    return tuple(sorted(Found(span.label, quote(text, span.pieces), span.pieces) for span in example.gold.spans))


@once
def find_fault(example: SpanExample) -> str | None:
    """Return why question and gold do not belong together: a label that is not asked, a span outside the text."""
    length, labels = len(example.question.text), example.question.labels
    for span in example.gold.spans:
        if span.label not in labels:
            return "a label that is not asked for"
        if span.pieces[-1][1] > length:
            return "a span outside the text"
    return None


def view(document: Document, fact: facts.Spans, windows: Sequence[Window]) -> Iterator[SpanExample | Lost]:
    """Yield one example per window, empty ones too; a mention that no window holds whole is Lost."""
    native = set(fact.labels)
    asked = [mention for mention in document.mentions if not native.isdisjoint(mention.types)]
    yield from _ask(document, fact.labels, asked, windows)


def view_triggers(document: Document, fact: facts.Events, windows: Sequence[Window]) -> Iterator[SpanExample | Lost]:
    """Yield one example per window that asks for the trigger words of events."""
    triggers = {event.trigger for event in document.events}
    asked = [mention for mention in document.mentions if mention.id in triggers]
    yield from _ask(document, fact.labels, asked, windows)


def _ask(
    document: Document, labels: Mapping[str, str | None], mentions: Sequence[Mention], windows: Sequence[Window]
) -> Iterator[SpanExample | Lost]:
    """Yield one example per window with those of `mentions` that lie in it and whose type has a label."""
    shown, place_of = words(labels), Holder(windows)
    asked = {
        types: tuple([label for type in types if (label := labels.get(type))])
        for types in {mention.types for mention in mentions}
    }
    held: list[list[Mention]] = [[] for _ in windows]
    for mention in mentions:
        if not asked[mention.types]:
            yield Lost(mention.id, NOT_ASKED)
        elif (at := place_of(mention.spans)) >= 0:
            held[at].append(mention)
        else:
            yield Lost(mention.id, OUTSIDE)
    for (name, start, end), inside in zip(windows, held):
        found = [
            LabelledSpan(
                label=label,
                pieces=shift(mention.spans, start),
                alternatives=tuple(
                    [
                        shift(spans, start)
                        for spans in mention.alternatives
                        if start <= spans[0][0] and spans[-1][1] <= end
                    ]
                ),
            )
            for mention in sorted(inside, key=_place)
            for label in dict.fromkeys(asked[mention.types])
        ]
        yield Example(
            SpanQuestion(text=document.text[start:end], labels=shown),
            SpanGold(spans=tuple(found)),
            name,
            (start, end),
            tuple([mention.id for mention in inside]),
            tuple([asked[mention.types] for mention in inside]),
        )


_place = attrgetter("spans")
