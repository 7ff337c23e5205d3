"""Named files on shelves: what the package ships, what other packages bring, what the user keeps in a folder.

A shelf is a folder that holds `templates/` or `recipes/` (or `corpora/`, `packs/`, `configs/`, `prompts/`, `seeds/`), or several of
them. Shelves are looked through in the order the user's, plug-ins', shipped; the first that has a name wins, and `shelves()` tells
from where each comes. What these files state as YAML is read by `mapping`: plain values, and nothing that could surprise
its reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import yaml

from medinstruct.errors import FormatError, MedinstructError, NotFound, Place, did_you_mean

PACKAGE = Path(__file__).parent
SHIPPED = PACKAGE if (PACKAGE / "recipes").is_dir() else PACKAGE.parents[1]  # the wheel, else the checkout

KINDS = {
    "templates": ".jinja", "recipes": ".yaml", "corpora": ".py", "packs": ".pack", "configs": ".yaml",
    "prompts": ".jinja", "seeds": ".jsonl",
}  # fmt: skip
"""What stands on a shelf, by the name of its folder, and the suffix of its files."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of named files, and what it is called in listings."""

    title: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Entry:
    """A named file: `span_extraction/mnlu-find` of kind `templates`."""

    kind: str
    name: str
    path: Path
    shelf: str

    def text(self) -> str:
        """The text of the file, without a byte order mark.

        Raises:
            FormatError: if it is not UTF-8.
        """
        try:
            return self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise FormatError("is not UTF-8", where=Place(str(self.path), line), next="save it as UTF-8") from error


_user_shelves: list[Shelf] = []


def add(folder: Path | str) -> None:
    """Put a folder of the user's before all other shelves, for this process.

    Raises:
        NotFound: if it is no folder, or has none of the folders that a shelf may have (`KINDS`).
    """
    path = Path(folder).resolve()
    if not any((path / kind).is_dir() for kind in KINDS):
        raise NotFound(
            f"{folder} is no shelf",
            next=f"a shelf is a folder with {', '.join(f'{kind}/' for kind in KINDS)} in it",
        )
    shelf = Shelf(str(folder), path)
    if shelf not in _user_shelves:
        _user_shelves.insert(0, shelf)
        entries.cache_clear()


def user_folders() -> list[str]:
    """The folders added in this process, in the order in which a worker has to add them again."""
    return [str(shelf.folder) for shelf in reversed(_user_shelves)]


def shelves() -> list[Shelf]:
    """All shelves, the user's first, then those of installed packages (entry point `medinstruct.shelves`), then ours."""
    plugged = [
        Shelf(point.name, Path(str(point.load())))
        for point in sorted(entry_points(group="medinstruct.shelves"), key=lambda point: point.name)
    ]
    return [*_user_shelves, *plugged, Shelf("medinstruct", SHIPPED)]


@cache
def entries(kind: str) -> dict[str, Entry]:
    """The files of a kind by name, sorted; a name on two shelves is the first one's."""
    found: dict[str, Entry] = {}
    for shelf in shelves():
        if kind == "corpora" and shelf.folder == SHIPPED:
            continue  # ours are modules of the package
        for name, path in _files(shelf.folder / kind, KINDS[kind]):
            found.setdefault(name, Entry(kind, name, path, shelf.title))
    return dict(sorted(found.items()))


def find(kind: str, name: str) -> Entry:
    """Return the entry of a name, or the file itself where `name` is a path to one.

    Raises:
        NotFound: naming the nearest one there is.
    """
    if name.endswith(KINDS[kind]) and Path(name).is_file():
        path = Path(name)
        folder = path.resolve().parent.name
        return Entry(kind, f"{folder}/{path.stem}" if kind == "templates" else path.stem, path, "file")
    known = entries(kind)
    if name not in known:
        raise NotFound(f"no {kind[:-1]} {name!r}", next=did_you_mean(name, known, more=f"(medinstruct ls {kind})"))
    return known[name]


def _files(folder: Path, suffix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob(f"*{suffix}")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if not any(part.startswith((".", "_")) for part in name.split("/")):
            yield name, path


MAX_CHARACTERS = 262_144
"""Of one piece of YAML."""


def mapping(text: str, path: str, error: type[MedinstructError], *, line: int = 1) -> dict[str, Any]:
    """Return the mapping that a piece of YAML states.

    Args:
        text: Plain YAML: anchors, aliases and tags are refused, and a key that stands in a mapping twice.
        path: The file, for messages.
        error: What is raised for what cannot be read.
        line: The line of the file in which `text` begins.
    """
    if len(text) > MAX_CHARACTERS:
        raise error(f"more than {MAX_CHARACTERS:,} characters of YAML", where=path)
    try:
        found = yaml.load(text, Loader=_Plain)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        what = getattr(fault, "problem", None) or str(fault)
        where = Place(path, mark.line + line) if mark else path
        raise error(f"no YAML: {what}".replace("\n", " "), where=where) from fault
    except RecursionError as fault:
        raise error("no YAML: nested too deeply", where=path) from fault
    except ValueError as fault:  # a day that no month has, a number of thousands of digits
        raise error(f"no YAML: {fault}", where=path) from fault
    if found is not None and not isinstance(found, dict):
        raise error(f"is a {type(found).__name__}, and should be a mapping of keys to values", where=Place(path, line))
    return found or {}


class _Plain(yaml.SafeLoader):
    """Values that stand where they are used, once."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the library's
        if getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(
                problem="anchors and aliases are not read; write it out", problem_mark=event.start_mark
            )
        if getattr(event, "tag", None) is not None:
            raise yaml.composer.ComposerError(problem=f"tags ({event.tag}) are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"{key.value!r} stands here twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)
