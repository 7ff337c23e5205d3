"""JSON: a list of triples; holds any mention there is.

    [{"head": "clonidine", "relation": "induces", "tail": "hypotension"},
     {"head": "naloxone", "relation": "reverses", "tail": "clonidine"}]

The list stands on one line.
"""

from __future__ import annotations

import json
from typing import ClassVar

from medinstruct.tasks.answers import by_name, called, cut, halved, listed
from medinstruct.tasks.constraint import TEXT, Constraint, array, free, record, schema
from medinstruct.tasks.read_json import read_json
from medinstruct.tasks.relation_triples.example import (
    LOSES,
    Found,
    TripleExample,
    TripleGold,
    TripleQuestion,
    find_fault,
    strings,
    told,
)
from medinstruct.tasks.relation_triples.reading import Reading
from medinstruct.tasks.task import AnswerFormat, Parsed


class JsonTriples(AnswerFormat[TripleQuestion, TripleGold]):
    """A list of objects with `head`, `relation` and `tail`; `[]` for nothing."""

    level: ClassVar[str] = "strings"
    loses: ClassVar[tuple[str, ...]] = LOSES

    def fits(self, example: TripleExample) -> str | None:
        return find_fault(example) or halved(example.question.text) or halved("".join(example.question.labels))

    def render(self, example: TripleExample) -> str:
        triples = [{"head": found.head, "relation": found.label, "tail": found.tail} for found in told(example)]
        return json.dumps(triples, ensure_ascii=False)

    def carries(self, example: TripleExample) -> tuple[Found, ...]:
        return strings(example)

    def constraint(self, question: TripleQuestion) -> Constraint:
        if not question.labels:
            return free("no label to choose from")
        label = {"type": "string", "enum": list(question.labels)}
        return schema(array(record({"head": TEXT, "relation": label, "tail": TEXT})))

    def parse(self, answer: str, question: TripleQuestion) -> Parsed:
        labels, reading = by_name(question.labels), Reading(question)
        if (read := read_json(answer)) is None:
            reading.unread.extend([cut(answer)] if answer.strip() else [])
            return reading.finish()
        items, is_exact = listed(read)
        for item in items:
            stated = item if isinstance(item, dict) else {}
            parts = stated.get("head"), stated.get("relation"), stated.get("tail")
            head, name, tail = (part if isinstance(part, str) else "" for part in parts)
            label = called(name, labels)
            if label is None or not head or not tail:
                reading.unread.append(cut(str(item)))
            else:
                reading.add(Found(head, label, tail), is_exact and name == label)
        return reading.finish()
