"""Rows as spaCy's Docs: what comes back is what the rows hold, and what has no place is counted."""

import json
from collections import Counter

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import DocBin
from typer.testing import CliRunner

import medinstruct
from medinstruct import exporter
from medinstruct.cli import app
from medinstruct.exporter import docs
from medinstruct.tasks import load

RECIPE = """
title: All kinds of tasks
size: all
mix:
  - {corpus: bc5cdr, task: ner, unit: sentence}
  - {corpus: pharmaconer, task: ner, unit: sentence}
  - {corpus: genia-term, task: ner, unit: sentence}
  - {corpus: hoc, task: dc}
  - {corpus: trialstop, task: dc}
  - {corpus: i2b2-2008-obesity, task: dc-textual}
  - {corpus: bc5cdr, task: re}
  - {corpus: bc5cdr, task: re, as: multiple_choice}
  - {corpus: medmcqa, task: qa}
"""


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    (folder / "all.yaml").write_text(RECIPE)
    return medinstruct.build(str(folder / "all.yaml"), samples=True, out=folder / "build")


@pytest.fixture(scope="module")
def exported(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "out"
    return folder, exporter.export(build, "spacy", folder)


def read(folder, split):
    files = sorted((folder / split).glob("*.spacy"))
    return [doc for file in files for doc in DocBin().from_disk(file).get_docs(spacy.blank("xx").vocab)]


def spans_of(row):
    gold = load("span_extraction").read(row["example"], row["gold"]).gold
    return [(start, end, span.label) for span in gold.spans for start, end in span.pieces]


def test_every_row_of_spans_or_labels_comes_back(build, exported):
    """In the order of the rows, each with its id, its license, its text and its gold."""
    folder, _ = exported
    for split in build:
        rows = [
            row for row in build[split] if row["type"] == "span_extraction" or row["corpus"] in ("hoc", "trialstop")
        ]
        found = read(folder, split)
        assert [doc.user_data["medinstruct"]["id"] for doc in found] == [row["id"] for row in rows]
        for doc, row in zip(found, rows):
            example = load(row["type"]).read(row["example"], row["gold"])
            told = doc.user_data["medinstruct"]
            assert (told["license"], told["document"]) == (row["license"], row["document"])
            if row["type"] == "span_extraction":
                assert doc.text == example.question.text
                assert [tuple(at) for at in told["spans"]] == spans_of(row)
                assert set(told["labels"]) >= {ent.label_ for ent in doc.ents}
            else:
                assert {label for label, score in doc.cats.items() if score} == set(example.gold.says(example.question))
                assert set(doc.cats) == set(example.question.options)
    assert {row["corpus"] for split in build for row in build[split]} == set(build.manifest["corpora"])


def test_spans_stand_where_they_stood_or_are_counted(build, exported):
    folder, (_, left_out) = exported
    moved = apart = 0
    for split in build:
        by_id = {row["id"]: row for row in build[split]}
        for doc in read(folder, split):
            row = by_id[doc.user_data["medinstruct"]["id"]]
            if row["type"] == "span_extraction":
                stood, stand = spans_of(row), [(s.start_char, s.end_char, s.label_) for s in doc.spans["sc"]]
                assert len(stood) == len(stand)
                assert all(a[0] <= b[0] and b[1] <= a[1] and a[2] == b[2] for a, b in zip(stand, stood))
                moved += sum(a != b for a, b in zip(stand, stood))
                apart += len(stand) - len(doc.ents)
                assert {(e.start_char, e.end_char, e.label_) for e in doc.ents} <= set(stand)
    assert left_out.get("spans moved out to whole tokens", 0) == moved
    assert left_out["spans that overlap longer ones: in doc.spans, not in doc.ents"] == apart > 0


def test_rows_without_a_place_are_counted_by_reason(build, exported):
    folder, done = exported
    kinds = Counter((row["task"], row["type"]) for split in build for row in build[split])
    asked = sum(row["corpus"] == "i2b2-2008-obesity" for split in build for row in build[split])
    assert {reason: count for reason, count in done.left_out.items() if reason.startswith("rows: ")} == {
        "rows: each asks a question of its own, so that its options are no categories": asked,
        **{f"rows: {task} as {type} has no place in a Doc": kinds[task, type]
           for task, type in (("re", "relation_triples"), ("re", "multiple_choice"), ("qa", "multiple_choice"))},
    }  # fmt: skip
    assert json.loads((folder / "LEFT_OUT.json").read_text()) == done.left_out
    total = sum(len(read(folder, split)) for split in build)
    assert total + sum(n for reason, n in done.left_out.items() if reason.startswith("rows: ")) == sum(kinds.values())


def test_spacy_trains_on_it(exported):
    """Its own reader takes the folder as it is, and a named entity recognizer learns a step from it."""
    from spacy.training import Corpus

    nlp = spacy.blank("en")
    examples = list(Corpus(exported[0] / "train")(nlp))
    assert len(examples) > 10
    nlp.add_pipe("ner")
    nlp.initialize(lambda: examples)
    assert "Chemical" in nlp.get_pipe("ner").labels
    assert nlp.update(examples)["ner"] > 0


def test_terms_go_along_and_the_command_says_what_is_left_out(build, exported, tmp_path):
    folder, done = exported
    assert {"ATTRIBUTION.md", "TERMS.json", "LEFT_OUT.json"} <= {path.name for path in done.files}
    assert set(json.loads((folder / "TERMS.json").read_text())["corpora"]) == set(build.manifest["corpora"])
    result = CliRunner().invoke(app, ["export", str(build.folder), "--as", "spacy", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert all(f"{count:,} {reason}" in result.output for reason, count in done.left_out.items())


def test_long_splits_are_several_files(build, tmp_path, monkeypatch):
    monkeypatch.setattr(docs, "DOCS_PER_FILE", 7)
    exporter.export(build, "spacy", tmp_path / "out")
    files = sorted((tmp_path / "out" / "train").glob("*.spacy"))
    sizes = [len(DocBin().from_disk(file)) for file in files]
    assert len(files) > 3
    assert set(sizes[:-1]) == {7}


@st.composite
def rows(draw):
    text = draw(st.text(min_size=1, max_size=40))
    places = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=5))
    spans = [{"label": "A", "pieces": [sorted(at)]} for at in places if at[0] != at[1]]
    example = load("span_extraction").question(text=text, labels=("A",))
    gold = load("span_extraction").gold.model_validate({"spans": spans})
    return {
        "id": "x", "license": "mit", "document": "d", "type": "span_extraction", "task": "ner",
        "language": draw(st.sampled_from(["en", "es", "tlh"])),
        "example": example.model_dump_json(), "gold": gold.model_dump_json(), "meta": "{}",
    }  # fmt: skip


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(row=rows())
def test_any_text_with_any_spans_becomes_a_doc_and_comes_back(row):
    lost = Counter()
    doc = docs.to_doc(row, lost)
    (back,) = (
        DocBin()
        .from_bytes(DocBin(attrs=docs.ATTRIBUTES, docs=[doc], store_user_data=True).to_bytes())
        .get_docs(spacy.blank("xx").vocab)
    )
    example = load("span_extraction").read(row["example"], row["gold"])
    assert back.text == example.question.text.encode("utf-8", "replace").decode()
    assert [tuple(at) for at in back.user_data["medinstruct"]["spans"]] == spans_of(row)
    assert len(back.spans["sc"]) == len(spans_of(row))
    assert sum(len(ent) for ent in back.ents) <= len(back)
