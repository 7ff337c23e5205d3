"""One row to look at, in a notebook or a terminal: its text with what is marked there, prompt, answer, what the parser gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from medinstruct import markup, scorer
from medinstruct.reporter import marks
from medinstruct.sample import Sample

FACTS = ("corpus", "split", "document", "task", "type", "template", "license", "id")


class View:
    """A row that shows itself."""

    def __init__(self, row: Mapping[str, Any] | Sample) -> None:
        self.row: Mapping[str, Any] = row.model_dump() if isinstance(row, Sample) else row
        asked = scorer.asked(self.row)
        self._marked = marks.find(self.row["type"], asked.example)
        self._read = asked.answer.parse(self.row["messages"][-1]["content"], asked.example.question).prediction

    def _repr_html_(self) -> str:
        found = self._marked
        shown = [(mark.pieces, mark.label) for mark in found.marks if mark.pieces]
        texts = [
            f"<b>{markup.escape(name)}</b>" + markup.marked(text, shown if name == found.where else [])
            for name, text in found.texts.items()
        ]
        return (
            markup.table(FACTS, [[self.row[name] for name in FACTS]])
            + "".join(texts)
            + markup.table(("of", "", "to"), self._arcs())
            + markup.turns(self.row["messages"])
            + markup.table(("what the parser gives back",), [[str(item)] for item in self._read])
        )

    def _arcs(self) -> list[tuple[str, str, str]]:
        whole = self._marked.texts.get(self._marked.where, "")
        words = [" ".join(whole[start:end] for start, end in mark.pieces) for mark in self._marked.marks]
        return [(words[arc.start], arc.label, words[arc.end]) for arc in self._marked.arcs]

    def __repr__(self) -> str:
        lines = [" ".join(str(self.row[name]) for name in FACTS)]
        lines += [f"--- {message['role']}\n{message['content']}" for message in self.row["messages"]]
        lines += ["--- read back", *map(str, self._read)]
        return "\n".join(lines)
