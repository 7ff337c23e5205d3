"""Relation triples: what is asked of Documents, what answers hold, and what scores say."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from hostile import garbage, names, places, plain_names, texts, words
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medinstruct.document import Document
from medinstruct.tasks.facts import Relations
from medinstruct.tasks.relation_triples import (
    TASK,
    Entity,
    Found,
    JsonTriples,
    Lines,
    Triple,
    TripleGold,
    TripleQuestion,
    ideal,
)
from medinstruct.tasks.relation_triples.scores import f1, string_f1
from medinstruct.tasks.relation_triples.views import view
from medinstruct.tasks.task import Case, Example, Lost, Window

FORMATS = [
    Lines(),
    JsonTriples(),
    Lines(separator=" -> ", none="No relation"),
    Lines(separator="e", none="NIL"),
    Lines(separator="; "),
]


@st.composite
def examples(draw, labels=names, mention=lambda text: places(text, 2)):
    text, asked = draw(texts), draw(labels)
    names_of = st.lists(mention(text), min_size=1, max_size=3).map(tuple)
    entities = draw(st.lists(st.builds(Entity, names=names_of), min_size=1, max_size=4))
    place = st.integers(0, len(entities) - 1)
    triples = draw(st.lists(st.builds(Triple, head=place, label=st.sampled_from(asked), tail=place), max_size=5))
    question = TripleQuestion(text=text, labels=asked, symmetric=draw(st.booleans()))
    return Example(question, TripleGold(entities=tuple(entities), triples=tuple(triples)))


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@given(example=examples())
def test_what_fits_comes_back_from_hostile_text(answer, example):
    if answer.fits(example) is None:
        assert answer.parse(answer.render(example), example.question).prediction == answer.carries(example)


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@given(example=examples(plain_names, words))
def test_what_fits_comes_back_from_words(answer, example):
    if answer.fits(example) is None:
        parsed = answer.parse(answer.render(example), example.question)
        assert parsed.prediction == answer.carries(example)
        assert parsed.is_exact


@pytest.mark.parametrize(
    "answer", [each for each in FORMATS if each.fields(TASK.samples[0].question).get("separator") != "e"], ids=repr
)
def test_enough_examples_fit_for_the_round_trips_to_mean_something(answer):
    fit = Counter()

    @settings(max_examples=300, database=None, derandomize=True)
    @given(example=examples(plain_names, words))
    def count(example):
        if example.gold.triples:
            fit[answer.fits(example) is None] += 1

    count()
    assert fit[True] > 0.25 * fit.total(), fit


@given(example=examples())
def test_json_refuses_half_characters_alone(example):
    assert JsonTriples().fits(example) in (None, "half a character")


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@given(text=garbage, symmetric=st.booleans())
def test_garbage_is_read_without_an_error(answer, text, symmetric):
    question = TripleQuestion(text="a b x y", labels=("Binding", "2"), symmetric=symmetric)
    parsed = answer.parse(text, question)
    assert len(parsed.marks) == len(parsed.prediction)
    assert parsed.prediction == tuple(sorted(set(parsed.prediction)))
    assert all(len(piece) <= 80 for piece in parsed.unread)


HOSTILE = {
    "lines of nothing": "\n" * 1_000_000,
    "one line": "x" * 1_000_000,
    "separators": " | " * 333_333,
    "triples": "\n".join(f"word{n} | induces | thing{n}" for n in range(30_000)),
    "bullets": "- " * 500_000,
    "digits": "1" * 1_000_000,
    "json triples": "["
    + ",".join(f'{{"head": "a{n}", "relation": "induces", "tail": "b"}}' for n in range(20_000))
    + "]",
    "json brackets": "[" * 1_000_000,
    "json quotes": '["' * 500_000,
}


@pytest.mark.parametrize("answer", [Lines(), JsonTriples()], ids=repr)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_read_in_time(answer, name):
    began = time.process_time()
    answer.parse(HOSTILE[name], TASK.samples[0].question)
    assert time.process_time() - began < 10


def test_the_direction_of_a_symmetric_relation_says_nothing():
    question = TripleQuestion(text="a b", labels=("binds",), symmetric=True)
    parsed = Lines().parse("b | binds | a\na | binds | b", question)
    assert parsed.prediction == (Found("a", "binds", "b"),)
    directed = Lines().parse("b | binds | a\na | binds | b", question.model_copy(update={"symmetric": False}))
    assert len(directed.prediction) == 2


@pytest.mark.parametrize(
    "head, reason",
    [
        ("a | b", "the separator in a mention or a label"),
        ("a |", "the separator in a mention or a label"),
        ("a\nb", "a line break in a mention"),
        (" a", "a blank at the edge of a mention"),
        ("a\u2028b", None),
        ("a|b", None),
        ("- a", None),
        ("None", None),
    ],
)
def test_lines_refuse_what_could_be_misread(head, reason):
    gold = TripleGold(
        entities=(Entity(names=(((2, 2 + len(head)),),)), Entity(names=(((0, 1),),))),
        triples=(Triple(head=0, label="r", tail=1),),
    )
    example = Example(TripleQuestion(text=f"x {head}", labels=("r",)), gold)
    assert Lines().fits(example) == reason
    assert JsonTriples().fits(example) is None


def test_a_mention_in_parts_that_begins_like_an_item_of_a_list_does_not_fit():
    gold = TripleGold(entities=(Entity(names=(((0, 1), (4, 5)),)),), triples=(Triple(head=0, label="r", tail=0),))
    example = Example(TripleQuestion(text="- x a", labels=("r",)), gold)
    assert Lines().fits(example) == "a mention that begins like an item of a list"


@pytest.mark.parametrize(
    "options",
    [{"separator": " "}, {"separator": "\n"}, {"separator": " on "}, {"none": ""}, {"none": "a|b"}, {"none": "x "}],
)
def test_options_that_cannot_be_read_back_are_refused(options):
    with pytest.raises(ValidationError):
        Lines(**({"none": "None"} | options))


def test_a_careless_answer_is_read_and_marked():
    parsed = Lines().parse(
        "Sure:\n- naloxone|Reverses|clonidine\n2. morphine | induces | hypotension\nclonidine | cures | hypotension",
        TASK.samples[0].question,
    )
    assert parsed.prediction == (
        Found("morphine", "induces", "hypotension"), Found("naloxone", "reverses", "clonidine"),
    )  # fmt: skip
    assert parsed.marks == ("invented", "repaired")
    assert parsed.unread == ("Sure:", "clonidine | cures | hypotension")


# ---- the view

TEXT = "Aspirin (ASA) harms ears. ASA helps hearts and ears."
SENTENCES = [Window("sentence 0", 0, 25), Window("sentence 1", 26, 52)]
WHOLE = [Window("document", 0, 52)]
LABELS = {"Harm": "harms", "Help": "helps", "Other": None}
MENTIONS = FACT = Relations(labels=LABELS, arguments={}, level="mention")
CONCEPTS = Relations(labels=LABELS, arguments={}, level="concept")
NAMED = {
    "asp": (0, 7, "D1"), "asa1": (9, 12, "D1"), "ears1": (20, 24, "D2"), "asa2": (26, 29, "D1"), "hearts": (36, 42, "D3"),
    "ears2": (47, 51, "D2"), "over": (20, 29, "D4"),
}  # fmt: skip


def mention(id, start, end, *concepts):
    return {"id": id, "spans": ((start, end),), "text": TEXT[start:end], "types": ("T",),
            "concepts": [{"vocabulary": "MESH", "id": concept} for concept in concepts]}  # fmt: skip


def relation(id, type, *refs, kind="mention"):
    return {"id": id, "type": type, "arguments": [{"role": "Arg", "ref": ref, "kind": kind} for ref in refs]}


def document(*relations, more=()):
    mentions = [mention(id, *marked) for id, marked in NAMED.items()] + list(more)
    events = [{"id": "E", "type": "X", "trigger": "asp"}]
    return Document.model_validate(
        {"id": "d", "text": TEXT, "mentions": mentions, "relations": relations, "events": events}
    )


def split(found, fact, windows):
    things = list(view(found, fact, windows))
    lost = {thing.annotation: thing.reason for thing in things if isinstance(thing, Lost)}
    return lost, [thing for thing in things if not isinstance(thing, Lost)]


def test_relations_between_mentions_stand_in_their_window():
    lost, (first, second) = split(
        document(relation("R1", "Help", "asa2", "hearts"), relation("R2", "Harm", "asa1", "ears1")), MENTIONS, SENTENCES
    )
    assert lost == {}
    assert (first.annotations, first.unit, first.window) == (("R2",), "sentence 0", (0, 25))
    assert Lines().render(first) == "ASA | harms | ears"
    assert second.gold.entities[0] == Entity(names=(((0, 3),),))
    assert Lines().render(second) == "ASA | helps | hearts"


def test_a_document_without_relations_is_asked_too():
    _, found = split(document(), CONCEPTS, SENTENCES)
    assert [example.gold.is_empty for example in found] == [True, True]


@pytest.mark.parametrize(
    "made, reason",
    [
        (relation("R", "Other", "asp", "ears1"), "its label is not asked for"),
        (relation("R", "Harm", "asp", "ears1", "asa1"), "it has not two arguments"),
        (relation("R", "Harm", "asp"), "it has not two arguments"),
        (relation("R", "Harm", "E", "E", kind="event"), "an argument is no mention"),
        (relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept"), "an argument is no mention"),
        (relation("R", "Harm", "asp", "over"), "its arguments do not stand in one window"),
        (relation("R", "Harm", "asp", "ears2"), "its arguments do not stand in one window"),
    ],
)
def test_each_reason_why_a_relation_between_mentions_is_lost(made, reason):
    assert split(document(made), MENTIONS, SENTENCES)[0] == {"R": reason}


@pytest.mark.parametrize(
    "refs, kind, reason",
    [
        (("asp", "ears1"), "mention", "an argument is no concept"),
        (("MESH:D1", "MESH:D9"), "concept", "an argument is mentioned nowhere"),
        (("MESH:D1", "D2"), "concept", "an argument is mentioned nowhere"),
        (("MESH:D1", "MESH:D4"), "concept", "its arguments do not stand in one window"),
    ],
)
def test_each_reason_why_a_relation_between_concepts_is_lost(refs, kind, reason):
    assert split(document(relation("R", "Harm", *refs, kind=kind)), CONCEPTS, SENTENCES)[0] == {"R": reason}


def test_a_relation_of_a_type_that_the_fact_does_not_name_is_not_its_own():
    """It is neither carried nor lost: the manifest lists it among the unmapped labels."""
    assert split(document(relation("R", "New", "asp", "ears1")), MENTIONS, SENTENCES)[0] == {}


def test_concepts_that_never_meet_in_a_window_are_not_related_in_one():
    windows = [Window("part 0", 0, 19), Window("part 1", 30, 52)]
    assert split(document(relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept")), CONCEPTS, windows)[0] == {
        "R": "its arguments do not stand in one window"
    }


def test_a_relation_between_concepts_stands_in_every_window_that_names_both():
    _, (first, second) = split(
        document(relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept")), CONCEPTS, SENTENCES
    )
    assert first.annotations == second.annotations == ("R",)
    assert Lines().render(first) == "Aspirin | harms | ears"
    assert Lines().render(second) == "ASA | harms | ears"


def test_the_gold_keeps_every_name_of_a_concept():
    _, (found,) = split(document(relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept")), CONCEPTS, WHOLE)
    assert found.gold.entities[0].names == (((0, 7),), ((9, 12),), ((26, 29),))


def test_a_concept_is_called_by_the_first_name_that_is_its_own():
    also_aspirin = mention("also", 0, 7, "D3")
    _, (found,) = split(
        document(relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept"), more=[also_aspirin]), CONCEPTS, WHOLE
    )
    assert found.gold.entities[0] == Entity(names=(((9, 12),), ((0, 7),), ((26, 29),)))
    assert Lines().render(found) == "ASA | harms | ears"


def test_a_concept_whose_names_all_mean_others_too_is_called_by_its_first_and_scores():
    shared = [mention("x", 0, 7, "D3", "D1"), mention("y", 9, 12, "D3")]
    _, (found,) = split(
        document(relation("R", "Harm", "MESH:D1", "MESH:D2", kind="concept"), more=shared), CONCEPTS, WHOLE
    )
    assert Lines().render(found) == "Aspirin | harms | ears"
    assert f1([Case(found.question, found.gold, (Found("ASA", "harms", "ears"),))]) == 1.0


def test_symmetric_relations_run_in_the_order_of_the_text_and_count_once():
    fact = Relations(labels=LABELS, arguments={}, level="concept", symmetric=True)
    pair = [relation("R1", "Harm", "MESH:D2", "MESH:D1", kind="concept"),
            relation("R2", "Harm", "MESH:D1", "MESH:D2", kind="concept")]  # fmt: skip
    lost, (found,) = split(document(*pair), fact, WHOLE)
    assert lost == {}
    assert found.annotations == ("R1", "R2")
    assert found.gold.triples == (Triple(head=0, label="harms", tail=1),)


@given(st.data())
def test_every_relation_is_carried_or_lost_and_never_both(data):
    level = data.draw(st.sampled_from(["mention", "concept"]))
    refs = {"mention": list(NAMED), "concept": ["MESH:D1", "MESH:D2", "MESH:D3", "MESH:D4", "MESH:D9"]}
    made = []
    for n in range(data.draw(st.integers(0, 6))):
        kind = data.draw(st.sampled_from([level] * 5 + ["mention", "concept"]))
        arguments = data.draw(st.lists(st.sampled_from(refs[kind]), min_size=1, max_size=3))
        made.append(relation(f"R{n}", data.draw(st.sampled_from(["Harm", "Help", "Other"])), *arguments, kind=kind))
    windows = data.draw(st.sampled_from([SENTENCES, WHOLE, [Window("part", 26, 52)], []]))
    fact = Relations(labels=LABELS, arguments={}, level=level, symmetric=data.draw(st.booleans()))

    lost, carried = Counter(), []
    for thing in view(document(*made), fact, windows):
        if isinstance(thing, Lost):
            lost[thing.annotation] += 1
        else:
            carried.append(thing.annotations)

    told = Counter(id for ids in carried for id in ids)
    assert all(len(set(ids)) == len(ids) for ids in carried)
    assert set(lost.values()) <= {1}
    assert sorted([*lost, *told]) == sorted(each["id"] for each in made)
    if level == "mention" or len(windows) == 1:
        assert set(told.values()) <= {1}


# ---- scores


@given(example=examples())
def test_gold_scores_one(example):
    cases = [Case(example.question, example.gold, ideal(example.question, example.gold))]
    assert {score(cases) for score in TASK.scores.values()} == {1.0}


def case(*triples):
    question, gold = TASK.samples[0].question, TASK.samples[0].gold
    return [Case(question, gold, tuple(Found(*triple.split(" | ")) for triple in triples))]


def test_any_name_of_a_concept_is_right_but_not_as_a_string():
    cases = case("Naloxone | reverses | Catapres", "clonidine | induces | hypotension")
    assert f1(cases) == 1.0
    assert string_f1(cases) == 0.5


def test_two_names_for_one_thing_do_not_make_two_triples():
    cases = case("Naloxone | reverses | Catapres", "Naloxone | reverses | clonidine")
    assert f1(cases) == pytest.approx(2 * 1 * 0.5 / 1.5)


def test_the_wrong_direction_is_wrong_unless_the_relation_has_none():
    (turned,) = case("Catapres | reverses | Naloxone")
    assert f1([turned]) == 0.0
    assert f1([turned._replace(question=turned.question.model_copy(update={"symmetric": True}))]) > 0


def test_nothing_said_where_something_is_due_scores_nothing():
    assert {score(case()) for score in TASK.scores.values()} == {0.0}
    assert {score([]) for score in TASK.scores.values()} == {1.0}


# ---- real corpora

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))
REAL = {
    "bc5cdr": (["CDR_*Set.PubTator.txt"], {"CID": "induces"}, False, 3_000),
    "biored": (
        ["Train.PubTator", "Dev.PubTator", "Test.PubTator"],
        {name: name.replace("_", " ").lower() for name in (
            "Association", "Bind", "Comparison", "Conversion", "Cotreatment", "Drug_Interaction", "Negative_Correlation",
            "Positive_Correlation",
        )},
        True, 6_000,
    ),
}  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("corpus", REAL)
def test_every_relation_of_a_real_corpus_is_accounted_for_and_comes_back(corpus):
    if not (DATA / corpus).is_dir():
        pytest.skip(f"{corpus} is not here")
    from medinstruct import source
    from medinstruct.formats import pubtator
    from medinstruct.formats.draft import Broken

    patterns, labels, symmetric, least = REAL[corpus]
    fact = Relations(labels=labels, arguments={}, level="concept", symmetric=symmetric)
    relations = 0
    for found in pubtator.read(list(source.select(DATA / corpus, patterns))):
        if isinstance(found, Broken):
            continue
        told = Counter()
        for thing in view(found, fact, [Window("document", 0, len(found.text))]):
            told.update([thing.annotation] if isinstance(thing, Lost) else thing.annotations)
            for answer in [] if isinstance(thing, Lost) else [Lines(), JsonTriples()]:
                if answer.fits(thing) is None:
                    assert answer.parse(answer.render(thing), thing.question).prediction == answer.carries(thing)
        assert told == Counter(relation.id for relation in found.relations)
        relations += len(found.relations)
    assert relations > least
