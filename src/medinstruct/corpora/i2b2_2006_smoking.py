"""i2b2 2006 smoking: whether the patient of each of 502 discharge summaries smokes (Uzuner et al. 2008)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Document
from medinstruct.formats import xml_items
from medinstruct.formats.xml_items import Record
from medinstruct.license import License
from medinstruct.tasks import Labels

# The words of the guideline in brief.
STATUS = {
    "CURRENT SMOKER": "current smoker",
    "PAST SMOKER": "past smoker, who stopped a year ago or earlier",
    "SMOKER": "smoker, not told whether current or past",
    "NON-SMOKER": "never smoked",
    "UNKNOWN": "smoking is not mentioned",
}


def summary(record: Record) -> dict[str, Any]:
    """A discharge summary with its status."""
    return {
        "id": record.attrib["ID"],
        "text": record.findtext("TEXT"),
        "labels": tuple(each.attrib["STATUS"] for each in record.iterfind("SMOKING")),
    }


def counts(current: int, past: int, either: int, never: int, unknown: int) -> dict[str, int]:
    """The counts of a split by status, in the order of `STATUS`."""
    of = (current, past, either, never, unknown)
    return {"documents": sum(of), **{f"labels:{status}": count for status, count in zip(STATUS, of)}}


corpus = Corpus(
    title="i2b2 2006 smoking status",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Uzuner, Goldstein, Luo & Kohane 2008, Identifying patient smoking status from medical discharge records, J Am Med Inform "
        "Assoc 15:14-24, doi:10.1197/jamia.M2408"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("smokers_surrogate_train_all_version2.xml",), counts(35, 36, 9, 66, 252)),
        "test": Split("test", ("smokers_surrogate_test_all_groundtruth_version2.xml",), counts(11, 11, 3, 16, 63)),
    },
    tasks={"dc": Labels(labels=STATUS, question="What does the record say of the patient's smoking?")},
    read=partial(xml_items.read, record="RECORD", item=summary, kind=Document),
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)
