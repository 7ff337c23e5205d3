"""The files of a source: found wherever they lie, and no archive does harm."""

import gzip
import io
import itertools
import os
import random
import re
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medinstruct import source
from medinstruct.errors import FormatError, MedinstructError, UnsafeInput
from medinstruct.source import File, digest, exists, select

ABOUT_ZORBINASE = {"train/1.txt": b"Zorbinase lowers fever.", "train/1.a1": b"T1", "devel/2.txt": b"No fever."}


def packed_zip(members: dict[str, bytes] | list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in dict(members).items():
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is: the constructor would make `\\` a `/` on Windows
            info.compress_type = compression
            archive.writestr(info, data)
    return out.getvalue()


def packed_tar(members: dict[str, bytes] | list[tarfile.TarInfo], mode: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        if isinstance(members, dict):
            for name, data in members.items():
                archive.addfile(tar_member(name, data), io.BytesIO(data))
        else:
            for member in members:
                archive.addfile(member)
    return out.getvalue()


def tar_member(name: str, data: bytes = b"", **fields) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for field, value in fields.items():
        setattr(member, field, value)
    return member


def names(folder: Path, *patterns: str) -> list[str]:
    return [file.name for file in select(folder, patterns)]


# What is found


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.zip", packed_zip(ABOUT_ZORBINASE)),
        ("data.ZIP", packed_zip(ABOUT_ZORBINASE)),
        ("data.zip", packed_zip(ABOUT_ZORBINASE, zipfile.ZIP_LZMA)),
        ("data.tar", packed_tar(ABOUT_ZORBINASE, "w")),
        ("data.tar.gz", packed_tar(ABOUT_ZORBINASE)),
        ("data.tgz", packed_tar(ABOUT_ZORBINASE)),
        ("data.tar.bz2", packed_tar(ABOUT_ZORBINASE, "w:bz2")),
        ("data.tar.xz", packed_tar(ABOUT_ZORBINASE, "w:xz")),
        ("data.tar.gz", packed_tar(ABOUT_ZORBINASE, "w")),  # named in error
    ],
)
def test_an_archive_is_read_like_a_folder(tmp_path, name, data):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_bytes(data)

    found = list(select(tmp_path, ["train/*"]))

    assert found == [
        File(f"deep/{name}/train/1.a1", b"T1"),
        File(f"deep/{name}/train/1.txt", b"Zorbinase lowers fever."),
    ]
    assert exists(tmp_path, ["devel/*.txt"])
    assert not exists(tmp_path, ["test/*.txt"])


def test_patterns_match_from_the_right_below_any_sub_folder(tmp_path):
    for name in ("a/b/train/1.txt", "train/2.txt", "train/3.ann", "xtrain/4.txt", "train/more/5.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)

    assert names(tmp_path, "train/*.txt") == ["a/b/train/1.txt", "train/2.txt"]
    assert names(tmp_path, "*.ann", "5.txt") == ["train/3.ann", "train/more/5.txt"]


def test_a_packed_file_has_the_name_it_had_before(tmp_path):
    (tmp_path / "train.tsv.gz").write_bytes(gzip.compress(b"Zorbinase"))

    assert list(select(tmp_path, ["train.tsv"])) == [File("train.tsv", b"Zorbinase")]
    assert exists(tmp_path, ["train.tsv"])


def test_a_file_that_lies_beside_its_packed_self_is_read_once(tmp_path):
    (tmp_path / "train.tsv").write_bytes(b"mended by hand")
    (tmp_path / "train.tsv.gz").write_bytes(gzip.compress(b"as it came"))

    assert list(select(tmp_path, ["train.tsv"])) == [File("train.tsv", b"mended by hand")]


def test_a_tar_is_looked_through_once_however_often_it_is_read(tmp_path, monkeypatch):
    (tmp_path / "data.tar.gz").write_bytes(packed_tar(ABOUT_ZORBINASE))
    opened = []
    monkeypatch.setattr(
        source.tarfile, "open", lambda *args, _open=tarfile.open, **kw: opened.append(1) or _open(*args, **kw)
    )

    found = [file for pattern in ("train/*", "devel/*", "train/*.a1") for file in select(tmp_path, [pattern])]

    assert {file.name.removeprefix("data.tar.gz/"): file.data for file in found} == ABOUT_ZORBINASE
    assert opened == [1]


def test_a_tar_that_changed_is_looked_through_again(tmp_path):
    path = tmp_path / "data.tar"
    path.write_bytes(packed_tar({"a.txt": b"one"}, "w"))
    before = [(file.name, file.data) for file in select(tmp_path, ["*.txt"])]
    path.write_bytes(packed_tar({"more/b.txt": b"three", "a.txt": b"two"}, "w"))
    os.utime(path, ns=(1, 1))

    assert before == [("data.tar/a.txt", b"one")]
    assert [(file.name, file.data) for file in select(tmp_path, ["*.txt"])] == [
        ("data.tar/a.txt", b"two"),
        ("data.tar/more/b.txt", b"three"),
    ]


PARTS = st.text("ab.*[]!-_ ", min_size=1, max_size=5).filter(lambda part: part.strip(".") and "**" not in part)


@given(st.lists(PARTS, min_size=1, max_size=4), st.lists(PARTS, min_size=1, max_size=3))
def test_patterns_match_as_paths_do(name, pattern):
    name, pattern = "/".join(name), "/".join(pattern)

    assert source._matcher((pattern,))(name) == PurePosixPath(name).match(pattern)


@given(st.text("ab./\\: ", min_size=1, max_size=8))
def test_a_plain_name_is_spelled_as_it_is_on_any_system(name):
    if source.PLAIN.fullmatch(name):
        path = PureWindowsPath(name)
        assert (path.as_posix(), path.anchor, ".." in path.parts) == (name, "", False)


@pytest.mark.parametrize("name", ["a.txt", "a/b.c/d e.txt", "...", "a..b/.c", "ö/µ"])
def test_most_names_are_plain(name):
    assert source.PLAIN.fullmatch(name)


@pytest.mark.parametrize("packed", [False, True])
def test_hidden_files_and_notices_are_passed_over(tmp_path, packed):
    members = dict.fromkeys(
        [".DS_Store.txt", ".git/a.txt", "_upstream/x+y/b.txt", "__MACOSX/train/._c.txt", "d.txt", "_e.txt", "x/_upstream/f.txt"], b"."
    )  # fmt: skip
    if packed:
        (tmp_path / "data.zip").write_bytes(packed_zip(members))
    for name in [] if packed else members:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b".")

    prefix = "data.zip/" if packed else ""
    assert names(tmp_path, "*.txt") == [f"{prefix}_e.txt", f"{prefix}d.txt"]


def test_the_order_is_that_of_the_names_whatever_the_disk_says(tmp_path, monkeypatch):
    for name in ("b.txt", "a/z.txt", "a.txt", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    backwards = dict(reversed(ABOUT_ZORBINASE.items()))
    (tmp_path / "b.zip").write_bytes(packed_zip(backwards))
    expected = ["a.txt", "a/z.txt", "b.txt", "b.zip/devel/2.txt", "b.zip/train/1.txt", "c.txt"]
    listed = list(tmp_path.rglob("*"))

    for seed in range(5):
        monkeypatch.setattr(
            Path, "rglob", lambda self, pattern, seed=seed: iter(random.Random(seed).sample(listed, len(listed)))
        )
        assert names(tmp_path, "*.txt") == expected


def test_backslashes_of_an_old_windows_packer_part_folders(tmp_path):
    (tmp_path / "data.zip").write_bytes(
        packed_zip({"train\\": b"", "train\\1.txt": b"Zorbinase", "./train/2.txt": b"x"})
    )

    assert names(tmp_path, "*") == ["data.zip/train/1.txt", "data.zip/train/2.txt"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there are names bytes")
def test_names_that_are_no_unicode_can_be_written_down(tmp_path):
    (tmp_path / os.fsdecode(b"D\xf6ring.txt")).write_bytes(b"x")
    (tmp_path / "data.tar").write_bytes(packed_tar({os.fsdecode(b"D\xf6ring.txt"): b"x"}, "w"))

    assert names(tmp_path, "*.txt") == ["D\ufffdring.txt", "data.tar/D\ufffdring.txt"]
    assert digest(select(tmp_path, ["*.txt"]))


def test_the_digest_is_of_names_and_contents_not_of_packing(tmp_path):
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    for name, data in ABOUT_ZORBINASE.items():
        (plain / name).parent.mkdir(parents=True, exist_ok=True)
        (plain / name).write_bytes(data)
    packed.mkdir()
    (packed / "x.tgz").write_bytes(packed_tar(ABOUT_ZORBINASE))

    assert digest(select(plain, ["*"])) == digest(select(packed, ["*"]))
    assert digest(select(plain, ["*"])) != digest(select(plain, ["*.txt"]))
    assert digest([File("a", b"x"), File("b", b"y")]) != digest([File("a", b"y"), File("b", b"x")])


def test_a_file_knows_its_stem_and_suffix():
    file = File("x.tar.gz/train/PMC-1.v2.a1", b"")

    assert (file.stem, file.suffix) == ("PMC-1.v2", ".a1")


# What is refused

OUTWARD = [
    "../x.txt", "a/../../x.txt", "a/..", "/etc/x.txt", "//server/share/x.txt", "..\\x.txt", "a\\..\\x.txt", "\\x.txt",
    "\\\\server\\share\\x.txt", "C:\\x.txt", "C:/x.txt", "c:x.txt",
]  # fmt: skip


def refused(folder: Path, what: str) -> None:
    """Reading the folder and looking into it are both refused, by name, and leave nothing on the disk."""
    before = sorted(path for path in folder.parent.rglob("*"))
    with pytest.raises(UnsafeInput, match=what) as error:
        list(select(folder, ["*.txt"]))
    assert str(error.value).startswith("data.")
    with pytest.raises(UnsafeInput, match=what):
        exists(folder, ["nothing like it"])
    assert sorted(path for path in folder.parent.rglob("*")) == before


@pytest.mark.parametrize("name", OUTWARD)
def test_names_that_lead_out_of_an_archive_are_refused(tmp_path, name):
    for file, data in (("data.zip", packed_zip({name: b"x"})), ("data.tar.gz", packed_tar({name: b"x"}))):
        folder = tmp_path / file
        folder.mkdir()
        (folder / file).write_bytes(data)

        refused(folder, "leads out of the archive")


@pytest.mark.parametrize(
    ("member", "what"),
    [
        (tar_member("x.txt", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "a link"),
        (tar_member("x.txt", type=tarfile.LNKTYPE, linkname="../../secret"), "a link"),
        (tar_member("x.txt", type=tarfile.CHRTYPE), "neither a file nor a folder"),
        (tar_member("x.txt", type=tarfile.BLKTYPE), "neither a file nor a folder"),
        (tar_member("x.txt", type=tarfile.FIFOTYPE), "neither a file nor a folder"),
        (tar_member("x.txt", type=b"Z"), "neither a file nor a folder"),
    ],
    ids=["symbolic link", "hard link", "character device", "block device", "pipe", "unknown"],
)
def test_what_is_no_file_in_a_tar_is_refused(tmp_path, member, what):
    if member.type == b"Z":  # `tarfile` takes unknown types for files, and so may we
        member.type = tarfile.GNUTYPE_SPARSE
    (tmp_path / "data.tar").write_bytes(packed_tar([member], "w"))

    refused(tmp_path, what)


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    """Extended headers let a name hold what ends it everywhere else."""
    member = tar_member("x.txt", pax_headers={"path": "a.txt\0b.txt"})
    (tmp_path / "data.tar").write_bytes(packed_tar([member], "w"))

    refused(tmp_path, "no name of a file")


@pytest.mark.parametrize(
    ("kind", "what"), [(stat.S_IFLNK, "a link"), (stat.S_IFCHR, "neither"), (stat.S_IFIFO, "neither")]
)
def test_what_is_no_file_in_a_zip_is_refused(tmp_path, kind, what):
    info = zipfile.ZipInfo("x.txt")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")

    refused(tmp_path, what)


@pytest.fixture
def small_bombs(monkeypatch):
    """Limits that a bomb of some kilobytes goes over."""
    monkeypatch.setattr(source, "BOMB_BYTES", 1 << 20)


def unsafe(folder: Path, pattern: str = "*.txt") -> str:
    with pytest.raises(UnsafeInput) as error:
        list(select(folder, [pattern]))
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.zip", packed_zip({"x.txt": bytes(3 << 20)})),
        ("data.txt.gz", gzip.compress(bytes(3 << 20))),
        ("data.tar.gz", packed_tar({"x.txt": bytes(3 << 20)})),
        ("data.tar.bz2", packed_tar({"x.txt": bytes(3 << 20)}, "w:bz2")),
        ("data.zip", packed_zip({f"{n}.txt": bytes(1 << 19) for n in range(6)})),
        ("data.tar.gz", packed_tar({f"{n}.txt": bytes(1 << 19) for n in range(6)})),
        ("data.tar.gz", packed_tar({**{f"{n}.dat": bytes(1 << 19) for n in range(6)}, "x.txt": b"x"})),
    ],
    ids=[
        "zip",
        "gz",
        "tar.gz",
        "tar.bz2",
        "zip of many small",
        "tar.gz of many small",
        "tar.gz with bombs that nobody asked for",
    ],
)
def test_what_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path, small_bombs, name, data):
    (tmp_path / name).write_bytes(data)

    assert len(data) < 16_000
    assert re.search("unpacks to [12],", unsafe(tmp_path))


def test_a_bomb_in_the_header_of_a_tar_is_refused(tmp_path, small_bombs):
    (tmp_path / "data.tar.gz").write_bytes(packed_tar([tar_member("x" * (3 << 20))]))

    assert "unpacks to 1,0" in unsafe(tmp_path)


def test_members_that_share_their_bytes_are_counted_each(tmp_path, small_bombs):
    """A zip whose directory lists the same packed bytes many times over."""
    (tmp_path / "data.zip").write_bytes(doubled(packed_zip({"x.txt": bytes(1 << 19)}), times=6))

    assert "unpacks to 1," in unsafe(tmp_path)


def doubled(archive: bytes, times: int) -> bytes:
    directory = archive.index(b"PK\x01\x02")
    end = archive.index(b"PK\x05\x06")
    entry = archive[directory:end]
    tail = bytearray(archive[end:])
    struct.pack_into("<HHII", tail, 8, times, times, len(entry) * times, directory)
    return archive[:directory] + entry * times + bytes(tail)


def test_text_that_packs_well_is_read(tmp_path, small_bombs):
    text = " ".join(f"Patient {n} had a fever of {n % 7 + 36} degrees." for n in range(60_000)).encode()
    (tmp_path / "data.txt.gz").write_bytes(gzip.compress(text, 9))

    assert len(text) > 2 << 20
    assert list(select(tmp_path, ["*"])) == [File("data.txt", text)]


@pytest.mark.parametrize("size", [1 << 50, (1 << 63) - 1, -1, -(1 << 40)])
def test_a_tar_that_lies_about_a_size_is_refused_at_once(tmp_path, size):
    (tmp_path / "data.tar").write_bytes(lying(size) + bytes(1024))

    assert f"a member of {size:,} bytes" in unsafe(tmp_path, "other.txt")


def lying(size: int) -> bytes:
    """A header of a file that says it has `size` bytes, in GNU's base 256."""
    header = bytearray(tar_member("x.txt").tobuf(tarfile.GNU_FORMAT))
    sign = b"\xff" if size < 0 else b"\x80"
    header[124:136] = sign + (size & ((1 << 88) - 1)).to_bytes(11, "big")
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + sum(header[156:]) + 8 * 32)
    return bytes(header)


@pytest.mark.parametrize("pattern", ["x.txt", "other.txt"])
def test_a_tar_with_a_member_longer_than_the_archive_is_told(tmp_path, pattern):
    (tmp_path / "data.tar").write_bytes(lying(1 << 20) + bytes(1024))

    with pytest.raises(FormatError, match=r"data\.tar: cannot be unpacked: unexpected end of data"):
        list(select(tmp_path, [pattern]))


def test_a_zip_that_lies_about_a_size_is_told(tmp_path):
    archive = bytearray(packed_zip({"x.txt": b"Zorbinase lowers fever." * 9}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", archive, archive.index(signature) + offset, 5)
    (tmp_path / "data.zip").write_bytes(bytes(archive))

    with pytest.raises(FormatError, match=r"data\.zip: cannot be unpacked: Bad CRC-32"):
        list(select(tmp_path, ["*"]))


@pytest.mark.parametrize(("name", "pack"), [("data.zip", packed_zip), ("data.tar.gz", packed_tar)])
def test_a_crowd_of_members_is_refused(tmp_path, monkeypatch, name, pack):
    monkeypatch.setattr(source, "MAX_MEMBERS", 3)
    (tmp_path / name).write_bytes(pack({f"{n}.txt": b"x" for n in range(3)}))
    assert len(names(tmp_path, "*.txt")) == 3
    (tmp_path / name).write_bytes(pack({f"{n}.txt": b"x" for n in range(4)}))

    assert f"{name}: more than 3 members" in unsafe(tmp_path)


def test_a_giant_member_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_MEMBER_BYTES", 9)
    (tmp_path / "data.zip").write_bytes(packed_zip({"x.txt": b"ten bytes."}))

    assert "a member of 10 bytes" in unsafe(tmp_path)


# What is told

NOISE = random.Random(7).randbytes(3_000)
"""Bytes that do not pack, so that a cut falls where it is meant to."""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.zip", packed_zip({"x.txt": NOISE})),
        ("data.txt.gz", gzip.compress(NOISE)),
        ("data.tar.gz", packed_tar({"x.txt": NOISE, "y.txt": NOISE})),
        ("data.tar.bz2", packed_tar({"x.txt": NOISE, "y.txt": NOISE}, "w:bz2")),
        ("data.tar.xz", packed_tar({"x.txt": NOISE, "y.txt": NOISE}, "w:xz")),
        ("data.tar", packed_tar({"x.txt": NOISE, "y.txt": NOISE}, "w")[: 2 * (512 + 3072)]),
    ],
)
@pytest.mark.parametrize("share", [0, 0.2, 0.5, 0.9, 0.999])
def test_an_archive_that_is_cut_off_is_told(tmp_path, name, data, share):
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])

    with pytest.raises(FormatError, match=name) as error:
        list(select(tmp_path, ["*.txt"]))
    assert error.value.where == name
    assert error.value.next == "fetch it again"


@pytest.mark.parametrize("length", [2 * (512 + 3072), 512 + 3072, 512 + 3072 + 100])
def test_a_plain_tar_that_ends_between_members_is_told(tmp_path, length):
    """`tarfile` by itself takes what is there for the whole."""
    (tmp_path / "data.tar").write_bytes(packed_tar({"x.txt": NOISE, "y.txt": NOISE}, "w")[:length])

    with pytest.raises(FormatError, match=r"data\.tar: cannot be unpacked"):
        list(select(tmp_path, ["*.txt"]))


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["a.txt", "a/b c.txt", "a" * 99, "a" * 100, "é.txt", "a/"])
def test_headers_are_read_as_the_library_reads_them(kind, name):
    """Whole, with any byte changed, and with the check sum mended after that."""

    def read(by, header):
        try:
            member = by.frombuf(header, "utf-8", "replace")
        except tarfile.TarError:
            return None
        return member.name, member.size, member.type, member.linkname

    member = tarfile.TarInfo(name)
    member.size = 0o1234567
    whole = member.tobuf(kind, "utf-8")[-tarfile.BLOCKSIZE :]
    rng = random.Random(7)
    for _ in range(2_000):
        header = bytearray(whole)
        for at in rng.choices(range(len(header)), k=rng.randrange(3)):
            header[at] = rng.choice(b"\0 017x/\\\xe9\x80")
        mended = header[:148] + b"%06o\0 " % tarfile.calc_chksums(header)[0] + header[156:]
        for each in (bytes(header), bytes(mended)):
            assert read(source._TarMember, each) == read(tarfile.TarInfo, each)


def test_a_tar_of_nothing_but_long_names_is_told(tmp_path):
    """`tarfile` calls itself for each, as the name is that of the next member."""
    header = tar_member("././@LongLink", type=tarfile.GNUTYPE_LONGNAME)
    header.size = 5
    (tmp_path / "data.tar").write_bytes((header.tobuf(tarfile.GNU_FORMAT) + b"abcd".ljust(512, b"\0")) * 3_000)

    with pytest.raises(FormatError, match=r"data\.tar: cannot be unpacked: maximum recursion depth"):
        list(select(tmp_path, ["*.txt"]))


def test_a_tar_with_a_damaged_header_in_the_middle_is_told(tmp_path):
    archive = bytearray(packed_tar({"x.txt": NOISE, "y.txt": NOISE}, "w"))
    archive[512 + 3072 + 3] ^= 0xFF
    (tmp_path / "data.tar").write_bytes(bytes(archive))

    with pytest.raises(FormatError, match=r"data\.tar: cannot be unpacked: bad checksum"):
        list(select(tmp_path, ["*.txt"]))


@pytest.mark.parametrize("name", ["data.zip", "data.tar.gz", "data.tar", "data.txt.gz"])
def test_a_web_page_named_like_an_archive_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(b"<!doctype html><title>404 Not Found</title>" * 40)

    with pytest.raises(FormatError, match=f"{name}: cannot be unpacked"):
        list(select(tmp_path, ["*.txt"]))


def test_an_encrypted_zip_is_told(tmp_path):
    archive = bytearray(packed_zip({"x.txt": b"Zorbinase", "y.txt": b"Fever"}))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        archive[archive.index(signature) + offset] |= 1
    (tmp_path / "data.zip").write_bytes(bytes(archive))

    assert names(tmp_path, "y.txt") == ["data.zip/y.txt"]
    with pytest.raises(FormatError, match=r"data\.zip: 'x\.txt' is encrypted \(unpack it by hand\)"):
        list(select(tmp_path, ["x.txt"]))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.zip", packed_zip(ABOUT_ZORBINASE)),
        ("data.zip", packed_zip(ABOUT_ZORBINASE, zipfile.ZIP_BZIP2)),
        ("data.zip", packed_zip(ABOUT_ZORBINASE, zipfile.ZIP_LZMA)),
        ("data.tar", packed_tar({"é" * 120: b"x", **ABOUT_ZORBINASE}, "w")),
        ("data.tar.gz", packed_tar(ABOUT_ZORBINASE)),
        ("data.tar.bz2", packed_tar(ABOUT_ZORBINASE, "w:bz2")),
        ("data.tar.xz", packed_tar(ABOUT_ZORBINASE, "w:xz")),
        ("data.gz", gzip.compress(NOISE)),
    ],
    ids=["zip", "zip bzip2", "zip lzma", "tar", "tar.gz", "tar.bz2", "tar.xz", "gz"],
)
@settings(max_examples=150)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=6),
    from_end=st.booleans(),
)
def test_whatever_is_wrong_with_an_archive_is_told_as_ours(tmp_path_factory, name, data, changes, from_end):
    damaged = bytearray(data)
    for share, change in changes:
        place = int(share * (min(len(data), 200) if from_end else len(data)))
        damaged[-1 - place if from_end else place] ^= change
    folder = tmp_path_factory.mktemp("damaged")
    (folder / name).write_bytes(bytes(damaged))

    for look in (lambda: list(select(folder, ["*"])), lambda: exists(folder, ["nothing like it"])):
        told = ""
        try:
            look()
        except MedinstructError as error:
            told = str(error)
        assert not told or name in told


def test_a_chain_of_long_names_is_told(tmp_path):
    long_name = tarfile.TarInfo._create_gnu_long_header("x" * 200, tarfile.GNUTYPE_LONGNAME, "utf-8", "strict")
    (tmp_path / "data.tar").write_bytes(long_name * 3_000 + bytes(1024))

    with pytest.raises(FormatError, match=r"data\.tar: cannot be unpacked"):
        list(select(tmp_path, ["*"]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_not_called_damaged(tmp_path):
    (tmp_path / "data.zip").write_bytes(packed_zip(ABOUT_ZORBINASE))
    (tmp_path / "data.zip").chmod(0)

    with pytest.raises(PermissionError):
        list(select(tmp_path, ["*"]))


# Texts


def test_bad_bytes_are_told_with_their_line():
    file = File("train.txt", b"one\ntwo\nDo\xf6ring\n")

    with pytest.raises(FormatError) as error:
        file.text()

    assert str(error.value) == r"train.txt:3: bytes b'\xf6rin' are not utf-8-sig"


def test_bad_bytes_behind_a_byte_order_mark_are_told_with_their_line():
    file = File("train.txt", b"\xef\xbb\xbfone\n\xf6\n")

    with pytest.raises(FormatError, match=r"^train.txt:2: bytes b'\\xf6\\n' are not") as error:
        file.text()

    assert error.value.where.line == 2


def test_other_encodings_are_read_where_they_are_named():
    assert File("x", "Döring\n".encode("latin-1")).lines("latin-1") == ["Döring"]


def test_a_byte_order_mark_goes_and_line_ends_stay():
    assert File("x", b"\xef\xbb\xbfa\r\nb\n").text() == "a\r\nb\n"


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("", []), ("\n", [""]), ("a", ["a"]), ("a\n", ["a"]), ("a\n\n", ["a", ""]), ("a\r\nb\r\n", ["a", "b"]),
        ("a\r\nb\n\nc", ["a", "b", "", "c"]), ("\ufeffa\n\ufeffb", ["a", "\ufeffb"]),
        ("a\u2028b\x0bc\x0cd\x1ce\x85f\n", ["a\u2028b\x0bc\x0cd\x1ce\x85f"]), ("a\rb\n", ["a\rb"]),
    ],
)  # fmt: skip
def test_lines_end_with_lf_or_crlf_and_with_nothing_else(data, lines):
    assert File("x", data.encode()).lines() == lines


def test_every_way_of_packing_gives_the_same_bytes(tmp_path):
    members = {f"{a}/{b}.txt": zlib.compress(f"{a}{b}".encode()) * 40 for a, b in itertools.product("xyz", range(4))}
    for name, data in (
        ("a.zip", packed_zip(members)),
        ("b.tar", packed_tar(members, "w")),
        ("c.tgz", packed_tar(members)),
    ):
        (tmp_path / name).write_bytes(data)

    found = {file.name.split("/", 1)[0]: {} for file in select(tmp_path, ["*.txt"])}
    for file in select(tmp_path, ["*.txt"]):
        archive, name = file.name.split("/", 1)
        found[archive][name] = file.data

    assert found == {"a.zip": members, "b.tar": members, "c.tgz": members}
