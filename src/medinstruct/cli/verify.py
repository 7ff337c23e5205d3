"""verify: is a build what it says it is."""

from __future__ import annotations

from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, progress


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help="A build, or organisation/name@1.0.0 on the Hub.")],
    data: Data = None,
    rows: Annotated[
        int | None, typer.Option(min=0, help="Make only so many rows again; 0 looks at the folder alone.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Check a build by itself, then build it again from its sources and compare."""
    add_shelves(shelf)
    import medinstruct
    from medinstruct.rebuild import verify as verification

    build = medinstruct.load(name)
    with progress() as tell:
        verdict = verification.verify(build, data, rows=rows, workers=workers, tell=tell)
    if as_json:
        print_json({"folder": str(build.folder), "digest": build.digest, **verification.summary(verdict)})
    else:
        for line in (*verdict.faults, *verdict.sources, *verdict.differences):
            typer.echo(line)
        made = f"{verdict.compared:,} rows were made again from their sources"
        typer.echo(
            f"{'equal' if verdict.is_equal else 'not equal'}: {made if verdict.compared else 'the folder alone was looked at'}"
        )
    if not verdict.is_equal:
        raise typer.Exit(1)
