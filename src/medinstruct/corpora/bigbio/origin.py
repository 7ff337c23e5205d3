"""Where rows of BigBIO are: files in a folder, a repository on the Hub, a loader of a checkout that is run.

    data/                                              <config>/<split>/0000.parquet       (refs/convert/parquet)
      ncbi_disease_bigbio_kb/train/0000.parquet        <config>/<dataset>-<split>.parquet  (as it was before)
      bioscope_papers_bigbio_kb-test.jsonl             <config>-<split>.jsonl, <split>.parquet, …

A file belongs to the configuration that its path names (`…_bigbio_…`; one without such a name is the only one there is)
and to the split that its last part names, or its folder.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from medinstruct.corpora.fetch import is_allowed
from medinstruct.errors import MedinstructError, NotFound

SUFFIXES = (".parquet", ".jsonl", ".json", ".ndjson")
CONVERTED = "refs/convert/parquet"
OWNER = "bigbio"
"""Who keeps BigBIO's corpora on the Hub."""

Splits = Mapping[str, tuple[Path, ...]]
"""The files of each split, by its name."""

CONFIG = re.compile(r"[\w.-]*?_bigbio_(?:kb|qa|te|pairs|text|t2t|[a-z]+_text)(?![a-z])", re.IGNORECASE)
PIECE = re.compile(r"-\d{5}-of-\d{5}$|[-_]\d{4,5}$|^\d{4,5}$")


def in_folder(source: Path) -> dict[str, Splits]:
    """Return the files of each configuration by split; the name of one that no path tells is empty.

    Raises:
        NotFound: if there is no file of rows.
    """
    paths = (
        [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    )
    found: dict[str, dict[str, list[Path]]] = {}
    for path in paths:
        inside = Path(path.name) if source.is_file() else path.relative_to(source)
        config, split = _told(inside)
        if split.startswith("partial-"):
            raise MedinstructError(
                f"{inside} holds only a part of its split", next="the Hub did not convert all of it; use a loader"
            )
        found.setdefault(config, {}).setdefault(split, []).append(path)
    if not found:
        raise NotFound(f"{source} holds no rows", next=f"Parquet or JSON Lines files ({', '.join(SUFFIXES)})")
    return {config: {split: tuple(files) for split, files in splits.items()} for config, splits in found.items()}


def _told(path: Path) -> tuple[str, str]:
    """The configuration and the split that a path names."""
    config = next((match[0] for part in path.parts for match in [CONFIG.search(part)] if match), "")
    name = PIECE.sub("", path.stem)
    if config and name.startswith(config):
        name = name[len(config) :].lstrip("-_.")
    if not name:  # a folder is the split, or the file is all there is
        folder = path.parent.name
        name = folder if folder and not CONFIG.fullmatch(folder) else "train"
    return config, name.rpartition("-")[2] if not name.startswith("partial-") else name


def on_hub(name: str, repository: str = "", *, revision: str = CONVERTED) -> Path:
    """Return a folder with the Parquet files that the Hub made of a repository's rows.

    What was fetched before is there without a network, and with `HF_HUB_OFFLINE`.

    Raises:
        NotFound: if there is no such repository, or it was not converted, or cannot be reached.
    """
    return _snapshot(repository or f"{OWNER}/{name}", revision, ["*_bigbio_*.parquet"])


def loader_on_hub(name: str, repository: str = "") -> Path | None:
    """Return the source of a repository's loader, which is read and never run; None if it has none."""
    try:
        folder = _snapshot(repository or f"{OWNER}/{name}", "main", ["*.py"])
    except NotFound:
        return None
    path = folder / f"{name}.py"
    return path if path.is_file() else None


def _snapshot(repository: str, revision: str, patterns: list[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    offline = not is_allowed()
    bars = not are_progress_bars_disabled()
    if not sys.stderr.isatty():
        disable_progress_bars()
    try:
        return Path(
            snapshot_download(
                repository, repo_type="dataset", revision=revision, allow_patterns=patterns, local_files_only=offline,
                endpoint=os.environ.get("HF_ENDPOINT") or None,
            )
        )  # fmt: skip
    except RevisionNotFoundError as error:
        what, then = (
            f"the Hub made no Parquet of {repository} ({revision})",
            "use --run-loader with a checkout, or files",
        )
        raise NotFound(what, next=then) from error
    except RepositoryNotFoundError as error:
        raise NotFound(
            f"no repository {repository} on the Hub, or it is not open", next="see `bigbio list CHECKOUT`"
        ) from error
    except HFValidationError as error:
        raise NotFound(
            f"{repository!r} is no name of a repository", next="owner/name, or a path that is there"
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        how = "offline, and not fetched before" if offline else str(error).split("\n")[0][:200]
        raise NotFound(f"{repository} cannot be fetched: {how}", next="give its files with --from") from error
    finally:
        if bars:
            enable_progress_bars()
