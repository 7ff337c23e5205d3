"""i2b2 2009 medication: medications with dosage, mode, frequency, duration and reason in discharge summaries (Uzuner
et al. 2010).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import i2b2_lines
from medinstruct.license import License
from medinstruct.tasks import Attributes, Events, Spans

PARTS = {
    "medication": "Medication", "dosage": "Dosage", "mode": "Route", "frequency": "Frequency", "duration": "Duration",
    "reason": "Reason for medication",
}  # fmt: skip
TEXTS = "train.test.released.8.17.09/*"

corpus = Corpus(
    title="i2b2 2009 medication extraction",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Uzuner, Solti & Cadag 2010, Extracting medication information from clinical text, J Am Med Inform Assoc 17:514-518, "
        "doi:10.1136/jamia.2010.003947"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # 17 of the 696 texts for training were annotated, and 251 of the 547 for testing (the paper); the others are passed over.
    splits={
        "train": Split("train", (TEXTS, "*_gold.entries"), {"documents": 17}),
        "test": Split("test", (TEXTS, "converted.noduplicates.sorted/*.m"), {"documents": 251}),
    },
    tasks={
        "ner": Spans(
            labels=PARTS, question="Which medications does the patient take, and what is said of how and why they are taken?"
        ),
        "ee": Events(
            labels={"medication": "Medication"},
            roles={native: word for native, word in PARTS.items() if native != "medication"},
            question="Which medications does the patient take, each with its dosage, route, frequency, duration and reason?",
        ),
        "dc-context": Attributes(
            name="list or narrative", labels={"list": "in a list", "narrative": "in running text"}, types=("medication",),
            question="Is the medication told in a list or in running text?",
        ),
    },
    read=partial(i2b2_lines.read, sheets=("m",), annotated_only=True),
    # The annotators were many, and counted tokens by hand.
    repair=i2b2_lines.requote,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
