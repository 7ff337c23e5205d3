"""GPML: the markup of the GENIA corpus, with terms as elements inside sentences.

    <!DOCTYPE set SYSTEM "gpml.dtd">
    <set>
    <article>
    <articleinfo><bibliomisc>MEDLINE:90000001</bibliomisc></articleinfo>
    <title><sentence><cons lex="Orlin" sem="G#protein_molecule">Orlin</cons> in rats.</sentence></title>
    <abstract>
    <sentence>It binds <cons lex="(OR A_cell B_cell)" sem="(OR G#cell_type G#cell_type)"><cons lex="A*">A</cons>
    or <cons lex="B*">B</cons> <cons lex="*cell">cells</cons></cons>.</sentence>
    …

A `cons` with a `sem` is a mention, of the class that stands in it after `G#`. Terms nest. A coordination has a
predicate over classes, and is one mention of all of them; its parts, which have no class of their own, are none. The
text is the sentences of title and abstract, joined by one blank, which are passages as well.

The document type declaration names a DTD that declares no entity; it is left out before the file is read. One that
has declarations in itself is refused, as by `xml_items`.

Specification: Kim, Ohta, Tateisi & Tsujii 2003, doi:10.1093/bioinformatics/btg1023.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from medinstruct.document import Document
from medinstruct.formats import Format, xml_items
from medinstruct.formats.draft import Identity, Read, Repair, identities
from medinstruct.formats.xml_items import Record
from medinstruct.source import File

FORMAT = Format(
    title="GPML (GENIA terms)",
    specification="https://doi.org/10.1093/bioinformatics/btg1023",
    suffixes=(".xml",),
)

DECLARATION = re.compile(rb'<!DOCTYPE\s+set\s+SYSTEM\s+"[\w.]+"\s*>')
CLASS = re.compile(r"G#([^\s()]+)")
PASSAGES = ("title", "abstract")


def read(files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "muid") -> Iterator[Read]:
    """Yield one Document per `<article>`, with passages `title` and `abstract`, each followed by its sentences.

    Args:
        files: GPML files.
        repair: Changes a draft before it is checked.
        identity: Kind of id the articles have (`muid`, MEDLINE's of old), or a function from it to an identity; empty
            for none.

    Raises:
        UnsafeInput: for a file that declares an entity.
    """
    plain = (File(file.name, DECLARATION.sub(b"", file.data, count=1)) for file in files)
    return xml_items.read(
        plain, record="article", item=partial(_article, identity=identity), repair=repair, kind=Document
    )


def _article(article: Record, identity: Identity) -> dict[str, Any]:
    id = (article.findtext("articleinfo/bibliomisc") or "").strip().rpartition(":")[2]
    if not id:
        raise ValueError("the article has no id")
    pieces: list[str] = []
    passages: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    at = 0
    for type in PASSAGES:
        if (section := article.find(type)) is None:
            raise ValueError(f"the article has no {type}")
        sentences: list[dict[str, Any]] = []
        for sentence in _sentences(section):
            pieces.append("".join(sentence.itertext()))
            sentences.append({"type": "sentence", "span": (at, at + len(pieces[-1]))})
            mentions += _mentions(sentence, at, len(mentions))
            at += len(pieces[-1]) + 1
        if sentences:
            passages += [{"type": type, "span": (sentences[0]["span"][0], at - 1)}, *sentences]
    return {
        "id": id, "text": " ".join(pieces), "passages": tuple(passages), "mentions": tuple(mentions),
        "identities": identities(identity, id),
    }  # fmt: skip


def _sentences(section: Element) -> list[Element]:
    """Return the sentences of a title or an abstract, outside which no text may stand."""
    outside = "".join([section.text or "", *(child.tail or "" for child in section)]).strip()
    if outside or any(child.tag != "sentence" for child in section):
        raise ValueError(f"the {section.tag} holds something outside its sentences: {outside[:60]!r}")
    return list(section)


def _mentions(sentence: Element, at: int, before: int) -> Iterator[dict[str, Any]]:
    """Yield the mentions of a sentence that begins at `at`; ids go on after `before`."""
    classed = ((cons, start, CLASS.findall(cons.get("sem", ""))) for cons, start in _inside(sentence, at))
    found = ((cons, start, classes) for cons, start, classes in classed if classes)
    for number, (cons, start, classes) in enumerate(found, start=before + 1):
        string = "".join(cons.itertext())
        span, types = (start, start + len(string)), tuple(dict.fromkeys(classes))
        yield {"id": f"T{number}", "spans": (span,), "text": string, "types": types}


def _inside(element: Element, at: int) -> Iterator[tuple[Element, int]]:
    """Yield all elements inside `element`, whose text begins at `at`, with their start, outer ones first."""
    at += len(element.text or "")
    for child in element:
        yield child, at
        yield from _inside(child, at)
        at += len("".join(child.itertext())) + len(child.tail or "")
