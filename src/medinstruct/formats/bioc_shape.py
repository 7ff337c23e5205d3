"""What BioC says of a document that it can hold, whichever notation it stands in; see `bioc`."""

from __future__ import annotations

from medinstruct.document import Attribute, Concept, Document, Relation
from medinstruct.formats.bioc import STANDARD, parts, texts
from medinstruct.formats.bioc_plain import Plain
from medinstruct.formats.draft import NO_CONCEPT
from medinstruct.formats.features import keep, with_concepts


def shape(document: Document) -> Document:
    """Return what BioC says of a document that it can hold, in the standard dialect: attributes in the order of what
    they are given to, one of a name; concepts as arguments in the roles of the dialect.
    """
    found: dict[tuple[str, str], Attribute] = {}
    taken = {"type", *STANDARD.concepts, *STANDARD.arguments}
    found |= {(a.target, a.name): a for a in document.attributes if a.name not in taken}
    ids = (thing.id for things in (document.mentions, document.relations) for thing in things)
    order = {id: n for n, id in enumerate(ids)}
    relations = tuple(r for r in map(_in_roles, document.relations) if r is not None)
    document = keep(
        document,
        attributes=tuple(sorted(found.values(), key=lambda attribute: order.get(attribute.target, -1))),
        relations=relations,
        passages=document.passages if _are_held(document) else (),
    )
    return with_concepts(document, _is_told_apart)


def _are_held(document: Document) -> bool:
    """Whether the passages come back as they are."""
    try:
        return texts(Plain(id=document.id, passages=parts(document)), False) == (
            document.text, tuple({"type": p.type, "span": p.span} for p in document.passages)
        )  # fmt: skip
    except ValueError:
        return False


def _in_roles(relation: Relation) -> Relation | None:
    """A relation of concepts with the roles of the standard dialect, if there are enough."""
    roles = iter(STANDARD.arguments)
    if sum(argument.kind == "concept" for argument in relation.arguments) > len(STANDARD.arguments):
        return None
    arguments = (a.model_copy(update={"role": next(roles)}) if a.kind == "concept" else a for a in relation.arguments)
    return relation.model_copy(update={"arguments": tuple(arguments)})


def _is_told_apart(concept: Concept) -> bool:
    """Whether a concept is found again among the ids of one infon."""
    name, inside = str(concept), concept.vocabulary or concept.id
    return name == name.strip() and name not in NO_CONCEPT and not set(name) & set(",;|") and ":" not in inside
