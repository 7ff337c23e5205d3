"""What a metric is: a tally of each row, and a number made of all tallies.

    rows       ──tally──▶  {"Chemical": (2, 3, 2), "Disease": (0, 1, 1)}     right, claimed, due; class by class
                           {"Disease": (1, 1, 2)}
    tallies    ──reduce─▶  micro  2·3 / (5 + 5)        macro  (4/5 + 2/5) / 2

So every metric has, from the same two functions: its value on rows (a metric is called with them), its value on one row
(`reward`), precision and recall, a value for each class, and, since rows can be weighed (`Table.score`), intervals and
paired tests. Sums do not depend on the order of rows, and no tally on the order of a prediction.

A metric is added by writing its tally where its task type keeps its scores, and naming it in that type's `scores`:

    @metric(MICRO)
    def f1(case: Case[SpanQuestion, SpanGold]) -> Tally:
        \"\"\"Micro F1 of …\"\"\"

    macro_f1 = f1.reduced(MACRO, "Mean over labels of the F1 of …")
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from medinstruct.tasks.task import Case, Gold, Question

Q = TypeVar("Q", bound=Question)
G = TypeVar("G", bound=Gold)
Array = npt.NDArray[np.float64]
Tally = Mapping[Any, Sequence[float]]
"""The numbers of one row for each class that plays a part in it; `WHOLE` where classes play none."""

WHOLE = ""
"""The class of what has no classes."""


@dataclass(frozen=True)
class Reduction:
    """How tallies become a number."""

    width: int
    """How many numbers a tally has for each class."""
    score: Callable[[Array], float]
    """(classes, width), summed over rows, to a number; of a reduction that is not `summed`: (rows, width)."""
    summed: bool = True
    parts: Callable[[Array], Mapping[str, float]] | None = None
    """(classes, width) to precision and recall, where the number has such parts."""


@dataclass(frozen=True)
class Metric(Generic[Q, G]):
    """A measure of the rows of a data set; called with their cases it gives a float."""

    name: str
    about: str
    """What it says and how, in words: the docstring it was written with."""
    tally: Callable[[Case[Q, G]], Tally]
    reduction: Reduction

    def __call__(self, cases: Iterable[Case[Q, G]]) -> float:
        return self.table(cases).score()

    def table(self, cases: Iterable[Case[Q, G]]) -> Table:
        """The tallies of cases, row by row."""
        return Table.of((self.tally(case) for case in cases), self.reduction)

    def reduced(self, reduction: Reduction, about: str, name: str = "") -> Metric[Q, G]:
        """Return another number made of the same tallies."""
        return Metric(name or self.name, about, self.tally, reduction)


def metric(reduction: Reduction) -> Callable[[Callable[[Case[Q, G]], Tally]], Metric[Q, G]]:
    """Make a metric of the function that follows: its tally; name and text are the function's."""

    def made(tally: Callable[[Case[Q, G]], Tally]) -> Metric[Q, G]:
        return Metric(tally.__name__, tally.__doc__ or "", tally, reduction)

    return made


@dataclass(frozen=True)
class Table:
    """The tallies of rows, entry by entry: entry n belongs to row `row[n]` and class `classes[kind[n]]`."""

    rows: int
    row: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    values: Array
    """(entries, width)."""
    classes: tuple[Hashable, ...]
    reduction: Reduction

    @classmethod
    def of(cls, tallies: Iterable[Tally], reduction: Reduction) -> Table:
        """Return the table of tallies, the nth of which is row n."""
        places: dict[Hashable, int] = {}
        row: list[int] = []
        kind: list[int] = []
        values: list[Sequence[float]] = []
        n = -1
        for n, tally in enumerate(tallies):
            for name, numbers in tally.items():
                row.append(n)
                kind.append(places.setdefault(name, len(places)))
                values.append(numbers)
        shaped = np.array(values, np.float64).reshape(len(values), reduction.width)
        return cls(n + 1, np.array(row, np.int64), np.array(kind, np.int64), shaped, tuple(places), reduction)

    def score(self, weights: npt.NDArray[np.int64] | None = None) -> float:
        """The number that the rows come to.

        Args:
            weights: How often each row counts, 0 and up; left out, each counts once.
        """
        if self.reduction.summed:
            return self.reduction.score(self.sums(weights))
        values = self.values if weights is None else np.repeat(self.values, weights[self.row], axis=0)
        return self.reduction.score(values)

    def sums(self, weights: npt.NDArray[np.int64] | None = None) -> Array:
        """The sums over rows, (classes, width), each row as often as it counts."""
        if not self.classes:
            return np.zeros((0, self.reduction.width))
        values = self.values if weights is None else self.values * weights[self.row, None]
        return np.stack([np.bincount(self.kind, column, len(self.classes)) for column in values.T], axis=1)

    def parts(self) -> Mapping[str, float]:
        """Precision and recall behind the number; nothing where it has none."""
        return self.reduction.parts(self.sums()) if self.reduction.parts else {}

    def by_class(self) -> dict[Hashable, float]:
        """The number for each class alone, in the order of their names; of a metric that is not summed none."""
        if not self.reduction.summed:
            return {}
        sums = self.sums()
        found = {name: self.reduction.score(sums[n : n + 1]) for n, name in enumerate(self.classes)}
        return dict(sorted(found.items(), key=lambda item: str(item[0])))

    def joined(self, other: Table) -> Table:
        """The rows of this table and then those of another one of the same metric."""
        places = {name: n for n, name in enumerate(self.classes)}
        moved = np.array([places.setdefault(name, len(places)) for name in other.classes], np.int64)
        return Table(
            self.rows + other.rows, np.concatenate([self.row, other.row + self.rows]),
            np.concatenate([self.kind, moved[other.kind]]), np.concatenate([self.values, other.values]),
            tuple(places), self.reduction,
        )  # fmt: skip


def counted(due: Mapping[Any, float], claimed: Mapping[Any, float], right: Mapping[Any, float]) -> Tally:
    """Return the tally of counts by class: right, claimed, due."""
    return {kind: (right.get(kind, 0), claimed.get(kind, 0), due.get(kind, 0)) for kind in {**due, **claimed}}


def by_label(counts: Counter[tuple[str, Any]]) -> Counter[str]:
    """How many things of each label there are, of counts by label and whatever else tells them apart."""
    labels: Counter[str] = Counter()
    for (label, _), number in counts.items():
        labels[label] += number
    return labels


def _share(part: float, whole: float, other: float) -> float:
    """Part of whole; of nothing 1.0 if the other side has nothing either, else 0.0."""
    return part / whole if whole else float(not other)


def f1_of(right: float, claimed: float, due: float) -> float:
    """F1 from counts, 0..1; 1.0 where nothing is due and nothing claimed."""
    return 2 * right / (claimed + due) if claimed + due else 1.0


def _micro(sums: Array) -> float:
    return f1_of(*sums.sum(axis=0).tolist())


def _micro_parts(sums: Array) -> Mapping[str, float]:
    right, claimed, due = sums.sum(axis=0).tolist()
    return {"precision": _share(right, claimed, due), "recall": _share(right, due, claimed)}


def _playing(sums: Array) -> list[list[float]]:
    """Right, claimed, due of the classes that are claimed or due anywhere."""
    found: list[list[float]] = sums[(sums[:, 1] + sums[:, 2]) > 0].tolist()
    return found


def _macro(sums: Array) -> float:
    scores = [f1_of(*numbers) for numbers in _playing(sums)]
    return float(np.mean(scores)) if scores else 1.0


def _macro_parts(sums: Array) -> Mapping[str, float]:
    playing = _playing(sums) or [[0.0, 0.0, 0.0]]
    return {
        "precision": float(np.mean([_share(right, claimed, due) for right, claimed, due in playing])),
        "recall": float(np.mean([_share(right, due, claimed) for right, claimed, due in playing])),
    }


def _two_sided_parts(sums: Array) -> Mapping[str, float]:
    sound, claimed, said, due = sums.sum(axis=0).tolist()
    return {"precision": _share(sound, claimed, due), "recall": _share(said, due, claimed)}


def _harmonic(parts: Mapping[str, float]) -> float:
    precision, recall = parts["precision"], parts["recall"]
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _mean(sums: Array) -> float:
    total, rows = sums.sum(axis=0).tolist()
    return total / rows if rows else 1.0


def _mean_parts(sums: Array) -> Mapping[str, float]:
    precision, recall, rows = sums.sum(axis=0).tolist()
    return {"precision": precision / rows, "recall": recall / rows} if rows else {"precision": 1.0, "recall": 1.0}


def _correlation_of_choices(sums: Array) -> float:
    right, claimed, due = sums.T
    rows = due.sum()
    if (right == claimed).all() and (right == due).all():
        return 1.0
    varied = (rows * rows - claimed @ claimed) * (rows * rows - due @ due)
    return float((right.sum() * rows - claimed @ due) / np.sqrt(varied)) if varied > 0 else 0.0


MICRO = Reduction(3, _micro, parts=_micro_parts)
"""(right, claimed, due): F1 of the sums over all classes; 1.0 where nothing is due and nothing claimed."""
MACRO = Reduction(3, _macro, parts=_macro_parts)
"""(right, claimed, due): mean of the F1 of each class that is due or claimed in any row; 1.0 where none is."""
TWO_SIDED = Reduction(4, lambda sums: _harmonic(_two_sided_parts(sums)), parts=_two_sided_parts)
"""(claims that are right, claims, gold that is said, gold): F1 where one claim may say several things of the gold."""
MEAN = Reduction(2, _mean)
"""(value, 1): the mean over rows; 1.0 where there are none."""
MEAN_PARTS = Reduction(3, lambda sums: _harmonic(_mean_parts(sums)), parts=_mean_parts)
"""(precision, recall, 1): F1 of the mean precision and the mean recall of rows; 1.0 where there are none."""
MATTHEWS = Reduction(3, _correlation_of_choices)
"""(right, claimed, due), one claim and one due in each row: Matthews' correlation of claims and gold, -1..1."""
