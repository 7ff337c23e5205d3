"""PubMed-PICO: what each sentence of structured PubMed abstracts is about, told by its heading (Jin & Szolovits
2018).
"""

import re
from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import sentence_labels
from medinstruct.formats.draft import Read, Repair
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels

ELEMENTS = {
    "A": "Aim", "P": "Participants", "I": "Intervention", "O": "Outcome", "M": "Method", "R": "Results", "C": "Conclusion",
}  # fmt: skip
HEADING = re.compile(rb"^[^|\n]*\|([A-Z])\|", re.MULTILINE)


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the abstracts without the headings of their sections, from which the labels were made:
    `OBJECTIVE|A|To test zorbinase .` is read as `A<tab>To test zorbinase .`
    """
    plain = (File(file.name, HEADING.sub(rb"\1\t", file.data)) for file in files)
    return sentence_labels.read(plain, identity="pmid", repair=repair)


RAW = "https://raw.githubusercontent.com/jind11/PubMed-PICO-Detection/6eecb78707eb3a578242f4128d803841e41e251c/splitted"

corpus = Corpus(
    title="PubMed PICO element detection",
    homepage="https://github.com/jind11/PubMed-PICO-Detection",
    citation="Jin & Szolovits 2018, PICO element detection in medical text via long short-term memory neural networks, BioNLP 2018:67-75, "
    "doi:10.18653/v1/W18-2308",
    license=License("unknown", "the repository states none; abstracts of PubMed"),
    # The README tells the ratio 8:1:1 and no numbers. All digits of the texts are `@`.
    splits={
        "train": Split("train", ("PICO_train.txt",)),
        "dev": Split("validation", ("PICO_dev.txt",)),
        "test": Split("test", ("PICO_test.txt",)),
    },
    tasks={"dc": Labels(labels=ELEMENTS, of="passage", question="What does this sentence of an abstract tell about?")},
    downloads=tuple(Download(f"{RAW}/PICO_{part}.txt", f"PICO_{part}.txt") for part in ("train", "dev", "test")),
    read=read,
)
