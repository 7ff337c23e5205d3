"""tmVar: mutations of DNA and protein and numbers of SNPs in 500 PubMed abstracts, the first edition (Wei et al.
2013).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.tmvar3 import VARIANTS
from medinstruct.formats import pubtator
from medinstruct.license import License
from medinstruct.tasks import Spans

# `tmvar3` is another annotation of other kinds and another split; texts that stand in both are found by their PMIDs.
TYPES = ("DNAMutation", "ProteinMutation", "SNP")

corpus = Corpus(
    title="tmVar corpus",
    homepage="https://www.ncbi.nlm.nih.gov/research/bionlp/Tools/tmvar/",
    citation="Wei, Harris, Kao & Lu 2013, tmVar, Bioinformatics 29:1433-1439, doi:10.1093/bioinformatics/btt156",
    license=License("unknown", "the BigBIO card; the release is of the US National Library of Medicine"),
    # The BigBIO card tells the numbers of documents.
    splits={
        "train": Split("train", ("train.PubTator.txt",), {"documents": 334}),
        "test": Split("test", ("test.PubTator.txt",), {"documents": 166}),
    },
    tasks={
        "ner": Spans(
            labels={type: VARIANTS[type] for type in TYPES},
            question="Which mutations of DNA or protein and which identifiers of SNPs are mentioned?",
        )
    },
    downloads=(
        Download(
            "https://www.ncbi.nlm.nih.gov/CBBresearch/Lu/Demo/tmTools/download/tmVar/tmVarCorpus.zip", "tmVarCorpus.zip"
        ),
    ),
    # The last column tells the change part by part, `c|SUB|C|677|T`; it is one id, in tmVar's own way, or a number of dbSNP.
    read=partial(
        pubtator.read,
        split=lambda type, column: [column],
        vocabulary=lambda type, id: "dbSNP" if id.lower().startswith("rs") else "tmVar",
    ),
)
