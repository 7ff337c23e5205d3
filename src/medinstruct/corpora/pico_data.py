"""PICO-data: descriptions of participants in 4,740 abstracts of trials, marked by crowd workers (Nguyen et al. 2017)."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Document
from medinstruct.formats import json_lines
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import Row, decoded, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Spans

CROWD, STUDENT = "PICO-annos-crowdsourcing-agg.json", "PICO-annos-professional.json"


def document(row: Row, texts: dict[str, str], annotator: str) -> dict[str, Any]:
    """An abstract, whose first line is its title and every other one a paragraph, and the spans of one annotator."""
    text, at = texts[row["docid"]], 0
    passages: list[dict[str, Any]] = []
    for line in text.split("\n"):
        if line.strip():
            passages.append({"type": "abstract" if passages else "title", "span": (at, at + len(line))})
        at += len(line) + 1
    spans = [(start, end) for start, end in row["Participants"].get(annotator, ())]
    mentions = (
        {"id": f"T{number}", "spans": ((start, end),), "text": text[start:end], "types": ("Participants",)}
        for number, (start, end) in enumerate(spans, start=1)
    )
    names = {"id": row["docid"], "identities": (f"pmid:{row['docid']}",)}
    return {**names, "text": text, "passages": tuple(passages), "mentions": tuple(mentions)}


def trim(draft: Draft) -> str | None:
    """Take the blanks and line breaks off the edges of spans; many of the aggregated ones end with their paragraph."""
    mentions, trimmed = [], 0
    for mention in draft.fields["mentions"]:
        ((start, _),), string = mention["spans"], mention["text"]
        if (core := string.strip()) and core != string:
            start, trimmed = start + string.index(core), trimmed + 1
            mention = {**mention, "spans": ((start, start + len(core)),), "text": core}
        mentions.append(mention)
    draft.fields["mentions"] = tuple(mentions)
    return f"{trimmed} spans ended in a line break or a blank" if trimmed else None


def read(files: Iterable[File], *, annotator: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the abstracts of a part with what `annotator` marked: `HMMCrowd`, `DawidSkene`, `MajorityVote` or
    `MedicalStudent`.
    """
    texts: dict[str, str] = {}
    parts: list[File] = []
    for file in files:
        if file.suffix != ".txt":
            parts.append(file)
        elif isinstance(text := decoded(file), Broken):
            yield text
        else:
            texts[file.stem] = text
    make = partial(document, texts=texts, annotator=annotator)
    yield from finish(drafts((row for file in parts for row in json_lines.rows(file)), make, Document), repair)


# HMMCrowd is the aggregation that the paper proposes. acl17-test has a gold standard of its own, by a medical student.
AGGREGATED, GOLD = {"annotator": "HMMCrowd"}, {"annotator": "MedicalStudent"}
COMMIT = "e7e647917d6aa5b7eaaa72f523d452225ce3951b"

corpus = Corpus(
    title="PICO-data for participants",
    homepage="https://github.com/yinfeiy/PICO-data",
    citation="Nguyen, Wallace, Li, Nenkova & Lease 2017, Aggregating and predicting sequence labels from crowd annotations, ACL 2017:299-309, "
    "doi:10.18653/v1/P17-1028",
    license=License("unknown", "the repository states none for the data; abstracts of PubMed"),
    # Documents are as in the README, mentions as counted in the repository. acl17-test is EBM-NLP's test part, and EBM-NLP has the others too.
    splits={
        "train": Split(
            "train", (f"train/{CROWD}", "docs/*.txt"), {"documents": 3549, "mentions": 14099}, options=AGGREGATED
        ),
        "dev": Split(
            "validation", (f"dev/{CROWD}", "docs/*.txt"), {"documents": 500, "mentions": 1987}, options=AGGREGATED
        ),
        "test": Split(
            "test", (f"test/{CROWD}", "docs/*.txt"), {"documents": 500, "mentions": 1995}, options=AGGREGATED
        ),
        "acl17-test": Split(
            "test", (f"acl17-test/{STUDENT}", "docs/*.txt"), {"documents": 191, "mentions": 727}, options=GOLD
        ),
    },
    tasks={
        "ner": Spans(
            labels={"Participants": "Participants"}, question="Which words describe the participants of the trial?"
        )
    },
    downloads=(Download(f"https://github.com/yinfeiy/PICO-data/archive/{COMMIT}.zip", "PICO-data.zip"),),
    read=read,
    repair=trim,
)
