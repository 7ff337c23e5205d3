"""MEDIQA 2021: summaries of consumer health questions (task 1) and of several answers to one (task 2) (Ben Abacha et
al. 2021).
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Role, Split
from medinstruct.document import Item
from medinstruct.errors import FormatError
from medinstruct.formats import table, xlsx
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Texts


def read(files: Iterable[File], *, task: int, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the items of a split of task 1, which is a worksheet, or of task 2, which is put together from four
    files.
    """
    return xlsx.read(files, item=question, repair=repair) if task == 1 else read_answers(files, repair)


def question(row: Row) -> dict[str, Any]:
    """A message of task 1 and its summary, which is a question."""
    return {
        "id": f"qs-{row['q_id']}",
        "texts": {"question": row["NLM Question"].strip()},
        "references": (row["Summary"].strip(),),
    }


def read_answers(files: Iterable[File], repair: Repair | None) -> Iterator[Read]:
    """Yield the questions of task 2 with their answers, and the summary in new words; that in the answers' own words
    is a fact.
    """
    told: dict[str, dict[str, list[Row]]] = {kind: {} for kind in ("shortquestions", "answers", *SUMMARIES)}
    for file in files:
        kind = file.stem.rpartition("_")[2].lower()
        if kind not in told:
            raise FormatError(f"is none of {', '.join(told)}", where=file.name)
        for row in LISTS(file) if file.suffix == ".txt" else xlsx.rows(file):
            if isinstance(row, Broken):
                yield row
            else:
                told[kind].setdefault(cells(row)[0], []).append(row)
    answers, abstractive, extractive = (told[kind] for kind in ("answers", *SUMMARIES))

    def item(row: Row) -> dict[str, Any]:
        id, text = cells(row)
        return {
            "id": f"mas-{id}",
            "texts": {f"answer {n}": cells(answer)[1] for n, answer in enumerate(answers[id], start=1)},
            "question": text,
            "references": (cells(abstractive[id][0])[1],),
            "facts": {"extractive summary": cells(extractive[id][0])[1]},
        }

    yield from finish(drafts((row for rows in told["shortquestions"].values() for row in rows), item, Item), repair)


def cells(row: Row) -> tuple[str, str]:
    """The first and the last cell; validation and test have other names for their columns."""
    id, *_, text = row.values()
    return id, text.strip()


LISTS = partial(table.rows, delimiter="||", quoting="none", columns=("id", "text"))
SUMMARIES = ("multiabstrativesummaries", "multiextractivesummaries")

RAW = "https://raw.githubusercontent.com/abachaa/MEDIQA2021/8d7fe20706dd6af0d089a0252a201c3da78ded8f"
FILES = {
    "qs-validation": {
        "MEDIQA2021-Task1-QuestionSummarization-ValidationSet.xlsx": "6be459891f12bb7d7812d0c2b243ad9e7ae0b178542bab8123a1130312154bb5",
    },
    "qs-test": {
        "MEDIQA2021-Task1-TestSet-ReferenceSummaries.xlsx": "c5d740a64c84deea4960bb0622b1243cab8664b4b2a387c9b497ddbbafbc9b61",
    },
    "mas-validation": {
        "MEDIQA2021_Task2_ValidationSet_Answers.xlsx": "5b988484cb189818bc2d649521ec8c66917430fe44615d6db23d465e9bccba6f",
        "MEDIQA2021_Task2_VAlidationSet_ShortQuestions.txt": "b0281dbd258e61c4b98ae5e8c2e5e41b2f52a377572f8de5b99cdfc998693b68",
        "MEDIQA2021_Task2_ValidationSet_MultiAbstrativeSummaries.txt": "e36f5fe09ef0c29844165619d306e1492426223ba381e97106f0f6f9d38abbe4",
        "MEDIQA2021_Task2_ValidationSet_MultiExtractiveSummaries.txt": "290c5b5c5fa377133922b7e885097e8c628142271c3732aed0656ba45364fa49",
    },
    "mas-test": {
        "MEDIQA2021_Task2_MAS_TestSet_Answers.xlsx": "39344a15cc1155a4a11594d83593e9bfffab5f24367fd57814001690276a3e7d",
        "MEDIQA2021_Task2_MAS_TestSet_shortQuestions.txt": "cb8adfca32a179b98ce264cc50feb981f6e051612e4ff69669093276bf08dff3",
        "MEDIQA2021_Task2_TestSet_MultiAbstrativeSummaries.txt": "f3521289eaccac96918d8670f78873fa812895f3566851fdd631360724a2898b",
        "MEDIQA2021_Task2_TestSet_MultiExtractiveSummaries.txt": "43422cd085dfde600825aaf5521d5c88220ef54622f0ee160c53ac51e21086e8",
    },
}
FOLDERS = {"qs-validation": "Task1", "qs-test": "Task1", "mas-validation": "Task2/Validation", "mas-test": "Task2/Test"}


def split(name: str, role: Role, items: int) -> Split:
    """A split of task 1, whose items have no summary of answers, or of task 2, whose items have no summary of a
    message.
    """
    task, withheld = (1, "sum-answers") if name.startswith("qs") else (2, "sum-questions")
    return Split(role, tuple(FILES[name]), {"items": items}, withheld=(withheld,), options={"task": task})


corpus = Corpus(
    title="MEDIQA 2021, tasks 1 and 2",
    homepage="https://sites.google.com/view/mediqa2021",
    citation="Ben Abacha, Mrabet, Zhang, Shivade, Langlotz & Demner-Fushman 2021, Overview of the MEDIQA 2021 shared task, "
    "BioNLP 2021:74-85, doi:10.18653/v1/2021.bionlp-1.8",
    license=License("cc-by-4.0", "README of each task in the release"),
    # Neither task has a train part: participants were pointed to MeQSum and MEDIQA-AnS.
    splits={
        "qs-validation": split("qs-validation", "validation", 50),
        "mas-validation": split("mas-validation", "validation", 50),
        "qs-test": split("qs-test", "test", 100),
        "mas-test": split("mas-test", "test", 80),
    },
    tasks={
        "sum-questions": Texts(
            question="Summarise the message as one short question that keeps all that is needed to answer it."
        ),
        "sum-answers": Texts(question="Summarise what the answers say to the question, in words of your own."),
    },
    downloads=tuple(
        Download(f"{RAW}/{FOLDERS[split]}/{name}", name, sha256)
        for split, files in FILES.items()
        for name, sha256 in files.items()
    ),
    clinical=True,
    read=read,
    verified={
        "qs-validation": "1040571c9700d26f",
        "mas-validation": "6e4b96b70c91ced9",
        "qs-test": "ad69d03eab140462",
        "mas-test": "883c31f62af6f26a",
    },
)
