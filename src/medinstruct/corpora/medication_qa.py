"""MedicationQA: 690 questions of consumers about drugs, with type of question and an answer of a trusted source (Ben
Abacha et al. 2019).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Measured, Split
from medinstruct.formats import xlsx
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels, Texts

TYPES = {
    "Action": "Action", "Alternatives": "Alternatives", "Appearance": "Appearance", "Availability": "Availability",
    "Brand names": "Brand names", "Combination": "Combination", "Comparison": "Comparison", "Contraindication": "Contraindication",
    "Dose": "Dose", "Forget a dose": "Forgotten dose", "Indication": "Indication", "Information": "Information",
    "Ingredient": "Ingredient", "Interaction": "Interaction", "Long term consequences": "Long-term consequences",
    "Manufacturer": "Manufacturer", "Overdose": "Overdose", "Pronounce name": "Pronunciation of the name",
    "Side effects": "Side effects", "Stopping": "Stopping or tapering", "Storage and disposal": "Storage and disposal",
    "Time": "Time", "Usage": "Usage", "other_drug_question": "Other question about a drug",
    "not_drug_question": "Not about a drug", "unanswerable": None,
}  # fmt: skip


def item(row: Row) -> dict[str, Any]:
    """A question, by its row. Of a type like `Usage/duration` the first level is kept: only 112 questions have a
    second.
    """
    return {
        "id": str(row.place.line),
        "texts": {"question": row["Question"].strip()},
        "labels": (row["Question Type"].partition("/")[0].strip(),),
        "references": (row["Answer"].strip(),),
        "facts": {
            "focus": row["Focus (Drug)"],
            "type": row["Question Type"],
            "section": row["Section Title"],
            "source": row["URL"],
        },
    }


FILE = "MedInfo2019-QA-Medications.xlsx"
COMMIT = "8756adc5f4bb99f6bcff690a13921337d9f9bb7e"

corpus = Corpus(
    title="MedicationQA",
    homepage="https://github.com/abachaa/Medication_QA_MedInfo2019",
    citation="Ben Abacha et al. 2019, Bridging the gap between consumers' medication questions and trusted answers, "
    "MEDINFO 2019, Stud Health Technol Inform 264:25-29, doi:10.3233/SHTI190176",
    license=License("unknown", "the repository of the release states none"),
    # No official split.
    splits={
        "train": Split(
            "train", (FILE,), {"items": Measured(690, 674, "the paper counts 674 pairs, the release has 690 rows")}
        )
    },
    tasks={
        "qa": Texts(question="Answer the question about a medicine."),
        "dc": Labels(labels=TYPES, question="What does the question about a medicine ask for?"),
    },
    downloads=(
        Download(
            f"https://raw.githubusercontent.com/abachaa/Medication_QA_MedInfo2019/{COMMIT}/{FILE}",
            FILE,
            "4f13d0e3b195bd6a5d72a1872f9118cb5f69fd02c370001695330cfc9e3b5832",
        ),
    ),
    read=partial(xlsx.read, item=item),
    verified={"train": "fe43d741352961db"},
)
