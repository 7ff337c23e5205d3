"""The score of a dataset, and how much it depends on wordings."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from medinstruct import scorer
from medinstruct.evaluator.reading import Read
from medinstruct.evaluator.suite import Dataset


def score(dataset: Dataset, reads: Sequence[Read], seed: int = 0) -> dict[str, Any]:
    """Return what a dataset comes to: score, 95 % interval, parts, how many rows, and each wording's own score where there are several.

    Of several wordings, which ask the same rows, the score is the mean of theirs. The interval is of all answers together, documents drawn
    with all that was asked about them.
    """
    groups: dict[str, list[Read]] = {}
    for one in reads:
        groups.setdefault(one.query.wording.name, []).append(one)
    asks_again = len(reads) > len(dataset.rows)
    tables = (
        {name: dataset.measure.table([one.case for one in some]) for name, some in groups.items()} if asks_again else {}
    )
    whole = dataset.measure.table([one.case for one in reads])
    found = {name: table.score() for name, table in sorted(tables.items())}
    bounds = scorer.interval(whole, [one.query.row["document"] for one in reads], seed=seed)
    return {
        "name": dataset.name, "corpus": dataset.corpus, "kind": dataset.kind, "type": dataset.type.name, "metric": dataset.metric,
        "score": fmean(found.values()) if found else whole.score(), "rows": len(dataset.rows), "of": dataset.of, "answers": len(reads),
        "low": bounds.low, "high": bounds.high, "parts": dict(whole.parts()),
        "wordings": {"mean": fmean(found.values()), "min": min(found.values()), "max": max(found.values()), "each": found} if found else {},
    }  # fmt: skip
