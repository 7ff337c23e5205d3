"""EBM-NLP: participants, interventions and outcomes of clinical trials in 4,993 PubMed abstracts (Nye et al. 2018)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import conll
from medinstruct.license import License
from medinstruct.tasks import Spans

corpus = Corpus(
    title="EBM-NLP (PICO)",
    homepage="https://ebm-nlp.herokuapp.com",
    citation="Nye et al. 2018, A corpus of patients, interventions and outcomes, ACL 2018:197-207, doi:10.18653/v1/P18-1019",
    license=License("unknown", "the release states none; Apache-2.0 in the SciBERT repository is for its code"),
    # These are the parts and the files of SciBERT, which took the validation part out of training. A token has one tag there, although 3 %
    # of them had two, and mentions of one kind that touch are one. It has 87,913 tagged tokens in dev and 11,908 in test, where
    # BLURB counts 85,321 and 16,364 (339,167 in train). Lay people annotated train and dev, medical professionals test.
    splits={
        "train": Split("train", ("conll/train.txt",), {"documents": 4993 - 960 - 191}),
        "dev": Split("validation", ("conll/dev.txt",), {"documents": 960, "passages": 7049, "mentions": 16561}),
        "test": Split("test", ("conll/test.txt",), {"documents": 191, "passages": 2064, "mentions": 3545}),
    },
    tasks={
        "ner": Spans(
            labels={"PAR": "Participants", "INT": "Interventions", "OUT": "Outcomes"},
            question="Who took part in the trial, what was done to them, and what was measured?",
        )
    },
    read=partial(
        conll.read, columns=("token", "pos", "chunk", "tag"), separator=" ", scheme="IO", unit="mark", mark=conll.DOCSTART, identity="pmid"
    ),
    obtain="data/pico/ebmnlp of https://github.com/allenai/scibert, into a folder conll",
    verified={"dev": "e262c1f604270a35", "test": "6ced401e48355151"},
)  # fmt: skip
