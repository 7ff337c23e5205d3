"""BC4CHEMD (CHEMDNER): chemical names in seven kinds in 10,000 PubMed abstracts (Krallinger et al. 2015)."""

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import chemdner
from medinstruct.license import License
from medinstruct.tasks import Spans

# The organisers' tables, and not the CoNLL edition of MTL-Bioinformatics-2016, which has lost offsets, kinds and PubMed ids.
KINDS = {
    "ABBREVIATION": "Chemical abbreviation", "FAMILY": "Chemical family", "FORMULA": "Chemical formula",
    "IDENTIFIER": "Chemical identifier", "MULTIPLE": "Several chemicals", "SYSTEMATIC": "Systematic chemical name",
    "TRIVIAL": "Trivial chemical name", "NO CLASS": None,
}  # fmt: skip


def files(part: str) -> tuple[str, ...]:
    return f"{part}.abstracts.txt", f"{part}.annotations.txt"


corpus = Corpus(
    title="BioCreative IV CHEMDNER corpus (BC4CHEMD)",
    homepage="https://biocreative.bioinformatics.udel.edu/resources/biocreative-iv/chemdner-corpus/",
    citation="Krallinger et al. 2015, The CHEMDNER corpus of chemicals and drugs and its annotation principles, J Cheminform 7(S1):S2, "
    "doi:10.1186/1758-2946-7-S1-S2",
    license=License(
        "unknown", "the BigBIO card says so; the paper is CC BY, and does not tell the terms of the corpus"
    ),
    # As the paper has them: 84,355 mentions, those of no class (40, 32, 41) among them.
    splits={
        "training": Split("train", files("training"), {"documents": 3500, "mentions": 29478}),
        "development": Split("validation", files("development"), {"documents": 3500, "mentions": 29526}),
        "evaluation": Split("test", files("evaluation"), {"documents": 3000, "mentions": 25351}),
    },
    tasks={
        "ner": Spans(labels=dict.fromkeys(KINDS, "Chemical"), question="Which chemicals are mentioned?"),
        "ner-kind": Spans(labels=KINDS, question="Which chemicals are mentioned, and by what kind of name?"),
    },
    downloads=(
        Download(
            "https://biocreative.bioinformatics.udel.edu/media/store/files/2014/chemdner_corpus.tar.gz",
            "chemdner_corpus.tar.gz",
        ),
    ),
    read=chemdner.read,
)
