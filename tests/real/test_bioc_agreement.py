"""Our readers and the `bioc` package, on every real file that both can read: the same text, mentions and relations.

`bioc` looks at nothing: a document that ours refuses is one whose mentions do not quote their text, and is counted. What
the two say differently on purpose is put on one footing by the small functions here, each of which says why.
"""

import io
import json
import os
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from medinstruct import source
from medinstruct.document import Document
from medinstruct.formats import bioc_json, bioc_xml, bionlp_st, brat, pubtator
from medinstruct.formats.bioc import Dialect
from medinstruct.formats.draft import Broken

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))

pytest.importorskip("bioc", reason="bioc is in the extra `formats`")
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here"),
]


def files(corpus, *patterns):
    if not (DATA / corpus).is_dir():
        pytest.skip(f"{corpus} is not in {DATA}")
    return list(source.select(DATA / corpus, patterns))


def split(records):
    """Documents by place in the file, and how many were broken."""
    records = list(records)
    return [r for r in records if isinstance(r, Document)], [r for r in records if isinstance(r, Broken)]


def ours(document):
    """Text, mentions and relations of one of our Documents: (spans, text, type, ids) and (type, arguments)."""
    return (
        document.text,
        [(m.spans, m.text, m.types[0], tuple(concept.id for concept in m.concepts)) for m in document.mentions],
        [(r.type, tuple(sorted((a.role, a.ref) for a in r.arguments))) for r in document.relations],
    )


# PubTator

PUBTATOR = {
    "bc5cdr": ("*.PubTator.txt", "*.PubTator"),
    "biored": ("*.PubTator",),
    "gnormplus": ("*.PubTator",),
    "linnaeus": ("*.PubTator",),
    "ncbi-disease": ("NCBI*.txt",),
    "nlm-gene": ("*.PubTator",),
    "species800": ("*.PubTator",),
    "tmvar3": ("*.PubTator",),
}


def pubtator_of(document, split=pubtator.JOINT.split):
    """A document of bioc's. Its ids stand in one string; ours are parted, and cleaned. It takes a mention without a column
    of concepts for a relation, whose type and ids are then start, end and text (GNormPlus and NLM-Gene: FamilyName).
    """
    text = " ".join(part for part in (document.title, document.abstract) if part is not None)
    mentions = [
        (
            ((m.start, m.end),),
            m.text,
            m.type.strip(),
            tuple(id.strip() for id in split(m.id or "") if id.strip() not in pubtator.NO_CONCEPT),
        )
        for m in document.annotations
    ]
    taken = [r for r in document.relations if r.type.isdecimal()]
    mentions += [(((int(r.type), int(r.id1)),), r.id2, r.neg.strip(), ()) for r in taken]
    relations = [
        (r.type, (("Arg1", r.id1.strip()), ("Arg2", r.id2.strip()))) for r in document.relations if r not in taken
    ]
    return text, sorted(mentions), relations


@pytest.mark.parametrize("corpus", PUBTATOR)
def test_pubtator(corpus, capsys):
    """Block by block: bioc's lines are stripped at both ends, so a text that ends in blanks is shorter there."""
    from bioc import pubtator as theirs

    for file in files(corpus, *PUBTATOR[corpus]):
        blocks = [list(g) for full, g in groupby(file.lines(), key=lambda line: bool(line.strip())) if full]
        unread, refused, compared = Counter(), 0, 0
        for block in blocks:
            text = "\n".join(block)
            try:
                [expected] = theirs.loads(text)
            except ValueError as error:  # a composite mention whose parts bioc counts otherwise
                unread[type(error).__name__] += 1
                continue
            documents, broken = split(pubtator.read([file.__class__(file.name, text.encode())]))
            if broken:
                refused += 1
                continue
            text, mentions, relations = ours(documents[0])
            wanted = pubtator_of(expected)
            assert text.rstrip() == wanted[0].rstrip(), file.name
            assert (sorted(mentions), relations) == wanted[1:], (file.name, expected.pmid)
            compared += 1
        print(
            f"{corpus} {file.name}: {compared} equal, {refused} refused by ours, {sum(unread.values())} not read by bioc"
        )
        assert compared


# BioC

DIALECTS = {
    "biored": (("*.BioC.XML",), Dialect(split=",;|")),
    "euadr": (("*.bioc.xml",), Dialect()),
    "bc5cdr": (("*.BioC.xml",), Dialect(concepts=("MESH",), arguments=("Chemical", "Disease"), joined=True)),
}


def bioc_of(document, dialect):
    """A document of bioc's on our footing: gaps are blanks, infons that hold ids are concepts, and relations by their
    roles.
    """
    text, at = "", 0
    for passage in document.passages:
        offset = at + bool(text or at) if dialect.joined else passage.offset
        text += " " * (offset - len(text)) + (passage.text or "")
        at = len(text)
    holders = [part for passage in document.passages for part in (passage, *passage.sentences)] + [document]
    mentions = [
        (
            tuple((place.offset, place.end) for place in found.locations),
            found.text,
            found.infons["type"],
            tuple(
                id.strip().rpartition(":")[2] if ":" in id else id.strip()
                for key in dialect.concepts
                for id in bioc_xml.bioc._splitter(dialect.split)(found.infons.get(key) or "")
                if id.strip() not in ("", "-", "-1")
            ),
        )
        for holder in holders
        for found in holder.annotations
    ]
    relations = [
        (
            relation.infons.get("type", relation.infons.get("relation")),
            tuple(
                sorted(
                    [(node.role, node.refid) for node in relation.nodes]
                    + [(key, relation.infons[key]) for key in dialect.arguments if key in relation.infons]
                )
            ),
        )
        for holder in holders
        for relation in holder.relations
    ]
    return text, mentions, relations


def bare(found):
    """Ours with arguments that are concepts as the file has them, without their vocabulary."""
    text, mentions, relations = found
    return (
        text,
        mentions,
        [(type, tuple(sorted((role, ref.rpartition(":")[2]) for role, ref in a))) for type, a in relations],
    )


def compare(documents, theirs, dialect):
    """Compare the documents that ours took, by id and place; return how many are equal."""
    by_id = {}
    for document in theirs:
        by_id.setdefault(document.id, []).append(document)
    for document in documents:
        other = bioc_of(by_id[document.id].pop(0), dialect)
        assert bare(ours(document)) == bare(other), document.id
    return len(documents)


@pytest.mark.parametrize("corpus", DIALECTS)
def test_bioc_xml(corpus):
    from bioc import biocxml

    patterns, dialect = DIALECTS[corpus]
    for file in files(corpus, *patterns):
        documents, broken = split(bioc_xml.read([file], dialect=dialect))
        broken_ids = {one.id for one in broken}
        theirs = [d for d in biocxml.load(io.BytesIO(file.data)).documents if d.id not in broken_ids]
        equal = compare(documents, theirs, dialect)
        print(f"{corpus} {file.name}: {equal} equal, {len(broken)} refused by ours")
        assert equal


EMPTY = {
    "infons": {},
    "passages": [],
    "sentences": [],
    "annotations": [],
    "relations": [],
    "nodes": [],
    "locations": [],
}


def complete(thing):
    """An object of BioC JSON with all that bioc asks for; BioRED leaves out what is empty, which ours takes as it is."""
    return {**EMPTY, **thing} if {"passages", "annotations", "infons"} & set(thing) else thing


def test_bioc_json():
    from bioc.biocjson import decoder

    dialect = Dialect(split=",;|")
    for file in files("biored", "*.BioC.JSON"):
        with pytest.raises(KeyError):
            decoder.parse_collection(json.loads(file.data))
        documents = json.loads(file.data, object_hook=complete)["documents"]
        theirs = [decoder.parse_doc(document) for document in documents]
        documents, broken = split(bioc_json.read([file], dialect=dialect))
        theirs = [d for d in theirs if d.id not in {one.id for one in broken}]
        equal = compare(documents, theirs, dialect)
        print(f"biored {file.name}: {equal} equal, {len(broken)} refused by ours")
        assert equal


# Standoff

STANDOFF = {
    "anatem": (brat, (".ann",)),
    "ddi2013": (brat, (".ann",)),
    "jnlpba": (brat, (".ann",)),
    "nerel-bio": (brat, (".ann",)),
    "pharmaconer": (brat, (".ann",)),
    "bionlp09": (bionlp_st, (".a1", ".a2")),
    "bionlp11-epi": (bionlp_st, (".a1", ".a2")),
    "bionlp11-id": (bionlp_st, (".a1", ".a2")),
    "bionlp13-cg": (bionlp_st, (".a1", ".a2")),
    "bionlp13-ge": (bionlp_st, (".a1", ".a2")),
    "bionlp13-pc": (bionlp_st, (".a1", ".a2")),
}


def standoff_of(document):
    """bioc's mentions, relations and events by id.

    It holds the parts of a mention in no order, strips blanks that end a line, and so a mention, holds arguments by role,
    so that of two with one role the last is left, and has no concepts (`N`).
    """
    return {
        "mentions": {
            e.id: (tuple(sorted((s.begin, s.end) for s in e.locations)), e.text, e.type) for e in document.entities
        },
        "relations": {r.id: (r.type, dict(r.arguments)) for r in document.relations},
        "events": {e.id: (e.type, e.trigger_id, dict(e.arguments)) for e in document.events},
    }


def ours_by_id(document):
    return {
        "mentions": {m.id: (m.spans, m.text.rstrip(), m.types[0]) for m in document.mentions},
        "relations": {
            r.id: (r.type, {a.role: a.ref for a in r.arguments}) for r in document.relations if r.id[0] != "*"
        },
        "events": {e.id: (e.type, e.trigger, {a.role: a.ref for a in e.arguments}) for e in document.events},
    }


@pytest.mark.parametrize("corpus", STANDOFF)
def test_standoff(corpus):
    from bioc import brat as theirs

    module, sheets = STANDOFF[corpus]
    found = files(corpus, "*.txt", *(f"*{suffix}" for suffix in sheets))
    by_path = {}
    for file in found:
        by_path.setdefault(file.name.removesuffix(file.suffix), {})[file.suffix] = file
    equal, unread, refused = 0, Counter(), 0
    for path in sorted(path for path, bundle in by_path.items() if len(bundle) == len(sheets) + 1):
        bundle = by_path[path]
        lines = "\n".join(bundle[suffix].text() for suffix in sheets)
        try:
            other = theirs.load(io.StringIO(bundle[".txt"].text()), io.StringIO(lines), path)
        except (AssertionError, ValueError) as error:  # two blanks between arguments, a third column of a relation
            unread[type(error).__name__] += 1
            continue
        documents, broken = split(module.read(list(bundle.values())))
        if broken:
            refused += 1
            continue
        assert documents[0].text == other.text
        assert ours_by_id(documents[0]) == standoff_of(other), path
        equal += 1
    print(f"{corpus}: {equal} equal, {refused} refused by ours, {sum(unread.values())} not read by bioc {dict(unread)}")
    assert equal
