"""try: a page that shows what a template makes of real text, again at each save."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from medinstruct.cli.common import Data, Shelf, add_shelves, app

Unit = Literal["document", "passage", "sentence", "window"]


@app.command("try")
def try_(
    name: Annotated[
        str, typer.Argument(metavar="TEMPLATE", help="A template's name, or its file; edit the file and look.")
    ],
    corpus: Annotated[str, typer.Option("--corpus", help="Whose texts are asked about.")],
    task: Annotated[
        str, typer.Option(help="One of the corpus' own tasks; else all that the template's type can ask.")
    ] = "",
    unit: Annotated[Unit, typer.Option(help="What a text is.")] = "sentence",
    number: Annotated[int, typer.Option("-n", min=1, max=100, help="Examples.")] = 5,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes a free one.")] = 0,
    shelf: Shelf = None,
    data: Data = None,
) -> None:
    """Show on a page of this machine what a template makes of a corpus, and show it again at each save."""
    add_shelves(shelf)
    from medinstruct import preview
    from medinstruct.shelf import find

    entry = find("templates", name)
    seen = preview.examples(corpus, entry.name.split("/")[0], task=task, data=data, unit=unit, number=number)
    with preview.Server(preview.Page(entry.path, entry.name, seen), port) as server:
        typer.echo(f"{entry.path}\n{server.address}   (Ctrl-C ends it)")
        server.serve_forever()
