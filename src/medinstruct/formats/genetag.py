"""GENETAG, the format of BioCreative II: sentences in one file, and where their genes are in two others.

    train.in        P0712T0076 Zorb-1 binds zorbin A and B .
    GENE.eval       P0712T0076|0 5|Zorb-1
                    P0712T0076|11 17|zorbin A
    ALTGENE.eval    P0712T0076|11 21|zorbin A and B

Offsets count the characters that are not white space, from 0, and the second is that of the last character: `0 5`
is `Zorb-1`, and `11 17` is `zorbin A`. A line of ALTGENE.eval is an extent that counts as right for each gene that
it overlaps, as the scorer of the challenge has it (`alt_eval.perl`). So it becomes an alternative of those
mentions, and never a mention. What cannot become one is told in the notes of the document: an extent that overlaps
no gene, and one whose text is not what stands at its offsets, by which the scorer goes.

Specification: Smith et al. 2008, doi:10.1186/gb-2008-9-s2-s2; Tanabe et al. 2005,
doi:10.1186/1471-2105-6-S1-S3.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain
from typing import NamedTuple

from medinstruct.document import Document, Mention, Passage, Span
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.features import FEATURES, keep, numbered, on_one_line
from medinstruct.formats.rows import lines_of
from medinstruct.source import File

FORMAT = Format(
    title="GENETAG",
    specification="https://doi.org/10.1186/gb-2008-9-s2-s2",
    suffixes=(".in", ".eval"),
    loses=("more than one type", "discontinuous mentions", "concepts", "events", "relations", "attributes",
           "coreferences", "labels", "passages other than one sentence", "line breaks"),
    holds=frozenset({
        "mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences", "alternatives", "passages",
        "ids of annotations",
    }),
)  # fmt: skip

GENES, ALTERNATIVES = "GENE.eval", "ALTGENE.eval"
ENTRY = re.compile(r"([^|\s]+)\|([0-9]{1,9}) ([0-9]{1,9})\|(.*)")


class Entry(NamedTuple):
    """A line of an `.eval` file; `last` is inclusive, and neither number counts white space."""

    place: Place
    first: int
    last: int
    text: str


class Sentence(NamedTuple):
    """A line of an `.in` file."""

    place: Place
    id: str
    text: str


Entries = dict[str, list[Entry | Broken]]
"""The lines of an `.eval` file by the id of their sentence."""


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    type: str = "Gene",
    identity: Identity = "",
) -> Iterator[Read]:
    """Yield one Document per sentence, in the order of the `.in` files.

    Args:
        files: `.in` files, each with the `GENE.eval` and, if there is one, the `ALTGENE.eval` of its folder.
        repair: Changes a draft before it is checked.
        type: The type of the mentions.
        identity: A function from the id of a sentence to what its article is called in the world (`pmid:712`), or to
            "" where that is not known; or the kind of id that sentences have; empty for none.
    """
    folders: dict[str, dict[str, File]] = defaultdict(dict)
    for file in files:
        folder, _, name = file.name.rpartition("/")
        folders[folder][name] = file
    return finish((draft for folder in folders.values() for draft in _drafts(folder, type, identity)), repair)


def _drafts(folder: dict[str, File], type: str, identity: Identity) -> Iterator[Draft | Broken]:
    genes, alternatives = _entries(folder.get(GENES)), _entries(folder.get(ALTERNATIVES))
    seen = set[str]()
    sentences = (_sentences(file) for name, file in folder.items() if name.endswith(".in"))
    for sentence in chain.from_iterable(sentences):
        if isinstance(sentence, Broken):
            yield sentence
        elif GENES not in folder:
            yield Broken(sentence.place, sentence.id, f"there is no {GENES} in its folder to tell its genes")
        elif sentence.id in seen:
            yield Broken(sentence.place, sentence.id, f"two sentences have the id {sentence.id}")
        else:
            seen.add(sentence.id)
            found = genes.pop(sentence.id, []), alternatives.pop(sentence.id, [])
            yield _draft(sentence, *found, type, identity)
    for id, (entry, *_) in (*genes.items(), *alternatives.items()):
        yield entry if isinstance(entry, Broken) else Broken(entry.place, id, f"no sentence has the id {id}")


def _sentences(file: File) -> Iterator[Sentence | Broken]:
    lines, undecoded = lines_of(file)
    for number, line in enumerate(lines, start=1):
        id, _, sentence = line.partition(" ")
        if number in undecoded:
            yield Broken(Place(file.name, number), id, undecoded[number])
        elif id.strip() and sentence.strip():
            yield Sentence(Place(file.name, number), id, sentence)
        elif line.strip():
            yield Broken(Place(file.name, number), id, f"not an id, a blank and a sentence: {line[:80]!r}")


def _entries(file: File | None) -> Entries:
    entries: Entries = defaultdict(list)
    if file is None:
        return entries
    lines, undecoded = lines_of(file)
    for number, line in enumerate(lines, start=1):
        place, id = Place(file.name, number), line.partition("|")[0]
        if number in undecoded:
            entries[id].append(Broken(place, id, undecoded[number]))
        elif found := ENTRY.fullmatch(line):
            entries[found[1]].append(Entry(place, int(found[2]), int(found[3]), found[4]))
        elif line.strip():
            entries[id].append(Broken(place, id, f"not an id, two offsets and a text: {line[:80]!r}"))
    return entries


def _draft(
    sentence: Sentence,
    genes: list[Entry | Broken],
    alternatives: list[Entry | Broken],
    type: str,
    identity: Identity,
) -> Draft | Broken:
    place, id, text = sentence
    solid = [at for at, sign in enumerate(text) if not sign.isspace()] if genes or alternatives else []
    placed: list[list[tuple[Span, str]]] = []
    for entries in (genes, alternatives):
        placed.append([])
        for entry in entries:
            if isinstance(entry, Broken):
                return entry
            if not entry.first <= entry.last < len(solid):
                what = f"{entry.first} {entry.last} lies outside the {len(solid)} characters of sentence {id}"
                return Broken(entry.place, id, what)
            placed[-1].append(((solid[entry.first], solid[entry.last] + 1), entry.text))
    extents = sorted({span for span, _ in placed[1]})
    mentions = tuple(
        {
            "id": f"T{number}", "spans": (span,), "text": string, "types": (type,),
            "alternatives": tuple((other,) for other in extents if _overlap(span, other) and other != span),
        }
        for number, (span, string) in enumerate(placed[0], start=1)
    )  # fmt: skip
    fields = {
        "id": id, "text": text, "passages": ({"type": "sentence", "span": (0, len(text))},), "mentions": mentions,
        "identities": identities(identity, id), "notes": _notes(text, *placed),
    }  # fmt: skip
    return Draft(place, fields)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _notes(text: str, genes: list[tuple[Span, str]], alternatives: list[tuple[Span, str]]) -> tuple[str, ...]:
    """Tell what of the alternatives is not held by the mentions."""
    notes = []
    for (start, end), string in alternatives:
        where = f"the alternative {string!r} at {start}:{end}"
        if not any(_overlap((start, end), gene) for gene, _ in genes):
            notes.append(f"{where} overlaps no mention and is left out")
        elif text[start:end] != string:
            notes.append(f"{where} is taken for {text[start:end]!r}, which stands there")
    return tuple(notes)


def write(documents: Iterable[Document], *, folder: str = "documents", type: str = "Gene") -> Iterator[File]:
    """Yield `sentences.in`, `GENE.eval` and `ALTGENE.eval`. Identities and notes are not written.

    Raises:
        FormatError: for a document that GENETAG cannot hold (`FORMAT.loses`), with what it is.
    """
    sentences, genes, alternatives = [], [], []
    for document in documents:
        if reason := _unwritable(document, type):
            hint = "choose a format that can hold it"
            raise FormatError(f"document {document.id}: {reason}", where=folder, next=hint)
        sentences.append(f"{document.id} {document.text}\n")
        solid = list(accumulate((not sign.isspace() for sign in document.text), initial=0))
        genes += [_entry(document, mention.spans[0], solid) for mention in document.mentions]
        extents = {spans[0] for mention in document.mentions for spans in mention.alternatives}
        alternatives += [_entry(document, extent, solid) for extent in sorted(extents)]
    for name, lines in (("sentences.in", sentences), (GENES, genes), (ALTERNATIVES, alternatives)):
        yield File(f"{folder}/{name}", "".join(lines).encode())


def shape(document: Document, type: str = "Gene") -> Document:
    """Return what GENETAG says of a document that it can hold: mentions of one type in one sentence."""
    sentence = Passage(type="sentence", span=(0, len(document.text)))
    mentions = tuple(m for m in document.mentions if m.types == (type,) and m.text == m.text.strip())
    document = on_one_line(keep(document, passages=(sentence,), mentions=mentions))
    if any(_unheld(mention, document, type) for mention in mentions):
        document = FEATURES["alternatives"].without(document)
    ordered = (
        m.model_copy(update={"alternatives": tuple(sorted({*m.alternatives} - {m.spans}))}) for m in document.mentions
    )
    return numbered(document.model_copy(update={"mentions": tuple(ordered)}))


def _entry(document: Document, span: Span, solid: list[int]) -> str:
    """Return the line of an extent; `solid` tells how many characters that are no white space stand before each place."""
    start, end = span
    return f"{document.id}|{solid[start]} {solid[end] - 1}|{document.text[start:end]}\n"


def _unwritable(document: Document, type: str) -> str | None:
    if document.passages not in ((), (Passage(type="sentence", span=(0, len(document.text))),)):
        return "has passages other than one sentence"
    for kind in ("events", "relations", "attributes", "coreferences", "labels"):
        if getattr(document, kind):
            return f"has {kind}"
    if re.search(r"[|\s]", document.id) or not document.id:
        return "has an id that cannot stand before a blank or a bar"
    if re.search(r"[\r\n]", document.text) or not document.text.strip():
        return "has no text, or a line break in it"
    return next((reason for mention in document.mentions if (reason := _unheld(mention, document, type))), None)


def _unheld(mention: Mention, document: Document, type: str) -> str | None:
    if mention.types != (type,) or mention.concepts:
        return f"mention {mention.id} has a concept, or is not of the one type {type}"
    if any(len(spans) > 1 for spans in (mention.spans, *mention.alternatives)):
        return f"mention {mention.id} or an alternative of it is discontinuous"
    for [(start, end)] in (mention.spans, *mention.alternatives):
        if document.text[start:end] != document.text[start:end].strip():
            return f"mention {mention.id} or an alternative of it begins or ends with white space"
    for [extent] in mention.alternatives:
        others = [other for other in document.mentions if _overlap(extent, other.spans[0])]
        if mention not in others:
            return f"an alternative of mention {mention.id} does not overlap it"
        if any((extent,) not in (other.spans, *other.alternatives) for other in others):
            return f"an alternative of mention {mention.id} overlaps another, of which it is none"
    return None
