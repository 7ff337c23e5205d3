"""i2b2 2012 temporal relations: events, times and their order in 310 discharge summaries (Sun et al. 2013)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import i2b2_xml
from medinstruct.license import License
from medinstruct.tasks import Attributes, Relations, Spans

EVENTS = {
    "PROBLEM": "Medical problem", "TEST": "Medical test", "TREATMENT": "Treatment", "CLINICAL_DEPT": "Clinical department",
    "EVIDENTIAL": "Source of information", "OCCURRENCE": "Clinical event",
}  # fmt: skip
TIMES = {"DATE": "Date", "TIME": "Time", "DURATION": "Duration", "FREQUENCY": "Frequency"}
# The annotators' eight, merged into three as in the challenge.
ORDER = {
    "BEFORE": "happens before", "ENDED_BY": "happens before", "BEFORE_OVERLAP": "happens before",
    "AFTER": "happens after", "BEGUN_BY": "happens after",
    "OVERLAP": "overlaps in time with", "SIMULTANEOUS": "overlaps in time with", "DURING": "overlaps in time with",
}  # fmt: skip
TO_SECTION = {native: words.removesuffix(" in time with").removeprefix("happens ") for native, words in ORDER.items()}
ALL = (*EVENTS, *TIMES)

corpus = Corpus(
    title="i2b2 2012 temporal relations",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Sun, Rumshisky & Uzuner 2013, Evaluating temporal relations in clinical text: 2012 i2b2 Challenge, J Am Med Inform Assoc "
        "20:806-813, doi:10.1136/amiajnl-2013-001628"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    # Counts are those of the paper.
    splits={
        "train": Split("train", ("2012-07-15.original-annotation.release/*.xml",), {"documents": 190}),
        "test": Split("test", ("ground_truth/merged_xml/*.xml",), {"documents": 120}),
    },
    tasks={
        "ner": Spans(labels=EVENTS, question="Which clinical events are mentioned, problems, tests and treatments included?"),
        "ner-time": Spans(labels=TIMES, question="Which dates, times, durations and frequencies are mentioned?"),
        "dc-polarity": Attributes(
            name="polarity", labels={"POS": "affirmed", "NEG": "negated"}, types=tuple(EVENTS), question="Is the event affirmed or negated?"
        ),
        "dc-modality": Attributes(
            name="modality", types=tuple(EVENTS), question="Did the event happen?",
            labels={"FACTUAL": "it happened or happens", "POSSIBLE": "it may have happened", "PROPOSED": "it is proposed or planned",
                    "CONDITIONAL": "it depends on a condition"},
        ),
        "dc-admission": Attributes(
            name="ADMISSION", labels=TO_SECTION, types=tuple(EVENTS), question="When did the event happen, seen from the admission?"
        ),
        "dc-discharge": Attributes(
            name="DISCHARGE", labels=TO_SECTION, types=tuple(EVENTS), question="When did the event happen, seen from the discharge?"
        ),
        # A link that follows from others need not be annotated; the challenge counts it as right all the same.
        "re": Relations(
            labels=ORDER, arguments=dict.fromkeys(ORDER, (ALL, ALL)), none="no order in time is told",
            question="In which order in time does the text put the two?",
        ),
    },
    read=partial(i2b2_xml.read, root="ClinicalNarrativeTemporalAnnotation", skip=("SECTIME",)),
    # Public loaders leave out 14 files that are no XML; others escape a bare & in them.
    repair=i2b2_xml.escape,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
