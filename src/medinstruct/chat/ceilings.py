"""Ceilings: at most so many requests and tokens in any minute, and so much money in all.

    admit     waits until there is room for what a request may come to at most, and notes that it is sent
    settle    puts what it came to in the place of that
    unbilled  the server refused it: it counts as a request, and costs nothing

A request whose answer never came (a cut connection, a client that was killed) stays at what it may have come to. What was noted of a
run that was broken off is remembered by the one that goes on with it, so that ceilings hold over both together.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medinstruct.chat.backend import Answer, Settings
from medinstruct.chat.query import Asked, ChatError, Name

MINUTE = 61.0
"""Seconds: one more than the server's, as a request takes its time to arrive."""
PATIENCE = 0.25
"""Seconds, at most, after which a waiting request looks again: what others came to may have made room."""

Note = Callable[[Mapping[str, Any]], None]


@dataclass(slots=True)
class Sent:
    """A request, and what it comes to at most, or came to."""

    name: Name
    at: float
    tokens: int
    cost: float
    under_way: bool = True


class Ceilings:
    """What was sent in the last minute, and what all came to."""

    def __init__(self, settings: Settings) -> None:
        self.requests, self.tokens, self.most = settings.per_minute, settings.tokens_per_minute, settings.most_cost
        self.prices, self.answer = settings.prices, settings.max_tokens
        if self.most and not any(self.prices):
            raise ChatError("a ceiling of money needs to know what tokens cost", next="give prices: --price 2.5 10")
        self.note: Note = lambda line: None
        """Told of each request before it is sent, and of each that was refused."""
        self.spent = 0.0
        self._minute: deque[Sent] = deque()
        self._under_way = 0.0
        self.begin()

    def begin(self) -> None:
        """Get ready for a loop of its own."""
        self._turn = asyncio.Lock()

    def remember(self, notes: Iterable[Mapping[str, Any]], answers: Mapping[Name, Answer]) -> None:
        """Count what a run that was broken off sent: answers at what they came to, all else at what it may have come to."""
        open: dict[Name, list[Sent]] = {}
        for line in notes:
            if "sent" in line:
                sent = Sent(tuple(line["sent"]), line["at"], line["tokens"], line["cost"], under_way=False)
                self._minute.append(sent)
                open.setdefault(sent.name, []).append(sent)
            elif found := [sent for sent in open.get(tuple(line.get("unbilled", ())), ()) if sent.at == line["at"]]:
                found[0].tokens, found[0].cost = 0, 0.0
                open[found[0].name].remove(found[0])
        for name, answer in answers.items():
            cost = self._cost(answer.read, answer.written)
            if waiting := open.get(name):
                waiting[-1].tokens, waiting[-1].cost = answer.read + answer.written, cost
                waiting.pop()
            self.spent += cost
        self.spent += sum(sent.cost for waiting in open.values() for sent in waiting)

    async def admit(self, query: Asked) -> Sent:
        """Wait until a request may be sent.

        Raises:
            ChatError: if it never may: the money is spent, or it is larger than a minute's ceiling.
        """
        read = sum(len(message["content"]) for message in query.messages) // 2 + 16  # hardly ever more tokens than that
        tokens, cost = read + self.answer, self._cost(read, self.answer)
        if self.tokens and tokens > self.tokens:
            raise ChatError(f"a request may come to {tokens:,} tokens, and {self.tokens:,} are allowed in a minute",
                            next="raise the ceiling, or lower --max-tokens")  # fmt: skip
        async with self._turn:  # first come, first served
            while wait := self._wait(time.time(), tokens, cost):
                await asyncio.sleep(min(wait, PATIENCE))
            sent = Sent(query.name, time.time(), tokens, cost)
            self._minute.append(sent)
            self._under_way += cost
            self.note({"sent": list(sent.name), "at": sent.at, "tokens": tokens, "cost": cost})
            return sent

    def settle(self, sent: Sent, read: int, written: int) -> None:
        """Count what a request came to."""
        self._end(sent, read + written, self._cost(read, written))

    def unbilled(self, sent: Sent) -> None:
        """Count a request that the server refused."""
        self._end(sent, 0, 0.0)
        self.note({"unbilled": list(sent.name), "at": sent.at})

    def lost(self, sent: Sent) -> None:
        """Count a request whose answer never came."""
        self._end(sent, sent.tokens, sent.cost)

    def _end(self, sent: Sent, tokens: int, cost: float) -> None:
        self._under_way -= sent.cost
        self.spent += cost
        sent.tokens, sent.cost, sent.under_way = tokens, cost, False

    def _wait(self, now: float, tokens: int, cost: float) -> float:
        """Seconds until it is worth looking again; 0 where there is room."""
        if self.most and self.spent + self._under_way + cost > self.most:
            if any(sent.under_way for sent in self._minute):
                return PATIENCE
            raise ChatError(f"{self.spent:,.4f} of {self.most:,.4f} are spent, and a request may come to {cost:,.4f}",
                            next="answers so far are kept: go on with a higher --most-cost")  # fmt: skip
        while self._minute and self._minute[0].at + MINUTE <= now and not self._minute[0].under_way:
            self._minute.popleft()
        recent = [sent for sent in self._minute if sent.at + MINUTE > now] if self.requests or self.tokens else []
        if self.requests and len(recent) >= self.requests:
            return max(recent[-self.requests].at + MINUTE - now, 0.001)
        if self.tokens and sum(sent.tokens for sent in recent) + tokens > self.tokens:
            return PATIENCE
        return 0.0

    def _cost(self, read: int, written: int) -> float:
        return (read * self.prices[0] + written * self.prices[1]) / 1e6
