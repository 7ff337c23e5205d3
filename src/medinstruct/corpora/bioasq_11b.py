"""BioASQ 11b: questions of biomedical experts with PubMed snippets, exact and ideal answers (Nentidis et al. 2023)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Measured, Split
from medinstruct.formats import json
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels, Texts


def item(row: Row) -> dict[str, Any]:
    """A question and its snippets; yes/no ones have a label, and every one an answer in sentences, or several that
    are as good.
    """
    exact, kind = row.get("exact_answer", ()), row["type"]
    named = [] if kind == "yesno" else [" / ".join([names] if isinstance(names, str) else names) for names in exact]
    documents = dict.fromkeys(snippet["document"].rsplit("/", 1)[-1] for snippet in row["snippets"])
    return {
        "id": row["id"],
        "texts": {"snippets": "\n".join(dict.fromkeys(snippet["text"].strip() for snippet in row["snippets"]))},
        "question": row["body"].strip(),
        "labels": (exact.lower(),) if kind == "yesno" else (),
        "references": tuple(answer for answer in row["ideal_answer"] if answer.strip()),
        "identities": tuple(f"pmid:{id}" for id in documents),
        "facts": {"type": kind, **({"exact answer": "; ".join(named)} if named else {})},
    }


RAW = "https://raw.githubusercontent.com/Teddy-XiongGZ/MIRAGE/392943af99cd94cafd50a0de2e7fca24bbf65494/rawdata/bioasq/Task11BGoldenEnriched"
GOLDEN = {
    "11B1_golden.json": "3a771eb5e42962dfb50d0eec090095eb6cdd9b6ddda7cab952e771e5d548a7bf",
    "11B2_golden.json": "a276ccc1a0a133851f150df7bbca91a55a5ad2590dd20dee54889539490d56cb",
    "11B3_golden.json": "62b339a7732a73e730a9e3b4217c683d9e0bb0d32d11059bd04c071c8b69aaa6",
    "11B4_golden.json": "26b9b2f512ed90c1e0e499417def6d790caae6e8adc7d0113baef3e10bbafcd9",
}
FEWER = "batches 1 and 2 have 73 and 74 questions in the golden files, two and one fewer than were asked"

corpus = Corpus(
    title="BioASQ task 11b",
    homepage="http://participants-area.bioasq.org/datasets/",
    citation="Krithara, Nentidis, Bougiatiotis & Paliouras 2023, BioASQ-QA, Sci Data 10:170, doi:10.1038/s41597-023-02068-4; "
    "Nentidis et al. 2023, Overview of BioASQ 2023, CLEF 2023, arXiv:2307.05131",
    license=License(
        "nlm", "the BigBIO card; the training set is CC BY 2.5 at Zenodo (7655130); the golden files state nothing"
    ),
    splits={
        # All questions of earlier years, tests included.
        "train": Split("train", ("training11b.json",), {"items": 4719}),
        # The four test batches with the organisers' answers ("golden enriched"), as MIRAGE hands them on.
        "test": Split("test", tuple(GOLDEN), {"items": Measured(327, 330, FEWER), "labels:yes": 48, "labels:no": 38}),
    },
    tasks={
        "qa": Labels(labels={"yes": "yes", "no": "no"}, question="Do the snippets answer the question with yes or no?"),
        "qa-long": Texts(question="Answer the question in a few sentences, from what the snippets say."),
    },
    obtain="on request from http://participants-area.bioasq.org (free registration); the training set also at https://zenodo.org/records/7655130",
    downloads=tuple(Download(f"{RAW}/{name}", name, sha256) for name, sha256 in GOLDEN.items()),
    read=partial(json.read, item=item, path=("questions",)),
    verified={"test": "da4f4dbe43172e58"},
)
