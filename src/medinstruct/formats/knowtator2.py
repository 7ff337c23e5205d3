"""Knowtator 2 XML: a text, and a file of annotations by concepts of an ontology.

    7.txt     The zorb is large , the splenule inflamed .
    7.xml     <knowtator-project>
                <document id="7" text-file="7.txt">
                  <annotation annotator="Default" id="7-1" motivation="" type="identity">
                    <class id="http://purl.obolibrary.org/obo/MONDO_0000007" label="enlarged zorb"/>
                    <span end="8" id="7-2" start="4">zorb</span>
                    <span end="17" id="7-3" start="12">large</span>
                  </annotation>
                </document>
              </knowtator-project>

An annotation is a mention whose type is the id of its class, and whose parts are its spans, in the order of the text.
Offsets count code points, half open. Labels of classes, annotators and relations between annotations are not read.

Specification: https://github.com/UCDenver-ccp/Knowtator-2.0; the format of CRAFT from version 4 on. The export of the
    first Knowtator is another one (`knowtator`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.formats.rows import bundled, decoded
from medinstruct.formats.xml_items import Record, records
from medinstruct.source import File

FORMAT = Format(
    title="Knowtator 2 XML",
    specification="https://github.com/UCDenver-ccp/Knowtator-2.0",
    suffixes=(".txt", ".xml"),
)


def read(files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "") -> Iterator[Read]:
    """Yield one Document per document of the XML files, named by its id there, in their order.

    Args:
        files: The texts (`.txt`) and the files of annotations, in whatever folders.
        repair: Changes a draft before it is checked.
        identity: Kind of id the documents have (`pmid`), or a function from it to an identity; empty for none.

    Raises:
        UnsafeInput: for a file with a document type declaration.
    """
    given = list(files)
    sheets = [file for file in given if file.suffix != ".txt"]
    bundles, others = bundled(given, lambda file: (file.stem, "text") if file.suffix == ".txt" else None)
    yield from others
    texts = {f"{name}.txt": bundle["text"] for name, bundle in bundles.items()}
    used = set[str]()
    for sheet in sheets:
        for record in records(sheet, record="document"):
            if isinstance(record, Broken):
                yield record
                continue
            name = record.get("text-file", "")
            used.add(name)
            yield from finish([_draft(record, texts.get(name), identity)], repair)
    for name, text in texts.items():
        if name not in used:
            why = "no file of annotations names it; not annotated is not the same as nothing to find"
            yield Broken(Place(text.name), text.stem, why)


def _draft(record: Record, file: File | None, identity: Identity) -> Draft | Broken:
    id = record.get("id", "")
    if file is None:
        return Broken(record.place, id, f"there is no text {record.get('text-file', '')!r}")
    if isinstance(text := decoded(file, id=id), Broken):
        return text
    try:
        mentions = tuple([_mention(each) for each in record.iterfind("annotation")])
    except KeyError as error:
        return Broken(record.place, id, f"an annotation, class or span has no {error}")
    except ValueError as error:
        return Broken(record.place, id, str(error))
    return Draft(record.place, {"id": id, "text": text, "mentions": mentions, "identities": identities(identity, id)})


def _mention(annotation: Element) -> dict[str, Any]:
    id, kind = annotation.attrib["id"], annotation.find("class")
    if kind is None:
        raise ValueError(f"annotation {id} has no class")
    parts = sorted(
        (int(each.attrib["start"]), int(each.attrib["end"]), each.text or "") for each in annotation.iterfind("span")
    )
    return {
        "id": id,
        "spans": tuple((start, end) for start, end, _ in parts),
        "text": " ".join(string for _, _, string in parts),
        "types": (kind.attrib["id"],),
    }
