"""Light columns of all rows: what a page can filter 200,000 rows by, in a few megabytes.

    column      of each row                                        bytes
    id          its first ten hex digits                           5
    split corpus task language format template document            1, 2 or 4: a place among the column's names
    labels      the labels of its answer                           1, 2 or 4: a place among combinations of labels
    text whole  tokens of the text asked about, of all messages    2 or 4
    change      how it differs from the row of another build       1: a bit for each kind
    empty       whether the right answer is that there is nothing  1

A row under agreement says its split, corpus, task and language here and nothing else, unless that is asked for
(docs/decisions/0019-the-report.md).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from medinstruct import artefact, license, tasks
from medinstruct.artefact import Build
from medinstruct.tasks.multiple_choice import letter
from medinstruct.text.tokenizer import Tokenizer

Tell = Callable[[str, int, int], None]
Line = tuple[str, str]
"""Task and corpus."""
Numbers = NDArray[np.int64]

BATCH = 4_096
MOST_LABELS = 200
"""Different labels of a task of a corpus, beyond which they are no labels but texts: options are told by their letters then."""
LABEL = 120
"""Characters of a label that are shown."""
DIGITS = 10
"""Of an id; among 200,000 rows two alike are one in fifty builds, and cost nothing but a second hit."""

T = TypeVar("T", bound=Hashable)


@dataclass
class Coded(Generic[T]):
    """A column of few different things: each once, and for each row its place among them."""

    places: dict[T, int] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)

    def add(self, thing: T) -> None:
        self.codes.append(self.places.setdefault(thing, len(self.places)))

    @property
    def things(self) -> list[T]:
        return list(self.places)


@dataclass
class Light:
    """The light columns of a build, its splits one after the other."""

    starts: dict[str, int]
    """Place of the first row of each split."""
    columns: dict[str, Coded[str]]
    labels: Coded[tuple[str, ...]]
    ids: bytes
    text: Numbers
    whole: dict[str, Numbers]
    """For each tokenizer the tokens of all messages of each row, closed ones too: for sums alone."""
    empty: Numbers
    closed: NDArray[np.bool_]
    """Rows under agreement, of which a page says no more than `gather` wrote into the columns."""

    def __len__(self) -> int:
        return len(self.empty)

    def place(self, row: int) -> tuple[str, int]:
        """Split of a row and its place there."""
        split = max((split for split, start in self.starts.items() if start <= row), key=self.starts.__getitem__)
        return split, row - self.starts[split]

    def lines(self) -> Iterator[Line]:
        """Yield task and corpus of each row."""
        task, corpus = self.columns["task"], self.columns["corpus"]
        names, others = task.things, corpus.things
        return ((names[one], others[other]) for one, other in zip(task.codes, corpus.codes))


READ = (
    "id", "corpus", "document", "task", "type", "template", "answer_format", "language", "license", "example", "gold", "meta"
)  # fmt: skip
CODED = ("split", "corpus", "task", "language", "format", "template", "document")


def gather(build: Build, tokenizers: Sequence[Tokenizer], *, text: bool, tell: Tell) -> Light:
    """Return the light columns of a build; every row is read once, a piece at a time.

    Args:
        build: An artefact.
        tokenizers: Those that count whole rows.
        text: Whether rows under agreement are told like the others.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        FormatError: if a row is not what its type says.
    """
    columns: dict[str, Coded[str]] = {name: Coded() for name in CODED}
    answers, ids = _Answers(), bytearray()
    lengths, closed = list[int](), list[bool]()
    whole: dict[str, list[int]] = {each.name: [] for each in tokenizers}
    size, starts = sum(len(rows) for rows in build.values()), {}
    for split in build:
        starts[split] = len(closed)
        for _, batch in build[split].batches([*READ, "messages"], BATCH):
            for each in tokenizers:
                whole[each.name] += _tokens(batch["messages"], each)
            with artefact.reading(build.folder / "data"):
                for row in batch.select(list(READ)).to_pylist():
                    shut = not text and license.is_closed(build.terms(row))
                    closed.append(shut)
                    answers.add(row, shut)
                    ids += bytes(DIGITS // 2) if shut else bytes.fromhex(row["id"][:DIGITS])
                    lengths.append(0 if shut else int(json.loads(row["meta"]).get("tokens", 0)))
                    for name, value in zip(CODED, _coded(row, split, shut)):
                        columns[name].add(value)
            tell("reading rows", len(closed), size)
    return Light(
        starts, columns, answers.labels(), bytes(ids), np.array(lengths, np.int64),
        {name: np.array(counts, np.int64) for name, counts in whole.items()},
        np.array(answers.empty, np.int64), np.array(closed, bool),
    )  # fmt: skip


def _coded(row: Mapping[str, str], split: str, shut: bool) -> Iterable[str]:
    told = (split, row["corpus"], row["task"], row["language"])
    return (*told, "", "", "") if shut else (*told, row["answer_format"], row["template"], row["document"])


def _tokens(messages: pa.ListArray, tokenizer: Tokenizer) -> list[int]:
    """Tokens of all messages of each row; what a chat template puts around them is not counted."""
    contents = pc.struct_field(pc.list_flatten(messages), "content").to_pylist()
    counts = np.array([tokenizer.count(content) for content in contents], np.int64)
    ends = np.cumsum(pc.list_value_length(messages).to_numpy(zero_copy_only=False).astype(np.int64))
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    found: list[int] = np.diff(sums[np.concatenate([np.zeros(1, np.int64), ends])]).tolist()
    return found


class _Answers:
    """What the rows' answers say, in labels; in letters where what a task of a corpus says is no label."""

    def __init__(self) -> None:
        self.said, self.letters = Coded[tuple[str, ...]](), Coded[tuple[str, ...]]()
        self.lines, self.empty = Coded[Line](), list[int]()
        self.distinct: dict[Line, set[str]] = {}

    def add(self, row: Mapping[str, str], shut: bool) -> None:
        example = tasks.load(row["type"]).read(row["example"], row["gold"])
        line = row["task"], row["corpus"]
        self.lines.add(line)
        self.empty.append(int(example.gold.is_empty))
        says = () if shut else tuple(label[:LABEL] for label in example.gold.says(example.question))
        choices = () if shut else getattr(example.gold, "choices", ())
        self.said.add(says)
        self.letters.add(tuple(letter(choice) for choice in choices))
        seen = self.distinct.setdefault(line, set())
        if len(seen) <= MOST_LABELS:
            seen.update(says)

    def labels(self) -> Coded[tuple[str, ...]]:
        """The labels of each row."""
        found = Coded[tuple[str, ...]]()
        said, letters = self.said.things, self.letters.things
        many = [len(self.distinct[line]) > MOST_LABELS for line in self.lines.things]
        for line, one, other in zip(self.lines.codes, self.said.codes, self.letters.codes):
            found.add(letters[other] if many[line] else said[one])
        return found


@dataclass
class Answered:
    """The answers of a task of a corpus."""

    rows: int = 0
    empty: int = 0
    closed: int = 0
    """Rows whose labels are not told."""
    labels: Counter[str] = field(default_factory=Counter)
    """How many rows have a label; a row may have several."""


def answered(light: Light) -> dict[Line, Answered]:
    """Return for each task and corpus how many answers are empty, and which labels the others have; sorted."""
    found: dict[Line, Answered] = {}
    combined: dict[Line, Counter[int]] = {}
    for line, empty, shut, labels in zip(
        light.lines(), light.empty.tolist(), light.closed.tolist(), light.labels.codes
    ):
        one = found.setdefault(line, Answered())
        one.rows += 1
        one.empty += empty
        one.closed += shut
        combined.setdefault(line, Counter())[labels] += 1
    names = light.labels.things
    for line, counts in combined.items():
        for labels, count in counts.items():
            for label in names[labels]:
                found[line].labels[label] += count
    return dict(sorted(found.items()))
