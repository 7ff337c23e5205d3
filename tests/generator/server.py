"""An OpenAI-compatible server on loopback whose model is the grammar; deterministic answers, faults on demand, and a book of what came when.

python -m generator.server BOOK [faults]      (from tests/) prints its address; BOOK gets a line for each request
"""

import json
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from generator import grammar


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, faults=False, book=None, forms=True, say=grammar.say):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults, self.forms, self.say = faults, forms, say
        self.book = open(book, "w") if book else None  # noqa: SIM115  # closed by `serving`
        self.lock = threading.Lock()
        self.requests = 0
        self.did, self.heads, self.times = Counter(), [], []
        self.used = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        self.did["a client that went away"] += 1

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


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
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
        usage = {
            "prompt_tokens": sum(len(m["content"]) for m in body["messages"]) // 4,
            "completion_tokens": len(said) // 4,
        }
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        content = json.dumps({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
        server.note(turn, fault or "answer", sum(usage.values()))
        if fault == "cut":
            self.close_connection = True
            return self.connection.close()
        if fault == "half":
            return self.reply(200, content[: len(content) // 2])
        if fault == "slow":
            time.sleep(0.3)
        self.reply(200, content, {}, send=len(content) // 2 if fault == "cut in the body" else None)

    def reply(self, status, content, heads=None, send=None):
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **(heads or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[:send])
        self.wfile.flush()
        if send is not None:
            self.close_connection = True


@contextmanager
def serving(**how):
    server = Server(**how)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if server.book:
            server.book.close()


if __name__ == "__main__":
    with serving(book=sys.argv[1], faults="faults" in sys.argv[2:]) as server:
        print(server.url, flush=True)
        sys.stdin.read()  # until whoever started it goes
