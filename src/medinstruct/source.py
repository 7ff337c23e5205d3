"""The files of a source, plain or packed, read without unpacking anything to disk.

A folder is walked in the order of names; `.zip`, `.tar`, `.tar.gz`, `.tgz` and `.gz` found on the way are looked into
as if they were folders. A file is named by its path below the folder, archives included, and chosen by patterns that
match from the right:

    corpora/bionlp09/bionlp09.tar.gz        holds  devel/10089566.txt, devel/10089566.a1, …
    select(Path("corpora/bionlp09"), ["devel/*.a1"])   →  File("bionlp09.tar.gz/devel/10089566.a1"), …

Archives are hostile until proved otherwise: names that lead out of the archive, links, devices, and what unpacks to
far more than it weighs are refused (`UnsafeInput`). One that is cut off or damaged is told (`FormatError`), never
read as far as it goes.
"""

from __future__ import annotations

import bz2
import errno
import fnmatch
import gzip
import hashlib
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path, PureWindowsPath
from typing import IO, Protocol, Self, cast

from medinstruct.errors import FormatError, Place, UnsafeInput

MAX_MEMBERS = 1_000_000
"""Members of one archive; more is refused."""
MAX_MEMBER_BYTES = 4 << 30
"""Size of one unpacked file; more is refused."""
MAX_RATIO = 250
"""Unpacked over packed size beyond which an archive of more than `BOMB_BYTES` is refused; text packs to about a
quarter.
"""
BOMB_BYTES = 64 << 20
CHUNK = 1 << 20

PASSED_OVER = ("_upstream", "__MACOSX")
"""Folders that hold notices and not data; like hidden ones they are not looked into."""
HIDDEN = re.compile(rf"(?:\A|/)(?:\.|(?:{'|'.join(PASSED_OVER)})(?:/|\Z))")
PLAIN = re.compile(r"(?!\.\.?(?:/|\Z))[^/\\:\0]+(?:/(?!\.\.?(?:/|\Z))[^/\\:\0]+)*")
"""A name that leads nowhere but down, on any system, and is spelled in one way."""

Member = tuple[str, Callable[[], bytes]]
"""A file's name below the folder, and what reads it, to be called before the next one is asked for."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source, its bytes at hand."""

    name: str
    """Path below the folder of the source, with `/`, archives and what is in them included."""
    data: bytes

    @property
    def stem(self) -> str:
        """The file's own name up to its last dot."""
        name = self.name.rpartition("/")[2]
        return name.removesuffix(self.suffix)

    @property
    def suffix(self) -> str:
        """The file's last suffix with its dot."""
        name = self.name.rpartition("/")[2]
        at = name.rfind(".")
        return name[at:] if 0 < at < len(name) - 1 else ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def text(self, encoding: str = "utf-8-sig", errors: str = "strict") -> str:
        """The decoded text; line ends stay as they are, a byte order mark goes. `errors` is that of `bytes.decode`.

        Raises:
            FormatError: if the bytes are not in `encoding`, with the line.
        """
        try:
            if encoding == "utf-8-sig":  # whose decoder is written in Python
                return self.data.decode("utf-8", errors).removeprefix("\ufeff")
            return self.data.decode(encoding, errors)
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            bad = error.object[error.start : error.start + 4]
            raise FormatError(f"bytes {bad!r} are not {encoding}", where=Place(self.name, line)) from error

    def lines(self, encoding: str = "utf-8-sig", errors: str = "strict") -> list[str]:
        """The lines without their ends, which may be LF or CRLF; a last empty one is left out.

        Unlike `str.splitlines` this keeps form feeds and Unicode line separators, which stand inside medical text.
        """
        text = self.text(encoding, errors)
        lines = text.split("\n")
        if "\r" in text:
            lines = [line.removesuffix("\r") for line in lines]
        return lines[:-1] if not lines[-1] else lines


def select(folder: Path, patterns: Sequence[str]) -> Iterator[File]:
    """Yield the files below `folder` that match any of `patterns`, in the order of their names.

    A pattern matches from the right, part by part: `train/*.txt` finds `pubtator/train/a.txt`. Archives are read
    from front to back. Hidden files and `PASSED_OVER` are not seen, nor is `a.txt.gz` beside `a.txt`.

    Raises:
        UnsafeInput: for an archive that no honest distributor would pack.
        FormatError: for one that is cut off, damaged or encrypted.
    """
    matches = _matcher(tuple(patterns))
    for name, path in _walk(folder):
        with _telling(name):
            found = [File(inside, read()) for inside, read in _members(name, path) if matches(inside)]
        yield from sorted(found, key=attrgetter("name"))


def everything(path: Path) -> Iterator[File]:
    """Yield the files of a folder, of an archive or the file itself, as `select` does.

    Raises:
        UnsafeInput: for an archive that no honest distributor would pack.
        FormatError: for one that is cut off, damaged or encrypted.
    """
    if path.is_dir():
        yield from select(path, ["*"])
        return
    with _telling(path.name):
        found = [File(name, read()) for name, read in _members(path.name, str(path))]
    yield from sorted(found, key=attrgetter("name"))


def exists(folder: Path, patterns: Sequence[str]) -> bool:
    """Whether `folder` holds a file for any of `patterns`; reads none, and raises what `select` does."""
    matches = _matcher(tuple(patterns))
    for name, path in _walk(folder):
        with _telling(name):
            if any(matches(inside) for inside, _ in _members(name, path)):
                return True
    return False


def digest(files: Iterable[File]) -> str:
    """SHA-256 over the base names and contents of `files`, whatever the folders or archives they lie in."""
    total = hashlib.sha256()
    for key, sha256 in sorted((file.name.rpartition("/")[2], file.sha256) for file in files):
        total.update(f"{key}\0{sha256}\n".encode())
    return total.hexdigest()


def _walk(folder: Path) -> list[tuple[str, str]]:
    """The files below a folder by their names there, each with its path, in the order of the names."""
    found: dict[str, str] = {}
    root = os.path.join(folder, "")
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not HIDDEN.match(name)]
        for path in (os.path.join(place, name) for name in files if not HIDDEN.match(name)):
            if os.path.isfile(path):
                found[_spelled(path.removeprefix(root))] = path
    return sorted((name, path) for name, path in found.items() if not (name.endswith(".gz") and name[:-3] in found))


def _spelled(path: str) -> str:
    """The path with `/`, and with U+FFFD for bytes that are no UTF-8: a name must go into files and tables."""
    return path.replace(os.sep, "/").encode(errors="surrogateescape").decode(errors="replace")


@lru_cache(maxsize=256)
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return what tells whether a name matches one of `patterns` from the right, part by part."""
    wanted = [[re.compile(fnmatch.translate(part)).match for part in reversed(each.split("/"))] for each in patterns]

    def matches(name: str) -> bool:
        parts = name.split("/")[::-1]
        return any(len(each) <= len(parts) and all(fits(part) for fits, part in zip(each, parts)) for each in wanted)

    return matches


DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, IndexError, NotImplementedError,
    RecursionError, OSError,
)  # fmt: skip
"""What the libraries raise of an archive that is cut off or damaged. Bytes changed at random bring forth all but two of them:
NotImplementedError is what `zipfile` says of a compression it lacks, ValueError comes of names and sparse maps that are none,
OSError of bzip2 and gzip, RecursionError of thousands of long names in a row. struct.error and IndexError were not seen so; they
stand here because headers are unpacked and indexed by lengths that the archive itself tells.
"""


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Tell what the libraries raise on an archive that is cut off or damaged."""
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's fault, not the archive's
        raise FormatError(f"cannot be unpacked: {error}", where=name, next="fetch it again") from error


def _members(name: str, path: str) -> Iterator[Member]:
    """What a file holds: its members if it is an archive, else itself."""
    lower = name.lower()
    unpack = next((unpack for suffix, unpack in UNPACKERS.items() if lower.endswith(suffix)), None)
    if unpack is None:
        yield name, Path(path).read_bytes
    else:
        yield from ((inside, read) for inside, read in unpack(name, path) if not HIDDEN.search(inside))


def _zip(name: str, path: str) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        allowance = _Allowance(name, os.stat(path).st_size)
        for count, member in enumerate(archive.infolist(), start=1):
            inside = _safe_name(name, member.filename, count)
            kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where no Unix packed it
            _refuse_odd(name, inside, stat.S_ISLNK(kind), kind not in (0, stat.S_IFREG, stat.S_IFDIR))
            if not member.filename.endswith(("/", "\\")):
                yield f"{name}/{inside}", partial(_from_zip, archive, member, allowance)


def _from_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: _Allowance) -> bytes:
    if member.flag_bits & 0x1:
        raise FormatError(f"{member.filename!r} is encrypted", where=allowance.name, next="unpack it by hand")
    with archive.open(member) as stream:
        return allowance.read_all(stream)


def _tar(name: str, path: str) -> Iterator[Member]:
    """Files as they come, read where they were found to stand."""
    stamp = os.stat(path)
    with _open(path) as stream:
        onward = _Onward(_Held(stream, _Allowance(name, stamp.st_size)))
        names, places = _contents(name, path, stamp.st_size, stamp.st_mtime_ns)
        for inside, at, size in zip(names.split("\0") if names else (), places[::2], places[1::2]):
            yield f"{name}/{inside}", partial(onward.read, at, size)


@lru_cache(maxsize=16)
def _contents(name: str, path: str, packed: int, changed: int) -> tuple[str, array[int]]:
    """Return the names of the files of a tar, with NUL between them, and start and size of each, once it was seen to be
    whole and harmless.

    Kept as long as the tar does not change: the splits of a corpus stand in one, and the headers of its thousands of
    small files cost far more than what is in them. So it is kept small: a tar may hold a million. The allowance counts
    headers too, and what is passed over.
    """
    names: list[str] = []
    places = array("q")
    with _open(path) as stream:
        held = cast("IO[bytes]", _Held(stream, _Allowance(name, packed)))  # `tarfile` calls `read` alone of a stream
        with tarfile.open(fileobj=held, mode="r|", tarinfo=_TarMember, errors="replace") as archive:
            for count, member in enumerate(archive, start=1):
                inside = _safe_name(name, member.name, count)
                is_odd = not (member.isreg() or member.isdir()) or member.issparse()
                _refuse_odd(name, inside, member.issym() or member.islnk(), is_odd)
                _refuse_giant(name, member.size)  # before `tarfile` passes over what may not be there
                if not member.isdir():
                    names.append(inside)
                    places.extend((member.offset_data, member.size))
        while held.read(CHUNK):  # behind the tar stands the check sum of what packed it
            pass
    return "\0".join(names), places


class _Onward:
    """A stream that is read at places further and further on."""

    def __init__(self, stream: _Readable) -> None:
        self.stream, self.at = stream, 0

    def read(self, at: int, size: int) -> bytes:
        while self.at < at:
            self._take(min(at - self.at, CHUNK))
        return b"".join(self._pieces(size))

    def _pieces(self, size: int) -> Iterator[bytes]:
        end = self.at + size
        while self.at < end:
            yield self._take(end - self.at)

    def _take(self, size: int) -> bytes:
        if not (data := self.stream.read(size)):
            raise EOFError("it ends before what it holds")
        self.at += len(data)
        return data


ORDINARY = re.compile(
    rb"""(?=([\x20-\x7e]{1,99})\0)[\x20-\x7e\0]{100}  # name
    (?:[0-7]{7}\0){3}                              # mode, owner, group
    ([0-7]{11})\0[0-7]{11}\0                       # size, time
    ([0-7]{6})\0\x20                               # check sum
    0\0{100}                                       # a file, no link
    ustar(?:\x20\x20\0|\x0000)[\x20-\x7e\0]{64}    # names of owner and group
    (?:\0{16}|(?:0{7}\0){2})\0{167}                # no device, nothing before the name""",
    re.VERBOSE,
)
"""The header of a file that needs none of tar's extensions, as nearly all are, whoever packed them."""


class _TarMember(tarfile.TarInfo):
    """A member whose broken header is an error wherever it stands: `tarfile` takes all but the first for the end of
    the archive. An ordinary one is read in one step, as there are tens of thousands; any other is left to `tarfile`.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        plain = ORDINARY.fullmatch(buf)
        if plain and int(plain[3], 8) == sum(buf[:148] + b" " * 8 + buf[156:]):  # the check sum takes itself for blanks
            member = cls(plain[1].decode("ascii"))
            member.size = int(plain[2], 8)
            return member
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # the mark of the end
            raise tarfile.ReadError(f"{error}") from error


def _gz(name: str, path: str) -> Iterator[Member]:
    def read() -> bytes:
        if not (size := os.stat(path).st_size):
            raise EOFError("it is empty")  # which `gzip` takes for an empty file
        with gzip.open(path) as stream:
            return _Allowance(name, size).read_all(stream)

    yield name[:-3], read


UNPACKERS = {".zip": _zip, ".tar": _tar, ".tar.gz": _tar, ".tgz": _tar, ".tar.bz2": _tar, ".tar.xz": _tar, ".gz": _gz}
"""By suffix; the first that fits counts."""

OPENERS: dict[bytes, Callable[[str], object]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
"""How a tar was compressed, by its first bytes: its name is wrong often enough."""


def _open(path: str) -> IO[bytes]:
    with open(path, "rb") as file:
        magic = file.read(6)
    opener = next((opener for first, opener in OPENERS.items() if magic.startswith(first)), partial(open, mode="rb"))
    return cast("IO[bytes]", opener(path))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Allowance:
    """What an archive may still unpack to."""

    def __init__(self, name: str, packed: int) -> None:
        self.name, self.packed, self.unpacked = name, packed, 0

    def take(self, number: int) -> None:
        self.unpacked += number
        if self.unpacked > max(BOMB_BYTES, MAX_RATIO * self.packed):
            raise UnsafeInput(
                f"unpacks to {self.unpacked:,} bytes or more from {self.packed:,}", where=self.name, next=_HINT
            )

    def read_all(self, stream: _Readable) -> bytes:
        """Read a stream to its end, but no further than allowed, whatever its header promised."""
        held, out = _Held(stream, self), io.BytesIO()
        while chunk := held.read(CHUNK):
            out.write(chunk)
            _refuse_giant(self.name, out.tell())
        return out.getvalue()


class _Held:
    """A stream of what is unpacked, as far as the allowance goes."""

    def __init__(self, stream: _Readable, allowance: _Allowance) -> None:
        self.stream, self.allowance = stream, allowance

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.allowance.take(len(data))
        return data


_HINT = "such an archive is not read; unpack it by hand if you trust it"


def _safe_name(archive: str, member: str, count: int) -> str:
    """The name of the member number `count`, with `/`; Windows' way of reading a name covers that of all others."""
    if count > MAX_MEMBERS:
        raise UnsafeInput(f"more than {MAX_MEMBERS:,} members", where=archive, next=_HINT)
    if PLAIN.fullmatch(member):
        return member
    if "\0" in member:
        raise UnsafeInput(f"{member!r} is no name of a file", where=archive, next=_HINT)
    path = PureWindowsPath(member)
    if path.anchor or ".." in path.parts:
        raise UnsafeInput(f"{member!r} leads out of the archive", where=archive, next=_HINT)
    return path.as_posix()


def _refuse_odd(archive: str, member: str, is_link: bool, is_odd: bool) -> None:
    if is_link or is_odd:
        what = "a link" if is_link else "neither a file nor a folder"
        raise UnsafeInput(f"{member!r} is {what}", where=archive, next=_HINT)


def _refuse_giant(archive: str, size: int) -> None:
    if not 0 <= size <= MAX_MEMBER_BYTES:
        raise UnsafeInput(f"a member of {size:,} bytes", where=archive, next=_HINT)
