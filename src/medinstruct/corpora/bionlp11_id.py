"""BioNLP-ST 2011 ID: infectious diseases and two-component systems in 30 full-text articles (Pyysalo et al. 2011)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.modifications import modifications
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Events, Spans

ENTITIES = {
    "Chemical": "Chemical", "Organism": "Organism", "Protein": "Protein", "Regulon-operon": "Regulon or operon",
    "Two-component-system": "Two-component system",
}  # fmt: skip
EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Binding", "Gene expression", "Localization", "Negative regulation", "Phosphorylation", "Positive regulation", "Process",
        "Protein catabolism", "Regulation", "Transcription",
    )
}  # fmt: skip
ROLES = {f"{role}{n}": role for role in ("Theme", "Cause", "Participant", "Site") for n in ("", 1, 2)}
ROLES |= {"CSite": "Site of the cause", "AtLoc": "At", "ToLoc": "To"}

corpus = Corpus(
    title="BioNLP Shared Task 2011, Infectious Diseases",
    homepage="http://2011.bionlp-st.org/home/infectious-diseases",
    citation="Pyysalo et al. 2011, Overview of the Infectious Diseases (ID) task of BioNLP Shared Task 2011, W11-1804",
    license=License("genia", "LICENSE of the release"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"), {"documents": 152, "mentions": 8131, "events": 2088}),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"), {"documents": 46, "mentions": 2573, "events": 691}),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 118, "mentions": 4239},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    tasks={
        "ner": Spans(labels=ENTITIES, question="Which proteins, chemicals, organisms and systems of genes are mentioned?"),
        "ee": Events(labels=EVENTS, roles=ROLES, participants=ENTITIES, question="Which events does the text state?"),
        **modifications(EVENTS),
    },
    # a document is a section of an article: PMC1913099-00-TIAB
    read=partial(bionlp_st.read, identity=lambda id: f"pmcid:{id.partition('-')[0]}"),
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2011-id/archive/e67c70a4ae62a90b3d5060a8af9f1f8d6f9dc969.zip", "bionlp-st-2011-id.zip",
    ),),
    left_out={
        "coreferences:Equiv": "other names of one protein or organism, marked so that events count with either; not all that refers to it",
        "mentions:Entity": "marked only where an event needs it",
    },
    verified={"train": "22db72f4b3be738b", "devel": "c56ebe841b5c3c1a", "test": "03ef1721e1d58746"},
)  # fmt: skip
