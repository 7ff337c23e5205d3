"""NLI4CT: statements that sections of one or two breast cancer trials entail or contradict (Jullien et al. 2023)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Item
from medinstruct.formats import json
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Choices, Labels

ROLES = ("Primary", "Secondary")


def item(row: Row, trials: dict[str, Row]) -> dict[str, Any]:
    """A statement about the named section of its trials; the lines of that are options, of which those that prove it, or
    prove it wrong, are right.
    """
    section = row["Section_id"]
    named = {role: row[f"{role}_id"] for role in ROLES if f"{role}_id" in row}
    premise = "\n\n".join("\n".join([f"{role} trial, {section}:", *trials[id][section]]) for role, id in named.items())
    lines = [(role, n, line.strip()) for role, id in named.items() for n, line in enumerate(trials[id][section])]
    proof = {(role, n) for role in named for n in row.get(f"{role}_evidence_index", ())}
    evidence = {f"{role} evidence": " ".join(map(str, row.get(f"{role}_evidence_index", ()))) for role in named}
    return {
        "id": row.key,
        "texts": {"premise": premise, "hypothesis": row["Statement"].strip()},
        "options": tuple(f"{role} trial, line {n + 1}: {line}" for role, n, line in lines),
        "answers": tuple(place for place, (role, n, _) in enumerate(lines) if (role, n) in proof),
        "labels": (row["Label"],),
        # Train shares 201 trials with dev and test, but seldom a section: what is shown is named by both together.
        "identities": tuple(f"nct:{id}:{section}" for id in named.values()),
        "facts": {"section": section, **evidence},
    }


def read(
    files: Iterable[File], *, repair: Repair | None = None, item: Callable[[Row, dict[str, Row]], dict[str, Any]] = item
) -> Iterator[Read]:
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
        drafts((row for file in statements for row in json.rows(file)), lambda row: item(row, trials), Item), repair
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
        ),
        "qa-evidence": Choices(
            several=True, question="Which lines of the premise show whether the hypothesis is true?"
        ),
    },
    downloads=(
        Download(
            "https://raw.githubusercontent.com/ai-systems/nli4ct/8e8e5fc506b916984011873403b9ea5ed6dd96c2/Complete_dataset.zip",
            "Complete_dataset.zip",
            "dd972c46e69a5bc5e5fb74c2105b5444722d81879ab96b214545b943e4e7ebbe",
        ),
    ),
    read=read,
    verified={"train": "c2e21e5fd58aa152", "dev": "d27147f632706386", "test": "c4c42aeb6cca4a85"},
)
