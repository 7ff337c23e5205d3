"""Archives with tricks: names that lead out, links, devices, bombs, headers that lie, and plain damage."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import warnings
import zipfile
from random import Random

from medinstruct.source import File

from .mutate import damage


def pack(files: list[File], rng: Random) -> File:
    """Return an archive of the files, with a trick of those that archives know, and at times spoiled."""
    kind = rng.choice(("zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "gz"))
    if kind == "zip":
        data = _zip(files, rng)
    elif kind == "gz":
        data = gzip.compress(files[0].data if files else b"", mtime=0)
    else:
        data = _tar(files, rng, kind.removeprefix("tar").removeprefix("."))
    if rng.random() < 0.6:
        data = damage(data, rng)
    return File(f"a.{rng.choice((kind, kind, kind, 'zip', 'tar.gz'))}", data)


NAMES = [
    "../x.txt", "/etc/x.txt", "C:\\x.txt", "a\\..\\..\\x.txt", "\\\\host\\x", "", ".", "a/", "a\0b.txt", "a\nb.txt", "é.txt",
    "x" * 300, "a/" * 2_000 + "x.txt", ".hidden.txt", "._a.txt", "CON", "\ud800.txt", "a.zip", "a.tar",
]  # fmt: skip


def _zip(files: list[File], rng: Random) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")  # that a name stands twice
        for file in files:
            archive.writestr(
                file.name, file.data, rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
            )
        match rng.randrange(20):
            case 0:
                archive.writestr("bomb.txt", bytes(100 << 20), zipfile.ZIP_DEFLATED, compresslevel=1)
            case 1 | 2 | 3:
                link = zipfile.ZipInfo("link.txt")
                link.external_attr = rng.choice((0o120777, 0o020666, 0o010666, 0o140666)) << 16
                archive.writestr(link, "/etc/hostname")
            case 4 | 5 | 6:
                name = rng.choice(NAMES).encode("utf-8", "replace").decode()
                archive.writestr(zipfile.ZipInfo(name or "a"), b"x")
    data = out.getvalue()
    if rng.random() < 0.1:  # say that all is encrypted
        data = re.sub(rb"(PK\x01\x02.{4})..", b"\\1\x01\0", data, flags=re.DOTALL)
    return data


def _tar(files: list[File], rng: Random, packing: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode=f"w:{packing}", format=rng.choice((0, 1, 2)), errors="surrogateescape"
    ) as archive:
        for file in files:
            info = tarfile.TarInfo(file.name)
            info.size = len(file.data)
            archive.addfile(info, io.BytesIO(file.data))
        odd = tarfile.TarInfo(rng.choice(NAMES).encode("utf-8", "replace").decode()[:90] or "a")
        odd.type = rng.choice((b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"S", b"L", b"K", b"x", b"g", b"Z"))
        odd.linkname = "/etc/hostname"
        odd.mtime = rng.choice((0, 1))
        archive.addfile(odd, io.BytesIO())
        if rng.random() < 0.03:
            bomb = tarfile.TarInfo("bomb.txt")
            bomb.size = 80 << 20
            archive.addfile(bomb, io.BytesIO(bytes(bomb.size)))
    return out.getvalue()
