"""look: what instructions ask for and about, how long they are, how near to seeds and benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json


@app.command()
def look(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A build of instructions, such as `generate` makes.")],
    out: Annotated[Path | None, typer.Option(help="Folder for look.md, look.json and look.png; else <build>-look.")] = None,
    seeds: Annotated[str, typer.Option(help="Seeds that each is compared with: a name on a shelf, or a .jsonl file.")] = "bioinstruct",
    pack: Annotated[list[str] | None, typer.Option("--pack", help="A benchmark to look for; may be given again. Else blurb and medqa.")] = None,
    beside: Annotated[list[str] | None, typer.Option(help="A corpus to put beside it. Else bioinstruct, where it is at hand.")] = None,
    shelf: Shelf = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Look at a build of instructions: topics, verbs, lengths, nearness to seeds and benchmarks; beside other sets.

    Rows under agreement are left out.
    """
    add_shelves(shelf)
    from medinstruct import artefact
    from medinstruct import shelf as shelves
    from medinstruct.generator import look as looking
    from medinstruct.generator import seed
    from medinstruct.generator.filters.copied import PACKS
    from medinstruct.mixture import pack as packs

    build, people = artefact.load(folder), seed.load(seeds)
    sections = [section for name in pack or PACKS for section in packs.read(shelves.find("packs", name).path)]
    found = [looking.measure(folder.resolve().name, looking.of_build(build), people, sections)]
    for id in beside or [looking.OTHER]:
        other = looking.measure(id, looking.of_corpus(id, data), people, sections)
        if other["instructions"]:
            found.append(other)
        else:
            typer.echo(f"{id} is not at hand, and not beside it", err=True)
    files = looking.write(out or folder.resolve().with_name(f"{folder.resolve().name}-look"), found)
    if as_json:
        print_json({"files": [str(file) for file in files], "sets": found})
    else:
        for file in files:
            typer.echo(file)
