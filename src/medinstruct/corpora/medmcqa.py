"""MedMCQA: multiple-choice questions of Indian medical entrance exams (Pal et al. 2022)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.license import License
from medinstruct.tasks import Choices

OPTIONS = ("opa", "opb", "opc", "opd")


def item(row: dict[str, Any]) -> dict[str, Any]:
    """An exam question; `cop` counts the right option from 1, and is absent or 0 where the answer is withheld."""
    answer = row.get("cop") or 0
    facts = {
        "subject": row.get("subject_name"),
        "topic": row.get("topic_name"),
        "explanation": row.get("exp"),
    }
    return {
        "id": row["id"],
        "question": row["question"],
        "options": tuple(row[key] for key in OPTIONS),
        "answers": (answer - 1,) if answer else (),
        "facts": {name: value for name, value in facts.items() if value},
    }


corpus = Corpus(
    title="MedMCQA",
    homepage="https://medmcqa.github.io",
    citation="Pal, Umapathi & Sankarasubbu 2022, MedMCQA, CHIL 2022, PMLR 174:248-260",
    license=License("mit", "LICENSE.md beside the data"),
    splits={
        "train": Split("train", ("train.json",), {"items": 182822}),
        "dev": Split("validation", ("dev.json",), {"items": 4183}),
        "test": Split("test", ("test.json",), {"items": 6150}, withheld=("qa",)),
    },
    tasks={"qa": Choices()},
    read=partial(json_lines.read, item=item),
    verified={"dev": "30e4ae714fe3c873"},
)
