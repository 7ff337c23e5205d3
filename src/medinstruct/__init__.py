"""medinstruct: instruction-tuning mixtures from annotated medical corpora, and the way back from answers to scores.

import medinstruct

mixture = medinstruct.build("mnlu-instruct")              # the bundled samples, if no corpus is at hand
mixture = medinstruct.build("mnlu-instruct", data="DIR")  # DIR/<corpus-id>/ holds the distributors' files
mixture["train"][0]["messages"]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medinstruct.version import VERSION as __version__

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.auditor import Report
    from medinstruct.difference import Difference
    from medinstruct.evaluator import Run
    from medinstruct.generator import Progress
    from medinstruct.preview import View
    from medinstruct.publisher import Published
    from medinstruct.rebuild.hydrate import Hydrated
    from medinstruct.sample import Sample
    from medinstruct.trainer import Trained

__all__ = [
    "__version__",
    "audit",
    "build",
    "diff",
    "evaluate",
    "generate",
    "hydrate",
    "load",
    "publish",
    "report",
    "reward",
    "show",
    "train",
]


def build(
    recipe: str, *, data: Path | str | None = None, out: Path | str | None = None, size: int | str | Mapping[str, int] | None = None,
    shots: int | None = None, workers: int | None = None, engine: str = "local", ray_address: str = "", samples: bool = False,
    require_all: bool = False, as_published: bool = False, force: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Build:  # fmt: skip
    """Return the artefact that a recipe comes to.

    Args:
        recipe: Name of a recipe, or path of a `.yaml` file.
        data: Folder with a folder `<corpus-id>/` for each corpus, holding the files as their distributor packed them;
            left out, `MEDINSTRUCT_DATA`, then the cache. If no corpus of the recipe is found, the bundled samples are
            used.
        out: Where the artefact goes; left out, `builds/<recipe>-<digest>`.
        size: Rows of the train part, `"all"`, or `{"tokens": n}`; left out, what the recipe says.
        shots: Solved questions before each row's own, from the train part; left out, as many as the recipe says.
        workers: Processes; no row depends on it.
        engine: `local`, or `ray`: tasks on a cluster, the same rows.
        ray_address: Of the cluster; left out, Ray is started on this machine for this build.
        samples: Use the bundled samples even where corpora are at hand.
        require_all: Raise an error if anything is missing.
        as_published: Leave out the repairs of known faults.
        force: Replace another build at `out`.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        MedinstructError: with where, what and what next.
    """
    from medinstruct import builder

    settings = builder.Settings(
        data=Path(data) if data is not None else None, out=Path(out) if out is not None else None, size=size, shots=shots, workers=workers,
        engine=engine, ray_address=ray_address, samples=samples, require_all=require_all, as_published=as_published, force=force,
    )  # fmt: skip
    return builder.build(recipe, settings, tell)


def load(name: Path | str) -> Build:
    """Open an artefact: one object with its splits, `to_datasets()`, `to_pandas()`, `ledger` and `explain(id)`.

    Args:
        name: A folder, or a version on the Hub: `organisation/name@1.2.0`, without `@…` the newest.

    Raises:
        MedinstructError: if there is none.
    """
    from medinstruct import artefact

    named = re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w.-]+)?", name) if isinstance(name, str) else None
    if named and not Path(name).exists() and (named[1] or not Path(name).parent.is_dir()):  # else a folder, misspelt
        from medinstruct import publisher

        return artefact.load(publisher.fetch(named[0]))
    return artefact.load(name)


def publish(
    folder: Build | Path | str, name: str, *, version: str, private: bool = False, dry_run: bool = False, allow: Sequence[str] = (),
    samples: bool = False, quarantined: bool = False, collection: bool = False, stubs: bool = False, data: Path | str | None = None,
    workers: int = 1,
) -> Published:  # fmt: skip
    """Publish a build as a version of `organisation/name` on the Hub, and return what was done.

    Args:
        folder: A build, or its folder.
        name: A repository of kind `dataset`; made if it is not there.
        version: Three numbers; one that exists with other rows is refused.
        private: Whether a new repository is seen by its owners alone.
        dry_run: Do all but send; needs neither the Hub nor a token.
        allow: Corpora of unknown terms whose owners permit this. Text under agreement never leaves.
        samples: Publish bundled samples all the same.
        quarantined: Publish although records were set aside.
        collection: Publish rows side by side, each under its own terms, where no license fits the whole.
        stubs: Send stubs for rows under agreement: whoever holds their corpora gets the rows back by `hydrate`.
        data: Where these corpora are, as for `build`.
        workers: Processes that read them.

    Raises:
        MedinstructError: with where, what and what next; nothing is half done.
    """
    from medinstruct import publisher

    build = load(folder) if isinstance(folder, (Path, str)) else folder
    permits = publisher.Permits(corpora=tuple(allow), samples=samples, quarantined=quarantined, collection=collection)
    return publisher.publish(
        build, name, version, permits, private=private, rehearse=dry_run, stubs=stubs,
        data=Path(data) if data is not None else None, workers=workers,
    )  # fmt: skip


def evaluate(
    suite: Build | Path | str, model: str, *, out: Path | str | None = None, data: Path | str | None = None, shots: int | None = None,
    samples: bool = False, templates: Sequence[str] = (), limit: int | None = None, allow_hosts: Sequence[str] = (),
    base_url: str = "", tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Run:  # fmt: skip
    """Ask a model the test part of a suite, score what it says, and return the run.

    Args:
        suite: A recipe, which is built first, or a build or its folder.
        model: `hf:PATH_OR_ID`, `vllm:…`, `openai:NAME`, `encoder:FOLDER`, `replay:FILE`, `oracle`, `majority`, `random`, `lexicon`.
        out: The run's folder; left out, `runs/<suite>-<model>`. One that was broken off is gone on with.
        data: Where the corpora are, as for `build`.
        shots: Examples before each question; left out, what the recipe says.
        samples: Use the bundled samples; the scores mean nothing.
        templates: Wordings to ask in, globs allowed, or `all`; left out, those that the build drew.
        limit: Rows of each dataset.
        allow_hosts: Hosts that rows under agreement may be sent to.
        base_url: Of an OpenAI-compatible server.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        MedinstructError: with where, what and what next.
    """
    from medinstruct import artefact, chat, evaluator

    made: Build
    if isinstance(suite, Path) or (isinstance(suite, str) and (Path(suite) / "manifest.json").is_file()):
        made = artefact.load(suite)
    elif isinstance(suite, str):
        made = build(suite, data=data, shots=shots, samples=samples, tell=tell)
    else:
        made = suite
    settings = evaluator.Settings(
        wordings=tuple(templates), limit=limit, allow=tuple(allow_hosts), chat=chat.Settings(base_url=base_url)
    )
    return evaluator.evaluate(made, model, settings, Path(out) if out is not None else None, tell)


def train(
    folder: Build | Path | str, model: str, *, out: Path | str, config: Mapping[str, Any] | Path | str | None = None, method: str = "",
    adapter: str = "", resume: int | None = None, samples: bool = False, remote_code: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None, **settings: Any,
) -> Trained:  # fmt: skip
    """Train a model on the train part of a build, and return where it is and what `train.json` says.

    Args:
        folder: A build, or its folder.
        model: A folder of transformers, or a name on the Hub.
        out: Where the trained model goes. A training that was broken off there goes on.
        config: How: a name such as `lora` or `medtuned`, the path of a `.yaml` file, or keys and values; left out, `lora`.
        method: `sft`, `grpo` or `encoder`; left out, what the config says.
        adapter: A PEFT adapter of this model that is trained on, instead of a new one.
        resume: Step of the checkpoint to go on from; left out, the last one.
        samples: Train on bundled samples all the same; the model learns invented text.
        remote_code: Run code that the model's repository holds.
        tell: Called with (what, done, of) as work goes on.
        **settings: Single values that come before those of the config: `epochs=1`.

    Raises:
        MedinstructError: with where, what and what next; nothing is half written.
    """
    from medinstruct import trainer

    return trainer.train(
        folder, model=model, out=out, config=config, settings=settings, method=method, adapter=adapter, resume=resume,
        samples=samples, remote_code=remote_code, tell=tell,
    )  # fmt: skip


def generate(
    model: str, out: Path | str, *, seeds: Path | str = "bioinstruct", size: int | None = None, base_url: str = "",
    allow_hosts: Sequence[str] = (), tell: Callable[[Progress], None] = lambda progress: None, **way: Any,
) -> Build:  # fmt: skip
    """Have a model write instructions after the pattern of seeds, and return those that pass all filters as an artefact.

    Args:
        model: `openai:NAME`, `hf:PATH_OR_ID`, `vllm:…`, or `replay:JOURNAL` to make an artefact again without a model.
        out: Folder of the journal and the artefact. A run that was broken off goes on there.
        seeds: Name on a shelf, or a `.jsonl` file.
        size: Instructions to accept; left out, 25,005, or as many as the recorded run wanted.
        base_url: Of an OpenAI-compatible server.
        allow_hosts: Hosts that text under agreement may be sent to.
        tell: Told of progress.
        **way: Fields of `generator.Way`: `per_prompt`, `generated`, `per_call`, `second`, `judge`, ….

    Raises:
        MedinstructError: with where, what and what next; what was answered until then is kept.
    """
    from medinstruct import generator

    if model.startswith("replay:"):
        return generator.replay(Path(model.removeprefix("replay:")), Path(out), size=size, tell=tell)
    settings = generator.Settings(
        seeds=str(seeds), size=size or generator.SIZE, way=generator.Way(**way), chat=generator.asking(base_url=base_url),
        allow=tuple(allow_hosts),
    )  # fmt: skip
    return generator.generate(model, Path(out), settings, tell)


def hydrate(
    name: Path | str, *, data: Path | str | None = None, out: Path | str | None = None, workers: int = 1
) -> Hydrated:
    """Return a published mixture made whole: its open rows, and those of its stubs whose corpora are in `data`.

    Args:
        name: A folder, or a version on the Hub.
        data: Where the corpora are, as for `build`.
        out: Where the mixture goes; left out, beside the others in `builds/`.
        workers: Processes.

    Raises:
        MedinstructError: if it is no such publication, or a row does not come back as it was.
    """
    from medinstruct.rebuild import hydrate as room

    return room.hydrate(
        load(name), Path(data) if data is not None else None, Path(out) if out is not None else None, workers=workers
    )


def show(row: Mapping[str, Any] | Sample) -> View:
    """Return a row of a build, or a Sample, as something that shows itself in a notebook or a terminal: text with what is marked in it,
    prompt, answer, what the parser gives back.

    Raises:
        MedinstructError: if it is no row of a build.
    """
    from medinstruct.preview.notebook import View

    return View(row)


def diff(before: Build | Path | str, after: Build | Path | str) -> Difference:
    """Return what two builds differ in: rows added, removed, reworded, relabelled …, and the version that follows.

    Raises:
        MedinstructError: if there is no such build, or one is damaged.
    """
    from medinstruct import difference

    first, second = (load(each) if isinstance(each, (Path, str)) else each for each in (before, after))
    return difference.compare(first, second)


def report(
    folder: Build | Path | str, *, out: Path | str | None = None, against: Build | Path | str | None = None, text: bool = False,
    tokenizers: Sequence[str] = (), tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Path:  # fmt: skip
    """Write one page of a build that opens from disk (what went in, what came out, its rows), and return its path.

    Args:
        folder: A build, its folder, or a version on the Hub.
        out: The file; left out, `report.html` in the build, or here where the folder is a publication.
        against: An earlier build, to show what changed since.
        text: Show rows under agreement too; the page is then under that agreement.
        tokenizers: Names of tokenizers that count rows, beside the rule of thumb and the recipe's own.
        tell: Called with (what, done, of) as work goes on.

    Raises:
        MedinstructError: if there is no such build or tokenizer, or a file is damaged.
    """
    from medinstruct import artefact, reporter

    build = load(folder) if isinstance(folder, (Path, str)) else folder
    before = load(against) if isinstance(against, (Path, str)) else against
    is_ours = "stubs" not in build.manifest and (not isinstance(folder, str) or Path(folder).is_dir())
    path = Path(out) if out is not None else (build.folder if is_ours else Path()) / "report.html"
    made = reporter.report(build, against=before, text=text, tokenizers=tokenizers, tell=tell)
    artefact.write_text(path, made.html)
    return path


def audit(what: Path | str, *, data: Path | str | None = None, samples: bool = False, hints: bool = False) -> Report:
    """Return what is wrong with a corpus as it is published, or with a folder of a known format.

    Args:
        what: Id of a corpus, or a folder, file or archive.
        data: Where the corpora are, as for `build`.
        samples: Look at the bundled sample.
        hints: Tell what is likely and not sure, too.

    Raises:
        MedinstructError: if there is no such corpus, or no format fits the folder.
    """
    from medinstruct import auditor

    return auditor.audit(str(what), data=Path(data) if data is not None else None, samples=samples, hints=hints)


def reward(row: Mapping[str, Any] | None = None, text: str | None = None, /, **columns: Any) -> float | list[float]:
    """Return how good an answer to a row is, 0..1; see `scorer.reward`.

    With names instead (`prompts=…, completions=…`, and the columns of the rows), a number for each completion: what
    TRL's GRPO trainer calls as one of its `reward_funcs`.

    Args:
        row: A row of a build; `type`, `answer_format`, `example`, `gold` and `meta` are looked at.
        text: What a model says, whatever it is.
        **columns: Lists of as many completions, rows' types, answer formats, ….

    Raises:
        MedinstructError: if a column is missing; never because of the text.
    """
    from medinstruct import scorer

    return scorer.rewards(**columns) if row is None else scorer.reward(row, text or "")
