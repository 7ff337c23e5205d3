"""MedQuAD: 47,457 consumer health questions with answers of twelve NIH websites (Ben Abacha & Demner-Fushman 2019)."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Measured, Split
from medinstruct.formats import xml_items
from medinstruct.formats.draft import Draft
from medinstruct.formats.xml_items import Record
from medinstruct.license import License
from medinstruct.tasks import Texts

BREAK = re.compile(r"[ \t\n](?:(?<=\n)[ \t]*|[ \t]*+\n[ \t]*|[ \t]{2,}|[ \t](?=- ))")
"""A line break with the blanks around it, three blanks or more, or two before a dash. Told by its first character, as what
begins with one of a few is looked for many times as fast.
"""
DOCUMENTS = ("Document", "doc", "DiseaseFile")
"""What the release calls a page: five of its files come in older dialects, with other names for everything."""


def items(page: Record) -> Iterator[dict[str, Any]]:
    """The questions of a page; an answer that the release removed for copyright is empty, and no answer."""
    collection = page.get("source") or page.attrib["corpus"]
    focus = page.findtext("Focus") or page.findtext("doctitle-focus") or ""
    for pair in (*page.iter("QAPair"), *page.iter("pair")):
        question, *answers = (child for child in pair if child.tag.lower() in ("question", "answer"))
        yield {
            "id": f"{collection}-{question.attrib['qid']}",
            "question": (question.text or "").strip(),
            "references": tuple(answer.text.strip() for answer in answers if answer.text and answer.text.strip()),
            "facts": {"focus": focus, "type": question.attrib["qtype"]},
        }


def unfold(draft: Draft) -> str | None:
    """Give an answer its line breaks: some sites' lists and paragraphs stand behind runs of blanks, others keep the
    page's indentation.
    """
    given = draft.fields["references"]
    draft.fields["references"] = tuple(re.sub(r"\n{3,}", "\n\n", BREAK.sub("\n", text)) for text in given)
    return "runs of blanks stood for line breaks, or beside them" if draft.fields["references"] != given else None


COMMIT = "577bd37b96c02d1833b2c9eed2de9f96964e96cb"
FIVE = "five of the twelve collections are at hand: 4, 5, 6, 9 and 12"

corpus = Corpus(
    title="MedQuAD",
    homepage="https://github.com/abachaa/MedQuAD",
    citation="Ben Abacha & Demner-Fushman 2019, A question-entailment approach to question answering, BMC Bioinformatics 20:511, "
    "doi:10.1186/s12859-019-3119-4",
    license=License("cc-by-4.0", "LICENSE.txt of the release"),
    splits={
        "train": Split("train", ("*_QA/*.xml", "*_QA_XML/*.xml"), {"items": Measured(4339, 47457, FIVE)})
    },  # no official split
    tasks={"qa": Texts(question="Answer the question for a patient.")},
    downloads=(Download(f"https://github.com/abachaa/MedQuAD/archive/{COMMIT}.zip", f"MedQuAD-{COMMIT}.zip"),),
    read=partial(xml_items.read, record=DOCUMENTS, item=items),
    repair=unfold,
    verified={"train": "85172a41aa2c86a3"},
)
