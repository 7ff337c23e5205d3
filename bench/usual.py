"""The usual way: a plain script with `datasets` that writes the rows and columns of a build.

    python bench/usual.py BUILD OUT [--raw RECIPE DATA]

It has no guard, no duplicates, no check and no lineage. Without `--raw` it is spared all that comes before: it begins with the
finished questions, gold, answers, ids and hashes of a build. With it, it begins where a build does, with raw files, and has our
readers for them, as no other package reads them all; a row's wording is drawn by chance, as many rows are kept as the build has.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import datasets
from jinja2.sandbox import SandboxedEnvironment

from medinstruct import artefact, recipe, template
from medinstruct.builder.plan import Ask, plan, resolve
from medinstruct.document import Document, Item
from medinstruct.tasks import load, subset
from medinstruct.tasks.task import Example, Lost
from medinstruct.tasks.unit import windows


def examples(files: list[str]) -> Iterator[dict[str, Any]]:
    """Yield what is to be asked, with the answer."""
    for row in artefact.Rows([Path(file) for file in files]):
        turns = row.pop("messages")
        yield {
            **row,
            "system": turns[0]["content"] if turns[0]["role"] == "system" else "",
            "answer": turns[-1]["content"],
        }


def from_raw(recipe_path: str, data: str) -> Iterator[dict[str, Any]]:
    """Yield what is to be asked of raw files, with the answer."""
    found = recipe.load(recipe_path)
    asks = [resolve(found, place) for place in range(len(found.mix))]
    chance = random.Random(13)
    for part in plan(recipe_path, found, Path(data)).slices:
        corpus = asks[part.places[0]].corpus
        for record in corpus.records(part.split, corpus.files(part.split, part.folder)):
            if isinstance(record, Document | Item):
                for ask in (asks[place] for place in part.places):
                    for n, example in enumerate(asked_of(record, ask)):
                        fitting = [wording for wording in ask.templates if wording.answer.fits(example) is None]
                        if fitting:
                            id = f"{corpus.id} {part.split} {record.id} {ask.place} {n}"
                            yield columns(id, ask, part.split, record.id, example, chance.choice(fitting))


def asked_of(record: Document | Item, ask: Ask) -> Iterator[Example[Any, Any]]:
    """The questions of an entry about a record."""
    if not ask.fact.is_of(record):
        return
    cut = windows(record, ask.entry.unit, ask.max_tokens, ask.tokenizer)
    for example in ask.type.views[type(ask.fact)](record, ask.fact, cut):
        if not isinstance(example, Lost):
            yield example if ask.entry.ask == "all" else subset.take(example, ask.entry.ask, b"")[0]


def columns(
    id: str, ask: Ask, split: str, document: str, example: Example[Any, Any], wording: template.Template
) -> dict[str, Any]:
    """The columns of a row without its turns; hashes and lineage are left empty."""
    return {
        "id": id, "digest": "", "corpus": ask.corpus.id, "corpus_version": ask.corpus.version, "split": split, "document": document,
        "groups": [document], "task": ask.task, "type": ask.type.name, "template": wording.name, "template_hash": wording.hash,
        "answer_format": wording.answer_name, "language": ask.corpus.languages[0], "license": ask.corpus.license.id,
        "example": example.question.model_dump_json(), "gold": example.gold.model_dump_json(), "meta": "{}",
        "system": wording.front.system, "answer": wording.answer.render(example),
    }  # fmt: skip


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
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--raw", nargs=2)
    options = parser.parse_args()
    datasets.disable_progress_bars()
    train = artefact.load(options.build)["train"]
    cache_dir = str(options.out / "cache")
    if options.raw:
        given = dict(zip(("recipe_path", "data"), options.raw))
        found = datasets.Dataset.from_generator(from_raw, gen_kwargs=given, cache_dir=cache_dir)
        found = found.shuffle(seed=13).select(range(len(train)))
    else:
        given = {"files": [str(file) for file in train.files]}
        found = datasets.Dataset.from_generator(examples, gen_kwargs=given, cache_dir=cache_dir)
    found = found.map(asked, num_proc=2, remove_columns=["system", "answer"])
    for name, part in found.train_test_split(test_size=0.05, seed=13).items():
        part.to_parquet(options.out / f"{name}.parquet")


if __name__ == "__main__":
    main()
