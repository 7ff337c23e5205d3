"""How fast the readers are, beside those the field uses, on the same real files in one run.

    python bench/readers.py --data DIR [--bigbio CHECKOUT] [--write]

Every reader begins with paths and ends when its last document is there and dropped: ours with checked Documents, in
which every mention quotes its text; `bioc` (PubTator, BioC XML, BioC JSON, BRAT) and `parse_brat_file` of BigBIO (BRAT,
BioNLP-ST) with objects that nobody has looked at. `bioc` is asked in its faster way where it has two. Archives are
unpacked to a temporary folder before. A file that one of the readers of its format cannot read is left out for all of
them, and told; a reader that takes none of the files is not compared. Each round times all readers one after the other,
in seconds of the processor, so that a busy machine is no matter; figures are medians of the rounds, garbage collection
is as Python has it. `--bigbio` is a checkout of https://github.com/bigscience-workshop/biomedical.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import platform
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from medinstruct import source
from medinstruct.formats import bioc_json, bioc_xml, bionlp_st, brat, conll, pubtator
from medinstruct.formats.bioc import Dialect
from medinstruct.formats.draft import Broken
from medinstruct.source import File

RESULTS = Path(__file__).parent / "results" / "readers.md"

Paths = list[Path]
"""The files of one record or file: the path of the text first."""
Reader = Callable[[list[Paths]], Iterable[object]]


class Task(NamedTuple):
    """A format, its files, and who reads them."""

    format: str
    patterns: tuple[tuple[str, str], ...]
    """Folder of a corpus and pattern of the files in it."""
    sheets: tuple[str, ...]
    """Suffixes of the files beside each one that is found."""
    ours: Reader
    others: dict[str, Reader]


def files(records: list[Paths]) -> Iterator[File]:
    """Yield the files of all records, read one by one."""
    for paths in records:
        for path in paths:
            with open(path, "rb", buffering=0) as file:
                yield File(path.name, file.read())


def bioc_of(name: str, function: str, mode: str = "r") -> Reader:
    """Return a reader of the module `bioc.<name>` that takes an open file."""

    def read(records: list[Paths]) -> Iterator[object]:
        call = getattr(importlib.import_module(f"bioc.{name}"), function)
        for [path] in records:
            with path.open(mode, encoding=None if "b" in mode else "utf-8") as stream:
                yield from documents if not hasattr(documents := call(stream), "documents") else documents.documents

    return read


def bioc_brat(records: list[Paths]) -> Iterator[object]:
    """The records as bioc's BRAT module has them."""
    load = importlib.import_module("bioc.brat").load
    for text, *sheets in records:
        lines = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
        with text.open(encoding="utf-8") as stream:
            yield load(stream, io.StringIO(lines), text.stem)


def bigbio_brat(records: list[Paths]) -> Iterator[object]:
    """The records as BigBIO's function has them."""
    parse = importlib.import_module("bigbio.utils.parsing").parse_brat_file
    for text, *sheets in records:
        yield parse(text, [sheet.suffix for sheet in sheets])


TASKS = (
    Task(
        "PubTator",
        (("bc5cdr", "*.PubTator.txt"), ("gnormplus", "*.PubTator"), ("linnaeus", "*.PubTator"), ("ncbi-disease", "NCBI*.txt"),
         ("nlm-gene", "*.PubTator"), ("tmvar3", "*.PubTator"), ("biored", "*.PubTator")),
        (),
        lambda records: pubtator.read(files(records)),
        {"bioc": bioc_of("pubtator", "iterparse")},
    ),
    Task(
        "BioC XML",
        (("biored", "*.BioC.XML"), ("euadr", "*.bioc.xml"), ("bc5cdr", "*.BioC.xml")),
        (),
        lambda records: bioc_xml.read(files(records), dialect=Dialect(joined=True)),
        {"bioc": bioc_of("biocxml", "load", "rb"), "bioc, streamed": bioc_of("biocxml", "BioCXMLDocumentReader", "rb")},
    ),
    Task(
        "BioC JSON",
        (("biored", "*.BioC.JSON"),),
        (),
        lambda records: bioc_json.read(files(records)),
        {"bioc": bioc_of("biocjson", "load")},
    ),
    Task(
        "BRAT",
        (("anatem", "*.txt"), ("jnlpba", "*.txt"), ("nerel-bio", "*.txt"), ("pharmaconer", "*.txt"), ("ddi2013", "*.txt")),
        (".ann",),
        lambda records: brat.read(files(records)),
        {"bioc": bioc_brat, "bigbio": bigbio_brat},
    ),
    Task(
        "BioNLP-ST",
        (("bionlp09", "*.txt"), ("bionlp11-epi", "*.txt"), ("bionlp11-id", "*.txt"), ("bionlp13-cg", "*.txt"),
         ("bionlp13-ge", "*.txt"), ("bionlp13-pc", "*.txt")),
        (".a1", ".a2"),
        lambda records: bionlp_st.read(files(records)),
        {"bioc": bioc_brat, "bigbio": bigbio_brat},
    ),
    Task(
        "CoNLL",
        (("ncbi-disease", "conll/*.tsv"), ("bc5cdr", "conll/*.tsv")),
        (),
        lambda records: conll.read(files(records)),
        {},
    ),
)  # fmt: skip


def find(task: Task, data: Path, folder: Path) -> list[Paths]:
    """Return the records of a task as paths, after unpacking them below `folder`."""
    records: list[Paths] = []
    for corpus, pattern in task.patterns:
        found: dict[str, File] = {}
        for suffix in ("", *task.sheets):
            wanted = f"{Path(pattern).with_suffix(suffix)}" if suffix else pattern
            found |= {file.name: file for file in source.select(data / corpus, [wanted])}
        for name in sorted(name for name in found if Path(name).match(pattern)):
            names = [name, *(str(Path(name).with_suffix(suffix)) for suffix in task.sheets)]
            if all(each in found for each in names):
                records.append([_put(folder / task.format / corpus / each, found[each].data) for each in names])
    return records


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def readable(read: Reader, records: list[Paths]) -> tuple[list[Paths], list[str]]:
    """Return the records that a reader takes without an error, and what it says of the others."""
    kept, told = [], []
    for record in records:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                broken = [each for each in read([record]) if isinstance(each, Broken)]
            if broken and len(records) > 100:  # one document per record: it is this one
                told.append(f"{record[0].name}: {broken[0].reason}")
                continue
            told += [f"{record[0].name}: {each.id}: {each.reason}" for each in broken]
            kept.append(record)
        except Exception as error:  # whatever another's reader raises is told
            told.append(f"{record[0].name}: {type(error).__name__}")
    return kept, told


def seconds(read: Reader, records: list[Paths]) -> float:
    """Return how long a reader takes, in seconds of the processor."""
    before = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):  # bioc prints what it cannot parse
        deque(read(records), maxlen=0)
    return time.process_time() - before


def measure(task: Task, data: Path, folder: Path, rounds: int) -> dict[str, Any]:
    """Return the size of the files of a task, what was left out, and the MB/s of each reader."""
    records, left_out = find(task, data, folder), dict[str, list[str]]()
    readers = {"medinstruct": task.ours, **task.others}
    for name, read in list(readers.items()):
        kept, left_out[name] = readable(read, records)
        if kept:
            records = kept
        else:
            del readers[name]
    megabytes = sum(path.stat().st_size for paths in records for path in paths) / 1e6
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            times[name].append(seconds(read, records))
    speeds = {name: megabytes / median(taken) for name, taken in times.items()}
    return {"format": task.format, "records": len(records), "MB": megabytes, "left out": left_out, "MB/s": speeds}


def table(found: list[dict[str, Any]]) -> str:
    """Return the figures as a table, each of the others' with ours as a multiple of it."""
    lines = [
        "| format | files | MB | medinstruct | others (ours ÷ theirs) | left out |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in found:
        speeds = dict(one["MB/s"])
        ours = speeds.pop("medinstruct")
        others = "; ".join(f"{name} {speed:.1f} (×{ours / speed:.2f})" for name, speed in speeds.items())
        out = "; ".join(f"{name} {len(why)}" for name, why in one["left out"].items() if why)
        lines.append(
            f"| {one['format']} | {one['records']:,} | {one['MB']:.1f} | {ours:.1f} | {others or '–'} | {out or '–'} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Return processor, Python and the versions of what was compared."""
    cpu = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    packages = ", ".join(f"{name} {version(name)}" for name in ("medinstruct", "pydantic", "bioc", "lxml"))
    return f"{len(cpu)} × {cpu[0] if cpu else platform.processor()}, Python {platform.python_version()}, {packages}"


def _lines(path: Path) -> list[str]:
    return path.read_text().split("\n") if path.exists() else []


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of real corpora")
    parser.add_argument("--bigbio", type=Path, help="checkout of BigBIO; without it, it is not compared")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="formats, parted by commas")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    if options.bigbio:
        sys.path.insert(0, str(options.bigbio))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for task in TASKS:
            if options.only and task.format not in options.only.split(","):
                continue
            if not options.bigbio:
                task.others.pop("bigbio", None)
            found.append(measure(task, options.data, Path(folder), options.rounds))
            print(table(found[-1:]).split("\n")[-1], flush=True)
    text = f"# Readers\n\n{(__doc__ or '').partition(chr(10))[0]}\n\n{table(found)}\n\nMB/s; {machine()}; median of {options.rounds}.\n"
    text += "\nLeft out for all readers of a format, because one of them fails there (for whole files, of ours: the records it calls broken):\n\n"
    for one in found:
        text += "".join(f"- {one['format']}, {name}: {len(why)}\n" for name, why in one["left out"].items() if why)
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
