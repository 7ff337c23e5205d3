"""MedNLI: whether what a doctor wrote follows from a sentence of a patient's history, for 14,049 pairs (Romanov &
Shivade 2018).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels


def item(row: Row) -> dict[str, Any]:
    """A pair in the layout of SNLI, whose parses are left out."""
    return {
        "id": row["pairID"],
        "texts": {"premise": row["sentence1"], "hypothesis": row["sentence2"]},
        "labels": (row["gold_label"],),
    }


corpus = Corpus(
    title="MedNLI",
    homepage="https://physionet.org/content/mednli/1.0.0/",
    citation=(
        "Romanov & Shivade 2018, Lessons from natural language inference in the clinical domain, EMNLP 2018:1586-1596, "
        "doi:10.18653/v1/D18-1187"
    ),
    license=License("agreement", "PhysioNet asks for credentials and a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("mli_train_v1.jsonl",), {"items": 11232}),
        "dev": Split("validation", ("mli_dev_v1.jsonl",), {"items": 1395}),
        "test": Split("test", ("mli_test_v1.jsonl",), {"items": 1422}),
    },
    tasks={
        "nli": Labels(
            labels={label: label for label in ("entailment", "contradiction", "neutral")},
            question="Does the hypothesis follow from the premise, does it contradict it, or neither?",
        )
    },
    read=partial(json_lines.read, item=item),
    obtain="on request from PhysioNet, https://physionet.org/content/mednli/1.0.0/",
    clinical=True,
)
