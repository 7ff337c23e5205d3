"""The tensors of a model's folder, read a few rows at a time: whole models in safetensors, one file or shards, and LoRA adapters.

Each read opens its file anew, so that what the system keeps of a file in memory is let go with it.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from medinstruct.trainer.errors import TrainError

BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
}
"""Of one number, by safetensors' name of its format."""
INDEX = "model.safetensors.index.json"
WHOLE = "model.safetensors"
ADAPTER = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
PREFIX = "base_model.model."
"""Before the base's own names, in an adapter."""


class Tensor(NamedTuple):
    """What a file says of a tensor."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Of its numbers."""
        return BYTES[self.dtype] * math.prod(self.shape)


class Weights(ABC):
    """Something that differs from a base, tensor by tensor."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder

    @abstractmethod
    def fits(self, base: Model) -> None:
        """Raise a TrainError if this is no model of the kind of the base."""

    @abstractmethod
    def difference(self, base: Model, name: str, start: int, end: int, has_base: bool) -> Any:
        """Return how rows of a tensor differ from the base's, or, where there is none, the rows, in float32."""


class Model(Weights):
    """A whole model."""

    @cached_property
    def shards(self) -> Mapping[str, tuple[Tensor, ...]]:
        """The tensors of each file, in the order of their names."""
        files = sorted(set(_index(self.folder / INDEX).values())) if (self.folder / INDEX).is_file() else [WHOLE]
        return {file: tuple(_tensors(self.folder / file)) for file in files}

    @cached_property
    def tensors(self) -> Mapping[str, tuple[str, Tensor]]:
        """File and facts of each tensor."""
        return {tensor.name: (file, tensor) for file, some in self.shards.items() for tensor in some}

    @property
    def bytes(self) -> int:
        """Of all tensors."""
        return sum(tensor.bytes for some in self.shards.values() for tensor in some)

    def piece(self, name: str, start: int, end: int) -> Any:
        """Return rows `start` to `end` of a tensor; of a single number that number."""
        file, tensor = self.tensors[name]
        return _piece(self.folder / file, tensor, start, end)

    def fits(self, base: Model) -> None:
        missing, more = (
            sorted(base.tensors.keys() - self.tensors.keys()),
            sorted(self.tensors.keys() - base.tensors.keys()),
        )
        if missing or more:
            what = f"lacks {_some(missing)}" if missing else f"holds {_some(more)}, which {base.name} lacks"
            raise TrainError(what, where=self.name, next=f"merge models of the same kind as {base.name}")
        for name, (_, tensor) in base.tensors.items():
            mine = self.tensors[name][1]
            if mine.shape != tensor.shape:
                raise TrainError(f"{name} is {_by(mine.shape)}, and {_by(tensor.shape)} in {base.name}", where=self.name,
                                 next="merge models of one architecture and one vocabulary")  # fmt: skip

    def difference(self, base: Model, name: str, start: int, end: int, has_base: bool) -> Any:
        mine = self.piece(name, start, end).float()
        return mine - base.piece(name, start, end).float() if has_base else mine


class Adapter(Weights):
    """A LoRA adapter: of some of a base's matrices the difference, as a product of two thin ones."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self.config = _json(folder / ADAPTER_CONFIG)
        self.tensors = {tensor.name: tensor for tensor in _tensors(folder / ADAPTER)}
        kind = str(self.config.get("peft_type"))
        special = [
            key
            for key in ("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save", "fan_in_fan_out")
            if self.config.get(key)
        ]
        if kind.upper() != "LORA" or special or self.config.get("bias", "none") != "none":
            what = f"is an adapter of the kind {kind} {', '.join(special)}".rstrip()
            raise TrainError(
                what, where=name, next="merge it into its base with peft's merge_and_unload, and merge the whole model"
            )
        self.rank = int(self.config["r"])
        self.scale = float(self.config["lora_alpha"]) / (
            math.sqrt(self.rank) if self.config.get("use_rslora") else self.rank
        )

    def fits(self, base: Model) -> None:
        stated = str(self.config.get("base_model_name_or_path") or "")
        if stated and Path(stated).name != Path(base.name).name:
            raise TrainError(
                f"is an adapter for {stated}, not for {base.name}", where=self.name, next=f"give --base {stated}"
            )
        for tensor in self.tensors.values():
            name, _, side = tensor.name.removeprefix(PREFIX).partition(".lora_")
            if f"{name}.weight" not in base.tensors:
                raise TrainError(
                    f"changes {name}, which {base.name} lacks",
                    where=self.name,
                    next="give --base the model that it was trained on",
                )
            rows, columns = base.tensors[f"{name}.weight"][1].shape
            shape = {"A.weight": (self.rank, columns), "B.weight": (rows, self.rank)}.get(side)
            if tensor.shape != shape:
                raise TrainError(f"{tensor.name} is {_by(tensor.shape)}, and {name} of {base.name} {rows} by {columns}", where=self.name,
                                 next="give --base the model that it was trained on")  # fmt: skip

    def difference(self, base: Model, name: str, start: int, end: int, has_base: bool) -> Any:
        import torch

        stem = f"{PREFIX}{name.removesuffix('.weight')}.lora_"
        if f"{stem}A.weight" not in self.tensors:
            return torch.zeros((end - start, *base.tensors[name][1].shape[1:]) if end else ())
        file, high, low = self.folder / ADAPTER, self.tensors[f"{stem}B.weight"], self.tensors[f"{stem}A.weight"]
        return self.scale * (_piece(file, high, start, end).float() @ _piece(file, low, 0, self.rank).float())


def found(name: str) -> Model | Adapter:
    """Return the model or adapter of a folder, or of a name on the Hub.

    Raises:
        TrainError: if there is none in safetensors.
    """
    folder = Path(name) if Path(name).is_dir() else _fetched(name)
    if (folder / ADAPTER_CONFIG).is_file():
        return Adapter(name, folder)
    if (folder / INDEX).is_file() or (folder / WHOLE).is_file():
        return Model(name, folder)
    raise TrainError(
        "holds no model in safetensors", where=name, next=f"a model is a folder with {WHOLE}, or {INDEX} and its shards"
    )


def _fetched(name: str) -> Path:
    if Path(name).is_absolute() or name.count("/") != 1 or name.startswith("."):
        raise TrainError("there is no such folder", where=name, next="name a folder, or organisation/model on the Hub")
    import huggingface_hub

    wanted = ["*.safetensors", "*.json", "*.model", "*.txt", "*.jinja"]
    try:
        return Path(huggingface_hub.snapshot_download(name, allow_patterns=wanted))
    except (OSError, ValueError, RuntimeError) as error:
        raise TrainError(
            f"is no folder, and cannot be fetched: {' '.join(str(error).split())[:160]}", where=name
        ) from error


def _tensors(file: Path) -> list[Tensor]:
    """What a file holds, by its head alone."""
    import safetensors

    try:
        with safetensors.safe_open(str(file), framework="pt") as opened:
            parts = ((name, opened.get_slice(name)) for name in sorted(opened.keys()))
            tensors = [Tensor(name, part.get_dtype(), tuple(part.get_shape())) for name, part in parts]
    except (OSError, safetensors.SafetensorError) as error:
        raise TrainError(f"cannot be read: {error}", where=str(file), next="fetch it again") from error
    if unknown := sorted({tensor.dtype for tensor in tensors} - BYTES.keys()):
        raise TrainError(f"holds numbers of the kind {unknown[0]}, which cannot be merged", where=str(file))
    return tensors


def _piece(file: Path, tensor: Tensor, start: int, end: int) -> Any:
    import safetensors

    with safetensors.safe_open(str(file), framework="pt") as opened:
        return (
            opened.get_slice(tensor.name)[start:end].clone() if tensor.shape else opened.get_tensor(tensor.name).clone()
        )


def _index(file: Path) -> dict[str, str]:
    places = _json(file).get("weight_map")
    if not isinstance(places, dict) or not all(
        isinstance(shard, str) and Path(shard).name == shard for shard in places.values()
    ):
        raise TrainError(
            "does not say which shard of the folder holds which tensor", where=str(file), next="fetch it again"
        )
    return places


def _json(file: Path) -> dict[str, Any]:
    try:
        stated = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainError(f"cannot be read: {error}", where=str(file), next="fetch it again") from error
    if not isinstance(stated, dict):
        raise TrainError("is no mapping", where=str(file), next="fetch it again")
    return stated


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more tensors" if len(names) > 3 else "")


def _by(shape: tuple[int, ...]) -> str:
    return " by ".join(f"{size:,}" for size in shape) or "a number"
