"""How a model is trained: one YAML file on the shelf `configs`, named as papers name things.

    # LoRA on all linear layers.
    # medinstruct train FOLDER --model M --out DIR --config lora
    tune: lora
    learning_rate: 2.0e-4
    epochs: 3

What a file leaves out has the value that stands here. An unknown key is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medinstruct import shelf
from medinstruct.errors import did_you_mean
from medinstruct.trainer.errors import TrainError

DEFAULT = "lora"
"""The config that is taken where none is named."""

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Config(BaseModel):
    """How a model is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    """In one line: whose set-up this is."""
    method: Literal["sft", "grpo"] = "sft"
    """`sft`: the answers of the rows are learnt; `grpo`: the model answers, and is rewarded by the tasks' own scores."""
    tune: Literal["lora", "qlora", "full"] = "lora"
    """What is trained: an adapter, an adapter on a base of 4 bits a weight, or all weights."""

    rank: Count = 16
    """Of an adapter; Hu et al. 2021 (arXiv 2106.09685)."""
    alpha: Count = 32
    """An adapter's output counts `alpha / rank` times."""
    dropout: Share = 0.05
    """Of an adapter's input."""
    targets: str | tuple[str, ...] = "all-linear"
    """Layers that an adapter is put on: their names, or `all-linear` for all but the last."""

    epochs: Annotated[float, Field(gt=0)] = 3.0
    """Times that each row is seen."""
    max_steps: Count | None = None
    """Steps of the optimizer, whatever `epochs` says."""
    batch: Count = 8
    """Sequences (packed ones, where `packing`) on a device at once."""
    accumulate: Count = 1
    """Batches that make one step of the optimizer, on each device."""
    max_length: Annotated[int, Field(ge=8)] = 2048
    """Tokens of a sequence. A row that is longer is refused and counted, never cut."""
    packing: bool = True
    """Whether short rows share a sequence; none sees another."""

    learning_rate: Annotated[float, Field(gt=0)] = 2e-4
    schedule: Literal["cosine", "linear", "constant", "constant_with_warmup", "inverse_sqrt"] = "cosine"
    warmup: Annotated[float, Field(ge=0)] = 0.03
    """Below 1 a share of all steps, else steps, in which the learning rate grows from 0."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    optimizer: str = "adamw_torch"
    """By transformers' name."""

    precision: Literal["auto", "bf16", "bf16-weights", "fp16", "fp32"] = "auto"
    """`bf16`: computed in bfloat16, trained weights and optimizer in float32; `bf16-weights`: these in bfloat16 too, at
    half the memory, where small updates are lost; `auto`: bf16 on a GPU that has it, else fp32.
    """
    checkpointing: bool = True
    """Whether activations are computed again in the backward pass, for a third more arithmetic and far less memory."""
    attention: Literal["auto", "sdpa", "flash_attention_2", "eager"] = "auto"
    """`auto`: flash attention where its package and a GPU are, else PyTorch's own."""

    chat_template: str = ""
    """A chat template (Jinja) in place of the tokenizer's own; the trained model keeps it."""
    template_options: dict[str, bool | int | float | str] = {}
    """What the chat template is told besides, such as `enable_thinking: false`."""
    seed: Annotated[int, Field(ge=0)] = 42

    save_steps: Count | None = None
    """Steps from one checkpoint to the next; left out: an epoch."""
    keep: Count = 2
    """Checkpoints that are kept."""
    log_steps: Count = 10
    eval_steps: Count | None = None
    """Steps from one evaluation on the validation part to the next; left out: at the end alone. 0 rows: never."""
    eval_rows: Annotated[int, Field(ge=0)] = 100
    """Validation rows of each dataset that are answered and scored."""
    max_new_tokens: Count = 512
    """Of an answer, in evaluation and `grpo`."""

    generations: Annotated[int, Field(ge=2)] = 8
    """`grpo`: answers to each question."""
    temperature: Annotated[float, Field(gt=0)] = 1.0
    """`grpo`: of these answers."""
    beta: Annotated[float, Field(ge=0)] = 0.0
    """`grpo`: weight of the divergence from the model as it was."""


Given = Config | Mapping[str, Any] | Path | str | None


def load(config: Given = None, settings: Mapping[str, Any] | None = None) -> Config:
    """Return a config.

    Args:
        config: Its name (`medinstruct ls configs`), the path of a `.yaml` file, its keys and values, or left out: `lora`.
        settings: Single values that come before those of the config.

    Raises:
        NotFound: naming the nearest one there is.
        TrainError: naming the key and, if it looks like a slip, the right one.
    """
    return checked(Config, DEFAULT if config is None else config, settings)


C = TypeVar("C", bound=BaseModel)


def checked(
    kind: type[C], config: BaseModel | Mapping[str, Any] | Path | str, settings: Mapping[str, Any] | None = None
) -> C:
    """Return a config of any kind that is trained by; the rest as of `load`."""
    found, where = _stated(config)
    try:
        return kind.model_validate({**found, **(settings or {})})
    except ValidationError as error:
        raise TrainError(_tell(error, kind.model_fields), where=where) from error


def _stated(config: BaseModel | Mapping[str, Any] | Path | str) -> tuple[dict[str, Any], str]:
    """The keys and values that a config states, and where it stands."""
    if isinstance(config, BaseModel):
        return config.model_dump(exclude_unset=True), "config"
    if isinstance(config, Mapping):
        return dict(config), "config"
    entry = shelf.find("configs", str(config))
    where = str(entry.path) if entry.shelf == "file" else f"configs/{entry.path.name}"
    return shelf.mapping(entry.text(), where, TrainError), where


def names() -> list[str]:
    """The names of all configs."""
    return list(shelf.entries("configs"))


def _tell(error: ValidationError, known: Iterable[str]) -> str:
    """`learning_rat: unknown key; did you mean learning_rate?`: the first unknown key, else the first fault."""
    faults = error.errors()
    fault = next((each for each in faults if each["type"] == "extra_forbidden"), faults[0])
    key = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return f"{key}: unknown key; {did_you_mean(key, known)}"
    return f"{key}: {fault['msg'][:1].lower()}{fault['msg'][1:]}, not {str(fault['input'])[:60]!r}"
