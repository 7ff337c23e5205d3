"""export-eval: a suite as tasks of another evaluation harness."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, progress
from medinstruct.cli.evaluate import built


class Harness(StrEnum):
    """Who takes the tasks."""

    LM_EVAL = "lm-eval"


@app.command(name="export-eval")
def export_eval(
    suite: Annotated[
        str, typer.Argument(help="A recipe (blurb, blue, medqa, a .yaml file), or the folder of a build.")
    ],
    to: Annotated[Harness, typer.Option(help="Whose tasks: lm-eval.")],
    out: Annotated[Path, typer.Option(help="Folder of the tasks.")],
    chat: Annotated[bool, typer.Option("--chat", help="For models asked through their chat template.")] = False,
    shots: Annotated[int | None, typer.Option(min=0, max=64, help="Solved questions before each row's own.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each dataset.")] = None,
    max_tokens: Annotated[int, typer.Option(min=1, help="Of an answer.")] = 512,
    data: Data = None,
    samples: Annotated[bool, typer.Option("--samples", help="Use the bundled samples.")] = False,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:
    """Write a suite as tasks of another evaluation harness: same prompts, same parsers, same scores."""
    add_shelves(shelf)
    from medinstruct.evaluator import harness

    with progress() as tell:
        build = built(suite, data, shots, samples, tell)
    left_out = harness.export(build, out, chat=chat, limit=limit, max_tokens=max_tokens)
    written = sorted(path.stem for path in out.glob("medinstruct-*.yaml"))
    if as_json:
        print_json({"folder": str(out), "harness": to.value, "tasks": written, "left_out": left_out})
        return
    typer.echo("\n".join(written))
    for name, how in left_out.items():
        typer.echo(f"left out: {name}: {how}")
    typer.echo(f"\nlm_eval --model hf --model_args pretrained=MODEL --include_path {out} --tasks {written[0]}")
