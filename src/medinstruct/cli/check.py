"""check: is everything here what it says it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, progress
from medinstruct.errors import NotFound, did_you_mean


@app.command()
def check(
    what: Annotated[list[str] | None, typer.Argument(help="corpora | templates | recipes | seeds, or names of them; everything if left out.")] = None,
    shelf: Shelf = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check corpora, templates, recipes and seeds; with --data the counts of the corpora there too."""
    add_shelves(shelf)
    from medinstruct import corpora, recipe, template, testing
    from medinstruct import shelf as shelves
    from medinstruct.generator import seed_check

    named = {
        "corpora": corpora.names(), "templates": template.names(), "recipes": recipe.names(), "seeds": tuple(shelves.entries("seeds")),
    }  # fmt: skip
    words = what or list(named)
    chosen: dict[str, list[str]] = {kind: [] for kind in named}
    for word in words:
        kind = word if word in named else next((kind for kind, names in named.items() if word in names), None)
        kind = kind or {".yaml": "recipes", ".jinja": "templates", ".jsonl": "seeds"}.get(
            Path(word).suffix if Path(word).is_file() else ""
        )
        if kind is None:
            raise NotFound(
                f"nothing is called {word!r}",
                next=did_you_mean(word, [*named, *(n for names in named.values() for n in names)]),
            )
        chosen[kind] += named[kind] if word in named else [word]
    findings: list[testing.Finding] = []
    with progress() as tell:
        for kind, names in chosen.items():
            for n, name in enumerate(names):
                tell(f"checking {kind}", n, len(names))
                if kind == "corpora":
                    findings += testing.check_corpora([name], data)
                elif kind == "seeds":
                    findings += (testing.Finding(*fault) for fault in seed_check.check(name))
                else:
                    findings += (testing.check_templates if kind == "templates" else testing.check_recipes)([name])
    absent = testing.without_files(chosen["corpora"], data) if data else []
    if as_json:
        print_json({"findings": [finding._asdict() for finding in findings], "without files": absent})
    else:
        for finding in findings:
            typer.echo(f"{finding.code}  {finding.subject}: {finding.what.removeprefix(f'{finding.subject}: ')}")
        if absent:
            typer.echo(f"no files below {data} of {', '.join(absent)} ({len(absent)})")
        typer.echo(f"{sum(map(len, chosen.values()))} checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)
