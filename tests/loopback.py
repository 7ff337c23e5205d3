"""What the OpenAI-compatible servers of tests have in common: they listen on loopback, answer, count, and go."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx


class Server(ThreadingHTTPServer):
    """Counts what it did; `url` is where its API begins."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.lock = threading.Lock()
        self.requests = 0
        self.did: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.did["a client that went away"] += 1


class Handler(BaseHTTPRequestHandler):
    """Reads a request as JSON and replies, quietly."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def log_message(self, *args: Any) -> None:
        pass

    def asked(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["content-length"])))
        return body

    def reply(self, status: int, content: bytes, heads: dict[str, str] | None = None, send: int | None = None) -> None:
        """Send an answer, or its first `send` bytes and then hang up."""
        self.send_response(status)
        own = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in {**own, **(heads or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:send])
        self.wfile.flush()
        self.close_connection = self.close_connection or send is not None

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()


def completion(said: str, read: int, written: int) -> bytes:
    """What chat completions answer."""
    usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    return json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


S = TypeVar("S", bound=Server)


@contextmanager
def listening(server: S) -> Iterator[S]:
    """Have a server listen in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def transformers_serving(program: str, patience: float = 300) -> Iterator[str]:
    """Run `transformers serve` on the CPU, and yield where its API begins once it is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ran = subprocess.Popen(
        [program, "serve", "--port", str(port), "--device", "cpu"], env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    try:
        deadline = time.monotonic() + patience
        while not _is_well(f"http://localhost:{port}/health"):
            assert ran.poll() is None, f"{program} ended with {ran.returncode}"
            assert time.monotonic() < deadline, f"{program} is not there after {patience} seconds"
            time.sleep(0.5)
        yield f"http://localhost:{port}/v1"
    finally:
        ran.terminate()
        ran.wait()


def _is_well(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).is_success
    except httpx.HTTPError:
        return False
