"""From drawn candidates to rows: choose the wording, render, parse back, write a shard.

Every row is read back before it is written: an answer that does not come back as `carries` says is a defect of this
package, not of the data, and stops the build.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from medinstruct import artefact
from medinstruct.builder.plan import Ask, resolve, resolved
from medinstruct.errors import BuildError
from medinstruct.sample import draw, row_digest
from medinstruct.tasks.multiple_choice import ChoiceQuestion, reorder
from medinstruct.template import Template


@dataclass(frozen=True)
class ShardTask:
    """The rows of one shard, by their place in the spool files, in the order of the file."""

    recipe_text: str
    recipe_path: str
    path: str
    spools: tuple[tuple[str, str], ...]
    """Spool file and official split of each part."""
    parts: tuple[int, ...]
    rows: tuple[int, ...]
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class ShardReport:
    """What was written."""

    path: str
    sha256: str
    row_hashes: bytes
    """16 bytes for each row, over all its columns."""
    templates: dict[str, int]
    formats: dict[str, int]
    characters: int


def run(task: ShardTask) -> ShardReport:
    """Render the rows of a shard and write it."""
    recipe, cache = resolved(task.recipe_text, task.recipe_path)
    rows: list[dict[str, Any]] = []
    templates: dict[str, int] = {}
    formats: dict[str, int] = {}
    for candidate, split, rank in _candidates(task):
        place = candidate["place"]
        if (ask := cache.get(place)) is None:
            ask = cache[place] = resolve(recipe, place)
        row = render(ask, candidate, split, rank, recipe.seed)
        templates[row["template"]] = templates.get(row["template"], 0) + 1
        formats[row["answer_format"]] = formats.get(row["answer_format"], 0) + 1
        rows.append(row)
    sha256 = artefact.write_shard(Path(task.path), rows)
    hashes = b"".join(artefact.row_hash(row) for row in rows)
    characters = sum(len(message["content"]) for row in rows for message in row["messages"])
    return ShardReport(task.path, sha256, hashes, templates, formats, characters)


def render(ask: Ask, candidate: dict[str, Any], split: str, rank: int, seed: int) -> dict[str, Any]:
    """Return the row of a candidate.

    Raises:
        BuildError: if its answer does not come back.
    """
    key: bytes = candidate["key"]
    example = ask.type.read(candidate["question"], candidate["gold"])
    draws: dict[str, Any] = {}
    if ask.entry.shuffle_options and isinstance(example.question, ChoiceQuestion):
        order = tuple(sorted(range(len(example.question.options)), key=lambda n: draw(key, seed, "option", n)))
        example = reorder(example, order)
        draws["options"] = order
    wording = choose(ask, candidate["fits"], key, seed)
    answer = wording.answer.render(example)
    if (read := wording.answer.parse(answer, example.question).prediction) != (due := wording.answer.carries(example)):
        raise BuildError(
            f"the answer of {candidate['document']!r} does not come back from {wording.name}: {answer[:200]!r} is read as "
            f"{str(read)[:200]}, not {str(due)[:200]}", where=ask.corpus.id, next="this is a defect of medinstruct; please report it",
        )  # fmt: skip
    messages = wording.messages(example, answer)
    gold = example.gold.model_dump_json(exclude_defaults=True)
    meta = {
        "unit": candidate["unit"], "record": candidate["record"], "window": [candidate["start"], candidate["end"]],
        "annotations": candidate["annotations"], "tokens": candidate["tokens"], "entry": ask.place, "rank": rank, **draws,
    }  # fmt: skip
    return {
        "id": key.hex(), "digest": row_digest(messages, gold), "corpus": ask.corpus.id, "corpus_version": ask.corpus.version,
        "split": split, "document": candidate["document"], "groups": candidate["groups"], "task": ask.task, "type": ask.type.name,
        "template": wording.name, "template_hash": wording.hash, "answer_format": wording.answer_name,
        "language": ask.corpus.languages[0], "license": ask.corpus.license.id, "messages": messages,
        "example": example.question.model_dump_json(exclude_defaults=True), "gold": gold,
        "meta": json.dumps(meta, ensure_ascii=False, separators=(",", ":")),
    }  # fmt: skip


def choose(ask: Ask, fits: int, key: bytes, seed: int) -> Template:
    """Return the wording of a row: of those whose format can hold it, the one that a hash of row, wording and seed puts first.

    (Rendezvous hashing: a new wording takes its share from all others and changes no other row.)
    """
    able = {key for n, key in enumerate(ask.formats) if fits >> n & 1}
    wordings = [wording for wording in ask.templates if wording.answer_key in able]
    return max(wordings, key=lambda wording: draw(key, seed, "wording", wording.name))


def _candidates(task: ShardTask) -> list[tuple[dict[str, Any], str, int]]:
    """The candidates of a shard in its order, each with its official split and rank; spool files are mapped, not
    loaded.
    """
    wanted: dict[int, list[int]] = {}
    for at, part in enumerate(task.parts):
        wanted.setdefault(part, []).append(at)
    found: list[tuple[dict[str, Any], str, int] | None] = [None] * len(task.rows)
    columns = [
        "place",
        "key",
        "document",
        "record",
        "unit",
        "start",
        "end",
        "annotations",
        "groups",
        "question",
        "gold",
        "tokens",
        "fits",
    ]
    for part, places in wanted.items():
        spool, split = task.spools[part]
        with pa.memory_map(spool) as mapped:
            table = pa.ipc.open_file(mapped).read_all().select(columns)
            rows = table.take(pa.array([task.rows[at] for at in places], pa.int64())).to_pylist()
        for at, row in zip(places, rows):
            found[at] = (row, split, task.ranks[at])
    return [row for row in found if row is not None]
