"""Text generation: write the text that is asked for: a summary, a note, an answer in words, the entry of a vocabulary.

The question gives the texts of the source and the instruction, the gold the texts that count as right.

    text       The text itself, from its first character that is not blank to its last.
"""

from medinstruct.tasks import facts
from medinstruct.tasks.task import Example, TaskType
from medinstruct.tasks.text_generation.example import Text, TextExample, TextGold, TextQuestion, view
from medinstruct.tasks.text_generation.linking import concepts
from medinstruct.tasks.text_generation.scores import (
    bleu,
    chrf,
    common,
    exact_match,
    rouge_1,
    rouge_2,
    rouge_l,
    token_f1,
)

__all__ = ["TASK", "Text", "TextGold", "TextQuestion", "common", "exact_match", "rouge_l", "token_f1", "view"]

SAMPLES: dict[str, tuple[TextExample, ...]] = {
    "sum": (
        Example(
            TextQuestion(
                texts={"dialogue": "Doctor: Any pain?\nPatient: My left knee, since Monday."},
                kind="Summarise the dialogue as a note.",
            ),
            TextGold(references=("Pain in the left knee since Monday.", "Left knee pain for some days.")),
        ),
        Example(
            TextQuestion(
                texts={"answer 1": "It makes one drowsy.", "answer 2": "Drowsiness and a dry mouth."},
                instruction="What are the side effects of clonidine?",
                kind="Summarise what the answers say to the question.",
            ),
            TextGold(references=("Drowsiness and a dry mouth.",)),
        ),
    ),
    "qa": (
        Example(
            TextQuestion(instruction="What reverses the effect of clonidine?"),
            TextGold(references=("Naloxone.",)),
        ),
        Example(
            TextQuestion(
                texts={"question": "how long does clonidine last"}, kind="Answer the question about a medicine."
            ),
            TextGold(references=("For about half a day.",)),
        ),
        Example(
            TextQuestion(
                texts={"context": "Naloxone reversed the effect of clonidine in ten rats."},
                instruction="Does naloxone act on clonidine?",
                kind="Answer the question with the conclusion that the abstract allows.",
            ),
            TextGold(references=("It reverses its effect in rats.",)),
        ),
    ),
    "ned": (
        Example(
            TextQuestion(
                texts={"text": "Naloxone reversed the effect of clonidine in ten rats.", "mention": "clonidine"},
                kind="Which chemical of the drug list is it?",
            ),
            TextGold(references=("DRUGS:D7003",)),
        ),
        Example(
            TextQuestion(
                texts={"text": "Breast and ovarian cancer were seen.", "mention": "Breast and ovarian cancer"},
                kind="Which entries are they?",
            ),
            TextGold(references=("ILLS:21; ILLS:34", "ILLS:34; ILLS:21")),
        ),
    ),
    "gen": (
        Example(
            TextQuestion(instruction="Name a drug that lowers blood pressure."),
            TextGold(references=("Clonidine.",)),
        ),
        Example(
            TextQuestion(texts={"input": "He has HTN."}, instruction="Write out the abbreviation."),
            TextGold(references=("He has hypertension.",)),
        ),
    ),
}
"""Canonical examples by corpus-level task."""

TASK = TaskType(
    name="text_generation",
    title="Write the text that is asked for",
    question=TextQuestion,
    gold=TextGold,
    formats={"text": Text},
    views={facts.Texts: view, facts.Concepts: concepts},
    scores={
        "rouge_l": rouge_l,
        "rouge_1": rouge_1,
        "rouge_2": rouge_2,
        "token_f1": token_f1,
        "exact_match": exact_match,
        "bleu": bleu,
        "chrf": chrf,
    },
    samples=tuple(example for examples in SAMPLES.values() for example in examples),
    samples_of=SAMPLES,
)
