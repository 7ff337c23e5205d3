"""Errors say where, what and what next, from whatever process they come."""

import pickle

import pytest

from medinstruct import engine, errors
from medinstruct.errors import FormatError, MedinstructError, Place, did_you_mean

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, MedinstructError)]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (MedinstructError("it broke"), "it broke"),
        (FormatError("it broke", where=Place("a.txt", 7)), "a.txt:7: it broke"),
        (FormatError("it broke", where=Place("a.txt")), "a.txt: it broke"),
        (FormatError("it broke", where="mix -> 1", next="mend it"), "mix -> 1: it broke (mend it)"),
    ],
)
def test_an_error_says_where_what_and_what_next(error, text):
    assert str(error) == text


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_can_be_sent_to_another_process(kind):
    error = kind("it broke", where=Place("a.txt", 7), next="mend it")

    again = pickle.loads(pickle.dumps(error))

    assert type(again) is kind
    assert (again.what, again.where, again.next) == (error.what, error.where, error.next)
    assert str(again) == str(error)


def _half(number: int) -> int:
    if number % 2:
        raise FormatError(f"{number} is odd", where=Place("numbers.txt", number), next="choose another")
    return number // 2


@pytest.mark.parametrize("workers", [1, 2])
def test_work_comes_back_in_order_and_its_error_as_it_is(workers):
    assert list(engine.run(_half, [6, 2, 8, 4], workers=workers)) == [3, 1, 4, 2]

    with pytest.raises(FormatError, match=r"^numbers.txt:3: 3 is odd \(choose another\)$"):
        list(engine.run(_half, [6, 3, 8], workers=workers))


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("weigth", ["weight", "width"], "did you mean weight?"),
        ("zzz", ["b", "a"], "there is a, b"),
        ("zzz", [], "there is none"),
        ("zzz", [f"{n:02}" for n in range(14)], "there is 00, 01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, …"),
    ],
)
def test_a_hint_is_the_nearest_word_or_those_there_are(word, known, hint):
    assert did_you_mean(word, known) == hint
    assert did_you_mean(word, reversed(known), more="(ls)") == f"{hint} (ls)"
