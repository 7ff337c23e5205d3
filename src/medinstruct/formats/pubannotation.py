"""PubAnnotation JSON: a text with its denotations, and relations and attributes of these.

    {"sourcedb": "PubMed", "sourceid": "90000001", "text": "Keltin and not orlin calms dormice.",
     "denotations": [{"id": "T1", "span": {"begin": 0, "end": 6}, "obj": "Chemical"},
                     {"id": "T2", "span": {"begin": 15, "end": 20}, "obj": "Chemical"},
                     {"id": "T3", "span": [{"begin": 21, "end": 26}, {"begin": 27, "end": 34}], "obj": "Effect"}],
     "relations":   [{"id": "R1", "subj": "T1", "pred": "causeOf", "obj": "T3"}],
     "attributes":  [{"id": "A1", "subj": "T1", "pred": "dose", "obj": "low"}],
     "modifications": [{"id": "M1", "pred": "Negation", "obj": "T2"}]}

A file is one document or an array of them. Offsets are code points, half open. A span in several parts is a list
("bagging"), or denotations of the type `_FRAGMENT` that a relation `_lexicallyChainedTo` ties to the one with the type
("chaining"). A relation becomes one with the roles `subj` and `obj`; modifications, which later editions no longer
have, are attributes without a value. The id of a Document is `sourceid`, and `divid` after a hyphen where the source is
divided; `PubMed` and `PMC` tell its identity. Tracks of several projects, blocks and `namespaces` are not read.

Dialect: the first edition (BioNLP-ST 2013), in which denotations are `catanns`, relations `relanns` and
modifications `modanns`, and events stand as `insanns`, the instances of a denotation, with relations to them as
their arguments.

Specification: http://www.pubannotation.org/docs/annotation-format/; Kim & Wang 2012, https://aclanthology.org/W12-3618.
"""

from __future__ import annotations

import json as encoder
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from medinstruct.document import Attribute, Document, quote
from medinstruct.errors import FormatError, Place
from medinstruct.formats import Format, json
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.features import with_roles
from medinstruct.formats.rows import Row, drafts
from medinstruct.source import File

FORMAT = Format(
    title="PubAnnotation JSON",
    specification="http://www.pubannotation.org/docs/annotation-format/",
    suffixes=(".json",),
    loses=("several types of one mention", "concepts", "alternatives", "events", "coreferences", "labels", "passages",
           "relations of other than two mentions", "identities other than a PMID or PMCID that is the document's id"),
    holds=frozenset({
        "mentions", "discontinuous mentions", "overlapping mentions", "mentions inside a token", "mentions across sentences",
        "relations", "relations between mentions", "attributes of mentions", "attributes of relations",
        "names of several words", "ids of annotations", "identities",
        "documents that share an id",
    }),
)  # fmt: skip

OLD = {"denotations": "catanns", "relations": "relanns", "modifications": "modanns"}
FRAGMENT, CHAINED = "_FRAGMENT", "_lexicallyChainedTo"
SOURCES = {"pubmed": "pmid:{}", "pmc": "pmcid:PMC{}"}
"""The identity of a document by its `sourcedb`."""
Name = Callable[[Row], str]


def by_source(row: Row) -> str:
    """The id of a document: that of its source, and of its division if it is one."""
    source, division = str(row["sourceid"] if "sourceid" in row else row["source_id"]), _division(row)
    return source if division is None else f"{source}-{division}"


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    name: Name = by_source,
    roles: Mapping[str, str] | None = None,
) -> Iterator[Read]:
    """Yield one Document per object.

    Args:
        files: PubAnnotation JSON files.
        repair: Changes a draft before it is checked.
        name: From an object to the id of its document.
        roles: What the arguments of events in the first edition are called, by their predicates (`themeOf`: `Theme`).
    """
    found = (row for file in files for row in _rows(file))
    return finish(drafts(found, partial(_fields, name=name, roles=roles or {}), Document), repair)


def _rows(file: File) -> Iterator[Row | Broken]:
    is_array = file.data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    return json.rows(file, path=() if is_array else None)


def _fields(row: Row, name: Name, roles: Mapping[str, str]) -> dict[str, Any]:
    found = {key: row.get(key) or row.get(old, []) for key, old in OLD.items()}
    text, ties = row["text"], [_tie(each, n) for n, each in enumerate(found["relations"], start=1)]
    mentions = _mentions(
        text, found["denotations"], [(id, subj, obj) for id, subj, pred, obj in ties if pred == CHAINED]
    )
    types = {mention["id"]: mention["types"][0] for mention in mentions}
    events = {
        str(each["id"]): {
            "id": str(each["id"]),
            "type": types.get(trigger := str(each["object"]), ""),
            "trigger": trigger,
        }
        for each in row.get("insanns", [])
    }
    if len(events) < len(row.get("insanns", [])):
        raise ValueError("two instances have one id")
    relations = []
    for id, subj, pred, obj in ties:
        kinds = ["event" if end in events else "mention" for end in (subj, obj)]
        if obj in events:
            argument = {"role": roles.get(pred, pred), "ref": subj, "kind": kinds[0]}
            events[obj]["arguments"] = (*events[obj].get("arguments", ()), argument)
        elif pred != CHAINED:
            ends = zip(("subj", "obj"), (subj, obj), kinds)
            arguments = tuple({"role": role, "ref": ref, "kind": kind} for role, ref, kind in ends)
            relations.append({"id": id, "type": pred, "arguments": arguments})
    attributes = [
        {"target": str(each["subj"]), "name": str(each["pred"]), "value": _string(each["obj"])}
        for each in row.get("attributes", [])
    ]
    attributes += [
        {"target": str(_either(each, "obj", "object")), "name": str(_either(each, "pred", "type"))}
        for each in found["modifications"]
    ]
    return {
        "id": name(row), "text": text, "mentions": tuple(mentions), "relations": tuple(relations),
        "events": tuple(events.values()), "attributes": tuple(attributes), "identities": _identities(row),
    }  # fmt: skip


def _tie(relation: Mapping[str, Any], number: int) -> tuple[str, str, str, str]:
    subj, pred, obj = (
        str(_either(relation, *keys)) for keys in (("subj", "subject"), ("pred", "type"), ("obj", "object"))
    )
    return str(relation.get("id", f"R{number}")), subj, pred, obj


def _mentions(text: str, denotations: list[Any], chained: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """The mentions, each with the fragments that are chained to it.

    Args:
        text: Of the document.
        denotations: Mentions and fragments.
        chained: Id and both ends of each relation that chains.
    """
    known = {str(each.get("id", f"T{n}")): each for n, each in enumerate(denotations, start=1)}
    if len(known) < len(denotations):
        raise ValueError("two denotations have one id")
    loose = {id for id, each in known.items() if _is_fragment(each)}
    mentions, more = [], dict[str, list[str]]()
    for tie, subj, obj in chained:
        if not (_is_fragment(known[subj]) or _is_fragment(known[obj])):
            raise ValueError(f"{tie} chains {subj} and {obj}, neither of which is a fragment")
        more.setdefault(subj, []).append(obj)
        more.setdefault(obj, []).append(subj)
    for id, each in known.items():
        if (type := _string(_either(each, "obj", "category"))) == FRAGMENT:
            continue
        spans, waiting, seen = list[tuple[int, int]](), [id], {id}
        while waiting:
            spans += _spans(known[waiting[-1]]["span"])
            others = [
                other for other in more.get(waiting.pop(), []) if other not in seen and _is_fragment(known[other])
            ]
            seen.update(others)
            waiting += others
        loose -= seen
        parts = tuple(sorted(spans))
        mentions.append({"id": id, "spans": parts, "text": quote(text, parts), "types": (type,)})
    if loose:
        raise ValueError(f"fragment {min(loose)} is chained to no denotation that has a type")
    return mentions


def _is_fragment(denotation: Mapping[str, Any]) -> bool:
    return bool(_either(denotation, "obj", "category") == FRAGMENT)


def _spans(span: Any) -> list[tuple[int, int]]:
    return [(part["begin"], part["end"]) for part in (span if isinstance(span, list) else [span])]


def _either(each: Mapping[str, Any], new: str, old: str) -> Any:
    return each[new] if new in each else each[old]


def _string(value: Any) -> str:
    return value if isinstance(value, str) else encoder.dumps(value, ensure_ascii=False)


def _division(row: Row) -> Any:
    return next((row[key] for key in ("divid", "division_id") if row.get(key) is not None), None)


def _identities(row: Row) -> tuple[str, ...]:
    source = SOURCES.get(str(row.get("sourcedb", row.get("source_db", ""))).lower())
    id = str(row.get("sourceid", row.get("source_id", ""))).removeprefix("PMC")
    return (source.format(id),) if source and id else ()


def write(documents: Iterable[Document], *, file: str = "documents.json") -> Iterator[File]:
    """Yield one file with an array of the documents, in today's edition.

    Raises:
        FormatError: for a document that PubAnnotation cannot hold (`FORMAT.loses`), with what it is.
    """
    rows = []
    for document in documents:
        is_own = document == shape(document)
        what = _unheld(document) if is_own else "has roles, identities or an order of attributes that are not its own"
        if what:
            raise FormatError(
                f"document {document.id}: {what}", where=Place(file), next="choose a format that can hold it"
            )
        rows.append(encoder.dumps(_plain(document), ensure_ascii=False))
    yield File(file, ("[" + ",\n".join(rows) + "]\n").encode())


def shape(document: Document) -> Document:
    """Return what PubAnnotation says of a document that it can hold: roles of its own, the identity that its id tells."""
    told = tuple(name for pattern in SOURCES.values() if (name := pattern.format(document.id)) in document.identities)
    flags = [attribute for attribute in document.attributes if not attribute.value]
    valued = [attribute for attribute in document.attributes if attribute.value]
    held = document.model_copy(update={"identities": told[:1], "attributes": (*valued, *flags)})
    return with_roles(held, "subj", "obj")


def _unheld(document: Document) -> str | None:
    for kind in ("events", "coreferences", "labels", "passages"):
        if getattr(document, kind):
            return f"has {kind}"
    for mention in document.mentions:
        if len(mention.types) > 1 or mention.concepts or mention.alternatives:
            return f"mention {mention.id} is of several types, or has concepts or alternatives"
    for relation in document.relations:
        if len(relation.arguments) != 2 or any(argument.kind != "mention" for argument in relation.arguments):
            return f"relation {relation.id} is not between two mentions"
    return None


def _plain(document: Document) -> dict[str, Any]:
    source = next(
        (name for name, pattern in SOURCES.items() if pattern.format(document.id) in document.identities), None
    )
    return {
        **({"sourcedb": {"pubmed": "PubMed", "pmc": "PMC"}[source]} if source else {}),
        "sourceid": document.id,
        "text": document.text,
        "denotations": [
            {"id": mention.id, "span": _span(mention.spans), "obj": mention.types[0]} for mention in document.mentions
        ],
        "relations": [
            {"id": r.id, "subj": r.arguments[0].ref, "pred": r.type, "obj": r.arguments[1].ref} for r in document.relations
        ],
        **_properties(document.attributes),
    }  # fmt: skip


def _span(spans: tuple[tuple[int, int], ...]) -> Any:
    parts = [{"begin": start, "end": end} for start, end in spans]
    return parts[0] if len(parts) == 1 else parts


def _properties(attributes: tuple[Attribute, ...]) -> dict[str, list[dict[str, str]]]:
    """Attributes with a value, and those without as modifications."""
    valued = [a for a in attributes if a.value]
    flags = [a for a in attributes if not a.value]
    return {
        "attributes": [
            {"id": f"A{n}", "subj": a.target, "pred": a.name, "obj": a.value} for n, a in enumerate(valued, start=1)
        ],
        "modifications": [{"id": f"M{n}", "pred": a.name, "obj": a.target} for n, a in enumerate(flags, start=1)],
    }
