"""Windows and tokenizers: nothing is left out, nothing is over the limit, whoever counts, and what is lost is told."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Trained
from tokenizers import models, pre_tokenizers, trainers

import medinstruct
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import MedinstructError, NotFound
from medinstruct.text import RULE, count_tokens, token, tokenizer, windows

SENTENCES = [
    "Zorbinase rose, fell; rose again: then it stayed.",
    "No relapse.",
    "Ökoferin (2.5 mg/kg) was stopped 🤒🏽 at once.",
]
texts = st.lists(
    st.sampled_from([*SENTENCES, "ACGT" * 40, "患者は発熱した。", "\n", " ", ",", "a, b", "\ud800"])
    | st.text(max_size=12),
    max_size=8,
).map(" ".join)


@pytest.fixture(scope="module")
def bpe(tmp_path_factory):
    """A byte-level tokenizer as models have it, learnt from a few sentences."""
    made = Trained(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.train_from_iterator(
        SENTENCES * 3,
        trainers.BpeTrainer(vocab_size=300, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
    )
    made.enable_truncation(5)
    folder = tmp_path_factory.mktemp("model")
    made.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def known(bpe):
    return {"": RULE, "spacy": tokenizer.load("spacy:en"), "bpe": tokenizer.load(str(bpe))}


def assert_windows(text, found, limit, counter):
    """In order, apart, none over the limit, and nothing but white space left out."""
    at = 0
    for start, end in found:
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert counter.count(text[start:end]) <= limit
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize("name", ["", "spacy", "bpe"])
@given(text=texts, limit=st.integers(8, 40))
def test_windows_leave_out_nothing_and_keep_to_the_limit(known, name, text, limit):
    found = windows(text, max_tokens=limit, tokenizer=known[name])

    assert_windows(text, found, limit, known[name])


def test_a_file_may_truncate_and_pad_as_it_likes(bpe):
    """What a tokenizer is told to do to a model's input is not done here: all of a text counts."""
    counter = tokenizer.load(str(bpe / "tokenizer.json"))
    long = " ".join(SENTENCES * 5)

    assert counter.count(long) > 5
    assert counter.count(long) == sum(1 for _ in Trained.from_str(_loose(bpe)).encode(long).ids)


def _loose(folder):
    stated = json.loads((folder / "tokenizer.json").read_text())
    return json.dumps({**stated, "truncation": None, "padding": None})


def test_a_folder_and_its_file_are_one_tokenizer(bpe):
    assert tokenizer.load(str(bpe)).sha256 == tokenizer.load(str(bpe / "tokenizer.json")).sha256 != ""


@given(st.text(st.characters(max_codepoint=127)) | st.text("aaaaaaaaab01234 \n\n\t\x1c-.") | st.text())
def test_what_is_counted_fast_is_what_the_pattern_counts(text):
    """Texts of ASCII alone are not counted by the pattern that says what a piece is, and come to the same."""
    assert count_tokens(text) == len(token.pieces(text, 0, len(text)))


def test_the_default_needs_nothing():
    assert tokenizer.load("") is RULE
    assert RULE.count("patients, 1234") == count_tokens("patients, 1234") == 5


def test_spacy_counts_words_and_marks_but_no_blanks():
    assert tokenizer.load("spacy:en").count("He  was\nnot ill.") == 5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere/tokenizer.json", "no tokenizer 'nowhere/tokenizer.json': no such file or folder here"),
        ("words", "no tokenizer 'words': no such file or folder here"),
        ("spacy:xyz", "spaCy has no language 'xyz'"),
        ("somebody/no-such-model", "neither a file here nor in the cache"),
    ],
)
def test_a_tokenizer_that_is_not_here_is_told(monkeypatch, name, told):
    """Also where there is no network; nothing is looked for that was not named."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(NotFound, match=told) as error:
        tokenizer.load(name)
    assert error.value.next


@pytest.mark.parametrize(
    "content",
    ["", "no json", "[]", "{}", '{"model": 1}', '{"version": "1.0", "model": {"type": "BPE"}}', "[" * 100_000],
)
def test_a_file_that_is_no_tokenizer_is_told(tmp_path, content):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(MedinstructError, match=r"tokenizer\.json: no (JSON|tokenizer)"):
        tokenizer.load(str(tmp_path))


def test_a_package_that_is_not_installed_is_named(monkeypatch, tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MedinstructError, match="needs the package tokenizers") as error:
        tokenizer.load(str(tmp_path))
    assert "pip install" in error.value.next


# ---- in a build

RECIPE = """\
title: Windows
dedup: false
tokenizer: {tokenizer}
mix:
  - {{corpus: bc5cdr, task: re, unit: window, max_tokens: {limit}}}
  - {{corpus: bc5cdr, task: ner, unit: window, max_tokens: {limit}}}
"""


def build(tmp_path, name, **fields):
    path = tmp_path / f"{name}.yaml"
    path.write_text(RECIPE.format(**fields))
    return medinstruct.build(str(path), data=SAMPLES, out=tmp_path / name, workers=1)


def lost(built):
    """Annotations of relations by the reason that no row has them."""
    return [
        (e["kept"], e["dropped"]) for e in built.ledger["annotations"] if e["task"] == "re" and e["split"] == "train"
    ]


def test_relations_that_cross_a_window_are_counted(tmp_path):
    """A window that holds the abstract keeps them all; shorter ones lose some, for one stated reason."""
    ((kept, dropped),) = lost(build(tmp_path, "long", limit=600, tokenizer='""'))
    ((fewer, told),) = lost(build(tmp_path, "short", limit=12, tokenizer='""'))

    assert dropped == {}
    assert 0 < told["its arguments do not stand in one window"] == kept - fewer


def test_offsets_are_those_of_the_window(tmp_path):
    """The text of a row is the stretch of its document that `meta` says, and its spans quote it."""
    from medinstruct import corpora

    corpus = corpora.load("bc5cdr")
    folder = corpus.find(SAMPLES)
    documents = {d.id: d for s in corpus.splits for d in corpus.records(s, corpus.files(s, folder))}
    rows = [row for row in build(tmp_path, "w", limit=12, tokenizer='""')["train"] if row["type"] == "span_extraction"]
    spans = 0
    for row in rows:
        text, (start, end) = json.loads(row["example"])["text"], json.loads(row["meta"])["window"]
        document = documents[row["document"]]
        assert text == document.text[start:end]
        marked = {mention.text for mention in document.mentions}
        for span in json.loads(row["gold"]).get("spans", ()):
            ((first, last),) = span["pieces"]
            assert text[first:last] in marked
            spans += 1
    assert spans


def test_the_named_tokenizer_counts_in_a_build(tmp_path, bpe):
    """Windows, lengths in `meta`, and the manifest says whose they are."""
    rule = build(tmp_path, "rule", limit=40, tokenizer='""')
    other = build(tmp_path, "other", limit=40, tokenizer=json.dumps(str(bpe)))
    counter = tokenizer.load(str(bpe))

    assert rule.manifest["tokenizer"] == {"name": "", "sha256": ""}
    assert other.manifest["tokenizer"] == {"name": str(bpe), "sha256": counter.sha256}
    assert len(other["train"]) > len(rule["train"])
    for row in other["train"]:
        assert json.loads(row["meta"])["tokens"] == counter.count(json.loads(row["example"])["text"]) <= 40
