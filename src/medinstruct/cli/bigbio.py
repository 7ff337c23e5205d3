"""bigbio list · bigbio import: what a checkout of BigBIO describes, and a corpus of it on one's own shelf."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, app, print_json, print_table
from medinstruct.errors import MedinstructError, NotFound, did_you_mean

if TYPE_CHECKING:
    from medinstruct.corpora.bigbio.catalogue import Loader
    from medinstruct.corpora.bigbio.local import Imported
    from medinstruct.corpora.bigbio.origin import Splits

bigbio = typer.Typer(help="Corpora of BigBIO: list a checkout, import any of them.", no_args_is_help=True)
app.add_typer(bigbio, name="bigbio")

WARNING = (
    "warning: --run-loader executes {path}, which is code of that checkout and not of this package, with your rights on "
    "this machine; what it downloads and does is its own"
)  # fmt: skip


@bigbio.command("list")
def list_(
    checkout: Annotated[Path, typer.Argument(help="A checkout of bigscience-workshop/biomedical.")],
    as_json: AsJson = False,
) -> None:
    """List the corpora of a checkout, from the source of its loaders, of which none is run."""
    from medinstruct.corpora.bigbio import catalogue

    rows = [loader.summary() for loader in catalogue.loaders(checkout)]
    if as_json:
        print_json(rows)
        return
    words = ("schemas", "tasks", "languages")
    columns = ("name", "schemas", "languages", "license", "local", "tasks")
    print_table([{c: " ".join(row[c]) if c in words else str(row[c]) for c in columns} for row in rows])
    for row in rows:
        for what in row["unread"]:
            typer.echo(f"not read: {row['name']}: {what}")
    whole = sum(not row["unread"] for row in rows)
    typer.echo(
        f"\n{len(rows)} corpora, {whole} of them described in full, {sum(row['local'] for row in rows)} not open"
    )


@bigbio.command("import")
def import_(
    names: Annotated[list[str], typer.Argument(help="Names of BigBIO's corpora, such as bc5cdr.")],
    origin: Annotated[list[str] | None, typer.Option("--from", help=(
        "Where facts and rows are: a checkout of BigBIO, a Parquet or JSON Lines file, a folder of them, "
        "`hub`, or owner/name there; may be given again. Else `hub`."
    ))] = None,
    shelf: Annotated[Path, typer.Option("--shelf", help="The folder of your own that it is put into.")] = Path("shelf"),
    config: Annotated[list[str] | None, typer.Option("--config", help="Configurations to import; else all with a schema of BigBIO.")] = None,
    id: Annotated[str, typer.Option("--as", help="Id of the corpus, if it is one; else bigbio-<name>.")] = "",
    run_loader: Annotated[bool, typer.Option("--run-loader", help="Execute the checkout's loader to get the rows: foreign code.")] = False,
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="For --run-loader: the folder of a corpus that is not open.")] = None,
    files: Annotated[Path | None, typer.Option("--files", help="For --run-loader: a folder of files that the loader would download.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a corpus that is on the shelf.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put corpora of BigBIO on a shelf of your own, where recipes find them."""
    from medinstruct.corpora.bigbio import local

    made: list[Imported] = []
    failed = 0
    for name in names:
        try:
            loader, found = _find(name, origin or ["hub"], config or [], run_loader, data_dir, files)
            if id and (len(found) > 1 or len(names) > 1):
                raise MedinstructError(
                    f"--as names one corpus, and {name} has {len(found)}", next="choose one with --config"
                )
            for words, splits, _ in found:
                own = id or local.id_of(name, words, alone=len(found) == 1)
                made.append(local.put(name, words, splits, shelf, loader=loader, id=own, force=force))
        except MedinstructError as error:
            if len(names) == 1:
                raise
            failed += 1
            typer.echo(f"error: {name}: {error}", err=True)
    if as_json:
        print_json([each.summary() for each in made])
    else:
        for each in made:
            _tell(each, shelf)
    if failed:
        raise typer.Exit(1)


Found = tuple[str, "Splits", object]
"""A configuration, its files, and what has to live as long as they are needed."""


def _find(
    name: str, origins: list[str], configs: list[str], run_loader: bool, data_dir: Path | None, files: Path | None
) -> tuple[Loader | None, list[Found]]:
    """Return what BigBIO states of a corpus, and its configurations with their files."""
    from medinstruct.corpora.bigbio import catalogue
    from medinstruct.corpora.bigbio import origin as places

    loader: Loader | None = None
    rows: dict[str, Splits] = {}
    for word in origins:
        path = Path(word)
        if not path.exists():
            repository = "" if word == "hub" else word
            rows |= {} if run_loader else places.in_folder(places.on_hub(name, repository))
            source = None if loader else places.loader_on_hub(name, repository)
            loader = catalogue.read(source) if source else loader
        elif path.is_dir() and catalogue.is_checkout(path):
            loader = catalogue.load(path, name)
        else:
            rows |= places.in_folder(path / name if (path / name).is_dir() else path)
    if loader is None:
        typer.echo(
            f"{name}: nothing says what BigBIO states of it; its license is unknown (add --from CHECKOUT)", err=True
        )
    if run_loader:
        if loader is None:
            raise NotFound(f"--run-loader needs the loader of {name}", next="--from CHECKOUT")
        return loader, list(_run(loader, configs, data_dir, files))
    if not rows:
        raise NotFound(
            f"a checkout holds loaders and no rows of {name}",
            next="add --from FILES or --from hub, or --run-loader to execute its loader",
        )
    return loader, _chosen(name, loader, rows, configs)


def _chosen(name: str, loader: Loader | None, rows: dict[str, Splits], configs: list[str]) -> list[Found]:
    """The configurations that were asked for, or all that are of this corpus."""
    patterns = configs or [*(loader.configs if loader else ()), f"{name}_*", ""]
    chosen = [config for config in rows if any(fnmatchcase(config, pattern) for pattern in patterns)]
    if missing := [pattern for pattern in configs if not any(fnmatchcase(config, pattern) for config in rows)]:
        raise NotFound(f"no configuration {missing[0]!r}", next=did_you_mean(missing[0], rows))
    if not chosen:
        raise NotFound(f"none of these files is of {name}", next=f"there is {', '.join(sorted(rows))}")
    return [(config, rows[config], None) for config in chosen]


def _run(loader: Loader, configs: list[str], data_dir: Path | None, files: Path | None) -> Iterator[Found]:
    """Yield each configuration after its loader was executed."""
    from medinstruct.corpora.bigbio import loader as process
    from medinstruct.corpora.bigbio.origin import in_folder

    typer.echo(WARNING.format(path=loader.path), err=True)
    names = configs or list(loader.configs)
    if not names or any("*" in config for config in names):
        known = process.configs(loader.path)
        names = [config for config in known if not names or any(fnmatchcase(config, pattern) for pattern in names)]
    for config in names:
        home = tempfile.TemporaryDirectory(prefix="medinstruct-rows-")
        process.run(loader.path, config, Path(home.name), data_dir=data_dir, files=files)
        splits = {split: paths for found in in_folder(Path(home.name)).values() for split, paths in found.items()}
        yield config, splits, home


def _tell(made: Imported, shelf: Path) -> None:
    typer.echo(f"{made.id}  {made.license.id}  {' '.join(made.tasks)}")
    for split, seen in made.splits.items():
        typer.echo(f"  {split:12} " + ", ".join(f"{count:,} {name}" for name, count in sorted(seen.counts.items())))
    typer.echo(f"  {made.module}\n  medinstruct check {made.id} --shelf {shelf}")
