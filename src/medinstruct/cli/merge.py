"""merge: one model out of several, or of one and the base that it was tuned from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json, progress


class Method(StrEnum):
    """How models are merged."""

    dare = "dare"
    average = "average"


@app.command()
def merge(
    models: Annotated[list[str], typer.Argument(help="Folders, or names on the Hub: whole models, or adapters.")],
    out: Annotated[Path, typer.Option(help="The folder to write; there is none yet.")],
    base: Annotated[str, typer.Option(help="What the models were tuned from.")] = "",
    method: Annotated[
        Method, typer.Option(help="dare: differences from the base, a share of them dropped and the rest rescaled.")
    ] = Method.dare,
    mask_rate: Annotated[float, typer.Option(min=0, max=1, help="dare: the share that is dropped.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="dare: of the lot.")] = 42,
    as_json: AsJson = False,
) -> None:
    """Merge models, tensor by tensor: drop and rescale (DARE), or a plain average."""
    from medinstruct.trainer import merge as room

    with progress() as tell:
        merged = room.merge(models, out=out, base=base, method=method.value, mask_rate=mask_rate, seed=seed, tell=tell)
    if as_json:
        print_json({"folder": str(merged.folder), **merged.facts})
        return
    facts = merged.facts
    dropped = (
        f", {facts['dropped'] / facts['differing']:.1%} of {facts['differing']:,} differences dropped"
        if facts["mask_rate"] and facts["differing"]
        else ""
    )
    typer.echo(f"{facts['tensors']:,} tensors in {len(facts['shards'])} files{dropped}\n\n{merged.folder}")
