"""BIOSSES: how alike 100 pairs of biomedical sentences are, from 0 to 4, as the mean of five annotators (Soğancıoğlu
et al. 2017).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Score

# The guideline's words for the whole numbers of the scale.
SCALE = (
    "on different topics",
    "not equivalent, but on the same topic",
    "not equivalent, but sharing some details",
    "roughly equivalent, but some important information differs or is missing",
    "completely or mostly equivalent",
)


def item(row: Row) -> dict[str, Any]:
    """A pair, with the number that it has in the original release."""
    return {
        "id": row["pair_id"],
        "texts": {"sentence1": row["sent1"].strip(), "sentence2": row["sent2"].strip()},
        "score": float(row["score"]),
    }


RAW = "https://raw.githubusercontent.com/hieunguyen7337/KeBioLM/bc7c3667c786236252ba5b26b3b921197465b7a3/data/BIOSSES"
FILES = {
    "train.tsv": "19dfcb8d4f07636422cb4b945992131383bf0dfa87847012673abcfc026aa9e7",
    "dev.tsv": "15902014e1cf828aaf39ab83051063af3b4aec0f6e38edc3ea609299221d4735",
    "test.tsv": "dd68d01d5cc0f73d6790a94b054fdb14b0cd443979f7fc42d1d98aba2cb6791b",
}

corpus = Corpus(
    title="BIOSSES",
    homepage="https://github.com/gizemsogancioglu/biosses",
    citation="Soğancıoğlu, Öztürk & Özgür 2017, BIOSSES, Bioinformatics 33:i49-i58, doi:10.1093/bioinformatics/btx238",
    license=License("gpl-3.0", "LICENSE of the authors' repository"),
    # The split of BLUE, which BLURB took over; the authors' release has none.
    splits={
        "train": Split("train", ("train.tsv",), {"items": 64}),
        "dev": Split("validation", ("dev.tsv",), {"items": 16}),
        "test": Split("test", ("test.tsv",), {"items": 20}),
    },
    tasks={"sts": Score(low=0, high=4, scale=SCALE, question="How alike are the two sentences in what they say?")},
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=partial(table.read, item=item, delimiter="\t", quoting="none"),
)
