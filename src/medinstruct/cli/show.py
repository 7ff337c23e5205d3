"""show: one corpus, recipe, template or config; a template on an example of ours or on those of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from medinstruct.cli.common import AsJson, Data, Kind, Shelf, add_shelves, app, kind_of, print_json

if TYPE_CHECKING:
    from medinstruct.template import Template

Unit = Literal["document", "passage", "sentence", "window"]
COLOURS = {"system": typer.colors.MAGENTA, "user": typer.colors.BLUE, "assistant": typer.colors.GREEN}


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A corpus, recipe, template or config, or what the prompt and seeds of a generation are called."
        ),
    ],
    kind: Annotated[
        Kind | None, typer.Option(help="What it is, where several share a name; else the first of these.")
    ] = None,
    corpus: Annotated[
        str, typer.Option("--corpus", help="Whose texts a template is shown on; else an example of ours.")
    ] = "",
    number: Annotated[int, typer.Option("-n", min=1, max=1000, help="Examples of --corpus.")] = 3,
    task: Annotated[
        str, typer.Option(help="One of the corpus' own tasks; else all that the template's type can ask.")
    ] = "",
    unit: Annotated[Unit, typer.Option(help="What a text of --corpus is.")] = "sentence",
    shelf: Shelf = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one corpus, recipe, template or config; a template also on texts of a corpus."""
    add_shelves(shelf)
    found = kind or kind_of(name, get_args(Kind))
    if found == "corpora":
        print_json(_describe(name, data))
    elif found == "templates":
        _show_template(name, corpus, task, unit, number, data, as_json=as_json)
    else:
        _show_file(found, name, as_json=as_json)


def _show_file(kind: str, name: str, *, as_json: bool) -> None:
    """The text of a recipe, config, prompt or file of seeds; as JSON a recipe is read, too."""
    from medinstruct import recipe
    from medinstruct.shelf import find

    entry = find(kind, name)
    if not as_json:
        typer.echo(entry.text().rstrip())
        return
    told: dict[str, Any] = {"name": entry.name, "shelf": entry.shelf, "text": entry.text()}
    if kind == "recipes":
        told["recipe"] = recipe.load(name).model_dump(mode="json", by_alias=True, exclude_unset=True)
    print_json(told)


def _show_template(
    name: str, corpus: str, task: str, unit: Unit, number: int, data: Path | None, *, as_json: bool
) -> None:
    from medinstruct import template

    found = template.load(name)
    shown = _on_corpus(found, corpus, task, unit, number, data) if corpus else [_on_ours(found)]
    if as_json:
        front = found.front.model_dump(mode="json", exclude_defaults=True)
        print_json({"name": found.name, "front": front, "source": found.source, "examples": shown})
        return
    if not corpus:
        typer.echo(found.source.rstrip())
    for one in shown:
        _tell(one)


def _on_ours(found: Template) -> dict[str, Any]:
    """A canonical example of the template's type, asked and answered."""
    example = found.type.samples_for(found.front.tasks)[0]
    messages = found.messages(example, found.answer.render(example))
    return {"place": "on a canonical example", "messages": messages}


def _on_corpus(
    found: Template, corpus: str, task: str, unit: Unit, number: int, data: Path | None
) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from medinstruct import preview

    seen = preview.examples(corpus, found.type.name, task=task, data=data, unit=unit, number=number)
    return [asdict(preview.show(one, found)) for one in seen]


def _tell(one: dict[str, Any]) -> None:
    tokens = f", {one['tokens']:,} tokens" if "tokens" in one else ""
    typer.secho(f"\n=== {one['place']}{tokens}", bold=True)
    for message in one["messages"]:
        typer.secho(f"--- {message['role']}", fg=COLOURS[message["role"]])
        typer.echo(message["content"])
    if one.get("read"):
        typer.secho("--- read back", fg=typer.colors.CYAN)
        typer.echo("\n".join(one["read"]))
    for warning in one.get("warnings", ()):
        typer.secho(f"! {warning}", fg=typer.colors.RED)


def _describe(id: str, data: Path | None) -> dict[str, Any]:
    from medinstruct import corpora

    corpus = corpora.load(id)
    folder = corpus.find(data)
    return {
        "id": id, "title": corpus.title, "version": corpus.version, "homepage": corpus.homepage, "citation": corpus.citation,
        "license": corpus.license.id, "stated": corpus.license.stated, "languages": corpus.languages,
        "splits": {
            name: {
                "role": s.role, "files": s.files, "withheld": s.withheld,
                "counts": {k: v if isinstance(v, int) else vars(v) for k, v in s.counts.items()},
            }
            for name, s in corpus.splits.items()
        },
        "tasks": {name: {"fact": type(fact).__name__, **{k: v for k, v in vars(fact).items() if v}} for name, fact in corpus.tasks.items()},
        "left out": dict(corpus.left_out), "verified": dict(corpus.verified),
        "found": {"folder": str(folder), "splits": corpus.present(folder)} if folder else None, "obtain": corpus.how_to_get,
    }  # fmt: skip
