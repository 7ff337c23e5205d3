"""A build in the shape that another reader wants, with the side files that it needs.

    as                  one line of a split's file                                           read by
    messages            {"messages": [{"role": "user", "content": …}, …]}                    TRL, axolotl, open-instruct
    prompt-completion   {"prompt": [{"role": …}], "completion": [{"role": "assistant", …}]}  TRL
    sharegpt            {"conversations": [{"from": "human", "value": …}, …]}                   LLaMA-Factory, axolotl
    alpaca              {"instruction": …, "input": "", "output": …, "system": …, "history": …}  LLaMA-Factory, axolotl, litgpt
    jsonl               all columns of the row, nothing left out
    spacy               no line but a folder of `.spacy` files with the texts, spans and categories      spacy train, Prodigy

Every line keeps the row's `id` and `license`, and ATTRIBUTION.md and TERMS.json go along: the obligations of a corpus stay with its
rows in whatever dress. What a shape has no place for is counted by reason in LEFT_OUT.json. The build itself is plain Parquet that
TRL and axolotl read as it is; this is for readers that are not.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from medinstruct import artefact, license
from medinstruct.artefact import Build, write_json, write_text
from medinstruct.errors import MedinstructError, did_you_mean
from medinstruct.exporter import docs

Row = Mapping[str, Any]
SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}


def messages(row: Row) -> dict[str, Any]:
    """The conversation as it is."""
    return {"messages": row["messages"]}


def prompt_completion(row: Row) -> dict[str, Any]:
    """All turns but the last, and the last."""
    return {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]}


def sharegpt(row: Row) -> dict[str, Any]:
    """Turns by `system`, `human` and `gpt`."""
    return {"conversations": [{"from": SPEAKERS[turn["role"]], "value": turn["content"]} for turn in row["messages"]]}


def alpaca(row: Row) -> dict[str, Any]:
    """The last question as the instruction, its answer as the output; earlier turns, the shots, as history.

    (LLaMA-Factory trains on the answers in a history too, unless `mask_history` is set.)
    """
    turns = list(row["messages"])
    system = turns.pop(0)["content"] if turns[0]["role"] == "system" else ""
    said = [turn["content"] for turn in turns]
    history = [list(pair) for pair in zip(said[:-2:2], said[1:-2:2])]
    return {"instruction": said[-2], "input": "", "output": said[-1], "system": system, "history": history}


def jsonl(row: Row) -> dict[str, Any]:
    """All columns; those that hold JSON as what they say."""
    return {**row, **{name: json.loads(row[name]) for name in ("example", "gold", "meta")}}


LINES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "messages": messages, "prompt-completion": prompt_completion, "sharegpt": sharegpt, "alpaca": alpaca, "jsonl": jsonl
}  # fmt: skip
SHAPES = (*LINES, "spacy")

LLAMA_FACTORY: dict[str, dict[str, Any]] = {
    "messages": {
        "formatting": "sharegpt", "columns": {"messages": "messages"},
        "tags": {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant", "system_tag": "system"},
    },
    "sharegpt": {"formatting": "sharegpt", "columns": {"messages": "conversations"}},
    "alpaca": {
        "formatting": "alpaca",
        "columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system", "history": "history"},
    },
}  # fmt: skip
"""What an entry of LLaMA-Factory's `dataset_info.json` says beside the file's name
(https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md).
"""

AXOLOTL: dict[str, dict[str, Any]] = {
    "messages": {"type": "chat_template", "field_messages": "messages",
                 "message_property_mappings": {"role": "role", "content": "content"}},
    "sharegpt": {"type": "chat_template", "field_messages": "conversations",
                 "message_property_mappings": {"role": "from", "content": "value"}},
    "alpaca": {"type": "alpaca"},
}  # fmt: skip
"""What an entry of axolotl's `datasets` says (https://docs.axolotl.ai/docs/dataset-formats/)."""


class Exported(NamedTuple):
    """What was written."""

    files: list[Path]
    left_out: dict[str, int]
    """What the shape has no place for, by reason."""


def export(build: Build, shape: str, out: Path) -> Exported:
    """Write a build in another shape and return the files, and how much is not in them as it was.

    Args:
        build: An artefact.
        shape: One of `SHAPES`.
        out: A folder on this machine, new or empty.

    Raises:
        MedinstructError: if there is no such shape, the folder holds something, or is an address and no folder.
    """
    if shape not in SHAPES:
        raise MedinstructError(f"no shape {shape!r}", next=did_you_mean(shape, SHAPES))
    if "://" in str(out) or ":/" in str(out):
        raise MedinstructError(
            f"{out} is an address",
            next="export writes folders here; `medinstruct publish` sends rows away, and checks them",
        )
    if not out.name:
        raise MedinstructError(f"{out} is no name of a folder", next="name a folder that is new or empty")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise MedinstructError(f"{out} holds something", next="name a folder that is new or empty")
    unfinished = out.with_name(f".{out.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    left_out = {}
    if shape in LINES:
        for split in build:
            _write_lines(unfinished / f"{split}.jsonl", map(LINES[shape], build[split]), build[split])
    else:
        left_out = {reason: count for reason, count in sorted(docs.write(build, unfinished).items()) if count}
        write_json(unfinished / "LEFT_OUT.json", left_out)
    with artefact.reading(build.folder / "manifest.json"):
        _write_sides(unfinished, build, shape)
    if out.exists():
        out.rmdir()
    unfinished.replace(out)
    return Exported(sorted(path for path in out.rglob("*") if path.is_file()), left_out)


def _write_lines(path: Path, lines: Iterator[dict[str, Any]], rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line, row in zip(lines, rows):
            file.write(json.dumps({**line, "id": row["id"], "license": row["license"]}, ensure_ascii=False) + "\n")


def _write_sides(folder: Path, build: Build, shape: str) -> None:
    manifest = build.manifest
    corpora = manifest["corpora"]
    terms = license.of_build(manifest)
    write_text(folder / "ATTRIBUTION.md", license.attribution(corpora))
    write_json(folder / "TERMS.json", {
        "recipe": manifest["recipe"], "digest": build.digest, "samples": manifest["samples"], "license": terms.license,
        "obligations": terms.obligations, "corpora": {id: corpus["license"] for id, corpus in corpora.items()},
    })  # fmt: skip
    name = manifest["recipe"]
    if shape in LLAMA_FACTORY:
        entry = LLAMA_FACTORY[shape]
        write_json(
            folder / "dataset_info.json",
            {f"{name}-{split}": {"file_name": f"{split}.jsonl", **entry} for split in build},
        )
    if shape in AXOLOTL:
        keys = {"train": "datasets", "validation": "test_datasets"}
        stanza = {
            key: [{"path": f"{split}.jsonl", "ds_type": "json", "split": "train", **copy.deepcopy(AXOLOTL[shape])}]
            for split, key in keys.items() if split in build
        }  # fmt: skip
        write_text(folder / "axolotl.yaml", yaml.safe_dump(stanza, sort_keys=False))
