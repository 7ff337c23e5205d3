"""Where a build works and where its result goes: alone, beside its place, and never over what is not its own."""

from __future__ import annotations

import contextlib
import errno
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from medinstruct import artefact, lock
from medinstruct.errors import BuildError, MedinstructError, WorkerLost


@contextlib.contextmanager
def alone(base: Path, name: str, kind: str) -> Iterator[Path]:
    """Yield a folder beside the result for parts and drafts, held by a lock that ends with the process.

    `kind` tells builds into the same place apart that read other data.

    What an interrupted build left there is found again by the next one of the same kind; what a failed one left is of
    no use and goes.
    """
    work = base / f".{name}.{kind}.building"
    busy = BuildError(f"another build is writing {base / name}", next="wait for it, or give another --out")
    with lock.held(base / name, busy):
        work.mkdir(exist_ok=True)
        try:
            yield work
        except WorkerLost:
            raise
        except MedinstructError:
            shutil.rmtree(work, ignore_errors=True)
            raise


@contextlib.contextmanager
def errors_told(base: Path) -> Iterator[None]:
    """Tell what the operating system refuses as an error of ours, with what to do."""
    try:
        yield
    except OSError as error:
        next = NEXT.get(error.errno or 0, "")
        what = error.strerror or str(error)
        raise BuildError(f"cannot read or write: {what}", where=str(error.filename or base), next=next) from error


NEXT = {
    errno.ENOSPC: "make room and start again; finished parts are kept",
    errno.EACCES: "see who may read and write there, or give another --out",
    errno.EROFS: "give another --out",
}
"""What to do about an error of the operating system."""


OURS = ("data", "plots", "manifest.json", "ledger.json", "README.md", "removed.parquet", "watched.parquet")
"""What a build puts into its folder; nothing else there is ever touched."""


def refuse_foreign(out: Path) -> None:
    """Refuse a place that holds something that is no build."""
    if out.is_file() or (out.is_dir() and not (out / "manifest.json").is_file() and any(out.iterdir())):
        raise BuildError(f"{out} holds something that is no build", next="give another --out")


def put(folder: Path, out: Path, digest: str, force: bool) -> None:
    """Put the finished files into their place; the same build stays as it stands, another one needs `force`."""
    refuse_foreign(out)
    if (out / "manifest.json").is_file():
        if artefact.load(out).digest == digest:
            return
        if not force:
            raise BuildError(f"{out} holds another build", next="--force replaces a build")
    out.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    for name in OURS:
        if (out / name).exists():
            (out / name).rename(aside / name)
    for name in OURS:
        if (folder / name).exists():  # nothing is listed as removed where nothing was
            (folder / name).rename(out / name)
    shutil.rmtree(aside)
