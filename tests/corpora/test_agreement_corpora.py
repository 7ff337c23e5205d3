"""Corpora under data use agreements: what their invented samples hold, and the traps of their layouts.

No file of theirs is at hand, so that nothing here is a count of a release.
"""

from collections import Counter

import pytest

from medinstruct import corpora, tasks, testing
from medinstruct.corpora.corpus import count
from medinstruct.document import Document
from medinstruct.formats.draft import Broken
from medinstruct.license import verdict
from medinstruct.source import File
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

SAMPLE = {
    "clinicalie-coref": {"validation": 1, "test": 1},
    "clinicalie-medication-attributes": {"validation": 2, "test": 1},
    "clinicalie-medication-status": {"validation": 2, "test": 1},
    "i2b2-2006-deid": {"train": 3, "test": 1},
    "i2b2-2006-smoking": {"train": 5, "test": 2},
    "i2b2-2008-obesity": {"train": 39, "test": 6},
    "i2b2-2009-medication": {"train": 1, "test": 2},
    "i2b2-2010": {"train": 2, "test": 2},
    "i2b2-2011-coref": {"train": 2, "test": 2},
    "i2b2-2012-temporal": {"train": 2, "test": 1},
    "i2b2-2014-phi": {"train": 2, "test": 1},
    "mednli": {"train": 3, "dev": 1, "test": 1},
    "medsts": {"train": 3, "test": 2},
    "n2c2-2018-ade": {"train": 2, "test": 1},
    "n2c2-2018-cohort": {"train": 2, "test": 1},
    "n2c2-2022-sdoh": {"train": 2, "dev": 1, "test": 2},
    "share-clefe": {"train": 2, "test": 1},
}
"""Records of each split of each sample."""


def records(id: str, split: str, **options) -> list:
    corpus = corpora.load(id)
    return list(corpus.records(split, corpus.files(split, corpus.find(samples=True)), **options))


def everything(id: str) -> list:
    return [record for split in corpora.load(id).splits for record in records(id, split)]


def examples(id: str, task: str, unit: str = "document", way: int = 0) -> list:
    fact = corpora.load(id).tasks[task]
    view = tasks.load(tasks.types_for(fact)[way]).views[type(fact)]
    made = (thing for record in everything(id) for thing in view(record, fact, windows(record, unit, 1500)))
    return [thing for thing in made if not isinstance(thing, Lost)]


def answers(id: str, task: str) -> dict[str, str]:
    """The option that is right by document and mention, where an attribute is asked."""
    fact = corpora.load(id).tasks[task]
    view = tasks.load("multiple_choice").views[type(fact)]
    return {
        f"{record.id} {example.unit.split()[-1]}": example.question.options[example.gold.choices[0]]
        for record in everything(id)
        for example in view(record, fact, windows(record, "document", 1500))
        if not isinstance(example, Lost)
    }


def read(id: str, split: str, *files: tuple[str, str], **options) -> list:
    made = [File(name, data.encode()) for name, data in files]
    return list(corpora.load(id).records(split, made, **options))


def spans(example) -> list[tuple[str, str]]:
    text = example.question.text
    return [(span.label, " ".join(text[start:end] for start, end in span.pieces)) for span in example.gold.spans]


@pytest.mark.parametrize("id", SAMPLE)
def test_the_sample_is_whole_and_the_facts_are_complete(id):
    assert list(testing.check_corpora([id])) == []
    assert {split: len(records(id, split)) for split in corpora.load(id).splits} == SAMPLE[id]
    assert not any(isinstance(record, Broken) for record in everything(id))


@pytest.mark.parametrize("id", SAMPLE)
def test_their_rows_may_not_leave(id):
    corpus = corpora.load(id)

    assert corpus.license.id == "agreement"
    assert corpus.license.stated
    assert not verdict({id: corpus.license.id}).collection
    assert corpus.clinical
    assert corpus.downloads == ()
    assert corpus.obtain.startswith("on request from ")


@pytest.mark.parametrize("id", SAMPLE)
def test_every_label_is_in_the_sample(id):
    """What a task may answer stands in the sample at least once."""
    found = Counter()
    for record in everything(id):
        found.update(getattr(record, "labels", ()))
        if isinstance(record, Document):
            found.update(type for mention in record.mentions for type in mention.types)
            found.update(relation.type for relation in record.relations)
            found.update(event.type for event in record.events)
            found.update(attribute.value for attribute in record.attributes)

    for fact in corpora.load(id).tasks.values():
        for native, words in getattr(fact, "labels", {}).items():
            assert words is None or found[native], native


# De-identification


def test_identifiers_of_2006():
    first, _, third, _ = examples("i2b2-2006-deid", "ner")

    assert spans(first) == [
        ("Identifying number", "00771-QX"),
        ("Hospital", "LORN BAY INFIRMARY"),
        ("Date", "03/04"),
        ("Patient name", "Ada Velt"),
        ("Age above 90", "93"),
        ("Place name", "Upper Quillham"),
        ("Doctor name", "Orin Tamsel"),
        ("Phone number", "( 099 ) 555-0107"),
    ]
    assert spans(third) == [("Patient name", "VELT"), ("Date", "9th of May"), ("Doctor name", "P. Quade")]


def test_the_end_tag_of_2006_that_is_a_start_tag_is_mended_and_told():
    mended = records("i2b2-2006-deid", "train")[2]
    *_, broken = records("i2b2-2006-deid", "train", as_published=True)

    assert mended.notes == ("a mention ends with a start tag in place of its end tag",)
    assert (broken.id, broken.reason) == ("9003", "not XML: mismatched tag")


def test_a_missing_end_tag_of_2006_is_not_taken_for_a_wrong_one():
    """Here the second tag starts a mention, as its own end shows: which one is wrong is not certain."""
    record = '<RECORD ID="7"><TEXT><PHI TYPE="DATE">May <PHI TYPE="DOCTOR">Dr. Fenn</PHI> came .</TEXT></RECORD>'

    [broken] = read("i2b2-2006-deid", "train", ("deid_surrogate_train_all_version2.xml", record))

    assert isinstance(broken, Broken)


def test_identifiers_of_2014_and_the_patient_as_identity():
    first, second, _ = everything("i2b2-2014-phi")

    assert first.identities == second.identities == ("i2b2-2014-patient:901",)
    assert [(mention.types[0], mention.text) for mention in second.mentions] == [
        ("DATE", "2131-06-30"),
        ("EMAIL", "clinic@lornbay.example"),
        ("URL", "lornbay.example/diet"),
        ("IDNUM", "kq:77/1"),
        ("BIOID", "IR-0-9"),
    ]
    assert "Lake\nTarn" in {mention.text for mention in first.mentions}  # its tag has a blank there
    assert "Bramble & Sons" in {mention.text for mention in first.mentions}


# Classification


def test_smoking():
    assert [example.gold.choices for example in examples("i2b2-2006-smoking", "dc")] == [
        (0,),
        (1,),
        (2,),
        (3,),
        (4,),
        (4,),
        (0,),
    ]
    assert examples("i2b2-2006-smoking", "dc")[2].question.options[2] == "smoker, not told whether current or past"


def test_each_disease_of_2008_is_asked_in_two_ways():
    by_id = {item.id: item for item in everything("i2b2-2008-obesity")}

    stated, judged = by_id["9201 Gout textual"], by_id["9203 Venous Insufficiency intuitive"]
    assert stated.question == "What does the record state about gout in the patient?"
    assert (stated.labels, stated.identities) == (("textual Q",), ("i2b2-2008:9201",))
    assert judged.question == "Judging by all the record says, does the patient have venous insufficiency?"
    assert judged.labels == ("intuitive Y",)
    assert judged.texts["text"].startswith("\nThe patient is obese")
    assert by_id["9201 OSA intuitive"].labels == ("intuitive Q",)  # the first file says Y, an addendum Q
    assert "9202 Gout textual" not in by_id  # no judgment
    assert len(examples("i2b2-2008-obesity", "dc-textual")) == 16 + 4 + 3


def test_a_judgment_of_2008_on_nothing_is_told():
    judgments = '<diseaseset><diseases source="textual"><disease name="Gout"><doc id="9" judgment="Y"/></disease></diseases></diseaseset>'

    [broken] = read("i2b2-2008-obesity", "test", ("obesity_standoff_annotations_test.xml", judgments))

    assert broken.reason == "a textual judgment of Gout in 9, where text, disease or source is unknown"


def test_criteria_that_are_met():
    first, _, third = examples("n2c2-2018-cohort", "dc")
    options = first.question.options

    assert [options[choice] for choice in first.gold.choices] == [
        "speaks English",
        "makes their own medical decisions",
        "major complication of diabetes",
        "advanced cardiovascular disease",
        "myocardial infarction in the past 6 months",
        "dietary supplement other than vitamin D in the past 2 months",
        "aspirin to prevent myocardial infarction",
        "any HbA1c between 6.5 and 9.5 %",
        "serum creatinine above the upper limit of normal",
    ]
    assert len(options) == 13
    assert third.gold.choices == ()


def test_a_criterion_that_is_not_told_is_no_criterion_not_met():
    xml = '<PatientMatching><TEXT>x</TEXT><TAGS><ENGLISH met="met"/><HBA1C met="maybe"/></TAGS></PatientMatching>'

    [broken] = read("n2c2-2018-cohort", "train", ("train/9.xml", xml))

    assert broken.reason.startswith(
        "cannot be read: neither met nor not met: DRUG-ABUSE, ALCOHOL-ABUSE, MAKES-DECISIONS"
    )
    assert "HBA1C" in broken.reason


# Medications


def test_medications_of_2009_are_events_in_whatever_way_they_are_written():
    first, second, _ = everything("i2b2-2009-medication")

    mentions = {mention.id: mention.text for mention in first.mentions}
    assert [
        [mentions[event.trigger], *((a.role, mentions[a.ref]) for a in event.arguments)] for event in first.events
    ] == [
        ["Velotrine", ("dosage", "5 mg"), ("mode", "p.o."), ("frequency", "b.i.d."), ("duration", "x 10 days")],
        ["Zorbinase ointment", ("mode", "to the left\n shin"), ("frequency", "at night p.r.n."), ("reason", "itch")],
    ]
    assert len(second.events) == 3  # of four lines, two of which are the same
    assert (
        count(iter(everything("i2b2-2009-medication")))["documents"] == 3
    )  # a text without annotations is passed over
    assert [example.gold.choices for example in examples("i2b2-2009-medication", "dc-context")] == [
        (0,),
        (0,),
        (1,),
        (1,),
        (1,),
    ]


def test_adverse_effects_are_told_of_their_medication_alone():
    text = {example.unit: (example.question.options[example.gold.choices[0]], example.question.names) for example in
            examples("n2c2-2018-ade", "re", way=1)}  # fmt: skip

    assert text["document T9 T10"] == ("is an adverse effect of", ("hives", "zorbinase"))
    assert text["document T3 T1"] == ("no relation", ("black stools", "Lumexol"))
    assert text["document T6 T1"] == ("is the frequency of", ("BID (2 times a day)", "Velotrine"))


def test_ends_of_medication_attributes_are_those_of_the_last_character_or_one_further():
    def row(*marks: str) -> str:
        return '{"snippet": "Take zorbinase 5 mg.", "annotations": "[' + ", ".join(marks) + ']"}\n'

    last, further, none = read(
        "clinicalie-medication-attributes", "test",
        ("test.jsonl", row("[5, 13, 'Medication1']", "[15, 18, 'Dosage1', 'x']") + row("[5, 14, 'Medication12']", "[15,19,'Dosage12']") + row()),
    )  # fmt: skip

    assert [mention.text for mention in last.mentions] == ["zorbinase", "5 mg"]
    assert further.mentions == last.mentions
    assert [event.id for event in further.events] == ["E12"]
    assert none.mentions == none.events == ()


@pytest.mark.parametrize("marks", ["[[5, 14, Medication1]]", "[5, 14, 'Medication1']", "__import__('os')", "[[[[", ""])
def test_what_is_no_list_of_annotations_is_told(marks):
    [broken] = read(
        "clinicalie-medication-attributes", "test", ("test.jsonl", f'{{"snippet": "x", "annotations": "{marks}"}}\n')
    )

    assert broken.reason.startswith("cannot be read: not a list of start, end and numbered label")


def status(snippet: str, active: str, discontinued: str = "[]", neither: str = "[]"):
    lists = {"active": active, "discontinued": discontinued, "neither": neither}
    cells = "".join(f', "{name}_medications": "{cell}"' for name, cell in lists.items())
    row = f'{{"snippet": "{snippet}"{cells}}}'
    [record] = read("clinicalie-medication-status", "test", ("test.jsonl", row))
    return record


@pytest.mark.parametrize(
    "cell", ["['zorbinase', 'Orin-K']", "[zorbinase, Orin-K]", '[\\"zorbinase\\", \\"Orin-K\\"]', "zorbinase, Orin-K"]
)
def test_names_of_medications_may_be_listed_in_several_ways(cell):
    document = status("Zorbinase and orin-k, not zorbinases.", cell)

    assert [(mention.text, mention.types) for mention in document.mentions] == [
        ("Zorbinase", ("Medication", "active")),
        ("orin-k", ("Medication", "active")),
    ]


def test_a_short_name_inside_a_longer_one_is_another_medication():
    document = status("Insulin lorn at night, insulin at noon.", "['insulin lorn']", "['insulin']")
    only = status("Insulin lorn at night.", "['insulin lorn']", "['insulin']")

    assert [(mention.text, mention.types[1]) for mention in document.mentions] == [
        ("Insulin lorn", "active"),
        ("insulin", "discontinued"),
    ]
    assert [(mention.text, mention.types[1]) for mention in only.mentions] == [
        ("Insulin", "discontinued"),
        ("Insulin lorn", "active"),
    ]


def test_a_medication_that_stands_nowhere_or_has_two_statuses_is_told():
    assert status("Nothing.", "['iron']").reason == "cannot be read: 'iron' does not stand in the snippet"
    assert status("Iron.", "['iron']", "['Iron']").reason == (
        "cannot be read: 'iron' is active and discontinued, and nothing tells where which"
    )


# Concepts, relations, coreference, time


def test_relations_of_2010_and_pairs_without_one():
    asked = examples("i2b2-2010", "re", unit="sentence", way=1)
    answers = Counter(example.question.options[example.gold.choices[0]] for example in asked)

    assert answers == {
        "improves": 1, "worsens": 1, "causes": 1, "is given for": 2, "is not given because of": 1, "reveals": 1,
        "is done to look into": 1, "points to": 1, "no relation": 6,
    }  # fmt: skip


def test_what_is_asserted_of_problems_in_2010():
    answers = [example.question.options[example.gold.choices[0]] for example in examples("i2b2-2010", "dc-assertion")]

    assert len(answers) == 12 + 4
    assert answers[:5] == [
        "the patient has it",
        "the patient may have it",
        "the patient has it",
        "the patient has it",
        "somebody else has it",
    ]


def test_a_chain_of_2011_relates_any_two_of_its_mentions():
    first, *_ = everything("i2b2-2011-coref")
    words = 'c="a" 1:0 1:0||t="person"\nc="b" 1:1 1:1||t="person"\nc="c" 1:2 1:2||t="person"\n'
    chain = 'c="a" 1:0 1:0||c="b" 1:1 1:1||c="c" 1:2 1:2||t="coref person"\n'
    [three] = read("i2b2-2011-coref", "train", ("X_Train/docs/1.txt", "a b c\n"), ("X_Train/concepts/1.txt.con", words),
                   ("X_Train/chains/1.txt.chains", chain))  # fmt: skip

    assert [chain.type for chain in first.coreferences] == ["person", "problem", "treatment", "test"]
    assert [tuple(argument.ref for argument in relation.arguments) for relation in three.relations] == [
        ("T1", "T2"), ("T1", "T3"), ("T2", "T3"),
    ]  # fmt: skip


def test_time_of_2012():
    first, second, third = everything("i2b2-2012-temporal")

    assert second.notes == ("bare & or < in a tag, which is no XML",)
    assert {mention.text for mention in second.mentions} >= {"nausea & vomiting", "wife\n&apos;s cough"}
    assert answers("i2b2-2012-temporal", "dc-admission") == {
        "9001 E0": "overlaps",
        "9001 E3": "after",
        "9003 E1": "before",
    }
    assert answers("i2b2-2012-temporal", "dc-discharge") == {
        "9001 E2": "before",
        "9001 E6": "overlaps",
        "9002 E1": "after",
    }
    assert [relation.type for relation in third.relations] == ["BEFORE", "OVERLAP"]
    assert len(first.relations) == 8


def test_a_file_of_2012_that_is_no_xml_is_told_as_published():
    _, broken = records("i2b2-2012-temporal", "train", as_published=True)

    assert broken.reason.startswith("not XML: not well-formed")


def test_social_determinants():
    train, other, *_ = everything("n2c2-2022-sdoh")

    assert (train.id, other.id) == ("mimic/9001", "uw/9001")
    mentions = {mention.id: mention.text for mention in train.mentions}
    tobacco = train.events[2]
    assert (tobacco.type, [(each.role, mentions[each.ref]) for each in tobacco.arguments]) == (
        "Tobacco",
        [
            ("Status", "Smokes"),
            ("Amount", "one pack"),
            ("Frequency", "a day"),
            ("Type", "cigarettes"),
            ("Type2", "cigars"),
        ],
    )
    lived = [example.question.options[example.gold.choices[0]] for example in examples("n2c2-2022-sdoh", "dc-living")]
    assert lived == ["with family", "alone", "with others", "homeless"]
    roles = {
        argument.role
        for example in examples("n2c2-2022-sdoh", "ee")
        for event in example.gold.events
        for argument in event.arguments
    }
    assert roles == {"Status", "Type", "Method", "Amount", "Frequency", "Duration", "History"}


def test_disorders_of_share():
    first, _, test = everything("share-clefe")

    assert [(mention.text, [str(concept) for concept in mention.concepts]) for mention in first.mentions] == [
        ("acute\nsplenulitis", ["UMLS:C9000001"]),
        ("gout", ["UMLS:C9000002"]),
        ("Spleen enlarged", []),
    ]
    assert [len(mention.spans) for mention in test.mentions] == [2, 1]


# Pairs


def test_inference_in_the_layout_of_snli():
    first, *_ = examples("mednli", "nli")

    assert first.question.texts == {
        "premise": "She fell over her cat and broke her left wrist .",
        "hypothesis": "The patient has a fracture.",
    }
    assert [example.gold.choices for example in examples("mednli", "nli")] == [(0,), (1,), (2,), (2,), (0,)]


def test_similarity_with_scores_in_the_file_or_beside_it():
    items = {item.id: (item.texts["sentence2"], item.score) for item in everything("medsts")}

    assert items["train-1"] == ('The patient was brought to "her" room again.', 4.5)
    assert items["test-1"] == ("She walks with a stick.", 0.5)


def test_scores_that_are_too_few_or_none_are_told():
    pairs = ("clinicalSTS.test.txt", "a\tb\nc\td\n")

    [few] = read("medsts", "test", pairs, ("clinicalSTS.test.gs.sim.txt", "4\n"))
    good, bad = read("medsts", "test", pairs, ("clinicalSTS.test.gs.sim.txt", "4\nhigh\n"))

    assert few.reason == "2 pairs, but 1 scores"
    assert good.score == 4
    assert bad.reason == "cannot be read: could not convert string to float: 'high'"


def test_what_a_pronoun_stands_for():
    first, second = examples("clinicalie-coref", "coref")

    assert first.question.instruction == 'What does the pronoun "It" stand for?'
    assert second.gold.references == ("velotrine", "We gave velotrine for the hiccups")
