"""JNLPBA: proteins, DNA, RNA, cell lines and cell types in 2,404 PubMed abstracts, from the GENIA corpus (Collier &
Kim 2004).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import brat
from medinstruct.license import License
from medinstruct.tasks import Spans

TYPES = {"protein": "Protein", "DNA": "DNA", "RNA": "RNA", "cell_line": "Cell line", "cell_type": "Cell type"}


def identity(name: str) -> str:
    """Files are named by MEDLINE's numbers of old, not by PMIDs; three of them are there twice, with other
    annotations (`-2`).
    """
    return f"muid:{name.removesuffix('-2')}"


def files(part: str) -> tuple[str, ...]:
    return (f"standoff/{part}/*.txt", f"standoff/{part}/*.ann")


corpus = Corpus(
    title="JNLPBA 2004 shared task",
    homepage="http://www.geniaproject.org/shared-tasks/bionlp-jnlpba-shared-task-2004",
    citation="Collier & Kim 2004, Introduction to the bio-entity recognition task at JNLPBA, JNLPBA 2004:73-78, W04-1213",
    license=License("genia", "GENIA Project licence in the release"),
    # The task published IOB2 files, where blanks are lost; in these BRAT files the same mentions stand in the text of PubMed.
    # BLURB takes its validation part out of the training part, by a list that is no part of the release.
    splits={
        "train": Split("train", files("train"), {"documents": 2000, "mentions": 51301}),
        "test": Split("test", files("test"), {"documents": 404, "mentions": 8662}),
    },
    tasks={
        "ner": Spans(labels=TYPES, question="Which proteins, DNA, RNA, cell lines and cell types are mentioned?"),
        # BLURB asks for all five as one.
        "ner-merged": Spans(labels=dict.fromkeys(TYPES, "Molecular biology term"), question="Which terms of molecular biology are mentioned?"),
    },
    read=partial(brat.read, identity=identity),
    downloads=(Download("https://github.com/spyysalo/jnlpba/archive/4455122de861c6e448e2e8c7f19ef8f49dbc32b2.zip", "jnlpba.zip"),),
    verified={"train": "9209f04718fc0e4b", "test": "a7970d18b4c4a64d"},
)  # fmt: skip
