"""MedInstruct: medical instructions, 52,000 written by GPT-4, 216 by clinicians to test, and their 167 seeds (Zhang
et al. 2023).
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Measured, Split
from medinstruct.document import Item
from medinstruct.formats import json, json_lines
from medinstruct.formats.draft import Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Texts

ANSWERS = ("output", "gpt-4-answer", "claude-2", "gpt-3.5-turbo-answer", "text-davinci-003-answer")
FACTS = ("topic", "view", "type", "difficulty")


def item(row: Row) -> dict[str, Any]:
    """An instruction, its input if it has one, and what models answered; seeds have no answer."""
    given = row.get("input", "")
    return {
        "id": f"{PurePosixPath(row.place.file).stem}-{row.key}",
        "texts": {} if given.strip() in ("", "<noinput>") else {"input": given.strip()},
        "question": row["instruction"].strip(),
        "references": tuple(row[name].strip() for name in ANSWERS if row.get(name, "").strip()),
        "facts": {name: row[name] for name in FACTS if name in row},
    }


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the instructions of JSON and of JSON Lines."""
    rows = (row for file in files for row in (json_lines if file.suffix == ".jsonl" else json).rows(file))
    return finish(drafts(rows, item, Item), repair)


RAW = "https://raw.githubusercontent.com/XZhang97666/AlpaCare/b469c41bcd7ddd57dd0bc072ef99d017c5cb0e4b/data"
TRAIN, SEEDS, TEST = "MedInstruct-52k.json", "med_seed.json", "MedInstruct-test.jsonl"

corpus = Corpus(
    title="MedInstruct",
    homepage="https://github.com/XZhang97666/AlpaCare",
    citation="Zhang, Tian, Yang, Chen, Li & Petzold 2023, AlpaCare, arXiv:2310.14558",
    license=License(
        "cc-by-nc-4.0", "DATA_LICENSE; all answers are of models of OpenAI and Anthropic, whose terms may bind too"
    ),
    splits={
        "train": Split("train", (TRAIN,)),
        "seed": Split("train", (SEEDS,), {"items": 167}, withheld=("gen",)),
        "test": Split("test", (TEST,), {"items": Measured(216, 217, "the README counts one more than the file holds")}),
    },
    tasks={"gen": Texts()},
    obtain=f"see {RAW}/{TRAIN}",
    downloads=(
        Download(f"{RAW}/{SEEDS}", SEEDS, "01626406491f59826f4a7111a25e9d7cf57d5dfdff0b50221e8c4cf6f4e8e7a2"),
        Download(f"{RAW}/{TEST}", TEST, "cbcdbb18be6a1daf9899be9859170c75825c87e68e4b51d1bd5097a884a0f2c9"),
    ),
    read=read,
    verified={"seed": "79b576e11fd407cc", "test": "9fed8acc7dc29f37"},
)
