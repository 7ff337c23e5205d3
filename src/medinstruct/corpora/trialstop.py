"""TrialStop: why clinical trials stopped early, 3,747 reasons in 17 classes (Razuvayevskaya et al. 2024)."""

from functools import partial
from typing import Any

from medinstruct.corpora.corpus import Corpus, Download, Split
from medinstruct.formats import json_lines
from medinstruct.formats.rows import Row
from medinstruct.license import License
from medinstruct.tasks import Labels

REASONS = {
    "Another_Study": "Another study", "Business_Administrative": "Business or administrative", "Covid19": "COVID-19",
    "Endpoint_Met": "Endpoint met", "Ethical_Reason": "Ethical reason", "Insufficient_Data": "Insufficient data",
    "Insufficient_Enrollment": "Insufficient enrollment", "Interim_Analysis": "Interim analysis",
    "Invalid_Reason": "Invalid reason", "Logistics_Resources": "Logistics or resources",
    "Negative": "Negative result (no efficacy, futility)", "No_Context": "No context", "Regulatory": "Regulatory",
    "Safety_Sideeffects": "Safety or side effects", "Study_Design": "Study design", "Study_Staff_Moved": "Study staff moved",
    "Success": "Success",
}  # fmt: skip


def item(row: Row) -> dict[str, Any]:
    """A reason as the sponsor wrote it. The classes stand by name in a list, and as 0 or 1 in a column each."""
    return {"id": row.key, "texts": {"reason": row["text"].strip()}, "labels": tuple(row["label_descriptions"])}


HUB = "https://huggingface.co/datasets/opentargets/clinical_trial_reason_to_stop"

corpus = Corpus(
    title="Clinical trials' reasons to stop",
    homepage=HUB,
    citation="Razuvayevskaya, Lopez, Dunham & Ochoa 2024, Genetic factors associated with reasons for clinical trial stoppage, "
    "Nat Genet 56:1862-1867, doi:10.1038/s41588-024-01854-z",
    license=License("apache-2.0", "the dataset card"),
    # The Hub counts 3.75k rows (the card's text: more than 5,000); there is no official split.
    splits={"train": Split("train", ("data.json",), {"items": 3747})},
    tasks={"dc": Labels(labels=REASONS, several=True, question="Why was the clinical trial stopped?")},
    downloads=(Download(f"{HUB}/resolve/2c6c46871b025d47c494f0cfc2235dcf2cadc1fd/data.json", "data.json"),),
    read=partial(json_lines.read, item=item),
)
