"""What a row says that a record has no room for: the places at which two rows differ, as JSON.

    a = {"id": "3", "labels": ["x"], "text": "T"}      what the source says
    b = {"id": "A", "labels": ["x"], "text": "T"}      what the record, written, would say
    differences(a, b)  →  {"id": "3"}                  apply(b, {"id": "3"})  →  a

A place is a path of names and numbers (`entities/0/text`), and lists of different length differ as a whole.
"""

from __future__ import annotations

import json
from typing import Any

import xxhash

Patch = dict[str, Any]


def differences(theirs: Any, ours: Any, path: str = "") -> Patch:
    """Return the values of `theirs` at the places where `ours` differs."""
    if theirs == ours and type(theirs) is type(ours):
        return {}
    if isinstance(theirs, dict) and isinstance(ours, dict) and theirs.keys() == ours.keys():
        pairs = [(str(key), theirs[key], ours[key]) for key in theirs]
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        pairs = [(str(n), one, other) for n, (one, other) in enumerate(zip(theirs, ours))]
    else:
        return {path: theirs}
    return {
        place: value
        for key, one, other in pairs
        for place, value in differences(one, other, f"{path}/{key}" if path else key).items()
    }


def apply(row: dict[str, Any], patch: Patch) -> dict[str, Any]:
    """Put the values of a patch at their places in a row, which is changed, and return it.

    Raises:
        LookupError, ValueError, TypeError: for a place that the row does not have.
    """
    for path, value in patch.items():
        *steps, last = path.split("/")
        thing: Any = row
        for step in steps:
            thing = thing[int(step) if isinstance(thing, list) else step]
        thing[int(last) if isinstance(thing, list) else last] = value
    return row


def dump(patch: Patch) -> str:
    """A patch as canonical JSON; empty if it says nothing."""
    return json.dumps(patch, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if patch else ""


def digest(row: dict[str, Any]) -> str:
    """The hash of a row, for a patch that fits no other."""
    return xxhash.xxh64_hexdigest(json.dumps(row, sort_keys=True).encode())


def load(text: str) -> Patch:
    found: Patch = json.loads(text) if text else {}
    return found
