"""explain: where a row comes from, and whether its source still gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, progress

if TYPE_CHECKING:
    from medinstruct.artefact import Build


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    id: Annotated[str, typer.Argument(help="Id of a row, or its first digits.")],
    from_source: Annotated[
        bool, typer.Option("--from-source", help="Make the row again from its source and compare it to the byte.")
    ] = False,
    data: Data = None,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Tell where a row comes from."""
    add_shelves(shelf)
    from medinstruct import artefact

    build = artefact.load(folder)
    found = build.explain(id)
    again = _made_again(build, found, data) if from_source else None
    if as_json:
        print_json({**found, **({"from_source": again} if again else {})})
    else:
        _tell(found)
        if again:
            _tell_again(again)
    if again and not again["equal"]:
        raise typer.Exit(1)


def _tell(found: dict[str, Any]) -> None:
    texts = ("messages", "example", "gold")
    for name, value in found.items():
        if name not in texts:
            typer.echo(f"{name:12} {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}")
    for message in found["messages"]:
        typer.echo(f"\n--- {message['role']}\n{message['content']}")
    typer.echo(f"\n--- question\n{json.dumps(found['example'], ensure_ascii=False)}")
    typer.echo(f"\n--- gold\n{json.dumps(found['gold'], ensure_ascii=False)}")


def _made_again(build: Build, found: dict[str, Any], data: Path | None) -> dict[str, Any]:
    """Whether the source gives the row to the byte; else its columns that differ, as they stand and as they are made."""
    from medinstruct.rebuild.rerender import rerender, shelf_has_other

    with progress() as tell:
        made = rerender(build, [(found["split"], build[found["split"]][found["row"]])], data, tell=tell)
    [again] = made.rows
    columns = (
        {name: {"build": again.row[name], "source": again.made[name]} for name in again.differs} if again.made else {}
    )
    return {
        "equal": again.is_same, "why": again.why, "columns": columns,
        "because": [] if again.is_same else made.causes(build), "sources": made.sources, "shelf": shelf_has_other(build),
    }  # fmt: skip


def _tell_again(again: dict[str, Any]) -> None:
    typer.echo("\n--- from source")
    if again["equal"]:
        typer.echo("equal to the byte")
    for name, column in again["columns"].items():
        typer.echo(f"{name}:\n  in the build  {column['build']}\n  from source   {column['source']}")
    for line in (again["why"], *(f"perhaps because: {cause}" for cause in again["because"])):
        if line:
            typer.echo(line)
    if again["equal"]:
        for line in again["sources"]:
            typer.echo(f"(another part of the source is not what it was: {line})")
    for line in again["shelf"][:3]:
        typer.echo(f"({line})")
