"""PMC-LLaMA instructions: 513,999 questions of exams, PubMed, consumers and UMLS as instructions (Wu et al. 2024)."""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import alpaca
from medinstruct.license import License
from medinstruct.tasks import Texts

HUB = "https://huggingface.co/datasets/axiong/pmc_llama_instructions"

corpus = Corpus(
    title="PMC-LLaMA instructions",
    homepage=HUB,
    citation="Wu, Lin, Zhang, Zhang, Xie & Wang 2024, PMC-LLaMA, J Am Med Inform Assoc 31:1833-1843, doi:10.1093/jamia/ocae045",
    license=License(
        "unknown",
        "tagged `openrail` without a text; its parts have terms of their own (UMLS: an agreement; rationales: OpenAI's)",
    ),
    # The Hub's number. MedQA is there several times, each time in other words; its train part and MedMCQA's and PubMedQA's are in it.
    splits={"train": Split("train", ("release.json", "*.jsonl", "*.parquet"), {"items": 513999})},
    tasks={"gen": Texts()},
    downloads=(Download(f"{HUB}/resolve/5142689a3888786db7d376e60c16c5c1e7201191/release.json", "release.json"),),
    read=partial(alpaca.read, facts=("source",)),
)
