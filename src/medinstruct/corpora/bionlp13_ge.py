"""BioNLP-ST 2013 GE: nested events on proteins in 34 full-text articles (Kim, Wang & Yamamoto 2013)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st, pubannotation
from medinstruct.formats.draft import Draft, Read, Repair, one_of
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Events, Spans

EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Acetylation", "Binding", "Deacetylation", "Gene expression", "Localization", "Negative regulation", "Phosphorylation",
        "Positive regulation", "Protein catabolism", "Protein modification", "Regulation", "Transcription", "Ubiquitination",
    )
}  # fmt: skip
ROLES = {
    "Theme": "Theme", "Theme2": "Theme", "Cause": "Cause", "Site": "Site", "Site2": "Site", "CSite": "Site of the cause",
    "ToLoc": "To",
}  # fmt: skip

PREDICATES = {"themeOf": "Theme", "causeOf": "Cause", "locationOf": "ToLoc"}


def identity(name: str) -> str:
    """A document is a section of an article: `PMC-1064873-01-Introduction`."""
    return "pmcid:PMC" + name.split("-")[1]


def read(files: Iterable[File], *, answers: bool = True, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the sections. The release has each twice, as standoff and as PubAnnotation JSON; the standoff is read where
    it is there, for it is what the task scores, and the JSON where it comes alone.
    """
    held = list(files)
    if any(file.suffix == ".txt" for file in held):
        return bionlp_st.read(held, repair=repair, identity=identity, answers=answers)
    repairs = one_of(as_standoff, repair)
    return pubannotation.read(held, name=by_file, roles=PREDICATES, repair=repairs)


def by_file(row: Row) -> str:
    return PurePosixPath(row.place.file).stem


def as_standoff(draft: Draft) -> None:
    """Say what the JSON says as the standoff does. There a participant that is part of a protein is the participant
    itself; here the protein is, and the part its site. A part of several proteins does not tell which (in seven
    documents), and stays the participant.
    """
    relations = draft.fields["relations"]
    parts = [refs(relation) for relation in relations if relation["type"] == "partOf"]
    number = Counter(part for part, _ in parts)
    wholes = {part: whole for part, whole in parts if number[part] == 1}
    for event in draft.fields["events"]:
        event["arguments"] = tuple(with_sites(event.get("arguments", ()), wholes))
    kept = (r for r in relations if r["type"] == "coreferenceOf")
    draft.fields["relations"] = tuple(
        r
        | {
            "type": "Coreference",
            "arguments": tuple(a | {"role": role} for a, role in zip(r["arguments"], ("Subject", "Object"))),
        }
        for r in kept
    )
    draft.fields["coreferences"] = tuple(
        {"id": f"Equiv{n}", "type": "Equiv", "mentions": tuple(chain)}
        for n, chain in enumerate(chains([refs(r) for r in relations if r["type"] == "equivalentTo"]), start=1)
    )


def refs(relation: dict[str, Any]) -> list[str]:
    return [argument["ref"] for argument in relation["arguments"]]


def with_sites(arguments: Iterable[dict[str, Any]], wholes: dict[str, str]) -> Iterator[dict[str, Any]]:
    themes = 0
    for argument in arguments:
        role, part = argument["role"], argument["ref"]
        themes += role == "Theme"
        number = str(themes) if role == "Theme" and themes > 1 else ""
        yield argument | {"role": role + number, "ref": wholes.get(part, part)}
        if part in wholes:
            yield argument | {"role": "CSite" if role == "Cause" else f"Site{number}"}


def chains(pairs: list[list[str]]) -> list[list[str]]:
    """Put pairs that share a mention together."""
    found: list[list[str]] = []
    for pair in pairs:
        touched = [chain for chain in found if set(chain) & set(pair)]
        found = [chain for chain in found if chain not in touched]
        found.append(sorted({*pair, *(id for chain in touched for id in chain)}))
    return found


def files(part: str, *suffixes: str) -> tuple[str, ...]:
    return tuple(f"{part}/*.{suffix}" for suffix in ("txt", *suffixes, "json"))


corpus = Corpus(
    title="BioNLP Shared Task 2013, GENIA event extraction",
    homepage="http://bionlp.dbcls.jp/projects/bionlp-st-ge-2013",
    citation="Kim, Wang & Yamamoto 2013, The Genia Event Extraction Shared Task, 2013 Edition - Overview, W13-2002",
    license=License("cc-by-3.0", "LICENSE of the release, of the annotations; each article has its own"),
    splits={
        "train": Split("train", files("train", "a1", "a2"),
            {"documents": 222, "mentions": 6007, "events": 2817, "relations:Coreference": 178},
        ),
        "devel": Split("validation", files("devel", "a1", "a2"),
            {"documents": 249, "mentions": 7035, "events": 3199, "relations:Coreference": 160},
        ),
        "test": Split("test", files("test", "a1"), {"documents": 305, "mentions": 4359},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    # Not `coref`: what an anaphor stands for is marked where an event needs it.
    tasks={
        "ner": Spans(labels={"Protein": "Protein"}, question="Which proteins are mentioned?"),
        "ee": Events(
            labels=EVENTS, roles=ROLES, participants={"Protein": "Protein"}, question="Which events does the text state?"
        ),
        **modifications(EVENTS),
    },
    read=read,
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2013-ge/archive/4d1b996adc1209aa350816880ded055d1e8a0c8d.zip", "bionlp-st-2013-ge.zip",
    ),),
    left_out={
        "coreferences:Equiv": "other names of one protein, marked so that events count with either; not all that refers to it",
        "mentions:Entity": "marked only where an event needs it",
        "mentions:Anaphora": "marked only where an event needs it",
        "relations:Coreference": "what an anaphor stands for is marked only where an event needs it",
    },
    verified={"train": "3db6e9c93adc4cce", "devel": "87620f9d05ff02e4", "test": "714b34c06ff70303"},
)  # fmt: skip
