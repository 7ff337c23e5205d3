"""BioCreative II Gene Mention: genes in 20,000 sentences of PubMed, with other extents that are right too (Smith et
al. 2008).
"""

import re
from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import genetag
from medinstruct.formats.draft import Read, Repair, requote
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Spans

SENTENCE = re.compile(r"P0*(\d+)[AT]\d+")


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the sentences; `P00001606T0076` is one of the title of article 1606, and a test sentence that hides its
    id has it in test.idmap.
    """
    files = list(files)
    lines = [line.partition(" ") for file in files if file.suffix == ".idmap" for line in file.lines()]
    origin = {shown: own for own, _, shown in lines}

    def identity(id: str) -> str:
        return f"pmid:{found[1]}" if (found := SENTENCE.fullmatch(origin.get(id, id))) else ""

    return genetag.read(files, repair=repair, identity=identity)


TRAIN = ("original-data/train/train.in", "original-data/train/*GENE.eval")
TEST = ("original-data/test/test.in", "original-data/test/test.idmap", "original-data/test/*GENE.eval")

corpus = Corpus(
    title="BioCreative II Gene Mention",
    homepage="https://github.com/spyysalo/bc2gm-corpus",
    citation="Smith et al. 2008, Overview of BioCreative II gene mention recognition, Genome Biol 9(S2):S2, doi:10.1186/gb-2008-9-s2-s2",
    license=License("public-domain", "notice of a work of the US Government in the release"),
    # BLURB takes 2,519 sentences out of the training part for validation, by a list that is no part of the release.
    splits={
        "train": Split("train", TRAIN, {"documents": 15000, "mentions": 18265, "repaired": 34}),
        "test": Split("test", TEST, {"documents": 5000, "mentions": 6331, "repaired": 21}),
    },
    tasks={"ner": Spans(labels={"Gene": "Gene or protein"}, question="Which genes and proteins are mentioned?")},
    read=read,
    repair=requote(within=1),  # one mention of the training part
    downloads=(
        Download("https://github.com/spyysalo/bc2gm-corpus/archive/018161681145daf751af037cb890f3a54f62a74d.zip", "bc2gm-corpus.zip"),
    ),
    verified={"train": "e9548a8008cb9c68", "test": "ca3ca75d501936e4"},
)  # fmt: skip
