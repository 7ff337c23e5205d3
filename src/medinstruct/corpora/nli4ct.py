"""NLI4CT: statements that sections of one or two breast cancer trials entail or contradict (Jullien et al. 2023)."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Item
from medinstruct.formats import json
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels

ROLES = ("Primary", "Secondary")


def item(row: Row, trials: dict[str, Row]) -> dict[str, Any]:
    """A statement about the named section of its trials; the lines that prove it, counted from 0, are facts."""
    section = row["Section_id"]
    named = {role: row[f"{role}_id"] for role in ROLES if f"{role}_id" in row}
    premise = "\n\n".join("\n".join([f"{role} trial, {section}:", *trials[id][section]]) for role, id in named.items())
    evidence = {f"{role} evidence": " ".join(map(str, row.get(f"{role}_evidence_index", ()))) for role in named}
    return {
        "id": row.key,
        "texts": {"premise": premise, "hypothesis": row["Statement"].strip()},
        "labels": (row["Label"],),
        # Train shares 201 trials with dev and test, but seldom a section: what is shown is named by both together.
        "identities": tuple(f"nct:{id}:{section}" for id in named.values()),
        "facts": {"section": section, **evidence},
    }


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the statements of a split, each beside the sections of the trials that it names."""
    trials: dict[str, Row] = {}
    statements: list[File] = []
    for file in files:
        if not file.stem.startswith("NCT"):
            statements.append(file)
            continue
        for row in json.rows(file, path=None):
            if isinstance(row, Broken):
                yield row
            else:
                trials[file.stem] = row
    yield from finish(
        drafts((row for file in statements for row in json.rows(file)), partial(item, trials=trials), Item), repair
    )


TRIALS = "CT json/NCT*.json"

corpus = Corpus(
    title="NLI4CT, natural language inference for clinical trial data",
    homepage="https://sites.google.com/view/nli4ct/",
    citation="Jullien, Valentino, Frost, O'Regan, Landers & Freitas 2023, SemEval-2023 task 7, SemEval 2023, doi:10.18653/v1/2023.semeval-1.307",
    license=License("unknown", "the repository of the release states none"),
    splits={
        "train": Split("train", ("train.json", TRIALS), {"items": 1700, "labels:Entailment": 850}),
        "dev": Split("validation", ("dev.json", TRIALS), {"items": 200, "labels:Entailment": 100}),
        # test.json is the same without the labels, as it stood during the challenge.
        "test": Split("test", ("Gold_test.json", TRIALS), {"items": 500, "labels:Entailment": 250}),
    },
    tasks={
        "nli": Labels(
            labels={"Entailment": "entailment", "Contradiction": "contradiction"},
            question="Does the premise, taken from reports of clinical trials, entail the hypothesis or contradict it?",
        )
    },
    downloads=(
        Download(
            "https://raw.githubusercontent.com/ai-systems/nli4ct/8e8e5fc506b916984011873403b9ea5ed6dd96c2/Complete_dataset.zip",
            "Complete_dataset.zip",
            "dd972c46e69a5bc5e5fb74c2105b5444722d81879ab96b214545b943e4e7ebbe",
        ),
    ),
    read=read,
)
