"""A recipe that builds from its first line on, with what may stand in it said beside."""

from __future__ import annotations

from collections.abc import Sequence

from medinstruct import corpora, tasks
from medinstruct.errors import NotFound
from medinstruct.tasks.facts import Events, Fact, Spans

FILE = """# medinstruct build {file} --data DIR --out builds/{name}
# Every key is explained in docs/reference/recipes.md; `medinstruct check {file}` says what is wrong with one.
title: {name}
# Rows of the train part: `all` there are, a number such as 25000, or `{{tokens: 20_000_000}}`.
size: all
# What the mixture must be able to carry; the build refuses corpora that cannot, and names them.
# license: cc-by-sa-4.0
# No document of these test parts gets in, by id, text or runs of words.
guard: [blurb, blue]
# From the top: every task as many rows as any other, in each four rows with an answer for one without, every entry below alike.
balance:
  - {{by: task}}
  - {{by: answer, weights: {{some: 4}}}}
  - {{by: entry}}
mix:
{entries}
"""
BEGIN = ("bc5cdr", "hoc", "medmcqa", "biosses")
"""Corpora of a recipe that names none: extraction, classification, questions, similarity."""


def mixture(name: str, file: str, ids: Sequence[str] = ()) -> str:
    """Return the text of a recipe over all tasks of some corpora.

    Args:
        name: Its title.
        file: Its path, as a person types it.
        ids: Of the corpora; left out, four that anyone can get.

    Raises:
        NotFound: if there is no such corpus, or nothing in them can be asked.
    """
    lines = []
    for id in dict.fromkeys(ids or BEGIN):
        corpus = corpora.load(id)
        lines += [
            f"  - {{corpus: {id}, task: {task}{_unit(fact)}}}"
            for task, fact in corpus.tasks.items()
            if tasks.types_for(fact)
        ]
    if not lines:
        raise NotFound(f"nothing can be asked of {', '.join(ids)}", next="see `medinstruct ls corpora`")
    return FILE.format(name=name, file=file, entries="\n".join(lines))


def _unit(fact: Fact) -> str:
    """Mentions and events are asked sentence by sentence, as is usual; other things of the whole text."""
    return ", unit: sentence" if isinstance(fact, Spans | Events) else ""
