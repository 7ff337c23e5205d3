"""From a recipe to an artefact.

    plan      which corpora are here, which entries ask them                     (plan.py)
    parts     each split read once, candidates spooled, in parallel              (part.py)
    mixture   guard, duplicates, draw, on light columns                          (pool.py, mixture/)
    shards    drawn rows rendered, read back and written, in parallel            (render.py)
    ledger    every document and annotation followed to its end                  (ledger.py)

Same recipe, data and version: same rows in the same order, whatever the number of workers. A build that was killed
goes on with the parts it had finished.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from medinstruct import artefact, card, cluster, engine, recipe, shelf
from medinstruct.artefact import ROLES, ROWS_PER_SHARD, Build
from medinstruct.builder import (
    alike,
    guarding,
    ledger,
    mix,
    part,
    removed,
    render,
    shared,
    shots,
    told,
    unchanged,
    watching,
)
from medinstruct.builder import forecast as forecasting
from medinstruct.builder.forecast import Forecast
from medinstruct.builder.guarding import Guard
from medinstruct.builder.part import PartReport, PartTask
from medinstruct.builder.place import alone, errors_told, put, refuse_foreign
from medinstruct.builder.plan import Ask, Plan, plan, resolve
from medinstruct.builder.pool import Pool, gather
from medinstruct.builder.render import NONE, ShardReport, ShardTask
from medinstruct.errors import BuildError, RecipeError, did_you_mean
from medinstruct.sample import FORMAT_VERSION, drawing_last
from medinstruct.version import VERSION

Tell = Callable[[str, int, int], None]
"""Told (what is being done, how many of it are done, of how many)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to build, apart from what: nothing here changes a row, except `size`, `shots`, `samples` and `as_published`."""

    data: Path | None = None
    out: Path | None = None
    size: int | str | Mapping[str, int] | None = None
    """Rows, "all", or `{"tokens": …}`; left out, what the recipe says."""
    shots: int | None = None
    """Solved questions before each row's own, whatever the recipe says."""
    workers: int | None = None
    samples: bool = False
    require_all: bool = False
    as_published: bool = False
    force: bool = False
    engine: str = "local"
    """`local` (processes on this machine) or `ray` (tasks on a cluster, see `cluster`)."""
    ray_address: str = ""
    """Of a cluster; left out, Ray is started on this machine for this build."""
    parts: Path | None = None
    """A folder of finished parts that builds share (see `shared`), on the same disk as `out`."""


def build(name: str, settings: Settings, tell: Tell = lambda what, done, of: None) -> Build:
    """Build a recipe and return the artefact.

    Args:
        name: Of a recipe, or the path of a `.yaml` file.
        settings: Where from, where to, how large.
        tell: Told of progress.

    Raises:
        MedinstructError: if a name is unknown, data is missing that was required, the folder cannot be written, or
            the result breaks a promise.
    """
    built = _made(name, settings, tell, dry_run=False)
    assert isinstance(built, Build)
    return built


def forecast(name: str, settings: Settings, tell: Tell = lambda what, done, of: None) -> Forecast:
    """Return what a build would come to; all is read, and nothing is left behind.

    Args and errors are those of `build`.
    """
    found = _made(name, settings, tell, dry_run=True)
    assert isinstance(found, Forecast)
    return found


def _made(name: str, settings: Settings, tell: Tell, *, dry_run: bool) -> Build | Forecast:
    """What `build` and `forecast` share: names looked up, settings checked, a place to work."""
    entry = shelf.find("recipes", name)
    text, path = entry.text(), str(entry.path)
    named = path if entry.shelf == "file" else f"recipes/{entry.path.name}"
    found = recipe.parse(text, named)
    wanted = found.size if settings.size is None else recipe.size_of(settings.size)
    if settings.shots is not None and not 0 <= settings.shots <= recipe.MOST_SHOTS:
        raise BuildError(f"a row has 0 to {recipe.MOST_SHOTS} shots, not {settings.shots!r}")
    if settings.workers is not None and settings.workers < 1:
        raise BuildError(f"{settings.workers} workers cannot build anything")
    if settings.engine not in ENGINES:
        raise BuildError(f"there is no engine {settings.engine!r}", next=did_you_mean(settings.engine, ENGINES))
    if settings.out is not None:
        refuse_foreign(settings.out)
    if settings.engine == "ray":  # workers elsewhere know nothing of the folder in which this one was started
        path = str(entry.path.resolve())
        settings = replace(
            settings, out=settings.out and settings.out.resolve(), data=settings.data and settings.data.resolve()
        )
    base = (
        settings.out.parent
        if settings.out
        else Path("builds").resolve()
        if settings.engine == "ray"
        else Path("builds")
    )
    name = settings.out.name if settings.out else entry.name
    kind = hashlib.sha256(f"{settings.data}{settings.samples}".encode()).hexdigest()[:8]
    with errors_told(base):
        stamp = unchanged.stamp(text, found, repr(replace(settings, workers=None, force=False)), settings.data)
        if not (settings.force or dry_run) and (standing := unchanged.find(base, name, kind, stamp)):
            return standing
        if settings.engine == "local" and settings.workers != 1 and not settings.samples:
            engine.prepare(part.__name__)
        planned = plan(
            entry.name, found, settings.data,
            samples=settings.samples, require_all=settings.require_all, path=named, worded=False,
        )  # fmt: skip
        with alone(base, name, kind) as work:
            run = _Run(planned, text, path, named, settings, wanted, work, tell)
            with cluster.running(settings.ray_address, run.workers) if settings.engine == "ray" else run.processes:
                if dry_run:
                    return run.forecast()
                built = run.go()
        unchanged.keep(base, name, kind, stamp, built)
        return built


ENGINES = ("local", "ray")


class _Run:
    """One build: what it knows as it goes."""

    def __init__(
        self,
        planned: Plan,
        text: str,
        path: str,
        named: str,
        settings: Settings,
        wanted: recipe.Size,
        work: Path,
        tell: Tell,
    ) -> None:
        self.plan, self.recipe, self.text, self.path, self.named = planned, planned.recipe, text, path, named
        self.settings, self.wanted, self.work, self.tell = settings, wanted, work, tell
        self.survivors: np.ndarray[Any, np.dtype[np.int64]] = np.zeros(0, np.int64)
        few = planned.samples or len(planned.slices) < 2
        self.workers = settings.workers or (1 if few else os.cpu_count() or 1)
        self.processes = engine.Workers(self.workers, part.prepare, (shelf.user_folders(),))
        self.told: dict[str, Any] = {}

    @cached_property
    def asks(self) -> dict[int, Ask]:
        """The entries of the recipe by their places, with all their names looked up."""
        found = {place: resolve(self.recipe, place, self.named) for place in range(len(self.recipe.mix))}
        if self.settings.shots is None:
            return found
        return {place: replace(ask, shots=self.settings.shots) for place, ask in found.items()}

    def _drawn(self) -> tuple[Guard, list[PartReport], Pool, dict[str, np.ndarray[Any, np.dtype[np.int64]]]]:
        """Read all parts, and draw the rows of each split."""
        guarded = self._index(self.recipe.guard)
        reports = self._parts(guarded)
        if not self.plan.samples and (other := told.unexpected(reports, self.asks)):
            self.told["unexpected"] = other
        pool = gather(reports, ROLES, labels=any(level.by == "label" for level in self.recipe.balance))
        self._refuse_double_names(pool)
        guarding.weigh(pool, guarded)
        if self.recipe.guard:
            self.told["guard"] = guarding.table(pool, guarded)
        return guarded, reports, pool, self._mix(reports, pool)

    def forecast(self) -> Forecast:
        """Draw all rows and write a few of them, which go again."""
        begun = perf_counter()
        _, reports, pool, drawn = self._drawn()
        until = perf_counter()
        shards, _ = self._shards(reports, pool, forecasting.few(pool, drawn))
        seconds = (until - begun, perf_counter() - until)
        paths = [(role, Path(shard.path)) for role, shard in shards]
        found = forecasting.forecast(self.plan, self.asks, pool, drawn, paths, seconds, self.told)
        shutil.rmtree(self.work)
        return found

    def go(self) -> Build:
        guarded, reports, pool, drawn = self._drawn()
        shards, written = self._shards(reports, pool, drawn)
        if self.recipe.watch:
            paths = [(role, shard.path) for role, shard in shards]
            watched = self._index(self.recipe.watch)
            self.told["watch"] = watching.watch(watched, paths, self.work / "artefact", self._run)
        removed.write(self.work / "artefact", pool, reports, self.asks, guarded.index)
        book = ledger.write_up(reports, pool, self.asks, written)
        return self._finish(reports, shards, book)

    def _run(
        self, work: Callable[[Any], Any], tasks: list[Any], what: str, sizes: Sequence[int] | None = None
    ) -> list[Any]:
        done = []
        self.tell(what, 0, len(tasks))
        if self.settings.engine == "ray":
            results = cluster.run(work, tasks, initialise=part.prepare, initial=(shelf.user_folders(),))
        else:
            results = self.processes.run(work, tasks, sizes, self._look_ahead)
        for result in results:
            done.append(result)
            self.tell(what, len(done), len(tasks))
        return done

    def _look_ahead(self) -> None:
        """Do what will be needed and does not wait for what processes do."""
        _ = self.asks
        importlib.import_module("pandas")  # `pyarrow` imports it when it first makes an array

    def _index(self, names: Sequence[str]) -> Guard:
        """Write the index of the test parts that are guarded or watched."""
        return guarding.guard(
            names, self.settings.data, self.work, self._run,
            samples=self.plan.samples, require_all=self.settings.require_all, where=self.path,
        )  # fmt: skip

    def _parts(self, guarded: Guard) -> list[PartReport]:
        code = "".join(
            unchanged.of_files(folder, "*.py") for folder in (shelf.PACKAGE, *map(Path, shelf.user_folders()))
        )
        tasks, keys = [], []
        for s in self.plan.slices:
            asked = [self._asked(p) for p in s.places]
            stated = f"{VERSION}\n{code}\n{replace(s, places=())!r}\n{asked}\n{unchanged.of_files(s.folder)}\n{self.settings.as_published}"
            keys.append(hashlib.sha256(f"{stated}{guarded.stamp}".encode()).hexdigest()[:20])
            spool = str(self.work / f"{s.corpus}.{s.split}.{keys[-1]}.{'-'.join(map(str, s.places))}.arrow")
            tasks.append(PartTask(self.text, self.path, s, guarded.folder, spool, self.settings.as_published))
        if self.settings.parts:
            for task, key in zip(tasks, keys):
                shared.lend(self.settings.parts, task, key)
        sizes = [_bytes(s.folder) * len(s.places) for s in self.plan.slices]  # what takes long begins first
        reports: list[PartReport] = self._run(part.run, tasks, "reading corpora", sizes)
        if self.settings.parts:
            for task, key, report in zip(tasks, keys, reports):
                shared.keep(self.settings.parts, task, key, report)
        return reports

    def _asked(self, place: int) -> str:
        """All that decides what an entry makes of a record."""
        ask = self.asks[place]
        wordings = [wording.hash for wording in ask.templates]
        return (
            f"{ask.entry!r} {ask.max_tokens} {ask.tokenizer.name} {ask.tokenizer.sha256} {self.recipe.near} {wordings}"
        )

    def _refuse_double_names(self, pool: Pool) -> None:
        twice = pool.double_names()
        if len(twice):
            ask = self.asks[int(pool.places[twice.min()])]
            raise RecipeError(f"{len(twice)} rows are asked twice, one of them by mix -> {ask.place} ({ask.corpus.id} {ask.entry.task})",
                              where=self.path, next="two entries ask the same of the same corpus")  # fmt: skip

    def _mix(self, reports: list[PartReport], pool: Pool) -> dict[str, np.ndarray[Any, np.dtype[np.int64]]]:
        """Drop what guard and dedup refuse, draw each part, and return its rows in the order of the draw."""
        if self.recipe.disjoint:
            alike.keep_apart(pool)
        seed = self.recipe.seed
        keys = pool.hashed(drawing_last(seed, "draw"))
        if self.recipe.dedup:
            alike.drop_duplicates(pool, keys)
            pool.forget("texts", "answers")
        if self.recipe.near:
            alike.drop_near_duplicates(pool, keys, self.recipe.near, reports, self.asks)
        pool.forget("texts", "answers", "asks")
        if any(ask.shots for ask in self.asks.values()):
            self.survivors = pool.alive(ROLES.index("train"))
        mixed = mix.mix(pool, keys, self.plan, self.asks, self.wanted, self.path)
        pool.forget("labels", "label_rows")
        self.told |= mixed.told
        return mixed.rows

    def _shards(
        self, reports: list[PartReport], pool: Pool, drawn: dict[str, np.ndarray[Any, np.dtype[np.int64]]]
    ) -> tuple[list[tuple[str, ShardReport]], Counter[ledger.Line]]:
        """Render and write the drawn rows, in the order of a second hash, so that no stratum fills the last shards."""
        spools = tuple((report.spool, report.split) for report in reports)
        data = self.work / "artefact" / "data"
        shutil.rmtree(data.parent, ignore_errors=True)
        data.mkdir(parents=True)
        few = shots.lay_out(pool, self.survivors, self.asks, reports, self.work)
        tasks, roles = [], []
        written: Counter[ledger.Line] = Counter()
        for role, rows in drawn.items():
            filed = np.argsort(pool.hashed(drawing_last(self.recipe.seed, "file"), rows), kind="stable")
            count = -(-len(rows) // ROWS_PER_SHARD)
            for n in range(count):
                ranks = filed[n * ROWS_PER_SHARD : (n + 1) * ROWS_PER_SHARD]
                chosen = rows[ranks]
                tasks.append(
                    ShardTask(
                        self.text,
                        self.path,
                        str(data / f"{role}-{n:05d}-of-{count:05d}.parquet"),
                        spools,
                        pool.parts[chosen],
                        pool.rows[chosen],
                        ranks,
                        few.file,
                        few.groups[chosen] if few.file else NONE,
                        self.settings.shots,
                        turns=pool.turns[chosen],
                    )
                )
                roles.append(role)
            for place, count in enumerate(np.bincount(pool.places[rows]).tolist()):
                if count:
                    written[role, self.asks[place].corpus.id, self.asks[place].entry.task] += count
        if not tasks:
            reasons = ledger.counted(pool.reasons, pool)
            what = [f"{count:,} {reason}" for reason, count in reasons.most_common(3)]
            broken = [f"{place}: {reason}" for report in reports for place, _, reason in report.broken]
            what += [f"{len(broken):,} records are broken, the first: {broken[0]}"] if broken else []
            raise BuildError("no row is left: " + ("; ".join(what) or "the sources are empty"), where=self.path)
        return list(zip(roles, self._run(render.run, tasks, "writing rows"))), written

    def _finish(self, reports: list[PartReport], shards: list[tuple[str, ShardReport]], book: dict[str, Any]) -> Build:
        folder = self.work / "artefact"
        content = hashlib.sha256()
        for role, shard in shards:
            content.update(f"{role}\n".encode() + shard.row_hashes)
        artefact.write_json(folder / "ledger.json", book)
        manifest = self._manifest(reports, shards, content.hexdigest())
        manifest["ledger_sha256"] = hashlib.sha256((folder / "ledger.json").read_bytes()).hexdigest()
        artefact.write_json(folder / "manifest.json", manifest)
        artefact.write_text(folder / "README.md", card.write(artefact.load(folder)))
        out = self.settings.out or Path("builds") / f"{self.plan.name}-{manifest['digest'][:8]}"
        put(folder, out, manifest["digest"], self.settings.force)
        shutil.rmtree(self.work)
        return artefact.load(out)

    def _manifest(
        self, reports: list[PartReport], shards: list[tuple[str, ShardReport]], digest: str
    ) -> dict[str, Any]:
        used: Counter[str] = Counter()
        for _, shard in shards:
            used.update(shard.templates)
        asks = {ask.corpus.id: ask.corpus for ask in self.asks.values()}
        here = {report.corpus for report in reports}
        return {
            "format_version": FORMAT_VERSION, "medinstruct": VERSION, "recipe": self.plan.name, "title": self.recipe.title,
            "about": self.recipe.about, "kind": self.recipe.kind, "license": self.recipe.license,
            "recipe_sha256": hashlib.sha256(self.text.encode()).hexdigest(), "recipe_text": self.text, "seed": self.recipe.seed,
            "size": recipe.stated(self.wanted), "digest": digest, "samples": self.plan.samples, "as_published": self.settings.as_published,
            "missing": self.plan.missing, **self.told,
            "rows": {role: sum(len(s.row_hashes) // 16 for r, s in shards if r == role) for role in ROLES if any(r == role for r, _ in shards)},
            "characters": sum(shard.characters for _, shard in shards),
            "shards": [
                {"split": role, "file": f"data/{Path(s.path).name}", "rows": len(s.row_hashes) // 16, "sha256": s.sha256}
                for role, s in shards
            ],
            "templates": told.wordings(self.asks, here, used),
            "metrics": {f"{e.corpus}/{e.task}": e.metric for e in self.recipe.mix if e.metric},
            "entries": [{"corpus": e.corpus, "task": e.task, "labels": list(e.labels), "metric": e.metric} for e in self.recipe.mix],
            "corpora": {id: told.facts(corpus, reports) for id, corpus in sorted(asks.items()) if id in here},
            "refusals": told.refusals(self.asks, reports),
            "tokenizer": {"name": self.recipe.tokenizer, "sha256": self.asks[0].tokenizer.sha256},
            "shots": shots.table([shard.shots for _, shard in shards], self.asks, self.settings.shots),
        }  # fmt: skip


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


__all__ = ["Settings", "build"]
