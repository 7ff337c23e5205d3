"""export: a build in the shape that another reader wants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import app


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    out: Annotated[Path, typer.Option(help="Folder to write, new or empty.")],
    shape: Annotated[
        str, typer.Option("--as", help="messages | prompt-completion | sharegpt | alpaca | jsonl | spacy")
    ] = "messages",
) -> None:
    """Write a build for readers that do not take its Parquet: as JSON Lines, or as spaCy's DocBin."""
    from medinstruct import artefact, exporter, license

    build = artefact.load(folder)
    if build.manifest["samples"]:
        typer.echo("These rows come from the bundled samples: invented text, not for training.", err=True)
    closed = sorted({id for id, corpus in build.manifest["corpora"].items() if license.is_closed(corpus["license"])})
    if closed:
        typer.echo(f"Text under agreement is written, which may not be handed on: {', '.join(closed)}.", err=True)
    done = exporter.export(build, shape, out)
    for path in done.files:
        typer.echo(str(path))
    for reason, count in done.left_out.items():
        typer.echo(f"{count:,} {reason}")
