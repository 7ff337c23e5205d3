"""The usual way: a plain script with `datasets` that writes the rows and columns of a build.

    python bench/usual.py BUILD OUT

It is spared what comes before: it begins with the finished questions, gold and answers, where ours begins with raw files. It
has no guard, no duplicates, no draw, no check, and takes ids, hashes and lineage as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import datasets
from jinja2.sandbox import SandboxedEnvironment

from medinstruct import artefact, template
from medinstruct.tasks import load


def examples(files: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what is to be asked, with the answer."""
    for row in artefact.Rows([Path(file) for file in files]):
        turns = row.pop("messages")
        yield {
            **row,
            "system": turns[0]["content"] if turns[0]["role"] == "system" else "",
            "answer": turns[-1]["content"],
        }


@cache
def compiled(name: str) -> tuple[template.Template, Any]:
    found = template.load(name)
    lines = found.source.replace("\r\n", "\n").split("\n")
    environment = SandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    return found, environment.from_string("\n".join(lines[found.body_line :]))


def asked(row: dict[str, Any]) -> dict[str, Any]:
    """The turns of a row."""
    found, body = compiled(row["template"])
    question = load(row["type"]).question.model_validate_json(row["example"])
    added = {"shots": (), **found.answer.fields(question)}
    fields = {name: added[name] if name in added else getattr(question, name) for name in found.body.fields}
    prompt = body.render(fields).strip("\n")
    system = [{"role": "system", "content": row["system"]}] if row["system"] else []
    turns = [*system, {"role": "user", "content": prompt}, {"role": "assistant", "content": row["answer"]}]
    return {"messages": turns}


def main() -> None:
    """Read, map, split, write."""
    out = Path(sys.argv[2])
    build = artefact.load(sys.argv[1])
    files = [str(file) for file in build["train"].files]
    cache_dir = str(out / "cache")
    found = datasets.Dataset.from_generator(examples, gen_kwargs={"files": files}, cache_dir=cache_dir)
    found = found.map(asked, num_proc=2, remove_columns=["system", "answer"])
    parts = found.train_test_split(test_size=0.05, seed=13)
    for name, part in parts.items():
        part.to_parquet(out / f"{name}.parquet")


if __name__ == "__main__":
    main()
