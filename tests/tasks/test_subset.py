"""Asking for some labels: what is drawn, what stays right, what is no longer carried."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import medinstruct
from medinstruct import corpora, tasks
from medinstruct.corpora.corpus import SAMPLES
from medinstruct.errors import RecipeError
from medinstruct.formats.draft import Broken
from medinstruct.tasks import native, subset
from medinstruct.tasks.task import Lost
from medinstruct.tasks.unit import windows

names = st.binary(min_size=1, max_size=8)


def examples():
    """Every example that the bundled samples give, of each type and fact that can be asked for some labels."""
    for id in corpora.names():
        corpus = corpora.load(id)
        if corpus.home != SAMPLES.parent or (folder := corpus.find(samples=True)) is None:
            continue
        for name, fact in corpus.tasks.items():
            for type in tasks.types_for(fact):
                ways = subset.able(type, fact)
                if len(ways) == 1:
                    continue
                view = tasks.load(type).views[fact.__class__]
                for split in corpus.splits:
                    if name in corpus.splits[split].withheld:
                        continue
                    for record in corpus.records(split, corpus.files(split, folder)):
                        if not isinstance(record, Broken) and fact.is_of(record):
                            for thing in view(record, fact, windows(record, "document", 999)):
                                if not isinstance(thing, Lost):
                                    yield type, ways, thing


EXAMPLES = list(examples())
sampled = st.sampled_from(EXAMPLES)


def can_be_held(type, example):
    return {name for name, answer in tasks.load(type).formats.items() if answer().fits(example) is None}


def test_there_are_examples_of_every_pair():
    assert {type for type, _, _ in EXAMPLES} == {type for type, _ in subset.ABLE}


@given(drawn=sampled, name=names, more=st.integers(1, 5))
def test_present_labels_and_a_few_absent_ones(drawn, name, more):
    """All that was right is right; no more than so many labels are added, each of the corpus' own set."""
    type, ways, example = drawn
    if "present" not in ways:
        return
    made, gone = subset.take(example, f"present+{more}", name)
    before, after = example.question, made.question

    assert set(after.offered) <= set(before.offered)
    assert [label for label in before.offered if label in after.offered] == list(after.offered)
    assert made.gold.says(after) == example.gold.says(before)
    assert len(after.offered) == min(len(before.offered), len(set(example.gold.needs(before))) + more)
    assert gone == ()
    assert made.annotations == example.annotations
    assert can_be_held(type, made) >= can_be_held(type, example)


@given(drawn=sampled, name=names)
def test_one_label(drawn, name):
    """The answer says of it what it said before; an annotation is carried or gone, by its own labels."""
    type, ways, example = drawn
    if "one" not in ways:
        return
    made, gone = subset.take(example, "one", name)
    (label,) = made.question.offered

    assert made.gold.says(made.question) == tuple(x for x in example.gold.says(example.question) if x == label)
    assert sorted(made.annotations + gone) == sorted(example.annotations)
    kinds = dict(zip(example.annotations, example.kinds))
    assert all((label in kinds[id]) == (id in made.annotations) for id in example.annotations)
    assert can_be_held(type, made) >= can_be_held(type, example)


@given(drawn=sampled, name=names)
def test_what_is_left_still_comes_back(drawn, name):
    type, ways, example = drawn
    for ask in {"one": "one", "present": "present+1"}.keys() & set(ways):
        made, _ = subset.take(example, {"one": "one", "present": "present+1"}[ask], name)
        for answer in (kind() for kind in tasks.load(type).formats.values()):
            if answer.fits(made) is None:
                assert answer.parse(answer.render(made), made.question).prediction == answer.carries(made)


def test_each_label_has_its_turn():
    """Over many rows every label is drawn about as often."""
    _, _, example = next(e for e in EXAMPLES if e[0] == "span_extraction" and len(e[2].question.labels) > 3)
    drawn = Counter(subset.take(example, "one", bytes([n // 256, n % 256]))[0].question.labels for n in range(2000))

    assert len(drawn) == len(example.question.labels)
    assert max(drawn.values()) < 1.4 * 2000 / len(drawn)


# ---- in a build

RECIPE = """\
title: Some
dedup: false
mix:
  - {{corpus: biored, task: ner, unit: sentence, ask: {ner}}}
  - {{corpus: bc5cdr, task: re, as: multiple_choice}}
  - {{corpus: bionlp13-cg, task: ee, unit: window, ask: present+3}}
"""


def build(tmp_path, ner):
    path = tmp_path / f"{ner}.yaml"
    path.write_text(RECIPE.format(ner=ner))
    return medinstruct.build(str(path), samples=True, out=tmp_path / ner, workers=1)


def asked(row):
    return json.loads(row["example"])["labels"]


def test_labels_asked_are_part_of_the_id(tmp_path):
    """And the ledger tells which annotations were not asked for."""
    whole, one = build(tmp_path, "all"), build(tmp_path, "one")
    rows = [row for row in one["train"] if row["task"] == "ner"]
    same = {row["id"] for row in whole["train"] if row["task"] != "ner"} & {row["id"] for row in one["train"]}

    assert {len(asked(row)) for row in rows} == {1}
    assert not {row["id"] for row in rows} & {row["id"] for row in whole["train"]}
    assert same == {row["id"] for row in one["train"] if row["task"] != "ner"}
    (line,) = (e for e in one.ledger["annotations"] if e["task"] == "ner" and e["split"] == "train")
    assert line["dropped"][subset.UNASKED] == line["in"] - line["kept"] > 0
    spans = {len(json.loads(row["gold"]).get("spans", ())) for row in rows}
    assert 0 in spans
    assert max(spans) > 0


def test_distractors_are_of_the_corpus_own_labels(tmp_path):
    found = build(tmp_path, "present+2")
    known = set(corpora.load("bionlp13-cg").tasks["ee"].labels.values())

    for row in (row for row in found["train"] if row["task"] == "ee"):
        there = {event["label"] for event in json.loads(row["gold"]).get("events", ())}
        assert there <= set(asked(row)) <= known
        assert len(asked(row)) == len(there) + 3


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("present", "ask: should be all, one, or present\\+1"),
        ("present+0", "ask: should be all, one, or present\\+1"),
        ("two", "ask: should be all, one, or present\\+1"),
    ],
)
def test_a_way_to_ask_that_there_is_not_is_told(tmp_path, ask, told):
    with pytest.raises(RecipeError, match=told):
        build(tmp_path, ask)


def test_an_event_cannot_be_asked_for_one_type_alone(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("title: t\nmix: [{corpus: bionlp09, task: ee, ask: one}]\n")
    with pytest.raises(
        RecipeError, match=r"mix -> 0 -> ask: ee of bionlp09 as event_extraction cannot be asked for 'one'"
    ) as error:
        medinstruct.build(str(path), samples=True, out=tmp_path / "r")
    assert "all, present" in error.value.next


# ---- labels and what they mean


@pytest.mark.parametrize("id", [id for id in corpora.names() if corpora.load(id).home == SAMPLES.parent])
def test_definitions_and_guidelines_are_of_what_the_corpus_asks(id):
    corpus = corpora.load(id)
    words = {word for fact in corpus.tasks.values() for word in getattr(fact, "labels", {}).values() if word}

    assert set(corpus.definitions) <= words
    assert set(corpus.guidelines) <= set(corpus.tasks)
    for text in corpus.definitions.values():
        assert text == text.strip()
        assert not text.endswith(".")


def test_every_native_label_is_told(tmp_path):
    """Those that are asked for, those that are annotated and not asked, and those that no fact names."""
    told = build(tmp_path, "all").manifest["corpora"]
    corpus = corpora.load("bionlp13-cg")
    known = native.words(corpus.tasks.values())
    seen = Counter(
        pair
        for split in corpus.splits
        if corpus.splits[split].role in ("train", "validation")
        for record in corpus.records(split, corpus.files(split, corpus.find(samples=True)))
        for pair in native.seen(record)
    )

    for (kind, label), times in seen.items():
        entry = told["bionlp13-cg"]["labels"][kind]
        if words := sorted(word for word in known.get((kind, label), ()) if word):
            assert entry["mapped"][label] == {"seen": times, "as": words}
        elif (kind, label) in known:
            assert entry["silent"][label] == times
        else:
            assert entry["unmapped"][label] == times
    assert told["bc5cdr"]["labels"]["relations"]["mapped"]["CID"]["as"] == ["induces"]


def test_wordings_show_definitions_where_the_recipe_says_so(tmp_path):
    """Those that show a guideline show them always; none changes an id."""
    text = (
        "title: t\ndefinitions: {}\ndedup: false\nmix:\n"
        "  - {{corpus: bc5cdr, task: ner, unit: sentence, templates: [typed-lines, guideline-lines]}}\n"
    )
    built = {}
    for stated in ("true", "false"):
        path = tmp_path / f"{stated}.yaml"
        path.write_text(text.format(stated))
        built[stated] = list(medinstruct.build(str(path), samples=True, out=tmp_path / stated, workers=1)["train"])
    corpus = corpora.load("bc5cdr")
    meaning, guideline = corpus.definitions["Chemical"], corpus.guidelines["ner"]

    assert [row["id"] for row in built["true"]] == [row["id"] for row in built["false"]]
    assert all(meaning in row["messages"][-2]["content"] for row in built["true"])
    for row in built["false"]:
        is_guided = "guideline" in row["template"]
        assert (meaning in row["messages"][-2]["content"]) == is_guided
        assert (guideline in row["messages"][-2]["content"]) == is_guided
        assert ("definitions" in row["example"]) == is_guided
    assert {"guideline" in row["template"] for row in built["false"]} == {True, False}
