"""ShARe/CLEF eHealth 2013 task 1: disorders with their concepts in 299 clinical notes (Suominen et al. 2013)."""

import re
from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import knowtator, share_pipe
from medinstruct.formats.draft import Read, Repair
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Concepts, Spans

CONCEPT = re.compile(r"C[0-9]{7}")


def vocabulary(slot: str, value: str) -> str:
    """The vocabulary of a slot's value: what looks like a concept of UMLS is one, whatever the slot is called."""
    return "UMLS" if CONCEPT.fullmatch(value) else ""


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the notes; those of train are annotated in Knowtator's XML, those of test in lines with pipes."""
    files = list(files)
    if any(file.suffix == ".xml" for file in files):
        return knowtator.read(files, repair=repair, vocabulary=vocabulary)
    return share_pipe.read(files, repair=repair)


corpus = Corpus(
    title="ShARe/CLEF eHealth 2013 task 1",
    homepage="https://physionet.org/content/shareclefehealth2013/1.0/",
    citation=(
        "Suominen et al. 2013, Overview of the ShARe/CLEF eHealth Evaluation Lab 2013, CLEF 2013, LNCS 8138:212-231, "
        "doi:10.1007/978-3-642-40802-1_24"
    ),
    license=License("agreement", "PhysioNet asks for credentials and a signed data use agreement"),
    # BLUE takes some of train for validation, and does not tell which. 199 notes are for training by the names of the files.
    splits={
        "train": Split("train",
            ("Task1TrainSetCorpus199.zip/ALLREPORTS/*.txt", "Task1TrainSetCorpus199/ALLREPORTS/*.txt", "ALLSAVED/*.knowtator.xml"),
            {"documents": 199},
        ),
        "test": Split("test",
            ("Task1TestSetCorpus100.zip/ALLREPORTS/*.txt", "Task1TestSetCorpus100/ALLREPORTS/*.txt", "Gold_SN2012/*.txt"),
        ),
    },
    tasks={
        "ner": Spans(labels={"Disease_Disorder": "Disease"}, question="Which disorders are mentioned?"),
        "ned": Concepts(vocabularies={"UMLS": "UMLS"}, types=("Disease_Disorder",), question="Which concept of UMLS is it?"),
    },
    read=read,
    obtain="on request from PhysioNet, https://physionet.org/content/shareclefehealth2013/1.0/",
    clinical=True,
)  # fmt: skip
