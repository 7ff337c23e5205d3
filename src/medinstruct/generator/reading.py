"""From what a model says to candidates, answers and verdicts: exactly, or with repair, or not at all; never an exception.

{"instructions": [{"instruction": "…", "input": "…", …}, …]}     JSON, also fenced, cut off, with words around it
Instruction: …  Input: …  Output: …                              the same as labelled lines, from models that know no JSON
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from medinstruct.chat import Answer
from medinstruct.generator.candidate import CATEGORIES, Candidate
from medinstruct.generator.prompt import CRITERIA
from medinstruct.tasks.read_json import CLOSING, TOKEN, read_json

MOST = 64
"""Instructions that are read out of one answer; what follows is not looked at."""
MOST_CHARACTERS = 20_000
"""Of one field; what is longer is no instruction."""
NO_INPUT = {"", "(none)", "none", "<noinput>", "n/a", "no input"}
LABEL = re.compile(r"^[#*\s\d.)]*(instruction|input|output|category|topic)[*]*\s*:[*]*", re.IGNORECASE | re.MULTILINE)
BEGINS = re.compile(r'"instruction"\s*:')


class Reading(NamedTuple):
    """What an answer holds."""

    candidates: tuple[Candidate, ...]
    fault: str = ""
    """Why there are none."""
    cut: int = 0
    """Candidates that were begun and not ended."""


def candidates(answer: Answer, seeds: Sequence[str], *, answers: bool) -> Reading:
    """Return the candidates of an answer, named by its request and their place.

    Args:
        answer: To a prompt to write.
        seeds: Ids of what the prompt showed.
        answers: Whether outputs are to be there.
    """
    if answer.fault:
        return Reading((), "refused by the server")
    found, is_cut = _records(answer)
    if found is None:
        return Reading((), "cannot be read")
    if is_cut and found:
        found = found[:-1]
    read = tuple(
        candidate for place, record in enumerate(found[:MOST])
        if (candidate := _candidate(answer.id, place, record, tuple(seeds), answers)) is not None
    )  # fmt: skip
    return Reading(read, "" if read else "holds no instruction", int(is_cut))


def _records(answer: Answer) -> tuple[list[Any] | None, bool]:
    """The records of an answer, and whether the last was cut off; None where nothing can be read."""
    read = read_json(answer.text)
    if read is None:
        labelled = list(_labelled(answer.text))
        return (labelled or None), bool(labelled) and answer.finish == "length"
    is_cut = not read.is_exact and _ends_inside_a_record(answer.text)
    value = read.value
    if isinstance(value, Mapping) and "instruction" not in value:
        value = next((each for each in value.values() if isinstance(each, list)), None)
    records = value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []
    # a record that began and is not there was cut away by the repair; then those that are there are whole
    begun = sum(1 for _ in BEGINS.finditer(answer.text))
    return records, is_cut and len(records) >= begun


def _ends_inside_a_record(text: str) -> bool:
    """Whether the JSON of a text has no end, and stops where a record has none either."""
    depth, is_text = 0, False
    for token in TOKEN.finditer(text, max(min(text.find("{"), text.find("[")), 0)):
        is_text = token[0].startswith('"') and not token["end"]
        depth += (token[0] in CLOSING) - (token[0] in CLOSING.values())
        if token[0] in CLOSING.values() and depth <= 0:
            return False
    return depth > 0 and (is_text or not text.rstrip().rstrip(",").rstrip().endswith("}"))


def _labelled(text: str) -> Iterator[dict[str, str]]:
    """Records of lines such as `Instruction: …`; each begins with its instruction."""
    record: dict[str, str] = {}
    marks = list(LABEL.finditer(text))
    for mark, after in zip(marks, [*marks[1:], None]):
        name, value = mark[1].lower(), text[mark.end() : after.start() if after else len(text)].strip()
        if name == "instruction" and record:
            yield record
            record = {}
        if record or name == "instruction":
            record.setdefault(name, value)
    if record:
        yield record


def _candidate(request: str, place: int, record: Any, seeds: tuple[str, ...], answers: bool) -> Candidate | None:
    """The candidate of a record; None where it is none."""
    if not isinstance(record, Mapping):
        return None
    given = {name: _text(record.get(name)) for name in ("instruction", "input", "output", "category", "topic")}
    if not given["instruction"] or any(len(text) > MOST_CHARACTERS for text in given.values()):
        return None
    if answers and not given["output"]:
        return None
    if given["input"].lower() in NO_INPUT:
        given["input"] = ""
    return Candidate(
        f"{request}/{place}", given["instruction"], given["input"], given["output"] if answers else "",
        given["category"].lower() if given["category"].lower() in CATEGORIES else "", given["topic"][:80], seeds, request,
    )  # fmt: skip


def _text(value: Any) -> str:
    """A value as text: of a model that was asked for one and gave a list, its lines."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def output(answer: Answer) -> str:
    """Return what a model wrote when it was to answer; empty where it wrote nothing, or did not come to an end."""
    return "" if answer.fault or answer.finish == "length" else answer.text.strip()


def verdict(answer: Answer) -> dict[str, Any] | None:
    """Return the marks that a judge gave, 1 to 5 for each of `CRITERIA`, and `why`; None where they cannot be read."""
    read = None if answer.fault else read_json(answer.text)
    if read is None or not isinstance(read.value, Mapping):
        return None
    marks = {name: read.value.get(name) for name in CRITERIA}
    if not all(isinstance(mark, int) and not isinstance(mark, bool) and 1 <= mark <= 5 for mark in marks.values()):
        return None
    return {**marks, "why": _text(read.value.get("why"))[:500]}
