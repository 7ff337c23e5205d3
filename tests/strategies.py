"""Hypothesis strategies that many tests share: sound Documents with text that breaks careless readers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from medinstruct.document import (
    Argument,
    Attribute,
    Concept,
    Coreference,
    Document,
    Event,
    Mention,
    Passage,
    Relation,
    quote,
)

FEATURES = {
    "discontinuous", "types", "concepts", "alternatives", "attributes", "relations", "concept relations", "events",
    "coreferences", "passages", "sentences", "labels", "identities",
}  # fmt: skip

HOSTILE = [
    "\n", "\r\n", "\r", "\t", " ", "  ", "\xa0", "\u2005", "\u200b", "\u2028", "\x85", "\x0b", "\x0c", "\ufeff", "\ufffd",
    "é", "e\u0301", "ß", "İ", "𝔘", "👩🏽‍⚕️", "日本", "<", ">", "&", "&lt;", "&#10;", "]]>", "<!--", '"', '""', "'",
    "\\", "\\n", "|t|", "|", ",", ";", "+", "{{ x }}", "{% raw %}", "T1\tX 0 1\tx", "\nT9\tGene 0 1\tx", "#", "*",
    "None", "-1", "0",
]  # fmt: skip
"""Pieces that one format or another takes for its own: ends of lines, marks, escapes, characters of several parts."""

WORDS = ["IL-2", "beta", "fever", "Zorbinase", "of", "the", "Fieber", "лихорадка", "p53", "3.5", "mg/dl", "(TNF)"]

NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "x")

Spans = tuple[tuple[int, int], ...]


def texts(*, xml: bool = False) -> st.SearchStrategy[str]:
    """Texts that are hard to read back; with `xml` without the characters that no XML file can hold."""
    anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
    pieces = st.sampled_from(HOSTILE) | st.sampled_from(WORDS) | anything
    found = st.lists(pieces, max_size=12).map("".join)
    return found.map(lambda text: text.translate(NOT_XML)) if xml else found


names = st.sampled_from(["Gene", "Cell_line", "Part-of", "a:b", "É", "𝔘", "Theme2", "x;y", "1", "T1", "<b>", '"'])
names |= st.from_regex(r"[^\s:\x00-\x1f\ufffe\uffff\ud800-\udfff]{1,5}", fullmatch=True)
"""Words without blanks, as types, roles and the names of attributes are."""

concepts = st.builds(
    Concept,
    vocabulary=st.sampled_from(["MESH", "OMIM", "SNOMED-CT"]),
    id=st.sampled_from(["D001259", "CHEBI:15377", "C-1", "рак"]) | st.from_regex(r"[A-Z][0-9]{1,4}", fullmatch=True),
)

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
"""Ids of documents, which may be names of files."""


@st.composite
def documents(draw: st.DrawFn, *features: str, text: st.SearchStrategy[str] | None = None) -> Document:
    """Sound Documents that may have mentions and those of `FEATURES` that are named, and have nothing else.

    Ids are T1, T2, … for mentions, E… for events, R… for relations, Equiv… for coreferences, which are all of that
    type. Passages cover the text but for one blank between two; sentences cover their passage and follow it.
    Attributes stand in the order of what they are given to: mentions, events, relations.
    """
    if unknown := set(features) - FEATURES:
        raise ValueError(f"{unknown} is none of {FEATURES}")
    string, passages = _text(draw, features, texts() if text is None else text)
    mentions = [_mention(draw, f"T{n}", string, features) for n in _numbers(draw, 5 if string else 0)]
    events = [f"E{n}" for n in _numbers(draw, 3 if mentions and "events" in features else 0)]
    arguments = _arguments([mention.id for mention in mentions], events)
    relations = [
        Relation(id=f"R{n}", type=draw(names), arguments=draw(_some(arguments, 3, least=1)))
        for n in _numbers(draw, 3 if mentions and "relations" in features else 0)
    ]
    if "concept relations" in features:
        relations += [_concept_relation(draw, f"R{len(relations) + n}") for n in _numbers(draw, 2)]
    triggers = st.sampled_from([mention.id for mention in mentions] or [""])
    targets = [mention.id for mention in mentions] + events + [relation.id for relation in relations]
    return Document(
        id=draw(ids),
        text=string,
        passages=passages,
        mentions=tuple(mentions),
        events=tuple(
            Event(id=id, type=draw(names), trigger=draw(triggers), arguments=draw(_some(arguments, 3))) for id in events
        ),
        relations=tuple(relations),
        coreferences=tuple(
            Coreference(id=f"Equiv{n}", type="Equiv", mentions=draw(_some(triggers, 3, least=1)))
            for n in _numbers(draw, 2 if mentions and "coreferences" in features else 0)
        ),
        attributes=tuple(
            Attribute(target=target, name=name, value=value)
            for target in (targets if "attributes" in features else ())
            for name, value in draw(st.dictionaries(names, st.just("") | names, max_size=2)).items()
        ),
        labels=draw(_some(names, 2)) if "labels" in features else (),
        identities=(f"pmid:{draw(st.integers(1, 99_999_999))}",) if "identities" in features else (),
    )


def _numbers(draw: st.DrawFn, most: int) -> range:
    """The numbers from 1 to some number that is not above `most`."""
    return range(1, draw(st.integers(0, most)) + 1)


def _some(of: st.SearchStrategy, most: int, least: int = 0) -> st.SearchStrategy[tuple]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


def _text(draw: st.DrawFn, features: tuple[str, ...], text: st.SearchStrategy[str]) -> tuple[str, tuple[Passage, ...]]:
    if "passages" not in features:
        return draw(text), ()
    parts = draw(st.lists(text, min_size=1, max_size=3))
    passages, at = [], 0
    for part in parts:
        passages.append(Passage(type=draw(names), span=(at, at + len(part))))
        if "sentences" in features:
            cuts = sorted({at, at + len(part), *draw(st.lists(st.integers(at, at + len(part)), max_size=2))})
            passages += [Passage(type="sentence", span=span) for span in pairwise(cuts)]
        at += len(part) + 1
    return " ".join(parts), tuple(passages)


def _mention(draw: st.DrawFn, id: str, text: str, features: tuple[str, ...]) -> Mention:
    spans = draw(_spans(text, 3 if "discontinuous" in features else 1))
    return Mention(
        id=id,
        spans=spans,
        text=quote(text, spans),
        types=tuple(draw(st.lists(names, min_size=1, max_size=3 if "types" in features else 1, unique=True))),
        concepts=draw(_some(concepts, 3)) if "concepts" in features else (),
        alternatives=draw(_some(_spans(text, 1), 2)) if "alternatives" in features else (),
    )


def _spans(text: str, most: int) -> st.SearchStrategy[Spans]:
    """One to `most` parts of a text that are not empty and follow one another with a gap."""

    def points(parts: int) -> st.SearchStrategy[list[int]]:
        return st.lists(st.integers(0, len(text)), min_size=2 * parts, max_size=2 * parts, unique=True)

    parts = st.integers(1, min(most, (len(text) + 1) // 2))
    return parts.flatmap(points).map(sorted).map(lambda found: tuple(zip(found[::2], found[1::2])))


def _arguments(mentions: list[str], events: list[str]) -> st.SearchStrategy[Argument]:
    refs = [("mention", id) for id in mentions] + [("event", id) for id in events]
    of = st.sampled_from(refs or [("mention", "")])
    return st.builds(lambda role, ref: Argument(role=role, kind=ref[0], ref=ref[1]), names, of)


def _concept_relation(draw: st.DrawFn, id: str) -> Relation:
    arguments = [Argument(role=f"entity{n}", ref=str(draw(concepts)), kind="concept") for n in (1, 2)]
    return Relation(id=id, type=draw(names), arguments=tuple(arguments))
