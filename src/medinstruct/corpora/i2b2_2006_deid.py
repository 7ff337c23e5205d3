"""i2b2 2006 de-identification: names, dates and other identifying words in 889 discharge summaries (Uzuner et al.
2007).
"""

import re

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import inline_xml
from medinstruct.formats.draft import Draft
from medinstruct.license import License
from medinstruct.tasks import Spans

IDENTIFIERS = {
    "PATIENT": "Patient name", "DOCTOR": "Doctor name", "HOSPITAL": "Hospital", "ID": "Identifying number", "DATE": "Date",
    "LOCATION": "Place name", "PHONE": "Phone number", "AGE": "Age above 90",
}  # fmt: skip

STARTED_TWICE = re.compile(r"(<PHI [^<>]*>[^<]*)<PHI [^<>]*>(?=[^<]*<(?!/PHI>))")


def end_tag(draft: Draft) -> str | None:
    """Make a start tag inside a mention its end tag, where none follows: the train file has one such."""
    mended, count = STARTED_TWICE.subn(r"\1</PHI>", draft.fields["markup"])
    draft.fields["markup"] = mended
    return "a mention ends with a start tag in place of its end tag" if count else None


corpus = Corpus(
    title="i2b2 2006 de-identification",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Uzuner, Luo & Szolovits 2007, Evaluating the state-of-the-art in automatic de-identification, J Am Med Inform Assoc "
        "14:550-563, doi:10.1197/jamia.M2444"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("deid_surrogate_train_all_version2.xml",), {"documents": 669}),
        "test": Split("test", ("deid_surrogate_test_all_groundtruth_version2.xml",), {"documents": 220}),
    },
    tasks={"ner": Spans(labels=IDENTIFIERS, question="Which words could tell who the patient is?")},
    read=inline_xml.read,
    repair=end_tag,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)
