"""Models merged into one, tensor by tensor, piece by piece: so that two of 7 billion parameters need no more memory than two small ones.

    dare       base + mean over models of  keep · (model - base) / (1 - rate)        drop and rescale: Yu et al. 2024, arXiv 2311.03099
    average    mean over models                                                       Wortsman et al. 2022, arXiv 2203.05482

Of each difference a share `rate` is dropped by lot and the rest made larger, so that what is expected stays the same. BioMistral-NLU
is one model merged with the base that it was tuned from, at a rate of 0.2 (arXiv 2410.18955).

    medinstruct merge tuned --base BioMistral/BioMistral-7B-DARE --mask-rate 0.2 --out merged

A model is a folder of safetensors, or an adapter (LoRA) whose product of matrices is the difference. The lot is the raw stream of a
PCG64 that seed, place of the model and name of the tensor fix: the same whatever the shards. The file's layout is the specification's:
eight bytes of length, a JSON header, the tensors (https://github.com/huggingface/safetensors#format).
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from medinstruct import artefact
from medinstruct.sample import draw
from medinstruct.trainer import weights
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.tensors import Adapter, Model, Tensor, Weights, found
from medinstruct.version import VERSION

Method = Literal["dare", "average"]
Tell = Callable[[str, int, int], None]
AT_ONCE = 2**22
"""Numbers of a tensor that are worked on at once; no result depends on it."""
BESIDE = ("config.json", "generation_config.json", "tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab.*", "merges.txt",
          "chat_template*", "*.model")  # fmt: skip
"""What of a model's folder goes into the merged one."""


@dataclass(frozen=True)
class Merged:
    """A model that was merged."""

    folder: Path
    facts: dict[str, Any]
    """What `merge.json` says: method, rate, seed, models, tensors, numbers, and with a base those that differed and were dropped."""


def merge(
    models: Sequence[Path | str], *, out: Path | str, base: Path | str = "", method: Method = "dare", mask_rate: float = 0.2, seed: int = 42,
    tell: Tell = lambda what, done, of: None,
) -> Merged:  # fmt: skip
    """Merge models into a new folder, in the base's shards and number formats; nothing is left there if it fails.

    Args:
        models: Folders, or names on the Hub; adapters too.
        out: The folder to write; there is none yet.
        base: What the models were tuned from; of a plain average of whole models it may be left out.
        method: `dare` or `average`.
        mask_rate: Share of each difference that is dropped, 0 up to but not 1; of an average nothing is.
        seed: Of the lot.
        tell: Told of progress.

    Raises:
        TrainError: if tensors are missing or have other shapes, an adapter is for another base, or the disk is full.
    """
    place, rate = Path(out), mask_rate if method == "dare" else 0.0
    if not models:
        raise TrainError("there is nothing to merge", next="name one model or more")
    if not 0 <= rate < 1:
        raise TrainError(f"the mask rate is a share of 0 up to but not 1, not {mask_rate:g}")
    if place.exists():
        raise TrainError("stands there already", where=str(place), next="give another --out")
    parts = [found(str(name)) for name in models]
    ground = found(str(base)) if base else None
    if ground is None and (method == "dare" or any(isinstance(part, Adapter) for part in parts)):
        raise TrainError(
            f"{'dare' if method == 'dare' else 'an adapter'} needs the model that was tuned", next="give --base"
        )
    first = ground or parts[0]
    if isinstance(first, Adapter):
        raise TrainError(
            "is an adapter, and should be a whole model", where=first.name, next="give --base a whole model"
        )
    for part in parts:
        part.fits(first)
    weights.check_room(place, first.bytes, "the merged model takes")
    unfinished = place.with_name(f".{place.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
        counts = _write(unfinished, first, parts, ground is not None, rate, seed, tell)
        _copy_beside(unfinished, [first, *(part for part in parts[:1] if part is not first)])
        facts = {
            "medinstruct": VERSION, "method": method, "mask_rate": rate, "seed": seed, "base": str(base), "models": [str(name) for name in models],
            **counts,
        }  # fmt: skip
        artefact.write_json(unfinished / "merge.json", facts)
        unfinished.rename(place)
    except OSError as error:
        raise TrainError(
            f"cannot be written: {error.strerror or error}", where=str(place), next="nothing was left there"
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Merged(place, facts)


def _write(
    folder: Path, first: Model, parts: Sequence[Weights], has_base: bool, rate: float, seed: int, tell: Tell
) -> dict[str, Any]:
    """Write the shards and their index, and return what was counted."""
    done, hashes = 0, {}
    counts = {"numbers": 0, **({"differing": 0, "dropped": 0} if has_base else {})}
    for shard, tensors in first.shards.items():
        with (folder / shard).open("wb") as file:
            digest = hashlib.sha256()
            for raw in _shard(first, tensors, parts, has_base, rate, seed, counts):
                file.write(raw)
                digest.update(raw)
                if isinstance(raw, memoryview):
                    done += len(raw)
                    tell("merging megabytes", done >> 20, first.bytes >> 20)
        hashes[shard] = digest.hexdigest()
    if len(first.shards) > 1:
        where = {tensor.name: shard for shard, tensors in first.shards.items() for tensor in tensors}
        artefact.write_json(
            folder / "model.safetensors.index.json", {"metadata": {"total_size": first.bytes}, "weight_map": where}
        )
    return {"tensors": sum(map(len, first.shards.values())), **counts, "shards": hashes}


def _shard(
    first: Model, tensors: Sequence[Tensor], parts: Sequence[Weights], has_base: bool, rate: float, seed: int, counts: dict[str, int]
) -> Iterator[bytes | memoryview]:  # fmt: skip
    """Yield the bytes of a file: its head, and then, as views, its tensors."""
    yield _head(tensors)
    for tensor in tensors:
        lots = [np.random.PCG64(draw(seed, "dare", n, tensor.name)) for n in range(len(parts))]
        for start, end in _stretches(tensor.shape):
            merged = first.piece(tensor.name, start, end)
            if merged.is_floating_point():
                differences = [part.difference(first, tensor.name, start, end, has_base) for part in parts]
                counts["numbers"] += sum(each.numel() for each in differences)
                if has_base:
                    differences = [_dropped(each, rate, lot, counts) for each, lot in zip(differences, lots)]
                mean = sum(differences) / len(parts)
                merged = ((merged.float() + mean) if has_base else mean).to(merged.dtype)
            yield _raw(merged)


def _dropped(difference: Any, rate: float, lot: np.random.PCG64, counts: dict[str, int]) -> Any:
    """The difference with a share of its numbers dropped, and the rest as much larger."""
    import torch

    is_other = difference != 0
    counts["differing"] += int(is_other.sum())
    if not rate:
        return difference
    raw = np.asarray(lot.random_raw(difference.numel())).reshape(difference.shape)
    is_dropped = torch.from_numpy(np.asarray(raw < np.uint64(math.floor(rate * 2**64))))
    counts["dropped"] += int((is_other & is_dropped).sum())
    return difference.masked_fill_(is_dropped, 0.0).div_(1 - rate)


def _stretches(shape: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First row and the one behind the last of each stretch of a tensor; (0, 0) for one without rows, a single number."""
    if not shape:
        yield 0, 0
        return
    rows = max(1, AT_ONCE // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], rows):
        yield start, min(start + rows, shape[0])


def _head(tensors: Sequence[Tensor]) -> bytes:
    """The head of a file of safetensors, filled up with blanks to a multiple of eight bytes."""
    at, stated = 0, dict[str, Any](__metadata__={"format": "pt"})
    for tensor in tensors:
        stated[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [at, at + tensor.bytes],
        }
        at += tensor.bytes
    raw = json.dumps(stated, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return len(raw).to_bytes(8, "little") + raw


def _raw(tensor: Any) -> memoryview:
    import torch

    return memoryview(tensor.contiguous().reshape(-1).view(torch.uint8).numpy())


def _copy_beside(folder: Path, models: Sequence[Weights]) -> None:
    """Copy configuration and tokenizer: the base's, over them those of the first model, whose turns it was taught."""
    for model in models:
        for file in sorted(model.folder.iterdir()):
            is_wanted = any(fnmatch.fnmatchcase(file.name, pattern) for pattern in BESIDE)
            if is_wanted and file.is_file() and file.suffix != ".safetensors":
                shutil.copyfile(file, folder / file.name)
