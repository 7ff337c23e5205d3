"""The only room that knows the network for corpora: an address into the cache, checked by hash.

Quick to give up: `HF_HUB_OFFLINE` or `MEDINSTRUCT_OFFLINE` forbid it, and after one server that could not be reached
no other is tried in the same process, so that a machine without a network loses seconds, not minutes.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Protocol

from medinstruct.errors import MedinstructError

TIMEOUT_S = 10
MAX_BYTES = 20 << 30
CHUNK = 1 << 20

_unreachable: set[str] = set()


class Source(Protocol):
    """Where a file is served: `Download` in corpus.py."""

    @property
    def url(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def is_allowed() -> bool:
    """Whether addresses may be asked at all."""
    return not any(
        os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}
        for name in ("HF_HUB_OFFLINE", "MEDINSTRUCT_OFFLINE")
    )


def fetch(source: Source, folder: Path) -> Path | None:
    """Return the file of a source in `folder`, fetched if it is not there yet; None if its server cannot be reached, or stops
    before the file's end.

    Raises:
        MedinstructError: if what came is not what its hash says; nothing is kept then.
    """
    path = folder / source.file
    if path.is_file():
        return path
    if not is_allowed() or _unreachable:
        return None
    if not source.url.startswith(("https://", "http://")):
        raise MedinstructError(f"{source.url} is no web address")
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        found = _copy(source.url, unfinished)
        if source.sha256 and found != source.sha256:
            raise MedinstructError(
                f"{source.url} has sha256 {found}, expected {source.sha256}; it was deleted",
                next="the file changed at its source, or was changed on its way: try again, or get it by hand",
            )
        unfinished.replace(path)
    except urllib.error.HTTPError:
        return None  # this server answers, and has no such file
    except (
        urllib.error.URLError,
        TimeoutError,
        ConnectionError,
        http.client.IncompleteRead,
        http.client.BadStatusLine,
    ):
        _unreachable.add(source.url)
        return None
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _copy(url: str, path: Path) -> str:
    """Copy what an address serves into a file and return its SHA-256.

    Raises:
        http.client.IncompleteRead: if less came than was announced; read in chunks, the library takes that for the end.
    """
    total, size = hashlib.sha256(), 0
    request = urllib.request.Request(url, headers={"User-Agent": "medinstruct"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer, open(path, "wb") as out:
        while chunk := answer.read(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise MedinstructError(f"{url} serves more than {MAX_BYTES:,} bytes")
            total.update(chunk)
            out.write(chunk)
        announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and size < int(announced):
        raise http.client.IncompleteRead(b"", int(announced) - size)
    return total.hexdigest()
