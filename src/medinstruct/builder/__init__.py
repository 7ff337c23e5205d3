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
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from medinstruct import artefact, engine, recipe, shelf, template
from medinstruct.artefact import ROLES, ROWS_PER_SHARD, Build
from medinstruct.builder import card, ledger, part, render
from medinstruct.builder.part import PartReport, PartTask
from medinstruct.builder.place import alone, errors_told, put, refuse_foreign
from medinstruct.builder.plan import Ask, Plan, plan, resolve
from medinstruct.builder.pool import Pool, gather
from medinstruct.builder.render import ShardReport, ShardTask
from medinstruct.corpora.corpus import Measured
from medinstruct.errors import BuildError, RecipeError
from medinstruct.mixture import draw, duplicates, guard
from medinstruct.sample import FORMAT_VERSION
from medinstruct.sample import draw as number
from medinstruct.version import VERSION

Tell = Callable[[str, int, int], None]
"""Told (what is being done, how many of it are done, of how many)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to build, apart from what: nothing here changes a row, except `size`, `samples` and `as_published`."""

    data: Path | None = None
    out: Path | None = None
    size: int | str | None = None
    workers: int | None = None
    samples: bool = False
    require_all: bool = False
    as_published: bool = False
    force: bool = False


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
    entry = shelf.find("recipes", name)
    text, path = entry.text(), str(entry.path)
    found = recipe.parse(text, f"recipes/{entry.path.name}" if entry.shelf != "file" else path)
    wanted = found.size if settings.size is None else settings.size
    if wanted != "all" and (not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1):
        raise BuildError(f"the size is a number of rows or 'all', not {wanted!r}")
    if settings.workers is not None and settings.workers < 1:
        raise BuildError(f"{settings.workers} workers cannot build anything")
    if settings.out is not None:
        refuse_foreign(settings.out)
    planned = plan(entry.name, found, settings.data, samples=settings.samples, require_all=settings.require_all)
    base = settings.out.parent if settings.out else Path("builds")
    kind = hashlib.sha256(f"{settings.data}{settings.samples}".encode()).hexdigest()[:8]
    with errors_told(base), alone(base, settings.out.name if settings.out else entry.name, kind) as work:
        return _Run(planned, text, path, settings, wanted, work, tell).go()


class _Run:
    """One build: what it knows as it goes."""

    def __init__(
        self,
        planned: Plan,
        text: str,
        path: str,
        settings: Settings,
        wanted: int | str,
        work: Path,
        tell: Tell,
    ) -> None:
        self.plan, self.recipe, self.text, self.path = planned, planned.recipe, text, path
        self.settings, self.wanted, self.work, self.tell = settings, wanted, work, tell
        self.asks: dict[int, Ask] = {place: resolve(self.recipe, place) for place in range(len(self.recipe.mix))}
        few = planned.samples or len(planned.slices) < 2
        self.workers = settings.workers or (1 if few else os.cpu_count() or 1)
        self.told: dict[str, Any] = {}

    def go(self) -> Build:
        guarded = self._guard()
        reports = self._parts(guarded)
        self._tell_unexpected(reports)
        pool = gather(reports, ROLES)
        self._refuse_double_names(pool)
        drawn = self._mix(pool)
        shards, written = self._shards(reports, pool, drawn)
        book = ledger.write_up(reports, pool, self.asks, written)
        return self._finish(reports, shards, book)

    def _run(self, work: Callable[[Any], Any], tasks: list[Any], what: str) -> list[Any]:
        done = []
        self.tell(what, 0, len(tasks))
        shelves = (shelf.user_folders(),)
        for result in engine.run(work, tasks, workers=self.workers, initialise=part.prepare, initial=shelves):
            done.append(result)
            self.tell(what, len(done), len(tasks))
        return done

    def _guard(self) -> tuple[str, ...]:
        """Write the fingerprints of each guarded benchmark's test part, and return the files."""
        files = []
        for name in self.recipe.guard:
            bench = plan(
                name,
                recipe.load(name).model_copy(update={"roles": ("test",)}),
                self.settings.data,
                samples=self.plan.samples,
            )
            if not any(s.role == "test" for s in bench.slices) and not bench.missing:
                raise RecipeError(f"guard: {name} has no test part", where=self.path)
            if bench.samples != self.plan.samples:
                raise BuildError(
                    f"the corpora of {name}, which guards this recipe, are not here",
                    next="give the folder that holds them with --data",
                )
            slices = [
                (s.corpus, s.split, str(s.folder), tuple(shelf.user_folders()))
                for s in bench.slices
                if s.role == "test"
            ]
            prints = np.unique(
                np.array(
                    [p for found in self._run(part.protected, slices, f"reading {name}") for p in found],
                    dtype=np.uint64,
                )
            )
            file = self.work / f"{name}.npy"
            np.save(file, prints)
            files.append(str(file))
            self.told.setdefault("guard", {})[name] = {
                "covers": sorted({s.corpus for s in bench.slices}), "missing": sorted(bench.missing), "identities": len(prints)
            }  # fmt: skip
        return tuple(files)

    def _parts(self, guarded: tuple[str, ...]) -> list[PartReport]:
        marks = b"".join(Path(file).read_bytes() for file in guarded)
        code = _stamp(shelf.PACKAGE, "*.py") + "".join(_stamp(Path(folder), "*.py") for folder in shelf.user_folders())
        tasks = []
        for s in self.plan.slices:
            asked = [f"{self.asks[p].entry!r} {[wording.hash for wording in self.asks[p].templates]}" for p in s.places]
            stated = f"{VERSION}\n{code}\n{s!r}\n{asked}\n{_stamp(s.folder, '*')}\n{self.settings.as_published}"
            key = hashlib.sha256(stated.encode() + marks).hexdigest()[:20]
            spool = str(self.work / f"{s.corpus}.{s.split}.{key}.arrow")
            tasks.append(PartTask(self.text, self.path, s, guarded, spool, self.settings.as_published))
        reports: list[PartReport] = self._run(part.run, tasks, "reading corpora")
        return reports

    def _tell_unexpected(self, reports: list[PartReport]) -> None:
        """Note the splits that hold more or fewer records than their corpus expects: cut off, or another edition."""
        told = []
        for report in [] if self.plan.samples else reports:
            corpus = next(ask.corpus for ask in self.asks.values() if ask.corpus.id == report.corpus)
            counts = corpus.splits[report.split].counts
            stated = counts.get("documents", counts.get("items"))
            expected = stated.count if isinstance(stated, Measured) else stated
            found = report.records - len(report.broken)
            if expected is not None and found != expected and report.records != expected:
                told.append(f"{report.corpus}/{report.split}: {found:,} records, expected {expected:,}")
        if told:
            self.told["unexpected"] = told

    def _refuse_double_names(self, pool: Pool) -> None:
        twice = [key for key, times in Counter(pool.keys).items() if times > 1]
        if twice:
            n = pool.keys.index(twice[0])
            ask = self.asks[int(pool.places[n])]
            raise RecipeError(f"{len(twice)} rows are asked twice, one of them by mix -> {ask.place} ({ask.corpus.id} {ask.entry.task})",
                              where=self.path, next="two entries ask the same of the same corpus")  # fmt: skip

    def _mix(self, pool: Pool) -> dict[str, np.ndarray[Any, np.dtype[np.int64]]]:
        """Drop what guard and dedup refuse, draw each part, and return its rows in the order of the draw."""
        if self.recipe.disjoint:
            own = np.unique(pool.prints[pool.roles[pool.print_rows] != ROLES.index("train")])
            hit = guard.shared(pool.prints, pool.print_rows, own, len(pool.rows))
            pool.drop(hit & (pool.roles == ROLES.index("train")), "stands in this build's own validation or test part")
        seed = self.recipe.seed
        keys = np.array([number(seed, "draw", key) for key in pool.keys], dtype=np.uint64)
        if self.recipe.dedup:
            self._dedup(pool, keys)
        drawn = {}
        for role, name in enumerate(ROLES):
            rows = pool.alive(role)
            found = draw.order(self._layers(pool, rows, capped=role == 0), keys[rows], seed)
            pool.reasons[rows[found.capped]] = pool.code("over the limit of its entry or branch")
            ordered = rows[found.order]
            limit = (
                self.wanted if role == 0 and isinstance(self.wanted, int) and not self.plan.samples else len(ordered)
            )
            pool.reasons[ordered[limit:]] = pool.code("not drawn")
            drawn[name] = ordered[:limit]
        self._tell_shortfall(len(drawn["train"]))
        return drawn

    def _dedup(self, pool: Pool, keys: np.ndarray[Any, np.dtype[np.uint64]]) -> None:
        for role in range(len(ROLES)):
            rows = pool.alive(role)
            found = duplicates.exact(
                pool.texts[rows], pool.asks[rows], pool.answers[rows], pool.places[rows], keys[rows]
            )
            which = np.zeros(len(pool.rows), dtype=bool)
            which[rows[found.dropped & ~found.contradicting]] = True
            pool.drop(which, "same text and ask as another row")
            which[:] = False
            which[rows[found.contradicting]] = True
            pool.drop(which, "same text and ask as another row, with another answer")

    def _layers(self, pool: Pool, rows: np.ndarray[Any, np.dtype[np.int64]], *, capped: bool) -> list[draw.Layer]:
        places = range(len(self.recipe.mix))
        entries = {
            "task": [self.asks[p].task for p in places], "corpus": [self.asks[p].corpus.id for p in places],
            "type": [self.asks[p].type.name for p in places], "language": [self.asks[p].corpus.languages[0] for p in places],
            "entry": [str(p) for p in places],
        }  # fmt: skip
        layers = []
        for level in self.recipe.balance:
            if level.by == "answer":
                labels, branches = ["some", "none"], pool.empty[rows].astype(np.int64)
            else:
                labels = sorted(set(entries[level.by]))
                branches = np.array([labels.index(label) for label in entries[level.by]])[pool.places[rows]]
            weights, at_most = dict(level.weights), dict(level.at_most)
            if level.by == "entry":
                weights |= {str(p): entry.weight for p, entry in enumerate(self.recipe.mix)}
                at_most |= {
                    str(p): entry.at_most for p, entry in enumerate(self.recipe.mix) if entry.at_most is not None
                }
            for label in (*level.weights, *level.at_most):
                if label not in labels:
                    raise RecipeError(f"balance: {level.by} {label!r} is none of {', '.join(labels)}", where=self.path)
            layers.append(draw.Layer(branches, labels, weights, at_most if capped else {}))
        return layers

    def _tell_shortfall(self, train: int) -> None:
        if isinstance(self.wanted, int) and train < self.wanted and not self.plan.samples:
            self.told["shortfall"] = {"wanted": self.wanted, "reached": train}
            if not self.plan.missing:
                raise BuildError(
                    f"the recipe asks for {self.wanted:,} rows, its corpora give {train:,}", where=self.path,
                    next=f"all corpora are here; ask for at most {train:,} with --size",
                )  # fmt: skip

    def _shards(
        self, reports: list[PartReport], pool: Pool, drawn: dict[str, np.ndarray[Any, np.dtype[np.int64]]]
    ) -> tuple[list[tuple[str, ShardReport]], Counter[ledger.Line]]:
        """Render and write the drawn rows, in the order of a second hash, so that no stratum fills the last shards."""
        spools = tuple((report.spool, report.split) for report in reports)
        data = self.work / "artefact" / "data"
        shutil.rmtree(data.parent, ignore_errors=True)
        data.mkdir(parents=True)
        tasks, roles = [], []
        written: Counter[ledger.Line] = Counter()
        for role, rows in drawn.items():
            filed = sorted(range(len(rows)), key=lambda rank: number(self.recipe.seed, "file", pool.keys[rows[rank]]))
            count = -(-len(rows) // ROWS_PER_SHARD)
            for n in range(count):
                ranks = filed[n * ROWS_PER_SHARD : (n + 1) * ROWS_PER_SHARD]
                path = data / f"{role}-{n:05d}-of-{count:05d}.parquet"
                chosen = rows[ranks]
                tasks.append(
                    ShardTask(
                        self.text,
                        self.path,
                        str(path),
                        spools,
                        tuple(pool.parts[chosen].tolist()),
                        tuple(pool.rows[chosen].tolist()),
                        tuple(ranks),
                    )
                )
                roles.append(role)
            written.update(
                (role, self.asks[int(place)].corpus.id, self.asks[int(place)].entry.task) for place in pool.places[rows]
            )
        if not tasks:
            reasons = Counter(pool.names[code] for code in pool.reasons)
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
        manifest = self._manifest(reports, shards, content.hexdigest())
        artefact.write_json(folder / "manifest.json", manifest)
        artefact.write_json(folder / "ledger.json", book)
        artefact.write_text(folder / "README.md", card.write(manifest, book))
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
            "about": self.recipe.about, "kind": self.recipe.kind,
            "recipe_sha256": hashlib.sha256(self.text.encode()).hexdigest(), "recipe_text": self.text, "seed": self.recipe.seed,
            "size": self.wanted, "digest": digest, "samples": self.plan.samples, "as_published": self.settings.as_published,
            "missing": self.plan.missing, **self.told,
            "rows": {role: sum(len(s.row_hashes) // 16 for r, s in shards if r == role) for role in ROLES if any(r == role for r, _ in shards)},
            "characters": sum(shard.characters for _, shard in shards),
            "shards": [
                {"split": role, "file": f"data/{Path(s.path).name}", "rows": len(s.row_hashes) // 16, "sha256": s.sha256}
                for role, s in shards
            ],
            "templates": {name: {"hash": template.load(name).hash, "rows": rows} for name, rows in sorted(used.items())},
            "metrics": {f"{e.corpus}/{e.task}": e.metric for e in self.recipe.mix if e.metric},
            "corpora": {
                id: {
                    "title": corpus.title, "version": corpus.version, "license": corpus.license.id, "stated": corpus.license.stated,
                    "homepage": corpus.homepage, "citation": corpus.citation, "languages": corpus.languages,
                    "sources": {r.split: r.sources for r in reports if r.corpus == id},
                    "records": {r.split: r.records for r in reports if r.corpus == id},
                    "broken": [list(b) for r in reports if r.corpus == id for b in r.broken],
                    "repairs": {r.split: r.repairs for r in reports if r.corpus == id and r.repairs},
                }
                for id, corpus in sorted(asks.items()) if id in here
            },
            "refusals": self._refusals(reports),
        }  # fmt: skip

    def _refusals(self, reports: list[PartReport]) -> list[dict[str, Any]]:
        """For each entry and answer format: of how many rows it could not hold the gold, and why."""
        rows: Counter[int] = Counter()
        reasons: dict[tuple[int, str], Counter[str]] = {}
        for report in reports:
            rows.update({int(place): count for place, count in report.rows.items()})
            for key, counts in report.refusals.items():
                place, name = key.split(":", 1)
                reasons.setdefault((int(place), name), Counter()).update(counts)
        return [
            {"entry": place, "corpus": self.asks[place].corpus.id, "task": self.asks[place].entry.task, "format": name,
             "rows": rows[place], "refused": counts.total(), "reasons": dict(sorted(counts.items()))}
            for (place, name), counts in sorted(reasons.items())
        ]  # fmt: skip


def _stamp(folder: Path, pattern: str) -> str:
    """What changes when a file below a folder does: names, sizes and times."""
    files = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)


__all__ = ["Settings", "build"]
