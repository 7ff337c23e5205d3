"""Malformed answers: 100,000 for each format are read without an exception, and long ones in linear time."""

import random

import pytest
from hostile import PIECES

from clock import processor_time
from medinstruct.tasks import load, names
from medinstruct.tasks.task import Parsed

FORMATS = [(type, name) for type in names() for name in load(type).formats]
MORE = (
    "[", "]", "{", "}", "[[", "|", "|Chemical]", "(A)", "(B) ", "The answer is ",
    "#1", "1. ", "- ", "* ", "```json\n", "```", '"', "\\", "\\u", "null",
    "Chemical: ", "Disease: None", " : B-Chemical", " : O\n", "Gene expression: expression", " | Theme: #2", '{"Chemical": [', '"head": ',
    "3.4", "-", "9" * 400, "\ud800", "\x00", "I cannot answer that.", "<think>", "</think>", "\n\n",
)  # fmt: skip
HOW_MANY = [2_000, pytest.param(100_000, marks=pytest.mark.slow)]


def malformed(rng: random.Random, right: str) -> str:
    """A right answer with something done to it, or pieces of answers in any order."""
    kind = rng.randrange(5)
    if kind == 0:
        return "".join(rng.choices((*MORE, *PIECES), k=rng.randint(0, 20)))
    at, to = sorted((rng.randint(0, len(right)), rng.randint(0, len(right))))
    if kind == 1:
        return right[:at] + right[to:]
    if kind == 2:
        return right[:at] + "".join(rng.choices((*MORE, *PIECES), k=3)) + right[at:]
    if kind == 3:
        return right[:to] + right[at:to] * rng.randint(1, 4) + right[to:].swapcase()
    return "".join(rng.sample(right, len(right)))


@pytest.mark.parametrize("how_many", HOW_MANY)
@pytest.mark.parametrize("type, name", FORMATS)
def test_malformed_answers_are_read(type: str, name: str, how_many: int) -> None:
    kind, rng = load(type), random.Random(f"{type} {name}")
    answer = kind.formats[name]()
    examples = [example for example in kind.samples if answer.fits(example) is None]
    rendered = [answer.render(example) for example in examples]
    exact = 0
    for n in range(how_many):
        at = n % len(examples)
        parsed = answer.parse(malformed(rng, rendered[at]), examples[at].question)
        assert isinstance(parsed, Parsed)
        assert len(parsed.marks) == len(parsed.prediction)
        exact += parsed.is_exact and bool(parsed.prediction)
    assert exact < how_many or type == "text_generation"  # where every text is an answer


LONG = ("(", "[", "{", '["', "a", " ", "a ", "\n", "- a (Chemical)\n", "Chemical: a ... ", "[a|Chemical]",
        "a : B-Chemical\n", "(A), ", "1,", "1. Binding: a | ",
        "```", "\\u", "a | induces | b\n", '{"a": [')  # fmt: skip


@pytest.mark.parametrize("type, name", FORMATS)
def test_long_answers_take_time_in_proportion_to_their_length(type: str, name: str) -> None:
    kind = load(type)
    answer, question = kind.formats[name](), kind.samples[0].question

    def is_in_proportion(short: str, long: str, rounds: int) -> bool:
        first, second = (
            processor_time(lambda text=text: answer.parse(text, question), rounds) for text in (short, long)
        )
        return second <= 24 * first + 0.5

    for piece in LONG:
        short, long = (piece * (length // len(piece)) for length in (25_000, 200_000))
        assert is_in_proportion(short, long, 1) or is_in_proportion(short, long, 5), piece
