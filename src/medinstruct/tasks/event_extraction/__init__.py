"""Event extraction: find events with their triggers and arguments, which may be events themselves.

The question gives text, labels, roles and perhaps participants; the gold has the events with label, trigger
and arguments, as offsets into the text.

    lines      1. Positive regulation: induces | Theme: #2 | Cause: IL-10
               2. Gene expression: expression | Theme: BCL2

    json       [{"id": 1, "type": "Positive regulation", "trigger": "induces", "arguments": [{…}, {…}]}, …]
"""

from medinstruct.tasks.event_extraction.example import (
    EventGold,
    EventQuestion,
    FilledRole,
    Filler,
    Found,
    LabelledEvent,
)
from medinstruct.tasks.event_extraction.json_events import JsonEvents
from medinstruct.tasks.event_extraction.lines import Lines
from medinstruct.tasks.event_extraction.scores import argument_f1, f1, ideal, macro_f1, trigger_f1
from medinstruct.tasks.event_extraction.views import view
from medinstruct.tasks.facts import Events
from medinstruct.tasks.task import Example, TaskType

__all__ = ["TASK", "EventGold", "EventQuestion", "FilledRole", "Filler", "Found", "JsonEvents",
           "LabelledEvent", "Lines", "ideal"]  # fmt: skip

_TEXT = "IL-10 induces expression of BCL2 and, with IL-10 alone, its phosphorylation."
_LABELS = ("Gene expression", "Phosphorylation", "Positive regulation")
_ROLES = ("Theme", "Cause")
_GIVEN = {"Protein": ("IL-10", "BCL2")}
_BCL2 = FilledRole(role="Theme", pieces=((28, 32),))

TASK = TaskType(
    name="event_extraction",
    title="Find events with their triggers and arguments",
    question=EventQuestion,
    gold=EventGold,
    formats={"lines": Lines, "json": JsonEvents},
    views={Events: view},
    scores={"f1": f1, "trigger_f1": trigger_f1, "argument_f1": argument_f1, "macro_f1": macro_f1},
    samples=(
        Example(
            EventQuestion(text=_TEXT, labels=_LABELS, roles=_ROLES, participants=_GIVEN),
            EventGold(events=(
                LabelledEvent(label="Positive regulation", trigger=((6, 13),), arguments=(
                    FilledRole(role="Theme", event=1), FilledRole(role="Cause", pieces=((0, 5),)),
                )),
                LabelledEvent(label="Gene expression", trigger=((14, 24),), arguments=(_BCL2,)),
                LabelledEvent(label="Phosphorylation", trigger=((60, 75),), arguments=(_BCL2,)),
            )),
        ),
        Example(
            EventQuestion(
                text="No gene was named.", labels=_LABELS, roles=_ROLES, participants={"Protein": ()},
                definitions={"Phosphorylation": "a phosphate group being added to a molecule", "Theme": "what is acted on"},
            ),
            EventGold(),
        ),
    ),
)  # fmt: skip
