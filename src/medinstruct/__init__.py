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
    from medinstruct.publisher import Published
    from medinstruct.rebuild.hydrate import Hydrated

__all__ = ["__version__", "audit", "build", "diff", "evaluate", "hydrate", "load", "publish", "reward"]


def build(
    recipe: str, *, data: Path | str | None = None, out: Path | str | None = None, size: int | str | Mapping[str, int] | None = None,
    shots: int | None = None, workers: int | None = None, samples: bool = False, require_all: bool = False,
    as_published: bool = False, force: bool = False,
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
        samples=samples, require_all=require_all, as_published=as_published, force=force,
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
        dry_run: Do all but send.
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
        build, name, version, permits, private=private, rehearse=dry_run, clinical=publisher.clinical(build), stubs=stubs,
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
        model: `hf:PATH_OR_ID`, `vllm:…`, `openai:NAME`, `replay:FILE`, `oracle`, `majority`, `random`, `lexicon`.
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


def diff(before: Build | Path | str, after: Build | Path | str) -> Difference:
    """Return what two builds differ in: rows added, removed, reworded, relabelled …, and the version that follows.

    Raises:
        MedinstructError: if there is no such build, or one is damaged.
    """
    from medinstruct import difference

    first, second = (load(each) if isinstance(each, (Path, str)) else each for each in (before, after))
    return difference.compare(first, second)


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
