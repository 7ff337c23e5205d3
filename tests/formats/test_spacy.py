"""spaCy: mentions in tokens by a stated policy and counted, Documents through DocBins, sentences by a pipeline."""

import json
import subprocess
import sys
import zlib

import pytest
import spacy as library
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.tokens import DocBin, Span

from medinstruct.document import Document, Mention, Passage
from medinstruct.errors import NotFound, UnsafeInput
from medinstruct.formats import spacy, spacy_sentences
from medinstruct.formats.draft import Broken
from medinstruct.formats.spacy_align import Tokens, align
from medinstruct.source import File
from medinstruct.tasks.unit import windows
from strategies import FEATURES, documents, texts

TEXT = "Lobolast-treated mice had no fever."


def mention(id, start, end, type="Drug", text=TEXT):
    return Mention(id=id, spans=((start, end),), text=text[start:end], types=(type,))


# Tokens


@pytest.mark.parametrize("policy, tokens", [("strict", None), ("expand", (2, 4)), ("contract", (2, 3))])  # "treated mi"
def test_a_stretch_that_ends_inside_a_token_has_the_tokens_of_its_policy(policy, tokens):
    spans = [(0, 8), (8, 9), (9, 16), (17, 21)]  # Lobolast | - | treated | mice

    assert Tokens(spans).find(9, 19, policy) == tokens
    assert Tokens(spans).find(0, 8, policy) == (0, 1)
    assert Tokens(spans).find(16, 17, policy) is None


@given(texts(), st.data())
def test_tokens_are_found_as_spacy_finds_them(text, data):
    doc = spacy.blank().make_doc(text)
    start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    if start == end:
        return

    for policy in ("strict", "expand", "contract"):
        found = spacy.tokens(doc).find(start, end, policy)
        theirs = doc.char_span(start, end, alignment_mode=policy)
        if not text[start:end].strip() and policy != "strict":
            continue  # of a blank between two tokens theirs is the token before it, or after it
        assert found == ((theirs.start, theirs.end) if theirs is not None and len(theirs) else None)


def test_misaligned_mentions_are_counted():
    document = Document(
        id="d",
        text=TEXT,
        mentions=(mention("T1", 0, 8), mention("T2", 9, 19), mention("T3", 17, 19), mention("T4", 21, 22)),
    )
    nlp = library.blank("en")  # Lobolast | - | treated | mice | …

    counts = {
        policy: dict(spacy.misaligned([document], nlp, policy=policy)) for policy in ("strict", "expand", "contract")
    }

    assert counts == {
        "strict": {"exact": 1, "lost": 3},
        "expand": {"exact": 1, "moved": 2, "lost": 1},
        "contract": {"exact": 1, "moved": 1, "lost": 2},
    }


def test_a_mention_in_parts_is_lost_as_a_whole():
    document = Document(
        id="d",
        text="left and right ear",
        mentions=(Mention(id="T", spans=((0, 4), (9, 11)), text="left ri", types=("X",)),),
    )
    tokens = Tokens([(0, 4), (5, 8), (9, 14), (15, 18)])

    assert align(document, tokens, "expand").parts == [(document.mentions[0], ((0, 1), (2, 3)))]
    assert align(document, tokens, "contract").counts == {"lost": 1}


# DocBins


@given(documents(*FEATURES), st.sampled_from(["strict", "expand", "contract"]))
def test_documents_come_back_as_they_were(document, policy):
    assert list(spacy.read(spacy.write([document], policy=policy))) == [document]


def test_spacy_sees_what_it_knows():
    document = Document(
        id="d",
        text=TEXT + " Zorba.",
        mentions=(mention("T1", 0, 8), mention("T2", 0, 16, "Treatment"), mention("T3", 29, 34, "Disease")),
        passages=(
            Passage(type="sentence", span=(0, 35)), Passage(type="sentence", span=(36, 42)), Passage(type="text", span=(0, 42)),
        ),
        labels=("afebrile",),
    )  # fmt: skip
    [file] = spacy.write([document], nlp=library.blank("en"))

    [doc] = DocBin().from_bytes(file.data).get_docs(library.blank("en").vocab)

    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Lobolast-treated", "Treatment"), ("fever", "Disease")]
    assert [(span.text, span.label_, span.id_) for span in doc.spans["mentions"]] == [
        ("Lobolast", "Drug", "T1"), ("Lobolast-treated", "Treatment", "T2"), ("fever", "Disease", "T3"),
    ]  # fmt: skip
    assert [span.label_ for span in doc.spans["passages"]] == ["text"]
    assert [sentence.text for sentence in doc.sents] == [TEXT, "Zorba."]
    assert doc.cats == {"afebrile": 1.0}
    assert list(spacy.read([file])) == [document]


def changed(document, change):
    """The document of a DocBin in which somebody changed the Doc."""
    [file] = spacy.write([document])
    [doc] = DocBin().from_bytes(file.data).get_docs(library.blank("xx").vocab)
    change(doc)
    [read] = spacy.read([File("x.spacy", DocBin(docs=[doc], store_user_data=True).to_bytes())])
    return read


@pytest.mark.parametrize(
    "change",
    [
        lambda doc: doc.set_ents([Span(doc, 3, 4, "Animal")]),
        lambda doc: doc.spans.update({"prodigy": [Span(doc, 3, 4, "Animal")]}),
    ],
)
def test_what_was_annotated_anew_counts(change):
    """The JSON of before is left aside, and that is told."""
    document = Document(id="d", text=TEXT, mentions=(mention("T1", 0, 16),), identities=("pmid:9",))

    read = changed(document, change)

    assert ("mice", ("Animal",)) in [(m.text, m.types) for m in read.mentions]
    assert (read.id, read.identities, len(read.notes)) == ("d", ("pmid:9",), 1)


def test_sentences_and_cats_that_were_changed_count():
    document = Document(id="d", text=TEXT, labels=("afebrile",))

    assert changed(document, lambda doc: doc.cats.update(febrile=0.2)).notes == ()
    assert changed(document, lambda doc: doc.cats.update(febrile=0.8)).labels == ("afebrile", "febrile")
    assert changed(document, lambda doc: setattr(doc[1], "is_sent_start", True)).passages[0].type == "sentence"


def test_a_docbin_of_somebody_else_is_read():
    doc = library.blank("en")(TEXT)
    doc.set_ents([Span(doc, 0, 1, "Drug", kb_id="MESH:C9")])
    doc.spans["sc"] = [Span(doc, 0, 1, "Drug", kb_id="MESH:C9"), Span(doc, 0, 4, "Animal")]
    doc.cats = {"yes": 0.9, "no": 0.1}

    [read] = spacy.read([File("dev.spacy", DocBin(docs=[doc]).to_bytes())])

    assert read.id == "dev-1"
    assert [(m.id, m.text, m.types, [str(c) for c in m.concepts]) for m in read.mentions] == [
        ("T1", "Lobolast", ("Drug",), ["MESH:C9"]), ("T2", "Lobolast-treated mice", ("Animal",), []),
    ]  # fmt: skip
    assert read.labels == ("yes",)


@pytest.mark.parametrize("told", ["[", "[]", '{"document": {}}', '{"document": {"id": 1}, "policy": 2}', "[" * 99_999])
def test_json_that_is_none_of_ours_is_left_aside(told):
    doc = library.blank("xx")("fever")
    doc.user_data["medinstruct"] = told

    [read] = spacy.read([File("x.spacy", DocBin(docs=[doc], store_user_data=True).to_bytes())])

    assert read == Document(id="x-1", text="fever", notes=(spacy.UNSOUND,))


def test_a_mention_that_the_json_misplaces_is_not_believed():
    doc = library.blank("xx")("fever")
    one = {"id": "T", "spans": [[0, 3]], "text": "ague", "types": ["X"]}
    doc.user_data["medinstruct"] = json.dumps({"policy": "strict", "document": {"id": "d", "mentions": [one]}})

    [read] = spacy.read([File("x.spacy", DocBin(docs=[doc], store_user_data=True).to_bytes())])

    assert read == Document(id="x-1", text="fever", notes=(spacy.UNSOUND,))


@given(st.data())
def test_what_is_no_docbin_is_told_and_never_raised(data):
    whole = next(spacy.write([Document(id="d", text=TEXT, mentions=(mention("T1", 0, 8),))])).data
    if data.draw(st.booleans()):
        hostile = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at, byte = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))
        hostile = whole[:at] + bytes([byte]) + whole[at + 1 :]

    for record in spacy.read([File("x.spacy", hostile)]):
        assert isinstance(record, Document | Broken)


def test_a_bomb_is_refused():
    with pytest.raises(UnsafeInput, match=r"x\.spacy: unpacks to more than"):
        list(spacy.read([File("x.spacy", zlib.compress(b"\0" * (100 << 20)))]))


# Sentences


def test_sentences_are_those_of_a_pipeline():
    """A blank one is made of the code of a language."""
    text = "No fever. Cough since\nMonday!  "

    found = spacy_sentences.sentences(text, "de")

    assert [text[start:end] for start, end in found] == ["No fever.", "Cough since\nMonday!"]
    assert spacy_sentences.sentences("  ") == []


@given(documents("passages"))
@example(
    Document(id="d", text="A b. C d. E", passages=(Passage(type="x", span=(0, 7)), Passage(type="y", span=(7, 11))))
)
def test_questions_are_cut_at_the_sentences_of_a_pipeline(document):
    """They lie inside passages, one after the other, and every letter stands in one."""
    [cut] = spacy_sentences.split([document])

    spans = [passage.span for passage in cut.passages if passage.type == "sentence"]
    assert cut.passages[: len(document.passages)] == document.passages
    assert all(end <= start for (_, end), (start, _) in zip(spans, spans[1:]))  # noqa: RUF007
    assert "".join(document.text.split()) == "".join("".join(document.text[slice(*span)].split()) for span in spans)
    assert [
        window.span if hasattr(window, "span") else (window.start, window.end)
        for window in windows(cut, "sentence", 99)
    ] == [span for span in spans if any(char.isalnum() or char == "_" for char in document.text[slice(*span)])]
    assert list(spacy_sentences.split([cut])) == [cut]


def test_a_pipeline_that_is_not_there_is_told():
    with pytest.raises(NotFound, match="neither a language nor a pipeline 'en_core_zorba'"):
        spacy_sentences.sentences("x", "en_core_zorba")


def test_spacy_is_imported_only_when_it_is_used():
    code = (
        "import sys; from medinstruct.formats import load, names; names(); load('spacy'); "
        "import medinstruct.formats.spacy_align, medinstruct.formats.spacy_sentences; print('spacy' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
