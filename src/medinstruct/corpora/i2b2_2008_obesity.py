"""i2b2 2008 obesity: obesity and 15 of its comorbidities in 1,237 discharge summaries, as told and as judged (Uzuner
2009).
"""

from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.xml_items import Record, records
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels

DISEASES = {
    "Asthma": "asthma", "CAD": "coronary artery disease", "CHF": "congestive heart failure", "Depression": "depression",
    "Diabetes": "diabetes", "Gallstones": "gallstones", "GERD": "gastroesophageal reflux disease", "Gout": "gout",
    "Hypercholesterolemia": "hypercholesterolemia", "Hypertension": "hypertension", "Hypertriglyceridemia": "hypertriglyceridemia",
    "OA": "osteoarthritis", "Obesity": "obesity", "OSA": "obstructive sleep apnea", "PVD": "peripheral vascular disease",
    "Venous Insufficiency": "venous insufficiency",
}  # fmt: skip
QUESTIONS = {
    "textual": "What does the record state about {} in the patient?",
    "intuitive": "Judging by all the record says, does the patient have {}?",
}


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield an item per text, disease and source of judgments; files of judgments have `annotations` in their name."""
    texts: dict[str, Record] = {}
    judgments: dict[tuple[str, str, str], tuple[str, Place]] = {}
    for file in files:
        is_text = "annotations" not in file.name.rpartition("/")[2]
        for record in records(file, record="doc" if is_text else "diseases"):
            if isinstance(record, Broken):
                yield record
            elif is_text:
                texts[record.get("id", "")] = record
            else:
                for disease in record.iterfind("disease"):
                    for doc in disease.iterfind("doc"):  # an addendum comes later, and counts
                        key = doc.get("id", ""), disease.get("name", ""), record.get("source", "")
                        judgments[key] = doc.get("judgment", ""), record.place
    yield from finish((_draft(texts, *key, *judged) for key, judged in judgments.items()), repair)


def _draft(texts: dict[str, Record], id: str, disease: str, source: str, judgment: str, place: Place) -> Draft | Broken:
    if id not in texts or disease not in DISEASES or source not in QUESTIONS:
        return Broken(place, id, f"a {source} judgment of {disease} in {id}, where text, disease or source is unknown")
    fields = {
        "id": f"{id} {disease} {source}",
        "texts": {"text": texts[id].findtext("text") or ""},
        "question": QUESTIONS[source].format(DISEASES[disease]),
        "labels": (f"{source} {judgment}",),
        "identities": (f"i2b2-2008:{id}",),
        "facts": {"disease": disease, "source": source},
    }
    return Draft(texts[id].place, fields, kind=Item)


FILES = "obesity_patient_records_{}.xml", "obesity_standoff_annotations_{}.xml"

corpus = Corpus(
    title="i2b2 2008 obesity",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation="Uzuner 2009, Recognizing obesity and comorbidities in sparse data, J Am Med Inform Assoc 16:561-570, doi:10.1197/jamia.M3115",
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # The paper counts 730 and 507 summaries; how many judgments were kept it tells by disease, not in all.
    splits={
        "train": Split("train", tuple(name.format("training*") for name in FILES)),
        "test": Split("test", tuple(name.format("test") for name in FILES)),
    },
    tasks={
        "dc-textual": Labels(
            labels={
                "textual Y": "it is present", "textual N": "it is absent", "textual Q": "it is questionable",
                "textual U": "it is not mentioned",
            },
            question="What does the record state about this disease in the patient?",
        ),
        "dc-intuitive": Labels(
            labels={"intuitive Y": "yes", "intuitive N": "no", "intuitive Q": "questionable"},
            question="Judging by all the record says, does the patient have this disease?",
        ),
    },
    read=read,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
