"""Event extraction: what is asked of Documents, what answers hold, and what scores say."""

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
from medinstruct.tasks.event_extraction import (
    TASK,
    EventGold,
    EventQuestion,
    FilledRole,
    Filler,
    Found,
    JsonEvents,
    LabelledEvent,
    Lines,
    ideal,
)
from medinstruct.tasks.event_extraction.scores import argument_f1, f1, trigger_f1
from medinstruct.tasks.event_extraction.views import view
from medinstruct.tasks.facts import Events
from medinstruct.tasks.task import Case, Example, Lost, Window

FORMATS = [Lines(), JsonEvents(), Lines(separator=" ; ", none="No event"), Lines(separator="=>")]


@st.composite
def examples(draw, labels=names, mention=lambda text: places(text, 2)):
    text = draw(texts)
    types, roles = draw(labels), draw(labels)
    count = draw(st.integers(0, 5))
    order = draw(st.permutations(range(count)))  # events point to those before them here: no circles, any direction
    events = {}
    for rank, place in enumerate(order):
        lower = [st.sampled_from(order[:rank])] if rank else []
        filled = st.one_of(
            st.builds(FilledRole, role=st.sampled_from(roles), pieces=mention(text)),
            *[st.builds(FilledRole, role=st.sampled_from(roles), event=place) for place in lower],
        )
        events[place] = LabelledEvent(
            label=draw(st.sampled_from(types)),
            trigger=draw(mention(text)),
            arguments=draw(st.lists(filled, max_size=3)),
        )
    question = EventQuestion(text=text, labels=types, roles=roles)
    return Example(question, EventGold(events=tuple(events[n] for n in range(count))))


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


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
def test_enough_examples_fit_for_the_round_trips_to_mean_something(answer):
    fit = Counter()

    @settings(max_examples=300, database=None, derandomize=True)
    @given(example=examples(plain_names, words))
    def count(example):
        if example.gold.events:
            fit[answer.fits(example) is None] += 1

    count()
    assert fit[True] > 0.25 * fit.total(), fit


@given(example=examples())
def test_json_refuses_half_characters_alone(example):
    assert JsonEvents().fits(example) in (None, "half a character")


@pytest.mark.parametrize("answer", FORMATS, ids=repr)
@given(text=garbage)
def test_garbage_is_read_without_an_error(answer, text):
    parsed = answer.parse(text, TASK.samples[0].question)
    assert len(parsed.marks) == len(parsed.prediction)
    assert all(len(piece) <= 80 for piece in parsed.unread)


HOSTILE = {
    "lines of nothing": "\n" * 1_000_000,
    "one line": "x" * 1_000_000,
    "separators": " | " * 333_333,
    "colons": "1. Phosphorylation: x" + " | Theme: y" * 90_000,
    "invented words": "\n".join(f"{n}. Phosphorylation: word{n}" for n in range(1, 35_000)),
    "one circle": "\n".join(f"{n}. Phosphorylation: x | Theme: {n % 25_000 + 1}" for n in range(1, 25_001)),
    "a chain": "\n".join(f"{n}. Phosphorylation: x | Theme: {n + 1}" for n in range(1, 25_000)),
    "doubling": "\n".join(f"{n}. Phosphorylation: x | Theme: {n + 1} | Cause: {n + 1}" for n in range(1, 20_000)),
    "all to one": "1. Phosphorylation: x\n" + "2. Phosphorylation: y" + " | Theme: #1" * 90_000,
    "digits": "1" * 1_000_000,
    "json chain": "[" + ",".join(
        f'{{"id": {n}, "type": "Phosphorylation", "trigger": "x", "arguments": [{{"role": "Theme", "event": {n + 1}}}]}}'
        for n in range(1, 11_000)
    ) + "]",
    "json brackets": "[" * 1_000_000,
    "json quotes": '["' * 500_000,
}  # fmt: skip


@pytest.mark.parametrize("answer", [Lines(), JsonEvents()], ids=repr)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_read_in_time(answer, name):
    began = time.process_time()
    answer.parse(HOSTILE[name], TASK.samples[0].question)
    assert time.process_time() - began < 10


def test_doubling_references_stay_small():
    """Two references to the next event a hundred times over: written out that would be 2**100 events."""
    lines = [f"{n}. Binding: x | Theme: {n + 1} | Cause: {n + 1}" for n in range(1, 100)] + ["100. Binding: x"]
    question = EventQuestion(text="x", labels=("Binding",), roles=("Theme", "Cause"))

    once, again = (Lines().parse("\n".join(order), question) for order in (lines, lines[::-1]))

    assert once.prediction == again.prediction
    assert len(once.prediction) == 100


@given(example=examples(plain_names, words), seed=st.randoms(use_true_random=False))
def test_the_order_of_events_and_arguments_says_nothing(example, seed):
    events = example.gold.events
    order = list(range(len(events)))
    seed.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    turned = []
    for old in order:
        arguments = [
            a if a.event is None else a.model_copy(update={"event": place[a.event]}) for a in events[old].arguments
        ]
        seed.shuffle(arguments)
        turned.append(events[old].model_copy(update={"arguments": tuple(arguments)}))

    assert ideal(example.question, EventGold(events=tuple(turned))) == ideal(example.question, example.gold)


def test_events_that_differ_deep_down_stay_different():
    question = EventQuestion(text="x y", labels=("A",), roles=("R",))
    one = Lines().parse("1. A: x | R: 2\n2. A: x | R: 3\n3. A: x", question).prediction
    other = Lines().parse("1. A: x | R: 2\n2. A: x | R: 3\n3. A: y", question).prediction
    assert one != other
    assert one == (Found("A", "x"), Found("A", "x", (Filler("R", 0, ""),)), Found("A", "x", (Filler("R", 1, ""),)))


@pytest.mark.parametrize(
    "mention, reason",
    [
        ("#2", "a mention that reads as a reference"),
        ("2", None),
        ("a | b", "the separator in a mention, a label or a role"),
        ("a\nb", "a line break in a mention"),
        (" a", "a blank at the edge of a mention"),
        ("007", None),
        ("a:b", None),
        ("a|b", None),
    ],
)
def test_lines_refuse_what_could_be_misread(mention, reason):
    arguments = (FilledRole(role="Theme", pieces=((2, 2 + len(mention)),)),)
    event = LabelledEvent(label="Binding", trigger=((0, 1),), arguments=arguments)
    example = Example(
        EventQuestion(text=f"x {mention}", labels=("Binding",), roles=("Theme",)), EventGold(events=(event,))
    )
    assert Lines().fits(example) == reason
    assert JsonEvents().fits(example) is None


@pytest.mark.parametrize("text, pieces", [("ab", ((0, 3),)), ("ab", ((1, 1),)), ("ab", ((-1, 1),)), ("ab", ())])
def test_a_trigger_outside_the_text_does_not_fit(text, pieces):
    example = Example(
        EventQuestion(text=text, labels=("A",), roles=()), EventGold(events=(LabelledEvent(label="A", trigger=pieces),))
    )
    assert all(answer.fits(example) == "a span outside the text" for answer in FORMATS)


@pytest.mark.parametrize("arguments", [[0], [1], [-1], [7]])
def test_a_gold_event_cannot_point_to_itself_or_nowhere(arguments):
    filled = tuple(FilledRole(role="Theme", event=place) for place in arguments)
    with pytest.raises(ValidationError):
        EventGold(events=(LabelledEvent(label="A", trigger=((0, 1),), arguments=filled),))


@pytest.mark.parametrize(
    "options",
    [{"separator": " "}, {"separator": "\n|"}, {"separator": ": "}, {"none": ""}, {"none": "1. A: b"}, {"none": " x"}],
)
def test_options_that_cannot_be_read_back_are_refused(options):
    with pytest.raises(ValidationError):
        Lines(**options)


def test_a_careless_answer_is_read_and_marked():
    question = TASK.samples[0].question
    parsed = Lines().parse(
        "Here are the events:\n- gene EXPRESSION: expression | theme: bcl2\nPhosphorylation: melting | Theme: 9 | Site: x",
        question,
    )
    assert parsed.prediction == (
        Found("Gene expression", "expression", (Filler("Theme", -1, "bcl2"),)),
        Found("Phosphorylation", "melting"),
    )
    assert parsed.marks == ("repaired", "invented")
    assert parsed.unread == ("Here are the events:", "Site: x", "Theme: 9")


def test_circles_in_an_answer_stay_unread():
    question = TASK.samples[0].question
    parsed = Lines().parse(
        "1. Phosphorylation: induces | Theme: #2\n2. Phosphorylation: expression | Theme: #1\n"
        "3. Phosphorylation: BCL2 | Cause: #1\n4. Phosphorylation: BCL2",
        question,
    )
    assert parsed.prediction == (Found("Phosphorylation", "BCL2"),)
    assert len(parsed.unread) == 3


# ---- the view

TEXT = "A binds B. C cuts D."
SENTENCES = [Window("sentence 0", 0, 10), Window("sentence 1", 11, 20)]
FACT = Events(
    labels={"Bind": "binding", "Cut": "cutting", "Melt": None},
    roles={"Theme": "theme", "Cause": "cause", "Site": None},
    participants={"Protein": "protein", "Ion": "ion", "Cell": None},
)


def mention(id, start, end, type="Protein"):
    return {"id": id, "spans": ((start, end),), "text": TEXT[start:end], "types": (type,)}


def event(id, type, trigger, *arguments):
    filled = [{"role": role, "ref": ref, "kind": kind} for role, ref, kind in arguments]
    return {"id": id, "type": type, "trigger": trigger, "arguments": filled}


def document(*events):
    mentions = [
        mention("A", 0, 1), mention("B", 8, 9), mention("C", 11, 12), mention("D", 18, 19), mention("ion", 18, 19, "Ion"),
        mention("binds", 2, 7, "Bind"), mention("cuts", 13, 17, "Cut"), mention("over", 8, 12, "Cut"),
    ]  # fmt: skip
    return Document.model_validate({"id": "d", "text": TEXT, "mentions": mentions, "events": events})


def lost(*events, windows=SENTENCES):
    return {
        thing.annotation: thing.reason for thing in view(document(*events), FACT, windows) if isinstance(thing, Lost)
    }


def asked(*events, windows=SENTENCES):
    return [thing for thing in view(document(*events), FACT, windows) if not isinstance(thing, Lost)]


def test_a_window_holds_its_events_and_names_their_ids():
    first, second = asked(
        event("E2", "Cut", "cuts", ("Theme", "D", "mention"), ("Cause", "C", "mention")),
        event("E1", "Bind", "binds", ("Theme", "A", "mention"), ("Site", "D", "mention")),
    )
    assert (first.annotations, first.unit, first.window) == (("E1",), "sentence 0", (0, 10))
    assert first.gold.events[0].arguments == (FilledRole(role="theme", pieces=((0, 1),)),)
    assert first.question.participants == {"protein": ("A", "B"), "ion": ()}
    assert second.question.participants == {"protein": ("C", "D"), "ion": ("D",)}
    assert second.question.text == "C cuts D."
    assert second.gold.events[0].trigger == ((2, 6),)
    assert Lines().render(second) == "1. cutting: cuts | theme: D | cause: C"


def test_a_document_without_events_is_asked_too():
    assert [example.gold.is_empty for example in asked()] == [True, True]


def test_one_event_may_be_the_argument_of_several_and_share_its_trigger():
    (example,) = asked(
        event("E1", "Bind", "binds"),
        event("E2", "Bind", "binds", ("Theme", "E1", "event")),
        event("E3", "Cut", "cuts", ("Theme", "E1", "event"), ("Cause", "E2", "event")),
        windows=[Window("document", 0, 20)],
    )
    assert example.annotations == ("E1", "E2", "E3")
    answer = "1. binding: binds\n2. binding: binds | theme: #1\n3. cutting: cuts | theme: #1 | cause: #2"
    assert Lines().render(example) == answer


@pytest.mark.parametrize(
    "events, reasons",
    [
        ([event("E", "Melt", "cuts")], {"E": "its label is not asked for"}),
        ([event("E", "Boil", "cuts")], {}),  # no type of the fact: it is listed among the unmapped labels
        ([event("E", "Cut", "cuts", ("Goal", "C", "mention"))], {"E": "the role of an argument is not asked for"}),
        ([event("E", "Cut", "over")], {"E": "its trigger lies whole in no window"}),
        ([event("E", "Cut", "cuts", ("Theme", "MESH:D1", "concept"))], {"E": "an argument is a concept"}),
        ([event("E", "Cut", "cuts", ("Theme", "A", "mention"))], {"E": "its arguments do not stand in one window"}),
        ([event("E", "Cut", "cuts", ("Theme", "over", "mention"))], {"E": "its arguments do not stand in one window"}),
        (
            [event("E", "Cut", "cuts", ("Theme", "F", "event")), event("F", "Bind", "binds")],
            {"E": "its arguments do not stand in one window"},
        ),
        (
            [event("E", "Cut", "cuts", ("Theme", "F", "event")), event("F", "Melt", "cuts")],
            {"E": "an event in it is lost", "F": "its label is not asked for"},
        ),
        (
            [event("E", "Cut", "cuts", ("Theme", "F", "event")), event("F", "Cut", "cuts", ("Cause", "E", "event"))],
            {"E": "its arguments lead in a circle", "F": "its arguments lead in a circle"},
        ),
        ([event("E", "Cut", "cuts", ("Theme", "E", "event"))], {"E": "its arguments lead in a circle"}),
    ],
)
def test_each_reason_why_an_event_is_lost(events, reasons):
    assert lost(*events) == reasons


def test_a_role_that_is_left_out_may_even_lead_in_a_circle():
    assert lost(event("E", "Cut", "cuts", ("Site", "E", "event"))) == {}


@given(st.data())
def test_every_event_is_carried_or_lost_and_never_both(data):
    ids = [f"E{n}" for n in range(data.draw(st.integers(0, 8)))]
    role = st.sampled_from(["Theme", "Cause", "Site", "Goal"] + ["Theme"] * 8)
    argument = st.tuples(role, st.sampled_from(["A", "B", "C", "D", "over"]), st.just("mention"))
    if ids:
        argument |= st.tuples(role, st.sampled_from(ids), st.just("event"))
    made = [
        event(id, data.draw(st.sampled_from(["Bind", "Cut", "Cut", "Melt"])), data.draw(st.sampled_from(["binds", "cuts", "over"])),
              *data.draw(st.lists(argument, max_size=2)))
        for id in ids
    ]  # fmt: skip
    windows = data.draw(st.sampled_from([SENTENCES, [Window("document", 0, 20)], [Window("part", 11, 20)], []]))

    told = Counter()
    for thing in view(document(*made), FACT, windows):
        told.update([thing.annotation] if isinstance(thing, Lost) else thing.annotations)
        if not isinstance(thing, Lost):
            assert len(thing.annotations) == len(thing.gold.events)

    assert told == Counter(ids)


# ---- scores


def case(answer, example=TASK.samples[0]):
    return Case(example.question, example.gold, Lines().parse(answer, example.question).prediction)


@given(example=examples())
def test_gold_scores_one(example):
    cases = [Case(example.question, example.gold, ideal(example.question, example.gold))]
    assert {score(cases) for score in TASK.scores.values()} == {1.0}


def test_a_wrong_argument_spoils_the_event_and_all_that_hold_it_but_not_the_triggers():
    cases = [case(Lines().render(TASK.samples[0]).replace("2. Gene expression: expression | Theme: BCL2",
                                                          "2. Gene expression: expression | Theme: IL-10"))]  # fmt: skip
    assert f1(cases) == pytest.approx(1 / 3)
    assert trigger_f1(cases) == 1.0
    assert argument_f1(cases) == pytest.approx(3 / 4)


def test_nothing_said_where_something_is_due_scores_nothing():
    assert {score([case("None")]) for score in TASK.scores.values()} == {0.0}
    assert {score([]) for score in TASK.scores.values()} == {1.0}


def test_an_event_said_twice_counts_once_as_right():
    example = TASK.samples[0]
    assert f1(
        [case("1. Phosphorylation: phosphorylation | Theme: BCL2\n2. Phosphorylation: phosphorylation | Theme: BCL2")]
    ) == (pytest.approx(2 * 1 / (2 + len(example.gold.events))))


# ---- real corpora

DATA = Path(os.environ.get("MEDINSTRUCT_DATA", Path(__file__).parents[3] / "shared/corpora"))


@pytest.mark.real
@pytest.mark.skipif(not (DATA / "bionlp09").is_dir(), reason="bionlp09 is not here")
def test_every_event_of_bionlp09_is_accounted_for_and_comes_back():
    from medinstruct import source
    from medinstruct.formats import bionlp_st
    from medinstruct.formats.draft import documents
    from medinstruct.tasks.unit import windows

    fact = Events(
        labels={name: name.replace("_", " ") for name in (
            "Binding", "Gene_expression", "Localization", "Negative_regulation", "Phosphorylation", "Positive_regulation",
            "Protein_catabolism", "Regulation", "Transcription",
        )},
        roles={"Theme": "Theme", "Theme2": "Theme", "Cause": "Cause", "Site": None, "Site2": None, "CSite": None,
               "AtLoc": None, "ToLoc": None},
        participants={"Protein": "Protein"},
    )  # fmt: skip
    files = list(source.select(DATA / "bionlp09", ["train/*.txt", "train/*.a1", "train/*.a2"]))
    rows = events = 0
    for found in documents(bionlp_st.read(files)):
        for unit in ("document", "sentence"):
            told = Counter()
            for thing in view(found, fact, windows(found, unit, 0)):
                told.update([thing.annotation] if isinstance(thing, Lost) else thing.annotations)
                for answer in [] if isinstance(thing, Lost) else [Lines(), JsonEvents()]:
                    rows += 1
                    if answer.fits(thing) is None:
                        assert answer.parse(answer.render(thing), thing.question).prediction == answer.carries(thing)
            assert told == Counter(event.id for event in found.events)
            events += len(found.events)
    assert rows > 10_000
    assert events == 2 * 8_615
