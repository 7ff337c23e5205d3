"""What format files are in, found by reading a few of them in each that they could be.

A format is tried where files have one of its suffixes. Of what it reads, the share that is not broken counts, and
whether anything is annotated at all: a reader that takes every text for a document without a mention has read
nothing. What was tried is told, best first, so that a person can see why.
"""

from __future__ import annotations

import json as decoder
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from medinstruct import formats
from medinstruct.document import Document
from medinstruct.errors import MedinstructError
from medinstruct.formats import conll
from medinstruct.formats.draft import Broken, Read
from medinstruct.source import File

FILES, RECORDS = 60, 300
"""How many files are looked at, and how many records of them."""
NO_DATA = re.compile(
    r"(?i)(?:^|/)(?:readme|licen[cs]e|source|changelog|notice|attribution)[^/]*$|\.(?:md|rst|py|pdf|html?|conf|cfg)$"
)
"""Files that tell of a corpus and hold none of it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A format that was tried."""

    format: str
    options: dict[str, Any] = field(default_factory=dict)
    """What `read` is told beside the files."""
    read: int = 0
    broken: int = 0
    annotations: int = 0
    fault: str = ""
    """The first thing that was wrong."""

    @property
    def rank(self) -> tuple[float, int]:
        """The share that was read, a tenth of it where nothing is annotated; then how much is."""
        share = self.read / (self.read + self.broken) if self.read else 0.0
        return (share if self.annotations else share / 10, self.annotations)

    def __str__(self) -> str:
        told = f"{self.format}: {self.read} of {self.read + self.broken} records read, {self.annotations} annotations"
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return told + (f" ({options})" if options else "") + (f"; {self.fault}" if self.fault else "")


def data(files: Sequence[File]) -> list[File]:
    """The files without those that tell of the corpus only."""
    return [file for file in files if not NO_DATA.search(file.name)]


def guesses(files: Sequence[File]) -> list[Guess]:
    """Return what was tried, the likeliest first; those that read nothing are left out.

    Args:
        files: The files of a corpus.
    """
    tried = [_try(name, options, files) for name, candidates in CANDIDATES.items() for options in candidates(files)]
    return sorted((guess for guess in tried if guess.read), key=lambda guess: guess.rank, reverse=True)


def fitting(format: str, files: Sequence[File]) -> list[File]:
    """The files that a format reads, by their suffixes."""
    suffixes = SUFFIXES.get(format, formats.load(format).FORMAT.suffixes)
    return [file for file in files if not suffixes or file.suffix.lower() in suffixes]


SUFFIXES: dict[str, tuple[str, ...]] = {
    "conll": (".conll", ".tsv", ".iob2", ".iob", ".bio", ".txt", ".train", ".dev", ".devel", ".test"),
}
"""Where files have other suffixes in the wild than the format's own."""


def _try(name: str, options: dict[str, Any], files: Sequence[File]) -> Guess:
    read = broken = annotations = 0
    fault = ""
    try:
        for record in islice(records(name, options, _few(fitting(name, files))), RECORDS):
            if isinstance(record, Broken):
                broken += 1
                fault = fault or str(record.error())
            else:
                read += 1
                annotations += _annotations(record)
    except MedinstructError as error:
        fault, broken = str(error), broken + 1
    return Guess(name, options, read, broken, annotations, fault)


def _few(files: list[File]) -> list[File]:
    """So many files as are looked at, those of one name together."""
    stems = list(dict.fromkeys(file.name.rpartition(".")[0] for file in files))
    chosen = set(stems[:: max(1, len(stems) // FILES)][:FILES])
    return [file for file in files if file.name.rpartition(".")[0] in chosen]


def records(name: str, options: dict[str, Any], files: Sequence[File]) -> Iterator[Read]:
    """Read files in a format; rows of JSON become Items with nothing but an id, since what a row means is not known."""
    module = formats.load(name)
    if name == "json_lines":
        return iter(module.read(files, item=lambda row: {"id": row.key, "facts": dict.fromkeys(row, "")}))
    return iter(module.read(files, **options))


def _annotations(record: Read) -> int:
    if isinstance(record, Document):
        kinds = ("mentions", "relations", "events", "labels")
        return sum(len(getattr(record, kind)) for kind in kinds) + sum(len(p.labels) for p in record.passages)
    return 0 if isinstance(record, Broken) else len(record.facts) > 1


# Which options could be meant


Options = Iterator[dict[str, Any]]


def _plain(files: Sequence[File]) -> Options:
    yield {}


def _if_any(*suffixes: str) -> Callable[[Sequence[File]], Options]:
    def options(files: Sequence[File]) -> Options:
        if any(file.suffix.lower() in suffixes for file in files):
            yield {}

    return options


def _json_rows(files: Sequence[File]) -> Options:
    """JSON Lines is told by a first line that is an object by itself."""
    for file in fitting("json_lines", files)[:1]:
        first = file.data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
        try:
            if isinstance(decoder.loads(first), dict) and b"\n" in file.data.strip():
                yield {}
        except ValueError:
            return


MARKS = {
    re.compile(conll.DOCSTART): conll.DOCSTART,
    re.compile(conll.MEDLINE): conll.MEDLINE,
    re.compile(r"-DOCSTART-.*"): r"-DOCSTART-(?P<id>)[^\n]*",
}
"""Lines that begin a document, and how the reader is told of them."""
PREFIXES = {"I": "IO", "BI": "IOB2", "BILU": "BILUO", "BEIS": "IOBES"}
TAG = re.compile(r"O|([BILUES])(?:-(.+))?")


def _conll(files: Sequence[File]) -> Options:
    """Columns, separator, scheme and marks as the first lines have them."""
    for file in fitting("conll", files)[:1]:
        lines = file.data[: 1 << 17].decode("utf-8", "replace").replace("\r\n", "\n").split("\n")[:-1]
        mark = next((told for seen, told in MARKS.items() if any(map(seen.fullmatch, lines))), None)
        body = [line for line in lines if line.strip() and not (mark and re.fullmatch(mark, line))]
        for separator in ("\t", " "):
            widths = {len(line.split(separator)) for line in body}
            if len(widths) == 1 and (width := widths.pop()) > 1:
                yield from _columns([line.split(separator) for line in body], width, separator, mark)


def _columns(rows: list[list[str]], width: int, separator: str, mark: str | None) -> Options:
    tags = [TAG.fullmatch(row[-1]) for row in rows]
    prefixes = "".join(sorted({tag[1] for tag in tags if tag and tag[1]}))
    scheme = next((name for known, name in PREFIXES.items() if prefixes and set(prefixes) <= set(known)), None)
    if scheme is None or not all(tags):
        return
    names = [f"column {n}" for n in range(1, width + 1)]
    names[0], names[-1] = "token", "tag"
    numbers = [n for n in range(1, width - 1) if all(row[n].isdecimal() for row in rows)]
    if len(numbers) == 2:
        names[numbers[0]], names[numbers[1]] = "start", "end"
    bare = any(tag and tag[1] and not tag[2] for tag in tags)
    unit = {"unit": "mark", "mark": mark} if mark else {"unit": "start"} if len(numbers) == 2 else {}
    yield {
        "columns": tuple(names),
        "separator": separator,
        "scheme": scheme,
        **unit,
        **({"type": "Entity"} if bare else {}),
    }


CANDIDATES: dict[str, Callable[[Sequence[File]], Options]] = {
    "brat": _if_any(".ann"),
    "bionlp_st": _if_any(".a1"),
    "bioc_xml": _if_any(".xml"),
    "ddi_xml": _if_any(".xml"),
    "bioc_json": _if_any(".json"),
    "pubannotation": _if_any(".json"),
    "pubtator": _plain,
    "conll": _conll,
    "sentence_labels": _if_any(".txt"),
    "json_lines": _json_rows,
}
"""The formats that files alone tell enough of, and the options that they could be meant with."""
