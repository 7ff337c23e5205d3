"""MTSamples: transcribed medical reports with the specialties under which they are filed, 4,999 entries
(mtsamples.com).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Item
from medinstruct.formats import table
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels

SPECIALTIES = (
    "Allergy / Immunology", "Autopsy", "Bariatrics", "Cardiovascular / Pulmonary", "Chiropractic", "Consult - History and Phy.",
    "Cosmetic / Plastic Surgery", "Dentistry", "Dermatology", "Diets and Nutritions", "Discharge Summary", "ENT - Otolaryngology",
    "Emergency Room Reports", "Endocrinology", "Gastroenterology", "General Medicine", "Hematology - Oncology",
    "Hospice - Palliative Care", "IME-QME-Work Comp etc.", "Lab Medicine - Pathology", "Letters", "Nephrology", "Neurology",
    "Neurosurgery", "Obstetrics / Gynecology", "Office Notes", "Ophthalmology", "Orthopedic", "Pain Management",
    "Pediatrics - Neonatal", "Physical Medicine - Rehab", "Podiatry", "Psychiatry / Psychology", "Radiology", "Rheumatology",
    "SOAP / Chart / Progress Notes", "Sleep Medicine", "Speech - Language", "Surgery", "Urology",
)  # fmt: skip


def item(row: Row) -> dict[str, Any] | None:
    """A report under one of its specialties; rows without a report are left out."""
    if not (text := row["transcription"].strip()):
        return None
    return {"id": row.key, "texts": {"report": text}, "labels": (row["medical_specialty"].strip(),)}


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield one Item per report with all its specialties; the table has a row for each of them."""
    reports: dict[str, Draft] = {}
    for draft in drafts((row for file in files for row in table.rows(file)), item, Item):
        if isinstance(draft, Broken):
            yield draft
            continue
        first = reports.setdefault(draft.fields["texts"]["report"], draft)
        first.fields["labels"] = tuple(dict.fromkeys(first.fields["labels"] + draft.fields["labels"]))
    yield from finish(reports.values(), repair)


corpus = Corpus(
    title="MTSamples medical transcriptions",
    homepage="https://www.mtsamples.com",
    citation="MTSamples 2018, collected by T. Boyle, https://www.kaggle.com/datasets/tboyle10/medicaltranscriptions",
    license=License("unknown", "no terms of mtsamples.com are known here; the copy on Kaggle is said to be CC0"),
    # There is no official split. The 4,999 rows are fewer reports, so that no number of them is published.
    splits={"train": Split("train", ("mtsamples.csv",))},
    tasks={
        "dc": Labels(
            labels={name: name for name in SPECIALTIES},
            several=True,
            question="Under which medical specialties and kinds of report is this transcription filed?",
        )
    },
    downloads=(
        Download(
            "https://raw.githubusercontent.com/USCbiostats/data-science-data/e7662740f4958ef632fb41ef7e4d1e705b013af5/00_mtsamples/mtsamples.csv",
            "mtsamples.csv",
        ),
    ),
    clinical=True,
    read=read,
)
