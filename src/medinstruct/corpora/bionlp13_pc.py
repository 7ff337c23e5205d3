"""BioNLP-ST 2013 PC: pathway curation, molecules and their reactions in 525 PubMed abstracts (Ohta et al. 2013)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

ENTITIES = {
    "Cellular_component": "Cellular component", "Complex": "Molecular complex", "Gene_or_gene_product": "Gene or protein",
    "Simple_chemical": "Chemical",
}  # fmt: skip
EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Acetylation", "Activation", "Binding", "Conversion", "Deacetylation", "Degradation", "Demethylation", "Dephosphorylation",
        "Deubiquitination", "Dissociation", "Gene expression", "Hydroxylation", "Inactivation", "Localization", "Methylation",
        "Negative regulation", "Pathway", "Phosphorylation", "Positive regulation", "Regulation", "Transcription", "Translation",
        "Transport", "Ubiquitination",
    )
}  # fmt: skip
ROLES = {
    f"{role}{n}": role for role in ("Theme", "Cause", "Participant", "Product", "Site") for n in ("", *range(2, 7))
}
ROLES |= {"AtLoc": "At", "FromLoc": "From", "ToLoc": "To"}

corpus = Corpus(
    title="BioNLP Shared Task 2013, Pathway Curation",
    homepage="http://2013.bionlp-st.org/tasks/pathway-curation",
    citation="Ohta et al. 2013, Overview of the Pathway Curation (PC) task of BioNLP Shared Task 2013, W13-2009",
    license=License("cc-by-sa-3.0", "LICENSE of the release, of the annotations; the texts are those of PubMed"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"), {"documents": 260, "mentions": 12458, "events": 5992}),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"), {"documents": 90, "mentions": 4351, "events": 2129}),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 175, "mentions": 5312},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    tasks={
        "ner": Spans(labels=ENTITIES, question="Which genes, chemicals, complexes and parts of cells are mentioned?"),
        "ee": Events(labels=EVENTS, roles=ROLES, participants=ENTITIES, question="Which events does the text state?"),
        **modifications(EVENTS),
    },
    read=partial(bionlp_st.read, identity=lambda id: f"pmid:{id.removeprefix('PMID-')}"),
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2013-pc/archive/ef65fe2f44ee701be857f0cb362e3233abfb8e07.zip", "bionlp-st-2013-pc.zip",
    ),),
    left_out={
        "coreferences:Equiv": "other names of one entity, marked so that events count with either; not all that refers to it",
    },
    verified={"train": "43892c6689d5469f", "devel": "992bbf40670d090a", "test": "dde1dc2036e37a29"},
)  # fmt: skip
