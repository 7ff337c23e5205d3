"""The engines that decoders are built on, held to each format: they take all gold, and refuse what does not keep to it."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from outlines_core import Index, Vocabulary
from outlines_core.json_schema import build_regex_from_schema
from test_constraint import PAIRS, calmly, keeps

from medinstruct.tasks.read_json import LONE_SURROGATE
from medinstruct.tasks.span_extraction import Inline
from medinstruct.tasks.text_generation import Text

END = 256
"""The token behind the 256 bytes."""
BYTES = Vocabulary(END, {bytes([n]): [n] for n in range(END)})


def outlines(constraint):
    """What outlines-core takes, byte by byte."""
    is_json = constraint.kind == "json_schema"
    index = Index(build_regex_from_schema(constraint.value) if is_json else constraint.value, BYTES)

    def takes(text):
        state = index.get_initial_state()
        for byte in text.encode():
            if (state := index.get_next_state(state, byte)) is None:
                return False
        return index.is_final_state(state)

    return takes


def xgrammar(constraint):
    """What xgrammar takes, byte by byte, and then the end."""
    xg = pytest.importorskip("xgrammar", reason="xgrammar draws in 300 MB of Triton: pip install it by hand")
    words = [*(bytes([n]) for n in range(END)), b"</s>"]
    compiler = xg.GrammarCompiler(xg.TokenizerInfo(words, vocab_type=xg.VocabType.RAW, stop_token_ids=[END]))
    compiled = (compiler.compile_json_schema if constraint.kind == "json_schema" else compiler.compile_regex)(
        constraint.value
    )

    def takes(text):
        matcher = xg.GrammarMatcher(compiled)
        return all(matcher.accept_token(byte) for byte in text.encode()) and matcher.accept_token(END)

    return takes


BOUND = [(answer, examples) for answer, examples in PAIRS if not isinstance(answer, (Inline, Text))]
"""The formats that a decoder can be held to."""
of_each_format = pytest.mark.parametrize(
    "answer, examples", BOUND, ids=lambda it: repr(it) if hasattr(it, "fits") else ""
)
few = settings(calmly, max_examples=12)
by_each_engine = pytest.mark.parametrize("engine", [xgrammar, outlines])


def drawn(data, answer, examples):
    """A constraint and the gold that keeps to it."""
    example = data.draw(examples)
    assume(answer.fits(example) is None)
    constraint, gold = answer.constraint(example.question), answer.render(example)
    assume(constraint.kind != "free" and len(constraint.value) < 3_000)
    assume(not LONE_SURROGATE.search(constraint.value + gold) and "\0" not in constraint.value)  # no label holds one
    return constraint, gold


def is_lost(constraint, text):
    """Whether outlines-core loses a text: it goes on after a place where it might have ended, or is JSON with control signs."""
    if constraint.kind == "json_schema":
        return re.search(r"\\u[0-9a-f]{4}|[\x7f-\x9f]", text) is not None
    return any(re.fullmatch(constraint.value, text[:n]) for n in range(len(text)))


def is_kept(constraint, text):
    try:
        return keeps(constraint, text)
    except ValueError:  # no JSON
        return False


@by_each_engine
@of_each_format
@few
@given(data=st.data())
def test_gold_is_taken(answer, examples, engine, data):
    constraint, gold = drawn(data, answer, examples)
    assume(engine is not outlines or not is_lost(constraint, gold))

    assert engine(constraint)(gold)


@by_each_engine
@of_each_format
@few
@given(data=st.data())
def test_what_does_not_keep_to_it_is_refused(answer, examples, engine, data):
    """Gold with a stretch cut out, doubled, or another sign in its place; and no answer, and half of one."""
    constraint, gold = drawn(data, answer, examples)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(gold))] * 2)))
    between = data.draw(st.sampled_from(["", gold[start:end] * 2, "\n", ",", "]", "x", "\x00", " | "]))
    takes = engine(constraint)
    for text in (
        gold[:start] + between + gold[end:],
        "",
        gold[: len(gold) // 2],
        f"{gold}\n\n{gold}",
        "I cannot tell.",
    ):
        assert is_kept(constraint, text) or not takes(text)


@pytest.mark.xfail(
    strict=True,
    reason="outlines-core 0.2.14 loses what may follow a place where the text could have ended already, so it refuses right answers; "
    "a fault of the library, not of our expressions, which `re` and xgrammar read. When this passes, take the line of `is_lost` out, "
    "and the word in `constraint.py`",
)
@pytest.mark.parametrize(("expression", "text"), [("(?:a|anb)", "anb"), ("a(?:\nb)*", "a\nb")])
def test_outlines_takes_what_goes_on_after_a_place_where_it_might_have_ended(expression, text):
    from medinstruct.tasks.constraint import regex

    assert outlines(regex(expression))(text)
