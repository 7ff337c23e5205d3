"""diff: what two builds differ in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json, print_table

if TYPE_CHECKING:
    from medinstruct.difference import Difference


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A build, or organisation/name@1.0.0 on the Hub.")],
    after: Annotated[str, typer.Argument(help="Another one, as a rule of the same recipe.")],
    rows: Annotated[bool, typer.Option("--rows", help="List every row that changed, one to a line.")] = False,
    version: Annotated[str, typer.Option(help="Version of the first build, to tell that of the second.")] = "1.0.0",
    as_json: AsJson = False,
) -> None:
    """Tell which rows were added, removed, moved, relabelled or reworded, and what the next version is."""
    import medinstruct

    found = medinstruct.diff(before, after)
    next_version = found.next_version(version)
    if as_json:
        listed = {"changes": [change._asdict() for change in found.rows()]} if rows else {}
        print_json({**found.summary(), "version": version, "next_version": next_version, **listed})
        return
    if rows:
        for change in found.rows():
            typer.echo(f"{change.id}  {','.join(change.kinds):10}  {change.corpus} {change.task}")
        return
    _tell(found)
    if found.level == "none":
        typer.echo("no new version")
    else:
        typer.echo(f"{found.level}: {version} becomes {next_version}, as {'; '.join(found.because)}")


def _tell(found: Difference) -> None:
    kinds = [kind for kind, count in found.counts.items() if count]
    table = [
        {"corpus": corpus, "task": task, **{kind: counts.get(kind, 0) for kind in kinds}}
        for (corpus, task), counts in found.table.items()
    ]
    if table:
        print_table([*table, {"corpus": "", "task": "all", **{kind: found.counts[kind] for kind in kinds}}])
    typer.echo(f"{found.same:,} rows are the same in both")
    whats = Counter(stated.what for stated in found.manifest)
    for what, count in whats.items():
        shown = [stated for stated in found.manifest if stated.what == what][:MOST]
        for stated in shown:
            typer.echo(f"{what} {stated.name}: {_short(stated.before)} -> {_short(stated.after)}")
        if count > MOST:
            typer.echo(f"{what}: {count - MOST:,} more (--json lists all)")


MOST = 8
"""Statements of a kind that are shown."""


def _short(stated: str | None) -> str:
    return "nothing" if stated is None else stated[:16]
