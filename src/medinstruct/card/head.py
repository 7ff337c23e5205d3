"""The head of the card, in the Hub's own words: what kind of data this is, under which license, and where each split is.

Vocabularies: https://huggingface.co/docs/hub/datasets-cards and https://huggingface.co/tasks; checked offline by `huggingface_hub`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medinstruct import license
from medinstruct.license import Verdict

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)
CATEGORIES = {
    "ner": ("token-classification", "named-entity-recognition"),
    "ee": ("token-classification", "event-extraction"),
    "coref": ("token-classification", "coreference-resolution"),
    "re": ("text-classification", "relation-extraction"),
    "dc": ("text-classification", "document-classification"),
    "nli": ("text-classification", "natural-language-inference"),
    "ned": ("text-classification", "entity-linking"),
    "sts": ("sentence-similarity", "semantic-similarity"),
    "sum": ("summarization", ""),
    "qa": ("question-answering", ""),
    "gen": ("text-generation", ""),
}
"""For each task the Hub's category, and a tag that says more."""


@dataclass(frozen=True)
class Release:
    """What only a published version knows of itself."""

    name: str
    """`organisation/name`."""
    version: str
    address: str
    """Of the repository on the web."""
    verdict: Verdict
    """Under which its rows may leave."""


def head(manifest: Mapping[str, Any], forms: Iterable[tuple[str, str]], release: Release | None) -> dict[str, Any]:
    """Return the head of a card.

    Args:
        manifest: Of the build.
        forms: Tasks of its rows, each with the unified type as which it is asked.
        release: Left out for a build that is not published.
    """
    forms = sorted(forms)
    rows = sum(manifest["rows"].values())
    tasks = sorted({task.split("-")[0] for task, _ in forms} & CATEGORIES.keys())
    choice = {"multiple-choice"} if ("qa", "multiple_choice") in forms else set()
    tags = ["medical", "biology", "instruction-tuning", "medinstruct", *(CATEGORIES[task][1] for task in tasks)]
    return {
        "pretty_name": manifest["title"],
        **({"version": release.version} if release else {}),
        "language": sorted({language for corpus in manifest["corpora"].values() for language in corpus["languages"]}),
        **_license(license.of_build(manifest) if release is None else release.verdict, release),
        "size_categories": [next((name for limit, name in SIZES if rows < limit), "100M<n<1B")],
        "task_categories": sorted({"text-generation", *(CATEGORIES[task][0] for task in tasks), *choice}),
        "tags": [tag for tag in tags if tag],
        "configs": [{
            "config_name": "default",
            "data_files": [{"split": split, "path": f"data/{split}-*.parquet"} for split in manifest["rows"]],
        }],
    }  # fmt: skip


def _license(verdict: Verdict, release: Release | None) -> dict[str, str]:
    """The license, and for one that the Hub has no word for, its name and where it stands."""
    if verdict.hub != "other":
        return {"license": verdict.hub}
    told = {"license_link": f"{release.address}/blob/{release.version}/ATTRIBUTION.md"} if release else {}
    return {"license": "other", "license_name": "terms-of-its-parts", **told}
