"""Sentences by a pipeline of spaCy, for those who want its instead of ours.

Where a document has passages of type `sentence`, questions are cut there (`tasks.unit`). This puts them there:

    split(documents, "xx")              a blank pipeline of any language and its `sentencizer`, which cuts at full stops
    split(documents, "en_core_sci_sm")  an installed pipeline, by its parser, senter or sentencizer
    corpus.read(files, repair=by("de")) the same in a corpus' own reading: a repair that needs no reason

Sentences end where passages do. A document that brings its own sentences keeps them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from medinstruct.document import Document, Passage, Span
from medinstruct.errors import NotFound
from medinstruct.formats.draft import Draft, Repair

if TYPE_CHECKING:
    from spacy.language import Language

CUTTERS = ("parser", "senter", "sentencizer")
"""Parts of a pipeline that say where a sentence begins."""


def sentences(text: str, pipeline: str = "xx") -> list[Span]:
    """Return the sentences of a text, without the white space around them.

    Args:
        text: Any text.
        pipeline: The code of a language, for a blank pipeline with a sentencizer, or the name of an installed one.

    Raises:
        NotFound: if there is neither such a language nor such a pipeline.
    """
    found = []
    for sentence in _load(pipeline)(text).sents:
        words = sentence.text
        start = sentence.start_char + len(words) - len(words.lstrip())
        if end := len(words.strip()):
            found.append((start, start + end))
    return found


def split(documents: Iterable[Document], pipeline: str = "xx") -> Iterator[Document]:
    """Yield the documents with the sentences of a pipeline as passages; those that have sentences as they are."""
    for document in documents:
        if any(passage.type == "sentence" for passage in document.passages):
            yield document
            continue
        cut = _cut(document.text, [passage.span for passage in document.passages], pipeline)
        passages = tuple(Passage(type="sentence", span=span) for span in cut)
        yield document.model_copy(update={"passages": (*document.passages, *passages)})


def by(pipeline: str = "xx") -> Repair:
    """Return a repair that does to drafts what `split` does to documents; it leaves no note, as nothing was wrong."""

    def repair(draft: Draft) -> None:
        passages = [dict(passage) for passage in draft.fields.get("passages", ())]
        if not any(passage.get("type") == "sentence" for passage in passages):
            spans = _cut(draft.fields["text"], [passage["span"] for passage in passages], pipeline)
            draft.fields["passages"] = (*passages, *({"type": "sentence", "span": span} for span in spans))

    return repair


def _cut(text: str, passages: list[Span], pipeline: str) -> list[Span]:
    """The sentences of each stretch between the edges of passages."""
    edges = sorted({0, len(text), *(edge for span in passages for edge in span)})
    found = []
    for start, end in pairwise(edges):
        found += [(start + first, start + last) for first, last in sentences(text[start:end], pipeline)]
    return found


@cache
def _load(name: str) -> Language:
    import spacy
    from spacy.util import is_package

    if is_package(name):
        nlp = spacy.load(name)
    else:
        try:
            nlp = spacy.blank(name)
        except ImportError as error:
            what = f"spaCy has neither a language nor a pipeline {name!r}"
            raise NotFound(what, next=f"install the pipeline: python -m spacy download {name}") from error
    if not any(nlp.has_pipe(cutter) for cutter in CUTTERS):
        nlp.add_pipe("sentencizer")
    nlp.max_length = 1 << 40
    return nlp
