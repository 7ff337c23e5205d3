"""Templates: one file per wording, found on a shelf, checked on load, rendered in a sandbox.

    ---
    answer: {lines: {separator: " ... "}}      the answer format, with its options
    tasks: [ner]                               what it may be asked of; left out: everything of its type
    tags: [mnlu]
    ---
    Extract every {{ labels | join(", ") }} from the medical text.

    Medical text: {{ text }}

The folder says the task type. A template sees the fields of the question, those that the answer format adds, and
`shots`: solved questions of the same kind, each with its own fields and its `answer`. Of its own gold it sees nothing.
Where a body does not name `shots`, they become turns before the question. What it may do, and how much of it, is for `sandbox` to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from medinstruct import sandbox, shelf, tasks
from medinstruct.errors import MedinstructError, Place, TemplateError, did_you_mean
from medinstruct.sandbox import Refused
from medinstruct.tasks.task import AnswerFormat, Example, Question, TaskType

MAX_SOURCE = 65_536
"""Characters of a template's own text."""
MAX_FRONT = 8_192
"""Characters of its front matter."""

HIDDEN = {"asked", "ask", "reading", "offered"}
"""What a question keeps for itself."""


class FrontMatter(BaseModel):
    """What stands between the two lines of dashes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str | dict[str, dict[str, Any]]
    """The answer format's name, or its name with its options."""
    tasks: tuple[str, ...] = ()
    """Names of corpus-level tasks (`ner`, `re`, …) that the wording suits; empty for all of its type."""
    corpora: tuple[str, ...] = ()
    """Corpora that the wording is made for; empty for any."""
    tags: tuple[str, ...] = ()
    language: str = "en"
    """Of the wording, for people: nothing is chosen by it."""
    system: str = ""
    """The system turn; empty for none."""


class Shot(NamedTuple):
    """A solved question that stands before a row's own."""

    question: Question
    answer: str
    prompt: str = ""
    """The question as the wording asks it, where that is known; else it is rendered."""


SHOTS: Final = "shots"
"""The field under which a body finds them."""


@dataclass(frozen=True)
class Template:
    """A wording that compiled, with its answer format."""

    name: str
    """`<task type>/<wording>`."""
    type: TaskType
    answer: AnswerFormat[Any, Any]
    answer_name: str
    front: FrontMatter
    source: str
    path: str
    body_line: int
    """Lines before the body; for messages."""
    body: sandbox.Compiled

    @cached_property
    def hash(self) -> str:
        """First 16 digits of the SHA-256 of the file's text."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    @cached_property
    def answer_key(self) -> str:
        """The answer format's name and what its options differ in from the default ones: `lines {"separator":"; "}`."""
        options = self.answer.model_dump_json(exclude_defaults=True)
        return self.answer_name if options == "{}" else f"{self.answer_name} {options}"

    @cached_property
    def answer_options(self) -> dict[str, Any]:
        """The options of the answer format that differ from the default ones."""
        return self.answer.model_dump(exclude_defaults=True)

    def suits(self, task: str, corpus: str) -> bool:
        """Whether the wording may be used for this corpus-level task of this corpus."""
        return (not self.front.tasks or task in self.front.tasks) and (
            not self.front.corpora or corpus in self.front.corpora
        )

    @cached_property
    def takes_shots(self) -> bool:
        """Whether shots go into the prompt itself."""
        return SHOTS in self.body.fields

    @cached_property
    def shows_guideline(self) -> bool:
        """Whether it shows what the corpus' guideline says; it is then given definitions too."""
        return "guideline" in self.body.fields

    def prompt(self, question: Question, shots: Sequence[Shot] = ()) -> str:
        """Return the user's turn, with `shots` in it if it takes them.

        Raises:
            TemplateError: if a field is missing in this question, or a limit is passed.
        """
        try:
            return self.body.render(self._fields(question, shots)).strip("\n")
        except Refused as error:
            where = Place(self.path, error.line + self.body_line if error.line else 0)
            raise TemplateError(error.what, where=where, next=self._hint) from error
        except LookupError as error:  # a computed field that this question cannot give
            raise TemplateError(f"{error}", where=self.path, next=self._hint) from error

    @property
    def _hint(self) -> str:
        return f"fields: {', '.join(sorted(_known_fields(self.type, self.answer)))}"

    @cached_property
    def _uses_answer(self) -> bool:
        """Whether it shows anything of the answer format."""
        return not self.body.fields.isdisjoint(_added_fields(self.type, self.answer))

    def _fields(self, question: Question, shots: Sequence[Shot]) -> dict[str, Any]:
        """The values of the fields it uses; others are not computed."""
        added = self.answer.fields(question) if self._uses_answer else {}
        if self.takes_shots:
            added[SHOTS] = [self._solved(shot) for shot in shots]
        return {name: added[name] if name in added else getattr(question, name) for name in self.body.fields}

    def _solved(self, shot: Shot) -> dict[str, Any]:
        """The fields of a shot: those of its question, those that the answer format adds, and its answer."""
        fields = {**self.answer.fields(shot.question), "answer": shot.answer}
        for name in visible(type(shot.question)) - fields.keys():
            try:
                fields[name] = getattr(shot.question, name)
            except LookupError:
                continue  # a computed field that this question cannot give is missing only for who asks for it
        return fields

    def messages(self, example: Example[Any, Any], answer: str, shots: Sequence[Shot] = ()) -> list[dict[str, str]]:
        """Return the turns of a row: system where there is one, the shots unless they stand in the prompt, user,
        assistant.
        """
        turns = [("system", self.front.system)] if self.front.system else []
        for shot in () if self.takes_shots else shots:
            turns += [("user", shot.prompt or self.prompt(shot.question)), ("assistant", shot.answer)]
        turns += [("user", self.prompt(example.question, shots)), ("assistant", answer)]
        return [{"role": role, "content": content} for role, content in turns]


@cache
def visible(kind: type[BaseModel]) -> frozenset[str]:
    """The names of a question's fields, computed ones too, without its own bookkeeping."""
    ours = (base for base in kind.__mro__ if base is not BaseModel)
    computed = {name for base in ours for name, value in vars(base).items() if isinstance(value, property)}
    return frozenset(name for name in {*kind.model_fields, *computed} - HIDDEN if not name.startswith("_"))


def load(name: str) -> Template:
    """Return the template of a name (`span_extraction/mnlu-find`) or of a path to a `.jinja` file.

    Raises:
        NotFound: naming the nearest one there is.
        TemplateError: if it does not compile, asks for an unknown field or format, or breaks a rule of the sandbox.
    """
    return _load(shelf.find("templates", name))


@cache
def _load(entry: shelf.Entry) -> Template:
    return compile(entry.text(), entry.name, str(entry.path))


def names(type: str | None = None) -> list[str]:
    """The names of all templates, or of those of one task type."""
    return [name for name in shelf.entries("templates") if type is None or name.startswith(f"{type}/")]


def compile(text: str, name: str, path: str = "") -> Template:
    """Return the template that `text` says, checked: front matter, constructs, fields.

    Raises:
        TemplateError: with file and line where that is known.
    """
    path = path or name
    front, body, body_line = _split(text, path)
    type = tasks.load(name.split("/")[0])
    for task in front.tasks:
        if task not in tasks.TASKS:
            hint = did_you_mean(task, tasks.TASKS)
            raise TemplateError(f"tasks: no task {task!r}", where=Place(path, 2), next=hint)
    answer_name, answer = _answer(front, type, path)
    try:
        compiled = sandbox.compile(body, _known_fields(type, answer))
    except Refused as error:
        where = Place(path, error.line + body_line if error.line else 0)
        raise TemplateError(error.what, where=where, next=error.next) from error
    return Template(name, type, answer, answer_name, front, text, path, body_line, compiled)


def _split(text: str, path: str) -> tuple[FrontMatter, str, int]:
    """The front matter, the body, and how many lines stand before the body."""
    if len(text) > MAX_SOURCE:
        raise TemplateError(f"a template has at most {MAX_SOURCE:,} characters", where=path)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    end = lines.index("---", 1) if lines[0] == "---" and "---" in lines[1:] else 0
    if not end:
        hint = "a template begins with --- and `answer: …` and ---"
        raise TemplateError("no front matter", where=Place(path, 1), next=hint)
    front = "\n".join(lines[1:end])
    if len(front) > MAX_FRONT:
        raise TemplateError(f"the front matter has at most {MAX_FRONT:,} characters", where=path)
    found = shelf.mapping(front, path, TemplateError, line=2)
    try:
        return FrontMatter.model_validate(found), "\n".join(lines[end + 1 :]), end + 1
    except ValidationError as error:
        raise TemplateError(_first(error, FrontMatter), where=Place(path, 2)) from error


def _answer(front: FrontMatter, type: TaskType, path: str) -> tuple[str, AnswerFormat[Any, Any]]:
    answer = {front.answer: dict[str, Any]()} if isinstance(front.answer, str) else front.answer
    if len(answer) != 1:
        raise TemplateError("`answer` names one format", where=Place(path, 2))
    ((name, options),) = answer.items()
    if name not in type.formats:
        raise TemplateError(
            f"no answer format {name!r} for {type.name}",
            where=Place(path, 2),
            next=did_you_mean(name, type.formats),
        )
    kind = type.formats[name]
    try:
        return name, kind.model_validate(options)
    except ValidationError as error:
        raise TemplateError(f"answer -> {name}: {_first(error, kind)}", where=Place(path, 2)) from error


def _first(error: ValidationError, model: type[BaseModel]) -> str:
    """The first fault as `path -> key: what; did you mean x?`."""
    first = error.errors()[0]
    place = " -> ".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{place}: unknown key; {did_you_mean(str(first['loc'][-1]), model.model_fields)}"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")


def _known_fields(type: TaskType, answer: AnswerFormat[Any, Any]) -> frozenset[str]:
    return visible(type.question).union(_added_fields(type, answer), {SHOTS})


def _added_fields(type: TaskType, answer: AnswerFormat[Any, Any]) -> frozenset[str]:
    """The names of what the answer format adds; they are the same for all questions of a type."""
    return frozenset(answer.fields(type.samples[0].question))


def check(template: Template) -> list[str]:
    """Return what is wrong with a compiled template on its type's canonical examples; empty if nothing is.

    Every example must render, and those that the answer format can hold, of which there must be one, must come back.
    """
    examples = template.type.samples_for(template.front.tasks)
    faults = [] if examples else [f"no canonical example for tasks {', '.join(template.front.tasks)}"]
    refusals: list[str] = []
    for n, example in enumerate(examples):
        try:
            prompt = template.prompt(example.question)
        except MedinstructError as error:
            faults.append(f"sample {n}: {error}")
            continue
        if not _shows(prompt, example.question.reading):
            faults.append(f"sample {n}: the prompt shows nothing of what is asked about")
        if reason := template.answer.fits(example):
            refusals.append(reason)
            continue
        answer = template.answer.render(example)
        if template.answer.parse(answer, example.question).prediction != template.answer.carries(example):
            faults.append(f"sample {n}: the answer {answer!r} does not come back")
        if template.takes_shots:
            faults += _faults_with_shot(template, example.question, Shot(example.question, answer), n)
    if examples and len(refusals) == len(examples):
        faults.append(f"the answer format can hold none of the canonical examples: {refusals[0]}")
    return faults


def _faults_with_shot(template: Template, question: Question, shot: Shot, n: int) -> list[str]:
    try:
        prompt = template.prompt(question, [shot])
    except MedinstructError as error:
        return [f"sample {n}, with a shot: {error}"]
    return [] if shot.answer in prompt else [f"sample {n}: the prompt does not show the answer of a shot"]


def _shows(prompt: str, reading: str) -> bool:
    """Whether any six characters of a text stand in a prompt, whatever its blanks, marks or masks."""
    prompt, reading = "".join(prompt.split()), "".join(reading.split())
    return any(reading[at : at + 6] in prompt for at in range(max(len(reading) - 5, 1)))
