"""RQE: does a question entail another, so that the other's answers answer it, 8,890 pairs (Ben Abacha &
Demner-Fushman 2016).
"""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import xml_items
from medinstruct.formats.xml_items import Record
from medinstruct.license import License
from medinstruct.tasks import Labels

TRAIN, TEST = "RQE_Train_8588_AMIA2016.xml", "RQE_Test_302_pairs_AMIA2016.xml"
RAW = "https://raw.githubusercontent.com/abachaa/RQE_Data_AMIA2016/9302fb9a55a437944ba6ce21a30023463a94a136"


def item(pair: Record) -> dict[str, Any]:
    """A pair; the two files count their pairs from 1 each, and the blanks around a question are the XML's."""
    part = "train" if pair.get("type", "").startswith("original") else "test"
    return {
        "id": f"{part}-{pair.attrib['pid']}",
        "texts": {"premise": (pair.findtext("chq") or "").strip(), "hypothesis": (pair.findtext("faq") or "").strip()},
        "labels": (pair.attrib["value"],),
        "facts": {"type": pair.attrib["type"]},
    }


corpus = Corpus(
    title="Recognizing Question Entailment, AMIA 2016",
    homepage="https://github.com/abachaa/RQE_Data_AMIA2016",
    citation="Ben Abacha & Demner-Fushman 2016, Recognizing question entailment for medical question answering, "
    "AMIA Annu Symp Proc 2016:310-318, PMC5333286",
    license=License("cc-by-4.0", "Readme of the release"),
    splits={
        "train": Split("train", (TRAIN,), {"items": 8588, "labels:true": 4655, "labels:false": 3933}),
        "test": Split("test", (TEST,), {"items": 302, "labels:true": 129, "labels:false": 173}),
    },
    tasks={
        "nli": Labels(
            labels={"true": "entailment", "false": "not entailment"},
            question="Does the first question entail the second, so that every answer to the second answers the first at least in part?",
        )
    },
    downloads=(
        Download(f"{RAW}/{TRAIN}", TRAIN, "4729784635c1e9a07d06c91a5efb50bad298758c51705dbf6c7dabcd87adc854"),
        Download(f"{RAW}/{TEST}", TEST, "0d7d97c8858971edfafad578d39e739129dad33a94cb690277f79f1b1d1b4e80"),
    ),
    read=partial(xml_items.read, record="pair", item=item),
    verified={"train": "9e197920e4dc16fc", "test": "c4cf85e77027f7be"},
)
