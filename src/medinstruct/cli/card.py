"""card: the card of a build, written again, with pictures where they can be drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json
from medinstruct.errors import MedinstructError


@app.command()
def card(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    plots: Annotated[bool, typer.Option("--plots", help="Draw pictures too, into plots/ (needs matplotlib).")] = False,
    as_json: AsJson = False,
) -> None:
    """Write README.md of a build again, from its rows, manifest and ledger."""
    from medinstruct import artefact
    from medinstruct import card as dataset_card
    from medinstruct.card import plots as pictures

    build = artefact.load(folder)
    if "stubs" in build.manifest:
        raise MedinstructError("this is a publication, whose card went with it", where=str(folder),
                               next="medinstruct hydrate gives the build")  # fmt: skip
    if plots and not pictures.can_draw():
        raise MedinstructError("pictures need matplotlib", next='pip install "medinstruct[plots]"')
    made_of = dataset_card.measure(build)
    drawn = pictures.draw(build, made_of) if plots else {}
    text = dataset_card.write(build, composition=made_of, plots=drawn)
    for path, content in drawn.items():
        artefact.write_bytes(build.folder / path, content)
    artefact.write_text(build.folder / "README.md", text)
    files = ["README.md", *drawn]
    if as_json:
        print_json({"folder": str(folder), "files": files})
    else:
        typer.echo("\n".join(str(folder / file) for file in files))
