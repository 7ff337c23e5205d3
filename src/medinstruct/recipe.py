"""The model of a recipe file: what goes into a mixture or a benchmark. Nothing is executed here.

# 12 extraction corpora, balanced over tasks; benchmarks kept clean.
# medinstruct build extraction-small --data DIR
title: Twelve extraction corpora
size: 25000
guard: [blurb]
balance: [{by: task, weights: {ner: 2}}, {by: corpus}, {by: entry}]
mix:
  - {corpus: ncbi-disease, task: ner, unit: sentence, templates: ["span_extraction/mnlu-*"]}
  - {corpus: medmcqa, task: qa, at_most: 5000}
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from medinstruct import shelf
from medinstruct.errors import BuildError, RecipeError, did_you_mean
from medinstruct.license import FREE_TO_STRICT

Role = Literal["train", "validation", "test"]
Number = Annotated[StrictInt, Field(ge=1)]
Weight = Annotated[StrictInt, Field(ge=1, le=2**18)]
Share = Annotated[StrictFloat, Field(gt=0, lt=1)]
AtMost = Annotated[
    Annotated[StrictInt, Field(ge=0), Tag("(rows)")] | Annotated[Share, Tag("(share)")],
    Discriminator(lambda value: "(share)" if isinstance(value, float) else "(rows)"),
]
Temperature = Annotated[StrictFloat, Field(ge=0.1, le=100)]
Tokens = Annotated[StrictInt, Field(ge=8)]
MOST_SHOTS = 64
Few = Annotated[StrictInt, Field(ge=0, le=MOST_SHOTS)]


class Part(BaseModel):
    """Part of a recipe; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Entry(Part):
    """One corpus asked for one task in one way."""

    artefact: str = ""
    """The folder of a build of generated instructions, in place of a corpus and its task."""
    corpus: str
    """Its id."""
    task: str
    """The corpus' own name of the task: one of `medinstruct.tasks.TASKS`, with a dash and more where a corpus has
    several of a kind.
    """
    as_: Annotated[str, Field(alias="as")] = ""
    """The unified task type, such as `multiple_choice` (`medinstruct ls tasks`); left out: the usual one."""
    unit: Literal["document", "passage", "sentence", "window"] = "document"
    """What a row's text is; a `window` is whole sentences up to `max_tokens`."""
    labels: tuple[str, ...] = ()
    """Only these labels of the shared vocabulary are asked for; left out: all of the task's."""
    templates: tuple[str, ...] = ()
    """Names of wordings, globs allowed; left out: those made for the corpus, else the general ones."""
    splits: tuple[str, ...] = ()
    """Only these official splits; left out: all whose role the recipe uses."""
    role: Role | None = None
    """The part that `splits` go into; left out: the role that each has in its corpus."""
    weight: Weight = 1
    """Rows of this entry for each row of a sister entry of weight 1, as long as both have some."""
    at_most: AtMost | None = None
    """Rows in the train part: a whole number, or a share of the branch it stands in, at every size."""
    at_least: Share | None = None
    """Share of the branch it stands in, at every size."""
    repeat: Annotated[StrictInt, Field(ge=1, le=64)] = 1
    """How often a row of the train part may be drawn: again only after all others of its stratum, and in other words
    where there are some.
    """
    max_tokens: Tokens | None = None
    """Length of a row's text (see `text.count_tokens`); windows are cut to it, longer rows of other units left out.
    """
    prompt_tokens: Tokens | None = None
    """Length of a row's prompt together with its shots; left out, as the recipe says."""
    ask: Annotated[str, Field(pattern=r"^(all|one|present\+[1-9][0-9]?)$")] = "all"
    """Which of the labels a row asks for: all of them; one, drawn; or `present+2`: those that its answer has, and
    two drawn from those that it has not. What is drawn depends on the place of the row in its source alone.
    """
    shots: Few | None = None
    """Solved questions before a row's own; left out, as many as the recipe says."""
    definitions: StrictBool | None = None
    """Whether wordings may show what labels mean; left out, as the recipe says."""
    shuffle_options: StrictBool = False
    """Whether the options of a multiple choice stand in an order drawn per row."""
    metric: str = ""
    """For benchmarks: the score of the task type that counts."""

    @model_validator(mode="before")
    @classmethod
    def _names_its_source(cls, found: Any) -> Any:
        """An artefact is named like a corpus from here on."""
        if not isinstance(found, dict) or not isinstance(found.get("artefact"), str) or not found["artefact"]:
            return found
        named = f"artefact:{found['artefact']}"
        if found.get("corpus", named) != named:
            raise _told("artefact: stands beside `corpus`; give one of the two")
        return {"task": "gen", **found, "corpus": named}

    @model_validator(mode="after")
    def _has_one_share(self) -> Entry:
        if self.at_least is not None and isinstance(self.at_most, float):
            raise _told("at_least: stands beside `at_most` as a share; give one of the two")
        return self


class Level(Part):
    """One level of the tree over which a mixture is balanced."""

    by: Literal["task", "corpus", "entry", "answer", "absent", "pair", "label", "length", "language", "type"]
    """What tells its branches apart (see `builder.mix.BRANCHES`)."""
    weights: dict[str, Weight] = {}
    """Rows of a branch for each row of a branch of weight 1, as long as both have some."""
    temperature: Temperature | None = None
    """Weights go by the size of each branch in the whole pool to the power of 1 / temperature, times `weights`."""
    at_most: dict[str, AtMost] = {}
    """Rows of a branch at most, a whole number or a share of all rows of the level, at every size; where levels stand
    above this one, of the branch under each of theirs.
    """
    at_least: dict[str, Share] = {}
    """Share of a branch of all rows of the level at least, at every size."""
    bins: tuple[Number, ...] = ()
    """For `length`: the most tokens of the text of a row of each branch but the last, ascending."""

    @model_validator(mode="after")
    def _is_possible(self) -> Level:
        both = sorted(label for label in self.at_least if isinstance(self.at_most.get(label), float))
        if both:
            raise _told(f"at_least -> {both[0]}: stands under `at_most` as a share too; give one of the two")
        if (total := sum(Decimal(str(share)) for share in self.at_least.values())) > 1:
            raise _told(f"at_least: the shares are {total} together, more than 1")
        if (self.by == "length") != bool(self.bins):
            raise _told("bins: is missing" if self.by == "length" else f"bins: a level by {self.by} has none")
        if any(low >= high for low, high in zip(self.bins, self.bins[1:])):
            raise _told(f"bins: should ascend, not {list(self.bins)}")
        return self


class TokenSize(Part):
    """The size of a mixture in tokens."""

    tokens: Number
    """Of the texts that rows ask about (`meta.tokens` of each row), as the recipe's tokenizer counts them; wordings, labels
    asked for and answers come on top.
    """


class Near(Part):
    """How alike the texts of two documents may be before one row is enough."""

    near: Annotated[StrictFloat, Field(ge=0.5, le=1)]
    """Jaccard of runs of five words, from which on rows with the same ask are kept once (see `mixture.near`)."""


Size = Annotated[
    Annotated[Number | Literal["all"], Tag("(rows)")] | Annotated[TokenSize, Tag("(tokens)")],
    Discriminator(lambda value: "(tokens)" if isinstance(value, dict | TokenSize) else "(rows)"),
]
SIZE: TypeAdapter[Any] = TypeAdapter(Size)


class Recipe(Part):
    """A mixture, or a benchmark."""

    title: str
    """In a line, for the card."""
    kind: Literal["mixture", "benchmark"] = "mixture"
    """What the manifest calls it."""
    about: str = ""
    """More for the card: paper, what is the same, what differs."""
    license: str = ""
    """What the mixture must be able to carry, one of `license.FREE_TO_STRICT`; left out, whatever its corpora allow."""
    seed: StrictInt = 13
    """Of all that is drawn but what a row asks for: order, wordings, options, shots."""
    size: Size = "all"
    """Rows of the train part, or their tokens: as many rows as fit."""
    max_tokens: Tokens = 1500
    """As of an entry, for those that say nothing."""
    prompt_tokens: Tokens | None = None
    """Length of a row's prompt together with its shots, as the tokenizer counts it: shots that do not fit are left out, rows never.
    Left out, `max_tokens`: a window that fills it leaves no room for shots.
    """
    tokenizer: str = ""
    """What counts tokens, by name or file (see `text.tokenizer`); left out, a rule of thumb that needs neither."""
    shots: Few = 0
    """Solved questions of the same kind before each row's own, from the train part."""
    definitions: StrictBool = False
    """Whether wordings may show what labels mean. Those that show a guideline always do."""
    roles: tuple[Role, ...] = ("train", "validation")
    """Which parts are built; a benchmark has all three."""
    guard: tuple[str, ...] = ()
    """What no row of the train and validation parts may come from or hold a part of: test parts of benchmarks (recipes) and
    corpora by name, packs, folders (see docs/explanations/guard.md).
    """
    watch: tuple[str, ...] = ()
    """Test parts, named as under `guard`, whose documents are counted and listed where rows show them, and stay: for
    mixtures that are to be as they were published.
    """
    disjoint: StrictBool = True
    """Whether a document of the validation or test part is kept out of the train part, whatever it is called there;
    benchmarks keep their official splits as they are.
    """
    dedup: StrictBool | Near = True
    """Whether rows with the same text and the same ask are kept once; `{near: 0.8}`: and those of other documents that
    have nearly the same text.
    """
    balance: tuple[Level, ...] = (Level(by="task"), Level(by="entry"))
    """The levels of a tree over which rows are balanced, from the top; caps and shares hold in the train part."""
    mix: Annotated[tuple[Entry, ...], Field(min_length=1)]
    """Its entries, one or more."""

    @model_validator(mode="after")
    def _has_levels_for_entries(self) -> Recipe:
        if any(level.by == "entry" for level in self.balance):
            return self
        for place, entry in enumerate(self.mix):
            for key in ("weight", "at_most", "at_least"):
                if getattr(entry, key) != Entry.model_fields[key].default:
                    raise _told(f"mix -> {place} -> {key}: counts for nothing, as no level of `balance` is by entry")
        return self

    @model_validator(mode="after")
    def _can_be_given(self) -> Recipe:
        if self.license and self.license not in FREE_TO_STRICT:
            raise _told(
                f"license: no mixture can be given {self.license!r}; {did_you_mean(self.license, FREE_TO_STRICT)}"
            )
        return self

    @property
    def near(self) -> float | None:
        """Jaccard from which on rows are near-duplicates; None where they are not looked for."""
        return self.dedup.near if isinstance(self.dedup, Near) else None


def size_of(value: Any) -> Size:
    """Return a size from the number of rows, `"all"`, or `{"tokens": n}`.

    Raises:
        BuildError: if it is none of these.
    """
    try:
        size: Size = SIZE.validate_python(value)
    except ValidationError as error:
        raise BuildError(f"the size is a number of rows, 'all', or {{'tokens': a number}}, not {value!r}") from error
    return size


def stated(size: Size) -> int | str | dict[str, int]:
    """The size as a recipe or a manifest states it."""
    return size.model_dump() if isinstance(size, TokenSize) else size


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
    "greater_than": "more than {gt:g}",
    "less_than": "less than {lt:g}",
    "float_type": "a share such as 0.2",
    "less_than_equal": "{le} or less",
    "string_pattern_mismatch": "all, one, or present+1 (how many absent labels beside the present ones)",
    "too_short": "no shorter than {min_length}",
}
"""What a value should be, by the kind of fault."""


TOLD = "told"


def _told(message: str) -> PydanticCustomError:
    """A fault of several keys together; the message begins with the path of one of them."""
    return PydanticCustomError(TOLD, "{message}", {"message": message})


def _tell(error: ValidationError) -> str:
    """`mix -> 1 -> weigth: unknown key; did you mean weight?`: the first unknown key, else the first fault."""
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    place = _place(fault)
    path = " -> ".join(map(str, place))
    if fault["type"] == "extra_forbidden":
        models: dict[str | int, type[BaseModel]] = {"mix": Entry, "balance": Level, "size": TokenSize, "dedup": Near}
        model = models.get(place[0], Recipe) if len(place) > 1 else Recipe
        keys = [field.alias or name for name, field in model.model_fields.items()]
        return f"{path}: unknown key; {did_you_mean(str(place[-1]), keys)}"
    if fault["type"] == "missing":
        return f"{path}: is missing"
    if fault["type"] == TOLD:
        return " -> ".join(filter(None, (path, fault["msg"])))
    here = [each for each in faults if _place(each) == place]  # several, where one of several kinds would do
    should = " or ".join(SHOULD[each["type"]].format(**each.get("ctx", {})) for each in here if each["type"] in SHOULD)
    return f"{path}: should be {should or fault['msg']}, not {str(fault['input'])[:60]!r}"


def _place(fault: Any) -> list[str | int]:
    """The keys that lead to a fault, without the kinds that Pydantic tried there."""
    return [part for part in fault["loc"] if part not in KINDS]


KINDS = ("literal['all']", "constrained-int", "(rows)", "(share)", "(tokens)", "bool", "Near")
