"""Corpora of relations and events: what their samples hold, and the traps of their releases."""

import os
from collections import Counter
from pathlib import Path

import pytest

from medinstruct import corpora, tasks, testing
from medinstruct.corpora import ddi2013, euadr, genia_event
from medinstruct.corpora.corpus import count
from medinstruct.document import Document, quote
from medinstruct.errors import Place
from medinstruct.formats.draft import Broken, Draft
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

DATA = Path(os.environ.get("MEDINSTRUCT_DATA") or Path(__file__).parents[3] / "shared" / "corpora")

SAMPLE = {
    "bionlp11-epi": {"train": 2, "devel": 1, "test": 1},
    "bionlp11-id": {"train": 2, "devel": 1, "test": 1},
    "bionlp13-cg": {"train": 3, "devel": 1, "test": 1},
    "bionlp13-ge": {"train": 2, "devel": 2, "test": 1},
    "bionlp13-pc": {"train": 2, "devel": 1, "test": 1},
    "chemprot": {"train": 3, "dev": 1, "test": 2},
    "ddi2013": {"train": 2, "test": 2, "test-ner": 2},
    "drugprot": {"train": 2, "dev": 2, "test": 1},
    "euadr": {"train": 4},
    "gad": {"train": 4, "dev": 2, "test": 2},
    "genia-event": {"train": 4},
}
"""Records of each split of each sample."""

PAIRS = {
    ("chemprot", "re"): {"train": (32, 23), "dev": (4, 1), "test": (2, 2)},
    ("chemprot", "re-evaluated"): {"train": (32, 14), "dev": (4, 1), "test": (2, 2)},
    ("drugprot", "re"): {"train": (18, 14), "dev": (2, 2)},
    ("ddi2013", "re"): {"train": (9, 6), "test": (4, 3)},
    ("euadr", "re"): {"train": (5, 4)},
}
"""Pairs of arguments that stand in one sentence of the sample, and how many of them are related."""

EVENTS = {
    "bionlp11-epi": 16,
    "bionlp11-id": 12,
    "bionlp13-cg": 46,
    "bionlp13-ge": 12,
    "bionlp13-pc": 26,
    "genia-event": 39,
}
"""Events of the train part of each sample."""


def records(id: str, split: str, **options) -> list:
    corpus = corpora.load(id)
    return list(corpus.records(split, corpus.files(split, corpus.find(samples=True)), **options))


def examples(id: str, task: str, split: str, type: str = "") -> list:
    """The examples of a task by sentence, asked in its usual way or as `type`."""
    fact = corpora.load(id).tasks[task]
    view = tasks.load(type or tasks.types_for(fact)[0]).views[fact.__class__]
    made = (thing for record in records(id, split) for thing in view(record, fact, windows(record, "sentence", 1500)))
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


@pytest.mark.parametrize("id, task", [(id, task) for id in SAMPLE for task in corpora.load(id).tasks])
def test_a_sample_covers_every_label(id, task):
    """Native types of mentions, relations and events, roles, values of attributes and labels."""
    fact = corpora.load(id).tasks[task]
    found = Counter()
    for record in (record for split in SAMPLE[id] for record in records(id, split)):
        if isinstance(fact, tasks.Labels):
            found.update(record.labels)
        elif isinstance(fact, tasks.Spans):
            found.update(type for mention in record.mentions for type in mention.types)
        elif isinstance(fact, tasks.Relations):
            found.update(relation.type for relation in record.relations)
        elif isinstance(fact, tasks.Events):
            found.update(event.type for event in record.events)
        else:
            values = [
                attribute.value or attribute.name for attribute in record.attributes if attribute.name == fact.name
            ]
            found.update(values + [""] * (len(record.events) > len(values)))

    assert set(fact.labels) - set(found) == set()


@pytest.mark.parametrize("id", EVENTS)
def test_every_type_and_role_of_a_sample_is_known(id):
    fact = corpora.load(id).tasks["ee"]
    roles = {role for event in _events(id) for role in (argument.role for argument in event.arguments)}

    assert len(_events(id)) == EVENTS[id]
    assert roles <= set(fact.roles)
    assert {event.type for event in _events(id)} <= set(fact.labels)


def _events(id: str) -> list:
    return [event for record in records(id, "train") for event in record.events]


@pytest.mark.parametrize("id, task", PAIRS)
def test_pairs_of_one_sentence_are_asked(id, task):
    splits = PAIRS[id, task]
    asked = {split: examples(id, task, split, "multiple_choice") for split in splits}

    assert {split: (len(found), sum(not x.gold.is_empty for x in found)) for split, found in asked.items()} == splits


def told(example) -> str:
    """An example's gold in words, to be written by hand."""
    question, gold = example.question, example.gold
    if hasattr(gold, "choices"):
        return " / ".join(question.options[choice] for choice in gold.choices)
    if hasattr(gold, "spans"):
        return "\n".join(f"{span.label}: {quote(question.text, span.pieces)}" for span in gold.spans)
    if hasattr(gold, "triples"):
        names = [quote(question.text, entity.names[0]) for entity in gold.entities]
        return "\n".join(f"{names[t.head]} {t.label} {names[t.tail]}" for t in gold.triples)
    lines = []
    for event in gold.events:
        fillers = [f"{a.role}={quote(question.text, a.pieces) if a.pieces else f'#{a.event}'}" for a in event.arguments]
        lines.append(" ".join([f"{event.label}({quote(question.text, event.trigger)})", *fillers]))
    return "\n".join(lines)


GOLDEN = [
    (
        "chemprot", "train", "ner", "", "sentence 0", "Orlinab inhibits kelexin 2 but not kelexin 5.",
        "Chemical: Orlinab\nGene or protein: kelexin 2\nGene or protein: kelexin 5",
    ),
    (
        "chemprot", "train", "re", "", "sentence 0", "Orlinab inhibits kelexin 2 but not kelexin 5.",
        "Orlinab inhibits kelexin 2\nOrlinab is said not to act on kelexin 5",
    ),
    (
        "chemprot", "train", "re", "multiple_choice", "sentence 4 T5 T14",
        "As a partial agonist [[lumerol]] stimulated the <<vexin receptor>> alone and blocked it beside vexin.",
        "is an agonist of / is an antagonist of",
    ),
    (
        "chemprot", "train", "re-evaluated", "multiple_choice", "sentence 0 T1 T11",
        "[[Orlinab]] inhibits kelexin 2 but not <<kelexin 5>>.", "none of these",
    ),
    (
        "drugprot", "train", "ner", "", "sentence 1",
        "Brimab inhibits corvase, activates CRV2 and is an antagonist of the dulin receptor.",
        "Chemical: Brimab\nGene or protein: corvase\nGene or protein: CRV2\nGene or protein: dulin receptor",
    ),
    (
        "drugprot", "dev", "re", "", "sentence 1",
        "Fenol and fenone are partial agonists of the dulin receptor and block it in the dark.",
        "Fenol is an agonist of dulin receptor\nFenol is an antagonist of dulin receptor\nfenone is an agonist of dulin receptor",
    ),
    (
        "ddi2013", "train", "ner", "", "sentence 2", "The action of long- and short-acting murins is made stronger by orlinab.",
        "Drug group: long murins\nDrug group: short-acting murins\nGeneric drug: orlinab",
    ),
    (
        "ddi2013", "train", "re", "", "sentence 1", "Lumazine given before ORLIX halved its clearance; murins did not.",
        "Lumazine interacts in its pharmacokinetics with ORLIX",
    ),
    (
        "ddi2013", "train", "re", "multiple_choice", "sentence 1 DDI-DrugBank.d9001.s1.e1 DDI-DrugBank.d9001.s1.e2",
        "Lumazine given before [[ORLIX]] halved its clearance; <<murins>> did not.", "no interaction",
    ),
    (
        "euadr", "train", "re", "multiple_choice", "sentence 2 T3 T2",
        "It bound the <<vexin transporter>>, whereas [[sorvine]] did not.", "not related",
    ),
    (
        "gad", "train", "re", "", "item", "We found no link between the L12P variant of @GENE$ and @DISEASE$ in 300 Zorbian families.",
        "about their association",
    ),
    (
        "bionlp13-cg", "devel", "ner", "", "sentence 1", "No movement of murinoma cells into the liver was seen.",
        "Cancer: murinoma\nCell: murinoma cells\nOrgan: liver",
    ),
    (
        "bionlp13-cg", "train", "ee", "", "sentence 0", "KLX2 and the rise of zorb sarcoma in mice.",
        "Positive regulation(rise) Theme=zorb sarcoma Cause=KLX2",
    ),
    (
        "bionlp13-cg", "train", "dc-negation", "", "sentence 3 E14",
        "Treatment with orlinab and tamrazole did not [[prevent]] death of mice, and may promote angiogenesis in the stroma.",
        "negated",
    ),
    (
        "bionlp13-pc", "train", "ner", "", "sentence 1", "The pelvin-vexin complex is formed by pelvin and vexin, then falls apart.",
        "Molecular complex: pelvin-vexin complex\nGene or protein: pelvin\nGene or protein: vexin",
    ),
    (
        "bionlp13-pc", "train", "ee", "", "sentence 1", "The pelvin-vexin complex is formed by pelvin and vexin, then falls apart.",
        "Binding(formed) Theme=pelvin Theme=vexin Product=pelvin-vexin complex\n"
        "Dissociation(falls apart) Theme=pelvin-vexin complex Product=pelvin Product=vexin",
    ),
    (
        "bionlp13-pc", "train", "dc-speculation", "", "sentence 2 E9",
        "Conversion of murate to vexol requires active zorbase; orlinab blocks it, inactivates zorbase and may [[alter]] its place in "
        "the cytosol.",
        "speculated",
    ),
    (
        "bionlp13-ge", "train", "ner", "", "sentence 0", "Orlin and vexin-2 in resting cells", "Protein: Orlin\nProtein: vexin-2",
    ),
    (
        "bionlp13-ge", "train", "ee", "", "sentence 1", "Orlin blocks expression of vexin-2.",
        "Negative regulation(blocks) Theme=#1 Cause=Orlin\nGene expression(expression) Theme=vexin-2",
    ),
    (
        "bionlp13-ge", "train", "dc-negation", "", "sentence 0 E2",
        "Transcription of pelvin was not [[changed]] by phosphorylation of vexin-2 at Ser8.", "negated",
    ),
    (
        "bionlp11-id", "train", "ner", "", "sentence 0", "The ZorA/ZorB system and virulence of Zorbella pestis.",
        "Two-component system: ZorA/ZorB\nProtein: ZorB\nOrganism: Zorbella pestis",
    ),
    (
        "bionlp11-id", "train", "ee", "", "sentence 1", "In Z. pestis, ZorA is phosphorylated at Asp5 and binds the box of the pel operon.",
        "Phosphorylation(phosphorylated) Theme=ZorA Site=Asp5\nBinding(binds) Theme=ZorA Theme=pel operon Site=box",
    ),
    ("bionlp11-id", "train", "dc-negation", "", "sentence 2 E9", "No [[biofilm]] formed.", "negated"),
    (
        "bionlp11-epi", "train", "ner", "", "sentence 0", "Marks on histone-like zorbin (ZRB).", "Protein: zorbin\nProtein: ZRB",
    ),
    (
        "bionlp11-epi", "train", "ee", "", "sentence 1",
        "Acetylation of zorbin at lysine 4 by HATZ, its enzyme, goes with methylation at K9 near VEX1.",
        "Acetylation(Acetylation) Theme=zorbin Site=lysine 4\nCatalysis(enzyme) Theme=#0 Cause=HATZ\n"
        "Methylation(methylation) Theme=zorbin Site=K9 Context gene=VEX1",
    ),
    (
        "bionlp11-epi", "train", "dc-speculation", "", "sentence 3 E12",
        "The promoter of VEX1 was not methylated; it may have been [[demethylated]].", "speculated",
    ),
    (
        "genia-event", "train", "ner", "", "sentence 1", "Pelvins are made in murine or dural cells, but not in ZR-7 cells (p<0.05).",
        "Cell type: murine or dural cells\nCell line: ZR-7 cells",
    ),
    (
        "genia-event", "train", "ee", "", "sentence 0", "Orlin-dependent vexin dimer activation by lumazine.",
        "Positive regulation(dependent) Theme=#1 Cause=Orlin\nPositive regulation(activation) Theme=vexin dimer Cause=lumazine",
    ),
    (
        "genia-event", "train", "dc-negation", "", "sentence 1 E4",
        "Pelvins are [[made]] in murine or dural cells, but not in ZR-7 cells (p<0.05).", "negated",
    ),
    (
        "genia-event", "train", "dc-speculation", "", "sentence 3 E8",
        "[[Growth]] of the cells plays a central role in wound healing, and both do well.", "doubtful",
    ),
]  # fmt: skip


@pytest.mark.parametrize("id, split, task, type, unit, text, answer", GOLDEN, ids=lambda value: str(value)[:20])
def test_an_example_is_what_its_record_says(id, split, task, type, unit, text, answer):
    """Text as it is read, marked where the question is about a part of it, and gold in words."""
    found = [example for example in examples(id, task, split, type) if example.unit == unit]
    texts = [getattr(x.question, "text", None) or x.question.marked_text for x in found]

    assert text in texts
    assert told(found[texts.index(text)]) == answer


def test_a_part_without_answers_is_not_asked_for_them():
    """Test parts of shared tasks hold what is given; every task that needs more is withheld."""
    for id in SAMPLE:
        corpus = corpora.load(id)
        for split, facts in corpus.splits.items():
            answered = [record for record in records(id, split) if isinstance(record, Document)]
            if facts.withheld and "ner" not in facts.withheld:
                assert not any(record.events or record.relations for record in answered)
            assert set(facts.withheld) <= set(corpus.tasks)


def test_what_the_track_did_not_evaluate_is_none_of_its_groups():
    """`NOT` and `REGULATOR` are relations, and no answer where the five groups of BLUE and BLURB are asked for."""
    labels = corpora.load("chemprot").tasks["re-evaluated"].labels

    assert {type for type, word in labels.items() if word is None} == {
        "PART-OF", "REGULATOR", "DIRECT-REGULATOR", "INDIRECT-REGULATOR", "MODULATOR", "MODULATOR-ACTIVATOR", "MODULATOR-INHIBITOR",
        "COFACTOR", "NOT", "UNDEFINED",
    }  # fmt: skip
    assert len(set(labels.values()) - {None}) == 5


@pytest.mark.parametrize(
    "file, identity",
    [
        ("ddi2013.tar.gz/DDICorpus/Train/MedLine/62000001.xml", "pmid:62000001"),
        ("DDICorpus/Train/DrugBank/Orlinab_ddi.xml", ""),
    ],
)
def test_texts_of_medline_have_a_pmid(file, identity):
    assert ddi2013.pmid(file) == identity


def draft(**fields) -> Draft:
    return Draft(Place("x"), {"id": "1", **fields})


def test_a_mention_in_two_parts_is_taken_out_of_one_location():
    text = "The zorb nuclear gate is open."
    fields = {"text": text, "mentions": ({"id": "T1", "spans": ((4, 21),), "text": "zorb gate", "types": ("GENE-Y",)},)}

    euadr.in_two_parts("T1", "zorb")(fields)

    assert fields["mentions"][0]["spans"] == ((4, 8), (17, 21))
    assert quote(text, fields["mentions"][0]["spans"]) == "zorb gate"


def test_events_without_a_clue_go_with_all_that_hold_them():
    events = [
        {"id": "E1", "trigger": "", "arguments": ()},
        {"id": "E2", "trigger": "E2.clue", "arguments": ({"ref": "E1"},)},
        {"id": "E3", "trigger": "E3.clue", "arguments": ({"ref": "T1"}, {"ref": "E2"})},
        {"id": "E4", "trigger": "E4.clue", "arguments": ({"ref": "T1"},)},
    ]
    given = draft(events=tuple(events), attributes=({"target": "E3"}, {"target": "E4"}))

    assert genia_event.without_the_untold(given) == "1 events without a clue left out, and 2 that hold one"
    assert [event["id"] for event in given.fields["events"]] == ["E4"]
    assert given.fields["attributes"] == ({"target": "E4"},)


def test_terms_added_for_events_are_told_apart():
    """They are arguments of events, and not among the terms that were all marked."""
    added = [
        m for record in records("genia-event", "train") for m in record.mentions if m.types[0].startswith("added ")
    ]

    assert {mention.id for mention in added} == {"A1", "A2", "A3", "A4", "A5", "B1"}
    assert not [x for x in examples("genia-event", "ner", "train") if "Pelvins" in told(x)]


@pytest.mark.parametrize("id", SAMPLE)
@pytest.mark.real
def test_the_release_holds_what_it_should(id):
    """Facts, sample and every count of the files at hand, none of their records broken."""
    if not (DATA / id).is_dir():
        pytest.skip(f"{id} is not in {DATA}")

    assert list(testing.check_corpora([id], DATA)) == []


@pytest.mark.real
def test_gad_is_not_inverted():
    """1 is the larger class, 2,801 of 5,330, and the one with most sentences that report a finding."""
    corpus = corpora.load("gad")
    if (folder := corpus.find(DATA)) is None:
        pytest.skip(f"gad is not in {DATA}")

    total = Counter()
    for split in corpus.splits:
        total += count(corpus.records(split, corpus.files(split, folder)))

    assert (total["labels:1"], total["labels:0"]) == (2801, 2529)
    assert corpus.tasks["re"].labels["1"] == "about their association"


@pytest.mark.real
@pytest.mark.parametrize("id, broken", [("ddi2013", 3), ("euadr", 3), ("genia-event", 15)])
def test_as_published_the_faults_of_a_release_show(id, broken):
    corpus = corpora.load(id)
    if (folder := corpus.find(DATA)) is None:
        pytest.skip(f"{id} is not in {DATA}")

    assert count(corpus.records("train", corpus.files("train", folder), as_published=True))["broken"] == broken


@pytest.mark.real
@pytest.mark.parametrize("split, near", [("train", (18035, 18053)), ("dev", (11268, 11432)), ("test", (15745, 15685))])
def test_pairs_of_chemprot_come_near_those_of_blurb(split, near):
    """BLURB's sentences are cut otherwise; the related pairs are those of the gold standard, several labels of one pair counted."""
    corpus = corpora.load("chemprot")
    if (folder := corpus.find(DATA)) is None:
        pytest.skip(f"chemprot is not in {DATA}")
    fact, view = corpus.tasks["re-evaluated"], tasks.load("multiple_choice").views[tasks.Relations]

    pairs = [
        pair
        for record in corpus.records(split, corpus.files(split, folder))
        for pair in view(record, fact, windows(record, "sentence", 1500))
        if not isinstance(pair, Lost)
    ]

    published, measured = near
    assert len(pairs) == pytest.approx(published, rel=0.015)
    assert len(pairs) == pytest.approx(measured, rel=0.002)
    related = sum(len(pair.gold.choices) for pair in pairs if not pair.gold.is_empty)
    assert related == {"train": 4157, "dev": 2416, "test": 3458}[split]
