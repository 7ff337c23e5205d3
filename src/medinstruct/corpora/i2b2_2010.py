"""i2b2/VA 2010: problems, tests and treatments, what is asserted of problems, and relations, in 426 records (Uzuner
et al. 2011).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import i2b2_lines
from medinstruct.license import License
from medinstruct.tasks import Attributes, Relations, Spans

CONCEPTS = {"problem": "Medical problem", "test": "Medical test", "treatment": "Treatment"}
ASSERTIONS = {
    "present": "the patient has it", "absent": "the patient does not have it", "possible": "the patient may have it",
    "conditional": "the patient has it under certain conditions only", "hypothetical": "the patient may get it in future",
    "associated_with_someone_else": "somebody else has it",
}  # fmt: skip
RELATIONS = {
    "TrIP": "improves", "TrWP": "worsens", "TrCP": "causes", "TrAP": "is given for", "TrNAP": "is not given because of",
    "TeRP": "reveals", "TeCP": "is done to look into", "PIP": "points to",
}  # fmt: skip
FIRST = {"Tr": "treatment", "Te": "test", "PI": "problem"}
TRAIN, TEST = "concept_assertion_relation_training_data", "reference_standard_for_test_data"

corpus = Corpus(
    title="i2b2/VA 2010 concepts, assertions and relations",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Uzuner, South, Shen & DuVall 2011, 2010 i2b2/VA challenge on concepts, assertions, and relations in clinical text, J Am Med "
        "Inform Assoc 18:552-556, doi:10.1136/amiajnl-2011-000203"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # The challenge had 394 and 477 records; the portal hands out those of two hospitals (Peng et al. 2019, BLUE, W19-5006).
    splits={
        "train": Split("train",
            (f"{TRAIN}/*/txt/*.txt", f"{TRAIN}/*/concept/*.con", f"{TRAIN}/*/ast/*.ast", f"{TRAIN}/*/rel/*.rel"), {"documents": 170},
        ),
        "test": Split("test",
            ("test_data/*.txt", f"{TEST}/concepts/*.con", f"{TEST}/ast/*.ast", f"{TEST}/rel/*.rel"), {"documents": 256},
        ),
    },
    tasks={
        "ner": Spans(labels=CONCEPTS, question="Which medical problems, tests and treatments are mentioned?"),
        "dc-assertion": Attributes(
            name="assertion", labels=ASSERTIONS, types=("problem",), question="What is asserted of the medical problem?"
        ),
        "re": Relations(
            labels=RELATIONS, arguments={type: ((FIRST[type[:2]],), ("problem",)) for type in RELATIONS},
            none="no relation", question="How is the first related to the second, according to the text?",
        ),
    },
    # One sentence per line.
    read=partial(i2b2_lines.read, sheets=("con", "ast", "rel"), sentences=True),
    repair=i2b2_lines.requote,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
