"""DDI 2013: drugs and their interactions in 1,017 texts of DrugBank and MedLine (Herrero-Zazo et al. 2013)."""

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import ddi_xml
from medinstruct.formats.draft import believe_offsets, by_id
from medinstruct.license import License
from medinstruct.tasks import Relations, Spans

DRUGS = {"drug": "Generic drug", "brand": "Brand name drug", "group": "Drug group", "drug_n": "Unapproved active substance"}  # fmt: skip
INTERACTIONS = {
    "mechanism": "interacts in its pharmacokinetics with", "effect": "interacts in its effect with",
    "advise": "is used with advice about", "int": "interacts in some way with",
}  # fmt: skip


def pmid(file: str) -> str:
    """The identity of a document by its file: those of MedLine are named by their PMID, those of DrugBank by a drug."""
    path = PurePosixPath(file)
    return f"pmid:{path.stem}" if path.parent.name == "MedLine" else ""


def interacts_in_some_way(fields: dict[str, Any]) -> None:
    """Give the pair that has no type the one that it has in the BRAT edition of the same release."""
    for relation in fields["relations"]:
        if relation["id"] == "DDI-DrugBank.d236.s29.p0":
            relation["type"] = "int"


def one_further(fields: dict[str, Any]) -> None:
    """Move both parts of a mention to where they are quoted from."""
    for mention in fields["mentions"]:
        if mention["id"] == "DDI-DrugBank.d216.s16.e2":
            mention["spans"] = tuple((start + 1, end + 1) for start, end in mention["spans"])
            mention["text"] = "(R)- warfarin"


NO_BLANK = "the parts of a mention are joined without a blank"

corpus = Corpus(
    title="DDI corpus 2013",
    homepage="https://github.com/isegura/DDICorpus",
    citation=(
        "Herrero-Zazo, Segura-Bedmar, Martínez & Declerck 2013, The DDI corpus: An annotated corpus with pharmacological substances "
        "and drug-drug interactions, J Biomed Inform 46:914-920, doi:10.1016/j.jbi.2013.07.011"
    ),
    license=License("cc-by-nc-4.0", "README of the release"),
    splits={
        "train": Split("train", ("DDICorpus/Train/*/*.xml",),
            {"documents": 714, "passages": 6905, "mentions": 14765, "relations": 4021, "relations:effect": 1687,
             "relations:mechanism": 1319, "relations:advise": 826, "relations:int": 189, "repaired": 4},
        ),
        "test": Split("test", ("Test for DDI Extraction task/*/*.xml",),
            {"documents": 191, "passages": 1299, "mentions": 3040, "relations": 979},
        ),
        # other texts, in which no pair is said to interact, since that was not asked: none here has an answer
        "test-ner": Split("test", ("Test for DrugNER task/*/*.xml",),
            {"documents": 112, "passages": 665, "mentions": 686, "relations": 0}, withheld=("re",),
        ),
    },
    tasks={
        "ner": Spans(labels=DRUGS, question="Which pharmacological substances are mentioned?"),
        "re": Relations(
            labels=INTERACTIONS, arguments=dict.fromkeys(INTERACTIONS, (tuple(DRUGS), tuple(DRUGS))), symmetric=True,
            none="no interaction", question="Do the two substances interact, according to the text, and in what way?",
        ),
    },
    # after the annotation guideline in the paper
    guidelines={
        "ner": "Mark every substance that acts on the body, by generic name, brand or group; of substances not approved for humans also "
        "toxins and drugs of abuse.",
        "re": "Mark two substances of one sentence of which the text says that one changes what the other does, how much of it is in the body, "
        "or whether they may be taken together. That two are named, or were studied together, is no interaction.",
    },
    read=partial(ddi_xml.read, identity=pmid),
    repair=by_id({
        "DDI-DrugBank.d216": ("a mention in parts is one character too early", one_further),
        "DDI-DrugBank.d236": ("a pair that interacts has no type; in BRAT it has", interacts_in_some_way),
        "DDI-DrugBank.d325": (NO_BLANK, believe_offsets("DDI-DrugBank.d325.s6.e1")),
        "DDI-MedLine.d75": (NO_BLANK, believe_offsets("DDI-MedLine.d75.s3.e0", "DDI-MedLine.d75.s3.e1")),
    }),
    downloads=(Download(
        "https://raw.githubusercontent.com/isegura/DDICorpus/819b0fa538ed83ab2a8b4f5417bba3c03249b7f3/DDICorpus-2013.zip", "DDICorpus-2013.zip",
        "87fc63e32ebce20d9841c372e0c594ec72d60882ab5621550ca73c3eaf80ab60",
    ),),
    verified={"train": "f2b8e72f87cae647", "test": "9630977be2ed5725", "test-ner": "c48a881d54b1183f"},
)  # fmt: skip
