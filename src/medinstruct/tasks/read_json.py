"""JSON out of what a model writes: fenced, with words around it, cut off, with commas too many, with a key twice.

Here you are:
```json                                               ──▶   {"Chemical": ["naloxone", "clonid"]}
{"Chemical": ["naloxone",], "Chemical": ["clonid
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

MAX_CHARACTERS = 200_000
"""Of an answer that needs mending; what stands behind is not read. JSON that is nothing else may have any length."""
MAX_DEPTH = 50
"""Of brackets in brackets; a deeper value is not read, so that none of its readers can run out of stack."""

FENCE = re.compile(r"```[A-Za-z]*\s*+(.*?)(?:```|\Z)", re.DOTALL)
STRING = r'"(?:[^"\\]|\\.)*+(?P<end>"?)'
"""Its end may be missing: a try that failed there would be made again from every quote inside."""
TRAILING_COMMA = re.compile(rf"(?P<kept>{STRING})|,(?=\s*[}}\]])", re.DOTALL)
TOKEN = re.compile(rf"{STRING}|[\[{{\]}},]", re.DOTALL)
HALF_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{0,3}\Z")
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
CLOSING = {"{": "}", "[": "]"}


class ReadJson(NamedTuple):
    """A value and whether the answer was nothing but its JSON."""

    value: Any
    is_exact: bool


def read_json(answer: str) -> ReadJson | None:
    """Return the JSON value of an answer, or None if there is none to be read; never raises, takes linear time.

    The lists of a key that stands twice in an object are joined; of other values the last one holds.
    """
    answer = answer.strip()
    if (read := _load(answer)) is not None:
        return read
    answer = answer[:MAX_CHARACTERS]
    inner = fence[1] if (fence := FENCE.search(answer)) else answer
    start = min((at for at in (inner.find("{"), inner.find("[")) if at >= 0), default=-1)
    if start < 0:
        return None
    inner = TRAILING_COMMA.sub(lambda match: match["kept"] or "", inner[start:])
    for candidate in _completed(inner):
        if (read := _load(candidate)) is not None:
            return ReadJson(read.value, False)
    return None


def _load(text: str) -> ReadJson | None:
    """The value of a text that is JSON and nothing else; exact unless a key stands twice."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return None
    has_twice = False

    def join(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal has_twice
        if len(joined := dict(pairs)) == len(pairs):
            return joined
        has_twice, joined = True, {}
        for key, value in pairs:
            if isinstance(value, list) and isinstance(before := joined.get(key), list):
                before.extend(value)
            else:
                joined[key] = value
        return joined

    try:
        value = json.loads(text, object_pairs_hook=join)
    except (ValueError, RecursionError):
        return None
    return None if value is None else ReadJson(_writable(text, value), not has_twice)


def _writable(text: str, value: Any) -> Any:
    r"""A value without lone surrogates: JSON can spell them (`"\ud83d"`, half an emoji), and no file can hold them."""
    if "\\u" not in text and not LONE_SURROGATE.search(text):
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _depth(text: str) -> int:
    deepest = depth = 0
    for token in TOKEN.finditer(text):
        if (sign := token[0]) in CLOSING:
            depth += 1
            deepest = max(deepest, depth)
        elif sign in ("]", "}"):
            depth -= 1
    return deepest


def _completed(text: str) -> list[str]:
    """The first value of a text that begins with one; where it has no end, with what is open closed.

    A half-written last item stays as far as it goes, or, where that is no JSON, is left out.
    """
    is_open: list[str] = []
    comma, closing = (0, ""), ""
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in CLOSING:
            is_open.append(CLOSING[sign])
            if len(is_open) > MAX_DEPTH:
                return []
        elif sign in ("]", "}"):
            is_open.pop()
            if not is_open:
                return [text[: token.end()]]
        elif sign == ",":
            comma = token.start(), "".join(reversed(is_open))
        elif not token["end"]:
            text, closing = HALF_ESCAPE.sub("", text[: token.end()]), '"'
    return [text + closing + "".join(reversed(is_open)), text[: comma[0]] + comma[1]]
