"""BioNLP shared-task standoff: a text, the mentions that are given and the events that are to be found.

    10089566.txt    CD28 binding induces phosphorylation of TNFRSF8.
    10089566.a1     T1	Protein 0 4	CD28
                    T2	Protein 40 47	TNFRSF8
    10089566.a2     T3	Phosphorylation 21 36	phosphorylation
                    E1	Phosphorylation:T3 Theme:T2
                    M1	Speculation E1

The three files of one record differ in their suffix only; the lines are those of `standoff`. What `.a1` gives is
known to the one who is asked; `.a2` is the answer: triggers and further mentions, events, relations, `Equiv`,
modifications (`M`, and in places `A`). In a Document the mentions of `.a1` come first, then those of `.a2`.

Test parts are published without `.a2`. A document without events there was *not annotated*, which is not the same as
a document with nothing to find, whose `.a2` is there and empty. So a missing `.a2` is a fault; the corpus that knows
better declares the part unanswered (`answers=False`), reads the given mentions alone and asks for no events there.

Specification: Kim et al. 2009, https://aclanthology.org/W09-1401; https://2013.bionlp-st.org/file-formats (2013).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medinstruct.document import Document
from medinstruct.errors import FormatError
from medinstruct.formats import Format
from medinstruct.formats.draft import Identity, Read, Repair
from medinstruct.formats.standoff import read as read_standoff
from medinstruct.formats.standoff_lines import HOLDS, LOSES, Lines, pack, shape
from medinstruct.source import File

__all__ = ["FORMAT", "read", "shape", "write"]

FORMAT = Format(
    title="BioNLP shared-task standoff",
    specification="https://2013.bionlp-st.org/file-formats",
    suffixes=(".txt", ".a1", ".a2"),
    loses=LOSES,
    holds=HOLDS,
)


def read(
    files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "", answers: bool = True
) -> Iterator[Read]:
    """Yield one Document per `.txt`, named by its file.

    Args:
        files: The `.txt`, `.a1` and `.a2` of each record; others are passed over.
        repair: Changes a draft before it is checked.
        identity: Kind of id the file names are (`pmid`), or a function from the name to an identity; empty for none.
        answers: Whether the part has answers. If so, a record without `.a2` is Broken; if not, no `.a2` is looked at,
            and the Documents hold the given mentions alone.
    """
    return read_standoff(files, (".a1", ".a2") if answers else (".a1",), repair, identity)


def write(documents: Iterable[Document], *, answers: bool = True) -> Iterator[File]:
    """Yield `.txt`, `.a1` and `.a2` of each document; given are the mentions before the first one that is a trigger.

    Args:
        documents: What to write.
        answers: Whether to write `.a2`; without it a document may hold mentions only.

    Raises:
        FormatError: for a document that the format cannot hold (`FORMAT.loses`), with what it is.
    """
    return pack(documents, _sheets if answers else _given)


def _sheets(lines: Lines) -> dict[str, list[str]]:
    triggers = {event.trigger for event in lines.document.events}
    mentions = lines.mentions()
    given = next((at for at, each in enumerate(lines.document.mentions) if each.id in triggers), len(mentions))
    found = [*lines.equivalences(), *mentions[given:], *lines.events(), *lines.relations()]
    return {".a1": mentions[:given], ".a2": [*found, *lines.attributes("M"), *lines.concepts()]}


def _given(lines: Lines) -> dict[str, list[str]]:
    sheets = _sheets(lines)
    if sheets[".a2"]:
        raise FormatError(f"document {lines.document.id}: holds answers", next="write it with answers=True")
    return {".a1": sheets[".a1"]}
