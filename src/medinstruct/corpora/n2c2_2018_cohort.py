"""n2c2 2018 track 1: which of 13 criteria of clinical trials each of 288 patients meets, by the notes (Stubbs et al.
2019).
"""

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Document
from medinstruct.formats import xml_items
from medinstruct.formats.xml_items import Record
from medinstruct.license import License
from medinstruct.tasks import Labels

# The definitions of the guideline, in brief.
CRITERIA = {
    "DRUG-ABUSE": "drug abuse at present or in the past",
    "ALCOHOL-ABUSE": "current alcohol use over the weekly recommended limits",
    "ENGLISH": "speaks English",
    "MAKES-DECISIONS": "makes their own medical decisions",
    "ABDOMINAL": "intra-abdominal surgery or obstruction of the small bowel in the past",
    "MAJOR-DIABETES": "major complication of diabetes",
    "ADVANCED-CAD": "advanced cardiovascular disease",
    "MI-6MOS": "myocardial infarction in the past 6 months",
    "KETO-1YR": "ketoacidosis in the past year",
    "DIETSUPP-2MOS": "dietary supplement other than vitamin D in the past 2 months",
    "ASP-FOR-MI": "aspirin to prevent myocardial infarction",
    "HBA1C": "any HbA1c between 6.5 and 9.5 %",
    "CREATININE": "serum creatinine above the upper limit of normal",
}


def patient(record: Record) -> dict[str, Any]:
    """The notes of a patient, labelled with the criteria that are met; each must be told to be met or not."""
    tags = {tag.tag: tag.attrib["met"] for tag in record.iterfind("TAGS/*")}
    if strange := [criterion for criterion in CRITERIA if tags.get(criterion) not in ("met", "not met")]:
        raise ValueError(f"neither met nor not met: {', '.join(strange)}")
    return {
        "id": PurePosixPath(record.place.file).stem,
        "text": record.findtext("TEXT"),
        "labels": tuple(criterion for criterion in CRITERIA if tags[criterion] == "met"),
    }


corpus = Corpus(
    title="n2c2 2018 cohort selection for clinical trials",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Stubbs, Filannino, Soysal, Henry & Uzuner 2019, Cohort selection for clinical trials: n2c2 2018 shared task track 1, J Am "
        "Med Inform Assoc 26:1163-1171, doi:10.1093/jamia/ocz163"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("train/*.xml", "train.zip/*.xml"), {"documents": 202}),
        "test": Split("test", ("test/*.xml", "n2c2-t1_gold_standard_test_data*/*.xml"), {"documents": 86}),
    },
    tasks={"dc": Labels(labels=CRITERIA, several=True, question="Which of these criteria does the patient meet?")},
    read=partial(xml_items.read, record="PatientMatching", item=patient, kind=Document),
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)
