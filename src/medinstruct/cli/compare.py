"""compare: two runs on the same rows, with intervals and significance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Shelf, add_shelves, app, print_json, print_table


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Folder of a run.")],
    second: Annotated[Path, typer.Argument(help="Folder of another on the same build.")],
    build: Annotated[
        Path | None, typer.Option(help="Folder of that build, if it is no longer where the runs say.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=100, help="Sets of rows that are drawn.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of these draws.")] = 0,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Compare two runs, dataset by dataset: difference, 95 % interval (paired bootstrap), p (approximate randomisation)."""
    add_shelves(shelf)
    from medinstruct import artefact
    from medinstruct.evaluator.compare import compare

    found = compare(first, second, artefact.load(build) if build else None, rounds=rounds, seed=seed)
    if as_json:
        print_json(found)
        return
    print_table([
        {
            "dataset": one["name"], "metric": one["metric"], "rows": one["rows"], "first": f"{one['first']:.4f}", "second": f"{one['second']:.4f}",
            "difference": f"{one['difference']:+.4f}", "95 %": f"{one['low']:+.4f} to {one['high']:+.4f}", "p": f"{one['p']:.4f}",
        }
        for one in found
    ])  # fmt: skip
