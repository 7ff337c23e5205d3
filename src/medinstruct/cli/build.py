"""build: from a recipe to an artefact, and what became of everything."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, plain, print_json, print_table, progress

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.builder.forecast import Forecast


@app.command()
def build(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or path of a .yaml file.")],
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; else builds/<recipe>-<digest>.")] = None,
    size: Annotated[
        str | None,
        typer.Option(help="Of the train part: rows (25000, 25k), tokens (20M-tokens) or `all`; else the recipe's."),
    ] = None,
    shots: Annotated[
        int | None,
        typer.Option(min=0, max=64, help="Solved questions before each row's own; else what the recipe says."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; no row depends on it.")] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(help="Processes on this machine, or tasks on a Ray cluster; the same rows."),
    ] = "local",
    ray_address: Annotated[
        str,
        typer.Option("--ray-address", help="Of a cluster (HOST:PORT, auto); else Ray is started here for this build."),
    ] = "",
    samples: Annotated[
        bool, typer.Option("--samples", help="Use the bundled samples even where corpora are at hand.")
    ] = False,
    require_all: Annotated[bool, typer.Option("--require-all", help="Fail if anything is missing.")] = False,
    as_published: Annotated[
        bool, typer.Option("--as-published", help="Leave out the repairs of known faults.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace another build at --out.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell rows, tokens, size, time and license, and write nothing.")
    ] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Build a mixture or a benchmark."""
    add_shelves(shelf)
    import medinstruct

    if dry_run:
        from medinstruct import builder

        settings = builder.Settings(
            data=data, out=out, size=None if size is None else size_of(size), shots=shots, workers=workers, engine=engine,
            ray_address=ray_address, samples=samples, require_all=require_all, as_published=as_published,
        )  # fmt: skip
        with progress() as tell:
            _tell_forecast(builder.forecast(recipe, settings, tell), as_json=as_json)
        return
    with progress() as tell:
        made = medinstruct.build(
            recipe, data=data, out=out, size=None if size is None else size_of(size), shots=shots,
            workers=workers, engine=engine, ray_address=ray_address, samples=samples, require_all=require_all,
            as_published=as_published, force=force, tell=tell,
        )  # fmt: skip
    if as_json:
        keys = ("recipe", "digest", "samples", "rows", "missing", "shortfall", "waived", "guard", "watch")
        summary = {key: made.manifest[key] for key in keys if key in made.manifest}
        print_json({"folder": str(made.folder), **summary, "totals": made.ledger["totals"]})
    else:
        _tell_build(made)


def _tell_forecast(found: Forecast, *, as_json: bool) -> None:
    from medinstruct import artefact

    if as_json:
        print_json(asdict(found))
        return
    if found.samples:
        typer.echo("Of the bundled samples: invented text, to try things out, not for training.\n")
    print_table(found.lines)
    for split, rows in found.rows.items():
        typer.echo(f"\n{split}: {rows:,} rows, about {found.tokens[split]:,} tokens", nl=False)
    typer.echo(f"\nabout {found.bytes / 2**20:,.1f} MB, about {found.seconds:,.0f} seconds on this machine")
    typer.echo(f"license: {found.license}")
    for name, how in found.missing.items():
        typer.echo(f"not found: {name}: {how}")
    for line in found.told.get("unexpected", ()):
        typer.echo(f"not as expected: {line}")
    if "shortfall" in found.told:
        typer.echo(artefact.shortfall(found.told["shortfall"]))


SIZE = re.compile(r"([1-9][0-9_]{0,14})([kM]?)(-tokens)?", re.ASCII)
TIMES = {"": 1, "k": 1_000, "M": 1_000_000}


def size_of(text: str) -> int | str | dict[str, int]:
    """Return the size that is meant by `25000`, `25k`, `20M-tokens` or `all`.

    Raises:
        typer.BadParameter: if none is.
    """
    if text == "all":
        return text
    if (found := SIZE.fullmatch(text)) is None:
        raise typer.BadParameter(
            f"--size is a number of rows such as 25000 or 25k, of tokens such as 20M-tokens, or `all`, not {text!r}"
        )
    number = int(found[1]) * TIMES[found[2]]
    return {"tokens": number} if found[3] else number


def _tell_build(made: Build) -> None:
    from medinstruct import artefact

    manifest, ledger = made.manifest, made.ledger
    if manifest["samples"]:
        typer.echo(
            "These rows come from the bundled samples: invented text, to try things out, not for training. All are taken, whatever size and shares.\n"
        )
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
        typer.echo(
            f"{id}: {len(records)} records are set aside; the first: {plain(records[0][0])}: {plain(records[0][2])}"
        )
    for name, how in manifest["missing"].items():
        typer.echo(f"not found: {name}: {how}")
    for line in manifest.get("unexpected", ()):
        typer.echo(f"not as expected: {line}")
    for name, guard in manifest.get("guard", {}).items():
        rules = ", ".join(f"{count:,} by {rule}" for rule, count in guard["rules"].items())
        typer.echo(
            f"guarded against {name}: {guard['removed']:,} of {guard['checked']:,} rows kept out"
            + (f": {rules}" if rules else "")
        )
        if guard["missing"]:
            typer.echo(f"not guarded: what is not here of {name}: {', '.join(guard['missing'])}")
    for name, watch in manifest.get("watch", {}).items():
        typer.echo(
            f"watched: {watch['held']:,} rows stand in {watch['documents']:,} test documents of {name}, and were left in (watched.parquet)"
        )
    for entry in manifest["shots"]["entries"]:
        if entry["found"] < entry["wanted"]:
            typer.echo(
                f"{entry['corpus']} {entry['task']}: {entry['found']:,} of {entry['wanted']:,} shots: with others a row would be "
                "longer than `prompt_tokens`, or too few other documents of the train part ask the same"
            )
    if "shortfall" in manifest:
        typer.echo(artefact.shortfall(manifest["shortfall"]))
    for bound in manifest.get("waived", ()):
        typer.echo(f"not kept, as no row of it is here: {bound}")
    typer.echo(f"\n{made.folder}  {made.digest[:16]}")
