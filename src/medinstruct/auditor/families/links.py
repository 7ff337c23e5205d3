"""Relations, events, coreferences, attributes: do they point to something, and to something that fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from medinstruct.auditor.finding import Hit, of_record
from medinstruct.auditor.sighting import Seen
from medinstruct.tasks.facts import Events, Relations


def _links(seen: Seen) -> tuple[dict[str, Any], ...]:
    return (*seen.all("relations"), *seen.all("events"))


def _refs(link: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Role, ref and kind of each argument."""
    return [(each["role"], each["ref"], each.get("kind", "mention")) for each in link.get("arguments", ())]


@of_record("A301", "A reference points to nothing")
def dangles(seen: Seen) -> Iterator[Hit]:
    """A relation, an event, a coreference or an attribute names a mention or an event that the document does not have,
    or an event names a trigger that is no mention.
    """
    mentions = {mention["id"] for mention in seen.mentions}
    events = {event["id"] for event in seen.all("events")}
    places = {"mention": mentions, "event": events}
    for link in _links(seen):
        if (trigger := link.get("trigger")) is not None and trigger not in mentions:
            told = f"is {trigger}, which is no mention" if trigger else "is not told"
            yield Hit(f"the trigger of {link['id']} ({link['type']}) {told}", link["id"], trigger)
        for role, ref, kind in _refs(link):
            if kind != "concept" and ref not in places[kind]:
                yield Hit(
                    f"{role or 'an argument'} of {link['id']} ({link['type']}) is {ref}, which is no {kind}",
                    link["id"],
                    ref,
                )
    known = mentions | events | {relation["id"] for relation in seen.all("relations")}
    for attribute in seen.all("attributes"):
        if attribute["target"] not in known:
            yield Hit(f"the attribute {attribute['name']} is given to {attribute['target']}, which is nothing",
                      attribute["target"], attribute["target"])  # fmt: skip
    for chain in seen.all("coreferences"):
        for id in chain["mentions"]:
            if id not in mentions:
                yield Hit(f"{chain['id']} names {id}, which is no mention", chain["id"], id)


@of_record("A302", "A relation between concepts that nobody mentions", "warning")
def relates_unmentioned(seen: Seen) -> Iterator[Hit]:
    """A relation names a concept that no mention of the document has, although its mentions have concepts."""
    known = {concept_name(concept) for mention in seen.mentions for concept in mention.get("concepts", ())}
    if not known:
        return
    for link in seen.all("relations"):
        for role, ref, kind in _refs(link):
            if kind == "concept" and ref not in known:
                yield Hit(f"{role} of {link['id']} ({link['type']}) is {ref}, which no mention has", link["id"], ref)


def concept_name(concept: Any) -> str:
    """A concept as relations name it, be it a mapping or a model."""
    if not isinstance(concept, dict):
        return str(concept)
    vocabulary, id = concept.get("vocabulary", ""), concept.get("id", "")
    return f"{vocabulary}:{id}" if vocabulary else str(id)


@of_record("A303", "A relation of a thing with itself", "warning")
def loops(seen: Seen) -> Iterator[Hit]:
    """The two arguments of a relation are one and the same mention, event or concept, or an event is an argument of
    itself, directly or through others.
    """
    for relation in seen.all("relations"):
        refs = [(ref, kind) for _, ref, kind in _refs(relation)]
        if len(refs) == 2 and refs[0] == refs[1]:
            yield Hit(
                f"{relation['id']} ({relation['type']}) relates {refs[0][0]} with itself", relation["id"], refs[0][0]
            )
    parts = {event["id"]: {ref for _, ref, kind in _refs(event) if kind == "event"} for event in seen.all("events")}
    left = _peeled(parts)
    users: dict[str, set[str]] = {id: set() for id in left}
    for id in left:
        for ref in parts[id] & users.keys():
            users[ref].add(id)
    for id in _peeled(users):
        yield Hit(f"event {id} is an argument of itself", id)


def _peeled(refs: dict[str, set[str]]) -> list[str]:
    """The nodes of a graph that are left when those that point to none that is left are taken away, again and again."""
    users: dict[str, list[str]] = {id: [] for id in refs}
    for id, others in refs.items():
        for other in others & refs.keys():
            users[other].append(id)
    count = {id: len(others & refs.keys()) for id, others in refs.items()}
    gone = [id for id, number in count.items() if not number]
    for id in gone:
        for user in users[id]:
            count[user] -= 1
            if not count[user]:
                gone.append(user)
    left = refs.keys() - set(gone)
    return [id for id in refs if id in left]


@of_record("A304", "A relation is there twice", "warning")
def is_repeated(seen: Seen) -> Iterator[Hit]:
    """Two relations have the same type and the same arguments in the same roles; so have two events on one trigger."""
    first: dict[Any, str] = {}
    for link in _links(seen):
        if "trigger" in link and not link.get("arguments"):
            continue
        key = link["type"], link.get("trigger"), tuple(sorted(_refs(link)))
        if (other := first.setdefault(key, link["id"])) != link["id"]:
            told = ", ".join(f"{role}:{ref}" for role, ref, _ in _refs(link))
            yield Hit(f"{link['id']} ({link['type']} {told}) is {other} once more", link["id"], repair="leave one out")


@of_record("A305", "An argument of a type that the card rules out", "warning")
def misfits(seen: Seen) -> Iterator[Hit]:
    """A relation has arguments whose types are none that the card of the corpus gives for it. Only where relations are
    between two mentions.
    """
    allowed: dict[str, set[tuple[str, str]]] = {}
    for fact in seen.facts.values():
        if isinstance(fact, Relations) and fact.level == "mention":
            for type, heads, tails in fact.products():
                pairs = allowed.setdefault(type, set())
                pairs |= {(head, tail) for head in heads for tail in tails}
                pairs |= {(tail, head) for head in heads for tail in tails} if fact.symmetric else set()
    if not allowed:
        return
    types = {mention["id"]: mention["types"] for mention in seen.mentions}
    for relation in seen.all("relations"):
        refs, pairs = _refs(relation), allowed.get(relation["type"], set())
        if len(refs) != 2 or not pairs or any(ref not in types for _, ref, _ in refs):
            continue
        (first, second) = (types[ref] for _, ref, _ in refs)
        if not any((one, other) in pairs for one in first for other in second):
            turned = any((other, one) in pairs for one in first for other in second)
            what = f"{relation['id']} ({relation['type']}) is between {'/'.join(first)} and {'/'.join(second)}"
            yield Hit(what, relation["id"], cause="the arguments are the wrong way round" if turned else "",
                      repair="turn them round" if turned else "")  # fmt: skip


@of_record("A306", "A coreference of fewer than two mentions", "note")
def is_alone(seen: Seen) -> Iterator[Hit]:
    """A chain that says that mentions stand for the same thing names one only, or one several times."""
    for chain in seen.all("coreferences"):
        if len(set(chain["mentions"])) < 2:
            yield Hit(f"coreference {chain['id']} links {', '.join(chain['mentions'])} alone", chain["id"])


@of_record("A307", "A role that the card does not know", "note")
def plays_unknown_role(seen: Seen) -> Iterator[Hit]:
    """An event has an argument in a role, Theme2 being one Theme more, that the card of the corpus does not name."""
    roles = {role for fact in seen.facts.values() if isinstance(fact, Events) for role in fact.roles}
    if roles:
        for event in seen.all("events"):
            for role, ref, _ in _refs(event):
                if role not in roles and role.rstrip("0123456789") not in roles:
                    yield Hit(f"{ref} is {role!r} of {event['id']} ({event['type']})", event["id"], role)
