"""What a recipe comes to on this machine: corpora found or missing, asks resolved, parts to run."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from medinstruct import corpora, license, recipe, tasks, template
from medinstruct.corpora import vocabulary
from medinstruct.corpora.corpus import Corpus
from medinstruct.errors import BuildError, NotFound, RecipeError, did_you_mean, within
from medinstruct.recipe import Entry, Recipe
from medinstruct.sample import parted
from medinstruct.tasks import subset
from medinstruct.tasks.facts import Fact
from medinstruct.tasks.task import AnswerFormat, Question, TaskType
from medinstruct.template import Template
from medinstruct.text import tokenizer
from medinstruct.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Ask:
    """An entry of a recipe with all its names looked up."""

    place: int
    """Of the entry in the recipe, from 0."""
    entry: Entry
    corpus: Corpus
    fact: Fact
    type: TaskType
    templates: tuple[Template, ...]
    max_tokens: int
    prompt_tokens: int
    """Of the prompt and its shots together."""
    tokenizer: Tokenizer
    shots: int
    seed: int
    definitions: bool
    """Whether all of its wordings may show definitions, and not only those that show a guideline."""

    @property
    def task(self) -> str:
        """One of the papers' names: `ner` for a corpus' `ner-triggers`."""
        return self.entry.task.split("-")[0]

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """What each label means: as the corpus' guideline has it, else in general."""
        return vocabulary.meanings(self.fact) | dict(self.corpus.definitions)

    def explained(self, question: Question) -> Question:
        """Return the question with the definitions of what it offers, and what the corpus' guideline says of the task."""
        given: dict[str, Any] = {"guideline": self.corpus.guidelines.get(self.entry.task, "")}
        if "definitions" in type(question).model_fields:
            given["definitions"] = {label: self.meanings[label] for label in question.offered if label in self.meanings}
        return question.model_copy(update=given)

    @cached_property
    def formats(self) -> dict[str, AnswerFormat[Any, Any]]:
        """The distinct answer formats of the templates by name and options, in their order."""
        return {wording.answer_key: wording.answer for wording in self.templates}

    @cached_property
    def lots(self) -> list[tuple[int, bytes, Template]]:
        """The templates, each behind the place of its answer format among `formats` and what its lots for rows end with."""
        places = {key: place for place, key in enumerate(self.formats)}
        return [
            (places[wording.answer_key], parted((self.seed, "wording", wording.name)), wording)
            for wording in self.templates
        ]


@dataclass(frozen=True)
class Slice:
    """A split of a corpus that is here, and the entries that ask it."""

    corpus: str
    split: str
    role: str
    folder: Path
    places: tuple[int, ...]
    """Of the entries in the recipe."""


@dataclass(frozen=True)
class Plan:
    """What will be built from what."""

    name: str
    recipe: Recipe
    slices: tuple[Slice, ...]
    missing: dict[str, str]
    """What was not found, `corpus` or `corpus/split`, and the line that would get it."""
    samples: bool
    """Whether the bundled samples stand in for the corpora."""


def resolve(found: Recipe, place: int, path: str = "", *, worded: bool = True) -> Ask:
    """Return an entry with all its names looked up.

    Args:
        found: The recipe.
        place: Of the entry in it.
        path: Of the recipe, for messages.
        worded: Whether its wordings are looked up too; an entry that is only looked at needs none.

    Raises:
        NotFound, RecipeError: naming the file, the entry, its key and what is wrong with it.
    """
    entry = found.mix[place]
    where = f"{path}: mix -> {place}" if path else f"mix -> {place}"
    with within(f"{where} -> corpus"):
        corpus = corpora.load(entry.corpus)
    if entry.task not in corpus.tasks:
        raise RecipeError(
            f"{entry.corpus} does not annotate {entry.task!r}",
            where=f"{where} -> task",
            next=did_you_mean(entry.task, corpus.tasks),
        )
    fact = _narrow(corpus.tasks[entry.task], entry, where)
    able = tasks.types_for(fact)
    type = entry.as_ or able[0]
    if type not in able:
        raise RecipeError(
            f"{entry.task} of {entry.corpus} cannot be asked as {type!r}",
            where=f"{where} -> as",
            next=did_you_mean(type, able),
        )
    for split in entry.splits:
        if split not in corpus.splits:
            raise RecipeError(
                f"{entry.corpus} has no split {split!r}",
                where=f"{where} -> splits",
                next=did_you_mean(split, corpus.splits),
            )
    metrics = tasks.load(type).scores
    if entry.metric and entry.metric not in metrics:
        raise RecipeError(
            f"{type} has no score {entry.metric!r}",
            where=f"{where} -> metric",
            next=did_you_mean(entry.metric, metrics),
        )
    if entry.ask.split("+")[0] not in (ways := subset.able(type, fact)):
        raise RecipeError(
            f"{entry.task} of {entry.corpus} as {type} cannot be asked for {entry.ask!r}",
            where=f"{where} -> ask",
            next=f"what it can be asked for: {', '.join(ways)}",
        )
    explains = bool(vocabulary.meanings(fact) or corpus.definitions or entry.task in corpus.guidelines)
    with within(f"{where} -> templates"):
        chosen = tuple(map(template.load, _wordings(entry, type, explains))) if worded else ()
    with within(f"{path}: tokenizer" if path else "tokenizer"):
        counting = tokenizer.load(found.tokenizer)
    longest = entry.max_tokens or found.max_tokens
    return Ask(
        place, entry, corpus, fact, tasks.load(type), chosen, longest, entry.prompt_tokens or found.prompt_tokens or longest,
        counting, found.shots if entry.shots is None else entry.shots, found.seed,
        found.definitions if entry.definitions is None else entry.definitions,
    )  # fmt: skip


@cache
def resolved(text: str, path: str) -> tuple[Recipe, dict[int, Ask]]:
    """The recipe of a text, and a place to keep its asks; one per process."""
    return recipe.parse(text, path), {}


def plan(
    name: str,
    found: Recipe,
    data: Path | None,
    *,
    samples: bool = False,
    require_all: bool = False,
    path: str = "",
    worded: bool = True,
) -> Plan:
    """Return what the recipe comes to, every name in it checked; `path` is for messages.

    Where `worded` is not wanted the wordings are left, as of all names they take the longest.

    Raises:
        NotFound: if a corpus is missing and all are required, or if a folder was given that holds none of them.
        BuildError: if the corpora that are here cannot carry the license that the recipe demands.
    """
    asks = [resolve(found, place, path or name, worded=worded) for place in range(len(found.mix))]
    wanted = {ask.corpus.id: ask.corpus for ask in asks}
    folders = {id: corpus.find(data, samples=samples, download=True) for id, corpus in wanted.items()}
    if not samples and not any(folders.values()):
        if data is not None or require_all:
            raise NotFound(
                f"none of the {len(wanted)} corpora of {name} is below {data or 'the data folder'}",
                next=next(iter(wanted.values())).how_to_get,
            )
        samples, folders = True, {id: corpus.find(samples=True) for id, corpus in wanted.items()}
    if found.license:
        _refuse_other_terms(name, found.license, [corpus for id, corpus in wanted.items() if folders[id]])
    slices, missing = [], {}
    for id, corpus in wanted.items():
        folder = folders[id]
        if folder is None:
            missing[id] = corpus.how_to_get
            continue
        here = corpus.present(folder)
        for (split, role), places in _splits(found, [ask for ask in asks if ask.corpus.id == id]).items():
            if split in here:
                slices.append(Slice(id, split, role, folder, places))
            else:
                missing[f"{id}/{split}"] = corpus.how_to_get
    if missing and require_all:
        first, how = next(iter(missing.items()))
        raise NotFound(f"{len(missing)} parts of {name} are not here, the first is {first}", next=how)
    if not slices:
        first, how = next(iter(missing.items()), ("", "see the roles of its splits and the recipe's `roles`"))
        raise NotFound(f"nothing that {name} asks for is here{f', first of all {first}' if first else ''}", next=how)
    return Plan(name, found, tuple(slices), missing, samples)


def _refuse_other_terms(name: str, wanted: str, here: list[Corpus]) -> None:
    """Refuse corpora whose terms do not let the mixture carry the license that it must."""
    drop = license.verdict({corpus.id: corpus.license.id for corpus in here}).drop[wanted]
    if drop:
        terms = {corpus.id: corpus.license.id for corpus in here}
        raise BuildError(
            f"the mixture cannot carry {wanted}, which the recipe demands, with {', '.join(f'{id} ({terms[id]})' for id in drop)}",
            where=f"{name}: license", next=f"leave out {', '.join(drop)}, or see `medinstruct license {name}`",
        )  # fmt: skip


def _splits(found: Recipe, asks: list[Ask]) -> dict[tuple[str, str], tuple[int, ...]]:
    """The splits of one corpus that the recipe wants, each with its role and the entries that ask it."""
    wanted: dict[tuple[str, str], tuple[int, ...]] = {}
    for name, split in asks[0].corpus.splits.items():
        for ask in asks:
            chosen = name in ask.entry.splits if ask.entry.splits else split.role in found.roles
            if chosen and ask.entry.task not in split.withheld:
                key = (name, ask.entry.role or split.role)
                wanted[key] = (*wanted.get(key, ()), ask.place)
    return wanted


def _narrow(fact: Fact, entry: Entry, where: str) -> Fact:
    """The fact with only the labels that the entry asks for."""
    if not entry.labels:
        return fact
    labels = getattr(fact, "labels", None)
    if labels is None:
        raise RecipeError(f"{entry.task} of {entry.corpus} has no labels to choose from", where=f"{where} -> labels")
    for label in entry.labels:
        if label not in labels.values():
            known = [label for label in labels.values() if label]
            raise RecipeError(
                f"no label {label!r} in {entry.corpus}",
                where=f"{where} -> labels",
                next=did_you_mean(label, known),
            )
    kept = {native: label for native, label in labels.items() if label in entry.labels}
    return dataclasses.replace(fact, labels=kept)  # type: ignore[call-arg]  # facts without labels were refused above


def _wordings(entry: Entry, type: str, explains: bool) -> Iterator[str]:
    """The templates an entry names; else those made for its corpus; else the general ones of its type that suit the
    task, those that show a guideline only where labels have definitions or there is one.

    One on a shelf that does not compile stops them all: without it the rows that it would word are worded otherwise, and
    whoever wrote it would take a mixture for one that holds it.
    """
    there = template.names(type)
    if entry.templates:
        for pattern in entry.templates:
            names = [
                name for name in there if fnmatch.fnmatchcase(name, pattern if "/" in pattern else f"{type}/{pattern}")
            ]
            if not names and pattern.endswith(".jinja"):
                names = [pattern]
            if not names:
                raise NotFound(f"no template {pattern!r} of type {type}", next=did_you_mean(pattern, there))
            yield from names
        return
    suited = [t for t in map(template.load, there) if t.suits(entry.task.split("-")[0], entry.corpus)]
    suited = [t for t in suited if explains or not t.shows_guideline]
    own = [t.name for t in suited if t.front.corpora]
    names = own or [t.name for t in suited if not any(tag in PUBLISHED for tag in t.front.tags)]
    if not names:
        raise NotFound(f"no {type} template suits {entry.task} of {entry.corpus}", next="name some under `templates`")
    yield from names


PUBLISHED = {"mnlu", "medtuned"}
"""Tags of the wordings that rebuild a paper's format; recipes name them, they are never taken unasked."""
