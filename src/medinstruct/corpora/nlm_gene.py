"""NLM-Gene: genes of 28 organisms in 550 PubMed abstracts that are hard for their many or ambiguous names (Islamaj et
al. 2021).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import pubtator
from medinstruct.formats.draft import believe_offsets, by_id, one_of, requote
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

AIONER = "https://raw.githubusercontent.com/ncbi/AIONER/b8fa941dc8f49e1c99756832da0c61e9c58dcef8/data/pubtator"

corpus = Corpus(
    title="NLM-Gene",
    homepage="https://zenodo.org/record/5089049",
    citation="Islamaj et al. 2021, NLM-Gene, a gold standard for gene entities, J Biomed Inform 118:103779, doi:10.1016/j.jbi.2021.103779",
    license=License("cc0-1.0", "the BigBIO card; MIT in the AIONER repository of the same authors"),
    splits={
        "train": Split("train", ("NLMgene_Train.PubTator",), {"documents": 450, "mentions": 13797, "repaired": 2}),
        "test": Split("test", ("NLMgene_Test.PubTator",), {"documents": 100, "mentions": 3053, "repaired": 0}),
    },
    tasks={
        # Cells, places on chromosomes and domains are marked only where they could be taken for genes (HCC, 22q11.2, SH2).
        "ner": Spans(
            labels={"Gene": "Gene or protein", "FamilyName": "Gene or protein family", "DomainMotif": None, "Cell": None, "ChromosomeLocation": None},
            question="Which genes and gene families are mentioned?",
        ),
        "ned": Concepts(
            vocabularies={"NCBI Gene": "NCBI Gene"}, types=("Gene", "FamilyName"), question="Which entries of NCBI Gene does it stand for?",
        ),
    },
    read=partial(pubtator.read, vocabulary="NCBI Gene"),
    # In 19430421 the text is seven characters longer than the one that was annotated, from T33 on.
    repair=one_of(by_id({"20105280": ("the string of T19 is in upper case", believe_offsets("T19"))}), requote(within=7)),
    downloads=(
        Download(f"{AIONER}/NLMgene_Train.PubTator", "NLMgene_Train.PubTator", "ae941181723d011dd35c085c9c0539b571b5f7b183f0c88edfec9af66862de81"),
        Download(f"{AIONER}/NLMgene_Test.PubTator", "NLMgene_Test.PubTator", "3f633d0090bbdc231f4299637632beda0fa93cc1efdeedb2d07c54411334093a"),
    ),
    verified={"train": "d2fd3d07b9b30a53", "test": "dc925cc6924227c4"},
)  # fmt: skip
