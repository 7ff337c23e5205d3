"""NLI4CT of SemEval-2024: the statements of 2023 to learn from, and a test part with reworded, negated and padded ones
(Jullien et al. 2024).
"""

from functools import partial
from typing import Any

from medinstruct.corpora import nli4ct
from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats.rows import Row
from medinstruct.license import License


def item(row: Row, trials: dict[str, Row]) -> dict[str, Any]:
    """A statement; of one that was changed, how, whether its label held, and which it was made from, are facts."""
    fields = nli4ct.item(row, trials)
    if "Causal_type" in row:
        outcome, origin = row["Causal_type"]
        fields["facts"] |= {"intervention": row["Intervention"], "outcome": outcome, "origin": origin}
    return fields


COMMIT = "267230cc193234d70ca86ec5acc1d86967af2b2a"
RAW = f"https://raw.githubusercontent.com/ai-systems/Task-2-SemEval-2024/{COMMIT}"

corpus = Corpus(
    title="NLI4CT 2024, safe biomedical natural language inference for clinical trials (SemEval-2024 task 2)",
    homepage="https://github.com/ai-systems/Task-2-SemEval-2024",
    citation=(
        "Jullien, Valentino & Freitas 2024, SemEval-2024 task 2: safe biomedical natural language inference for clinical trials, "
        "SemEval 2024:1947-1962, doi:10.18653/v1/2024.semeval-1.271"
    ),
    license=License("unknown", "the repository of the task states none"),
    # The parts to learn from are those of 2023, whose test part some statements here were made from. Counts are the paper's.
    splits={
        "train": Split("train", ("train.json", nli4ct.TRIALS), {"items": 1700}),
        "dev": Split("validation", ("dev.json", nli4ct.TRIALS), {"items": 200}),
        "practice-test": Split("validation", ("gold_practice_test.json", nli4ct.TRIALS)),
        "test": Split("test", ("gold_test.json", nli4ct.TRIALS), {"items": 5500}),
    },
    tasks=nli4ct.corpus.tasks,
    read=partial(nli4ct.read, item=item),
    downloads=tuple(
        Download(f"{RAW}/{name}", name) for name in ("training_data.zip", "gold_practice_test.json", "gold_test.json")
    ),
)
