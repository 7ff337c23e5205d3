"""build: from a recipe to an artefact, and what became of everything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table, progress

if TYPE_CHECKING:
    from medinstruct.artefact import Build


@app.command()
def build(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or path of a .yaml file.")],
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; else builds/<recipe>-<digest>.")] = None,
    size: Annotated[
        str | None, typer.Option(help="Rows of the train part, or `all`; else what the recipe says.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; no row depends on it.")] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Use the bundled samples even where corpora are at hand.")
    ] = False,
    require_all: Annotated[bool, typer.Option("--require-all", help="Fail if anything is missing.")] = False,
    as_published: Annotated[
        bool, typer.Option("--as-published", help="Leave out the repairs of known faults.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace another build at --out.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Build a mixture or a benchmark."""
    add_shelves(shelf)
    import medinstruct

    number: int | str | None = size
    if size is not None and size != "all":
        if not size.replace("_", "").isdecimal() or int(size) < 1:
            raise typer.BadParameter(f"--size is a number of rows or `all`, not {size!r}")
        number = int(size)
    with progress() as tell:
        made = medinstruct.build(
            recipe, data=data, out=out, size=number, workers=workers, samples=samples, require_all=require_all,
            as_published=as_published, force=force, tell=tell,
        )  # fmt: skip
    if as_json:
        keys = ("recipe", "digest", "samples", "rows", "missing", "shortfall", "guard")
        summary = {key: made.manifest[key] for key in keys if key in made.manifest}
        print_json({"folder": str(made.folder), **summary, "totals": made.ledger["totals"]})
    else:
        _tell_build(made)


def _tell_build(made: Build) -> None:
    manifest, ledger = made.manifest, made.ledger
    if manifest["samples"]:
        typer.echo("These rows come from the bundled samples: invented text, to try things out, not for training.\n")
    kept: dict[tuple[str, str, str], list[int]] = {}
    for entry in ledger["examples"]:
        kept.setdefault((entry["split"], entry["task"].split("-")[0], entry["corpus"]), []).append(entry["kept"])
    rows = [{"split": s, "task": t, "corpus": c, "rows": sum(n)} for (s, t, c), n in sorted(kept.items()) if sum(n)]
    print_table(rows)
    typer.echo("\n" + "  ".join(f"{split}: {count:,} rows" for split, count in manifest["rows"].items()))
    for kind, total in ledger["totals"].items():
        dropped = ", ".join(f"{count:,} {reason}" for reason, count in total["dropped"].items())
        typer.echo(f"{kind:12} {total['in']:>9,} in = {total['kept']:,} kept" + (f" + {dropped}" if dropped else ""))
    for refusal in manifest["refusals"]:
        typer.echo(f"{refusal['corpus']} {refusal['task']}: {refusal['format']} cannot hold {refusal['refused']:,} of {refusal['rows']:,} rows: "
                   + ", ".join(f"{count:,} {reason}" for reason, count in refusal["reasons"].items()))  # fmt: skip
    broken = {id: corpus["broken"] for id, corpus in manifest["corpora"].items() if corpus["broken"]}
    for id, records in broken.items():
        typer.echo(f"{id}: {len(records)} records are set aside; the first: {records[0][0]}: {records[0][2]}")
    for name, how in manifest["missing"].items():
        typer.echo(f"not found: {name}: {how}")
    for line in manifest.get("unexpected", ()):
        typer.echo(f"not as expected: {line}")
    for name, guard in manifest.get("guard", {}).items():
        if guard["missing"]:
            typer.echo(f"not guarded: what is not here of {name}: {', '.join(guard['missing'])}")
    if "shortfall" in manifest:
        short = manifest["shortfall"]
        typer.echo(f"{short['reached']:,} of {short['wanted']:,} rows: the corpora at hand give no more")
    typer.echo(f"\n{made.folder}  {made.digest[:16]}")
