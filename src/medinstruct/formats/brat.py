"""BRAT standoff: a text in `.txt`, and beside it `.ann` with one annotation per line.

    note-17.txt     No growth in liver and left lung; CEA was not raised.
    note-17.ann     T1	Finding 3 9	growth
                    T2	Site 13 18	liver
                    T3	Site 23 32	left lung
                    R1	LocatedIn Arg1:T1 Arg2:T2
                    A1	Negated T1
                    T4	Marker 34 37	CEA
                    N1	Reference T4 UMLS:C0007082	Carcinoembryonic antigen

The lines are those of `standoff`, where they are told in full. A text of a test part may be published without `.ann`:
it was *not annotated*, which is not the same as a text with nothing to find, whose `.ann` is there and empty. So a
missing `.ann` is a fault, unless the corpus declares the part unanswered (`answers=False`).

Specification: https://brat.nlplab.org/standoff.html, Stenetorp et al. 2012, https://aclanthology.org/E12-2021.

Dialects: a relation with a tab or a blank at its end (NEREL-BIO), relations counted from R0, `*` lines other than
`Equiv`, every word of a mention as a part of its own; they are read. What is not: parts in another order than that of
the text, and a mention whose third column is not what stands there (Broken; see `draft.requote`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medinstruct.document import Document
from medinstruct.formats import Format
from medinstruct.formats.draft import Identity, Read, Repair
from medinstruct.formats.standoff import read as read_standoff
from medinstruct.formats.standoff_lines import HOLDS, LOSES, Lines, pack, shape
from medinstruct.source import File

__all__ = ["FORMAT", "read", "shape", "write"]

FORMAT = Format(
    title="BRAT standoff",
    specification="https://brat.nlplab.org/standoff.html",
    suffixes=(".txt", ".ann"),
    loses=LOSES,
    holds=HOLDS,
)


def read(
    files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "", answers: bool = True
) -> Iterator[Read]:
    """Yield one Document per `.txt`, named by its file.

    Args:
        files: The `.txt` and `.ann` of each record; others are passed over.
        repair: Changes a draft before it is checked.
        identity: Kind of id the file names are (`pmid`), or a function from the name to an identity; empty for none.
        answers: Whether the part is annotated. If so, a text without `.ann` is Broken; if not, no `.ann` is looked
            at, and the Documents hold nothing but their text.
    """
    return read_standoff(files, (".ann",) if answers else (), repair, identity)


def write(documents: Iterable[Document]) -> Iterator[File]:
    """Yield `.txt` and `.ann` of each document; ids that BRAT would not take are replaced.

    Raises:
        FormatError: for a document that BRAT cannot hold (`FORMAT.loses`), with what it is.
    """
    return pack(documents, _sheets)


def _sheets(lines: Lines) -> dict[str, list[str]]:
    things = [*lines.mentions(), *lines.events(), *lines.relations(), *lines.equivalences()]
    return {".ann": [*things, *lines.attributes("A"), *lines.concepts()]}
