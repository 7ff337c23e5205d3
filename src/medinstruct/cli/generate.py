"""generate: have a model write instructions after the pattern of seeds, and keep those that pass."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medinstruct.cli.common import AsJson, Shelf, add_shelves, app, print_json

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.generator import Progress


@app.command()
def generate(
    out: Annotated[Path, typer.Option(help="Folder of the journal and the artefact; a run that was broken off goes on there.")],
    model: Annotated[str, typer.Option("--model", help="openai:NAME, hf:PATH_OR_ID or vllm:PATH_OR_ID.")] = "",
    seeds: Annotated[str, typer.Option(help="Seeds: a name on a shelf, or a .jsonl file.")] = "bioinstruct",
    size: Annotated[int | None, typer.Option(min=1, help="Instructions to accept; else 25,005, or with --replay what its run wanted.")] = None,
    replay: Annotated[Path | None, typer.Option(exists=True, help="A journal: make its artefact again, with no model.")] = None,
    rows: Annotated[Path | None, typer.Option(help="A build: instructions stand on its rows, and must agree with their gold.")] = None,
    row_task: Annotated[list[str] | None, typer.Option(help="With --rows: only of this task (ner, nli); may be given again.")] = None,
    agree: Annotated[float, typer.Option(min=0, max=1, help="With --rows: the lowest score of an answer that counts as agreement.")] = 1.0,
    per_prompt: Annotated[int, typer.Option(min=1, help="Examples in each prompt.")] = 3,
    generated: Annotated[int, typer.Option(min=0, help="How many of these are taken from what was accepted before.")] = 0,
    per_call: Annotated[int, typer.Option(min=1, max=50, help="Instructions that each prompt asks for.")] = 5,
    second_call: Annotated[bool, typer.Option("--second-call", help="Ask for answers in calls of their own.")] = False,
    prompt: Annotated[str, typer.Option(help="What asks for instructions: a name on a shelf, or a .jinja file.")] = "instructions",
    answer_prompt: Annotated[str, typer.Option(help="What asks for an answer, with --second-call.")] = "answer",
    judge_prompt: Annotated[str, typer.Option(help="What asks for a verdict, with --judge.")] = "judge",
    judge: Annotated[str, typer.Option(help="A model at the same address that judges what passed the filters; `same` for the same.")] = "",
    least: Annotated[int, typer.Option(min=1, max=5, help="The lowest mark of a judge that may pass.")] = 3,
    by_classifier: Annotated[bool, typer.Option("--by-classifier", help="Have categories named by a classifier, not by the model.")] = False,
    similar: Annotated[float, typer.Option(help="ROUGE-L to what was accepted, above which a candidate is refused.")] = 0.7,
    pack: Annotated[list[str] | None, typer.Option("--pack", help="A benchmark to keep out; may be given again. Else blurb and medqa.")] = None,
    batch: Annotated[int, typer.Option(min=1, help="Prompts between two barriers; later ones may show what earlier ones brought.")] = 64,
    seed: Annotated[int, typer.Option(help="Of the draw of what prompts show.")] = 0,
    temperature: Annotated[float, typer.Option(min=0, help="0: nothing is drawn.")] = 1.0,
    max_tokens: Annotated[int, typer.Option(min=1, help="Of an answer.")] = 4096,
    terms: Annotated[str, typer.Option(help="License of what the model writes, where its maker leaves it free.")] = "generator-terms",
    base_url: Annotated[str, typer.Option(help="openai: address of a compatible server, such as http://localhost:8000/v1.")] = "",
    key_env: Annotated[str, typer.Option(help="openai: environment variable that holds the key.")] = "OPENAI_API_KEY",
    concurrency: Annotated[int, typer.Option(min=1, help="openai: requests under way at once.")] = 8,
    timeout: Annotated[float, typer.Option(min=1, help="openai: seconds that one request may take.")] = 300.0,
    in_words: Annotated[bool, typer.Option("--in-words", help="openai: never hold answers to a schema; it is tried first otherwise.")] = False,
    requests_per_minute: Annotated[int, typer.Option(min=0, help="openai: at most; 0 for no ceiling.")] = 0,
    tokens_per_minute: Annotated[int, typer.Option(min=0, help="openai: at most, read and written; 0 for no ceiling.")] = 0,
    price: Annotated[tuple[float, float], typer.Option(help="Of a million tokens read, and of a million written.")] = (0.0, 0.0),
    most_cost: Annotated[float, typer.Option(min=0, help="openai: what all may cost by --price; 0 for no ceiling.")] = 0.0,
    allow_host: Annotated[list[str] | None, typer.Option("--allow-host", help="A host that text under agreement may be sent to.")] = None,
    shelf: Shelf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Have a model write instructions after the pattern of seeds, and keep those that pass all filters."""
    add_shelves(shelf)
    from medinstruct import artefact, generator
    from medinstruct.generator import grounded

    ground = None
    if rows is not None:
        ground = grounded.Rows(
            artefact.load(rows), tasks=row_task or (), seed=seed, least=agree, answers=not second_call
        )
    if replay is not None:
        _tell(generator.replay(replay, out, size=size, tell=telling(), ground=ground), as_json)
        return
    if not model:
        raise typer.BadParameter("--model says who writes; or --replay a journal")
    way = generator.Way(
        per_prompt=per_prompt, generated=generated, per_call=per_call, second=second_call, seed=seed, batch=batch,
        categories="classifier" if by_classifier else "model", judge=judge, least=least,
    )  # fmt: skip
    how = generator.asking(
        max_tokens=max_tokens, temperature=temperature, seed=seed, base_url=base_url, key_env=key_env, concurrency=concurrency, timeout=timeout,
        constrained=not in_words, per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute, prices=price,
        most_cost=most_cost,
    )  # fmt: skip
    settings = generator.Settings(
        seeds=seeds, size=size or generator.SIZE, way=way, chat=how, terms=terms, similar=similar, packs=tuple(pack or generator.PACKS),
        prompts={"write": prompt, "answer": answer_prompt, "judge": judge_prompt}, allow=tuple(allow_host or ()),
    )  # fmt: skip
    _tell(generator.generate(model, out, settings, telling(), ground=ground), as_json)


def telling() -> Callable[[Progress], None]:
    """What shows progress on standard error: one line that changes, or for who does not look one now and then."""
    is_seen = sys.stderr.isatty()
    every, last = (0.2 if is_seen else 30.0), [time.monotonic()]

    def tell(progress: Progress) -> None:
        if (now := time.monotonic()) - last[0] >= every or (is_seen and progress.accepted == progress.size):
            last[0] = now
            typer.echo(f"\r\x1b[K{progress}" if is_seen else str(progress), err=True, nl=not is_seen)

    return tell


def _tell(build: Build, as_json: bool) -> None:
    told, candidates, requests = (
        build.manifest["generated"],
        build.ledger["totals"]["examples"],
        build.ledger["requests"],
    )
    if as_json:
        rows = {"folder": str(build.folder), "digest": build.digest, "rows": len(build["train"])}
        print_json({**rows, **told, "candidates": candidates, "requests": requests})
        return
    if sys.stderr.isatty():
        typer.echo(err=True)
    typer.echo(
        f"{len(build['train']):,} instructions of {candidates['in']:,} candidates in {requests['in']:,} answers: {build.folder}"
    )
    for reason, count in sorted({**requests["dropped"], **candidates["dropped"]}.items(), key=lambda item: -item[1]):
        typer.echo(f"  {count:>9,}  {reason}")
    shares = ", ".join(f"{count / len(build['train']):.1%} {name}" for name, count in told["categories"].items())
    typer.echo(
        f"categories: {shares} (named by {', '.join(f'{name}: {count:,}' for name, count in told['categories_by'].items())})"
    )
    cost = f", cost {told['cost']:,.2f}" if told["cost"] is not None else ""
    typer.echo(f"tokens: {told['tokens']['read']:,} read, {told['tokens']['written']:,} written{cost}")
