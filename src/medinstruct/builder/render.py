"""From drawn candidates to rows: choose the wording, render, parse back, write a shard.

Every row is read back before it is written: an answer that does not come back as `carries` says is a defect of this
package, not of the data, and stops the build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic_core import to_json

from medinstruct import artefact
from medinstruct.builder import spool
from medinstruct.builder.plan import Ask, resolve, resolved
from medinstruct.builder.shots import Place, Shelf
from medinstruct.errors import BuildError
from medinstruct.sample import draw, lot, parted, repeated, row_digest
from medinstruct.tasks.multiple_choice import ChoiceQuestion, reorder
from medinstruct.tasks.task import Example
from medinstruct.template import Shot, Template

Candidate = dict[str, Any]
"""A row of a spool file."""


Numbers = Sequence[int] | NDArray[np.integer[Any]]
NONE: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class ShardTask:
    """The rows of one shard, by their place in the spool files, in the order of the file."""

    recipe_text: str
    recipe_path: str
    path: str
    spools: tuple[tuple[str, str], ...]
    """Spool file and official split of each part."""
    parts: Numbers
    rows: Numbers
    ranks: Numbers
    shelf: str = ""
    """File of the rows that may be shots (see `shots.lay_out`); empty where there are none to choose."""
    groups: Numbers = ()
    """The group of each row, where shots are to be chosen."""
    shots: int | None = None
    """How many are wanted; left out, as many as the recipe says."""
    turns: Numbers = ()
    """How often each row stands in the build before; left out, never."""
    given: tuple[tuple[tuple[int, int], ...], ...] = ()
    """The (part, row) of the shots of each row, where they are known and not to be chosen."""


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
    shots: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """By place of the entry: rows that want shots, shots wanted, shots found."""


class Asked(NamedTuple):
    """A candidate as it will be asked."""

    example: Example[Any, Any]
    wording: Template
    answer: str
    draws: dict[str, Any]
    json: tuple[str, str]
    """Of its question and its gold."""


class Shown(NamedTuple):
    """A candidate as it stands before others, solved."""

    shot: Shot
    lineage: dict[str, str]
    """Id, document and official split, for `meta`."""
    tokens: int
    """Of its turns, or of its text and its answer where it stands in a prompt."""


def run(task: ShardTask) -> ShardReport:
    """Render the rows of a shard and write it."""
    recipe, asks = resolved(task.recipe_text, task.recipe_path)
    templates: Counter[str] = Counter()
    formats: Counter[str] = Counter()
    hashes: list[bytes] = []
    characters = 0
    few = _Few(task, asks)

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal characters
        for n, (candidate, split, rank) in enumerate(_candidates(task)):
            place = candidate["place"]
            if (ask := asks.get(place)) is None:
                ask = asks[place] = resolve(recipe, place)
            asked = _asked(ask, candidate, choose(ask, candidate))
            row = render(ask, candidate, asked, few.of(ask, candidate, asked, n), split, rank)
            templates[row["template"]] += 1
            formats[row["answer_format"]] += 1
            hashes.append(artefact.row_hash(row))
            characters += sum(len(message["content"]) for message in row["messages"])
            yield row

    sha256 = artefact.write_shard(Path(task.path), rows())
    return ShardReport(task.path, sha256, b"".join(hashes), dict(templates), dict(formats), characters, few.counts)


def render(
    ask: Ask, candidate: Candidate, asked: Asked, shots: Sequence[Shown], split: str, rank: int
) -> dict[str, Any]:
    """Return the row of a candidate.

    Args:
        ask: Its entry.
        candidate: The row of the spool file.
        asked: What it becomes.
        shots: What stands before it, solved.
        split: Its official split.
        rank: Its place in the draw.

    Raises:
        BuildError: if its answer does not come back.
    """
    key: bytes = candidate["key"]
    example, wording, answer, draws, (question, gold) = asked
    if (read := wording.answer.parse(answer, example.question).prediction) != (due := wording.answer.carries(example)):
        raise BuildError(
            f"the answer of {candidate['document']!r} does not come back from {wording.name}: {answer[:200]!r} is read as "
            f"{str(read)[:200]}, not {str(due)[:200]}", where=ask.corpus.id, next="this is a defect of medinstruct; please report it",
        )  # fmt: skip
    messages = wording.messages(example, answer, [shown.shot for shown in shots])
    meta = {
        "unit": candidate["unit"], "record": candidate["record"], "file": candidate["file"], "line": candidate["line"],
        "window": [candidate["start"], candidate["end"]],
        "annotations": candidate["annotations"], "tokens": candidate["tokens"], "entry": ask.place, "rank": rank, **draws,
    }  # fmt: skip
    if wording.answer_options:
        meta["answer"] = wording.answer_options
    if candidate["turn"]:
        meta |= {"repeat": candidate["turn"], "repeats": candidate["first"].hex()}
    if shots:
        meta["shots"] = [shown.lineage for shown in shots]
    return {
        "id": key.hex(), "digest": row_digest(messages, gold), "corpus": ask.corpus.id, "corpus_version": ask.corpus.version,
        "split": split, "document": candidate["document"], "groups": candidate["groups"], "task": ask.task, "type": ask.type.name,
        "template": wording.name, "template_hash": wording.hash, "answer_format": wording.answer_name,
        "language": ask.corpus.languages[0], "license": ask.corpus.license.id, "messages": messages,
        "example": question, "gold": gold, "meta": to_json(meta).decode(),
    }  # fmt: skip


def _asked(ask: Ask, candidate: Candidate, wording: Template) -> Asked:
    """A candidate as a wording asks it: options in their drawn order, labels explained if that is wanted."""
    written = candidate["question"], candidate["gold"]
    example = ask.type.read(*written)
    draws: dict[str, Any] = {}
    if ask.entry.shuffle_options and isinstance(example.question, ChoiceQuestion):
        number = len(example.question.options)
        order = tuple(sorted(range(number), key=lambda n: draw(candidate["key"], ask.seed, "option", n)))
        example = reorder(example, order)
        draws["options"] = order
    explains = ask.definitions or wording.shows_guideline
    if explains:
        example.question = ask.explained(example.question)
    if explains or draws:
        written = tuple(side.model_dump_json(exclude_defaults=True) for side in (example.question, example.gold))
    return Asked(example, wording, wording.answer.render(example), draws, written)


class _Few:
    """The shots of a shard's rows, chosen or given, and how many there were to be."""

    def __init__(self, task: ShardTask, asks: Mapping[int, Ask]) -> None:
        self.task, self.asks = task, asks
        self.shelf = _shelf(task.shelf) if task.shelf else None
        self.tables = cache(self._table)
        self.show = lru_cache(32_768)(self._show)  # rows of one entry share many of their shots
        self.counts: dict[int, tuple[int, int, int]] = {}

    def of(self, ask: Ask, candidate: Candidate, asked: Asked, n: int) -> list[Shown]:
        """The shots of the nth row of the shard."""
        name, question = asked.wording.name, asked.example.question
        if self.task.given:
            return [self.show(ask.place, name, Place(*place)) for place in self.task.given[n]]
        wanted = ask.shots if self.task.shots is None else self.task.shots
        if self.shelf is None or not wanted:
            return []
        places = self.shelf.choose(
            ask.place, list(ask.formats).index(asked.wording.answer_key), candidate["asked_hash"], self.task.groups[n],
            candidate["key"], ask.seed, wanted, ask.prompt_tokens - ask.tokenizer.count(asked.wording.prompt(question)),
            lambda place: self.show(ask.place, name, place).tokens,
        )  # fmt: skip
        found = [self.show(ask.place, name, place) for place in places]
        while asked.wording.takes_shots and found:  # what stands between shots in a prompt counts as well
            prompt = asked.wording.prompt(question, [shown.shot for shown in found])
            if ask.tokenizer.count(prompt) <= ask.prompt_tokens:
                break
            found.pop()
        rows, due, got = self.counts.get(ask.place, (0, 0, 0))
        self.counts[ask.place] = (rows + 1, due + wanted, got + len(found))
        return found

    def _show(self, entry: int, wording: str, place: Place) -> Shown:
        ask = self.asks[entry]
        candidate = {name: column[place.row].as_py() for name, column in self.tables(place.part).items()}
        example, worded, answer, *_ = _asked(ask, candidate, next(one for one in ask.templates if one.name == wording))
        shot = Shot(example.question, answer)
        if not worded.takes_shots:
            shot = shot._replace(prompt=worded.prompt(shot.question))
        tokens = ask.tokenizer.count(shot.prompt or shot.question.reading) + ask.tokenizer.count(answer)
        split = self.task.spools[place.part][1]
        return Shown(shot, {"id": candidate["key"].hex(), "document": candidate["document"], "split": split}, tokens)

    def _table(self, part: int) -> dict[str, pa.ChunkedArray]:
        names = ("key", "document", "question", "gold")
        return dict(zip(names, spool.columns(self.task.spools[part][0], names).columns))


@cache
def _shelf(path: str) -> Shelf:
    """The rows that may be shots, and their rings as they are made; one per process."""
    return Shelf(Path(path))


def choose(ask: Ask, candidate: Candidate) -> Template:
    """Return the wording of a row: of those whose format can hold it, the one that a hash of row, wording and seed puts first.

    (Rendezvous hashing: a new wording takes its share from all others and changes no other row.) A row that stands in
    the build before gets the one that comes second, and so on, and again the first after the last.
    """
    fits: int = candidate["fits"]
    turn: int = candidate["turn"]
    first = parted([candidate["first"]])
    ranked = [(lot(first + last), wording) for place, last, wording in ask.lots if fits >> place & 1]
    if not turn:
        return max(ranked, key=itemgetter(0))[1]
    ranked.sort(key=itemgetter(0), reverse=True)
    return ranked[turn % len(ranked)][1]


def _candidates(task: ShardTask) -> Iterator[tuple[Candidate, str, int]]:
    """Yield the candidates of a shard in its order, each with its official split and rank."""
    parts, rows = np.asarray(task.parts), np.asarray(task.rows)
    found = spool.take_of([path for path, _ in task.spools], parts, rows, COLUMNS)
    batches = found.to_batches(max_chunksize=spool.ROWS_AT_ONCE)
    candidates = (candidate for batch in batches for candidate in batch.to_pylist())
    turns, ranks = np.asarray(task.turns).tolist() or repeat(0), np.asarray(task.ranks).tolist()
    for candidate, part, turn, rank in zip(candidates, parts.tolist(), turns, ranks):
        key = candidate["key"]
        candidate |= {"first": key, "turn": turn, "key": repeated(key, turn)}
        yield candidate, task.spools[part][1], rank


COLUMNS = [
    "place", "key", "document", "record", "file", "line", "unit", "start", "end", "annotations", "groups", "question", "gold", "tokens",
    "asked_hash", "fits",
]  # fmt: skip
"""What a row is made of."""
