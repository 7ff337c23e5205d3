"""How files are spoiled: bits and bytes, lines and columns, numbers and words, tags, JSON values, members of archives.

A mutation takes the bytes of one file and a `Random`, and returns other bytes; which one comes next is the `Random`'s
choice alone, so that an input is the same wherever it is made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from random import Random

from medinstruct.source import File

Mutation = Callable[[bytes, Random], bytes]

MAX_BYTES = 1 << 20
"""What a mutation may make of a file at most."""
MANY = (2, 40, 3_000)
"""How often something is repeated."""

BYTES = [
    b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\0", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\n\n", b"\t", b" ",
    b"\x0b", b"\x0c", b"\x1a", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xef\xbf\xbf", b"\xf0\x9f\x91\xa9", b"\xcc\x81",
    b"|", b"||", b";", b":", b",", b'"', b"'", b"\\", b"\\ud800", b"\\u0000", b"&", b"&lt;", b"&#0;", b"&#xD800;", b"&nope;", b"<", b">",
    b"</", b"]]>", b"<!--", b"<![CDATA[", b"<?x?>", b"{", b"}", b"[", b"]", b"-", b"*", b"#", b"T1", b"###", b"-DOCSTART-", b"%s", b"{0}",
]  # fmt: skip
"""Pieces that one format or another takes for its own, and such as no text holds."""

NUMBERS = [
    b"0", b"-1", b"-0", b"+1", b"00", b"1.5", b"1e9", b"1e999", b"nan", b"inf", b"0x10", b"1_0", b" 7", b"", b"2147483648",
    b"9223372036854775808", b"9" * 30, b"9" * 400, b"9" * 5_000, "٣".encode(), "²".encode(), "𝟙".encode(), b"999999", b"12345678",
]  # fmt: skip

VALUES = [
    b"null", b"true", b"[]", b"{}", b'""', b"[[]]", b"[{}]", b'{"":""}', b"NaN", b"Infinity", b"1e400", b"-0", b"0.5", b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"', b"9" * 400, b"9" * 4_400, b"[null]", b'["a",null,3]', b'{"id":{}}', b"[" * 3_000 + b"]" * 3_000, b"[" * 100_000, b'{"a":' * 50_000,
]  # fmt: skip

PROLOGS = [
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', b'<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>', b'<?xml version="1.1"?>',
    b'<?xml version="1.0" encoding="utf-16"?>', b'<?xml version="1.0" encoding="nope"?>', b'<?xml version="1.0" encoding="cp1252"?>',
    b'<?xml-stylesheet href="x"?>', b"<!-- -- -->",
]  # fmt: skip

NUMBER = re.compile(rb"\d+")
WORD = re.compile(rb"[\w.:-]+")
TAG = re.compile(rb"<[^<>]{1,300}>")
VALUE = re.compile(rb'"(?:[^"\\\n]|\\.){0,300}"|\d+|true|false|null')
ATTRIBUTE = re.compile(rb'\s[\w:]+="[^"<>]*"')
COLUMN = re.compile(rb"[\t|,; ]+")


def mutate(files: list[File], rng: Random) -> list[File]:
    """Return the files with one to four things spoiled."""
    files = list(files)
    for count in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if not files or rng.random() < 0.04:
            files = _spoil_folder(files, rng)
        else:
            at = rng.randrange(len(files))
            files[at] = File(files[at].name, _spoil(files[at].data, rng, is_sound=not count)[:MAX_BYTES])
    return files


def _spoil(data: bytes, rng: Random, *, is_sound: bool) -> bytes:
    """Spoil one file; one that is packed may be spoiled inside, and packed again, while it is sound."""
    if is_sound and rng.random() < 0.8:
        if data.startswith(b"PK\x03\x04"):
            return _spoil_member(data, rng)
        if data.startswith(b"PAR1"):
            return _spoil_table(data, rng)
    kinds = [_BYTES, _LINES, _TOKENS]
    if b"</" in data:
        kinds += [_TAGS, _TAGS]
    if data.lstrip()[:1] in (b"{", b"["):
        kinds += [_JSON, _JSON]
    return rng.choice(rng.choice(kinds))(data, rng)


def _spoil_folder(files: list[File], rng: Random) -> list[File]:
    """Return the files with one lost, doubled, emptied, renamed or exchanged for another."""
    if not files:
        return [File("a.txt", b"")]
    one, other = rng.choice(files), rng.choice(files)
    path = PurePosixPath(one.name)
    renamed = str(path.with_name(rng.choice(("x", "a b", "é", "\ufffd", f"{path.stem}.bak")) + path.suffix))
    choice = rng.randrange(6)
    if choice == 0:
        return [file for file in files if file is not one]
    if choice == 1:
        return [*files, one]
    if choice == 2:
        return files[::-1]
    changed = (File(one.name, b""), File(one.name, other.data), File(renamed, one.data))[choice - 3]
    return [changed if file is one else file for file in files]


# Bytes


def _span(data: bytes, rng: Random, longest: int = 400) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(start + rng.choice((0, 1, 2, 8, 60, longest)), len(data))


def _flip(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) or 1)
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :] if data else b"\x01"


def _insert(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng, 4)
    return data[:start] + rng.choice(BYTES) * rng.choice((1, 1, 1, *MANY)) + data[end:]


def _delete(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, rng: Random) -> bytes:
    start, end = _span(data, rng, 60)
    return data[:start] + data[start:end] * rng.choice(MANY) + data[end:]


def _swap(data: bytes, rng: Random) -> bytes:
    a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _cut_off(data: bytes, rng: Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[at:] if rng.random() < 0.2 else data[:at]


def _recode(data: bytes, rng: Random) -> bytes:
    """Other line ends, a byte order mark, another encoding."""
    text = data.decode("utf-8", "replace")
    return rng.choice((
        lambda: data.replace(b"\n", b"\r\n"), lambda: data.replace(b"\n", b"\r"), lambda: b"\xef\xbb\xbf" + data,
        lambda: text.encode("utf-16"), lambda: text.encode("latin-1", "replace"), lambda: text.encode("utf-32-be"),
        lambda: data.replace(b"\n", b"\x00"), lambda: data.replace(b" ", b"\xc2\xa0"), lambda: data.upper(), lambda: b"",
    ))()  # fmt: skip


def damage(data: bytes, rng: Random) -> bytes:
    """Return bytes with some of them changed, whatever they mean."""
    return rng.choice(_BYTES)(data, rng)


_BYTES: list[Mutation] = [_flip, _insert, _insert, _delete, _repeat, _swap, _cut_off, _recode]


# Lines and columns


def _lines(data: bytes, rng: Random) -> bytes:
    lines = data.split(b"\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(8):
        case 0:
            lines[at:at] = [lines[at]] * rng.choice((1, *MANY))
        case 1:
            del lines[at : at + rng.choice((1, 1, 3, 20))]
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[at : at + 2] = [b"".join(lines[at : at + 2])]
        case 4:
            cut = rng.randrange(len(lines[at]) + 1)
            lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
        case 5:
            lines[at] = lines[to]
        case 6:
            lines.insert(at, rng.choice((b"", b" ", b"\t", b"\t\t\t\t\t", b"|", b"x" * 70_000)))
        case _:
            rng.shuffle(lines)
    return b"\n".join(lines)


def _columns(data: bytes, rng: Random) -> bytes:
    """Drop, double, empty or swap cells of one line."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    joints = COLUMN.findall(lines[at])
    if not joints:
        return data
    joint = rng.choice(joints)
    cells = lines[at].split(joint)
    one, other = rng.randrange(len(cells)), rng.randrange(len(cells))
    match rng.randrange(5):
        case 0:
            del cells[one]
        case 1:
            cells[one:one] = [cells[one]] * rng.choice((1, *MANY))
        case 2:
            cells[one] = b""
        case 3:
            cells[one], cells[other] = cells[other], cells[one]
        case _:
            cells[one] = rng.choice(NUMBERS + BYTES)
    lines[at] = joint.join(cells)
    return b"\n".join(lines)


_LINES: list[Mutation] = [_lines, _columns]


# Numbers, words, tags, values


def _replace(found: re.Pattern[bytes], data: bytes, rng: Random, new: Callable[[bytes], bytes]) -> bytes:
    """Replace one occurrence, near a place drawn, so that a large file need not be searched through."""
    start = rng.randrange(len(data) + 1)
    match = found.search(data, start) or found.search(data)
    return data[: match.start()] + new(match[0]) + data[match.end() :] if match else data


def _number(data: bytes, rng: Random) -> bytes:
    near = rng.choice((-1, 1, 2, 10))
    return _replace(
        NUMBER, data, rng, lambda old: rng.choice((*NUMBERS, *[b"%d" % (int(old[:20]) + near)] * 8, old + b"0"))
    )


def _word(data: bytes, rng: Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    other = WORD.search(data, start)
    new = other[0] if other and rng.random() < 0.7 else rng.choice(BYTES + NUMBERS)
    return _replace(WORD, data, rng, lambda old: new)


def _tag(data: bytes, rng: Random) -> bytes:
    other = TAG.search(data, rng.randrange(len(data) + 1))
    swapped = other[0] if other else b"<x/>"
    many = rng.choice(MANY)
    return _replace(TAG, data, rng, lambda old: rng.choice((
        b"", old + old, swapped, old * many, b"<x>" + old, old + b"</x>", old.replace(b"<", b"<" + b"a" * 9), b"<y>" * many + old,
        b"<z>" * 20_000 + b"</z>" * 20_000, old.replace(b"</", b"<"), b"</" + old[1:], old[:-1] + b"/>", old + b"<![CDATA[<b>]]>",
        old + b"<!-- c -->", old + b"<?p i?>", old + b"&amp;&lt;", old[:1] + b"n:" + old[1:],
    )))  # fmt: skip


def _attribute(data: bytes, rng: Random) -> bytes:
    return _replace(ATTRIBUTE, data, rng, lambda old: rng.choice((
        b"", old + old, old.split(b"=")[0] + b'=""', old.split(b"=")[0] + b'="' + rng.choice(NUMBERS) + b'"',
        old[:1] + b"x" + old[1:], old.split(b"=")[0], old.split(b"=")[0] + b'="&#9;&#10; "',
    )))  # fmt: skip


def _prolog(data: bytes, rng: Random) -> bytes:
    at = data.find(b"?>") + 2 if data.startswith(b"<?xml") else 0
    return (
        rng.choice((data[:at], b"")) + rng.choice(PROLOGS) + data[at:].replace(b"</", b"&c;&e;</", rng.choice((0, 1)))
    )


def _value(data: bytes, rng: Random) -> bytes:
    return _replace(VALUE, data, rng, lambda old: rng.choice((*VALUES, old + b":" + old, old + b"," + old, b"")))


_TOKENS: list[Mutation] = [_number, _number, _word]
_TAGS: list[Mutation] = [_tag, _tag, _attribute, _prolog]
_JSON: list[Mutation] = [_value]


# Files that are archives or tables inside


def _spoil_member(data: bytes, rng: Random) -> bytes:
    """Spoil one member of a zip (a worksheet of an XLSX), and pack it again as it should be."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    one = rng.choice(sorted(members))
    members[one] = _spoil(members[one], rng, is_sound=True)[:MAX_BYTES]
    if rng.random() < 0.05:
        del members[one]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


def _spoil_table(data: bytes, rng: Random) -> bytes:
    """Spoil a Parquet table's columns: another type, no values, another name, none at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    at = rng.randrange(table.num_columns)
    name, values = table.column_names[at], table.column(at).to_pylist()
    new = rng.choice(([None] * len(values), [[]] * len(values), [{"a": 1}] * len(values), list(range(len(values))), [b"\xff"] * len(values),
                      [float("nan")] * len(values), [True] * len(values), ["\x00"] * len(values)))  # fmt: skip
    table = rng.choice((
        lambda: table.set_column(at, name, pa.array(new)), lambda: table.drop_columns([name]), lambda: table.append_column(name, pa.array(new)),
        lambda: table.rename_columns([f"x{number}" for number in range(table.num_columns)]), lambda: table.slice(0, 0),
    ))()  # fmt: skip
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()
