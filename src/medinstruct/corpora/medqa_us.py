"""MedQA: questions of the US medical licensing examination with four options (Jin et al. 2021)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Choices


def item(row: Row) -> dict[str, Any]:
    """A question; items have no id but their place in the file of their split."""
    letters = tuple(row["options"])
    part = row.place.file.removesuffix(".jsonl").rpartition("_")[2]
    return {
        "id": f"{part}-{row.key}",
        "question": row["question"],
        "options": tuple(row["options"].values()),
        "answers": (letters.index(row["answer_idx"]),),
        "facts": {"step": row["meta_info"]},
    }


RAW = "https://raw.githubusercontent.com/Teddy-XiongGZ/MIRAGE/392943af99cd94cafd50a0de2e7fca24bbf65494/rawdata/medqa"

corpus = Corpus(
    title="MedQA, United States, four options",
    homepage="https://github.com/jind11/MedQA",
    citation="Jin, Pan, Oufattole, Weng, Fang & Szolovits 2021, What disease does this patient have?, Appl Sci 11(14):6421, doi:10.3390/app11146421",
    license=License("mit", "LICENSE of the release"),
    splits={
        "train": Split("train", ("phrases_no_exclude_train.jsonl",), {"items": 10178}),
        "dev": Split("validation", ("phrases_no_exclude_dev.jsonl",), {"items": 1272}),
        "test": Split("test", ("phrases_no_exclude_test.jsonl",), {"items": 1273}),
    },
    tasks={"qa": Choices()},
    obtain="see the Google Drive link of https://github.com/jind11/MedQA, questions/US/4_options",
    downloads=(
        Download(
            f"{RAW}/data_clean/questions/US/4_options/phrases_no_exclude_test.jsonl",
            "phrases_no_exclude_test.jsonl",
            "c3b905ccfa66152dc25afbcb2c10e86c0bdb208824f0658fcdb2c040f60a2beb",
        ),
    ),
    read=partial(json_lines.read, item=item),
    verified={"test": "0edc71a95d9fa3d6"},
)
