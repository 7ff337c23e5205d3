"""new: the beginning of something of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import app

new = typer.Typer(help="Begin a corpus of your own.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(new, name="new")

EXAMPLES = 3


@new.command("corpus")
def corpus(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a file or an archive.")],
    id: Annotated[str, typer.Option("--id", help="What the corpus is called; else as its path.")] = "",
    shelf: Annotated[Path, typer.Option("--shelf", help="The folder of your own to write into.")] = Path("shelf"),
) -> None:
    """Look at files, guess their format, and write module, sample and test onto your shelf."""
    from medinstruct import scaffold
    from medinstruct.errors import MedinstructError

    if not path.exists():
        raise MedinstructError(f"there is no {path}")
    proposal = scaffold.propose(path, id)
    for number, guess in enumerate(proposal.tried):
        typer.echo(f"{'>' if not number else ' '} {guess}")
    written = scaffold.write(proposal, shelf)
    typer.echo("\nwritten:")
    for file in written:
        typer.echo(f"  {file}")
    _examples(proposal.id, shelf)
    typer.echo(f"\nnext: fill in what `medinstruct check {proposal.id} --shelf {shelf}` names")


def _examples(id: str, shelf: Path) -> None:
    """Show the first examples that have something to find, as a model will see them."""
    from medinstruct.scaffold.preview import preview

    for task, messages in preview(id, shelf, EXAMPLES):
        typer.echo(f"\n=== {task}")
        for message in messages:
            typer.echo(f"--- {message['role']}\n{message['content']}")
