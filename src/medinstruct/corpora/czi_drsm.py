"""DRSM: what kind of research on rare diseases an article reports, in three sets of articles (Chan Zuckerberg
Initiative 2023).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels

CATEGORIES = {
    "clinical characteristics or disease pathology": "Clinical characteristics or disease pathology",
    "therapeutics in the clinic": "Therapeutics in the clinic", "disease mechanism": "Disease mechanism",
    "patient-based therapeutics": "Patient-based therapeutics", "other": "Other", "irrelevant": "Irrelevant",
}  # fmt: skip
NONE = "-1 - the paper is not a primary experimental study in rare disease"
QUALITY = {
    NONE: "Not a primary experimental study in rare disease",
    "0 - the study does not directly investigate quality of life": "Does not investigate quality of life directly",
    "1 - the study investigates qol but not as its primary contribution": "Investigates quality of life, not as its main contribution",
    "2 - the study's primary contribution centers on quality of life measures": "Its main contribution is on quality of life",
}
HISTORY = {
    NONE: "Not a primary experimental study in rare disease",
    "0 - the study is not directly investigating the natural history of a disease":
        "Does not investigate natural history directly",
    "1 - the study includes some elements a natural history but not as its primary contribution":
        "Has elements of a natural history, not as its main contribution",
    "2 - the study's primary contribution centers on observing the time course of a rare disease":
        "Its main contribution is on the time course of a disease",
}  # fmt: skip


def item(row: Row) -> dict[str, Any]:
    """An article. The three files write their columns differently, have the PMID first, and quote some labels: `'0 -
    the study …'`.
    """
    pmid, cells = next(iter(row.values())), {name.lower(): value for name, value in row.items()}
    return {
        "id": pmid,
        "texts": {"title": cells["title"], "abstract": cells.get("trimmed_abstract") or cells["abstract"]},
        "labels": (cells["correct_label"].removeprefix("'").removesuffix("'"),),
        "identities": (f"pmid:{pmid}",),
        "facts": {"labelled by": cells["labeling_state"], "agreement": cells["agreement"]},
    }


RAW = "https://raw.githubusercontent.com/chanzuckerberg/DRSM-corpus/a372a194c101d64da81ceb1f56388daae28bc27d"
FILES = {
    "v1/drsm_corpus_v1.tsv": "dc",
    "v2/qol_all_2022_12_15.tsv": "dc-quality-of-life",
    "v2/nhs_all_2023_03_31.tsv": "dc-natural-history",
}


def split(path: str) -> Split:
    """A file with its one task; there is no official split, and the README's numbers do not add up."""
    return Split(
        "train", (path.rpartition("/")[2],), withheld=tuple(task for task in FILES.values() if task != FILES[path])
    )


corpus = Corpus(
    title="DRSM corpus, disease research state model",
    homepage="https://github.com/chanzuckerberg/DRSM-corpus",
    citation="Chan Zuckerberg Initiative 2023, DRSM corpus, https://github.com/chanzuckerberg/DRSM-corpus",
    license=License("cc0-1.0", "LICENSE of the repository"),
    splits={path.rpartition("/")[2].partition("_")[0]: split(path) for path in FILES},
    tasks={
        "dc": Labels(labels=CATEGORIES, question="What kind of research does the article report?"),
        "dc-quality-of-life": Labels(labels=QUALITY, question="Does the article study quality of life?"),
        "dc-natural-history": Labels(
            labels=HISTORY, question="Does the article study the natural history of a disease?"
        ),
    },
    downloads=tuple(Download(f"{RAW}/{path}", path.rpartition("/")[2]) for path in FILES),
    read=partial(table.read, item=item, delimiter="\t"),
)
