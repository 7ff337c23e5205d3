"""A template that works from its first line on, with what may stand in it said beside."""

from __future__ import annotations

from typing import Any

import yaml

from medinstruct import sandbox, tasks, template
from medinstruct.builder.plan import PUBLISHED
from medinstruct.errors import NotFound, did_you_mean
from medinstruct.tasks.task import Example, TaskType
from medinstruct.template import Template

USUAL = {
    "ner": "span_extraction", "ee": "event_extraction", "re": "relation_triples", "dc": "multiple_choice", "nli": "multiple_choice",
    "sts": "similarity", "sum": "text_generation", "qa": "multiple_choice", "gen": "text_generation", "ned": "text_generation",
    "coref": "relation_triples",
}  # fmt: skip
"""As which type a wording of a task is begun, unless the type itself is named."""
SHOWN = 72
"""Characters of a field's value."""

FILE = """---
# {title}. To look while you edit: medinstruct try THIS-FILE --corpus ID
# How an answer is written, and read back{others}:
answer: {answer}
# Which tasks of corpora it suits; left out, all that this type can ask:
{tasks}
# Words to find it by:
tags: []
# A system turn:
# system: You are a careful annotator of medical texts.
---
{{#
A question has these fields, here with their values in one example. The answer is not among them: its format writes it.

{fields}

`shots` are solved questions, each with these fields and its `answer`; a wording that does not name them gets them as turns before its own.
Filters: {filters}.
#}}
{body}
"""


def wording(task: str) -> tuple[str, str]:
    """Return the task type that a new template belongs to, and its text: the plainest of ours, with comments.

    Args:
        task: A task of corpora (`ner`), or a task type (`span_extraction`), for wordings that suit all it can ask.

    Raises:
        NotFound: if there is neither of this name, or nothing to begin from.
    """
    kind = tasks.load(task) if task in tasks.names() else _kind(task)
    asked = () if task == kind.name else (task,)
    begun = _plainest(kind, task if asked else "")
    body = "\n".join(begun.source.split("\n")[begun.body_line :])
    others = [name for name in kind.formats if name != begun.answer_name]
    example = kind.samples_for(asked or begun.front.tasks)[0]
    return kind.name, FILE.format(
        title=kind.title,
        others=f"; there are {', '.join(others)} too (medinstruct ls tasks)" if others else "",
        answer=yaml.safe_dump(begun.front.answer, default_flow_style=True).removesuffix("...\n").strip(),
        tasks=f"tasks: [{', '.join(asked or begun.front.tasks)}]" if asked or begun.front.tasks else "# tasks: [ner]",
        fields="\n".join(f"  {name:<14} {value}" for name, value in _fields(begun, example)),
        filters=", ".join(sorted(sandbox.FILTERS)),
        body=body.strip("\n"),
    )


def _kind(task: str) -> TaskType:
    if task not in USUAL:
        known = [*USUAL, *tasks.names()]
        raise NotFound(f"no task, and no task type, {task!r}", next=did_you_mean(task, known))
    return tasks.load(USUAL[task])


def _plainest(kind: TaskType, task: str) -> Template:
    """The shortest of our general wordings, of those that are for nothing but the task where there are such."""
    able = [
        found for found in map(template.load, template.names(kind.name))
        if not (PUBLISHED.intersection(found.front.tags) or found.front.corpora or found.shows_guideline or found.takes_shots)
        and (not task or found.suits(task, ""))
    ]  # fmt: skip
    if not able:
        raise NotFound(f"no general wording of {kind.name} suits {task}", next=f"name a task: {', '.join(USUAL)}")
    wanted = (task,) if task else ()
    return min(able, key=lambda found: (found.front.tasks != wanted, len(found.source), found.name))


def _fields(begun: Template, example: Example[Any, Any]) -> list[tuple[str, str]]:
    """What a template of this type may show, with the values of an example."""
    added = begun.answer.fields(example.question)
    names = sorted(template.visible(begun.type.question) | added.keys())
    return [(name, _short(added[name] if name in added else _value(example, name))) for name in names]


def _value(example: Example[Any, Any], name: str) -> Any:
    try:
        return getattr(example.question, name)
    except LookupError:
        return "(not in this example)"


def _short(value: Any) -> str:
    text = value if value == "(not in this example)" else repr(value)
    text = " ".join(text.replace("#}", "# }").split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
