"""The first examples of a corpus, and what a wording makes of each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from medinstruct import corpora, tasks, template
from medinstruct.builder.plan import Ask, resolve
from medinstruct.corpora.corpus import Corpus, missing
from medinstruct.errors import NotFound
from medinstruct.formats.draft import Broken
from medinstruct.recipe import Entry, Recipe
from medinstruct.tasks.task import Example, Lost
from medinstruct.tasks.unit import windows
from medinstruct.template import Template

LOOKED_AT = 400
"""Records of each split in which examples are looked for."""


class Seen(NamedTuple):
    """An example, and where it is from."""

    ask: Ask
    document: str
    split: str
    example: Example[Any, Any]

    @property
    def place(self) -> str:
        """`bc5cdr/ner train 227508 sentence 3`."""
        return f"{self.ask.corpus.id}/{self.ask.entry.task} {self.split} {self.document} {self.example.unit}"


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """An example in the words of a template."""

    place: str
    messages: list[dict[str, str]]
    """What a model sees, the answer last; without it where the answer format cannot hold the gold."""
    tokens: int
    """Of all turns, as the recipe's tokenizer counts them (left out of a recipe: a rule of thumb)."""
    read: list[str]
    """What the parser gives back of the answer, item by item."""
    warnings: tuple[str, ...]


def examples(
    id: str, type: str = "", *, task: str = "", data: Path | None = None, unit: str = "sentence", number: int = 5
) -> list[Seen]:
    """Return the first examples of a corpus that a task type can ask, one in four of them without an answer where there are such.

    Args:
        id: Of the corpus.
        type: A task type; left out, each task is asked in its usual way.
        task: One of the corpus' own tasks; left out, all that the type can ask, in turns.
        data: Folder with a folder for each corpus; where nothing of the corpus is found, its bundled sample is taken.
        unit: What a text is: `document`, `passage`, `sentence`, `window`.
        number: How many.

    Raises:
        NotFound: if the corpus, its files or the task are not there, or nothing in it can be asked this way.
    """
    corpus = corpora.load(id)
    asks = [_ask(id, name, usual, unit) for name, usual in _tasks(corpus, type, task)]
    if (folder := corpus.find(data) or corpus.find(samples=True)) is None:
        raise missing(corpus)
    streams = [_chosen(ask, folder, number) for ask in asks]
    turns = [seen for turn in range(number) for stream in streams for seen in stream[turn : turn + 1]]
    if not turns:
        raise NotFound(f"nothing to ask in the first {LOOKED_AT} records of {id}", next="another --task or --unit")
    return turns[:number]


def show(seen: Seen, wording: Template) -> Shown:
    """Return what a wording makes of an example.

    Raises:
        TemplateError: if it cannot be rendered.
    """
    ask, example = seen.ask, seen.example
    warnings = []
    if not wording.suits(ask.task, ask.corpus.id):
        made_for = ", ".join([*wording.front.tasks, *wording.front.corpora])
        warnings.append(f"its front matter says that it is for {made_for}")
    if ask.definitions or wording.shows_guideline:
        example = dataclasses.replace(example, question=ask.explained(example.question))
    if refusal := wording.answer.fits(example):
        messages = wording.messages(example, "")[:-1]
        return Shown(
            seen.place,
            messages,
            _tokens(ask, messages),
            [],
            (*warnings, f"the answer format cannot hold this gold: {refusal}"),
        )
    answer = wording.answer.render(example)
    messages = wording.messages(example, answer)
    parsed = wording.answer.parse(answer, example.question)
    if parsed.prediction != wording.answer.carries(example):
        warnings.append("the answer does not come back: this is a defect of the answer format; please report it")
    read = [json.dumps(item, ensure_ascii=False, default=str) for item in parsed.prediction]
    return Shown(seen.place, messages, _tokens(ask, messages), read, tuple(warnings))


def wordings(type: str, task: str) -> Iterator[Template]:
    """The templates of a type for a task of any corpus."""
    return (found for found in map(template.load, template.names(type)) if found.suits(task, ""))


def _tasks(corpus: Corpus, type: str, task: str) -> list[tuple[str, str]]:
    """Tasks of a corpus, each with the type to ask it as."""
    able = {name: tasks.types_for(fact) for name, fact in corpus.tasks.items()}
    found = [
        (name, type or types[0]) for name, types in able.items() if (not type or type in types) and task in ("", name)
    ]
    if not found:
        can = ", ".join(f"{name} as {' or '.join(types)}" for name, types in able.items())
        raise NotFound(
            f"{corpus.id} has no task {task!r} to ask as {type or 'anything'}", next=f"it can be asked {can}"
        )
    return found


def _ask(id: str, task: str, type: str, unit: str) -> Ask:
    entry = Entry.model_validate({"corpus": id, "task": task, "as": type, "unit": unit})
    return resolve(Recipe(title="preview", mix=(entry,)), 0, worded=False)


def _chosen(ask: Ask, folder: Path, number: int) -> list[Seen]:
    """The first examples with an answer, and behind every third of them one without."""
    full: list[Seen] = []
    empty: list[Seen] = []
    for seen in _all(ask, folder):
        (empty if seen.example.gold.is_empty else full).append(seen)
        if len(full) >= number:
            break
    for turn, seen in enumerate(empty[: number // 4]):
        full.insert(min(3 + 4 * turn, len(full)), seen)
    return (full or empty)[:number]


def _all(ask: Ask, folder: Path) -> Iterator[Seen]:
    corpus, view = ask.corpus, ask.type.views[type(ask.fact)]
    for split in corpus.present(folder):
        if ask.entry.task in corpus.splits[split].withheld:
            continue
        for record in islice(corpus.records(split, corpus.files(split, folder)), LOOKED_AT):
            if isinstance(record, Broken) or not ask.fact.is_of(record):
                continue
            cut = windows(record, ask.entry.unit, ask.max_tokens, ask.tokenizer)
            for example in view(record, ask.fact, cut):
                if not isinstance(example, Lost):
                    yield Seen(ask, record.id, split, example)


def _tokens(ask: Ask, messages: list[dict[str, str]]) -> int:
    return sum(ask.tokenizer.count(message["content"]) for message in messages)
