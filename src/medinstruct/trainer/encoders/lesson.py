"""The sets of a train part that an encoder can be taught: rows of one corpus and task, of an entry's labels.

Entries of a recipe that ask one corpus for other labels are sets of their own (BC5CDR's chemicals, BC5CDR's diseases: two
models, as in BLURB); entries that differ in wording or unit alone are one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medinstruct import tasks
from medinstruct.artefact import Build
from medinstruct.encoder.head import MOST_CLASSES, Head, Kind, kind
from medinstruct.sample import entry_of
from medinstruct.tasks.multiple_choice import ChoiceQuestion
from medinstruct.tasks.task import Example

Examples = list[Example[Any, Any]]
Set = tuple[str, str, str]
"""Corpus, task, type."""


@dataclass(frozen=True)
class Lesson:
    """What one model is taught."""

    name: str
    """Of its folder: `bc5cdr-ner`; where two sets of a build are called so, with labels."""
    head: Head
    examples: Examples


def lessons(build: Build, max_tokens: int) -> tuple[list[Lesson], dict[str, str]]:
    """Return what can be taught, in the order of the recipe, and by `corpus/task` why the rest cannot.

    Args:
        build: Only its train part is looked at.
        max_tokens: Of a piece.
    """
    if "train" not in build:
        return [], {}
    entries: dict[tuple[Set, int], Examples] = defaultdict(list)
    for row in build["train"]:
        key = (row["corpus"], row["task"], row["type"]), entry_of(row)
        entries[key].append(tasks.load(row["type"]).read(row["example"], row["gold"]))
    sets: dict[tuple[Set, Kind, tuple[str, ...]], Examples] = defaultdict(list)
    left_out: dict[str, str] = {}
    for (of, _), examples in sorted(entries.items(), key=lambda item: item[0][1]):
        labels = _labels(examples)
        if reason := _unfit(examples, labels):
            left_out[f"{of[0]}/{of[1]}"] = reason
        elif how := kind(examples[0].question):
            sets[of, how, labels] += examples
    heads = [(_head(of, how, labels, examples, max_tokens), examples) for (of, how, labels), examples in sets.items()]
    names = _names([head for head, _ in heads])
    return [Lesson(name, head, examples) for name, (head, examples) in zip(names, heads)], left_out


def _labels(examples: Examples) -> tuple[str, ...]:
    """All that the rows of an entry ask for, in order: no row's own order, which may be shuffled, decides."""
    return tuple(sorted({label for example in examples for label in example.question.offered}))


def _unfit(examples: Examples, labels: Sequence[str]) -> str:
    kinds = {kind(example.question) for example in examples}
    if None in kinds:
        return "its answers are written, not chosen"
    if len(kinds) > 1:
        return "some of its rows have one right option and some several"
    offered = [len(example.question.offered) for example in examples]
    is_each_rows_own = 2 * len(labels) > sum(offered) and len(labels) > max(offered)
    if len(labels) > MOST_CLASSES or is_each_rows_own:
        return f"its options differ from row to row: {len(labels):,} in all"
    return "" if labels or kinds == {"score"} else "it has no labels"


def _head(of: Set, how: Kind, labels: tuple[str, ...], examples: Examples, max_tokens: int) -> Head:
    corpus, task, type = of
    questions = {example.question.question for example in examples if isinstance(example.question, ChoiceQuestion)}
    facts = {"kind": how, "corpus": corpus, "task": task, "type": type, "labels": labels}
    return Head(**facts, shows_question=len(questions) > 1, max_tokens=max_tokens)


def _names(heads: Sequence[Head]) -> list[str]:
    """Folder names, no two alike."""
    often: Mapping[str, int] = {head.name: sum(other.name == head.name for other in heads) for head in heads}
    names = [head.name if often[head.name] == 1 else f"{head.name}-{_slug(head.labels[:3])}" for head in heads]
    return [name if names.count(name) == 1 else f"{name}-{n}" for n, name in enumerate(names)]


def _slug(labels: Sequence[str]) -> str:
    return "-".join(re.sub(r"[^a-z0-9]+", "-", label.lower())[:24].strip("-") for label in labels)
