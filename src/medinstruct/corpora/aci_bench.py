"""ACI-BENCH: 207 role-played visits to a doctor as dialogues, with the clinical note of each (Yim et al. 2023)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Texts


def item(row: Row) -> dict[str, Any]:
    """A visit; speakers are tagged as the speech recogniser had it, sometimes swapped."""
    return {
        "id": row["encounter_id"],
        "texts": {"dialogue": row["dialogue"]},
        "references": (row["note"],),
        "facts": {"collection": row["dataset"]},
    }


RAW = "https://raw.githubusercontent.com/wyim/aci-bench/b909b2bb9cf1d19de08df15cddde7bd0179665e4/data/challenge_data"
FILES = {
    "train.csv": "6c778d4ac5e6cc6f1964786f9286e8d765c210f22ed6b57f83aff8497409cea4",
    "valid.csv": "6629e89e3fb409d2b3eceab60dc7b32fe1d3fb8d4e07795039284965522aa4d0",
    "clinicalnlp_taskB_test1.csv": "5cc4008e68545f84913744a8e493a58bdf17ba7e1b7a0be46d6943d6bfca9471",
    "clinicalnlp_taskC_test2.csv": "599e3330a14e25a0e056aee1365ffac7ebe50058f15821eae42a5513c2bb5a4f",
    "clef_taskC_test3.csv": "d3c18362a42124ea2bd1b2b4b66ba76a11bb123dfdb416471ae3b5924d1428ec",
}

corpus = Corpus(
    title="ACI-BENCH",
    homepage="https://github.com/wyim/aci-bench",
    citation="Yim, Fu, Ben Abacha, Snider, Lin & Yetisgen 2023, ACI-BENCH, Sci Data 10:586, doi:10.1038/s41597-023-02487-3",
    license=License("cc-by-4.0", "README of the release"),
    splits={
        "train": Split("train", ("train.csv",), {"items": 67}),
        "valid": Split("validation", ("valid.csv",), {"items": 20}),
        "test1": Split("test", ("clinicalnlp_taskB_test1.csv",), {"items": 40}),
        "test2": Split("test", ("clinicalnlp_taskC_test2.csv",), {"items": 40}),
        "test3": Split("test", ("clef_taskC_test3.csv",), {"items": 40}),
    },
    tasks={"sum": Texts(question="Write the clinical note of this visit, section by section.")},
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=partial(table.read, item=item),
    verified={
        "train": "89e81a3199e3eaaa",
        "valid": "a6cc42e9461844da",
        "test1": "185eacad812a1c7f",
        "test2": "1ae0c5fec087bced",
        "test3": "7ab02ed461b26aa9",
    },
)
