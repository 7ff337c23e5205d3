"""The model of a recipe file: what goes into a mixture or a benchmark. Nothing is executed here.

# 12 extraction corpora, balanced over tasks; benchmarks kept clean.
# medinstruct build extraction-small --data DIR
title: Twelve extraction corpora
size: 25000
guard: [blurb]
balance: [{by: task, weights: {ner: 2}}, {by: corpus}]
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence, templates: ["span_extraction/mnlu-*"]}
  - {corpus: medmcqa, task: qa, at_most: 5000}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationError

from medinstruct import shelf
from medinstruct.errors import RecipeError, did_you_mean

Role = Literal["train", "validation", "test"]
Number = Annotated[StrictInt, Field(ge=1)]
AtMost = Annotated[StrictInt, Field(ge=0)]
Tokens = Annotated[StrictInt, Field(ge=8)]


class Part(BaseModel):
    """Part of a recipe; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Entry(Part):
    """One corpus asked for one task in one way."""

    corpus: str
    task: str
    """The corpus' own name of the task: one of `medinstruct.tasks.TASKS`, with a dash and more where a corpus has
    several of a kind.
    """
    as_: Annotated[str, Field(alias="as")] = ""
    """The unified task type; left out: the usual one."""
    unit: Literal["document", "passage", "sentence", "window"] = "document"
    """What a row's text is."""
    labels: tuple[str, ...] = ()
    """Only these labels of the shared vocabulary are asked for; left out: all of the task's."""
    templates: tuple[str, ...] = ()
    """Names of wordings, globs allowed; left out: those made for the corpus, else the general ones."""
    splits: tuple[str, ...] = ()
    """Only these official splits; left out: all whose role the recipe uses."""
    role: Role | None = None
    """The part that `splits` go into; left out: the role that each has in its corpus."""
    weight: Number = 1
    """Rows of this entry for each row of a sister entry of weight 1, as long as both have some."""
    at_most: AtMost | None = None
    """Rows in the train part."""
    max_tokens: Tokens | None = None
    """Length of a row's text (see `text.count_tokens`); windows are cut to it, longer rows of other units left out.
    """
    shuffle_options: StrictBool = False
    """Whether the options of a multiple choice stand in an order drawn per row."""
    metric: str = ""
    """For benchmarks: the score of the task type that counts."""


class Level(Part):
    """One level of the tree over which a mixture is balanced."""

    by: Literal["task", "corpus", "entry", "answer", "language", "type"]
    """What tells its branches apart; `answer` is `some` or `none`, whether the right answer says anything."""
    weights: dict[str, Number] = {}
    """Rows of a branch for each row of a branch of weight 1, as long as both have some."""
    at_most: dict[str, AtMost] = {}
    """Rows of a branch at most; where levels stand above this one, of the branch under each of theirs."""


class Recipe(Part):
    """A mixture, or a benchmark."""

    title: str
    kind: Literal["mixture", "benchmark"] = "mixture"
    about: str = ""
    """More for the card: paper, what is the same, what differs."""
    seed: StrictInt = 13
    size: Number | Literal["all"] = "all"
    """Rows of the train part."""
    max_tokens: Tokens = 1500
    roles: tuple[Role, ...] = ("train", "validation")
    """Which parts are built; a benchmark has all three."""
    guard: tuple[str, ...] = ()
    """Benchmarks (recipes) whose test documents never enter a row, and whose corpora's identities are looked for
    everywhere.
    """
    disjoint: StrictBool = True
    """Whether a document of the validation or test part is kept out of the train part; benchmarks keep their official
    splits as they are.
    """
    dedup: StrictBool = True
    """Whether rows with the same text and the same ask are kept once."""
    balance: tuple[Level, ...] = (Level(by="task"), Level(by="entry"))
    mix: Annotated[tuple[Entry, ...], Field(min_length=1)]


def load(name: str) -> Recipe:
    """Return the recipe of a name, or of a path to a `.yaml` file.

    Raises:
        NotFound: naming the nearest one there is.
        RecipeError: naming the key and, if it looks like a slip, the right one.
    """
    entry = shelf.find("recipes", name)
    return parse(entry.text(), str(entry.path) if entry.shelf == "file" else f"recipes/{Path(entry.path).name}")


def names() -> list[str]:
    """The names of all recipes."""
    return list(shelf.entries("recipes"))


def parse(text: str, path: str) -> Recipe:
    """Return the recipe that `text` says; `path` is for messages.

    Raises:
        RecipeError: naming the key and, if it looks like a slip, the right one.
    """
    found = shelf.mapping(text, path, RecipeError)
    try:
        return Recipe.model_validate(found)
    except ValidationError as error:
        raise RecipeError(_tell(error), where=path) from error


SHOULD = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "too_short": "no shorter than {min_length}",
}
"""What a value should be, by the kind of fault."""


def _tell(error: ValidationError) -> str:
    """`mix -> 1 -> weigth: unknown key; did you mean weight?`: the first unknown key, else the first fault."""
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    place = _place(fault)
    path = " -> ".join(map(str, place))
    if fault["type"] == "extra_forbidden":
        models: dict[str | int, type[BaseModel]] = {"mix": Entry, "balance": Level}
        model = models.get(place[0], Recipe) if len(place) > 1 else Recipe
        keys = [field.alias or name for name, field in model.model_fields.items()]
        return f"{path}: unknown key; {did_you_mean(str(place[-1]), keys)}"
    if fault["type"] == "missing":
        return f"{path}: is missing"
    here = [each for each in faults if _place(each) == place]  # several, where one of several kinds would do
    should = " or ".join(SHOULD[each["type"]].format(**each.get("ctx", {})) for each in here if each["type"] in SHOULD)
    return f"{path}: should be {should or fault['msg']}, not {str(fault['input'])[:60]!r}"


def _place(fault: Any) -> list[str | int]:
    """The keys that lead to a fault, without the kinds that Pydantic tried there."""
    return [part for part in fault["loc"] if part not in ("literal['all']", "constrained-int")]
