"""BioInstruct: 25,005 biomedical instructions with inputs and answers, all written by GPT-4 (Tran et al. 2024)."""

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import alpaca
from medinstruct.license import License
from medinstruct.tasks import Texts

HUB = "https://huggingface.co/datasets/bio-nlp-umass/bioinstruct"
FILE = "biomed_instruct_25k.json"

corpus = Corpus(
    title="BioInstruct",
    homepage=HUB,
    citation="Tran, Yang, Yao & Yu 2024, BioInstruct, J Am Med Inform Assoc 31:1821-1832, doi:10.1093/jamia/ocae122",
    license=License("mit", "the dataset card; all texts are of GPT-4, so that OpenAI's terms may bind too"),
    # One file without splits; the number is the card's.
    splits={"train": Split("train", (FILE, "*.jsonl", "*.parquet"), {"items": 25005})},
    tasks={"gen": Texts()},
    downloads=(Download(f"{HUB}/resolve/8711225b388ba51126bb37e9a51754a927924d49/{FILE}", FILE),),
    read=alpaca.read,
)
