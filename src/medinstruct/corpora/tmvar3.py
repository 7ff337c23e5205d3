"""tmVar 3: variants of DNA and protein in seven kinds, with genes and diseases, in 500 PubMed abstracts (Wei et al.
2022).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import pubtator
from medinstruct.formats.draft import requote
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

VARIANTS = {
    "DNAMutation": "DNA mutation", "ProteinMutation": "Protein mutation", "SNP": "SNP identifier", "DNAAllele": "DNA allele",
    "ProteinAllele": "Protein allele", "AcidChange": "Base or amino acid change", "OtherMutation": "Other mutation",
}  # fmt: skip
VOCABULARIES = {"Gene": "NCBI Gene", "Disease": "MESH", "Species": "NCBI Taxonomy", "CellLine": "NCBI Taxonomy"}

AIONER = "https://raw.githubusercontent.com/ncbi/AIONER/b8fa941dc8f49e1c99756832da0c61e9c58dcef8/data/pubtator"


def ids(type: str, column: str) -> list[str]:
    """A variant is told in tmVar's own way and, where known, by its number in dbSNP, among other things about it:
    `c|SUB|T|677|C;Gene:4524;RS#:1801133;Disease:D009436;VariantGroup:0`.
    """
    if type not in VARIANTS:
        return pubtator.JOINT.split(column.replace("OMIM_", "OMIM:"))
    own, *others = column.split(";")
    return [own, *(f"rs{number}" for other in others if (number := other.removeprefix("RS#:")) != other)]


def vocabulary(type: str, id: str) -> str:
    """Ids of OMIM carry their vocabulary with them."""
    if type in VARIANTS:
        return "dbSNP" if id.startswith("rs") else "tmVar"
    return "" if ":" in id else VOCABULARIES[type]


corpus = Corpus(
    title="tmVar 3 corpus",
    homepage="https://github.com/ncbi/tmVar3",
    citation="Wei, Allot, Riehle, Milosavljevic & Lu 2022, tmVar 3.0, Bioinformatics 38:4449-4451, doi:10.1093/bioinformatics/btac537",
    license=License("public-domain", "notice of a work of the US Government in the tmVar3 repository"),
    # The authors publish one file; these are the parts of the AIONER edition.
    splits={
        "train": Split("train", ("tmVar3_Train.PubTator",), {"documents": 342, "mentions": 7957, "repaired": 1}),
        "test": Split("test", ("tmVar3_Test.PubTator",), {"documents": 158, "mentions": 4625, "repaired": 0}),
    },
    tasks={
        # Species and cell lines (both given as taxa) are a tool's: they fit the text as it stands even where the annotators' own offsets do not.
        "ner": Spans(
            labels=VARIANTS | {"Gene": "Gene or protein", "Disease": "Disease", "Species": None, "CellLine": None},
            question="Which variants, genes and diseases are mentioned?",
        ),
        # what tmVar writes of a variant is no entry of a vocabulary: it says again what the text says
        "ned": Concepts(
            vocabularies={"NCBI Gene": "NCBI Gene", "MESH": "MeSH", "": "OMIM", "dbSNP": "dbSNP", "tmVar": None},
            types=(*VARIANTS, "Gene", "Disease"), question="Which entry of NCBI Gene, MeSH, OMIM or dbSNP is it?",
        ),
    },
    read=partial(pubtator.read, split=ids, vocabulary=vocabulary),
    # The text of 21904390 has lost six blanks since it was annotated, each before the word "gene".
    repair=requote(within=6),
    downloads=(
        Download(f"{AIONER}/tmVar3_Train.PubTator", "tmVar3_Train.PubTator", "1a5877747fea7025370cbd28dc236ad333abb948b2323abeea5eaf6d5507fc33"),
        Download(f"{AIONER}/tmVar3_Test.PubTator", "tmVar3_Test.PubTator", "da986bbfee3b7213284702bcfab738c7a62721e4aad8f09880510dccb02e3ab5"),
    ),
    verified={"train": "047e5336490d53f5", "test": "eace13bee76294b6"},
)  # fmt: skip
