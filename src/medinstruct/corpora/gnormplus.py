"""GNormPlus: genes, gene families and protein domains in 694 PubMed abstracts, among them BioCreative II GN (Wei et
al. 2015).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import pubtator
from medinstruct.formats.draft import believe_offsets, by_id, one_of
from medinstruct.license import License
from medinstruct.tasks import Concepts, Spans

AIONER = "https://raw.githubusercontent.com/ncbi/AIONER/b8fa941dc8f49e1c99756832da0c61e9c58dcef8/data/pubtator"


def from_bytes(fields: dict[str, Any]) -> None:
    """Turn offsets that count the bytes of UTF-8 into offsets that count characters."""
    data = fields["text"].encode()
    for mention in fields["mentions"]:
        spans = [(len(data[:start].decode()), len(data[:end].decode())) for start, end in mention["spans"]]
        mention["spans"] = tuple(spans)


def believe_string(fields: dict[str, Any], mention: str) -> None:
    """Let a mention end where its string ends, which begins where the mention does."""
    for each in fields["mentions"]:
        if each["id"] == mention:
            start = each["spans"][0][0]
            each["spans"] = ((start, start + len(each["text"])),)


BYTES = ("offsets count the bytes of UTF-8, not its characters", from_bytes)
repair = one_of(
    # These three are the only ones with a letter beyond ASCII, an umlaut each.
    by_id({"7520377": BYTES, "7649249": BYTES, "8248204": BYTES}),
    by_id({
        "8248204": ("quotation marks are blanks in the string of T8", believe_offsets("T8")),
        "9149941": ("the apostrophe in the string of T7 is there twice", believe_offsets("T7")),
        "10880510": ("T2 ends too soon for its string and its gene", partial(believe_string, mention="T2")),
        "11121057": ("quotation marks are blanks in the string of T12", believe_offsets("T12")),
        "14576168": ("the string of T15 is in lower case", believe_offsets("T15")),
        "15280356": ("T14 ends too soon for its string, which goes on like that of T18", partial(believe_string, mention="T14")),
    }),
)  # fmt: skip

corpus = Corpus(
    title="GNormPlus corpus",
    homepage="https://www.ncbi.nlm.nih.gov/research/bionlp/Tools/gnormplus/",
    citation="Wei, Kao & Lu 2015, GNormPlus, BioMed Res Int 2015:918710, doi:10.1155/2015/918710",
    license=License("mit", "the AIONER repository of the same authors; no notice for the data alone"),
    splits={
        "train": Split("train", ("GNormPlus_Train.PubTator",), {"documents": 432, "mentions": 5793, "repaired": 4}),
        "test": Split("test", ("GNormPlus_Test.PubTator",), {"documents": 262, "mentions": 4849, "repaired": 4}),
    },
    tasks={
        "ner": Spans(
            labels={"Gene": "Gene or protein", "FamilyName": "Gene or protein family", "DomainMotif": "Protein domain"},
            question="Which genes, gene families and protein domains are mentioned?",
        ),
        "ned": Concepts(vocabularies={"NCBI Gene": "NCBI Gene"}, types=("Gene",), question="Which entries of NCBI Gene does it stand for?"),
    },
    # A gene stands with its taxon, which it belongs to anyway: 45881(Tax:7227).
    read=partial(pubtator.read, vocabulary="NCBI Gene", split=lambda type, ids: [id.partition("(")[0] for id in ids.split(",")]),
    repair=repair,
    downloads=(
        Download(f"{AIONER}/GNormPlus_Train.PubTator", "GNormPlus_Train.PubTator",
                 "06cf0e2176249b4c17cfda57178c549bb7e16254c4ebf055bfbf6fbb2a7bbb7f"),
        Download(f"{AIONER}/GNormPlus_Test.PubTator", "GNormPlus_Test.PubTator",
                 "3d9c230c50d8aa7ae968eaa5eb8108a4c0b885cf48fdea55cc445560c6755da9"),
    ),
    verified={"train": "d4b977e98cea57b1", "test": "7878f118bb70c8e7"},
)  # fmt: skip
