"""GENIA terms: nested terms of 36 classes in 1,999 MEDLINE abstracts on blood cells (Kim et al. 2003)."""

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import gpml
from medinstruct.license import License
from medinstruct.tasks import Spans

PARTS = ("domain_or_region", "family_or_group", "molecule", "substructure", "N/A")
# The five types of JNLPBA and of all work on nested names, each class of GENIA's ontology below its type.
FIVE = {
    **dict.fromkeys([f"protein_{part}" for part in (*PARTS, "complex", "subunit")], "Protein"),
    **dict.fromkeys([f"DNA_{part}" for part in PARTS], "DNA"),
    **dict.fromkeys([f"RNA_{part}" for part in PARTS], "RNA"),
    "cell_line": "Cell line",
    "cell_type": "Cell type",
}
OTHERS = {
    "amino_acid_monomer": "Amino acid", "atom": "Chemical", "body_part": "Body part", "carbohydrate": "Carbohydrate",
    "cell_component": "Cellular component", "inorganic": "Chemical", "lipid": "Lipid", "mono_cell": "Organism",
    "multi_cell": "Organism", "nucleotide": "Nucleic acid", "organic": "Chemical", "other_organic_compound": "Chemical",
    "peptide": "Peptide", "polynucleotide": "Nucleic acid", "tissue": "Tissue", "virus": "Virus",
    # Cells that were made, and whatever is neither substance nor source.
    "other_artificial_source": None, "other_name": None,
}  # fmt: skip

corpus = Corpus(
    title="GENIA term corpus 3.02",
    homepage="http://www.geniaproject.org/genia-corpus/term-corpus",
    citation="Kim, Ohta, Tateisi & Tsujii 2003, GENIA corpus, a semantically annotated corpus for bio-textmining, Bioinformatics 19(S1):i180-i182, "
    "doi:10.1093/bioinformatics/btg1023",
    license=License(
        "genia", "GENIA Project License of the release: CC BY 3.0 for the annotations; abstracts of PubMed"
    ),
    version="3.02",
    # There is no official split; 1,999 is what the BigBIO card says. The abstracts are those of JNLPBA's train part.
    splits={"train": Split("train", ("GENIAcorpus3.02.xml",), {"documents": 1999})},
    tasks={
        "ner": Spans(labels=FIVE, question="Which proteins, DNA, RNA, cell lines and cell types are mentioned?"),
        "ner-other": Spans(
            labels=OTHERS,
            question="Which other substances and which parts of cells and bodies, organisms and viruses are mentioned?",
        ),
    },
    downloads=(
        Download("http://www.nactem.ac.uk/GENIA/current/GENIA-corpus/Term/GENIAcorpus3.02.tgz", "GENIAcorpus3.02.tgz"),
    ),
    read=gpml.read,
)
