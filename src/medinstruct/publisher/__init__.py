"""From a build to a version on the Hub.

    gate       may these rows leave, and under which license       (gate.py)
    stubs      what stands for a row that may not leave            (stubs.py)
    tripwire   what looks like a person is shown first             (tripwire.py)
    card       what code says, beside what people wrote            (card.py)
    hub        one commit, one tag                                 (hub.py)

Everything that can be refused is refused before the first byte is sent. The same content again is no new commit; a version that
exists with another content is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from medinstruct import artefact, corpora, difference, license
from medinstruct import card as dataset_card
from medinstruct.artefact import Build
from medinstruct.card import plots
from medinstruct.errors import MedinstructError
from medinstruct.publisher import card, croissant, gate, tripwire
from medinstruct.publisher import stubs as stubbing
from medinstruct.publisher.gate import GateError, Permits
from medinstruct.publisher.hub import ATTEMPTS, HubError, Repository, State
from medinstruct.publisher.tripwire import Tripped
from medinstruct.rebuild import sealed

__all__ = ["Permits", "Published", "fetch", "publish"]

VERSION = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)
TASK = re.compile(r"\w[\w.-]*", re.ASCII)
OURS = re.compile(
    r"(data|tasks|stubs)/.*\.parquet|plots/.*\.png|manifest\.json|ledger\.json|croissant\.json|ATTRIBUTION\.md"
)
"""Files that a version writes and a later one may take away; whatever else is in the repository is somebody's own."""


@dataclass(frozen=True)
class Published:
    """What was, or would be, done."""

    repository: str
    version: str
    license: str | None
    commit: str
    """The commit that the version names; empty in a rehearsal."""
    state: str
    """`new`, `same content` (no commit, a new name at most), or `rehearsal`."""
    changes: list[str]
    """What the changelog says of the version."""
    files: list[str]
    """What is sent."""
    tripped: Tripped = field(default_factory=Tripped)
    suggested: str = ""
    """The version that the rows' differences from the last one ask for; empty for the first."""
    stubs: int = 0
    """Rows under agreement that a stub stands for."""
    unseen: str = ""
    """Why a rehearsal did not look at the repository: what is sent is then all that there is, and the version may be taken."""


def publish(
    build: Build, name: str, version: str, permits: Permits, *, private: bool = False, rehearse: bool = False,
    stubs: bool = False, data: Path | None = None, workers: int = 1,
) -> Published:  # fmt: skip
    """Publish a build as a version of a repository on the Hub.

    Args:
        build: An artefact.
        name: `organisation/name` of a repository of kind `dataset`; made if it is not there.
        version: Three numbers.
        permits: What somebody who answers for it has allowed.
        private: Whether a new repository is seen by its owners alone.
        rehearse: Do all but send; needs neither the Hub nor a token.
        stubs: Send stubs for rows under agreement; without it, such a row keeps the whole build here.
        data: Where their sources are, as for `build`.
        workers: Processes that read them.

    Raises:
        GateError: if rows may not leave.
        HubError: if the version exists with another content, somebody committed in between, or the Hub refuses.
    """
    if not VERSION.fullmatch(version):
        raise MedinstructError(f"{version!r} is no version", next="a version is three numbers, such as 1.0.0")
    if "stubs" in build.manifest:
        raise GateError("this is a publication, with stubs for some of its rows", where=str(build.folder),
                        next="medinstruct hydrate gives the build; publish that")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="medinstruct-") as scratch:
        leaving, closed = build, gate.closed(build) if stubs else frozenset[str]()
        if closed:
            gate.check_whole(build, permits)
            leaving = stubbing.publication(build, closed, Path(scratch) / "leaving", data, workers=workers)
        verdict = gate.check(leaving, permits).carrying(leaving.manifest.get("license", ""))
        tripped = tripwire.look(leaving, _clinical(leaving))
        repository = Repository(name)
        state, unseen = _look(name, rehearse=rehearse)
        changes, suggested = ([_counted(leaving)], "") if unseen else _changes(leaving, repository, state)
        files = _files(leaving, Path(scratch), verdict, version, changes, repository, state)
        if closed:
            stubbing.search(files, build, closed)
        stale = [path for path in (state.files if state else ()) if path not in files and OURS.fullmatch(path)]
        sent = _differing(files, state)
        planned = Published(
            name, version, verdict.license, "", "rehearsal", changes, sorted(sent), tripped, suggested,
            sum(leaving.manifest.get("stubs", {}).get("rows", {}).values()), unseen,
        )  # fmt: skip
        if rehearse:
            return planned
        if state and version in state.tags:
            _refuse_other(repository, state, version, leaving)
            return replace(planned, files=[], commit=state.tags[version], state="same content")
        if state is None:
            repository.create(private=private)
            state = repository.state()
            if state is None:
                raise HubError(f"{name} was made and is not there")
            sent = _differing(files, state)
        commit = state.commit
        if sent or stale:
            commit = repository.commit(
                {path: files[path] for path in sent}, stale, title=f"Version {version}", parent=state.commit
            )
        repository.tag(version, commit)
    return replace(planned, commit=commit, state="new" if commit != state.commit else "same content")


def fetch(name: str) -> Path:
    """Download a published version and return its folder: `organisation/name@1.2.0`, or `organisation/name` for the newest.

    Raises:
        HubError: if there is no such repository or version, or the Hub cannot be reached.
    """
    repository, _, version = name.partition("@")
    return Repository(repository).download(
        version or "main", ["manifest.json", "ledger.json", "README.md", "data/*", "stubs/*"]
    )


def _clinical(build: Build) -> frozenset[str]:
    """The corpora of a build whose rows go past the tripwire: those about patients, as their modules say, and those without a module here."""
    known = set(corpora.names())
    return frozenset(id for id in build.manifest["corpora"] if id not in known or corpora.load(id).clinical)


def _refuse_other(repository: Repository, state: State, version: str, build: Build) -> None:
    """A version that exists is the same build, or the number is taken."""
    there = artefact.load(repository.download(state.tags[version], ["manifest.json"]))
    if there.digest != build.digest or there.manifest.get("stubs") != build.manifest.get("stubs"):
        raise HubError(f"{repository.name} has a version {version} with other rows", next="choose a higher number")


def _look(name: str, *, rehearse: bool) -> tuple[State | None, str]:
    """The state of a repository, and why it is not known; a rehearsal asks once and goes on without."""
    try:
        return Repository(name, attempts=1 if rehearse else ATTEMPTS).state(), ""
    except HubError as error:
        if not rehearse:
            raise
        return None, error.what


def _counted(build: Build) -> str:
    rows = ", ".join(f"{count:,} {split}" for split, count in build.manifest["rows"].items())
    more = sum(build.manifest.get("stubs", {}).get("rows", {}).values())
    return f"{rows} rows" + (f", and stubs for {more:,} under agreement." if more else ".")


def _changes(build: Build, repository: Repository, state: State | None) -> tuple[list[str], str]:
    """What is new since the last version, and the number that it asks for."""
    versions = sorted(
        (tuple(map(int, tag.split("."))), tag) for tag in (state.tags if state else ()) if VERSION.fullmatch(tag)
    )
    if not state or not versions:
        return [f"First version: {_counted(build)}"], ""
    last = versions[-1][1]
    before = artefact.load(repository.download(state.tags[last], ["manifest.json", "ledger.json", "data/*", "stubs/*"]))
    found = difference.compare(before, build)
    counts = [f"{count:,} rows {kind}" for kind, count in found.counts.items() if count]
    counts += _stub_changes(before, build)
    said = [f"{s.what} {s.name}: {s.before or 'none'} became {s.after or 'none'}"[:200] for s in found.manifest]
    rows = ", ".join(f"{count:,} {split}" for split, count in build.manifest["rows"].items())
    return [f"Since {last} ({rows} rows): " + (", ".join(counts) or "no row changed") + ".", *said], found.next_version(
        last
    )


def _stub_changes(before: Build, after: Build) -> list[str]:
    """How many stubs are other ones: equal rows have equal check values, and what changed in the others nobody sees."""
    one, two = (
        {stub["check"] for stub in sealed.read(b)} if "stubs" in b.manifest else set[str]() for b in (before, after)
    )
    counts = {"taken out or changed": len(one - two), "added or changed": len(two - one)}
    return [f"{count:,} rows under agreement {kind}" for kind, count in counts.items() if count]


def _files(
    build: Build, scratch: Path, verdict: license.Verdict, version: str, changes: list[str], repository: Repository, state: State | None
) -> dict[str, Path | bytes]:  # fmt: skip
    """Everything that the version consists of, by path in the repository."""
    there = {path: repository.read(path, state.commit).decode("utf-8", "replace") if state and path in state.files else ""
             for path in ("README.md", "CHANGELOG.md")}  # fmt: skip
    files: dict[str, Path | bytes] = {shard["file"]: build.folder / shard["file"] for shard in build.manifest["shards"]}
    files |= {name: build.folder / name for name in ("manifest.json", "ledger.json")}
    if "stubs" in build.manifest:
        files[sealed.FILE] = build.folder / sealed.FILE
    files |= by_task(build, scratch)
    drawn, generated = _card(build, dataset_card.Release(repository.name, version, repository.address, verdict), files)
    files |= drawn
    files["README.md"] = card.merge(generated, there["README.md"]).encode()
    files["CHANGELOG.md"] = card.add_change(there["CHANGELOG.md"], version, changes).encode()
    address = f"{repository.address}/resolve/{version}"
    terms = (
        license.TERMS[verdict.license].text
        if verdict.license in license.TERMS
        else "each row under the license it names"
    )
    with artefact.reading(build.folder / "manifest.json"):
        described = croissant.write(build.manifest, build.ledger, license=terms, address=address, version=version)
        files["ATTRIBUTION.md"] = license.attribution(build.manifest["corpora"]).encode()
    files["croissant.json"] = (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def _card(
    build: Build, release: dataset_card.Release, files: Mapping[str, Path | bytes]
) -> tuple[dict[str, bytes], str]:
    """The pictures, and the card that shows them; its head names the configurations that the files make."""
    made_of = dataset_card.measure(build)
    drawn = plots.draw(build, made_of)
    more = stubbing.said(sealed.read(build), build.manifest["stubs"]["corpora"]) if "stubs" in build.manifest else ""
    head, body = card.parts(dataset_card.write(build, release, composition=made_of, plots=drawn, more=more))
    return drawn, card.write({**head, "configs": [*head["configs"], *_configs(files)]}, body)


def by_task(build: Build, folder: Path) -> dict[str, Path | bytes]:
    """Write the rows of each task by themselves, and return the files: what `datasets` calls a configuration needs its own.

    Raises:
        GateError: if a task has a name that no folder can have.
    """
    files: dict[str, Path | bytes] = {}
    for split in build:
        tasks = sorted(
            {task for _, batch in build[split].batches(["task"]) for task in pc.unique(batch["task"]).to_pylist()}
        )
        if len(tasks) < 2:
            continue
        if odd := [task for task in tasks if not TASK.fullmatch(task)]:
            raise GateError(
                f"{odd[0]!r} is no name of a task", where=str(build.folder), next="letters, digits and hyphens"
            )
        paths = {task: folder / f"tasks/{task}/{split}.parquet" for task in tasks}
        with ExitStack() as opened:
            writers = {task: opened.enter_context(_writer(path)) for task, path in paths.items()}
            for _, batch in build[split].batches(artefact.SCHEMA.names, size=1024):
                for task, writer in writers.items():
                    writer.write_table(pa.Table.from_batches([batch.filter(pc.equal(batch["task"], task))]))
        files |= {path.relative_to(folder).as_posix(): path for path in paths.values()}
    return files


def _writer(path: Path) -> pq.ParquetWriter:
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, artefact.SCHEMA, compression="zstd", store_schema=False)


def _configs(files: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, str]]] = {}
    for path in sorted(files):
        if path.startswith("tasks/"):
            _, task, file = path.split("/")
            found.setdefault(task, []).append({"split": file.removesuffix(".parquet"), "path": path})
    return [{"config_name": task, "data_files": data} for task, data in found.items()]


def _differing(files: Mapping[str, Path | bytes], state: State | None) -> list[str]:
    """The files that the repository does not hold as they are: known by SHA-256 over LFS, else by Git's blob id."""
    return [
        path
        for path, content in files.items()
        if not state or path not in state.files or not _is(content, *state.files[path])
    ]


def _is(content: Path | bytes, size: int, known: str) -> bool:
    here = len(content) if isinstance(content, bytes) else content.stat().st_size
    return here == size and known in (
        _hash(content, hashlib.sha256()),
        _hash(content, hashlib.sha1(b"blob %d\0" % size)),
    )


def _hash(content: Path | bytes, hash: Any) -> str:
    """The hash of a content behind what it has seen already; a file is read piece by piece."""
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
        while piece := file.read(1 << 20):
            hash.update(piece)
    return str(hash.hexdigest())
