"""What is known of a corpus, and where its files are found.

A corpus is a module of facts and one function, 25 to 40 lines: `corpora/ncbi_disease.py` is `ncbi-disease`. Its files
are looked for in the folder the user gave, then in the cache, then (unless offline) at their address, each checked by
hash where one is stated.
"""

from __future__ import annotations

import inspect
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs

from medinstruct import source
from medinstruct.corpora.fetch import fetch
from medinstruct.document import Document, Item
from medinstruct.errors import FormatError, NotFound, Place, UnsafeInput
from medinstruct.formats.draft import Broken, Draft, Read
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks.facts import Fact

SAMPLES = Path(__file__).parent / "samples"
"""Hand-written documents in each corpus' native format, laid out like a folder of data."""

TO_FILL_IN = "TO FILL IN:"
"""How a fact begins that nobody has stated yet (`medinstruct new corpus`)."""

Role = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Measured:
    """A count that differs from the published one, and why."""

    count: int
    published: int | None
    because: str


Count = int | Measured


@dataclass(frozen=True)
class Split:
    """An official split: its part in training, its files, and how much is in it."""

    role: Role
    files: tuple[str, ...]
    """Patterns of its files, matched from the right (see `source.select`)."""
    counts: Mapping[str, Count] = field(default_factory=dict)
    """Expected numbers of `documents`, `items`, `mentions`, `relations`, `events`, `passages`, or of one type:
    `mentions:Disease`.
    """
    withheld: tuple[str, ...] = ()
    """Tasks whose answers are not published for this split: "not annotated" does not mean "nothing to find", so it is
    not asked.
    """
    options: Mapping[str, Any] = field(default_factory=dict)
    """Passed to `read` beside the corpus' own."""


@dataclass(frozen=True)
class Download:
    """An address that serves files of the corpus, as a file or an archive of them."""

    url: str
    file: str
    """The name under which it is kept."""
    sha256: str = ""
    """Empty for archives that their host packs anew each time, and for files that were never at hand; whether these are
    the ones that were read, `check` tells by `Corpus.verified`.
    """


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """The facts of a corpus and how to read it."""

    title: str
    homepage: str
    citation: str
    """The paper, with its DOI where it has one."""
    license: License
    splits: Mapping[str, Split]
    """By official name, in the order train, validation, test."""
    tasks: Mapping[str, Fact]
    """What is annotated completely, by the corpus-level names of `medinstruct.tasks.TASKS`; nothing else may be
    asked.
    """
    read: Callable[..., Iterator[Read]]
    """`read(files, **options)` with the corpus' dialect; `repair` among the options."""
    version: str = "1"
    languages: tuple[str, ...] = ("en",)
    repair: Callable[..., str | None] | None = None
    """Mends known faults of the release, never silently; `as_published` leaves it out."""
    definitions: Mapping[str, str] = field(default_factory=dict)
    """What labels mean by the corpus' own guideline, in our words, where that is not what `vocabulary` says of them."""
    guidelines: Mapping[str, str] = field(default_factory=dict)
    """What the guideline says of a task beside its labels (what is marked, what is not), in our words, by the task's name."""
    obtain: str = ""
    """How to get the files where no address serves them, such as `on request from …`."""
    downloads: tuple[Download, ...] = ()
    clinical: bool = False
    """Whether the texts are about real patients."""
    verified: Mapping[str, str] = field(default_factory=dict)
    """By split, the first 16 digits of the SHA-256 of the distributor's files that these facts were held against, whole
    (`fingerprint`); what is not named here was written against the hand-made sample alone.
    """
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What is annotated and asked by no task, with the reason, by the names that `coverage` gives it
    (`mentions:Entity`, `concepts`).
    """
    folder: str = ""
    """Name of its folder of data, where two corpora share one; else its id."""
    id: str = ""
    """Set from the module's name."""
    home: Path = SAMPLES.parent
    """The folder of the module. There `samples/<id>/` holds its sample, and beside a shelf's `corpora/` a `data/<id>/`
    its files.
    """

    def records(self, split: str, files: list[File], *, as_published: bool = False) -> Iterator[Read]:
        """Yield the records of a split in the order of its files, broken ones as `Broken`."""
        return (record for _, record in self.placed(split, files, as_published=as_published))

    def placed(self, split: str, files: list[File], *, as_published: bool = False) -> Iterator[tuple[Place, Read]]:
        """Yield the records of a split, each behind the place where it begins (in one of its files, if it has several).

        Every draft passes its repair on the way to a record, so the repair is where its place is seen. That of a
        record whose reader takes no `repair` stays unknown: no file, line 0.
        """
        options = dict(self.splits[split].options)
        repair = None if as_published else self.repair
        last = Place("")

        def noting(draft: Draft) -> str | None:
            nonlocal last
            last = draft.place
            return repair(draft) if repair is not None else None

        if repair is not None or _takes_repair(self.read):
            options["repair"] = noting
        try:
            for record in self.read(files, **options):
                yield (record.place if isinstance(record, Broken) else last), record
        except FormatError as error:  # of a file as a whole: a list of ids that is no text, say
            place = error.where if isinstance(error.where, Place) else Place(str(error.where or self.id))
            yield place, Broken(place, "", f"{error.what}; what should follow was not read")

    def files(self, split: str, folder: Path) -> list[File]:
        """Return the files of a split below the folder of this corpus."""
        with self._telling():
            return list(source.select(folder, self.splits[split].files))

    def find(self, data: Path | None = None, *, samples: bool = False, download: bool = False) -> Path | None:
        """Return the folder that holds files of this corpus, or None: the first of the samples alone, or of `data/<id>`,
        `MEDINSTRUCT_DATA/<id>`, the shelf's own `data/<id>`, and the cache, into which what is served may be fetched.
        """
        own = None if self.home == SAMPLES.parent else self.home.parent / "data"
        name = self.id if samples else self.folder or self.id
        for place in [self.home / "samples"] if samples else [data, data_home(), own]:
            if place is not None and self._stands_in(place / name):
                return place / name
        if samples:
            return None
        kept = cache() / name
        begun = any((kept / each.file).is_file() for each in self.downloads)
        if download and (begun or not self._stands_in(kept)):
            for each in self.downloads:
                fetch(each, kept)
        return kept if self._stands_in(kept) else None

    def _stands_in(self, folder: Path) -> bool:
        return folder.is_dir() and bool(self.present(folder))

    def present(self, folder: Path) -> list[str]:
        """The splits whose files stand below `folder`."""
        with self._telling():
            return [name for name, split in self.splits.items() if source.exists(folder, split.files)]

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Name the corpus where its files cannot be read: they are known by their paths below its folder."""
        try:
            yield
        except (FormatError, UnsafeInput) as error:
            raise type(error)(error.what, where=f"{self.id}/{error.where}", next=error.next) from error

    @property
    def how_to_get(self) -> str:
        """One line that says how to get the files."""
        if not self.obtain and self.downloads:
            return f"put {' and '.join(source.url for source in self.downloads)} into <data>/{self.folder or self.id}/"
        return f"{self.obtain or f'see {self.homepage}'}; then put the files into <data>/{self.folder or self.id}/"


def _takes_repair(read: Callable[..., Iterator[Read]]) -> bool:
    options = inspect.signature(read).parameters.values()
    return any(option.name == "repair" or option.kind is option.VAR_KEYWORD for option in options)


def fingerprint(files: list[File]) -> str:
    """What tells whether files are those that were read: 16 hexadecimal digits, whatever packed them."""
    return source.digest(files)[:16]


def data_home() -> Path | None:
    """The folder named by `MEDINSTRUCT_DATA`, if it is set."""
    folder = os.environ.get("MEDINSTRUCT_DATA")
    return Path(folder) if folder else None


def cache() -> Path:
    """Where downloaded corpora are kept: `MEDINSTRUCT_CACHE`, else the user's cache folder."""
    folder = os.environ.get("MEDINSTRUCT_CACHE")
    return Path(folder) if folder else Path(platformdirs.user_cache_dir("medinstruct")) / "corpora"


def count(records: Iterator[Read]) -> Counter[str]:
    """Return how much there is: documents, items, mentions and so on, by type too (`mentions:Disease`), and `broken`."""
    counts: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Broken):
            counts["broken"] += 1
        elif isinstance(record, Item):
            counts["items"] += 1
            counts.update(f"labels:{label}" for label in record.labels)
        else:
            _count_document(record, counts)
    return counts


def _count_document(document: Document, counts: Counter[str]) -> None:
    counts["documents"] += 1
    counts["repaired"] += bool(document.notes)
    for kind in ("mentions", "relations", "events", "passages", "attributes", "coreferences"):
        counts[kind] += len(getattr(document, kind))
    counts.update(f"mentions:{type}" for mention in document.mentions for type in mention.types)
    counts.update(f"relations:{relation.type}" for relation in document.relations)
    counts.update(f"events:{event.type}" for event in document.events)
    counts.update(f"labels:{label}" for label in document.labels)


def deviations(split: Split, counts: Counter[str]) -> list[str]:
    """Return a line for every count that is neither the expected one nor the measured one with its reason."""
    lines = []
    for name, expected in split.counts.items():
        wanted = expected.count if isinstance(expected, Measured) else expected
        if counts[name] != wanted:
            lines.append(f"{name}: {counts[name]:,}, expected {wanted:,}")
    return lines


def missing(corpus: Corpus) -> NotFound:
    """The error for a corpus whose files are nowhere."""
    return NotFound(f"the files of {corpus.id} are not here", next=corpus.how_to_get)
