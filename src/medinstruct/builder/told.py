"""What a manifest tells of a build beside its rows: corpora, wordings, what formats could not hold, splits of another size than expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from medinstruct.builder import labels
from medinstruct.builder.part import PartReport
from medinstruct.builder.plan import Ask
from medinstruct.corpora.corpus import Corpus, Measured


def unexpected(reports: Iterable[PartReport], asks: Mapping[int, Ask]) -> list[str]:
    """The splits that hold more or fewer records than their corpus expects: cut off, or another edition."""
    told = []
    for report in reports:
        corpus = next(ask.corpus for ask in asks.values() if ask.corpus.id == report.corpus)
        counts = corpus.splits[report.split].counts
        stated = counts.get("documents", counts.get("items"))
        expected = stated.count if isinstance(stated, Measured) else stated
        found = report.records - len(report.broken)
        if expected is not None and found != expected and report.records != expected:
            told.append(f"{report.corpus}/{report.split}: {found:,} records, expected {expected:,}")
    return told


def facts(corpus: Corpus, reports: Iterable[PartReport]) -> dict[str, Any]:
    """A corpus: whose it is, under which terms, and what was read of it, by split."""
    mine = [report for report in reports if report.corpus == corpus.id]
    return {
        "title": corpus.title, "version": corpus.version, "license": corpus.license.id, "stated": corpus.license.stated,
        "homepage": corpus.homepage, "citation": corpus.citation, "languages": corpus.languages,
        "sources": {report.split: report.sources for report in mine},
        "records": {report.split: report.records for report in mine},
        "broken": [list(broken) for report in mine for broken in report.broken],
        "repairs": {report.split: report.repairs for report in mine if report.repairs},
        "labels": labels.told(corpus, mine),
    }  # fmt: skip


def wordings(asks: Mapping[int, Ask], here: Collection[str], used: Counter[str]) -> dict[str, Any]:
    """All that the rows of corpora that are here need to be made again, whatever becomes of the shelf: each wording's text
    and which entries may use it, also of those that no row happened to get.
    """
    found: dict[str, Any] = {}
    for place, ask in asks.items():
        for wording in ask.templates if ask.corpus.id in here else ():
            stated = {"hash": wording.hash, "rows": used[wording.name], "entries": [], "text": wording.source}
            found.setdefault(wording.name, stated)["entries"].append(place)
    return dict(sorted(found.items()))


def refusals(asks: Mapping[int, Ask], reports: Iterable[PartReport]) -> list[dict[str, Any]]:
    """For each entry and answer format: of how many rows it could not hold the gold, and why."""
    rows: Counter[int] = Counter()
    reasons: dict[tuple[int, str], Counter[str]] = {}
    for report in reports:
        rows.update({int(place): count for place, count in report.rows.items()})
        for key, counts in report.refusals.items():
            place, name = key.split(":", 1)
            reasons.setdefault((int(place), name), Counter()).update(counts)
    return [
        {"entry": place, "corpus": asks[place].corpus.id, "task": asks[place].entry.task, "format": name,
         "rows": rows[place], "refused": counts.total(), "reasons": dict(sorted(counts.items()))}
        for (place, name), counts in sorted(reasons.items())
    ]  # fmt: skip
