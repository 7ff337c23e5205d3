"""publish: a version of a build on the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, plain, print_json

if TYPE_CHECKING:
    from medinstruct.publisher import Published


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    name: Annotated[str, typer.Argument(help="organisation/name of a data set on the Hub.")],
    version: Annotated[str, typer.Option(help="Three numbers, such as 1.0.0.")],
    private: Annotated[bool, typer.Option("--private", help="Make a new repository private.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing; needs neither the Hub nor a token.")] = False,
    allow: Annotated[list[str] | None, typer.Option(help="A corpus of unknown terms whose owner permits this; may be given again.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Publish bundled samples all the same.")] = False,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Publish although records were set aside.")] = False,
    collection: Annotated[bool, typer.Option("--collection", help="Publish rows side by side, each under its own terms.")] = False,
    stubs: Annotated[bool, typer.Option("--stubs", help="Send stubs for rows under agreement; --data tells where their corpora are.")] = False,
    data: Data = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that read these corpora.")] = 1,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Publish a build as a version on the Hub, if its terms let it go."""
    add_shelves(shelf)
    import medinstruct
    from medinstruct import publisher

    build = medinstruct.load(folder)
    permits = publisher.Permits(
        corpora=tuple(allow or ()), samples=samples, quarantined=quarantined, collection=collection
    )
    done = publisher.publish(
        build, name, version, permits, private=private, rehearse=dry_run, stubs=stubs,
        data=data, workers=workers,
    )  # fmt: skip
    if as_json:
        told = {key: value for key, value in vars(done).items() if key != "tripped"}
        counts = [
            {"corpus": corpus, "kind": kind, "count": n} for (corpus, kind), n in sorted(done.tripped.counts.items())
        ]
        print_json({**told, "tripped": counts})
    else:
        _tell(done)


def _tell(done: Published) -> None:
    for (corpus, kind), count in sorted(done.tripped.counts.items()):
        typer.echo(f"looks like a person: {corpus}: {count:,} × {kind}")
    for hit in done.tripped.shown[:10]:
        typer.echo(f"  {hit.kind}: …{plain(hit.quotation)}… ({hit.corpus}, row {hit.row})")
    if done.stubs:
        typer.echo(f"under agreement: {done.stubs:,} rows, of which stubs go and no text")
    typer.echo(f"license: {done.license or 'other: each row under its own terms'}")
    for line in done.changes:
        typer.echo(plain(line))
    if done.suggested and done.suggested != done.version:
        typer.echo(f"the rows' differences ask for version {done.suggested}")
    word = {"new": "published", "same content": "there already", "rehearsal": "would be sent"}[done.state]
    typer.echo(f"{done.repository}@{done.version}: {word}" + (f", commit {done.commit[:12]}" if done.commit else ""))
    if done.unseen:
        typer.echo(
            f"the repository was not looked at ({done.unseen}): what is there already, and whether {done.version} is taken, is not known"
        )
    if done.state == "rehearsal":
        typer.echo("\n".join(f"  {file}" for file in done.files))
