"""Columns and rows as text that a browser unpacks: zlib, then base64, beside a few lines that say what lies where.

A browser reads it back by `atob`, `DecompressionStream("deflate")` and typed arrays, all little-endian, or `JSON.parse`.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np

from medinstruct.reporter.light import DIGITS, Coded, Light, Numbers


def packed(raw: bytes) -> str:
    """Return bytes as base64 of their zlib stream: letters, digits, `+`, `/` and `=` alone."""
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def dumped(value: Any) -> str:
    """Return JSON that can stand in a script element of any page: ASCII without `<`, `>` or `&`, whatever its texts hold."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def columns(light: Light, change: Numbers) -> tuple[list[dict[str, Any]], dict[str, list[Any]], bytes]:
    """Return where each column lies, the names of those that have some, and the columns' bytes.

    Args:
        light: The light columns.
        change: Bits of how each row differs from another build's; zeros where there is none.
    """
    names: dict[str, list[Any]] = {}
    numbers = {"text": light.text, "empty": _told(light, light.empty), "change": _told(light, change)}
    numbers["whole"] = _told(light, next(iter(light.whole.values()), np.zeros(len(light), np.int64)))
    coded: dict[str, Coded[Any]] = {**light.columns, "labels": light.labels}
    for name, column in coded.items():
        names[name], numbers[name] = _sorted(column)
    arrays = {"id": np.frombuffer(light.ids, np.uint8), **{name: _narrow(column) for name, column in numbers.items()}}
    # widest first, so that each begins where its width divides the place
    order = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    layout, parts, at = [], [], 0
    for name in order:
        width = DIGITS // 2 if name == "id" else arrays[name].itemsize
        layout.append({"name": name, "width": width, "at": at})
        parts.append(arrays[name].tobytes())
        at += len(parts[-1])
    names["label"] = sorted({label for combination in names["labels"] for label in combination})
    place = {label: n for n, label in enumerate(names["label"])}
    names["labels"] = [[place[label] for label in combination] for combination in names["labels"]]
    return layout, names, b"".join(parts)


def _sorted(column: Coded[Any]) -> tuple[list[Any], Numbers]:
    """The things of a column in order, so that neighbours are alike and pack well, and each row's place among them."""
    things = sorted(column.places)
    place = np.zeros(len(things), np.int64)
    place[[column.places[thing] for thing in things]] = np.arange(len(things))
    return things, place[np.asarray(column.codes, np.int64)]


def _told(light: Light, numbers: Numbers) -> Numbers:
    """The numbers of the rows that may be told."""
    return np.where(light.closed, 0, numbers)


def _narrow(numbers: Numbers) -> np.ndarray[Any, Any]:
    """Whole numbers in the narrowest of one, two and four bytes, little-endian."""
    most = int(numbers.max(initial=0))
    return numbers.astype("<u1" if most < 1 << 8 else "<u2" if most < 1 << 16 else "<u4")
