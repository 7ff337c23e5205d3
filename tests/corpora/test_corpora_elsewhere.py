"""Corpora whose files everybody has to fetch: what their samples hold, and the traps of their layouts."""

import io
import os
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medinstruct import corpora, tasks, testing
from medinstruct.document import Document
from medinstruct.formats.draft import Broken
from medinstruct.source import File
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared" / "corpora")

SAMPLE = {
    "bc4chemd": {"training": 2, "development": 1, "evaluation": 1},
    "bioasq-7b": {"train": 2, "dev": 1, "test": 2},
    "bioinstruct": {"train": 4},
    "bionli": {"train": 4, "dev": 5, "test": 7},
    "cdsr": {"train": 2, "val": 1, "test": 1},
    "czi-drsm": {"drsm": 6, "qol": 4, "nhs": 4},
    "genia-term": {"train": 3},
    "healthcaremagic-100k": {"train": 3},
    "mtsamples": {"train": 15},
    "multinli": {"train": 3, "dev-matched": 2, "dev-mismatched": 1, "test-matched": 1, "test-mismatched": 1},
    "pico-data": {"train": 2, "dev": 1, "test": 1, "acl17-test": 2},
    "pmc-llama-instructions": {"train": 8},
    "pubmed-pico": {"train": 2, "dev": 1, "test": 1},
    "pubmed-sum": {"train": 2, "val": 1, "test": 1},
    "snli": {"train": 3, "dev": 2, "test": 1},
    "sts-b": {"train": 3, "dev": 1, "test": 2},
    "tmvar": {"train": 2, "test": 1},
    "trialstop": {"train": 9},
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


def read(id: str, split: str, *files: tuple[str, str | bytes], **options) -> list:
    made = [File(name, data.encode() if isinstance(data, str) else data) for name, data in files]
    return list(corpora.load(id).records(split, made, **options))


# Samples


@pytest.mark.parametrize("id", SAMPLE)
def test_a_sample_covers_every_split(id):
    found = {split: records(id, split) for split in corpora.load(id).splits}

    assert {split: len(each) for split, each in found.items()} == SAMPLE[id]
    assert not [record for each in found.values() for record in each if isinstance(record, Broken)]


@pytest.mark.parametrize("id", SAMPLE)
def test_no_two_records_of_a_sample_have_one_id(id):
    """A recipe may take all splits, and rows are named by corpus and record."""
    found = [record.id for split in SAMPLE[id] for record in records(id, split)]

    assert len(found) == len(set(found))


LABELLED = [
    (id, name)
    for id in SAMPLE
    for name, fact in corpora.load(id).tasks.items()
    if isinstance(fact, tasks.Labels | tasks.Spans)
]


@pytest.mark.parametrize("id, task", LABELLED)
def test_a_sample_covers_every_label(id, task):
    found = Counter()
    for split in SAMPLE[id]:
        for record in records(id, split):
            found.update(record.labels)
            if isinstance(record, Document):
                found.update(label for passage in record.passages for label in passage.labels)
                found.update(type for mention in record.mentions for type in mention.types)

    assert set(corpora.load(id).tasks[task].labels) - set(found) == set()


GOLDEN = [
    (
        "bc4chemd", "ner", "evaluation", 1,
        {
            "text": "Brenase inhibitors from the bark of the linden. Lindenic acid (1) and its methyl ester (2) slowed brenase; "
            "C9H10O3 did not. Both are lindenoids.",
            "labels": ("Chemical",),
        },
        [("Chemical", 48, 61), ("Chemical", 74, 86), ("Chemical", 107, 114), ("Chemical", 133, 143)],
    ),
    (
        "bc4chemd", "ner-kind", "development", 1,
        {
            "text": "2- and 3-methylorlin taste of smoke. Ten tasters told 2- and 3-methylorlin from orlin. "
            "3-Methylorlin was the stronger (p<0.05).",
            "labels": (
                "Chemical abbreviation", "Chemical family", "Chemical formula", "Chemical identifier", "Several chemicals",
                "Systematic chemical name", "Trivial chemical name",
            ),
        },
        [("Several chemicals", 0, 20), ("Several chemicals", 54, 74), ("Trivial chemical name", 80, 85),
         ("Systematic chemical name", 87, 100)],
    ),
    (
        "bioasq-7b", "qa", "train", 2,
        {
            "texts": {"snippets": "Moravec syndrome is an inherited skin disease."},
            "options": ("yes", "no"),
            "question": "Is Moravec syndrome inherited?",
        },
        {"choices": (0,)},
    ),
    (
        "bioasq-7b", "qa-long", "test", 2,
        {
            "texts": {"snippets": "Humming is not rest."},
            "instruction": "Is humming a rest for the voice?",
            "kind": "Answer the question in a few sentences, from what the snippets say.",
        },
        {"references": ("No.",)},
    ),
    (
        "bioinstruct", "gen", "train", 4,
        {"texts": {"input": "The baker was given velotrine for loose marbles."}, "instruction": "Say which drug the sentence names."},
        {"references": ("Velotrine",)},
    ),
    (
        "bionli", "nli", "dev", 5,
        {
            "texts": {
                "premise": "KLX2 was silenced in 14 mice. Their brenase was measured on day 3.",
                "hypothesis": "We conclude that KLX2 was needed for brenase on day 3.",
            },
            "options": ("entailment", "not entailment"),
            "question": "Does the hypothesis follow from the premise?",
        },
        {"choices": (0,)},
    ),
    (
        "cdsr", "sum", "val", 1,
        {
            "texts": {"abstract": "Objectives To assess oat soup after tonsillectomy. Main results No trial was found."},
            "kind": "Rewrite the abstract of this review as a summary in plain language.",
        },
        {"references": ("Oat soup after the tonsils are out. We found no study, so that we do not know.",)},
    ),
    (
        "czi-drsm", "dc", "drsm", 6,
        {
            "texts": {
                "title": "Signs of Moravec syndrome in three sisters.",
                "abstract": 'The oldest walked late. Their hands were "like bark".',
            },
            "options": (
                "Clinical characteristics or disease pathology", "Therapeutics in the clinic", "Disease mechanism",
                "Patient-based therapeutics", "Other", "Irrelevant",
            ),
            "question": "What kind of research does the article report?",
        },
        {"choices": (0,)},
    ),
    (
        "czi-drsm", "dc-quality-of-life", "qol", 4,
        {
            "texts": {"title": "A letter on Moravec syndrome.", "abstract": "We thank the authors."},
            "options": (
                "Not a primary experimental study in rare disease", "Does not investigate quality of life directly",
                "Investigates quality of life, not as its main contribution", "Its main contribution is on quality of life",
            ),
            "question": "Does the article study quality of life?",
        },
        {"choices": (0,)},
    ),
    (
        "czi-drsm", "dc-natural-history", "nhs", 4,
        {
            "texts": {"title": "On naming syndromes.", "abstract": "An essay."},
            "options": (
                "Not a primary experimental study in rare disease", "Does not investigate natural history directly",
                "Has elements of a natural history, not as its main contribution",
                "Its main contribution is on the time course of a disease",
            ),
            "question": "Does the article study the natural history of a disease?",
        },
        {"choices": (0,)},
    ),
    (
        "genia-term", "ner", "train", 3,
        {
            "text": "Orlin gene expression in LND-4 cells. We found Orlin mRNA in resting or active marl cells (P < 0.01). "
            "The KLX2 gene and protein were silent.",
            "labels": ("Protein", "DNA", "RNA", "Cell line", "Cell type"),
        },
        [("Protein", 0, 5), ("DNA", 0, 10), ("Cell line", 25, 36), ("RNA", 47, 57), ("Cell type", 61, 89),
         ("DNA", 106, 127), ("Protein", 106, 127)],
    ),
    (
        "genia-term", "ner-other", "train", 3,
        {
            "text": "Orlin gene expression in LND-4 cells. We found Orlin mRNA in resting or active marl cells (P < 0.01). "
            "The KLX2 gene and protein were silent.",
            "labels": (
                "Amino acid", "Chemical", "Body part", "Carbohydrate", "Cellular component", "Lipid", "Organism",
                "Nucleic acid", "Peptide", "Tissue", "Virus",
            ),
        },
        [],
    ),
    (
        "healthcaremagic-100k", "gen", "train", 3,
        {
            "texts": {"input": "Hello doctor, my left thumb hums at night since I sleep in warm socks. Should I stop?"},
            "instruction": "As a doctor, answer what this patient asks.",
        },
        {
            "references": (
                "Hi, thank you for asking. Warm socks do not make a thumb hum. Please show the thumb to your own doctor if it goes on. "
                "Take care.",
            )
        },
    ),
    (
        "multinli", "nli", "dev-matched", 1,
        {
            "texts": {"premise": "The valley of Lind has three inns.", "hypothesis": "One can stay in Lind."},
            "options": ("entailment", "neutral", "contradiction"),
            "question": "Does the premise entail the hypothesis, contradict it, or neither?",
        },
        {"choices": (0,)},
    ),
    (
        "pico-data", "ner", "acl17-test", 2,
        {
            "text": "Letters to bakers.\n\nBakers above the age of 70 had a letter or none.\n\n\n",
            "labels": ("Participants",),
        },
        [("Participants", 20, 46)],
    ),
    (
        "pmc-llama-instructions", "gen", "train", 8,
        {
            "texts": {
                "input": "###Question: Which bone of the invented Lindqvist triad lies nearest to the wrist?\n"
                "###Options:\nA. Solar bone\nB. Lunar bone"
            },
            "instruction": "You are a doctor.\nName the right option and no more.",
        },
        {"references": ("###Answer: OPTION B IS CORRECT.",)},
    ),
    (
        "pubmed-pico", "dc", "test", 3,
        {
            "texts": {"text": "Forty choir singers with hoarseness ."},
            "options": ("Aim", "Participants", "Intervention", "Outcome", "Method", "Results", "Conclusion"),
            "question": "What does this sentence of an abstract tell about?",
        },
        {"choices": (1,)},
    ),
    (
        "pubmed-sum", "sum", "train", 2,
        {
            "texts": {
                "article": "introduction\nguards of the night shift sleep too little @xcite .\nwarm socks are cheap .\n\n"
                "methods\n48 guards wore warm or thin socks .\nlatency was modelled as @xmath0 .\n\n"
                "results\nsleep came 9 minutes earlier ( p < 0.05 ) ."
            },
            "kind": "Summarise the article as its abstract.",
        },
        {"references": ("warm socks were tried in 48 night guards . they slept 9 minutes earlier .",)},
    ),
    (
        "snli", "nli", "train", 3,
        {
            "texts": {"premise": "A baker in a red apron carries two loaves.", "hypothesis": "Someone carries bread."},
            "options": ("entailment", "neutral", "contradiction"),
            "question": "Does the premise entail the hypothesis, contradict it, or neither?",
        },
        {"choices": (0,)},
    ),
    (
        "sts-b", "sts", "dev", 1,
        {
            "texts": {"sentence1": "I would hum first.", "sentence2": "I would try soup before humming."},
            "low": 0.0,
            "high": 5.0,
            "meanings": (
                "on different topics", "on the same topic, but not equivalent", "not equivalent, but with some details in common",
                "roughly equivalent, but something important differs or is missing",
                "mostly equivalent, but some unimportant details differ", "equivalent: they mean the same",
            ),
        },
        {"score": 2.4},
    ),
    (
        "tmvar", "ner", "test", 1,
        {
            "text": "KLX2 and the Moravec syndrome. A deletion, 112delC, ends the protein at Gln40Ter. "
            "In the valley of Lind rs990002 was common.",
            "labels": ("DNA mutation", "Protein mutation", "SNP identifier"),
        },
        [("DNA mutation", 43, 50), ("Protein mutation", 72, 80), ("SNP identifier", 104, 112)],
    ),
    (
        "trialstop", "dc", "train", 9,
        {
            "texts": {"reason": "Only 3 of 60 bakers could be enrolled before the mill closed"},
            "options": (
                "Another study", "Business or administrative", "COVID-19", "Endpoint met", "Ethical reason", "Insufficient data",
                "Insufficient enrollment", "Interim analysis", "Invalid reason", "Logistics or resources",
                "Negative result (no efficacy, futility)", "No context", "Regulatory", "Safety or side effects", "Study design",
                "Study staff moved", "Success",
            ),
            "question": "Why was the clinical trial stopped?",
            "several": True,
        },
        {"choices": (6, 9)},
    ),
]  # fmt: skip
"""Corpus, task, split, how many examples, question and gold of the first; spans as label, start and end."""


@pytest.mark.parametrize(
    "id, task, split, number, question, gold", GOLDEN, ids=[f"{id}-{task}" for id, task, *_ in GOLDEN]
)
def test_the_first_example_of_a_sample(id, task, split, number, question, gold):
    found = examples(id, task, split)

    assert len(found) == number
    assert found[0].question.model_dump(exclude_defaults=True) == question
    if isinstance(gold, list):
        spans = found[0].gold.spans
        assert sorted((span.label, *piece) for span in spans for piece in span.pieces) == sorted(gold)
    else:
        assert found[0].gold.model_dump(exclude_defaults=True) == gold


def test_every_task_has_a_golden_example():
    """MTSamples has forty options; what is asked of it is held by a test of its own."""
    tasks_of = {(id, name) for id in SAMPLE for name in corpora.load(id).tasks}

    assert tasks_of - {(id, task) for id, task, *_ in GOLDEN} == {("mtsamples", "dc")}


# Traps of the layouts


def test_bioasq_questions_come_in_the_order_of_the_list():
    assert [item.id[-2:] for item in records("bioasq-7b", "train")] == ["a4", "a1"]
    assert [item.identities for item in records("bioasq-7b", "train")] == [
        ("pmid:67000004",),
        ("pmid:67000001", "pmid:67000002"),
    ]


def test_a_listed_bioasq_question_that_no_file_holds_is_broken():
    """A factoid question is no yes/no question, and the 2019 archive may be another edition."""
    questions = '{"questions": [{"id": "f1", "type": "factoid", "body": "Which?", "snippets": []}]}'

    [broken] = read("bioasq-7b", "dev", ("BioASQ/dev_id.tsv", "f1\n"), ("training7b.json", questions))

    assert (broken.id, str(broken.place)) == ("f1", "BioASQ/dev_id.tsv:1")


def test_bioasq_questions_without_their_list_are_told():
    """An archive of questions alone would be a part of nothing, and nobody would know."""
    questions = '{"questions": [{"id": "y1", "type": "yesno", "body": "Is it?", "snippets": []}]}'

    [broken] = read("bioasq-7b", "dev", ("training7b.json", questions))

    assert str(broken.error()) == "BioASQ/dev_id.tsv: is not here, and lists the questions of this part"


def test_bionli_hypotheses_lose_their_marks_and_pmids_their_decimals():
    table = "supp_set,conclusion,label_cat,pmid\nA <re>B<er> C.,Thus <el> KLX2 <le> (<re> Orlin <er>).,SEP,66000009.0\n"

    [item] = read("bionli", "dev", ("full/val_df.csv", table))

    assert item.texts == {"premise": "A B C.", "hypothesis": "Thus KLX2 (Orlin)."}
    assert (item.id, item.identities) == ("val_df-0", ("pmid:66000009",))


def test_cdsr_lines_that_do_not_pair_are_not_read():
    [broken] = read("cdsr", "val", ("CDSR/val.source", "One.\nTwo.\n"), ("CDSR/val.target", "1.\n"))
    [alone] = read("cdsr", "val", ("CDSR/val.source", "One.\n"))

    assert str(broken.error()) == "CDSR/val.target: 1 summaries for 2 abstracts"
    assert str(alone.error()) == "CDSR/val.source: there is no val.target beside it"


STS = "g\tf\ty\t1\t1.0\tA.\tB.\n"


@pytest.mark.parametrize(
    ("id", "split", "files"),
    [
        ("cdsr", "val", [("val.source", b"One.\nTw\xffo.\nThree.\n"), ("val.target", "1.\n2.\n3.\n")]),
        ("cdsr", "val", [("val.target", b"1.\n\xff\n3.\n"), ("val.source", "One.\nTwo.\nThree.\n")]),
        ("ade-corpus", "train", [("ADE-NEG.txt", b"1 NEG Ax.\n2 NEG \xff.\n3 NEG Bee.\n")]),
        (
            "sts-b",
            "dev",
            [("sts-dev.csv", f"{STS}{STS}{STS}".encode().replace(b"A.", b"\xff", 2).replace(b"\xff", b"A.", 1))],
        ),
    ],
)
def test_a_byte_that_is_no_utf_8_costs_its_own_line(id, split, files):
    first, broken, third = read(id, split, *files)

    assert str(broken.error()).startswith(f"{files[0][0]}:2: bytes b'\\xff")
    assert not {type(first), type(third)} & {Broken}


def test_line_ends_of_windows_are_no_part_of_a_sentence():
    [sentence] = read("ade-corpus", "train", ("ADE-NEG.txt", b"96100001 NEG Tolamex was well borne.\r\n"))

    assert sentence.text == "Tolamex was well borne."


def test_cdsr_lines_end_at_line_feeds_alone():
    [item] = read("cdsr", "val", ("val.source", "One\u2028half.\n"), ("val.target", "1\x0b/2\n"))

    assert (item.texts, item.references) == ({"abstract": "One\u2028half."}, ("1\x0b/2",))


def test_mtsamples_reports_have_all_their_specialties():
    """One report stands in a row for each of its specialties; rows without a report tell nothing."""
    found = {item.texts["report"][:20]: item.labels for item in records("mtsamples", "train")}

    assert found["PREOPERATIVE DIAGNOS"] == ("Surgery", "Orthopedic")
    assert set(found["The carter's back wa"]) == {
        "Letters",
        "Pain Management",
        "Chiropractic",
        "IME-QME-Work Comp etc.",
        "Physical Medicine - Rehab",
    }
    assert "" not in found


def test_mtsamples_asks_for_several_of_forty():
    [example, *_] = examples("mtsamples", "dc", "train")

    assert len(example.question.options) == 40
    assert example.question.several
    assert [example.question.options[choice] for choice in example.gold.choices] == [
        "Autopsy",
        "Lab Medicine - Pathology",
    ]


def test_multinli_tests_have_no_answers():
    corpus = corpora.load("multinli")

    assert [name for name, split in corpus.splits.items() if split.withheld] == ["test-matched", "test-mismatched"]
    assert [item.labels for name in ("test-matched", "test-mismatched") for item in records("multinli", name)] == [
        (),
        (),
    ]


def test_a_pico_span_ends_before_its_line_break():
    [repaired, _] = records("pico-data", "train")
    [published, _] = records("pico-data", "train", as_published=True)

    assert repaired.mentions[0].text == "night guards who sleep badly by day."
    assert repaired.notes == ("1 spans ended in a line break or a blank",)
    assert published.mentions[0].text == "night guards who sleep badly by day.\n"
    assert [mention.text for mention in repaired.mentions[1:]] == [mention.text for mention in published.mentions[1:]]


def test_pico_offsets_are_code_points():
    [document, _] = records("pico-data", "train")

    assert document.mentions[1].text == "48 night guards (31 women), aged 20–64 years, from two museums"


def test_a_pico_abstract_has_its_title_and_paragraphs():
    [document, _] = records("pico-data", "train")

    assert [(p.type, document.text[slice(*p.span)][:10]) for p in document.passages] == [
        ("title", "Warm socks"),
        ("abstract", "BACKGROUND"),
        ("abstract", "METHODS: W"),
        ("abstract", "RESULTS: T"),
    ]


def test_a_pico_annotation_without_its_text_is_broken():
    [broken] = read("pico-data", "dev", ("dev/a.json", '{"Participants": {}, "docid": "63000009"}\n'))

    assert str(broken.error()).startswith("dev/a.json:1: nothing is called '63000009' here")


def test_pubmed_pico_headings_are_left_out_and_bars_in_sentences_kept():
    [document, _] = records("pubmed-pico", "train")

    assert document.text.split("\n")[5] == "Two guards lost a sock | both in the wash ."
    assert "MAIN OUTCOME MEASURES" not in document.text
    assert document.identities == ("pmid:62000001",)


def test_a_pubmed_pico_line_without_a_label_is_broken():
    [broken] = read("pubmed-pico", "dev", ("PICO_dev.txt", "###62000009\nAIM|To hum .\n\n"))

    assert str(broken.error()).startswith("PICO_dev.txt:2: not a label, a tab and a sentence")


def test_pubmed_sum_sections_and_their_names_have_to_pair():
    row = '{"article_id": "PMC9", "abstract_text": [], "section_names": ["a", "b"], "sections": [["x ."]]}\n'

    [broken] = read("pubmed-sum", "val", ("val.txt", row))

    assert str(broken.error()).startswith("val.txt:1: cannot be read: zip()")


def test_a_pair_on_which_annotators_did_not_agree_is_not_asked():
    [disputed, agreed] = records("snli", "dev")

    assert (disputed.labels, agreed.labels) == ((), ("entailment",))
    assert [example.question.texts["hypothesis"] for example in examples("snli", "nli", "dev")] == [
        "People are near a stove."
    ]


def test_sts_rows_may_have_further_columns_and_bare_quotes():
    first, second, third = records("sts-b", "train")

    assert second.texts["sentence2"] == 'A guard puts on "warm socks.'
    assert third.texts == {"sentence1": "Mill closes in Lind", "sentence2": "Choir wins a prize"}
    assert [item.score for item in (first, second, third)] == [5.0, 3.25, 0.0]


def test_an_sts_row_with_too_few_columns_is_broken_alone():
    good = "main-news\tMSRpar\t2012\t1\t1.0\tA.\tB.\n"

    item, broken = read("sts-b", "dev", ("sts-dev.csv", good + "main-news\tMSRpar\t2012\t2\t1.0\tA.\n"))

    assert item.id == "sts-dev-1"
    assert str(broken.error()).startswith("sts-dev.csv:2: nothing is called 'sentence2' here")


def test_a_tmvar_id_is_one_whatever_signs_it_holds():
    document, _ = records("tmvar", "train")

    assert [str(concept) for mention in document.mentions for concept in mention.concepts] == [
        "tmVar:p|SUB|V|17|M",
        "tmVar:c|SUB|G|49|A",
        "tmVar:p|SUB|V|17|M",
        "tmVar:c|SUB|G|IVS3+1|A",
        "dbSNP:rs990001",
    ]


@pytest.mark.parametrize("id", ["bioinstruct", "healthcaremagic-100k", "pmc-llama-instructions"])
def test_instructions_may_lie_in_parquet(id, tmp_path):
    sink = io.BytesIO()
    pq.write_table(pa.table({"instruction": ["Hum."], "input": [""], "output": ["Mm."]}), sink)
    name = next(
        (d.file for d in corpora.load(id).downloads if d.file.endswith(".parquet")), "train-00000-of-00001.parquet"
    )
    (tmp_path / id).mkdir()
    (tmp_path / id / name).write_bytes(sink.getvalue())
    corpus = corpora.load(id)

    folder = corpus.find(tmp_path)
    [item] = corpus.records("train", corpus.files("train", folder))

    assert (item.question, item.references) == ("Hum.", ("Mm.",))


HOSTILE = {
    "bc4chemd": ("training", "training.abstracts.txt", "training.annotations.txt"),
    "bioasq-7b": ("dev", "BioASQ/dev_id.tsv", "training7b.json"),
    "bioinstruct": ("train", "biomed_instruct_25k.json"),
    "bionli": ("dev", "full/dev.csv"),
    "cdsr": ("val", "val.source", "val.target"),
    "czi-drsm": ("qol", "qol_all_2022_12_15.tsv"),
    "genia-term": ("train", "GENIAcorpus3.02.xml"),
    "mtsamples": ("train", "mtsamples.csv"),
    "pico-data": ("dev", "dev/PICO-annos-crowdsourcing-agg.json", "docs/1.txt"),
    "pubmed-pico": ("dev", "PICO_dev.txt"),
    "pubmed-sum": ("val", "val.txt"),
    "snli": ("dev", "snli_1.0_dev.jsonl"),
    "sts-b": ("dev", "sts-dev.csv"),
    "trialstop": ("train", "data.json"),
}
JUNK = [
    b"",
    b"\xff\xfe\x00",
    b"7012\tx\n",
    b"a,b\n1,2\n",
    b'{"questions": [{"type": "yesno"}]}\n',
    b'[{"text": 1}, null, 3]',
    b"<set><article/></set>",
    b"###7012\n\n###\n",
]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("id", HOSTILE)
def test_files_that_are_something_else_are_told_and_never_raised(id, junk):
    split, *names = HOSTILE[id]

    found = read(id, split, *((name, junk) for name in names))

    assert all(isinstance(record, Broken) for record in found) or id == "cdsr"  # any lines may be texts of CDSR


# Real files, where somebody has put them


@pytest.mark.real
@pytest.mark.parametrize("id", SAMPLE)
def test_a_release_is_what_its_facts_say(id):
    if not (DATA / id).is_dir():
        pytest.skip(f"{id} is not in {DATA}")

    assert list(testing.check_corpora([id], DATA)) == []
