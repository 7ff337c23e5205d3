"""i2b2 lines: a text of tokens in lines, and beside it files that name its stretches by line and token.

    7.txt       She takes zorbinase 5 mg          7.con      c="zorbinase" 1:2 1:2||t="treatment"
                for her acute splenule .                     c="her acute splenule" 2:1 2:3||t="problem"
    7.ast       c="her acute splenule" 2:1 2:3||t="problem"||a="present"
    7.rel       c="zorbinase" 1:2 1:2||r="TrAP"||c="her acute splenule" 2:1 2:3
    7.chains    c="she" 1:0 1:0||c="her" 2:1 2:1||t="coref person"
    7.m         m="zorbinase" 1:2 1:2||do="5 mg" 1:3 1:4||mo="nm"||f="at night...if needed" 3:0 3:1,5:0 5:1||…||ln="list"

Lines are counted from 1, tokens from 0, and the last token is part of the stretch, which may run on into the next
line. The strings are in lower case, blanks and line breaks are one; the parts of a string in several are joined by
`...`. A line that stands twice says nothing new. In a Document `.con` gives the mentions, `.ast` the attribute
`assertion` of those, `.rel` relations, `.chains` coreferences, and `.m` a medication with all that is said of it, as
an event:

    medication m (the trigger) · dosage do · mode mo · frequency f · duration du · reason r      `nm`: not mentioned
    attributes of the event: event e · temporal t · certainty c · list or narrative ln

Specification: Uzuner et al. 2011, doi:10.1136/amiajnl-2011-000203 (con, ast, rel); Uzuner et al. 2012,
doi:10.1136/amiajnl-2011-000784 (chains); Uzuner, Solti & Cadag 2010, doi:10.1136/jamia.2010.003947 (m).

Dialects: names of files with and without `.txt` inside (`7.txt.con`) or at all, medications in `7_gold.entries`. Some
    releases count a blank at the beginning of a line as a token, some every blank: of these ways that one is taken
    under which the string stands. A mention is its string alone where its tokens have signs beside it (`5 mg` in `5
    mg,`). What is not read: a token that its line does not have, and a string that stands in none of these ways
    (Broken; see `requote`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from medinstruct.document import Span, quote
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import bundled, decoded
from medinstruct.source import File

FORMAT = Format(
    title="i2b2 lines",
    specification="https://doi.org/10.1136/amiajnl-2011-000203",
    suffixes=(".txt", ".con", ".ast", ".rel", ".chains", ".m", ".entries"),
)

Sheet = Literal["con", "ast", "rel", "chains", "m"]
SHEETS: dict[str, Sheet] = {
    ".con": "con", ".ast": "ast", ".rel": "rel", ".chains": "chains", ".m": "m", ".entries": "m",
}  # fmt: skip
NAME = re.compile(r"(.+?)(?:_gold)?(?:\..*)?")

JOINT = re.compile(r'(?<!\|)\|\|++ *+(?=[a-z]+=")')
FIELD = re.compile(r'([a-z]+)="(.*)"((?:[ ,]+[0-9]+:[0-9]+)*) *')
NUMBERS = re.compile(r"([0-9]+):([0-9]+)")
GAP = "..."
NOT_MENTIONED = "nm"

PARTS = {"m": "medication", "do": "dosage", "mo": "mode", "f": "frequency", "du": "duration", "r": "reason"}
PROPERTIES = {"e": "event", "t": "temporal", "c": "certainty", "ln": "list or narrative"}

BLANK = " \t\r\x0b\x0c"
RUN = re.compile(rf"[^{BLANK}]+")

Point = tuple[int, int]
"""A line, counted from 1, and a token in it, counted from 0."""
Stretch = tuple[Point, ...]
"""First and last token of each part, one after the other."""
Numbering = Callable[[str], list[Span]]
"""From a line to its tokens, by their place in it."""


def read(
    files: Iterable[File],
    *,
    sheets: Sequence[Sheet],
    repair: Repair | None = None,
    sentences: bool = False,
    identity: Identity = "",
    annotated_only: bool = False,
) -> Iterator[Read]:
    """Yield one Document per text, named by its file.

    Args:
        files: The text and the sheets of each record, in whatever folders; others are passed over.
        sheets: The sheets that each record has; one that lacks any is Broken. Others are not read.
        repair: Changes a draft before it is checked.
        sentences: Whether each line is a sentence, and becomes a passage.
        identity: Kind of id the file names are, or a function from the name to an identity; empty for none.
        annotated_only: Whether texts that have no sheet at all are passed over: for releases that hold them too.
    """
    needed = ("txt", *sheets)
    bundles, others = bundled(files, lambda file: (_id(file), kind) if (kind := _kind(file)) in needed else None)
    yield from others
    drafts = (
        _draft(id, bundle, sheets, sentences, identity)
        for id, bundle in bundles.items()
        if not (annotated_only and bundle.keys() == {"txt"})
    )
    yield from finish(drafts, repair)


def requote(draft: Draft) -> str | None:
    """Move the mentions whose string does not stand at their tokens to the one place on the same lines where it stands.

    A repair, to be given as `repair`: for tokens counted wrong by one, or words of a stretch left out. A string that
    stands on these lines more than once or not at all, or has several parts, stays where it is.
    """
    text, moved = draft.fields["text"], 0
    for mention in draft.fields["mentions"]:
        if len(mention["spans"]) == 1 and quote(text, mention["spans"]) != mention["text"]:
            [(start, end)] = mention["spans"]
            first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
            if found := _find(mention["text"], text, first, last if last >= 0 else len(text)):
                mention["spans"], mention["text"] = (found,), text[slice(*found)]
                moved += 1
    return f"{moved} mentions moved to the place on their lines where their string stands" if moved else None


def _kind(file: File) -> str:
    """Return what a file holds: `txt`, one of the sheets, or empty for neither."""
    return SHEETS.get(file.suffix) or ("txt" if file.suffix in ("", ".txt") else "")


def _id(file: File) -> str:
    name = PurePosixPath(file.name).name
    found = NAME.fullmatch(name)
    return found[1] if found else name


def _draft(
    id: str, bundle: dict[str, File], sheets: Sequence[Sheet], sentences: bool, identity: Identity
) -> Draft | Broken:
    first = next(iter(bundle.values()))
    for kind in ("txt", *sheets):
        if kind not in bundle:
            return Broken(Place(first.name), id, f"record {id} has no file of the kind .{kind}")
    if isinstance(text := decoded(bundle["txt"], id=id), Broken):
        return text
    record = _Record(_Lines(text))
    for kind in sheets:
        if isinstance(sheet := decoded(bundle[kind], id=id), Broken):
            return sheet
        seen = {""}
        for number, line in enumerate(map(str.strip, sheet.split("\n")), start=1):
            if line not in seen:
                seen.add(line)
                try:
                    READERS[kind](record, _parse(line), number)
                except ValueError as error:
                    return Broken(Place(bundle[kind].name, number), id, f"{error}: {line[:120]!r}")
    fields = {"id": id, "text": text, **record.fields(), "identities": identities(identity, id)}
    if sentences:
        fields["passages"] = tuple({"type": "sentence", "span": span} for span in record.lines.sentences())
    return Draft(Place(bundle[sheets[0]].name if sheets else first.name), fields, record.numbers)


@dataclass(frozen=True, slots=True)
class _Field:
    """One `name="string" line:token line:token` of a line."""

    name: str
    string: str
    stretch: Stretch


def _parse(line: str) -> list[_Field]:
    fields = []
    for part in JOINT.split(line.rstrip("|")):
        if (found := FIELD.fullmatch(part)) is None:
            raise ValueError(f'not name="string" line:token line:token, which || parts, but {part[:40]!r}')
        stretch = tuple([(int(number), int(token)) for number, token in NUMBERS.findall(found[3])])
        if len(stretch) % 2:
            raise ValueError(f"{found[1]} has a first token without a last one")
        fields.append(_Field(found[1], found[2], stretch))
    return fields


@dataclass(slots=True)
class _Lines:
    """The lines of a text, and where their tokens are."""

    text: str
    starts: list[int] = field(init=False)
    lines: list[str] = field(init=False)
    counted: dict[tuple[int, Numbering], list[Span]] = field(default_factory=dict)
    """The tokens of the lines that were asked for."""

    def __post_init__(self) -> None:
        self.lines, self.starts, at = self.text.split("\n"), [], 0
        for line in self.lines:
            self.starts.append(at)
            at += len(line) + 1

    def sentences(self) -> Iterator[Span]:
        """Yield the extent of each line that is not empty, without the blanks at its ends."""
        for start, line in zip(self.starts, self.lines):
            if stripped := line.strip(BLANK):
                begin = start + len(line) - len(line.lstrip(BLANK))
                yield begin, begin + len(stripped)

    def find(self, first: Point, last: Point, string: str) -> Span:
        """Return where a stretch is, counted in the way under which `string` stands there, else in the first."""
        spans = [self._span(first, last, tokens) for tokens in NUMBERINGS]
        for span in filter(None, spans):
            if _says(self.text[slice(*span)], string):
                return span
        for span in filter(None, spans):
            found = _find(string, self.text, *span)
            if found and not any(map(str.isalnum, self.text[span[0] : found[0]] + self.text[found[1] : span[1]])):
                return found
        if spans[0] is None:
            raise ValueError(f"there is no token {first[0]}:{first[1]}, or no {last[0]}:{last[1]}")
        return spans[0]

    def _span(self, first: Point, last: Point, tokens: Numbering) -> Span | None:
        try:
            return self._token(first, tokens)[0], self._token(last, tokens)[1]
        except IndexError:
            return None

    def _token(self, point: Point, tokens: Numbering) -> Span:
        number, place = point
        if not number:
            raise IndexError("lines are counted from 1")
        if (found := self.counted.get((number, tokens))) is None:
            found = self.counted[number, tokens] = tokens(self.lines[number - 1])
        start, end = found[place]
        return self.starts[number - 1] + start, self.starts[number - 1] + end


def _counting_a_leading_blank(line: str) -> list[Span]:
    return [(0, 0)] * (line[:1] in BLANK and bool(line.strip(BLANK))) + _runs(line)


def _runs(line: str) -> list[Span]:
    return [found.span() for found in RUN.finditer(line)]


def _counting_each_blank(line: str) -> list[Span]:
    spans, at = [], 0
    for token in line.split(" "):
        spans.append((at, at + len(token)))
        at += len(token) + 1
    return spans


NUMBERINGS: tuple[Numbering, ...] = (_counting_a_leading_blank, _runs, _counting_each_blank)
"""Ways in which releases count the tokens of a line, the usual one first; they differ where blanks lead or stand in
rows.
"""


def _says(stands: str, string: str) -> bool:
    return stands.casefold().split() == string.casefold().split()


def _find(string: str, text: str, start: int, end: int) -> Span | None:
    """Return the one place between `start` and `end` where a string stands, whatever its case and blanks."""
    words = re.compile(r"\s+".join(map(re.escape, string.split())), re.IGNORECASE)
    first = words.search(text, start, end)
    if first is None or first.start() == first.end() or words.search(text, first.start() + 1, end):
        return None
    return first.span()


@dataclass(slots=True)
class _Record:
    """What the sheets of one record say, as plain fields of a Document."""

    lines: _Lines
    mentions: list[dict[str, Any]] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    coreferences: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """The line of each mention, relation, event and coreference."""
    known: dict[tuple[Stretch, str], str] = field(default_factory=dict)
    """The mention of each stretch and type."""
    at: dict[Stretch, str] = field(default_factory=dict)
    """The first mention of each stretch."""

    def concept(self, parts: list[_Field], number: int) -> None:
        concept, type = _expect(parts, "c", "t")
        self.mention(concept, type.string, number)

    def assertion(self, parts: list[_Field], number: int) -> None:
        concept, type, value = _expect(parts, "c", "t", "a")
        target = self.known.get((concept.stretch, type.string)) or self.ref(concept)
        self.attributes.append({"target": target, "name": "assertion", "value": value.string})

    def relation(self, parts: list[_Field], number: int) -> None:
        first, type, second = _expect(parts, "c", "r", "c")
        arguments = tuple({"role": f"Arg{n}", "ref": self.ref(each)} for n, each in enumerate((first, second), start=1))
        id = self.named("R", len(self.relations), number)
        self.relations.append({"id": id, "type": type.string, "arguments": arguments})

    def chain(self, parts: list[_Field], number: int) -> None:
        *links, type = _expect(parts, *["c"] * max(1, len(parts) - 1), "t")
        id = self.named("C", len(self.coreferences), number)
        mentions = tuple(dict.fromkeys(self.ref(link) for link in links))
        self.coreferences.append({"id": id, "type": type.string.removeprefix("coref "), "mentions": mentions})

    def medication(self, parts: list[_Field], number: int) -> None:
        if not parts[0].stretch or parts[0].name != "m":
            raise ValueError("a medication begins with its name and where that stands")
        found = {}
        for part in parts:
            if part.name not in PARTS and part.name not in PROPERTIES:
                raise ValueError(f"{part.name} is none of {', '.join([*PARTS, *PROPERTIES])}")
            if part.name in PARTS and part.stretch:
                found[part.name] = self.mention(part, PARTS[part.name], number)
        id, trigger = self.named("E", len(self.events), number), found.pop("m")
        arguments = tuple({"role": PARTS[name], "ref": ref} for name, ref in found.items())
        self.events.append({"id": id, "type": PARTS["m"], "trigger": trigger, "arguments": arguments})
        for part in parts:
            if part.name in PROPERTIES and part.string != NOT_MENTIONED:
                self.attributes.append({"target": id, "name": PROPERTIES[part.name], "value": part.string})

    def mention(self, part: _Field, type: str, number: int) -> str:
        """Return the id of the mention of this stretch and type, a new one unless there is one."""
        if (known := self.known.get((part.stretch, type))) is not None:
            return known
        if not part.stretch:
            raise ValueError(f"nothing tells where {part.string!r} stands")
        strings = part.string.split(GAP) if len(part.stretch) > 2 else [part.string]
        if len(strings) != len(part.stretch) // 2:
            strings = [part.string] * (len(part.stretch) // 2)
        points = zip(part.stretch[::2], part.stretch[1::2], strings)
        spans = tuple(self.lines.find(first, last, string) for first, last, string in points)
        stands, string = quote(self.lines.text, spans), part.string.replace(GAP, " ") if len(spans) > 1 else part.string
        id = self.named("T", len(self.mentions), number)
        self.mentions.append(
            {"id": id, "spans": spans, "text": stands if _says(stands, string) else string, "types": (type,)}
        )
        self.known[part.stretch, type] = id
        self.at.setdefault(part.stretch, id)
        return id

    def ref(self, part: _Field) -> str:
        if (id := self.at.get(part.stretch)) is None:
            where = " ".join(f"{line}:{token}" for line, token in part.stretch)
            raise ValueError(f"there is no concept at {where}")
        return id

    def named(self, letter: str, count: int, number: int) -> str:
        id = f"{letter}{count + 1}"
        self.numbers[id] = number
        return id

    def fields(self) -> dict[str, Any]:
        names = ("mentions", "attributes", "relations", "events", "coreferences")
        return {name: tuple(getattr(self, name)) for name in names}


READERS: dict[Sheet, Callable[[_Record, list[_Field], int], None]] = {
    "con": _Record.concept, "ast": _Record.assertion, "rel": _Record.relation,
    "chains": _Record.chain, "m": _Record.medication,
}  # fmt: skip


def _expect(parts: list[_Field], *names: str) -> list[_Field]:
    if (found := tuple(part.name for part in parts)) != names:
        raise ValueError(f"the parts of such a line are {' '.join(names)}, not {' '.join(found)}")
    return parts
