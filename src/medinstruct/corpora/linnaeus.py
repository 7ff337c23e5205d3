"""LINNAEUS: species names with NCBI taxa in 100 full-text articles of PubMed Central (Gerner et al. 2010)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import pubtator
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

AIONER = "https://raw.githubusercontent.com/ncbi/AIONER/b8fa941dc8f49e1c99756832da0c61e9c58dcef8/data/pubtator"

corpus = Corpus(
    title="LINNAEUS",
    homepage="http://linnaeus.sourceforge.net",
    citation="Gerner, Nenadic & Bergman 2010, LINNAEUS, BMC Bioinformatics 11:85, doi:10.1186/1471-2105-11-85",
    license=License("cc-by-4.0", "the BigBIO card; the AIONER edition carries no notice for the data"),
    # The authors split nothing; these are the parts of the AIONER edition, in which "abstract" holds the whole article.
    splits={
        "train": Split("train", ("Linnaeus_Train.PubTator",), {"documents": 80, "mentions": 2321}),
        "test": Split("test", ("Linnaeus_Test.PubTator",), {"documents": 20, "mentions": 576}),
    },
    tasks={
        "ner": Spans(labels={"Species": "Species"}, question="Which species are mentioned?"),
        "ned": Concepts(vocabularies={"NCBI Taxonomy": "NCBI Taxonomy"}, types=("Species",), question="Which taxon of the NCBI Taxonomy is it?"),
    },
    read=partial(pubtator.read, vocabulary="NCBI Taxonomy", identity=lambda id: f"pmcid:PMC{id}"),
    downloads=(
        Download(f"{AIONER}/Linnaeus_Train.PubTator", "Linnaeus_Train.PubTator", "d9f72c6ef6b94e852d0d20d09e85b9c1597581306dc87d1cab3478e0e0e5b0f7"),
        Download(f"{AIONER}/Linnaeus_Test.PubTator", "Linnaeus_Test.PubTator", "f810a65154c2c6def7064bb78e2b77aa85c2b42c5516bfc14adcd5c0ecd008ec"),
    ),
    verified={"train": "d360b7ece8327395", "test": "6c3bf5c1e67d7c66"},
)  # fmt: skip
