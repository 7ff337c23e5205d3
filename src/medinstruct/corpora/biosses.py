"""BIOSSES: how alike 100 pairs of biomedical sentences are, from 0 to 4, as the mean of five annotators (Soğancıoğlu
et al. 2017).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import docx_table, table
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Score

# The guideline's words for the whole numbers of the scale.
SCALE = (
    "on different topics",
    "not equivalent, but on the same topic",
    "not equivalent, but sharing some details",
    "roughly equivalent, but some important information differs or is missing",
    "completely or mostly equivalent",
)


def item(row: Row) -> dict[str, Any]:
    """A pair, with the number that it has in the original release."""
    return {
        "id": row["pair_id"],
        "texts": {"sentence1": row["sent1"].strip(), "sentence2": row["sent2"].strip()},
        "score": float(row["score"]),
    }


PARTS = {
    "dev": ["2", "8", "9", "24", "40", "41", "47", "63", "68", "72", "80", "82", "88", "90", "91", "100"],
    "test": [
        "7",
        "20",
        "22",
        "23",
        "25",
        "33",
        "38",
        "49",
        "52",
        "57",
        "59",
        "64",
        "69",
        "70",
        "71",
        "81",
        "83",
        "89",
        "96",
        "97",
    ],
}
"""The pairs of the parts, by the numbers that they have in the authors' release; all others are those of train."""


def read(files: Iterable[File], *, part: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the pairs of a part from the tables of BLURB, or, where these are not there, from the authors' own release:
    the same pairs in one document of Word, and what each annotator gave them in another.
    """
    tables, documents = list[File](), dict[str, File]()
    for file in files:
        if file.suffix == ".docx":
            documents[file.stem] = file
        else:
            tables.append(file)
    if tables:
        yield from table.read(tables, item=item, delimiter="\t", quoting="none", repair=repair)
        return
    scores = dict[str, float]()
    for row in rows(documents.get("Annotator-Scores"), "number", "A", "B", "C", "D", "E"):
        if isinstance(row, Broken):
            yield row
        elif row["number"].isdecimal():
            scores[row["number"]] = sum(int(row[annotator]) for annotator in "ABCDE") / 5
    others = {number for numbers in PARTS.values() for number in numbers}

    def pair(row: Row) -> dict[str, Any] | None:
        number = row["pair_id"]
        inside = number in PARTS[part] if part in PARTS else number.isdecimal() and number not in others
        return item(Row({**row, "score": scores[number]}, row.place, row.key)) if inside else None

    found = rows(documents.get("Annotation-Pairs"), "pair_id", "sent1", "sent2")
    yield from finish(drafts(found, pair), repair)


def rows(file: File | None, *columns: str) -> Iterator[Row | Broken]:
    """The rows of a document, its first one, which names the columns, included."""
    return docx_table.rows(file, columns=columns) if file else iter(())


RAW = "https://raw.githubusercontent.com/hieunguyen7337/KeBioLM/bc7c3667c786236252ba5b26b3b921197465b7a3/data/BIOSSES"
FILES = {
    "train.tsv": "19dfcb8d4f07636422cb4b945992131383bf0dfa87847012673abcfc026aa9e7",
    "dev.tsv": "15902014e1cf828aaf39ab83051063af3b4aec0f6e38edc3ea609299221d4735",
    "test.tsv": "dd68d01d5cc0f73d6790a94b054fdb14b0cd443979f7fc42d1d98aba2cb6791b",
}

WORD = ("Annotation-Pairs.docx", "Annotator-Scores.docx")

corpus = Corpus(
    title="BIOSSES",
    homepage="https://github.com/gizemsogancioglu/biosses",
    citation="Soğancıoğlu, Öztürk & Özgür 2017, BIOSSES, Bioinformatics 33:i49-i58, doi:10.1093/bioinformatics/btx238",
    license=License("gpl-3.0", "LICENSE of the authors' repository"),
    # The split of BLUE, which BLURB took over; the authors' release has none.
    splits={
        "train": Split("train", ("train.tsv", *WORD), {"items": 64}, options={"part": "train"}),
        "dev": Split("validation", ("dev.tsv", *WORD), {"items": 16}, options={"part": "dev"}),
        "test": Split("test", ("test.tsv", *WORD), {"items": 20}, options={"part": "test"}),
    },
    tasks={"sts": Score(low=0, high=4, scale=SCALE, question="How alike are the two sentences in what they say?")},
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in FILES.items()),
    read=read,
    verified={"train": "e363ba5f11fe991c", "dev": "1b08e7e64edc01e4", "test": "a78b8bb7206b4620"},
)
