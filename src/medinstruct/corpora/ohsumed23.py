"""Ohsumed, single label: which of 23 classes of diseases each of 7,400 MEDLINE abstracts of 1991 is about (Hersh et
al. 1994).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import class_folders
from medinstruct.license import License
from medinstruct.tasks import Labels

# The diseases of MeSH as it was then; the subset with one class per abstract is that of Yao et al. 2019, doi:10.1609/aaai.v33i01.33017370.
CLASSES = {
    "C01": "Bacterial infections and mycoses", "C02": "Virus diseases", "C03": "Parasitic diseases", "C04": "Neoplasms",
    "C05": "Musculoskeletal diseases", "C06": "Digestive system diseases", "C07": "Stomatognathic diseases",
    "C08": "Respiratory tract diseases", "C09": "Otorhinolaryngologic diseases", "C10": "Nervous system diseases",
    "C11": "Eye diseases", "C12": "Urologic and male genital diseases",
    "C13": "Female genital diseases and pregnancy complications", "C14": "Cardiovascular diseases",
    "C15": "Hemic and lymphatic diseases", "C16": "Neonatal diseases and abnormalities",
    "C17": "Skin and connective tissue diseases", "C18": "Nutritional and metabolic diseases", "C19": "Endocrine diseases",
    "C20": "Immunologic diseases", "C21": "Disorders of environmental origin", "C22": "Animal diseases",
    "C23": "Pathological conditions, signs and symptoms",
}  # fmt: skip


def lines(text: str) -> str:
    """The title and the sentences of an abstract, a line each; all but the title begin with a blank, which goes."""
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


COMMIT = "962223652e9bb164ac2d83cd09fc7b8845ce860b"

corpus = Corpus(
    title="Ohsumed, 23 classes, single label",
    homepage="https://github.com/yao8839836/text_gcn",
    citation="Hersh, Buckley, Leone & Hickam 1994, OHSUMED, SIGIR 1994:192-201, doi:10.1007/978-1-4471-2099-5_20",
    license=License(
        "research-only", "OHSUMED's own terms: experiments alone, in no clinical setting; the copies at hand state none"
    ),
    splits={
        "training": Split("train", ("training/C*/*",), {"documents": 3357, "labels:C04": 430, "labels:C22": 9}),
        "test": Split("test", ("test/C*/*",), {"documents": 4043, "labels:C04": 600, "labels:C22": 10}),
    },
    tasks={"dc": Labels(labels=CLASSES, question="Which class of diseases is the abstract about?")},
    downloads=(Download(f"https://github.com/yao8839836/text_gcn/archive/{COMMIT}.zip", f"text_gcn-{COMMIT}.zip"),),
    read=partial(class_folders.read, text=lines),
    verified={"training": "e3a5551c49f29c24", "test": "0d04171add45bb21"},
)
