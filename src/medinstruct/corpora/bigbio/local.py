"""From rows of BigBIO to a corpus on the user's shelf: a module of facts, and its data beside it.

    shelf/corpora/bigbio_zorba.py        title, license, languages, citation as BigBIO states them; labels, counts and
                                         the types that relations join, as they are in the rows
    shelf/data/bigbio-zorba/train.parquet

A configuration is a corpus. What is declared as annotated are the tasks that BigBIO states for it, as far as the rows
hold any: types of entities, relations and events, labels, choices, scores, texts. A split that has none of a task's
answers withholds it. Rows that make no sound Document stay in the data and are counted as broken.
"""

from __future__ import annotations

import itertools
import math
import pprint
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medinstruct.corpora.bigbio import terms
from medinstruct.corpora.bigbio.catalogue import KEYS, TASKS, Loader, schema_of_config
from medinstruct.corpora.bigbio.measure import Fact, Measured, Seen
from medinstruct.corpora.bigbio.origin import Splits
from medinstruct.errors import MedinstructError, Place
from medinstruct.formats import bigbio
from medinstruct.formats.bigbio.features import cast
from medinstruct.formats.draft import Broken
from medinstruct.license import License
from medinstruct.source import File

PREFIX = "bigbio-"
"""Of the ids of imported corpora, which would else stand before our own of the same name."""
ROLES = (("train", "train"), ("dev", "validation"), ("val", "validation"), ("test", "test"))
BATCH = 1024


@dataclass(frozen=True)
class Imported:
    """A corpus that was put on a shelf."""

    id: str
    module: Path
    data: Path
    license: License
    tasks: tuple[str, ...]
    splits: dict[str, Seen] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        counts = {name: dict(sorted(split.counts.items())) for name, split in self.splits.items()}
        return {
            "id": self.id, "module": str(self.module), "data": str(self.data), "license": self.license.id,
            "tasks": list(self.tasks), "splits": counts,
        }  # fmt: skip


def facts_of(name: str, loader: Loader | None) -> dict[str, Any]:
    """What BigBIO states of a corpus, or empty values."""
    return dict(KEYS) if loader is None else loader.facts


def id_of(name: str, config: str, alone: bool) -> str:
    """The id of the corpus that a configuration becomes: `bigbio-zorba`, or `bigbio-zorba-papers-kb` where it is not alone."""
    words = name if alone or not config else config.replace("_bigbio_", "_")
    return PREFIX + re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def put(
    name: str,
    config: str,
    splits: Splits,
    shelf: Path,
    *,
    loader: Loader | None = None,
    id: str = "",
    force: bool = False,
) -> Imported:
    """Write a corpus to a shelf and return what was written; a module that is there stays, unless `force`.

    Raises:
        MedinstructError: if the corpus is there already, or a file holds no rows of BigBIO.
    """
    id = id or id_of(name, config, alone=True)
    module, data = shelf / "corpora" / f"{id.replace('-', '_')}.py", shelf / "data" / id
    if module.exists() and not force:
        raise MedinstructError(f"{module} is there already", next="--force writes it anew")
    stated = facts_of(name, loader)
    ordered = dict(sorted(splits.items(), key=lambda split: (_order(split[0]), split[0])))
    schema = schema_of_config(config) or _schema(ordered)
    data.mkdir(parents=True, exist_ok=True)
    module.parent.mkdir(parents=True, exist_ok=True)
    for old in data.glob("*.parquet"):  # of an earlier import, with other splits
        old.unlink()
    for split, files in ordered.items():
        _copy(files, schema, data / f"{split}.parquet")
    declared = {TASKS[task] for task in loader.tasks if task in TASKS} if loader else set(TASKS.values())
    score = schema == "pairs" and "sts" in declared and _has_scores(data)
    measured = Measured(schema)
    for split in ordered:
        measured.add(split, bigbio.read(_files(data / f"{split}.parquet"), schema=schema, score=score))
    tasks = list(measured.tasks(declared))
    if not tasks:
        raise MedinstructError(
            f"the rows of {config or name} hold no answers to {', '.join(sorted(declared))}",
            next="there is nothing to ask of them",
        )
    license = terms.license(str(stated["_LICENSE"]))
    made = Imported(id, module, data, license, tuple(task for task, _, _ in tasks), measured.splits)
    left_out = measured.left_out({task: fact for task, fact, _ in tasks})
    options = {"schema": repr(schema), **({"score": "True"} if score else {})}
    if stated["_PUBMED"] and measured.pubmed:
        options["dialect"] = "bigbio.Dialect(identity='pmid')"
    _replace(module, _source(name, config, stated, made, tasks, left_out, options).encode())
    return made


def _order(split: str) -> int:
    return [role for _, role in ROLES].index(_role(split))


def _role(split: str) -> str:
    return next((role for word, role in ROLES if word in split.lower()), "train")


def _schema(splits: Splits) -> str:
    """The schema that the first row has the columns of."""
    for files in splits.values():
        for file in _files(*files):
            for row in bigbio.rows(file):
                return "" if isinstance(row, Broken) else bigbio.schema_of(row)
    return ""


def _files(*paths: Path) -> Iterator[File]:
    return (File(path.name, path.read_bytes()) for path in paths)


def _has_scores(data: Path) -> bool:
    """Whether all labels of pairs are numbers."""
    rows = (
        row for path in sorted(data.glob("*.parquet")) for row in pq.read_table(path, columns=["label"]).to_pylist()
    )
    try:
        return all(math.isfinite(float(row["label"])) for row in rows if row["label"] is not None)
    except ValueError:
        return False


def _copy(files: tuple[Path, ...], schema: str, to: Path) -> None:
    """Write the rows of some files into one Parquet file, as the schema types them.

    Raises:
        MedinstructError: for a row that is none of BigBIO's.
    """
    if not schema:
        raise MedinstructError(
            "these are no rows of BigBIO", where=str(files[0]), next=f"it has {', '.join(bigbio.SCHEMAS)}"
        )
    unfinished = to.with_name(f".{to.name}.tmp")
    with pq.ParquetWriter(unfinished, bigbio.SCHEMAS[schema], compression="zstd") as writer:
        for batch in _batches(_rows(files, schema)):
            writer.write_table(pa.Table.from_pylist(batch, schema=bigbio.SCHEMAS[schema]))
    unfinished.replace(to)


def _rows(files: tuple[Path, ...], schema: str) -> Iterator[dict[str, Any]]:
    for path, file in zip(files, _files(*files)):
        for row in bigbio.rows(file):
            if isinstance(row, Broken):
                raise row.error()
            try:
                yield cast(row, schema)
            except ValueError as error:
                raise MedinstructError(f"no row of {schema}: {error}", where=Place(str(path), row.place.line)) from None


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _replace(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.tmp")
    unfinished.write_bytes(data)
    unfinished.replace(path)


# The module

MODULE = """\
{docstring}

from functools import partial

from medinstruct.corpora.corpus import Corpus, Split
from medinstruct.formats import bigbio
from medinstruct.license import License
from medinstruct.tasks import {classes}

corpus = Corpus(
    title={title!r},
    homepage={homepage!r},
    citation={citation},
    license=License({license.id!r}, {stated!r}),
    languages={languages!r},{clinical}
    splits={{
{splits}
    }},
    tasks={{
{tasks}
    }},
{left_out}    read=partial(bigbio.read, {options}),
    obtain={obtain!r},
)
"""
CLINICAL = "\n    clinical=True,  # under agreement: taken for texts about patients"


def _source(
    name: str, config: str, stated: dict[str, Any], made: Imported, tasks: list[tuple[str, Fact, tuple[str, ...]]],
    left_out: dict[str, str], options: dict[str, str],
) -> str:  # fmt: skip
    """The text of a module that declares a corpus: literals only, whatever BigBIO's loader says."""
    title = _line(stated["_DISPLAYNAME"]) or name
    homepage = _line(stated["_HOMEPAGE"]) or f"https://huggingface.co/datasets/bigbio/{name}"
    citation = str(stated["_CITATION"]).strip() or f"BigBIO's loader states none; see {homepage}"
    withheld = {split: tuple(task for task, _, without in tasks if split in without) for split in made.splits}
    return MODULE.format(
        docstring=_docstring(title, config or name),
        classes=", ".join(sorted({kind for _, (kind, _), _ in tasks})),
        title=title,
        homepage=homepage,
        citation=_long(citation),
        license=made.license,
        stated=_line(made.license.stated),
        languages=tuple(dict.fromkeys(terms.language(str(each)) for each in stated["_LANGUAGES"])) or ("und",),
        clinical=CLINICAL if made.license.id == "agreement" else "",
        splits="\n".join(_split(split, seen, withheld[split]) for split, seen in made.splits.items()),
        tasks="\n".join(f"        {task!r}: {kind}(\n{_arguments(fact)}        )," for task, (kind, fact), _ in tasks),
        left_out=_left_out(left_out),
        options=", ".join(f"{key}={value}" for key, value in options.items()),
        obtain=f"import it again: medinstruct bigbio import {name}",
    )


def _docstring(title: str, config: str) -> str:
    """A docstring that nothing in a title can end."""
    text = f"{title}, imported from BigBIO ({config}); made by `medinstruct bigbio import`"
    return f'"""{NO_WORDS.sub(" ", text)}."""'


NO_WORDS = re.compile(r"[^\w .,:;()/+&`'-]")


def _split(name: str, seen: Seen, withheld: tuple[str, ...]) -> str:
    words = f"{_role(name)!r}, ({f'{name}.parquet'!r},), {dict(seen.counts)!r}"
    return f"        {name!r}: Split({words}" + (f", withheld={withheld!r}" if withheld else "") + "),"


def _left_out(reasons: dict[str, str]) -> str:
    if not reasons:
        return ""
    return "    left_out={\n" + "".join(f"        {name!r}: {why!r},\n" for name, why in reasons.items()) + "    },\n"


def _line(value: Any) -> str:
    return " ".join(str(value).split())


def _long(text: str) -> str:
    """A text as a literal, one line of it per line."""
    lines = text.splitlines(keepends=True)
    return repr(text) if len(lines) < 2 else "(\n" + "".join(f"        {line!r}\n" for line in lines) + "    )"


def _arguments(values: dict[str, Any]) -> str:
    """Keyword arguments as literals, each on lines of its own."""
    told = (
        f"{key}={pprint.pformat(value, width=104, compact=True, sort_dicts=False)},\n" for key, value in values.items()
    )
    return textwrap.indent("".join(told), "            ")
