"""Model, tokenizer and adapter: in from safetensors alone, with no code of a repository's own unless told; out beside their place."""

from __future__ import annotations

import errno
import importlib.util
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xxhash

from medinstruct.trainer import targets
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError

TOKENIZERS = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "spiece.model", "tekken.json")
"""Files of which a folder with a tokenizer has one."""
PEEKS, PEEK = 256, 1 << 16
"""Places of each file of weights that a fingerprint looks at, and bytes at each."""


def tokenizer(model: str, config: Config, *, remote_code: bool = False) -> Any:
    """Return the tokenizer of a model, with the chat template that the config asks for.

    Raises:
        TrainError: if there is none.
    """
    import transformers

    if Path(model).is_dir() and not any((Path(model) / name).is_file() for name in TOKENIZERS):
        raise TrainError("holds no tokenizer", where=model, next="copy tokenizer.json of the model there")
    with _loading("tokenizer", model):
        found: Any = transformers.AutoTokenizer.from_pretrained(model, trust_remote_code=remote_code)
    template = config.chat_template or found.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    if config.template_options and not template:
        raise TrainError("the model has no chat template that `template_options` could tell anything", where=model)
    if template:
        found.chat_template = targets.told(template, config.template_options)
    found.padding_side = "right"
    if found.pad_token is None:
        found.pad_token = found.eos_token or found.unk_token
    if found.pad_token is None:
        raise TrainError("the tokenizer has neither a pad, an end-of-text nor an unknown token", where=model)
    return found


def shape(model: str, *, remote_code: bool = False) -> Any:
    """Return transformers' config of a model, reading no weights."""
    import transformers

    if (Path(model) / "adapter_config.json").is_file() and not (Path(model) / "config.json").is_file():
        base = read_adapter(Path(model)).get("base_model_name_or_path")
        raise TrainError("is an adapter, and no model", where=model, next=f"--model {base} --adapter {model}")
    with _loading("model", model):
        return transformers.AutoConfig.from_pretrained(model, trust_remote_code=remote_code)


def stops(model: str, tokenizer: Any, stated: Any) -> set[int]:
    """Return the tokens at which a model stops that is asked: its tokenizer's end, and those of its generation config."""
    import transformers

    try:
        found = transformers.GenerationConfig.from_pretrained(model).eos_token_id
    except OSError:  # it has none, and transformers takes what the model's config says
        found = getattr(stated.get_text_config(), "eos_token_id", None)
    return {tokenizer.eos_token_id, *(found if isinstance(found, list) else [found])} - {None}


def load(model: str, config: Config, *, remote_code: bool = False) -> Any:
    """Return a model with its weights, in the precision that the config trains in.

    Raises:
        TrainError: if it cannot be had.
    """
    import transformers

    options: dict[str, Any] = {"dtype": dtype(config), "attn_implementation": attention(config)}
    if config.tune == "qlora":
        options["quantization_config"] = _four_bits()
    stated = shape(model, remote_code=remote_code)
    with _loading("model", model):
        return transformers.AutoModelForCausalLM.from_pretrained(
            model, config=stated, use_safetensors=True, trust_remote_code=remote_code, **options
        )


def with_adapter(model: Any, base: str, config: Config, adapter: str) -> Any:
    """Return the model with a new adapter on it, or with one that is trained on.

    Raises:
        TrainError: if a layer that is named is not there, or the adapter is of another base.
    """
    import peft

    if config.tune == "qlora":
        model = peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    if adapter:
        check_base(base, adapter)
        try:
            return peft.PeftModel.from_pretrained(model, adapter, is_trainable=True)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            what = " ".join(str(error).split())[:200]
            raise TrainError(f"the adapter does not fit {base}: {what}", where=adapter, next=ITS_BASE) from error
    wanted = config.targets if isinstance(config.targets, str) else list(config.targets)
    try:
        return peft.get_peft_model(
            model, peft.LoraConfig(task_type="CAUSAL_LM", r=config.rank, lora_alpha=config.alpha,
                                   lora_dropout=config.dropout, target_modules=wanted)
        )  # fmt: skip
    except ValueError as error:
        raise TrainError(
            f"targets: {' '.join(str(error).split())[:200]}", where=base, next="`all-linear` fits any model"
        ) from error


ITS_BASE = "give the base that it was trained on as the model"


def check_base(base: str, adapter: str) -> None:
    """Raise a TrainError if an adapter that was trained here stands on other weights than these."""
    import peft

    read_adapter(Path(adapter))
    record = Path(adapter) / "train.json"
    if not record.is_file():
        return  # of elsewhere: whether its tensors fit is all that can be seen
    known = json.loads(record.read_bytes()).get("base", "")
    here = fingerprint(base)
    if known and here and known != here:
        stated = peft.PeftConfig.from_pretrained(adapter).base_model_name_or_path
        raise TrainError(f"was trained on other weights ({stated}) than those of {base}", where=adapter, next=ITS_BASE)


def read_adapter(folder: Path) -> dict[str, Any]:
    """Return what the config of an adapter says.

    Raises:
        TrainError: if there is none.
    """
    if folder.is_dir() and not (folder / "adapter_config.json").is_file():
        raise TrainError("holds no adapter", where=str(folder), next="an adapter is a folder with adapter_config.json")
    if not folder.is_dir():
        return {}  # a name on the Hub
    try:
        found = json.loads((folder / "adapter_config.json").read_bytes())
    except ValueError as error:
        raise TrainError(f"is no JSON: {error}", where=str(folder / "adapter_config.json")) from error
    return found if isinstance(found, dict) else {}


def fingerprint(model: str) -> str:
    """Return 32 hex digits that tell the weights of a folder from others: sizes, and numbers of all parts; empty for the Hub's."""
    files = sorted(Path(model).glob("*.safetensors")) if Path(model).is_dir() else []
    found = xxhash.xxh3_128()
    for file in files:
        size = file.stat().st_size
        found.update(f"{file.name}:{size}:".encode())
        with file.open("rb") as opened:
            for place in range(0, size, max(size // PEEKS, PEEK)):
                opened.seek(place)
                found.update(opened.read(PEEK))
    return found.hexdigest() if files else ""


def dtype(config: Config) -> Any:
    """The type that weights are loaded in: trained ones in float32 unless told, those under an adapter as they are computed with."""
    import torch

    kind = precision(config)
    if kind == "bf16-weights" or (kind == "bf16" and config.tune != "full"):
        return torch.bfloat16
    if kind == "fp16" and config.tune != "full":
        return torch.float16
    return torch.float32


def precision(config: Config) -> str:
    """The precision that `auto` means on this machine, else the one that is asked for."""
    import torch

    if config.precision != "auto":
        return config.precision
    return "bf16" if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else "fp32"


def attention(config: Config) -> str:
    """The attention that `auto` means on this machine, else the one that is asked for."""
    import torch

    if config.attention != "auto":
        return config.attention
    has_flash = torch.cuda.is_available() and importlib.util.find_spec("flash_attn") is not None
    return "flash_attention_2" if has_flash and precision(config) != "fp32" else "sdpa"


def check_room(out: Path, needed: int, what: str, hint: str = "make room, or give another --out") -> None:
    """Raise a TrainError if the disk has less room than what will be written takes, in bytes."""
    place = next(parent for parent in (out, *out.absolute().parents) if parent.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        told = f"{what} {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB are free"
        raise TrainError(told, where=str(out), next=hint)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Tell what goes wrong while something is written, and leave nothing half written."""
    import safetensors

    try:
        yield
    except (OSError, safetensors.SafetensorError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(
            word in str(error) for word in ("PytorchStreamWriter", "iostream")
        ):
            raise  # of the training, and not of the disk
        shutil.rmtree(folder, ignore_errors=True)
        why = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())[:160]
        next = "make room and start again; it goes on from the last checkpoint"
        raise TrainError(f"cannot write: {why}", where=str(folder), next=next if _is_full(error) else "") from error


def _is_full(error: Exception) -> bool:
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return not isinstance(error, OSError) or error.errno in full


@contextmanager
def _loading(what: str, name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        told = " ".join(str(error).split())[:240]
        next = "say --remote-code if you trust its authors" if "trust_remote_code" in told else ""
        raise TrainError(f"cannot load the {what}: {told}", where=name, next=next) from error


def _four_bits() -> Any:
    """How a base is held in 4 bits: NormalFloat, quantised twice, computed in bfloat16 (Dettmers et al. 2023, arXiv 2305.14314)."""
    import torch
    import transformers

    if importlib.util.find_spec("bitsandbytes") is None:
        raise TrainError(
            "qlora needs bitsandbytes", next="pip install bitsandbytes, on a machine with a GPU; or `tune: lora`"
        )
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16
    )  # fmt: skip
