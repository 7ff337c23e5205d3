"""A Hub on loopback: the part of the Hugging Face Hub's HTTP interface that publishing and loading need, and faults on demand.

    hub = Hub(tmp_path)                     commits and refs in memory, contents as files named by their SHA-256
    with hub.serving() as endpoint: ...     clients run in processes of their own with HF_ENDPOINT set to it
    hub.fault = lambda request: "cut"       asked before every request that a client makes

A fault is an HTTP status (429, 500, 401 …), `cut` (the connection closes and nothing was done), or `cut after` (all was done, and
the answer is lost: the client cannot know). Sources: what `huggingface_hub` 0.36 to 2.4 and `datasets` 3.6 to 5.2 send.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub import xet  # noqa: F401  # its addresses
from hub.model import ERROR_CODES, TOKEN, Answer, Blob, Commit, Refused, Repository, Request
from hub.routes import ROUTES

OWN_KEYS = ("/lfs/", "/v1/", "/v2/", "/api/validate-yaml")
"""Addresses that look at other tokens than the Hub's, or at none."""


class Hub:
    """All repositories, and what was asked."""

    def __init__(self, folder: Path) -> None:
        self.blobs = folder / "blobs"
        self.xorbs, self.parts = folder / "xorbs", folder / "parts"
        for each in (self.blobs, self.xorbs, self.parts):
            each.mkdir(parents=True, exist_ok=True)
        self.part_bytes = 64 << 20
        """Of LFS, in one request; a larger file is sent in parts."""
        self.rebuilt: dict[str, list[Any]] = {}
        """Terms of files by their hash in the Xet store."""
        self.by_xet: dict[str, str] = {}
        """This hash of a content, by its SHA-256."""
        self.repositories: dict[str, Repository] = {}
        self.log: list[tuple[str, str, int]] = []
        self.fault: Callable[[Request], int | str | None] = lambda request: None
        self.base = ""
        self.lock = threading.RLock()
        self.asked = 0

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve on a port of loopback, a free one if none is named, and yield the address."""
        server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"hub": self}))
        server.daemon_threads = True
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self.base
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def store(self, content: bytes) -> str:
        """Keep a content and return its SHA-256."""
        name = hashlib.sha256(content).hexdigest()
        if not (self.blobs / name).exists():
            (self.blobs / name).write_bytes(content)
        return name

    def blob(self, content: bytes) -> Blob:
        oid = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        return Blob(self.store(content), len(content), False, oid)

    def put(self, repo: str, files: dict[str, bytes | None], title: str = "somebody else's commit") -> Commit:
        """Commit as somebody else would; None deletes."""
        found = self.repositories.setdefault(repo, Repository(repo))
        tree = {
            **found.head.tree,
            **{path: self.blob(content) for path, content in files.items() if content is not None},
        }
        return found.commit(
            "main", {path: blob for path, blob in tree.items() if files.get(path, b"") is not None}, title
        )

    def read(self, repo: str, path: str, revision: str = "main") -> bytes:
        """The content of a file."""
        return (self.blobs / self.repositories[repo].at(revision).tree[path].sha256).read_bytes()

    def find(self, repo: str) -> Repository:
        if repo not in self.repositories:
            raise Refused(404, "Repository not found", ERROR_CODES["repository"])
        return self.repositories[repo]

    def check(self, request: Request) -> None:
        if request.headers.get("authorization", "") != f"Bearer {TOKEN}":
            raise Refused(401, "Invalid username or password.")

    def answer(self, request: Request) -> Answer:
        """Answer a request, under the lock."""
        if request.method not in ("GET", "HEAD") and not request.path.startswith(OWN_KEYS):
            self.check(request)
        for method, pattern, handle in ROUTES:
            asked = method == request.method or (method == "GET" and request.method == "HEAD")
            if asked and (match := pattern.fullmatch(request.path)):
                with self.lock:
                    return handle(
                        self,
                        request,
                        **{name: unquote(value) for name, value in match.groupdict().items() if value is not None},
                    )
        raise Refused(404, f"no such page: {request.path}", ERROR_CODES["entry"])


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a Hub."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def do(self) -> None:
        """Read a request, do it or fail as told, answer."""
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.hub.lock:
            self.hub.asked += 1
            request = Request(self.hub.asked, self.command, target.path, parse_qs(target.query), headers, body)
            fault = self.hub.fault(request)
        if fault == "cut":
            return self.cut()
        try:
            if isinstance(fault, int):
                raise Refused(fault, "a fault that was asked for")
            answer = self.hub.answer(request)
        except Refused as refused:
            told = {"X-Error-Message": refused.message} | ({"X-Error-Code": refused.code} if refused.code else {})
            answer = Answer(
                {"error": refused.message},
                refused.status,
                told | ({"Retry-After": "0"} if refused.status == 429 else {}),
            )
        self.hub.log.append((self.command, target.path, answer.status))
        if fault == "cut after":
            return self.cut()
        self.send(answer)

    def send(self, answer: Answer) -> None:
        content = answer.value if isinstance(answer.value, bytes) else json.dumps(answer.value).encode()
        self.send_response(answer.status)
        for name, value in (
            {"Content-Type": "application/json"} | answer.headers | {"Content-Length": str(len(content))}
        ).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def cut(self) -> None:
        """Close without a word."""
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; `hub.log` has it."""

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do
