"""NCBI Disease: disease mentions with MeSH and OMIM concepts in 793 PubMed abstracts (Doğan et al. 2014)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import pubtator
from medinstruct.formats.draft import believe_offsets, by_id
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

TYPES = ("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention")

corpus = Corpus(
    title="NCBI Disease corpus",
    homepage="https://www.ncbi.nlm.nih.gov/CBBresearch/Dogan/DISEASE/",
    citation="Doğan, Leaman & Lu 2014, NCBI disease corpus, J Biomed Inform 47:1-10, doi:10.1016/j.jbi.2013.12.006",
    license=License("public-domain", "notice of a work of the US Government in the release"),
    splits={
        "train": Split("train", ("NCBItrainset_corpus.txt",), {"documents": 593, "mentions": 5145}),
        "devel": Split("validation", ("NCBIdevelopset_corpus.txt",), {"documents": 100, "mentions": 787}),
        "test": Split("test", ("NCBItestset_corpus.txt",), {"documents": 100, "mentions": 960}),
    },
    tasks={
        "ner": Spans(labels=dict.fromkeys(TYPES, "Disease"), question="Which diseases are mentioned?"),
        "ned": Concepts(
            vocabularies={"MESH": "MeSH", "": "OMIM"}, types=TYPES, question="Which disease of MeSH or OMIM is it?"
        ),
    },
    # after the annotation guideline in the paper
    definitions={
        "Disease": "a specific disease, a class of diseases, several diseases told in one phrase, or a disease named to describe something else"
    },
    guidelines={
        "ner": "Mark names of diseases and their abbreviations, also where they describe another word (cancer families). Do not mark words "
        "that are too general to name one (disease, syndrome), organisms, or the names of genes."
    },
    # Ids of OMIM carry their vocabulary with them, ids of MeSH do not.
    read=partial(pubtator.read, vocabulary=lambda type, id: "" if id.startswith("OMIM:") else "MESH"),
    repair=by_id({"10923035": ("quotation marks are blanks in the string of T8", believe_offsets("T8"))}),
    verified={"train": "8fa6c2b64699e88c", "devel": "ad070c1cd2ecdf62", "test": "f535d612c58854a4"},
)
