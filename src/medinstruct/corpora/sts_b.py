"""STS-B: how alike two sentences are, from 0 to 5, in 8,628 pairs of news, captions and forums (Cer et al. 2017)."""

from collections.abc import Iterable, Iterator
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.document import Item
from medinstruct.errors import Place
from medinstruct.formats.draft import Broken, Read, Repair, finish
from medinstruct.formats.rows import Row, drafts, lines_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Score

COLUMNS = ("genre", "file", "year", "number", "score", "sentence1", "sentence2")
SCALE = (
    "on different topics",
    "on the same topic, but not equivalent",
    "not equivalent, but with some details in common",
    "roughly equivalent, but something important differs or is missing",
    "mostly equivalent, but some unimportant details differ",
    "equivalent: they mean the same",
)


def rows(file: File) -> Iterator[Row | Broken]:
    """Yield the rows of a table without names and without quoting; some have the terms of their texts in further
    columns.
    """
    lines, undecoded = lines_of(file)
    for number, line in enumerate(lines, start=1):
        place = Place(file.name, number)
        if number in undecoded:
            yield Broken(place, "", undecoded[number])
        elif line.strip():
            yield Row(dict(zip(COLUMNS, line.split("\t"))), place, f"{file.stem}-{number}")


def item(row: Row) -> dict[str, Any]:
    """A pair, known by its file and line: the numbers of the sources are there twice."""
    return {
        "id": row.key,
        "texts": {name: row[name].strip() for name in ("sentence1", "sentence2")},
        "score": float(row["score"]),
        "facts": {"genre": row["genre"], "source": f"{row['file']} {row['year']}"},
    }


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the pairs of a part."""
    return finish(drafts((row for file in files for row in rows(file)), item, Item), repair)


corpus = Corpus(
    title="STS benchmark",
    homepage="https://ixa2.si.ehu.eus/stswiki/index.php/STSbenchmark",
    citation="Cer, Diab, Agirre, Lopez-Gazpio & Specia 2017, SemEval-2017 task 1, SemEval 2017:1-14, doi:10.18653/v1/S17-2001",
    license=License(
        "unknown", "LICENSE.txt: the scores CC BY-SA 4.0, each text under terms of its own, some by agreement only"
    ),
    # The original, whose test scores are published; GLUE's edition has the same pairs without them.
    splits={
        "train": Split("train", ("sts-train.csv",), {"items": 5749}),
        "dev": Split("validation", ("sts-dev.csv",), {"items": 1500}),
        "test": Split("test", ("sts-test.csv",), {"items": 1379}),
    },
    tasks={"sts": Score(low=0, high=5, scale=SCALE, question="How alike in meaning are the two sentences?")},
    downloads=(Download("http://ixa2.si.ehu.eus/stswiki/images/4/48/Stsbenchmark.tar.gz", "Stsbenchmark.tar.gz"),),
    read=read,
)
