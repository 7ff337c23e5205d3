"""convert: documents from one format into another, and what is lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, app, number_of, plain, print_json, progress
from medinstruct.errors import MedinstructError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from medinstruct.formats.conversion import Losses
    from medinstruct.source import File

SHOWN = 5
"""Documents left out that are told one by one."""


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file, a folder or an archive.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="What to write: a folder, or a file if the format has one alone.")],
    from_: Annotated[str, typer.Option("--from", help="The format it is in (medinstruct ls formats).")],
    to: Annotated[str, typer.Option("--to", help="The format to write.")],
    lossy: Annotated[bool, typer.Option("--lossy", help="Write what the format can hold, and tell what is lost.")] = False,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="An option of the format's reader, such as unit=mark; may be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Convert documents; what the new format cannot hold is counted by kind, and refused unless --lossy."""
    from medinstruct.formats import conversion
    from medinstruct.formats.draft import Broken
    from medinstruct.source import everything

    conversion.target(to)
    if out.exists():
        raise MedinstructError(f"{out} exists", next="choose another name")
    if not source.exists():
        raise MedinstructError(f"there is no {source}")
    with progress() as tell:
        tell("reading", 0, 2)
        records = list(conversion.documents(everything(source), from_, _options(option or [])))
        broken = [str(record.error()) for record in records if isinstance(record, Broken)]
        tell("converting", 1, 2)
        kept, losses = conversion.plan((record for record in records if not isinstance(record, Broken)), to)
    if not records:
        raise MedinstructError(f"no document of the format {from_} is below {source}", next="medinstruct ls formats")
    if not lossy and (broken or losses):
        raise MedinstructError(
            f"{to} would lose {_told(losses, broken)}", next="--lossy writes the rest, and tells it again"
        )
    written = _write(conversion.target(to).write(kept), out)
    if as_json:
        refused = [{"document": id, "reason": reason} for id, reason in losses.refused]
        lost = {"lost": dict(losses.counts), "documents that lose something": losses.documents}
        print_json(
            {
                "written": str(out),
                "files": written,
                "documents": len(kept),
                **lost,
                "refused": refused,
                "broken": broken,
            }
        )
        return
    typer.echo(f"{out}: {number_of(len(kept), 'document')} in {number_of(written, 'file')}")
    if broken or losses:
        typer.echo(f"lost: {_told(losses, broken)}")
    for what in [*broken, *(f"{id}: {reason}" for id, reason in losses.refused)][:SHOWN]:
        typer.echo(f"  left out: {plain(what)}")


def _told(losses: Losses, broken: list[str]) -> str:
    records = number_of(len(broken), "broken record") if broken else ""
    return ", ".join(filter(None, [str(losses), records]))


def _options(pairs: list[str]) -> dict[str, object]:
    """Options as `name=value`; a value is a string, or a list of them where it has commas."""
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter(f"--option is NAME=VALUE, not {pair!r}")
        value = value.encode("latin-1", "backslashreplace").decode("unicode_escape") if "\\" in value else value
        found[name] = {"true": True, "false": False}.get(value, value.split(",") if "," in value else value)
    return found


def _write(files: Iterable[File], out: Path) -> int:
    """Write the files beside their place and rename them; one alone is `out` itself, unless it is to be a folder."""
    import os
    import shutil
    import tempfile

    held = list(files)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as beside:
        folder = Path(beside) / "new"
        folder.mkdir()
        for file in held:
            path = (folder / file.name).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise MedinstructError(f"{file.name!r} would lie outside {out}", next="give the document another id")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
        if len(held) == 1 and out.suffix:
            os.replace(folder / held[0].name, out)
        else:
            shutil.move(folder, out)
    return len(held)
