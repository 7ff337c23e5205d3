"""JSON: a list of events, each with an id; an argument is a text or the id of an event. Holds any mention.

    [{"id": 1, "type": "Positive regulation", "trigger": "induces",
      "arguments": [{"role": "Theme", "event": 2}, {"role": "Cause", "text": "IL-10"}]},
     {"id": 2, "type": "Gene expression", "trigger": "expression",
      "arguments": [{"role": "Theme", "text": "BCL2"}]}]

The list stands on one line.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from medinstruct.tasks.answers import by_name, called, halved, listed
from medinstruct.tasks.constraint import TEXT, Constraint, array, free, record, schema
from medinstruct.tasks.event_extraction.example import (
    LOSES,
    EventExample,
    EventGold,
    EventQuestion,
    Filler,
    Found,
    find_fault,
    strings,
    told,
)
from medinstruct.tasks.event_extraction.numbered import Draft, Reading
from medinstruct.tasks.read_json import read_json
from medinstruct.tasks.task import AnswerFormat, Parsed


class JsonEvents(AnswerFormat[EventQuestion, EventGold]):
    """A list of objects with `id`, `type`, `trigger` and `arguments`; `[]` for nothing."""

    level: ClassVar[str] = "strings"
    loses: ClassVar[tuple[str, ...]] = LOSES

    def fits(self, example: EventExample) -> str | None:
        return find_fault(example) or halved(example.question.text) or halved("".join(example.question.asked))

    def render(self, example: EventExample) -> str:
        events = [
            {
                "id": n,
                "type": event.label,
                "trigger": event.trigger,
                "arguments": [_stated(f) for f in event.arguments],
            }
            for n, event in enumerate(told(example), start=1)
        ]
        return json.dumps(events, ensure_ascii=False)

    def carries(self, example: EventExample) -> tuple[Found, ...]:
        return strings(example)

    def constraint(self, question: EventQuestion) -> Constraint:
        """Ids and references are free: no schema says that a reference leads to an event, and not in a circle."""
        if not question.labels or not question.roles:
            return free("no label or no role to choose from")
        label, role = ({"type": "string", "enum": list(names)} for names in (question.labels, question.roles))
        number = {"type": "integer", "minimum": 1}
        argument = {"anyOf": [record({"role": role, "text": TEXT}), record({"role": role, "event": number})]}
        return schema(array(record({"id": number, "type": label, "trigger": TEXT, "arguments": array(argument)})))

    def parse(self, answer: str, question: EventQuestion) -> Parsed:
        reading = Reading()
        if (read := read_json(answer)) is None:
            if answer := answer.strip():
                reading.pass_over(answer)
            return reading.finish(question)
        labels, roles = by_name(question.labels), by_name(question.roles)
        items, is_exact = listed(read)
        for item in items:
            if (draft := _draft(item, labels, roles, reading)) is None:
                reading.pass_over(str(item))
                continue
            if not is_exact:
                draft.mark = "repaired"
            number = item.get("id")
            reading.add(draft, str(number) if isinstance(number, int | str) else None)
        return reading.finish(question)


def _stated(filler: Filler) -> dict[str, object]:
    if filler.event < 0:
        return {"role": filler.role, "text": filler.text}
    return {"role": filler.role, "event": filler.event + 1}


def _draft(item: Any, labels: dict[str, str], roles: dict[str, str], reading: Reading) -> Draft | None:
    """The event that an item of the list states, or None."""
    if not isinstance(item, dict):
        return None
    name, trigger, arguments = item.get("type"), item.get("trigger"), item.get("arguments")
    label = called(name, labels) if isinstance(name, str) else None
    if label is None or not isinstance(trigger, str) or not trigger:
        return None
    is_exact = name == label and isinstance(arguments, list)
    draft = Draft(label, trigger, "exact" if is_exact else "repaired")
    for argument in arguments if isinstance(arguments, list) else [] if arguments is None else [arguments]:
        _fill(draft, argument, roles, reading)
    return draft


def _fill(draft: Draft, argument: Any, roles: dict[str, str], reading: Reading) -> None:
    """Add an argument to its event; one that is both a text and an event counts as its text."""
    stated = argument if isinstance(argument, dict) else {}
    name, text, event = stated.get("role"), stated.get("text"), stated.get("event")
    role = called(name, roles) if isinstance(name, str) else None
    if name != role or (text is None) == (event is None):
        draft.mark = "repaired"
    if role is not None and isinstance(text, str) and text:
        draft.mentions.append((role, text))
    elif role is not None and isinstance(event, int | str):
        draft.events.append((role, str(event)))
    else:
        draft.mark = "repaired"
        reading.pass_over(str(argument))
