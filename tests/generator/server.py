"""An OpenAI-compatible server on loopback whose model is the grammar; deterministic answers, faults on demand, and a book of what came when.

python -m generator.server BOOK [faults]      (from tests/) prints its address; BOOK gets a line for each request
"""

import json
import sys
import time
from contextlib import contextmanager

import loopback
from generator import grammar


class Server(loopback.Server):
    def __init__(self, *, faults=False, book=None, forms=True, say=grammar.say):
        super().__init__(Handler)
        self.faults, self.forms, self.say = faults, forms, say
        self.book = open(book, "w") if book else None  # noqa: SIM115  # closed by `serving`
        self.heads, self.times = [], []

    def came(self):
        with self.lock:
            self.requests += 1
            self.times.append(time.time())
            return self.requests

    def note(self, turn, what, tokens):
        with self.lock:
            self.did[what] += 1
            if self.book:
                self.book.write(json.dumps({"at": self.times[turn - 1], "did": what, "tokens": tokens}) + "\n")
                self.book.flush()


FAULTS = {3: "429", 8: "500", 13: "cut", 18: "half", 23: "slow", 27: "429", 31: "cut in the body"}
"""Of each forty requests."""


class Handler(loopback.Handler):
    def do_POST(self):
        body = self.asked()
        server, turn = self.server, self.server.came()
        fault = FAULTS.get(turn % 40, "") if server.faults else ""
        if len(server.heads) < 1000:
            server.heads.append(dict(self.headers))
        if not server.forms and "response_format" in body:
            server.note(turn, "400", 0)
            return self.reply(400, b"unknown field response_format")
        if fault in ("429", "500"):
            server.note(turn, fault, 0)
            return self.reply(int(fault), b"no", {"Retry-After": "0.05"})
        said = server.say(body["messages"], body.get("seed", 0))
        read, written = sum(len(m["content"]) for m in body["messages"]) // 4, len(said) // 4
        content = loopback.completion(said, read, written)
        server.note(turn, fault or "answer", read + written)
        if fault == "cut":
            return self.hang_up()
        if fault == "half":
            return self.reply(200, content[: len(content) // 2])
        if fault == "slow":
            time.sleep(0.3)
        self.reply(200, content, send=len(content) // 2 if fault == "cut in the body" else None)


@contextmanager
def serving(**how):
    server = Server(**how)
    try:
        with loopback.listening(server):
            yield server
    finally:
        if server.book:
            server.book.close()


if __name__ == "__main__":
    with serving(book=sys.argv[1], faults="faults" in sys.argv[2:]) as server:
        print(server.url, flush=True)
        sys.stdin.read()  # until whoever started it goes
