"""The command line: a module for each command, or for a few that belong together; adding one is adding a file.

Exit codes: 0 done; 1 a check, a build or what it needs failed; 2 wrong use: of a command, a name, a recipe or a template.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Annotated

import typer

from medinstruct.cli.common import app, plain
from medinstruct.errors import MedinstructError, NotFound, RecipeError, TemplateError
from medinstruct.version import VERSION

WRONG_USE = (NotFound, RecipeError, TemplateError)
"""Errors that whoever gave the command can mend in what they wrote."""


def main() -> None:
    """Run the command line; errors of ours are one line on standard error."""
    try:
        app()
    except MedinstructError as error:
        typer.echo(f"error: {plain(error)}", err=True)
        raise SystemExit(2 if isinstance(error, WRONG_USE) else 1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except OSError as error:  # of the place that a person named: read only, full, a file where a folder should be
        if error.filename is None:
            raise
        typer.echo(f"error: {plain(error.filename)}: {error.strerror}", err=True)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise SystemExit(130) from None


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """Instruction-tuning mixtures from annotated medical corpora, and the way back."""
    if show:
        typer.echo(f"medinstruct {VERSION}")
        raise typer.Exit


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
