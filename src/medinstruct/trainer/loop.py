"""The training itself: TRL's trainers, given our tokens and labels, or our questions and rewards.

Each row attends to itself alone, packed or not. Flash attention keeps packed rows apart at no cost; PyTorch's own attention does so by
a mask over all tokens at once, whose cost grows with the square of what is packed. So without flash attention packed sequences go one by
one, and as many more are accumulated: the same step, as the loss is a mean over all tokens that are written in it.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import accelerate
import datasets
import trl
from transformers import PrinterCallback

from medinstruct import lock, scorer
from medinstruct.artefact import Build
from medinstruct.quiet import quiet
from medinstruct.trainer import costs, record, rewards, scores, shapes, targets, watching, weights
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.rows import Rows, tokens
from medinstruct.trainer.watching import Counted, Watch

Tell = Callable[[str, int, int], None]


class Taught(Counted, trl.SFTTrainer):  # type: ignore[misc]  # trl is not read by mypy
    """Learns answers."""


class Rewarded(Counted, trl.GRPOTrainer):  # type: ignore[misc]  # trl is not read by mypy
    """Answers, and is rewarded."""


@quiet()
def run(
    build: Build, model: str, out: Path, config: Config, *, adapter: str = "", resume: int | None = None, samples: bool = False,
    remote_code: bool = False, tell: Tell = lambda what, done, of: None,
) -> tuple[Path, dict[str, Any]]:  # fmt: skip
    """Train, and return the folder and what `train.json` says; see `trainer.train`.

    Everything that can be wrong is looked at before the first weight is read, and before anything is written.
    """
    _check(build, config, adapter, samples)
    state = accelerate.PartialState(cpu=not _has_gpu())
    if not state.is_main_process:
        tell = _nothing
    stated = weights.shape(model, remote_code=remote_code)
    if adapter:
        weights.check_base(model, adapter)
    tokenizer = weights.tokenizer(model, config, remote_code=remote_code)
    turns = targets.Turns(tokenizer, weights.stops(model, tokenizer, stated))
    shape = shapes.measure(stated, config)
    fewer = "make room, give another --out, or keep fewer checkpoints (`keep`)"
    weights.check_room(out, costs.on_disk(shape, config), "checkpoints and model take", fewer)
    longest = costs.longest(config, stated)
    if config.method == "grpo":
        rows = rewards.questions(build, turns, longest, config.max_new_tokens, tell)
    else:
        rows = tokens(build, turns, longest, tell=tell)
    head = {
        "model": model,
        "base": weights.fingerprint(model),
        "build": build.digest,
        "adapter": adapter,
        "config": config.model_dump(mode="json"),
    }
    with _alone(out, state.is_main_process):
        if state.is_main_process:
            record.begin(out, head)
        trainer = _trainer(model, out, config, rows, turns, adapter, remote_code)
        asks = scores.Scores(build, config) if scores.can_score(build, config) else None
        if asks and _is_sharded(trainer):
            raise TrainError(
                "scores while training need whole weights on each GPU", where="config", next="`--set eval_rows=0`"
            )
        trainer.add_callback(Watch(trainer, asks, config.eval_steps, tell))
        trainer.remove_callback(PrinterCallback)
        start = watching.last(out / "checkpoints", resume)
        seconds = _train(trainer, start)
        facts = {
            "method": config.method, "parameters": shape.parameters, "trained": shape.trained, "steps": trainer.state.global_step,
            "resumed at step": int(start.name.split("-")[1]) if start else None, "attention": weights.attention(config),
            "precision": weights.precision(config), **record.speed(shape, config, trainer.counted(), seconds, state.num_processes),
        }  # fmt: skip
        _save(trainer, stated, out)
        if state.is_main_process:
            return out, record.finish(out, head, build, rows, facts, trainer.state.log_history)
    return out, {**head, **facts}


def _check(build: Build, config: Config, adapter: str, samples: bool) -> None:
    where = str(build.folder)
    if "train" not in build:
        raise TrainError("has no train part", where=where, next="a benchmark is for `medinstruct evaluate`")
    if build.manifest["samples"] and not samples:
        raise TrainError(
            "this build holds bundled samples: invented text under the names of real corpora", where=where,
            next="build with --data; to train on samples all the same, say --samples",
        )  # fmt: skip
    if adapter and config.tune == "full":
        raise TrainError(
            "all weights are trained, and an adapter is given", next="`tune: lora`, or leave --adapter out"
        )
    if config.method == "grpo" and (config.batch * config.accumulate) % config.generations:
        raise TrainError(
            f"batch x accumulate is {config.batch * config.accumulate} answers, which are no whole groups of {config.generations}",
            where="config", next="make it a multiple of `generations`",
        )  # fmt: skip
    if config.precision == "fp16" and weights.precision(config) == "fp16" and not _has_gpu():
        raise TrainError("fp16 needs a GPU", where="config", next="`--set precision=fp32`")


def _nothing(what: str, done: int, of: int) -> None:
    """What a process tells that is not the first."""


def _has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _trainer(
    model: str,
    out: Path,
    config: Config,
    rows: Rows,
    turns: targets.Turns,
    adapter: str,
    remote_code: bool,
) -> Any:
    """TRL's trainer, ready to go."""
    accelerate.utils.set_seed(config.seed)  # an adapter's first weights are drawn
    loaded = weights.load(model, config, remote_code=remote_code)
    if config.tune != "full":
        loaded = weights.with_adapter(loaded, model, config, adapter)
    shared = _arguments(out, config)
    if config.method == "grpo":
        return Rewarded(
            loaded, scorer.reward, args=trl.GRPOConfig(**shared, **rewards.arguments(config)),
            train_dataset=datasets.Dataset(rows.table), processing_class=turns.tokenizer,
        )  # fmt: skip
    return Taught(
        loaded, args=trl.SFTConfig(**shared, max_length=config.max_length, packing=config.packing, packing_strategy="bfd"),
        train_dataset=datasets.Dataset(rows.table), processing_class=turns.tokenizer,
    )  # fmt: skip


def _arguments(out: Path, config: Config) -> dict[str, Any]:
    """What both trainers are told, in transformers' words."""
    batch, accumulate = config.batch, config.accumulate
    if config.method == "sft" and config.packing and weights.attention(config) != "flash_attention_2":
        batch, accumulate = 1, config.batch * config.accumulate  # see the head of this file
    precision = weights.precision(config)
    return {
        "output_dir": str(out / "checkpoints"), "per_device_train_batch_size": batch, "gradient_accumulation_steps": accumulate,
        "num_train_epochs": config.epochs, "max_steps": config.max_steps or -1, "learning_rate": config.learning_rate,
        "lr_scheduler_type": config.schedule, "warmup_steps": config.warmup, "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm, "optim": config.optimizer, "seed": config.seed,
        "bf16": precision.startswith("bf16"), "fp16": precision == "fp16", "use_cpu": not _has_gpu(),
        "activation_checkpointing": config.checkpointing, "gradient_checkpointing": False,
        "save_strategy": "steps" if config.save_steps else "epoch", "save_steps": config.save_steps or 500, "save_total_limit": config.keep,
        "logging_steps": config.log_steps, "logging_first_step": True, "report_to": "none", "disable_tqdm": True,
        "dataloader_pin_memory": _has_gpu(),
    }  # fmt: skip


def _is_sharded(trainer: Any) -> bool:
    """Whether each GPU holds only a share of the weights."""
    plugin = trainer.accelerator.state.deepspeed_plugin
    return bool(trainer.is_fsdp_enabled or (plugin is not None and plugin.zero_stage == 3))


def _train(trainer: Any, start: Path | None) -> float:
    """Train, from a checkpoint if there is one; the seconds that it took, without checkpoints and scores."""
    begun = time.perf_counter()
    trainer.train(resume_from_checkpoint=str(start) if start else None)
    return time.perf_counter() - begun - float(trainer.aside)


def _save(trainer: Any, stated: Any, out: Path) -> None:
    """Write model or adapter, and tokenizer, beside their place and rename them there."""
    draft = out / ".model"
    shutil.rmtree(draft, ignore_errors=True)
    if (
        not _is_sharded(trainer)
        and getattr(stated, "dtype", None) is not None
        and not hasattr(trainer.model, "peft_config")
    ):
        trainer.model.to(stated.dtype)  # as it came, where it was trained in float32
    with weights.writing(draft):
        trainer.save_model(str(draft))
        if trainer.args.should_save:
            for name in (
                "training_args.bin",
                "README.md",
            ):  # a pickle and an empty card; all of it stands in train.json
                (draft / name).unlink(missing_ok=True)
            for file in sorted(draft.iterdir()):
                file.replace(out / file.name)
            draft.rmdir()
    trainer.accelerator.wait_for_everyone()


@contextmanager
def _alone(out: Path, is_main: bool) -> Iterator[None]:
    """Hold the folder; what is half written goes, that of another process at once, one's own if no checkpoint is worth keeping."""
    if not is_main:
        yield
        return
    with lock.held(out, record.busy(out)):
        was_here, had = out.exists(), set(out.glob("*"))
        for folder in (out / "checkpoints").glob("checkpoint-*"):
            if not (folder / watching.WHOLE).is_file():
                shutil.rmtree(folder)
        try:
            yield
        except BaseException:
            if watching.last(out / "checkpoints") is None:
                _remove(set(out.glob("*")) - had if was_here else {out})
            raise


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
