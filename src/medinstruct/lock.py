"""Locks on files, one process at a time; the system lets go of them when a process ends, however it ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from medinstruct.errors import MedinstructError

UNKNOWN = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What file systems say that know no locks: some of networks, some of clouds."""


def take(file: IO[bytes], *, waits: bool = False) -> bool:
    """Hold an open file until it is closed, and return whether it could be: not, if another process holds it.

    Where the system or the file system knows no locks, it counts as held.

    Args:
        file: Any; what it holds is not touched.
        waits: Come back only when it is held.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in UNKNOWN:
            raise
    return True


@contextmanager
def held(place: Path, busy: MedinstructError | None = None) -> Iterator[None]:
    """Hold a place where something is to be written, by an empty file beside it that goes when it is let go.

    Args:
        place: A file or folder, here or not; where it stands is made.
        busy: Raised if another process holds it; left out, that one is waited for.
    """
    place = place.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    path = place.with_name(f".{place.name}.lock")
    while True:
        with path.open("wb") as file:
            if not take(file, waits=busy is None):
                assert busy is not None
                raise busy
            if not _is_at(file, path):  # whoever held it took it away in the meantime: a third may hold a new one
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
