"""The page of the docs that shows what the baselines reach, written from their runs.

for model in oracle lexicon majority random; do medinstruct evaluate blurb --data DIR --model $model; done
python -m medinstruct.evaluator.table runs/blurb-* runs/blue-* runs/medqa-* > docs/reference/baselines.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from medinstruct import artefact
from medinstruct.errors import MedinstructError

HEAD = """# What models have to beat

<!-- Written by `python -m medinstruct.evaluator.table RUN …`; do not edit. -->

Baselines that need no model, on the official test parts. They say the same in every run.

- **oracle**: the rendered gold, through the parser like any other answer. What it lacks to 1 is what the answer format cannot carry.
- **lexicon**: a dictionary made of the train part. Spans: the longest run of words that was a mention there, at least as often as not.
  Relations: what was most often right of a pair of names; of a pair that was not seen, the most frequent relation. Similarity: the share
  of common words. All else as majority.
- **majority**: what is most often right in the train part; of spans, that there are none; of options of which nothing was learnt, the first.
- **random**: drawn by a hash of the row.

In brackets: 95 % interval by a bootstrap over documents.

```sh
for model in oracle lexicon majority random; do
  for suite in blurb blue medqa; do
    medinstruct evaluate $suite --data DIR --model $model --out runs/$suite-$model
  done
done
python -m medinstruct.evaluator.table runs/blurb-* runs/blue-* runs/medqa-* > docs/reference/baselines.md
```
"""


def write(runs: Iterable[Mapping[str, Any]]) -> str:
    """Return the page: one table for each build, one column for each model.

    Args:
        runs: What their `scores.json` say.
    """
    builds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for run in runs:
        builds.setdefault((run["recipe"], run["build"]), []).append(run)
    return HEAD + "".join(_table(recipe, digest, some) for (recipe, digest), some in builds.items())


def _table(recipe: str, digest: str, runs: list[Mapping[str, Any]]) -> str:
    names = [one["name"] for one in runs[0]["datasets"]]
    facts = {(run["model"], one["name"]): one for run in runs for one in run["datasets"]}
    models = [run["model"] for run in runs]
    lines = [
        f"\n## {recipe}\n",
        f"Build `{digest[:16]}`.\n",
        _line("dataset", "metric", "rows", *models),
        _line("---", "---", "---:", *["---"] * len(models)),
    ]
    for name in names:
        first = facts[models[0], name]
        lines.append(
            _line(name, first["metric"], f"{first['of']:,}", *(_score(facts[model, name]) for model in models))
        )
    average = runs[0]["average"]
    lines.append(
        _line(f"**mean over {average['of']}**", "", "", *(f"**{run['average']['score']:.4f}**" for run in runs))
    )
    lines += [f"\n{average['datasets']} of {average['all']} datasets.\n"]
    lines += [f"- left out: {name}\n" for name in average["left_out"]]
    lines += [f"- not here, so nothing was learnt from it: {name}\n" for name in runs[0]["missing"] if "/" in name]
    return "\n".join(line for line in lines if not line.startswith("- ")) + "".join(
        line for line in lines if line.startswith("- ")
    )


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _score(facts: Mapping[str, Any]) -> str:
    return f"{facts['score']:.4f} ({facts['low']:.3f} to {facts['high']:.3f})"


def main(folders: list[str]) -> int:
    """Print the page of some runs."""
    try:
        sys.stdout.write(write(artefact.read_json(Path(folder) / "scores.json") for folder in folders))
    except MedinstructError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
