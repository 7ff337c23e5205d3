"""A build with rows under agreement, as it may leave: open rows as they are, a stub for each other (`rebuild/sealed.py`).

What goes along with them is listed here by name, and what is not listed stays: of a corpus under agreement its facts as
this package states them, and one hash for each split. The ranks of open rows are counted anew, since gaps would say
where the other rows stand; whoever brings those back gets the old ranks as well (`rebuild/hydrate.py`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import re
import tempfile
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from medinstruct import artefact, card, corpora, markdown, recipe, shelf
from medinstruct.artefact import KINDS, ROWS_PER_SHARD, Build
from medinstruct.corpora import vocabulary
from medinstruct.publisher.gate import GateError
from medinstruct.rebuild import sealed
from medinstruct.rebuild.rerender import Row, Tell
from medinstruct.rebuild.sealed import AT_ONCE, Numbers, Sources, Stub

AS_IT_IS = (
    "format_version", "medinstruct", "recipe", "title", "about", "kind", "license", "recipe_sha256", "recipe_text", "seed", "size", "samples",
    "as_published", "tokenizer", "entries", "waived", "shortfall", "guard", "watch",
)  # fmt: skip
"""Of the manifest: what its author wrote, and counts over all corpora."""
META = {
    "unit", "record", "file", "line", "window", "annotations", "tokens", "entry", "rank", "options", "answer", "repeat", "repeats", "shots",
}  # fmt: skip
"""What `meta` of a row may say."""
FACTS = ("title", "version", "homepage", "citation", "languages", "clinical")
"""Of a corpus under agreement, as its module states them."""


def publication(
    build: Build, closed: frozenset[str], folder: Path, data: Path | None = None, *, workers: int = 1,
    tell: Tell = lambda what, done, of: None,
) -> Build:  # fmt: skip
    """Write what may leave of a build into a folder, and return it as a build of its open rows.

    Args:
        build: The build.
        closed: The corpora under agreement.
        folder: An empty one.
        data: Where the sources are, as for `build`: without them there is no key.
        workers: Processes.
        tell: Told of progress.

    Raises:
        GateError: if the sources are not here, or a row does not come back from them to the byte.
    """
    wanted, ranks = _survey(build, closed)
    with tempfile.TemporaryDirectory(prefix="medinstruct-") as home:
        sources = Sources(build, Path(home), data)
        sources.read(wanted, workers=workers, tell=tell)
        if sources.absent:
            (id, split), absent = min(sources.absent.items())
            raise GateError(f"stubs are sealed with the source files, and {id}/{split} {absent.why}", where=str(build.folder),
                            next=corpora.load(id).how_to_get)  # fmt: skip
        stubs = _sealed(build, closed, sources)
    sha256 = sealed.write(folder / sealed.FILE, stubs)
    written = _Open(build, closed, ranks, folder)
    ledger = _ledger(build.ledger, closed)
    artefact.write_json(folder / "ledger.json", ledger)
    manifest = {
        **{key: build.manifest[key] for key in AS_IT_IS if key in build.manifest},
        **written.told,
        **_parts(build, closed),
        "ledger_sha256": hashlib.sha256((folder / "ledger.json").read_bytes()).hexdigest(),
        "stubs": {
            "sha256": sha256,
            "rows": dict(Counter(stub["part"] for stub in stubs)),
            "content": sealed.content({name: split.key for name, split in sources.splits.items()}, build.digest),
            "corpora": {id: _facts(id, wanted, sources) for id in sorted(closed)},
        },
    }
    artefact.write_json(folder / "manifest.json", manifest)
    made = artefact.load(folder)
    artefact.write_text(folder / "README.md", card.write(made, more=said(stubs, manifest["stubs"]["corpora"])))
    return made


def _survey(build: Build, closed: frozenset[str]) -> tuple[dict[tuple[str, str], set[int]], dict[str, list[int]]]:
    """The splits that closed rows and their shots come from, with the entries that ask them; the ranks of open rows."""
    wanted: dict[tuple[str, str], set[int]] = {}
    ranks: dict[str, list[int]] = {part: [] for part in build}
    for part in build:
        for _, batch in build[part].batches(["corpus", "split", "meta"]):
            for row in batch.to_pylist():
                meta = _meta(build, row["meta"])
                if row["corpus"] not in closed:
                    ranks[part].append(meta["rank"])
                    continue
                for split in (row["split"], *(shot["split"] for shot in meta.get("shots", ()))):
                    wanted.setdefault((row["corpus"], split), set()).add(meta["entry"])
    return wanted, {part: sorted(found) for part, found in ranks.items()}


def _meta(build: Build, text: str) -> dict[str, Any]:
    with artefact.reading(build.folder):
        meta: dict[str, Any] = json.loads(text)
        if set(meta) - META or _compact(meta) != text:
            raise GateError(
                "a row's `meta` says more than a build writes there", where=str(build.folder), next="build again"
            )
    return meta


def _compact(meta: dict[str, Any]) -> str:
    return json.dumps(meta, ensure_ascii=False, separators=(",", ":"))


def _sealed(build: Build, closed: frozenset[str], sources: Sources) -> list[Stub]:
    """The stubs of a build; each was turned back into its row."""
    mix = recipe.parse(build.manifest["recipe_text"], str(build.folder)).mix
    most = max((len(json.loads(row["meta"]).get("shots", ())) for _, row in closed_rows(build, closed)), default=0)
    stubs: list[Stub] = []
    for corpus in sorted(closed):
        units = _units(corpus, sources)
        splits = list(corpora.load(corpus).splits)
        for part, rows in _batches(build, frozenset({corpus})):
            found = [_numbers(row, units, splits) for row in rows]
            wanted = [each for each in found if each is not None]
            made = list(sources.rows(corpus, wanted))
            if made != rows:
                raise GateError(f"rows of {corpus} do not come back from their source to the byte", where=str(build.folder),
                                next="medinstruct verify tells which, and why")  # fmt: skip
            for row, (split, entry, numbers) in zip(rows, wanted):
                key = sources.splits[corpus, split].key
                check = key.check(row)
                stubs.append({
                    "corpus": corpus, "split": split, "source": key.source, "part": part, "entry": entry, "task": mix[entry].task,
                    "sealed": key.seal(numbers.pack(most), check), "check": check,
                })  # fmt: skip
    return stubs


Units = dict[tuple[str, int, str], int]


def _units(corpus: str, sources: Sources) -> Units:
    """The ordinal of each unit, by official split, entry and id."""
    return {
        (split, entry, id): n
        for (of, split), read in sources.splits.items()
        if of == corpus
        for entry, ids in read.ids().items()
        for n, id in enumerate(ids)
    }


def _numbers(row: Row, units: Units, splits: list[str]) -> tuple[str, int, Numbers] | None:
    meta = json.loads(row["meta"])
    entry, split = meta["entry"], row["split"]
    unit = units.get((split, entry, meta.get("repeats", row["id"])))
    shots = [(shot["split"], units.get((shot["split"], entry, shot["id"]))) for shot in meta.get("shots", ())]
    known = tuple((splits.index(of), at) for of, at in shots if at is not None)
    if unit is None or len(known) < len(shots):
        return None
    return split, entry, Numbers(unit, meta["rank"], meta.get("repeat", 0), known)


def _batches(build: Build, chosen: frozenset[str]) -> Iterator[tuple[str, list[Row]]]:
    for part in build:
        for _, batch in build[part].batches(artefact.SCHEMA.names, size=AT_ONCE):
            if rows := batch.filter(pc.is_in(batch["corpus"], pa.array(sorted(chosen)))).to_pylist():
                yield part, rows


def closed_rows(build: Build, closed: frozenset[str]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of corpora under agreement, each behind its part."""
    for part, rows in _batches(build, closed):
        yield from ((part, row) for row in rows)


class _Open:
    """The open rows of a build, written in their order, and what the manifest says of them."""

    def __init__(self, build: Build, closed: frozenset[str], ranks: Mapping[str, list[int]], folder: Path) -> None:
        self.build, self.closed, self.ranks, self.folder = build, closed, ranks, folder
        self.content, self.characters = hashlib.sha256(), 0
        self.wordings: Counter[str] = Counter()
        self.shards = [shard for part in build for shard in self._part(part)]
        self.told = {
            "digest": self.content.hexdigest(),
            "rows": {part: len(found) for part, found in ranks.items() if found},
            "characters": self.characters,
            "shards": self.shards,
            "templates": {
                name: {key: wording[key] for key in ("hash", "entries", "text")} | {"rows": self.wordings[name]}
                for name, wording in build.manifest["templates"].items()
            },
        }

    def _part(self, part: str) -> Iterator[dict[str, Any]]:
        count = -(-len(self.ranks[part]) // ROWS_PER_SHARD)
        rows = self._rows(part)
        for n in range(count):
            name = f"data/{part}-{n:05d}-of-{count:05d}.parquet"
            chosen = list(itertools.islice(rows, ROWS_PER_SHARD))
            self.content.update(f"{part}\n".encode() + b"".join(map(artefact.row_hash, chosen)))
            sha256 = artefact.write_shard(self.folder / name, chosen)
            yield {"split": part, "file": name, "rows": len(chosen), "sha256": sha256}

    def _rows(self, part: str) -> Iterator[Row]:
        for row in self.build[part]:
            if row["corpus"] in self.closed:
                continue
            meta = json.loads(row["meta"])
            meta["rank"] = bisect_left(self.ranks[part], meta["rank"])
            self.wordings[row["template"]] += 1
            self.characters += sum(len(message["content"]) for message in row["messages"])
            yield {**row, "meta": _compact(meta)}


def _parts(build: Build, closed: frozenset[str]) -> dict[str, Any]:
    """What the manifest says of single corpora, open ones alone."""
    manifest = build.manifest
    mix = recipe.parse(manifest["recipe_text"], str(build.folder)).mix
    known = set(corpora.names())
    missing = (name for name in manifest["missing"] if name.partition("/")[0] in known)
    return {
        "missing": {name: corpora.load(name.partition("/")[0]).how_to_get for name in missing},
        "metrics": {f"{entry.corpus}/{entry.task}": entry.metric for entry in mix if entry.metric},
        "corpora": {id: corpus for id, corpus in manifest["corpora"].items() if id not in closed},
        "refusals": [line for line in manifest["refusals"] if line["corpus"] not in closed],
        "shots": {
            "asked": manifest["shots"]["asked"],
            "entries": [line for line in manifest["shots"]["entries"] if line["corpus"] not in closed],
        },
        **({"unexpected": [line for line in manifest["unexpected"] if line.partition("/")[0] not in closed]}
           if "unexpected" in manifest else {}),
    }  # fmt: skip


def _ledger(ledger: Mapping[str, Any], closed: frozenset[str]) -> dict[str, Any]:
    """The ledger of open corpora, and its totals."""
    kept = {kind: [line for line in ledger[kind] if line["corpus"] not in closed] for kind in KINDS}
    totals = {}
    for kind, lines in kept.items():
        dropped = sum((Counter(line["dropped"]) for line in lines), Counter[str]())
        counts = {key: sum(line[key] for line in lines) for key in ("in", "kept")}
        totals[kind] = {**counts, "dropped": dict(sorted(dropped.items()))}
    return {**kept, "totals": totals}


def _facts(id: str, wanted: Mapping[tuple[str, str], set[int]], sources: Sources) -> dict[str, Any]:
    corpus = corpora.load(id)
    return {
        **{name: getattr(corpus, name) for name in FACTS},
        "license": corpus.license.id,
        "stated": corpus.license.stated,
        "obtain": corpus.how_to_get,
        "splits": {
            split: {"source": sources.splits[id, split].key.source, "entries": sorted(entries)}
            for (of, split), entries in sorted(wanted.items())
            if of == id
        },
    }


def said(stubs: list[Stub], facts: Mapping[str, Any]) -> str:
    """What the card says of stubs; nothing, where no row is under agreement."""
    if not stubs:
        return ""
    counts = Counter((stub["part"], stub["task"], stub["corpus"]) for stub in stubs)
    lines = [[*map(markdown.text, names), count] for names, count in sorted(counts.items())]
    how = [
        f"- {markdown.link(each['title'], each['homepage'])}: {markdown.text(each['obtain'])}"
        for id, each in facts.items()
        if id in {stub["corpus"] for stub in stubs}
    ]
    return "\n".join([
        "\n## Rows under agreement\n",
        f"{len(stubs):,} rows of the mixture are of corpora whose text may not be handed on. `{sealed.FILE}` holds a stub for each, without "
        "text, offsets, labels or ids; the tables above count the other rows. Whoever has the corpora gets the whole mixture, each row checked:\n",
        "```sh\nmedinstruct hydrate THIS_REPOSITORY --data DIR\n```\n",
        markdown.table(("split", "task", "corpus", "rows"), lines), "", *how, "",
    ])  # fmt: skip


# What leaves is read once more


def search(files: Mapping[str, Path | bytes], build: Build, closed: frozenset[str]) -> None:
    """Refuse files that hold five words in a row, or the id of a document, of rows under agreement.

    Every file but Parquet is looked at, and names of files; words of this package itself (facts of corpora, its own
    recipes and wordings) count for nothing.

    Raises:
        GateError: naming the file, and not the words.
    """
    texts = {name: _text(name, content) for name, content in files.items() if not name.endswith(PICTURES_AND_ROWS)}
    texts["names of files"] = [*files]
    ours = {run for text in _ours(closed) for run in runs(text)}
    spoken = {run: name for name, lines in texts.items() for line in lines for run in runs(line) if run not in ours}
    words = {word: name for name, lines in texts.items() for line in lines for word in _NAME.findall(line)}
    for _, row in closed_rows(build, closed):
        id = row["document"]
        found = words.get(id) if len(id) >= 6 and not id.isdecimal() else None
        for text in (*strings(json.loads(row["example"])), *strings(json.loads(row["gold"]))):
            found = found or next((spoken[run] for run in runs(text) if run in spoken), None)
        if found:
            raise GateError(f"{found} holds words of a row of {row['corpus']}, which is under an agreement", where=str(build.folder),
                            next="look into the recipe, its wordings and its title")  # fmt: skip


PICTURES_AND_ROWS = (".parquet", ".png")
"""Pictures show words of the manifest and the ledger alone, which are read."""
RUN = 5
_WORD, _NAME = re.compile(r"[^\W_]+"), re.compile(r"[\w.#-]+")


def runs(text: str) -> Iterator[str]:
    """Yield every run of five words of a text, without regard to case and signs."""
    words = _WORD.findall(text.casefold())
    yield from (" ".join(words[n : n + RUN]) for n in range(len(words) - RUN + 1))


def _text(name: str, content: Path | bytes) -> list[str]:
    text = (content if isinstance(content, bytes) else content.read_bytes()).decode("utf-8", "replace")
    return [*strings(json.loads(text))] if name.endswith(".json") else [text]


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from (*strings(name), *strings(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from strings(each)


def _ours(closed: frozenset[str]) -> Iterator[str]:
    """What this package itself says of corpora, labels and tasks, and how it asks."""
    for id in sorted(closed):
        corpus = corpora.load(id)
        yield from (corpus.title, corpus.citation, corpus.how_to_get, corpus.license.stated)
        yield from (*corpus.definitions.values(), *corpus.guidelines.values())
        for fact in corpus.tasks.values():
            yield from strings(dataclasses.asdict(fact))
            yield from vocabulary.meanings(fact).values()
    for kind in ("templates", "recipes"):
        yield from (entry.text() for entry in shelf.entries(kind).values() if entry.path.is_relative_to(shelf.SHIPPED))
