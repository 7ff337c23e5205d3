"""The first Examples of a corpus, in the words of a template."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from medinstruct import corpora, shelf, tasks, template
from medinstruct.corpora.corpus import Corpus
from medinstruct.formats.draft import Broken
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows
from medinstruct.template import Template

LOOKED_AT = 200
"""Records in which examples are looked for."""


def preview(id: str, folder: Path, number: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the task and the messages of the first examples that have an answer, of different tasks where there are."""
    shelf.add(folder)
    corpus = corpora.load(id)
    share = max(1, number // len(corpus.tasks)) if corpus.tasks else 0
    shown = [each for task in corpus.tasks for each in islice(_of_task(corpus, task), number)]
    first = [each for task in corpus.tasks for each in [e for e in shown if e[0] == task][:share]]
    yield from (first + [each for each in shown if each not in first])[:number]


def _of_task(corpus: Corpus, task: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    fact = corpus.tasks[task]
    kind = tasks.load(tasks.types_for(fact)[0])
    wordings = list(_wordings(kind.name, task.split("-")[0]))
    folder = corpus.find()
    for split in corpus.present(folder) if folder else ():
        for record in islice(corpus.records(split, corpus.files(split, folder)), LOOKED_AT) if folder else ():
            if isinstance(record, Broken) or not fact.is_of(record):
                continue
            for example in kind.views[type(fact)](record, fact, windows(record, "sentence", 1500)):
                if isinstance(example, Lost) or example.gold.is_empty:
                    continue
                for wording in wordings:
                    if wording.answer.fits(example) is None:
                        yield task, wording.messages(example, wording.answer.render(example))
                        break


def _wordings(kind: str, task: str) -> Iterator[Template]:
    """The templates for any corpus that ask this task."""
    for name in template.names():
        if name.startswith(f"{kind}/"):
            found = template.load(name)
            if not found.front.corpora and (not found.front.tasks or task in found.front.tasks):
                yield found
