"""What the gold itself scores in each answer format, over the benchmarks: `python bench/ceilings.py --data DIR`.

Writes docs/reference/ceilings.md. The benchmarks are built first, or read where `--built` holds their folders.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import medinstruct
from medinstruct import tasks
from medinstruct.artefact import Build
from medinstruct.evaluator.suite import Dataset, suite
from medinstruct.scorer import Ceiling, ceiling
from medinstruct.tasks.task import AnswerFormat

SUITES = ("blue", "blurb")
PAGE = Path(__file__).parents[1] / "docs/reference/ceilings.md"
VARIANTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "span_extraction/bio": ({}, {"tags": "bare"}),
    "similarity/number": ({"decimals": 0}, {}, {"decimals": 2}),
}
"""Options that are tried beside the usual ones."""

HEAD = """# Ceilings

Made by `python bench/ceilings.py --data DIR` on the test parts of the benchmarks. The gold of each row is rendered, read back and scored
like any other answer: what is below 1 is lost by the format, and no model can get it back. A row that a format cannot write counts as
not answered. `*` marks the format of the recipe. The formats that write words put them back by `locate`; those that keep places
lose what their syntax cannot hold.
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, help="folder with a folder for each corpus")
    asked.add_argument("--built", type=Path, help="folder with builds of the benchmarks, by name")
    given = asked.parse_args()
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as spare:
        for name in SUITES:
            if given.built:
                build = medinstruct.load(given.built / name)
            else:
                build = medinstruct.build(name, data=given.data, out=Path(spare) / name)
            parts += table(name, build)
    PAGE.write_text("\n".join(parts) + "\n", encoding="utf-8")


def table(name: str, build: Build) -> Iterator[str]:
    """Yield the lines of a benchmark's table."""
    found = suite(build)
    yield f"## {name}\n"
    yield "| dataset | rows | metric | format | ceiling | rows it cannot write |\n|---|---:|---|---|---:|---|"
    for dataset in found.datasets:
        used = {row["answer_format"] for row in dataset.rows}
        for label, answer in formats(dataset):
            mark = "*" if label in used else ""
            reached = ceiling(dataset.rows, answer, dataset.type.scores[dataset.metric])
            yield (
                f"| {dataset.name} | {reached.rows:,} | {dataset.metric} | {label}{mark} | {reached.score:.5f} | {told(reached)} |"
            )
    if found.left_out:
        yield f"\nNot here: {', '.join(sorted(found.left_out))}."
    yield ""


def formats(dataset: Dataset) -> Iterator[tuple[str, AnswerFormat[Any, Any]]]:
    """Yield each format of a dataset's type, with the options that are tried, by name."""
    for name, kind in tasks.load(dataset.type.name).formats.items():
        for options in VARIANTS.get(f"{dataset.type.name}/{name}", ({},)):
            stated = ", ".join(f"{key}: {value}" for key, value in options.items())
            yield (f"{name} ({stated})" if stated else name), kind.model_validate(options)


def told(reached: Ceiling) -> str:
    """How many rows do not fit, and why, most frequent first."""
    if not reached.unfit:
        return "0"
    reasons = "; ".join(f"{reason}: {number:,}" for reason, number in reached.unfit.most_common())
    return f"{reached.unfit.total():,} ({reasons})"


if __name__ == "__main__":
    main()
