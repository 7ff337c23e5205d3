"""BioRED: six kinds of entities and eight kinds of relations between their concepts in 600 PubMed abstracts (Luo et
al. 2022).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import bioc_xml
from medinstruct.formats.bioc import Dialect
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

GENE, DISEASE, CHEMICAL, VARIANT = "GeneOrGeneProduct", "DiseaseOrPhenotypicFeature", "ChemicalEntity", "SequenceVariant"  # fmt: skip
TYPES = {
    GENE: "Gene or protein", DISEASE: "Disease", CHEMICAL: "Chemical", VARIANT: "Sequence variant",
    "OrganismTaxon": "Organism", "CellLine": "Cell line",
}  # fmt: skip
GENERAL = {
    "Association": "is associated with", "Positive_Correlation": "correlates positively with",
    "Negative_Correlation": "correlates negatively with",
}  # fmt: skip
CHEMICAL_ONLY = {
    "Bind": "binds", "Cotreatment": "is given together with", "Comparison": "is compared with",
    "Drug_Interaction": "interacts as a drug with", "Conversion": "is converted to or from",
}  # fmt: skip
# The annotators looked at these pairs of types, never at diseases with diseases or genes with variants.
PAIRS = (
    ((DISEASE, CHEMICAL), (GENE, CHEMICAL, VARIANT)),
    ((GENE,), (GENE,)),
    ((VARIANT,), (VARIANT,)),
)
CHEMICALS = ((CHEMICAL,), (CHEMICAL, GENE))
VOCABULARIES = {
    GENE: "NCBI Gene", DISEASE: "MESH", CHEMICAL: "MESH", "OrganismTaxon": "NCBI Taxonomy", "CellLine": "Cellosaurus",
}  # fmt: skip


def vocabulary(type: str, id: str) -> str:
    """Ids of OMIM carry their vocabulary with them; a variant has a number of dbSNP or is told in tmVar's own way."""
    return VOCABULARIES.get(type, "dbSNP" if id.startswith("rs") else "tmVar") if not id.startswith("OMIM:") else ""


corpus = Corpus(
    title="BioRED",
    homepage="https://github.com/ncbi/BioRED",
    citation="Luo, Lai, Wei, Arighi & Lu 2022, BioRED: a rich biomedical RE dataset, Brief Bioinform 23:bbac282, doi:10.1093/bib/bbac282",
    license=License("unknown", "the repository of the authors states none for the data"),
    splits={
        "train": Split("train", ("Train.BioC.XML",), {"documents": 400, "mentions": 13351, "relations": 4178}),
        "dev": Split("validation", ("Dev.BioC.XML",), {"documents": 100, "mentions": 3533, "relations": 1162}),
        "test": Split("test", ("Test.BioC.XML",), {"documents": 100, "mentions": 3535, "relations": 1163}),
    },
    tasks={
        "ner": Spans(labels=TYPES, question="Which genes, diseases, chemicals, variants, organisms and cell lines are mentioned?"),
        "re": Relations(
            labels=GENERAL | CHEMICAL_ONLY, arguments=dict.fromkeys(GENERAL, PAIRS) | dict.fromkeys(CHEMICAL_ONLY, CHEMICALS),
            level="concept", symmetric=True, scope="document", none="has no stated relation to",
            question="How are the two related, according to the text?",
        ),
    },
    # A bar stands inside the ids of variants (c|SUB|G|1092|A) and of composites, which relations name as they are.
    read=partial(bioc_xml.read, dialect=Dialect(split=",", vocabulary=vocabulary), identity="pmid"),
    downloads=(Download("https://ftp.ncbi.nlm.nih.gov/pub/lu/BioRED/BIORED.zip", "BIORED.zip"),),
)  # fmt: skip
