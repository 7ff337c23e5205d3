"""PubMedQA: 1,000 questions that titles of PubMed abstracts ask, with yes, no or maybe and the abstract's conclusion
(Jin et al. 2019).
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats import json
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels, Texts

ITEMS, TEST, DEV = "ori_pqal.json", "test_ground_truth.json", "dev_set.json"
# BLURB's dev is fold 0 of the authors' split_dataset.py (seed 0). Run on ori_pqal.json it gives test exactly as published, and this fold.
FOLD_0 = """
10354335 11247896 11729377 11882828 12607666 12626177 12836106 15530261 15879722 16100194 16249670 17113061
17444776 17593459 17704864 18534072 18670651 18832500 18843057 19058191 19155657 19925761 20156655 20338971
20363841 21865668 21873082 21904069 22211919 22303473 22706226 23337545 23588461 23719685 23774337 23791827
24160268 25070942 25156467 25228241 25251991 25336163 26063028 26485091 27491658 27554179 27581329 8422202
9347843 9363529
"""


def item(row: Row) -> dict[str, Any]:
    """A question, the abstract without its conclusion, and the conclusion."""
    return {
        "id": row.key,
        "texts": {"context": "\n".join(row["CONTEXTS"])},
        "question": row["QUESTION"],
        "labels": (row["final_decision"],),
        "references": (row["LONG_ANSWER"],),
        "identities": (f"pmid:{row.key}",),
        "facts": {"sections": "; ".join(row["LABELS"])},
    }


def read(files: Iterable[File], *, part: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the items of a part: test is listed in its file, dev in the file of fold 0 or else above, train are the others.

    Raises:
        FormatError: if a list of ids cannot be read to its end; what it lacks would be taken for train.
    """
    found = {PurePosixPath(file.name).name: file for file in files}
    if ITEMS not in found or TEST not in found:
        yield Broken(Place(ITEMS), "", f"both {ITEMS} and {TEST} are needed: the first does not say what is test")
        return
    test, dev = ids(found[TEST]), ids(found[DEV]) if DEV in found else frozenset(FOLD_0.split())

    def own(row: Row) -> dict[str, Any] | None:
        return item(row) if part == ("test" if row.key in test else "dev" if row.key in dev else "train") else None

    yield from finish(drafts(json.rows(found[ITEMS]), own, Item), repair)


def ids(file: File) -> frozenset[str]:
    """The keys of a JSON object."""
    rows = list(json.rows(file))
    for row in rows:
        if isinstance(row, Broken):
            raise row.error()
    return frozenset(row.key for row in rows if isinstance(row, Row))


RAW = "https://raw.githubusercontent.com/pubmedqa/pubmedqa/1cbae8e92f72f20c8d3747cbb3bf5bc53554d997/data"
FILES = (ITEMS, TEST, f"pqal_fold0/{DEV}")

corpus = Corpus(
    title="PubMedQA, the part that experts annotated (PQA-L)",
    homepage="https://pubmedqa.github.io",
    citation="Jin, Dhingra, Liu, Cohen & Lu 2019, PubMedQA, EMNLP-IJCNLP 2019:2567-2577, doi:10.18653/v1/D19-1259",
    license=License("mit", "LICENSE of the release"),
    splits={
        "train": Split("train", FILES, {"items": 450, "labels:maybe": 49}, options={"part": "train"}),
        "dev": Split("validation", FILES, {"items": 50, "labels:maybe": 6}, options={"part": "dev"}),
        "test": Split("test", FILES, {"items": 500, "labels:yes": 276, "labels:maybe": 55}, options={"part": "test"}),
    },
    tasks={
        "qa": Labels(
            labels={"yes": "yes", "no": "no", "maybe": "maybe"},
            question="Does the abstract answer the question with yes, no or maybe?",
        ),
        "qa-long": Texts(question="Answer the question with the conclusion that the abstract allows."),
    },
    downloads=(
        Download(f"{RAW}/{ITEMS}", ITEMS, "8b3276be8942ebbd77f3ddcda12c1749bf0e490045a736fd8438ee40cf37a41d"),
        Download(f"{RAW}/{TEST}", TEST, "939fe566f09017d13b1ca64d2ddfee0bc2374b366048152997669cccedc44d51"),
    ),
    read=read,
    verified={"train": "21758b0b2f7b91c7", "dev": "21758b0b2f7b91c7", "test": "21758b0b2f7b91c7"},
)
