"""HEAD-QA in English: the same questions as `head-qa`, translated by machine (Vilares & Gómez-Rodríguez 2019)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.head_qa import CITATION, LICENSE, RAW, items
from medinstruct.formats import json
from medinstruct.tasks import Choices

FILES = {
    "dev_HEAD_EN.json": "4c1b0588d1e1c4c769accdb6cfa6b4fe85cb032baffa9bc6520a454e7cc9f7f8",
    "test_HEAD_EN.json": "41f9f178b5d363ecd665f56ecca42deff7834c66f491617cc2687bbcfccd03b7",
}

corpus = Corpus(
    title="HEAD-QA, English",
    folder="head-qa",
    homepage="https://aghie.github.io/head-qa/",
    citation=CITATION,
    license=LICENSE,
    splits={
        "train": Split("train", ("train_HEAD_EN.json",), {"items": 2657}),
        "dev": Split("validation", ("dev_HEAD_EN.json",), {"items": 1366}),
        "test": Split("test", ("test_HEAD_EN.json",), {"items": 2742}),
    },
    tasks={"qa": Choices()},
    downloads=tuple(Download(f"{RAW}/HEAD_EN/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=partial(json.read, item=items, path=("exams",)),
    verified={"dev": "f820934439be85bf", "test": "3cdf6142fd2867a5"},
)
