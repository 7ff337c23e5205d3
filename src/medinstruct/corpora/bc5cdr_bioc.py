"""BC5CDR in BioC: the same 1,500 abstracts as `bc5cdr`, with the parts of composite mentions, which PubTator leaves out
(Li et al. 2016).
"""

from functools import partial

from medinstruct.corpora.bc5cdr import corpus as bc5cdr
from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import bioc_xml
from medinstruct.formats.bioc import Dialect
from medinstruct.formats.draft import Draft, one_of, requote
from medinstruct.tasks import Spans


def individuals(draft: Draft) -> None:
    """Call the parts of a composite mention, which stand beside it and share its text, by a type of their own."""
    parts = {a["target"] for a in draft.fields["attributes"] if a["value"] == "IndividualMention"}
    for mention in draft.fields["mentions"]:
        if mention["id"] in parts:
            mention["types"] = tuple(f"Individual{type}" for type in mention["types"])


FILES = {"train": "CDR_TrainingSet", "dev": "CDR_DevelopmentSet", "test": "CDR_TestSet"}

corpus = Corpus(
    title="BioCreative V Chemical Disease Relation corpus, BioC",
    homepage=bc5cdr.homepage,
    citation=bc5cdr.citation,
    license=bc5cdr.license,
    splits={
        name: Split(part.role, (f"{FILES[name]}.BioC.xml",), {"documents": 500, "relations": part.counts["relations"]})
        for name, part in bc5cdr.splits.items()
    },
    tasks={
        **bc5cdr.tasks,
        "ner-individual": Spans(
            labels={"IndividualChemical": "Part of a composite chemical", "IndividualDisease": "Part of a composite disease"},
            question="Which single chemicals and diseases do words stand for that name several at once?",
        ),
    },
    # In six of the 50 documents of the sample that the organisers gave out, a passage's own offset is one too far.
    read=partial(
        bioc_xml.read, identity="pmid",
        dialect=Dialect(concepts=("MESH",), vocabulary="MESH", arguments=("Chemical", "Disease"), joined=True),
    ),
    repair=one_of(individuals, requote(within=1)),
    folder="bc5cdr",
    downloads=(Download("https://ftp.ncbi.nlm.nih.gov/pub/lu/BC5CDR/CDR_Data.zip", "CDR_Data.zip"),),
)  # fmt: skip
