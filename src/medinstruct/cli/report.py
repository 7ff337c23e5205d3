"""report: a build as one page to look through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json, progress

if TYPE_CHECKING:
    from medinstruct.artefact import Build


@app.command()
def report(
    folder: Annotated[str, typer.Argument(help="A build, or organisation/name@1.0.0 on the Hub.")],
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="File to write; else report.html in the build.")
    ] = None,
    against: Annotated[str | None, typer.Option("--against", help="An earlier build: show what changed since.")] = None,
    tokenizer: Annotated[
        list[str] | None,
        typer.Option(
            "--tokenizer", help="Count rows by this one too (spacy:en, a folder, org/model); may be given again."
        ),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Show rows under agreement too; the page is then under it as well.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="Write nothing: show the page on this machine, with the text of all rows that it may show."
        ),
    ] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="Of --serve; any that is free.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write one page of what went into a build, what came out, and its rows to look through; it opens from disk."""
    import medinstruct

    if serve:
        if out is not None or as_json:
            raise typer.BadParameter("writes no file; leave out --out and --json", param_hint="--serve")
        _serve(medinstruct.load(folder), against, tokenizer or [], text=text, port=port)
        return
    with progress() as tell:
        made = medinstruct.report(folder, out=out, against=against, text=text, tokenizers=tokenizer or [], tell=tell)
    size = made.stat().st_size
    print_json({"file": str(made), "bytes": size}) if as_json else typer.echo(f"{made}  {size:,} bytes")


def _serve(build: Build, against: str | None, tokenizers: list[str], *, text: bool, port: int) -> None:
    """Show the page until somebody stops it."""
    import medinstruct
    from medinstruct import reporter
    from medinstruct.reporter.server import Server

    before = medinstruct.load(against) if against else None
    with progress() as tell:
        made = reporter.report(build, against=before, text=text, tokenizers=tokenizers, served=True, tell=tell)
    with Server(build, made.html, made.light, port) as server:
        typer.echo(f"{server.address}  (Ctrl-C stops it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped", err=True)
