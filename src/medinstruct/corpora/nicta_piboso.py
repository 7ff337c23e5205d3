"""NICTA-PIBOSO: what each sentence of 1,000 PubMed abstracts tells, in six classes of evidence-based medicine (Kim et
al. 2011).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import sentence_labels
from medinstruct.license import License
from medinstruct.tasks import Labels

# The edition of Jin & Szolovits: one label per sentence (the most frequent where there were several), tokens apart, dev carved out of train.
CLASSES = {
    "population": "Population", "intervention": "Intervention", "background": "Background",
    "outcome": "Outcome", "study design": "Study design", "other": "Other",
}  # fmt: skip
RAW = "https://raw.githubusercontent.com/jind11/HSLN-Joint-Sentence-Classification/08f1442d582206ae537d30196c19cfa225f53e89/data/nicta_piboso"
FILES = {
    "train_clean.txt": "89dd5b28a4a70982b14de3ff82d6cc8e496c133167dc20feb4a3213b4bafd9af",
    "dev_clean.txt": "981961ab2cf6016d0892739fc00fb9c36f0b3761d0f5238d8d5d5583f09a0d7a",
    "test_clean.txt": "71f1010d99ae1aa25abb8f04f13ee9fb6c78a460769beb6c6f1cbba6d1e1a0e2",
}

corpus = Corpus(
    title="NICTA-PIBOSO",
    homepage="https://github.com/jind11/NICTA-PIBOSO-Dataset",
    citation="Kim, Martinez, Cavedon & Yencken 2011, Automatic classification of sentences to support evidence based medicine, "
    "BMC Bioinformatics 12(S2):S5, doi:10.1186/1471-2105-12-S2-S5; cleaned by Jin & Szolovits 2018, D18-1349",
    license=License(
        "unknown", "the challenge's terms are not stated; MIT is the licence of the code that carries the data"
    ),
    splits={
        "train": Split("train", ("train_clean.txt",), {"documents": 720, "passages": 6979}),
        "dev": Split("validation", ("dev_clean.txt",), {"documents": 80, "passages": 801}),
        "test": Split("test", ("test_clean.txt",), {"documents": 200, "passages": 1991}),
    },
    tasks={"dc": Labels(labels=CLASSES, of="passage", question="What does this sentence of an abstract tell about?")},
    # after the six tags of the paper
    definitions={
        "Population": "who took part: people, animals or samples, with what condition",
        "Intervention": "what was done to or given to those who took part",
        "Background": "what was known before, and what the study set out to find",
        "Outcome": "what was found, and what it means",
        "Study design": "what kind of study it was, such as a randomised trial",
        "Other": "anything else, such as where the text comes from",
    },
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=partial(sentence_labels.read, identity="pmid"),
    verified={"train": "be1a7affd8d25090", "dev": "158891752f938743", "test": "ebc656b0792d9be9"},
)
