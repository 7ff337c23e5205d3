"""The command line: ls · show · cp · check · build · explain.

Exit codes: 0 done, 1 a check or a build failed, 2 wrong use.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medinstruct.errors import MedinstructError, NotFound, did_you_mean
from medinstruct.version import VERSION

if TYPE_CHECKING:
    from medinstruct.artefact import Build

app = typer.Typer(
    help="Instruction-tuning mixtures from annotated medical corpora.", no_args_is_help=True, add_completion=True,
    pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]}, rich_markup_mode=None,
)  # fmt: skip

Shelf = Annotated[
    list[Path] | None,
    typer.Option("--shelf", help="A folder of your own with templates/, recipes/ or corpora/; may be given again."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder with <corpus-id>/ for each corpus; else MEDINSTRUCT_DATA."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

KINDS = ("corpora", "templates", "recipes", "formats", "tasks")


def main() -> None:
    """Run the command line; errors of ours are one line on standard error."""
    try:
        app()
    except MedinstructError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(2 if isinstance(error, NotFound) else 1) from None
    except BrokenPipeError:
        sys.stderr.close()
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


@app.command("ls")
def list_(
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS))],
    shelf: Shelf = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List what there is."""
    _add(shelf)
    listing: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "corpora": lambda: _corpora(data), "templates": _templates, "recipes": _recipes, "formats": _formats, "tasks": _tasks
    }  # fmt: skip
    if kind not in listing:
        raise typer.BadParameter(f"no kind {kind!r}; {did_you_mean(kind, KINDS)}")
    rows = listing[kind]()
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        _print_table(rows)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A corpus, template or recipe.")],
    shelf: Shelf = None,
    data: Data = None,
) -> None:
    """Show one corpus, template or recipe."""
    _add(shelf)
    from medinstruct import corpora, recipe, template
    from medinstruct.shelf import find

    if name in corpora.names():
        typer.echo(json.dumps(_describe(name, data), ensure_ascii=False, indent=1))
    elif name in recipe.names() or name.endswith(".yaml"):
        typer.echo(find("recipes", name).text().rstrip())
    elif name in template.names() or name.endswith(".jinja"):
        found = template.load(name)
        typer.echo(found.source.rstrip())
        example = found.type.samples_for(found.front.tasks)[0]
        typer.echo("\n=== on a canonical example ===")
        for message in found.messages(example, found.answer.render(example)):
            typer.echo(f"--- {message['role']}\n{message['content']}")
    else:
        known = [*corpora.names(), *recipe.names(), *template.names()]
        raise NotFound(f"nothing is called {name!r}", next=did_you_mean(name, known))


@app.command()
def cp(
    name: Annotated[str, typer.Argument(help="A template or recipe.")],
    to: Annotated[Path, typer.Argument(help="The file to write.")], shelf: Shelf = None,
) -> None:  # fmt: skip
    """Copy a template or a recipe, to change it and own it."""
    _add(shelf)
    from medinstruct import shelf as shelves

    kind = "templates" if "/" in name else "recipes"
    entry = shelves.find(kind, name)
    if to.is_dir():
        to = to / entry.path.name
    if to.exists():
        raise MedinstructError(f"{to} exists", next="choose another name")
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(entry.path, to)
    typer.echo(f"{to}")


@app.command()
def check(
    what: Annotated[list[str] | None, typer.Argument(help="corpora | templates | recipes, or names of them; everything if left out.")] = None,
    shelf: Shelf = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Check corpora, templates and recipes; with --data the counts of the corpora there too."""
    _add(shelf)
    from medinstruct import corpora, recipe, template, testing

    words = what or ["corpora", "templates", "recipes"]
    named = {"corpora": corpora.names(), "templates": template.names(), "recipes": recipe.names()}
    chosen: dict[str, list[str]] = {kind: [] for kind in named}
    for word in words:
        kind = word if word in named else next((kind for kind, names in named.items() if word in names), None)
        kind = kind or {".yaml": "recipes", ".jinja": "templates"}.get(
            Path(word).suffix if Path(word).is_file() else ""
        )
        if kind is None:
            raise NotFound(
                f"nothing is called {word!r}",
                next=did_you_mean(word, [*named, *(n for names in named.values() for n in names)]),
            )
        chosen[kind] += named[kind] if word in named else [word]
    findings: list[testing.Finding] = []
    with _progress() as tell:
        for kind, names in chosen.items():
            for n, name in enumerate(names):
                tell(f"checking {kind}", n, len(names))
                if kind == "corpora":
                    findings += testing.check_corpora([name], data)
                else:
                    findings += (testing.check_templates if kind == "templates" else testing.check_recipes)([name])
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            typer.echo(f"{finding.code}  {finding.subject}: {finding.what}")
        typer.echo(f"{sum(map(len, chosen.values()))} checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)


@app.command()
def build(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe, or path of a .yaml file.")],
    data: Data = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; else builds/<recipe>-<digest>.")] = None,
    size: Annotated[
        str | None, typer.Option(help="Rows of the train part, or `all`; else what the recipe says.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; no row depends on it.")] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Use the bundled samples even where corpora are at hand.")
    ] = False,
    require_all: Annotated[bool, typer.Option("--require-all", help="Fail if anything is missing.")] = False,
    as_published: Annotated[
        bool, typer.Option("--as-published", help="Leave out the repairs of known faults.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace another build at --out.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Build a mixture or a benchmark."""
    _add(shelf)
    import medinstruct

    number: int | str | None = size
    if size is not None and size != "all":
        if not size.replace("_", "").isdecimal() or int(size) < 1:
            raise typer.BadParameter(f"--size is a number of rows or `all`, not {size!r}")
        number = int(size)
    with _progress() as tell:
        made = medinstruct.build(
            recipe, data=data, out=out, size=number, workers=workers, samples=samples, require_all=require_all,
            as_published=as_published, force=force, tell=tell,
        )  # fmt: skip
    if as_json:
        keys = ("recipe", "digest", "samples", "rows", "missing", "shortfall", "guard")
        summary = {key: made.manifest[key] for key in keys if key in made.manifest}
        typer.echo(
            json.dumps(
                {"folder": str(made.folder), **summary, "totals": made.ledger["totals"]},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        _tell_build(made)


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    id: Annotated[str, typer.Argument(help="Id of a row, or its first digits.")],
    as_json: AsJson = False,
) -> None:
    """Tell where a row comes from."""
    import medinstruct

    found = medinstruct.load(folder).explain(id)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    messages = found.pop("messages")
    example, gold = found.pop("example"), found.pop("gold")
    for name, value in found.items():
        typer.echo(f"{name:12} {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}")
    for message in messages:
        typer.echo(f"\n--- {message['role']}\n{message['content']}")
    typer.echo(
        f"\n--- question\n{json.dumps(example, ensure_ascii=False)}\n\n--- gold\n{json.dumps(gold, ensure_ascii=False)}"
    )


def _tell_build(made: Build) -> None:
    manifest, ledger = made.manifest, made.ledger
    if manifest["samples"]:
        typer.echo("These rows come from the bundled samples: invented text, to try things out, not for training.\n")
    kept: dict[tuple[str, str, str], list[int]] = {}
    for entry in ledger["examples"]:
        kept.setdefault((entry["split"], entry["task"].split("-")[0], entry["corpus"]), []).append(entry["kept"])
    rows = [{"split": s, "task": t, "corpus": c, "rows": sum(n)} for (s, t, c), n in sorted(kept.items()) if sum(n)]
    _print_table(rows)
    typer.echo("\n" + "  ".join(f"{split}: {count:,} rows" for split, count in manifest["rows"].items()))
    for kind, total in ledger["totals"].items():
        dropped = ", ".join(f"{count:,} {reason}" for reason, count in total["dropped"].items())
        typer.echo(f"{kind:12} {total['in']:>9,} in = {total['kept']:,} kept" + (f" + {dropped}" if dropped else ""))
    for refusal in manifest["refusals"]:
        typer.echo(f"{refusal['corpus']} {refusal['task']}: {refusal['format']} cannot hold {refusal['refused']:,} of {refusal['rows']:,} rows: "
                   + ", ".join(f"{count:,} {reason}" for reason, count in refusal["reasons"].items()))  # fmt: skip
    broken = {id: corpus["broken"] for id, corpus in manifest["corpora"].items() if corpus["broken"]}
    for id, records in broken.items():
        typer.echo(f"{id}: {len(records)} records are set aside; the first: {records[0][0]}: {records[0][2]}")
    for name, how in manifest["missing"].items():
        typer.echo(f"not found: {name}: {how}")
    for line in manifest.get("unexpected", ()):
        typer.echo(f"not as expected: {line}")
    for name, guard in manifest.get("guard", {}).items():
        if guard["missing"]:
            typer.echo(f"not guarded: what is not here of {name}: {', '.join(guard['missing'])}")
    if "shortfall" in manifest:
        short = manifest["shortfall"]
        typer.echo(f"{short['reached']:,} of {short['wanted']:,} rows: the corpora at hand give no more")
    typer.echo(f"\n{made.folder}  {made.digest[:16]}")


def _corpora(data: Path | None) -> list[dict[str, Any]]:
    from medinstruct import corpora

    rows = []
    for id in corpora.names():
        corpus = corpora.load(id)
        folder = corpus.find(data)
        found = " ".join(corpus.present(folder)) if folder else ""
        rows.append({"corpus": id, "found": found, "license": corpus.license.id, "language": " ".join(corpus.languages),
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
        "found": {"folder": str(folder), "splits": corpus.present(folder)} if folder else None, "obtain": corpus.how_to_get,
    }  # fmt: skip


def _add(shelves: list[Path] | None) -> None:
    from medinstruct import shelf

    for folder in reversed(shelves or []):
        shelf.add(folder)


def _print_table(rows: list[dict[str, Any]]) -> None:
    """A table with columns as wide as they need, cut at the terminal's edge; plain text when nobody looks."""
    if not rows:
        typer.echo("(none)")
        return
    cells = [
        list(rows[0]),
        *([f"{v:,}" if isinstance(v, int) else str(v) for v in row.values()] for row in rows),
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
def _progress() -> Iterator[Callable[[str, int, int], None]]:
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
