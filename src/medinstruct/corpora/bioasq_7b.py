"""BioASQ 7b in BLURB's split: 885 yes/no questions of biomedical experts with PubMed snippets (Nentidis et al. 2020)."""

from collections.abc import Iterable, Iterator

from medinstruct.corpora.bioasq_11b import item
from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats import json
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, decoded, drafts
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Labels, Texts


def read(files: Iterable[File], *, part: str, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the questions of a part in the order of BLURB's list of their ids, which is one line with commas."""
    return finish(drafts(_questions(list(files), f"{part}_id"), item, Item), repair)


def _questions(files: list[File], name: str) -> Iterator[Row | Broken]:
    found: dict[str, Row] = {}
    for row in (row for file in files if file.suffix == ".json" for row in json.rows(file, path=("questions",))):
        if isinstance(row, Broken):
            yield row
        elif row.get("type") == "yesno":
            found[str(row.get("id"))] = row
    if (listed := next((file for file in files if file.stem == name), None)) is None:
        yield Broken(Place(f"BioASQ/{name}.tsv"), "", "is not here, and lists the questions of this part")
        return
    if isinstance(ids := decoded(listed), Broken):
        yield ids
        return
    for id in ids.strip().split(","):
        lost = Broken(Place(listed.name, 1), id, "no file of questions holds this yes/no question")
        yield found.get(id, lost)


def files(part: str, *questions: str) -> tuple[str, ...]:
    return f"BioASQ/{part}_id.tsv", *questions


TRAINING = ("trainining7b.json", "training7b.json")
GOLDEN = "7B*_golden.json"

corpus = Corpus(
    title="BioASQ task 7b, yes/no questions in BLURB's split",
    homepage="https://microsoft.github.io/BLURB/tasks.html",
    citation="Nentidis, Bougiatiotis, Krithara & Paliouras 2020, Results of the seventh edition of the BioASQ challenge, ECML PKDD 2019 workshops, "
    "doi:10.1007/978-3-030-43887-6_51; Gu et al. 2021, doi:10.1145/3458754",
    license=License("nlm", "the BigBIO card; BioASQ asks for registration"),
    splits={
        "train": Split("train", files("train", *TRAINING), {"items": 670}, options={"part": "train"}),
        "dev": Split("validation", files("dev", *TRAINING), {"items": 75}, options={"part": "dev"}),
        "test": Split("test", files("test", GOLDEN), {"items": 140}, options={"part": "test"}),
    },
    tasks={
        "qa": Labels(labels={"yes": "yes", "no": "no"}, question="Do the snippets answer the question with yes or no?"),
        "qa-long": Texts(question="Answer the question in a few sentences, from what the snippets say."),
    },
    obtain="BioASQ-training7b and Task7BGoldenEnriched on request from http://participants-area.bioasq.org (free registration); the lists of ids "
    "are indexing/BioASQ in https://microsoft.github.io/BLURB/sample_code/data_generation.tar.gz",
    read=read,
)
