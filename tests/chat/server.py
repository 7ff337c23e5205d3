"""An OpenAI-compatible server on loopback that fails on demand, and counts."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[[list[dict[str, str]]], str]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, say: Say, *, faults: bool = False, wait: float = 0.0, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.say, self.faults, self.wait, self.status = say, faults, wait, status
        self.lock = threading.Lock()
        self.requests = 0
        self.did: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.heads: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.did["a client that went away"] += 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.requests += 1
            turn = self.server.requests
            self.server.heads.append(dict(self.headers))
            self.server.bodies.append(body)
        time.sleep(self.server.wait)
        fault = {3: "429", 7: "500", 11: "cut", 13: "429", 17: "half"}.get(turn % 20, "") if self.server.faults else ""
        self.server.did[fault or "answer"] += 1
        if fault == "cut":
            self.close_connection = True
            self.connection.close()
        elif fault:
            self.reply(
                {"429": 429, "500": 500, "half": 200}[fault],
                b"{" if fault == "half" else b"no",
                {"Retry-After": "0.05"},
            )
        elif self.server.status != 200:
            self.reply(self.server.status, f"the key {self.headers['authorization']} is not good".encode(), {})
        else:
            said = self.server.say(body["messages"])
            with self.server.lock:
                self.server.answered[json.dumps(body["messages"])] += 1
            usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
            choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            self.reply(
                200,
                json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}).encode(),
                {},
            )

    def reply(self, status: int, content: bytes, heads: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **heads}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(say: Say, **how: Any) -> Iterator[Server]:
    server = Server(say, **how)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
