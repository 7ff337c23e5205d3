"""What a training writes down: `run.json` before it, `train.json` and the loss curve after it."""

from __future__ import annotations

import importlib.metadata
import io
import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medinstruct import artefact
from medinstruct.artefact import Build
from medinstruct.trainer import devices, shapes
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.rows import Rows
from medinstruct.trainer.shapes import Shape
from medinstruct.version import VERSION

PACKAGES = (
    "torch",
    "transformers",
    "trl",
    "peft",
    "accelerate",
    "tokenizers",
    "datasets",
    "bitsandbytes",
    "flash-attn",
)


def busy(out: Path) -> TrainError:
    """What is said where another process trains into the same folder."""
    return TrainError("another training is writing here", where=str(out), next="wait for it, or give another --out")


def begin(out: Path, head: Mapping[str, Any]) -> None:
    """Say in `run.json` what was asked for, or see that a training which was broken off there was asked for the same.

    Raises:
        TrainError: if the folder holds a training that is done, another one, or something else.
    """
    if (out / "train.json").is_file():
        raise TrainError("holds a training that is done", where=str(out), next="give another --out")
    if (out / "run.json").is_file():
        known = artefact.read_json(out / "run.json")
        if other := [key for key in head if known.get(key) != head[key]]:
            raise TrainError(
                f"holds a training that was begun with another {other[0]}: {_short(known.get(other[0]))}, now {_short(head[other[0]])}",
                where=str(out), next="give another --out, or what it was begun with",
            )  # fmt: skip
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TrainError("is not empty, and holds no training", where=str(out), next="give another --out")
    else:
        artefact.write_json(out / "run.json", dict(head))


def finish(
    out: Path, head: Mapping[str, Any], build: Build, rows: Rows, facts: Mapping[str, Any], log: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:  # fmt: skip
    """Write `loss.png` and then `train.json`, and return what it says."""
    losses = [one for one in log if "loss" in one]
    written = {
        "medinstruct": VERSION, "versions": versions(), **head,
        "data": {"recipe": build.manifest["recipe"], "digest": build.digest, "samples": build.manifest["samples"], "licenses": licenses(build)},
        "rows": {"trained": len(rows), "refused": rows.refused, "first refused": rows.example, "tokens": int(rows.lengths.sum()),
                 "written": int(rows.written.sum()), "longest": int(rows.lengths.max())},
        **facts,
        "loss": [{key: one[key] for key in ("step", "epoch", "loss", "learning_rate", "grad_norm") if key in one} for one in losses],
        "scores": [one for one in log if "average" in one],
    }  # fmt: skip
    if losses:
        artefact.write_bytes(out / "loss.png", curve(losses, written["scores"]))
    artefact.write_json(out / "train.json", written)
    return written


def speed(shape: Shape, config: Config, counts: Mapping[str, float], seconds: float, processes: int) -> dict[str, Any]:
    """Tokens, tokens per second, and the share of the hardware's arithmetic that training needs; none where it is not known.

    Args:
        shape: Of the model.
        config: Of the training.
        counts: `tokens`, `written` and `pairs` that this process group has trained on.
        seconds: That this took, without evaluation and checkpoints.
        processes: That took part.
    """
    work = shapes.operations(shape, config.tune, counts["tokens"], counts["written"], counts["pairs"])
    title, peak = hardware()
    has_speed = seconds > 0 and counts["tokens"] > 0  # what `grpo` writes itself is not counted
    is_known = has_speed and shape.is_dense
    return {
        "tokens": {name: int(counts[name]) for name in ("tokens", "written")}, "seconds": round(seconds, 3),
        "tokens per second": round(counts["tokens"] / seconds, 1) if has_speed else None,
        "operations": work if is_known else None,
        "operations per second": work / seconds if is_known else None,
        "model FLOP utilisation": work / seconds / (peak * processes) if is_known and peak else None,
        "device": title, "processes": processes, "peak memory": peak_memory(),
    }  # fmt: skip


def hardware() -> tuple[str, float]:
    """What the model is trained on, and its operations per second; 0 where no data sheet is known."""
    import torch

    if not torch.cuda.is_available():
        return platform.processor() or platform.machine(), 0.0
    name = torch.cuda.get_device_name()
    device = devices.here(name)
    return name, device.flops if device else 0.0


def peak_memory() -> int:
    """The most bytes that were in use at once: of the GPU, else of this process."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def versions() -> dict[str, str]:
    """Of Python and the packages that decide what comes out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # an optional one
            continue
    return found


def licenses(build: Build) -> dict[str, int]:
    """Rows by license: what a trained model may be used for depends on it."""
    found: dict[str, int] = {}
    for _, batch in build["train"].batches(["license"]):
        for one in batch["license"].value_counts().to_pylist():
            found[one["values"]] = found.get(one["values"], 0) + one["counts"]
    return dict(sorted(found.items()))


def curve(losses: Sequence[Mapping[str, Any]], scores: Sequence[Mapping[str, Any]]) -> bytes:
    """The loss by step as PNG, with the scores of the validation part where there are some."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=140, layout="constrained")
    axes = figure.subplots()
    axes.plot([one["step"] for one in losses], [one["loss"] for one in losses], color="#0072b2", linewidth=1.2)
    axes.set(xlabel="step", ylabel="loss on the answers")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    if scores:
        beside = axes.twinx()
        beside.plot(
            [one["step"] for one in scores],
            [one["average"] for one in scores],
            color="#e69f00",
            marker="o",
            linewidth=1.2,
        )
        beside.set(ylabel="mean score on the validation part", ylim=(0, 1))
        beside.spines[["top"]].set_visible(False)
    page = io.BytesIO()
    figure.savefig(page, format="png", metadata={"Software": None})
    return page.getvalue()


def _short(value: Any) -> str:
    return str(value)[:60]
