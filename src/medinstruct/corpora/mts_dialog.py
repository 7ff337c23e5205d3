"""MTS-Dialog: 1,701 short dialogues of doctor and patient, with a section of the clinical note and its header (Ben
Abacha et al. 2023).
"""

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import table
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels, Texts

HEADERS = {
    "FAM/SOCHX": "Family or social history", "GENHX": "History of present illness", "PASTMEDICALHX": "Past medical history",
    "CC": "Chief complaint", "PASTSURGICAL": "Past surgical history", "ALLERGY": "Allergies", "ROS": "Review of systems",
    "MEDICATIONS": "Medications", "ASSESSMENT": "Assessment", "EXAM": "Examination", "DIAGNOSIS": "Diagnosis",
    "DISPOSITION": "Disposition", "PLAN": "Plan", "EDCOURSE": "Emergency department course", "IMMUNIZATIONS": "Immunizations",
    "IMAGING": "Imaging", "GYNHX": "Gynecologic history", "PROCEDURES": "Procedures", "OTHER_HISTORY": "Other history",
    "LABS": "Laboratory results",
}  # fmt: skip
RAW = "https://raw.githubusercontent.com/abachaa/MTS-Dialog/3ff0801933608d6f570468c13125125fb5cabdea/Main-Dataset"
FILES = {
    "train": "MTS-Dialog-TrainingSet.csv",
    "valid": "MTS-Dialog-ValidationSet.csv",
    "test1": "MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv",
    "test2": "MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv",
}
SHA256 = {
    "train": "65a28681dd59fc159681ea026e44610f2af7bc64a0e7f892d763eb03d9f503dc",
    "valid": "227206520c4534381c0d7fba6d3f09319a9af5a6d9603a93c0341af1198e3958",
    "test1": "b4d38dd2c99b2e9860099abcf653f1e0f3e9b69f9fcc45be2a2699b37a4d2f37",
    "test2": "226644466ed3af82382b327a3e684aab70aa605b96cfd93b04f584f1826ab1a6",
}
PARTS = {file: part for part, file in FILES.items()}


def item(row: Row) -> dict[str, Any]:
    """A dialogue; each file counts its own from 0."""
    return {
        "id": f"{PARTS[PurePosixPath(row.place.file).name]}-{row['ID']}",
        "texts": {"dialogue": row["dialogue"].replace("\r\n", "\n").strip()},
        "labels": (row["section_header"],),
        "references": (row["section_text"].replace("\r\n", "\n").strip(),),
    }


corpus = Corpus(
    title="MTS-Dialog",
    homepage="https://github.com/abachaa/MTS-Dialog",
    citation="Ben Abacha, Yim, Fan & Lin 2023, An empirical study of clinical note generation from doctor-patient encounters, "
    "EACL 2023:2291-2302, doi:10.18653/v1/2023.eacl-main.168",
    license=License("cc-by-4.0", "LICENSE.txt of the release"),
    splits={
        "train": Split("train", (FILES["train"],), {"items": 1201, "labels:GENHX": 282}),
        "valid": Split("validation", (FILES["valid"],), {"items": 100}),
        "test1": Split("test", (FILES["test1"],), {"items": 200}),
        "test2": Split("test", (FILES["test2"],), {"items": 200}),
    },
    tasks={
        "sum": Texts(question="Summarise the dialogue as the section of the clinical note that it is about."),
        "dc": Labels(labels=HEADERS, question="To which section of the clinical note does the dialogue belong?"),
    },
    downloads=tuple(Download(f"{RAW}/{file}", file, SHA256[part]) for part, file in FILES.items()),
    clinical=True,  # dialogues were written around de-identified notes of real patients
    read=partial(table.read, item=item),
    verified={
        "train": "2cf25737066c77fc",
        "valid": "ba6567045b0b88e1",
        "test1": "ff9004ccb151a6b0",
        "test2": "c43627ec29b065e5",
    },
)
