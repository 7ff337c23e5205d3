"""GRPO (Shao et al. 2024, arXiv 2402.03300): a row's question, and how good an answer to it is by the score of its own task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import datasets

from medinstruct import scorer
from medinstruct.artefact import Build
from medinstruct.chat.backends.hf import without_system
from medinstruct.scorer.row import NEEDED
from medinstruct.trainer.config import Config
from medinstruct.trainer.errors import TrainError
from medinstruct.trainer.targets import Turns


def reward(*, completions: Any, **columns: Any) -> list[float]:
    """Return a number from 0 to 1 for each completion."""
    return scorer.rewards(completions=completions, **columns)


def arguments(config: Config) -> dict[str, Any]:
    """What TRL's GRPO is told beside what every trainer is told."""
    return {
        "num_generations": config.generations, "temperature": config.temperature, "beta": config.beta,
        "max_completion_length": config.max_new_tokens,
    }  # fmt: skip


def questions(build: Build, turns: Turns, config: Config) -> datasets.Dataset:
    """Return the questions of the train part that leave room for an answer, with what scores need.

    Raises:
        TrainError: if there is none.
    """
    rows = list(_questions(build, turns, config.max_length - config.max_new_tokens))
    if not rows:
        raise TrainError(
            f"no question is shorter than max_length - max_new_tokens = {config.max_length - config.max_new_tokens:,} tokens",
            where="config", next="raise max_length, or ask for shorter answers",
        )  # fmt: skip
    return datasets.Dataset.from_list(rows)


def _questions(build: Build, turns: Turns, longest: int) -> Iterator[dict[str, Any]]:
    for row in build["train"]:
        asked = row["messages"][:-1]
        prompt = turns.prompt(asked)
        if len(turns.tokenizer(prompt, add_special_tokens=False)["input_ids"]) <= longest:
            shown = (
                (without_system(asked) if turns.joins_system else asked) if turns.tokenizer.chat_template else prompt
            )
            yield {"prompt": shown, **{name: row[name] for name in NEEDED}}
