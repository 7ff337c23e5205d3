"""Files as they lie there: encodings, line ends, marks, what is cut off, and dialects that differ between siblings."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from medinstruct.auditor.finding import Hit, Where, of_broken, of_corpus, of_file
from medinstruct.auditor.raw import decoded, is_text
from medinstruct.auditor.tally import Shape, Tally
from medinstruct.formats.draft import Broken
from medinstruct.source import File

CAUSES = (
    (re.compile(r"ends too soon|cut off|unclosed|no element found"), "the file is cut off", "fetch it again, or leave out its last record"),
    (re.compile(r"is this an IO file"), "tags are IO, not BIO", "read it with scheme='IO'"),
    (re.compile(r"are not utf-8"), "the file is in another encoding", "convert it to UTF-8"),
    (re.compile(r"is not in list|is none of its \d+ options"), "the right answer is none of the options", ""),
)  # fmt: skip
"""What the reasons of readers come to, where they say."""


@of_broken("A101", "A record cannot be read")
def is_broken(broken: Broken) -> Iterator[Hit]:
    """A record, or a file from some line on, is not what its format says, so that no build can use it."""
    cause, repair = next(
        ((cause, repair) for reason, cause, repair in CAUSES if reason.search(broken.reason)), ("", "")
    )
    yield Hit(broken.reason, cause=cause, repair=repair)


@of_file("A102", "A file is not in UTF-8", "warning")
def is_not_utf8(file: File) -> Iterator[Hit]:
    """The bytes of a text file are no UTF-8; a guess is made at what they are."""
    if not is_text(file):
        return
    try:
        file.data.decode()
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        bad = repr(file.data[error.start : error.start + 4])
        is_latin = not any(0x80 <= byte <= 0x9F for byte in file.data)
        cause = "the file is in Latin-1" if is_latin else _windows(file.data)
        where = Where(file=file.name, line=line)
        yield Hit(f"the bytes {bad} are no UTF-8", says=bad, cause=cause, repair="convert it to UTF-8", where=where)


def _windows(data: bytes) -> str:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "the file is in Windows-1252"


@of_file("A103", "Characters were lost in a conversion", "warning")
def has_lost_characters(file: File) -> Iterator[Hit]:
    """A file holds U+FFFD, the sign for what a conversion could not read."""
    if b"\xef\xbf\xbd" in file.data and is_text(file):
        lines = [n for n, line in enumerate(file.data.split(b"\n"), start=1) if b"\xef\xbf\xbd" in line]
        count = file.data.count(b"\xef\xbf\xbd")
        yield Hit(f"{count} characters are U+FFFD, on {len(lines)} lines", where=Where(file=file.name, line=lines[0]))


@of_file("A104", "A byte order mark")
def begins_with_mark(file: File) -> Iterator[Hit]:
    """A file begins with U+FEFF, which some readers take for a part of its first word, and some count in offsets."""
    if file.data.startswith(b"\xef\xbb\xbf"):
        yield Hit("the file begins with a byte order mark", repair="leave it out", where=Where(file=file.name, line=1))


UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)


@of_file("A105", "Characters that nobody sees")
def hides_characters(file: File) -> Iterator[Hit]:
    """Control characters, soft hyphens, zero-width characters and marks of direction stand in a text: strings that look
    the same are not.
    """
    if not is_text(file):
        return
    text = decoded(file)
    if found := Counter(UNSEEN.findall(text)):
        told = ", ".join(
            f"{n} × U+{ord(sign):04X} {unicodedata.name(sign, 'control')}" for sign, n in found.most_common(5)
        )
        first = UNSEEN.search(text)
        line = text.count("\n", 0, first.start()) + 1 if first else 0
        yield Hit(told, where=Where(file=file.name, line=line))


@of_file("A106", "Line ends of two kinds")
def mixes_line_ends(file: File) -> Iterator[Hit]:
    """Some lines of a file end in CRLF and some in LF; in a table the latter may be line breaks inside a quoted cell."""
    windows = file.data.count(b"\r\n")
    unix = file.data.count(b"\n") - windows
    if windows and unix and is_text(file):
        bare = re.search(rb"(?<!\r)\n" if unix <= windows else rb"\r\n", file.data)
        line = file.data.count(b"\n", 0, bare.start()) + 1 if bare else 0
        yield Hit(f"{windows:,} lines end in CRLF, {unix:,} in LF", where=Where(file=file.name, line=line))


ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")


@of_file("A107", "An XML file is cut off", "error")
def is_cut_off(file: File) -> Iterator[Hit]:
    """The root element of an XML file is never closed."""
    if file.suffix != ".xml" or not (root := ROOT.search(file.data)):
        return
    closed = re.search(rb"</" + re.escape(root[1]) + rb"\s*>\s*(?:<!--.*?-->\s*)*\Z", file.data[-4096:], re.DOTALL)
    if not closed and not re.search(rb"/>\s*\Z", file.data):
        line = file.data.count(b"\n") + 1
        shown = file.data.rstrip()[-40:].decode(errors="replace")
        yield Hit(f"<{root[1].decode(errors='replace')}> is never closed; the file ends in {shown!r}", stands=shown,
                  cause="the file is cut off", repair="fetch it again", where=Where(file=file.name, line=line))  # fmt: skip


TAG = re.compile(r"O|([BIELSU])(?:-(\S+))?")


@of_file("A108", "Tags are IO or IOB1")
def is_io(file: File) -> Iterator[Hit]:
    """In a file of tokens with tags, `I-` begins mentions. If no tag begins any, adjacent mentions melt; readers of BIO
    drop either kind.
    """
    prefixes, strays = _strays(file)
    if not strays or len(strays) <= prefixes["B"]:
        return
    what = f"{len(strays):,} mentions begin with I and {prefixes['B']:,} with B"
    scheme = "IOB1" if prefixes["B"] else "IO"
    yield Hit(what, says="I", cause=f"tags are {scheme}, not BIO", repair=f"read it with scheme={scheme!r}",
              where=Where(file=file.name, line=strays[0][0]))  # fmt: skip


@of_file("A112", "A tag goes on what nothing began", "warning")
def breaks_scheme(file: File) -> Iterator[Hit]:
    """In a file of tokens whose mentions begin with `B-`, an `I-` stands at the beginning of a sentence, behind `O`, or
    behind another type.
    """
    prefixes, strays = _strays(file)
    if len(strays) <= prefixes["B"]:
        for line, tag in strays:
            yield Hit(f"{tag} goes on what nothing began", says=tag, where=Where(file=file.name, line=line))


def _strays(file: File) -> tuple[Counter[str], list[tuple[int, str]]]:
    """How often each prefix is there, and the line and tag of each that goes on what nothing began."""
    tags = list(_tags(file))
    prefixes = Counter(tag[0] for _, tag, _ in tags)
    return prefixes, [(line, tag) for line, tag, (kind, before) in tags if tag[0] in "IE" and kind != before]


def _tags(file: File) -> Iterator[tuple[int, str, tuple[str, str]]]:
    """Line, tag, and type beside the type before it, of each token; nothing if it is no file of tokens."""
    if not is_text(file) or file.suffix in NO_TOKENS:
        return
    lines = decoded(file).split("\n")
    cells = [line.split() for line in lines]
    last = [each[-1] for each in cells if len(each) > 1]
    if len(last) < 2 or sum(map(bool, map(TAG.fullmatch, last))) < 0.95 * sum(map(bool, cells)):
        return
    before = ""
    for number, each in enumerate(cells, start=1):
        found = TAG.fullmatch(each[-1]) if len(each) > 1 else None
        kind = (found[2] or "mention") if found and found[1] else ""
        if found:
            yield number, each[-1], (kind, before)
        before = "" if found and found[1] in ("E", "L", "S", "U") else kind


NO_TOKENS = {".xml", ".json", ".jsonl", ".ann", ".a1", ".a2"}


@of_file("A109", "White space at the end of annotation lines")
def trails(file: File) -> Iterator[Hit]:
    """Lines of a standoff file other than mentions end in a tab or a blank, on which strict readers fail."""
    if file.suffix not in (".ann", ".a1", ".a2"):
        return
    lines = [n for n, line in enumerate(decoded(file).split("\n"), start=1)
             if line[:1] not in ("T", "#") and line.rstrip("\r") != line.rstrip()]  # fmt: skip
    if lines:
        yield Hit(f"{len(lines)} lines end in white space", where=Where(file=file.name, line=lines[0]))


@of_corpus("A110", "Keys that only some files have", "note")
def differs_in_keys(tally: Tally) -> Iterator[Hit]:
    """Two files of one release are made alike, but a key or a column stands in the rows of one and in none of the other,
    or its values are of another type there (`"3"` and `3`). Files with one row each are taken
    together.
    """
    sheets = list(_sheets(tally))
    for at, (split, name, shape) in enumerate(sheets):
        alike = (
            each for each in sheets[:at] if 2 * len(shape.keys() & each[2].keys()) >= len(shape.keys() | each[2].keys())
        )
        _, other, base = next(alike, ("", "", shape))
        for key in sorted(shape.keys() ^ base.keys()):
            has, lacks = (other, name) if key in base else (name, other)
            if _is_usual(key, base if key in base else shape):
                yield Hit(f"{key!r} stands in {has}, not in {lacks}", says=key, where=Where(split, lacks))
        for key in sorted(shape.keys() & base.keys()):
            one, two = set(shape[key]) - {"NoneType"}, set(base[key]) - {"NoneType"}
            if one and two and not one & two:
                what = f"{key!r} is {'/'.join(sorted(one))} here and {'/'.join(sorted(two))} in {other}"
                yield Hit(what, says=key, where=Where(split, name))


def _sheets(tally: Tally) -> Iterator[tuple[str, str, Shape]]:
    """Yield split, name and shape of each file with rows; of the files of a split that have one row each, the sum."""
    for split, named in tally.shapes.items():
        single, total = list[str](), dict[str, Counter[str]]()
        for name, shape in named.items():
            if max((types.total() for types in shape.values()), default=0) > 1:
                yield split, name, shape
                continue
            single.append(name)
            for key, types in shape.items():
                total.setdefault(key, Counter()).update(types)
        if total:
            yield split, single[0] if len(single) == 1 else f"{len(single):,} files of {split}", total


def _is_usual(key: str, shape: Shape) -> bool:
    """Whether at least every second row has this key."""
    return 2 * shape[key].total() >= max(types.total() for types in shape.values())


@of_corpus("A111", "Tables of two dialects", "warning")
def differs_in_quotes(tally: Tally) -> Iterator[Hit]:
    """The cells of one table of a release stand in quotes, and in another one quotes mean nothing: no rule reads both."""
    tables = [(split, name, is_quoted) for split, named in tally.quoted.items() for name, is_quoted in named.items()]
    plain = [(split, name) for split, name, is_quoted in tables if not is_quoted]
    quoted = [name for _, name, is_quoted in tables if is_quoted]
    if plain and quoted:
        for split, name in plain:
            yield Hit(f"quotes mean nothing here, but in {quoted[0]} they enclose cells", where=Where(split, name),
                      repair="declare quoting for each split")  # fmt: skip
