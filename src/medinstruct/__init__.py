"""medinstruct: instruction-tuning mixtures from annotated medical corpora, and the way back from answers to scores.

import medinstruct

mixture = medinstruct.build("mnlu-instruct")              # the bundled samples, if no corpus is at hand
mixture = medinstruct.build("mnlu-instruct", data="DIR")  # DIR/<corpus-id>/ holds the distributors' files
mixture["train"][0]["messages"]
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from medinstruct.version import VERSION as __version__

if TYPE_CHECKING:
    from medinstruct.artefact import Build

__all__ = ["__version__", "build", "load"]


def build(
    recipe: str, *, data: Path | str | None = None, out: Path | str | None = None, size: int | str | None = None,
    workers: int | None = None, samples: bool = False, require_all: bool = False, as_published: bool = False, force: bool = False,
    tell: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Build:  # fmt: skip
    """Return the artefact that a recipe comes to.

    Args:
        recipe: Name of a recipe, or path of a `.yaml` file.
        data: Folder with a folder `<corpus-id>/` for each corpus, holding the files as their distributor packed them;
            left out, `MEDINSTRUCT_DATA`, then the cache. If no corpus of the recipe is found, the bundled samples are
            used.
        out: Where the artefact goes; left out, `builds/<recipe>-<digest>`.
        size: Rows of the train part, or `"all"`; left out, what the recipe says.
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
        data=Path(data) if data is not None else None, out=Path(out) if out is not None else None, size=size, workers=workers,
        samples=samples, require_all=require_all, as_published=as_published, force=force,
    )  # fmt: skip
    return builder.build(recipe, settings, tell)


def load(folder: Path | str) -> Build:
    """Open an artefact: one object with its splits, `to_datasets()`, `to_pandas()`, `ledger` and `explain(id)`."""
    from medinstruct import artefact

    return artefact.load(folder)
