"""SQuAD JSON: articles as paragraphs, each with questions whose answers stand in it.

    {"version": "1.1", "data": [
      {"title": "Zorb fever", "paragraphs": [
        {"context": "Zorb fever runs in families.", "qas": [
          {"id": "q1", "question": "Where does it run?", "answers": [{"text": "in families", "answer_start": 16}]}]}]}]}

A question becomes an Item with its paragraph as the text `context` and its answers as references, white space at their
ends left out and each text once. Offsets are not read: many releases have them off by a leading blank, and a text that
stands in its context needs none. An answer that does not stand there is left out. A question that cannot be answered
(SQuAD 2.0) has the fact `impossible` and no reference.

Specification: Rajpurkar et al. 2016, doi:10.18653/v1/D16-1264; 2018, doi:10.18653/v1/P18-2124.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from medinstruct.formats import Format, json
from medinstruct.formats.draft import Read, Repair
from medinstruct.formats.rows import Fields, Row
from medinstruct.source import File

FORMAT = Format(
    title="SQuAD JSON",
    specification="https://doi.org/10.18653/v1/D16-1264",
    suffixes=(".json",),
    yields="Item",
)

Paragraph = Mapping[str, Any]


def _nothing(paragraph: Paragraph) -> Fields:
    return {}


def read(
    files: Iterable[File],
    *,
    repair: Repair | None = None,
    more: Callable[[Paragraph], Fields] = _nothing,
    path: Sequence[str] = ("data",),
) -> Iterator[Read]:
    """Yield one Item per question, in the order of the files.

    Args:
        files: SQuAD JSON files.
        repair: Changes a draft before it is checked.
        more: What else a paragraph tells of its questions: fields of an Item, such as `identities`.
        path: The keys that lead to the articles.
    """
    return json.read(files, item=lambda article: _items(article, more), path=path, repair=repair)


def _items(article: Row, more: Callable[[Paragraph], Fields]) -> Iterator[Fields]:
    for paragraph in article["paragraphs"]:
        context, told = paragraph["context"], more(paragraph)
        for row in paragraph["qas"]:
            answers = (answer["text"] for answer in row.get("answers", ()))
            impossible = {"impossible": "true"} if row.get("is_impossible") else {}
            yield {
                "id": str(row["id"]),
                "texts": {"context": context},
                "question": row["question"].strip(),
                "references": tuple(
                    dict.fromkeys(text.strip() for text in answers if text.strip() and text in context)
                ),
                **told,
                "facts": {**told.get("facts", {}), **impossible},
            }
