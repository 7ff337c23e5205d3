"""The columns of the six schemas, and how a value becomes one of theirs.

Specification: `bigbio/utils/schemas` of https://github.com/bigscience-workshop/biomedical, here as Arrow states it.
Every leaf is a string but for offsets, which are int32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from medinstruct.errors import did_you_mean

STRING = pa.string()
STRINGS = pa.list_(STRING)
OFFSETS = pa.list_(pa.list_(pa.int32()))
INT32 = 1 << 31


def _columns(*names: str, **types: pa.DataType) -> list[pa.Field]:
    return [*(pa.field(name, STRING) for name in names), *(pa.field(name, type) for name, type in types.items())]


def _list(*names: str, **types: pa.DataType) -> pa.DataType:
    return pa.list_(pa.struct(_columns(*names, **types)))


NORMALIZED = _list("db_name", "db_id")

SCHEMAS: dict[str, pa.Schema] = {
    "kb": pa.schema(
        _columns(
            "id", "document_id",
            passages=_list("id", "type", text=STRINGS, offsets=OFFSETS),
            entities=_list("id", "type", text=STRINGS, offsets=OFFSETS, normalized=NORMALIZED),
            events=_list(
                "id", "type",
                trigger=pa.struct(_columns(text=STRINGS, offsets=OFFSETS)), arguments=_list("role", "ref_id"),
            ),
            coreferences=_list("id", entity_ids=STRINGS),
            relations=_list("id", "type", "arg1_id", "arg2_id", normalized=NORMALIZED),
        )
    ),
    "qa": pa.schema(
        [*_columns("id", "question_id", "document_id", "question", "type", choices=STRINGS), *_columns("context", answer=STRINGS)]
    ),
    "te": pa.schema(_columns("id", "premise", "hypothesis", "label")),
    "pairs": pa.schema(_columns("id", "document_id", "text_1", "text_2", "label")),
    "text": pa.schema(_columns("id", "document_id", "text", labels=STRINGS)),
    "t2t": pa.schema(_columns("id", "document_id", "text_1", "text_2", "text_1_name", "text_2_name")),
}  # fmt: skip
"""The schemas by the suffix that the names of BigBIO's configurations have (`ncbi_disease_bigbio_kb`)."""


def schema_of(columns: Iterable[str]) -> str:
    """Return the schema that has exactly these columns, else the only one that has all of them; empty if none has."""
    found = set(columns)
    fitting = [name for name, schema in SCHEMAS.items() if found <= set(schema.names)]
    exact = [name for name in fitting if len(found) == len(SCHEMAS[name].names)]
    return (exact or fitting)[0] if exact or len(fitting) == 1 else ""


def cast(row: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """Return a row with the schema's columns in their order and its types, as `datasets` casts it: a number where a text
    should be becomes its digits, what is not there None.

    Raises:
        ValueError: for a column that the schema does not have, or a value that is none of its type.
    """
    found: dict[str, Any] = CASTS[schema](row, ())
    return found


Path = tuple[Any, ...]
"""A place in a row, inside out, as that is made fastest: `(((), "entities"), 3)`."""
Cast = Callable[[Any, Path], Any]
"""From a value and its place, for messages, to the value as its type has it."""


def _string(value: Any, path: Path) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{_at(path)}: {str(value)[:40]!r} is no text")


def _int32(value: Any, path: Path) -> int | None:
    if value is None or (type(value) is int and -INT32 <= value < INT32):
        return value
    raise ValueError(f"{_at(path)}: {str(value)[:40]!r} is no offset")


def _cast_to(type: pa.DataType) -> Cast:
    """Return the function that casts to a type; made once, as this is what reading spends its time on."""
    if pa.types.is_list(type):
        inner, strings = _cast_to(type.value_type), type.value_type == STRING

        def to_list(value: Any, path: Path) -> list[Any] | None:
            if value is None:
                return None
            if not isinstance(value, (list, tuple)):
                raise ValueError(f"{_at(path)}: {str(value)[:40]!r} is no list")
            if strings and all(isinstance(each, str) for each in value):
                return list(value)
            return [inner(each, (path, n)) for n, each in enumerate(value)]

        return to_list
    if pa.types.is_struct(type):
        return _cast_to_struct({field.name: _cast_to(field.type) for field in type})
    return _string if type == STRING else _int32


def _cast_to_struct(casts: dict[str, Cast]) -> Cast:
    def to_struct(value: Any, path: Path) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(f"{_at(path)}: {str(value)[:40]!r} has no names")
        if unknown := value.keys() - casts.keys():
            name = sorted(map(str, unknown))[0]
            raise ValueError(f"{_at(path)}: the schema knows no {name!r} ({did_you_mean(name, casts)})")
        return {name: to(value.get(name), (path, name)) for name, to in casts.items()}

    return to_struct


CASTS: dict[str, Cast] = {
    name: _cast_to_struct({field.name: _cast_to(field.type) for field in schema}) for name, schema in SCHEMAS.items()
}


def _at(path: Path) -> str:
    names = []
    while path:
        path, name = path
        names.append(str(name))
    return " -> ".join(reversed(names)) or "the row"
