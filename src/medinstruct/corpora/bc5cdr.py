"""BC5CDR: chemicals, diseases and which chemical induces which disease, in 1,500 PubMed abstracts (Li et al. 2016)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import pubtator
from medinstruct.license import License
from medinstruct.tasks import Concepts, Relations, Spans

corpus = Corpus(
    title="BioCreative V Chemical Disease Relation corpus",
    homepage="https://biocreative.bioinformatics.udel.edu/tasks/biocreative-v/track-3-cdr/",
    citation="Li et al. 2016, BioCreative V CDR task corpus, Database 2016:baw068, doi:10.1093/database/baw068",
    license=License("public-domain", "the BigBIO card; the copies at hand carry no notice for the data"),
    splits={
        "train": Split(
            "train",
            ("CDR_TrainingSet.PubTator.txt",),
            {"documents": 500, "mentions:Chemical": 5203, "mentions:Disease": 4182, "relations": 1038},
        ),
        "dev": Split(
            "validation",
            ("CDR_DevelopmentSet.PubTator.txt",),
            {"documents": 500, "mentions:Chemical": 5347, "mentions:Disease": 4244, "relations": 1012},
        ),
        "test": Split(
            "test",
            ("CDR_TestSet.PubTator.txt",),
            {"documents": 500, "mentions:Chemical": 5385, "mentions:Disease": 4424, "relations": 1066},
        ),
    },
    tasks={
        "ner": Spans(
            labels={"Chemical": "Chemical", "Disease": "Disease"},
            question="Which chemicals and diseases are mentioned?",
        ),
        "re": Relations(
            labels={"CID": "induces"},
            arguments={"CID": (("Chemical",), ("Disease",))},
            level="concept",
            scope="document",
            none="does not induce",
            question="Does the chemical induce the disease, according to the text?",
        ),
        "ned": Concepts(
            vocabularies={"MESH": "MeSH"},
            types=("Chemical", "Disease"),
            question="Which descriptor or concept of MeSH is it?",
        ),
    },
    # after the track's guidelines in the paper
    definitions={
        "Chemical": "a drug or other chemical substance that can be told by its name, abbreviation or formula; no protein and no long peptide",
        "Disease": "a disease, symptom, sign or adverse effect that can be told by its name",
    },
    guidelines={
        "ner": "Mark every mention of a chemical and of a disease that has an entry in MeSH or could have one, abbreviations among them. "
        "Do not mark words that are too general to name one, such as drug or disease.",
        "re": "Mark which chemical brings about which disease, by the text as a whole: the two may stand in different sentences. That a "
        "chemical treats a disease does not count. Of several diseases in one line of descent the most specific one counts.",
    },
    read=partial(pubtator.read, vocabulary="MESH"),
    verified={"train": "98f91640678c4216", "dev": "53503e5f0c7a9fd7", "test": "9b3b5842b8b8289a"},
)
