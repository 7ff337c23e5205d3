"""What is mutated: for each format small bundles of files, from the bundled samples and from real corpora."""

from __future__ import annotations

import importlib
import inspect
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from medinstruct import corpora, formats, source
from medinstruct.corpora.corpus import SAMPLES, Corpus
from medinstruct.document import Document
from medinstruct.errors import MedinstructError
from medinstruct.formats.draft import Read
from medinstruct.formats.rows import Row
from medinstruct.source import File

MAX_BYTES = 24_000
"""Size of one file of a bundle; larger ones are cut where a record ends."""
MAX_FILES = 12
STEMS = 3
"""Records that a bundle holds where each has files of its own."""

Bundle = tuple[File, ...]


@dataclass(frozen=True)
class Seed:
    """A bundle of files and what reads it."""

    name: str
    """Corpus, split and whether it is the sample: `bc5cdr/train/real`."""
    files: Bundle
    read: Callable[[list[File]], Iterable[Read]]


def seeds(data: Path | None) -> dict[str, list[Seed]]:
    """Return the seeds of each format, in one order whatever the machine; a format without any has an empty list."""
    found: dict[str, list[Seed]] = {name: [] for name in formats.names()}
    for id in corpora.names():
        try:
            corpus = corpora.load(id)
        except MedinstructError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        kept = list(chain(_of(corpus, SAMPLES, "sample"), _of(corpus, data, "real") if data else ()))
        for name in _formats(corpus):
            found[name] += kept
    for name, module in ((name, formats.load(name)) for name in found):
        found[name] += list(_beside(name, module, data)) if data else []
        if name == "parquet":
            found[name].append(Seed("rows/parquet/sample", _parquet(), partial(module.read, item=_item)))
        if not found[name]:
            found[name] += list(_written(name, module, found))
    return found


def _formats(corpus: Corpus) -> set[str]:
    """The formats that the module of a corpus names."""
    module = importlib.import_module(f"medinstruct.corpora.{corpus.id.replace('-', '_')}")
    owners = {getattr(thing, "__name__", "") if inspect.ismodule(thing) else getattr(thing, "__module__", "")
              for thing in vars(module).values()}  # fmt: skip
    return {name for name in formats.names() if f"medinstruct.formats.{name}" in owners}


def _of(corpus: Corpus, data: Path, kind: str) -> Iterator[Seed]:
    folder = data / (corpus.id if kind == "sample" else corpus.folder or corpus.id)
    for split in corpus.splits if folder.is_dir() else ():
        if bundle := _small(corpus.files(split, folder)):
            read = partial(corpus.records, split, as_published=False)
            yield Seed(f"{corpus.id}/{split}/{kind}", bundle, read)


BESIDE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bioc_json": ("biored", "*.json", {}),
    "bioc_xml": ("bc5cdr", "*.xml", {}),
    "conll": ("ncbi-disease", "*.tsv", {}),
}
"""Files that stand in a folder of corpora and that no corpus reads: format → folder, pattern, options."""


def _beside(name: str, module: Any, data: Path) -> Iterator[Seed]:
    if name in BESIDE:
        folder, pattern, options = BESIDE[name]
        files = list(source.select(data / folder, [pattern])) if (data / folder).is_dir() else []
        for file in files:
            yield Seed(f"{folder}/{file.name}/real", _small([file]), partial(module.read, **options))


def _parquet() -> Bundle:
    """A Parquet file of a few rows, which no corpus has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(
        pa.table({"id": ["a", "b"], "question": ["Is zorbinol safe?", "é"], "key": [1, None], "more": [["x"], []]}), out
    )
    return (File("rows.parquet", out.getvalue()),)


def _item(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "question": row["question"], "labels": (str(row["key"]), *row["more"])}


def _written(name: str, module: Any, found: dict[str, list[Seed]]) -> Iterator[Seed]:
    """Yield what the format itself writes of the Documents of the samples that it can hold."""
    for seed in (seed for others in list(found.values()) for seed in others if seed.name.endswith("sample")):
        if hasattr(module, "write"):
            files: list[File] = []
            for record in seed.read(list(seed.files)):
                try:
                    files += module.write([record]) if isinstance(record, Document) else ()
                except MedinstructError:
                    continue  # which this format cannot hold
            if files:
                yield Seed(f"{seed.name}→{name}", _small(files), partial(module.read, **module.FORMAT.written))


def _small(files: list[File]) -> Bundle:
    """Return a few of many files: those that share their stem with the first, a middle and the last one, and those
    whose kind is rare; large ones cut.
    """
    if len(files) > MAX_FILES:
        kinds = Counter(file.suffix for file in files)
        stems = {files[at].stem for at in range(0, len(files), max(len(files) // STEMS, 1))}
        files = [file for file in files if file.stem in stems or kinds[file.suffix] <= 2][:MAX_FILES]
    return tuple(File(file.name, _cut(file)) for file in files)


def _cut(file: File) -> bytes:
    """Return a file cut to about `MAX_BYTES` so that it is still one of its kind."""
    if len(file.data) <= MAX_BYTES or file.data[:4] in (b"PK\x03\x04", b"PAR1"):
        return file.data
    if file.suffix in {".json", ".jsonl"} and file.data.lstrip()[:1] in (b"{", b"["):
        try:
            return json.dumps(_fewer(json.loads(file.data))).encode()
        except ValueError:
            pass  # lines of JSON
    if file.suffix in {".xml", ".knowtator"}:
        return _closed(file.data)
    end = file.data.find(b"\n", MAX_BYTES) + 1
    return file.data[: end or MAX_BYTES]


def _fewer(value: Any, least: int = 4) -> Any:
    """Return a value of JSON with the first few members of each list or object of many."""
    if isinstance(value, list):
        return [_fewer(each) for each in value[:least]]
    if isinstance(value, dict):
        return {key: _fewer(value[key]) for key in list(value)[: max(least, 12)]}
    return value


TAG = re.compile(rb"<(/?)([A-Za-z_][^\s/>]*)[^>]*?(/?)>")


def _closed(data: bytes) -> bytes:
    """Return the beginning of an XML file, its open elements closed."""
    stack: list[bytes] = []
    for tag in TAG.finditer(data):
        if tag[1]:
            del stack[-1:]
            if tag.end() > MAX_BYTES:
                return data[: tag.end()] + b"".join(b"</%s>" % name for name in reversed(stack))
        elif not tag[3]:
            stack.append(tag[2])
    return data
