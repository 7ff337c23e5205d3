"""The facts of BigBIO's loaders, read from their source without running any of it.

    _DISPLAYNAME = "Zorba-20"                                _LICENSE = "CC_BY_4p0"
    _LANGUAGES = ["English"]                                 _LOCAL = False
    _SUPPORTED_TASKS = [Tasks.NAMED_ENTITY_RECOGNITION]      BigBioConfig(name=f"zorba_{subset}_bigbio_kb", …)

Only constants count, lists and dictionaries of them, members of enumerations (which stay as `Tasks.…` names), sums,
f-strings and `.format` of what is known. What else there is is named as unread. The names of configurations that a
loop makes hold a `*` for what it fills in.

A checkout holds its loaders in `bigbio/hub/hub_repos/<name>/<name>.py`, and older ones in `bigbio/biodatasets`.

Specification: CONTRIBUTING.md of https://github.com/bigscience-workshop/biomedical.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medinstruct.corpora.bigbio import terms
from medinstruct.errors import NotFound, did_you_mean
from medinstruct.formats.bigbio import SCHEMAS

FOLDERS = ("bigbio/hub/hub_repos", "bigbio/biodatasets", "hub_repos", "biodatasets", "")
"""Where loaders stand in a checkout; the first of these that has any is listed."""
MAX_BYTES = 4 << 20
"""Of a loader's source."""

TASKS = {
    "NAMED_ENTITY_RECOGNITION": "ner", "NAMED_ENTITY_DISAMBIGUATION": "ned", "EVENT_EXTRACTION": "ee",
    "RELATION_EXTRACTION": "re", "COREFERENCE_RESOLUTION": "coref", "QUESTION_ANSWERING": "qa",
    "TEXTUAL_ENTAILMENT": "nli", "SEMANTIC_SIMILARITY": "sts", "TEXT_PAIRS_CLASSIFICATION": "dc", "PARAPHRASING": "gen",
    "TRANSLATION": "gen", "SUMMARIZATION": "sum", "TEXT_CLASSIFICATION": "dc",
}  # fmt: skip
"""BigBIO's tasks by the names that corpora use here."""

SCHEMA_OF_TASK = {
    "QUESTION_ANSWERING": "qa", "TEXTUAL_ENTAILMENT": "te", "SEMANTIC_SIMILARITY": "pairs", "TEXT_PAIRS_CLASSIFICATION": "pairs",
    "TEXT_CLASSIFICATION": "text", "PARAPHRASING": "t2t", "TRANSLATION": "t2t", "SUMMARIZATION": "t2t",
    **dict.fromkeys(list(TASKS)[:5], "kb"),
}  # fmt: skip

KEYS: dict[str, Any] = {
    "_DISPLAYNAME": "", "_HOMEPAGE": "", "_CITATION": "", "_DESCRIPTION": "", "_LICENSE": "",
    "_LANGUAGES": [], "_SUPPORTED_TASKS": [], "_LOCAL": False, "_PUBMED": False,
}  # fmt: skip
"""What is read of a loader, and what stands for one that is not there."""


@dataclass(frozen=True)
class Loader:
    """What the source of a loader says of its corpus."""

    name: str
    path: Path
    facts: dict[str, Any]
    """The values of `KEYS`."""
    configs: tuple[str, ...]
    """Names of its configurations with a schema of BigBIO, such as `zorba_bigbio_kb`."""
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """BigBIO's names of the tasks: `NAMED_ENTITY_RECOGNITION`."""
        return tuple(str(task).rpartition(".")[2] for task in self.facts["_SUPPORTED_TASKS"])

    @property
    def schemas(self) -> tuple[str, ...]:
        """The schemas of its configurations; of its tasks, where the former cannot be read."""
        told = {schema_of_config(config) for config in self.configs} - {""}
        return tuple(sorted(told or {SCHEMA_OF_TASK[task] for task in self.tasks if task in SCHEMA_OF_TASK}))

    def summary(self) -> dict[str, Any]:
        """What `medinstruct bigbio list` shows."""
        license = terms.license(str(self.facts["_LICENSE"]))
        return {
            "name": self.name,
            "title": self.facts["_DISPLAYNAME"] or self.name,
            "schemas": list(self.schemas),
            "tasks": list(self.tasks),
            "languages": sorted({terms.language(str(name)) for name in self.facts["_LANGUAGES"]}),
            "license": license.id,
            "stated": self.facts["_LICENSE"],
            "local": bool(self.facts["_LOCAL"]),
            "configs": list(self.configs),
            "unread": list(self.unread),
        }


def schema_of_config(config: str) -> str:
    """The schema that a configuration's name ends with (`psytar_bigbio_text`, `zorba_bigbio_base_text`), or nothing."""
    last = config.rpartition("_bigbio_")[2].lower().rpartition("_")[2]
    return last if last in SCHEMAS else ""


def loaders(checkout: Path) -> Iterator[Loader]:
    """Yield the facts of every loader in a checkout, in the order of their names.

    Raises:
        NotFound: if there is none.
    """
    for folder in FOLDERS:
        if found := _scripts(checkout / folder):
            yield from (read(found[name]) for name in sorted(found))
            return
    raise NotFound(f"{checkout} holds no loader of BigBIO", next=f"a checkout has {FOLDERS[0]}/<name>/<name>.py")


def is_checkout(folder: Path) -> bool:
    """Whether there are loaders in a folder."""
    return any(_scripts(folder / place) for place in FOLDERS)


def load(checkout: Path, name: str) -> Loader:
    """Return the facts of one loader, an older one if need be.

    Raises:
        NotFound: naming the nearest one there is.
    """
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        found = {**_scripts(checkout / folder), **found}
    if name not in found:
        raise NotFound(f"no loader {name!r} in {checkout}", next=did_you_mean(name, found))
    return read(found[name])


def _scripts(folder: Path) -> dict[str, Path]:
    """The loaders in a folder by name: each is a file in a folder of its own name."""
    return {path.stem: path for path in folder.glob("*/*.py") if path.stem == path.parent.name}


def read(path: Path) -> Loader:
    """Return what the source of a loader says; what cannot be read is told in `unread`, and never raised."""
    unread: list[str] = []
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES:,} bytes")
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Loader(path.stem, path, dict(KEYS), (), (f"{path.name}: {error}",))
    known: dict[str, Any] = {}
    for name, node in _assignments(tree.body):
        try:
            known[name] = _value(node, known)
        except (_Unknown, RecursionError) as error:
            if name in KEYS:
                unread.append(f"{name}: {error}")
    unread += [
        f"{name}: not there" for name in KEYS if name not in known and not any(u.startswith(name) for u in unread)
    ]
    facts = {name: known.get(name, default) for name, default in KEYS.items()}
    return Loader(path.stem, path, facts, _configs(tree, known), tuple(unread))


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                if value is not None:
                    yield name, value


class _Unknown(Exception):
    """An expression whose value nobody knows without running it."""


MARK = "*"


def _value(node: ast.expr, known: dict[str, Any], free: str | None = None) -> Any:
    """Return the value of an expression of constants; `free` stands for a name in it that is not known."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if name[:1].isupper():
            return f"{name}.{attr}"
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [_value(part, known, free) for part in parts]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {str(_value(k, known, free)): _value(v, known, free) for k, v in zip(keys, values) if k is not None}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, other = _value(left, known, free), _value(right, known, free)
            if type(one) is type(other) and isinstance(one, (str, list)):
                return one + other
        case ast.JoinedStr(values=parts):
            return "".join([str(_value(part, known, free)) for part in parts])
        case ast.FormattedValue(value=value, format_spec=None):
            return _value(value, known, free)
    if free is not None:
        return free
    raise _Unknown(f"{ast.unparse(node)[:60]} (line {node.lineno})")


def _configs(tree: ast.Module, known: dict[str, Any]) -> tuple[str, ...]:
    """The names of the configurations that have a schema of BigBIO, in their order."""
    found: dict[str, None] = {}
    for klass in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        for name, value in _assignments(klass.body):
            with contextlib.suppress(_Unknown, RecursionError):
                known = {**known, name: _value(value, known)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")).endswith("Config"):
            for keyword in node.keywords:
                if keyword.arg == "name":
                    name = str(_value(keyword.value, known, MARK))
                    found |= {name: None} if "_bigbio_" in name else {}
    return tuple(found)
