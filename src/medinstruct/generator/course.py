"""The course of a run: what is asked, and what of the answers is accepted, as a function of the answers alone.

    batch 0    prompts 0…63  ──▶ answers ──▶ candidates ──filters, in order──▶ accepted
    batch 1    prompts 64…127, drawn when batch 0 was asked                   (asked while batch 0 is judged)
    batch 2    prompts 128…191, drawn when batch 0 was judged: they may show what it brought

Whatever comes first, batches are judged in their order and candidates in that of their prompts; so a run that was broken off goes on as if it had
not been. The last batch is judged to its end: what it brings above the wanted size is counted as that.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from medinstruct import license
from medinstruct.chat import Answer, Prompt
from medinstruct.errors import MedinstructError
from medinstruct.generator import prompt, reading
from medinstruct.generator.candidate import Candidate, Filter, Remembering
from medinstruct.generator.classify import Classifier
from medinstruct.generator.exchange import Exchange, Exhausted
from medinstruct.generator.prompt import CRITERIA, Wording
from medinstruct.generator.seed import Seed

AHEAD = 1
"""Batches that are asked before the one that is judged is done."""
BARREN = 256
"""Requests, all without an accepted candidate, after which a run stops."""


class GenerateError(MedinstructError):
    """Nothing comes of a run."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How instructions are made. The first group stands in the journal's head: it decides what is asked."""

    per_prompt: int = 3
    """Examples in each prompt."""
    generated: int = 0
    """How many of them are taken from what was accepted before."""
    per_call: int = 5
    """Instructions that each prompt asks for."""
    second: bool = False
    """Whether answers are asked for in calls of their own."""
    seed: int = 0
    batch: int = 64
    """Prompts between two barriers."""

    categories: Literal["model", "classifier"] = "model"
    """Who says what family a candidate is of; of one that the model names none for, the classifier does."""
    judge: str = ""
    """A model at the same address that judges what passed the filters; `same` for the one that writes."""
    least: int = 3
    """The lowest mark of a judge, 1 to 5, that any criterion may have."""

    def deciding(self) -> dict[str, Any]:
        """Those that decide what is asked."""
        names = ("per_prompt", "generated", "per_call", "second", "seed", "batch")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Origin:
    """What text a prompt showed beside its seeds: a row of a build."""

    corpus: str = ""
    license: str = "cc0-1.0"
    row: str = ""
    """Its id; empty where a prompt showed no row."""
    document: str = ""
    groups: tuple[str, ...] = ()


class Ground(Protocol):
    """What prompts stand on beside seeds: rows of a build, whose gold candidates are held against."""

    def head(self) -> dict[str, Any]:
        """What tells one ground from another, for the journal's head: digest of the build, and what chose among its rows."""

    @property
    def is_sample(self) -> bool:
        """Whether the rows come from bundled samples."""

    def terms(self) -> Mapping[tuple[str, str], int]:
        """How many of the rows that may be shown are of each (corpus, license)."""

    def corpora(self) -> Mapping[str, Any]:
        """What the build's manifest says of each of its corpora."""

    def prompt(self, number: int, shown: Sequence[Seed], per_call: int) -> Prompt:
        """The prompt of a number, its id the number in six digits; its corpus and license are those of the row it shows."""

    def origin(self, number: int) -> Origin:
        """The row that the prompt shows."""

    def completed(self, number: int, candidate: Candidate) -> Candidate:
        """A candidate with the row's text as its input."""

    def agrees(self, number: int, candidate: Candidate) -> str | None:
        """Why a candidate contradicts the row that its prompt showed; None where it does not."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A candidate that passed."""

    candidate: Candidate
    category_by: str
    """`model` or `classifier`."""
    origin: Origin
    verdict: dict[str, Any] | None = None
    """A judge's marks, and why."""


@dataclass
class Tally:
    """What became of requests and candidates; in = kept + Σ dropped for both."""

    requests: int = 0
    fruitful: int = 0
    barren: Counter[str] = field(default_factory=Counter)
    candidates: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    read: int = 0
    """Tokens of the prompts whose answers were used, judges' too."""
    written: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    """Answers that were used, by what they were for."""
    dates: list[str] = field(default_factory=list)
    """When the first and the last of them came."""


@dataclass(frozen=True)
class Wordings:
    """The prompts of a run."""

    write: Wording
    answer: Wording
    judge: Wording


class Course:
    """A run as far as it has come."""

    def __init__(
        self, way: Way, model: str, size: int, seeds: Sequence[Seed], wordings: Wordings, filters: Sequence[Filter], exchange: Exchange,
        ground: Ground | None = None, tell: Callable[[Course], None] = lambda course: None,
    ) -> None:  # fmt: skip
        self.way, self.model, self.size, self.seeds, self.wordings = way, model, size, seeds, wordings
        self.filters, self.exchange, self.ground, self.tell = filters, exchange, ground, tell
        self.accepted: list[Accepted] = []
        self.tally = Tally()
        self.classifier = Classifier(seeds)
        self.judged_by = hashlib.sha256(f"{way.judge}\n{wordings.judge.source}".encode()).hexdigest()[:8]
        self.judged = 0
        """Candidates that were looked at."""
        self._drawn = 0
        """Prompts that were drawn."""
        self._fruitless = 0
        """Requests up to the last that brought something."""

    def go(self) -> list[Accepted]:
        """Return what is accepted: as many as are wanted, or, of a recording, what its whole batches give.

        Raises:
            ChatError: if the model gives up, or a ceiling is reached.
            GenerateError: if nothing is accepted any more.
        """
        ahead: deque[list[tuple[Prompt, tuple[str, ...]]]] = deque()
        try:
            while len(self.accepted) < self.size:
                while len(ahead) <= AHEAD:
                    ahead.append(self._next_batch())
                self._judge_batch(ahead.popleft())
                self._refuse_barren()
        except Exhausted:
            pass
        return self.accepted

    def _next_batch(self) -> list[tuple[Prompt, tuple[str, ...]]]:
        """The prompts of the next batch, asked, each with the ids of what it shows."""
        batch = [self._prompt(number) for number in range(self._drawn, self._drawn + self.way.batch)]
        self._drawn += self.way.batch
        about = [{"model": self.model, "seeds": list(shown)} for _, shown in batch]
        self.exchange.put([one for one, _ in batch], about)
        return batch

    def _prompt(self, number: int) -> tuple[Prompt, tuple[str, ...]]:
        way = self.way
        again = self._again(number) if way.generated else ()
        seeds = prompt.shown(number, self.seeds, again, way.per_prompt, way.generated, way.seed)
        ids = tuple(seed.id for seed in seeds)
        if self.ground is not None:
            return self.ground.prompt(number, seeds, way.per_call), ids
        turns = prompt.to_write(self.wordings.write, seeds, way.per_call, answers=not way.second)
        return Prompt(f"{number:06d}", turns, prompt.form("write", answers=not way.second), draw=number), ids

    def _again(self, number: int) -> list[Candidate]:
        """What was accepted, as far as a prompt may show it again: what stands on text that stays here, with rows of its corpus alone."""
        here = self.ground.origin(number) if self.ground else Origin()
        return [
            one.candidate
            for one in self.accepted
            if one.origin.corpus == here.corpus or not license.is_closed(one.origin.license)
        ]

    def _judge_batch(self, batch: Sequence[tuple[Prompt, tuple[str, ...]]]) -> None:
        """Take what the answers to a batch bring.

        Raises:
            Exhausted: if a recording does not hold all of them; then nothing of the batch counts.
        """
        pending, kept = Tally(), []
        for answer, (_, shown) in zip(self._answers([one for one, _ in batch], "write", pending), batch):
            read = reading.candidates(answer, shown, answers=not self.way.second)
            self._count(pending, read)
            kept += [self._categorised(self._completed(candidate)) for candidate in read.candidates]
            self.tell(self)
        if self.way.second:
            kept = self._answered(kept, pending)
        verdicts = self._verdicts(kept, pending) if self.way.judge else {}
        self._add(pending)
        for candidate, by in kept:
            self._take(candidate, by, verdicts)

    def _answers(self, prompts: Sequence[Prompt], what: str, pending: Tally) -> Iterator[Answer]:
        for answer in self.exchange.wait(prompts):
            pending.read += answer.read
            pending.written += answer.written
            pending.calls[what] += 1
            pending.dates.append(str(answer.about.get("at", "")))
            yield answer

    def _count(self, pending: Tally, read: reading.Reading) -> None:
        pending.requests += 1
        pending.candidates += len(read.candidates) + read.cut
        pending.dropped["cut off"] += read.cut
        if read.fault:
            pending.barren[read.fault] += 1
        else:
            pending.fruitful += 1

    def _completed(self, candidate: Candidate) -> Candidate:
        """A candidate with the input that its ground gives it."""
        return self.ground.completed(int(candidate.request), candidate) if self.ground else candidate

    def _categorised(self, candidate: Candidate) -> tuple[Candidate, str]:
        """A candidate with its category, and who says so."""
        if candidate.category and self.way.categories == "model":
            return candidate, "model"
        category = self.classifier.category(candidate.instruction, candidate.input)
        return replace(candidate, category=category), "classifier"

    def _answered(self, kept: Sequence[tuple[Candidate, str]], pending: Tally) -> list[tuple[Candidate, str]]:
        """Candidates with the answers of a second call; not asked for is what no answer could save."""
        alive = [(candidate, by) for candidate, by in kept if not self._refused(candidate, pending, early=True)]
        prompts = [self._about(one, f"{one.key}/answer", self.wordings.answer) for one, _ in alive]
        self.exchange.put(prompts, [{"model": self.model}] * len(prompts))
        found = []
        for (candidate, by), answer in zip(alive, self._answers(prompts, "answer", pending)):
            if text := reading.output(answer):
                found.append((replace(candidate, output=text), by))
            else:
                pending.dropped["no answer"] += 1
        return found

    def _verdicts(self, kept: list[tuple[Candidate, str]], pending: Tally) -> dict[str, dict[str, Any] | None]:
        """A judge's verdict on each candidate that passes the filters now; others leave `kept`."""
        kept[:] = [(candidate, by) for candidate, by in kept if not self._refused(candidate, pending)]
        model = "" if self.way.judge == "same" else self.way.judge
        prompts = [self._about(one, f"judge-{self.judged_by}/{one.key}", self.wordings.judge, model) for one, _ in kept]
        self.exchange.put(prompts, [{"model": model or self.model}] * len(prompts))
        answers = self._answers(prompts, "judge", pending)
        return {one.key: reading.verdict(answer) for (one, _), answer in zip(kept, answers)}

    def _about(self, candidate: Candidate, id: str, wording: Wording, model: str = "") -> Prompt:
        """A prompt about a candidate, under the terms of the row that it stands on."""
        origin = self._origin(candidate)
        return Prompt(
            id, prompt.of_candidate(wording, candidate), prompt.form(wording.front.purpose), corpus=origin.corpus,
            license=origin.license, model=model,
        )  # fmt: skip

    def _origin(self, candidate: Candidate) -> Origin:
        return self.ground.origin(int(candidate.request)) if self.ground else Origin()

    def _refused(self, candidate: Candidate, tally: Tally, *, early: bool = False) -> bool:
        """Whether a filter refuses a candidate, counted; early, those are not asked that look at its output."""
        for one in self.filters:
            if not (early and one.reads_output) and (reason := one(candidate)):
                tally.dropped[f"{one.name}: {reason}"] += 1
                return True
        return False

    def _take(self, candidate: Candidate, by: str, verdicts: dict[str, dict[str, Any] | None]) -> None:
        """Accept a candidate, or count why not."""
        dropped = self.tally.dropped
        self.judged += 1
        if len(self.accepted) >= self.size:
            dropped["not needed"] += 1
            return
        if self._refused(candidate, self.tally):
            return
        if self.ground is not None and (reason := self.ground.agrees(int(candidate.request), candidate)):
            dropped[f"grounded: {reason}"] += 1
            return
        verdict = verdicts.get(candidate.key)
        if self.way.judge and (fault := _faulted(verdict, self.way.least)):
            dropped[f"judge: {fault}"] += 1
            return
        for one in self.filters:
            if isinstance(one, Remembering):
                one.accepted(candidate)
        self.accepted.append(Accepted(candidate, by, self._origin(candidate), verdict))
        self._fruitless = self.tally.requests
        self.tell(self)

    def _add(self, pending: Tally) -> None:
        """Take what was counted of a batch into the tally, now that all of its answers are there."""
        tally = self.tally
        for name in ("requests", "fruitful", "candidates", "read", "written"):
            setattr(tally, name, getattr(tally, name) + getattr(pending, name))
        for name in ("barren", "dropped", "calls"):
            getattr(tally, name).update(getattr(pending, name))
        tally.dropped = +tally.dropped  # none that is 0
        dates = sorted(filter(None, [*tally.dates, *pending.dates]))
        tally.dates = dates[:1] + dates[-1:]

    def _refuse_barren(self) -> None:
        if self.tally.requests - self._fruitless >= max(BARREN, 2 * self.way.batch):
            causes = Counter({**self.tally.barren, **self.tally.dropped}).most_common(4)
            raise GenerateError(
                f"the last {self.tally.requests - self._fruitless:,} requests brought nothing that was accepted, of all "
                f"{self.tally.requests:,}: " + "; ".join(f"{count:,} {why}" for why, count in causes),
                next="see what the model writes in the journal; perhaps it is too small, or has nothing new to say",
            )


def _faulted(verdict: dict[str, Any] | None, least: int) -> str:
    """What a judge finds fault with; empty for nothing."""
    if verdict is None:
        return "its verdict cannot be read"
    return next((f"{name} below {least}" for name in CRITERIA if verdict[name] < least), "")
