"""One row as a page shows it: its text with what is marked there, prompt, answer, what the parser gives back, lineage."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from medinstruct import artefact, scorer
from medinstruct.artefact import Build
from medinstruct.reporter import marks
from medinstruct.tasks.answers import worst
from medinstruct.tasks.multiple_choice import letter
from medinstruct.tasks.span_extraction.locate import locate

MOST_ITEMS = 200
"""Items of an answer, and options of a question, that are shown."""
PLACES = ("unit", "window", "record", "annotations", "tokens", "entry", "rank", "repeat", "repeats", "file", "line")
"""What `meta` says of where a row stands; the rest of it are draws."""

Row = Mapping[str, Any]
Json = dict[str, Any]


def show(build: Build, row: Row, was: Row | None = None) -> Json:
    """Return a row as JSON; texts longer than `marks.LETTERS` are cut.

    Args:
        build: Where it stands.
        row: All its columns.
        was: The row of the same id in another build, where it says something else.

    Raises:
        FormatError: if it is not what its type says.
    """
    with artefact.reading(build.folder / "data"):
        asked = scorer.asked(row)
        question = asked.example.question
        answer = row["messages"][-1]["content"]
        return {
            "id": row["id"],
            "messages": _messages(row),
            **marks.find(row["type"], asked.example).as_json(),
            "asked": [label for label in question.offered if row["type"] != "multiple_choice"][:MOST_ITEMS],
            "options": _options(row["type"], asked.example),
            "back": _read_back(row["type"], asked, answer),
            "lineage": _lineage(build, row),
            **({"was": _messages(was)} if was else {}),
        }


def _messages(row: Row) -> list[Json]:
    return [
        {
            "role": message["role"],
            "text": message["content"][: marks.LETTERS],
            "cut": max(len(message["content"]) - marks.LETTERS, 0),
        }
        for message in row["messages"]
    ]


def _options(type: str, example: Any) -> list[tuple[str, str, bool]]:
    """Letter, words and whether it is right, of each option of a choice."""
    if type != "multiple_choice":
        return []
    right = set(example.gold.choices)
    return [
        (letter(n), option[: marks.LETTERS], n in right)
        for n, option in enumerate(example.question.options[:MOST_ITEMS])
    ]


def _read_back(type: str, asked: Any, answer: str) -> Json:
    """What the parser makes of the answer, and whether that is what the answer format keeps of the gold."""
    parsed = asked.answer.parse(answer, asked.example.question)
    listed = ITEMS.get(type, _as_text)(asked.example.question, parsed.prediction)
    return {
        "head": HEADS.get(type, ["says"]),
        "items": [[str(cell)[: marks.LETTERS] for cell in item] for item in listed[:MOST_ITEMS]],
        "more": max(len(listed) - MOST_ITEMS, 0),
        "state": "exact" if parsed.is_exact else worst(parsed.marks) if parsed.marks else "unread",
        "unread": list(parsed.unread[:MOST_ITEMS]),
        "same": parsed.prediction == asked.answer.carries(asked.example),
        "level": asked.answer.level,
        "loses": list(asked.answer.loses),
    }


def _as_spans(question: Any, prediction: Sequence[Any]) -> list[Sequence[Any]]:
    return [
        (each.found.label, each.found.text, ", ".join(f"{start}–{end}" for start, end in each.found.pieces), each.certainty)
        for each in locate(question.text, prediction)
    ]  # fmt: skip


def _as_triples(question: Any, prediction: Sequence[Any]) -> list[Sequence[Any]]:
    return [(each.head, each.label, each.tail) for each in prediction]


def _as_events(question: Any, prediction: Sequence[Any]) -> list[Sequence[Any]]:
    return [
        (
            event.label,
            event.trigger,
            "; ".join(
                f"{f.role}: {f.text if f.event < 0 else f'{prediction[f.event].trigger} (event {f.event + 1})'}"
                for f in event.arguments
            ),
        )
        for event in prediction
    ]


def _as_options(question: Any, prediction: Sequence[Any]) -> list[Sequence[Any]]:
    return [(letter(choice), question.options[choice]) for choice in prediction]


def _as_text(question: Any, prediction: Sequence[Any]) -> list[Sequence[Any]]:
    return [(each,) for each in prediction]


ITEMS: Mapping[str, Callable[[Any, Sequence[Any]], list[Sequence[Any]]]] = {
    "span_extraction": _as_spans,
    "relation_triples": _as_triples,
    "event_extraction": _as_events,
    "multiple_choice": _as_options,
}
"""The items of an answer as lines of cells, by task type."""
HEADS = {
    "span_extraction": ["label", "words", "place", "how sure"],
    "relation_triples": ["head", "relation", "tail"],
    "event_extraction": ["event", "trigger", "arguments"],
    "multiple_choice": ["", "option"],
}


def _lineage(build: Build, row: Row) -> list[tuple[str, str]]:
    """Where a row comes from, as names and values."""
    meta, corpus = json.loads(row["meta"]), build.manifest["corpora"].get(row["corpus"], {})
    sources = list(corpus.get("sources", {}).get(row["split"], {}))
    file, line = meta.get("file", -1), meta.get("line", 0)
    name = sources[file] if 0 <= file < len(sources) else ""
    told = {
        "corpus": f"{corpus.get('title', row['corpus'])} ({row['corpus']}), version {row['corpus_version']}, {row['split']}",
        "license": row["license"],
        "file": f"{name}:{line}" if name and line else name,
        "document": row["document"],
        "unit": str(meta.get("unit", "")),
        "window": "–".join(map(str, meta["window"])) if any(meta.get("window", ())) else "",
        "annotations": ", ".join(meta.get("annotations", ())),
        "groups": ", ".join(row["groups"]),
        "task": f"{row['task']}, asked as {row['type']}",
        "wording": f"{row['template']} ({row['template_hash']})",
        "answer format": row["answer_format"],
        "tokens of the text": f"{meta.get('tokens', 0):,}",
        "rank": f"{meta.get('rank', 0):,} of the draw, entry {meta.get('entry', 0)} of the recipe",
        "draws": json.dumps(draws, ensure_ascii=False) if (draws := {k: v for k, v in meta.items() if k not in PLACES}) else "",
        "id": row["id"],
        "digest": row["digest"],
    }  # fmt: skip
    return [(name, value[: marks.LETTERS]) for name, value in told.items() if value]
