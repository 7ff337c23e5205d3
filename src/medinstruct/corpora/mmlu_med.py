"""MMLU, the six medical subjects that MIRAGE and others ask: exam questions with four options (Hendrycks et al.
2021).
"""

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Choices

SUBJECTS = (
    "anatomy", "clinical_knowledge", "college_biology", "college_medicine", "medical_genetics", "professional_medicine",
)  # fmt: skip
COLUMNS = ("question", "A", "B", "C", "D", "answer")


def item(row: Row) -> dict[str, Any]:
    """A question; its subject and its split are the name of its file, its id that name and its place there."""
    name = PurePosixPath(row.place.file).stem
    return {
        "id": f"{name}-{row.key}",
        "question": row["question"],
        "options": tuple(row[letter] for letter in "ABCD"),
        "answers": ("ABCD".index(row["answer"]),),
        "facts": {"subject": name.rpartition("_")[0].replace("_", " ")},
    }


def files(part: str) -> tuple[str, ...]:
    """The files of a split, one per subject."""
    return tuple(f"{subject}_{part}.csv" for subject in SUBJECTS)


corpus = Corpus(
    title="MMLU, six medical subjects",
    homepage="https://github.com/hendrycks/test",
    citation="Hendrycks, Burns, Basart, Zou, Mazeika, Song & Steinhardt 2021, Measuring massive multitask language understanding, "
    "ICLR 2021, arXiv:2009.03300",
    license=License("mit", "LICENSE of hendrycks/test"),
    splits={
        "dev": Split("train", files("dev"), {"items": 30}),  # five per subject, meant as shots
        "val": Split("validation", files("val"), {"items": 123}),
        "test": Split("test", files("test"), {"items": 1089}),
    },
    tasks={"qa": Choices()},
    downloads=(
        Download(
            "https://people.eecs.berkeley.edu/~hendrycks/data.tar",
            "data.tar",
            "bec563ba4bac1d6aaf04141cd7d1605d7a5ca833e38f994051e818489592989b",
        ),
    ),
    read=partial(table.read, item=item, columns=COLUMNS),
    verified={"test": "d2395333d7bde1fc"},
)
