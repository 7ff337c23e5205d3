"""Thirty-two invented documents of each kind, in the layouts that their distributors use: a small corpus for each task type."""

import json
from pathlib import Path

NUMBER = 32
ONSETS, ENDS = ("vel", "lor", "trin", "kam", "mud", "sor", "ren", "dal"), ("ate", "ic", "osu", "em")

RECIPE = """\
title: Invented rows of every task type
size: all
mix:
  - {corpus: bc5cdr, task: ner, templates: [span_extraction/typed-lines]}
  - {corpus: bc5cdr, task: re, as: relation_triples, templates: [relation_triples/lines-of-three]}
  - {corpus: bionlp09, task: ee, templates: [event_extraction/numbered-lines]}
  - {corpus: bionlp09, task: dc-negation, templates: [multiple_choice/classify-short]}
  - {corpus: sts-b, task: sts, as: similarity, templates: [similarity/score-line]}
  - {corpus: bioinstruct, task: gen}
"""
TYPES = (
    "span_extraction", "relation_triples", "multiple_choice", "event_extraction", "similarity", "text_generation"
)  # fmt: skip


def write(data: Path) -> Path:
    """Write the corpora into a folder as `--data` takes it and return it."""
    files = {
        "bc5cdr/CDR_TrainingSet.PubTator.txt": "".join(map(_abstract, range(NUMBER))),
        "sts-b/sts-train.csv": "".join(map(_pair, range(NUMBER))),
        "bioinstruct/biomed_instruct_25k.json": json.dumps([_instruction(n) for n in range(NUMBER)]),
    }
    for n in range(NUMBER):
        files |= {f"bionlp09/train/{93000000 + n}.{suffix}": text for suffix, text in _events(n).items()}
    for name, text in files.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text)
    return data


def name(n: int, suffix: str) -> str:
    """A word that only row n has, so that a small model can tell rows apart."""
    return ONSETS[n % 8] + ENDS[n // 8] + suffix


def drug(n: int) -> str:
    return name(n, "ol")


def trouble(n: int) -> str:
    return name(n, "itis")


def _abstract(n: int) -> str:
    id, title, body = 91100000 + n, f"A case of {trouble(n)} under {drug(n)}.", "It went away."
    marks = [
        (word, title.index(word), label, f"{label[0]}{n}")
        for word, label in ((trouble(n), "Disease"), (drug(n), "Chemical"))
    ]
    lines = [f"{id}|t|{title}", f"{id}|a|{body}"]
    lines += [f"{id}\t{at}\t{at + len(word)}\t{word}\t{label}\t{concept}" for word, at, label, concept in marks]
    return "\n".join([*lines, f"{id}\tCID\tC{n}\tD{n}"]) + "\n\n"


def _events(n: int) -> dict[str, str]:
    protein, verb, is_negated = name(n, "in"), ("Binding", "Transcription")[n % 2], n % 3 == 0
    text = f"{verb} of {protein} was {'not ' * is_negated}seen.\n"
    start = text.index(protein)
    return {
        "txt": text,
        "a1": f"T1\tProtein {start} {start + len(protein)}\t{protein}\n",
        "a2": f"T2\t{verb} 0 {len(verb)}\t{verb}\nE1\t{verb}:T2 Theme:T1\n" + "M1\tNegation E1\n" * is_negated,
    }


def _pair(n: int) -> str:
    fields = (
        "main-captions",
        "LINDvid",
        "2012test",
        f"{n:04}",
        f"{n % 6}.000",
        f"A baker has {trouble(n)}.",
        f"A guard takes {drug(n)}.",
    )
    return "\t".join(fields) + "\n"


def _instruction(n: int) -> dict[str, str]:
    return {
        "instruction": "Name the drug.",
        "input": f"She took {drug(n)} for {trouble(n)}.",
        "output": f"It was {drug(n)}.",
    }
