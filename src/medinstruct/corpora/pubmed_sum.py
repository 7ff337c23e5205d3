"""PubMedSum: 133,215 articles of PubMed Central and their abstracts (Cohan et al. 2018)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Texts


def item(row: Row) -> dict[str, Any]:
    """An article, section by section, and its abstract, of which each sentence stands between `<S>` and `</S>`.

    Texts are tokenised and in lower case; numbers of references are `@xcite`, formulas `@xmath`.
    """
    sections = zip(row["section_names"], row["sections"], strict=True)
    abstract = (sentence.strip().removeprefix("<S>").removesuffix("</S>").strip() for sentence in row["abstract_text"])
    return {
        "id": row["article_id"],
        "texts": {"article": "\n\n".join("\n".join(filter(None, [name, *lines])) for name, lines in sections).strip()},
        "references": (" ".join(abstract),),
        "identities": (f"pmcid:{row['article_id']}",) if row["article_id"].startswith("PMC") else (),
    }


corpus = Corpus(
    title="PubMed summarisation",
    homepage="https://github.com/armancohan/long-summarization",
    citation="Cohan et al. 2018, A discourse-aware attention model for abstractive summarization of long documents, NAACL 2018:615-621, "
    "doi:10.18653/v1/N18-2097",
    license=License(
        "unknown", "the card of scientific_papers says so; articles of the open access part of PubMed Central"
    ),
    # Numbers of the card of scientific_papers, 1.1.1.
    splits={
        "train": Split("train", ("train.txt",), {"items": 119924}),
        "val": Split("validation", ("val.txt",), {"items": 6633}),
        "test": Split("test", ("test.txt",), {"items": 6658}),
    },
    tasks={"sum": Texts(question="Summarise the article as its abstract.")},
    downloads=(
        Download(
            "https://archive.org/download/armancohan-long-summarization-paper-code/pubmed-dataset.zip",
            "pubmed-dataset.zip",
        ),
    ),
    read=partial(json_lines.read, item=item),
)
