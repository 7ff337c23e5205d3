"""GENIA XML: one PubMed abstract with terms marked inside its sentences, and after each sentence the events it tells of.

    <PMID>90000001</PMID> … <AbstractText>
    <sentence id="S2"><term sem="Protein_molecule" id="T1">Orlin</term> fails to induce KLX2.</sentence>
    <event id="E1" assertion="non-exist" uncertainty="probable">
    <type class="Positive_regulation"/>
    <theme idref="A1"/>
    <cause idref="T1"/>
    <clue>Orlin fails to <clueType>induce</clueType> KLX2.</clue>
    </event>

Terms nest. A coordination is a `cons`, a mention of all the classes in its `sem`; what its parts share stands once:

    <cons sem="(OR Cell_natural Cell_natural)" id="T2"><frag id="F1">T</frag> or <frag id="F2">B</frag> <frag
    id="F3">cells</frag></cons> <theme idref="F1" idref1="F3"/>

An argument of several references is one mention in parts (`T … cells`). In a Document it is called `F1+F3` and is of
the type `combined`, and so is a lone `frag`; a reference to an event among several is an argument by itself. An event
is told in its clue, which repeats its sentence: the trigger is what stands in `clueType`, or else the words that link
theme and cause. One without either has the trigger "", so that the document is Broken unless the corpus repairs it.
`assertion` and `uncertainty` are attributes where the file states them. Places, times and other parts of a clue are
not read.

A document type declaration may name the DTD, which is not read; one that declares an entity is refused. The DTD's
default for a class that is not stated is `UNCLASSIFIED`.

Specification: Kim, Ohta & Tsujii 2008, doi:10.1186/1471-2105-9-10;
    http://www.geniaproject.org/genia-corpus/event-corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from medinstruct.document import Span, Spans, quote
from medinstruct.errors import Place, UnsafeInput
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Identity, Read, Repair, finish, identities
from medinstruct.source import File

FORMAT = Format(
    title="GENIA XML",
    specification="https://doi.org/10.1186/1471-2105-9-10",
    suffixes=(".xml",),
)

PASSAGES = {"ArticleTitle": "title", "AbstractText": "abstract"}
ROLES = {"theme", "cause", "site", "product"}
CLUES = ({"clueType"}, {"linkTheme", "linkCause"})
"""What of a clue is the trigger: the first of these that it has."""
UNCLASSIFIED, COMBINED = "UNCLASSIFIED", "combined"


def read(files: Iterable[File], *, repair: Repair | None = None, identity: Identity = "pmid") -> Iterator[Read]:
    """Yield one Document per file, with passages `title` and `abstract`, each followed by its sentences.

    Sentences are joined by one blank, and so are title and abstract. The trigger of event E1 is the mention
    `E1.clue`.

    Args:
        files: GENIA XML files.
        repair: Changes a draft before it is checked.
        identity: Kind of id the documents have (`pmid`), or a function from it to an identity; empty for none.

    Raises:
        UnsafeInput: for a file that declares an entity.
    """
    return finish((_draft(file, identity) for file in files), repair)


def _draft(file: File, identity: Identity) -> Draft | Broken:
    id = ""
    try:
        root = fromstring(file.data, forbid_dtd=False)
        if not (id := (root.findtext(".//PMID") or "").strip()):
            raise ValueError("the file has no PMID")
        article = _Article({event.attrib["id"] for event in root.iter("event")})
        for tag, type in PASSAGES.items():
            for section in root.iter(tag):
                article.passage(type, section)
    except DefusedXmlException as error:
        raise UnsafeInput(f"declares what no data needs: {error}", where=file.name) from error
    except ParseError as error:
        return Broken(Place(file.name, error.position[0]), id, f"not XML: {str(error).partition(': line')[0]}")
    except KeyError as error:
        return Broken(Place(file.name), id, f"nothing is called {error} here")
    except (ValueError, LookupError, RecursionError) as error:  # an encoding that nobody knows is a LookupError
        return Broken(Place(file.name), id, str(error))
    return Draft(Place(file.name), {"id": id, **article.fields(), "identities": identities(identity, id)})


class _Article:
    """What has been read of an article so far, as plain fields of a Document."""

    def __init__(self, events: set[str]) -> None:
        self.known_events = events
        self.text = ""
        self.passages: list[dict[str, Any]] = []
        self.mentions: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.attributes: list[dict[str, str]] = []
        self.places: dict[str, Spans] = {}
        """Where terms, coordinations and fragments stand."""

    def fields(self) -> dict[str, Any]:
        self._combine()
        names = ("passages", "mentions", "events", "attributes")
        return {"text": self.text, **{name: tuple(getattr(self, name)) for name in names}}

    def passage(self, type: str, section: Element) -> None:
        """Take in a title or an abstract."""
        sentences: list[dict[str, Any]] = []
        for element in section:
            if element.tag == "sentence":
                sentences.append({"type": "sentence", "span": self._sentence(element), "id": element.attrib["id"]})
            elif element.tag == "event" and sentences:
                self._event(element, sentences[-1]["span"][0])
            else:
                raise ValueError(f"<{element.tag}> stands where a sentence is expected")
        if sentences:
            span = sentences[0]["span"][0], sentences[-1]["span"][1]
            self.passages += [{"type": type, "span": span}, *sentences]

    def _sentence(self, sentence: Element) -> tuple[int, int]:
        self.text += " " if self.text else ""
        base = len(self.text)
        self.text += "".join(sentence.itertext())
        for element, start, end in _inside(sentence, base):
            id = element.attrib["id"]
            self.places[id] = ((start, end),)
            if element.tag != "frag":
                self._mention(id, self.places[id], _classes(element.get("sem", UNCLASSIFIED)))
        return base, len(self.text)

    def _event(self, event: Element, base: int) -> None:
        id, kind = event.attrib["id"], event.find("type")
        type = UNCLASSIFIED if kind is None else kind.get("class", UNCLASSIFIED)
        arguments = [each for part in event if part.tag in ROLES for each in _arguments(part, self.known_events)]
        trigger = f"{id}.clue" if (spans := self._clue(event, base)) else ""
        if trigger:
            self._mention(trigger, spans, (type,))
        self.events.append({"id": id, "type": type, "trigger": trigger, "arguments": tuple(arguments)})
        for name in ("assertion", "uncertainty"):
            if name in event.attrib:
                self.attributes.append({"target": id, "name": name, "value": event.attrib[name]})

    def _clue(self, event: Element, base: int) -> Spans:
        """Return where the words stand that tell of an event; () if none do."""
        if (clue := event.find("clue")) is None:
            return ()
        if not self.text.startswith(string := "".join(clue.itertext()), base) or base + len(string) != len(self.text):
            raise ValueError(f"the clue of {event.attrib['id']} is not the sentence before it: {string[:60]!r}")
        parts = list(_inside(clue, base))
        found = ([(start, end) for part, start, end in parts if part.tag in tags] for tags in CLUES)
        return tuple(next(filter(None, found), ()))

    def _mention(self, id: str, spans: Spans, types: tuple[str, ...]) -> None:
        self.mentions.append({"id": id, "spans": spans, "text": quote(self.text, spans), "types": types})

    def _combine(self) -> None:
        """Add the mentions that only events make, once all that they are made of is known."""
        known = {mention["id"] for mention in self.mentions}
        for event in self.events:
            for ref in (argument["ref"] for argument in event["arguments"] if argument["kind"] == "mention"):
                parts = ref.split("+")
                if ref not in known and all(part in self.places for part in parts):
                    known.add(ref)
                    self._mention(ref, _union([self.places[part][0] for part in parts]), (COMBINED,))


def _inside(element: Element, at: int) -> Iterator[tuple[Element, int, int]]:
    """Yield all elements inside `element`, whose text begins at `at`, with their start and end."""
    at += len(element.text or "")
    for child in element:
        end = at + len("".join(child.itertext()))
        yield child, at, end
        yield from _inside(child, at)
        at = end + len(child.tail or "")


def _classes(sem: str) -> tuple[str, ...]:
    """The different classes of a term, or of a coordination: `(AND Virus Virus)`, `(OR DNA_molecule Virus)`."""
    words = sem.replace("(", " ").replace(")", " ").split()
    return tuple(dict.fromkeys(word for word in words if word != "/" and not word.isupper())) or (UNCLASSIFIED,)


def _arguments(element: Element, events: set[str]) -> Iterator[dict[str, str]]:
    """Yield one argument, or two or more where events are named together with mentions."""
    refs = [element.attrib[name] for name in sorted(element.attrib) if name.startswith("idref")]
    if mention := "+".join(ref for ref in refs if ref not in events):
        yield {"role": element.tag, "ref": mention, "kind": "mention"}
    for ref in refs:
        if ref in events:
            yield {"role": element.tag, "ref": ref, "kind": "event"}


def _union(spans: Iterable[Span]) -> Spans:
    """The stretches that `spans` cover together, in the order of the text; those that overlap become one."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start < union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)
