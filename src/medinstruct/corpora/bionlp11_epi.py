"""BioNLP-ST 2011 EPI: modifications of proteins and of DNA in 1,240 PubMed abstracts (Ohta et al. 2011)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Acetylation", "Catalysis", "DNA demethylation", "DNA methylation", "Deacetylation", "Deglycosylation", "Dehydroxylation",
        "Demethylation", "Dephosphorylation", "Deubiquitination", "Glycosylation", "Hydroxylation", "Methylation", "Phosphorylation",
        "Ubiquitination",
    )
}  # fmt: skip
ROLES = {"Theme": "Theme", "Cause": "Cause", "Site": "Site", "Sidechain": "Side chain", "Contextgene": "Context gene"}

corpus = Corpus(
    title="BioNLP Shared Task 2011, Epigenetics and Post-translational Modifications",
    homepage="http://2011.bionlp-st.org/home/epigenetics-and-post-translational-modifications",
    citation=(
        "Ohta, Pyysalo & Tsujii 2011, Overview of the Epigenetics and Post-translational Modifications (EPI) task of "
        "BioNLP Shared Task 2011, W11-1803"
    ),
    license=License("genia", "LICENSE of the release"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"), {"documents": 600, "mentions": 9749, "events": 1852}),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"), {"documents": 200, "mentions": 3227, "events": 601}),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 440, "mentions": 5737},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    tasks={
        "ner": Spans(labels={"Protein": "Protein"}, question="Which proteins are mentioned?"),
        "ee": Events(
            labels=EVENTS, roles=ROLES, participants={"Protein": "Protein"},
            question="Which modifications of proteins or DNA does the text state?",
        ),
        **modifications(EVENTS),
    },
    read=partial(bionlp_st.read, identity=lambda id: f"pmid:{id.removeprefix('PMID-')}"),
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2011-epi/archive/9e9b686175015e1adc629d3ee3857be004dcd923.zip", "bionlp-st-2011-epi.zip",
    ),),
    left_out={
        "coreferences:Equiv": "other names of one protein, marked so that events count with either; not all that refers to it",
        "mentions:Entity": "marked only where an event needs it",
    },
    verified={"train": "266c10dfaa1d90d3", "devel": "778468f5736c7b72", "test": "75c186abdae22ac6"},
)  # fmt: skip
