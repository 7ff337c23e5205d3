"""new: the beginning of something of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import app

new = typer.Typer(help="Begin a corpus of your own.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")

EXAMPLES = 3

Shelf = Annotated[Path, typer.Option("--shelf", help="The folder of your own to write into.")]


@new.command("corpus")
def corpus(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a file or an archive.")],
    id: Annotated[str, typer.Option("--id", help="What the corpus is called; else as its path.")] = "",
    shelf: Shelf = Path("shelf"),
) -> None:
    """Look at files, guess their format, and write module, sample and test onto your shelf."""
    from medinstruct import corpora, scaffold
    from medinstruct.errors import MedinstructError

    if not path.exists():
        raise MedinstructError(f"there is no {path}")
    proposal = scaffold.propose(path, id)
    if proposal.id in corpora.names():
        raise MedinstructError(
            f"there is a corpus {proposal.id} already", next="another --id, or recipes would not find the other one"
        )
    for number, guess in enumerate(proposal.tried):
        typer.echo(f"{'>' if not number else ' '} {guess}")
    written = scaffold.write(proposal, shelf)
    typer.echo("\nwritten:")
    for file in written:
        typer.echo(f"  {file}")
    if proposal.facts.tasks:
        _examples(proposal.id, shelf)
    else:
        typer.echo("\nnothing that could be asked was found in it: say under `tasks` what is annotated")
    typer.echo(f"\nnext: fill in what `medinstruct check {proposal.id} --shelf {shelf}` names")


def _examples(id: str, shelf: Path) -> None:
    """Show the first examples that have something to find, as a model will see them."""
    from medinstruct import preview
    from medinstruct import shelf as shelves

    shelves.add(shelf)
    for seen in preview.examples(id, number=EXAMPLES):
        wording = next(preview.wordings(seen.ask.type.name, seen.ask.task))
        typer.echo(f"\n=== {seen.ask.entry.task}")
        for message in preview.show(seen, wording).messages:
            typer.echo(f"--- {message['role']}\n{message['content']}")


@new.command("template")
def template(
    task: Annotated[
        str,
        typer.Argument(
            metavar="TASK", help="Of corpora (ner, ee, re, dc, nli, sts, sum, qa, gen, ned, coref), or a task type."
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the file, in lower case with hyphens.")],
    shelf: Shelf = Path("shelf"),
) -> None:
    """Write a template that works, with comments on what may stand in it."""
    from medinstruct.scaffold.wording import wording

    kind, text = wording(task)
    path = _write(shelf / "templates" / kind / f"{_checked(name)}.jinja", text)
    typer.echo(
        f"{path}\n\nnext: edit it and look: medinstruct try {path} --corpus ID --shelf {shelf}\nthen: medinstruct check {kind}/{name} --shelf {shelf}"
    )


@new.command("recipe")
def recipe(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the file, in lower case with hyphens.")],
    corpus: Annotated[
        list[str] | None, typer.Option("--corpus", help="What it mixes; may be given again. Else four open ones.")
    ] = None,
    shelf: Shelf = Path("shelf"),
) -> None:
    """Write a recipe that builds, with comments on what may stand in it."""
    from medinstruct import shelf as shelves
    from medinstruct.scaffold.mixture import mixture

    if (shelf / "corpora").is_dir():
        shelves.add(shelf)  # it may hold those that are named
    path = shelf / "recipes" / f"{_checked(name)}.yaml"
    _write(path, mixture(name, str(path), corpus or ()))
    typer.echo(f"{path}\n\nnext: medinstruct build {path} --shelf {shelf} --data DIR")


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise typer.BadParameter(f"{name!r} is no name of a file here: lower-case letters, digits and hyphens")
    return name


def _write(path: Path, text: str) -> Path:
    from medinstruct.artefact import write_text
    from medinstruct.errors import MedinstructError

    if path.exists():
        raise MedinstructError(f"{path} exists", next="choose another name")
    write_text(path, text)
    return path
