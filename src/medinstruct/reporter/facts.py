"""The numbers of a report: what went in and came out, what rows are made of, how long they are, what they answer, whose they are.

Composition, lengths and terms are those of the card (`medinstruct.card`), so that a page and its card never differ; the rest is counted on
the light columns. Everything here is a count, a name or a sentence of this package; no text of a row, and of what was set aside no reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from medinstruct import artefact, license, tasks
from medinstruct.artefact import KINDS, Build
from medinstruct.card import Composition
from medinstruct.card.plots import colour, task_order
from medinstruct.card.sections import command
from medinstruct.license import TERMS
from medinstruct.reporter.light import Light, Numbers, answered
from medinstruct.text.tokenizer import Tokenizer

Json = dict[str, Any]

LIMITS = (1_024, 2_048, 4_096)
"""Tokens at which trainers cut: 1k, 2k, 4k."""
MOST_LABELS = 60
"""Labels of a task of a corpus that are listed; the others share a line."""
REMOVED = "removed.parquet"
"""Rows that guard and duplicates took out, by id (medinstruct.builder.removed)."""


def head(build: Build, light: Light, composition: Composition, *, text: bool) -> Json:
    """What this is, and what is not told of it."""
    manifest = build.manifest
    shut = Counter(corpus for (_, corpus), closed in zip(light.lines(), light.closed.tolist()) if closed)
    present = sorted({task.split("-")[0] for _, task, _ in composition.rows}, key=task_order)
    return {
        "title": manifest["title"], "about": manifest.get("about", ""), "recipe": manifest["recipe"], "digest": manifest["digest"],
        "version": manifest.get("medinstruct", ""), "seed": manifest.get("seed", ""), "samples": manifest["samples"],
        "as_published": bool(manifest.get("as_published")), "stubs": manifest.get("stubs", {}).get("rows", 0),
        "folder": build.folder.resolve().name, "command": command(manifest), "splits": light.starts,
        "closed": {"rows": sum(shut.values()), "corpora": sorted(shut), "with_text": text},
        "tasks": [
            {"id": task, "title": tasks.TASKS.get(task, task), "colour": colour(task)} for task in present
        ],
    }  # fmt: skip


def composition(made_of: Composition) -> list[tuple[str, str, str, int, int]]:
    """Split, task, corpus, rows, tokens."""
    return [(*cell, rows, made_of.tokens[cell]) for cell, rows in sorted(made_of.rows.items())]


def flow(ledger: Mapping[str, Any]) -> Json:
    """For each kind of thing: task, corpus, in, kept, dropped by reason."""
    found: Json = {}
    for kind in KINDS:
        lines: dict[tuple[str, str], tuple[Counter[str], Counter[str]]] = {}
        for entry in ledger[kind]:
            counts, dropped = lines.setdefault((entry["task"].split("-")[0], entry["corpus"]), (Counter(), Counter()))
            counts.update({"in": entry["in"], "kept": entry["kept"]})
            dropped.update(entry["dropped"])
        found[kind] = [
            (*line, counts["in"], counts["kept"], dict(sorted(dropped.items())))
            for line, (counts, dropped) in sorted(lines.items())
        ]
    return found


def lengths(made_of: Composition) -> list[Json]:
    """Tokens of the texts asked about, by split, as the recipe's tokenizer counts them."""
    return [{"name": split, **spread(_spelt_out(counts))} for split, counts in made_of.lengths.items() if counts]


def _spelt_out(counts: Counter[int]) -> Numbers:
    known = sorted(counts)
    return np.repeat(np.array(known, np.int64), [counts[length] for length in known])


def tokens(light: Light, tokenizers: list[Tokenizer]) -> list[Json]:
    """Tokens of whole rows (all messages), by tokenizer, and what a trainer would cut."""
    return [
        {"name": each.name or "rule of thumb", "sha256": each.sha256[:16], **spread(counts), "cut": [_cut(counts, most) for most in LIMITS]}
        for each in tokenizers
        if len(counts := light.whole[each.name])
    ]  # fmt: skip


def _cut(counts: Numbers, most: int) -> Json:
    longer = counts[counts > most]
    return {"at": most, "rows": len(longer), "tokens": int((longer - most).sum())}


def spread(counts: Numbers) -> Json:
    """How numbers of tokens are spread: their sum, middle and ends, and how many lie in bins that double in two steps."""
    last = math.floor(math.log2(max(int(counts.max()), 1))) + 1
    edges = np.unique(np.round(2 ** np.arange(0, last + 0.1, 0.5)).astype(np.int64))
    heights, _ = np.histogram(np.clip(counts, 1, None), edges)
    filled = np.flatnonzero(heights)
    first, end = int(filled[0]), int(filled[-1]) + 1
    half, most = np.percentile(counts, [50, 95], method="inverted_cdf").astype(np.int64).tolist()
    return {
        "rows": len(counts), "total": int(counts.sum()), "half": half, "p95": most, "longest": int(counts.max()),
        "edges": edges[first : end + 1].tolist(), "heights": heights[first:end].tolist(),
    }  # fmt: skip


def answers(light: Light) -> list[Json]:
    """Of each task and corpus: rows, empty answers, and how often each label stands in one."""
    return [
        {
            "task": task, "corpus": corpus, "rows": each.rows, "empty": each.empty, "closed": each.closed,
            "labels": each.labels.most_common(MOST_LABELS), "more": max(len(each.labels) - MOST_LABELS, 0),
            "rest": each.labels.total() - sum(count for _, count in each.labels.most_common(MOST_LABELS)),
            "evenness": _evenness(each.labels),
        }
        for (task, corpus), each in answered(light).items()
    ]  # fmt: skip


def _evenness(labels: Counter[str]) -> float | None:
    """Shannon's entropy as a share of what it could be: 1 where all labels are as frequent (Pielou 1966)."""
    if len(labels) < 2:
        return None
    whole = labels.total()
    return -sum(n / whole * math.log(n / whole) for n in labels.values()) / math.log(len(labels))


def guarded(build: Build) -> Json:
    """What was looked for in test parts and taken out, what was left in, and which rows say the same."""
    manifest, totals = build.manifest, build.ledger["totals"]["examples"]["dropped"]
    return {
        "guard": [
            {"name": name, "covers": [*each["covers"], *(f"{part} (packed)" for part in each["packed"])], "checked": each["checked"],
             "removed": each["removed"], "rules": each["rules"], "missing": each["missing"]}
            for name, each in (manifest.get("guard") or {}).items()
        ],
        "watch": [{"name": name, **each} for name, each in (manifest.get("watch") or {}).items()],
        "parts": _test_parts(build),
        "alike": {reason: count for reason, count in totals.items() if reason.startswith("same text")},
        "apart": {reason: count for reason, count in totals.items() if reason.startswith("stands in this build")},
        "looked_at": build.ledger["totals"]["examples"]["in"],
    }  # fmt: skip


def _test_parts(build: Build) -> list[tuple[str, dict[str, int]]]:
    """Rows kept out by the test part that they stand in, by rule; the part that took most first."""
    if not (build.folder / REMOVED).is_file():
        return []
    found: dict[str, Counter[str]] = {}
    with artefact.reading(build.folder / REMOVED):
        table = pq.read_table(build.folder / REMOVED, columns=["rule", "stands_in"])
        for rule, stands_in in zip(*(column.to_pylist() for column in table.columns)):
            if stands_in:
                found.setdefault(stands_in.partition(" ")[0], Counter())[rule] += 1
    return sorted(
        ((part, dict(sorted(rules.items()))) for part, rules in found.items()),
        key=lambda it: (-sum(it[1].values()), it[0]),
    )


def terms(build: Build, made_of: Composition) -> Json:
    """The license that the whole can carry, and those of its parts."""
    verdict = license.of_build(build.manifest)
    rows = {corpus: count for (corpus,), (count, _) in made_of.totals(2).items()}
    return {
        "license": verdict.license, "collection": verdict.collection, "obligations": list(verdict.obligations),
        "because": [*verdict.because, *(conflict.why for conflict in verdict.conflicts)],
        "corpora": [
            {"id": id, "title": each["title"], "rows": rows.get(id, 0), "version": each["version"], "license": each["license"],
             "obligations": sorted(TERMS[license.known(each["license"])].obligations),
             "stated": each.get("stated", ""), "citation": each.get("citation", ""), "homepage": each.get("homepage", ""),
             "records": sum(each.get("records", {}).values()), "broken": len(each.get("broken", ()))}
            for id, each in sorted(build.manifest["corpora"].items())
        ],
    }  # fmt: skip


def limits(build: Build) -> list[str]:
    """What a reader of the numbers should know: what was not at hand, what was not reached, what was not as expected."""
    manifest = build.manifest
    lines = [f"{artefact.shortfall(manifest['shortfall'])}."] if "shortfall" in manifest else []
    lines += [f"Not found: {name}: {how}" for name, how in manifest.get("missing", {}).items()]
    lines += [f"Not guarded: {part} of {name}: {how}" for name, each in (manifest.get("guard") or {}).items()
              for part, how in each["missing"].items()]  # fmt: skip
    lines += [f"Not kept, as no row of it was here: {bound}" for bound in manifest.get("waived", ())]
    lines += [f"Not as expected: {line}" for line in manifest.get("unexpected", ())]
    return lines
