"""Prompts: what a model is told when it is to write instructions, to answer one, or to judge one.

    ---
    for: write                  write, answer or judge
    system: You write …
    ---
    {% for seed in seeds %} … {% endfor %} Write {{ number }} new ones.

A file on a shelf each (`prompts/<name>.jinja`), rendered in the same sandbox as wordings. Which seeds a prompt shows is a hash of the seed and the
prompt's number, so that it never depends on what else was asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medinstruct import sandbox, shelf
from medinstruct.errors import Place, TemplateError, did_you_mean
from medinstruct.generator.candidate import CATEGORIES, Candidate
from medinstruct.generator.seed import Seed
from medinstruct.sample import draw
from medinstruct.sandbox import Refused
from medinstruct.tasks import constraint
from medinstruct.tasks.constraint import TEXT, Constraint

Purpose = Literal["write", "answer", "judge", "ground"]

FIELDS: dict[Purpose, frozenset[str]] = {
    "write": frozenset({"seeds", "number", "categories", "answers"}),
    "answer": frozenset({"instruction", "input"}),
    "judge": frozenset({"instruction", "input", "output"}),
    "ground": frozenset({"seeds", "number", "categories", "answers", "task", "material"}),
}
"""What a prompt of each purpose is given; `ground` is one to write, about a row of a build."""
SHIPPED: dict[Purpose, str] = {"write": "instructions", "answer": "answer", "judge": "judge"}
CRITERIA = ("clear", "correct", "complete", "medical")
"""What a judge gives a number from 1 to 5 for."""


class FrontMatter(BaseModel):
    """What stands between the two lines of dashes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose = Field(alias="for")
    system: str = ""
    """The system turn; empty for none."""


@dataclass(frozen=True)
class Wording:
    """A prompt that compiled."""

    name: str
    front: FrontMatter
    source: str
    body: sandbox.Compiled

    @property
    def hash(self) -> str:
        """First 16 digits of the SHA-256 of the file's text."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    def stated(self) -> dict[str, str]:
        """What a journal says of it."""
        return {"name": self.name, "hash": self.hash, "text": self.source}

    def messages(self, fields: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return the turns that say this.

        Raises:
            TemplateError: if a limit is passed.
        """
        try:
            text = self.body.render({name: fields[name] for name in self.body.fields}).strip("\n")
        except Refused as error:
            raise TemplateError(error.what, where=f"prompts/{self.name}") from error
        system = [{"role": "system", "content": self.front.system}] if self.front.system else []
        return [*system, {"role": "user", "content": text}]


def load(name: str, purpose: Purpose) -> Wording:
    """Return the prompt of a name on a shelf, or of a path to a `.jinja` file.

    Raises:
        NotFound: naming the nearest one there is.
        TemplateError: if it does not compile, or is for another purpose.
    """
    entry = shelf.find("prompts", name)
    return compile(entry.text(), entry.name, purpose, str(entry.path))


def compile(text: str, name: str, purpose: Purpose, path: str = "") -> Wording:
    """Return the prompt that `text` says.

    Raises:
        TemplateError: as `load`.
    """
    path = path or f"prompts/{name}"
    lines = text.replace("\r\n", "\n").split("\n")
    end = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
    if not end:
        raise TemplateError(
            "no front matter", where=Place(path, 1), next="a prompt begins with --- and `for: write` and ---"
        )
    found = shelf.mapping("\n".join(lines[1:end]), path, TemplateError, line=2)
    try:
        front = FrontMatter.model_validate(found)
    except ValidationError as error:
        fault = error.errors()[0]
        key = str(fault["loc"][0]) if fault["loc"] else ""
        hint = did_you_mean(key, ("for", "system")) if fault["type"] == "extra_forbidden" else ""
        raise TemplateError(f"{key}: {fault['msg']}", where=Place(path, 2), next=hint) from error
    if front.purpose != purpose:
        raise TemplateError(f"is a prompt to {front.purpose}, and one to {purpose} is wanted", where=path)
    try:
        body = sandbox.compile("\n".join(lines[end + 1 :]), FIELDS[purpose])
    except Refused as error:
        raise TemplateError(
            error.what, where=Place(path, error.line + end + 1 if error.line else 0), next=error.next
        ) from error
    return Wording(name, front, text, body)


def shown(
    number: int, seeds: Sequence[Seed], accepted: Sequence[Candidate], per_prompt: int, generated: int, seed: int
) -> list[Seed]:
    """Return the examples of a prompt, each by a draw of its own.

    Args:
        number: Of the prompt.
        seeds: Of people.
        accepted: What was accepted up to the prompt's barrier.
        per_prompt: How many are shown in all.
        generated: How many of them are taken from `accepted`; where there are fewer, people's stand in.
        seed: Of the run.
    """
    order = sorted(range(len(accepted)), key=lambda n: draw(seed, "again", number, n)) if generated else []
    again = [_as_seed(accepted[n]) for n in order[:generated]]
    people = sorted(seeds, key=lambda one: draw(seed, "seed", number, one.id))[: per_prompt - len(again)]
    return sorted([*people, *again], key=lambda one: draw(seed, "place", number, one.id))


def _as_seed(accepted: Candidate) -> Seed:
    return Seed(accepted.key, accepted.instruction, accepted.input, accepted.output, accepted.category, accepted.topic)


def to_write(wording: Wording, seeds: Sequence[Seed], number: int, *, answers: bool) -> list[dict[str, str]]:
    """Return the turns that ask for `number` instructions, with their answers or without."""
    given = [
        {"instruction": s.instruction, "input": s.input, "output": s.output, "category": s.category, "topic": s.topic}
        for s in seeds
    ]
    return wording.messages({"seeds": given, "number": number, "categories": list(CATEGORIES), "answers": answers})


def of_candidate(wording: Wording, candidate: Candidate) -> list[dict[str, str]]:
    """Return the turns that ask for an answer to a candidate, or a verdict on it."""
    fields = {"instruction": candidate.instruction, "input": candidate.input, "output": candidate.output}
    return wording.messages({name: fields[name] for name in FIELDS[wording.front.purpose]})


def form(purpose: Purpose, *, answers: bool = True) -> Constraint:
    """What an answer to a prompt should keep to."""
    if purpose == "answer":
        return constraint.free("any text is an answer")
    if purpose == "judge":
        mark = {"type": "integer", "enum": [1, 2, 3, 4, 5]}
        return constraint.schema(constraint.record({**dict.fromkeys(CRITERIA, mark), "why": {"type": "string"}}))
    fields: dict[str, Any] = {"instruction": TEXT, "input": {"type": "string"}, **({"output": TEXT} if answers else {})}
    one = constraint.record(
        {**fields, "category": {"type": "string", "enum": list(CATEGORIES)}, "topic": {"type": "string"}}
    )
    return constraint.schema(constraint.record({"instructions": constraint.array(one)}))
