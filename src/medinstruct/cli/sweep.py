"""sweep: a family of builds of one size, for an ablation."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table, progress


class Over(StrEnum):
    """What a sweep varies."""

    tasks = "tasks"
    categories = "categories"
    composition = "composition"
    corpora = "corpora"


@app.command()
def sweep(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or path of a .yaml file.")],
    over: Annotated[Over, typer.Option(help="What members differ in.")],
    size: Annotated[int | None, typer.Option(min=1, help="Rows of each member; else what the recipe says.")] = None,
    choices: Annotated[int, typer.Option(min=1, max=26, help="Choices of each number of tasks or corpora.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder to write; else builds/<recipe>-by-<over>.")] = None,
    data: Data = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; no row depends on it.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Use the bundled samples.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace other builds at --out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the members and write nothing.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Build a recipe several times at one size: over fewer tasks or corpora, by category, or all but one task."""
    add_shelves(shelf)
    from medinstruct.builder import Settings
    from medinstruct.rebuild import sweep as family

    kind: family.Over = over.value
    if dry_run:
        members: list[dict[str, Any]] = [
            {"name": member.name, "of": member.of} for member in family.members(recipe, kind, size, choices=choices)
        ]
        (print_json if as_json else _tell)(members)
        return
    folder = out or Path("builds") / f"{Path(recipe).stem}-by-{over.value}"
    settings = Settings(data=data, size=size, workers=workers, samples=samples, force=force)
    with progress() as tell:
        told = family.sweep(recipe, kind, folder, settings, choices=choices, tell=tell)
    if as_json:
        print_json({"folder": str(folder), **told})
    else:
        if any(member.get("samples") for member in told["members"]):
            typer.echo("The members come from the bundled samples, as many rows as there are, of any size.\n")
        _tell(told["members"])
        typer.echo(f"\n{folder}")
    if any("failed" in member for member in told["members"]):
        raise typer.Exit(1)


def _tell(members: list[dict[str, Any]]) -> None:
    rows = [
        {
            "member": m["name"],
            "train": m.get("rows", {}).get("train", ""),
            "of": ", ".join(m["of"]),
            "": m.get("failed", ""),
        }
        for m in members
    ]
    print_table(rows)
