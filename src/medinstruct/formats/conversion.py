"""From one format to another: what would be lost, and the documents without it.

Each format that can be written states what it holds (`Format.holds`) and may tell how it shapes the rest (`shape` in
its module: the ids it counts anew, the order it sorts into, the roles it has). What a Document has beyond that is
lost, and told by kind and number before anything is written. What is written is read back, and has to be the
Document without what was told.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from types import ModuleType
from typing import Any

from medinstruct import formats
from medinstruct.document import Document
from medinstruct.errors import FormatError, MedinstructError, NotFound, did_you_mean
from medinstruct.formats.draft import Broken, Read, strict
from medinstruct.formats.features import FEATURES, SHARED_IDS
from medinstruct.formats.sniff import fitting
from medinstruct.source import File


def writable() -> list[str]:
    """The formats that can be written."""
    return [name for name in formats.names() if hasattr(formats.load(name), "write")]


def target(name: str) -> ModuleType:
    """Return the module of a format that can be written.

    Raises:
        NotFound: naming those that can.
    """
    module = formats.load(name)
    if not hasattr(module, "write"):
        raise NotFound(
            f"{name} cannot be written", next=did_you_mean(name, writable(), more="(medinstruct ls formats)")
        )
    return module


@dataclass(slots=True)
class Losses:
    """What a conversion would lose, or has lost, by kind."""

    counts: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    """Documents that lose something."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Id and reason of each document that the format cannot hold at all."""

    def __bool__(self) -> bool:
        return bool(self.counts or self.refused)

    def __str__(self) -> str:
        parts = [f"{count:,} {_one(kind) if count == 1 else kind}" for kind, count in self.counts.items()]
        if self.refused:
            parts.append(f"{len(self.refused):,} whole document{'s' * (len(self.refused) > 1)}")
        return ", ".join(parts)


def _one(kind: str) -> str:
    """The kind in the singular: `discontinuous mention`, `attribute of mentions`."""
    first, of, rest = kind.partition(" of ")
    if of:
        return f"{_one(first)}{of}{rest}"
    for many, single in (("vocabularies", "vocabulary"), ("identities", "identity")):
        if kind.endswith(many):
            return kind.removesuffix(many) + single
    if kind.startswith(("mentions ", "concepts ", "relations ")):
        word, _, rest = kind.partition(" ")
        return f"{word.removesuffix('s')} {rest}"
    return kind.removesuffix("s")


def reduce(document: Document, module: ModuleType) -> tuple[Document, Counter[str]]:
    """Return what a format holds of a document, and how much of what is lost.

    Args:
        document: Any document.
        module: A format that can be written.
    """
    lost: Counter[str] = Counter()
    for name, feature in FEATURES.items():
        if name not in module.FORMAT.holds and (count := feature.count(document)):
            lost[name] = count
            document = feature.without(document)
    if shape := getattr(module, "shape", None):
        shaped = shape(document)
        lost += differences(document, shaped)
        document = shaped
    return document, lost


def _without_white_space(document: Document) -> Document:
    """The document with the places of its passages counted without white space, to be compared with another."""
    at = [0, *accumulate(not sign.isspace() for sign in document.text)]
    passages = (p.model_copy(update={"span": (at[p.span[0]], at[p.span[1]])}) for p in document.passages)
    return document.model_copy(update={"passages": tuple(passages)})


KINDS = {
    "id": "ids of annotations", "types": "names", "type": "names", "name": "names", "value": "values of attributes",
    "concepts": "concepts", "alternatives": "alternatives",
}  # fmt: skip
"""What is told where a field alone differs; triggers, targets and the like follow from the ids."""


def differences(one: Document, other: Document) -> Counter[str]:
    """What of a document another one of the same text does not have, by kind; an order that differs counts as one."""
    found: Counter[str] = Counter()
    if one.text != other.text:
        found["original white space"] += 1
        one = _without_white_space(one)
        other = _without_white_space(other)
    for part in ("passages", "identities"):
        found[part] += (Counter(getattr(one, part)) - Counter(getattr(other, part))).total()
    for part in ("mentions", "relations", "events", "coreferences", "attributes"):
        before, after = getattr(one, part), getattr(other, part)
        if len(before) > len(after):
            found[part] += len(before) - len(after)
        elif before != after:
            found.update(_changes(list(before), list(after)))
    return +found


def _changes(before: list[Any], after: list[Any]) -> Counter[str]:
    """How many values of each field of as many things differ, whatever their order; and whether that does."""
    found: Counter[str] = Counter()
    for name, kind in KINDS.items():
        one, other = ([getattr(thing, name) for thing in things if hasattr(thing, name)] for things in (before, after))
        found[kind] += (Counter(one) - Counter(other)).total()
    one, other = ([_roles(thing) for thing in things] for things in (before, after))
    found["roles"] += (Counter(one) - Counter(other)).total()
    return +found or Counter({"orders": 1})


def _roles(thing: Any) -> tuple[str, ...]:
    return tuple(argument.role for argument in getattr(thing, "arguments", ()))


def plan(documents: Iterable[Document], to: str) -> tuple[list[Document], Losses]:
    """Return the documents as the format holds them, and what each of them loses.

    A document that comes back otherwise than it went in, or that the writer refuses, is left out and told.
    """
    module, losses, kept, ids = target(to), Losses(), list[Document](), set[str]()
    for document in documents:
        reduced, lost = reduce(document, module)
        is_second = reduced.id in ids and SHARED_IDS not in module.FORMAT.holds
        ids.add(reduced.id)
        if reason := "another document has its id" if is_second else _fault(reduced, module):
            losses.refused.append((document.id, reason))
        else:
            kept.append(reduced)
            losses.counts += lost
            losses.documents += bool(lost)
    return kept, losses


def _fault(document: Document, module: ModuleType) -> str | None:
    """Why a document cannot be written, if it cannot."""
    try:
        [back] = strict(read_back(list(module.write([document])), module))
    except FormatError as error:
        return error.what.removeprefix(f"document {document.id}: ")
    except ValueError:
        return "is read back as several documents, or as none"
    return None if back == document else "is read back as another document"


def read_back(files: list[File], module: ModuleType) -> Iterator[Read]:
    """Read what `write` of a format wrote."""
    return iter(module.read(files, **module.FORMAT.written))


def documents(files: Iterable[File], name: str, options: Mapping[str, Any]) -> Iterator[Document | Broken]:
    """Yield the Documents of files in a format, and what is broken.

    Args:
        files: Files in the format. Of several, those that have none of its suffixes are passed over.
        name: The format.
        options: What its `read` is told.

    Raises:
        MedinstructError: if the format yields Items, has no such option, or has to be told more than its files say.
    """
    module = formats.load(name)
    try:
        inspect.signature(module.read).bind((), **options)
    except TypeError as error:
        raise MedinstructError(
            f"{name} cannot be read so: {error}", next=f"see medinstruct.formats.{name}.read"
        ) from error
    held = list(files)
    for record in module.read(held if len(held) == 1 else fitting(name, held), **options):
        if not isinstance(record, Document | Broken):
            raise MedinstructError(f"{name} holds questions ({record.id}), and documents alone can be converted")
        yield record
