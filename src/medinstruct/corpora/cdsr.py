"""CDSR: abstracts of 6,695 Cochrane reviews and their plain language summaries (Guo et al. 2021)."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats.draft import Broken, Draft, Read, Repair, finish
from medinstruct.formats.rows import lines_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Texts


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the lines of `train.source`, abstracts, each with the line of `train.target` that has its number."""
    by_name = {PurePosixPath(file.name).name: file for file in files}
    return finish((draft for name in by_name if name.endswith(".source") for draft in _drafts(name, by_name)), repair)


def _drafts(name: str, files: dict[str, File]) -> Iterator[Draft | Broken]:
    stem, source = files[name].stem, files[name]
    if (target := files.get(f"{stem}.target")) is None:
        yield Broken(Place(source.name), "", f"there is no {stem}.target beside it")
        return
    (abstracts, unread), (summaries, untold) = lines_of(source), lines_of(target)
    if len(abstracts) != len(summaries):
        yield Broken(Place(target.name), "", f"{len(summaries)} summaries for {len(abstracts)} abstracts")
        return
    for number, (abstract, summary) in enumerate(zip(abstracts, summaries), start=1):
        id, place = f"{stem}-{number}", Place(source.name, number)
        if number in unread:
            yield Broken(place, id, unread[number])
        elif number in untold:
            yield Broken(Place(target.name, number), id, untold[number])
        else:
            fields = {"id": id, "texts": {"abstract": abstract.strip()}, "references": (summary.strip(),)}
            yield Draft(place, fields, kind=Item)


def files(part: str) -> tuple[str, ...]:
    return f"{part}.source", f"{part}.target"


corpus = Corpus(
    title="Plain language summaries of Cochrane reviews",
    homepage="https://github.com/qiuweipku/Plain_language_summarization",
    citation="Guo, Qiu, Wang & Cohen 2021, Automated lay language summarization of biomedical scientific reviews, AAAI 2021:160-168, "
    "doi:10.1609/aaai.v35i1.16089",
    license=License(
        "unknown", "the MIT licence of the repository is for its code; the texts are the Cochrane Library's"
    ),
    # Listed are 5,195, 500 and 1,000 reviews; how many of them are extracted depends on what the library exports that day.
    splits={
        "train": Split("train", files("train")),
        "val": Split("validation", files("val")),
        "test": Split("test", files("test")),
    },
    tasks={"sum": Texts(question="Rewrite the abstract of this review as a summary in plain language.")},
    obtain="export the citations with abstracts from https://www.cochranelibrary.com/cdsr/reviews and run the homepage's "
    "CDSR_data/run_preprocessing.py",
    read=read,
)
