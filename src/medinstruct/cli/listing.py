"""ls · cp: what there is, and a copy of one of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, kind_of, print_json, print_table
from medinstruct.errors import MedinstructError, did_you_mean

KINDS = ("corpora", "templates", "recipes", "configs", "prompts", "seeds", "formats", "tasks")
FileKind = Literal["recipes", "templates", "configs", "prompts", "seeds"]


@app.command("ls")
def list_(
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS))],
    shelf: Shelf = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List what there is."""
    add_shelves(shelf)
    listing: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "corpora": lambda: _corpora(data), "templates": _templates, "recipes": _recipes, "configs": _configs,
        "prompts": lambda: _files("prompts"), "seeds": lambda: _files("seeds"), "formats": _formats, "tasks": _tasks,
    }  # fmt: skip
    if kind not in listing:
        raise typer.BadParameter(f"no kind {kind!r}; {did_you_mean(kind, KINDS)}")
    rows = listing[kind]()
    if as_json:
        print_json({"corpora": rows, **_verified(rows)} if kind == "corpora" else rows)
        return
    print_table(rows)
    if kind == "corpora":
        number = _verified(rows)
        files, sample = number["verified"], number["sample only"]
        typer.echo(f"\n{files} verified against the distributor's files, {sample} against a sample only")


def _verified(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many corpora were held against real files, in part at least, and how many against their samples alone."""
    number = sum(bool(row["verified"]) for row in rows)
    return {"verified": number, "sample only": len(rows) - number}


@app.command()
def cp(
    name: Annotated[str, typer.Argument(help="A recipe, template or config, a prompt or seeds.")],
    to: Annotated[Path, typer.Argument(help="The file to write.")],
    kind: Annotated[FileKind | None, typer.Option(help="What it is, where several share a name; else the first of these.")] = None,
    shelf: Shelf = None,
) -> None:  # fmt: skip
    """Copy a file of the package, to change it and own it."""
    add_shelves(shelf)
    from medinstruct import shelf as shelves

    entry = shelves.find(kind or kind_of(name, get_args(FileKind)), name)
    if to.is_dir():
        to = to / entry.path.name
    if to.exists():
        raise MedinstructError(f"{to} exists", next="choose another name")
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(entry.path, to)
    typer.echo(f"{to}")


def _corpora(data: Path | None) -> list[dict[str, Any]]:
    from medinstruct import corpora

    rows = []
    for id in corpora.names():
        corpus = corpora.load(id)
        folder = corpus.find(data)
        found = " ".join(corpus.present(folder)) if folder else ""
        rows.append({"corpus": id, "found": found, "verified": " ".join(corpus.verified), "license": corpus.license.id,
                     "language": " ".join(corpus.languages),
                     "tasks": " ".join(corpus.tasks), "title": corpus.title})  # fmt: skip
    return rows


def _templates() -> list[dict[str, Any]]:
    from medinstruct import template
    from medinstruct.shelf import entries

    found = [(template.load(name), entry.shelf) for name, entry in entries("templates").items()]
    return [
        {
            "template": t.name,
            "answer": t.answer_name,
            "tasks": " ".join(t.front.tasks),
            "tags": " ".join(t.front.tags),
            "shelf": shelf,
        }
        for t, shelf in found
    ]


def _recipes() -> list[dict[str, Any]]:
    from medinstruct import recipe
    from medinstruct.shelf import entries

    found = [(name, recipe.load(name), entry.shelf) for name, entry in entries("recipes").items()]
    return [
        {
            "recipe": name,
            "kind": r.kind,
            "corpora": len({e.corpus for e in r.mix}),
            "rows": r.size,
            "title": r.title,
            "shelf": shelf,
        }
        for name, r, shelf in found
    ]


def _configs() -> list[dict[str, Any]]:
    from medinstruct.shelf import entries
    from medinstruct.trainer import load

    found = [(name, load(name), entry.shelf) for name, entry in entries("configs").items()]
    return [
        {"config": name, "method": c.method, "tune": c.tune, "title": c.title, "shelf": shelf}
        for name, c, shelf in found
    ]


def _files(kind: str) -> list[dict[str, Any]]:
    from medinstruct.shelf import entries

    return [{kind.removesuffix("s"): name, "shelf": entry.shelf} for name, entry in entries(kind).items()]


def _formats() -> list[dict[str, Any]]:
    from medinstruct import formats

    found = [(name, formats.load(name)) for name in formats.names()]
    return [
        {
            "format": name,
            "yields": m.FORMAT.yields,
            "writes": "yes" if hasattr(m, "write") else "",
            "title": m.FORMAT.title,
        }
        for name, m in found
    ]


def _tasks() -> list[dict[str, Any]]:
    from medinstruct import tasks

    found = map(tasks.load, tasks.names())
    return [
        {
            "type": t.name,
            "answers": " ".join(t.formats),
            "asks": " ".join(f.__name__ for f in t.views),
            "scores": " ".join(t.scores),
            "title": t.title,
        }
        for t in found
    ]
