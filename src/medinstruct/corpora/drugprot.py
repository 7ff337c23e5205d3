"""DrugProt: chemicals, genes and proteins and 13 kinds of relations between them, in 5,000 PubMed abstracts
(Miranda-Escalada et al. 2023).
"""

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import triplets
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

ACTIONS = {
    "ACTIVATOR": "activates", "AGONIST": "is an agonist of", "AGONIST-ACTIVATOR": "is an activating agonist of",
    "AGONIST-INHIBITOR": "is an inhibiting agonist of", "ANTAGONIST": "is an antagonist of",
    "DIRECT-REGULATOR": "directly regulates", "INDIRECT-DOWNREGULATOR": "indirectly downregulates",
    "INDIRECT-UPREGULATOR": "indirectly upregulates", "INHIBITOR": "inhibits", "PART-OF": "is part of",
    "PRODUCT-OF": "is a product of", "SUBSTRATE": "is a substrate of",
    "SUBSTRATE_PRODUCT-OF": "is a substrate and product of",
}  # fmt: skip

corpus = Corpus(
    title="DrugProt, BioCreative VII",
    homepage="https://zenodo.org/records/5119892",
    citation=(
        "Miranda-Escalada et al. 2023, Overview of DrugProt task at BioCreative VII: data and methods for large-scale text mining and "
        "knowledge graph generation of heterogenous chemical-protein relations, Database 2023:baad080, doi:10.1093/database/baad080"
    ),
    license=License("cc-by-4.0", "the BigBIO card; the copy at hand carries no notice"),
    splits={
        "train": Split("train", ("drugprot_training_*.tsv",), {"documents": 3500}),
        "dev": Split("validation", ("drugprot_development_*.tsv",),
            {"documents": 750, "mentions:CHEMICAL": 9853, "mentions:GENE": 9005, "relations": 3761},
        ),
        # 750 of these 10,750 abstracts are the test set; which ones the organisers keep, and so what is marked by hand
        "test": Split("test", ("test_background_*.tsv",), {"documents": 10750}, withheld=("ner", "re"), options={"answers": False}),
    },
    tasks={
        "ner": Spans(
            labels={"CHEMICAL": "Chemical", "GENE": "Gene or protein", "GENE-Y": "Gene or protein", "GENE-N": "Gene or protein"},
            question="Which chemicals and which genes or proteins are mentioned?",
        ),
        "re": Relations(
            labels=ACTIONS, arguments=dict.fromkeys(ACTIONS, (("CHEMICAL",), ("GENE", "GENE-Y", "GENE-N"))),
            question="How does the chemical act on the gene or protein, according to the text?",
        ),
    },
    read=triplets.read,
    downloads=(
        Download("https://zenodo.org/records/5119892/files/drugprot-training-development-test-background.zip", "drugprot.zip"),
    ),
    verified={"dev": "4062c11e9ee496b3"},
)  # fmt: skip
