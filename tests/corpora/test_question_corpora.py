"""Corpora of questions, sentence classes, pairs and texts to write: what their samples hold, and the traps of their releases."""

import io
import itertools
import json
import os
import re
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from medinstruct import corpora, source, tasks, testing
from medinstruct.corpora import medical_meadow_small, medquad, pubmedqa
from medinstruct.corpora.corpus import count
from medinstruct.document import Document
from medinstruct.errors import FormatError
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared" / "corpora")
FOLDERS = {"head-qa-en": "head-qa"}
"""Corpora whose files stand in the folder of another."""

SAMPLE = {
    "aci-bench": {"train": 1, "valid": 1, "test1": 1, "test2": 1, "test3": 1},
    "bioasq-11b": {"train": 2, "test": 4},
    "biosses": {"train": 2, "dev": 1, "test": 2},
    "covid-qa": {"train": 4},
    "head-qa": {"train": 2, "dev": 2, "test": 2},
    "head-qa-en": {"train": 1, "dev": 1, "test": 2},
    "medical-meadow-small": {"train": 5},
    "medication-qa": {"train": 26},
    "medinstruct": {"train": 2, "seed": 2, "test": 1},
    "mediqa2021": {"qs-validation": 1, "mas-validation": 1, "qs-test": 1, "mas-test": 2},
    "medqa-us": {"train": 2, "dev": 1, "test": 1},
    "medquad": {"train": 6},
    "meqsum": {"train": 3},
    "mmlu-med": {"dev": 2, "val": 2, "test": 2},
    "mts-dialog": {"train": 20, "valid": 1, "test1": 1, "test2": 1},
    "nicta-piboso": {"train": 2, "dev": 1, "test": 1},
    "nli4ct": {"train": 2, "dev": 1, "test": 2},
    "ohsumed23": {"training": 23, "test": 2},
    "pubmedqa": {"train": 3, "dev": 1, "test": 2},
    "rqe-amia2016": {"train": 3, "test": 3},
}
"""Records of each split of each sample."""


def records(id: str, split: str, **options) -> list:
    corpus = corpora.load(id)
    return list(corpus.records(split, corpus.files(split, corpus.find(samples=True)), **options))


def examples(id: str, task: str, split: str) -> list:
    fact = corpora.load(id).tasks[task]
    view = tasks.load(tasks.types_for(fact)[0]).views[type(fact)]
    made = (thing for record in records(id, split) for thing in view(record, fact, windows(record, "document", 1500)))
    return [thing for thing in made if not isinstance(thing, Lost)]


@pytest.mark.parametrize("id", SAMPLE)
def test_a_sample_covers_every_split(id):
    read = {split: records(id, split) for split in corpora.load(id).splits}

    assert {split: len(found) for split, found in read.items()} == SAMPLE[id]
    assert not [record for found in read.values() for record in found if isinstance(record, Broken)]


@pytest.mark.parametrize("id", SAMPLE)
def test_no_two_records_of_a_sample_have_one_id(id):
    """A recipe may take all splits, and rows are named by corpus and record."""
    found = [record.id for split in SAMPLE[id] for record in records(id, split)]

    assert len(found) == len(set(found))


CLASSIFICATIONS = [
    (id, fact) for id in SAMPLE for fact in corpora.load(id).tasks.values() if isinstance(fact, tasks.Labels)
]


@pytest.mark.parametrize("id, fact", CLASSIFICATIONS, ids=lambda value: str(value)[:20])
def test_a_sample_covers_every_label(id, fact):
    found = Counter()
    for split in SAMPLE[id]:
        for record in records(id, split):
            parts = record.passages if isinstance(record, Document) and record.passages else (record,)
            found.update(label for part in parts for label in part.labels)

    assert set(found) == set(fact.labels)


GOLDEN = [
    (
        "nicta-piboso", "dc", "train", 2,
        {
            "texts": {"text": "Each was given 2.5 mg of velotrine or a tablet of sugar for six weeks ."},
            "options": ["Population", "Intervention", "Background", "Outcome", "Study design", "Other"],
            "question": "What does this sentence of an abstract tell about?",
        },
        {"choices": [1]},
    ),
    (
        "nli4ct", "nli", "train", 1,
        {
            "texts": {
                "premise": "Primary trial, Eligibility:\nInclusion Criteria:\n  Women of 18 years or older\n  Lump of the breast of at most 3 cm\n"
                "Exclusion Criteria:\n  Zorb fever within the last year\n\n"
                "Secondary trial, Eligibility:\nInclusion Criteria:\n  Men or women of 40 years or older\nExclusion Criteria:\n  Fear of water",
                "hypothesis": "Men may take part in both the primary trial and the secondary trial.",
            },
            "options": ["entailment", "contradiction"],
            "question": "Does the premise, taken from reports of clinical trials, entail the hypothesis or contradict it?",
        },
        {"choices": [1]},
    ),
    (
        "rqe-amia2016", "nli", "train", 1,
        {
            "texts": {
                "premise": "How should I treat zorb fever in a boy of 14 who cannot swallow tablets?",
                "hypothesis": "Is velotrine < 5 mg safe in pregnancy & after?",
            },
            "options": ["entailment", "not entailment"],
            "question": "Does the first question entail the second, so that every answer to the second answers the first at least in part?",
        },
        {"choices": [1]},
    ),
    (
        "pubmedqa", "qa", "dev", 0,
        {
            "texts": {
                "context": "We followed 31 people with a blue tongue for a year. "
                "All tongues were pink again within a week of giving up boiled sweets."
            },
            "options": ["yes", "no", "maybe"],
            "question": "Should a blue tongue be biopsied?",
        },
        {"choices": [1]},
    ),
    (
        "pubmedqa", "qa-long", "train", 0,
        {
            "texts": {
                "context": "Zorb fever lasts for weeks. Velotrine is cheap and was never tried.\n"
                "Forty adults took velotrine or sugar. Fever ended after 6 and after 19 days."
            },
            "instruction": "Does velotrine shorten zorb fever?",
            "kind": "Answer the question with the conclusion that the abstract allows.",
        },
        {"references": ["Velotrine makes zorb fever shorter by about two weeks."]},
    ),
    (
        "bioasq-11b", "qa", "test", 0,
        {
            "texts": {"snippets": "The Lind sign was positive in 4 children, none of whom had Lind's disease."},
            "options": ["yes", "no"],
            "question": "Does the Lind sign tell who has Lind's disease?",
        },
        {"choices": [1]},
    ),
    (
        "bioasq-11b", "qa-long", "train", 1,
        {
            "texts": {"snippets": "Zorb fever runs in families of the Orlin valley, and its cause is unknown."},
            "instruction": "What is known of the cause of zorb fever?",
            "kind": "Answer the question in a few sentences, from what the snippets say.",
        },
        {
            "references": [
                "The cause of zorb fever is unknown; it runs in families.",
                "Zorb fever runs in families, but no cause has been found.",
            ]
        },
    ),
    (
        "medqa-us", "qa", "dev", 0,
        {
            "texts": {},
            "options": ["The solar", "The stellar", "The lunar", "None of them"],
            "question": "Which bone of the Lindqvist triad touches the wrist?",
        },
        {"choices": [2]},
    ),
    (
        "mmlu-med", "qa", "val", 0,
        {
            "texts": {},
            "options": ["velotrine.", "warm baths, twice a day.", "boiled sweets.", "nothing at all."],
            "question": "Zorb fever, in adults, is treated with",
        },
        {"choices": [0]},
    ),
    (
        "biosses", "sts", "test", 0,
        {
            "texts": {
                "sentence1": 'Splenules keep fresh in Moravec fluid at 4 °C for 5" or more.',
                "sentence2": "Boiled sweets turn tongues blue.",
            },
            "low": 0.0,
            "high": 4.0,
            "meanings": [
                "on different topics",
                "not equivalent, but on the same topic",
                "not equivalent, but sharing some details",
                "roughly equivalent, but some important information differs or is missing",
                "completely or mostly equivalent",
            ],
        },
        {"score": 0.0},
    ),
    (
        "aci-bench", "sum", "valid", 0,
        {
            "texts": {
                "dialogue": "[doctor] this is a 54-year-old man with a blue tongue .\n[patient] it's the sweets , isn't it ?\n"
                "[doctor] i think so . let's give them up for a week ."
            },
            "kind": "Write the clinical note of this visit, section by section.",
        },
        {"references": ["ASSESSMENT\n\nBlue tongue, due to sweets.\n\nPLAN\n\nNo sweets for one week."]},
    ),
    (
        "mts-dialog", "sum", "train", 1,
        {
            "texts": {
                "dialogue": "Doctor: Is there zorb fever in the family?\nPatient: My uncle had it twice.\n"
                "Doctor: And what do you do?\nPatient: I row."
            },
            "kind": "Summarise the dialogue as the section of the clinical note that it is about.",
        },
        {"references": ["Her uncle had zorb fever twice.  She rows."]},
    ),
    (
        "meqsum", "sum", "train", 1,
        {
            "texts": {"question": "velotrine price.\n who makes velotrine i need it every day and it costs more and more"},
            "kind": "Summarise the message as one short question that keeps all that is needed to answer it.",
        },
        {"references": ["Who manufactures velotrine?"]},
    ),
    (
        "medquad", "qa", "train", 1,
        {"instruction": "What are the symptoms of Lind's Disease ?", "kind": "Answer the question for a patient."},
        {
            "references": [
                "Elbows are sore on waking.\n\nKnees are not:\n\n- neither the left\n- nor the right\n\nSleep is sound."
            ]
        },
    ),
    (
        "medical-meadow-small", "gen", "train", 1,
        {
            "instruction": "Who is at highest risk for Lind's disease ?",
            "kind": "Answer this question of a patient truthfully.",
        },
        {"references": ["Rowers."]},
    ),
    (
        "medication-qa", "qa", "train", 8,
        {"texts": {"question": "how much velotrine and when"}, "kind": "Answer the question about a medicine."},
        {"references": ["2.5 mg at\n\t1\tbreakfast or\n\t2\tdinner."]},
    ),
    (
        "covid-qa", "qa", "train", 3,
        {
            "texts": {"context": "Blue tongues in spring\nOrlin Office of Health\nTongues turn blue from boiled sweets."},
            "instruction": "What turns tongues blue?",
            "kind": "Answer the question with the words of the article.",
        },
        {"references": ["boiled sweets"]},
    ),
    (
        "head-qa", "qa", "train", 0,
        {
            "texts": {},
            "options": ["El frío.", "El plomo.", "La luz.", "La lluvia.", "Nada."],
            "question": "¿Qué frena la brenasa inventada?",
        },
        {"choices": [1]},
    ),
    (
        "head-qa-en", "qa", "test", 0,
        {"texts": {}, "options": ["Pears", "Lead", "Nothing", "Smoke"], "question": "Moravec's fluid smells of:"},
        {"choices": [0]},
    ),
    (
        "mediqa2021", "sum-questions", "qs-validation", 0,
        {
            "texts": {
                "question": "Hello, since May my nails are green. I row every day and my uncle had zorb fever twice. What can I do?"
            },
            "kind": "Summarise the message as one short question that keeps all that is needed to answer it.",
        },
        {"references": ["How are green nails treated?"]},
    ),
    (
        "mediqa2021", "sum-answers", "mas-test", 0,
        {
            "texts": {
                "answer 1": "Boiled sweets turn tongues blue.",
                "answer 2": "A blue tongue is harmless. Give up sweets for a week.",
            },
            "instruction": "Why is my tongue blue?",
            "kind": "Summarise what the answers say to the question, in words of your own.",
        },
        {"references": ["Sweets colour the tongue, which does no harm."]},
    ),
    (
        "medinstruct", "gen", "train", 1,
        {
            "texts": {"input": "The patient, who rows, has had fever since May."},
            "instruction": "Shorten the note.",
        },
        {"references": ["Rower, fever since May."]},
    ),
]  # fmt: skip
"""Corpus, task, split, place of the example, its question and its gold."""


@pytest.mark.parametrize("id, task, split, place, question, gold", GOLDEN, ids=lambda value: str(value)[:20])
def test_an_example_is_what_its_record_says(id, task, split, place, question, gold):
    example = examples(id, task, split)[place]

    assert json.loads(example.question.model_dump_json(exclude_defaults=True)) == question
    assert json.loads(example.gold.model_dump_json(exclude_defaults=True)) == gold


def test_a_class_is_offered_among_all_others():
    """Corpora with twenty classes and more: the options are their words, in the corpus' own order."""
    mts, drugs, ohsumed = (
        examples(id, "dc", split)[place]
        for id, split, place in [("mts-dialog", "train", 13), ("medication-qa", "train", 19), ("ohsumed23", "test", 1)]
    )

    assert [(len(x.question.options), x.question.options[x.gold.choices[0]]) for x in (mts, drugs, ohsumed)] == [
        (20, "Emergency department course"),
        (25, "Stopping or tapering"),
        (23, "Pathological conditions, signs and symptoms"),
    ]
    assert ohsumed.question.texts["text"] == (
        "Fatigue of those who count sheep.\nOBJECTIVE--To count the counters.\nRESULTS--There were seven."
    )


def test_an_item_that_needs_an_image_is_kept_and_not_asked():
    (plain, imaged) = records("head-qa", "train")

    assert (plain.answers, imaged.answers) == ((1,), ())
    assert imaged.facts["image"].endswith("MIR-2031-img1.png")
    assert len(examples("head-qa", "qa", "train")) == 1


def test_the_two_languages_of_an_exam_have_one_identity():
    spanish, english = records("head-qa", "train")[0], records("head-qa-en", "train")[0]

    assert spanish.identities == english.identities == ("head-qa:Cuaderno_2031_1_B-1",)


def test_ids_that_start_anew_in_each_file_are_told_apart():
    assert [record.id for split in SAMPLE["mts-dialog"] for record in records("mts-dialog", split)][19:] == [
        "train-19", "valid-0", "test1-0", "test2-0"
    ]  # fmt: skip


def test_carriage_returns_inside_a_cell_are_line_breaks():
    (record,) = records("mts-dialog", "test2")

    assert record.texts["dialogue"] == "Doctor: No sweets for a week.\nPatient: Not one?\nDoctor: Not one."
    assert not any("\r" in record.texts["dialogue"] for record in records("mts-dialog", "train"))


def test_exact_answers_are_facts_and_snippets_stand_once():
    no, factoid, several, _ = records("bioasq-11b", "test")

    assert (no.labels, factoid.labels) == (("no",), ())
    assert factoid.facts == {"type": "factoid", "exact answer": "brenase / zorb synthase"}
    assert several.facts["exact answer"] == "lunar bone; solar bone; stellar bone"
    assert several.identities == ("pmid:97000005", "pmid:97000006")


def test_an_answer_is_taken_by_its_text_where_its_offset_is_off():
    """Offsets of the release skip a leading blank, or lie one too far to the left."""
    assert [record.references for record in records("covid-qa", "train")] == [
        ("19 days",), ("Velotrine",), ("Of 40 adults, none died.",), ("boiled sweets",)
    ]  # fmt: skip


def test_an_answer_that_is_not_in_its_article_is_none():
    article = {"paragraphs": [{"context": "Zorb fever.", "document_id": 1, "qas": [
        {"id": 1, "question": "What?", "answers": [{"text": "zorbinase", "answer_start": 0}]}
    ]}]}  # fmt: skip
    (item,) = corpora.load("covid-qa").read([File("x.json", json.dumps({"data": [article]}).encode())])

    assert item.references == ()


def test_an_article_has_the_names_that_stand_at_its_head():
    first, *_, last = records("covid-qa", "train")

    assert first.identities == ("pmcid:PMC96000001", "doi:10.99999/zorb.2031")
    assert last.identities == ()


def test_seeds_have_no_answer_and_tests_those_of_four_models():
    (seed, _), (asked,) = records("medinstruct", "seed"), records("medinstruct", "test")

    assert (seed.references, seed.texts, seed.facts["type"]) == ((), {}, "Open Q&A")
    assert asked.references[:2] == ("It may be zorb fever.", "Zorb fever, perhaps.")
    assert len(asked.references) == 4
    assert corpora.load("medinstruct").splits["seed"].withheld == ("gen",)


# Trials


def trial_zip(path: Path, **statements) -> Path:
    """An archive as the organisers pack it, on a Mac."""
    trial = {"Clinical Trial ID": "NCT99000001", "Results": ["Outcome:", "  Sleep"]}
    with zipfile.ZipFile(path / "Complete_dataset.zip", "w") as archive:
        archive.writestr("Complete_dataset/train.json", json.dumps(statements))
        archive.writestr("Complete_dataset/CT json/NCT99000001.json", json.dumps(trial))
        archive.writestr("__MACOSX/Complete_dataset/CT json/._NCT99000001.json", b"\x00\x05\x16\x07")
    return path


STATEMENT = {
    "Type": "Single",
    "Section_id": "Results",
    "Primary_id": "NCT99000001",
    "Statement": "All slept.",
    "Label": "Entailment",
}


def test_what_a_mac_puts_beside_a_trial_is_not_read(tmp_path):
    corpus = corpora.load("nli4ct")
    trial_zip(tmp_path, a=STATEMENT)

    (item,) = corpus.records("train", corpus.files("train", tmp_path))

    assert item.texts["premise"] == "Primary trial, Results:\nOutcome:\n  Sleep"
    assert item.identities == ("nct:NCT99000001:Results",)


def test_a_statement_about_a_trial_that_is_not_there_is_broken(tmp_path):
    corpus = corpora.load("nli4ct")
    trial_zip(tmp_path, a=STATEMENT, b=STATEMENT | {"Primary_id": "NCT99000009"})

    good, bad = corpus.records("train", corpus.files("train", tmp_path))

    assert good.id == "a"
    assert isinstance(bad, Broken)
    assert bad.reason.startswith("nothing is called 'NCT99000009' here")


# Splits that are told by ids


ROW = {"QUESTION": "Why?", "CONTEXTS": ["So."], "LABELS": ["RESULTS"], "final_decision": "no", "LONG_ANSWER": "No."}


def parts_of(*files: File) -> dict[str, list[str]]:
    splits = corpora.load("pubmedqa").splits
    return {part: [record.id for record in pubmedqa.read(files, part=part)] for part in splits}


def test_blurbs_dev_is_known_where_its_file_is_not():
    known = pubmedqa.FOLD_0.split()[0]
    items = File(pubmedqa.ITEMS, json.dumps(dict.fromkeys(("98000001", known, "98000002"), ROW)).encode())
    test = File(pubmedqa.TEST, b'{"98000002": "no"}')

    assert parts_of(items, test) == {"train": ["98000001"], "dev": [known], "test": ["98000002"]}
    assert parts_of(items, test, File(f"pqal_fold0/{pubmedqa.DEV}", b'{"98000001": {}}')) == {
        "train": [known], "dev": ["98000001"], "test": ["98000002"]
    }  # fmt: skip


def test_items_are_not_read_without_the_list_of_test():
    """What is not listed would be taken for train."""
    items = File(pubmedqa.ITEMS, json.dumps({"98000001": ROW}).encode())

    (broken,) = pubmedqa.read([items], part="train")

    assert isinstance(broken, Broken)
    with pytest.raises(FormatError, match="the file is cut off"):
        list(pubmedqa.read([items, File(pubmedqa.TEST, b'{"98000001": "no", "9800')], part="train"))


@pytest.mark.parametrize("lists", [(), ("dev",), ("test",)])
@pytest.mark.parametrize("part", ["train", "dev", "test"])
def test_abstracts_of_hallmarks_are_not_read_without_both_lists(part, lists):
    """The release has no split: without a list its abstracts would be train, and its own part as well."""
    corpus = corpora.load("hoc")
    files = corpus.files(part, corpus.find(samples=True))

    (broken,) = corpus.records(part, [file for file in files if file.suffix != ".tsv" or file.stem in lists])

    assert isinstance(broken, Broken)
    assert broken.reason.startswith(f"there is no {'test' if 'dev' in lists else 'dev'}.tsv")


# Answers that are mended, or are none


def test_an_answer_that_was_removed_is_none():
    asked = {record.id: record for record in records("medquad", "train")}

    assert asked["MPlusHerbsSupplements-0000002-1"].references == ()
    assert len(examples("medquad", "qa", "train")) == 5


def test_line_breaks_are_found_as_by_the_plain_pattern():
    plain = re.compile(r"[ \t]*\n[ \t]*|[ \t]{3,}|[ \t]{2,}(?=- )")

    for length in range(8):
        for signs in itertools.product(" \t\n-x" if length < 6 else " \n-", repeat=length):
            text = "".join(signs)
            assert medquad.BREAK.sub("|", text) == plain.sub("|", text), repr(text)


def test_all_dialects_of_a_page_are_read():
    assert {record.id: record.facts["focus"] for record in records("medquad", "train")} == {
        "MPlusHerbsSupplements-0000002-1": "Orlin root",
        "MPlusHealthTopics-0000001-1": "Zorb Fever",
        "NIDDK-0000001-1": "Lind's Disease",
        "NIDDK-0000001-2": "Lind's Disease",
        "NINDS-0000007-1": "Moravec",
        "CDC-0000397-1": "Worms - Orlin",
    }


def test_runs_of_blanks_become_the_line_breaks_that_they_stand_for():
    folded, published = (records("medquad", "train", as_published=flag)[1] for flag in (False, True))

    assert folded.references == (
        "Zorb fever is a fever of the Orlin valley. Nails turn green, and nobody knows why.\n"
        "It is treated with\n- velotrine\n- warm baths",
    )
    assert folded.notes
    assert "with       - velotrine    - warm" in published.references[0]


def test_a_long_run_of_blanks_is_folded_in_linear_time():
    start = time.perf_counter()
    medquad.BREAK.sub("\n", (" " * 200_000 + "x") * 3)

    assert time.perf_counter() - start < 5


def test_questions_that_nobody_can_answer_are_not_asked():
    rows = [{"instruction": "", "input": f"What causes {n}?", "output": "Sweets."} for n in range(4_830)]
    corpus, file = corpora.load("medical-meadow-small"), File("x.json", json.dumps(rows).encode())

    found = list(corpus.records("train", [file]))

    assert [found[n].references for n in (72, 73, 4_811, 4_812, 4_822, 4_829)] == [
        ("Sweets.",), (), ("Sweets.",), (), ("Sweets.",), ("Sweets.",)
    ]  # fmt: skip
    assert found[4_812].notes == ("the page is help for WikiDoc's editors, or an empty form",)
    assert all(item.references for item in corpus.records("train", [file], as_published=True))


def test_numbers_of_places_are_ranges_or_single():
    assert list(medical_meadow_small.places(" 73 135-137\n163 ")) == ["73", "135", "136", "137", "163"]


def test_a_question_made_from_an_address_is_decoded():
    _, _, ball, hospitals, _ = records("medical-meadow-small", "train")

    assert ball.question == "What to expect if I have Båll syndrome  (Outlook/Prognosis)?"
    assert hospitals.references == ()


def test_a_question_whose_answers_are_missing_is_broken():
    corpus = corpora.load("mediqa2021")
    files = [
        File("X_ShortQuestions.txt", b"1||Why?\r\n2||Where?\r\n"),
        File("X_MultiAbstrativeSummaries.txt", b"1||So.\r\n2||There."),
        File("X_MultiExtractiveSummaries.txt", b"1||So it is.\r\n2||It is there."),
    ]

    found = list(corpus.read(files, task=2))

    assert [str(broken.place) for broken in found if isinstance(broken, Broken)] == [
        "X_ShortQuestions.txt:1", "X_ShortQuestions.txt:2"
    ]  # fmt: skip


# The releases themselves


def release(id: str) -> Path:
    folder = DATA / FOLDERS.get(id, id)
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return folder


@pytest.mark.real
@pytest.mark.parametrize("id", SAMPLE)
def test_a_release_holds_what_is_expected(id):
    corpus, folder = corpora.load(id), release(id)

    found = list(testing._release(corpus, folder))

    assert corpus.present(folder)
    assert found == []


@pytest.mark.real
@pytest.mark.parametrize(
    "id, answered",
    [("medquad", 3547), ("medical-meadow-small", 5729), ("head-qa", 2589), ("covid-qa", 1380), ("medication-qa", 690)],
)
def test_so_many_questions_of_train_have_an_answer(id, answered):
    corpus, folder = corpora.load(id), release(id)
    found = corpus.records("train", corpus.files("train", folder))

    assert sum(bool(record.references or record.answers) for record in found) == answered


@pytest.mark.real
def test_test_items_are_those_of_the_list_and_no_others():
    """The two parts of PubMedQA that BLURB trains on share no id with its test."""
    corpus, folder = corpora.load("pubmedqa"), release("pubmedqa")
    read = {part: corpus.records(part, corpus.files(part, folder)) for part in corpus.splits}
    ids = {part: {record.id for record in found} for part, found in read.items()}

    (listed,) = source.select(folder, [pubmedqa.TEST])
    assert ids["test"] == set(json.load(io.BytesIO(listed.data)))
    assert ids["dev"] == set(pubmedqa.FOLD_0.split())
    assert len(ids["train"] | ids["dev"] | ids["test"]) == 1000


@pytest.mark.real
def test_a_count_of_labels_is_that_of_the_papers():
    corpus, folder = corpora.load("nicta-piboso"), release("nicta-piboso")
    found = (
        label
        for split in corpus.splits
        for record in corpus.records(split, corpus.files(split, folder))
        for passage in record.passages
        for label in passage.labels
    )

    assert Counter(found) == {
        "background": 2548, "intervention": 354, "other": 1553, "outcome": 4523, "population": 681, "study design": 112
    }  # fmt: skip


def test_counts_of_a_sample_are_items_and_labels():
    """The golden summary of one sample: what `check` counts."""
    counted = {split: dict(count(iter(records("rqe-amia2016", split)))) for split in SAMPLE["rqe-amia2016"]}

    assert counted == {
        "train": {"items": 3, "labels:true": 2, "labels:false": 1},
        "test": {"items": 3, "labels:false": 2, "labels:true": 1},
    }
