"""BioRED: six kinds of entities and eight kinds of relations between their concepts in 600 PubMed abstracts (Luo et
al. 2022).
"""

from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import bioc_xml
from medinstruct.formats.bioc import Dialect
from medinstruct.formats.draft import Draft, Read, Repair, one_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Concepts, Relations, Spans

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


def with_novelty(draft: Draft) -> None:
    """Add what each relation's novelty says as a relation of its own, between the same two: `Novel`, or `No` for what
    was known before.
    """
    novelty = {a["target"]: a["value"] for a in draft.fields["attributes"] if a["name"] == "novel"}
    relations = draft.fields["relations"]
    told = ({**r, "id": f"{r['id']} novelty", "type": novelty[r["id"]]} for r in relations if r["id"] in novelty)
    draft.fields["relations"] = (*relations, *told)


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the abstracts. A bar stands inside the ids of variants (c|SUB|G|1092|A) and of composites, which relations
    name as they are.
    """
    repairs = one_of(with_novelty, repair)
    return bioc_xml.read(files, dialect=Dialect(split=",", vocabulary=vocabulary), identity="pmid", repair=repairs)


corpus = Corpus(
    title="BioRED",
    homepage="https://github.com/ncbi/BioRED",
    citation="Luo, Lai, Wei, Arighi & Lu 2022, BioRED: a rich biomedical RE dataset, Brief Bioinform 23:bbac282, doi:10.1093/bib/bbac282",
    license=License("unknown", "the repository of the authors states none for the data"),
    # Each relation is there once more with its novelty.
    splits={
        "train": Split("train", ("Train.BioC.XML",), {"documents": 400, "mentions": 13351, "relations": 2 * 4178}),
        "dev": Split("validation", ("Dev.BioC.XML",), {"documents": 100, "mentions": 3533, "relations": 2 * 1162}),
        "test": Split("test", ("Test.BioC.XML",), {"documents": 100, "mentions": 3535, "relations": 2 * 1163}),
    },
    tasks={
        "ner": Spans(labels=TYPES, question="Which genes, diseases, chemicals, variants, organisms and cell lines are mentioned?"),
        "re": Relations(
            labels=GENERAL | CHEMICAL_ONLY, arguments=dict.fromkeys(GENERAL, PAIRS) | dict.fromkeys(CHEMICAL_ONLY, CHEMICALS),
            level="concept", symmetric=True, scope="document", none="has no stated relation to",
            question="How are the two related, according to the text?",
        ),
        "re-novelty": Relations(
            labels={"Novel": "is newly found to be related to", "No": "was known to be related to"},
            arguments=dict.fromkeys(("Novel", "No"), (*PAIRS, CHEMICALS)),
            level="concept", symmetric=True, scope="document", none="has no stated relation to",
            question="Is it new that the two are related, or was it known before, according to the text?",
        ),
        "ned": Concepts(
            vocabularies={"NCBI Gene": "NCBI Gene", "MESH": "MeSH", "": "OMIM", "NCBI Taxonomy": "NCBI Taxonomy", "dbSNP": "dbSNP",
                    "Cellosaurus": "Cellosaurus", "tmVar": None},
            types=tuple(TYPES), question="Which entry of NCBI Gene, MeSH, OMIM, the NCBI Taxonomy, dbSNP or Cellosaurus is it?",
        ),
    },
    read=read,
    downloads=(Download("https://ftp.ncbi.nlm.nih.gov/pub/lu/BioRED/BIORED.zip", "BIORED.zip"),),
    left_out={"attributes:novel": "asked as relations of their own, `re-novelty`"},
    verified={"train": "4366e8a96ffd572b", "dev": "a64d19aa62adfc73", "test": "ef936c54885483da"},
)  # fmt: skip
