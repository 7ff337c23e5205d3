"""Invented files with one fault planted in each, beside a twin without it; and what such files are made of."""

import json
from dataclasses import dataclass, field

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.license import License
from medinstruct.source import File

Files = dict[str, str | bytes]


@dataclass(frozen=True)
class Plant:
    """A fault, the files that hold it, and the same files without."""

    code: str
    name: str
    faulty: Files
    clean: Files
    tells: str = ""
    """What a finding must say, in its cause, its repair or in words."""
    corpus: Corpus | None = None
    """Facts and reader, where the fault cannot be seen without; else the files are a folder of a format to be guessed."""
    hints: bool = False
    document: str = ""
    """The record that a finding must name, where it names one."""
    also: frozenset[str] = field(default_factory=frozenset)
    """Other codes that see the same fault."""

    def __str__(self) -> str:
        return f"{self.code}-{self.name}".replace(" ", "_")


def card(read, splits=("all",), **facts) -> Corpus:
    """A corpus of any files, or of those of each split."""
    counts = facts.pop("counts", {})
    made = {name: Split("test" if name == "test" else "train", ("*",), counts) for name in splits}
    facts.setdefault("tasks", {})
    return Corpus(
        id="zorb", title="Zorb", homepage="-", citation="-", license=License("unknown"), splits=made, read=read, **facts
    )


def as_files(files: Files) -> list[File]:
    return [File(name, data.encode() if isinstance(data, str) else data) for name, data in files.items()]


# PubTator


def article(id, title, abstract, marks, count=lambda text, at, is_end: at) -> str:
    """A block; marks are (string, type) of the first place of a string; `count` says how offsets are counted."""
    text = f"{title} {abstract}"
    lines = [f"{id}|t|{title}", f"{id}|a|{abstract}"]
    for string, type in marks:
        at = text.index(string)
        start, end = count(text, at, False), count(text, at + len(string), True)
        lines.append(f"{id}\t{start}\t{end}\t{string}\t{type}\tX1")
    return "\n".join(lines) + "\n"


TITLE, ABSTRACT = "Lobolast and delirium.", "Six mice became delirious on lobolast, and none on zorbin or keltin."
MARKS = [("Lobolast", "Drug"), ("delirium", "Disease"), ("lobolast", "Drug"), ("zorbin", "Drug"), ("keltin", "Drug")]
PLAIN = article("91000001", TITLE, ABSTRACT, MARKS)
OTHER = article(
    "91000002", "Vexin in gout.", "Forty adults took vexin against gout.", [("Vexin", "Drug"), ("gout", "Disease")]
)


def pubs(*blocks) -> Files:
    return {"a.pubtator": "\n".join(blocks)}


# BRAT

NOTE = "Zorbin of the renal and hepatic vein. Vexin cured Zürn fever and the ague of 12 mice."


def brat_files(text, lines, id="d1", encoding="utf-8") -> Files:
    return {f"{id}.txt": text.encode(encoding), f"{id}.ann": "".join(f"{line}\n" for line in lines)}


def mention(id, type, string, *, text=NOTE, by=(0, 0), says=None) -> str:
    """A line that marks the first place of a string, its edges moved, its string another."""
    at = text.index(string)
    return f"{id}\t{type} {at + by[0]} {at + len(string) + by[1]}\t{says or string}"


def marked(text, *strings, counted_in=None, by=0) -> Files:
    """A text with drugs marked in it, offsets counted in another text, or off by some."""
    base = text if counted_in is None else counted_in
    return brat_files(
        text, [mention(f"T{n}", "Drug", each, text=base, by=(by, by)) for n, each in enumerate(strings, 1)]
    )


ZORBIN, VEXIN, AGUE = mention("T1", "Drug", "Zorbin"), mention("T2", "Drug", "Vexin"), mention("T3", "Disease", "ague")


def in_note(*lines) -> Files:
    return brat_files(NOTE, [ZORBIN, VEXIN, AGUE, *lines])


# Rows

ROWS = [
    {
        "id": f"q{n}",
        "text": f"Sentence number {n} of the zorb corpus is unlike any other.",
        "label": "yes" if n % 2 else "no",
    }
    for n in range(60)
]
ONE = {"id": "q90", "text": "The last sentence of the zorb corpus is unlike any other, too.", "label": "yes"}
FEW = {**ONE, "id": "q91", "text": "This one comes behind the last sentence of the zorb corpus."}


def lines_of(rows) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def rows(*last, base=ROWS) -> Files:
    return {"zorb.jsonl": lines_of([*base, *last])}


def split_rows(train, test) -> Files:
    return {"train.jsonl": lines_of([*ROWS, *train]), "test.jsonl": lines_of(test)}


def from_row(row):
    return {"id": row["id"], "texts": {"text": row["text"]}, "labels": (row["label"],)}
