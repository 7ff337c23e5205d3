"""The table of an ablation: what each member scores on each dataset and in the mean, with 95 % bootstrap intervals.

Documents are drawn, a thousand times, and with them all that was asked about them. The interval of a mean is that of the means of each
round: datasets are drawn independently of each other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medinstruct import artefact, scorer
from medinstruct.chat import journal
from medinstruct.evaluator.suite import Dataset, Suite
from medinstruct.sample import draw

Row = dict[str, Any]


def make(
    swept: Mapping[str, Any], members: Path, suite: Suite, base: str, failed: Mapping[str, str], asked: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """Return the table: `members`, each with its score or why there is none, and what it is about.

    Args:
        swept: What `sweep.json` says.
        members: The folder with the members' runs.
        suite: What was scored.
        base: Name of the model as it was.
        failed: By member, why there is no score.
        asked: What the ablation is about.
    """
    listed: list[Row] = [{"name": base, "of": [], "rows": {}}, *swept["members"]]
    rows = [_row(one, members / one["name"], suite, failed.get(one["name"], "")) for one in listed]
    about = {key: asked[key] for key in ("medinstruct", "of", "model", "suite", "samples", "config", "limit")}
    left_out = dict(suite.left_out)
    return {**about, "over": swept["over"], "base": base, "left_out": left_out, "members": rows}


def _row(one: Mapping[str, Any], folder: Path, suite: Suite, failed: str) -> Row:
    row: Row = {"member": one["name"], "of": list(one["of"]), "rows": one.get("rows", {}).get("train", 0)}
    if failed:
        return {**row, "failed": failed}
    _, said = journal.read(folder / "run" / "answers.jsonl")
    answers = {answer.id: answer.text for answer in said}
    drawn = {dataset.name: _drawn(dataset, answers) for dataset in suite.datasets}
    means = [
        suite.average({name: found[n] for name, (_, found) in drawn.items()})["score"] for n in range(_rounds(drawn))
    ]
    whole = suite.average({name: score for name, (score, _) in drawn.items()})
    return {
        **row, **_interval(whole["score"], means), "kinds": whole["kinds"],
        "datasets": {name: _interval(score, found) for name, (score, found) in drawn.items()},
    }  # fmt: skip


def _drawn(dataset: Dataset, answers: Mapping[str, str]) -> tuple[float, list[float]]:
    """The score of a dataset, and those of drawn sets."""
    table = dataset.measure.table([scorer.asked(row).case(answers[row["id"]]) for row in dataset.rows])
    seed = draw("ablation", dataset.name) % 2**32  # each dataset its own lot
    return table.score(), scorer.draws(table, [row["document"] for row in dataset.rows], seed=seed)


def _rounds(drawn: Mapping[str, tuple[float, list[float]]]) -> int:
    return min(len(found) for _, found in drawn.values())


def _interval(score: float, found: Sequence[float]) -> dict[str, float]:
    bounds = scorer.between(score, found)
    return {"score": bounds.score, "low": bounds.low, "high": bounds.high}


def write(found: Mapping[str, Any], folder: Path) -> None:
    """Write the table as JSON, as CSV and as Markdown."""
    artefact.write_json(folder / "table.json", found)
    artefact.write_text(folder / "table.csv", _csv(found))
    artefact.write_text(folder / "table.md", _markdown(found))


def _csv(found: Mapping[str, Any]) -> str:
    """A line for each member and dataset; of the mean the dataset is `mean`."""
    page = io.StringIO()
    sheet = csv.writer(page, lineterminator="\n")
    sheet.writerow(["member", "of", "rows", "dataset", "score", "low", "high"])
    for row in found["members"]:
        parts = {"mean": row, **row["datasets"]} if "failed" not in row else {}
        for name, part in parts.items():
            numbers = [f"{part[key]:.6f}" for key in ("score", "low", "high")]
            sheet.writerow([row["member"], " ".join(row["of"]), row["rows"], name, *numbers])
    return page.getvalue()


def _markdown(found: Mapping[str, Any]) -> str:
    """The mean of each member with its interval, and what it scores in each kind of task."""
    scored = [row for row in found["members"] if "failed" not in row]
    kinds = sorted({kind for row in scored for kind in row["kinds"]})
    lines = [f"# {found['suite']}, zero-shot, by {found['over']}", ""]
    if found["samples"]:
        lines += ["Bundled samples: invented text, to try things out; the scores mean nothing.", ""]
    lines += [
        _line(["member", "of", "rows", "mean", "95 %", *kinds]),
        _line(["---", "---", "---:", "---:", "---", *["---:"] * len(kinds)]),
    ]
    for row in scored:
        each = [f"{row['kinds'][kind]:.4f}" if kind in row["kinds"] else "" for kind in kinds]
        bounds = f"{row['low']:.4f} to {row['high']:.4f}"
        lines.append(
            _line([row["member"], ", ".join(row["of"]), f"{row['rows']:,}", f"{row['score']:.4f}", bounds, *each])
        )
    lines += ["", f"Every member starts from {found['model']}; intervals are bootstraps over documents.", ""]
    lines += [f"- left out: {name}: {how}" for name, how in found["left_out"].items()]
    lines += [f"- no score: {row['member']}: {row['failed']}" for row in found["members"] if "failed" in row]
    return "\n".join(lines).rstrip() + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
