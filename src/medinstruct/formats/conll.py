"""CoNLL: one token per line with its tag, an empty line after each sentence.

    -DOCSTART- (7012)             begins a document, in some files (`mark`)

    Familial    O                 columns are named by position; `token` and `tag` are needed,
    zorb        B-Disease         `start`, `end` and `document` are used, and others passed over
    fever       I-Disease
    .           O

The text is put together from the tokens: a blank between two tokens, a line break between two sentences. What
stood between them once is lost for good, unless columns `start` and `end` tell which tokens touch. Each
sentence is a passage.

A tag is `O`, or a prefix, a hyphen and a type. Which prefixes there are, and what they mean, is the scheme:

    IO       I alone: a mention is a run of one type, and two that touch melt into one
    IOB1     I, and B where a mention touches one of the same type before it
    IOB2     B begins and I goes on
    BILUO    B begins, I goes on, L is the last, U is alone; IOBES has E for L and S for U

A tag that the scheme does not allow where it stands is an error: to pass over it would hide a defect, and to
drop it would drop every mention of an IO file that was taken for IOB2.

Specification: Tjong Kim Sang & Buchholz 2000, https://aclanthology.org/W00-0726; Ratinov & Roth 2009,
https://aclanthology.org/W09-1119.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from medinstruct.document import Document
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format
from medinstruct.formats.conll_shape import shape
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities, mention_id
from medinstruct.formats.rows import leniently, undecoded
from medinstruct.source import File

__all__ = ["DOCSTART", "FORMAT", "MEDLINE", "SCHEMES", "read", "shape", "write"]

FORMAT = Format(
    title="CoNLL",
    specification="https://aclanthology.org/W00-0726",
    suffixes=(".conll", ".tsv", ".iob2", ".txt"),
    loses=("discontinuous, nested and crossing mentions", "mentions that begin or end inside a token",
           "several types of one mention", "concepts", "alternatives", "events", "relations", "attributes",
           "coreferences", "labels", "identities", "notes", "passages other than sentences",
           "white space other than single blanks and line breaks"),
    holds=frozenset({"mentions", "mentions inside a token", "passages", "ids of annotations", "documents that share an id"}),
    written={"unit": "mark", "mark": r"-DOCSTART- \((?P<id>.+)\)"},
)  # fmt: skip

DOCSTART = r"-DOCSTART- \((?P<id>.+)\)"
"""The mark of EBM-NLP, and of what `write` writes."""
MEDLINE = r"###MEDLINE:(?P<id>\w+)"
"""The mark of the training part of JNLPBA."""

Unit = Literal["sentence", "mark", "start", "document", "file"]


class Scheme(NamedTuple):
    """The prefixes of a scheme and two rules of its own."""

    prefixes: str
    i_begins: bool = False
    """Whether I may begin a mention."""
    is_closed: bool = False
    """Whether a mention that B begins must come to its last token."""


SCHEMES = {
    "IO": Scheme("I", i_begins=True),
    "IOB1": Scheme("BI", i_begins=True),
    "IOB2": Scheme("BI"),
    "BILUO": Scheme("BILU", is_closed=True),
    "IOBES": Scheme("BIES", is_closed=True),
}
BEGINS, GOES_ON, ENDS = "BUS", "ILE", "LEUS"


class Token(NamedTuple):
    """One line of a file; `start` and `end` are -1 and `document` is empty where no column holds them."""

    line: int
    text: str
    tag: str
    start: int
    end: int
    document: str


@dataclass(frozen=True, slots=True)
class Layout:
    """What a corpus declares of its files."""

    columns: tuple[str, ...]
    separator: str
    scheme: Scheme
    unit: Unit
    mark: re.Pattern[str] | None
    type: str
    identity: Identity


@dataclass(slots=True)
class Part:
    """The sentences of one Document to be."""

    id: str
    document: str
    """Id of the document that the file names; the part is it, or a sentence of it."""
    line: int
    sentences: list[list[Token]] = field(default_factory=list)
    fault: Fault | None = None
    """The first thing wrong with it."""


class Fault(ValueError):
    """A line that is not what the layout says."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    columns: Sequence[str] = ("token", "tag"),
    separator: str = "\t",
    scheme: str = "IOB2",
    unit: Unit = "sentence",
    mark: str | None = None,
    type: str = "",
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per unit with a passage per sentence; mentions are T1, T2, … in order of the text.

    Args:
        files: CoNLL files.
        repair: Changes a draft before it is checked.
        columns: The name of each column; `token`, `tag`, `start`, `end` and `document` mean something.
        separator: What stands between two columns.
        scheme: One of `SCHEMES`.
        unit: What a Document is: a sentence, the sentences below a mark, those over which the start column
            never goes back, those with one value in the document column, or a file.
        mark: A regular expression for lines that begin a document; its group `id` is the document's id.
        type: The type of the mentions whose tags name none (`B`, `I`).
        identity: Kind of id the marks, the document column or the files' names are (`pmid`), or a function from it to an
            identity; empty for none.
    """
    pattern = re.compile(mark) if mark else None
    layout = Layout(tuple(columns), separator, SCHEMES[scheme], unit, pattern, type, identity)
    return finish((draft for file in files for draft in _drafts(file, layout)), repair)


def _drafts(file: File, layout: Layout) -> Iterator[Draft | Broken]:
    if isinstance(text := leniently(file), Broken):
        yield text
        return
    for part in _parts(file, text, layout):
        try:
            if part.fault:
                raise part.fault
            yield _draft(file.name, part, layout)
        except Fault as fault:
            yield Broken(Place(file.name, fault.line), part.id, str(fault))


def _parts(file: File, text: str, layout: Layout) -> Iterator[Part]:
    """Yield the sentences of the file in groups, one for each Document."""
    part, document, count, marks = None, file.stem, 0, 0
    for number, mark, block in _blocks(text, layout.mark):
        if mark:
            if part:
                yield part
            count, marks = 0, marks + 1
            reason = undecoded(mark["id"] or "")
            document = (not reason and mark["id"]) or f"{file.stem}-{marks}"
            part = Part(document, document, number) if layout.unit == "mark" else None
            if part and reason:
                part.fault = Fault(number, reason)
            continue
        tokens, fault = _tokens(block, layout)
        if part is None or _is_over(part, tokens, layout.unit):
            if part:
                yield part
            count += 1
            if layout.unit == "document" and tokens:
                document = tokens[0].document
            is_whole = layout.unit in ("document", "file")
            part = Part(document if is_whole else f"{document}-{count}", document, number)
            if layout.unit == "mark":
                fault = Fault(number, "a sentence before the first mark of a document")
        part.sentences.append(tokens)
        part.fault = part.fault or fault
    if part:
        yield part


def _blocks(
    text: str, mark: re.Pattern[str] | None
) -> Iterator[tuple[int, re.Match[str] | None, list[tuple[int, str]]]]:
    """Yield each mark, and each sentence as numbered lines, with the line on which it begins."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        line = line.removesuffix("\r")
        found = mark.fullmatch(line) if mark else None
        if line.strip() and not found:
            block.append((number, line))
            continue
        if block:
            yield block[0][0], None, block
            block = []
        if found:
            yield number, found, []


def _tokens(block: list[tuple[int, str]], layout: Layout) -> tuple[list[Token], Fault | None]:
    tokens: list[Token] = []
    for number, line in block:
        if reason := undecoded(line):
            return tokens, Fault(number, reason)
        cells = line.split(layout.separator)
        if len(cells) != len(layout.columns):
            what = f"{len(cells)} columns where there should be {len(layout.columns)}: {line[:80]!r}"
            return tokens, Fault(number, what)
        cell = dict(zip(layout.columns, cells))
        if not cell["token"].strip():
            return tokens, Fault(number, f"a tag without a token: {line[:80]!r}")
        try:
            start, end = int(cell.get("start", -1)), int(cell.get("end", -1))
        except ValueError:
            return tokens, Fault(number, f"an offset that is no number: {line[:80]!r}")
        tokens.append(Token(number, cell["token"], cell["tag"], start, end, cell.get("document", "")))
    return tokens, None


def _is_over(part: Part, tokens: list[Token], unit: Unit) -> bool:
    """Whether the sentence of these tokens is no longer one of the part."""
    if unit == "document":
        return bool(tokens) and tokens[0].document != part.document
    if unit == "start":
        last = next((sentence[-1].end for sentence in reversed(part.sentences) if sentence), 0)
        return bool(tokens) and tokens[0].start < last
    return unit == "sentence"


def _draft(file: str, part: Part, layout: Layout) -> Draft:
    pieces: list[str] = []
    passages: list[dict[str, Any]] = []
    found: list[tuple[int, int, str]] = []
    at, last = 0, None
    for sentence in part.sentences:
        places: list[tuple[int, int]] = []
        for token in sentence:
            touches = last is None or (token.start == last.end and token.start >= 0)
            gap = "" if touches else " " if places else "\n"
            places.append((at + len(gap), at + len(gap) + len(token.text)))
            pieces += gap, token.text
            at, last = places[-1][1], token
        passages.append({"type": "sentence", "span": (places[0][0], at)})
        for first, end, type in decode(sentence, layout.scheme, layout.type):
            found.append((places[first][0], places[end - 1][1], type))
    text = "".join(pieces)
    mentions = tuple(
        {
            "id": mention_id(number),
            "spans": ((start, end),),
            "text": text[start:end],
            "types": (type,),
            "concepts": (),
            "alternatives": (),
        }
        for number, (start, end, type) in enumerate(found, start=1)
    )
    fields = {
        "id": part.id, "text": text, "passages": tuple(passages), "mentions": mentions,
        "identities": identities(layout.identity, part.document),
    }  # fmt: skip
    return Draft(Place(file, part.line), fields, typed=("mentions",))


def decode(tokens: Sequence[Token], scheme: Scheme, type: str = "") -> list[tuple[int, int, str]]:
    """Return first token, token after the last, and type of each mention of a sentence.

    Raises:
        Fault: at the first tag that the scheme does not allow where it stands.
    """
    mentions: list[tuple[int, int, str]] = []
    first, going, before = 0, "", "the beginning of a sentence"
    for at, token in enumerate([*tokens, tokens[-1]._replace(tag="O")]):
        prefix, kind = _split(token, scheme, type)
        goes_on = prefix in GOES_ON and kind == going
        if not (goes_on or scheme.i_begins if prefix in GOES_ON else not going or not scheme.is_closed):
            hint = "; is this an IO file?" if prefix == "I" else ""
            raise Fault(token.line, f"{token.tag} cannot follow {before} in this scheme{hint}")
        if not goes_on:
            if going:
                mentions.append((first, at, going))
            first, going = at, kind
        if prefix in ENDS:
            mentions.append((first, at + 1, kind))
            going = ""
        before = token.tag
    return mentions


def _split(token: Token, scheme: Scheme, type: str) -> tuple[str, str]:
    """Return prefix and type of a tag; `O` has no type."""
    if token.tag == "O":
        return "O", ""
    prefix, _, kind = token.tag.partition("-")
    if len(prefix) != 1 or prefix not in scheme.prefixes or not (kind or type):
        known = ", ".join(f"{prefix}-…" for prefix in scheme.prefixes)
        raise Fault(token.line, f"{token.tag!r} is no tag of this scheme, which has O, {known}")
    return prefix, kind or type


def write(documents: Iterable[Document], *, file: str = "documents.conll") -> Iterator[File]:
    """Yield one file with a mark per document and IOB2 tags, to be read with `unit="mark", mark=DOCSTART`.

    A line of the text is a sentence, and what stands between two blanks a token. Identities and notes are not
    written.

    Raises:
        FormatError: for a document that CoNLL cannot hold (`FORMAT.loses`), with what it is.
    """
    blocks = []
    for document in documents:
        try:
            blocks.append(f"-DOCSTART- ({document.id})\n\n" + _lines(document))
        except ValueError as error:
            hint = "choose a format that can hold it"
            raise FormatError(f"document {document.id}: {error}", where=file, next=hint) from error
    yield File(file, "".join(blocks).encode())


def _lines(document: Document) -> str:
    """Return the lines of a document, or raise ValueError with what of it they cannot hold."""
    _refuse_more_than_mentions(document)
    tokens = [match.span() for match in re.finditer(r"\S+", document.text)]
    starts = {start: number for number, (start, _) in enumerate(tokens)}
    ends = {end: number for number, (_, end) in enumerate(tokens)}
    tags = ["O"] * len(tokens)
    for mention in document.mentions:
        [(start, end)] = mention.spans
        if start not in starts or end not in ends:
            raise ValueError(f"mention {mention.id} begins or ends inside a token")
        if "\n" in mention.text:
            raise ValueError(f"mention {mention.id} runs over two sentences")
        for number in range(starts[start], ends[end] + 1):
            if tags[number] != "O":
                raise ValueError(f"mention {mention.id} overlaps another")
            tags[number] = ("B-" if number == starts[start] else "I-") + mention.types[0]
    after = {end: "\n\n" if document.text[end : end + 1] in ("", "\n") else "\n" for _, end in tokens}
    return "".join(f"{document.text[a:b]}\t{tag}{after[b]}" for (a, b), tag in zip(tokens, tags))


def _refuse_more_than_mentions(document: Document) -> None:
    for kind in ("events", "relations", "attributes", "coreferences", "labels"):
        if getattr(document, kind):
            raise ValueError(f"has {kind}")
    for mention in document.mentions:
        if len(mention.spans) > 1 or len(mention.types) > 1 or mention.concepts or mention.alternatives:
            raise ValueError(f"mention {mention.id} has several parts, types or extents, or a concept")
        if re.search(r"[\t\r\n]", mention.types[0]) or not mention.types[0]:
            raise ValueError(f"the type {mention.types[0]!r} of mention {mention.id} cannot be part of a tag")
    lines = document.text.split("\n") if document.text else []
    if any(line != " ".join(line.split()) or not line for line in lines):
        raise ValueError("has white space other than single blanks and line breaks, or an empty line")
    sentences = [("sentence", match.span()) for match in re.finditer(r".+", document.text)]
    if document.passages and any(p.labels or p.id for p in document.passages):
        raise ValueError("has passages with labels or ids")
    if document.passages and sentences != [(p.type, p.span) for p in document.passages]:
        raise ValueError("has passages other than its lines as sentences")
    if not document.id or "\n" in document.id:
        raise ValueError("has an id that cannot stand on one line")
