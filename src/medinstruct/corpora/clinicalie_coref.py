"""ClinicalIE coreference: what a pronoun stands for in each of 105 snippets (Agrawal et al. 2022)."""

from functools import partial
from pathlib import PurePosixPath
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Texts


def item(row: Row) -> dict[str, Any]:
    """A snippet with a pronoun, and the words that it stands for; there may be several, any of which is right."""
    antecedents = row["antecedent"]
    return {
        "id": f"{PurePosixPath(row.place.file).stem}-{row.key}",
        "texts": {"text": row["snippet"]},
        "question": f'What does the pronoun "{row["pronoun"]}" stand for?',
        "references": tuple([antecedents] if isinstance(antecedents, str) else antecedents),
    }


corpus = Corpus(
    title="ClinicalIE coreference",
    homepage="https://huggingface.co/datasets/mitclinicalml/clinical-ie",
    citation=(
        "Agrawal, Hegselmann, Lang, Kim & Sontag 2022, Large language models are few-shot clinical information extractors, EMNLP "
        "2022:1998-2022, doi:10.18653/v1/2022.emnlp-main.130"
    ),
    license=License(
        "agreement", "the page of the data set asks to accept conditions, and CASI, whose texts they are, does so too"
    ),
    # Counts are those of the card, which also tells what is annotated; of the columns only `snippet` is known from code that reads it.
    # Files are the splits of `coreference`, as `datasets` writes them (to_json).
    splits={
        "validation": Split("validation", ("validation.jsonl",), {"items": 5}),
        "test": Split("test", ("test.jsonl",), {"items": 100}),
    },
    tasks={"coref": Texts(question="What does the pronoun stand for? Answer with the words of the text.")},
    read=partial(json_lines.read, item=item),
    obtain="on request from https://huggingface.co/datasets/mitclinicalml/clinical-ie, as coreference",
    clinical=True,
)
