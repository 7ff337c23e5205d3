"""EU-ADR: which drug is associated with which target, in 38 PubMed abstracts of its target-drug part (van Mulligen et
al. 2012).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import bioc_xml
from medinstruct.formats.bioc import Dialect
from medinstruct.formats.draft import Draft, by_id, one_of
from medinstruct.license import License
from medinstruct.tasks import Relations


def without_identifiers(draft: Draft) -> None:
    """Leave out the infon `identifier`, which is no concept: it repeats the mention in small letters."""
    draft.fields["attributes"] = ()


def in_two_parts(id: str, first: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that leaves out what stands between `first`, with which a mention begins, and the rest of its
    string.
    """

    def change(fields: dict[str, Any]) -> None:
        mention = next(mention for mention in fields["mentions"] if mention["id"] == id)
        [(start, end)] = mention["spans"]
        mention["spans"] = ((start, start + len(first)), (end - len(mention["text"]) + len(first) + 1, end))

    return change


SQUEEZED = "a mention in two parts stands in one location"

corpus = Corpus(
    title="EU-ADR corpus, target-drug part",
    homepage="https://biosemantics.erasmusmc.nl/index.php/resources/euadr-corpus",
    citation=(
        "van Mulligen et al. 2012, The EU-ADR corpus: annotated drugs, diseases, targets, and their relationships, "
        "J Biomed Inform 45:879-884, doi:10.1016/j.jbi.2012.04.004"
    ),
    license=License("unknown", "nobody in the copy at hand; a site that hands on parts of the corpus names the ODbL 1.0"),
    # There is no official split. The original offsets come without texts; this is a conversion to BioC of the abstracts
    # that have a drug and its target. It keeps positive and speculative relations as one type, and leaves out the negative ones.
    splits={
        "train": Split("train", ("euadr.bioc.xml",),
            {"documents": 38, "mentions:CHEMICAL": 340, "mentions:GENE-Y": 389, "relations": 166, "repaired": 3},
        )
    },
    # Not `ner`: one in eleven places where the string of a mention stands again is not marked.
    tasks={
        "re": Relations(
            labels={"DRUG-TARGET": "is associated with"}, arguments={"DRUG-TARGET": (("CHEMICAL",), ("GENE-Y",))},
            question="Is the drug associated with the gene or protein as its target, according to the text?",
        )
    },
    read=partial(bioc_xml.read, dialect=Dialect(concepts=()), identity="pmid"),
    repair=one_of(
        without_identifiers,
        by_id({
            "17599377": (SQUEEZED, in_two_parts("T21", "AhR")),
            "18341639": (SQUEEZED, in_two_parts("T1", "tyrosine kinase domain mutation")),
            "18497344": (SQUEEZED, in_two_parts("T9", "Dickkopf")),
        }),
    ),
    downloads=(
        Download(
            "https://raw.githubusercontent.com/leonweber/drugprot/d6b20b1b6aee4ca60e212e6267ac75ace047e7b4/data/eu_adr/euadr.bioc.xml",
            "euadr.bioc.xml", "b53756a9a51556b5dfd860afedf3c8a1f70e8c4ffad879afd267f9a6f2cc06a4",
        ),
    ),
    verified={"train": "f7a31b6a60292c98"},
)  # fmt: skip
