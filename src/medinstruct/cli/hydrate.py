"""hydrate: from a published mixture with stubs back to the build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, progress


@app.command()
def hydrate(
    name: Annotated[str, typer.Argument(help="organisation/name@version on the Hub, or a folder.")],
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; else builds/RECIPE-DIGEST.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace another build at --out.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Make the rows of a published mixture that stubs stand for, from the corpora that are here."""
    add_shelves(shelf)
    import medinstruct
    from medinstruct.rebuild import hydrate as hydration

    with progress() as tell:
        done = hydration.hydrate(medinstruct.load(name), data, out, workers=workers, force=force, tell=tell)
    left: list[dict[str, Any]] = [vars(each) for each in done.left]
    if as_json:
        print_json(
            {
                "folder": str(done.build.folder),
                "digest": done.build.digest,
                "whole": done.is_whole,
                "rows": done.rows,
                "left": left,
            }
        )
    else:
        for each in done.left:
            typer.echo(
                f"left out: {each.corpus}/{each.split}: {each.rows:,} rows: {each.why}"
                + (f" ({each.next})" if each.next else "")
            )
        typer.echo(f"{done.rows:,} rows were made from their sources, each as it was published")
        typer.echo(
            f"{done.build.folder}: " + ("the whole mixture, row for row" if done.is_whole else "what can be had here")
        )
    if not done.is_whole:
        raise typer.Exit(1)
