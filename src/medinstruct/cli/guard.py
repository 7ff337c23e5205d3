"""guard: what of which benchmark was kept out of a build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medinstruct.cli.common import AsJson, app, print_json, print_table


@app.command()
def guard(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    removed: Annotated[
        bool, typer.Option("--removed", help="List the rows that guard, split and duplicates took out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what was kept out of a build: test parts, by benchmark and rule; with --removed row by row."""
    import medinstruct

    build = medinstruct.load(folder)
    told = build.manifest.get("guard", {})
    if removed:
        rows = _removed(folder)
        if as_json:
            print_json(rows)
        else:
            print_table([row | {"benchmarks": " ".join(row["benchmarks"])} for row in rows])
        return
    if as_json:
        print_json(told)
        return
    if not told:
        typer.echo("The recipe is guarded against nothing.")
        return
    print_table([
        {
            "benchmark": name, "test parts": len(it["covers"]), "packed": len(it["packed"]), "checked": it["checked"],
            "removed": it["removed"], "by rule": ", ".join(f"{rule} {count:,}" for rule, count in it["rules"].items()),
        }
        for name, it in told.items()
    ])  # fmt: skip
    for name, it in told.items():
        for part, how in it["missing"].items():
            typer.echo(f"not guarded: {part} of {name}: {how}")


def _removed(folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    from medinstruct.artefact import reading
    from medinstruct.builder.removed import FILE

    if not (folder / FILE).is_file():
        return []
    with reading(folder / FILE):
        rows: list[dict[str, Any]] = pq.read_table(folder / FILE).to_pylist()
    return rows
