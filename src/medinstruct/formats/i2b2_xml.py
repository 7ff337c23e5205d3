"""i2b2 XML: a text, and behind it its tags with offsets; a file per document, as the annotation tool MAE writes it.

    7.xml   <?xml version="1.0" encoding="UTF-8" ?>
            <ClinicalNarrativeTemporalAnnotation>
            <TEXT><![CDATA[
            Zorbinase was begun on 3/4 .
            ]]></TEXT>
            <TAGS>
            <EVENT id="E0" start="1" end="10" text="Zorbinase" modality="FACTUAL" polarity="POS" type="TREATMENT" />
            <TIMEX3 id="T0" start="24" end="27" text="3/4" type="DATE" val="2031-03-04" mod="NA" />
            <TLINK id="TL0" fromID="E0" fromText="Zorbinase" toID="T0" toText="3/4" type="BEGUN_BY" />
            <TLINK id="TL1" fromID="E0" fromText="Zorbinase" toID="Discharge" toText="Discharge" type="BEFORE" />
            </TAGS>
            </ClinicalNarrativeTemporalAnnotation>

A tag with `start` and `end` is a mention of its `type` (or `TYPE`); its other attributes are its attributes, but for
`comment`. A tag with `fromID` and `toID` is a relation of its `type` with the roles `from` and `to`. Where one end is
no mention (a section time, or a mere word like `Discharge`), it is an attribute of the other, named by that word in
capitals, with the type as value.

Offsets count code points from the beginning of the text, its first line break included. In `text` a line break is a
blank, and what XML escapes may stand in the text escaped a second time.

Specification: Sun, Rumshisky & Uzuner 2013, doi:10.1016/j.jbi.2013.07.004; Stubbs & Uzuner 2015,
    doi:10.1016/j.jbi.2015.07.020; http://mae-annotation.github.io.

Dialects: offsets that count from 1; all of a file are taken so if that is how its strings stand. What is not read: a
    bare `&` or `<` in a tag, which is no XML (Broken; see `escape`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import unescape

from medinstruct.document import Span
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities, mended
from medinstruct.formats.rows import decoded
from medinstruct.formats.xml_items import Record, records
from medinstruct.source import File

FORMAT = Format(
    title="i2b2 XML",
    specification="https://doi.org/10.1016/j.jbi.2013.07.004",
    suffixes=(".xml",),
)

PLACES = {"start", "end"}
ENDS = {"fromID", "toID"}
NO_ATTRIBUTE = {"id", "text", "type", "TYPE", "comment", *PLACES}
ESCAPES = {"&apos;": "'", "&quot;": '"'}

TAG = re.compile(r"^[ \t]*<[A-Z]\w*(?: +[\w-]+=\"[^\"\n]*\")*[ \t]*/>", re.MULTILINE)
VALUE = re.compile(r"=\"([^\"\n]*)\"")
BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)")


def read(
    files: Iterable[File],
    *,
    root: str,
    repair: Repair | None = None,
    identity: Identity = "",
    skip: Sequence[str] = (),
) -> Iterator[Read]:
    """Yield one Document per file, named by it.

    Args:
        files: XML files.
        root: Name of the root element.
        repair: Changes a draft before its XML is read: `fields` has `id` and `markup`, the whole file.
        identity: Kind of id the file names are, or a function from the name to an identity; empty for none.
        skip: Names of tags that are no mentions: a link to one is a link to its type.

    Raises:
        UnsafeInput: for a file with a document type declaration, an entity or a reference to another file.
    """
    return finish(_draft(file, root, repair, identity, skip) for file in files)


def escape(draft: Draft) -> str | None:
    """Escape bare `&` and `<` in the tags of a file. A repair, to be given as `repair`."""
    mended = TAG.sub(lambda tag: VALUE.sub(_escape, tag[0]), draft.fields["markup"])
    if mended == draft.fields["markup"]:
        return None
    draft.fields["markup"] = mended
    return "bare & or < in a tag, which is no XML"


def _escape(value: re.Match[str]) -> str:
    return '="' + BARE.sub("&amp;", value[1]).replace("<", "&lt;") + '"'


def _draft(file: File, root: str, repair: Repair | None, identity: Identity, skip: Sequence[str]) -> Draft | Broken:
    if isinstance(markup := decoded(file, id=file.stem), Broken):
        return markup
    draft = mended(Draft(Place(file.name), {"id": file.stem, "markup": markup}), repair)
    if isinstance(draft, Broken):
        return draft
    *_, record = records(File(file.name, draft.fields["markup"].encode()), record=root)
    if isinstance(record, Broken):
        return Broken(record.place, file.stem, record.reason)
    try:
        fields = _fields(record, skip)
    except (KeyError, ValueError) as error:
        return Broken(Place(file.name), file.stem, _explain(error))
    fields |= {"id": file.stem, "identities": identities(identity, file.stem), "notes": draft.fields.get("notes", ())}
    return Draft(Place(file.name), fields)


def _explain(error: Exception) -> str:
    return f"a tag has no {error}" if isinstance(error, KeyError) else str(error)


def _fields(record: Record, skip: Sequence[str]) -> dict[str, Any]:
    text, tags = record.findtext("TEXT"), record.find("TAGS")
    if text is None or tags is None:
        raise ValueError(f"has no {'TAGS' if text is not None else 'TEXT'}")
    marks, links, words = [], [], {}
    for tag in tags:
        if tag.tag in skip:
            words[tag.get("id", "")] = tag.get("type", tag.tag)
        elif tag.attrib.keys() >= PLACES:
            marks.append(tag.attrib)
        elif tag.attrib.keys() >= ENDS:
            links.append(tag.attrib)
        else:
            raise ValueError(f"{tag.tag} is neither a stretch of text nor a link")
    attributes = [
        {"target": mark["id"], "name": name, "value": value}
        for mark in marks for name, value in mark.items() if name not in NO_ATTRIBUTE and value
    ]  # fmt: skip
    relations, more = _links(links, {mark["id"] for mark in marks}, words)
    return {
        "text": text, "mentions": _mentions(marks, text), "relations": tuple(relations),
        "attributes": (*attributes, *more),
    }  # fmt: skip


def _mentions(marks: Sequence[dict[str, str]], text: str) -> tuple[dict[str, Any], ...]:
    spans = [(_number(mark, "start"), _number(mark, "end")) for mark in marks]
    earlier = [(start - 1, end - 1) for start, end in spans]
    stand = [_stands(mark, span, text) for mark, span in zip(marks, spans)]
    if not all(stand):
        stand_earlier = [_stands(mark, span, text) for mark, span in zip(marks, earlier)]
        if all(stand_earlier):
            spans, stand = earlier, stand_earlier
    return tuple(
        {
            "id": mark["id"], "spans": (span,), "text": text[slice(*span)] if stands else mark["text"],
            "types": (mark.get("type") or mark["TYPE"],),
        }
        for mark, span, stands in zip(marks, spans, stand)
    )  # fmt: skip


def _number(mark: dict[str, str], name: str) -> int:
    try:
        return int(mark[name])
    except ValueError:
        raise ValueError(f"{name} of {mark['id']} is {mark[name][:40]!r}, which is no number") from None


def _stands(mark: dict[str, str], span: Span, text: str) -> bool:
    """Whether the string of a mark stands at `span`, be it with other blanks or escaped once more."""
    found, string = text[max(span[0], 0) : max(span[1], 0)], mark["text"]
    return found == string or unescape(found, ESCAPES).split() == unescape(string, ESCAPES).split()


def _links(
    links: Iterable[dict[str, str]], mentions: set[str], words: dict[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the links between mentions, and as attributes those between a mention and a word."""
    relations: list[dict[str, Any]] = []
    attributes: list[dict[str, str]] = []
    for link in links:
        first, second = link["fromID"], link["toID"]
        if first in mentions and second in mentions:
            arguments = ({"role": "from", "ref": first}, {"role": "to", "ref": second})
            relations.append({"id": link["id"], "type": link["type"], "arguments": arguments})
        elif first in mentions:
            attributes.append({"target": first, "name": _word(second, words, link), "value": link["type"]})
        elif second in mentions:
            name = f"from {_word(first, words, link)}"
            attributes.append({"target": second, "name": name, "value": link["type"]})
        else:
            raise ValueError(f"{link['id']} goes from {first} to {second}, neither of which is a mention")
    return relations, attributes


def _word(ref: str, words: dict[str, str], link: dict[str, str]) -> str:
    """Return in capitals what stands for something outside the text: the type of a tag that is skipped, or a word of
    letters.
    """
    if ref not in words and not ref.isalpha():
        raise ValueError(f"{link['id']} points to {ref}, which is nothing")
    return words.get(ref, ref).upper()
