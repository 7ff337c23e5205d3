"""license: what a mixture may be given on to others under."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, Shelf, add_shelves, app, print_json, print_table
from medinstruct.errors import MedinstructError, did_you_mean

if TYPE_CHECKING:
    from medinstruct import license


@app.command("license")
def license_(
    name: Annotated[str, typer.Argument(help="A recipe, or the folder of a build.")],
    want: Annotated[str, typer.Option(help="A license the mixture should carry: tells what to leave out for it.")] = "",
    attribution: Annotated[Path | None, typer.Option(help="Write the attribution file here.")] = None,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Tell which license a mixture can carry, why, and what stands in the way of another."""
    add_shelves(shelf)
    from medinstruct import license
    from medinstruct.artefact import write_text

    if want and want not in license.FREE_TO_STRICT:
        raise MedinstructError(
            f"no mixture can be given the license {want!r}", next=did_you_mean(want, license.FREE_TO_STRICT)
        )
    corpora = _parts(name)
    found = license.verdict({id: license.known(str(corpus["license"])) for id, corpus in corpora.items()})
    if attribution:
        write_text(attribution, license.attribution(corpora))
    if as_json:
        fields = {key: value for key, value in vars(found).items() if key != "conflicts"}
        print_json({**fields, "conflicts": [c._asdict() for c in found.conflicts]})
    else:
        print_table([
            {"corpus": id, "license": c["license"], "stated": c["stated"]}
            for id, c in sorted(corpora.items(), key=lambda each: (str(each[1]["license"]), each[0]))
        ])  # fmt: skip
        typer.echo("\n" + "\n".join(_lines(found, want)))
    if want and found.drop[want]:
        raise typer.Exit(1)


def _lines(found: license.Verdict, want: str) -> list[str]:
    lines = [f"license: {found.license or 'none for the whole'}"]
    lines += [f"  as {why}" for why in found.because if found.license]
    lines += [f"  as {conflict.why}" for conflict in found.conflicts]
    if not found.license:
        lines.append(
            "  its rows may stand side by side, each under its own terms (the Hub's `other`)" if found.collection
            else "  nor may it be handed on as a collection: some parts may not leave"
        )  # fmt: skip
    lines.append(f"obligations: {', '.join(found.obligations) or 'none'}")
    wishes = [want] if want else [name for name, drop in found.drop.items() if drop and name != "other"]
    for name in wishes:
        drop = found.drop[name]
        lines.append(f"for {name}: " + (f"leave out {', '.join(drop)}" if drop else "nothing to leave out"))
    return lines


def _parts(name: str) -> dict[str, dict[str, object]]:
    """Title, homepage, citation, version and license of every corpus of a build or a recipe."""
    from medinstruct import artefact, corpora, recipe

    if (Path(name) / "manifest.json").is_file():
        return dict(artefact.load(name).manifest["corpora"])
    found = {entry.corpus: corpora.load(entry.corpus) for entry in recipe.load(name).mix}
    return {
        id: {"title": c.title, "homepage": c.homepage, "citation": c.citation, "version": c.version,
             "license": c.license.id, "stated": c.license.stated}
        for id, c in found.items()
    }  # fmt: skip
