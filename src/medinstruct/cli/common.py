"""What every command shares: the application, its usual options, tables and progress."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medinstruct.errors import NotFound, did_you_mean

app = typer.Typer(
    help="Instruction-tuning mixtures from annotated medical corpora.", no_args_is_help=True, add_completion=True,
    pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None,
)  # fmt: skip

Shelf = Annotated[
    list[Path] | None,
    typer.Option(
        "--shelf", help="A folder of your own with corpora/, templates/, recipes/ and the like; may be given again."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", exists=True, file_okay=False, help="Folder with <corpus-id>/ for each corpus; else MEDINSTRUCT_DATA."
    ),
]
Kind = Literal["corpora", "recipes", "templates", "configs", "prompts", "seeds"]
"""What has a name and can be shown."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """Text of somebody's, as a terminal may show it: what would move, hide, colour or turn what stands there is spelt out."""
    return _COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def print_json(value: Any) -> None:
    """JSON as every `--json` prints it."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def number_of(count: int, noun: str) -> str:
    """`1 file`, `2,000 files`."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def add_shelves(shelves: list[Path] | None) -> None:
    """Make the folders of --shelf known; the first given wins."""
    from medinstruct import shelf

    for folder in reversed(shelves or []):
        shelf.add(folder)


def kind_of(name: str, kinds: Sequence[str]) -> str:
    """The first of these kinds that has something of this name; a path is known by its ending.

    Raises:
        NotFound: naming the nearest one there is.
    """
    from medinstruct import corpora
    from medinstruct.shelf import entries

    known = {kind: corpora.names() if kind == "corpora" else list(entries(kind)) for kind in kinds}
    for kind, names in known.items():
        if (
            name in names
            or (kind == "recipes" and name.endswith(".yaml"))
            or (kind == "templates" and name.endswith(".jinja"))
        ):
            return kind
    every = {each for names in known.values() for each in names}
    raise NotFound(f"nothing is called {name!r}", next=did_you_mean(name, every))


def print_table(rows: list[dict[str, Any]]) -> None:
    """A table with columns as wide as they need, cut at the terminal's edge; plain text when nobody looks."""
    if not rows:
        typer.echo("(none)")
        return
    cells = [
        list(rows[0]),
        *([f"{v:,}" if isinstance(v, int) else plain(v).replace("\n", "\\n") for v in row.values()] for row in rows),
    ]
    widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
    for line in cells:
        text = "  ".join(
            cell.rjust(w) if n and cell.replace(",", "").isdecimal() else cell.ljust(w)
            for n, (cell, w) in enumerate(zip(line, widths))
        )
        typer.echo(text.rstrip()[:edge])


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that shows what is going on, on standard error, if somebody looks."""
    if not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        running: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in running:
                running[what] = bar.add_task(what, total=of)
            bar.update(running[what], completed=done)

        yield tell
