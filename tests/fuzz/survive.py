"""Reading one input within limits: what comes of it, and the smallest input that still goes the same wrong way."""

from __future__ import annotations

import resource
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medinstruct import source
from medinstruct.errors import MedinstructError
from medinstruct.formats.draft import Broken, Read
from medinstruct.source import File

MAX_CPU_S = 8.0
"""Time that one input of at most a megabyte or so may take; who needs more hangs, or takes the square of it."""
MAX_MEMORY = 3 << 30
"""Bytes that the process may ask for beyond what it holds at the beginning."""

Reader = Callable[[list[File]], Iterable[Read]]


@dataclass(frozen=True)
class Crash:
    """What went wrong, and where."""

    kind: str
    """Exception and the innermost place in medinstruct: `KeyError at formats/rows.py:98 named`."""
    trace: str


class TooSlow(BaseException):
    """An input took more than its time; no reader may catch it."""


def survive(read: Reader, files: list[File], counts: Counter[str] | None = None) -> Crash | None:
    """Read the files; return what a reader may not do: raise what is not ours, take for ever, yield what is unsound.

    Args:
        read: The reader.
        files: What it reads.
        counts: Is told how many records came of it, and how many were broken or refused.
    """
    counts = Counter() if counts is None else counts
    try:
        with _in_time():
            for record in read(files):
                counts["broken" if isinstance(record, Broken) else "records"] += 1
                _see_through(record)
    except MedinstructError as error:
        counts["refused"] += 1
        return _told(error)
    except (Exception, TooSlow) as error:  # whatever it is, it is what is looked for
        return _crash(error)
    return None


def unpack(files: list[File]) -> Iterator[Read]:
    """Read archives as `source.select` does; for what is fuzzed before any format."""
    with tempfile.TemporaryDirectory(prefix="medinstruct-fuzz-") as folder:
        for file in files:
            (Path(folder) / file.name).write_bytes(file.data)
        before = sorted(Path(folder).parent.glob("x.txt"))
        for file in source.select(Path(folder), ["*"]):
            file.name.encode()
        if sorted(Path(folder).parent.glob("x.txt")) != before or len(list(Path(folder).iterdir())) != len(files):
            raise AssertionError("something was unpacked to disk")
    yield from ()


def _see_through(record: Read) -> None:
    """Do with a record what its users do: write it, quote its faults."""
    if isinstance(record, Broken):
        str(record.error()).encode()
        return
    again = type(record).model_validate_json(record.model_dump_json())
    if again != record:
        raise AssertionError("a record is not what it says when written")


def _told(error: MedinstructError) -> Crash | None:
    try:
        str(error).encode()
    except UnicodeEncodeError as bad:
        return _crash(bad)
    return None


def _crash(error: BaseException) -> Crash:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/medinstruct/" in frame.filename]
    place = ""
    if frames:
        name = frames[-1].filename.rpartition("/medinstruct/")[2]
        place = f" at {name} {frames[-1].name}: {frames[-1].line}"
    trace = "".join(traceback.format_exception(error, limit=-12))
    return Crash(f"{type(error).__name__}{'' if isinstance(error, TooSlow) else place}", trace[-6_000:])


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise TooSlow when the time of the processor is up; where C code never looks, the kernel ends the process."""

    def late(*_: object) -> None:
        raise TooSlow(f"more than {MAX_CPU_S} s")

    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, MAX_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def limit_memory() -> None:
    """Let this process, which should be a child made for it, ask for no more than `MAX_MEMORY`."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def shrink(read: Reader, files: list[File], kind: str, tries: int = 400) -> list[File]:
    """Return a smaller bundle that goes wrong in the same way: without files, lines and bytes that do not matter."""
    left = tries

    def still(candidate: list[File]) -> bool:
        nonlocal left
        left -= 1
        found = survive(read, candidate) if left > 0 else None
        return found is not None and found.kind == kind

    files = _fewer(files, still)
    for at, file in enumerate(files):
        for joint, pieces in ((b"\n", file.data.split(b"\n")), (b"", [])):
            before, after = files[:at], files[at + 1 :]
            pieces = pieces or [bytes([byte]) for byte in files[at].data]

            def put(
                pieces: list[bytes],
                joint: bytes = joint,
                before: list[File] = before,
                name: str = file.name,
                after: list[File] = after,
            ) -> list[File]:
                return [*before, File(name, joint.join(pieces)), *after]

            files = put(_fewer(pieces, lambda pieces, put=put: still(put(pieces))))
    return files


def _fewer(pieces: list[Any], still: Callable[[list[Any]], bool]) -> list[Any]:
    """Return a part of the pieces for which `still` holds: halves are left out, then quarters, and so on down to one."""
    step = max(len(pieces) // 2, 1)
    while pieces and step:
        start = 0
        while start < len(pieces):
            if still(shorter := pieces[:start] + pieces[start + step :]):
                pieces = shorter
            else:
                start += step
        step //= 2
    return pieces
