"""BioNLP-ST 2009 GE: nested events on proteins in 1,210 PubMed abstracts (Kim et al. 2009)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

EVENTS = {
    "Gene_expression": "Gene expression", "Transcription": "Transcription", "Protein_catabolism": "Protein catabolism",
    "Phosphorylation": "Phosphorylation", "Localization": "Localization", "Binding": "Binding", "Regulation": "Regulation",
    "Positive_regulation": "Positive regulation", "Negative_regulation": "Negative regulation",
}  # fmt: skip
THEMES = {"Theme": "Theme", **{f"Theme{n}": "Theme" for n in range(2, 9)}}
ROLES = {**THEMES, "Cause": "Cause", "Site": "Site", "CSite": "Site of the cause", "AtLoc": "At", "ToLoc": "To",
         **{f"Site{n}": "Site" for n in range(2, 9)}}  # fmt: skip

corpus = Corpus(
    title="BioNLP Shared Task 2009, GENIA event extraction",
    homepage="http://www.nactem.ac.uk/tsujii/GENIA/SharedTask/",
    citation="Kim, Ohta, Pyysalo, Kano & Tsujii 2009, Overview of BioNLP'09 shared task on event extraction, BioNLP 2009, W09-1401",
    license=License("genia", "GENIA Project licence in the release"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"), {"documents": 800, "events": 8615}),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"), {"documents": 150, "events": 1795}),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 260, "mentions": 3589},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    tasks={
        "ner": Spans(labels={"Protein": "Protein"}, question="Which proteins are mentioned?"),
        "ee": Events(
            labels=EVENTS, roles=ROLES, participants={"Protein": "Protein"}, question="Which events does the text state?"
        ),
        **modifications(EVENTS),
    },
    read=partial(bionlp_st.read, identity="pmid"),
    left_out={
        "coreferences:Equiv": "other names of one protein, marked so that events count with either; not all that refers to it",
        "mentions:Entity": "marked only where an event needs it",
    },
    verified={"train": "f7a0152b3dfe4967", "devel": "3f1773cc832de697", "test": "e197f9b9fa99fa00"},
)  # fmt: skip
