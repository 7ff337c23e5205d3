"""BioNNE-L: nested diseases, chemicals and anatomy with UMLS concepts in 258 English PubMed abstracts of NEREL-BIO
(BioASQ 2025).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.nerel_bio import identity, put_in_order
from medinstruct.formats import span_table
from medinstruct.formats.rows import Fields, Row
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

NO_CONCEPT = "CUILESS"


def mention(row: Row) -> Fields:
    """A row such as `25591652_en      AEDs    CHEM    1187-1191       C0887457`, with several parts as `10-14,22-29`;
    test has no concepts.
    """
    parts = (part.split("-") for part in row["spans"].split(","))
    concept = row.get("UMLS_CUI", NO_CONCEPT)
    return {
        "text": row["text"],
        "spans": tuple((int(start), int(end)) for start, end in parts),
        "types": (row["entity_type"],),
        "concepts": ({"vocabulary": "UMLS", "id": concept},) if concept != NO_CONCEPT else (),
    }


def files(part: str) -> tuple[str, ...]:
    return (f"data/texts/en/{part}/*.txt", f"data/tsv/en/bionnel_en_{part}.tsv")


corpus = Corpus(
    title="BioNNE-L shared task, English",
    homepage="https://github.com/nerel-ds/NEREL-BIO/tree/master/BioNNE-L_Shared_Task",
    citation="Loukachevitch et al. 2023, NEREL-BIO, Bioinformatics 39:btad161, doi:10.1093/bioinformatics/btad161",
    license=License("unknown", "the repository of the authors states none"),
    folder="nerel-bio",
    splits={
        "train": Split("train", files("train"), {"documents": 54, "mentions": 2690, "repaired": 0}),
        "dev": Split("validation", files("dev"), {"documents": 50, "mentions": 2494, "repaired": 4}),
        "test": Split("test", files("test"), {"documents": 154, "mentions": 6661, "repaired": 1}, withheld=("ned",)),
    },
    tasks={
        "ner": Spans(
            labels={"DISO": "Disease", "CHEM": "Chemical", "ANATOMY": "Anatomy"},
            question="Which diseases, chemicals and parts of the body are mentioned?",
        ),
        "ned": Concepts(vocabularies={"UMLS": "UMLS"}, types=("DISO", "CHEM", "ANATOMY"), question="Which concept of UMLS is it?"),
    },
    read=partial(span_table.read, document=lambda row: row["document_id"], mention=mention, quoting="csv", identity=identity),
    repair=put_in_order,
    downloads=(Download("https://github.com/nerel-ds/NEREL-BIO/archive/a7d0d16043850166a4e378190e53968fc4a2ab72.zip", "nerel-bio.zip"),),
    verified={"train": "ce16b854afa1bd89", "dev": "bf0dc3b6bf5d707a", "test": "85f2e87970afc8d3"},
)  # fmt: skip
