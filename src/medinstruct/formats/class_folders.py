"""Folders of classes: a text to a file, and the folder that it lies in is its label.

    training/C04/0000011        Zorb tumours of the ear.
                                 Nine dormice were seen.          becomes a Document with the label `C04`

20 Newsgroups came so, and Ohsumed. A text that is of several classes lies in the folder of each, once for each class; it
is one Document per file here. Files need no suffix; their name is the Document's id, suffix and all.

Specification: none; Lang 1995, http://qwone.com/~jason/20Newsgroups/, Joachims 1998, doi:10.1007/BFb0026683.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import decoded
from medinstruct.source import File

FORMAT = Format(
    title="Folders of classes",
    specification="https://doi.org/10.1007/BFb0026683",
    suffixes=("", ".txt"),
)


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    text: Callable[[str], str] = str,
    identity: Identity = "",
    encoding: str = "utf-8-sig",
) -> Iterator[Read]:
    """Yield one Document per file.

    Args:
        files: The files, each in the folder of its class.
        repair: Changes a draft before it is checked.
        text: What of a file's content is the text; all of it if left out.
        identity: Kind of id the files' names are (`pmid`), or a function from them to an identity; empty for none.
        encoding: The files' encoding.
    """
    return finish((_draft(file, text, identity, encoding) for file in files), repair)


def _draft(file: File, text: Callable[[str], str], identity: Identity, encoding: str) -> Draft | Broken:
    path = PurePosixPath(file.name)
    if isinstance(content := decoded(file, encoding, id=path.name), Broken):
        return content
    if not path.parent.name:
        return Broken(Place(file.name), path.name, "lies in no folder that would be its class")
    names = identities(identity, path.name)
    fields = {"id": path.name, "text": text(content), "labels": (path.parent.name,), "identities": names}
    return Draft(Place(file.name), fields)
