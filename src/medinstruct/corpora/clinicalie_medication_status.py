"""ClinicalIE medication status: medications that are active, discontinued or neither in snippets of notes (Agrawal et
al. 2022).
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Document, Span
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Attributes, Spans

STATUS = {"active": "Active medication", "discontinued": "Discontinued medication", "neither": "Other medication"}
NAME = re.compile(r""""([^"]*)"|'([^']*)'|([^\s,'"\[\]][^,\[\]]*)""")


def names(cell: str) -> Iterator[str]:
    """Yield the names of a list as Python or JSON writes it, or without quotes: `['zorbinase', "St. Orin's wort"]`."""
    for found in NAME.finditer(cell):
        if name := (found[1] or found[2] or found[3] or "").strip():
            yield name


def places(row: Row) -> dict[Span, str]:
    """Each place where the name of a medication stands in the snippet, without regard to case, with its status.

    A name inside a longer one is not looked at, if it has a place of its own.
    """
    given: dict[str, str] = {}
    for status in STATUS:
        for name in map(str.casefold, names(row[f"{status}_medications"])):
            if given.setdefault(name, status) != status:
                raise ValueError(f"{name!r} is {given[name]} and {status}, and nothing tells where which")
    found: dict[Span, str] = {}
    for name in sorted(given, key=len, reverse=True):
        stands = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", row["snippet"], re.IGNORECASE)
        if not (spans := [each.span() for each in stands]):
            raise ValueError(f"{name!r} does not stand in the snippet")
        free = [span for span in spans if not any(start <= span[0] and span[1] <= end for start, end in found)]
        found |= dict.fromkeys(free or spans, given[name])
    return dict(sorted(found.items()))


def snippet(row: Row) -> dict[str, Any]:
    """A snippet with its medications; the status is both a type and an attribute of each."""
    text, mentions, attributes = row["snippet"], [], []
    for n, (span, status) in enumerate(places(row).items(), start=1):
        types = ("Medication", status)
        mentions.append({"id": f"T{n}", "spans": (span,), "text": text[slice(*span)], "types": types})
        attributes.append({"target": f"T{n}", "name": "status", "value": status})
    id = f"{PurePosixPath(row.place.file).stem}-{row.key}"
    return {"id": id, "text": text, "mentions": tuple(mentions), "attributes": tuple(attributes)}


corpus = Corpus(
    title="ClinicalIE medication status",
    homepage="https://huggingface.co/datasets/mitclinicalml/clinical-ie",
    citation=(
        "Agrawal, Hegselmann, Lang, Kim & Sontag 2022, Large language models are few-shot clinical information extractors, EMNLP "
        "2022:1998-2022, doi:10.18653/v1/2022.emnlp-main.130"
    ),
    license=License("agreement", "the page of the data set asks to accept conditions, and CASI, whose texts they are, does so too"),
    # Files are the splits of `medication_status`, as `datasets` writes them (to_json).
    splits={
        "validation": Split("validation", ("validation.jsonl",)),
        "test": Split("test", ("test.jsonl",)),
    },
    tasks={
        "ner": Spans(labels={"Medication": "Medication"}, question="Which medications are mentioned?"),
        "ner-status": Spans(labels=STATUS, question="Which medications are mentioned, and which of them does the patient take?"),
        "dc-status": Attributes(
            name="status", labels={"active": "active", "discontinued": "discontinued", "neither": "neither active nor discontinued"},
            types=("Medication",), question="Is the medication active, discontinued or neither?",
        ),
    },
    read=partial(json_lines.read, item=snippet, kind=Document),
    obtain="on request from https://huggingface.co/datasets/mitclinicalml/clinical-ie, as medication_status",
    clinical=True,
)  # fmt: skip
