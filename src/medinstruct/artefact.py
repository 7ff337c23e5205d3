"""The folder that a build leaves: rows, manifest, ledger, card. Nothing behind it knows where the rows came from but by what it says itself.

builds/mnlu-open-1a2b3c4d/
  data/train-00000-of-00004.parquet …      the rows (sample.py), plain Parquet
  manifest.json                            recipe, hashes of sources, templates and shards, what was missing
  ledger.json                              what went in, what came out, what was dropped and why
  README.md                                the card, whose head tells `datasets` where the splits are
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash
from pydantic import AfterValidator, BaseModel, ValidationError

from medinstruct import license, markup
from medinstruct.errors import FormatError, MedinstructError, NotFound, did_you_mean
from medinstruct.sample import FORMAT_VERSION, Sample

if TYPE_CHECKING:
    import datasets
    import pandas as pd

ROLES = ("train", "validation", "test")
KINDS = ("documents", "annotations", "examples", "samples")
"""What a ledger counts."""
ROWS_PER_SHARD = 25_000
ROWS_AT_ONCE = 4_096
"""That are held as Python's objects."""
BUFFER = 1 << 20
"""Bytes of a column that are read at once; without it a shard's columns are held whole, as a shard is one row group."""

SCHEMA = pa.schema([
    ("id", pa.string()), ("digest", pa.string()), ("corpus", pa.string()), ("corpus_version", pa.string()), ("split", pa.string()),
    ("document", pa.string()), ("groups", pa.list_(pa.string())), ("task", pa.string()), ("type", pa.string()),
    ("template", pa.string()), ("template_hash", pa.string()), ("answer_format", pa.string()), ("language", pa.string()),
    ("license", pa.string()), ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ("example", pa.string()), ("gold", pa.string()), ("meta", pa.string()),
])  # fmt: skip


def write_shard(path: Path, rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as one Parquet file beside its place, rename it there, and return its SHA-256.

    One chunk and no library's metadata, so that equal rows give equal bytes under one version of pyarrow and every
    reader opens the file.
    """
    table = pa.Table.from_batches(_batches(iter(rows)), SCHEMA).combine_chunks()
    unfinished = path.with_name(f".{path.name}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, unfinished, compression="zstd", store_schema=False)
    sha256 = hashlib.sha256(unfinished.read_bytes()).hexdigest()
    unfinished.replace(path)
    return sha256


def _batches(rows: Iterator[Mapping[str, Any]]) -> Iterator[pa.RecordBatch]:
    """Rows as columns, some at a time: as Python's objects they take several times the memory."""
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield pa.RecordBatch.from_pylist(some, SCHEMA)


_columns = itemgetter(*SCHEMA.names)
GROUPS, MESSAGES = (2 * SCHEMA.names.index(name) for name in ("groups", "messages"))
"""Their places among the parts that the hash of a row is of."""


def row_hash(row: Mapping[str, Any]) -> bytes:
    """16 bytes over all columns of a row."""
    parts = ["\x1e"] * (2 * len(SCHEMA.names))  # each column, and what ends it
    parts[::2] = _columns(row)
    parts[MESSAGES : MESSAGES + 1] = [text for each in row["messages"] for text in (each["role"], each["content"])]
    parts[GROUPS : GROUPS + 1] = row["groups"]  # after those behind it, as it changes their places
    return xxhash.xxh3_128_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON beside its place and rename it there."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text beside its place and rename it there."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes beside their place and rename them there; the folder is made if it is not there."""
    unfinished = path.with_name(f".{path.name}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping that a JSON file of a build states.

    Raises:
        FormatError: if it is damaged or states no mapping.
    """
    with reading(path):
        found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise FormatError(f"is a {type(found).__name__}, and should be a mapping", where=str(path), next=AGAIN)
    return found


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell what goes wrong while a file of a build is read: it is gone, cut off, damaged, or something else."""
    try:
        yield
    except FileNotFoundError as error:
        raise FormatError("is not here, and belongs to the build", where=str(path), next=AGAIN) from error
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise FormatError(f"is damaged, or not of a build: {what}", where=str(path), next=AGAIN) from error


AGAIN = "build it again, or fetch it again"


class Rows(Sequence[dict[str, Any]]):
    """The rows of one split, read when they are asked for."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)

    @cached_property
    def table(self) -> pa.Table:
        """All rows as one Arrow table, memory-mapped where that is possible."""
        tables = []
        for file in self.files:
            with reading(file):
                tables.append(pq.read_table(file, memory_map=True).select(SCHEMA.names))
        return pa.concat_tables(tables)

    @cached_property
    def _ends(self) -> list[int]:
        ends, total = [], 0
        for file in self.files:
            with reading(file):
                total += pq.read_metadata(file).num_rows
            ends.append(total)
        return ends

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return (
                self.table.slice(*_bounds(at, len(self))).to_pylist()
                if at.step in (None, 1)
                else [self[n] for n in range(*at.indices(len(self)))]
            )
        if not -len(self) <= at < len(self):
            raise IndexError(f"row {at} of {len(self)}")
        return self.table.slice(at % len(self), 1).to_pylist()[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for _, batch in self.batches(SCHEMA.names, size=1024):
            yield from batch.to_pylist()

    def batches(self, columns: Sequence[str], size: int = 65_536) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield some columns of all rows piece by piece, each piece behind the place of its first row.

        Raises:
            FormatError: at a file that is damaged, or lacks a column.
        """
        at = 0
        for file in self.files:
            with reading(file), pq.ParquetFile(file, buffer_size=BUFFER, pre_buffer=False) as opened:
                if absent := set(columns) - set(opened.schema_arrow.names):
                    raise FormatError(f"has no column {min(absent)!r}", where=str(file), next=AGAIN)
                for batch in opened.iter_batches(batch_size=size, columns=list(columns)):
                    yield at, batch.select(list(columns))
                    at += batch.num_rows

    def __repr__(self) -> str:
        return f"Rows({len(self):,})"

    def _repr_html_(self) -> str:
        """The first rows, for notebooks."""
        first = [(row["id"][:12], row["corpus"], row["task"], *_begins(row["messages"])) for row in self[:SHOWN]]
        return f"<p>{len(self):,} rows</p>" + markup.table(("id", "corpus", "task", "prompt", "answer"), first)


SHOWN = 8
"""Rows that a notebook shows."""


def _begins(messages: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """How the last question and its answer begin."""
    asked, answer = (message["content"] for message in messages[-2:])
    return asked[:160] + "…" * (len(asked) > 160), answer[:80] + "…" * (len(answer) > 80)


class Ledger(dict[str, Any]):
    """What went in, what came out, what was dropped and why; a mapping as `ledger.json` states it."""

    def _repr_html_(self) -> str:
        """The totals, for notebooks."""
        head = ("", "in", "kept", "dropped")
        return markup.table(
            head, [(kind, each["in"], each["kept"], _dropped(each)) for kind, each in self["totals"].items()]
        )


def _dropped(total: Mapping[str, Any]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in total["dropped"].items())


def _bounds(at: slice, size: int) -> tuple[int, int]:
    start, stop, _ = at.indices(size)
    return start, max(stop - start, 0)


def reached(shortfall: Mapping[str, Any]) -> str:
    """How far a size was missed, as a manifest states it: `900 of 1,000 rows`, or tokens."""
    wanted, got, what = shortfall["wanted"], shortfall["reached"], "rows"
    if isinstance(wanted, Mapping):
        wanted, got, what = wanted["tokens"], got["tokens"], "tokens"
    return f"{got:,} of {wanted:,} {what}"


def shortfall(stated: Mapping[str, Any]) -> str:
    """How far a size was missed, and why."""
    bounds = f" within {' and '.join(stated['bounds'])}" if stated.get("bounds") else ""
    return f"{reached(stated)}: the corpora at hand give no more{bounds}"


class Build(Mapping[str, Rows]):
    """An artefact that was opened: splits by name, each a sequence of rows; manifest and ledger beside them."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest
        self._splits = {
            role: Rows([folder / shard["file"] for shard in manifest["shards"] if shard["split"] == role])
            for role in ROLES
            if any(shard["split"] == role for shard in manifest["shards"])
        }

    def __getitem__(self, split: str) -> Rows:
        if split not in self._splits:
            raise NotFound(f"no split {split!r} in {self.folder}", next=did_you_mean(split, self._splits))
        return self._splits[split]

    def __contains__(self, split: object) -> bool:
        return split in self._splits

    def __iter__(self) -> Iterator[str]:
        return iter(self._splits)

    def __len__(self) -> int:
        return len(self._splits)

    @cached_property
    def ledger(self) -> Ledger:
        """What went in, what came out, what was dropped and why, as `ledger[kind][n]` with split, corpus, task, in,
        kept, dropped.
        """
        return Ledger(read_json(self.folder / "ledger.json"))

    @property
    def digest(self) -> str:
        """The content digest, equal for equal rows in equal order."""
        digest: str = self.manifest["digest"]
        return digest

    def terms(self, row: Mapping[str, Any]) -> str:
        """The license of a row: its own, or the one that the manifest names for its corpus where that keeps its text here."""
        own: str = row["license"]
        stated: str = self.manifest["corpora"].get(row["corpus"], {}).get("license", "")
        return stated if license.is_closed(stated) else own

    def samples(self, split: str) -> Iterator[Sample]:
        """Yield the rows of a split as checked Samples."""
        for row in self[split]:
            yield Sample.model_validate(row)

    def explain(self, id: str) -> dict[str, Any]:
        """Return where a row comes from: corpus, document, place, annotations, wording, draws; `id` may be its first digits.

        The `line` of its `file` is where its document begins, counted from 1, and None where that is the file as a whole (BRAT).

        Raises:
            NotFound: if no row, or more than one, has such an id.
        """
        found = [(split, at) for split in self for at in self._rows_with(split, id)]
        if len(found) != 1:
            raise NotFound(
                f"{len(found) or 'no'} rows of {self.folder} have an id that begins with {id!r}",
                next="ids have 32 hex digits",
            )
        split, at = found[0]
        row = self[split][at]
        with reading(self.folder / "data"):
            corpus = self.manifest["corpora"][row["corpus"]]
            example, gold, meta = (json.loads(row[column]) for column in ("example", "gold", "meta"))
            sources = corpus["sources"].get(row["split"], {})
            title = corpus["title"]
        n, line = meta.pop("file", -1), meta.pop("line", 0)
        name, sha256 = list(sources.items())[n] if 0 <= n < len(sources) else ("", "")
        return {
            "id": row["id"], "digest": row["digest"], "split": split, "row": at,
            "corpus": {"id": row["corpus"], "version": row["corpus_version"], "split": row["split"], "license": row["license"], "title": title},
            "file": {"name": name, "line": line or None, "sha256": sha256},
            "document": row["document"], "groups": row["groups"], "task": row["task"], "type": row["type"],
            "template": {"name": row["template"], "hash": row["template_hash"], "answer": row["answer_format"]},
            **meta, "example": example, "gold": gold, "messages": row["messages"],
        }  # fmt: skip

    def _rows_with(self, split: str, id: str) -> list[int]:
        return [
            start + int(n)
            for start, batch in self[split].batches(["id"])
            for n in pc.indices_nonzero(pc.starts_with(batch["id"], pattern=id)).to_pylist()
        ]

    def to_datasets(self) -> datasets.DatasetDict:
        """The splits as a `datasets.DatasetDict`."""
        import datasets

        return datasets.DatasetDict({split: datasets.Dataset(self[split].table) for split in self})

    def to_pandas(self, split: str = "train") -> pd.DataFrame:
        """One split as a pandas DataFrame."""
        frame: pd.DataFrame = self[split].table.to_pandas()
        return frame

    def __repr__(self) -> str:
        kind = "bundled samples, not for training" if self.manifest["samples"] else self.manifest["title"]
        sizes = ", ".join(f"{split}: {len(rows):,} rows" for split, rows in self._splits.items())
        return f"Build({self.manifest['recipe']}, {kind}; {sizes}; {self.digest[:8]}; {self.folder})"

    def _repr_html_(self) -> str:
        """What it is, its splits, and its rows by corpus and task, for notebooks."""
        rows = [
            (line["split"], line["corpus"], line["task"], line["kept"])
            for line in self.ledger["samples"]
            if line["kept"]
        ]
        return (
            markup.table(("build", "digest", "folder"), [(self.manifest["title"], self.digest[:16], str(self.folder))])
            + markup.table(("split", "rows"), [(split, len(rows)) for split, rows in self._splits.items()])
            + markup.table(("split", "corpus", "task", "rows"), rows)
        )


def load(folder: Path | str) -> Build:
    """Open an artefact.

    Raises:
        NotFound: if the folder holds none.
        MedinstructError: if a newer version of this package wrote it.
    """
    path = Path(folder)
    if not (path / "manifest.json").is_file():
        raise NotFound(
            f"{folder} holds no build",
            next="a build is a folder with manifest.json, made by `medinstruct build`",
        )
    manifest = read_json(path / "manifest.json")
    where = str(path / "manifest.json")
    if "format_version" not in manifest or "shards" not in manifest:
        raise FormatError("is no manifest of a build", where=where, next="see `medinstruct build`")
    if manifest["format_version"] != FORMAT_VERSION:
        raise MedinstructError(
            f"rows are in format {manifest['format_version']}, this package reads {FORMAT_VERSION}",
            where=str(path),
        )
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        fault = error.errors()[0]
        keys = " -> ".join(map(str, fault["loc"]))
        raise FormatError(f"{keys}: {fault['msg']}", where=where, next=AGAIN) from error
    return Build(path, manifest)


def _stays_inside(file: str) -> str:
    name = PurePosixPath(file)
    if name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{file[:80]!r} leads out of the build")
    return file


class _Shard(BaseModel):
    split: Literal["train", "validation", "test"]
    file: Annotated[str, AfterValidator(_stays_inside)]
    rows: int
    sha256: str


class _Corpus(BaseModel):
    title: str
    version: str
    license: str
    sources: dict[str, dict[str, str]]


class _Wording(BaseModel):
    hash: str
    rows: int


class _Manifest(BaseModel):
    """What a manifest says at least; a folder may come from anywhere, and the rest of the package trusts what it read."""

    recipe: str
    title: str
    digest: str
    samples: bool
    rows: dict[str, int]
    shards: list[_Shard]
    templates: dict[str, _Wording]
    corpora: dict[str, _Corpus]
