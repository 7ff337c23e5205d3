"""GAD: sentences that are, or are not, about the association of a gene with a disease (Bravo et al. 2015)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Fields, Row
from medinstruct.license import License
from medinstruct.tasks import Labels


def item(row: Row) -> Fields:
    """A sentence in which the gene and the disease are masked; rows are numbered anew in each part."""
    part = row.place.file.rpartition("/")[2].removesuffix(".tsv")
    return {"id": f"{part}-{row['index']}", "texts": {"text": row["sentence"]}, "labels": (row["label"],)}


corpus = Corpus(
    title="Genetic Association Database corpus, split of BLURB",
    homepage="https://microsoft.github.io/BLURB/",
    citation=(
        "Bravo et al. 2015, Extraction of relations between genes and diseases from text and large-scale data analysis, "
        "BMC Bioinformatics 16:55, doi:10.1186/s12859-015-0472-9"
    ),
    license=License("cc-by-4.0", "the BigBIO card; the copy at hand carries no notice"),
    # 1 is the association: the paper has 2,801 true and 2,529 false sentences. True are those of the database, which records
    # what was found and what was ruled out alike, so that 1 stands for "no association was found" too.
    splits={
        "train": Split("train", ("train.tsv",), {"items": 4261, "labels:1": 2227, "labels:0": 2034}),
        "dev": Split("validation", ("dev.tsv",), {"items": 535, "labels:1": 293, "labels:0": 242}),
        "test": Split("test", ("test.tsv",), {"items": 534, "labels:1": 281, "labels:0": 253}),
    },
    tasks={
        "re": Labels(
            labels={"1": "about their association", "0": "not about their association"},
            negative="0",
            question="Is the sentence about an association of @GENE$ with @DISEASE$, be it found or ruled out?",
        )
    },
    read=partial(table.read, item=item, delimiter="\t", quoting="none"),
    obtain="from the data of BLURB, https://microsoft.github.io/BLURB/submit.html",
    verified={"train": "7105acece46265c8", "dev": "338d23c8616ab5fc", "test": "5d7dfde66c26cc74"},
)
