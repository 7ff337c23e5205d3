"""doctor: what is installed, which corpora are found and where, and what else a build or a model would want."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
from pathlib import Path
from typing import Any

import typer

from medinstruct.cli.common import AsJson, Data, Shelf, add_shelves, app, print_json, print_table
from medinstruct.version import VERSION


@app.command()
def doctor(data: Data = None, shelf: Shelf = None, as_json: AsJson = False) -> None:
    """Tell what is installed, which corpora are found and where, the cache, the GPU, and whether the Hub knows you."""
    add_shelves(shelf)
    found: dict[str, Any] = {
        "medinstruct": {
            "version": VERSION, "python": platform.python_version(), "system": platform.platform(terse=True),
            "cores": os.cpu_count(), "at": str(Path(__file__).parents[1]),
        },
        "packages": _packages(), "corpora": _corpora(data), "cache": _cache(), "gpu": _gpu(), "hub": _hub(),
    }  # fmt: skip
    if as_json:
        print_json(found)
        return
    for title in ("medinstruct", "cache", "gpu", "hub"):
        typer.echo(f"{title:12} " + ", ".join(f"{name} {value}" for name, value in found[title].items()))
    typer.echo("\npackages")
    print_table([{"package": name, **told} for name, told in found["packages"].items()])
    where = found["corpora"]
    here = sum(corpus["where"] != "" for corpus in where)
    typer.echo(f"\ncorpora      {here} of {len(where)} found" + ("" if here else "; a build takes the bundled samples"))
    print_table([corpus for corpus in where if corpus["where"]])


def _packages() -> dict[str, dict[str, str]]:
    """What medinstruct asks for, by the extra that asks, and the version that is here."""
    wanted: dict[str, dict[str, str]] = {}
    for line in importlib.metadata.requires("medinstruct") or ():
        requirement, _, marker = line.partition(";")
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra == ['\"](\w+)['\"]", marker)
        if name is None or (extra and extra[1] in ("dev", "docs")):
            continue
        told = wanted.setdefault(
            name[0], {"wanted": requirement.strip().removeprefix(name[0]), "here": _version(name[0]), "for": ""}
        )
        told["for"] = " ".join([*told["for"].split(), extra[1] if extra else "all"])
    return wanted


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "no"


def _corpora(data: Path | None) -> list[dict[str, Any]]:
    """Each corpus with the folder in which it is found, and how many of its splits."""
    from medinstruct import corpora

    rows = []
    for id in corpora.names():
        corpus = corpora.load(id)
        folder = corpus.find(data)
        splits = f"{len(corpus.present(folder))} of {len(corpus.splits)}" if folder else f"0 of {len(corpus.splits)}"
        rows.append({"corpus": id, "splits": splits, "where": str(folder or "")})
    return rows


def _cache() -> dict[str, str]:
    from medinstruct.corpora.corpus import cache, data_home

    folder = cache()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    free = shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.is_dir())).free
    return {
        "folder": str(folder), "holds": f"{size / 2**20:,.1f} MB", "free": f"{free / 2**30:,.0f} GB",
        "MEDINSTRUCT_DATA": str(data_home() or "not set"),
    }  # fmt: skip


def _gpu() -> dict[str, str]:
    """What torch sees; asked only where it is installed, as it takes seconds to come."""
    if importlib.util.find_spec("torch") is None:
        return {"torch": "not installed"}
    import torch

    if not torch.cuda.is_available():
        return {"cuda": "no"}
    properties = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
    return {f"cuda:{n}": f"{found.name} {found.total_memory / 2**30:,.0f} GB" for n, found in enumerate(properties)}


def _hub() -> dict[str, str]:
    """Where the Hub is, and whether there is a token; nobody is asked, and the token stays where it is."""
    import huggingface_hub
    from huggingface_hub import constants

    from medinstruct.publisher.hub import without_login

    offline = "yes" if constants.HF_HUB_OFFLINE else "no"
    return {
        "address": without_login(constants.ENDPOINT),
        "token": "yes" if huggingface_hub.get_token() else "no",
        "offline": offline,
    }
