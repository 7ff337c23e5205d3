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
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from medinstruct.errors import MedinstructError, NotFound, did_you_mean
from medinstruct.sample import FORMAT_VERSION, Sample

if TYPE_CHECKING:
    import datasets
    import pandas as pd

ROLES = ("train", "validation", "test")
ROWS_PER_SHARD = 25_000

SCHEMA = pa.schema([
    ("id", pa.string()), ("digest", pa.string()), ("corpus", pa.string()), ("corpus_version", pa.string()), ("split", pa.string()),
    ("document", pa.string()), ("groups", pa.list_(pa.string())), ("task", pa.string()), ("type", pa.string()),
    ("template", pa.string()), ("template_hash", pa.string()), ("answer_format", pa.string()), ("language", pa.string()),
    ("license", pa.string()), ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
    ("example", pa.string()), ("gold", pa.string()), ("meta", pa.string()),
])  # fmt: skip


def write_shard(path: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as one Parquet file beside its place, rename it there, and return its SHA-256.

    One chunk and no library's metadata, so that equal rows give equal bytes under one version of pyarrow and every
    reader opens the file.
    """
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA).combine_chunks()
    unfinished = path.with_name(f".{path.name}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, unfinished, compression="zstd", store_schema=False)
    sha256 = hashlib.sha256(unfinished.read_bytes()).hexdigest()
    unfinished.replace(path)
    return sha256


def row_hash(row: Mapping[str, Any]) -> bytes:
    """16 bytes over all columns of a row."""
    parts: list[str] = []
    for field in SCHEMA.names:
        value = row[field]
        if field == "messages":
            parts += [text for message in value for text in (message["role"], message["content"])]
        elif field == "groups":
            parts += value
        else:
            parts.append(value)
        parts.append("\x1e")
    return xxhash.xxh3_128_digest("\x1f".join(parts).encode("utf-8", "surrogatepass"))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON beside its place and rename it there."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text beside its place and rename it there."""
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(path)


class Rows(Sequence[dict[str, Any]]):
    """The rows of one split, read when they are asked for."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)

    @cached_property
    def table(self) -> pa.Table:
        """All rows as one Arrow table, memory-mapped where that is possible."""
        return pa.concat_tables([pq.read_table(file, memory_map=True) for file in self.files])

    @cached_property
    def _ends(self) -> list[int]:
        ends, total = [], 0
        for file in self.files:
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
        for file in self.files:
            for batch in pq.ParquetFile(file).iter_batches(batch_size=1024):
                yield from batch.to_pylist()

    def __repr__(self) -> str:
        return f"Rows({len(self):,})"


def _bounds(at: slice, size: int) -> tuple[int, int]:
    start, stop, _ = at.indices(size)
    return start, max(stop - start, 0)


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
    def ledger(self) -> dict[str, Any]:
        """What went in, what came out, what was dropped and why: `ledger[kind][n]` with split, corpus, task, in,
        kept, dropped.
        """
        found: dict[str, Any] = json.loads((self.folder / "ledger.json").read_text(encoding="utf-8"))
        return found

    @property
    def digest(self) -> str:
        """The content digest: equal for equal rows in equal order."""
        digest: str = self.manifest["digest"]
        return digest

    def samples(self, split: str) -> Iterator[Sample]:
        """Yield the rows of a split as checked Samples."""
        for row in self[split]:
            yield Sample.model_validate(row)

    def explain(self, id: str) -> dict[str, Any]:
        """Return where a row comes from: corpus, document, place, annotations, wording, draws; `id` may be its first digits.

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
        corpus = self.manifest["corpora"][row["corpus"]]
        sources = corpus["sources"].get(row["split"], {})
        named = {name: sha for name, sha in sources.items() if row["document"] in name} or (
            sources if len(sources) <= 4 else {}
        )
        return {
            "id": row["id"], "digest": row["digest"], "split": split, "row": at,
            "corpus": {"id": row["corpus"], "version": row["corpus_version"], "split": row["split"], "license": row["license"],
                       "title": corpus["title"], "files": named},
            "document": row["document"], "groups": row["groups"], "task": row["task"], "type": row["type"],
            "template": {"name": row["template"], "hash": row["template_hash"], "answer": row["answer_format"]},
            **json.loads(row["meta"]), "example": json.loads(row["example"]), "gold": json.loads(row["gold"]), "messages": row["messages"],
        }  # fmt: skip

    def _rows_with(self, split: str, id: str) -> list[int]:
        starts, found = 0, []
        for file in self[split].files:
            ids = pq.read_table(file, columns=["id"])["id"].to_pylist()
            found += [starts + n for n, other in enumerate(ids) if other.startswith(id)]
            starts += len(ids)
        return found

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
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    if manifest["format_version"] != FORMAT_VERSION:
        raise MedinstructError(
            f"rows are in format {manifest['format_version']}, this package reads {FORMAT_VERSION}",
            where=str(path),
        )
    return Build(path, manifest)
