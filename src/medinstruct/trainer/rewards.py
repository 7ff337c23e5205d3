"""GRPO (Shao et al. 2024, arXiv 2402.03300): a row's question, and how good an answer to it is by the score of its own task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from medinstruct.artefact import Build
from medinstruct.chat.backends.hf import without_system
from medinstruct.scorer.row import NEEDED
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.rows import Rows
from medinstruct.trainer.targets import Turns

NO_ROOM = "its question leaves no room for an answer"
"""Why a row is refused."""

Tell = Callable[[str, int, int], None]


def arguments(config: Config) -> dict[str, Any]:
    """What TRL's GRPO is told beside what every trainer is told."""
    return {
        "num_generations": config.generations, "temperature": config.temperature, "beta": config.beta,
        "max_completion_length": config.max_new_tokens,
    }  # fmt: skip


def questions(build: Build, turns: Turns, longest: int, room: int, tell: Tell = lambda what, done, of: None) -> Rows:
    """Return the questions of the train part that leave room for an answer, with what scores need.

    Args:
        build: With a train part.
        turns: How questions are put.
        longest: Tokens of a question and its answer.
        room: Tokens of an answer.
        tell: Told of progress.

    Returns:
        Rows whose table holds `prompt` and the columns that scores need; none of their tokens is written.

    Raises:
        TrainError: if there is none.
    """
    kept, reads, refused, example = list[dict[str, Any]](), list[int](), 0, dict[str, str]()
    for done, row in enumerate(build["train"], 1):
        asked = row["messages"][:-1]
        prompt = turns.prompt(asked)
        read = len(turns.tokenizer(prompt, add_special_tokens=False)["input_ids"])
        if read + room <= longest:
            shown = (
                (without_system(asked) if turns.joins_system else asked) if turns.tokenizer.chat_template else prompt
            )
            kept.append({"prompt": shown, **{name: row[name] for name in NEEDED}})
            reads.append(read)
        else:
            refused += 1
            example.setdefault(NO_ROOM, row["id"])
        tell("rows", done, len(build["train"]))
    if not kept:
        raise TrainError(
            f"no question is shorter than max_length - max_new_tokens = {longest - room:,} tokens",
            where="config", next="raise max_length, or ask for shorter answers",
        )  # fmt: skip
    written = np.zeros(len(kept), int)
    return Rows(pa.Table.from_pylist(kept), np.array(reads), written, {NO_ROOM: refused} if refused else {}, example)
