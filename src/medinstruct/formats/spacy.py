"""spaCy: Documents as `Doc`s, and files of them (`DocBin`, `.spacy`), as its training and Prodigy take them.

    doc.text               the text, whatever the tokens
    doc.ents               mentions that do not overlap, the longest first; label: type, kb_id: first concept
    doc.spans["mentions"]  every mention, once per type and part; id: the mention's
    doc.spans["passages"]  passages but sentences, which are doc.sents
    doc.cats               labels, 1.0 each
    doc.user_data          `medinstruct`: all that a Document says but its text, as JSON

Mentions stand in tokens there, as `policy` says for one that begins or ends inside a token (`spacy_align`), and in
characters in the JSON. A file of ours is read back as the same Documents. Where somebody has changed ents, spans,
sentences or cats since, or the file is not ours, what these say counts: ents and all groups of spans are mentions,
cats of 0.5 or more labels, and the JSON is left aside, which the document's notes tell.

spaCy is imported when a file is read or written. A DocBin is msgpack, compressed; nothing in it is executed, and one
that unpacks to far more than it weighs is refused.

Specification: https://spacy.io/api/docbin.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from medinstruct.document import Document
from medinstruct.errors import FormatError, Place, UnsafeInput
from medinstruct.formats import Format
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.features import FEATURES
from medinstruct.formats.spacy_align import Policy, Tokens, align
from medinstruct.source import BOMB_BYTES, MAX_RATIO, File

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

FORMAT = Format(
    title="spaCy DocBin",
    specification="https://spacy.io/api/docbin",
    suffixes=(".spacy",),
    holds=frozenset(FEATURES),
)

KEY, MENTIONS, PASSAGES = "medinstruct", "mentions", "passages"
POLICY: Policy = "expand"
ATTRIBUTES = ("ORTH", "SPACY", "SENT_START", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")
CHANGED = "annotated anew in spaCy: what was not in its spans, sentences and cats is gone"
UNSOUND = f"what stands under {KEY} in its user_data is no sound document and was left aside"
IS_LABEL = 0.5
"""The score from which a category is a label."""
FAULTS = (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, OverflowError, MemoryError)
"""What spaCy raises for bytes that are no DocBin."""


@cache
def blank(language: str = "xx") -> Language:
    """Return a pipeline that only makes tokens, of any language."""
    import spacy

    nlp = spacy.blank(language)
    nlp.max_length = 1 << 40  # the limit guards the memory of models, and there is none here
    return nlp


def to_doc(document: Document, nlp: Language | None = None, *, policy: Policy = POLICY) -> Doc:
    """Return a document as a Doc with the tokens of `nlp`, or of a blank pipeline.

    Raises:
        FormatError: if the pipeline's tokens do not make up the text, as a tokenizer of spaCy's always does.
    """
    doc = (nlp or blank()).make_doc(document.text)
    if doc.text != document.text:
        raise FormatError(f"document {document.id}: the tokens of {type(nlp).__name__} are another text")
    _annotate(doc, document, policy)
    parts = {name: getattr(document, name) for name in Document.model_fields if name != "text"}
    told = Document.model_construct(text="", **parts).model_dump(mode="json", exclude={"text"}, exclude_defaults=True)
    doc.user_data[KEY] = json.dumps({"policy": policy, "document": told}, ensure_ascii=False, sort_keys=True)
    return doc


def misaligned(documents: Iterable[Document], nlp: Language | None = None, *, policy: Policy = POLICY) -> Counter[str]:
    """Return how many mentions are `exact`, `moved` and `lost` in the tokens of a pipeline."""
    counts: Counter[str] = Counter()
    for document in documents:
        counts += align(document, tokens((nlp or blank()).make_doc(document.text)), policy).counts
    return counts


def tokens(doc: Doc) -> Tokens:
    """The tokens of a Doc, but those of white space."""
    return Tokens([(token.idx, token.idx + len(token)) for token in doc])


def _annotate(doc: Doc, document: Document, policy: Policy) -> None:
    """Put mentions, passages, sentences and labels into a Doc."""
    from spacy.tokens import Span
    from spacy.util import filter_spans

    places = tokens(doc)
    spans, plain = [], []
    for mention, parts in align(document, places, policy).parts:
        concept = str(mention.concepts[0]) if mention.concepts else ""
        for type in mention.types:
            made = [Span(doc, first, last, type, kb_id=concept, span_id=mention.id) for first, last in parts]
            spans += made
            plain += made if len(made) == 1 else []
    doc.spans[MENTIONS] = spans
    doc.set_ents(filter_spans(plain))
    stretches = [(passage.type, places.find(*passage.span, "expand")) for passage in document.passages]
    doc.spans[PASSAGES] = [Span(doc, *at, type) for type, at in stretches if at and type != "sentence"]
    if starts := {at[0] for type, at in stretches if at and type == "sentence"}:
        for token in doc:
            token.is_sent_start = token.i in starts or token.i == 0
    doc.cats = dict.fromkeys(document.labels, 1.0)


def write(
    documents: Iterable[Document],
    *,
    nlp: Language | None = None,
    policy: Policy = POLICY,
    file: str = "documents.spacy",
) -> Iterator[File]:
    """Yield one DocBin with a Doc per document.

    Args:
        documents: Any Documents.
        nlp: The pipeline whose tokens they get; a blank one, if it is None.
        policy: What becomes of a mention that begins or ends inside a token, in spaCy's eyes.
        file: Its name.
    """
    from spacy.tokens import DocBin

    made = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    for document in documents:
        made.add(to_doc(document, nlp, policy=policy))
    yield File(file, made.to_bytes())


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield a Document per Doc, in the order of the files. A Doc of no Document of ours is called `<file>-<number>`.

    Raises:
        UnsafeInput: for a DocBin that would unpack to far more than it weighs.
    """
    return finish((draft for file in files for draft in _drafts(file)), repair)


def _drafts(file: File) -> Iterator[Draft | Broken]:
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    _refuse_bomb(file)
    number = 0
    try:
        for doc in DocBin().from_bytes(file.data).get_docs(Vocab()):
            number += 1
            yield Draft(Place(file.name, number), fields(doc, f"{file.stem}-{number}"))
    except FAULTS as error:
        what = str(error).partition("\n")[0][:200]
        yield Broken(Place(file.name, number + 1), "", f"no DocBin from here on: {type(error).__name__} {what}")


def _refuse_bomb(file: File) -> None:
    limit = max(MAX_RATIO * len(file.data), BOMB_BYTES)
    unpacking = zlib.decompressobj()
    try:
        size = len(unpacking.decompress(file.data, limit + 1))
    except zlib.error:
        return  # told when it is read
    if size > limit:
        raise UnsafeInput(f"unpacks to more than {limit:,} bytes", where=file.name, next="make it again")


def fields(doc: Doc, id: str) -> dict[str, Any]:
    """Return the fields of the Document that a Doc is, which is called `id` unless it says its own name."""
    found = _found(doc)
    told = _told(doc)
    if told is None:
        return {"id": id, "text": doc.text, **found, "notes": (UNSOUND,) if KEY in doc.user_data else ()}
    document, policy = told
    again = type(doc)(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])
    _annotate(again, document, policy)
    if _found(again) == found:
        return {name: getattr(document, name) for name in Document.model_fields}
    return {"id": document.id, "text": doc.text, **found, "identities": document.identities, "notes": (CHANGED,)}


def _told(doc: Doc) -> tuple[Document, Policy] | None:
    """The Document that the JSON tells, and the policy it was written under; None if there is none that is sound."""
    text = doc.user_data.get(KEY)
    if not isinstance(text, str):
        return None
    try:
        value = json.loads(text)
        document = Document.model_validate({**value["document"], "text": doc.text})
        return document, value["policy"]
    except (ValueError, LookupError, TypeError, RecursionError):  # Pydantic's error is a ValueError
        return None


def _found(doc: Doc) -> dict[str, Any]:
    """What the annotations of a Doc say by themselves."""
    groups = [list(doc.ents), *(list(group) for name, group in doc.spans.items() if name != PASSAGES)]
    seen: dict[tuple[Any, ...], None] = {}
    for span in (span for group in groups for span in group):
        seen.setdefault((span.start_char, span.end_char, span.label_, span.kb_id_))
    passages = [(span.label_, span.start_char, span.end_char) for span in doc.spans.get(PASSAGES, ())]
    if len(doc) > 1 and doc.has_annotation("SENT_START"):  # a lone token always has it
        passages += [("sentence", span.start_char, span.end_char) for span in doc.sents]
    return {
        "mentions": tuple(_mention(f"T{n}", doc.text, *place) for n, place in enumerate(sorted(seen), start=1)),
        "passages": tuple({"type": type, "span": (start, end)} for type, start, end in sorted(passages, key=_place)),
        "labels": tuple(label for label, score in doc.cats.items() if score >= IS_LABEL),
    }


def _place(passage: tuple[str, int, int]) -> tuple[int, int, str]:
    return passage[1], -passage[2], passage[0]


def _mention(id: str, text: str, start: int, end: int, type: str, concept: str) -> dict[str, Any]:
    vocabulary, _, name = concept.rpartition(":")
    concepts = ({"vocabulary": vocabulary, "id": name},) if concept else ()
    return {"id": id, "spans": ((start, end),), "text": text[start:end], "types": (type,), "concepts": concepts}
