"""AnatEM: anatomy from organism parts down to cell components, in 1,212 abstracts and extracts of full texts (Pyysalo
& Ananiadou 2014).
"""

import re
from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import brat
from medinstruct.license import License
from medinstruct.tasks import Spans

TYPES = {
    "Organism_subdivision": "Organism subdivision", "Anatomical_system": "Anatomical system", "Organ": "Organ",
    "Multi-tissue_structure": "Multi-tissue structure", "Tissue": "Tissue", "Cell": "Cell",
    "Developing_anatomical_structure": "Developing anatomical structure", "Cellular_component": "Cellular component",
    "Organism_substance": "Organism substance", "Immaterial_anatomical_entity": "Immaterial anatomical entity",
    "Pathological_formation": "Pathological formation", "Cancer": "Cancer",
}  # fmt: skip
NAME = re.compile(r"(PMID|PMC)-(\d+)(?:-(?:sec|caption)-\d+)?")


def identity(name: str) -> str:
    """`PMID-10080451` is an abstract, `PMC-1072800-sec-07` a section and `PMC-1200425-caption-05` a caption of a full
    text.
    """
    found = NAME.fullmatch(name)
    return f"{'pmid:' if found[1] == 'PMID' else 'pmcid:PMC'}{found[2]}" if found else ""


def files(part: str) -> tuple[str, ...]:
    return (f"standoff/{part}/*.txt", f"standoff/{part}/*.ann")


corpus = Corpus(
    title="AnatEM",
    homepage="http://nactem.ac.uk/anatomytagger/",
    citation="Pyysalo & Ananiadou 2014, Anatomical entity mention recognition, Bioinformatics 30:868-875, doi:10.1093/bioinformatics/btt580",
    license=License("cc-by-sa-3.0", "LICENSE of the release, for the annotations; texts of PubMed and PMC"),
    splits={
        "train": Split("train", files("train"), {"documents": 606, "mentions": 6946}),
        "devel": Split("validation", files("devel"), {"documents": 202, "mentions": 2139}),
        "test": Split("test", files("test"), {"documents": 404, "mentions": 4616}),
    },
    tasks={"ner": Spans(labels=TYPES, question="Which anatomical entities are mentioned?")},
    read=partial(brat.read, identity=identity),
    downloads=(Download("https://github.com/openbiocorpora/anatem/archive/a0209b9d37fb9eb8a2c986f63a5352bd66bc3f2e.zip", "anatem.zip"),),
    verified={"train": "252bc8fd818bfdc9", "devel": "e3d9998891f63d20", "test": "d3da6def7bcf3ac1"},
)  # fmt: skip
