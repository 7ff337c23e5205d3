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
from typing import TYPE_CHECKING

from medinstruct.version import VERSION as __version__

if TYPE_CHECKING:
    from medinstruct.artefact import Build
    from medinstruct.publisher import Published

__all__ = ["__version__", "build", "load", "publish"]


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

    if isinstance(name, str) and not Path(name).exists() and re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w.-]+)?", name):
        from medinstruct import publisher

        return artefact.load(publisher.fetch(name))
    return artefact.load(name)


def publish(
    folder: Build | Path | str, name: str, *, version: str, private: bool = False, dry_run: bool = False, allow: Sequence[str] = (),
    samples: bool = False, quarantined: bool = False, collection: bool = False,
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

    Raises:
        MedinstructError: with where, what and what next; nothing is half done.
    """
    from medinstruct import publisher

    build = load(folder) if isinstance(folder, (Path, str)) else folder
    clinical = frozenset(id for id, corpus in build.manifest["corpora"].items() if corpus.get("clinical"))
    permits = publisher.Permits(corpora=tuple(allow), samples=samples, quarantined=quarantined, collection=collection)
    return publisher.publish(build, name, version, permits, private=private, rehearse=dry_run, clinical=clinical)
