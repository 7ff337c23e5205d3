"""Knowtator XML: a text, and beside it its annotations in the export of Knowtator and eHOST.

    7.txt                   The zorb is large , the splenule inflamed .
    7.txt.knowtator.xml     <annotations textSource="7.txt">
                              <annotation>
                                <mention id="EHOST_Instance_1" />
                                <span start="4" end="8" />
                                <span start="12" end="17" />
                                <spannedText>zorb ... large</spannedText>
                              </annotation>
                              <classMention id="EHOST_Instance_1">
                                <hasSlotMention id="EHOST_Instance_2" />
                                <mentionClass id="Disease_Disorder">zorb ... large</mentionClass>
                              </classMention>
                              <stringSlotMention id="EHOST_Instance_2">
                                <mentionSlot id="CUI" />
                                <stringSlotMentionValue value="C0000007" />
                              </stringSlotMention>
                            </annotations>

An annotation is a mention of the class that its class mention has. The string slots of that are concepts or
attributes, which the corpus tells apart; other slots are not read. Offsets count code points of the text, half open;
the parts of a mention stand in `spannedText` with ` ... ` between them.

Specification: Ogren 2006, https://aclanthology.org/N06-4006; South et al. 2012, https://aclanthology.org/W12-2416
    (eHOST).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from medinstruct.document import quote
from medinstruct.errors import Place
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import bundled, decoded
from medinstruct.formats.xml_items import Record, records
from medinstruct.source import File

FORMAT = Format(
    title="Knowtator XML",
    specification="https://aclanthology.org/N06-4006",
    suffixes=(".txt", ".xml"),
)

SUFFIX = ".knowtator.xml"
GAP = " ... "


def read(
    files: Iterable[File], *, repair: Repair | None = None, vocabulary: Callable[[str, str], str] | None = None
) -> Iterator[Read]:
    """Yield one Document per text, named by it.

    Args:
        files: The texts and the files of annotations, in whatever folders.
        repair: Changes a draft before it is checked.
        vocabulary: A function from the name of a string slot and its value to the vocabulary whose concept the value
            is; empty for an attribute. Without it all are attributes.

    Raises:
        UnsafeInput: for a file with a document type declaration.
    """
    pairs, others = bundled(files, _key)
    yield from others
    yield from finish((_draft(id, pair, vocabulary or (lambda slot, value: "")) for id, pair in pairs.items()), repair)


def _key(file: File) -> tuple[str, bool]:
    """The name of a record, and whether the file holds its annotations."""
    name = file.name.rpartition("/")[2]
    return name.removesuffix(SUFFIX).removesuffix(".txt"), name.endswith(SUFFIX)


def _draft(id: str, pair: dict[bool, File], vocabulary: Callable[[str, str], str]) -> Draft | Broken:
    if len(pair) < 2:
        [file] = pair.values()
        name = file.name.rpartition("/")[2]
        other = name.removesuffix(SUFFIX) if name.endswith(SUFFIX) else name + SUFFIX
        return Broken(Place(file.name), id, f"there is no {other} beside it")
    if isinstance(text := decoded(pair[False], id=id), Broken):
        return text
    *_, root = records(pair[True], record="annotations")
    if isinstance(root, Broken):
        return Broken(root.place, id, root.reason)
    try:
        return Draft(root.place, {"id": id, "text": text, **_fields(root, text, vocabulary)})
    except KeyError as error:
        return Broken(root.place, id, f"refers to {error}, or lacks it")
    except ValueError as error:
        return Broken(root.place, id, str(error))


def _fields(root: Record, text: str, vocabulary: Callable[[str, str], str]) -> dict[str, Any]:
    classes = {each.attrib["id"]: each for each in root.iterfind("classMention")}
    slots = {each.attrib["id"]: each for each in root.iterfind("stringSlotMention")}
    mentions: list[dict[str, Any]] = []
    attributes: list[dict[str, str]] = []
    for annotation in root.iterfind("annotation"):
        mention = _mention(annotation, text)
        kind = classes[mention["id"]]
        mention["types"] = (_child(kind, "mentionClass")["id"],)
        for slot in (slots.get(link.attrib["id"]) for link in kind.iterfind("hasSlotMention")):
            if slot is not None:
                name, value = _child(slot, "mentionSlot")["id"], _child(slot, "stringSlotMentionValue")["value"]
                if known := vocabulary(name, value):
                    mention["concepts"] += ({"vocabulary": known, "id": value},)
                else:
                    attributes.append({"target": mention["id"], "name": name, "value": value})
        mentions.append(mention)
    return {"mentions": tuple(mentions), "attributes": tuple(attributes)}


def _mention(annotation: Element, text: str) -> dict[str, Any]:
    spans = tuple(sorted((int(each.attrib["start"]), int(each.attrib["end"])) for each in annotation.iterfind("span")))
    stands, string = quote(text, spans), (annotation.findtext("spannedText") or "").replace(GAP, " ")
    return {
        "id": _child(annotation, "mention")["id"], "spans": spans, "concepts": (),
        "text": stands if stands.split() == string.split() else string,
    }  # fmt: skip


def _child(element: Element, name: str) -> dict[str, str]:
    if (found := element.find(name)) is None:
        raise ValueError(f"a {element.tag} has no {name}")
    return found.attrib
