"""The row contract: what a Sample is, how it is named, and what equal rows are.

A Sample is what a model sees, with its gold and its lineage: one row of an artefact. Its `id` names what is asked of
which part of which source, and stays the same when wording, seed or version change, so that versions can be compared;
its `digest` changes with whatever the model sees.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import xxhash

from medinstruct import markup
from medinstruct.document import Record

FORMAT_VERSION = "1"
"""Of the columns below; stands in every manifest."""


class Message(Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Sample(Record):
    """One row."""

    id: str
    """32 hex digits over corpus, split, document, task, type, unit, what is asked and repeat."""
    digest: str
    """32 hex digits over messages and gold."""
    corpus: str
    """Its id."""
    corpus_version: str
    """As its module states it."""
    split: str
    """Official name of the split in the source."""
    document: str
    """Id of the source document or item."""
    groups: tuple[str, ...]
    """Every identity of every source text of the row: `pmid:…`, `pmcid:…`, `doi:…`, `text:…`; sorted."""
    task: str
    """What is annotated, by the papers' names: `ner`, `re`, …"""
    type: str
    """As which unified task type it is asked."""
    template: str
    """Name of the wording."""
    template_hash: str
    """First 16 hex digits of the SHA-256 of its file."""
    answer_format: str
    """Name of what wrote the answer and reads it back; options that are not the usual ones stand in `meta`."""
    language: str
    """Of the text, as its corpus states it: a code such as `en`."""
    license: str
    """Of the corpus; what may be done with the row."""
    messages: tuple[Message, ...]
    """What the model sees, the answer last."""
    example: str
    """JSON of the question side: everything that parse and display need."""
    gold: str
    """JSON of the gold side: everything that scores need beside the question."""
    meta: str
    """JSON of the lineage: unit, place in the document, annotations carried, draws."""

    def _repr_html_(self) -> str:
        """What a model sees and whose it is, for notebooks."""
        whose = (self.corpus, self.split, self.document, self.task, self.template, self.license, self.id[:12])
        head = ("corpus", "split", "document", "task", "template", "license", "id")
        return markup.table(head, [whose]) + markup.turns(message.model_dump() for message in self.messages)


def entry_of(row: Mapping[str, Any]) -> int:
    """Place in the recipe of the entry that a row of a build comes from; -1 where the row does not say."""
    return int(json.loads(row["meta"]).get("entry", -1))


def row_id(
    corpus: str, split: str, document: str, task: str, type: str, unit: str, asked: Iterable[str], repeat: int = 0
) -> bytes:
    """The 16 bytes that name a row, whatever its wording, seed and version.

    The official split is part of the name, as some sources count their records anew in each.
    """
    place = parted((corpus, split, document, task, type, unit))
    return xxhash.xxh3_128_digest(place + _parted_names(tuple(asked), repeat))


@lru_cache(maxsize=4_096)  # most rows of an entry ask the same
def _parted_names(asked: tuple[str, ...], repeat: int) -> bytes:
    return parted((*sorted(asked), str(repeat)))


def repeated(id: bytes, turn: int) -> bytes:
    """The 16 bytes that name a row that is asked again, for the `turn`th time after its first."""
    return xxhash.xxh3_128_digest(parted((id, "repeat", str(turn)))) if turn else id


def row_digest(messages: Sequence[Mapping[str, Any]], gold: str) -> str:
    """32 hex digits over what the model sees and what is right."""
    parts = [part for message in messages for part in (message["role"], message["content"])]
    return xxhash.xxh3_128_hexdigest(parted((*parts, gold)))


def draw(*parts: bytes | str | int) -> int:
    """A 64-bit number that depends on nothing but `parts`: every random choice of a build is one of these."""
    return lot(parted(parts))


lot = xxhash.xxh3_64_intdigest
"""The same of parts that stand together already, for long loops: `lot(parted(["a"]) + parted(["b"])) == draw("a", "b")`."""


def drawing_last(*begin: bytes | str | int) -> Callable[[bytes], int]:
    """Return what draws for one last part after the other: `drawing_last("a")(b"x") == draw("a", b"x")`."""
    head = parted(begin)
    return lambda last: xxhash.xxh3_64_intdigest(b"%b%d:%b" % (head, len(last), last))


def parted(parts: Iterable[bytes | str | int]) -> bytes:
    """The parts, each behind its length, so that no two sequences look alike whatever stands in the texts."""
    told: list[bytes] = []
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        told += (b"%d:" % len(raw), raw)
    return b"".join(told)
