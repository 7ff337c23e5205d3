"""ChemProt: chemicals, genes and proteins and how the ones act on the others, in 2,432 PubMed abstracts (Krallinger
et al. 2017).
"""

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import triplets
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

CHEMICAL, GENE = ("CHEMICAL",), ("GENE-Y", "GENE-N")
"""Argument types; a gene is `-Y` where it can be normalised to a database."""
ACTIONS = {
    "ACTIVATOR": "activates", "AGONIST": "is an agonist of", "AGONIST-ACTIVATOR": "is an activating agonist of",
    "AGONIST-INHIBITOR": "is an inhibiting agonist of", "ANTAGONIST": "is an antagonist of", "COFACTOR": "is a cofactor of",
    "DIRECT-REGULATOR": "directly regulates", "DOWNREGULATOR": "downregulates",
    "INDIRECT-DOWNREGULATOR": "indirectly downregulates", "INDIRECT-REGULATOR": "indirectly regulates",
    "INDIRECT-UPREGULATOR": "indirectly upregulates", "INHIBITOR": "inhibits", "MODULATOR": "is a modulator of",
    "MODULATOR-ACTIVATOR": "is a positive modulator of", "MODULATOR-INHIBITOR": "is a negative modulator of",
    "NOT": "is said not to act on", "PART-OF": "is part of", "PRODUCT-OF": "is a product of", "REGULATOR": "regulates",
    "SUBSTRATE": "is a substrate of", "SUBSTRATE_PRODUCT-OF": "is a substrate and product of",
    "UPREGULATOR": "upregulates", "UNDEFINED": None,
}  # fmt: skip
EVALUATED = {
    "upregulates": ("UPREGULATOR", "ACTIVATOR", "INDIRECT-UPREGULATOR"),  # CPR:3
    "downregulates": ("DOWNREGULATOR", "INHIBITOR", "INDIRECT-DOWNREGULATOR"),  # CPR:4
    "is an agonist of": ("AGONIST", "AGONIST-ACTIVATOR", "AGONIST-INHIBITOR"),  # CPR:5
    "is an antagonist of": ("ANTAGONIST",),  # CPR:6
    "is a substrate or product of": ("SUBSTRATE", "PRODUCT-OF", "SUBSTRATE_PRODUCT-OF"),  # CPR:9
}
"""The groups that the track, BLUE and BLURB score; whatever else is related counts as not related there."""

corpus = Corpus(
    title="ChemProt, BioCreative VI",
    homepage="https://biocreative.bioinformatics.udel.edu/tasks/biocreative-vi/track-5/",
    citation="Krallinger et al. 2017, Overview of the BioCreative VI chemical-protein interaction track, BioCreative VI workshop, 141-146",
    license=License("public-domain", "the BigBIO card; the copies at hand carry no notice for the data"),
    splits={
        "train": Split("train", ("chemprot_training_*.tsv",), {"documents": 1020, "mentions": 25752, "relations": 6437}),
        "dev": Split("validation", ("chemprot_development_*.tsv",), {"documents": 612, "mentions": 15567, "relations": 3558}),
        "test": Split("test", ("chemprot_test_*.tsv",), {"documents": 800, "mentions": 20828, "relations": 5744}),
    },
    tasks={
        "ner": Spans(
            labels={"CHEMICAL": "Chemical", "GENE-Y": "Gene or protein", "GENE-N": "Gene or protein"},
            question="Which chemicals and which genes or proteins are mentioned?",
        ),
        "re": Relations(
            labels=ACTIONS, arguments=dict.fromkeys(ACTIONS, (CHEMICAL, GENE)), several=True,
            question="How does the chemical act on the gene or protein, according to the text?",
        ),
        "re-evaluated": Relations(
            labels={**dict.fromkeys(ACTIONS), **{type: group for group, types in EVALUATED.items() for type in types}},
            arguments=dict.fromkeys(ACTIONS, (CHEMICAL, GENE)), none="none of these",
            question="Which of these relations does the text state between the chemical and the gene or protein?",
        ),
    },
    # after the track's guidelines in the paper
    guidelines={
        "ner": "Chemicals are those with a defined structure and classes of them; genes and proteins are marked as names, families and domains "
        "included, whatever the species.",
        "re": "Mark what the sentence states of a chemical and a gene or protein, also where it denies it, never what one knows besides. The "
        "closest relation counts: inhibits rather than downregulates, where binding is meant.",
    },
    read=triplets.read,
    obtain="from the page of the track; unpack the archives that its archive holds",
    verified={"train": "3b667a07ad54f9d3", "dev": "b255840575b3e306", "test": "dc5f6f3d7510bcd0"},
)  # fmt: skip
