"""BioNLI: conclusions of PubMed abstracts, true ones and adversarial changes of them, against their premises (Bastan
et al. 2022).
"""

import re
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels

# How a false conclusion was made: by changing entities (S…), negation, numbers or a word, or by a generator.
CHANGES = (
    "SEN", "SEP", "SET", "SRE", "SREO", "LPR", "swap_number", "posToNeg", "negToPos",
    "generation", "generation_nd", "generation_nd_SEN", "generation_nd_SRE",
)  # fmt: skip
MARK = re.compile(r"<(?:re|el)> ?| ?<(?:er|le)>")
"""What stands around the regulating and the regulated entity: `<re> Orlin <er> lowers <el> KLX2 <le>`."""


def item(row: Row) -> dict[str, Any]:
    """A conclusion against the sentences before it, without the marks of its two entities; one abstract has several.

    A PMID may be written as a decimal: the authors' code compares them so.
    """
    texts = {"premise": row["supp_set"], "hypothesis": row["conclusion"]}
    pmid = row["pmid"].removesuffix(".0")
    return {
        "id": f"{PurePosixPath(row.place.file).stem}-{row.key}",
        "texts": {name: MARK.sub("", text).strip() for name, text in texts.items()},
        "labels": (row["label_cat"],),
        "identities": (f"pmid:{pmid}",),
    }


corpus = Corpus(
    title="BioNLI",
    homepage="https://github.com/StonyBrookNLP/BioNLI",
    citation="Bastan, Surdeanu & Balasubramanian 2022, BioNLI, Findings of EMNLP 2022:5093-5104, doi:10.18653/v1/2022.findings-emnlp.374",
    license=License("cc-by-4.0", "README of the repository"),
    # The full distribution, numbers of the paper; the balanced one is a part of the same abstracts, split otherwise.
    splits={
        "train": Split("train", ("*train*.csv",), {"items": 16997, "labels:pos": 8489}),
        "dev": Split("validation", ("*dev*.csv", "*val*.csv"), {"items": 14336, "labels:pos": 3000}),
        "test": Split("test", ("*test*.csv",), {"items": 9126, "labels:pos": 2000}),
    },
    tasks={
        "nli": Labels(
            labels={"pos": "entailment", **dict.fromkeys(CHANGES, "not entailment")},
            question="Does the hypothesis follow from the premise?",
        )
    },
    obtain="the full set from the folder on Google Drive that the homepage links to, the test set on request from its authors",
    read=partial(table.read, item=item),
)
