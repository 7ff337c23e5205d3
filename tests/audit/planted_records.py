"""Faults of labels, of records that are there more than once, and of questions."""

import json
from functools import partial

from plants import (  # fmt: skip
    ABSTRACT,
    FEW,
    MARKS,
    NOTE,
    ONE,
    OTHER,
    PLAIN,
    TITLE,
    ZORBIN,
    Plant,
    article,
    brat_files,
    card,
    from_row,
    lines_of,
    pubs,
    rows,
    split_rows,
)

from medinstruct.formats import brat, json_lines, sentence_labels
from medinstruct.tasks import Labels, Score


def sections(*labels, id="x") -> str:
    lines = [f"{label}\tSentence number {n} of {id} says what nobody else has said." for n, label in enumerate(labels)]
    return "\n".join([f"###{id}", *lines]) + "\n"


USUAL = [sections("METHODS", "RESULTS", id=str(n)) for n in range(70)]
USUALLY = {"a.txt": "\n".join(USUAL)}
PARTS = card(
    sentence_labels.read, tasks={"dc": Labels(labels={"METHODS": "methods", "RESULTS": "results"}, of="passage")}
)
COUNTED = card(partial(json_lines.read, item=from_row), counts={"labels:yes": 41, "labels:no": 20})
TESTS = [{"id": f"t{n}", "text": f"Test {n} of the zorb corpus is another text."} for n in range(9)]


def yes_and_no(yes, no):
    labels = ["yes"] * yes + ["no"] * no
    return rows(
        base=[
            {"id": f"q{n}", "text": f"Row {n} of the zorb corpus says this.", "label": label}
            for n, label in enumerate(labels)
        ]
    )


LABELS = [
    Plant("A401", "white space", rows({**ONE, "label": "yes "}), rows(ONE), "'yes' is one", document="q90"),
    Plant("A402", "unknown to the card", {"a.txt": "\n".join([*USUAL, sections("BACKGROUND")])}, USUALLY, "'BACKGROUND'", PARTS),
    Plant("A403", "typo", {"a.txt": "\n".join([*USUAL, sections("METHDOS")])}, USUALLY, "looks like 'METHODS'", PARTS,
          also=frozenset({"A402"})),
    Plant("A403", "case", {"a.txt": "\n".join([*USUAL, sections("Methods")])}, USUALLY, "looks like 'METHODS'"),
    Plant("A404", "none", rows({"id": "q90", "text": ONE["text"]}), rows(ONE), document="q90"),
    Plant("A405", "a list", rows({**ONE, "label": "yes;no"}), rows(ONE), "is 2 labels", document="q90"),
    Plant("A406", "inverted map", yes_and_no(20, 41), yes_and_no(41, 20), "inverted", COUNTED),
    Plant("A407", "answers withheld", split_rows([], TESTS), split_rows([], [{**row, "label": "no"} for row in TESTS]), "no labels",
          also=frozenset({"A110"})),
]  # fmt: skip

TWIN = article("91000009", TITLE, ABSTRACT, MARKS[:-1])
SIXTY = {
    "id": "q80",
    "text": "The zorb corpus has sixty sentences, all of them invented.",
    "question": "How many has it?",
    "label": "sixty",
}
WHO = {**SIXTY, "id": "t1", "question": "Who invented them?"}
BY_PMID = card(
    partial(json_lines.read, item=lambda row: {**from_row(row), "identities": (f"pmid:{row['pmid']}",)}),
    ("train", "test"),
)
NUMBERED = card(partial(brat.read, identity=lambda id: f"pmid:{len(id)}"))
AGAIN = "Another text of the same article, in which zorbin is said once more."


def by_pmid(train, test):
    first = {"id": "a1", "text": "The first sentence of an article on zorbin.", "label": "yes", "pmid": train}
    second = {"id": "t1", "text": "The second sentence of an article on zorbin.", "label": "yes", "pmid": test}
    return {"train.jsonl": lines_of([first]), "test.jsonl": lines_of([second])}


DOCUMENTS = [
    Plant("A501", "listed twice", pubs(PLAIN, OTHER, PLAIN), pubs(PLAIN, OTHER), "2 times", document="91000001"),
    Plant("A502", "text twice", pubs(PLAIN, PLAIN.replace("91000001", "91000009")), pubs(PLAIN, OTHER), "has the text of 91000001",
          document="91000009"),
    Plant("A503", "test in train", split_rows([ONE], [{**ONE, "id": "t1"}]), split_rows([ONE], [FEW]), "asks the same", document="t1"),
    Plant("A504", "evidence in both parts", split_rows([SIXTY], [WHO]), split_rows([SIXTY], [{**WHO, "text": AGAIN}]), document="t1"),
    Plant("A505", "article in both parts", by_pmid(1, 1), by_pmid(1, 2), "pmid:1", BY_PMID, document="t1"),
    Plant("A506", "article under two ids", {**brat_files(NOTE, [ZORBIN], "one"), **brat_files(AGAIN, [], "two")},
          {**brat_files(NOTE, [ZORBIN], "one"), **brat_files(AGAIN, [], "three")}, "pmid:3", NUMBERED, document="two"),
    Plant("A507", "contradiction", rows(ONE, {**ONE, "id": "q91", "label": "no"}), rows(ONE, FEW), "says 'no'", document="q91",
          also=frozenset({"A502"})),
    Plant("A508", "twin", pubs(PLAIN, TWIN), pubs(PLAIN, OTHER), "only there: keltin", document="91000009", also=frozenset({"A502"})),
]  # fmt: skip


def asked(**changes):
    row = {
        "id": "m1",
        "question": "Which of these is a drug of the zorb corpus?",
        "options": ["zorbin", "gout", "ague", "mice"],
        "answer": 0,
    }
    tail = {**row, "id": "m2", "question": "And which has a tail?", "answer": 3}
    return {
        "m.jsonl": lines_of(
            [{**row, "id": "m0", "question": "And which is none?", "answer": 1}, tail, {**row, **changes}]
        )
    }


def squad(answer, start):
    asked = {"id": "s1", "question": "How many?", "answers": [{"text": answer, "answer_start": start}]}
    return {
        "s.json": json.dumps({"data": [{"paragraphs": [{"context": "In all, 12 mice were cured.", "qas": [asked]}]}]})
    }


SCORED = card(partial(json_lines.read, item=lambda row: {"id": row["id"], "texts": {"a": row["text"]}, "score": row["score"]}),
              tasks={"sts": Score(low=0, high=4)})  # fmt: skip
SHUFFLED = [
    {"id": f"b{n}", "question": f"Which is right in case {n}?", "options": ["one", "two", "three"], "answer": n % 3}
    for n in range(60)
]
TRIPLES = [
    {"id": str(n), "instruction": f"Say the number {n} of the zorb corpus.", "input": "", "output": f"It is {n}."}
    for n in range(30)
]

ITEMS = [
    Plant("A601", "counted from 1", asked(answer=4), asked(answer=3), "counted from 1", document="m1"),
    Plant("A602", "option twice", asked(options=["zorbin", "gout", "Zorbin", "mice"]), asked(), "one of them is right", document="m1"),
    Plant("A602", "the very same option twice", asked(options=["gout", "gout", "ague", "zorbin"], answer=3), asked(), document="m1"),
    Plant("A603", "empty option", asked(options=["zorbin", "gout", "", "mice"]), asked(), document="m1"),
    Plant("A604", "nothing", rows({**TRIPLES[0], "output": "<noinput>"}, base=TRIPLES[1:]), rows(base=TRIPLES), "<noinput>"),
    Plant("A605", "no answer", asked(answer=None), asked(), "no right option", document="m1", also=frozenset({"A110"})),
    Plant("A606", "empty text", rows({**ONE, "text": ""}), rows(ONE), document="q90"),
    Plant("A607", "off the scale", rows({**ONE, "score": 5.0}, base=[]), rows({**ONE, "score": 4.0}, base=[]), "0 to 4", SCORED,
          document="q90"),
    Plant("A608", "leading blank", squad(" 12 mice", 8), squad("12 mice", 8), "white space at its edges", document="s1"),
    Plant("A608", "elsewhere", squad("12 mice", 5), squad("12 mice", 8), "+3 characters further", document="s1"),
    Plant("A609", "five options", asked(options=["zorbin", "gout", "ague", "mice", "men"]), asked(), "5 options"),
    Plant("A610", "never the first", rows(base=[{**row, "answer": 1 + row["answer"] % 2} for row in SHUFFLED]), rows(base=SHUFFLED),
          "never at 0"),
]  # fmt: skip

HELPED = [
    article(f"9200{n:04}", f"Zorbin in case {n}.", "It helped that day.", [("Zorbin", "Drug")]) for n in range(25)
]
LAST = article("92009999", "Zorbin at last.", "It helped again, with vexin.", [("vexin", "Drug")])

HINTS = [
    Plant(
        "A901",
        "missed",
        pubs(*HELPED, LAST),
        pubs(*HELPED, LAST.replace("Zorbin", "Keltin")),
        "'Zorbin'",
        hints=True,
        document="92009999",
    ),
    Plant(
        "A902",
        "needs an image",
        asked(question="Which drug is shown in the image below?"),
        asked(),
        hints=True,
        document="m1",
    ),
]

PLANTS = [*LABELS, *DOCUMENTS, *ITEMS, *HINTS]
