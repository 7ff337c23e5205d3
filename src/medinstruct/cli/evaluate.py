"""evaluate: ask a model the test part of a benchmark, score what it says, and tell what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table, progress

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.evaluator import Run

Model = Annotated[
    str,
    typer.Option(
        "--model",
        help="hf:PATH_OR_ID, openai:NAME, vllm:PATH_OR_ID, encoder:FOLDER, replay:FILE, majority, random, lexicon or oracle.",
    ),
]


@app.command()
def evaluate(
    suite: Annotated[str, typer.Argument(help="A recipe (blurb, blue, medqa, a .yaml file), or the folder of a build.")],
    model: Model,
    out: Annotated[Path | None, typer.Option(help="The run's folder; else runs/<suite>-<model>. A broken run goes on there.")] = None,
    shots: Annotated[int | None, typer.Option(min=0, max=64, help="Solved questions before each row's own.")] = None,
    templates: Annotated[
        list[str] | None, typer.Option("--templates", help="Wordings to ask in, globs allowed; `all` for every one that suits.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows of each dataset.")] = None,
    data: Data = None,
    samples: Annotated[bool, typer.Option("--samples", help="Ask about the bundled samples.")] = False,
    adapter: Annotated[str, typer.Option(help="A PEFT adapter on top of an hf: or vllm: model.")] = "",
    likelihood: Annotated[bool, typer.Option("--likelihood", help="hf: take the most likely option of a single choice.")] = False,
    max_tokens: Annotated[int, typer.Option(min=1, help="Of an answer.")] = 512,
    temperature: Annotated[float, typer.Option(min=0, help="0: nothing is drawn.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of answers that are drawn, and of the intervals' bootstrap.")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="Questions at once on this machine.")] = 16,
    base_url: Annotated[str, typer.Option(help="openai: address of a compatible server, such as http://localhost:8000/v1.")] = "",
    key_env: Annotated[str, typer.Option(help="openai: environment variable that holds the key.")] = "OPENAI_API_KEY",
    constrained: Annotated[bool, typer.Option("--constrained", help="openai: tell the server which form an answer has.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="openai: requests under way at once.")] = 8,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A host that rows under agreement may be sent to; may be given again.")
    ] = None,
    price: Annotated[tuple[float, float], typer.Option(help="Of a million tokens read, and of a million written.")] = (0.0, 0.0),
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Ask a model the test part of a benchmark and score what it says."""
    add_shelves(shelf)
    from medinstruct import chat, evaluator

    with progress() as tell:
        build = built(suite, data, shots, samples, tell)
        how = chat.Settings(
            max_tokens=max_tokens, temperature=temperature, seed=seed, adapter=adapter, likelihood=likelihood, base_url=base_url, batch=batch,
            constrained=constrained, concurrency=concurrency, key_env=key_env, prices=price,
        )  # fmt: skip
        settings = evaluator.Settings(
            wordings=tuple(templates or ()), limit=limit, allow=tuple(allow_host or ()), chat=how
        )
        run = evaluator.evaluate(build, model, settings, out, tell)
    if as_json:
        print_json({"folder": str(run.folder), **run.scores})
    else:
        _tell(run)


def built(suite: str, data: Path | None, shots: int | None, samples: bool, tell: Any) -> Build:
    """The build of a folder, or of a recipe."""
    import medinstruct
    from medinstruct import artefact, shelf

    is_name = suite in shelf.entries("recipes")  # a folder of that name is told by ./
    if not is_name and (Path(suite) / "manifest.json").is_file():
        if shots is not None:
            raise typer.BadParameter("--shots stand in the rows of a build; give a recipe, or build with --shots")
        return artefact.load(suite)
    return medinstruct.build(suite, data=data, shots=shots, samples=samples, tell=tell)


def _tell(run: Run) -> None:
    scores = run.scores
    if scores["samples"]:
        typer.echo(
            "These rows come from the bundled samples: invented text, to try things out; the scores mean nothing.\n"
        )
    lines = []
    for one in scores["datasets"]:
        reading = run.errors[one["name"]]["reading"]
        spread = one["wordings"]
        lines.append({
            "dataset": one["name"], "metric": one["metric"], "score": f"{one['score']:.4f}", "95 %": f"{one['low']:.4f} to {one['high']:.4f}",
            "rows": one["rows"],
            **({"wordings": f"{spread['min']:.4f} to {spread['max']:.4f} of {len(spread['each'])}"} if spread else {}),
            "read": ", ".join(f"{count:,} {state}" for state, count in reading.items()),
        })  # fmt: skip
    print_table(lines)
    average = scores["average"]
    typer.echo(
        f"\n{average['score']:.4f}  mean over {average['of']}, {average['datasets']} of {average['all']} datasets"
    )
    for name, how in average["left_out"].items():
        typer.echo(f"left out: {name}: {how}")
    if any(scores["tokens"].values()):
        cost = "" if scores["cost"] is None else f", {scores['cost']:,.2f} in all"
        typer.echo(f"{scores['tokens']['read']:,} tokens read, {scores['tokens']['written']:,} written{cost}")
    typer.echo(f"\n{run.folder}/page.html")
