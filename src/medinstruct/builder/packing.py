"""Packs of test parts, made where their texts are at hand."""

from __future__ import annotations

from pathlib import Path

from medinstruct import corpora, shelf
from medinstruct.builder import folder_texts, guarding
from medinstruct.errors import NotFound
from medinstruct.mixture import pack, signature
from medinstruct.mixture.pack import Section

CLOSED = frozenset({"agreement", "unknown", "non-commercial", "no-derivatives", "research-only", "share-alike"})
"""Obligations under which not even numbers made from a text are shipped."""


def sections(name: str, data: Path | None, *, open_only: bool = False, samples: bool = False) -> list[Section]:
    """Return what a pack of a benchmark holds.

    Args:
        name: Of a recipe or a corpus, or the path of a folder: a build, or .txt and .jsonl files.
        data: The folder with corpora.
        open_only: Leave out corpora whose license does not let derived data be handed on freely.
        samples: Of the bundled samples.

    Raises:
        NotFound: if nothing of it is here.
    """
    covered = guarding.cover(name, data, samples=samples, where="")
    if covered.folder is not None:
        part = covered.folder.resolve().name.replace(" ", "_")
        signed = signature.sign(folder_texts.read(covered.folder), f"{part}/test")
        return [pack.section(signed, part, "test", "unknown")]
    found = []
    for id, split, folder in sorted(covered.parts):
        license = corpora.load(id).license
        if not (open_only and license.obligations & CLOSED):
            signed = guarding.protected((id, split, folder, tuple(shelf.user_folders())))
            found.append(pack.section(signed, id, split, license.id))
    if not found:
        first = next(iter(covered.missing.values()), "")
        raise NotFound(f"no text of the test part of {name} that could be packed is here", next=first)
    return found


def write(path: Path, name: str, found: list[Section]) -> None:
    """Write a pack beside its place and rename it there."""
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(pack.to_bytes(name, found))
    unfinished.replace(path)
