"""The texts of a folder that is no corpus, to guard against: a build, or files of one's own.

file                            what is a record
a build (manifest.json)         every row of its test part (of all parts where it has none)
*.txt                           the whole file
*.jsonl                         every line: all strings in it; `pmid`, `pmcid`, `doi` beside them are its identities
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medinstruct import artefact, tasks
from medinstruct.document import Document, Item
from medinstruct.errors import FormatError, NotFound, Place

IDENTITIES = ("pmid", "pmcid", "doi")


def read(folder: Path) -> Iterator[Document | Item]:
    """Yield the records of a folder, in the order of its files' names.

    Raises:
        NotFound: if it holds none of these files.
        FormatError: if one cannot be read.
    """
    if (folder / "manifest.json").is_file():
        yield from _rows(folder)
        return
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in {".txt", ".jsonl"})
    if not files:
        raise NotFound(f"{folder} holds no build, and no .txt or .jsonl files", next="these can be guarded against")
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError("is not UTF-8", where=Place(str(path)), next="save it as UTF-8") from error
        if path.suffix == ".txt":
            yield Document(id=name, text=text)
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield _item(f"{name}:{number}", line, Place(str(path), number))


def _item(id: str, line: str, place: Place) -> Item:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"is no JSON: {error}", where=place) from error
    named = found if isinstance(found, dict) else {}
    stated = tuple(f"{key}:{named[key]}" for key in IDENTITIES if named.get(key))
    texts = {str(n): text for n, text in enumerate(_strings(found))}
    return Item(id=id, texts=texts, identities=stated)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _rows(folder: Path) -> Iterator[Item]:
    made = artefact.load(folder)
    for split in ["test"] if "test" in made else list(made):
        for row in made[split]:
            example = tasks.load(row["type"]).read(row["example"], row["gold"])
            question = example.question
            yield Item(
                id=f"{row['corpus']}/{row['document']}",
                texts={"text": question.reading},
                options=tuple(getattr(question, "options", ())),
                references=tuple(getattr(example.gold, "references", ())),
                identities=tuple(row["groups"]),
            )
