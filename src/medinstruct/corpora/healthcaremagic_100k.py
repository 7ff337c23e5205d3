"""HealthCareMagic-100k: questions of patients on a website and what doctors answered, 112,165 pairs (Li et al. 2023,
ChatDoctor).
"""

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import alpaca
from medinstruct.license import License
from medinstruct.tasks import Texts

HUB = "https://huggingface.co/datasets/lavita/ChatDoctor-HealthCareMagic-100k/resolve/880de714562caa13fe81a3d31b5ca751f311da7e/data"
PARQUET = "train-00000-of-00001-5e7cb295b9cff0bf.parquet"

corpus = Corpus(
    title="ChatDoctor HealthCareMagic-100k",
    homepage="https://github.com/Kent0n-Li/ChatDoctor",
    citation="Li, Li, Zhang, Dan, Jiang & Zhang 2023, ChatDoctor, Cureus 15:e40895, doi:10.7759/cureus.40895",
    license=License(
        "unknown",
        "Apache-2.0 in the repository is for its code; healthcaremagic.com, whose texts they are, reserves its rights",
    ),
    # One file without splits; the number is the Hub's.
    splits={"train": Split("train", ("HealthCareMagic-100k.json", "*.jsonl", PARQUET), {"items": 112165})},
    tasks={"gen": Texts()},
    obtain="from Google Drive, file 1lyfqIwlLSClhgrCutWuEe_IACNq6XNUt, linked from the homepage, or in Parquet from the Hub",
    downloads=(Download(f"{HUB}/{PARQUET}", PARQUET),),
    clinical=True,
    read=alpaca.read,
)
