"""Is a corpus what it says it is: every annotation of a release checked, and what is wrong with it told with its cause.

    audit("ncbi-disease")           a corpus that we know, as its distributor published it
    audit("my/folder")              any folder, file or archive of a known format
    overlap.matrix(data)            which corpus' test part stands in which other one's train part

The audit looks at a release before any repair of ours, and says which of its findings such a repair mends. What it
looks for is a table of checks (`finding.checks`), each a function in `auditor/families/`; `docs/reference/audit.md` shows
it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from medinstruct import corpora
from medinstruct.auditor.finding import Check, Finding, Hit, Scope, Severity, Where, checks
from medinstruct.auditor.guess import guess
from medinstruct.auditor.raw import dialect, loaded
from medinstruct.auditor.sighting import Result, Sight, sights
from medinstruct.auditor.tally import Tally, shape
from medinstruct.corpora.corpus import Corpus, count, missing
from medinstruct.errors import NotFound, did_you_mean
from medinstruct.formats.draft import Broken
from medinstruct.source import File

__all__ = ["Check", "Finding", "Report", "audit", "checks", "inspect"]

Files = Callable[[], list[File]]
"""What reads the files of a split."""
MISQUOTED = "A201"


@dataclass(slots=True)
class Report:
    """What an audit of one corpus found."""

    corpus: str
    folder: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """By split: records, documents, items, mentions, broken."""
    mentions: int = 0
    misquoted: int = 0
    """Mentions that do not quote their text."""
    mended: int = 0
    """Those of them that a repair of ours mends."""
    findings: list[Finding] = field(default_factory=list)
    contested: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By the place of a finding among them, the causes, with their repairs, that would explain as much; until decided."""

    @property
    def summary(self) -> str:
        """One line that says how many mentions quote their text, whatever else was found."""
        records = sum(counts.get("records", 0) for counts in self.counts.values())
        told = f"{self.corpus}: {records:,} records, {self.misquoted:,} of {self.mentions:,} mentions do not quote their text"
        return told + (f" ({self.mended:,} of them mended by repairs of ours)" if self.mended else "")

    @property
    def by_severity(self) -> dict[str, int]:
        """How many findings there are of each severity, the gravest first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {name: counts[name] for name in get_args(Severity)}

    @property
    def failed(self) -> bool:
        """Whether there is an error or a warning that no repair of ours mends."""
        return any(finding.severity in ("error", "warning") and not finding.mended for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Plain values, findings by code, split and place."""
        by_code = Counter(finding.code for finding in self.findings)
        return {
            "corpus": self.corpus, "folder": self.folder, "counts": self.counts, "mentions": self.mentions,
            "misquoted": self.misquoted, "mended": self.mended, "by_code": dict(sorted(by_code.items())),
            "findings": [asdict(finding) for finding in self.findings],
        }  # fmt: skip


def audit(
    what: str | Path, *, data: Path | str | None = None, samples: bool = False, format: str = "", hints: bool = False
) -> Report:
    """Return what is wrong with a corpus, or with the corpus in a folder, a file or an archive.

    Args:
        what: Id of a corpus, or a path; a name that is both is the corpus.
        data: Folder with a folder `<corpus-id>/` for each corpus.
        samples: Look at the bundled sample of the corpus, and not at its release.
        format: Of the files at a path, where it cannot be told from them.
        hints: Tell what is likely and not sure, too.

    Raises:
        NotFound: if nothing has this name, if the files of the corpus are not here, or if no format is told by the files.
    """
    name = str(what)
    if name in corpora.names():
        corpus = corpora.load(name)
        folder = corpus.find(Path(data) if data else None, samples=samples)
        if folder is None:
            raise missing(corpus)
        splits: dict[str, Files] = {split: partial(corpus.files, split, folder) for split in corpus.present(folder)}
        return inspect(corpus, splits, folder=str(folder), expected=not samples, hints=hints)
    path = Path(what)
    if not path.exists():
        hint = did_you_mean(name, corpora.names(), more="(medinstruct ls corpora)")
        raise NotFound(f"{name!r} is no corpus, and no folder or file", next=hint)
    guessed, files = guess(path, format)
    splits = {split: partial(list, found) for split, found in files.items()}
    return inspect(guessed, splits, folder=str(path), expected=False, hints=hints)


def inspect(
    corpus: Corpus, splits: Mapping[str, Files], *, folder: str = "", expected: bool = True, hints: bool = False
) -> Report:
    """Return what is wrong with the files of a corpus.

    Args:
        corpus: Its facts, and how to read it.
        splits: By official name, what reads the files of a split.
        folder: What the place of the files is called.
        expected: Whether there should be as many records and annotations as the facts say.
        hints: Tell what is likely and not sure, too.
    """
    report, tally = Report(corpus.id, folder), Tally(corpus, expected=expected)
    tally.again = lambda: (
        record.published
        for split, files in splits.items()
        for record in sights(corpus, split, files())
        if isinstance(record, Sight)
    )
    looked, wanted = set[str](), _wanted(hints)
    for split, files in splits.items():
        found = files()
        _see_files(report, tally, split, [file for file in found if file.name not in looked], wanted["file"])
        looked.update(file.name for file in found)
        _see_records(report, tally, split, sights(corpus, split, found), wanted)
    _decide(report)
    for check in wanted["corpus"]:
        _tell(report, check, Where(), check.find(tally))
    report.findings.sort(key=lambda each: (each.code, each.split, each.file, each.line, each.document, each.annotation))
    return report


def _wanted(hints: bool) -> dict[Scope, list[Check]]:
    return {scope: [check for check in checks(scope) if hints or check.severity != "hint"] for scope in get_args(Scope)}


def _see_files(report: Report, tally: Tally, split: str, files: Iterable[File], wanted: list[Check]) -> None:
    for file in files:
        for check in wanted:
            _tell(report, check, Where(split, file.name), check.find(file))
        if file.suffix in (".json", ".jsonl"):
            tally.shapes[split][file.name] = shape(loaded(file), is_lines=file.suffix == ".jsonl")
        if (is_quoted := dialect(file)) is not None:
            tally.quoted[split][file.name] = is_quoted


def _see_records(
    report: Report, tally: Tally, split: str, results: Iterator[Result], wanted: dict[Scope, list[Check]]
) -> None:
    """Look at each record as it is published, at what becomes of it, and count."""
    counts, places, told = tally.counts[split], dict[str, Where](), set[str]()
    for record in results:
        if isinstance(record, Sight):
            seen = record.published
            tally.see(seen)
            places[seen.where.document] = seen.where
            if _see_record(report, record, wanted["record"]):
                told.add(seen.where.document)
            counts["records"] += 1
        elif isinstance(record, Broken):
            counts["broken"] += 1
            if record.id not in told:
                for check in wanted["broken"]:
                    where = Where(split, record.place.file, record.place.line, record.id)
                    _tell(report, check, where, check.find(record))
        else:
            counts.update(count(iter([record])))
            tally.add(record, places.get(record.id, Where(split, document=record.id)))
    shown = ("records", "documents", "items", "mentions", "relations", "events", "broken")
    report.counts[split] = {name: counts[name] for name in shown if counts[name]}


def _see_record(report: Report, record: Sight, wanted: list[Check]) -> bool:
    """Tell what is wrong with a record; return whether an error is, which its reader need not tell once more."""
    seen, mended, is_wrong = record.published, record.mended, False
    report.mentions += len(seen.mentions)
    for check in wanted:
        if not (hits := list(check.find(seen))):
            continue
        left = None if mended is None else {_subject(hit) for hit in check.find(mended)}
        for hit in hits:
            gone = left is not None and _subject(hit) not in left
            _tell(report, check, seen.where, [hit], gone, seen.lines)
            if check.code == MISQUOTED:
                report.misquoted += 1
                report.mended += gone
        is_wrong = is_wrong or check.severity == "error"
    return is_wrong


def _subject(hit: Hit) -> str:
    """What a hit is about, by which it is known again after a repair: an annotation, or else what is said."""
    return hit.annotation or hit.what


def _tell(
    report: Report, check: Check, where: Where, hits: Iterable[Hit], mended: bool = False, lines: Mapping[str, int] = {},
) -> None:  # fmt: skip
    """Make findings of what a check says."""
    for hit in hits:
        at = hit.where or where
        if hit.rivals:
            report.contested[len(report.findings)] = ((hit.cause, hit.repair), *hit.rivals)
        report.findings.append(Finding(
            code=check.code, severity=check.severity, corpus=report.corpus, split=at.split or where.split,
            file=at.file or where.file, line=lines.get(hit.annotation, at.line), document=at.document,
            annotation=hit.annotation, what=hit.what, says=hit.says, stands=hit.stands, cause=hit.cause,
            repair=hit.repair, mended=mended,
        ))  # fmt: skip


def _decide(report: Report) -> None:
    """Name of the causes that would explain the same the one that explains more records, or all that explain as many."""
    votes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, finding in enumerate(report.findings):
        for cause, _ in report.contested.get(place, ((finding.cause, ""),)):
            votes[cause].add((finding.split, finding.document))
    for place, causes in report.contested.items():
        most = max(len(votes[cause]) for cause, _ in causes)
        first = [(cause, repair) for cause, repair in causes if len(votes[cause]) == most]
        cause, repair = ", or ".join(cause for cause, _ in first), first[0][1]
        report.findings[place] = replace(report.findings[place], cause=cause, repair=repair)
    report.contested.clear()
