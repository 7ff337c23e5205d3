"""Span extraction: find the spans of these labels in a text (NER, PICO, triggers, arguments).

question   text, labels                       gold   spans: label and pieces, offsets into the text

lines      Chemical: naloxone ... clonidine   bio     naloxone : B-Chemical      inline   [naloxone|Chemical] reverses …
bullets    - naloxone (Chemical)              json    {"Chemical": ["naloxone", "clonidine"]}
"""

from medinstruct.tasks.facts import Events, Spans
from medinstruct.tasks.span_extraction.as_published import published_medtuned_f1, published_mnlu_f1
from medinstruct.tasks.span_extraction.bio import Bio
from medinstruct.tasks.span_extraction.example import (
    Found,
    LabelledSpan,
    SpanGold,
    SpanQuestion,
    view,
    view_triggers,
)
from medinstruct.tasks.span_extraction.inline import Inline
from medinstruct.tasks.span_extraction.json_strings import JsonStrings
from medinstruct.tasks.span_extraction.lines import Bullets, Lines
from medinstruct.tasks.span_extraction.locate import Located, locate
from medinstruct.tasks.span_extraction.scores import (
    boundary_f1,
    f1,
    ideal,
    macro_f1,
    partial_f1,
    string_f1,
    type_f1,
    word_f1,
    word_macro_f1,
)
from medinstruct.tasks.task import Example, TaskType

__all__ = ["TASK", "Bio", "Bullets", "Found", "Inline", "JsonStrings", "LabelledSpan", "Lines", "Located", "SpanGold",
           "SpanQuestion", "ideal", "locate"]  # fmt: skip

_TEXT = "Naloxone took away the sleepiness that came with clonidine, and naloxone alone does not cause hypotension."

TASK = TaskType(
    name="span_extraction",
    title="Find the spans of these labels in a text",
    question=SpanQuestion,
    gold=SpanGold,
    formats={"lines": Lines, "bio": Bio, "bullets": Bullets, "json": JsonStrings, "inline": Inline},
    views={Spans: view, Events: view_triggers},
    scores={
        "f1": f1,
        "macro_f1": macro_f1,
        "boundary_f1": boundary_f1,
        "type_f1": type_f1,
        "partial_f1": partial_f1,
        "string_f1": string_f1,
        "word_f1": word_f1,
        "word_macro_f1": word_macro_f1,
        "published_medtuned_f1": published_medtuned_f1,
        "published_mnlu_f1": published_mnlu_f1,
    },
    samples=(
        Example(
            SpanQuestion(text=_TEXT, labels=("Chemical", "Disease")),
            SpanGold(spans=(
                LabelledSpan(label="Chemical", pieces=((0, 8),)),
                LabelledSpan(label="Chemical", pieces=((49, 58),)),
                LabelledSpan(label="Chemical", pieces=((64, 72),)),
                LabelledSpan(label="Disease", pieces=((94, 105),)),
            )),
        ),
        Example(
            SpanQuestion(
                text="No adverse event was seen.",
                labels=("Chemical",),
                definitions={"Chemical": "a drug or other substance"},
            ),
            SpanGold(),
        ),
    ),
)  # fmt: skip
