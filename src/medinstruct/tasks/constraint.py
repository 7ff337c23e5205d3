r"""What a decoder may be held to, so that an answer can be read: a JSON schema or a regular expression for each question.

    Lines            Chemical: [^\s][^\n]*\nDisease: [^\s][^\n]*
    JsonStrings      {"type": "object", "properties": {"Chemical": {"type": "array", …}}, …}

Every answer that an answer format renders keeps to its constraint, and every answer that keeps to it is read without
anything left over, however wrong it is. (But for references of events, see there, and empty strings: a schema forbids them by
`minLength`, and strings under that word lose their escapes in xgrammar, so that no quotation mark could be said.)

The dialect of regular expressions is what Python, Rust, xgrammar and outlines share: literals, `[…]`, `[^…]`, `(?:…)`,
`|`, `?`, `*`, `+`, `{m,n}`; no anchors (the whole answer is meant), no look-around, no group is named. vLLM takes it as
`StructuredOutputsParams(regex=…)`. The dialect of schemas is JSON Schema 2020-12 with `type`, `properties`, `required`,
`additionalProperties`, `items`, `enum`, `anyOf`, `minimum`; vLLM takes it as
`StructuredOutputsParams(json=…)`, a server of OpenAI's kind as `Constraint.response_format`.

Tried on every answer format with what decoders are built on: xgrammar 0.2 (vLLM's own choice) takes all gold and refuses what does
not keep to it; outlines-core 0.2.14 does so for JSON, and of expressions loses what goes on after a place where it might have
ended (`(?:a|anb)` does not take `anb`): all lines after the first, where a format has as many as there are. Use the former.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

SPECIAL = frozenset(r"\.^$*+?{}[]|()/")
NOT_STRICT = frozenset({"minimum"})
"""Words of a schema that OpenAI's strict mode does not know."""

TEXT = {"type": "string"}


class Constraint(NamedTuple):
    """What holds of every answer that can be read."""

    kind: Literal["json_schema", "regex", "free"]
    value: str
    """JSON of the schema, the expression, or why there is none."""

    def response_format(self) -> dict[str, Any] | None:
        """What OpenAI's chat completions take as `response_format`; None where they take nothing of the kind.

        Strict mode wants an object: a list becomes the `answer` of one, which is read back as `repaired`.
        """
        if self.kind != "json_schema":
            return None
        schema = _strict(json.loads(self.value))
        if schema["type"] != "object":
            schema = record({"answer": schema})
        return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def free(reason: str) -> Constraint:
    """Return the constraint of what nothing holds, with the reason."""
    return Constraint("free", reason)


def regex(expression: str) -> Constraint:
    """Return the constraint that a whole answer matches an expression."""
    return Constraint("regex", expression)


def schema(value: Mapping[str, Any]) -> Constraint:
    """Return the constraint that an answer is JSON of a schema."""
    return Constraint("json_schema", json.dumps(value, ensure_ascii=False))


def record(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object that has these properties and no others."""
    return {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def array(items: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a list."""
    return {"type": "array", "items": dict(items)}


def literal(text: str) -> str:
    """Return the expression that a text matches and nothing else does."""
    return "".join(f"\\{sign}" if sign in SPECIAL else "\\n" if sign == "\n" else sign for sign in text)


def one_of(texts: Iterable[str]) -> str:
    """Return the expression that any of some texts matches; long ones first, for engines that take the first that does."""
    return f"(?:{'|'.join(map(literal, sorted(texts, key=len, reverse=True)))})"


def lines_of(line: str) -> str:
    """Return the expression of one line or more."""
    return rf"{line}(?:\n{line})*"


def phrase(*, without: str = "") -> str:
    """Return the expression of words on a line that begin with no blank, and hold none of the signs of `without`."""
    signs = "".join(f"\\{sign}" if sign in r"\]^-[" else sign for sign in without)
    return rf"[^\s{signs}][^\n{signs}]*"


def missing_sign(mark: str, texts: Iterable[str]) -> str:
    """Return a sign of a mark that stands in none of the texts, so that it can be left to the mark; empty if none does."""
    texts = list(texts)
    return next((sign for sign in mark.strip() if not any(sign in text for text in texts)), "")


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items() if key not in NOT_STRICT}
    return [_strict(item) for item in value] if isinstance(value, list) else value
