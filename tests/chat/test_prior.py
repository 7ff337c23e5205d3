"""What is most often right: by options where rows share them, and no slower where each row has its own."""

from types import SimpleNamespace

from clock import processor_time
from medinstruct.chat.prior import Priors
from medinstruct.tasks.multiple_choice import ChoiceGold, ChoiceQuestion


def solved(options, *choices, several=False):
    question = ChoiceQuestion(texts={}, options=options, several=several)
    return SimpleNamespace(entry=0, example=SimpleNamespace(question=question, gold=ChoiceGold(choices=choices)))


def test_the_set_that_is_right_most_often_of_those_that_are_offered():
    train = [
        *[solved(("a", "b", "c"), 0, 1, several=True)] * 3,
        *[solved(("a", "b", "c"), several=True)] * 2,
        solved(("b",), 0),
    ]
    priors = Priors(train)

    def says(*options, without=()):
        question = ChoiceQuestion(texts={}, options=options, several=True)
        return priors.choice(question, 0, without).says(question)

    assert says("b", "c", "a") == ("b", "a")
    assert says("b", "c") == ()
    assert says("b", "a", without=["a"]) == ()
    assert priors.choice(ChoiceQuestion(texts={}, options=("x",), several=True), 1) == ChoiceGold()


def test_questions_of_an_examination_are_answered_in_the_same_time_however_many_were_learnt():
    def taken(number):
        train = [solved(tuple(f"{n} {k}" for k in range(4)), n % 4) for n in range(number)]
        priors, asked = Priors(train), [one.example.question for one in train[:50]]
        return processor_time(lambda: [priors.choice(question, 0) for question in asked])

    assert taken(20_000) < 5 * taken(1_000)
