"""Instructions that a model writes after the pattern of seeds: prompts, a journal of all answers, filters, an artefact.

    seeds ──▶ prompt ──▶ model ──▶ journal ──▶ reading ──▶ candidates ──filters──▶ accepted ──▶ rows
    seed.py   prompt.py  chat      exchange.py reading.py               filters/   course.py    rows.py

After Self-Instruct (Wang et al. 2023, doi:10.18653/v1/2023.acl-long.754) and BioInstruct (Tran et al. 2024, doi:10.1093/jamia/ocae122), which made
25,005 instructions from 80 seeds, three to a prompt. The journal holds all that was asked and answered, seeds and prompts in its head: a run that was
broken off goes on with it, and `replay` makes the artefact again without a model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medinstruct import chat, license
from medinstruct.artefact import Build
from medinstruct.chat import Prompt
from medinstruct.chat import journal as records
from medinstruct.chat.journal import Journal
from medinstruct.errors import NotFound, did_you_mean
from medinstruct.generator import filters as sieves
from medinstruct.generator import prompt, rows, seed
from medinstruct.generator.candidate import Filter
from medinstruct.generator.course import Course, GenerateError, Ground, Way, Wordings
from medinstruct.generator.exchange import Exchange
from medinstruct.generator.filters.copied import PACKS
from medinstruct.generator.prompt import Purpose
from medinstruct.generator.rows import JOURNAL, Run
from medinstruct.generator.seed import Seed
from medinstruct.generator.similar import THRESHOLD
from medinstruct.tasks import constraint

__all__ = ["PACKS", "SIZE", "GenerateError", "Progress", "Settings", "Way", "asking", "generate", "replay"]

SIZE = 25_005
"""Of BioInstruct."""


def asking(**settings: Any) -> chat.Settings:
    """How a model is asked to write, unless `settings` say otherwise: answers are drawn, and held to a schema where the server can do so."""
    return chat.Settings(**{"max_tokens": 4096, "temperature": 1.0, "constrained": True, "insist": False, **settings})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to generate."""

    seeds: str = "bioinstruct"
    """Name on a shelf, or path of a `.jsonl` file."""
    size: int = SIZE
    """Instructions to accept."""
    way: Way = field(default_factory=Way)
    chat: chat.Settings = field(default_factory=lambda: asking())
    prompts: Mapping[Purpose, str] = field(default_factory=lambda: {**prompt.SHIPPED})
    """For `write`, `answer` and `judge`, the name of the prompt on a shelf, or its path."""
    terms: str = "generator-terms"
    """The license of what the model writes: one of `license.TERMS`. Left as it is, its maker's terms bind whoever uses it."""
    similar: float = THRESHOLD
    """ROUGE-L F to a seed or an accepted instruction, above which a candidate is too like it."""
    packs: tuple[str, ...] = PACKS
    """Benchmarks that are kept out, by name or path of their packs."""
    allow: tuple[str, ...] = ()
    """Hosts that text under agreement may be sent to."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    accepted: int
    size: int
    candidates: int
    """That were judged."""
    requests: int
    """Answers that were used or are waiting for their batch."""
    cost: float
    """Of all requests so far, by the prices that were given."""
    seconds: float
    """Since the first fresh answer; 0 before it."""
    fresh: int
    """Accepted since then."""

    @property
    def per_minute(self) -> float:
        """Accepted per minute."""
        return 60 * self.fresh / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        parts = [f"{self.accepted:,} of {self.size:,} accepted"]
        parts += [f"{self.accepted / self.candidates:.0%} of {self.candidates:,} candidates"] if self.candidates else []
        parts += [f"{self.per_minute:,.0f} a minute"] if self.seconds else []
        parts += [f"{self.requests:,} answers"]
        parts += [f"cost {self.cost:,.2f}"] if self.cost else []
        parts += [f"{(self.size - self.accepted) / self.per_minute:,.0f} min left"] if self.per_minute else []
        return ", ".join(parts)


Tell = Callable[[Progress], None]


def generate(
    model: str, out: Path, settings: Settings = Settings(), tell: Tell = lambda progress: None, *,
    ground: Ground | None = None, filters: Sequence[Filter] | None = None,
) -> Build:  # fmt: skip
    """Have a model write instructions, and return those that pass as an artefact; a run that was broken off at `out` goes on.

    Args:
        model: As `chat.load` takes it: `openai:NAME`, `hf:PATH_OR_ID`, `vllm:…`.
        out: Folder of the journal and the artefact.
        settings: From what, how many, how.
        tell: Told of progress.
        ground: Rows that prompts stand on, and their gold.
        filters: Those that are asked, in this order; left out, `filters.usual`.

    Raises:
        ChatError: if text would leave that may not, the model gives up, or a ceiling is reached; answers so far are kept.
        GenerateError: if nothing comes of it, or `out` holds something else.
        NotFound, FormatError, TemplateError: if seeds, prompts or packs cannot be had.
    """
    _refuse_odd(settings.way, settings.size, settings.similar, settings.terms)
    seeds = seed.load(settings.seeds)
    wordings = Wordings(**{purpose: prompt.load(settings.prompts[purpose], purpose) for purpose in prompt.SHIPPED})
    head, wanted = _head(model, settings, seeds, wordings, ground), _wanted(settings, wordings)
    run = Run(head, wanted)
    rows.refuse_foreign(out, run)
    sifting = _sifting(seeds, settings.similar, settings.packs, ground) if filters is None else filters
    backend = chat.load(model, settings.chat)
    if settings.way.judge not in ("", "same") and not backend.streams:
        raise GenerateError(f"{model} answers in this process, and {settings.way.judge} is another model",
                            next="say --judge same, or ask a server that has both: openai:")  # fmt: skip
    if ground is not None:
        chat.refuse_to_send(backend, _shown(ground), settings.allow)
    with Journal(out / JOURNAL, head) as journal:
        if [note["wanted"] for note in journal.notes if "wanted" in note][-1:] != [wanted]:
            journal.note({"wanted": wanted})
        with Exchange(backend, journal.answers, journal, settings.allow) as exchange:
            course = Course(
                settings.way, model, settings.size, seeds, wordings, sifting, exchange, ground, _Telling(tell)
            )
            course.go()
        return rows.write(out, course, run)


def replay(
    journal: Path, out: Path, *, size: int | None = None, tell: Tell = lambda progress: None, ground: Ground | None = None,
    filters: Sequence[Filter] | None = None,
) -> Build:  # fmt: skip
    """Return the artefact that the answers of a journal give, with no model; of a run that did not reach its end, what its whole batches give.

    Args:
        journal: The file, or the folder it stands in.
        out: Folder of the artefact.
        size: Instructions to accept; left out, as many as the run wanted.
        tell: Told of progress.
        ground: The rows that prompts stood on, if they did.
        filters: As for `generate`.

    Raises:
        ChatError: if the journal is damaged, or other words were asked.
        GenerateError: if it is none of a generation, or `out` holds something else.
    """
    path = journal / JOURNAL if journal.is_dir() else journal
    head, answers, notes = records.read_all(path)
    try:
        wanted = {**[note["wanted"] for note in notes if "wanted" in note][-1], **({"size": size} if size else {})}
        seeds = tuple(seed.of(value, str(path)) for value in head["seeds"])
        texts = {**head["prompts"], "judge": wanted["judge_prompt"]}
        wordings = Wordings(
            **{
                purpose: prompt.compile(texts[purpose]["text"], texts[purpose]["name"], purpose)
                for purpose in prompt.SHIPPED
            }
        )
        way = Way(**head["way"], categories=wanted["categories"], judge=wanted["judge"], least=wanted["least"])
        similar, packs = float(wanted["similar"]), [str(name) for name in wanted["packs"]]
        most, model = int(wanted["size"]), str(head["model"])
        _refuse_odd(way, most, similar, str(wanted["terms"]))
    except (LookupError, TypeError, ValueError) as error:
        what = f"is no journal of a generation: {type(error).__name__} {error}"
        raise GenerateError(what, where=str(path), next="see `medinstruct generate`") from error
    if (head.get("ground") or None) != (ground.head() if ground else None):
        raise GenerateError("stands on rows of a build", where=str(path), next="give the same build: --rows FOLDER")
    run = Run(head, wanted)
    rows.refuse_foreign(out, run)
    known = {(answer.id, answer.key): answer for answer in reversed(answers)}  # of two, which no run writes, the first
    sifting = _sifting(seeds, similar, packs, ground) if filters is None else filters
    with Exchange(None, known) as exchange:
        course = Course(way, model, most, seeds, wordings, sifting, exchange, ground, _Telling(tell))
        course.go()
    return rows.write(out, course, run)


def _head(
    model: str, settings: Settings, seeds: Sequence[Seed], wordings: Wordings, ground: Ground | None
) -> dict[str, Any]:  # fmt: skip
    """All that decides what is asked, for the first line of the journal."""
    return {
        "model": model, "settings": settings.chat.deciding(), "way": settings.way.deciding(), "seeds_digest": seed.digest(seeds),
        "prompts": {"write": wordings.write.stated(), "answer": wordings.answer.stated()},
        **({"ground": ground.head()} if ground else {}), "seeds": seed.stated(seeds),
    }  # fmt: skip


def _wanted(settings: Settings, wordings: Wordings) -> dict[str, Any]:
    """What decides what is made of the answers; a later run over the same journal may want something else."""
    way = settings.way
    return {
        "size": settings.size, "categories": way.categories, "judge": way.judge, "least": way.least, "similar": settings.similar,
        "packs": list(settings.packs), "terms": settings.terms, "prices": list(settings.chat.prices), "judge_prompt": wordings.judge.stated(),
    }  # fmt: skip


def _sifting(seeds: Sequence[Seed], similar: float, packs: Sequence[str], ground: Ground | None) -> list[Filter]:
    return sieves.usual(seeds, packs=packs, similar=similar, per_input=ground is not None)


def _shown(ground: Ground) -> list[Prompt]:
    """A prompt for each row that may be shown, without words: what decides whether any may leave."""
    free = constraint.free("nothing is asked")
    return [
        Prompt("", (), free, corpus=corpus, license=license)
        for (corpus, license), count in sorted(ground.terms().items())
        for _ in range(count)
    ]


def _refuse_odd(way: Way, size: int, similar: float, terms: str) -> None:
    """Refuse settings that contradict themselves: of whoever asks, or in a journal, which may come from anywhere."""
    odd = {
        "the size is at least 1": size < 1,
        "a prompt shows at least one example": way.per_prompt < 1,
        "a prompt asks for 1 to 50 instructions": not 1 <= way.per_call <= 50,
        "a batch has at least one prompt": way.batch < 1,
        "of the examples in a prompt, no more can be generated ones than there are": not 0
        <= way.generated
        <= way.per_prompt,
        "a judge's lowest mark is 1 to 5": not 1 <= way.least <= 5,
        "a likeness is above 0 and at most 1": not 0 < similar <= 1,
    }
    for rule, is_broken in odd.items():
        if is_broken:
            raise GenerateError(rule)
    if terms not in license.TERMS:
        raise NotFound(f"no license {terms!r}", next=did_you_mean(terms, license.TERMS))


class _Telling:
    """Turns the state of a course into progress."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.since, self.before = tell, 0.0, 0

    def __call__(self, course: Course) -> None:
        exchange, accepted, now = course.exchange, len(course.accepted), time.monotonic()
        if not self.since and exchange.fresh:
            self.since, self.before = now, accepted
        cost = exchange.ceilings.spent if exchange.ceilings else 0.0
        seconds = now - self.since if self.since else 0.0
        self.tell(
            Progress(accepted, course.size, course.judged, len(exchange.answers), cost, seconds, accepted - self.before)
        )
