"""S800: species names with NCBI taxa in 800 PubMed abstracts from eight fields of biology (Pafilis et al. 2013)."""

from collections.abc import Iterable, Iterator

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import span_table, table
from medinstruct.formats.draft import Broken, Read, Repair
from medinstruct.formats.rows import Fields, Row
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Concepts, Spans

NAMES = ("name", "id", "field", "number", "source")
"""The columns of `pubmedid.tsv`."""


def mention(row: Row) -> Fields:
    """A row such as `5833     species001:21183147     32      52      Plasmodium falciparum`; the second offset is
    that of the last character.
    """
    return {
        "text": row["text"], "spans": ((int(row["first"]), int(row["last"]) + 1),), "types": ("Species",),
        "concepts": ({"vocabulary": "NCBI Taxonomy", "id": row["taxon"]},),
    }  # fmt: skip


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    """Yield the abstracts; `pubmedid.tsv` tells the PMID of each, those without a mention included."""
    identities, others = dict[str, str](), list[File]()
    for file in files:
        if file.stem != "pubmedid":
            others.append(file)
            continue
        for row in table.rows(file, delimiter="\t", quoting="none", columns=NAMES):
            if isinstance(row, Broken):
                yield row
            else:
                identities[row["name"]] = row["id"].replace("PMID:", "pmid:")
    yield from span_table.read(
        others, columns=("taxon", "document", "first", "last", "text"), document=lambda row: row["document"].partition(":")[0],
        mention=mention, identity=lambda name: identities.get(name, ""), repair=repair,
    )  # fmt: skip


corpus = Corpus(
    title="Species-800 (S800)",
    homepage="https://species.jensenlab.org",
    citation="Pafilis et al. 2013, The SPECIES and ORGANISMS resources for fast and accurate identification of taxonomic names, PLoS ONE 8:e65390, "
    "doi:10.1371/journal.pone.0065390",
    license=License("unknown", "neither the release nor the repositories that copy it state one"),
    # The authors split nothing.
    splits={"all": Split("train", ("S800.tsv", "pubmedid.tsv", "abstracts/*.txt"), {"documents": 800, "mentions": 3708})},
    tasks={
        "ner": Spans(labels={"Species": "Species"}, question="Which species are mentioned?"),
        "ned": Concepts(vocabularies={"NCBI Taxonomy": "NCBI Taxonomy"}, types=("Species",), question="Which taxon of the NCBI Taxonomy is it?"),
    },
    read=read,
    downloads=(Download("https://species.jensenlab.org/files/S800-1.0.tar.gz", "S800-1.0.tar.gz"),),
    verified={"all": "d96062dd7a8c4e6b"},
)  # fmt: skip
