"""BioNLP-ST 2013 GE: nested events on proteins in 34 full-text articles (Kim, Wang & Yamamoto 2013)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import bionlp_st
from medinstruct.license import License
from medinstruct.tasks import Attributes, Events, Spans

EVENTS = {
    word.replace(" ", "_"): word
    for word in (
        "Acetylation", "Binding", "Deacetylation", "Gene expression", "Localization", "Negative regulation", "Phosphorylation",
        "Positive regulation", "Protein catabolism", "Protein modification", "Regulation", "Transcription", "Ubiquitination",
    )
}  # fmt: skip
ROLES = {
    "Theme": "Theme", "Theme2": "Theme", "Cause": "Cause", "Site": "Site", "Site2": "Site", "CSite": "Site of the cause",
    "ToLoc": "To",
}  # fmt: skip

corpus = Corpus(
    title="BioNLP Shared Task 2013, GENIA event extraction",
    homepage="http://bionlp.dbcls.jp/projects/bionlp-st-ge-2013",
    citation="Kim, Wang & Yamamoto 2013, The Genia Event Extraction Shared Task, 2013 Edition - Overview, W13-2002",
    license=License("cc-by-3.0", "LICENSE of the release, of the annotations; each article has its own"),
    splits={
        "train": Split("train", ("train/*.txt", "train/*.a1", "train/*.a2"),
            {"documents": 222, "mentions": 6007, "events": 2817, "relations:Coreference": 178},
        ),
        "devel": Split("validation", ("devel/*.txt", "devel/*.a1", "devel/*.a2"),
            {"documents": 249, "mentions": 7035, "events": 3199, "relations:Coreference": 160},
        ),
        "test": Split("test", ("test/*.txt", "test/*.a1"), {"documents": 305, "mentions": 4359},
            withheld=("ee", "dc-negation", "dc-speculation"), options={"answers": False},
        ),
    },
    # Not `coref`: what an anaphor stands for is marked where an event needs it.
    tasks={
        "ner": Spans(labels={"Protein": "Protein"}, question="Which proteins are mentioned?"),
        "ee": Events(
            labels=EVENTS, roles=ROLES, participants={"Protein": "Protein"}, question="Which events does the text state?"
        ),
        "dc-negation": Attributes(
            name="Negation", labels={"": "affirmed", "Negation": "negated"}, types=tuple(EVENTS), question="Is the event negated?"
        ),
        "dc-speculation": Attributes(
            name="Speculation", labels={"": "stated as fact", "Speculation": "speculated"}, types=tuple(EVENTS),
            question="Is the event stated as fact?",
        ),
    },
    # a document is a section of an article: PMC-1064873-01-Introduction
    read=partial(bionlp_st.read, identity=lambda id: "pmcid:PMC" + id.split("-")[1]),
    downloads=(Download(
        "https://github.com/openbiocorpora/bionlp-st-2013-ge/archive/4d1b996adc1209aa350816880ded055d1e8a0c8d.zip", "bionlp-st-2013-ge.zip",
    ),),
)  # fmt: skip
