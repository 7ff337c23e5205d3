"""ShARe pipes: a text, and beside it a line per disorder with its type, concept and offsets, parted by two pipes.

    ALLREPORTS/7.txt     The zorb is large , the splenule inflamed .
    GOLD/7.txt           7.txt||Disease_Disorder||C0000007||28||45
                         7.txt||Disease_Disorder||CUI-less||4||8||12||17

Offsets count code points of the text, half open; a further pair of them is a further part of the same disorder.
`CUI-less` says that there is no concept. The files of one record have the same name, in two folders; the first column
is not looked at.

Specification: Suominen et al. 2013, doi:10.1007/978-3-642-40802-1_24;
    https://physionet.org/content/shareclefehealth2013/1.0/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from medinstruct.document import quote
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import bundled, decoded
from medinstruct.source import File

FORMAT = Format(
    title="ShARe pipes",
    specification="https://physionet.org/content/shareclefehealth2013/1.0/",
    suffixes=(".txt",),
)

NO_CONCEPT = {"", "CUI-less"}


def read(
    files: Iterable[File], *, repair: Repair | None = None, texts: str = "ALLREPORTS", vocabulary: str = "UMLS"
) -> Iterator[Read]:
    """Yield one Document per pair of files, named by them.

    Args:
        files: The texts, and the annotations in any other folder.
        repair: Changes a draft before it is checked.
        texts: Name of the folder of texts.
        vocabulary: Name of the concepts' vocabulary.
    """
    pairs, others = bundled(files, lambda file: (file.stem, PurePosixPath(file.name).parent.name == texts))
    yield from others
    yield from finish((_draft(id, pair, vocabulary) for id, pair in pairs.items()), repair)


def _draft(id: str, pair: dict[bool, File], vocabulary: str) -> Draft | Broken:
    if len(pair) < 2:
        [(is_text, file)] = pair.items()
        what = "a text without annotations; not annotated is not the same as nothing to find"
        return Broken(Place(file.name), id, f"is {what}" if is_text else "has no text")
    if isinstance(text := decoded(pair[True], id=id), Broken):
        return text
    if isinstance(lines := decoded(pair[False], id=id), Broken):
        return lines
    mentions: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for number, line in enumerate(lines.split("\n"), start=1):
        if line := line.strip():
            mention = f"T{len(mentions) + 1}"
            try:
                mentions.append({"id": mention, **_mention(line, text, vocabulary)})
            except ValueError as error:
                return Broken(Place(pair[False].name, number), id, f"{error}: {line[:120]!r}")
            numbers[mention] = number
    return Draft(Place(pair[False].name), {"id": id, "text": text, "mentions": tuple(mentions)}, numbers)


def _mention(line: str, text: str, vocabulary: str) -> dict[str, Any]:
    columns = line.split("||")
    if len(columns) < 5 or len(columns) % 2 == 0:
        raise ValueError(
            f"name, type, concept and pairs of offsets make five columns or more, this line has {len(columns)}"
        )
    _, type, concept, *offsets = columns
    numbers = [int(offset) for offset in offsets]
    spans = tuple(sorted(zip(numbers[::2], numbers[1::2])))
    return {
        "spans": spans, "text": quote(text, spans), "types": (type,),
        "concepts": () if concept in NO_CONCEPT else ({"vocabulary": vocabulary, "id": concept},),
    }  # fmt: skip
