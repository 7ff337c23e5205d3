"""What a source is known by in the world, in whatever corpus it stands."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash

from medinstruct import text as prose
from medinstruct.document import Document, Item


def identities(source: Document | Item) -> tuple[str, ...]:
    """Every name that the texts of a source have in the world, sorted: those it states, and what its texts hash to.

    A text of a few words identifies nothing and has none (see `text.identity`). The question of an item counts only
    where it has no text beside it, as the same question is asked of many texts, and only with its options, in whatever
    order, as "Which of these is right?" is asked of many.
    """
    if isinstance(source, Document):
        texts: Iterable[str] = (source.text,)
    else:
        texts = source.texts.values() or ("\n".join((source.question, *sorted(source.options))),)
    return tuple(sorted({*source.identities, *filter(None, map(prose.identity, texts))}))


def fingerprint(identity: str) -> int:
    """64 bits of an identity, for sets of millions."""
    return xxhash.xxh3_64_intdigest(identity.encode())
