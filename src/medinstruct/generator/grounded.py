"""Instructions that stand on the rows of a build, and are held against their gold.

    row                                        prompt                        candidate                      kept
    question ─────── task, material ─────────▶ "ask the same otherwise" ──▶ instruction ┐
                     material ────────────────────────────────────────────▶ input       ├─ parse, score ─▶ where it agrees
    gold ───────────────────────────────────────────────────────────────── output      ┘  with the gold

A prompt shows the question side of a row and never its gold, so that an answer that agrees was found in the text and not copied. What stands under
an instruction is put there word for word from the row: its texts, and of a question with options these, in the row's own order, so that the
letters of an answer mean the same to its parser. Rows whose answer is free text cannot be checked and are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from medinstruct import scorer
from medinstruct.artefact import Build
from medinstruct.chat import Prompt
from medinstruct.document import quote
from medinstruct.errors import NotFound
from medinstruct.generator import prompt
from medinstruct.generator.candidate import CATEGORIES, Candidate
from medinstruct.generator.course import Origin
from medinstruct.generator.seed import Seed
from medinstruct.sample import draw
from medinstruct.scorer.row import Asked, Row
from medinstruct.tasks.multiple_choice import ChoiceQuestion, letter
from medinstruct.tasks.task import Question

SHIPPED: Final = "grounded"
"""The prompt."""
UNCHECKED: Final = ("text_generation",)
"""Task types whose answers no score can call right."""
COLUMNS: Final = ("id", "corpus", "license", "type", "task")


class Rows:
    """The rows of a build that instructions may stand on, in an order of their own: what `generator.generate` takes as `ground`.

    Args:
        build: An artefact.
        split: Of it; the test part is nobody's to learn from.
        tasks: The corpus-level tasks whose rows are taken (`ner`, `nli`); all that can be checked if left out.
        seed: Of the order.
        least: The lowest score of an answer, 0..1, that counts as agreement.
        answers: Whether prompts ask for answers too, or those are asked for in calls of their own.
        wording: The prompt; left out, the one that ships.

    Raises:
        NotFound: if no row of the build can be checked.
    """

    def __init__(
        self, build: Build, *, split: str = "train", tasks: Collection[str] = (), seed: int = 0, least: float = 1.0, answers: bool = True,
        wording: prompt.Wording | None = None,
    ) -> None:  # fmt: skip
        self._build, self._split, self._tasks = build, split, tuple(sorted(tasks))
        self._seed, self._least, self._answers = seed, least, answers
        self._wording = wording or prompt.load(SHIPPED, "ground")
        self._terms: Counter[tuple[str, str]] = Counter()
        chosen: list[tuple[int, int]] = []
        for first, batch in build[split].batches(COLUMNS):
            for at, row in enumerate(batch.to_pylist(), first):
                if row["type"] not in UNCHECKED and (not tasks or row["task"] in tasks):
                    chosen.append((draw(seed, "ground", row["id"]), at))
                    self._terms[row["corpus"], build.terms(row)] += 1
        if not chosen:
            raise NotFound(
                f"no row of {build.folder} that can be checked", where=f"split {split}",
                next="rows of " + ", ".join(tasks) if tasks else "free text has no answer that a score can call right",
            )  # fmt: skip
        self._order = [at for _, at in sorted(chosen)]
        self._row = lru_cache(maxsize=512)(self._read)

    def __len__(self) -> int:
        return len(self._order)

    def head(self) -> dict[str, Any]:
        """What decides what is asked about the rows, and what agrees with them."""
        return {
            "build": self._build.digest, "split": self._split, "tasks": list(self._tasks), "seed": self._seed, "least": self._least,
            "prompt": self._wording.stated(),
        }  # fmt: skip

    @property
    def is_sample(self) -> bool:
        """Whether the rows come from bundled samples."""
        return bool(self._build.manifest["samples"])

    def terms(self) -> Mapping[tuple[str, str], int]:
        """How many rows are of each (corpus, license)."""
        return self._terms

    def corpora(self) -> Mapping[str, Any]:
        """What the build's manifest says of each of its corpora."""
        found: Mapping[str, Any] = self._build.manifest["corpora"]
        return found

    def prompt(self, number: int, shown: Sequence[Seed], per_call: int) -> Prompt:
        """The prompt of a number; when every row was asked about, the first comes again."""
        row = self._row(number)
        said = {
            "seeds": [{"instruction": seed.instruction} for seed in shown], "task": asked_so_far(row), "material": material(scorer.asked(row)),
            "number": per_call, "categories": list(CATEGORIES), "answers": self._answers,
        }  # fmt: skip
        form = prompt.form("write", answers=self._answers)
        return Prompt(
            f"{number:06d}",
            self._wording.messages(said),
            form,
            draw=number,
            corpus=row["corpus"],
            license=row["license"],
        )

    def origin(self, number: int) -> Origin:
        """The row that the prompt of a number shows."""
        row = self._row(number)
        return Origin(row["corpus"], row["license"], row["id"], row["document"], tuple(row["groups"]))

    def completed(self, number: int, candidate: Candidate) -> Candidate:
        """A candidate with what stands under its instruction."""
        return replace(candidate, input=material(scorer.asked(self._row(number))))

    def agrees(self, number: int, candidate: Candidate) -> str | None:
        """Why a candidate contradicts the row that its prompt showed; None where it does not."""
        return agrees(self._row(number), candidate, self._least)

    def _read(self, number: int) -> dict[str, Any]:
        row: dict[str, Any] = self._build[self._split][self._order[number % len(self._order)]]
        return {**row, "license": self._build.terms(row)}


def asked_so_far(row: Row) -> str:
    """Return the question of a row as a model sees it, without shots and without the answer."""
    turns = [turn["content"] for turn in row["messages"][:-1]]
    system = [turn["content"] for turn in row["messages"][:1] if turn["role"] == "system"]
    return "\n\n".join([*system, turns[-1]])


def material(asked: Asked) -> str:
    """Return what a question is about, without what it asks: its texts, and where it has options, the question and these."""
    question: Question = asked.example.question
    texts: Mapping[str, str] = getattr(question, "texts", {})
    parts = [f"{name}: {text}" for name, text in texts.items()] if len(texts) > 1 else list(texts.values())
    if not texts:
        parts = [question.reading]
    if isinstance(question, ChoiceQuestion):
        parts += [f"{marked.label}: {quote(texts['text'], marked.mentions[0])}" for marked in question.marked]
        parts += [question.question] if question.question else []
        parts.append("\n".join(f"{letter(n)}) {option}" for n, option in enumerate(question.options)))
    return "\n\n".join(parts)


def agrees(row: Row, candidate: Candidate, least: float = 1.0) -> str | None:
    """Return why a candidate contradicts a row, None where it does not: by the row's own parser and its task's own score.

    Args:
        row: With its question, gold and answer format.
        candidate: With `material` of the row as its input.
        least: The lowest score that counts as agreement, 0..1.
    """
    asked = scorer.asked(row)
    if candidate.input != material(asked):
        return "its input is not the row's"
    if not _names_labels(asked, candidate.instruction):
        return "it does not name a label that the answer has"
    parsed = asked.answer.parse(candidate.output, asked.example.question)
    if parsed.unread:
        return "its answer is not in the form of the row's"
    return None if scorer.reward(row, candidate.output) >= least else "its answer is not the gold"


def _names_labels(asked: Asked, instruction: str) -> bool:
    """Whether every label that the gold has stands in the instruction, as the format or the corpus names it; options stand in the input."""
    question, gold = asked.example.question, asked.example.gold
    if isinstance(question, ChoiceQuestion):
        return True
    shown = dict(zip(question.offered, asked.answer.fields(question).get("labels", question.offered)))
    said = _plain(instruction)
    return all(
        _plain(label) in said or _plain(str(shown[label])) in said for label in gold.says(question) if label in shown
    )


def _plain(text: str) -> str:
    return text.lower().replace("_", " ").replace("-", " ")
