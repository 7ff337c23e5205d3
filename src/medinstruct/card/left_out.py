"""What the card says of what is not in a build: dropped on the way, kept out on purpose, or never at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from medinstruct.artefact import KINDS, shortfall
from medinstruct.card.sections import Json, joined, picture
from medinstruct.markdown import bullets, table, text


def left_out(manifest: Json, ledger: Json, plots: Collection[str]) -> str:
    """The ledger in short, and what was looked for in the test parts of benchmarks."""
    return joined(
        "## What was left out",
        _ledger(ledger),
        picture("plots/ledger.png", "What became of documents, annotations, examples and samples", plots),
        _guarded(manifest.get("guard", {})),
        _watched(manifest.get("watch", {})),
        _unguarded(manifest.get("guard", {})),
    )


def _ledger(ledger: Json) -> str:
    """In = kept + dropped by reason, a column for each kind."""
    totals = [ledger["totals"][kind] for kind in KINDS]
    reasons = Counter[str]()
    for total in totals:
        reasons.update(total["dropped"])
    rows: list[tuple[object, ...]] = [
        ("in", *(total["in"] for total in totals)),
        ("**kept**", *(total["kept"] for total in totals)),
    ]
    rows += [
        (text(reason), *(total["dropped"].get(reason, 0) for total in totals)) for reason, _ in _most_first(reasons)
    ]
    return joined("In = kept + dropped, in each column:", table(("", *KINDS), rows))


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _guarded(guard: Json) -> str:
    """What of which benchmark was looked for and kept out."""
    rows = [
        (text(name), text(", ".join([*it["covers"], *(f"{part} (packed)" for part in it["packed"])])), it["checked"], it["removed"],
         _rules(it["rules"]))
        for name, it in guard.items()
    ]  # fmt: skip
    return joined(
        "Rows that stand in a test part, or hold a part of one, were kept out:",
        table(("benchmark", "its test parts", "rows looked at", "kept out", "known by"), rows),
    ) if rows else ""  # fmt: skip


def _watched(watch: Json) -> str:
    """Which test documents stand in the rows, by benchmark: they were looked for and left in."""
    if not watch:
        return ""
    names = (
        "benchmark",
        "rows looked at",
        "rows that stand in it",
        "of so many test documents",
        "of which parts",
        "known by",
    )
    whole = table(names, [
        (text(name), it["checked"], it["held"], it["documents"],
         text(", ".join(f"{part}: {count:,}" for part, count in it["parts"].items()) or "none"), _rules(it["rules"]))
        for name, it in watch.items()
    ])  # fmt: skip
    if not any(it["held"] for it in watch.values()):
        return joined("No row was found to stand in these test parts, though nothing was taken out:", whole)
    return joined(
        "**Rows of this mixture stand in test parts, and were left in, as published. Do not score what was trained on it on these "
        "benchmarks.** `watched.parquet` of the build lists them.",
        whole,
    )


def _unguarded(guard: Json) -> str:
    lines = [f"{text(name)}: {text(', '.join(it['missing']))}" for name, it in guard.items() if it["missing"]]
    said = "Not kept out, as these parts of the benchmarks were not here either:"
    return joined(said, bullets(lines)) if lines else ""


def _rules(rules: Mapping[str, int]) -> str:
    return text(", ".join(f"{count:,} {rule}" for rule, count in rules.items()) or "none")


def limits(manifest: Json, ledger: Json) -> str:
    """What whoever uses the rows should know that they lack."""
    missing = [f"{text(name)}: {text(how)}" for name, how in manifest.get("missing", {}).items()]
    unexpected = [text(line) for line in manifest.get("unexpected", ())]
    return joined(
        "## Known limits",
        bullets([
            "The rows inherit the errors, the selection and the age of each corpus. They are not for decisions about patients.",
            *([f"{text(shortfall(manifest['shortfall']))}."] if "shortfall" in manifest else []),
            *(f"Not kept, as no row of it was here: {text(bound)}" for bound in manifest.get("waived", ())),
            *(["Known faults of the corpora were left as they are (`--as-published`)."] if manifest.get("as_published") else []),
            *_windows(ledger),
        ]),
        joined("Corpora or parts that were not found:", bullets(missing)) if missing else "",
        joined("Parts that hold more or fewer records than their corpus is known to have:", bullets(unexpected)) if unexpected else "",
        _broken(manifest["corpora"]),
        _refused(manifest.get("refusals", ())),
    )  # fmt: skip


def _windows(ledger: Json) -> list[str]:
    """What no row holds because texts were cut."""
    dropped = ledger["totals"]["annotations"]["dropped"]
    return [
        f"Annotations that stand in no row, each as {text(reason)}: {count:,}."
        for reason, count in _most_first(dropped)
        if "window" in reason
    ]


def _broken(corpora: Json) -> str:
    rows = [
        (text(id), sum(corpus.get("records", {}).values()), len(corpus["broken"]))
        for id, corpus in sorted(corpora.items())
        if corpus.get("broken")
    ]
    whole = table(("corpus", "records", "set aside"), rows)
    return (
        joined("Records that contradict themselves, and were set aside (`broken` in `manifest.json`):", whole)
        if rows
        else ""
    )


def _refused(refusals: Collection[Mapping[str, Any]]) -> str:
    """Answer formats that cannot hold every answer; another format, or none, took the row."""
    rows = [
        (text(it["corpus"]), text(it["task"]), text(it["format"]), it["rows"], it["refused"],
         text(", ".join(f"{count:,} {reason}" for reason, count in _most_first(it["reasons"]))))
        for it in refusals
    ]  # fmt: skip
    whole = table(("corpus", "task", "format", "candidates", "it cannot hold", "why"), rows)
    return joined("Answer formats that cannot hold every right answer:", whole) if rows else ""
