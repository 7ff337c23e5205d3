"""Medical Meadow, small: 5,942 questions and answers of WikiDoc's pages for patients, as instructions (Han et al.
2023).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json
from medinstruct.formats.draft import Draft, by_id, one_of
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Texts

UNANSWERABLE = {
    "the page is help for WikiDoc's editors, or an empty form": """
        4812-4820 4823-4828 4833-4837 4843-4882 4884 4886 4888-4908""",
    "the question does not say what it is about, as the heading of a page need not": """
        73 135-137 163 181 192-194 243 286-288 305-307 310-312 365 366 397 413-415 471-473 560-562 581 593-595 717 718
        798 803 809-814 821-829 1012 1596 1667 2427 3008 3100 3152 4389 4448 4674 4703 4704 4739 4756 4774 4798
        4918-4920 5057 5067
        5252-5255 5257 5292 5321 5739-5741 5900 5901 5906 5907 5916 5917 5926 5927""",
}
"""Reason → items, by their place in the file. They are kept without their answer, so that they are not asked."""


def item(row: Row) -> dict[str, Any]:
    """A question, by its place in the file. The instruction is `Answer this question truthfully` throughout."""
    return {
        "id": row.key,
        "question": row["input"].strip(),
        "references": (row["output"],),
        "facts": {"instruction": row["instruction"]},
    }


def decode(draft: Draft) -> str | None:
    """Write a question that was made from the address of its page in characters: `Graves%27 disease`."""
    given = draft.fields["question"]
    draft.fields["question"] = unquote(given)
    return "characters of the question were percent-encoded" if draft.fields["question"] != given else None


def unlink(draft: Draft) -> str | None:
    """Take away an answer that is nothing but a link's name: `Directions to Hospitals Treating Ataxia`."""
    if not all(text.startswith("Directions to Hospitals ") and "\n" not in text for text in draft.fields["references"]):
        return None
    draft.fields["references"] = ()
    return "the answer is the name of a link to another site"


def places(ranges: str) -> Iterator[str]:
    """The numbers of ranges such as `73 135-137`."""
    for first, _, last in (each.partition("-") for each in ranges.split()):
        yield from map(str, range(int(first), int(last or first) + 1))


unanswer = by_id(
    {
        id: (why, lambda fields: fields.update(references=()))
        for why, ranges in UNANSWERABLE.items()
        for id in places(ranges)
    }
)
FILE = "medical_meadow_small.json"

corpus = Corpus(
    title="Medical Meadow, small (WikiDoc patient information)",
    homepage="https://github.com/kbressem/medAlpaca",
    citation="Han et al. 2023, MedAlpaca, arXiv:2304.08247",
    license=License("gpl-3.0", "LICENSE of the repository; the texts are WikiDoc's, under CC BY-SA"),
    splits={"train": Split("train", (FILE,), {"items": 5942})},
    tasks={"gen": Texts(question="Answer this question of a patient truthfully.")},
    downloads=(
        Download(
            f"https://raw.githubusercontent.com/kbressem/medAlpaca/63448c57967359ee04e6408ae418418ba0ac9f3a/{FILE}",
            FILE,
            "93bdc700b3fb802a66a9a5c1cc19572d0ca20ca392e35a50ad7648107cc3e89a",
        ),
    ),
    read=partial(json.read, item=item),
    repair=one_of(decode, unlink, unanswer),
    verified={"train": "8abd04238718b7f3"},
)
