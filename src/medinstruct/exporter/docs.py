"""Rows as spaCy `Doc`s, in files that `spacy train` and Prodigy take (`DocBin`, `.spacy`).

    doc.text                       the text that the row asks about, without wording and shots
    doc.spans["sc"]                its spans, one for each stretch; label: the type ("sc" is where spancat looks)
    doc.ents                       those that do not overlap, the longest first
    doc.cats                       1.0 for the labels of a classification that are right, 0.0 for those that are not
    doc.user_data["medinstruct"]   id, license, document, the labels asked for, and the spans in characters

A span that begins or ends inside a token is moved out to whole tokens; the characters stay in `user_data`. A row is a Doc of its own,
so a text that is asked twice (for two types, say) stands there twice, each time with what was asked. What has no place in a
Doc is counted by reason: rows of other tasks, and classifications of which each row asks another question, as a category would mean
something else in each Doc.

Specification: https://spacy.io/api/docbin, https://spacy.io/api/spancategorizer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medinstruct import tasks
from medinstruct.artefact import Build
from medinstruct.tasks.multiple_choice import ChoiceQuestion
from medinstruct.tasks.task import Example

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

Row = Mapping[str, Any]

GROUP, KEY = "sc", "medinstruct"
ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE")
DOCS_PER_FILE = 5_000
"""`spacy train` reads a folder file by file, and a file whole."""


def write(build: Build, folder: Path) -> Counter[str]:
    """Write each split as a folder of `.spacy` files, and return what is not there as it was, by reason."""
    from spacy.tokens import DocBin

    lost: Counter[str] = Counter()
    varying = _varying(build)
    for split in build:
        docs = (doc for row in build[split] if (doc := to_doc(row, lost, varying)) is not None)
        (folder / split).mkdir()
        for number, some in enumerate(_batched(docs, DOCS_PER_FILE)):
            made = DocBin(attrs=ATTRIBUTES, docs=some, store_user_data=True)
            made.to_disk(folder / split / f"{number:05}.spacy")
    return lost


def to_doc(row: Row, lost: Counter[str], varying: frozenset[int] = frozenset()) -> Doc | None:
    """Return a row as a Doc, or None if it has no place in one.

    Args:
        row: Of a build.
        lost: Counts of what is lost or moved, by reason; added to.
        varying: Entries of the recipe whose rows ask several questions.
    """
    about = {name: row[name] for name in ("id", "license", "document")}
    if row["type"] == "span_extraction":
        example = tasks.load(row["type"]).read(row["example"], row["gold"])
        doc = _made(example.question.text, row["language"])
        stretches = [(start, end, span.label) for span in example.gold.spans for start, end in span.pieces]
        doc.user_data[KEY] = {**about, "labels": list(example.question.labels), "spans": [list(at) for at in stretches]}
        lost["spans in several parts: each part stands alone"] += sum(
            len(span.pieces) > 1 for span in example.gold.spans
        )
        _mark(doc, stretches, lost)
        return doc
    if row["type"] == "multiple_choice" and row["task"] == "dc":
        example = tasks.load(row["type"]).read(row["example"], row["gold"])
        if reason := _no_category(example, json.loads(row["meta"])["entry"] in varying):
            lost[f"rows: {reason}"] += 1
            return None
        doc = _made("\n".join(example.question.texts.values()), row["language"])
        options = example.question.options
        doc.cats = {option: float(n in example.gold.choices) for n, option in enumerate(options)}
        doc.user_data[KEY] = {**about, "labels": list(options), "several": example.question.several}
        return doc
    lost[f"rows: {row['task']} as {row['type']} has no place in a Doc"] += 1
    return None


def _mark(doc: Doc, stretches: Iterable[tuple[int, int, str]], lost: Counter[str]) -> None:
    """Put stretches of characters into a Doc as spans of tokens."""
    from spacy.util import filter_spans

    spans = []
    for start, end, label in stretches:
        span = doc.char_span(start, end, label=label, alignment_mode="expand")
        if span is None:
            lost["spans without a token"] += 1
            continue
        lost["spans moved out to whole tokens"] += (span.start_char, span.end_char) != (start, end)
        spans.append(span)
    doc.spans[GROUP] = spans
    apart = filter_spans(spans)
    doc.set_ents(apart)
    lost["spans that overlap longer ones: in doc.spans, not in doc.ents"] += len(spans) - len(apart)


def _no_category(example: Example[Any, Any], varies: bool) -> str:
    """Why a choice is no classification of its text; empty if it is one."""
    if example.question.marked:
        return "a choice about a part of its text has no place in a Doc"
    return "each asks a question of its own, so that its options are no categories" if varies else ""


def _varying(build: Build) -> frozenset[int]:
    """The entries of the recipe whose classifications ask several questions."""
    asked: dict[int, set[str]] = {}
    for split in build:
        for row in build[split]:
            if row["type"] == "multiple_choice" and row["task"] == "dc":
                question = ChoiceQuestion.model_validate_json(row["example"]).question
                asked.setdefault(json.loads(row["meta"])["entry"], set()).add(question)
    return frozenset(entry for entry, questions in asked.items() if len(questions) > 1)


def _made(text: str, language: str) -> Doc:
    """A Doc of a text's tokens."""
    doc: Doc = _blank(language).make_doc(text.encode("utf-8", "replace").decode())  # no Doc holds half a surrogate pair
    return doc


@cache
def _blank(language: str) -> Language:
    """What makes tokens of a language; of one that spaCy does not know, the rules of none."""
    import spacy

    try:
        nlp = spacy.blank(language)
    except ImportError:
        nlp = spacy.blank("xx")
    nlp.max_length = 1 << 40  # the limit guards the memory of models, and there is none here
    return nlp


def _batched(docs: Iterator[Doc], size: int) -> Iterator[list[Doc]]:
    while some := list(islice(docs, size)):
        yield some
