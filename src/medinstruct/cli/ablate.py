"""ablate: what a family of mixtures teaches, told by one suite that none of them has seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table, progress
from medinstruct.cli.sweep import Over


@app.command()
def ablate(
    sweep: Annotated[str, typer.Argument(help="The folder of a sweep; or a recipe, with --over.")],
    model: Annotated[str, typer.Option(help="What every member starts from: a folder, or a name on the Hub.")],
    suite: Annotated[str, typer.Option(help="What is tested: a benchmark's recipe, or the folder of its build.")],
    out: Annotated[Path, typer.Option(help="Folder to write; a broken ablation goes on there.")],
    over: Annotated[Over | None, typer.Option(help="Of a recipe: what members differ in.")] = None,
    size: Annotated[int | None, typer.Option(min=1, help="Of a recipe: rows of each member.")] = None,
    choices: Annotated[int, typer.Option(min=1, max=26, help="Of a recipe: choices of each number of tasks or corpora.")] = 3,
    config: Annotated[str, typer.Option(help="Of the training: a name (medinstruct ls configs), or a .yaml file.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each dataset that are asked.")] = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Of an answer.")] = 512,
    gpus: Annotated[str, typer.Option(help="Numbers of GPUs, as in 0,1,2: a member on each at a time; else all.")] = "",
    data: Data = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that build; no row depends on it.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Use the bundled samples; the scores mean nothing.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Train on each member of a sweep, test zero-shot on one suite, write one table and one plot."""
    add_shelves(shelf)
    from medinstruct import ablation

    settings = ablation.Settings(
        over=over.value if over else None, size=size, choices=choices, data=data, workers=workers, samples=samples, config=config or None,
        limit=limit, max_tokens=max_tokens, devices=tuple(filter(None, gpus.split(","))) or None,
    )  # fmt: skip
    with progress() as tell:
        done = ablation.ablate(sweep, model=model, suite=suite, out=out, settings=settings, tell=tell)
    (print_json if as_json else _tell)({"folder": str(done.folder), **done.table})
    if done.failed:
        raise typer.Exit(1)


def _tell(table: dict[str, Any]) -> None:
    if table["samples"]:
        typer.echo("These rows come from the bundled samples: invented text; the scores mean nothing.\n")
    print_table([
        {
            "member": row["member"], "of": ", ".join(row["of"]), "rows": row["rows"],
            "mean": f"{row['score']:.4f}" if "score" in row else "", "95 %": f"{row['low']:.4f} to {row['high']:.4f}" if "low" in row else "",
            "": row.get("failed", ""),
        }
        for row in table["members"]
    ])  # fmt: skip
    typer.echo(f"\n{table['folder']}/table.md")
