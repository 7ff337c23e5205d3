"""GENIA event corpus: terms of 31 classes and nested events in 1,000 PubMed abstracts on blood cells (Kim, Ohta &
Tsujii 2008).
"""

import re
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Measured, Split
from medinstruct.formats import genia_xml
from medinstruct.formats.draft import Draft, by_id, one_of
from medinstruct.license import License
from medinstruct.tasks import Attributes, Events, Spans

TERMS = {
    "Amino_acid_monomer": "Amino acid", "Body_region": "Body part", "Carbohydrate": "Carbohydrate",
    "Cell_component": "Cellular component", "Cell_cultured": "Cell line", "Cell_natural": "Cell type",
    "DNA_domain_or_region": "DNA", "DNA_family_or_group": "DNA", "DNA_molecule": "DNA", "DNA_substructure": "DNA",
    "Element": "Chemical", "Inorganic_compound": "Chemical", "Lipid": "Lipid",
    "Multicellular_organism_genetically_modified": "Organism", "Multicellular_organism_natural": "Organism",
    "Nucleotide": "Nucleic acid", "Organic_compound_other": "Chemical", "Other": None, "Peptide": "Peptide",
    "Polynucleotide": "Nucleic acid", "Protein_complex": "Protein", "Protein_domain_or_region": "Protein domain",
    "Protein_family_or_group": "Protein", "Protein_molecule": "Protein", "Protein_substructure": "Protein domain",
    "RNA_domain_or_region": "RNA", "RNA_family_or_group": "RNA", "RNA_molecule": "RNA", "RNA_substructure": "RNA",
    "Tissue_cultured": "Tissue", "Tissue_natural": "Tissue", "Unicellular_organism": "Organism", "Virus": "Virus",
}  # fmt: skip
EVENTS: dict[str, str | None] = {
    word.replace(" ", "_"): word
    for word in (
        "Artificial process", "Binding", "Biological process", "Cell adhesion", "Cell communication", "Cell differentiation",
        "Correlation", "DNA metabolism", "DNA modification", "DNA recombination", "Gene expression", "Initiation of viral infection",
        "Localization", "Metabolism", "Negative regulation", "Physiological process", "Positive regulation",
        "Protein catabolism", "Protein metabolism", "Protein modification", "Protein processing", "RNA metabolism", "Regulation",
        "Transcription", "Translation", "Viral life cycle",
    )
}  # fmt: skip
EVENTS |= {
    "Cellular_physiological_process": "Cellular process", "Mutagenesis": "Mutation", "UNCLASSIFIED": None,
    **{f"Protein_amino_acid_{word.lower()}": word for word in ("Acetylation", "Deacetylation", "Phosphorylation", "Dephosphorylation")},
    **{f"Protein_{word.lower()}": word for word in ("Ubiquitination", "Deubiquitination")},
}  # fmt: skip
TYPES = tuple(type for type, word in EVENTS.items() if word)
ROLES = {"theme": "Theme", "cause": "Cause", "site": "Site", "product": "Product"}
GIVEN = {**TERMS, "Other": "Other term"}
ADDED = re.compile("[AB][0-9]+")


def mark_added(draft: Draft) -> None:
    """Tell apart the terms that were added (A1, B1, …): words such as `gene` or `cells`, marked only where an event
    needs them.
    """
    for mention in draft.fields["mentions"]:
        if ADDED.fullmatch(mention["id"]):
            mention["types"] = tuple(f"added {type}" for type in mention["types"])


def without_the_untold(draft: Draft) -> str | None:
    """Leave out the events that no words of the text tell of, and those that hold one of them."""
    events = draft.fields["events"]
    gone = untold = {event["id"] for event in events if not event["trigger"]}
    while more := {e["id"] for e in events if any(a["ref"] in gone for a in e["arguments"])} - gone:
        gone = gone | more
    draft.fields["events"] = tuple(event for event in events if event["id"] not in gone)
    draft.fields["attributes"] = tuple(a for a in draft.fields["attributes"] if a["target"] not in gone)
    return f"{len(untold)} events without a clue left out, and {len(gone - untold)} that hold one" if gone else None


def without_a_sentence_as_cause(fields: dict[str, Any]) -> None:
    """Take the cause S4 from event E16."""
    for event in fields["events"]:
        event["arguments"] = tuple(argument for argument in event["arguments"] if argument["ref"] != "S4")


corpus = Corpus(
    title="GENIA event corpus",
    homepage="http://www.geniaproject.org/genia-corpus/event-corpus",
    citation=(
        "Kim, Ohta & Tsujii 2008, Corpus annotation for mining biomedical events from literature, BMC Bioinformatics 9:10, "
        "doi:10.1186/1471-2105-9-10"
    ),
    license=License("genia", "LICENSE of the release"),
    # There is no official split.
    splits={
        "train": Split("train", ("GENIAcorpus_event/*.xml",),
            {"documents": Measured(150, 1000, "the copy at hand holds the first 150 files"), "broken": 0},
        )
    },
    tasks={
        "ner": Spans(labels=TERMS, question="Which molecules, cells, tissues and organisms are mentioned?"),
        "ee": Events(
            labels=EVENTS, roles=ROLES, participants={**GIVEN, **{f"added {type}": word for type, word in GIVEN.items()}},
            question="Which events does the text state?",
        ),
        "dc-negation": Attributes(
            name="assertion", labels={"": "affirmed", "exist": "affirmed", "non-exist": "negated"}, types=TYPES,
            question="Is the event negated?",
        ),
        "dc-speculation": Attributes(
            name="uncertainty", types=TYPES, question="How certain is the event?",
            labels={"": "certain", "certain": "certain", "probable": "probable", "doubtful": "doubtful"},
        ),
    },
    read=genia_xml.read,
    repair=one_of(
        mark_added, without_the_untold,
        by_id({"10191934": ("the cause of E16 is a sentence, which is no term", without_a_sentence_as_cause)}),
    ),
    downloads=(Download(
        "http://www.nactem.ac.uk/GENIA/current/GENIA-corpus/Event/GENIA_event_annotation_0.9.tgz", "GENIA_event_annotation_0.9.tgz",
    ),),
    left_out={"mentions:combined": "several terms of one coordination together, each of which is asked by itself"},
    verified={"train": "e9b259fb549118e8"},
)  # fmt: skip
