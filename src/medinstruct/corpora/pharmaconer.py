"""PharmaCoNER: drugs and proteins in 1,000 Spanish clinical cases of the SPACCC corpus (Gonzalez-Agirre et al. 2019)."""

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import brat
from medinstruct.formats.draft import requote
from medinstruct.license import License
from medinstruct.tasks import Spans


def files(part: str) -> tuple[str, ...]:
    return (f"{part}/subtrack1/*.txt", f"{part}/subtrack1/*.ann")


corpus = Corpus(
    title="PharmaCoNER",
    homepage="https://temu.bsc.es/pharmaconer/",
    citation="Gonzalez-Agirre et al. 2019, PharmaCoNER: substances, compounds and proteins, BioNLP-OST 2019:1-10, doi:10.18653/v1/D19-5701",
    license=License("cc-by-4.0", "README of the organisers' SPACCC_PharmaCoNER repository"),
    languages=("es",),
    clinical=True,
    splits={
        "train": Split("train", files("train"), {"documents": 500, "mentions": 3822, "mentions:UNCLEAR": 89, "repaired": 1}),
        "dev": Split("validation", files("dev"), {"documents": 250, "mentions": 1926, "mentions:UNCLEAR": 44, "repaired": 0}),
        "test": Split("test", files("test"), {"documents": 250}),
    },
    tasks={
        # The first two differ only in whether SNOMED CT has a code for them, which no text tells.
        "ner": Spans(
            labels={"NORMALIZABLES": "Chemical", "NO_NORMALIZABLES": "Chemical", "PROTEINAS": "Gene or protein", "UNCLEAR": "Other substance"},
            question="Which chemicals, proteins and other substances are mentioned?",
        )
    },
    read=brat.read,
    # The text of S0211-69952015000200015-1 has lost a character at each of its two empty lines since it was annotated.
    repair=requote(within=2),
    obtain="the train, dev and test sets of https://zenodo.org/records/4270158",
    verified={"train": "af699ab1e4004000", "dev": "50e49460c245fa28"},
)  # fmt: skip
