"""What a unified task type is, and the two views of one row: what is asked and what is right.

    Document | Item  ──view──▶  Example(question, gold)  ──render──▶  "Chemical: naloxone ... clonidine"
                                        │                                      │
                                     carries  ══════════ equals ══════════▶  parse(answer, question)

An Example is a pair: the *question* side is all that a template or a parser ever sees; the *gold* side is what
annotators said. That neither can look at the gold is thereby a matter of types
(docs/decisions/0001-question-and-gold.md).

An answer format is a frozen model whose fields are its options, as a template's front matter states them, with five
methods that belong together: for every example, `fits(x) is None` implies `parse(render(x), x.question).prediction ==
carries(x)`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, Self, TypeVar

from pydantic import BaseModel

from medinstruct.document import Document, Item, Record, Span
from medinstruct.tasks.constraint import Constraint
from medinstruct.tasks.facts import Fact

if TYPE_CHECKING:
    from medinstruct.tasks.metric import Metric

Source = Document | Item


class Question(Record):
    """The side of an Example that is asked; a template sees these fields and no others."""

    guideline: str = ""
    """What the corpus' guideline says of the task, in a few sentences; given to wordings that show it."""

    @property
    @abstractmethod
    def asked(self) -> tuple[str, ...]:
        """The labels, types or options that are asked for; part of the row's identity."""

    @property
    @abstractmethod
    def reading(self) -> str:
        """All text of the source that stands in the question; what guard, dedup and lengths look at."""

    @property
    def ask(self) -> str:
        """What is asked of `reading`, as one string: two rows with equal reading and ask are duplicates."""
        return "\x1f".join(self.asked)

    @property
    def offered(self) -> tuple[str, ...]:
        """The labels, types or options that the answer chooses from, and that have definitions."""
        return ()

    def among(self, labels: Collection[str]) -> Self:
        """Return the question with only those of `offered` that are in `labels`."""
        return self


class Gold(Record):
    """The side of an Example that is right."""

    def says(self, question: Any) -> tuple[str, ...]:
        """Return which of the labels of its question the answer has, in their order; whole numbers for a score."""
        return ()

    def needs(self, question: Any) -> tuple[str, ...]:
        """Return the labels without which this gold cannot be right."""
        return self.says(question)

    def among(self, question: Any, fewer: Any) -> Self:
        """Return what is right of `fewer`, which is `question` with some labels left out."""
        return self

    @property
    @abstractmethod
    def is_empty(self) -> bool:
        """Whether the right answer is that there is nothing (no such mention, no relation, none of the labels)."""


Q = TypeVar("Q", bound=Question)
G = TypeVar("G", bound=Gold)
T = TypeVar("T")


@dataclass(slots=True)
class Example(Generic[Q, G]):
    """One task's view of a part of a source."""

    question: Q
    gold: G
    unit: str = "document"
    """Which part of the source this is, unique within source and task: `document`, `sentence 3`, `sentence 3 T1 T4`.
    """
    window: Span = (0, 0)
    """Where the text of the question stands in the document; (0, 0) where it is not one stretch of it."""
    annotations: tuple[str, ...] = ()
    """Ids of the annotations that the gold carries."""
    kinds: tuple[tuple[str, ...], ...] = ()
    """The labels of each annotation, where a row can be asked for one label alone."""


def once(tell: Callable[[Example[Q, G]], T]) -> Callable[[Example[Q, G]], T]:
    """Make a function of an example remember the last: all answer formats of a task ask the same of one, in a row.

    It goes by question and gold, which never change, not by the example, whose question may be put otherwise.
    """
    last: tuple[Q, G, T] | None = None

    @wraps(tell)
    def told(example: Example[Q, G]) -> T:
        nonlocal last
        known = last  # in one step, for another thread may ask of another example
        if known is None or known[0] is not example.question or known[1] is not example.gold:
            known = last = example.question, example.gold, tell(example)
        return known[2]

    return told


class Lost(NamedTuple):
    """An annotation that no Example of a view carries, and the first reason."""

    annotation: str
    reason: str


class Window(NamedTuple):
    """A stretch of a document that becomes a question's text."""

    name: str
    start: int
    end: int


Mark = Literal["exact", "repaired", "ambiguous", "invented"]
"""How an item of an answer was read: as written; after mending its form; with several readings, of which the first was
taken; or saying something that the question does not allow (a string that is not in the text, an option that is not offered)."""


@dataclass(slots=True)
class Parsed:
    """What an answer says, item by item; made of anything a model may write, without ever raising."""

    prediction: tuple[Any, ...]
    """The items in canonical order, so that two answers that say the same are equal."""
    marks: tuple[Mark, ...] = ()
    """How each item was read, in the order of `prediction`."""
    unread: tuple[str, ...] = ()
    """Pieces of the answer that say nothing the format knows, cut to 80 characters."""

    @property
    def is_exact(self) -> bool:
        """Whether the answer was written exactly as the format says."""
        return not self.unread and all(mark == "exact" for mark in self.marks)


class AnswerFormat(Record, Generic[Q, G]):
    """A pair of `render` and `parse`, with the options that a template's front matter may set."""

    level: ClassVar[str]
    """What comes back: `spans`, `strings`, `choice`, `number`, `text`."""
    loses: ClassVar[tuple[str, ...]] = ()
    """What of the gold does not come back: offsets, order, duplicates, nesting, gaps."""

    @abstractmethod
    def fits(self, example: Example[Q, G]) -> str | None:
        """Return None if the syntax can hold this example's gold, else the reason in a few words that name no text."""

    @abstractmethod
    def render(self, example: Example[Q, G]) -> str:
        """Return the answer to be learnt; defined where `fits` is None."""

    @abstractmethod
    def carries(self, example: Example[Q, G]) -> tuple[Any, ...]:
        """Return what of the gold the format keeps, computed from gold and question alone."""

    @abstractmethod
    def parse(self, answer: str, question: Q) -> Parsed:
        """Return what an answer says; never raises, never evaluates, takes time linear in the answer."""

    @abstractmethod
    def constraint(self, question: Q) -> Constraint:
        """Return what a decoder may be held to: every rendered gold keeps to it, and what does is read with nothing left."""

    def fields(self, question: Q) -> dict[str, Any]:
        """Return what a template may show of the format: the word for nothing, lettered options, …"""
        return {}


class Case(NamedTuple, Generic[Q, G]):
    """One scored row."""

    question: Q
    gold: G
    prediction: tuple[Any, ...]
    answer: str = ""
    """What was written, as it was; only scores that count as a paper's script did look at it."""


View = Callable[[Any, Any, Sequence[Window]], Iterator["Example[Any, Any] | Lost"]]
"""(source, fact, windows) → examples, and the annotations that none of them carries."""


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """A unified task type: how it is asked, answered and scored."""

    name: str
    title: str
    question: type[BaseModel]
    gold: type[BaseModel]
    formats: Mapping[str, type[AnswerFormat[Any, Any]]]
    views: Mapping[type[Fact], View]
    """The facts that can be asked this way."""
    scores: Mapping[str, Metric[Any, Any]]
    """Metrics over the rows of a dataset, called with their cases, each 1.0 for the gold itself; the first is the usual
    one. Those named `published_<family>_<score>` count as a paper's script did.
    """
    reward: str = ""
    """Which of them, of one row alone, says how good an answer is, 0..1; empty for the first."""
    samples: tuple[Example[Any, Any], ...] = field(default=())
    """Hand-written examples that every template and answer format of this type must be able to handle."""
    samples_of: Mapping[str, tuple[Example[Any, Any], ...]] = field(default_factory=dict)
    """Those of one corpus-level task, where the type serves several that look different; a wording made for some is
    held to these.
    """

    def samples_for(self, tasks: Sequence[str]) -> tuple[Example[Any, Any], ...]:
        """The canonical examples that a wording for these tasks must be able to handle; all of them if it names none."""
        if not tasks or not self.samples_of:
            return self.samples
        return tuple(example for task in tasks for example in self.samples_of.get(task, ()))

    def read(self, question: str, gold: str) -> Example[Any, Any]:
        """Return the Example of a row from its two JSON columns."""
        return Example(self.question.model_validate_json(question), self.gold.model_validate_json(gold))


def lost_unless(carried: Iterable[str], universe: Iterable[tuple[str, str]]) -> Iterator[Lost]:
    """Yield a Lost for each (annotation, reason) of `universe` that is not among `carried`."""
    seen = set(carried)
    for annotation, reason in universe:
        if annotation not in seen:
            yield Lost(annotation, reason)
