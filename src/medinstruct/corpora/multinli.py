"""MultiNLI: 433,000 pairs of sentences in ten genres, of which the first entails or contradicts the second or neither
(Williams et al. 2018).
"""

from functools import partial

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.corpora.snli import NLI, item
from medinstruct.formats import json_lines
from medinstruct.license import License

corpus = Corpus(
    title="Multi-genre natural language inference corpus",
    homepage="https://cims.nyu.edu/~sbowman/multinli/",
    citation="Williams, Nangia & Bowman 2018, A broad-coverage challenge corpus for sentence understanding through inference, NAACL 2018:1112-1122, "
    "doi:10.18653/v1/N18-1101",
    license=License("cc-by-sa-3.0", "the strictest of its parts, by the dataset card: OANC's own terms, CC BY 3.0, CC BY-SA 3.0"),
    # Numbers of the paper; 9,815 and 9,832 pairs of the dev parts have a majority. The tests are Kaggle's, whose answers are not published.
    splits={
        "train": Split("train", ("multinli_1.0_train.jsonl",), {"items": 392702}),
        "dev-matched": Split("validation", ("multinli_1.0_dev_matched.jsonl",), {"items": 10000}),
        "dev-mismatched": Split("validation", ("multinli_1.0_dev_mismatched.jsonl",), {"items": 10000}),
        "test-matched": Split("test", ("multinli_0.9_test_matched_unlabeled.jsonl",), withheld=("nli",)),
        "test-mismatched": Split("test", ("multinli_0.9_test_mismatched_unlabeled.jsonl",), withheld=("nli",)),
    },
    tasks={"nli": NLI},
    downloads=(Download("https://cims.nyu.edu/~sbowman/multinli/multinli_1.0.zip", "multinli_1.0.zip"),),
    read=partial(json_lines.read, item=item),
)  # fmt: skip
