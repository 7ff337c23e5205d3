"""One recipe cut into a family of builds of one size, for the ablations of the papers.

    over          members                                                                       after
    tasks         1, 2, 4, … and all tasks, several choices of each number                      BioMistral-NLU: diversity at constant size
    corpora       the same with corpora
    categories    extraction, questions, generation and the rest, each alone; and all           BioInstruct: transfer between categories
    composition   all, and all but one task                                                     Llama2-MedTuned: what each component does

Every member is an ordinary recipe, written as a file that `build` takes as it is, and an ordinary artefact. Members
keep everything of the recipe but entries, size and, of the level that is varied, caps: a member of one task is all that
task. The papers' own subsets are not published; here a hash puts tasks or corpora into an order, and choice number j of
k things begins at place j·k and goes on at the front where the order ends. So the first choices are nested (1 ⊂ 2 ⊂ 4),
and as long as there are enough, choices of one number have nothing in common.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from medinstruct import artefact, builder, recipe, shelf
from medinstruct.builder import Settings
from medinstruct.builder.mix import NAMES
from medinstruct.builder.plan import Ask, resolve
from medinstruct.errors import BuildError, RecipeError
from medinstruct.rebuild.rerender import Tell
from medinstruct.sample import draw

Over = Literal["tasks", "categories", "composition", "corpora"]

CATEGORIES = {
    "extraction": ("ner", "re", "ee", "ned", "coref"),
    "questions": ("qa",),
    "generation": ("gen", "sum"),
    "rest": ("dc", "nli", "sts"),
}
"""Tasks of each category: BioInstruct's IE, QA, GEN and other."""


@dataclass(frozen=True)
class Member:
    """One build of a family."""

    name: str
    """`tasks-2b`: the second choice of two tasks."""
    of: tuple[str, ...]
    """The tasks or corpora that are in it."""
    text: str
    """Its recipe."""


def members(
    name: str, over: Over, size: int | str | Mapping[str, int] | None = None, *, choices: int = 3
) -> list[Member]:
    """Return the family of a recipe.

    Args:
        name: Of a recipe, or the path of a `.yaml` file.
        over: What is varied.
        size: Of each member's train part, as `build` takes it; left out, the recipe's own.
        choices: How many choices there are of each number of tasks or corpora.

    Raises:
        RecipeError: if the recipe has fewer than two things to choose from, or no size is stated.
        NotFound: if it names a corpus that there is not.
    """
    entry = shelf.find("recipes", name)
    text, path = entry.text(), str(entry.path)
    found, stated = recipe.parse(text, path), shelf.mapping(text, path, RecipeError)
    wanted = recipe.stated(found.size if size is None else recipe.size_of(size))
    if wanted == "all":
        raise RecipeError(
            "members of a sweep have one size, and the recipe states none", where=path, next="give --size"
        )
    key = "corpus" if over == "corpora" else "task"
    things = [each.corpus if over == "corpora" else each.task.split("-")[0] for each in found.mix]
    if len(set(things)) < 2:
        raise RecipeError(f"there is one {key} to choose from", where=path, next="a sweep needs two or more")
    order = sorted(set(things), key=lambda thing: (draw(found.seed, "sweep", thing), thing))
    asks = [resolve(found, place, path, worded=False) for place in range(len(found.mix))]
    family = []
    for name, of in _subsets(over, order, choices):
        places = [place for place, thing in enumerate(things) if thing in of]
        family.append(Member(name, of, _recipe(stated, found, asks, name, wanted, places, key)))
    return family


def _subsets(over: Over, order: Sequence[str], choices: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each member, and what is in it."""
    if over == "composition":
        for thing in sorted(order):
            yield f"composition-without-{thing}", tuple(sorted(set(order) - {thing}))
    elif over == "categories":
        for category, tasks in CATEGORIES.items():
            if held := tuple(sorted(set(order) & set(tasks))):
                yield f"categories-{category}", held
    else:
        number = 1
        while number < len(order):
            seen: list[tuple[str, ...]] = []
            for choice in range(choices):
                places = [(choice * number + n) % len(order) for n in range(number)]
                held = tuple(sorted(order[place] for place in places))
                if held not in seen:
                    seen.append(held)
                    yield f"{over}-{number}{'abcdefghijklmnopqrstuvwxyz'[choice]}", held
            number *= 2
    yield f"{over}-all" if over in ("composition", "categories") else f"{over}-{len(order)}", tuple(sorted(order))


def _recipe(
    stated: dict[str, Any], found: recipe.Recipe, asks: Sequence[Ask], name: str, size: int | str | dict[str, int], places: list[int], key: str
) -> str:  # fmt: skip
    """The text of a member's recipe."""
    moved = {str(place): str(n) for n, place in enumerate(places)}
    kept = [asks[place] for place in places]
    levels = stated.get("balance") or [level.model_dump(exclude_defaults=True) for level in found.balance]
    member = {
        **stated, "title": f"{found.title}: {name}", "size": size,
        "balance": [
            _level(level, _branches(level["by"], asks) - _branches(level["by"], kept), moved, varied=key) for level in levels
        ],
        "mix": [stated["mix"][place] for place in places],
    }  # fmt: skip
    text = f"# A member of a sweep over {name.split('-')[0]}.\n# medinstruct build {name}.yaml --data DIR\n"
    text += yaml.safe_dump(member, sort_keys=False, allow_unicode=True, width=150, default_flow_style=None)
    recipe.parse(text, f"{name}.yaml")
    return text


def _branches(by: str, asks: Sequence[Ask]) -> set[str]:
    """The branches of a level that these entries are in, or may be in; none where that is not for them to tell."""
    if by == "label":
        return {word for ask in asks for word in getattr(ask.fact, "labels", {}).values() if word}
    return {NAMES[by](ask) for ask in asks} if by in NAMES else set()


def _level(level: dict[str, Any], gone: set[str], moved: dict[str, str], *, varied: str) -> dict[str, Any]:
    """A level of the tree with what it says of branches that are left; caps of the level that is varied go."""
    by = level["by"]
    found: dict[str, Any] = {}
    for key, value in level.items():
        if isinstance(value, dict) and by == "entry":
            value = {moved[place]: each for place, each in value.items() if place in moved}
        elif isinstance(value, dict):
            value = {name: each for name, each in value.items() if name not in gone}
        if value not in ({}, None) and not (key == "at_most" and by == varied):
            found[key] = value
    return found


def sweep(
    name: str, over: Over, out: Path, settings: Settings, *, choices: int = 3, tell: Tell = lambda what, done, of: None
) -> dict[str, Any]:
    """Build the family of a recipe into a folder, and return what `sweep.json` there says.

    A member that cannot have the size is not built, and said to have `failed` with the reason. Parts that members share
    are read once.

    Args:
        name: Of a recipe, or the path of a `.yaml` file.
        over: What is varied.
        out: The folder: `recipes/<member>.yaml`, `<member>/` for each build, `sweep.json`.
        settings: As for a build; its `size` is that of every member.
        choices: How many choices there are of each number of tasks or corpora.
        tell: Told of progress.
    """
    family = members(name, over, settings.size, choices=choices)
    (out / "recipes").mkdir(parents=True, exist_ok=True)
    parts = out / ".parts"
    family_size = shelf.mapping(family[0].text, name, RecipeError)["size"]
    listed = []
    for n, member in enumerate(family):
        tell("building members", n, len(family))
        file = out / "recipes" / f"{member.name}.yaml"
        artefact.write_text(file, member.text)
        own = replace(settings, out=out / member.name, size=None, parts=parts)
        listed.append(
            {"name": member.name, "of": member.of, "recipe": f"recipes/{file.name}", **_built(file, own, tell)}
        )
        told = {"recipe": name, "over": over, "size": family_size, "members": listed}
        artefact.write_json(out / "sweep.json", told)
    shutil.rmtree(parts, ignore_errors=True)
    return told


def _built(file: Path, settings: Settings, tell: Tell) -> dict[str, Any]:
    """What came of one member."""
    try:
        made = builder.build(str(file), settings, tell)
    except BuildError as error:
        return {"failed": str(error)}
    manifest = made.manifest
    short = {"failed": artefact.reached(manifest["shortfall"])} if "shortfall" in manifest else {}
    return {
        "build": made.folder.name, "rows": manifest["rows"], "digest": made.digest, "samples": manifest["samples"],
        "missing": sorted(manifest["missing"]), **short,
    }  # fmt: skip
