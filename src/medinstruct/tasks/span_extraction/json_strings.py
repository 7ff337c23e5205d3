"""JSON: an object with a list of strings for each label asked.

{"Chemical": ["naloxone", "clonidine"], "Disease": []}
"""

from __future__ import annotations

import json

from medinstruct.tasks.answers import halved
from medinstruct.tasks.constraint import TEXT, Constraint, array, record, schema
from medinstruct.tasks.read_json import read_json
from medinstruct.tasks.span_extraction.example import SpanExample, SpanQuestion
from medinstruct.tasks.span_extraction.lines import Strings
from medinstruct.tasks.span_extraction.reading import Reading
from medinstruct.tasks.task import Parsed


class JsonStrings(Strings):
    """An object with a list of strings for each label asked, empty lists too; holds any mention there is."""

    def fits(self, example: SpanExample) -> str | None:
        question = example.question
        return super().fits(example) or halved(question.text) or halved("".join(self.called(question.labels)))

    def render(self, example: SpanExample) -> str:
        names = self.shown(example.question.labels)
        found = {names[label]: mentions for label, mentions in self.by_label(example).items()}
        return json.dumps(found, ensure_ascii=False)

    def constraint(self, question: SpanQuestion) -> Constraint:
        return schema(record({name: array(TEXT) for name in self.shown(question.labels).values()}))

    def parse(self, answer: str, question: SpanQuestion) -> Parsed:
        reading = Reading(question.text)
        read = read_json(answer)
        if read is None or not isinstance(read.value, dict):
            reading.leave(answer.strip())
            return reading.parsed()
        names = {name: label for label, name in self.shown(question.labels).items()}
        folded = {name.casefold(): label for name, label in names.items()}
        missing = {label: name for name, label in names.items()}
        for name, value in read.value.items():
            label = names.get(name, folded.get(name.casefold()))
            if label is None:
                reading.leave(f"{name}: {value}")
                continue
            missing.pop(label, None)
            is_exact = read.is_exact and name in names and isinstance(value, list)
            for string in value if isinstance(value, list) else [value]:
                if isinstance(string, str) and string:
                    reading.name(label, string, "exact" if is_exact else "repaired")
                elif string is not None:
                    reading.leave(f"{name}: {string}")
        for name in missing.values():
            reading.miss(f"no list for {name}")
        return reading.parsed()
