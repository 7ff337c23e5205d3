"""explain: where a row comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    id: Annotated[str, typer.Argument(help="Id of a row, or its first digits.")],
    as_json: AsJson = False,
) -> None:
    """Tell where a row comes from."""
    import medinstruct

    found = medinstruct.load(folder).explain(id)
    if as_json:
        print_json(found)
        return
    messages = found.pop("messages")
    example, gold = found.pop("example"), found.pop("gold")
    for name, value in found.items():
        typer.echo(f"{name:12} {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}")
    for message in messages:
        typer.echo(f"\n--- {message['role']}\n{message['content']}")
    typer.echo(
        f"\n--- question\n{json.dumps(example, ensure_ascii=False)}\n\n--- gold\n{json.dumps(gold, ensure_ascii=False)}"
    )
