"""n2c2 2018 track 2: medications, what is said of how they are taken, and their adverse effects, in 505 summaries
(Henry et al. 2020).
"""

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import brat
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

CONCEPTS = {
    "Drug": "Medication", "Strength": "Strength", "Form": "Drug form", "Dosage": "Dosage", "Frequency": "Frequency",
    "Route": "Route", "Duration": "Duration", "Reason": "Reason for medication", "ADE": "Adverse drug event",
}  # fmt: skip
OF_DRUG = {
    "Strength-Drug": "is the strength of", "Form-Drug": "is the drug form of", "Dosage-Drug": "is the dosage of",
    "Frequency-Drug": "is the frequency of", "Route-Drug": "is the route of", "Duration-Drug": "is the duration of",
    "Reason-Drug": "is the reason for", "ADE-Drug": "is an adverse effect of",
}  # fmt: skip

corpus = Corpus(
    title="n2c2 2018 adverse drug events and medication extraction",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Henry, Buchan, Filannino, Stubbs & Uzuner 2020, 2018 n2c2 shared task on adverse drug events and medication extraction in "
        "electronic health records, J Am Med Inform Assoc 27:3-12, doi:10.1093/jamia/ocz166"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement; texts of MIMIC-III"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("training_20180910/*.txt", "training_20180910/*.ann"), {"documents": 303}),
        "test": Split("test",
            ("gold-standard-test-data/*.txt", "gold-standard-test-data/*.ann", "test/*.txt", "test/*.ann"), {"documents": 202},
        ),
    },
    tasks={
        "ner": Spans(
            labels=CONCEPTS, question="Which medications are mentioned, what is said of how they are taken, and what harm did they do?"
        ),
        "re": Relations(
            labels=OF_DRUG, arguments={type: ((type.removesuffix("-Drug"),), ("Drug",)) for type in OF_DRUG},
            none="no relation", question="What is the first to the second, a medication, according to the text?",
        ),
    },
    read=brat.read,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
