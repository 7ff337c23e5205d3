"""Runs one loader of a BigBIO checkout under today's `datasets`, in a process of its own.

    python -m medinstruct.corpora.bigbio.loader LOADER.py CONFIG OUT [--data-dir DIR] [--files DIR]

`load_dataset` has refused loaders since `datasets` 4, but their builder classes still work. This imports the loader,
which **executes its code**, makes the builder of the configuration, and writes OUT/<split>.parquet with the rows. What
the loader would download is taken from `--files` where a file there has the name at the end of the address.

`run` is how to start it; nothing here is imported by anything else.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from medinstruct.errors import MedinstructError, NotFound, did_you_mean

ALL = "all"
"""In place of a configuration: only list them."""
POINTER = b"version https://git-lfs"
INSTALL = {"bioc": "pip install 'medinstruct[formats]'", "openpyxl": "pip install openpyxl"}


def run(script: Path, config: str, out: Path, *, data_dir: Path | None = None, files: Path | None = None) -> list[Path]:
    """Execute a loader and return the Parquet files with the rows of one configuration, one per split.

    Raises:
        MedinstructError: with the last that the loader said, if it did not come to its end.
    """
    words = [str(script.resolve()), config, str(out)]
    words += ["--data-dir", str(data_dir.resolve())] if data_dir else []
    words += ["--files", str(files.resolve())] if files else []
    _execute(words)
    return sorted(out.glob("*.parquet"))


def configs(script: Path) -> list[str]:
    """Execute a loader so far as to list its configurations that have a schema of BigBIO."""
    return [name for name in _execute([str(script.resolve()), ALL, "-"]).split("\n") if "_bigbio_" in name]


def _execute(words: list[str]) -> str:
    command = [sys.executable, "-m", __name__, *words]
    with tempfile.TemporaryDirectory(prefix="medinstruct-bigbio-") as home:  # nothing of the loader's stays
        environment = os.environ | {
            "HF_DATASETS_CACHE": home,
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
            "TQDM_DISABLE": "1",
        }
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    if done.returncode:
        lines = [line for line in done.stderr.split("\n") if line.strip()] or [f"it ended with {done.returncode}"]
        module = lines[-1].partition("No module named ")[2].strip("'\" ").split(".")[0]
        hint = (
            INSTALL.get(module, f"pip install {module}") if module else "the loader's own words; its files may be gone"
        )
        raise MedinstructError(f"the loader failed: {lines[-1][:300]}", where=Path(words[0]).name, next=hint)
    return done.stdout


def main() -> None:
    """What the process does."""
    parser = argparse.ArgumentParser()
    for name in ("script", "config", "out"):
        parser.add_argument(name)
    for name in ("--data-dir", "--files"):
        parser.add_argument(name)
    words = parser.parse_args()
    builder = builder_of(Path(words.script))
    known = [name for name in builder.builder_configs if "_bigbio_" in name]
    if words.config == ALL:
        print("\n".join(known))
        return
    if words.config not in known:
        raise NotFound(f"no configuration {words.config!r}", next=did_you_mean(words.config, known))
    _take_files_from(Path(words.files) if words.files else None, Path(words.script).parent)
    made = builder(
        config_name=words.config, data_dir=words.data_dir, cache_dir=os.environ.get("HF_DATASETS_CACHE"),
        base_path=str(Path(words.script).parent),
    )  # fmt: skip
    made.download_and_prepare(verification_mode="no_checks")
    _write(made.as_dataset(), Path(words.out))


def builder_of(script: Path) -> Any:
    """Import a loader and return its builder class.

    Raises:
        MedinstructError: if it has none.
    """
    import datasets

    name = f"bigbio_loader_{script.stem}"
    spec = importlib.util.spec_from_file_location(name, script, submodule_search_locations=[str(script.parent)])
    if spec is None or spec.loader is None:
        raise MedinstructError(f"{script} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that `from .bigbiohub import …` finds its neighbour
    spec.loader.exec_module(module)
    for thing in vars(module).values():
        if isinstance(thing, type) and issubclass(thing, datasets.GeneratorBasedBuilder) and thing.__module__ == name:
            return thing
    raise MedinstructError(f"{script.name} has no builder")


def _take_files_from(files: Path | None, home: Path) -> None:
    """Have downloads answered with files that are at hand, and folders taken as unpacked archives."""
    import datasets
    from datasets.utils.py_utils import map_nested

    manager: Any = datasets.DownloadManager
    download, extract = manager.download, manager.extract
    at_hand = {path.name: path for path in sorted(files.rglob("*"))} if files else {}

    def local(url: Any) -> str | None:
        for name in reversed(unquote(urlsplit(str(url)).path).split("/")):  # `corpus.tar.gz/download` is one too
            if (path := at_hand.get(name)) is not None and path.is_file():
                return str(path)
        beside = home / str(url)
        if "://" in str(url) or not beside.exists():
            return None
        if beside.is_file() and beside.read_bytes()[:40].startswith(POINTER):
            raise MedinstructError(
                f"{url} is a pointer of Git LFS; run `git lfs pull` in the checkout, or give it with --files"
            )
        return str(beside)

    def new_download(self: Any, urls: Any) -> Any:
        return map_nested(lambda url: local(url) or download(self, url), urls)

    def new_extract(self: Any, paths: Any, *rest: Any, **options: Any) -> Any:
        return map_nested(lambda path: path if Path(path).is_dir() else extract(self, path, *rest, **options), paths)

    manager.download, manager.extract = new_download, new_extract


def _write(dataset: Mapping[str, Any], out: Path) -> None:
    import pyarrow.parquet as pq

    out.mkdir(parents=True, exist_ok=True)
    for split, rows in dataset.items():
        table = rows.with_format("arrow")[:].replace_schema_metadata(None)
        pq.write_table(table, out / f"{split}.parquet", compression="zstd")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # whatever a loader runs into; its root is the last line, which `_execute` tells
        traceback.print_exc()
        root: BaseException = error
        while root.__cause__ is not None:
            root = root.__cause__
        sys.exit(
            str(root) if isinstance(root, MedinstructError) else f"{type(root).__name__}: {root}".replace("\n", " ")
        )
