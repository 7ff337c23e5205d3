"""pack: a benchmark's test part as numbers, to guard against it where its texts are not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table


@app.command()
def pack(
    name: Annotated[str, typer.Argument(help="A recipe, a corpus, or a folder: a build, or .txt and .jsonl files.")],
    out: Annotated[Path | None, typer.Option(help="File to write; else <name>.pack here.")] = None,
    open_only: Annotated[
        bool,
        typer.Option("--open-only", help="Leave out corpora whose license does not let derived data be handed on."),
    ] = False,
    samples: Annotated[bool, typer.Option("--samples", help="Of the bundled samples.")] = False,
    data: Data = None,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Make a pack of a test part: fingerprints of its identities, and of one in eight of its runs of 13 words."""
    add_shelves(shelf)
    from medinstruct.builder import packing

    title = Path(name).stem if name.endswith(".yaml") else Path(name).resolve().name if Path(name).is_dir() else name
    path = out or Path(f"{title}.pack")
    found = packing.sections(name, data, open_only=open_only, samples=samples)
    packing.write(path, title, found)
    rows = [
        {"part": s.name, "license": s.license, "records": s.records, "identities": len(s.prints), "runs": len(s.runs)}
        for s in found
    ]
    if as_json:
        print_json({"file": str(path), "bytes": path.stat().st_size, "sections": rows})
    else:
        print_table(rows)
        typer.echo(f"\n{path}  {path.stat().st_size:,} bytes")
