"""What a decoder may be held to: all gold keeps to it, and what keeps to it is read with nothing left over."""

import json
import re

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_event_extraction import FORMATS as EVENT_FORMATS
from test_event_extraction import examples as event_examples
from test_multiple_choice import FORMATS as CHOICE_FORMATS
from test_multiple_choice import examples as choice_examples
from test_relation_triples import FORMATS as TRIPLE_FORMATS
from test_relation_triples import examples as triple_examples
from test_similarity import examples as number_examples
from test_span_extraction import examples as span_examples

from medinstruct.tasks import load, names
from medinstruct.tasks.constraint import Constraint
from medinstruct.tasks.read_json import LONE_SURROGATE
from medinstruct.tasks.similarity import Number
from medinstruct.tasks.span_extraction import Bio, Bullets, Inline, JsonStrings, Lines
from medinstruct.tasks.task import Example
from medinstruct.tasks.text_generation import Text, TextGold, TextQuestion

SPAN_FORMATS = [
    Lines(),
    Lines(separator="; ", none="nothing"),
    Bullets(),
    JsonStrings(),
    Bio(),
    Bio(tags="bare"),
    Inline(),
]

PAIRS = [
    *((answer, span_examples()) for answer in SPAN_FORMATS),
    *((answer, triple_examples()) for answer in TRIPLE_FORMATS),
    *((answer, event_examples()) for answer in EVENT_FORMATS),
    *((answer, choice_examples()) for answer in CHOICE_FORMATS),
    *((Number(decimals=n), number_examples()) for n in (0, 1, 2)),
    (Text(), st.builds(lambda text: Example(TextQuestion(), TextGold(references=(text,))), st.text(min_size=1))),
]
of_each_format = pytest.mark.parametrize(
    "answer, examples", PAIRS, ids=lambda it: f"{type(it).__module__}.{it!r}" if hasattr(it, "fits") else ""
)
calmly = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)


def keeps(constraint: Constraint, text: str) -> bool:
    if constraint.kind == "json_schema":
        return jsonschema.Draft202012Validator(json.loads(constraint.value)).is_valid(json.loads(text))
    return constraint.kind == "free" or re.fullmatch(constraint.value, text) is not None


def of_schema(schema) -> st.SearchStrategy:
    """Values of a schema, of the words that the dialect has."""
    if "anyOf" in schema:
        return st.one_of(map(of_schema, schema["anyOf"]))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            return st.fixed_dictionaries({name: of_schema(value) for name, value in schema["properties"].items()})
        case "array":
            return st.lists(of_schema(schema["items"]), max_size=4)
        case "integer":
            return st.integers(schema["minimum"], 5)
        case "string":
            return st.text(min_size=1, max_size=5)
    raise AssertionError(schema)


@of_each_format
@calmly
@given(data=st.data())
def test_gold_keeps_to_it(answer, examples, data):
    example = data.draw(examples)
    assume(answer.fits(example) is None)

    assert keeps(answer.constraint(example.question), answer.render(example))


@of_each_format
@calmly
@given(data=st.data())
def test_what_keeps_to_it_is_read_with_nothing_left(answer, examples, data):
    """But for empty strings, and for references of events, which may lead nowhere or in a circle."""
    question = data.draw(examples).question
    constraint = answer.constraint(question)
    if constraint.kind == "free" or len(constraint.value) > 3_000 or LONE_SURROGATE.search(constraint.value):
        return
    if constraint.kind == "json_schema":
        text = json.dumps(data.draw(of_schema(json.loads(constraint.value))), ensure_ascii=False)
    else:
        text = data.draw(st.from_regex(constraint.value, fullmatch=True))
    parsed = answer.parse(text, question)

    if answer in EVENT_FORMATS:
        names = (*question.labels, *question.roles)
        assert all(any(piece.startswith(name.strip()[:70]) for name in names) for piece in parsed.unread)
    else:
        assert not parsed.unread


@pytest.mark.parametrize("type", names())
def test_every_format_says_what_it_is_held_to_or_why_to_nothing(type):
    """Of the canonical examples: only free text and inline marks are free."""
    for name, format in load(type).formats.items():
        for example in load(type).samples:
            constraint = format().constraint(example.question)
            assert (constraint.kind == "free") == (name == "inline" or type == "text_generation"), (name, constraint)
            assert constraint.value


def test_a_question_that_has_all_signs_of_the_separator_is_free():
    kind = load("relation_triples")
    question = kind.samples[0].question

    assert kind.formats["lines"](separator="e", none="NIL").constraint(question) == Constraint(
        "free", "every sign of the separator stands in the text or in a label"
    )


def test_openai_takes_an_object_and_no_bounds():
    """A list is the `answer` of one, and is read all the same."""
    kind = load("relation_triples")
    example = kind.samples[0]
    answer = kind.formats["json"]()

    format = answer.constraint(example.question).response_format()
    schema = format["json_schema"]["schema"]
    text = f'{{"answer": {answer.render(example)}}}'

    assert format["json_schema"]["strict"] is True
    assert schema["required"] == ["answer"]
    assert "minimum" not in json.dumps(
        load("event_extraction")
        .formats["json"]()
        .constraint(load("event_extraction").samples[0].question)
        .response_format()
    )
    assert jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
    assert answer.parse(text, example.question).prediction == answer.carries(example)
    assert kind.formats["lines"]().constraint(example.question).response_format() is None


SAFE = re.compile(
    r"\\[nsd.^$*+?{}\[\]|()/\\-]|\(\?:|\[\^?(?:\\.|[^\]\\])+\]|\{\d+(?:,\d+)?\}|[|?*+)]|[^\\.^$*+?{}\[\]|()]"
)


@of_each_format
@calmly
@given(data=st.data())
def test_expressions_keep_to_the_dialect(answer, examples, data):
    """Literals, classes, groups without names, repeats; nothing that only one engine knows."""
    constraint = answer.constraint(data.draw(examples).question)

    assert constraint.kind != "regex" or re.fullmatch(f"(?:{SAFE.pattern})*", constraint.value)
