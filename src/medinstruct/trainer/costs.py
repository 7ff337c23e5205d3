"""What a training takes, before anything starts. Rows, tokens and steps are counted; memory and hours are estimated.

Bytes of memory on each GPU, N parameters of which T are trained, t tokens at once:

    weights, gradients and Adam     all weights: 16 N + 2 N for bfloat16 copies (`bf16`) · 8 N (`bf16-weights`) · 16 N (`fp32`)
                                    LoRA: 2 N + 16 T (4 N in fp32) · QLoRA: 0.52 of linear layers + 2 of the others + 16 T
    activations                     one layer: b t (10 hidden + 4 inner), b bytes a number; all layers of them, or with
                                    checkpointing that of one and b t hidden for each
    attention                       without flash attention a mask of t² bytes
    the rest                        1.5 GB for the driver, workspaces and one tile of the last layer

Hours: the operations of `shapes.operations`, and those computed again, at 40 % of what the data sheet says; 10 to 20 % are usual for
small models and short rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from medinstruct.artefact import Build
from medinstruct.quiet import quiet
from medinstruct.trainer import devices, shapes, targets, weights
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.rows import Rows, tokens
from medinstruct.trainer.shapes import Shape

EFFICIENCY = 0.4
"""Share of a GPU's arithmetic that is assumed to be reached."""
REST = 1.5e9
"""Bytes that are there whatever is trained."""

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Estimate:
    """What a training would take."""

    rows: int
    refused: dict[str, int]
    tokens: int
    """Of one epoch, read and written."""
    written: int
    """Of one epoch."""
    longest: int
    """Tokens of the longest row."""
    sequences: int
    """That rows are packed into."""
    filled: float
    """Share of a sequence that is no padding."""
    steps: int
    parameters: int
    trained: int
    gpu: str
    gpus: int
    memory: float
    """Bytes on each GPU."""
    has: float
    """Bytes that one has."""
    hours: float | None
    """None for a mixture of experts, whose operations are not counted."""

    @property
    def fits(self) -> bool:
        """Whether a GPU holds it."""
        return self.memory <= self.has

    def stated(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "fits": self.fits}


@quiet()
def estimate(
    build: Build, model: str, config: Config, *, size: str = "", gpu: str = "h100", gpus: int = 1, remote_code: bool = False,
    tell: Tell = lambda what, done, of: None,
) -> Estimate:  # fmt: skip
    """Return what a training would take; see `trainer.estimate`."""
    if config.method != "sft":
        raise TrainError(
            f"what {config.method} takes is not estimated: it depends on how much the model writes", where="config"
        )
    device = devices.find(gpu)
    tokenizer = weights.tokenizer(model, config, remote_code=remote_code)
    stated = shapes.usual(size) if size else weights.shape(model, remote_code=remote_code)
    shape = shapes.measure(stated, config)
    turns = targets.Turns(tokenizer, weights.stops(model, tokenizer, stated))
    found = tokens(build, turns, longest(config, stated), tell=tell)
    number, filled = sequences(found, config)
    done = steps(number, config, gpus)
    lengths = found.lengths.astype(float)
    seen = done / per_epoch(number, config, gpus)
    pairs = float((lengths * (lengths + 1) / 2).sum())
    work = shapes.operations(shape, config.tune, float(lengths.sum()), float(found.written.sum()), pairs)
    work += shapes.again(shape, float(lengths.sum()), pairs) if config.checkpointing else 0
    hours = work * seen / (device.flops * EFFICIENCY * gpus) / 3600
    return Estimate(
        rows=len(found), refused=found.refused, tokens=int(lengths.sum()), written=int(found.written.sum()), longest=int(lengths.max()),
        sequences=number, filled=filled, steps=done, parameters=shape.parameters, trained=shape.trained, gpu=device.title, gpus=gpus,
        memory=memory(shape, config, at_once(config, int(lengths.max()))), has=device.memory, hours=hours if shape.is_dense else None,
    )  # fmt: skip


def longest(config: Config, stated: Any) -> int:
    """Tokens that a row may have: those of the config, or fewer if the model sees fewer."""
    room = getattr(stated.get_text_config(), "max_position_embeddings", None)
    return min(config.max_length, room) if room else config.max_length


def sequences(rows: Rows, config: Config) -> tuple[int, float]:
    """The sequences that rows are trained in, packed as TRL packs them, and the share of these that is no padding."""
    lengths = rows.lengths
    if not config.packing:
        return len(rows), float(lengths.mean() / lengths.max())
    import datasets
    from trl.data_utils import pack_dataset

    packed = pack_dataset(datasets.Dataset(rows.table).select_columns(["input_ids"]), config.max_length, "bfd")
    return len(packed), float(lengths.sum() / (len(packed) * config.max_length))


def per_epoch(sequences: int, config: Config, gpus: int) -> int:
    """Steps of the optimizer in an epoch."""
    batches = math.ceil(math.ceil(sequences / gpus) / config.batch)
    return max(math.ceil(batches / config.accumulate), 1)


def steps(sequences: int, config: Config, gpus: int = 1) -> int:
    """Steps of the optimizer in all."""
    return config.max_steps or math.ceil(config.epochs * per_epoch(sequences, config, gpus))


def at_once(config: Config, longest: int) -> int:
    """Tokens on a device at once: packed sequences go one by one unless flash attention is asked for, see `loop`."""
    if not config.packing:
        return config.batch * longest
    return config.max_length * (config.batch if config.attention == "flash_attention_2" else 1)


def memory(shape: Shape, config: Config, at_once: int) -> float:
    """Bytes on each GPU, see the formula above."""
    kind = "bf16" if config.precision == "auto" else config.precision
    width = 4 if kind == "fp32" else 2
    layer = width * at_once * (10 * shape.hidden + 4 * shape.inner)
    kept = layer + width * at_once * shape.hidden * shape.layers if config.checkpointing else layer * shape.layers
    mask = 0 if config.attention == "flash_attention_2" else at_once**2
    return states(shape, config.tune, kind) + kept + mask + REST


def states(shape: Shape, tune: str, kind: str) -> float:
    """Bytes of weights, gradients and the optimizer's moments."""
    if tune == "full":
        return {"bf16-weights": 8, "fp32": 16}.get(kind, 18) * shape.parameters
    if tune == "qlora":
        return 0.52 * shape.linear + 2 * (shape.parameters - shape.linear) + 16 * shape.trained
    return (4 if kind == "fp32" else 2) * shape.parameters + 16 * shape.trained


def on_disk(shape: Shape, config: Config) -> int:
    """Bytes that checkpoints (weights and two moments) and the trained model take, and one checkpoint more while it is written."""
    width = 2 if config.precision == "bf16-weights" else 4
    return width * shape.trained * (3 * (config.keep + 1) + 1)
