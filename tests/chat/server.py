"""An OpenAI-compatible server on loopback that fails on demand, and counts."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import loopback

Say = Callable[[list[dict[str, str]]], str]

FAULTS = {3: "429", 7: "500", 11: "cut", 13: "429", 17: "half"}
"""Of each twenty requests."""


class Server(loopback.Server):
    def __init__(self, say: Say, *, faults: bool = False, wait: float = 0.0, status: int = 200) -> None:
        super().__init__(Handler)
        self.say, self.faults, self.wait, self.status = say, faults, wait, status
        self.answered: Counter[str] = Counter()
        self.heads: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []


class Handler(loopback.Handler):
    server: Server

    def do_POST(self) -> None:
        body = self.asked()
        with self.server.lock:
            self.server.requests += 1
            turn = self.server.requests
            self.server.heads.append(dict(self.headers))
            self.server.bodies.append(body)
        time.sleep(self.server.wait)
        fault = FAULTS.get(turn % 20, "") if self.server.faults else ""
        self.server.did[fault or "answer"] += 1
        if fault == "cut":
            self.hang_up()
        elif fault:
            status, content = {"429": (429, b"no"), "500": (500, b"no"), "half": (200, b"{")}[fault]
            self.reply(status, content, {"Retry-After": "0.05"})
        elif self.server.status != 200:
            self.reply(self.server.status, f"the key {self.headers['authorization']} is not good".encode())
        else:
            said = self.server.say(body["messages"])
            with self.server.lock:
                self.server.answered[json.dumps(body["messages"])] += 1
            self.reply(200, loopback.completion(said, 10, 2))


def serving(say: Say, **how: Any) -> AbstractContextManager[Server]:
    return loopback.listening(Server(say, **how))
