"""HEAD-QA: multiple-choice questions of Spanish exams for health professions, in Spanish (Vilares & Gómez-Rodríguez
2019).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Choices


def items(exam: Row) -> Iterator[dict[str, Any]]:
    """The questions of an exam. One that needs an image is kept without its answer: nobody can know it from the text."""
    for row in exam["data"]:
        keys = [str(answer["aid"]) for answer in row["answers"]]
        yield {
            "id": f"{exam['name']}-{row['qid']}",
            "question": row["qtext"].strip(),
            "options": tuple(answer["atext"].strip() for answer in row["answers"]),
            "answers": () if row["image"] else (keys.index(str(row["ra"])),),
            "identities": (f"head-qa:{exam['name']}-{row['qid']}",),
            "facts": {
                "subject": exam["category"],
                "year": exam["year"],
                **({"image": row["image"]} if row["image"] else {}),
            },
        }


RAW = "https://raw.githubusercontent.com/claudiaqw/head-qa-afi/9a8c0b3be470a1d3a271dac15e9b0ef400e70d75/data"
FILES = {
    "train_HEAD.json": "edf4d2570454d9db7e8d33d4e66e620818996714e589b6cf78f261e9b8b78652",
    "dev_HEAD.json": "6b9a6f5d4f301f1a13eeb1bc2f22cfc2f567a280d577409e0ca3e2d67e2fc365",
    "test_HEAD.json": "5d6e0779bf7456b9c686d5830947bd17cdad9476ee8c7d555ce2a31f38ca51ea",
}
CITATION = "Vilares & Gómez-Rodríguez 2019, HEAD-QA: a healthcare dataset for complex reasoning, ACL 2019:960-966, doi:10.18653/v1/P19-1092"
LICENSE = License(
    "mit", "LICENSE of aghie/head-qa; the exams are the Spanish Ministry of Health's, under its terms of reuse"
)

corpus = Corpus(
    title="HEAD-QA, Spanish",
    homepage="https://aghie.github.io/head-qa/",
    citation=CITATION,
    license=LICENSE,
    languages=("es",),
    splits={
        "train": Split("train", ("train_HEAD.json",), {"items": 2657}),
        "dev": Split("validation", ("dev_HEAD.json",), {"items": 1366}),
        "test": Split("test", ("test_HEAD.json",), {"items": 2742}),
    },
    tasks={"qa": Choices()},
    downloads=tuple(Download(f"{RAW}/HEAD/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=partial(json.read, item=items, path=("exams",)),
    verified={"train": "93e8b982e596474c", "dev": "ca6a1abdc4f7bfcc", "test": "5baa18306f001fe9"},
)
