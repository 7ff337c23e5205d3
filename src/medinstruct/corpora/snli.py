"""SNLI: 570,000 pairs of sentences, of which the first, a caption, entails or contradicts the second or neither
(Bowman et al. 2015).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels

LABELS = {"entailment": "entailment", "neutral": "neutral", "contradiction": "contradiction"}


def item(row: Row) -> dict[str, Any]:
    """A pair; `-` says that no label had a majority, and `hidden` that it is not published."""
    label = row.get("gold_label")
    return {
        "id": row["pairID"],
        "texts": {"premise": row["sentence1"].strip(), "hypothesis": row["sentence2"].strip()},
        "labels": (label,) if label in LABELS else (),
        "facts": {"genre": row["genre"]} if "genre" in row else {},
    }


NLI = Labels(labels=LABELS, question="Does the premise entail the hypothesis, contradict it, or neither?")

corpus = Corpus(
    title="Stanford natural language inference corpus",
    homepage="https://nlp.stanford.edu/projects/snli/",
    citation="Bowman, Angeli, Potts & Manning 2015, A large annotated corpus for learning natural language inference, EMNLP 2015:632-642, "
    "doi:10.18653/v1/D15-1075",
    license=License("cc-by-sa-4.0", "the homepage and the README of the release"),
    # Numbers of the paper, pairs without a majority among them.
    splits={
        "train": Split("train", ("snli_1.0_train.jsonl",), {"items": 550152}),
        "dev": Split("validation", ("snli_1.0_dev.jsonl",), {"items": 10000}),
        "test": Split("test", ("snli_1.0_test.jsonl",), {"items": 10000}),
    },
    tasks={"nli": NLI},
    downloads=(Download("https://nlp.stanford.edu/projects/snli/snli_1.0.zip", "snli_1.0.zip"),),
    read=partial(json_lines.read, item=item),
)
