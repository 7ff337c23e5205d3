"""What Documents annotate, as the facts of a corpus are written."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from medinstruct.corpora.corpus import TO_FILL_IN
from medinstruct.document import Document, Event, Relation
from medinstruct.formats.draft import Read

Level = Literal["mention", "concept"]


@dataclass(slots=True)
class Facts:
    """Tasks and what is left out, as code; and the native labels, for a sample."""

    tasks: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """The kinds of fact that the code uses."""
    mentions: list[str] = field(default_factory=list)
    relations: dict[str, tuple[Level, list[str], list[str]]] = field(default_factory=dict)
    """By type the level (`mention`, `concept`), and the types of the first and of the second argument."""
    events: dict[str, list[str]] = field(default_factory=dict)
    """By type the roles."""
    participants: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    """Types of passages, in order."""
    passage_labels: list[str] = field(default_factory=list)
    vocabulary: str | None = None
    """That of the concepts of mentions, the first where there are several; None where mentions have none."""

    def add(self, task: str, kind: str, code: str) -> None:
        self.tasks[task] = code
        self.names.add(kind)


def words(native: str) -> str:
    """A native label in plain words: `SpecificDisease` as `Specific disease`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", native)
    text = " ".join(re.sub(r"[_\-]+", " ", parted).split())
    return text if text.isupper() and len(text) < 6 else text[:1].upper() + text[1:].lower()


def facts_of(records: Iterable[Read]) -> Facts:
    """Return what is annotated in the Documents among some records."""
    facts = Facts()
    documents = [record for record in records if isinstance(record, Document)]
    triggers = {(id(d), event.trigger) for d in documents for event in d.events}
    kinds = Counter(type for d in documents for m in d.mentions if (id(d), m.id) not in triggers for type in m.types)
    facts.mentions = sorted(kinds)
    facts.passages = list(dict.fromkeys(passage.type for d in documents[:100] for passage in d.passages))[:4]
    if kinds:
        facts.add("ner", "Spans", f'Spans(labels={labels(facts.mentions)}, question="Which entities are mentioned?")')
    _relations(documents, facts)
    _events(documents, facts)
    _marks(documents, facts)
    if linked := [mention for d in documents for mention in d.mentions if mention.concepts]:
        names = {
            concept.vocabulary: concept.vocabulary or "the vocabulary"
            for mention in linked
            for concept in mention.concepts
        }
        facts.vocabulary = min(names)
        types = literal(tuple(sorted({mention.types[0] for mention in linked})))
        question = literal(f"Which entry of {' or '.join(sorted(names.values()))} is it?")
        code = f"Concepts(vocabularies={literal(dict(sorted(names.items())))}, types={types}, question={question})"
        facts.add("ned", "Concepts", code)
    for name in sorted({f"attributes:{a.name}" for d in documents for a in d.attributes}):
        facts.left_out[name] = f"{TO_FILL_IN} why no task asks it (see Attributes in medinstruct.tasks)"
    for name in sorted({f"coreferences:{c.type}" for d in documents for c in d.coreferences}):
        facts.left_out[name] = f"{TO_FILL_IN} why no task asks it"
    return facts


def literal(value: Any) -> str:
    """A value as Python has it, with double quotes."""
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(each)}' for key, each in value.items())}}}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def labels(natives: Iterable[str]) -> str:
    """Native labels with their words, as code."""
    return literal({native: words(native) for native in natives})


def _relations(documents: list[Document], facts: Facts) -> None:
    """The relations of two arguments with types; what else is related is left to be looked at."""
    sides: dict[str, tuple[Level, set[str], set[str]]] = {}
    for document in documents:
        types = {mention.id: mention.types[0] for mention in document.mentions}
        types |= {str(concept): mention.types[0] for mention in document.mentions for concept in mention.concepts}
        for relation in document.relations:
            if (found := _sides(relation, types)) is None:
                facts.left_out[f"relations:{relation.type}"] = f"{TO_FILL_IN} why no task asks it"
                continue
            level, first, second = found
            sides.setdefault(relation.type, (level, set(), set()))
            sides[relation.type][1].add(first)
            sides[relation.type][2].add(second)
    facts.relations = {type: (level, sorted(a), sorted(b)) for type, (level, a, b) in sorted(sides.items())}
    for type in facts.relations:
        facts.left_out.pop(f"relations:{type}", None)
    for level in sorted({level for level, _, _ in facts.relations.values()}):
        mine = {type: (a, b) for type, (its, a, b) in facts.relations.items() if its == level}
        said = literal({type: words(type).lower() for type in mine})
        arguments = literal({type: (tuple(a), tuple(b)) for type, (a, b) in mine.items()})
        scope = ', level="concept", scope="document"' if level == "concept" else ""
        question = "How is the first related to the second, according to the text?"
        code = f"Relations(labels={said}, arguments={arguments}{scope}, question={literal(question)})"
        facts.add("re" if "re" not in facts.tasks else f"re-{level}", "Relations", code)


def _sides(relation: Relation, types: dict[str, str]) -> tuple[Level, str, str] | None:
    kinds = {argument.kind for argument in relation.arguments}
    if len(relation.arguments) != 2 or len(kinds) > 1 or "event" in kinds:
        return None
    first, second = (types.get(argument.ref) for argument in relation.arguments)
    level: Level = "concept" if "concept" in kinds else "mention"
    return (level, first, second) if first and second else None


def _events(documents: list[Document], facts: Facts) -> None:
    events: dict[str, set[str]] = {}
    participants: set[str] = set()
    for document in documents:
        types = {mention.id: mention.types[0] for mention in document.mentions}
        for event in document.events:
            events.setdefault(event.type, set()).update(argument.role for argument in event.arguments)
            participants |= _participants(event, types)
    if events:
        facts.events = {type: sorted(roles) for type, roles in sorted(events.items())}
        facts.participants = sorted(participants)
        roles = sorted({role for found in events.values() for role in found})
        code = f"Events(labels={labels(facts.events)}, roles={literal({r: words(r) for r in roles})}, "
        code += f'participants={labels(facts.participants)}, question="Which events does the text state?")'
        facts.add("ee", "Events", code)


def _participants(event: Event, types: dict[str, str]) -> set[str]:
    return {types[argument.ref] for argument in event.arguments if argument.kind == "mention" and argument.ref in types}


def _marks(documents: list[Document], facts: Facts) -> None:
    """The labels of documents, and those of passages."""
    facts.labels = sorted({label for d in documents for label in d.labels})
    facts.passage_labels = sorted({label for d in documents for p in d.passages for label in p.labels})
    question = "Which class is the text of?"
    if facts.labels:
        several = any(len(d.labels) != 1 for d in documents)
        code = f"Labels(labels={labels(facts.labels)}, several={several}, question={literal(question)})"
        facts.add("dc", "Labels", code)
    if facts.passage_labels:
        several = any(len(p.labels) > 1 for d in documents for p in d.passages)
        code = f'Labels(labels={labels(facts.passage_labels)}, several={several}, of="passage", question={literal(question)})'
        facts.add("dc" if "dc" not in facts.tasks else "dc-passage", "Labels", code)
