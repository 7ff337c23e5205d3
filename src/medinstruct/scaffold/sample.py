"""The skeleton of a sample: files of the same format and names, with placeholders for their text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from medinstruct import formats
from medinstruct.document import Argument, Concept, Document, Event, Mention, Passage, Relation
from medinstruct.formats import conversion
from medinstruct.formats.sniff import Guess
from medinstruct.scaffold.facts import Facts
from medinstruct.scaffold.rows import Plan
from medinstruct.source import File


def sample(guess: Guess, facts: Facts, splits: Sequence[Sequence[str]], plan: Plan | None) -> Iterator[File]:
    """Yield the files of a sample.

    Args:
        guess: The format, and what its reader is told.
        facts: What is annotated.
        splits: The patterns of the files of each split.
        plan: What the rows mean, where they are rows.
    """
    for number, patterns in enumerate(splits, start=1):
        names = [pattern.replace("*", f"placeholder-{number}").replace("[[]", "[") for pattern in patterns]
        if plan:
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in plan.sample())
            yield File(names[0], "".join(lines).encode())
        elif guess.format == "conll":
            yield File(names[0], _conll(guess, facts).encode())
        else:
            yield from _written(guess, document(facts, str(number)), names)


def _written(guess: Guess, whole: Document, names: list[str]) -> Iterator[File]:
    """The files that hold a document, under the names that the split asks for."""
    module = formats.load(guess.format)
    held, _ = conversion.reduce(whole, module)
    for file in module.write([held]):
        name = next((name for name in names if PurePosixPath(name).suffix == file.suffix), names[0])
        yield File(name, file.data)


class _Text:
    """A text that grows word by word."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, word: str) -> tuple[int, int]:
        self.text += (" " if self.text else "") + word
        return len(self.text) - len(word), len(self.text)


def document(facts: Facts, id: str) -> Document:
    """A Document in which all that the facts name stands once, of labels the first, and that says nothing."""
    if facts.passage_labels:
        return _labelled(facts, id)
    text, mentions, relations = _Text(), list[Mention](), list[Relation]()
    text.add("Placeholder.")
    title = len(text.text)

    def mention(type: str) -> Mention:
        span = text.add(f"{re.sub(r'[^A-Za-z]', '', type) or 'Thing'}{len(mentions) + 1}")
        concept = Concept(vocabulary=facts.vocabulary or "", id=f"X{len(mentions) + 1}")
        concepts = () if facts.vocabulary is None else (concept,)
        one = Mention(
            id=f"T{len(mentions) + 1}", spans=(span,), text=text.text[slice(*span)], types=(type,), concepts=concepts
        )
        mentions.append(one)
        return one

    for type in facts.mentions:
        mention(type)
    for type, (level, heads, tails) in facts.relations.items():
        ends = [mention(heads[0]), mention(tails[0])]
        refs = [end.id if level == "mention" else str(end.concepts[0]) for end in ends]
        arguments = tuple(Argument(role=f"Arg{n}", ref=ref, kind=level) for n, ref in enumerate(refs, start=1))
        relations.append(Relation(id=f"R{len(relations) + 1}", type=type, arguments=arguments))
    events: list[Event] = []
    for type, roles in facts.events.items():
        taking = mention(facts.participants[0]) if facts.participants else None
        trigger = mention(type)
        arguments = tuple(Argument(role=role, ref=taking.id) for role in roles) if taking else ()
        events.append(Event(id=f"E{len(events) + 1}", type=type, trigger=trigger.id, arguments=arguments))
    text.add("stand here.")
    return Document(
        id=id, text=text.text, passages=_passages(facts, title, len(text.text)), mentions=tuple(mentions),
        relations=tuple(relations), events=tuple(events), labels=tuple(facts.labels[:1]),
    )  # fmt: skip


def _passages(facts: Facts, title: int, end: int) -> tuple[Passage, ...]:
    if "sentence" in facts.passages or not facts.passages:
        return ()
    if len(facts.passages) == 1:
        return (Passage(type=facts.passages[0], span=(0, end)),)
    return Passage(type=facts.passages[0], span=(0, title)), Passage(type=facts.passages[1], span=(title + 1, end))


def _labelled(facts: Facts, id: str) -> Document:
    """A line for each label."""
    lines = [f"Placeholder {n}." for n in range(1, len(facts.passage_labels) + 1)]
    passages, at = [], 0
    for line, label in zip(lines, facts.passage_labels):
        passages.append(Passage(type="sentence", span=(at, at + len(line)), labels=(label,)))
        at += len(line) + 1
    return Document(id=id, text="\n".join(lines), passages=tuple(passages))


def _conll(guess: Guess, facts: Facts) -> str:
    """A sentence with a mention of each type, in the columns and the scheme of the files."""
    options, rows, at = guess.options, list[str](), 0
    begin = {"IO": "I", "BILUO": "U", "IOBES": "S"}.get(options["scheme"], "B")
    words = [("Placeholder", "O")]
    for number, type in enumerate(facts.mentions, start=1):
        name = re.sub("[^A-Za-z]", "", type) or "Thing"
        words += [(f"{name}{number}", begin if "type" in options else f"{begin}-{type}"), ("and", "O")]
    for word, tag in [*words, (".", "O")]:
        known = {"token": word, "start": str(at), "end": str(at + len(word)), "tag": tag}
        rows.append(options["separator"].join(known.get(name, "_") for name in options["columns"]))
        at += len(word) + 1
    mark = options.get("mark", "")
    marks = ["-DOCSTART- (1)", ""] if "DOCSTART" in mark else ["###MEDLINE:1", ""] if mark else []
    return "\n".join([*marks, *rows, "", ""])
