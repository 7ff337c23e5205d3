"""ClinicalIE medication attributes: medications with dosage, route, frequency, reason and duration in snippets of
notes (Agrawal et al. 2022).
"""

import re
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Document
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

PARTS = {
    "Medication": "Medication", "Dosage": "Dosage", "Route": "Route", "Frequency": "Frequency",
    "Reason": "Reason for medication", "Duration": "Duration",
}  # fmt: skip

ONE = r"""\[\s*([0-9]+)\s*,\s*([0-9]+)\s*,\s*['"]([A-Za-z]+)([0-9]+)['"][^\[\]]*\]"""
LIST = re.compile(rf"\s*\[\s*(?:{ONE}\s*+,?+\s*+)*+\]\s*")


def snippet(row: Row) -> dict[str, Any]:
    """A snippet with its medications, from a list as Python writes it: `[[0, 8, 'Medication1'], [10, 13, 'Dosage1']]`.

    What has one number belongs to one medication. An end is that of the last character, or one further: if any
    would cut a word in two, all are the former.
    """
    text, marks = row["snippet"], row["annotations"]
    if not LIST.fullmatch(marks):
        raise ValueError(f"not a list of start, end and numbered label: {marks[:80]!r}")
    found = [(int(start), int(end), type, number) for start, end, type, number in re.findall(ONE, marks)]
    last = any(text[end - 1 : end].isalnum() and text[end : end + 1].isalnum() for _, end, _, _ in found)
    mentions: list[dict[str, Any]] = []
    groups: dict[str, list[tuple[str, str]]] = {}
    for start, end, type, number in found:
        id = f"T{len(mentions) + 1}"
        mentions.append({"id": id, "spans": ((start, end + last),), "text": text[start : end + last], "types": (type,)})
        groups.setdefault(number, []).append((type, id))
    return {
        "id": f"{PurePosixPath(row.place.file).stem}-{row.key}", "text": text, "mentions": tuple(mentions),
        "events": tuple(_medication(number, group) for number, group in groups.items() if "Medication" in dict(group)),
    }  # fmt: skip


def _medication(number: str, group: list[tuple[str, str]]) -> dict[str, Any]:
    """The first name of a medication is the trigger, all others are arguments as the attributes are."""
    trigger = next(id for type, id in group if type == "Medication")
    arguments = tuple({"role": type, "ref": id} for type, id in group if id != trigger)
    return {"id": f"E{number}", "type": "Medication", "trigger": trigger, "arguments": arguments}


corpus = Corpus(
    title="ClinicalIE medication attributes",
    homepage="https://huggingface.co/datasets/mitclinicalml/clinical-ie",
    citation=(
        "Agrawal, Hegselmann, Lang, Kim & Sontag 2022, Large language models are few-shot clinical information extractors, EMNLP "
        "2022:1998-2022, doi:10.18653/v1/2022.emnlp-main.130"
    ),
    license=License("agreement", "the page of the data set asks to accept conditions, and CASI, whose texts they are, does so too"),
    # Files are the splits of `medication_attr`, as `datasets` writes them (to_json).
    splits={
        "validation": Split("validation", ("validation.jsonl",)),
        "test": Split("test", ("test.jsonl",)),
    },
    tasks={
        "ner": Spans(labels=PARTS, question="Which medications are mentioned, and what is said of how and why they are taken?"),
        "ee": Events(
            labels={"Medication": "Medication"}, roles={type: None if type == "Medication" else word for type, word in PARTS.items()},
            question="Which medications are mentioned, each with its dosage, route, frequency, reason and duration?",
        ),
    },
    read=partial(json_lines.read, item=snippet, kind=Document),
    obtain="on request from https://huggingface.co/datasets/mitclinicalml/clinical-ie, as medication_attr",
    clinical=True,
)  # fmt: skip
