"""i2b2/VA 2011 coreference: which words of a record stand for the same person, problem, test or treatment (Uzuner et
al. 2012).
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import i2b2_lines
from medinstruct.formats.draft import Draft, Read, Repair, one_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Relations, Spans

CONCEPTS = {
    "problem": "Medical problem", "test": "Medical test", "treatment": "Treatment", "person": "Person", "pronoun": "Pronoun",
}  # fmt: skip
CHAINS = ("problem", "test", "treatment", "person")
SHEETS = ("docs/*.txt", "concepts/*.con", "chains/*.chains")


def pair_up(draft: Draft) -> None:
    """Add the chains as relations, one between any two mentions of a chain: each such pair stands for the same thing."""
    draft.fields["relations"] = tuple(
        {"id": f"{chain['id']} {one} {other}", "type": chain["type"], "arguments": ({"role": "one", "ref": one}, {"role": "other", "ref": other})}
        for chain in draft.fields["coreferences"]
        for one, other in combinations(chain["mentions"], 2)
    )  # fmt: skip


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the records, one sentence per line, with chains and the pairs that follow from them."""
    repairs = one_of(repair, pair_up)
    return i2b2_lines.read(files, sheets=("con", "chains"), sentences=True, repair=repairs)


corpus = Corpus(
    title="i2b2/VA 2011 coreference",
    homepage="https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    citation=(
        "Uzuner, Bodnari, Shen, Forbush, Pestian & South 2012, Evaluating the state of the art in coreference resolution for electronic "
        "medical records, J Am Med Inform Assoc 19:786-791, doi:10.1136/amiajnl-2011-000784"
    ),
    license=License("agreement", "the n2c2 data portal of Harvard Medical School asks for a signed data use agreement"),
    splits={
        "train": Split("train", tuple(f"*_Train/{sheet}" for sheet in SHEETS)),
        "test": Split("test", tuple(f"i2b2_*_Test/{sheet}" for sheet in SHEETS)),
    },
    tasks={
        "ner": Spans(labels=CONCEPTS, question="Which problems, tests, treatments and persons are mentioned, pronouns included?"),
        "coref": Relations(
            labels=dict.fromkeys(CHAINS, "refers to the same thing as"),
            arguments={type: ((type, "pronoun"), (type, "pronoun")) for type in CHAINS},
            symmetric=True, scope="document", none="refers to something else than",
            question="Do the two stand for one and the same person or thing?",
        ),
    },
    read=read,
    repair=i2b2_lines.requote,
    obtain="on request from the n2c2 data portal, https://portal.dbmi.hms.harvard.edu/projects/n2c2-nlp/",
    clinical=True,
)  # fmt: skip
