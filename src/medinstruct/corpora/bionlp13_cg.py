"""BioNLP-ST 2013 CG: cancer genetics, 16 types of entities and 40 of events, in 600 PubMed abstracts (Pyysalo et al.
2013).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

# Domains and regions are marked as well, but in the answers and as a rule only where an event has one as its site.
ENTITIES = {
    "Amino_acid": "Amino acid", "Anatomical_system": "Anatomical system", "Cancer": "Cancer", "Cell": "Cell",
    "Cellular_component": "Cellular component", "Developing_anatomical_structure": "Developing anatomical structure",
    "Gene_or_gene_product": "Gene or protein", "Immaterial_anatomical_entity": "Immaterial anatomical entity",
    "Multi-tissue_structure": "Multi-tissue structure", "Organ": "Organ", "Organism": "Organism",
    "Organism_subdivision": "Organism subdivision", "Organism_substance": "Organism substance",
    "Pathological_formation": "Pathological formation", "Simple_chemical": "Chemical", "Tissue": "Tissue",
}  # fmt: skip
EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Acetylation", "Amino acid catabolism", "Binding", "Blood vessel development", "Breakdown", "Carcinogenesis", "Catabolism",
        "Cell death", "Cell differentiation", "Cell division", "Cell proliferation", "Cell transformation", "DNA demethylation",
        "DNA methylation", "Death", "Dephosphorylation", "Development", "Dissociation", "Gene expression", "Glycolysis",
        "Glycosylation", "Growth", "Infection", "Localization", "Metabolism", "Metastasis", "Mutation", "Negative regulation",
        "Pathway", "Phosphorylation", "Planned process", "Positive regulation", "Protein processing", "Regulation", "Remodeling",
        "Reproduction", "Synthesis", "Transcription", "Translation", "Ubiquitination",
    )
}  # fmt: skip
ROLES = {
    f"{role}{n}": role for role in ("Theme", "Cause", "Instrument", "Participant", "Site") for n in ("", *range(2, 7))
}
ROLES |= {"CSite": "Site of the cause", "AtLoc": "At", "FromLoc": "From", "ToLoc": "To"}

corpus = Corpus(
    title="BioNLP Shared Task 2013, Cancer Genetics",
    homepage="http://2013.bionlp-st.org/tasks/cancer-genetics",
    citation="Pyysalo, Ohta & Ananiadou 2013, Overview of the Cancer Genetics (CG) task of BioNLP Shared Task 2013, W13-2008",
    license=License("cc-by-sa-3.0", "LICENSE of the release, of the annotations; the texts are those of PubMed"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"), {"documents": 300, "mentions": 18404, "events": 8803}),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"), {"documents": 100, "mentions": 6085, "events": 2915}),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 200, "mentions": 6955},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    tasks={
        "ner": Spans(labels=ENTITIES, question="Which parts of the body, organisms, cancers, genes and chemicals are mentioned?"),
        "ee": Events(labels=EVENTS, roles=ROLES, participants=ENTITIES, question="Which events does the text state?"),
        **modifications(EVENTS),
    },
    read=partial(bionlp_st.read, identity=lambda id: f"pmid:{id.removeprefix('PMID-')}"),
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2013-cg/archive/b4a603dee25bd6ac5636017c2be41fd2edc52a3e.zip", "bionlp-st-2013-cg.zip",
    ),),
    left_out={
        "coreferences:Equiv": "other names of one entity, marked so that events count with either; not all that refers to it",
        "mentions:DNA_domain_or_region": "marked only where an event needs it",
        "mentions:Protein_domain_or_region": "marked only where an event needs it",
    },
    verified={"train": "89ff6704a75e8409", "devel": "8361db929dd39d97", "test": "92fcb9dd38fa06a4"},
)  # fmt: skip
