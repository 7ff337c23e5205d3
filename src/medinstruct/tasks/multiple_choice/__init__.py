"""Multiple choice: exam questions, NLI, classification (one label or many), a relation per pair, an attribute, STS on a scale.

question   texts, question, options                gold   places of the right options

letter     (B)            letter_text   (B) Naloxone            text   Naloxone
"""

from medinstruct.tasks.facts import Attributes, Choices, Labels, Relations, Score
from medinstruct.tasks.multiple_choice import views
from medinstruct.tasks.multiple_choice.as_published import (
    published_medtuned_micro_f1,
    published_mnlu_accuracy,
    published_mnlu_micro_f1,
)
from medinstruct.tasks.multiple_choice.example import ChoiceGold, ChoiceQuestion, Marked, reorder
from medinstruct.tasks.multiple_choice.formats import Letter, LetterText, Text, letter
from medinstruct.tasks.multiple_choice.scores import accuracy, example_f1, macro_f1, mcc, micro_f1
from medinstruct.tasks.task import Example, TaskType

__all__ = [
    "TASK",
    "ChoiceGold",
    "ChoiceQuestion",
    "Letter",
    "LetterText",
    "Marked",
    "Text",
    "letter",
    "reorder",
]

_EFFECT = "Naloxone reverses the effect of clonidine."
_PRESSURE = "Clonidine lowered blood pressure."

SAMPLES: dict[str, tuple[Example[ChoiceQuestion, ChoiceGold], ...]] = {
    "qa": (
        Example(
            ChoiceQuestion(
                question="Which drug is an antagonist of opioids?",
                texts={},
                options=("Clonidine", "Naloxone", "Neither of them, or (A) and (B) alike"),
            ),
            ChoiceGold(choices=(1,)),
        ),
        Example(
            ChoiceQuestion(
                texts={"context": _EFFECT}, question="Does naloxone act on clonidine?", options=("yes", "no", "maybe")
            ),
            ChoiceGold(choices=(0,)),
        ),
    ),
    "dc": (
        Example(
            ChoiceQuestion(
                texts={"text": "The weather was fine."},
                question="What is the text about?",
                options=("Diagnosis", "Therapy"),
                several=True,
            ),
            ChoiceGold(),
        ),
        Example(
            ChoiceQuestion(
                texts={"text": _PRESSURE},
                question="Is the finding stated or denied?",
                options=("stated", "denied"),
                marked=(Marked(label="Finding", mentions=(((10, 32),),)),),
            ),
            ChoiceGold(choices=(0,)),
        ),
    ),
    "re": (
        Example(
            ChoiceQuestion(
                texts={"text": _PRESSURE},
                question="How is the chemical related to the disease?",
                options=("induces", "treats", "not related"),
                marked=(
                    Marked(label="Chemical", mentions=(((0, 9),),)),
                    Marked(label="Disease", mentions=(((18, 32),),)),
                ),
            ),
            ChoiceGold(choices=(2,), nothing=2),
        ),
        Example(
            ChoiceQuestion(
                texts={"text": _EFFECT},
                question="How does the one drug act on the other?",
                options=("antagonises", "is used with", "not related"),
                several=True,
                marked=(
                    Marked(label="Chemical", mentions=(((0, 8),),)),
                    Marked(label="Chemical", mentions=(((32, 41),),)),
                ),
            ),
            ChoiceGold(choices=(0, 1), nothing=2),
        ),
        Example(
            ChoiceQuestion(
                texts={"text": "@GENE$ was raised in @DISEASE$."},
                question="Is the gene associated with the disease?",
                options=("associated", "not associated"),
            ),
            ChoiceGold(choices=(0,)),
        ),
    ),
    "nli": (
        Example(
            ChoiceQuestion(
                texts={"premise": _PRESSURE, "hypothesis": "Blood pressure rose."},
                question="Does the premise entail the hypothesis?",
                options=("entailment", "neutral", "contradiction"),
            ),
            ChoiceGold(choices=(2,)),
        ),
    ),
    "sts": (
        Example(
            ChoiceQuestion(
                texts={"text_1": _EFFECT, "text_2": _PRESSURE},
                question="How alike are the two sentences?",
                options=("0: unrelated", "1: same topic", "2: the same"),
            ),
            ChoiceGold(choices=(1,)),
        ),
    ),
}
"""Canonical examples by corpus-level task."""

TASK = TaskType(
    name="multiple_choice",
    title="Choose the right option, or all right ones",
    question=ChoiceQuestion,
    gold=ChoiceGold,
    formats={"letter": Letter, "letter_text": LetterText, "text": Text},
    views={
        Choices: views.choices,
        Labels: views.labels,
        Relations: views.pairs,
        Attributes: views.attributes,
        Score: views.scale,
    },
    scores={
        "accuracy": accuracy,
        "micro_f1": micro_f1,
        "macro_f1": macro_f1,
        "example_f1": example_f1,
        "mcc": mcc,
        "published_medtuned_micro_f1": published_medtuned_micro_f1,
        "published_mnlu_micro_f1": published_mnlu_micro_f1,
        "published_mnlu_accuracy": published_mnlu_accuracy,
    },
    reward="example_f1",
    samples=tuple(example for examples in SAMPLES.values() for example in examples),
    samples_of=SAMPLES,
)
