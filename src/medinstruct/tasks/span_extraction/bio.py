"""BIO lines: every token of the text on a line of its own, with its tag.

    bare       naloxone : B         typed      naloxone : B-Chemical
               reverses : O                    reverses : O
               renal : O                       renal : B-Disease
               failure : O                     failure : I-Disease

`B` begins a span, `I` goes on with it, `O` is outside. Bare tags, one label asked at a time, are how Llama2-MedTuned
wrote it (arXiv 2401.00579); its tokens were shown with blanks between them, as the template field `tokens` gives
them. An answer is read line by line against the tokens of the question, in their order, so that a token may stand
there any number of times, or be a colon itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Literal, NamedTuple

from pydantic import model_validator

from medinstruct.document import Span
from medinstruct.tasks.answers import worst
from medinstruct.tasks.constraint import Constraint, free, literal, one_of, regex
from medinstruct.tasks.span_extraction.align import align
from medinstruct.tasks.span_extraction.example import Found, SpanExample, SpanQuestion, spans
from medinstruct.tasks.span_extraction.named import Named, unclear
from medinstruct.tasks.span_extraction.reading import Reading
from medinstruct.tasks.task import Mark, Parsed
from medinstruct.text import tokens


class Tag(NamedTuple):
    """What a tag says of its token."""

    kind: Literal["B", "I", "O", "unknown"]
    label: str = ""


class Line(NamedTuple):
    """A line of an answer as it was read."""

    whole: str
    word: str
    tag: Tag
    mark: Mark


class Step(NamedTuple):
    """A line with a tag of a span: the how-manieth, of which token (-1: of none), and how it was read."""

    n: int
    at: int
    word: str
    tag: Tag
    mark: Mark


class Bio(Named):
    """One line for each token, `token : tag`; holds spans that neither overlap nor cut a token."""

    level: ClassVar[str] = "spans"

    tags: Literal["bare", "typed"] = "typed"
    """`B`, which suits one label, or `B-Chemical`."""
    colon: str = " : "
    """What stands between token and tag."""
    outside: str = "O"
    """The tag of a token in no span."""

    @model_validator(mode="after")
    def _can_be_read_back(self) -> Bio:
        if not self.colon or "\n" in self.colon:
            raise ValueError("what stands between token and tag must not be empty or hold a line break")
        if not self.outside or self.outside != self.outside.strip() or "\n" in self.outside:
            raise ValueError("the outside tag must not be empty, have blanks at its edges or a line break")
        if self.outside in ("B", "I") or self.outside.startswith(("B-", "I-")):
            raise ValueError("the outside tag looks like one of a span")
        if any(self._hides(tag) for tag in (self.outside, *(("B", "I") if self.tags == "bare" else ("B-", "I-")))):
            raise ValueError("a tag holds what stands between token and tag")
        return self

    def fields(self, question: SpanQuestion) -> dict[str, object]:
        words = _words(question.text)[1]
        return {**super().fields(question), "tokens": " ".join(words), "tags": tuple(self.meanings(question.labels))}

    def fits(self, example: SpanExample) -> str | None:
        question = example.question
        if reason := super().fits(example) or unclear(tuple(self.shown(question.labels).values())):
            return reason
        if self.tags == "bare" and len(question.labels) > 1:
            return "several labels with bare tags"
        if any(self._hides(tag) for tag in self.meanings(question.labels)):
            return "a label that holds what stands between token and tag"
        places, last = _words(question.text)[0], (0, 0)
        starts, ends = {start for start, _ in places}, {end for _, end in places}
        for span in example.gold.spans:
            if len(span.pieces) > 1:
                return "a mention in several parts"
            (piece,) = span.pieces
            if piece == last:
                return "a mention of two labels"
            if piece[0] < last[1]:
                return "mentions that overlap"
            if piece[0] not in starts or piece[1] not in ends:
                return "a mention that ends inside a token"
            last = piece
        return None

    def render(self, example: SpanExample) -> str:
        question = example.question
        places, words = _words(question.text)
        tag_of = {meaning: tag for tag, meaning in self.meanings(question.labels).items()}
        tags = [self.outside] * len(words)
        first = {start: n for n, (start, _) in enumerate(places)}
        last = {end: n for n, (_, end) in enumerate(places)}
        for span in example.gold.spans:
            begin, end = first[span.pieces[0][0]], last[span.pieces[0][1]]
            tags[begin] = tag_of[Tag("B", span.label)]
            tags[begin + 1 : end + 1] = [tag_of[Tag("I", span.label)]] * (end - begin)
        return "\n".join([f"{word}{self.colon}{tag}" for word, tag in zip(words, tags)])

    def carries(self, example: SpanExample) -> tuple[Found, ...]:
        return spans(example)

    def constraint(self, question: SpanQuestion) -> Constraint:
        tags = self.meanings(question.labels)
        if reason := unclear(tuple(self.shown(question.labels).values())):
            return free(reason)
        if any(self._hides(tag) for tag in tags):
            return free("a label that holds what stands between token and tag")
        tag = f"{literal(self.colon)}{one_of(tags)}"
        return regex(r"\n".join(f"{literal(word)}{tag}" for word in _words(question.text)[1]))

    def parse(self, answer: str, question: SpanQuestion) -> Parsed:
        places, words = _words(question.text)
        reading = Reading(question.text)
        steps = self._as_written(answer, words, question.labels)
        if steps is None:
            steps = self._as_meant(answer, words, question.labels, reading)
        run: list[Step] = []
        for step in steps:
            if run and (step.tag.kind == "B" or step.tag.label != run[0].tag.label or step.n != run[-1].n + 1):
                _close(run, places, reading)
                run = []
            run.append(step)
        if run:
            _close(run, places, reading)
        return reading.parsed()

    def meanings(self, labels: tuple[str, ...], tags: str = "") -> dict[str, Tag]:
        """What each tag means where these labels are asked for."""
        if (tags or self.tags) == "bare":
            begun = {"B": Tag("B", labels[0]), "I": Tag("I", labels[0])} if labels else {}
        else:
            kinds: tuple[Literal["B"], Literal["I"]] = ("B", "I")
            names = self.shown(labels).items()
            begun = {f"{kind}-{name}": Tag(kind, label) for label, name in names for kind in kinds}
        return {**begun, self.outside: Tag("O")}

    def _hides(self, tag: str) -> bool:
        return (self.colon + tag).rfind(self.colon) > 0

    def _as_written(self, answer: str, words: Sequence[str], labels: tuple[str, ...]) -> list[Step] | None:
        """The steps of an answer with every token on its line; None if it is not so."""
        lines, meanings, colon = answer.split("\n"), self.meanings(labels), self.colon
        if len(lines) != len(words):
            return None
        steps = []
        for n, (line, word) in enumerate(zip(lines, words)):
            said, _, tag = line.rpartition(colon)
            if said != word or tag not in meanings:
                return None
            if tag != self.outside:
                steps.append(Step(n, n, word, meanings[tag], "exact"))
        return steps

    def _as_meant(self, answer: str, words: Sequence[str], labels: tuple[str, ...], reading: Reading) -> list[Step]:
        """The steps of any answer, its lines aligned with the tokens."""
        lines = list(self._lines(answer, labels, reading))
        places = align([line.word for line in lines], words)
        if missing := len(words) - sum(place.at >= 0 for place in places):
            reading.miss(f"{missing} tokens without a line")
        steps = []
        for n, (line, place) in enumerate(zip(lines, places)):
            if line.tag.kind in ("B", "I"):
                mark = worst((line.mark, place.mark)) if place.at >= 0 else "ambiguous"
                steps.append(Step(n, place.at, line.word, line.tag, mark))
            elif line.tag.kind == "unknown" or place.at < 0:
                reading.leave(line.whole)
        return steps

    def _lines(self, answer: str, labels: tuple[str, ...], reading: Reading) -> Iterator[Line]:
        meanings, colons = self.meanings(labels), (self.colon.strip() or None, ":", None)
        styles = ("bare", "typed") if len(labels) == 1 else (self.tags,)
        folded = {tag.casefold(): meant for style in styles for tag, meant in self.meanings(labels, style).items()}
        for whole in answer.split("\n"):
            word, _, tag = whole.rpartition(self.colon)
            if word and tag in meanings:
                yield Line(whole, word, meanings[tag], "exact")
            elif not (whole := whole.strip()):
                continue
            elif line := _mend(whole, colons, folded):
                yield line
            else:
                reading.leave(whole)


def _mend(whole: str, colons: Iterable[str | None], folded: dict[str, Tag]) -> Line | None:
    """A line whose tag is known without regard to case, behind any of `colons` (None: a blank), or is not known."""
    unknown = None
    for colon in colons:
        word, *rest = whole.rsplit(colon, 1)
        if rest and (tag := folded.get(rest[0].strip().casefold())):
            return Line(whole, word.strip(), tag, "repaired")
        if rest and unknown is None:
            unknown = Line(whole, word.strip(), Tag("unknown"), "repaired")
    return unknown


def _close(run: Sequence[Step], places: Sequence[Span], reading: Reading) -> None:
    """Add the span of one `B` and its `I`s."""
    label = run[0].tag.label
    found = [step for step in run if step.at >= 0]
    if not found:
        reading.name(label, " ".join(step.word for step in run), "ambiguous")
        return
    mark = worst(step.mark for step in found)
    if run[0].tag.kind == "I" or found[-1].at - found[0].at + 1 != len(run):
        mark = worst((mark, "repaired"))
    start, end = places[found[0].at][0], places[found[-1].at][1]
    reading.place(label, ((start, end),), reading.text[start:end], mark)


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[list[Span], list[str]]:
    """The tokens of a text, as spans and as words; a row is fitted, rendered and parsed, all with the same ones."""
    places = tokens(text)
    return places, [text[start:end] for start, end in places]
