"""train: a model on the train part of a build, or what that would take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medinstruct.cli.common import AsJson, Shelf, add_shelves, app, number_of, print_json, progress

if TYPE_CHECKING:
    from medinstruct.trainer import Trained
    from medinstruct.trainer.costs import Estimate


@app.command()
def train(
    folder: Annotated[Path, typer.Argument(help="A build.")],
    model: Annotated[str, typer.Option("--model", help="A folder of transformers, or a name on the Hub.")],
    out: Annotated[Path | None, typer.Option(help="Where the trained model goes; a broken training goes on there.")] = None,
    config: Annotated[str | None, typer.Option(help="A name (`medinstruct ls configs`) or a .yaml file; else lora.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, before what the config says; may be given again.")
    ] = None,
    method: Annotated[str, typer.Option(help="sft, grpo or encoder; else what the config says.")] = "",
    adapter: Annotated[str, typer.Option(help="A PEFT adapter of this model to train on, instead of a new one.")] = "",
    resume: Annotated[int | None, typer.Option(min=1, help="Step of the checkpoint to go on from; else the last one.")] = None,
    samples: Annotated[bool, typer.Option("--samples", help="Train on bundled samples all the same.")] = False,
    remote_code: Annotated[bool, typer.Option("--remote-code", help="Run code that the model's repository holds.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell rows, tokens, steps, memory and hours, and train nothing.")] = False,
    size: Annotated[str, typer.Option(help="--dry-run: 1B, 7B, 8B, 13B or 70B instead of the model's own shape.")] = "",
    gpu: Annotated[str, typer.Option(help="--dry-run: h200, h100, a100-80, l4, rtx4090, …")] = "h100",
    gpus: Annotated[int, typer.Option(min=1, help="--dry-run: how many.")] = 1,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Train a model on a build, or tell what that would take (--dry-run)."""
    add_shelves(shelf)
    settings = dict(map(_setting, set_ or ()))
    from medinstruct import trainer

    with progress() as tell:
        if dry_run and method not in ("", "sft"):
            raise typer.BadParameter(f"--dry-run estimates sft alone, not {method}")
        if dry_run:
            foretold = trainer.estimate(
                folder, model=model, config=config, settings=settings, size=size, gpu=gpu, gpus=gpus, remote_code=remote_code, tell=tell
            )  # fmt: skip
        elif out is None:
            raise typer.BadParameter("say where the trained model goes: --out DIR (or --dry-run)")
        else:
            done = trainer.train(
                folder, model=model, out=out, config=config, settings=settings, method=method, adapter=adapter, resume=resume,
                samples=samples, remote_code=remote_code, tell=tell,
            )  # fmt: skip
    if dry_run:
        print_json(foretold.stated()) if as_json else _foretell(foretold)
    elif as_json:
        print_json({"folder": str(done.folder), **done.record})
    else:
        _tell(done)


def _setting(text: str) -> tuple[str, Any]:
    """`epochs=1` as a name and a plain value."""
    import yaml

    name, is_set, value = text.partition("=")
    if not is_set or not name:
        raise typer.BadParameter(f"--set {text!r} should be NAME=VALUE, such as epochs=1")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise typer.BadParameter(f"--set {text!r}: the value cannot be read") from error


def _foretell(found: Estimate) -> None:
    for reason, count in found.refused.items():
        typer.echo(f"refused    {number_of(count, 'row')}: {reason}")
    hours = "not estimated for a mixture of experts" if found.hours is None else f"{found.hours:,.2f} on {_on(found)}"
    verdict = "fits" if found.fits else "DOES NOT FIT"
    lines = {
        "rows": f"{found.rows:,}, the longest of {found.longest:,} tokens",
        "tokens": f"{found.tokens:,} an epoch, of which {found.written:,} are answers",
        "sequences": f"{found.sequences:,}, {found.filled:.0%} of them filled",
        "steps": f"{found.steps:,}",
        "weights": f"{found.parameters:,}, of which {found.trained:,} are trained",
        "memory": f"{found.memory / 1e9:,.1f} GB on each GPU, which has {found.has / 1e9:,.0f}: {verdict}",
        "hours": f"{hours}, at 40 % of its arithmetic",
    }
    for name, line in lines.items():
        typer.echo(f"{name:10} {line}")


def _on(found: Estimate) -> str:
    return f"{found.gpus} x {found.gpu}" if found.gpus > 1 else found.gpu


def _tell(done: Trained) -> None:
    (_tell_sets if done.record["method"] == "encoder" else _tell_rows)(done.record)
    typer.echo(f"{done.folder}\n")
    typer.echo(f"medinstruct evaluate blurb --data DIR --model {done.model}")


def _tell_sets(record: dict[str, Any]) -> None:
    """What encoders were taught, what of it their tags do not carry, and what was left out."""
    for name, one in record["sets"].items():
        typer.echo(
            f"{name}: {number_of(one['rows'], 'row')}, {number_of(one['steps'], 'step')}, last loss {one['losses'][-1]:.4f}"
        )
        for why, count in one["not_carried"].items():
            typer.echo(f"  not carried as it stands: {count:,} of {number_of(one['mentions'], 'mention')}: {why}")
        if one["cut"]:
            typer.echo(f"  cut at the end: {number_of(one['cut'], 'row')}")
    for name, why in record["left_out"].items():
        typer.echo(f"left out: {name}: {why}")


def _tell_rows(record: dict[str, Any]) -> None:
    for reason, count in record["rows"]["refused"].items():
        typer.echo(f"refused    {number_of(count, 'row')}: {reason}")
    used = record["model FLOP utilisation"]
    speed = f"{record['tokens per second'] or 0:,.0f} tokens a second" + (
        f", {used:.0%} of the hardware" if used else ""
    )
    typer.echo(f"{number_of(record['rows']['trained'], 'row')}, {number_of(record['steps'], 'step')}, {speed}")
    for one in record["scores"][-1:]:
        typer.echo(
            f"validation part: {one['average']:.4f} in the mean over {number_of(len(one['datasets']), 'dataset')}"
        )
