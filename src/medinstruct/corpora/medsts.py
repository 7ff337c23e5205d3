"""MedSTS: how alike 1,068 pairs of sentences of clinical notes are, from 0 to 5 (Wang et al. 2020)."""

from collections.abc import Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats import table
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Score

SCALE = (
    "on different topics",
    "not equivalent, but on the same topic",
    "not equivalent, but sharing some details",
    "roughly equivalent, but some important information differs or is missing",
    "mostly equivalent, but some unimportant details differ",
    "completely equivalent",
)
COLUMNS = ("sentence1", "sentence2", "score")
SCORES = ".gs.sim"


def item(row: Row) -> dict[str, Any]:
    """A pair, named by its file and place there."""
    return {
        "id": f"{row.place.file.rpartition('/')[2].split('.')[1]}-{row.key}",
        "texts": {name: row[name].strip() for name in COLUMNS[:2]},
        "score": float(row["score"]),
    }


def read(files: Iterable[File], *, repair: Repair | None = None, scored: bool = True) -> Iterator[Read]:
    """Yield the pairs; where they are not `scored`, each score stands on the same line of a second file."""
    pairs: list[Row | Broken] = []
    scores: list[Row | Broken] = []
    for file in files:
        is_score = file.stem.endswith(SCORES)
        columns = COLUMNS[2:] if is_score else COLUMNS if scored else COLUMNS[:2]
        (scores if is_score else pairs).extend(table.rows(file, delimiter="\t", quoting="none", columns=columns))
    if not scored and len(pairs) != len(scores):
        yield Broken(Place("clinicalSTS"), "", f"{len(pairs)} pairs, but {len(scores)} scores")
        return
    for pair, score in zip(pairs, scores):
        if isinstance(pair, Row) and isinstance(score, Row):
            pair["score"] = score["score"]
    yield from finish(drafts(iter(pairs), item, Item), repair)


corpus = Corpus(
    title="MedSTS, clinical semantic textual similarity (BioCreative/OHNLP 2018)",
    homepage="https://doi.org/10.1007/s10579-018-9431-1",
    citation=(
        "Wang, Afzal, Fu, Wang, Shen, Rastegar-Mojarad & Liu 2020, MedSTS: a resource for clinical semantic textual similarity, Lang "
        "Resour Eval 54:57-72, doi:10.1007/s10579-018-9431-1"
    ),
    license=License("agreement", "Mayo Clinic asks for a signed data use agreement"),
    # Counts are those of the paper. BLUE takes 75 pairs of train for validation, and does not tell which.
    splits={
        "train": Split("train", ("clinicalSTS.train.txt",), {"items": 750}),
        "test": Split(
            "test", ("clinicalSTS.test.txt", "clinicalSTS.test.gs.sim.txt"), {"items": 318}, options={"scored": False}
        ),
    },
    tasks={"sts": Score(low=0, high=5, scale=SCALE, question="How alike are the two sentences in what they say?")},
    read=read,
    obtain="on request from the authors at Mayo Clinic, https://doi.org/10.1007/s10579-018-9431-1",
    clinical=True,
)
