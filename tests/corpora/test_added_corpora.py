"""ADE, AnEM, PGR, BC5CDR in BioC, NLI4CT of 2024, and releases that have one text in two dresses."""

import dataclasses
import shutil
from collections import Counter

import pytest

from medinstruct import corpora, tasks, testing
from medinstruct.corpora import coverage
from medinstruct.corpora.corpus import SAMPLES, count
from medinstruct.document import Document
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

SAMPLE = {
    "ade-corpus": {"train": (6, 9, 6)},
    "anem": {"train": (3, 11, 0), "test": (2, 3, 0)},
    "pgr": {"train": (3, 7, 4), "train-2019": (1, 2, 1), "test": (3, 8, 5)},
    "bc5cdr-bioc": {"train": (2, 9, 2), "dev": (1, 2, 0), "test": (1, 2, 1)},
}
"""Documents, mentions and relations of each split of each sample."""


def records(id: str, split: str, **options) -> list:
    corpus = corpora.load(id)
    return list(corpus.records(split, corpus.files(split, corpus.find(samples=True)), **options))


def example(id: str, task: str, split: str, number: int):
    """The example of this number that a task makes of a split of a sample, by sentence."""
    fact = corpora.load(id).tasks[task]
    view = tasks.load(tasks.types_for(fact)[0]).views[type(fact)]
    made = (thing for record in records(id, split) for thing in view(record, fact, windows(record, "sentence", 1500)))
    return [thing for thing in made if not isinstance(thing, Lost)][number]


@pytest.mark.parametrize("id", SAMPLE)
def test_a_sample_covers_every_split_and_label(id):
    read = {split: records(id, split) for split in corpora.load(id).splits}
    everything = [record for found in read.values() for record in found]
    found = {
        split: (len(r), sum(len(d.mentions) for d in r), sum(len(d.relations) for d in r)) for split, r in read.items()
    }

    assert not [record for record in everything if isinstance(record, Broken)]
    assert found == SAMPLE[id]
    assert len({record.id for record in everything}) == len(everything)
    assert coverage.asked(corpora.load(id)) <= set(coverage.annotated(everything)) | {"attributes:"}


@pytest.mark.parametrize("id", [*SAMPLE, "nli4ct-2024"])
def test_facts_and_sample_are_sound(id, monkeypatch):
    monkeypatch.delenv("MEDINSTRUCT_DATA", raising=False)
    monkeypatch.setenv("MEDINSTRUCT_CACHE", "/nonexistent")

    assert list(testing.check_corpora([id])) == []


def test_an_effect_is_found_where_all_its_offsets_agree():
    """The second keltin, since the offsets of the abstract leave no other beginning of the sentence."""
    first = records("ade-corpus", "train")[1]
    asked = example("ade-corpus", "ner", "train", 1)

    assert first.text == "After the second cup of keltin tea, keltin was blamed for her green teeth."
    assert [(m.text, m.spans) for m in first.mentions] == [("green teeth", ((62, 73),)), ("keltin", ((36, 42),))]
    assert [(span.label, span.pieces) for span in asked.gold.spans] == [
        ("Drug with an adverse effect", ((36, 42),)),
        ("Adverse drug event", ((62, 73),)),
    ]


def test_one_drug_has_an_effect_and_a_dose():
    asked = records("ade-corpus", "train")[2]

    assert [m.types for m in asked.mentions if m.text == "brenidine"] == [("Drug", "Dosed-Drug")]
    assert Counter(relation.type for relation in asked.relations) == {"DRUG-AE": 2, "DRUG-DOSE": 1}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1|Zorb hiccups.|hiccups|5|12|Zorb|100|104\n", "0 beginnings of the sentence agree"),
        ("1|zorb zorb|zorb|5|9|zorb|5|9\n", "2 beginnings of the sentence agree"),
        ("1|Zorb hiccups.|hiccups|five|12|Zorb|0|4\n", "an offset is no number"),
        ("1|Zorb hiccups.|hiccups\n", "3 cells where there are 8 columns"),
    ],
)
def test_a_row_that_cannot_be_placed_is_broken(row, told):
    [broken] = corpora.load("ade-corpus").records("train", [File("DRUG-AE.rel", row.encode())])

    assert told in broken.reason


def test_a_negative_sentence_may_hold_the_word_that_marks_it():
    last = records("ade-corpus", "train")[3]

    assert (last.id, last.labels) == ("96100001-3", ("NEG",))
    assert last.text == "Bees were kept at a distance during the NEG phase of the trial."


def test_what_people_said_of_a_pair_goes_before_what_the_database_did():
    """`FALSE` and incorrect is a relation; pairs that no row or two rows tell of are not asked."""
    found = {record.text[:5]: [relation.type for relation in record.relations] for record in records("pgr", "test")}

    assert found == {"TMR3 ": ["True", "False"], "No tr": ["True"], "Deaf ": ["False", "unlisted"]}


def test_entities_of_html_become_characters_and_mentions_move():
    *_, last = records("pgr", "train")

    assert last.text == 'In "keltin dwarfism", DRN7 is lost & its copy is not.'
    assert [mention.text for mention in last.mentions] == ["DRN7", "dwarfism"]
    assert "&quot;" in records("pgr", "train", as_published=True)[-1].text


def test_tokens_that_touched_touch_again():
    assert [record.text for record in records("anem", "train")][1].startswith("Beta-cells of the nervous system.\n")
    asked = example("anem", "ner", "test", 2)

    assert [(span.label, span.pieces) for span in asked.gold.spans] == [("Organ", ((0, 5),)), ("Cell", ((6, 11),))]


def test_parts_of_a_composite_are_apart_from_it():
    first = records("bc5cdr-bioc", "train")[0]

    assert [(m.types[0], m.text) for m in first.mentions] == [
        ("Chemical", "Velotrine"),
        ("Chemical", "velotrine"),
        ("Disease", "left and/or right deafness"),
        ("IndividualDisease", "left deafness"),
        ("IndividualDisease", "right deafness"),
    ]
    assert [str(concept) for concept in first.mentions[2].concepts] == ["MESH:D991001", "MESH:D991002"]


def test_a_changed_statement_names_the_one_it_was_made_from():
    first, second, *others = records("nli4ct-2024", "test")

    assert "origin" not in first.facts
    assert (second.facts["intervention"], second.facts["outcome"], second.facts["origin"]) == (
        "Paraphrase",
        "Preserving",
        first.id,
    )
    assert {item.facts["outcome"] for item in others} == {"Preserving", "Altering"}


def test_novelty_of_a_relation_is_asked_by_itself():
    document = next(record for record in records("biored", "train") if any(r.type == "Novel" for r in record.relations))
    pairs = [[a.ref for a in relation.arguments] for relation in document.relations]

    assert len(document.relations) % 2 == 0
    assert pairs[: len(pairs) // 2] == pairs[len(pairs) // 2 :]


# Checks of claims


@pytest.fixture
def gad(tmp_path, monkeypatch):
    """GAD with its sample as its data."""
    folder = tmp_path / "gad"
    shutil.copytree(SAMPLES / "gad", folder)
    corpus = dataclasses.replace(
        corpora.load("gad"), splits={"train": dataclasses.replace(corpora.load("gad").splits["train"], counts={})}
    )

    def check(**changes) -> list[tuple[str, str]]:
        changed = dataclasses.replace(corpus, **changes)
        monkeypatch.setattr(corpora, "load", lambda id: changed)
        return [(finding.code, finding.what) for finding in testing.check_corpora(["gad"], tmp_path)]

    return check


def test_a_claim_of_other_files_is_contradicted(gad):
    from medinstruct.corpora.corpus import fingerprint

    right = fingerprint(corpora.load("gad").files("train", SAMPLES / "gad"))

    assert gad(verified={"train": right}) == []
    assert gad(verified={"train": "0" * 16}) == [
        ("C109", f"train: other files ({right}) than those that were read ({'0' * 16})")
    ]


def test_a_claim_about_no_split_is_a_finding(gad):
    assert gad(verified={"dev": "0" * 16}) == [("C101", "`verified` names 'dev', which is no split")]


def test_a_definition_of_no_label_is_a_finding(gad):
    """A question shows definitions by the words that it offers; one of another word would never be seen."""
    label = corpora.load("gad").tasks["re"].labels["1"]

    assert gad(verified={}, definitions={label: "the two are linked"}) == []
    [(code, what)] = gad(verified={}, definitions={label.upper(): "the two are linked"})
    assert (code, what.partition(";")[0]) == (
        "C101", f"`definitions` explains {label.upper()!r}, for which no task asks"
    )  # fmt: skip


def test_an_answer_withheld_from_no_task_is_a_finding(gad):
    """With a slip there, what is not annotated would be asked as if nothing were to be found."""
    split = dataclasses.replace(corpora.load("gad").splits["train"], counts={}, withheld=("er",))

    assert gad(verified={}, splits={"train": split}) == [
        ("C101", "`splits['train'].withheld` names 'er', which is no task; there is re")
    ]


def test_what_is_annotated_and_neither_asked_nor_left_out_is_told(gad):
    fact = corpora.load("gad").tasks["re"]
    less = {"re": dataclasses.replace(fact, labels={"1": fact.labels["1"]}, negative="")}

    assert gad(verified={}, tasks=less) == [("C110", "labels:0 (2)")]
    assert gad(verified={}, tasks=less, left_out={"labels:0": "it says nothing"}) == []


def test_files_that_cannot_be_read_name_their_corpus(gad, tmp_path):
    (tmp_path / "gad" / "more.zip").write_bytes(b"PK\x03\x04 cut off")

    [(code, what)] = gad(verified={})

    assert (code, what.startswith("gad/more.zip: cannot be unpacked")) == ("C108", True)


def test_a_template_for_a_corpus_that_nobody_knows_is_a_finding(tmp_path, monkeypatch):
    from medinstruct import shelf

    text = next(
        entry for name, entry in shelf.entries("templates").items() if name == "span_extraction/bulleted"
    ).text()
    (tmp_path / "templates/span_extraction").mkdir(parents=True)
    (tmp_path / "templates/span_extraction/mine.jinja").write_text(
        text.replace("---\n", "---\ncorpora: [gda, gad]\n", 1)
    )
    monkeypatch.setattr(shelf, "_user_shelves", [])
    shelf.add(tmp_path)

    [finding] = testing.check_templates(["span_extraction/mine"])
    shelf.entries.cache_clear()

    assert (finding.code, finding.what) == (
        "T103",
        "corpora: no corpus 'gda'; did you mean gad? (medinstruct ls corpora)",
    )


@pytest.mark.real
def test_all_that_was_verified_is_claimed():
    """Every split whose files are here, and no other."""
    from pathlib import Path

    data = Path(__file__).parents[3] / "shared" / "corpora"
    if not data.is_dir():
        pytest.skip(f"there is no {data}")

    for id in corpora.names():
        corpus = corpora.load(id)
        if corpus.home != SAMPLES.parent:
            continue
        folder = corpus.find(data)
        assert set(corpus.verified) == set(corpus.present(folder) if folder else ()), id


def test_a_document_is_counted_by_what_it_has():
    counts = count(iter(records("ade-corpus", "train")))

    assert isinstance(records("ade-corpus", "train")[0], Document)
    assert (counts["labels:AE"], counts["labels:NEG"], counts["relations:DRUG-AE"]) == (3, 3, 5)
