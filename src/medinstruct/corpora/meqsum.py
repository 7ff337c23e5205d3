"""MeQSum: 1,000 questions of consumers to the US National Library of Medicine, each put in one short question (Ben
Abacha & Demner-Fushman 2019).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import xlsx
from medinstruct.formats.draft import Draft
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Texts


def item(row: Row) -> dict[str, Any]:
    """A question, by the name of the file that it was received as."""
    return {"id": row["File"], "texts": {"question": row["CHQ"].strip()}, "references": (row["Summary"].strip(),)}


def with_quotes(draft: Draft) -> str | None:
    """Put back the quotes of five messages, which were escaped for a web page; all others have theirs as they are."""
    question = draft.fields["texts"]["question"]
    if ESCAPED not in question:
        return None
    draft.fields["texts"] = {"question": question.replace(ESCAPED, '"')}
    return f"{question.count(ESCAPED)} quotes put back for {ESCAPED}"


ESCAPED = "&quot;"
FILE = "MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx"
COMMIT = "51e36cf65c12602333b6fdc3ae8ecf10430529f7"

corpus = Corpus(
    title="MeQSum",
    homepage="https://github.com/abachaa/MeQSum",
    citation="Ben Abacha & Demner-Fushman 2019, On the summarization of consumer health questions, ACL 2019:2228-2234, doi:10.18653/v1/P19-1215",
    license=License("cc-by-4.0", "README of the release"),
    splits={"train": Split("train", (FILE,), {"items": 1000})},  # the release has no split
    tasks={
        "sum": Texts(question="Summarise the message as one short question that keeps all that is needed to answer it.")
    },
    downloads=(
        Download(
            f"https://raw.githubusercontent.com/abachaa/MeQSum/{COMMIT}/{FILE}",
            FILE,
            "abedd939d5014306ca576522416bf69103e85dc8fcf1668a4099e8b84a39eeea",
        ),
    ),
    clinical=True,
    read=partial(xlsx.read, item=item),
    repair=with_quotes,
    verified={"train": "1558223feaee3e18"},
)
