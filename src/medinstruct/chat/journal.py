"""Answers as they come, in a file that a broken run goes on with.

    {"model": "openai:x", "settings": {…}}                         the head: who was asked, and how
    {"id": "…", "key": "…", "text": "(B) no", "written": 4}        one line for each answer, in the order they came
    {"sent": ["…", "…"], "at": 1763650000.5, "tokens": 900, …}      notes, where somebody counts requests (see `ceilings`)
    {"wanted": {…}}                                                what a run is to come to, for whoever says so

Lines are only ever added. Each is handed to the system at once, so that a run that is killed loses none, and pushed to the disk a batch at a time;
half a line at the end, which a killed run leaves, is cut off. One process at a time writes: a second is refused. So each question is answered once
and stands here once.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from io import BufferedRandom
from pathlib import Path
from typing import Any, Self

from medinstruct import lock
from medinstruct.chat.backend import Answer
from medinstruct.chat.query import ChatError, Name
from medinstruct.errors import Place

BATCH = 64
"""Answers, at most, that a loss of power takes along."""
SECONDS = 2.0
"""Seconds, at most, after which they are pushed to the disk."""


class Journal:
    """The answers of a run, by name; a context manager that holds the file's lock."""

    def __init__(self, path: Path, head: Mapping[str, Any]) -> None:
        self.path, self.head = path, json.loads(json.dumps(head))
        self.answers: dict[Name, Answer] = {}
        self.notes: list[dict[str, Any]] = []
        """Those that stood there; not those that are added."""
        self._waiting, self._pushed = 0, time.monotonic()
        self._one = threading.Lock()

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BufferedRandom = open(self.path, "a+b")  # closed by __exit__
        try:
            if not lock.take(self._file):
                raise ChatError(
                    "another run is writing here", where=str(self.path), next="wait for it, or write to another folder"
                )
            self._take_up()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._push()
        self._file.close()

    def write(self, answer: Answer) -> None:
        """Add an answer.

        Raises:
            ChatError: if its question has one.
        """
        name = answer.id, answer.key
        if name in self.answers:
            raise ChatError(f"row {answer.id} is answered twice", where=str(self.path))
        facts = {key: value for key, value in asdict(answer).items() if value or key in ("id", "key", "text")}
        self._line(facts)
        self.answers[name] = answer
        self._waiting += 1
        if self._waiting >= BATCH or time.monotonic() - self._pushed > SECONDS:
            self._push()

    def note(self, line: Mapping[str, Any]) -> None:
        """Add a note; may be called from another thread."""
        self._line(line)

    def _line(self, value: Mapping[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._one:
            self._file.write(line)
            self._file.flush()

    def _push(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._waiting, self._pushed = 0, time.monotonic()

    def _take_up(self) -> None:
        """Read what is there, and cut off half a line."""
        self._file.seek(0)
        whole, n = 0, 0
        for n, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            if n == 1:
                self._same_head(line)
            elif isinstance(found := _read(line, Place(str(self.path), n)), Answer):
                self.answers.setdefault((found.id, found.key), found)
            else:
                self.notes.append(found)
        self._file.seek(0, os.SEEK_END)
        self._file.truncate(whole)
        if not whole:
            self._line(self.head)
            self._push()

    def _same_head(self, line: bytes) -> None:
        found = _value(line, Place(str(self.path), 1))
        if found != self.head:
            other = [key for key in {**self.head, **found} if found.get(key) != self.head.get(key)]
            raise ChatError(
                f"these answers were given to another {' and '.join(sorted(other))}: {json.dumps(found, ensure_ascii=False)[:300]}",
                where=str(self.path), next="go on with the same, or write to another folder",
            )  # fmt: skip


def read(path: Path) -> tuple[dict[str, Any], list[Answer]]:
    """Return the head and the answers of a journal (see `read_all`)."""
    head, answers, _ = read_all(path)
    return head, answers


def read_all(path: Path) -> tuple[dict[str, Any], list[Answer], list[dict[str, Any]]]:
    """Return the head, the answers and the notes of a journal; half a line at the end is left out.

    Raises:
        ChatError: at a line that is none.
    """
    if not path.is_file():
        raise ChatError("is not here", where=str(path), next="a run is a folder that `medinstruct evaluate` wrote")
    with path.open("rb") as file:
        lines = [line for line in file if line.endswith(b"\n")]
    if not lines:
        raise ChatError("is empty", where=str(path))
    found = [_read(line, Place(str(path), n)) for n, line in enumerate(lines[1:], 2)]
    answers, notes = [one for one in found if isinstance(one, Answer)], [one for one in found if isinstance(one, dict)]
    return _value(lines[0], Place(str(path), 1)), answers, notes


def _read(line: bytes, where: Place) -> Answer | dict[str, Any]:
    """The answer of a line, or its note."""
    found = _value(line, where)
    if "sent" in found or "unbilled" in found:
        return _note(found, where)
    if "wanted" in found:
        return found
    try:
        answer = Answer(**{**found, "scores": tuple(found.get("scores", ()))})
    except TypeError as error:
        raise ChatError(f"is no answer: {error}", where=where, next=DAMAGED) from error
    if not all(isinstance(text, str) for text in (answer.id, answer.key, answer.text)):
        raise ChatError("is no answer: id, key and text are strings", where=where, next=DAMAGED)
    if not all(type(number) is int and number >= 0 for number in (answer.read, answer.written)):
        raise ChatError("is no answer: tokens read and written are whole numbers", where=where, next=DAMAGED)
    if not isinstance(answer.about, dict):
        raise ChatError("is no answer: what is about it is a mapping", where=where, next=DAMAGED)
    return answer


def _note(found: dict[str, Any], where: Place) -> dict[str, Any]:
    name = found.get("sent", found.get("unbilled"))
    numbers = [found.get(key, 0) for key in ("at", "tokens", "cost")]
    if (
        not (isinstance(name, list) and [type(part) for part in name] == [str, str])
        or not all(type(number) in (int, float) for number in numbers)
        or not {"at", *(("tokens", "cost") if "sent" in found else ())} <= found.keys()
    ):
        raise ChatError(f"is no note of a request: {str(found)[:80]}", where=where, next=DAMAGED)
    return found


def _value(line: bytes, where: Place) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ChatError(f"is no JSON: {line[:80]!r}", where=where, next=DAMAGED) from error
    if not isinstance(found, dict):
        raise ChatError(f"is no mapping: {line[:80]!r}", where=where, next=DAMAGED)
    return found


DAMAGED = "take the line away to have it asked again"
