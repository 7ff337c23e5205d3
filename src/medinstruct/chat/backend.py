"""What a backend is: something that answers queries, here or at an address.

A module of `chat/backends` with a class `Backend` is one; its name is what stands before the colon of `hf:org/model`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from medinstruct.chat.query import Asked, ChatError, Prompt, Query


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to ask. The first group decides what is answered, the second only how fast and from where."""

    max_tokens: int = 512
    """Of an answer."""
    temperature: float = 0.0
    seed: int = 0
    adapter: str = ""
    """A PEFT adapter on top of the model: a folder, or a name on the Hub."""
    likelihood: bool = False
    """Whether single choices are answered with the option that the model finds most likely, and not by generating."""
    constrained: bool = False
    """Whether the server is told which form an answer has."""
    base_url: str = ""
    """Of an OpenAI-compatible server: `http://localhost:8000/v1`."""

    batch: int = 16
    """Questions at once on this machine."""
    concurrency: int = 8
    """Requests under way at once."""
    attempts: int = 8
    """Times that one request is made before the run stops."""
    timeout: float = 300.0
    """Seconds that one request may take."""
    key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key."""
    prices: tuple[float, float] = (0.0, 0.0)
    """Of a million tokens read, and of a million written."""
    per_minute: int = 0
    """Requests that a server gets in any minute at most; 0 for no ceiling (see `ceilings`)."""
    tokens_per_minute: int = 0
    """Tokens, read and written, of the requests of any minute."""
    most_cost: float = 0.0
    """What all requests together may cost, by `prices`."""
    insist: bool = True
    """Whether `constrained` stands where a server refuses it; else it is asked once more, in words alone."""

    def deciding(self) -> dict[str, Any]:
        """Those that decide what is answered; a run that is taken up again must have the same."""
        names = ("max_tokens", "temperature", "seed", "adapter", "likelihood", "constrained", "base_url")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one query."""

    id: str
    key: str
    text: str
    read: int = 0
    """Tokens of the question, where the backend counts them."""
    written: int = 0
    """Tokens of the answer."""
    finish: str = ""
    """`length` where the answer was cut off."""
    fault: str = ""
    """Why there is no answer to this question, whatever is done: it is too long, or the server takes it for a bad one."""
    attempts: int = 1
    scores: tuple[float, ...] = ()
    """Log-likelihood of each option, where they were compared."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What whoever asked wants to stand beside it."""

    @classmethod
    def to(cls, query: Asked, text: str, **facts: Any) -> Answer:
        """An answer to a query; half surrogates, which no file can hold, become question marks."""
        return cls(*query.name, text.encode("utf-8", "replace").decode(), **facts)


class Backend(ABC):
    """A model that can be asked."""

    address: str = ""
    """The host that questions are sent to; empty where they stay on this machine."""
    streams: ClassVar[bool] = False
    """Whether `reply` takes prompts while it answers others."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name, self.settings = name, settings

    @abstractmethod
    def answer(self, queries: Sequence[Query]) -> Iterator[Answer]:
        """Yield one answer for each query, in whatever order they come.

        Raises:
            ChatError: if there is no use in going on.
        """

    def reply(self, prompts: Iterable[Prompt]) -> Iterator[Answer]:
        """Yield one answer for each prompt, in whatever order they come; of models that write, not of those that solve rows alone.

        Raises:
            ChatError: if it writes nothing of its own, or there is no use in going on.
        """
        raise ChatError(f"{self.name or type(self).__module__.rpartition('.')[2]} solves rows, and writes nothing of its own",
                        next="use openai:, hf: or vllm:")  # fmt: skip


class Learner(Backend):
    """A model that wants to see solved rows of the train part before it is asked."""

    @abstractmethod
    def learn(self, train: Iterable[Query]) -> None:
        """Look at solved queries of the train part."""
