"""n2c2/UW 2022 SDoH (SHAC): substance use, employment and living situation in 4,405 social histories (Lybarger et al.
2021).
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import brat
from medinstruct.formats.draft import Draft, Read, Repair, one_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Attributes, Events

EVENTS = {
    "Alcohol": "Alcohol use", "Drug": "Drug use", "Tobacco": "Tobacco use", "Employment": "Employment",
    "LivingStatus": "Living situation",
}  # fmt: skip
ROLES = ("Status", "Type", "Method", "Amount", "Frequency", "Duration", "History")
STATUS = {"none": "never", "current": "now", "past": "in the past", "future": "in the future"}
WORK = {
    "employed": "employed", "unemployed": "unemployed", "retired": "retired", "on_disability": "on disability",
    "student": "student", "homemaker": "homemaker",
}  # fmt: skip
LIVING = {"alone": "alone", "with_family": "with family", "with_others": "with others", "homeless": "homeless"}


def by_site(draft: Draft) -> None:
    """Put the hospital before the id: its notes are numbered anew, `mimic/0007` and `uw/0007` are two."""
    draft.fields["id"] = f"{PurePosixPath(draft.place.file).parent.name}/{draft.fields['id']}"


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the notes of both hospitals."""
    return brat.read(files, repair=one_of(by_site, repair))


corpus = Corpus(
    title="n2c2/UW 2022 social determinants of health, Social History Annotation Corpus",
    homepage="https://github.com/Lybarger/sdoh_extraction",
    citation=(
        "Lybarger, Ostendorf & Yetisgen 2021, Annotating social determinants of health using active learning, and characterizing "
        "determinants using neural event extraction, J Biomed Inform 113:103631, doi:10.1016/j.jbi.2020.103631; the challenge: "
        "Lybarger, Yetisgen & Uzuner 2023, J Am Med Inform Assoc, doi:10.1093/jamia/ocad012"
    ),
    license=License("agreement", "the University of Washington asks for an agreement, and PhysioNet for credentials, for the texts of MIMIC-III"),
    # MIMIC and UW together: 1,316 + 1,751, 188 + 259, 373 + 518 notes (Lybarger et al. 2023).
    splits={
        "train": Split("train", ("train/*/*.txt", "train/*/*.ann"), {"documents": 3067}),
        "dev": Split("validation", ("dev/*/*.txt", "dev/*/*.ann"), {"documents": 447}),
        "test": Split("test", ("test/*/*.txt", "test/*/*.ann"), {"documents": 891}),
    },
    tasks={
        "ee": Events(
            labels=EVENTS,
            # A second argument of one role has a number.
            roles={f"{role}{n or ''}": role for role in ROLES for n in (0, *range(2, 10))},
            question="What does the note say of the patient's use of alcohol, drugs and tobacco, employment and living situation?",
        ),
        "dc-status": Attributes(
            name="StatusTimeVal", labels=STATUS, types=("StatusTime",),
            question="When, by the marked words, is the use of the substance or the living situation that they belong to?",
        ),
        "dc-employment": Attributes(
            name="StatusEmployVal", labels=WORK, types=("StatusEmploy",), question="What is the patient's employment, by the marked words?"
        ),
        "dc-living": Attributes(
            name="TypeLivingVal", labels=LIVING, types=("TypeLiving",), question="How does the patient live, by the marked words?"
        ),
    },
    read=read,
    obtain="on request from the authors, https://github.com/Lybarger/sdoh_extraction",
    clinical=True,
)  # fmt: skip
