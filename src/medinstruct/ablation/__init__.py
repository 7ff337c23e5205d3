"""From a family of mixtures to one table and one plot: each trained on alike, each asked what none of them was trained on.

    leaks      no member trains on a corpus that the suite tests           (leaks.py; before the first build, and again on the rows)
    builds     the members of a sweep, and the suite                       (rebuild.sweep, builder)
    members    each trained and evaluated, one to a device                 (member.py)
    table      scores of every member with bootstrap intervals             (table.py, plot.py)

ablations/by-tasks/
  ablation.json        what was asked
  sweep/               the members' builds, where they were not there already
  suite/               the build that is tested on
  members/tasks-2b/    model/, run/ and, when both are done, result.json
  table.md table.csv table.json plot.png

One that was killed at any moment goes on when it is asked for again: builds and members that are done stand, a training goes on at
its last checkpoint, an evaluation at its last answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medinstruct import artefact, builder
from medinstruct.ablation import leaks, member, plot, table
from medinstruct.ablation.errors import AblationError
from medinstruct.ablation.member import Job
from medinstruct.artefact import Build
from medinstruct.evaluator.suite import suite as scored
from medinstruct.rebuild import sweep
from medinstruct.rebuild.sweep import Member, Over
from medinstruct.version import VERSION

__all__ = ["Ablation", "AblationError", "Settings", "ablate"]

Tell = Callable[[str, int, int], None]
BASE = "untrained"
"""The model as it was, beside the members."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is varied, and how members are built, trained and tested."""

    over: Over | None = None
    """What the members of a recipe differ in; of a sweep that is there already nothing is to be said."""
    size: int | None = None
    """Rows of each member."""
    choices: int = 3
    data: Path | None = None
    workers: int | None = None
    samples: bool = False
    config: Mapping[str, Any] | str | None = None
    """Of the training: a name, a path, or keys and values."""
    limit: int | None = None
    """Rows of each dataset that are asked."""
    max_tokens: int = 512
    """Of an answer."""
    devices: tuple[str, ...] | None = None
    """Numbers of the GPUs to use, one member on each at a time; empty: none; None: all at hand."""


@dataclass(frozen=True)
class Ablation:
    """What came out."""

    folder: Path
    table: Mapping[str, Any]
    """What `table.json` says."""

    @property
    def failed(self) -> Mapping[str, str]:
        """By member, why there is no score."""
        return {row["member"]: row["failed"] for row in self.table["members"] if "failed" in row}


def ablate(
    what: Path | str, *, model: str, suite: str, out: Path | str, settings: Settings | None = None,
    tell: Tell = lambda what, done, of: None,
) -> Ablation:  # fmt: skip
    """Train a model on each member of a family, test all on a suite, and write table and plot.

    Args:
        what: The folder of a sweep; or a recipe, whose sweep over `settings.over` is built.
        model: What every member starts from: a folder, or a name on the Hub.
        suite: A recipe of a benchmark, or the folder of its build.
        out: The folder to write; one that was broken off is gone on with.
        settings: The rest.
        tell: Told of progress.

    Raises:
        AblationError: if a member trains on a corpus of the suite or is not guarded against its test part; before the first build.
        MedinstructError: if a build, a training or an evaluation cannot be.
    """
    settings, place = settings or Settings(), Path(out)
    family = _family(what, settings)
    leaks.refuse({one.name: one.text for one in family}, suite, settings.data, samples=settings.samples)
    asked = {
        "medinstruct": VERSION, "of": str(what), "model": model, "suite": suite, "over": settings.over, "size": settings.size,
        "choices": settings.choices, "samples": settings.samples, "config": settings.config, "limit": settings.limit,
        "max_tokens": settings.max_tokens,
    }  # fmt: skip
    _refuse_other(place, asked)
    swept, folder = _swept(what, family, place / "sweep", settings, tell)
    tested = _tested(suite, place / "suite", settings, tell)
    builds = {one["name"]: artefact.load(folder / one["build"]) for one in swept["members"] if "failed" not in one}
    for name, build in builds.items():
        leaks.refuse_unguarded(name, build, tested)
    jobs = [
        Job(name, str(place / "members" / name), model, str(build.folder) if build else "", str(tested.folder), settings.config,
            settings.limit, settings.max_tokens, settings.samples)
        for name, build in {BASE: None, **builds}.items()
    ]  # fmt: skip
    failed = member.run_all(jobs, settings.devices, tell)
    failed |= {one["name"]: one["failed"] for one in swept["members"] if "failed" in one}
    found = table.make(swept, place / "members", scored(tested, settings.limit), BASE, failed, asked)
    table.write(found, place)
    artefact.write_bytes(place / "plot.png", plot.draw(found))
    return Ablation(place, found)


def _family(what: Path | str, settings: Settings) -> list[Member]:
    """The members of a sweep that is there, or of a recipe."""
    stated = Path(what) / "sweep.json"
    if stated.is_file():
        if settings.over or settings.size:
            raise AblationError("is a sweep already; what its members differ in, and their size, are settled", where=str(what),
                                next="leave out --over and --size")  # fmt: skip
        return [
            Member(one["name"], tuple(one["of"]), (Path(what) / one["recipe"]).read_text(encoding="utf-8"))
            for one in artefact.read_json(stated)["members"]
        ]
    if settings.over is None:
        raise AblationError("is no sweep", where=str(what), next="give the folder of one, or a recipe and --over")
    return sweep.members(str(what), settings.over, settings.size, choices=settings.choices)


def _refuse_other(place: Path, asked: Mapping[str, Any]) -> None:
    """Raise an AblationError if something else was asked here; note what is."""
    file, asked = place / "ablation.json", json.loads(json.dumps(asked))  # as it is read again
    if file.is_file():
        before = artefact.read_json(file)
        if other := [key for key, value in asked.items() if before.get(key) != value]:
            was, key = before.get(other[0]), other[0]
            raise AblationError(f"holds another ablation: its {key} was {was!r}, and is {asked[key]!r} now", where=str(place),
                                next="give another --out")  # fmt: skip
    artefact.write_json(file, asked)


def _swept(
    what: Path | str, family: Sequence[Member], folder: Path, settings: Settings, tell: Tell
) -> tuple[dict[str, Any], Path]:
    """What `sweep.json` says, and where the builds are; built where they are not."""
    if settings.over is None:
        return artefact.read_json(Path(what) / "sweep.json"), Path(what)
    if (folder / "sweep.json").is_file():
        stated = artefact.read_json(folder / "sweep.json")
        if [one["name"] for one in stated["members"]] == [one.name for one in family]:
            return stated, folder
    how = builder.Settings(data=settings.data, size=settings.size, workers=settings.workers, samples=settings.samples)
    return sweep.sweep(str(what), settings.over, folder, how, choices=settings.choices, tell=tell), folder


def _tested(suite: str, folder: Path, settings: Settings, tell: Tell) -> Build:
    """The suite's build: the folder that was named, the one that stands here, or a new one."""
    named = next((each for each in (Path(suite), folder) if (each / "manifest.json").is_file()), None)
    if named is not None:
        return artefact.load(named)
    how = builder.Settings(data=settings.data, out=folder, workers=settings.workers, samples=settings.samples)
    return builder.build(suite, how, tell)
