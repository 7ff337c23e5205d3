"""What the rows of JSON Lines mean, as far as the names and values of their keys tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medinstruct.document import Item
from medinstruct.formats import json_lines
from medinstruct.formats.draft import Broken, Read, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.scaffold.facts import Facts, labels, literal
from medinstruct.source import File

NAMES = {
    "id": ("id", "_id", "qid", "pmid", "pairid", "uid", "uuid", "key"),
    "question": ("question", "instruction", "query", "stem"),
    "answer": ("answer_idx", "answer", "cop", "correct", "answer_key", "label"),
    "label": ("label", "gold_label", "class", "category", "relation"),
    "reference": ("output", "answer", "response", "summary", "target", "long_answer", "completion"),
}
"""By what a key may be called, the likeliest first."""
MAX_LABELS = 50
"""Values that a label may have; a key with more holds something else."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What each key of a row is; the rest of the strings are texts."""

    keys: dict[str, Any]
    """The keys of the rows, each with an example of its kind of value that says nothing."""
    id: str = ""
    question: str = ""
    options: str = ""
    """A key whose value is a list of strings, or an object of them by their letters."""
    answer: str = ""
    """The key of the right option: its letter, its text, or its number from 0."""
    label: str = ""
    labels: tuple[str, ...] = ()
    reference: str = ""
    texts: tuple[str, ...] = ()

    def code(self) -> str:
        """The function from a row to the fields of an Item."""
        id = f"str(row[{literal(self.id)}])" if self.id else "f\"{row.place.file.rpartition('/')[2]}-{row.key}\""
        lines = [f'        "id": {id},']
        if self.texts:
            lines.append(
                f'        "texts": {{{", ".join(f"{literal(name)}: row[{literal(name)}]" for name in self.texts)}}},'
            )
        if self.question:
            lines.append(f'        "question": row[{literal(self.question)}],')
        before = ""
        if self.options:
            values, names = (
                (".values()", "list(options)") if isinstance(self.keys[self.options], dict) else ("", "options")
            )
            before = f"    options, answer = row[{literal(self.options)}], row[{literal(self.answer)}]\n"
            before += "    texts = list(options.values())\n" if values else "    texts = list(options)\n"
            place = f"{names}.index(answer)" if values else "answer"
            lines += [
                '        "options": tuple(texts),',
                f'        "answers": (texts.index(answer) if answer in texts else {place},),',
            ]
        if self.label:
            lines.append(f'        "labels": (str(row[{literal(self.label)}]),),')
        if self.reference:
            lines.append(f'        "references": (row[{literal(self.reference)}],),')
        body = "\n".join(lines)
        head = 'def item(row: Row) -> dict[str, Any]:\n    """A row as the fields of an Item; look whether each key means this."""\n'
        return f"{head}{before}    return {{\n{body}\n    }}\n"

    def item(self, row: Row) -> dict[str, Any]:
        """What `code` says of a row."""
        fields: dict[str, Any] = {
            "id": str(row[self.id]) if self.id else f"{row.place.file.rpartition('/')[2]}-{row.key}"
        }
        fields["texts"] = {name: row[name] for name in self.texts}
        fields["question"] = row[self.question] if self.question else ""
        if self.options:
            options, answer = row[self.options], row[self.answer]
            texts = list(options.values()) if isinstance(options, dict) else list(options)
            at = (
                texts.index(answer)
                if answer in texts
                else list(options).index(answer)
                if isinstance(options, dict)
                else answer
            )
            fields |= {"options": tuple(texts), "answers": (at,)}
        fields["labels"] = (str(row[self.label]),) if self.label else ()
        fields["references"] = (row[self.reference],) if self.reference else ()
        return fields

    def records(self, files: Sequence[File]) -> Iterator[Read]:
        return finish(drafts((row for file in files for row in json_lines.rows(file)), self.item, Item))

    def facts(self, records: Sequence[Read]) -> Facts:
        """The tasks of such rows; none where no key looks like an answer."""
        facts = Facts()
        if self.options:
            facts.add("qa", "Choices", "Choices()")
        elif self.label:
            facts.add("dc", "Labels", f'Labels(labels={labels(self.labels)}, question="Which label is right?")')
        elif self.reference:
            facts.add("gen", "Texts", "Texts()")
        return facts

    def sample(self) -> list[dict[str, Any]]:
        """Rows of the same keys that say nothing, one for each label."""
        rows = []
        for number, label in enumerate(self.labels or ("",), start=1):
            row = {key: _nothing(value, number) for key, value in self.keys.items()}
            if self.label:
                row[self.label] = label
            if self.options:
                values = row[self.options]
                row[self.answer] = next(iter(values)) if isinstance(values, dict) else 0
            rows.append(row)
        return rows


def plan(files: Sequence[File]) -> Plan:
    """Return what the keys of the rows of some files seem to be."""
    found = [row for file in files for row in json_lines.rows(file) if not isinstance(row, Broken)]
    common = [key for key in found[0] if all(key in row for row in found)] if found else []
    kinds: dict[str, Any] = {key: found[0][key] for key in common}

    def named(what: str, fits: Any) -> str:
        return next((key for name in NAMES[what] for key in common if key.casefold() == name and fits(key)), "")

    def is_text(key: str) -> bool:
        return all(isinstance(row[key], str) for row in found)

    values = {key: {str(row[key]) for row in found} for key in common}
    options = next((key for key in common if all(_are_options(row[key]) for row in found)), "")
    answer = named("answer", lambda key: _names_option(found, options, key)) if options else ""
    options = options if answer else ""
    label = "" if options else named("label", lambda key: 1 < len(values[key]) <= MAX_LABELS)
    reference = "" if options or label else named("reference", is_text)
    id = named("id", lambda key: len(values[key]) == len(found))
    question = named("question", is_text)
    taken = {id, question, options, answer, label, reference}
    few = {key for key in common if len(values[key]) <= min(MAX_LABELS, len(found) // 2)}
    texts = [key for key in common if key not in taken | few and is_text(key)]
    if answer:  # the answer may stand there twice, as text and as letter
        texts = [key for key in texts if not _names_option(found, options, key)]
    return Plan(
        kinds,
        id,
        question,
        options,
        answer,
        label,
        tuple(sorted(values[label])) if label else (),
        reference,
        tuple(texts),
    )


def _are_options(value: Any) -> bool:
    texts = list(value.values()) if isinstance(value, dict) else value
    return isinstance(texts, list) and len(texts) > 1 and all(isinstance(text, str) for text in texts)


def _names_option(found: list[Row], options: str, key: str) -> bool:
    """Whether the values of a key are options, or their letters or numbers."""

    def is_one(row: Mapping[str, Any]) -> bool:
        held, answer = row[options], row[key]
        if isinstance(held, dict):
            return isinstance(answer, str) and (answer in held or answer in held.values())
        return answer in held or (isinstance(answer, int) and 0 <= answer < len(held))

    return all(map(is_one, found))


def _nothing(value: Any, number: int) -> Any:
    """A value of the same kind that says nothing."""
    if isinstance(value, dict):
        return {key: f"{_nothing(each, number)} {key}" for key, each in value.items() if isinstance(each, str)}
    if isinstance(value, list):
        return [f"Placeholder {n}" for n, each in enumerate(value[:5], start=1) if isinstance(each, str)]
    return f"Placeholder {number}" if isinstance(value, str) else type(value)() if value is not None else None
