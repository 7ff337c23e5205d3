"""COVID-QA: questions about COVID-19 whose answers stand in articles of CORD-19, in its edition of 23 April 2020
(Möller et al. 2020).
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import squad_json
from medinstruct.license import License
from medinstruct.tasks import Texts

HEAD = 2_000
"""Characters of an article in which its own address and DOI stand; further down those of others do."""
PMCID = re.compile(r"pmc/articles/(PMC[0-9]+)")
DOI = re.compile(r"DOI:\s*(?:https://doi\.org/)?(10\.[0-9]{4,}/\S+)", re.IGNORECASE)


def names(paragraph: Mapping[str, Any]) -> dict[str, Any]:
    """Whose article a paragraph is, which it says itself. Of its offsets of answers 234 are off, most by a leading blank."""
    head = paragraph["context"][:HEAD]
    found = [f"pmcid:{id}" for id in PMCID.findall(head)] + [f"doi:{id.lower()}" for id in DOI.findall(head)]
    return {"identities": tuple(dict.fromkeys(found)), "facts": {"document": str(paragraph["document_id"])}}


FILE = "200423_covidQA.json"

corpus = Corpus(
    title="COVID-QA",
    homepage="https://github.com/deepset-ai/COVID-QA",
    citation="Möller, Reina, Jayakumar & Pietsch 2020, COVID-QA: a question answering dataset for COVID-19, NLP COVID-19 Workshop at ACL 2020",
    version="2020-04-23",  # the last one, COVID-QA.json, has 2,019 questions
    license=License(
        "apache-2.0", "LICENSE of the repository; 92 of the 98 articles say of themselves that they are CC BY"
    ),
    splits={"train": Split("train", (FILE,), {"items": 1380})},  # the release has no split
    tasks={"qa": Texts(question="Answer the question with the words of the article.")},
    downloads=(
        Download(
            f"https://raw.githubusercontent.com/deepset-ai/COVID-QA/fb2eb5e249618457e5359806601086c635c8eb8f/data/question-answering/{FILE}",
            FILE,
            "ab310b4e39f726e087c8fa3d1787c73771dacddc584977204ebe3cc889ee1264",
        ),
    ),
    read=partial(squad_json.read, more=names),
    verified={"train": "f0dcd8c35098d4ac"},
)
