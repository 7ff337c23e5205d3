"""i2b2/UTHealth 2014 de-identification: identifying words in 1,304 records of 296 diabetic patients (Stubbs & Uzuner
2015).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import i2b2_xml
from medinstruct.license import License
from medinstruct.tasks import Spans

IDENTIFIERS = {
    "PATIENT": "Patient name", "DOCTOR": "Doctor name", "USERNAME": "User name", "PROFESSION": "Profession",
    "HOSPITAL": "Hospital", "ORGANIZATION": "Organization", "STREET": "Street", "CITY": "City", "STATE": "State or province",
    "COUNTRY": "Country", "ZIP": "Postal code", "LOCATION-OTHER": "Other location", "AGE": "Age", "DATE": "Date",
    "PHONE": "Phone number", "FAX": "Fax number", "EMAIL": "E-mail address", "URL": "Web address",
    "MEDICALRECORD": "Medical record number", "HEALTHPLAN": "Health plan number", "DEVICE": "Device identifier",
    "BIOID": "Biometric identifier", "IDNUM": "Identifying number",
}  # fmt: skip


def patient(id: str) -> str:
    """The patient whose record it is, which is what its name begins with: `320-03` is the third of patient 320."""
    return f"i2b2-2014-patient:{id.partition('-')[0]}"


corpus = Corpus(
    title="i2b2/UTHealth 2014 de-identification",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Stubbs & Uzuner 2015, Annotating longitudinal clinical narratives for de-identification: The 2014 i2b2/UTHealth corpus, "
        "J Biomed Inform 58:S20-S29, doi:10.1016/j.jbi.2015.07.020"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("training-PHI-Gold-Set1/*.xml", "training-PHI-Gold-Set2/*.xml"), {"documents": 790}),
        "test": Split("test", ("testing-PHI-Gold-fixed/*.xml",), {"documents": 514}),
    },
    tasks={"ner": Spans(labels=IDENTIFIERS, question="Which words could tell who the patient is?")},
    read=partial(i2b2_xml.read, root="deIdi2b2", identity=patient),
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)
